package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"newsbot/internal/rates"
)

const (
	// historyDays is how far back the first start reads, so that a change since
	// the last different published day can be shown across any holidays.
	historyDays = 12
	// nextDayFrom is the minute of the day, in the bank's zone, from which the
	// next day's list can be out: the morning session ends at 15:30.
	nextDayFrom = 15*60 + 30
	// ratesPause keeps requests to the bank apart.
	ratesPause = 300 * time.Millisecond
)

// bankState remembers between runs what the bank said. It is lost at a restart,
// which costs a few requests and nothing else.
type bankState struct {
	days     map[time.Time]dayState // by date: those without a list so far
	failures int                    // in a row, whatever the date
	rest     time.Time              // the bank is not asked before
}

// dayState is how asking for one date went.
type dayState struct {
	next     time.Time // it is not asked for before
	failures int
}

// The longest waits; one that is longer was begun by a clock that has since been moved.
const (
	longestRest = 15 * time.Minute // of a bank in trouble
	longestDay  = time.Hour        // of a date whose list cannot be had
	noListWait  = 23 * time.Hour   // of a past date without a list: it stays one
)

// waits says whether a wait of at most longest, jitter included, is not over.
func waits(until, now time.Time, longest time.Duration) bool {
	return now.Before(until) && until.Sub(now) <= longest+longest/10
}

// rates fetches the official lists that are wanted and not stored yet: today's,
// tomorrow's once it can be out, and a few days back.
func (j *Jobs) rates(ctx context.Context) error {
	now := j.Now()
	local := now.In(j.Zone)
	today := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
	known, err := j.Store.RateDates(ctx, today.AddDate(0, 0, -historyDays), today.AddDate(0, 0, 1))
	if err != nil {
		return fmt.Errorf("find stored rates: %w", err)
	}
	have := map[time.Time]bool{}
	for _, d := range known {
		have[d] = true
	}
	if j.bank.days == nil {
		j.bank.days = map[time.Time]dayState{}
	}
	maps.DeleteFunc(j.bank.days, func(d time.Time, _ dayState) bool { return d.Before(today.AddDate(0, 0, -historyDays)) })
	if waits(j.bank.rest, now, longestRest) {
		return nil
	}
	wanted := []time.Time{today}
	if local.Hour()*60+local.Minute() >= nextDayFrom {
		wanted = append(wanted, today.AddDate(0, 0, 1))
	}
	for back := 1; back <= historyDays; back++ {
		wanted = append(wanted, today.AddDate(0, 0, -back))
	}
	// A date whose list is broken must not keep the others from their turn.
	slices.SortStableFunc(wanted, func(a, b time.Time) int {
		return cmp.Compare(j.bank.days[a].failures, j.bank.days[b].failures)
	})
	for _, date := range wanted {
		if have[date] || waits(j.bank.days[date].next, now, noListWait) {
			continue
		}
		if err := j.fetchRates(ctx, now, date, today); err != nil {
			return err
		}
		if j.bank.failures > 0 {
			return nil // the bank is in trouble: one request a try, not fourteen
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(j.pause):
		}
	}
	return nil
}

// fetchRates asks for one date's list and plans the next try. It returns an
// error only when the store fails; the last good values stay in any case.
func (j *Jobs) fetchRates(ctx context.Context, now, date, today time.Time) error {
	day, err := j.Bank.Fetch(ctx, date)
	switch {
	case ctx.Err() != nil:
		return nil
	case errors.Is(err, rates.ErrNotPublished):
		j.bankAnswered()
		wait := 15 * time.Minute
		if date.Before(today) {
			wait = noListWait
		}
		j.bank.days[date] = dayState{next: now.Add(jitter(wait))}
		return nil
	case err != nil:
		j.bank.failures++
		d := dayState{failures: j.bank.days[date].failures + 1}
		d.next = now.Add(doubled(time.Minute, d.failures, longestDay))
		j.bank.days[date] = d
		j.bank.rest = now.Add(doubled(time.Minute, j.bank.failures, longestRest))
		level := slog.LevelWarn
		if j.bank.failures > 1 { // said once; from then on it is known
			level = slog.LevelDebug
		}
		j.Log.Log(ctx, level, "rates failed, the last good ones are kept", slog.String("date", date.Format(time.DateOnly)),
			slog.Int("failures", j.bank.failures), slog.Time("next_try", j.bank.rest), slog.Any("error", err))
		return nil
	}
	j.bankAnswered()
	delete(j.bank.days, date)
	if err := j.Store.SaveRates(ctx, now, day); err != nil {
		return fmt.Errorf("save rates of %s: %w", date.Format(time.DateOnly), err)
	}
	j.Log.Info("rates stored", slog.String("date", date.Format(time.DateOnly)), slog.Int("currencies", len(day.Rates)))
	return nil
}

// bankAnswered ends a trouble: what waited because of it need not wait longer.
func (j *Jobs) bankAnswered() {
	if j.bank.failures == 0 {
		return
	}
	j.Log.Info("rates are back", slog.Int("failures", j.bank.failures))
	j.bank.failures, j.bank.rest = 0, time.Time{}
	for date, d := range j.bank.days {
		if d.failures > 0 {
			d.next = time.Time{}
			j.bank.days[date] = d
		}
	}
}

// doubled is first after one failure and twice as long after each more, up to longest.
func doubled(first time.Duration, failures int, longest time.Duration) time.Duration {
	wait := first << min(max(failures-1, 0), 16)
	if wait <= 0 || wait > longest {
		return longest
	}
	return wait
}
