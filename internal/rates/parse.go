package rates

import "errors"

// ErrNotPublished says that the bank has no list for the day (yet).
var ErrNotPublished = errors.New("rates are not published")

// Parse reads a list of the National Bank.
func Parse(body []byte) (Day, error) { return Day{}, errors.ErrUnsupported }
