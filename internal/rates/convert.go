package rates

import (
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// NoRateError says that a conversion needs a rate that is not known.
type NoRateError struct{ Code string }

func (e *NoRateError) Error() string { return "no rate of " + e.Code }

// Result is a conversion and what it was made with.
type Result struct {
	Amount decimal.Decimal // of From
	From   string
	To     string
	// Value is the amount of To, to twenty places and more.
	Value decimal.Decimal
	// Shown is the same rounded once, half away from zero, for a person: to two
	// places, and below 1 to four significant digits (at most twelve places).
	Shown decimal.Decimal
	// FromQuote and ToQuote are what was counted with; the base has none, nil.
	FromQuote, ToQuote *Quote
}

// Dates are the days the rates are for, from and to; the zero time for the base.
func (r Result) Dates() (from, to time.Time) {
	if r.FromQuote != nil {
		from = r.FromQuote.Date
	}
	if r.ToQuote != nil {
		to = r.ToQuote.Date
	}
	return from, to
}

// ShownPlaces is how many places after the point Shown is written with: all
// that are not zeros at the end, and two at least.
func (r Result) ShownPlaces() int32 {
	_, fraction, _ := strings.Cut(r.Shown.String(), ".")
	return max(shownPlaces, int32(len(fraction)))
}

const (
	shownPlaces      = 2
	shownSignificant = 4
	shownMost        = 12
	// valuePlaces keeps the way there and back exact far beyond what is shown,
	// also for the dearest currency in the cheapest.
	valuePlaces = 32
)

// Convert counts amount of one currency in another by the quotes of board,
// which are in base, through that currency. Nothing is rounded on the way. It fails with *NoRateError
// when board knows no usable quote of either.
func Convert(amount decimal.Decimal, from, to, base string, board func(code string) (Quote, bool)) (Result, error) {
	r := Result{Amount: amount, From: from, To: to}
	// amount × value/nominal of From ÷ value/nominal of To, as one fraction.
	above, below := amount, decimal.NewFromInt(1)
	if from != to {
		var err error
		if r.FromQuote, err = quoteOf(from, base, board); err != nil {
			return Result{}, fmt.Errorf("convert %s to %s: %w", from, to, err)
		}
		if r.ToQuote, err = quoteOf(to, base, board); err != nil {
			return Result{}, fmt.Errorf("convert %s to %s: %w", from, to, err)
		}
	}
	if q := r.FromQuote; q != nil {
		above, below = above.Mul(q.Value), below.Mul(decimal.NewFromInt(q.Nominal))
	}
	if q := r.ToQuote; q != nil {
		above, below = above.Mul(decimal.NewFromInt(q.Nominal)), below.Mul(q.Value)
	}
	r.Value = above.DivRound(below, valuePlaces)
	r.Shown = above.DivRound(below, placesFor(r.Value))
	if r.Shown.Abs().GreaterThanOrEqual(decimal.NewFromInt(1)) {
		r.Shown = above.DivRound(below, shownPlaces)
	}
	return r, nil
}

// placesFor is how many places of v are shown.
func placesFor(v decimal.Decimal) int32 {
	v = v.Abs()
	if v.IsZero() || v.GreaterThanOrEqual(decimal.NewFromInt(1)) {
		return shownPlaces
	}
	// v is coefficient × 10^exponent: its first digit stands at this place.
	first := -v.Exponent() - int32(v.NumDigits()) + 1
	return min(max(shownPlaces, first+shownSignificant-1), shownMost)
}

func quoteOf(code, base string, board func(code string) (Quote, bool)) (*Quote, error) {
	if code == base {
		return nil, nil
	}
	q, ok := board(code)
	if !ok || !known(q.Rate) {
		return nil, &NoRateError{Code: code}
	}
	return &q, nil
}
