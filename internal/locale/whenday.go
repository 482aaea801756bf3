package locale

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// TypedDay is a day as somebody wrote it.
type TypedDay struct {
	Year  int // 0: not said
	Month time.Month
	Day   int // 1 to 31; a month may have fewer
	Text  string
}

// axisMonths number the months as charts name them. Some are words by themselves.
var axisMonths = func() map[string]int {
	m := map[string]int{}
	for i, name := range shortMonths[KK] {
		m[strings.Trim(whenFold(name), ".")] = i + 1
	}
	return m
}()

// TakeDay finds a day with the name of its month in text, as Printer.Date and
// Printer.DayMonth write it and in any language: "1 апреля 2026 г.", "2026 ж. 1
// сәуір", "April 1". It returns what else the text says.
func TakeDay(text string) (day TypedDay, rest string, ok bool) {
	words := strings.Fields(text)
	read := make([]string, len(words))
	for i, w := range words {
		w = strings.Trim(whenFold(w), ",.;")
		if m := suffixField.FindStringSubmatch(w); m != nil {
			w = m[1]
		}
		read[i] = stem(w)
	}
	number := func(i, digits int) int { // 0 for none
		if i < 0 || i >= len(read) || !isDigits(read[i]) || len(read[i]) > digits || digits == 4 && len(read[i]) != 4 {
			return 0
		}
		n, _ := strconv.Atoi(read[i]) // digits only
		return n
	}
	filler := func(i int) bool { return i >= 0 && i < len(read) && whenFillers[read[i]] }
	for i, w := range read {
		month, named := monthWords[w]
		if !named {
			month, named = axisMonths[w]
		}
		if !named {
			continue
		}
		from, to := i, i+1 // of the words that tell the day
		before := i - 1
		if filler(before) { // 1st of April
			before--
		}
		switch {
		case number(before, 2) > 0:
			day.Day, from = number(before, 2), before
		case number(i+1, 2) > 0:
			day.Day, to = number(i+1, 2), i+2
		default:
			continue
		}
		if day.Day > 31 {
			continue
		}
		switch year := from - 1; {
		case number(to, 4) > 0:
			day.Year, to = number(to, 4), to+1
			if filler(to) {
				to++
			}
		case filler(year) && number(year-1, 4) > 0:
			day.Year, from = number(year-1, 4), year-1
		case number(year, 4) > 0:
			day.Year, from = number(year, 4), year
		}
		if filler(from - 1) { // on April 1
			from--
		}
		day.Month, day.Text = time.Month(month), strings.Trim(strings.Join(words[from:to], " "), ",;")
		return day, strings.Join(slices.Concat(words[:from], words[to:]), " "), true
	}
	return TypedDay{}, text, false
}

// Until is the date, where the calendar has the day; one without a year is of the last
// year until a day that has it.
func (d TypedDay) Until(last time.Time) (date time.Time, ok bool) {
	year := d.Year
	if year == 0 {
		const leap = 8 // years lie between two days of 29 February at most
		for year = last.Year(); year > last.Year()-leap; year-- {
			if d.Day <= daysOf(year, d.Month) && !time.Date(year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).After(last) {
				break
			}
		}
	}
	if d.Month < 1 || d.Month > 12 || d.Day < 1 || d.Day > daysOf(year, d.Month) {
		return time.Time{}, false
	}
	return time.Date(year, d.Month, d.Day, 0, 0, 0, 0, time.UTC), true
}
