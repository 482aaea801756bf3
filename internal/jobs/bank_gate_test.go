package jobs

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"newsbot/internal/rates"
	"newsbot/internal/sandbox/newsroom"
)

var _ Bank = (*rates.Bank)(nil)

// says makes the bank answer for every date with these lines: CODE value nominal.
func (d *desk) says(lines *atomic.Value) {
	d.answers(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, bankPath) {
			return false
		}
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		fmt.Fprintf(w, "<rates><date>%s</date>", r.URL.Query().Get("fdate"))
		for line := range strings.SplitSeq(lines.Load().(string), ";") {
			f := strings.Fields(line)
			fmt.Fprintf(w, "<item><title>%s</title><description>%s</description><quant>%s</quant><change>0</change></item>", f[0], f[1], f[2])
		}
		fmt.Fprint(w, "</rates>")
		return true
	})
}

func (d *desk) usd(on time.Time) string {
	d.Helper()
	q, err := d.Store.Rates(rates.Book{}).Quotes(d.Context(), []string{"USD"}, on)
	d.must(err)
	if len(q) == 0 {
		return ""
	}
	return q[0].Value.String()
}

// A rate that jumps is believed when the bank says it twice, some minutes apart.
func TestRatesJump(t *testing.T) {
	tomorrow := time.Date(2026, time.November, 24, 0, 0, 0, 0, time.UTC)
	const usual = "USD 500 1;IRR 4 1000"
	for _, tt := range []struct {
		name  string
		says  []string // one after the other, six minutes apart
		want  string   // of USD after each
		held  int      // told to editors
		never bool     // no list of the day is stored at all
	}{
		{"no jump", []string{"USD 510 1;IRR 4 1000"}, "510", 0, false},
		{"another nominal is no jump", []string{"USD 510 1;IRR 40 10000"}, "510", 0, false},
		{"a mistake that is put right", []string{"USD 5 1;IRR 4 1000", "USD 505 1;IRR 4 1000"}, "500 505", 1, false},
		{"true", []string{"USD 650 1;IRR 4 1000", "USD 650 1;IRR 4 1000"}, "500 650", 1, false},
		{"another at the same time", []string{"USD 650 1;IRR 4 1000", "USD 650 1;IRR 9 1000", "USD 650 1;IRR 9 1000"}, "500 500 650", 1, false},
		{"otherwise each time", []string{"USD 510 1;IRR 6 1000", "USD 510 1;IRR 7 1000", "USD 510 1;IRR 8 1000", "USD 510 1;IRR 9 1000"}, "500 500 500 510", 1, false},
		{"and nothing else", []string{"USD 700 1", "USD 800 1", "USD 900 1", "USD 1000 1"}, "500 500 500 500", 1, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := open(t)
			var lines atomic.Value
			lines.Store(usual)
			d.says(&lines)
			told := 0
			d.RatesHeld = func(_ context.Context, date time.Time, jumps []rates.Jump) error {
				if told++; !date.Equal(tomorrow) || len(jumps) == 0 {
					t.Errorf("told of %v on %s", jumps, date)
				}
				return nil
			}
			d.run("rates")
			d.set(time.Date(2026, time.November, 23, 16, 0, 0, 0, almaty))
			var got []string
			for _, s := range tt.says {
				lines.Store(s)
				for range 3 { // not asked again before the time
					d.run("rates")
					d.pass(time.Minute)
				}
				got = append(got, d.usd(tomorrow))
				d.pass(3 * time.Minute)
			}
			if strings.Join(got, " ") != tt.want || told != tt.held {
				t.Errorf("got %v, told %d times; want %s, %d", got, told, tt.want, tt.held)
			}
			dates, err := d.Store.Rates(rates.Book{}).Dates(t.Context(), tomorrow, tomorrow)
			d.must(err)
			if (len(dates) == 0) != tt.never {
				t.Errorf("stored: %v", dates)
			}
			d.calm()
		})
	}
}

// That nobody can be told keeps nothing from being held, and is logged.
func TestRatesJumpUntold(t *testing.T) {
	d := open(t)
	var lines atomic.Value
	lines.Store("USD 500 1")
	d.says(&lines)
	d.RatesHeld = func(context.Context, time.Time, []rates.Jump) error { return errors.New("no ink") }
	d.run("rates")
	d.set(monday.AddDate(0, 0, 1))
	lines.Store("USD 5 1")
	d.run("rates")
	if got := d.usd(monday.AddDate(0, 0, 1)); got != "500" || d.log.count("no ink") != 1 {
		t.Errorf("USD %s, log:\n%s", got, d.log.b.String())
	}
}

