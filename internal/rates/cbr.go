package rates

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/shopspring/decimal"
	"golang.org/x/text/encoding/charmap"
)

// valCurs is the list as written. VunitRate is not read: it is Value by Nominal.
type valCurs struct {
	Date    string `xml:"Date,attr"`
	Valutes []struct {
		Codes    []text `xml:"CharCode"`
		Nominals []text `xml:"Nominal"`
		Values   []text `xml:"Value"`
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
		return Day{Date: date}, fmt.Errorf("parse rates: the list is empty: %w", ErrNotPublished)
	}
	items := make([]item, len(l.Valutes))
	for i, v := range l.Valutes {
		items[i] = item{Titles: v.Codes, Quants: v.Nominals, Descriptions: make([]text, len(v.Values))}
		for n, value := range v.Values {
			items[i].Descriptions[n] = text(strings.Replace(string(value), ",", ".", 1))
		}
	}
	day := collect(items, date)
	if len(day.Rates) == 0 {
		return Day{}, fmt.Errorf("parse rates: none of %d items for %s has a usable rate", len(items), date.Format(time.DateOnly))
	}
	return day, nil
}

// crossPlaces is the precision of a rate that is counted from two others.
const crossPlaces = 8

// Cross gives the rates of a day, which are in the currency own, in base
// instead: base itself drops out and own comes in. It fails with *NoRateError
// when base is not among them. Nominals grow tenfold until the value is one at
// least, so that cheap currencies keep their digits; changes are not known.
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
		if r.Code == base || !known(r) {
			continue
		}
		above, nominal := r.Value.Mul(decimal.NewFromInt(b.Nominal)), r.Nominal
		for above.LessThan(b.Value) && nominal < mostCrossNominal {
			above, nominal = above.Shift(1), nominal*10
		}
		if value := above.DivRound(b.Value, crossPlaces); value.IsPositive() {
			crossed.Rates = append(crossed.Rates, Rate{Code: r.Code, Nominal: nominal, Value: value})
		}
	}
	return crossed, nil
}

// mostCrossNominal is as many units as Cross lists at once.
const mostCrossNominal = 1_000_000
