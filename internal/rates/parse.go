package rates

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

// ErrNotPublished says that the bank has no list for the day (yet): its answer
// is well formed and holds no item.
var ErrNotPublished = errors.New("rates are not published")

const (
	// maxBody bounds what is parsed; a real list is about 12 KB.
	maxBody = 1 << 20
	// maxNominal is far above the largest seen, 10000.
	maxNominal = 10_000_000
)

// The digits are bounded because a decimal such as 1e999999999 is cheap to
// write and ruinous to compute with.
var (
	codePattern   = regexp.MustCompile(`^[A-Z]{3}$`)
	valuePattern  = regexp.MustCompile(`^[0-9]{1,12}(\.[0-9]{1,8})?$`)
	changePattern = regexp.MustCompile(`^[+-]?[0-9]{1,12}(\.[0-9]{1,8})?$`)
)

// list is <rates>, and <channel> of <rss>, as written. The index element (UP,
// DOWN) is not read: it has been seen to contradict the change.
type list struct {
	Dates []text `xml:"date"`
	Items []item `xml:"item"`
}

// item keeps every occurrence of its elements: a value given twice is
// ambiguous, and an ambiguous value is no value.
type item struct {
	Titles       []text `xml:"title"`
	PubDates     []text `xml:"pubDate"`
	Descriptions []text `xml:"description"`
	Quants       []text `xml:"quant"`
	Changes      []text `xml:"change"`
}

// text is what an element holds. What holds other elements, too, is read as
// broken: without them 4<b>7</b>8 would be 48.
type text string

const broken = "<>"

// UnmarshalXML implements xml.Unmarshaler.
func (t *text) UnmarshalXML(d *xml.Decoder, start xml.StartElement) error {
	var element struct {
		Text     string     `xml:",chardata"`
		Elements []struct{} `xml:",any"`
	}
	if err := d.DecodeElement(&element, &start); err != nil {
		return err
	}
	if *t = text(element.Text); len(element.Elements) > 0 {
		*t = broken
	}
	return nil
}

// Parse reads a list of the National Bank: get_rates.cfm (<rates>, one date for
// all) or rates_all.xml (<rss>, a date per item). An item whose code, nominal
// or value is missing, malformed or zero is left out, and so are the long dead
// currencies that rates_all carries with their last date. A list without any
// item is ErrNotPublished, with its date if it has one; a list without a date,
// without any usable item, or that is not a whole list of the bank's is another error.
func Parse(body []byte) (Day, error) {
	if len(body) > maxBody {
		return Day{}, fmt.Errorf("parse rates: %d bytes are too many for a list of rates", len(body))
	}
	// The bank writes UTF-8; what is not would also end up in error texts.
	if !utf8.Valid(body) {
		return Day{}, errors.New("parse rates: not UTF-8")
	}
	root, l, err := decode(body)
	if err != nil {
		return Day{}, fmt.Errorf("parse rates: %w", err)
	}
	if len(l.Items) == 0 && root == "rss" {
		return Day{}, errors.New("parse rates: a feed without rates") // which carries the last ones always
	}
	if len(l.Items) == 0 {
		empty := Day{}
		if date, err := parseDate(only(l.Dates)); err == nil {
			empty.Date = date
		}
		return empty, fmt.Errorf("parse rates: the list is empty: %w", ErrNotPublished)
	}
	var date time.Time
	items := l.Items
	if root == "rates" {
		if date, err = parseDate(only(l.Dates)); err != nil {
			return Day{}, fmt.Errorf("parse rates: date of the list: %w", err)
		}
	} else if date, items, err = newest(l.Items); err != nil {
		return Day{}, fmt.Errorf("parse rates: %w", err)
	}
	day := collect(items, date)
	if root == "rss" {
		for _, it := range l.Items {
			if of, err := parseDate(only(it.PubDates)); err != nil || !of.Equal(date) {
				day.Skipped = append(day.Skipped, Skip{Code: clip(only(it.Titles)), Why: fmt.Sprintf("date %.20q is not that of the list", only(it.PubDates))})
			}
		}
	}
	if len(day.Rates) == 0 {
		return Day{}, fmt.Errorf("parse rates: none of %d items for %s has a usable rate", len(l.Items), date.Format(time.DateOnly))
	}
	return day, nil
}

// decode reads a list of the bank's, in either form.
func decode(body []byte) (root string, l list, err error) {
	channel := struct {
		Channel *list `xml:"channel"`
	}{&l}
	dec := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))))
	dec.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errors.New("the bank writes UTF-8") }
	root, err = decodeRoot(dec, map[string]any{"rates": &l, "rss": &channel})
	return root, l, err
}

// decodeRoot reads the one root element into what roots has for its name, and
// makes sure that nothing else is there: an error page, a DTD or a cut answer
// must not pass for a list.
func decodeRoot(dec *xml.Decoder, roots map[string]any) (root string, err error) {
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			if root == "" {
				return "", errors.New("there is no XML in it")
			}
			return root, nil
		}
		if err != nil {
			return "", fmt.Errorf("read XML: %w", readable(err))
		}
		switch t := token.(type) {
		case xml.Directive:
			return "", errors.New("a document type declaration is not part of a list of rates")
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				return "", errors.New("text outside of the root element")
			}
		case xml.StartElement:
			if root != "" {
				return "", fmt.Errorf("a second root element <%.20s>", t.Name.Local)
			}
			root = t.Name.Local
			into, ok := roots[root]
			if !ok {
				return "", fmt.Errorf("the root element is <%.20s>, not <%s>", root, strings.Join(slices.Sorted(maps.Keys(roots)), "> or <"))
			}
			if err := dec.DecodeElement(into, &t); err != nil {
				return "", fmt.Errorf("read XML: %w", readable(err))
			}
		}
	}
}

