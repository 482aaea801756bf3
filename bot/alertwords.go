package bot

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"newsbot/internal/locale"
	"newsbot/internal/rates"
	"newsbot/internal/store"
)

// watch is what a person wants to be told of, in their words.
type watch struct {
	currency  string
	units     int64  // of the currency, that the price is for; zero when not said
	kind      string // empty: above or below, whichever is not yet
	threshold decimal.Decimal
}

// forUnits is the threshold for as many units as a bank lists; ok is false when
// it has more digits than a threshold may.
func (w watch) forUnits(nominal int64) (threshold decimal.Decimal, ok bool) {
	if w.units == 0 || w.kind == store.AlertChange || nominal <= 0 {
		return w.threshold, true
	}
	above, below := w.threshold.Mul(decimal.NewFromInt(nominal)), decimal.NewFromInt(w.units)
	threshold = above.DivRound(below, mostThresholdPlaces)
	return threshold, threshold.Mul(below).Equal(above) && plainPattern.MatchString(threshold.String())
}

const mostThresholdPlaces = 6

var (
	thresholdPattern = regexp.MustCompile(`\d[\d \x{a0}\x{202f}.,]*`)
	thousandsPattern = regexp.MustCompile(`^\d{1,3}(?:[.,]\d{3})+$`)
	plainPattern     = regexp.MustCompile(`^\d{1,9}(?:\.\d{1,6})?$`)
	// unitsPattern is a number before a currency that another number follows: "100 vnd 2.1".
	unitsPattern = regexp.MustCompile(`^\s*(\d[\d \x{a0}\x{202f}]*)([\p{L}\p{Sc}]\D*\d.*)$`)
	wordPattern  = regexp.MustCompile(`\p{L}+`)
	noBlanks     = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "")
)

// withoutUnit drops the currency that prices are in from what follows a price:
// "520 ₸ usd" is about dollars.
func withoutUnit(text, base string) []string {
	if sign := locale.Sign(base); sign != base {
		text = strings.ReplaceAll(text, sign, " ")
	}
	return slices.DeleteFunc(strings.Fields(text), func(word string) bool {
		code, err := rates.ParseCurrency(word)
		if ambiguous := (*rates.AmbiguousError)(nil); errors.As(err, &ambiguous) {
			code = ambiguous.Codes[0] // руб, where prices are in Russian ones
		}
		return code == base || base == "KZT" && strings.HasPrefix(word, "теңге")
	})
}

// alertSigns are the signs for the direction.
var alertSigns = []struct{ sign, kind string }{
	{">=", store.AlertAbove}, {"<=", store.AlertBelow}, {">", store.AlertAbove}, {"<", store.AlertBelow}, {"≥", store.AlertAbove}, {"≤", store.AlertBelow},
}

// The words for the direction, and those that say nothing beside them. Kazakh
// ones stand behind the number.
const (
	wordsAbove = " выше больше дороже поднимется вырастет превысит above over higher rises exceeds жоғары жоғарыласа асса артық көтерілсе өссе қымбаттаса "
	wordsBelow = " ниже меньше дешевле упадёт упадет опустится снизится below under lower falls drops төмен төмендесе түссе кем арзандаса "
	wordsAside = " если когда до за станет будет чем курс егер болса болғанда кезде бағамы дейін when if is to than "
)

// withoutDirection takes signs and words for the direction out of a text; ok is
// false when they contradict each other.
func withoutDirection(text string) (rest, kind string, ok bool) {
	ok = true
	found := func(each string) string {
		ok = ok && (kind == "" || kind == each)
		kind = each
		return " "
	}
	for _, each := range alertSigns {
		for strings.Contains(text, each.sign) {
			text = strings.Replace(text, each.sign, found(each.kind), 1)
		}
	}
	rest = wordPattern.ReplaceAllStringFunc(text, func(word string) string {
		switch {
		case strings.Contains(wordsAbove, " "+word+" "):
			return found(store.AlertAbove)
		case strings.Contains(wordsBelow, " "+word+" "):
			return found(store.AlertBelow)
		case strings.Contains(wordsAside, " "+word+" "):
			return " "
		}
		return word
	})
	return rest, kind, ok
}

// parseAlert reads what to watch for: "usd > 520", "eur ниже 600", "usd 520-дан
// жоғары", "100 vnd > 2.1", "rub 2%". ok is false for what has no currency, no number, two
// prices, or a number that can be read in two ways.
func parseAlert(text, base string) (w watch, ok bool) {
	if text, w.kind, ok = withoutDirection(strings.ToLower(text)); !ok {
		return watch{}, false
	}
	if m := unitsPattern.FindStringSubmatch(text); m != nil {
		units, err := strconv.ParseInt(noBlanks.Replace(m[1]), 10, 64)
		if err != nil || units <= 0 || units > mostUnits {
			return watch{}, false
		}
		w.units, text = units, m[2]
	}
	at := thresholdPattern.FindStringIndex(text)
	if at == nil {
		return watch{}, false
	}
	number := strings.TrimRight(noBlanks.Replace(text[at[0]:at[1]]), ".,")
	before, after := text[:at[0]], strings.TrimSpace(text[at[1]:])
	if strings.HasSuffix(strings.TrimSpace(before), "-") {
		return watch{}, false
	}
	if rest, percent := strings.CutPrefix(after, "%"); percent {
		if w.kind != "" {
			return watch{}, false
		}
		w.kind, after = store.AlertChange, rest
	}
	if thousandsPattern.MatchString(number) {
		return watch{}, false // 1,200 is one thousand to some and one to others
	}
	number = strings.Replace(number, ",", ".", 1)
	if !plainPattern.MatchString(number) {
		return watch{}, false
	}
	if strings.HasPrefix(after, "-") { // 520-дан, 600-ден
		_, after, _ = strings.Cut(after, " ")
	}
	w.currency = strings.Join(append(strings.Fields(before), withoutUnit(after, base)...), " ")
	w.threshold = decimal.RequireFromString(number) // the pattern lets only numbers pass
	return w, w.currency != "" && !strings.ContainsAny(w.currency, "0123456789") && w.threshold.IsPositive() && (w.kind != store.AlertChange || w.threshold.LessThanOrEqual(decimal.NewFromInt(100)))
}

// mostUnits is more than any bank lists a currency for.
const mostUnits = 1_000_000
