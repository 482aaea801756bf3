package rates

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// ErrNoQuery says that a text asks for no conversion.
var ErrNoQuery = errors.New("not a conversion")

// Query is a conversion somebody asks for.
type Query struct {
	Amount decimal.Decimal // above zero; 1 when none is said
	// Other is what the amount may be as well: 1.5 where Amount is 1500 and
	// 1.500 was written. Zero when there is one way to read it.
	Other decimal.Decimal
	From  string // ISO 4217, upper case
	To    string // "" when not said
}

// AmbiguousError says that Word names several currencies: the person has to be asked.
type AmbiguousError struct {
	Amount decimal.Decimal
	// OtherAmount is what the amount may be as well, as Other of a Query.
	OtherAmount decimal.Decimal
	Word        string   // as it was written
	Codes       []string // what it may mean, the likeliest first; at least two
	From        bool     // Word is what is converted; else what it is converted to
	// Other is the code of the other side; "" when it was not said.
	Other string
	// OtherCodes are what the other side may mean when that is not clear either.
	OtherCodes []string
}

func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("%q may be %s", e.Word, strings.Join(e.Codes, ", "))
}

// UnknownError says that a word stands where a currency is expected and names none.
type UnknownError struct {
	Word string
	// Alone says that no other word names a currency: "5 people" may be no
	// conversion at all, "5 dollars in people" is one.
	Alone bool
}

func (e *UnknownError) Error() string { return fmt.Sprintf("%q is no currency", e.Word) }

// AmountProblem is why the amount of a conversion is not taken.
type AmountProblem string

// The problems of amounts.
const (
	NotAboveZero AmountProblem = "not_above_zero"
	TooLarge     AmountProblem = "too_large" // no money has so many digits
	SeveralSums  AmountProblem = "several"   // "100 usd + 50 eur"
)

// AmountError says that a text is a conversion, but not of an amount that can be counted.
type AmountError struct{ Problem AmountProblem }

func (e *AmountError) Error() string { return "amount: " + string(e.Problem) }

// ParseQuery reads a conversion as a person types it in Kazakh, Russian or
// English: "100 usd", "5000 тг в евро", "1,5 млн тенге в долларах", "100 доллар
// теңгеге", "$100", "usd 100 to eur", "сколько тенге в долларе". It would
// rather ask than guess: every word has to be understood, the order of the two
// sides has to be clear, and what names several currencies is *AmbiguousError.
// A word in the place of a currency that names none is *UnknownError, an amount
// that cannot be counted is *AmountError; everything else that is no conversion is
// ErrNoQuery.
func ParseQuery(text string) (Query, error) {
	if severalSums(text) {
		return Query{}, &AmountError{SeveralSums}
	}
	text, negative := cutMinus(text)
	q, problem, err := parseOne(text)
	if negative {
		problem = NotAboveZero
	}
	var ambiguous *AmbiguousError
	if problem != "" && (err == nil || errors.As(err, &ambiguous)) {
		return Query{}, &AmountError{problem}
	}
	if negative { // a debt, or a line of a list
		return Query{}, ErrNoQuery
	}
	return q, err
}

// parseOne is ParseQuery for one sum. A problem is that of an amount in what else
// is a conversion.
func parseOne(text string) (q Query, problem AmountProblem, err error) {
	tokens, ok := tokenize(text)
	if !ok {
		return Query{}, "", ErrNoQuery
	}
	if tokens, problem, ok = joinNumbers(tokens); !ok {
		return Query{}, "", ErrNoQuery
	}
	q, err = understand(tokens)
	return q, problem, err
}

// understand makes a query of tokens in which each amount is one.
func understand(tokens []token) (Query, error) {
	tokens, clear := joinNames(tokens)
	if err := strangeWord(tokens); err != nil {
		return Query{}, err
	}
	if !clear {
		return Query{}, ErrNoQuery
	}
	q, ok := newReading(tokens)
	if !ok {
		return Query{}, ErrNoQuery
	}
	from, to, ok := q.sides()
	if !ok {
		return Query{}, ErrNoQuery
	}
	query, err := Query{}, sameOrOther(q.amount, from, to)
	if err == nil {
		query, err = resolve(q.amount, from, to)
	}
	if ambiguous := (*AmbiguousError)(nil); errors.As(err, &ambiguous) {
		ambiguous.OtherAmount = q.other
	}
	if err != nil {
		return Query{}, err
	}
	query.Other = q.other
	return query, nil
}

// sameOrOther asks about $100 CAD: a hundred Canadian dollars, or US dollars in
// Canadian ones.
func sameOrOther(amount decimal.Decimal, from, to *side) error {
	if to == nil || to.to || to.from || from.to || from.from || !from.sure || !to.sure {
		return nil
	}
	bare, exact := from, to
	if from.named {
		bare, exact = to, from
	}
	if bare.named || !exact.named || bare.codes[0] == exact.codes[0] || !slices.Contains(bare.codes, exact.codes[0]) {
		return nil
	}
	return &AmbiguousError{Amount: amount, Word: clip(bare.text), Codes: []string{exact.codes[0], bare.codes[0]}, From: true}
}

