package jobs

import (
	"context"
	"log/slog"
	"time"
)

const (
	// historyDays is how far back the history is filled: a year, for the charts.
	historyDays = 365
	// settledAfter is how many days a past date's empty list may still fill;
	// after them the bank is not asked again, not even after a restart.
	settledAfter = 7
	// historyBatch is how many dates are asked for in a run, so that it ends
	// well within the job's lease.
	historyBatch = 60
)

// history fills the past backwards, after the recent days are in: a few dates
// at a time, each asked for until it is settled and never again.
func (j *Jobs) history(ctx context.Context) error {
	asked, stored, missing := 0, 0, 0
	defer func() {
		if stored > 0 {
			j.Log.Info("older rates stored", slog.Int("days", stored), slog.Int("missing", missing-stored))
		}
	}()
	now := j.Now()
	today := j.today(now)
	j.bankMu.Lock()
	have, err := j.settled(ctx, today, historyDays)
	j.bankMu.Unlock()
	if err != nil {
		return err
	}
	if !have[today] {
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
			case <-time.After(j.pause):
			}
		}
		did, ok, more, err := j.oldRates(ctx, now, date, today)
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
func (j *Jobs) isHeld(date time.Time) bool {
	_, held := j.bank.held[date]
	return held
}

// oldRates asks for one old date unless it has to wait; more says whether the
// bank may be asked for the next. Between two dates the recent ones have their turn.
func (j *Jobs) oldRates(ctx context.Context, now, date, today time.Time) (asked, stored, more bool, err error) {
	j.bankMu.Lock()
	defer j.bankMu.Unlock()
	switch {
	case waits(j.bank.rest, now, longestRest):
		return false, false, false, nil
	case waits(j.bank.days[date].next, now, noListWait):
		return false, false, !j.isHeld(date), nil
	}
	stored, err = j.fetchRates(ctx, now, date, today)
	return true, stored, err == nil && ctx.Err() == nil && j.bank.failures == 0 && !j.isHeld(date), err
}
