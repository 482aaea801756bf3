package store

import (
	"context"
	"fmt"
	"time"

	"newsbot/internal/rates"
)

// History returns the rates of a currency for the dates from first to last,
// both included, in order of date. Days without a rate are left out; Previous
// is not set.
func (r Rates) History(ctx context.Context, code string, first, last time.Time) ([]rates.Quote, error) {
	var rows []rateRow
	err := list(ctx, r.s.r, &rows, `SELECT code, rate_date, nominal, value, change FROM rates
		WHERE book = ? AND code = ? AND rate_date >= ? AND rate_date <= ? ORDER BY rate_date`, r.book, code, ms(first), ms(last))
	if err != nil {
		return nil, fmt.Errorf("read history of %s: %w", code, err)
	}
	quotes := make([]rates.Quote, len(rows))
	for i, row := range rows {
		rate, err := row.rate()
		if err != nil {
			return nil, err
		}
		quotes[i] = rates.Quote{Rate: rate, Date: at(row.Date)}
	}
	return quotes, nil
}
