package rates

import "github.com/shopspring/decimal"

// unitPlaces is the precision of a division by a nominal. It is exact for powers
// of ten, which is all that banks have been seen to list; of others, which Parse
// lets pass as well, it keeps far more places than are ever shown.
const unitPlaces = 20

// UnitValue is the price of one unit: Value by Nominal. It is zero
// for a Rate that has no nominal.
func (r Rate) UnitValue() decimal.Decimal {
	if r.Nominal <= 0 {
		return decimal.Zero
	}
	return r.Value.DivRound(decimal.NewFromInt(r.Nominal), unitPlaces)
}

// ChangeSince is by how much Nominal units became dearer (or cheaper,
// negative) since Previous, also when the bank has changed the nominal in
// between. ok is false when either value is not known.
func (q Quote) ChangeSince() (change decimal.Decimal, ok bool) {
	if q.Previous == nil || !known(q.Rate) || !known(*q.Previous) {
		return decimal.Zero, false
	}
	before := q.Previous.Value
	if q.Previous.Nominal != q.Nominal {
		before = before.Mul(decimal.NewFromInt(q.Nominal)).DivRound(decimal.NewFromInt(q.Previous.Nominal), unitPlaces)
	}
	return q.Value.Sub(before), true
}

// ChangePercent is by how many per cent after is more than before, to two
// digits; zero when before is not above zero.
func ChangePercent(before, after decimal.Decimal) decimal.Decimal {
	if !before.IsPositive() {
		return decimal.Zero
	}
	return after.Sub(before).Mul(decimal.NewFromInt(100)).DivRound(before, 2)
}

// Direction is the sign of ChangeSince: 1 dearer, -1 cheaper, 0 unchanged or
// not known.
func (q Quote) Direction() int {
	change, _ := q.ChangeSince()
	return change.Sign()
}

func known(r Rate) bool { return r.Nominal > 0 && r.Value.IsPositive() }
