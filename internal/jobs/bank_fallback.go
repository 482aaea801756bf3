package jobs

import (
	"context"
	"time"

	"newsbot/internal/rates"
)

// fallbackReach is how many days back the fallback's newest list is looked for:
// past its days off, and not beyond what may still come for a date.
const fallbackReach = settledAfter - 1

// fallback reads the newest list of the other bank while the first one is
// silent and has left nothing for today.
func (j *Jobs) fallback(ctx context.Context) error {
	if j.second == nil {
		return nil
	}
	now := j.Now()
	state, err := j.Store.BankState(ctx, j.main.issuer.ID)
	if err != nil {
		return err
	}
	if state.FailingSince.IsZero() {
		return nil
	}
	_, newest, _, err := j.main.store.Bounds(ctx)
	if err != nil {
		return err
	}
	if !rates.Silent(newest, j.main.today(now), state.FailingSince, now) {
		return nil
	}
	return j.second.newest(ctx)
}

// newest fetches the newest list that the bank has, unless it is stored.
func (t *teller) newest(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.Now()
	today := t.today(now)
	have, err := t.settled(ctx, now, today, fallbackReach)
	if err != nil || waits(t.rest, now, longestRest) {
		return err
	}
	for back := range fallbackReach + 1 {
		date := today.AddDate(0, 0, -back)
		if have[date] {
			return nil
		}
		if waits(t.days[date].next, now, noListWait) {
			continue
		}
		stored, err := t.fetch(ctx, now, date, today)
		if err != nil || stored || t.failures > 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(t.pause):
		}
	}
	return nil
}
