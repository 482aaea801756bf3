package rates

import "github.com/shopspring/decimal"

// UnitValue is the price of one unit, in tenge.
func (r Rate) UnitValue() decimal.Decimal { return decimal.Zero }

// ChangeSince is how much Nominal units cost more (or less, negative) than at
// Previous; ok is false when that is not known.
func (q Quote) ChangeSince() (change decimal.Decimal, ok bool) { return decimal.Zero, false }

// Direction is the sign of ChangeSince, 0 when it is not known.
func (q Quote) Direction() int { return 0 }
