package rates

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/shopspring/decimal"
	"golang.org/x/text/encoding/charmap"

	"newsbot/internal/fetch"
)

// rouble is what the Central Bank of Russia gives its rates in.
const rouble = "RUB"

// CentralBankOfRussia reads that bank's daily list and crosses it into another
// currency. What comes out is nobody's official rate, except in roubles.
type CentralBankOfRussia struct {
	client *fetch.Client
	url    string
	base   string
}

// NewCentralBankOfRussia reads lists from url, such as
// https://www.cbr.ru/scripts/XML_daily.asp; date_req=DD/MM/YYYY is added to
// whatever query it has. base is the currency that the rates are to be in:
// RUB leaves them as they are.
func NewCentralBankOfRussia(c *fetch.Client, url, base string) *CentralBankOfRussia {
	return &CentralBankOfRussia{client: c, url: url, base: base}
}

// ID is CBR.
func (*CentralBankOfRussia) ID() string { return CBR }

// Fetch reads the list for date's civil day in its own location. A day without
// a list of its own is ErrNotPublished: the bank answers with the last one
// before it. Its other errors are those of NationalBank.Fetch.
func (b *CentralBankOfRussia) Fetch(ctx context.Context, date time.Time) (Day, error) {
	want := civil(date)
	day, err := b.fetch(ctx, want)
	if err != nil {
		return Day{}, fmt.Errorf("rates for %s: %w", want.Format(time.DateOnly), err)
	}
	return day, nil
}

func (b *CentralBankOfRussia) fetch(ctx context.Context, want time.Time) (Day, error) {
	address, err := url.Parse(b.url)
	if err != nil {
		return Day{}, fmt.Errorf("address of the bank: %w", err)
	}
	query := address.Query()
	query.Set("date_req", want.Format("02/01/2006"))
	address.RawQuery = query.Encode()
	answer, err := b.client.Get(ctx, fetch.Request{
		URL:      address.String(),
		Accept:   "application/xml, text/xml;q=0.9",
		MaxBytes: maxBody,
		Timeout:  bankTimeout,
	})
	if err != nil {
		return Day{}, err
	}
	day, err := ParseCBR(answer.Body)
	switch {
	case err != nil:
		return Day{}, notAList(err)
	case day.Date.Before(want):
		return Day{}, fmt.Errorf("got %s: %w", day.Date.Format(time.DateOnly), ErrNotPublished)
	case day.Date.After(want):
		return Day{}, fmt.Errorf("got %s: %w", day.Date.Format(time.DateOnly), ErrOtherDay)
	}
	return Cross(day, rouble, b.base)
}

// valCurs is the list as written. VunitRate is not read: it is Value by Nominal.
type valCurs struct {
	Date    string `xml:"Date,attr"`
	Valutes []struct {
		Codes    []string `xml:"CharCode"`
		Nominals []string `xml:"Nominal"`
		Values   []string `xml:"Value"`
	} `xml:"Valute"`
}

// ParseCBR reads a daily list of the Central Bank of Russia (<ValCurs>, in
// windows-1251 or UTF-8, with decimal commas). The rates are in roubles and
// without a change, which the list does not tell. What is left out and what is
// refused is as in Parse.
func ParseCBR(body []byte) (Day, error) {
	if len(body) > maxBody {
		return Day{}, fmt.Errorf("parse rates: %d bytes are too many for a list of rates", len(body))
	}
	dec := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))))
	dec.CharsetReader = func(charset string, input io.Reader) (io.Reader, error) {
		switch strings.ToLower(charset) {
		case "windows-1251", "cp1251":
			return charmap.Windows1251.NewDecoder().Reader(input), nil
		}
		return nil, fmt.Errorf("encoding %.20q is not one that the bank writes", charset)
	}
	var l valCurs
	if _, err := decodeRoot(dec, map[string]any{"ValCurs": &l}); err != nil {
		return Day{}, fmt.Errorf("parse rates: %w", err)
	}
	date, err := parseDate(strings.TrimSpace(l.Date))
	if err != nil {
		return Day{}, fmt.Errorf("parse rates: date of the list: %w", err)
	}
	if len(l.Valutes) == 0 {
		return Day{}, fmt.Errorf("parse rates: the list is empty: %w", ErrNotPublished)
	}
	items := make([]item, len(l.Valutes))
	for i, v := range l.Valutes {
		items[i] = item{Titles: v.Codes, Quants: v.Nominals, Descriptions: make([]string, len(v.Values))}
		for n, value := range v.Values {
			items[i].Descriptions[n] = strings.Replace(value, ",", ".", 1)
		}
	}
	day := Day{Date: date, Rates: collect(items, date)}
	if len(day.Rates) == 0 {
		return Day{}, fmt.Errorf("parse rates: none of %d items for %s has a usable rate", len(items), date.Format(time.DateOnly))
	}
	return day, nil
}

// crossPlaces is the precision of a rate that is counted from two others.
const crossPlaces = 8

// Cross gives the rates of a day, which are in the currency own, in base
// instead: base itself drops out and own comes in. It fails with *NoRateError
// when base is not among them. The nominals stay; changes are not known.
func Cross(day Day, own, base string) (Day, error) {
	if own == base {
		return day, nil
	}
	var b Rate
	for _, r := range day.Rates {
		if r.Code == base {
			b = r
		}
	}
	if !known(b) {
		return Day{}, fmt.Errorf("cross rates for %s: %w", day.Date.Format(time.DateOnly), &NoRateError{Code: base})
	}
	crossed := Day{Date: day.Date}
	for _, r := range append([]Rate{{Code: own, Nominal: 1, Value: decimal.NewFromInt(1)}}, day.Rates...) {
		value := r.Value.Mul(decimal.NewFromInt(b.Nominal)).DivRound(b.Value, crossPlaces)
		if r.Code == base || !value.IsPositive() {
			continue
		}
		crossed.Rates = append(crossed.Rates, Rate{Code: r.Code, Nominal: r.Nominal, Value: value})
	}
	return crossed, nil
}
