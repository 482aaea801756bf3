package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/shopspring/decimal"

	"newsbot/internal/rates"
)

// Rates are the rates of one book, and what chats wait for in them. Nothing of
// another book is read or written, whatever the settings were before.
type Rates struct {
	s    *Store
	book string
}

// Rates gives access to the rates of a book.
func (s *Store) Rates(book rates.Book) Rates { return Rates{s: s, book: book.Key()} }

// Save stores a day's rates. Saving a day again replaces what it says of a
// currency; a currency it leaves out keeps its value.
func (r Rates) Save(ctx context.Context, now time.Time, day rates.Day) error {
	if len(day.Rates) == 0 {
		return nil
	}
	err := r.s.tx(ctx, func(tx *sqlx.Tx) error {
		for _, rate := range day.Rates {
			_, err := exec(ctx, tx, `INSERT INTO rates (book, code, rate_date, nominal, value, change, fetched_at) VALUES (?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT (book, code, rate_date) DO UPDATE SET nominal = excluded.nominal, value = excluded.value,
					change = excluded.change, fetched_at = excluded.fetched_at`,
				r.book, rate.Code, ms(day.Date), rate.Nominal, rate.Value.String(), rate.Change.String(), ms(now))
			if err != nil {
				return fmt.Errorf("rate of %s: %w", rate.Code, err)
			}
		}
		// The list has come after all.
		_, err := exec(ctx, tx, `DELETE FROM rateless_days WHERE book = ? AND rate_date = ?`, r.book, ms(day.Date))
		return err
	})
	if err != nil {
		return fmt.Errorf("save rates for %s: %w", day.Date.Format(time.DateOnly), err)
	}
	return nil
}

type rateRow struct {
	Code    string `db:"code"`
	Date    int64  `db:"rate_date"`
	Nominal int64  `db:"nominal"`
	Value   string `db:"value"`
	Change  string `db:"change"`
}

func (r rateRow) rate() (rates.Rate, error) {
	value, err := decimal.NewFromString(r.Value)
	if err != nil {
		return rates.Rate{}, fmt.Errorf("decode rate of %s: %w", r.Code, err)
	}
	change, err := decimal.NewFromString(r.Change)
	if err != nil {
		return rates.Rate{}, fmt.Errorf("decode change of %s: %w", r.Code, err)
	}
	return rates.Rate{Code: r.Code, Nominal: r.Nominal, Value: value, Change: change}, nil
}

// Quotes returns the newest rates on or before a date, only those known, in the
// order asked. What they changed from is known as far as rates.NewQuote says.
func (r Rates) Quotes(ctx context.Context, codes []string, onOrBefore time.Time) ([]rates.Quote, error) {
	recent, err := r.recent(ctx, codes, onOrBefore)
	if err != nil {
		return nil, err
	}
	quotes := make([]rates.Quote, 0, len(codes))
	for _, code := range codes {
		var q rates.Quote
		known, sure := len(recent[code]) > 0, false
		if known {
			q, sure = rates.NewQuote(recent[code], false)
		}
		if !sure { // quiet for long, not listed for long, or days are missing
			if q, known, err = r.quote(ctx, code, onOrBefore); err != nil {
				return nil, fmt.Errorf("read rate of %s: %w", code, err)
			}
		}
		if known {
			quotes = append(quotes, q)
		}
	}
	return quotes, nil
}

const (
	// lookBack is how many days before a rate its predecessor is looked for: a
	// price that has stood for so long has no change worth telling.
	lookBack = 60
	// lookNear is in how many days nearly every rate and its predecessor are
	// found, over a weekend with a holiday, too: one question for all of them.
	lookNear = 6
)

// recent returns the rates of the last days up to a date by currency, in order of date.
func (r Rates) recent(ctx context.Context, codes []string, onOrBefore time.Time) (map[string][]rates.Dated, error) {
	if len(codes) == 0 {
		return nil, nil
	}
	args := []any{r.book, ms(onOrBefore.Add(-lookNear * dayLength)), ms(onOrBefore)}
	for _, code := range codes {
		args = append(args, code)
	}
	var rows []rateRow
	err := list(ctx, r.s.r, &rows, `SELECT code, rate_date, nominal, value, change FROM rates
		WHERE book = ? AND rate_date >= ? AND rate_date <= ? AND code IN (`+places(len(codes), "?")+`) ORDER BY rate_date DESC`, args...)
	if err != nil {
		return nil, fmt.Errorf("read recent rates: %w", err)
	}
	recent := make(map[string][]rateRow, len(codes))
	for _, row := range rows {
		recent[row.Code] = append(recent[row.Code], row)
	}
	return r.findGaps(ctx, recent)
}

// quote is Quotes for one currency, from as many rates as may be needed; ok is false when there is none.
func (r Rates) quote(ctx context.Context, code string, onOrBefore time.Time) (q rates.Quote, ok bool, err error) {
	var rows []rateRow
	err = list(ctx, r.s.r, &rows, `SELECT code, rate_date, nominal, value, change FROM rates
		WHERE book = ? AND code = ? AND rate_date <= ? ORDER BY rate_date DESC LIMIT ?`, r.book, code, ms(onOrBefore), lookBack)
	if err != nil || len(rows) == 0 {
		return rates.Quote{}, false, err
	}
	byCode, err := r.findGaps(ctx, map[string][]rateRow{code: rows})
	if err != nil {
		return rates.Quote{}, false, err
	}
	q, _ = rates.NewQuote(byCode[code], true)
	return q, true, nil
}

