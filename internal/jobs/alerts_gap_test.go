package jobs

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"newsbot/internal/rates"
	"newsbot/internal/store"
)

// risingBank lists a dollar that grows by a tenth of a tenge a day, from 10 on the 1st of November.
type risingBank struct{ asked func(day int) }

func (risingBank) Book() rates.Book { return rates.Book{} }

func (b risingBank) Fetch(_ context.Context, date time.Time) (rates.Day, error) {
	b.asked(date.Day())
	return rates.Day{Date: date, Rates: []rates.Rate{{Code: "USD", Nominal: 1, Value: decimal.New(100+int64(date.Day()), -1)}}}, nil
}

// After downtime today's list is read first. The days that were missed are read
// before anything is held against it: four days' change is not told as a day's.
func TestAlertsWaitForMissedDays(t *testing.T) {
	d := open(t)
	var checks sync.WaitGroup
	missed := false
	d.Options.Bank = risingBank{asked: func(day int) {
		if day != 26 { // the one before today
			return
		}
		missed = true
		checks.Go(func() { d.Jobs.RunNow(d.Context(), "alerts") })
		time.Sleep(100 * time.Millisecond) // for the alerts to go wrong in
	}}
	d.Jobs = New(d.Options)
	d.pause = 0
	d.run("rates")
	_, _, err := d.Store.TouchChat(d.Context(), d.clock(), store.Chat{ID: 1, Kind: "private", Language: "en", Zone: "Asia/Almaty", Active: true, Subscribed: true})
	d.must(err)
	d.must(d.Store.Rates(rates.Book{}).SetAlert(d.Context(), d.clock(), store.Alert{
		ChatID: 1, Code: "USD", Kind: store.AlertChange, Threshold: decimal.NewFromInt(2), Nominal: 1, Checked: dated(23, 1, "1").Date,
	}))
	d.set(monday.AddDate(0, 0, 4))
	d.run("rates")
	checks.Wait()
	d.run("alerts")
	claimed, err := d.Store.Claim(d.Context(), d.clock(), "test", time.Minute, 10)
	d.must(err)
	if !missed || len(claimed) != 0 {
		t.Errorf("asked for the day before: %v; told: %+v", missed, claimed)
	}
	// Where days are missing for good, no change since them is told as a day's.
	out := judge(rates.Book{}, store.DueAlert{
		Alert: store.Alert{ChatID: 1, Code: "USD", Kind: store.AlertChange, Threshold: decimal.NewFromInt(2), Nominal: 1, Checked: dated(1, 1, "1").Date},
		Chat:  store.Chat{Language: "en", Zone: "UTC"}, Rates: []rates.Dated{dated(1, 1, "10"), gap(dated(23, 1, "20"))},
	}, monday)
	if out.Send != nil {
		t.Errorf("told as a day's change: %+v", out.Send)
	}
}

// gap is a rate before which days are missing.
func gap(d rates.Dated) rates.Dated {
	d.Gap = true
	return d
}
