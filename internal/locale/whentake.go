package locale

import (
	"strconv"
	"strings"
	"time"
)

// take reads what the i-th word begins, and returns how many words that is; 0
// is a word that nothing is known of, or one that contradicts another.
func (p *whenParser) take(i int) int {
	w := p.words[i]
	if n := p.takeDay(i, stem(w)); n > 0 {
		return n
	}
	part, isPart := dayPartWords[w]
	switch {
	case isPart:
		if p.part != wholeDay {
			return 0
		}
		p.part = dayPart(part)
		p.noonish = noonParts[w]
		if w == "tonight" {
			return p.setDay(0)
		}
		return 1
	case w == "час" && p.led(i): // "в час дня"
		return p.setTime(1, 0, 1)
	case halfPast(p.words[i:]) > 0:
		return p.takeHalfPast(i)
	case noonWords[w]:
		return p.setClock(typedClock{set: true, hour: 12, noon: true})
	case midnightWords[w]:
		return p.setClock(typedClock{set: true, midnight: true})
	case w == "сагат": // before its number, or after it
		return 1
	case whenFillers[w]:
		return 1
	}
	return p.takeNumbers(i)
}

// takeDay reads the words for days.
func (p *whenParser) takeDay(i int, w string) int {
	if d, ok := dayWords[w]; ok {
		return p.setDay(d)
	}
	if d, ok := weekdayWords[w]; ok {
		if p.weekday.set {
			return 0
		}
		p.weekday.set, p.weekday.day = true, d
		return 1
	}
	if month, ok := monthWords[w]; ok { // "November 25"
		next := p.afterFillers(i + 1)
		if next == len(p.words) || !isDigits(p.words[next]) || len(p.words[next]) > 2 {
			return 0
		}
		if p.setDate(p.words[next], month) == 0 {
			return 0
		}
		return next - i + 1
	}
	which := weekdayNear
	switch {
	case weekdayNextWords[w]:
		which = weekdayNext
	case weekdayThisWords[w]:
		which = weekdayThis
	case !weekdayNearWords[w]:
		return 0
	}
	if i+1 == len(p.words) {
		return 0
	}
	if part, ok := dayPartWords[p.words[i+1]]; ok && which == weekdayThis && dayPart(part) != daytime { // "this evening"
		if p.part != wholeDay || p.setDay(0) == 0 {
			return 0
		}
		p.part = dayPart(part)
		return 2
	}
	p.weekday.which, p.weekday.english = which, englishWords[w]
	if weekWords[p.words[i+1]] { // "на следующей неделе в понедельник": there is no doubt of its week
		p.weekday.english = false
		return 2
	}
	if _, ok := weekdayWords[stem(p.words[i+1])]; !ok {
		return 0
	}
	return 1
}

// takeNumbers reads the words with digits, and numbers that are written out.
func (p *whenParser) takeNumbers(i int) int {
	w := p.words[i]
	switch {
	case clockField.MatchString(w):
		return p.clockOf(clockField.FindStringSubmatch(w))
	case dashField.MatchString(w):
		return p.clockOf(dashField.FindStringSubmatch(w))
	case isoDateField.MatchString(w):
		m := isoDateField.FindStringSubmatch(w)
		return p.setDateOf(m[3], m[2], m[1])
	case dateField.MatchString(w):
		m := dateField.FindStringSubmatch(w)
		if m[2] == "/" && couldBeMonth(m[1]) && couldBeMonth(m[3]) && m[1] != m[3] {
			p.twoWays = true // of whose country?
			return 0
		}
		return p.setDateOf(m[1], m[3], m[4])
	case slashField.MatchString(w):
		m := slashField.FindStringSubmatch(w)
		if couldBeMonth(m[1]) && couldBeMonth(m[2]) && m[1] != m[2] {
			p.twoWays = true
			return 0
		}
		return p.setDateOf(m[1], m[2], "")
	case dottedField.MatchString(w):
		m := dottedField.FindStringSubmatch(w)
		p.dotted = append(p.dotted, [2]string{m[1], m[2]})
		return 1
	case unitField.MatchString(w):
		return p.fusedClock(i, unitField.FindStringSubmatch(w))
	case numberField.MatchString(w):
		return p.takeNumber(i, w)
	}
	if n, ok := numberWords[stem(w)]; ok && n > 0 && w != "a" && w != "an" {
		return p.takeNumber(i, strconv.Itoa(n))
	}
	return 0
}

