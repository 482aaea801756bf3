package jobs

import (
	"context"
	"time"
)

// morningCheck is the minute of its day from which on a list is asked for once more:
// what the bank corrects, it has corrected by then.
const morningCheck = 9 * 60

// repeatedWait lies between two questions for a list that only repeats the one before:
// over weekends it is right.
const repeatedWait = 30 * time.Minute

// askAgain takes the dates whose lists may not be the last word out of those that need
// not be asked for: tomorrow's, while it only repeats the one before and its session
// may still set another, as the bank gives the old list under the new date until then;
// and today's, once in the morning, when it was read the day before.
func (t *teller) askAgain(ctx context.Context, now time.Time, have map[time.Time]bool, today time.Time) error {
	if tomorrow := today.AddDate(0, 0, 1); have[tomorrow] && t.minute(now) < t.issuer.NextTo {
		repeats, err := t.store.Repeats(ctx, tomorrow)
		if err != nil {
			return err
		}
		have[tomorrow] = !repeats
	}
	if have[today] && t.minute(now) >= morningCheck {
		read, err := t.store.ReadAt(ctx, today)
		if err != nil {
			return err
		}
		begins := time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, t.zone)
		have[today] = read.IsZero() || !read.Before(begins)
	}
	return nil
}

// askBefore lets the days without a list just before a date that has one be asked for
// again: that they have none counts since the bank is known to have a later one.
func (t *teller) askBefore(date time.Time) {
	for day := date.AddDate(0, 0, -1); t.days[day].none; day = day.AddDate(0, 0, -1) {
		delete(t.days, day)
	}
}
