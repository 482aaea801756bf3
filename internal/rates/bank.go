package rates

import (
	"context"
	"errors"
	"time"

	"newsbot/internal/fetch"
)

// ErrOtherDay says that the bank answered with a list for another day than the
// one asked for.
var ErrOtherDay = errors.New("list is for another day")

// NationalBank is the official source of rates.
type NationalBank struct {
	client *fetch.Client
	url    string
}

// NewNationalBank reads lists from url, to which fdate=DD.MM.YYYY is added.
func NewNationalBank(c *fetch.Client, url string) *NationalBank {
	return &NationalBank{client: c, url: url}
}

// Fetch reads the list for date's civil day in its own location. It returns
// ErrNotPublished when the bank has none.
func (b *NationalBank) Fetch(ctx context.Context, date time.Time) (Day, error) {
	return Day{}, errors.ErrUnsupported
}
