package locale

import (
	"fmt"
	"time"
)

// Months in few letters, as CLDR has them: after a day's number, and by themselves.
var (
	shortMonths = map[Language][12]string{
		KK: {"қаң.", "ақп.", "нау.", "сәу.", "мам.", "мау.", "шіл.", "там.", "қыр.", "қаз.", "қар.", "жел."},
		RU: {"янв.", "февр.", "мар.", "апр.", "мая", "июн.", "июл.", "авг.", "сент.", "окт.", "нояб.", "дек."},
		EN: {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
	}
	loneMonths = map[Language][12]string{
		KK: {"қаң.", "ақп.", "нау.", "сәу.", "мам.", "мау.", "шіл.", "там.", "қыр.", "қаз.", "қар.", "жел."},
		RU: {"янв.", "февр.", "март", "апр.", "май", "июнь", "июль", "авг.", "сент.", "окт.", "нояб.", "дек."},
		EN: {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
	}
)

// localMonths are the Kazakh months in the locative, by the harmony of their
// vowels and the voice of their last sound.
var localMonths = [12]string{"қаңтарда", "ақпанда", "наурызда", "сәуірде", "мамырда", "маусымда", "шілдеде", "тамызда", "қыркүйекте", "қазанда", "қарашада", "желтоқсанда"}

// OnDayMonth is a date without its year as a sentence has it that says when
// something was, without a preposition: "6 апреля", "6 сәуірде", "April 6".
func (p *Printer) OnDayMonth(t time.Time) string {
	if p.lang != KK {
		return p.DayMonth(t)
	}
	t = t.In(p.zone)
	return fmt.Sprintf("%d%s%s", t.Day(), nbsp, localMonths[t.Month()-1])
}

// DayMonthShort is a date in as little room as an axis has: "6 апр.", "6 сәу.", "Apr 6".
func (p *Printer) DayMonthShort(t time.Time) string {
	t = t.In(p.zone)
	month := shortMonths[p.lang][t.Month()-1]
	if p.lang == EN {
		return fmt.Sprintf("%s %d", month, t.Day())
	}
	return fmt.Sprintf("%d%s%s", t.Day(), nbsp, month)
}

// MonthShort is the name of t's month in few letters: "март", "нау.", "Mar".
func (p *Printer) MonthShort(t time.Time) string {
	return loneMonths[p.lang][t.In(p.zone).Month()-1]
}

// MonthYearShort is MonthShort with the year: "янв. 2026", "2026 қаң.", "Jan 2026".
func (p *Printer) MonthYearShort(t time.Time) string {
	year := t.In(p.zone).Year()
	if p.lang == KK {
		return fmt.Sprintf("%d%s%s", year, nbsp, p.MonthShort(t))
	}
	return fmt.Sprintf("%s%s%d", p.MonthShort(t), nbsp, year)
}