// ParseCurrency reads text that is the name, the code or the sign of one
// currency and nothing else, in the same words as ParseQuery. It fails with
// *AmbiguousError (without an amount), *UnknownError or ErrNoQuery.
func ParseCurrency(text string) (code string, err error) {
	tokens, ok := tokenize(text)
	if !ok {
		return "", ErrNoQuery
	}
	tokens, clear := joinNames(tokens)
	if len(tokens) != 1 || !clear {
		return "", ErrNoQuery
	}
	switch t := tokens[0]; t.kind {
	case kindMoney:
		q, err := resolve(decimal.Zero, &side{token: t}, nil)
		return q.From, err
	case kindUnknown:
		return "", &UnknownError{Word: clip(t.text), Alone: true}
	}
	return "", ErrNoQuery
}

// joinNames gives names of currencies the countries beside them. clear is false
// when a country may belong to either of two.
func joinNames(tokens []token) (out []token, clear bool) {
	clear = true
	bound := false // the last name has its country
	for i, t := range tokens {
		last := len(out) - 1
		before := last >= 0 && out[last].kind == kindMoney
		switch t.kind {
		case kindBeside:
			continue
		case kindCountry:
			binds := before && !bound && !out[last].named && intersects(out[last].codes, t.codes)
			if next := nameAfter(tokens[i+1:]); binds && next != nil && intersects(next.codes, t.codes) {
				clear = false
			}
			if binds {
				bound = true
				out[last].codes, out[last].sure, out[last].named = common(out[last].codes, t.codes), true, true
				out[last].text += " " + t.text
				continue
			}
		case kindMoney:
			// Countries that stand before it and have found no name yet.
			bound = false
			for last >= 0 && out[last].kind == kindCountry {
				both := common(t.codes, out[last].codes)
				if len(both) == 0 {
					break
				}
				t.codes, t.sure, t.named, bound = both, true, true, true
				t.text, t.glued = out[last].text+" "+t.text, out[last].glued
				out, last = out[:last], last-1
			}
			if last >= 0 && out[last].kind == kindMoney && sameMoney(out[last], t) {
				out[last].to, out[last].from = out[last].to || t.to, out[last].from || t.from
				continue // $100 USD, 100 usd долларов
			}
		}
		out = append(out, t)
	}
	// Фунт стерлингов: the second name is the country of the first.
	for i := 0; i+1 < len(out); i++ {
		a, b := out[i], out[i+1]
		if a.kind == kindMoney && b.kind == kindMoney && !a.sure && !b.sign && len(b.codes) == 1 && !b.named && slices.Contains(a.codes, b.codes[0]) {
			out[i].codes, out[i].sure, out[i].named = b.codes, true, true
			out = slices.Delete(out, i+1, i+2)
		}
	}
	// A country without a currency is a word like any other.
	for i := range out {
		if out[i].kind == kindCountry {
			out[i].kind = kindUnknown
		}
	}
	return out, clear
}

func nameAfter(tokens []token) *token {
	for i, t := range tokens {
		switch t.kind {
		case kindBeside:
		case kindMoney:
			return &tokens[i]
		default:
			return nil
		}
	}
	return nil
}

// sameMoney says whether two names side by side are one and the same currency.
func sameMoney(a, b token) bool {
	return a.sure && b.sure && a.codes[0] == b.codes[0] && (a.named || a.sign || b.named || b.sign)
}

func intersects(a, b []string) bool { return len(common(a, b)) > 0 }

func common(a, b []string) []string {
	var out []string
	for _, code := range a {
		if slices.Contains(b, code) {
			out = append(out, code)
		}
	}
	return out
}

// strangeWord is the error when a word is not understood: *UnknownError where
// everything else is a conversion.
func strangeWord(tokens []token) error {
	names, known, numbers, pointers := 0, 0, 0, 0
	var strange *token
	in := false // a number is pointed at, as the hour in "see you at 5"
	for i, t := range tokens {
		switch t.kind {
		case kindMoney:
			names++
			if !t.faint {
				known++
			}
		case kindUnknown:
			names++
			if strange == nil {
				strange = &tokens[i]
			}
		case kindNumber:
			numbers++
			in = in || i > 0 && tokens[i-1].kind == kindTo
		case kindTo, kindWeak:
			pointers++
		}
	}
	if strange == nil {
		return nil
	}
	if (known > 0 || !in) && names <= 2 && (numbers == 1 || numbers == 0 && names == 2 && pointers == 1) {
		return &UnknownError{Word: clip(strange.text), Alone: known == 0}
	}
	return ErrNoQuery
}

func clip(word string) string {
	if runes := []rune(word); len(runes) > longestWord {
		return string(runes[:longestWord-1]) + "…"
	}
	return word
}

// resolve makes a query of what the two sides may be; to is nil when not said.
func resolve(amount decimal.Decimal, from, to *side) (Query, error) {
	q := Query{Amount: amount}
	var toCodes []string
	if to != nil {
		if toCodes = to.codes; to.sure {
			toCodes = toCodes[:1]
		}
	}
	if len(toCodes) == 1 {
		q.To = toCodes[0]
	}
	if from.sure || len(from.codes) == 1 {
		q.From = from.codes[0]
		if len(toCodes) > 1 {
			return Query{}, &AmbiguousError{Amount: amount, Word: clip(to.text), Codes: toCodes, Other: q.From}
		}
		return q, nil
	}
	e := &AmbiguousError{Amount: amount, Word: clip(from.text), Codes: from.codes, From: true, Other: q.To}
	if len(toCodes) > 1 {
		e.OtherCodes = toCodes
	}
	return Query{}, e
}
