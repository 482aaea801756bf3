package store

import (
	"context"
	"fmt"
	"time"
)

// SaveNone remembers that the bank has no list for a date.
func (r Rates) SaveNone(ctx context.Context, now, date time.Time) error {
	_, err := r.s.write(ctx, `INSERT INTO rateless_days (book, rate_date, asked_at) VALUES (?, ?, ?)
		ON CONFLICT (book, rate_date) DO UPDATE SET asked_at = excluded.asked_at`, r.book, ms(date), ms(now))
	if err != nil {
		return fmt.Errorf("save that there are no rates for %s: %w", date.Format(time.DateOnly), err)
	}
	return nil
}

// Settled returns the dates from first to last, both included, that the
// bank need not be asked for: those with rates and those it has none for. They
// are in order.
func (r Rates) Settled(ctx context.Context, first, last time.Time) ([]time.Time, error) {
	var days []int64
	err := list(ctx, r.s.r, &days, `SELECT rate_date FROM rates WHERE book = ? AND rate_date >= ? AND rate_date <= ?
		UNION SELECT rate_date FROM rateless_days WHERE book = ? AND rate_date >= ? AND rate_date <= ? ORDER BY rate_date`,
		r.book, ms(first), ms(last), r.book, ms(first), ms(last))
	if err != nil {
		return nil, fmt.Errorf("read settled dates: %w", err)
	}
	dates := make([]time.Time, len(days))
	for i, d := range days {
		dates[i] = at(d)
	}
	return dates, nil
}
