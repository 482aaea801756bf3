package jobs

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"newsbot/internal/rates"
	"newsbot/internal/sandbox/newsroom"
)

const bankPath = "get_rates.cfm"

func (d *desk) dates() int {
	d.Helper()
	dates, err := d.Store.Rates(rates.Book{}).Dates(d.Context(), time.Unix(0, 0), monday.AddDate(1, 0, 0))
	d.must(err)
	return len(dates)
}

// The first run reads history, later ones only what is new: tomorrow's list
// once it can be out, and what was missed.
func TestRatesHistoryAndNextDay(t *testing.T) {
	d := open(t)
	at := func(day, hour, minute int) time.Time {
		return time.Date(2026, time.November, day, hour, minute, 0, 0, almaty)
	}
	for _, c := range []struct {
		name   string
		now    time.Time
		asked  int
		stored int
	}{
		{"first start: today and history", at(23, 12, 0), 1 + recentDays, 1 + recentDays},
		{"nothing is missing", at(23, 12, 1), 0, 13},
		{"before the session ends", at(23, 15, 29), 0, 13},
		{"tomorrow's may be out, and is not", at(23, 15, 30), 1, 13},
		{"not at every turn", at(23, 15, 31), 0, 13},
		{"out now", at(23, 16, 5), 1, 14},
		{"known", at(23, 16, 30), 0, 14},
		{"tomorrow has come: asked once more in its morning", at(24, 9, 0), 1, 14},
		{"and not twice", at(24, 9, 30), 0, 14},
		{"the clock jumps over three days", at(27, 12, 0), 3, 17},
		{"and over a month", time.Date(2026, time.December, 27, 12, 0, 0, 0, almaty), 1 + recentDays, 17 + 13},
	} {
		d.set(c.now)
		d.run("rates")
		if got := d.asked(bankPath); len(got) != c.asked {
			t.Errorf("%s: asked %d times, want %d: %v", c.name, len(got), c.asked, got)
		}
		if got := d.dates(); got != c.stored {
			t.Errorf("%s: %d dates, want %d", c.name, got, c.stored)
		}
	}
	d.calm()
}

// Whatever the bank says in its trouble, the last good rates stay, it is asked
// ever more seldom, and everything is there soon after it is back.
func TestRatesTrouble(t *testing.T) {
	for _, mode := range []string{newsroom.RatesDown, newsroom.RatesHTML, newsroom.RatesZeros} {
		t.Run(mode, func(t *testing.T) {
			d := open(t)
			d.run("rates")
			today := time.Date(2026, time.November, 23, 0, 0, 0, 0, time.UTC)
			before, err := d.Store.Rates(rates.Book{}).Quotes(t.Context(), []string{"USD"}, today)
			d.must(err)
			d.asked(bankPath)

			d.set(monday.AddDate(0, 0, 2)) // two days are missing
			d.room.SetRatesMode(mode)
			for range 120 {
				d.run("rates")
				d.pass(time.Minute)
			}
			if n := len(d.asked(bankPath)); n < 6 || n > 14 {
				t.Errorf("asked %d times in two hours of trouble", n)
			}
			if n := d.log.count("rates failed"); n != 1 {
				t.Errorf("said %d times that it failed", n)
			}
			after, err := d.Store.Rates(rates.Book{}).Quotes(t.Context(), []string{"USD"}, today.AddDate(0, 0, 2))
			d.must(err)
			if len(before) != 1 || len(after) != 1 || !after[0].Value.Equal(before[0].Value) || !after[0].Date.Equal(today) {
				t.Errorf("quotes: %v, then %v", before, after)
			}
			d.room.SetRatesMode(newsroom.RatesOK)
			for range 16 {
				d.run("rates")
				d.pass(time.Minute)
			}
			if n := d.dates(); n != 13+2 {
				t.Errorf("%d dates after the trouble", n)
			}
			if d.log.count("rates are back") != 1 {
				t.Error("nobody said that it is over")
			}
			d.calm()
		})
	}
}

// A list that is broken or missing keeps no other from being read.
func TestRatesOneBadDate(t *testing.T) {
	for name, body := range map[string]string{
		"broken":      "<rates><date>",
		"another day": "<rates><date>01.01.2020</date><item><title>USD</title><description>1</description><quant>1</quant><change>0</change></item></rates>",
		"no list":     "<rates><date>22.11.2026</date></rates>",
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t)
			d.answers(func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Query().Get("fdate") != "22.11.2026" {
					return false
				}
				w.Header().Set("Content-Type", "text/xml; charset=utf-8")
				fmt.Fprint(w, body)
				return true
			})
			for range 60 {
				d.run("rates")
				d.pass(time.Minute)
			}
			if n := d.dates(); n != recentDays {
				t.Errorf("%d dates, want %d", n, recentDays)
			}
			if n := len(d.asked("22.11.2026")); n < 1 || n > 7 {
				t.Errorf("asked %d times for the bad one within an hour", n)
			}
			for range 20 {
				d.run("rates")
				d.pass(time.Hour)
			}
			n := len(d.asked("22.11.2026"))
			if name == "no list" && n != 0 || n > 20 {
				t.Errorf("asked %d times for the bad one within a day", n)
			}
		})
	}
}

// A next day's list that does not come is asked for often while it is expected,
// and seldom later.
func TestRatesLateNextDay(t *testing.T) {
	d := open(t)
	d.answers(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Query().Get("fdate") != "24.11.2026" {
			return false
		}
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		fmt.Fprint(w, "<rates><date>24.11.2026</date></rates>")
		return true
	})
	d.run("rates")
	d.asked(bankPath)
	for _, c := range []struct {
		until       time.Time
		least, most int
	}{
		{time.Date(2026, time.November, 23, 15, 30, 0, 0, almaty), 0, 0},
		{time.Date(2026, time.November, 23, 19, 0, 0, 0, almaty), 12, 15},
		{time.Date(2026, time.November, 24, 0, 0, 0, 0, almaty), 4, 7},
	} {
		for d.clock().Before(c.until) {
			d.run("rates")
			d.pass(time.Minute)
		}
		if n := len(d.asked("24.11.2026")); n < c.least || n > c.most {
			t.Errorf("asked %d times until %s, want %d to %d", n, c.until.Format("15:04"), c.least, c.most)
		}
	}
	d.calm()
}
