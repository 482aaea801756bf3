package locale

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxWhen bounds what is looked at, in bytes: a time has few words.
const maxWhen = 200

type typedClock struct {
	set            bool
	hour, minute   int
	noon, midnight bool // said by a word
}

type typedDate struct {
	set   bool
	year  int // 0: not said
	month time.Month
	day   int
}

type whichWeekday int

const (
	weekdayNear whichWeekday = iota // the nearest that comes
	weekdayThis                     // of this calendar week
	weekdayNext                     // of the next
)

type typedWeekday struct {
	set     bool
	day     int // 0 is Monday
	which   whichWeekday
	english bool
}

// whenParser takes a time's words apart.
type whenParser struct {
	words []string
	now   time.Time

	clock   typedClock
	part    dayPart
	date    typedDate
	weekday typedWeekday
	hasDay  bool          // days was counted from today by a word such as tomorrow
	days    int           // from today
	span    time.Duration // from now
	year    int           // said apart from its date
	dotted  [][2]string   // 10.11: a date or a time
	noDay   bool          // a date names a day that its month never has
	bare    bool          // the hour stands alone before a unit that could be a span too
	noonish bool          // a word was said that is noon when no hour is with it
	twoWays bool          // a date is written as two countries read it differently
}

// whenFold brings what people type to one spelling: small letters, and Kazakh
// ones that a Russian keyboard lacks as they are typed on it.
func whenFold(s string) string { return whenSpelling.Replace(strings.ToLower(norm.NFKC.String(s))) }

var whenSpelling = strings.NewReplacer("ё", "е", "ә", "а", "ғ", "г", "қ", "к", "ң", "н", "ө", "о", "ұ", "у", "ү", "у", "һ", "х", "і", "и",
	"’", "'", "–", "-", "—", "-", "−", "-", "\u200b", "", "\u200e", "", "\u200f", "", "\ufe0f", "")

var (
	isoField     = regexp.MustCompile(`^(\d{4}-\d{1,2}-\d{1,2})t(\d{1,2}:\d{2})$`)
	halfField    = regexp.MustCompile(`^\d{1,2}[.,]5$`)
	suffixField  = regexp.MustCompile(`^(\d+(?:[:.]\d+)?)-?(?:да|де|та|те|га|ге|ка|ке|го|е|ши|и|шы|й|ю|th|st|nd|rd)$`)
	partField    = regexp.MustCompile(`^(\d{1,2}(?:[:.]\d{2})?)(am|pm|a\.m|p\.m)$`)
	clockField   = regexp.MustCompile(`^(\d{1,2})[:](\d{2})(?::00)?$`)
	dashField    = regexp.MustCompile(`^(\d{1,2})-(00|15|30|45)$`)
	monthField   = regexp.MustCompile(`^(\d{1,2})-([a-zа-я]+)$`)
	unitField    = regexp.MustCompile(`^(\d{1,5})([a-zа-я]+)(?:(\d{1,5})([a-zа-я]*))?$`)
	dateField    = regexp.MustCompile(`^(\d{1,2})([./-])(\d{1,2})[./-](\d{4}|\d{2})$`)
	slashField   = regexp.MustCompile(`^(\d{1,2})/(\d{1,2})$`)
	isoDateField = regexp.MustCompile(`^(\d{4})-(\d{1,2})-(\d{1,2})$`)
	dottedField  = regexp.MustCompile(`^(\d{1,2})\.(\d{1,2})$`)
	numberField  = regexp.MustCompile(`^\d{1,4}$`)
)

// pairedWords are the words that are typed as two or three, with the spaces as _.
var pairedWords = func() map[string]bool {
	all := map[string]bool{}
	collect := func(w string) {
		if strings.Contains(w, "_") {
			all[w] = true
		}
	}
	for _, table := range []map[string]int{dayWords, numberWords, halfWords, dayPartWords} {
		for w := range table {
			collect(w)
		}
	}
	for _, set := range []map[string]bool{spanAfter, midnightWords} {
		for w := range set {
			collect(w)
		}
	}
	return all
}()

// whenFields cuts a text into the words that parse knows.
func whenFields(text string) (fields []string, ok bool) {
	if len(text) > maxWhen {
		return nil, false
	}
	for _, f := range strings.FieldsFunc(whenFold(text), func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(`;"'«»()!?`, r)
	}) {
		f = strings.Trim(f, ",.")
		parts := []string{f}
		if !halfField.MatchString(f) {
			parts = strings.Split(f, ",")
		}
		for _, part := range parts {
			part = strings.Trim(part, ".")
			if m := isoField.FindStringSubmatch(part); m != nil {
				fields = append(fields, m[1], m[2])
			} else if m := partField.FindStringSubmatch(part); m != nil {
				fields = append(fields, m[1], m[2])
			} else if m := monthField.FindStringSubmatch(part); m != nil && monthWords[stem(m[2])] != 0 {
				fields = append(fields, m[1], m[2])
			} else if m := suffixField.FindStringSubmatch(part); m != nil {
				fields = append(fields, m[1])
			} else if part != "" && part != "-" {
				fields = append(fields, part)
			}
		}
	}
	return joinPairs(fields), true
}

// joinPairs makes one of words that mean something only together.
func joinPairs(fields []string) []string {
	var out []string
	for i := 0; i < len(fields); {
		n, word := 1, fields[i]
		for k := min(4, len(fields)-i); k > 1; k-- {
			joined := stem(strings.Join(fields[i:i+k], "_"))
			if pairedWords[joined] {
				n, word = k, joined
				break
			}
		}
		out = append(out, word)
		i += n
	}
	return out
}

