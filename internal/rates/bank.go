package rates

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"newsbot/internal/fetch"
)

// ErrOtherDay says that the bank answered with a list for another day than the
// one asked for.
var ErrOtherDay = errors.New("the list is for another day")

// The banks that publish lists, as they are named in settings and in the store.
const (
	NBK = "nbk" // National Bank of Kazakhstan
	CBR = "cbr" // Central Bank of Russia
)

// bankTimeout is generous because the bank has been seen to take ten seconds.
const bankTimeout = 20 * time.Second

// NationalBank is the official source of rates.
type NationalBank struct {
	client *fetch.Client
	url    string
}

// NewNationalBank reads lists from url, such as
// https://nationalbank.kz/rss/get_rates.cfm; fdate=DD.MM.YYYY is added to
// whatever query it has.
func NewNationalBank(c *fetch.Client, url string) *NationalBank {
	return &NationalBank{client: c, url: url}
}

// ID is NBK.
func (*NationalBank) ID() string { return NBK }

// Fetch reads the list for date's civil day in its own location. It returns
// ErrNotPublished when the bank has none, ErrOtherDay when its list is not for
// that day, ErrNotAList when it is none, and the errors of fetch; TroubleOf
// tells them apart.
func (b *NationalBank) Fetch(ctx context.Context, date time.Time) (Day, error) {
	want := civil(date)
	day, err := b.fetch(ctx, want)
	if err != nil {
		return Day{}, fmt.Errorf("rates for %s: %w", want.Format(time.DateOnly), err)
	}
	return day, nil
}

func (b *NationalBank) fetch(ctx context.Context, want time.Time) (Day, error) {
	address, err := url.Parse(b.url)
	if err != nil {
		return Day{}, fmt.Errorf("address of the bank: %w", err)
	}
	query := address.Query()
	query.Set("fdate", want.Format("02.01.2006"))
	address.RawQuery = query.Encode()
	answer, err := b.client.Get(ctx, fetch.Request{
		URL:      address.String(),
		Accept:   "text/xml, application/xml;q=0.9, application/rss+xml;q=0.8",
		MaxBytes: maxBody,
		Timeout:  bankTimeout,
	})
	if err != nil {
		return Day{}, err
	}
	day, err := Parse(answer.Body)
	if err != nil {
		return Day{}, notAList(err)
	}
	if !day.Date.Equal(want) {
		return Day{}, fmt.Errorf("got %s: %w", day.Date.Format(time.DateOnly), ErrOtherDay)
	}
	return day, nil
}

// notAList marks what Parse and ParseCBR refuse.
func notAList(err error) error {
	if errors.Is(err, ErrNotPublished) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrNotAList, err)
}

// civil is the civil day of t in its own location, as midnight UTC.
func civil(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
