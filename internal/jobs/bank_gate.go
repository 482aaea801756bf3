package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"newsbot/internal/rates"
)

const (
	// jumpPercent is the change from the nearest known value beyond which a rate is
	// believed only when the bank says it twice.
	jumpPercent = 20
	// nearDays is how far after a list another may be that it is held against.
	nearDays = 7
	// heldFor is how long a list that jumps waits for the second answer.
	heldFor = 5 * time.Minute
	// heldTries is how often the bank may say something else each time before
	// the currencies that jump are left out, so that the others are not held with them.
	heldTries = 4
)

// heldDay is a list that jumps, and what is waited for.
type heldDay struct {
	jumps []rates.Jump
	tries int
}

// gate lets through what is believed of a list, and nothing of one that jumps
// until a second answer, some minutes later, says the same.
func (t *teller) gate(ctx context.Context, now time.Time, day rates.Day) (rates.Day, error) {
	names := make([]string, len(day.Rates))
	for i, r := range day.Rates {
		names[i] = r.Code
	}
	// A day soon after it is there when the history is filled backwards; else
	// these are the last ones before.
	near, err := t.store.Quotes(ctx, names, day.Date.AddDate(0, 0, nearDays))
	if err != nil {
		return rates.Day{}, fmt.Errorf("find the rates beside %s: %w", day.Date.Format(time.DateOnly), err)
	}
	jumps := rates.Jumps(day, near, jumpPercent)
	before := t.held[day.Date]
	doubtful := slices.DeleteFunc(slices.Clone(jumps), func(jump rates.Jump) bool {
		return slices.ContainsFunc(before.jumps, func(b rates.Jump) bool { return b.Code == jump.Code && rates.SamePrice(b.Rate, jump.Rate) })
	})
	date := slog.String("date", day.Date.Format(time.DateOnly))
	switch {
	case len(doubtful) == 0:
		delete(t.held, day.Date)
		if len(jumps) > 0 {
			t.Log.Warn("rates that jump are believed: the bank says them again", t.attr(), date, slog.String("jumps", jumpsLine(jumps)))
		}
		return day, nil
	case before.tries+1 >= heldTries:
		delete(t.held, day.Date)
		t.Log.Warn("rates that jump otherwise each time are left out", t.attr(), date, slog.String("jumps", jumpsLine(doubtful)))
		day.Rates = slices.DeleteFunc(slices.Clone(day.Rates), func(r rates.Rate) bool {
			return slices.ContainsFunc(doubtful, func(d rates.Jump) bool { return d.Code == r.Code })
		})
		t.leftOut[day.Date] = nil
		for _, d := range doubtful {
			t.leftOut[day.Date] = append(t.leftOut[day.Date], d.Code)
		}
		if len(day.Rates) == 0 {
			t.days[day.Date] = dayState{next: now.Add(jitter(time.Hour))}
		}
		return day, nil
	}
	t.held[day.Date] = heldDay{jumps: jumps, tries: before.tries + 1}
	t.days[day.Date] = dayState{next: now.Add(heldFor)}
	t.Log.Warn("rates jump and are held until the bank says them again", t.attr(), date, slog.String("jumps", jumpsLine(doubtful)))
	recent := !day.Date.Before(t.today(now).AddDate(0, 0, -recentDays)) // nobody reads the others yet
	if before.tries == 0 && recent && t.loud && t.RatesHeld != nil {
		if err := t.RatesHeld(ctx, day.Date, doubtful); err != nil {
			t.Log.Error("nobody is told of rates that are held", t.attr(), date, slog.Any("error", err))
		}
	}
	return rates.Day{}, nil
}

// jumpsLine is for the log: USD 478.77 → 47.9 (-90%), …
func jumpsLine(jumps []rates.Jump) string {
	const most = 5
	var parts []string
	for i, jump := range jumps {
		if i == most {
			parts = append(parts, fmt.Sprintf("and %d more", len(jumps)-most))
			break
		}
		parts = append(parts, fmt.Sprintf("%s %s → %s (%s%%)", jump.Code, jump.Was, jump.Value, jump.Percent))
	}
	return strings.Join(parts, ", ")
}