// halfPast is the hour before which half an hour is said in Russian: 8 for "половине
// девятого" and "полдевятого"; 0 when the words do not say so.
func halfPast(words []string) int {
	hour := 0
	if halfOf[words[0]] && len(words) > 1 {
		hour = genitiveHours[words[1]]
	} else if rest, cut := strings.CutPrefix(words[0], "пол"); cut {
		hour = genitiveHours[rest]
	}
	switch hour {
	case 0:
		return 0
	case 1:
		return 12
	}
	return hour - 1
}

func (p *whenParser) takeHalfPast(i int) int {
	used := 1
	if halfOf[p.words[i]] {
		used = 2
	}
	return p.setTime(halfPast(p.words[i:]), 30, used)
}

func couldBeMonth(s string) bool {
	n, _ := strconv.Atoi(s)
	return n >= 1 && n <= 12
}

// takeNumber reads a number by what stands around it: a day of a month, an
// hour, or a year.
func (p *whenParser) takeNumber(i int, digits string) int {
	next := p.afterFillers(i + 1)
	if next < len(p.words) && len(digits) <= 2 {
		if month, ok := monthWords[stem(p.words[next])]; ok {
			if p.setDate(digits, month) == 0 {
				return 0
			}
			return next - i + 1
		}
	}
	n, _ := strconv.Atoi(digits)
	if len(digits) == 4 {
		if n < 2000 || n > 2199 || p.year != 0 {
			return 0
		}
		p.year = n
		return 1
	}
	if len(digits) > 2 {
		return 0
	}
	used := 1
	minute := 0
	if i+1 < len(p.words) {
		follows := p.words[i+1]
		u, isUnit := spanUnits[follows]
		switch {
		case isUnit && u.time == time.Hour:
			used++
			p.bare = p.bare || !p.led(i)
			more, k := p.minutesAfter(i + 2)
			minute, used = more, used+k
		case isUnit && u.days == 1 && follows == "дня": // at two in the day, or two days
			p.bare = p.bare || !p.led(i)
			if p.bare && !p.dayElsewhere() {
				return p.refuseBare(n)
			}
		case isUnit:
			return p.refuseBare(n)
		case pastHalf[follows]: // "тоғыз жарымда"
			minute = 30
			used++
		case len(follows) == 2 && isDigits(follows) && !p.monthAt(i+2): // "18 30"
			minute, _ = strconv.Atoi(follows)
			used++
		}
	}
	return p.setTime(n, minute, used)
}

// refuseBare notes a number whose unit can be meant in two ways; the parser
// then says that it is ambiguous rather than unclear.
func (p *whenParser) refuseBare(n int) int {
	if n == 0 || n > 99 || p.clock.set {
		return 0
	}
	p.bare, p.clock = true, typedClock{set: true}
	return 2
}

// dayElsewhere tells whether some word names a day.
func (p *whenParser) dayElsewhere() bool {
	for _, w := range p.words {
		s := stem(w)
		_, day := dayWords[s]
		_, week := weekdayWords[s]
		_, month := monthWords[s]
		if day || week || month || isoDateField.MatchString(w) || dateField.MatchString(w) || dottedField.MatchString(w) {
			return true
		}
	}
	return false
}

// led tells whether the word before makes a number a time of day: "at 9".
func (p *whenParser) led(i int) bool {
	return i > 0 && (hourLead[p.words[i-1]] || p.words[i-1] == "сагат")
}

func (p *whenParser) monthAt(i int) bool {
	i = p.afterFillers(i)
	if i >= len(p.words) {
		return false
	}
	_, ok := monthWords[stem(p.words[i])]
	return ok
}

// minutesAfter reads "30 минут" behind an hour.
func (p *whenParser) minutesAfter(i int) (minute, used int) {
	at := p.afterFillers(i)
	if at+1 < len(p.words) && isDigits(p.words[at]) && spanUnits[p.words[at+1]].time == time.Minute {
		if n, _ := strconv.Atoi(p.words[at]); n < 60 {
			return n, at + 2 - i
		}
	}
	return 0, 0
}

