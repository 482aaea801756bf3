package bot

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"newsbot/internal/locale"
	"newsbot/internal/rates"
)

// ratesAtOnce bounds the currencies of one screen: their codes and a date are
// in the buttons' 64 bytes.
const ratesAtOnce = 12

var codePattern = regexp.MustCompile(`^[A-Z]{3}$`)

// signs are what people write for a currency's code.
var signs = map[string]string{"$": "USD", "€": "EUR", "₽": "RUB", "¥": "CNY", "£": "GBP", "₸": "KZT", "RUR": "RUB"}

// ratesQuery is what a rates screen shows.
type ratesQuery struct {
	codes []string  // none: the chat's own list
	date  time.Time // zero: today
	base  bool      // the currency that rates are in was named too
	noDay string    // what was typed for a day that no calendar has
}

const stampOfDay = "20060102"

// data is the button that shows a query's screen.
func (q ratesQuery) data() string {
	s := "r:" + strings.Join(q.codes, "-")
	if !q.date.IsZero() {
		s += ":" + q.date.Format(stampOfDay)
	}
	return s
}

// days are the words for dates near today.
var days = map[string]int{
	"сегодня": 0, "бүгін": 0, "today": 0, "вчера": -1, "кеше": -1, "yesterday": -1, "завтра": 1, "ертең": 1, "tomorrow": 1,
}

var datePattern = regexp.MustCompile(`\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}(?:[./](?:\d{4}|\d{2}))?`)

// parseRates reads currencies and a date from what a person typed; bad are the words that are neither.
func parseRates(text, base string, today time.Time) (q ratesQuery, bad []string) {
	take := func(day locale.TypedDay) {
		date, ok := day.Until(today.AddDate(0, 0, 1)) // tomorrow's rates may be out, those after it are not
		switch {
		case !ok && day.Day >= 1 && day.Day <= 31 && day.Month >= 1 && day.Month <= 12:
			q.noDay, bad = day.Text, append(bad, day.Text)
		case !ok || !q.date.IsZero() || date.Year() < firstYear:
			bad = append(bad, day.Text)
		default:
			q.date = date
		}
	}
	if day, rest, ok := locale.TakeDay(text); ok {
		take(day)
		text = rest
	}
	rest := datePattern.ReplaceAllStringFunc(text, func(word string) string {
		take(parseDay(word))
		return " "
	})
	words := strings.FieldsFunc(rest, func(c rune) bool { return strings.ContainsRune(" ,;\n\t/\u00a0", c) })
	words = slices.DeleteFunc(words, func(word string) bool {
		offset, ok := days[strings.ToLower(word)]
		if ok && q.date.IsZero() {
			q.date = today.AddDate(0, 0, offset)
		}
		return ok
	})
	if q.date.Equal(today) {
		q.date = time.Time{}
	}
	var badWords []string
	q.codes, badWords = currenciesIn(strings.Join(words, " "), "")
	q.base = slices.Contains(q.codes, base)
	q.codes = without(base, q.codes)
	return q, append(bad, badWords...)
}

// currenciesIn reads currencies by their codes, their signs and their names; bad
// are words that are none, or that name several.
func currenciesIn(text, base string) (codes, bad []string) {
	codes, words := parseCodes(text, base)
	if len(words) == 0 {
		return codes, nil
	}
	if code, err := rates.ParseCurrency(text); err == nil { // a name of several words
		return without(base, []string{code}), nil
	}
	for _, word := range words {
		code, err := rates.ParseCurrency(word)
		switch {
		case err != nil:
			bad = append(bad, word)
		default:
			codes = add(codes, []string{code})
		}
	}
	return without(base, codes), bad
}

func without(code string, codes []string) []string {
	return slices.DeleteFunc(codes, func(c string) bool { return c == code })
}

// firstYear is the first that a date is taken to be of; what is older than the
// history is answered with where that begins.
const firstYear = 1900

// parseDay reads a date such as 01.04.2026, 1.4.26, 2026-04-01, or 01.04.
func parseDay(word string) locale.TypedDay {
	parts := strings.FieldsFunc(word, func(c rune) bool { return c == '.' || c == '/' || c == '-' })
	if strings.Contains(word, "-") {
		slices.Reverse(parts)
	}
	var n [3]int
	for i, part := range parts {
		n[i], _ = strconv.Atoi(part) // the pattern lets only digits pass
	}
	if len(parts) == 3 && n[2] < 100 {
		n[2] += 2000
	}
	return locale.TypedDay{Year: n[2], Month: time.Month(n[1]), Day: n[0], Text: word}
}

// parseCodes reads currency codes from what a person typed; bad are words that
// are none. Empty codes stand for the chat's own.
func parseCodes(text, base string) (codes, bad []string) {
	for _, word := range strings.FieldsFunc(text, func(c rune) bool { return c == ' ' || c == ',' || c == ';' || c == '\n' || c == '\t' || c == '/' }) {
		code := strings.ToUpper(word)
		if sign, ok := signs[code]; ok {
			code = sign
		}
		switch {
		case code == base, slices.Contains(codes, code):
		case !codePattern.MatchString(code):
			bad = append(bad, word)
		default:
			codes = append(codes, code)
		}
	}
	return codes, bad
}

// codesOf reads the currencies of a button: none, or as many as one screen has.
func codesOf(data string) ([]string, error) {
	if data == "" {
		return nil, nil
	}
	codes := strings.Split(data, "-")
	for _, code := range codes {
		if !codePattern.MatchString(code) || len(codes) > ratesAtOnce {
			return nil, badData{"currencies"}
		}
	}
	return codes, nil
}
