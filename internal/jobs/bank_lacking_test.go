package jobs

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"newsbot/internal/rates"
)

// A currency that is missing from a list for a while is not lost for that day, and
// one that is dropped is not asked for for ever.
func TestRatesLackACurrency(t *testing.T) {
	d := open(t)
	var lines atomic.Value
	lines.Store("USD 500 1;EUR 600 1")
	d.says(&lines)
	d.run("rates")
	at := func(day, hour, minute int) { d.set(time.Date(2026, time.November, day, hour, minute, 0, 0, almaty)) }
	has := func(day int, code string) bool {
		d.Helper()
		date := time.Date(2026, time.November, day, 0, 0, 0, 0, time.UTC)
		history, err := d.Store.Rates(rates.Book{}).History(d.Context(), code, date, date)
		d.must(err)
		return len(history) > 0
	}
	asks := func(from, to int) (n int) {
		d.Helper()
		d.asked("")
		for range (to - from) * 60 {
			d.run("rates")
			d.pass(time.Minute)
		}
		return len(d.asked("25.11.2026"))
	}

	at(24, 16, 5)
	lines.Store("USD 0.0 1;EUR 601 1")
	d.run("rates")
	if has(25, "USD") || !has(25, "EUR") {
		t.Fatal("the list of the 25th is not as the bank has it")
	}
	if n := asks(16, 18); n < 5 || n > 9 {
		t.Errorf("asked %d times in two hours in which lists come", n)
	}
	at(24, 20, 0)
	if n := asks(20, 23); n < 2 || n > 5 {
		t.Errorf("asked %d times in three hours in which none do", n)
	}
	if n := d.log.count("rates lack currencies"); n != 2 { // of two dates: it was missing from today's, too
		t.Errorf("said %d times that the dollar is missing:\n%s", n, d.log.b.String())
	}
	lines.Store("USD 502 1;EUR 601 1")
	asks(23, 25)
	if !has(25, "USD") || d.usd(time.Date(2026, time.November, 25, 0, 0, 0, 0, time.UTC)) != "502" {
		t.Error("the dollar of the 25th is lost")
	}
	if n := asks(25, 27); n != 0 {
		t.Errorf("asked %d times for what is there", n)
	}

	// The euro is gone for good.
	lines.Store("USD 503 1")
	for d.clock().Before(time.Date(2026, time.November, 30, 12, 0, 0, 0, almaty)) {
		d.run("rates")
		d.pass(20 * time.Minute)
	}
	all := d.asked(bankPath)
	if n := len(all); n > 150 {
		t.Errorf("asked %d times", n)
	}
	d.run("rates")
	d.pass(90 * time.Minute)
	d.run("rates")
	if again := d.asked(bankPath); len(again) != 0 {
		t.Errorf("a dropped currency is asked for still: %v", again)
	}
	d.calm()
}

// What jumps otherwise each time is left out, and is not asked for again because of that.
func TestRatesLeftOutAreNotLacking(t *testing.T) {
	d := open(t)
	var lines atomic.Value
	lines.Store("USD 500 1;IRR 4 1000")
	d.says(&lines)
	d.run("rates")
	d.set(time.Date(2026, time.November, 23, 16, 0, 0, 0, almaty))
	for _, s := range []string{"6", "7", "8", "9"} {
		lines.Store("USD 510 1;IRR " + s + " 1000")
		d.run("rates")
		d.pass(6 * time.Minute)
	}
	lines.Store("USD 510 1;IRR 10 1000")
	d.asked("")
	for range 120 {
		d.run("rates")
		d.pass(time.Minute)
	}
	if again := d.asked("24.11.2026"); len(again) != 0 {
		t.Errorf("asked again: %v", again)
	}
}

// Of days that are over nobody says that their lists lack something.
func TestOldListsMayLackCurrencies(t *testing.T) {
	d := open(t)
	d.Options.Bank = lackingBank{}
	d.Jobs = New(d.Options)
	d.pause = 0
	d.run("rates")
	d.set(monday.AddDate(0, 0, 4))
	d.run("rates", "rates")
	if n := d.log.count("rates lack currencies"); n != 0 {
		t.Errorf("said %d times:\n%s", n, d.log.b.String())
	}
}

// lackingBank has no euro on the 24th of November.
type lackingBank struct{}

func (lackingBank) Book() rates.Book { return rates.Book{} }

func (lackingBank) Fetch(_ context.Context, date time.Time) (rates.Day, error) {
	day := rates.Day{Date: date, Rates: []rates.Rate{{Code: "USD", Nominal: 1, Value: decimal.NewFromInt(500)}, {Code: "EUR", Nominal: 1, Value: decimal.NewFromInt(600)}}}
	if date.Day() == 24 && date.Month() == time.November {
		day.Rates = day.Rates[:1]
	}
	return day, nil
}
