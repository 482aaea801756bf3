package rates

import (
	"time"

	"github.com/shopspring/decimal"
)

// Dated is a rate and the date it is for, in a row of those of its currency.
type Dated struct {
	Rate
	Date time.Time
	// Gap says that between it and the one before it in the row there may be lists
	// that are not known, or there are such without the currency.
	Gap bool
}

// mostToldChange is the change in per cent that a bank's word alone is believed for.
const mostToldChange = 20

// Before is the price before that of the last in a row, which is in order of
// date and holds all that is known. It is the rate before it when no list can lie
// between the two, and else what the bank's own change says; ok is false when
// neither is known.
func Before(row []Dated) (before Rate, ok bool) {
	last := len(row) - 1
	if last > 0 && !row[last].Gap {
		return row[last-1].Rate, known(row[last-1].Rate)
	}
	return toldBefore(row)
}

// toldBefore is what the last of a row changed from by the bank's own word. It is
// not believed where the last such word that can be checked was wrong, nor of a
// change so large that of a value it would have to be said twice.
func toldBefore(row []Dated) (before Rate, ok bool) {
	r := row[len(row)-1]
	before = Rate{Code: r.Code, Nominal: r.Nominal, Value: r.Value.Sub(r.Change)}
	if r.Change.IsZero() || !known(r.Rate) || !known(before) ||
		r.Change.Abs().Mul(decimal.NewFromInt(100)).GreaterThan(before.Value.Mul(decimal.NewFromInt(mostToldChange))) {
		return Rate{}, false
	}
	for i := len(row) - 2; i > 0; i-- {
		each := row[i]
		if each.Gap || each.Change.IsZero() { // zero is what a bank without changes has
			continue
		}
		change, _ := Quote{Rate: each.Rate, Previous: &row[i-1].Rate}.ChangeSince()
		if !change.Equal(each.Change) {
			return Rate{}, false
		}
		break
	}
	return before, true
}

// NewQuote makes a quote of the last in a row, which is in order of date: its
// Previous is the price before the days that have its own, when that is known; see
// Before. whole says that there is no more to read of the row. sure is false
// when more of it is needed to tell.
func NewQuote(row []Dated, whole bool) (q Quote, sure bool) {
	last := len(row) - 1
	q = Quote{Rate: row[last].Rate, Date: row[last].Date}
	for i := last; i > 0 && !row[i].Gap; i-- {
		if earlier := row[i-1]; !SamePrice(q.Rate, earlier.Rate) {
			q.Previous, q.PreviousDate = &earlier.Rate, earlier.Date
			return q, true
		}
		row = row[:i]
	}
	if !whole {
		return q, false
	}
	if before, ok := toldBefore(row); ok {
		q.Previous = &before
	}
	return q, true
}
