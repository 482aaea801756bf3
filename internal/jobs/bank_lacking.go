package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
)

// lackingDays is how many days after its date a list is asked for again because
// currencies are missing from it: some are dropped for good.
const lackingDays = 1

// lacking are the currencies that the last lists had and the stored one of date
// has not, so that it is worth asking for again. A value that the bank first wrote
// as 0.0 is one. Those that were left out on purpose are none.
func (t *teller) lacking(ctx context.Context, date, today time.Time) ([]string, error) {
	if date.Before(today.AddDate(0, 0, -lackingDays)) {
		return nil, nil
	}
	codes, err := t.store.Missing(ctx, date)
	if err != nil {
		return nil, fmt.Errorf("find what the list of %s lacks: %w", date.Format(time.DateOnly), err)
	}
	return slices.DeleteFunc(codes, func(code string) bool { return slices.Contains(t.leftOut[date], code) }), nil
}

// askForLacking takes the dates whose lists lack currencies out of those that
// need not be asked for.
func (t *teller) askForLacking(ctx context.Context, have map[time.Time]bool, today time.Time) error {
	for days := -lackingDays; days <= 1; days++ {
		date := today.AddDate(0, 0, days)
		if !have[date] {
			continue
		}
		codes, err := t.lacking(ctx, date, today)
		if err != nil {
			return err
		}
		have[date] = len(codes) == 0
	}
	return nil
}

// planLacking plans the next try for a list that was just stored and lacks
// currencies. It says so once; news is whether there is anything to say of the list.
func (t *teller) planLacking(ctx context.Context, now, date, today time.Time) (news bool, err error) {
	codes, err := t.lacking(ctx, date, today)
	if err != nil {
		return false, err
	}
	before, again := t.lacks[date]
	if len(codes) == 0 {
		delete(t.lacks, date)
		return true, nil
	}
	t.lacks[date] = codes
	t.days[date] = dayState{next: now.Add(jitter(t.usualWait(now)))}
	if again && slices.Equal(before, codes) {
		return false, nil
	}
	t.Log.Warn("rates lack currencies that the last list had, the bank is asked again", t.attr(),
		slog.String("date", date.Format(time.DateOnly)), slog.String("currencies", strings.Join(codes, " ")))
	return true, nil
}

// usualWait lies between two questions for a list that may still come.
func (t *teller) usualWait(now time.Time) time.Duration {
	if minute := t.minute(now); minute >= t.issuer.NextFrom && minute < t.issuer.NextTo {
		return 15 * time.Minute
	}
	return time.Hour
}
