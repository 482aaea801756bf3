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

// Bank is where official lists come from.
type Bank interface {
	// ID names the bank in the store.
	ID() string
	// Fetch reads the list for a civil day; rates.ErrNotPublished when there is none (yet).
	Fetch(ctx context.Context, date time.Time) (rates.Day, error)
}

const (
	// recentDays is how far back the first run reads at once, so that a change
	// since the last different published day can be shown across any holidays.
	recentDays = 12
	// nextDayFrom is the minute of the day, in the bank's zone, from which the
	// next day's list can be out: the morning session ends at 15:30. Until
	// nextDayTo it is expected; later it may still come.
	nextDayFrom = 15*60 + 30
	nextDayTo   = 19 * 60
	// ratesPause keeps requests to the bank apart.
	ratesPause = 300 * time.Millisecond
)

// bankState remembers between runs what the bank said. It is lost at a restart,
// which costs a few requests and nothing else.
type bankState struct {
	days     map[time.Time]dayState // by date: those without a list so far
	held     map[time.Time]heldDay  // by date: those whose list jumps
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
	j.bankMu.Lock()
	defer j.bankMu.Unlock()
	now := j.Now()
	today := j.today(now)
	have, err := j.settled(ctx, today, recentDays)
	if err != nil {
		return err
	}
	if waits(j.bank.rest, now, longestRest) {
		return nil
	}
	wanted := []time.Time{today}
	if j.minute(now) >= nextDayFrom {
		wanted = append(wanted, today.AddDate(0, 0, 1))
	}
	for back := 1; back <= recentDays; back++ {
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
		if _, err := j.fetchRates(ctx, now, date, today); err != nil {
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

// today is the bank's civil day, as midnight UTC.
func (j *Jobs) today(now time.Time) time.Time {
	local := now.In(j.Zone)
	return time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
}

// minute is the minute of the bank's day.
func (j *Jobs) minute(now time.Time) int {
	local := now.In(j.Zone)
	return local.Hour()*60 + local.Minute()
}

// settled are the dates since back days ago that need not be asked for. What is
// remembered of dates that are too old is dropped.
func (j *Jobs) settled(ctx context.Context, today time.Time, back int) (map[time.Time]bool, error) {
	known, err := j.Store.SettledDates(ctx, today.AddDate(0, 0, -back), today.AddDate(0, 0, 1))
	if err != nil {
		return nil, fmt.Errorf("find stored rates: %w", err)
	}
	have := map[time.Time]bool{}
	for _, d := range known {
		have[d] = true
	}
	if j.bank.days == nil {
		j.bank.days, j.bank.held = map[time.Time]dayState{}, map[time.Time]heldDay{}
	}
	oldest := today.AddDate(0, 0, -historyDays)
	maps.DeleteFunc(j.bank.days, func(d time.Time, _ dayState) bool { return d.Before(oldest) })
	maps.DeleteFunc(j.bank.held, func(d time.Time, _ heldDay) bool { return d.Before(oldest) })
	return have, nil
}

// fetchRates asks for one date's list and plans the next try; stored says
// whether it is there now. It returns an error only when the store fails; the
// last good values stay in any case.
func (j *Jobs) fetchRates(ctx context.Context, now, date, today time.Time) (stored bool, err error) {
	day, err := j.Bank.Fetch(ctx, date)
	switch {
	case ctx.Err() != nil:
		return false, nil
	case errors.Is(err, rates.ErrNotPublished):
		if err := j.bankAnswered(ctx, now, date, today); err != nil {
			return false, err
		}
		if date.Before(today.AddDate(0, 0, -settledAfter)) {
			return false, j.Store.SaveNoRates(ctx, now, date)
		}
		wait := time.Hour
		if minute := j.minute(now); minute >= nextDayFrom && minute < nextDayTo {
			wait = 15 * time.Minute
		}
		if date.Before(today) {
			wait = noListWait
		}
		j.bank.days[date] = dayState{next: now.Add(jitter(wait))}
		return false, nil
	case err != nil:
		why := rates.TroubleOf(err)
		// That the bank lacks a list of long ago is no silence.
		if !date.Before(today.AddDate(0, 0, -recentDays)) {
			if err := j.Store.BankFailed(ctx, now, j.Bank.ID(), why); err != nil {
				return false, err
			}
		}
		j.bank.failures++
		d := dayState{failures: j.bank.days[date].failures + 1}
		longest := longestDay
		if date.Before(today.AddDate(0, 0, -recentDays)) {
			longest = noListWait // nobody waits for it
		}
		d.next = now.Add(doubled(time.Minute, d.failures, longest))
		j.bank.days[date] = d
		j.bank.rest = now.Add(doubled(time.Minute, j.bank.failures, longestRest))
		level := slog.LevelWarn
		if j.bank.failures > 1 { // said once; from then on it is known
			level = slog.LevelDebug
		}
		j.Log.Log(ctx, level, "rates failed, the last good ones are kept", slog.String("date", date.Format(time.DateOnly)),
			slog.String("trouble", string(why)), slog.Int("failures", j.bank.failures), slog.Time("next_try", j.bank.rest), slog.Any("error", err))
		return false, nil
	}
	if err := j.bankAnswered(ctx, now, date, today); err != nil {
		return false, err
	}
	if day, err = j.gate(ctx, now, day); err != nil || len(day.Rates) == 0 {
		return false, err
	}
	delete(j.bank.days, date)
	if err := j.Store.SaveRates(ctx, now, day); err != nil {
		return false, fmt.Errorf("save rates of %s: %w", date.Format(time.DateOnly), err)
	}
	level := slog.LevelInfo
	if date.Before(today.AddDate(0, 0, -recentDays)) {
		level = slog.LevelDebug // there are hundreds of them
	}
	j.Log.Log(ctx, level, "rates stored", slog.String("date", date.Format(time.DateOnly)), slog.Int("currencies", len(day.Rates)))
	return true, nil
}

// bankAnswered remembers that the bank answered when it was asked for a date,
// and ends a trouble: what waited because of it need not wait longer.
func (j *Jobs) bankAnswered(ctx context.Context, now, date, today time.Time) error {
	// The hundreds of old lists say no more than the recent ones before them.
	if recent := !date.Before(today.AddDate(0, 0, -recentDays)); recent || j.bank.failures > 0 {
		if err := j.Store.BankAnswered(ctx, now, j.Bank.ID()); err != nil {
			return err
		}
	}
	if j.bank.failures == 0 {
		return nil
	}
	j.Log.Info("rates are back", slog.Int("failures", j.bank.failures))
	j.bank.failures, j.bank.rest = 0, time.Time{}
	for date, d := range j.bank.days {
		if d.failures > 0 {
			d.next = time.Time{}
			j.bank.days[date] = d
		}
	}
	return nil
}

// doubled is first after one failure and twice as long after each more, up to longest.
func doubled(first time.Duration, failures int, longest time.Duration) time.Duration {
	wait := first << min(max(failures-1, 0), 16)
	if wait <= 0 || wait > longest {
		return longest
	}
	return wait
}
