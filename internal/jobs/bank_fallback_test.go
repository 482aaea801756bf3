package jobs

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"newsbot/internal/rates"
	"newsbot/internal/sandbox/newsroom"
)

// otherBank is the Bank of Russia in tenge: it lists no Sundays and no Mondays.
type otherBank struct {
	t     *testing.T
	asked []string
	down  bool
}

func (b *otherBank) Book() rates.Book {
	book, err := rates.NewBook(rates.CBR, "KZT")
	if err != nil {
		b.t.Fatal(err)
	}
	return book
}

func (b *otherBank) Fetch(_ context.Context, date time.Time) (rates.Day, error) {
	b.asked = append(b.asked, date.Format("02.01"))
	if b.down {
		return rates.Day{}, errors.New("no route")
	}
	if day := date.Weekday(); day == time.Sunday || day == time.Monday {
		return rates.Day{}, fmt.Errorf("got another day: %w", rates.ErrNotPublished)
	}
	return rates.Day{Date: date, Rates: []rates.Rate{{Code: "USD", Nominal: 1, Value: decimal.NewFromInt(500)}}}, nil
}

// The fallback is asked once the bank has been silent for hours and left nothing
// for today; it is asked for its newest list once, and no more when the bank is back.
func TestFallback(t *testing.T) {
	d := open(t)
	other := &otherBank{t: t}
	d.Options.Fallback = other
	d.Jobs = New(d.Options)
	d.pause = 0
	at := func(day, hour, minute int) time.Time {
		return time.Date(2026, time.November, day, hour, minute, 0, 0, almaty)
	}
	for _, step := range []struct {
		name  string
		at    time.Time
		mode  string
		asked []string
	}{
		{"all is well", at(23, 12, 0), newsroom.RatesOK, nil},
		{"silent, but today's list is there", at(23, 15, 40), newsroom.RatesDown, nil},
		{"still", at(23, 23, 0), newsroom.RatesDown, nil},
		{"nothing for today", at(24, 0, 10), newsroom.RatesDown, []string{"23.11", "22.11", "21.11"}}, // it is Monday in Moscow: Saturday's list
		{"once", at(24, 0, 30), newsroom.RatesDown, nil},
		{"its own new day", at(24, 4, 0), newsroom.RatesDown, []string{"24.11"}},
		{"known", at(24, 20, 0), newsroom.RatesDown, nil},
		{"a week later", at(30, 12, 0), newsroom.RatesDown, []string{"30.11", "29.11", "28.11"}},
		{"the bank is back", at(30, 18, 0), newsroom.RatesOK, nil},
		{"and stays", at(30, 20, 0), newsroom.RatesOK, nil},
		{"fails again, for a short while", time.Date(2026, time.December, 2, 9, 0, 0, 0, almaty), newsroom.RatesHTML, nil},
		{"an hour", time.Date(2026, time.December, 2, 10, 0, 0, 0, almaty), newsroom.RatesHTML, nil},
		{"three hours", time.Date(2026, time.December, 2, 12, 0, 0, 0, almaty), newsroom.RatesHTML, []string{"02.12"}},
	} {
		d.set(step.at)
		d.room.SetRatesMode(step.mode)
		other.asked = nil
		for range 3 { // it waits minutes between questions
			d.run("rates", "fallback")
		}
		if fmt.Sprint(other.asked) != fmt.Sprint(step.asked) {
			t.Errorf("%s: asked for %v, want %v", step.name, other.asked, step.asked)
		}
	}
	own, err := d.Store.Rates(rates.Book{}).Quotes(t.Context(), []string{"USD"}, at(24, 0, 0))
	d.must(err)
	if len(own) != 1 || own[0].Value.Equal(decimal.NewFromInt(500)) {
		t.Errorf("the bank's own rates: %v", own)
	}
	dates, err := d.Store.Rates(other.Book()).Dates(t.Context(), at(1, 0, 0), at(30, 0, 0).AddDate(0, 1, 0))
	d.must(err)
	if len(dates) != 4 {
		t.Errorf("the other's days: %v", dates)
	}
}

// A fallback that fails too is left in peace for ever longer, and told of as a bank.
func TestFallbackFails(t *testing.T) {
	d := open(t)
	other := &otherBank{t: t, down: true}
	d.Options.Fallback = other
	d.Jobs = New(d.Options)
	d.pause = 0
	d.room.SetRatesMode(newsroom.RatesDown)
	for range 8 * 60 {
		d.run("rates", "fallback")
		d.pass(time.Minute)
	}
	if n := len(other.asked); n < 5 || n > 40 {
		t.Errorf("asked %d times in five hours", n)
	}
	state, err := d.Store.BankState(t.Context(), rates.CBR)
	d.must(err)
	if state.FailingSince.IsZero() || state.Trouble != rates.Unreachable {
		t.Errorf("state %+v", state)
	}
}