// The history is a year, asked for once, after today's list, newest first.
func TestRatesHistory(t *testing.T) {
	d := open(t)
	d.run("history")
	if n := len(d.asked(bankPath)); n != 0 {
		t.Errorf("asked %d times before today's list was in", n)
	}
	d.run("rates")
	d.asked(bankPath)
	d.run("history")
	first := d.asked(bankPath)
	if len(first) != historyBatch || !strings.Contains(first[0], "10.11.2026") || !strings.Contains(first[1], "09.11.2026") {
		t.Errorf("the first batch: %d, from %v", len(first), first[:2])
	}
	d.room.SetRatesMode(newsroom.RatesDown)
	d.run("history")
	d.run("history", "rates")
	if n := len(d.asked(bankPath)); n != 1 {
		t.Errorf("asked %d times in trouble", n)
	}
	d.room.SetRatesMode(newsroom.RatesOK)
	for range 8 {
		d.pass(2 * time.Minute)
		d.run("history")
	}
	if n := len(d.asked(bankPath)); n != historyDays-recentDays-historyBatch {
		t.Errorf("asked %d times for the rest", n)
	}
	if n := d.dates(); n != historyDays+1 {
		t.Errorf("%d dates", n)
	}
	d.forget()
	d.run("rates", "history")
	if n := len(d.asked(bankPath)); n != 0 {
		t.Errorf("asked %d times for what is known", n)
	}
	d.pass(24 * time.Hour)
	d.run("rates", "history")
	if n := len(d.asked(bankPath)); n != 1 {
		t.Errorf("asked %d times the next day", n)
	}
	d.calm()
}

// An old list that jumps is held like a new one, but no editor is bothered with it.
func TestRatesHistoryJump(t *testing.T) {
	d := open(t)
	var lines atomic.Value
	lines.Store("USD 500 1")
	d.says(&lines)
	d.RatesHeld = func(_ context.Context, date time.Time, _ []rates.Jump) error {
		t.Errorf("told of %s", date)
		return nil
	}
	d.run("rates")
	lines.Store("USD 5 1")
	d.run("history")
	if n := d.dates(); n != 1+recentDays || d.log.count("are held") != 1 {
		t.Errorf("%d dates, held:\n%s", n, d.log.b.String())
	}
	lines.Store("USD 500 1")
	d.pass(6 * time.Minute)
	for range 6 {
		d.run("history")
		d.pass(6 * time.Minute)
	}
	if n := d.dates(); n != 1+historyDays {
		t.Errorf("%d dates in the end", n)
	}
	d.calm()
}

// Days that the bank says are empty are not asked for again, not even after a restart.
func TestRatesHistoryEmptyDays(t *testing.T) {
	d := open(t)
	d.answers(func(w http.ResponseWriter, r *http.Request) bool {
		date, err := time.Parse("02.01.2006", r.URL.Query().Get("fdate"))
		if err != nil {
			return false
		}
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		if date.Weekday() == time.Sunday {
			fmt.Fprint(w, "<rates></rates>")
		} else {
			fmt.Fprintf(w, "<rates><date>%s</date><item><title>USD</title><description>500</description><quant>1</quant><change>0</change></item></rates>", date.Format("02.01.2006"))
		}
		return true
	})
	d.run("rates")
	for range 7 {
		d.run("history")
	}
	d.asked(bankPath)
	d.forget()
	d.run("rates", "history")
	// Only the last Sunday may yet be filled.
	if again := d.asked(bankPath); len(again) != 1 || !strings.Contains(again[0], "22.11.2026") {
		t.Errorf("asked again: %v", again)
	}
	if n := d.dates(); n != historyDays+1-53 {
		t.Errorf("%d dates", n)
	}
	d.calm()
}

// forget is what a restart does to the memory of the bank.
func (d *desk) forget() {
	d.main.days, d.main.held = map[time.Time]dayState{}, map[time.Time]heldDay{}
	d.main.failures, d.main.rest = 0, time.Time{}
}
