package rates

import (
	"fmt"
	"strings"
	"time"
)

// The banks that publish lists, as settings and the store name them.
const (
	NBK = "nbk" // National Bank of Kazakhstan
	CBR = "cbr" // Central Bank of Russia
)

// Issuer is a bank that publishes lists, and what differs between banks.
type Issuer struct {
	ID       string // NBK or CBR
	Currency string // its lists are in
	Address  string // where it publishes them
	// NextFrom and NextTo are the minutes of its day between which the next
	// day's list is expected. It may still come later.
	NextFrom, NextTo int
	// EveryDay says that it lists days off too. A bank that does not means its
	// last list for them.
	EveryDay bool

	zone      string
	offset    time.Duration // of zone, where zones are not known
	parameter string        // of the query, with the date in layout
	layout    string
	parse     func(body []byte) (Day, error)
}

// Issuers are the banks that lists can be read from.
func Issuers() []Issuer {
	return []Issuer{
		{
			ID: NBK, Currency: "KZT", Address: "https://nationalbank.kz/rss/get_rates.cfm",
			NextFrom: 15*60 + 30, NextTo: 19 * 60, // the morning session ends at 15:30
			EveryDay: true,
			zone:     "Asia/Almaty", offset: 5 * time.Hour, parameter: "fdate", layout: "02.01.2006", parse: Parse,
		},
		{
			ID: CBR, Currency: "RUB", Address: "https://www.cbr.ru/scripts/XML_daily.asp",
			NextFrom: 15*60 + 30, NextTo: 19 * 60, // rates are set as of 15:30 since April 2022
			zone: "Europe/Moscow", offset: 3 * time.Hour, parameter: "date_req", layout: "02/01/2006", parse: ParseCBR,
		},
	}
}

// IssuerOf finds a bank by its ID.
func IssuerOf(id string) (issuer Issuer, ok bool) {
	for _, each := range Issuers() {
		if each.ID == id {
			return each, true
		}
	}
	return Issuer{}, false
}

// Parse reads a list as the bank writes it. It fails with ErrNotPublished when
// the list is empty.
func (i Issuer) Parse(body []byte) (Day, error) { return i.parse(body) }

// Zone is where the bank's days begin and end.
func (i Issuer) Zone() *time.Location {
	if zone, err := time.LoadLocation(i.zone); err == nil {
		return zone
	}
	return time.FixedZone(i.zone, int(i.offset/time.Second))
}

// Book is one bank's rates in one currency. Rates of different books are never
// mixed: they are stored, shown and compared apart. The zero Book holds the
// official rates of the National Bank of Kazakhstan.
type Book struct{ issuer, base string }

// NewBook is the book of a bank's rates in base; an empty base is the bank's own currency.
func NewBook(issuer, base string) (Book, error) {
	bank, ok := IssuerOf(issuer)
	if !ok {
		return Book{}, fmt.Errorf("%q is no bank that publishes lists", issuer)
	}
	if base == "" {
		base = bank.Currency
	}
	if !codePattern.MatchString(base) {
		return Book{}, fmt.Errorf("%q is no code of a currency", base)
	}
	return Book{issuer: issuer, base: base}, nil
}

// Issuer is the bank.
func (b Book) Issuer() Issuer {
	if issuer, ok := IssuerOf(b.issuer); ok {
		return issuer
	}
	issuer, _ := IssuerOf(NBK)
	return issuer
}

// Base is the currency that the rates are in.
func (b Book) Base() string {
	if b.base == "" {
		return b.Issuer().Currency
	}
	return b.base
}

// Official says that the rates are as the bank lists them. Others are computed
// from its list: they are nobody's official rates.
func (b Book) Official() bool { return b.Base() == b.Issuer().Currency }

// Words are what locale.Printer.Of takes to write of the book.
func (b Book) Words() (issuer, base string, computed bool) {
	return b.Issuer().ID, b.Base(), !b.Official()
}

// Key names the book in the store: "nbk", "cbr", "cbr:KZT".
func (b Book) Key() string {
	if b.Official() {
		return b.Issuer().ID
	}
	return strings.Join([]string{b.Issuer().ID, b.Base()}, ":")
}

// Board is what readers are shown: the rates of a book and, beside them while
// its bank is silent, those of another, which is in the same currency.
type Board struct {
	Book
	Fallback *Book // nil: none
}

// FallbackAfter is how long a bank has to be silent before another's rates are
// shown beside its own: an evening's maintenance is no reason to.
const FallbackAfter = 3 * time.Hour

// Silent says whether a fallback is wanted: the newest rates of the book, those
// of newest, are old on the day today, and its bank has failed since a while,
// zero for not at all.
func Silent(newest, today, failingSince, now time.Time) bool {
	return !failingSince.IsZero() && now.Sub(failingSince) >= FallbackAfter && Stale(newest, today)
}

// Stale says whether rates of a date are older than a reader may expect today.
// Friday's session makes the rate that is official from Saturday to Monday,
// whether the bank lists those days or not.
func Stale(date, today time.Time) bool {
	switch today.Weekday() {
	case time.Sunday:
		today = today.AddDate(0, 0, -1)
	case time.Monday:
		today = today.AddDate(0, 0, -2)
	}
	return date.Before(today)
}
