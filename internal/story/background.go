package story

import (
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

// weekdays by the beginnings of their names, for each language, from Sunday on; "среди"
// and "средний" are none.
var weekdays = map[string][]string{
	"kk": {"жексенбі", "дүйсенбі", "сейсенбі", "сәрсенбі", "бейсенбі", "жұма", "сенбі"},
	"ru": {"воскресень", "понедельник", "вторник", "среду=", "четверг", "пятниц", "суббот"},
	"en": {"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"},
}

const (
	recallWords = 5              // of a sentence among which a recaller stands
	today       = 30 * time.Hour // after the beginning of a day it is still that day's news
)

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
// was published, or with a weekday of another.
func ofAnotherDay(all []token, i int, language string, published time.Time) bool {
	if published.IsZero() {
		return false
	}
	if w := all[i].word; (w == "в" || w == "во" || w == "on") && i+1 < len(all) {
		i++
	}
	published = published.UTC()
	midnight := published.Truncate(24 * time.Hour)
	for day, name := range weekdays[language] {
		if begins(all[i].word, name) {
			ago := (int(published.Weekday()) - day + 7) % 7
			return published.Sub(midnight.AddDate(0, 0, -ago)) >= today
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
	day := time.Date(published.Year(), time.Month(m), int(v), 0, 0, 0, 0, time.UTC)
	return published.Sub(day) >= today
}