// readable is err, without bytes that a log or a message could not carry: the
// decoder quotes what it stumbles over.
func readable(err error) error {
	if utf8.ValidString(err.Error()) {
		return err
	}
	return errors.New(strings.ToValidUTF8(err.Error(), "?"))
}

// newest returns the date that most items carry (of equals the latest) and the
// items that have it. One stray date, old or in the future, moves nothing.
func newest(items []item) (time.Time, []item, error) {
	dated := map[time.Time][]item{}
	for _, it := range items {
		if date, err := parseDate(only(it.PubDates)); err == nil {
			dated[date] = append(dated[date], it)
		}
	}
	var best time.Time
	for date, of := range dated {
		if n := len(dated[best]); len(of) > n || len(of) == n && date.After(best) {
			best = date
		}
	}
	if best.IsZero() {
		return time.Time{}, nil, errors.New("no item has a date")
	}
	return best, dated[best], nil
}

// collect returns the usable rates in the list's order. Of a code that is
// listed twice with different values neither is known to be right.
func collect(items []item, date time.Time) Day {
	day := Day{Date: date}
	at := map[string]int{}
	torn := map[string]bool{}
	for _, it := range items {
		r, told, err := parseItem(it, date)
		if err != nil {
			day.Skipped = append(day.Skipped, Skip{Code: clip(only(it.Titles)), Why: err.Error()})
			continue
		}
		i, again := at[r.Code]
		if !again {
			at[r.Code] = len(day.Rates)
			day.Rates = append(day.Rates, r)
			if !told {
				day.Untold = append(day.Untold, r.Code)
			}
		} else if was := day.Rates[i]; (!was.Value.Equal(r.Value) || was.Nominal != r.Nominal) && !torn[r.Code] {
			torn[r.Code] = true
			day.Skipped = append(day.Skipped, Skip{Code: r.Code, Why: fmt.Sprintf("listed twice, with different values: %s for %d and %s for %d", was.Value, was.Nominal, r.Value, r.Nominal)})
		}
	}
	day.Rates = slices.DeleteFunc(day.Rates, func(r Rate) bool { return torn[r.Code] })
	day.Untold = slices.DeleteFunc(day.Untold, func(code string) bool { return torn[code] })
	return day
}

// parseItem reads one item; told says that its change can be read.
func parseItem(it item, date time.Time) (r Rate, told bool, err error) {
	code := strings.ToUpper(only(it.Titles))
	if !codePattern.MatchString(code) {
		return Rate{}, false, errors.New("that is no code of a currency")
	}
	// Lists of the past call the rouble RUR; before the redenomination of 1998
	// that was another currency.
	if code == "RUR" && date.Year() >= 1998 {
		code = "RUB"
	}
	nominal, err := strconv.ParseInt(only(it.Quants), 10, 64)
	if err != nil || nominal <= 0 || nominal > maxNominal {
		return Rate{}, false, fmt.Errorf("quant %s is no number of units", shown(it.Quants))
	}
	value, ok := number(valuePattern, only(it.Descriptions))
	if !ok {
		return Rate{}, false, fmt.Errorf("value %s is no number", shown(it.Descriptions))
	}
	if !value.IsPositive() {
		return Rate{}, false, fmt.Errorf("value %s is not above zero", only(it.Descriptions))
	}
	// The change only illustrates the value: one that cannot be read, or that
	// would make yesterday's value nothing, is left zero.
	change, told := number(changePattern, only(it.Changes))
	if told = told && value.Sub(change).IsPositive(); !told {
		change = decimal.Zero
	}
	return Rate{Code: code, Nominal: nominal, Value: value, Change: change}, told, nil
}

// shown quotes the first of an element's texts that is not blank.
func shown(texts []text) string {
	for _, each := range texts {
		if s := strings.TrimSpace(string(each)); s != "" {
			return fmt.Sprintf("%.20q", s)
		}
	}
	return `""`
}

func number(pattern *regexp.Regexp, s string) (decimal.Decimal, bool) {
	if !pattern.MatchString(s) {
		return decimal.Zero, false
	}
	d, err := decimal.NewFromString(s)
	return d, err == nil
}

// only returns the one non-blank text among texts, and "" when there is none or
// several that differ.
func only(texts []text) string {
	found := ""
	for _, each := range texts {
		switch t := strings.TrimSpace(string(each)); {
		case t == "" || t == found:
		case found == "":
			found = t
		default:
			return ""
		}
	}
	return found
}

// parseDate reads DD.MM.YYYY, and DD.MM.YY of the old lists, as midnight UTC.
func parseDate(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, errors.New("missing, or not the same everywhere")
	}
	for _, layout := range []string{"02.01.2006", "02.01.06"} {
		if date, err := time.Parse(layout, s); err == nil && date.Year() > 1900 {
			return date, nil
		}
	}
	return time.Time{}, fmt.Errorf("%.20q is not a date like 31.12.2025", s)
}
