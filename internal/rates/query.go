package rates

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/shopspring/decimal"
)

// ErrNoQuery says that a text asks for no conversion.
var ErrNoQuery = errors.New("not a conversion")

// Query is a conversion somebody asks for.
type Query struct {
	Amount decimal.Decimal // above zero; 1 when none is said
	From   string          // ISO 4217, upper case
	To     string          // "" when not said
}

// AmbiguousError says that Word names several currencies: the person has to be asked.
type AmbiguousError struct {
	Amount decimal.Decimal
	Word   string   // as it was written
	Codes  []string // what it may mean, the likeliest first; at least two
	From   bool     // Word is what is converted; else what it is converted to
	// Other is the code of the other side; "" when it was not said.
	Other string
	// OtherCodes are what the other side may mean when that is not clear either.
	OtherCodes []string
}

func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("%q may be %s", e.Word, strings.Join(e.Codes, ", "))
}

// UnknownError says that a word stands where a currency is expected and names none.
type UnknownError struct{ Word string }

func (e *UnknownError) Error() string { return fmt.Sprintf("%q is no currency", e.Word) }

var strictQuery = regexp.MustCompile(`^([0-9]{1,15}(?:[.,][0-9]{1,8})?) ([A-Z]{3})(?: ([A-Z]{3}))?$`)

// ParseQuery reads a conversion as a person types it.
func ParseQuery(text string) (Query, error) {
	m := strictQuery.FindStringSubmatch(strings.ToUpper(strings.Join(strings.Fields(text), " ")))
	if m == nil {
		return Query{}, ErrNoQuery
	}
	amount, err := decimal.NewFromString(strings.Replace(m[1], ",", ".", 1))
	if err != nil || !amount.IsPositive() {
		return Query{}, ErrNoQuery
	}
	return Query{Amount: amount, From: m[2], To: m[3]}, nil
}
