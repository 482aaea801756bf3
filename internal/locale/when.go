package locale

import (
	"errors"
	"strings"
	"time"
)

// farthest is how far ahead a time may be: what is asked for beyond it is more
// likely a slip of the finger.
const farthest = 366 * 24 * time.Hour

// WhenProblem is why a time that somebody typed is not taken.
type WhenProblem string

// The problems. Each is the message when.<problem> too.
const (
	WhenUnclear   WhenProblem = "unclear"   // it is no time that we can read
	WhenNoTime    WhenProblem = "no_time"   // a day without a time
	WhenNoDay     WhenProblem = "no_day"    // a day that no calendar has
	WhenAmbiguous WhenProblem = "ambiguous" // it can be read in two ways
	WhenPast      WhenProblem = "past"      // it is over
	WhenFar       WhenProblem = "far"       // it is more than a year ahead
	WhenSkipped   WhenProblem = "skipped"   // clocks are put forward over it
	WhenTwice     WhenProblem = "twice"     // clocks are put back: it comes twice
)

// WhenError is a time that is not taken.
type WhenError struct {
	Problem WhenProblem
	At      time.Time // what was understood, of a time that is past or far; else zero
}

func (e *WhenError) Error() string { return "read a time: " + string(e.Problem) }

// WhenProblemOf is why ParseWhen refused, and what it had understood.
func WhenProblemOf(err error) (WhenProblem, time.Time) {
	var e *WhenError
	if errors.As(err, &e) {
		return e.Problem, e.At
	}
	return WhenUnclear, time.Time{}
}

// ParseWhen reads a time as people type it, in Kazakh, Russian or English and
// whatever the reader's own language is: "18:30", "завтра в 9 утра", "ертең
// 9:00", "25.11 08:00", "2 сағаттан кейін", "in 30 min", "понедельник 9:00",
// "қазір". Kazakh may be typed with a Russian keyboard. The time is in zone,
// and now itself for words that say so; every other one is after now. What can be
// read in two ways is refused, with a *WhenError as all that is not taken.
func ParseWhen(text string, now time.Time, zone *time.Location) (time.Time, error) {
	if zone == nil {
		zone = time.UTC
	}
	now = now.In(zone)
	words, ok := whenFields(text)
	if !ok || len(words) == 0 {
		return time.Time{}, &WhenError{Problem: WhenUnclear}
	}
	if whenNow[strings.Join(words, " ")] {
		return now, nil
	}
	p := whenParser{words: words, now: now}
	if problem := p.parse(); problem != "" {
		if p.noDay {
			problem = WhenNoDay
		}
		return time.Time{}, &WhenError{Problem: problem}
	}
	at, problem := p.resolve()
	switch {
	case problem != "":
		return time.Time{}, &WhenError{Problem: problem}
	case !at.After(now):
		return time.Time{}, &WhenError{Problem: WhenPast, At: at}
	case at.Sub(now) > farthest:
		return time.Time{}, &WhenError{Problem: WhenFar, At: at}
	}
	return at, nil
}

// resolve makes an instant of what the words gave.
func (p *whenParser) resolve() (time.Time, WhenProblem) {
	if p.span != 0 { // hours and minutes run on whatever clocks do
		if p.hasDay || p.clock.set || p.part != wholeDay {
			return time.Time{}, WhenUnclear
		}
		return p.addDays().Add(p.span), ""
	}
	if !p.clock.set {
		if p.days != 0 && !p.hasDay && p.part == wholeDay {
			return p.addDays(), "" // "in two days": at the time that it is now
		}
		return time.Time{}, WhenNoTime
	}
	hour, problem := p.clock.inPart(p.part, p.hasDay || p.days != 0)
	if problem != "" {
		return time.Time{}, problem
	}
	at, problem := p.onDay(hour, p.clock.minute)
	atNight := p.clock.midnight || hour < 6 && (p.part == night || p.part == beforeNoon)
	if problem == "" && atNight && !p.hasDay && p.days == 0 && !at.After(p.now) {
		return p.onDay(hour+24, p.clock.minute) // the night that comes
	}
	return at, problem
}