// Dates returns the dates from first to last, both included, for which
// there are rates, in order.
func (r Rates) Dates(ctx context.Context, first, last time.Time) ([]time.Time, error) {
	var days []int64
	err := list(ctx, r.s.r, &days, `SELECT DISTINCT rate_date FROM rates WHERE book = ? AND rate_date >= ? AND rate_date <= ? ORDER BY rate_date`, r.book, ms(first), ms(last))
	if err != nil {
		return nil, fmt.Errorf("read rate dates: %w", err)
	}
	dates := make([]time.Time, len(days))
	for i, d := range days {
		dates[i] = at(d)
	}
	return dates, nil
}

const dayLength = 24 * time.Hour

// sameReach is how far back SameSince looks: no holidays last longer.
const sameReach = 20

// SameSince returns the first of the days up to date, without a gap, whose
// lists have the prices of date's own: the day from which they are valid. ok is
// false when that is not known, as the list of the day before it is not stored.
// A currency that only one of two lists has says nothing, nor does one that
// is listed for another number of units from then on.
func (r Rates) SameSince(ctx context.Context, date time.Time) (first time.Time, ok bool, err error) {
	for first = date; date.Sub(first) < sameReach*dayLength; first = first.Add(-dayLength) {
		switch both, changed, err := r.compare(ctx, first); {
		case err != nil:
			return time.Time{}, false, err
		case !both:
			return time.Time{}, false, nil
		case changed:
			return first, true, nil
		}
	}
	return time.Time{}, false, nil
}

// Repeats tells whether the list of a date has the prices of the one of the day before.
func (r Rates) Repeats(ctx context.Context, date time.Time) (bool, error) {
	both, changed, err := r.compare(ctx, date)
	return both && !changed, err
}

// compare tells whether a date and the day before both have a list, and whether
// they differ in a price.
func (r Rates) compare(ctx context.Context, date time.Time) (both, changed bool, err error) {
	var row struct {
		Both    bool `db:"both_days"`
		Changed bool `db:"changed"`
	}
	// Each stops at the first pair it finds.
	const pairs = `SELECT 1 FROM rates a JOIN rates b ON b.book = a.book AND b.code = a.code AND b.rate_date = ?
		WHERE a.book = ? AND a.rate_date = ?`
	day, before := ms(date), ms(date.Add(-dayLength))
	err = get(ctx, r.s.r, &row, `SELECT EXISTS (`+pairs+`) AS both_days,
		EXISTS (`+pairs+` AND a.nominal = b.nominal AND a.value <> b.value) AS changed`, before, r.book, day, before, r.book, day)
	if err != nil {
		return false, false, fmt.Errorf("compare rates of %s: %w", date.Format(time.DateOnly), err)
	}
	return row.Both, row.Changed, nil
}

// Bounds returns the first and the last date there are rates for; ok is
// false when there are none.
func (r Rates) Bounds(ctx context.Context) (first, last time.Time, ok bool, err error) {
	var row struct {
		First int64 `db:"first_date"`
		Last  int64 `db:"last_date"`
	}
	err = get(ctx, r.s.r, &row, `SELECT COALESCE((SELECT MIN(rate_date) FROM rates WHERE book = ?), 0) AS first_date,
		COALESCE((SELECT MAX(rate_date) FROM rates WHERE book = ?), 0) AS last_date`, r.book, r.book)
	if err != nil {
		return time.Time{}, time.Time{}, false, fmt.Errorf("read bounds of rates: %w", err)
	}
	return at(row.First), at(row.Last), row.Last != 0, nil
}

// ReadAt returns when the list of a date was read last; zero when there is none.
func (r Rates) ReadAt(ctx context.Context, date time.Time) (time.Time, error) {
	var last int64
	err := get(ctx, r.s.r, &last, `SELECT COALESCE(MAX(fetched_at), 0) FROM rates WHERE book = ? AND rate_date = ?`, r.book, ms(date))
	if err != nil {
		return time.Time{}, fmt.Errorf("read when rates of %s were read: %w", date.Format(time.DateOnly), err)
	}
	return at(last), nil
}

// First returns the first date for which there is a rate of any of the currencies;
// ok is false when there is none.
func (r Rates) First(ctx context.Context, codes []string) (date time.Time, ok bool, err error) {
	if len(codes) == 0 {
		return time.Time{}, false, nil
	}
	args := []any{r.book}
	for _, code := range codes {
		args = append(args, code)
	}
	var first int64
	err = get(ctx, r.s.r, &first, `SELECT COALESCE(MIN(rate_date), 0) FROM rates WHERE book = ? AND code IN (`+places(len(codes), "?")+`)`, args...)
	if err != nil {
		return time.Time{}, false, fmt.Errorf("read first rate of %v: %w", codes, err)
	}
	return at(first), first != 0, nil
}

// listedFor is for how long before the newest list a currency may have been on
// the last one to count as listed: what a list lacks may still come.
const listedFor = 2

// Codes returns the codes of the currencies on the newest list, and on those of
// the days just before it, in order.
func (r Rates) Codes(ctx context.Context) ([]string, error) {
	var codes []string
	err := list(ctx, r.s.r, &codes, `SELECT DISTINCT code FROM rates WHERE book = ?
		AND rate_date >= (SELECT MAX(b.rate_date) FROM rates b WHERE b.book = ?) - ? ORDER BY code`, r.book, r.book, listedFor*dayLength.Milliseconds())
	if err != nil {
		return nil, fmt.Errorf("read currencies: %w", err)
	}
	return codes, nil
}