// stem is a word as the tables have it: Kazakh puts endings to it.
func stem(w string) string {
	known := func(w string) bool {
		_, day := dayWords[w]
		_, week := weekdayWords[w]
		_, month := monthWords[w]
		_, number := numberWords[w]
		return day || week || month || number || noonWords[w]
	}
	if known(w) {
		return w
	}
	for _, ending := range []string{"дагы", "деги", "тагы", "теги", "да", "де", "та", "те", "га", "ге", "ка", "ке", "ги", "сы", "си"} {
		if s, cut := strings.CutSuffix(w, ending); cut && known(s) {
			return s
		}
	}
	return w
}

// parse reads all words; it returns why it cannot.
func (p *whenParser) parse() WhenProblem {
	if !p.takeSpan() {
		return WhenUnclear
	}
	for i := 0; i < len(p.words); {
		n := p.take(i)
		switch {
		case n > 0:
		case p.twoWays:
			return WhenAmbiguous
		default:
			return WhenUnclear
		}
		i += n
	}
	if p.noonish && !p.clock.set && len(p.dotted) == 0 {
		p.clock, p.part = typedClock{set: true, hour: 12, noon: true}, wholeDay
	}
	if problem := p.placeDotted(); problem != "" {
		return problem
	}
	if p.year != 0 {
		if !p.date.set || p.date.year != 0 {
			return WhenUnclear
		}
		p.date.year = p.year
	}
	dated := p.hasDay || p.date.set || p.weekday.set
	if p.bare && !dated && p.part == wholeDay {
		return WhenAmbiguous // "2 hours": from now, or o'clock?
	}
	if p.date.set && (p.hasDay || p.days != 0) || p.weekday.set && p.days != 0 && !p.hasDay {
		return WhenUnclear
	}
	return p.sameWeekday(dated)
}

// sameWeekday holds a weekday against a date that is said with it.
func (p *whenParser) sameWeekday(dated bool) WhenProblem {
	if !p.weekday.set || !p.date.set && !p.hasDay {
		p.hasDay = dated
		return ""
	}
	p.weekday.set = false
	day := p.addDays()
	if p.date.set {
		y := p.date.year
		if y == 0 {
			y = p.date.yearAround(p.now)
		}
		day = time.Date(y, p.date.month, p.date.day, 12, 0, 0, 0, time.UTC)
	}
	p.hasDay = true
	if (int(day.Weekday())+6)%7 != p.weekday.day {
		return WhenAmbiguous
	}
	return ""
}

// takeSpan takes "in 2 hours" out of the words; false is a marker without a span.
func (p *whenParser) takeSpan() bool {
	for i, w := range p.words {
		from, to := i, i+1
		switch {
		case spanBefore[w]:
			n := p.spanAt(i + 1)
			if n == 0 {
				return false
			}
			to = i + 1 + n
		case spanAfter[w]:
			from = -1
			for start := range i {
				if n := p.spanAt(start); n > 0 && start+n == i {
					from = start
					break
				}
			}
			if from < 0 {
				return false
			}
		default:
			continue
		}
		p.addSpan(p.words[from:to])
		p.words = slices.Concat(p.words[:from:from], p.words[to:])
		return true
	}
	return true
}

// spanAt is how many words from i on are a span, such as "1 час 30 минут".
func (p *whenParser) spanAt(i int) int {
	n := 0
	for i+n < len(p.words) {
		k := spanPart(p.words[i+n:], nil)
		if k == 0 {
			break
		}
		n += k
	}
	return n
}

func (p *whenParser) addSpan(words []string) {
	for i := 0; i < len(words); {
		k := spanPart(words[i:], p)
		i += max(k, 1) // the marker itself is no part
	}
}

// spanPart reads one number and its unit at the beginning of words, and adds
// them to p when there is one. It returns how many words they are, 0 for none.
func spanPart(words []string, p *whenParser) int {
	add := func(half int, u spanUnit) {
		if p != nil {
			p.days += half * u.days / 2
			p.span += time.Duration(half) * u.time / 2
		}
	}
	w := words[0]
	if halfHour[w] {
		add(1, spanUnit{time: time.Hour})
		return 1
	}
	if m := unitField.FindStringSubmatch(w); m != nil {
		return fusedSpan(m, add)
	}
	count, rest := 0, words[1:] // in halves
	switch n, written := numberWords[w]; {
	case halfWords[w] != 0:
		count = halfWords[w]
	case halfField.MatchString(w):
		whole, _ := strconv.Atoi(w[:len(w)-2])
		count = whole*2 + 1
	case isDigits(w) && len(w) <= 4:
		whole, _ := strconv.Atoi(w)
		count = whole * 2
	case written:
		count = n * 2
	default:
		count, rest = 2, words
	}
	if len(rest) == 0 {
		return 0
	}
	u, ok := spanUnits[rest[0]]
	if !ok || count == 0 || count%2 == 1 && u.time != time.Hour {
		return 0
	}
	if _, isWord := dayPartWords[rest[0]]; isWord && len(rest) == len(words) {
		return 0 // "дня" without a number
	}
	add(count, u)
	return len(words) - len(rest) + 1
}

// fusedSpan reads 30мин, 2h and 1ч30м.
func fusedSpan(m []string, add func(int, spanUnit)) int {
	u, ok := spanUnits[m[2]]
	if !ok {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	if n == 0 {
		return 0
	}
	if m[3] != "" {
		minutes, named := spanUnits[m[4]]
		if u.time != time.Hour || m[4] != "" && (!named || minutes.time != time.Minute) {
			return 0
		}
		more, _ := strconv.Atoi(m[3])
		add(more*2, spanUnit{time: time.Minute})
	}
	add(n*2, u)
	return 1
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
