package story

import (
	"slices"
	"strings"
	"time"
)

// recallers are what a sentence has among its first words when it tells again what was
// news before, by the beginnings of the words; a word that ends in = is whole. Before
// "ранее не судимый" nothing is told again.
var recallers = map[string][]recaller{
	"kk": {{"еске=", "сал"}, {"бұған=", "дейін"}, {"осыған=", "дейін"}, {"бұрын=", ""}, {"былтыр", ""}},
	"ru": {
		{"напомн", ""}, {"ранее=", ""}, {"раньше=", ""}, {"накануне=", ""}, {"сообщалось=", ""}, {"позапрошл", ""},
		{"прошлы", ""}, {"прошлом=", ""}, {"прошлой=", ""}, {"прошлого=", ""}, {"прошлую=", ""},
	},
	"en": {
		{"earlier=", ""}, {"previously=", ""}, {"last=", "week"}, {"last=", "month"}, {"last=", "year"}, {"last=", "spring"}, {"last=", "summer"},
		{"last=", "autumn"}, {"last=", "fall="}, {"last=", "winter"},
	},
}

// recaller is a word and, if it needs one, the word behind it.
type recaller struct{ word, next string }

// weekdays by the forms of their names, for each language, from Sunday on: Жұмабаев and
// субботник only begin like them, and среда is what surrounds us, too.
var weekdays = map[string][][]string{
	"kk": {
		{"жексенбі", "жексенбіде", "жексенбідегі", "жексенбіден", "жексенбінің", "жексенбіні", "жексенбіге"},
		{"дүйсенбі", "дүйсенбіде", "дүйсенбідегі", "дүйсенбіден", "дүйсенбінің", "дүйсенбіні", "дүйсенбіге"},
		{"сейсенбі", "сейсенбіде", "сейсенбідегі", "сейсенбіден", "сейсенбінің", "сейсенбіні", "сейсенбіге"},
		{"сәрсенбі", "сәрсенбіде", "сәрсенбідегі", "сәрсенбіден", "сәрсенбінің", "сәрсенбіні", "сәрсенбіге"},
		{"бейсенбі", "бейсенбіде", "бейсенбідегі", "бейсенбіден", "бейсенбінің", "бейсенбіні", "бейсенбіге"},
		{"жұма", "жұмада", "жұмадағы", "жұмадан", "жұманың", "жұманы", "жұмаға"},
		{"сенбі", "сенбіде", "сенбідегі", "сенбіден", "сенбінің", "сенбіні", "сенбіге"},
	},
	"ru": {
		{"воскресенье", "воскресенья", "воскресенью", "воскресеньем"},
		{"понедельник", "понедельника", "понедельнику", "понедельником", "понедельнике"},
		{"вторник", "вторника", "вторнику", "вторником", "вторнике"},
		{"среду"},
		{"четверг", "четверга", "четвергу", "четвергом", "четверге"},
		{"пятница", "пятницу", "пятницы", "пятнице", "пятницей"},
		{"суббота", "субботу", "субботы", "субботе", "субботой"},
	},
	"en": {{"sunday", "sunday's"}, {"monday", "monday's"}, {"tuesday", "tuesday's"}, {"wednesday", "wednesday's"},
		{"thursday", "thursday's"}, {"friday", "friday's"}, {"saturday", "saturday's"}},
}

const (
	recallWords = 5              // of a sentence among which a recaller stands
	today       = 30 * time.Hour // after the beginning of a day it is still that day's news
	lastWeekday = 4              // days ago that a weekday may have been; of more the next one is meant
)

// kazakhstan is where the days of the news are.
var kazakhstan = time.FixedZone("", 5*60*60)

// background says of each word of a text whether it is in what the text tells again: from
// a sentence that recalls, or that begins with another day than the text's, up to the
// end of the paragraph. The first sentence is news, and the first paragraph has days of
// its own.
func background(all []token, language string, published time.Time) []bool {
	out := make([]bool, len(all))
	lead, recalls := true, false
	for i, t := range all {
		if i > 0 && t.paragraph {
			lead, recalls = false, false
		}
		if i > 0 && t.start && !recalls {
			sentence := all[i:min(i+recallWords, len(all))]
			recalls = hasRecaller(sentence, language) || !lead && ofAnotherDay(all, i, language, published)
		}
		out[i] = recalls
	}
	return out
}

func hasRecaller(sentence []token, language string) bool {
	for i, t := range sentence {
		if i > 0 && t.start {
			return false
		}
		next := ""
		if i+1 < len(sentence) {
			next = sentence[i+1].word
		}
		for _, r := range recallers[language] {
			if begins(t.word, r.word) && (r.next == "" || begins(next, r.next)) {
				return t.word != "ранее" || next != "не" && !strings.HasPrefix(next, "судим")
			}
		}
	}
	return false
}

// begins says whether a word has a beginning, or is it when that ends in =.
func begins(w, beginning string) bool {
	if whole, ok := strings.CutSuffix(beginning, "="); ok {
		return w == whole
	}
	return strings.HasPrefix(w, beginning)
}

// ofAnotherDay says whether a sentence begins with a day that was over when its text
// was published, or with a weekday of the days before.
func ofAnotherDay(all []token, i int, language string, published time.Time) bool {
	if published.IsZero() {
		return false
	}
	if w := all[i].word; (w == "в" || w == "во" || w == "on") && i+1 < len(all) {
		i++
	}
	published = published.In(kazakhstan)
	for day, names := range weekdays[language] {
		if slices.Contains(names, all[i].word) {
			ago := (int(published.Weekday()) - day + 7) % 7
			begun := time.Date(published.Year(), published.Month(), published.Day()-ago, 0, 0, 0, 0, kazakhstan)
			return ago <= lastWeekday && published.Sub(begun) >= today
		}
	}
	v, n := numberAt(all[i:], language)
	from := i
	if language == "en" && month(all[i].word, language) > 0 && i+1 < len(all) { // October 5
		from = i + 1
		v, n = numberAt(all[from:], language)
	}
	if n == 0 || v < 1 || v > 31 {
		return false
	}
	m := monthOf(all, from, n, language)
	if m == 0 {
		return false
	}
	day := time.Date(published.Year(), time.Month(m), int(v), 0, 0, 0, 0, kazakhstan)
	return published.Sub(day) >= today
}
