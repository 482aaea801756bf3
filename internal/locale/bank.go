package locale

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

// bank is whose rates a printer writes of.
type bank struct {
	id       string // as messages have it: bank.nbk_name
	base     string // the currency that the rates are in, ISO 4217
	computed bool   // in another currency than the bank lists them in
}

// computed ends the name of a message's twin.
const computed = "_computed"

// signs stand for a currency that everything is priced in; others are told by code.
var signs = map[string]string{"KZT": "₸", "RUB": "₽", "USD": "$", "EUR": "€", "GBP": "£"}

// Of returns a printer that writes of a bank's rates in base, an ISO 4217 code;
// rates.Book.Words has what it takes. One that New makes writes of the National
// Bank of Kazakhstan's official rates. A message that has a twin by the name of
// itself_computed is written as that where rates are computed: none calls those official.
//
// Messages name the bank and the currency by placeholders that need no
// arguments: Bank, BankOf, BankName, BankHours, BankRates and BankRatesCap are
// its name in the forms that sentences need, Base, BaseLower, BaseSign, IntoBase, InBase
// and OfBase the currency, and First, Second and IntoSecond two others for examples.
func (p *Printer) Of(issuer, base string, isComputed bool) *Printer {
	q, b := *p, bank{issuer, base, isComputed}
	q.bank = b
	key := bankKey{p.lang, b}
	if words, ok := bankWords.Load(key); ok {
		q.words, _ = words.(map[string]string)
		return &q
	}
	q.words = q.wordsOf(b)
	bankWords.Store(key, q.words)
	return &q
}

// bankWords keeps what wordsOf has found: printers are made for every update.
// There are as many entries as settings name banks, in each language.
var bankWords sync.Map

type bankKey struct {
	lang Language
	bank bank
}

func (p *Printer) wordsOf(b bank) map[string]string {
	plain := *p
	plain.words = nil
	word := func(key string, args ...any) string { return plain.render("bank."+key, args, false) }
	first, second := "USD", "EUR"
	switch b.base {
	case "USD":
		first = "EUR"
	case "EUR":
		second = "USD"
	}
	of := word(b.id + "_of")
	official := word("rates", "BankOf", of)
	return map[string]string{
		"Bank": word(b.id + "_short"), "BankOf": of, "BankName": word(b.id + "_name"), "BankHours": word(b.id + "_hours"),
		"BankRates": official, "BankRatesCap": upperFirst(official),
		"Base": b.base, "BaseLower": strings.ToLower(b.base), "BaseSign": Sign(b.base), "IntoBase": plain.money("into", b.base),
		"InBase": plain.money("in", b.base), "OfBase": plain.money("of", b.base),
		"First": strings.ToLower(first), "Second": strings.ToLower(second), "IntoSecond": plain.money("into", second),
	}
}

// Base is the currency of the rates that the printer writes of.
func (p *Printer) Base() string { return p.bank.base }

// money names a currency in the form of a sentence: into it, in it, of it.
func (p *Printer) money(form, code string) string {
	if key := "bank." + form + "_" + code; Has(key) {
		return p.render(key, nil, false)
	}
	return p.render("bank."+form, []any{"Code", code}, false)
}

// twin is the message that a key stands for where rates are computed.
func (p *Printer) twin(key string) string {
	if p.bank.computed && load().keys[EN][key+computed] != nil {
		return key + computed
	}
	return key
}

// withWords adds what is known of the bank to a message's values.
func (p *Printer) withWords(data map[string]string, html bool) {
	for name, text := range p.words {
		if _, set := data[name]; set {
			continue
		}
		if html {
			text = Escape(text)
		}
		data[name] = text
	}
}

// Sign is how prices in a currency are marked: by a sign where all know it, else by the code.
func Sign(code string) string {
	if sign, ok := signs[code]; ok {
		return sign
	}
	return code
}

// Price writes an amount in the currency of the rates: "478,77 ₸", in English "₸478.77".
func (p *Printer) Price(s string) string {
	return p.signed(p.PriceNumber(s))
}

// PriceNumber is Price without the currency. Of a computed rate it gives no
// more digits than a bank lists.
func (p *Printer) PriceNumber(s string) string {
	if p.bank.computed {
		if v, err := decimal.NewFromString(s); err == nil {
			s = v.Round(placesOf(v)).String()
		}
	}
	return p.Decimal(s)
}

// RoundsPrice says whether Price does not show all digits of s.
func (p *Printer) RoundsPrice(s string) bool { return p.PriceNumber(s) != p.Decimal(s) }

// Nominal names as many units of a currency as a bank lists; one is not said: "USD", "100 UZS".
func (p *Printer) Nominal(units int64, code string) string {
	if units == 1 {
		return code
	}
	return p.Int(units) + nbsp + code
}

// Change writes by how much a price went up or down, and by how many per cent:
// "▲ 2,44 (+0,51 %)". Zero per cent are not said, and nothing is of a change
// that is less than a price's last digit.
func (p *Printer) Change(change, percent decimal.Decimal) string {
	number := p.PriceNumber(change.Abs().String())
	if number == p.PriceNumber("0") {
		return ""
	}
	arrow := "▲"
	if change.IsNegative() {
		arrow = "▼"
	}
	text := arrow + nbsp + number
	if !percent.IsZero() {
		text += " (" + p.SignedPercent(percent) + ")"
	}
	return text
}

// SignedPercent writes a change in per cent: "+0,51 %".
func (p *Printer) SignedPercent(percent decimal.Decimal) string {
	text := p.Percent(percent.StringFixed(2))
	if percent.IsPositive() {
		return "+" + text
	}
	return text
}

// Amount writes an amount of any currency: "47 877,00 ₸", "100 USD". All digits of s are kept.
func (p *Printer) Amount(s, code string) string {
	if code == p.bank.base {
		return p.signed(p.Number(s))
	}
	return p.Number(s) + nbsp + code
}

func (p *Printer) signed(number string) string {
	sign, known := signs[p.bank.base]
	if p.lang != EN || !known {
		return number + nbsp + Sign(p.bank.base)
	}
	if amount, negative := strings.CutPrefix(number, "-"); negative {
		return "-" + sign + amount
	}
	return sign + number
}

// placesOf is how many places of a computed price are shown: four, and below
// one as many as four significant digits take.
func placesOf(v decimal.Decimal) int32 {
	const places = 4
	v = v.Abs()
	if v.IsZero() || v.GreaterThanOrEqual(decimal.NewFromInt(1)) {
		return places
	}
	first := -v.Exponent() - int32(v.NumDigits()) + 1
	return first + places - 1
}

func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}
