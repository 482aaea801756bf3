package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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
	next     map[time.Time]time.Time // by date: not before
	failures int
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
	wanted := []time.Time{today}
	if local.Hour()*60+local.Minute() >= nextDayFrom {
		wanted = append(wanted, today.AddDate(0, 0, 1))
	}
	for back := 1; back <= historyDays; back++ {
		wanted = append(wanted, today.AddDate(0, 0, -back))
	}
	if j.bank.next == nil {
		j.bank.next = map[time.Time]time.Time{}
	}
	for _, date := range wanted {
		// A try planned more than a day ahead was planned by a clock that has since been moved.
		if next := j.bank.next[date]; have[date] || now.Before(next) && next.Sub(now) <= 24*time.Hour {
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
		case <-time.After(ratesPause):
		}
	}
	for date := range j.bank.next {
		if date.Before(today.AddDate(0, 0, -historyDays)) {
			delete(j.bank.next, date)
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
		j.bank.failures = 0
		wait := 15 * time.Minute
		if date.Before(today) {
			wait = 23 * time.Hour // a day without a list stays one
		}
		j.bank.next[date] = now.Add(jitter(wait))
		return nil
	case err != nil:
		j.bank.failures++
		wait := min(time.Minute<<min(j.bank.failures-1, 6), time.Hour)
		j.bank.next[date] = now.Add(wait)
		level := slog.LevelWarn
		if j.bank.failures > 1 {
			level = slog.LevelDebug
		}
		j.Log.Log(ctx, level, "rates failed, the last good ones are kept", slog.String("date", date.Format(time.DateOnly)),
			slog.Duration("next_try_in", wait), slog.Any("error", err))
		return nil
	}
	if j.bank.failures > 0 {
		j.Log.Info("rates are back", slog.Int("failures", j.bank.failures))
		j.bank.failures = 0
	}
	if err := j.Store.SaveRates(ctx, now, day); err != nil {
		return fmt.Errorf("save rates of %s: %w", date.Format(time.DateOnly), err)
	}
	j.Log.Info("rates stored", slog.String("date", date.Format(time.DateOnly)), slog.Int("currencies", len(day.Rates)))
	return nil
}