// fusedClock reads 18ч and 18ч30.
func (p *whenParser) fusedClock(i int, m []string) int {
	if spanUnits[m[2]].time != time.Hour || m[4] != "" && spanUnits[m[4]].time != time.Minute {
		return 0
	}
	hour, _ := strconv.Atoi(m[1])
	minute, _ := strconv.Atoi(m[3])
	p.bare = p.bare || m[3] == "" && !p.led(i)
	return p.setTime(hour, minute, 1)
}

func (p *whenParser) afterFillers(i int) int {
	for i < len(p.words) && whenFillers[p.words[i]] && !hourLead[p.words[i]] {
		i++
	}
	return i
}

func (p *whenParser) setDay(days int) int {
	if p.hasDay {
		return 0
	}
	p.hasDay, p.days = true, days
	return 1
}

func (p *whenParser) clockOf(m []string) int {
	hour, _ := strconv.Atoi(m[1])
	minute, _ := strconv.Atoi(m[2])
	return p.setTime(hour, minute, 1)
}

func (p *whenParser) setTime(hour, minute, used int) int {
	if hour > 24 || minute > 59 || hour == 24 && minute > 0 {
		return 0
	}
	if p.setClock(typedClock{set: true, hour: hour, minute: minute}) == 0 {
		return 0
	}
	return used
}

func (p *whenParser) setClock(c typedClock) int {
	if p.clock.set {
		return 0
	}
	p.clock = c
	return 1
}

func (p *whenParser) setDate(day string, month int) int {
	d, _ := strconv.Atoi(day)
	if p.date.set || d < 1 {
		return 0
	}
	if d > daysOf(2024, time.Month(month)) { // a leap year
		p.noDay = d <= 31
		return 0
	}
	p.date = typedDate{set: true, month: time.Month(month), day: d}
	return 1
}

func (p *whenParser) setDateOf(day, month, year string) int {
	m, _ := strconv.Atoi(month)
	if m < 1 || m > 12 || p.setDate(day, m) == 0 {
		return 0
	}
	if year != "" {
		p.date.year, _ = strconv.Atoi(year)
		if len(year) == 2 {
			p.date.year += 2000
		}
	}
	return 1
}

// placeDotted decides what 25.11 and 18.30 are, by what else there is.
func (p *whenParser) placeDotted() WhenProblem {
	asClock := func(d [2]string) bool {
		hour, _ := strconv.Atoi(d[0])
		minute, _ := strconv.Atoi(d[1])
		return len(d[1]) == 2 && hour < 24 && minute < 60 && !p.clock.set
	}
	asDate := func(d [2]string) bool {
		day, _ := strconv.Atoi(d[0])
		return couldBeMonth(d[1]) && day >= 1 && day <= 31 && !p.date.set && !p.hasDay && p.days == 0
	}
	place := func(clock, date *[2]string) WhenProblem {
		if clock != nil && p.clockOf([]string{"", clock[0], clock[1]}) == 0 || date != nil && p.setDateOf(date[0], date[1], "") == 0 {
			return WhenUnclear
		}
		return ""
	}
	switch len(p.dotted) {
	case 0:
		return ""
	case 1:
		d := p.dotted[0]
		clock, date := asClock(d), asDate(d)
		switch {
		case clock && date && p.weekday.set: // "пн 10.11": the day or the time?
			return WhenAmbiguous
		case clock && date && p.part != wholeDay, clock && !date:
			return place(&d, nil)
		case date && !clock:
			return place(nil, &d)
		case clock && date:
			return WhenAmbiguous
		}
	case 2:
		a, b := p.dotted[0], p.dotted[1]
		dateFirst, clockFirst := asDate(a) && asClock(b), asClock(a) && asDate(b)
		switch {
		case dateFirst && clockFirst:
			return WhenAmbiguous
		case dateFirst:
			return place(&b, &a)
		case clockFirst:
			return place(&a, &b)
		}
	}
	return WhenUnclear
}
