package rates

import "github.com/shopspring/decimal"

// Jump is a change so large that it is rather a mistake than a price.
type Jump struct {
	Rate
	// Was is the last known price of Nominal units; Percent is the change since, to one place.
	Was     decimal.Decimal
	Percent decimal.Decimal
}

// Jumps are the rates of day that differ from the last known ones, as last has
// them, by more than percent. A currency that last does not have cannot jump.
func Jumps(day Day, last []Quote, percent int64) []Jump {
	before := map[string]Rate{}
	for _, q := range last {
		if known(q.Rate) {
			before[q.Code] = q.Rate
		}
	}
	var jumps []Jump
	for _, r := range day.Rates {
		b, ok := before[r.Code]
		if !ok || !known(r) {
			continue
		}
		// Both are of the nominals' product, so that a new nominal is no jump.
		is, was := r.Value.Mul(decimal.NewFromInt(b.Nominal)), b.Value.Mul(decimal.NewFromInt(r.Nominal))
		change := is.Sub(was).Mul(decimal.NewFromInt(100))
		if change.Abs().GreaterThan(was.Mul(decimal.NewFromInt(percent))) {
			jumps = append(jumps, Jump{Rate: r, Was: was.DivRound(decimal.NewFromInt(b.Nominal), unitPlaces), Percent: change.DivRound(was, 1)})
		}
	}
	return jumps
}

// SamePrice tells whether two rates are the same price of one unit, whatever
// the nominals are.
func SamePrice(a, b Rate) bool {
	return a.Value.Mul(decimal.NewFromInt(b.Nominal)).Equal(b.Value.Mul(decimal.NewFromInt(a.Nominal)))
}
