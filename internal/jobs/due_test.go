package jobs

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"newsbot/internal/rates"
	"newsbot/internal/store"
)

// When the clock is moved, what it crosses is told before it can be moved again, and
// no digest is made before the lists of that day are there, whatever else is running.
func TestWhatHasComeDueHappensAtOnce(t *testing.T) {
	d := open(t)
	_, _, err := d.Store.TouchChat(d.Context(), d.clock(), store.Chat{ID: 1, Kind: "private", Language: "en", Zone: "Asia/Almaty", Active: true, Subscribed: true})
	d.must(err)
	var digests, early atomic.Int64
	var missing atomic.Bool
	d.doesDigests(func(ctx context.Context) (int, error) {
		digests.Add(1)
		if missing.Load() {
			early.Add(1)
		}
		return 0, nil
	})
	d.Options.Bank = risingBank{asked: func(int) {
		// The clock's own turn of the digests comes while lists are being read.
		missing.Store(true)
		d.Jobs.runOne(d.Context(), d.Jobs.job("digests"))
		missing.Store(false)
	}}
	d.Jobs = New(d.Options)
	d.pause = 0
	d.Jobs.RunDue(d.Context())
	d.must(d.Store.Rates(rates.Book{}).SetAlert(d.Context(), d.clock(), store.Alert{
		ChatID: 1, Code: "USD", Kind: store.AlertAbove, Threshold: decimal.RequireFromString("12.6"), Nominal: 1, Armed: true, Checked: dated(23, 1, "1").Date,
	}))
	d.set(monday.AddDate(0, 0, 3))
	d.Jobs.RunDue(d.Context())
	d.set(monday.AddDate(0, 1, 0)) // at once again, far on
	d.Jobs.RunDue(d.Context())
	claimed, err := d.Store.Claim(d.Context(), d.clock(), "test", time.Minute, 10)
	d.must(err)
	if len(claimed) != 1 || !strings.Contains(claimed[0].Message.Text, "12.60") {
		t.Errorf("told of the crossing on the way: %+v", claimed)
	}
	if early.Load() != 0 || digests.Load() != 3 {
		t.Errorf("%d digests, %d of them before the lists were there", digests.Load(), early.Load())
	}
}
