package feed

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	maxDate      = 120 // characters of a text that are looked at for a date
	lastYearRead = 2200
	firstYear    = 1990 // there is no older news on the web; empty dates are written as 1970 or year 1
)

var (
	isoDate   = regexp.MustCompile(`(?:^|[^\d])(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[^\d]|$)`)
	basicDate = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})(?:t(\d{2})(\d{2})(\d{2})?)?`)
	dottyDate = regexp.MustCompile(`(?:^|[^\d])(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(?:[^\d]|$)`)
	dayMonth  = regexp.MustCompile(`(?:^|[^\d])(\d{1,2})(?:-го|st|nd|rd|th)?[\s-]+(\p{L}{3,})\.?,?[\s-]*(\d{4}|\d{2})?(?:[^\d:]|$)`)
	monthDay  = regexp.MustCompile(`(?:^|[^\p{L}])(\p{L}{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(\d{4}))?(?:[^\d:]|$)`)
	leadYear  = regexp.MustCompile(`(?:^|[^\d])(\d{4})\s*(?:жылғы|жылы|жыл|ж\.|ж\s)`)
	cyear     = regexp.MustCompile(`\s(\d{4})$`) // "Mon Apr 6 10:00:00 2026"
	clock     = regexp.MustCompile(`(?:^|[^\d:])(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(am|pm)?`)
	onlyClock = regexp.MustCompile(`^\d{1,2}:\d{2}$`)
	offset    = regexp.MustCompile(`^\s*(?:z|utc|gmt|ut)?\s*([+\-−])(\d{1,2})(?::?(\d{2}))?(?:[^\d]|$)`)
	zoneName  = regexp.MustCompile(`^\s*\(?([a-z]{1,5})\)?(?:[^a-z]|$)`)
	relative  = regexp.MustCompile(`(?:(\d{1,3})\s*|^(?:an? |один |одну |бір )?)(\p{L}+)\.?\s+(?:назад|бұрын|ago)`)
	unixTime  = regexp.MustCompile(`^(\d{10})(\d{3})?$`)
)

// zones are the abbreviations that dates in feeds still use, in hours from UTC.
var zones = map[string]int{
	"z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "bst": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3, "msk": 3,
	"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "qyzt": 5,
}

// months holds, by number, the names of a month that dates are written with: English,
// Russian (as in "6 апреля" and by itself) and Kazakh.
var months = [12][]string{
	{"january", "января", "январь", "қаңтар"}, {"february", "февраля", "февраль", "ақпан"},
	{"march", "марта", "март", "наурыз"}, {"april", "апреля", "апрель", "сәуір"},
	{"may", "мая", "май", "мамыр"}, {"june", "июня", "июнь", "маусым"},
	{"july", "июля", "июль", "шілде"}, {"august", "августа", "август", "тамыз"},
	{"september", "сентября", "сентябрь", "қыркүйек"}, {"october", "октября", "октябрь", "қазан"},
	{"november", "ноября", "ноябрь", "қараша"}, {"december", "декабря", "декабрь", "желтоқсан"},
}

// month is 1 to 12 for a month's name, its beginning ("сент") or the name with an
// ending ("сәуірде"), and 0 for other words.
func month(word string) int {
	if len([]rune(word)) < 3 {
		return 0
	}
	for i, names := range months {
		for k, name := range names {
			kazakh := k == len(names)-1
			if strings.HasPrefix(name, word) || kazakh && strings.HasPrefix(word, name) {
				return i + 1
			}
		}
	}
	return 0
}

// parseDate reads the dates that feeds and news pages carry: RFC 822 in its many
// mistaken forms, ISO 8601, "6 апреля 2026, 10:00", "2026 жылғы 6 сәуір", "Сегодня, 02:47",
// "Кеше 17:49", "5 минут назад", "April 6, 2026". A date without an offset is in
// zone; one without a year is the last such day; one without a time is its midnight.
// It reports false for texts that hold no date.
func parseDate(s string, zone *time.Location, now time.Time) (time.Time, bool) {
	if t, ok := plainDate(s); ok {
		return t, true
	}
	s = normalDate(s)
	if s == "" {
		return time.Time{}, false
	}
	if m := unixTime.FindStringSubmatch(s); m != nil {
		sec, err := strconv.ParseInt(m[1], 10, 64)
		t := time.Unix(sec, 0).UTC()
		return t, err == nil && t.Year() >= firstYear
	}
	now = now.In(zone)
	if t, ok := relativeDate(s, now); ok {
		return t, true
	}

	hour, minute, sec, rest, hasClock := clockOf(s)
	y, mo, d, ok := dayOf(s, zone, now)
	if !ok {
		if !onlyClock.MatchString(s) || !hasClock {
			return time.Time{}, false
		}
		t := time.Date(now.Year(), now.Month(), now.Day(), hour, minute, 0, 0, zone)
		if t.After(now) { // a list that shows the time alone means the last such time
			t = t.AddDate(0, 0, -1)
		}
		return t.UTC(), true
	}
	where := zone
	if hasClock {
		where = zoneOf(rest, zone)
	}
	if mo < 1 || mo > 12 || d < 1 || y < firstYear || y > lastYearRead {
		return time.Time{}, false
	}
	t := time.Date(y, time.Month(mo), d, hour, minute, sec, 0, where)
	if day := time.Date(y, time.Month(mo), d, 12, 0, 0, 0, time.UTC); day.Day() != d { // 31 April
		return time.Time{}, false
	}
	return t.UTC(), true
}

// plainDate reads the forms that most feeds keep to, which needs no searching.
func plainDate(s string) (time.Time, bool) {
	if len(s) < len("2006-01-02T15:04:05Z") || len(s) > len("Mon, 02 Jan 2006 15:04:05.000 -0700") {
		return time.Time{}, false
	}
	for _, layout := range []string{"Mon, 2 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04:05 GMT", time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			_, seconds := t.Zone()
			return t.UTC().Truncate(time.Second), t.Year() >= firstYear && t.Year() <= lastYearRead && seconds < 15*3600 && seconds > -15*3600
		}
	}
	return time.Time{}, false
}

func normalDate(s string) string {
	s = strings.ToLower(strings.Join(strings.Fields(s), " ")) // Fields splits at no-break spaces too
	if r := []rune(s); len(r) > maxDate {
		s = string(r[:maxDate])
	}
	return s
}

// relativeDate reads dates that are told from now.
func relativeDate(s string, now time.Time) (time.Time, bool) {
	if m := relative.FindStringSubmatch(s); m != nil {
		n := max(num(m[1]), 1) // "an hour ago"
		if m[1] == "0" {
			n = 0
		}
		switch u := m[2]; {
		case hasAnyPrefix(u, "сек", "sec"):
			return now.Add(-time.Duration(n) * time.Second).UTC(), true
		case hasAnyPrefix(u, "мин", "min"):
			return now.Add(-time.Duration(n) * time.Minute).UTC(), true
		case u == "ч", u == "h", hasAnyPrefix(u, "час", "сағ", "hour", "hr"):
			return now.Add(-time.Duration(n) * time.Hour).UTC(), true
		case hasAnyPrefix(u, "дн", "ден", "күн", "day"):
			return now.AddDate(0, 0, -n).UTC(), true
		case hasAnyPrefix(u, "нед", "апта", "week"):
			return now.AddDate(0, 0, -7*n).UTC(), true
		}
		return time.Time{}, false
	}
	for _, w := range []string{"только что", "жаңа ғана", "just now"} {
		if strings.Contains(s, w) {
			return now.UTC(), true
		}
	}
	return time.Time{}, false
}

func hasAnyPrefix(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// dayOf finds the day that s names.
func dayOf(s string, zone *time.Location, now time.Time) (y, m, d int, ok bool) {
	for ago, words := range [][]string{{"сегодня", "бүгін", "today"}, {"вчера", "кеше", "yesterday"}, {"позавчера", "алдыңғы күні"}} {
		for _, w := range words {
			if strings.HasPrefix(s, w) {
				t := now.AddDate(0, 0, -ago)
				return t.Year(), int(t.Month()), t.Day(), true
			}
		}
	}
	if g := isoDate.FindStringSubmatch(s); g != nil {
		return num(g[1]), num(g[2]), num(g[3]), true
	}
	if g := basicDate.FindStringSubmatch(s); g != nil {
		return num(g[1]), num(g[2]), num(g[3]), true
	}
	if g := dottyDate.FindStringSubmatch(s); g != nil {
		return fullYear(g[3]), num(g[2]), num(g[1]), true
	}
	for _, g := range dayMonth.FindAllStringSubmatch(s, 3) {
		if m := month(g[2]); m != 0 {
			y, d := yearOf(g[3], s), num(g[1])
			if y == 0 {
				y = lastYear(m, d, zone, now)
			}
			return y, m, d, true
		}
	}
	for _, g := range monthDay.FindAllStringSubmatch(s, 3) {
		if m := month(g[1]); m != 0 {
			y, d := yearOf(g[3], s), num(g[2])
			if y == 0 {
				y = lastYear(m, d, zone, now)
			}
			return y, m, d, true
		}
	}
	return 0, 0, 0, false
}

// yearOf is the year written beside a month, or elsewhere in s; 0 when there is none.
func yearOf(beside, s string) int {
	if beside != "" {
		return fullYear(beside)
	}
	for _, re := range []*regexp.Regexp{leadYear, cyear} {
		if g := re.FindStringSubmatch(s); g != nil {
			return num(g[1])
		}
	}
	return 0
}

// lastYear is the year of the last such day that is not in the future, with a day of grace.
func lastYear(m, d int, zone *time.Location, now time.Time) int {
	if time.Date(now.Year(), time.Month(m), d, 0, 0, 0, 0, zone).After(now.Add(24 * time.Hour)) {
		return now.Year() - 1
	}
	return now.Year()
}

// clockOf finds the time of day in s and returns what stands after it.
func clockOf(s string) (hour, minute, sec int, rest string, ok bool) {
	if g := basicDate.FindStringSubmatch(s); g != nil && g[4] != "" && num(g[4]) < 24 && num(g[5]) < 60 {
		return num(g[4]), num(g[5]), num(g[6]), s[len(g[0]):], true
	}
	loc := clock.FindStringSubmatchIndex(s)
	if loc == nil {
		return 0, 0, 0, "", false
	}
	group := func(i int) string {
		if loc[2*i] < 0 {
			return ""
		}
		return s[loc[2*i]:loc[2*i+1]]
	}
	hour, minute, sec = num(group(1)), num(group(2)), num(group(3))
	switch half := group(4); {
	case half == "pm" && hour < 12:
		hour += 12
	case half == "am" && hour == 12:
		hour = 0
	}
	if hour > 23 || minute > 59 || sec > 60 {
		return 0, 0, 0, "", false
	}
	return hour, minute, sec, s[loc[1]:], true
}

// zoneOf reads the offset or zone that follows a time. Unknown names mean the default.
func zoneOf(s string, zone *time.Location) *time.Location {
	if g := offset.FindStringSubmatch(s); g != nil {
		seconds := num(g[2])*3600 + num(g[3])*60
		if num(g[2]) > 14 || num(g[3]) > 59 {
			return zone
		}
		if g[1] != "+" {
			seconds = -seconds
		}
		return time.FixedZone("", seconds)
	}
	if g := zoneName.FindStringSubmatch(s); g != nil {
		if h, ok := zones[g[1]]; ok {
			return time.FixedZone("", h*3600)
		}
	}
	return zone
}

// fullYear is a year as written, with its century or without.
func fullYear(s string) int {
	y := num(s)
	switch {
	case len(s) > 2:
		return y
	case y < 70:
		return 2000 + y
	}
	return 1900 + y
}

// num reads digits that a pattern has already matched; none is 0.
func num(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
