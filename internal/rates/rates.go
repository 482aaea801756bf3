// Package rates reads official exchange rates and never invents one: a value
// that is missing, zero or malformed is no value.
package rates

import (
	"time"

	"github.com/shopspring/decimal"
)

// Rate is the price of Nominal units of a currency, in the currency of its Book.
type Rate struct {
	Code    string // ISO 4217, upper case
	Nominal int64  // units the value is for: 1, 10, 100, 1000, 10000; changes with time
	Value   decimal.Decimal
	Change  decimal.Decimal // since the previous day, for Nominal units, as the bank says
}

// Day is one published list of rates.
type Day struct {
	Date  time.Time // midnight UTC of the civil date the list is for
	Rates []Rate
	// Skipped are the items of the list that are not among Rates, and why.
	Skipped []Skip
	// Untold are the codes whose change the list does not tell; it is zero.
	Untold []string
}

// Skip is an item of a list that is left out.
type Skip struct {
	Code string // as it is written; "" when it is not
	Why  string // "value 0.0 is not above zero"
}

// Quote is what a reader is shown of one currency: the newest value known, its
// date, and the last different published value before it.
type Quote struct {
	Rate
	Date time.Time // the date Rate is for
	// Previous is the last published value that differs; nil when not known, as
	// when lists may lie between the two that were never read.
	Previous     *Rate
	PreviousDate time.Time // zero when only the bank's own change tells Previous
}