// addDays is now, so many days later by the calendar.
func (p *whenParser) addDays() time.Time { return p.now.AddDate(0, 0, p.days) }

// onDay finds the day, and the instant at which its clocks show a time.
func (p *whenParser) onDay(hour, minute int) (time.Time, WhenProblem) {
	y, m, d := p.addDays().Date()
	switch {
	case p.date.set:
		y, m, d = p.date.year, p.date.month, p.date.day
		if y == 0 {
			y = p.date.yearAround(p.now)
		}
		if daysOf(y, m) < d {
			return time.Time{}, WhenNoDay // there is no 31 November, and no 29 February that year
		}
	case p.weekday.set:
		ahead, problem := p.weekday.ahead(p.now, hour*60+minute)
		if problem != "" {
			return time.Time{}, problem
		}
		y, m, d = p.now.AddDate(0, 0, ahead).Date()
	}
	return wallClock(y, m, d, hour, minute, p.now.Location())
}

// yearAround is the year of a date that was typed without one: this year's or,
// when that is over for half a year or more, the next's. A date that has just
// passed is refused as past, not put off for a year.
func (t typedDate) yearAround(now time.Time) int {
	y, m, d := now.Date()
	this := time.Date(y, t.month, t.day, 0, 0, 0, 0, time.UTC)
	if time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Sub(this) > farthest/2 {
		return y + 1
	}
	return y
}

func daysOf(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// wallClock is the instant at which clocks in zone show a time of a day; hours
// from 24 on are of the next one.
func wallClock(y int, m time.Month, d, hour, minute int, zone *time.Location) (time.Time, WhenProblem) {
	wall := time.Date(y, m, d, hour, minute, 0, 0, time.UTC)
	var found []time.Time
	for _, around := range []time.Duration{-36 * time.Hour, 36 * time.Hour} {
		_, offset := wall.Add(around).In(zone).Zone()
		at := wall.Add(-time.Duration(offset) * time.Second).In(zone)
		_, actual := at.Zone()
		if actual == offset && (len(found) == 0 || !found[0].Equal(at)) {
			found = append(found, at)
		}
	}
	switch len(found) {
	case 0:
		return time.Time{}, WhenSkipped
	case 1:
		return found[0], ""
	default:
		return time.Time{}, WhenTwice
	}
}

// ahead is in how many days a weekday is whose time is a minute of the day.
func (w typedWeekday) ahead(now time.Time, minute int) (int, WhenProblem) {
	today := (int(now.Weekday()) + 6) % 7
	days := w.day - today
	switch w.which {
	case weekdayNext: // of the next calendar week
		if w.english && days > 0 { // some say it of this week's
			return 0, WhenAmbiguous
		}
		return days + 7, ""
	case weekdayThis:
		return days, ""
	}
	if days < 0 || days == 0 && minute <= now.Hour()*60+now.Minute() {
		days += 7
	}
	return days, ""
}

// inPart is the hour of a clock in a part of the day: 9 in the evening is 21.
// dated tells that a day is said too.
func (c typedClock) inPart(part dayPart, dated bool) (hour int, problem WhenProblem) {
	if c.midnight {
		if dated || part != wholeDay {
			return 0, WhenAmbiguous // at its beginning, or at its end?
		}
		return 0, ""
	}
	if part == wholeDay {
		return c.hour, ""
	}
	if c.noon {
		return 0, WhenUnclear
	}
	if c.hour == 12 && (part == night || part == beforeNoon) {
		if dated && c.minute == 0 {
			return 0, WhenAmbiguous
		}
		return 0, ""
	}
	hours := dayPartHours[part]
	for _, h := range []int{c.hour, c.hour + 12} {
		if h < 24 && hours[h] {
			return h, ""
		}
	}
	return 0, WhenUnclear
}
