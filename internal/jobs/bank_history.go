package jobs

import (
	"context"
	"log/slog"
	"time"
)

const (
	// historyDays is how far back the history is filled: a year, for the charts.
	historyDays = 365
	// settledAfter is how many days a past date's empty list may still fill; after
	// them a bank that has later lists is not asked again, not even after a restart.
	settledAfter = 7
	// historyBatch is how many dates are asked for in a run, so that it ends
	// well within the job's lease.
	historyBatch = 60
)

// history fills the past backwards, after the recent days are in: a few dates
// at a time, each asked for until it is settled and never again.
func (t *teller) history(ctx context.Context) error {
	asked, stored, missing := 0, 0, 0
	defer func() {
		if stored > 0 {
			t.Log.Info("older rates stored", t.attr(), slog.Int("days", stored), slog.Int("missing", missing-stored))
		}
	}()
	now := t.Now()
	today := t.today(now)
	t.mu.Lock()
	have, err := t.settled(ctx, now, today, historyDays)
	answer, told := t.days[today]
	ready := have[today] || told && answer.failures == 0 && !t.isHeld(today) // it may be a day without a list
	t.mu.Unlock()
	if err != nil {
		return err
	}
	if !ready {
		return nil // first things first
	}
	for back := recentDays + 1; back <= historyDays; back++ {
		if !have[today.AddDate(0, 0, -back)] {
			missing++
		}
	}
	for back := recentDays + 1; back <= historyDays && asked < historyBatch; back++ {
		date := today.AddDate(0, 0, -back)
		if have[date] {
			continue
		}
		if asked > 0 {
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(t.pause):
			}
		}
		did, ok, more, err := t.oldRates(ctx, now, date, today)
		if did {
			asked++
		}
		if ok {
			stored++
		}
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// isHeld says whether the date's list waits to be believed. What is older than
// it then has nothing near to be held against, and waits, too.
func (t *teller) isHeld(date time.Time) bool {
	_, held := t.held[date]
	return held
}

// oldRates asks for one old date unless it has to wait; more says whether the
// bank may be asked for the next. Between two dates the recent ones have their turn.
func (t *teller) oldRates(ctx context.Context, now, date, today time.Time) (asked, stored, more bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case waits(t.rest, now, longestRest):
		return false, false, false, nil
	case waits(t.days[date].next, now, noListWait):
		return false, false, !t.isHeld(date), nil
	}
	stored, err = t.fetch(ctx, now, date, today)
	return true, stored, err == nil && ctx.Err() == nil && t.failures == 0 && !t.isHeld(date), err
}
