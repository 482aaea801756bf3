package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"newsbot/internal/rates"
)

// SaveNone remembers that the bank had no list for a date when it was asked now.
// It does nothing where there is one.
func (r Rates) SaveNone(ctx context.Context, now, date time.Time) error {
	err := r.s.tx(ctx, func(tx *sqlx.Tx) error {
		var listed bool
		if err := get(ctx, tx, &listed, `SELECT EXISTS (SELECT 1 FROM rates WHERE book = ? AND rate_date = ?)`, r.book, ms(date)); err != nil || listed {
			return err
		}
		_, err := exec(ctx, tx, `INSERT INTO rateless_days (book, rate_date, asked_at) VALUES (?, ?, ?)
			ON CONFLICT (book, rate_date) DO UPDATE SET asked_at = excluded.asked_at`, r.book, ms(date), ms(now))
		return err
	})
	if err != nil {
		return fmt.Errorf("save that there are no rates for %s: %w", date.Format(time.DateOnly), err)
	}
	return nil
}

// noneLasts is for how long it is believed that a bank has no list for a date.
const noneLasts = 30 * 24 * time.Hour

// noneCounts says of a row of rateless_days that the bank had a list of a later date by
// then: a bank in trouble has none for anything, and once it is well again its word of
// before does not count.
const noneCounts = `EXISTS (SELECT 1 FROM rates l WHERE l.book = rateless_days.book AND l.rate_date > rateless_days.rate_date AND l.fetched_at <= rateless_days.asked_at)`

// Settled returns the dates from first to last, both included, of which it is
// known what the bank lists: those with rates, and those it had none for, though it
// had later ones, when it was asked so long after the date, or later, and within the
// last month. They are in order.
func (r Rates) Settled(ctx context.Context, now, first, last time.Time, after time.Duration) ([]time.Time, error) {
	var days []int64
	err := list(ctx, r.s.r, &days, `SELECT rate_date FROM rates WHERE book = ? AND rate_date >= ? AND rate_date <= ?
		UNION SELECT rate_date FROM rateless_days WHERE book = ? AND rate_date >= ? AND rate_date <= ? AND asked_at - rate_date >= ? AND asked_at > ? AND `+noneCounts+` ORDER BY rate_date`,
		r.book, ms(first), ms(last), r.book, ms(first), ms(last), after.Milliseconds(), ms(now.Add(-noneLasts)))
	if err != nil {
		return nil, fmt.Errorf("read settled dates: %w", err)
	}
	dates := make([]time.Time, len(days))
	for i, d := range days {
		dates[i] = at(d)
	}
	return dates, nil
}

// listsBefore is how many lists Missing looks at before a date: one may have been
// as incomplete as the next.
const listsBefore = 2

// Missing returns the codes that the last lists before a date have and its own
// has not, in order.
func (r Rates) Missing(ctx context.Context, date time.Time) ([]string, error) {
	var codes []string
	err := list(ctx, r.s.r, &codes, `SELECT DISTINCT code FROM rates
		WHERE book = ? AND rate_date IN (SELECT DISTINCT b.rate_date FROM rates b WHERE b.book = ? AND b.rate_date < ? ORDER BY b.rate_date DESC LIMIT ?)
			AND code NOT IN (SELECT c.code FROM rates c WHERE c.book = ? AND c.rate_date = ?)
		ORDER BY code`, r.book, r.book, ms(date), listsBefore, r.book, ms(date))
	if err != nil {
		return nil, fmt.Errorf("read missing currencies of %s: %w", date.Format(time.DateOnly), err)
	}
	return codes, nil
}

// findGaps marks in rows of several currencies, each newest first, the rates
// before which there are days that are not known to have no list, and returns the
// rows in order of date.
func (r Rates) findGaps(ctx context.Context, rows map[string][]rateRow) (map[string][]rates.Dated, error) {
	var first, last int64 // of the gaps
	out := make(map[string][]rates.Dated, len(rows))
	for code, newestFirst := range rows {
		row := make([]rates.Dated, 0, len(newestFirst))
		for i, each := range slices.Backward(newestFirst) {
			rate, err := each.rate()
			if err != nil {
				return nil, err
			}
			d := rates.Dated{Rate: rate, Date: at(each.Date)}
			if i+1 < len(newestFirst) {
				before := newestFirst[i+1].Date
				if d.Gap = daysBetween(before, each.Date) > 0; d.Gap {
					if first == 0 || before < first {
						first = before
					}
					last = max(last, each.Date)
				}
			}
			row = append(row, d)
		}
		out[code] = row
	}
	if last == 0 { // nearly always
		return out, nil
	}
	var none []int64
	err := list(ctx, r.s.r, &none, `SELECT rate_date FROM rateless_days WHERE book = ? AND rate_date > ? AND rate_date < ? AND `+noneCounts+` ORDER BY rate_date`, r.book, first, last)
	if err != nil {
		return nil, fmt.Errorf("read days without rates: %w", err)
	}
	for _, row := range out {
		for i := range row {
			if !row[i].Gap {
				continue
			}
			from, to := ms(row[i-1].Date), ms(row[i].Date)
			i0, _ := slices.BinarySearch(none, from+1)
			i1, _ := slices.BinarySearch(none, to)
			row[i].Gap = int64(i1-i0) < daysBetween(from, to)
		}
	}
	return out, nil
}

// daysBetween is how many days lie between two midnights.
func daysBetween(from, to int64) int64 { return (to-from)/dayLength.Milliseconds() - 1 }
