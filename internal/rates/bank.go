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

// bankTimeout is generous because banks have been seen to take ten seconds.
const bankTimeout = 20 * time.Second

// Bank reads the lists of a book from its issuer.
type Bank struct {
	client  *fetch.Client
	book    Book
	address string
}

// NewBank reads lists from address, to which the date is added in the way of
// the book's issuer whatever query it has; empty is where the issuer publishes them.
func NewBank(c *fetch.Client, book Book, address string) *Bank {
	if address == "" {
		address = book.Issuer().Address
	}
	return &Bank{client: c, book: book, address: address}
}

// Book is what the lists are for.
func (b *Bank) Book() Book { return b.book }

// Fetch reads the list for date's civil day in its own location, in the book's
// currency. It returns ErrNotPublished when the bank has none, ErrOtherDay when
// its list is not for that day, and when it is empty and for a later one, ErrNotAList when it is none, *NoRateError when
// it lacks the book's currency, and the errors of fetch; TroubleOf tells them apart.
func (b *Bank) Fetch(ctx context.Context, date time.Time) (Day, error) {
	want := civil(date)
	day, err := b.fetch(ctx, want)
	if err != nil {
		return Day{}, fmt.Errorf("rates for %s: %w", want.Format(time.DateOnly), err)
	}
	return day, nil
}

func (b *Bank) fetch(ctx context.Context, want time.Time) (Day, error) {
	issuer := b.book.Issuer()
	address, err := url.Parse(b.address)
	if err != nil {
		return Day{}, fmt.Errorf("address of the bank: %w", err)
	}
	query := address.Query()
	query.Set(issuer.parameter, want.Format(issuer.layout))
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
	day, err := issuer.Parse(answer.Body)
	switch {
	case errors.Is(err, ErrNotPublished) && day.Date.After(want):
		// It says nothing about that day, and the day would be settled as one without a list.
		return Day{}, fmt.Errorf("got an empty one of %s: %w", day.Date.Format(time.DateOnly), ErrOtherDay)
	case errors.Is(err, ErrNotPublished):
		return Day{}, err
	case err != nil:
		return Day{}, fmt.Errorf("%w: %w", ErrNotAList, err)
	case !issuer.EveryDay && day.Date.Before(want) && day.Date.After(want.AddDate(0, 0, -longestHolidays)):
		// It answers with the last list for a day that has none of its own.
		return Day{}, fmt.Errorf("got %s: %w", day.Date.Format(time.DateOnly), ErrNotPublished)
	case !day.Date.Equal(want):
		return Day{}, fmt.Errorf("got %s: %w", day.Date.Format(time.DateOnly), ErrOtherDay)
	}
	return Cross(day, issuer.Currency, b.book.Base())
}

// longestHolidays is for how many days a bank sets no rates at most: a list that is
// older than that is a stuck page, and no word that there was none.
const longestHolidays = 20

// civil is the civil day of t in its own location, as midnight UTC.
func civil(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
