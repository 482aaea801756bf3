package jobs

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"newsbot/internal/rates"
	"newsbot/internal/store"
)

// jumpyBank lists a dollar that goes up and down by days, and fails for those in
// broken. Those in off have no list. What it says of changes is told for those in said.
type jumpyBank struct {
	broken map[int]bool
	off    map[int]bool
	said   map[int]string
	asked  *[]int
}

func (jumpyBank) Book() rates.Book { return rates.Book{} }

func (b jumpyBank) Fetch(_ context.Context, date time.Time) (rates.Day, error) {
	day := date.YearDay()
	*b.asked = append(*b.asked, day)
	switch {
	case b.broken[day]:
		return rates.Day{}, errors.New("the bank is down")
	case b.off[day]:
		return rates.Day{}, rates.ErrNotPublished
	}
	r := rates.Rate{Code: "USD", Nominal: 1, Value: jumpyValue(day)}
	if said := b.said[day]; said != "" {
		r.Change = decimal.RequireFromString(said)
	}
	return rates.Day{Date: date, Rates: []rates.Rate{r}}, nil
}

func jumpyValue(day int) decimal.Decimal { return decimal.NewFromInt(int64(500 + day%2*10 + day%5)) }

// After downtime today's value is there at once, and no change that is one of many
// days, whatever the bank does next.
func TestChangeAfterDowntime(t *testing.T) {
	back := monday.AddDate(0, 0, 5)
	today := back.YearDay()
	true1 := jumpyValue(today).Sub(jumpyValue(today - 1)).String()
	for _, c := range []struct {
		name     string
		bank     jumpyBank
		at, then string // the change once today's list is there, and when the bank is well again
	}{
		{"it fails after today's list", jumpyBank{}, "", true1},
		{"and says the change itself", jumpyBank{said: map[int]string{today: "3.5"}}, "3.5", true1},
		{"the day before has no list", jumpyBank{off: map[int]bool{today - 1: true}}, "", jumpyValue(today).Sub(jumpyValue(today - 2)).String()},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := open(t)
			asked := []int{}
			c.bank.asked, c.bank.broken = &asked, map[int]bool{}
			d.Options.Bank = c.bank
			d.Jobs = New(d.Options)
			d.pause = 0
			d.run("rates")
			_, _, err := d.Store.TouchChat(d.Context(), d.clock(), store.Chat{ID: 1, Kind: "private", Language: "en", Zone: "Asia/Almaty", Active: true, Subscribed: true})
			d.must(err)
			r := d.Store.Rates(rates.Book{})
			d.must(r.SetAlert(d.Context(), d.clock(), store.Alert{
				ChatID: 1, Code: "USD", Kind: store.AlertChange, Threshold: decimal.RequireFromString("0.1"), Nominal: 1,
				Checked: time.Date(2026, time.November, 23, 0, 0, 0, 0, time.UTC),
			}))
			for day := today - 4; day < today; day++ {
				c.bank.broken[day] = !c.bank.off[day]
			}
			change := func() string {
				d.Helper()
				quotes, err := r.Quotes(d.Context(), []string{"USD"}, back)
				d.must(err)
				if len(quotes) != 1 || quotes[0].Date.YearDay() != today {
					t.Fatalf("quotes: %+v", quotes)
				}
				if change, ok := quotes[0].ChangeSince(); ok {
					return change.String()
				}
				return ""
			}
			d.set(back)
			d.run("rates", "alerts")
			if got := change(); got != c.at {
				t.Errorf("change %q while days are missing, want %q", got, c.at)
			}
			clear(c.bank.broken)
			for range 20 {
				d.pass(time.Minute)
				d.run("rates", "alerts")
			}
			if got := change(); got != c.then {
				t.Errorf("change %q when all is there, want %q", got, c.then)
			}
			// The alert on a change has told today's, once, whenever it became known.
			claimed, err := d.Store.Claim(d.Context(), d.clock(), "test", time.Minute, 10)
			d.must(err)
			want := c.at
			if want == "" {
				want = c.then
			}
			want = strings.TrimPrefix(decimal.RequireFromString(want).Abs().StringFixed(2), "-")
			if len(claimed) != 1 || !strings.Contains(claimed[0].Message.Text, want) {
				t.Errorf("told %+v, want one of %s", claimed, want)
			}
		})
	}
}

// What several days' lists set off at once is told in the order of their days.
func TestAlertsInOrderOfDates(t *testing.T) {
	d := open(t)
	r := d.Store.Rates(rates.Book{})
	save := func(day int, usd, eur string) {
		d.Helper()
		list := []rates.Rate{dated(day, 1, usd).Rate, dated(day, 1, eur).Rate}
		list[1].Code = "EUR"
		d.must(r.Save(d.Context(), d.clock(), rates.Day{Date: dated(day, 1, "1").Date, Rates: list}))
	}
	save(20, "500", "600")
	_, _, err := d.Store.TouchChat(d.Context(), d.clock(), store.Chat{ID: 1, Kind: "private", Language: "en", Zone: "Asia/Almaty", Active: true, Subscribed: true})
	d.must(err)
	for code, threshold := range map[string]int64{"EUR": 610, "USD": 510} {
		d.must(r.SetAlert(d.Context(), d.clock(), store.Alert{
			ChatID: 1, Code: code, Kind: store.AlertAbove, Threshold: decimal.NewFromInt(threshold), Nominal: 1, Armed: true, Checked: dated(20, 1, "1").Date,
		}))
	}
	save(21, "500", "600")
	save(22, "511", "600")
	save(23, "512", "611")
	d.run("alerts")
	claimed, err := d.Store.Claim(d.Context(), d.clock(), "test", time.Minute, 10)
	d.must(err)
	var told []string
	for _, c := range claimed {
		told = append(told, c.Key)
	}
	if len(told) != 2 || !strings.Contains(told[0], ":USD:") || !strings.Contains(told[1], ":EUR:") {
		t.Errorf("told in the order %v", told)
	}
}
