package locale

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// Months in the form that stands after the day's number.
var months = map[Language][12]string{
	KK: {"қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым", "шілде", "тамыз", "қыркүйек", "қазан", "қараша", "желтоқсан"},
	RU: {"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"},
	EN: {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
}

// Weekdays from Monday on.
var weekdays = map[Language][7]string{
	KK: {"дүйсенбі", "сейсенбі", "сәрсенбі", "бейсенбі", "жұма", "сенбі", "жексенбі"},
	RU: {"понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"},
	EN: {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
}

var shortWeekdays = map[Language][7]string{
	KK: {"Дс", "Сс", "Ср", "Бс", "Жм", "Сб", "Жс"},
	RU: {"Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс"},
	EN: {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"},
}

// Weekday is the name of a day as it stands inside a sentence; 0 is Monday.
func (p *Printer) Weekday(day int) string { return weekdays[p.lang][day] }

// WeekdayShort is the name of a day in two or three letters; 0 is Monday.
func (p *Printer) WeekdayShort(day int) string { return shortWeekdays[p.lang][day] }

// Day numbers t's weekday in the printer's zone; 0 is Monday.
func (p *Printer) Day(t time.Time) int { return (int(t.In(p.zone).Weekday()) + 6) % 7 }

// DayMonth is a date without its year: "6 апреля", "6 сәуір", "April 6".
func (p *Printer) DayMonth(t time.Time) string {
	t = t.In(p.zone)
	month := months[p.lang][t.Month()-1]
	if p.lang == EN {
		return fmt.Sprintf("%s %d", month, t.Day())
	}
	return fmt.Sprintf("%d%s%s", t.Day(), nbsp, month)
}

// Date is a date in words: "6 апреля 2026 г.", "2026 ж. 6 сәуір", "April 6, 2026".
func (p *Printer) Date(t time.Time) string {
	t = t.In(p.zone)
	switch p.lang {
	case KK:
		return fmt.Sprintf("%d%sж. %s", t.Year(), nbsp, p.DayMonth(t))
	case RU:
		return fmt.Sprintf("%s %d%sг.", p.DayMonth(t), t.Year(), nbsp)
	default:
		return fmt.Sprintf("%s, %d", p.DayMonth(t), t.Year())
	}
}

// DateFull is a date in words with its weekday.
func (p *Printer) DateFull(t time.Time) string {
	day := p.Weekday(p.Day(t))
	if p.lang == KK {
		return p.Date(t) + ", " + day
	}
	return day + ", " + p.Date(t)
}

// Clock is the time of day, in 24 hours in every language, as the country writes it.
func (p *Printer) Clock(t time.Time) string { return t.In(p.zone).Format("15:04") }

// DateTime is a day and its time; the year is said when it is not now's.
func (p *Printer) DateTime(t, now time.Time) string {
	if t.In(p.zone).Year() == now.In(p.zone).Year() {
		return p.DayMonth(t) + ", " + p.Clock(t)
	}
	return p.Date(t) + ", " + p.Clock(t)
}

// TimeOrDay is the time of day, with the day when that is not now's.
func (p *Printer) TimeOrDay(t, now time.Time) string {
	if p.days(t, now) == 0 {
		return p.Clock(t)
	}
	return p.DateTime(t, now)
}

// Ago says how long ago t was: in minutes, then hours, then by the day. A time
// that is not past, as clocks of publishers run ahead, is now.
func (p *Printer) Ago(t, now time.Time) string {
	d := now.Sub(t)
	switch {
	case d < time.Minute:
		return p.T("ago.now")
	case d < time.Hour:
		return p.T("ago.minutes", "Count", int(d/time.Minute))
	case d < 12*time.Hour:
		return p.T("ago.hours", "Count", int(d/time.Hour))
	}
	switch p.days(t, now) {
	case 0:
		return p.T("ago.today", "Time", p.Clock(t))
	case 1:
		return p.T("ago.yesterday", "Time", p.Clock(t))
	}
	return p.DateTime(t, now)
}

// DayName is the day of t seen from now: today, tomorrow, yesterday, else the weekday and date.
func (p *Printer) DayName(t, now time.Time) string {
	switch p.days(t, now) {
	case 0:
		return p.T("day.today")
	case 1:
		return p.T("day.yesterday")
	case -1:
		return p.T("day.tomorrow")
	}
	if p.lang == KK {
		return p.DayMonth(t) + ", " + p.Weekday(p.Day(t))
	}
	return p.Weekday(p.Day(t)) + ", " + p.DayMonth(t)
}

// days counts the midnights between t and now in the printer's zone.
func (p *Printer) days(t, now time.Time) int {
	y, m, d := t.In(p.zone).Date()
	from := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	y, m, d = now.In(p.zone).Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Sub(from) / (24 * time.Hour))
}

// cities are the names of zones whose people would not know them by the tz
// database's English.
var cities = map[string]map[Language]string{
	"Asia/Almaty":    {KK: "Алматы", RU: "Алматы", EN: "Almaty"},
	"Asia/Qostanay":  {KK: "Қостанай", RU: "Костанай", EN: "Qostanay"},
	"Asia/Qyzylorda": {KK: "Қызылорда", RU: "Кызылорда", EN: "Qyzylorda"},
	"Asia/Aqtobe":    {KK: "Ақтөбе", RU: "Актобе", EN: "Aqtobe"},
	"Asia/Aqtau":     {KK: "Ақтау", RU: "Актау", EN: "Aqtau"},
	"Asia/Atyrau":    {KK: "Атырау", RU: "Атырау", EN: "Atyrau"},
	"Asia/Oral":      {KK: "Орал", RU: "Уральск", EN: "Oral"},
	"Europe/Moscow":  {KK: "Мәскеу", RU: "Москва", EN: "Moscow"},
}

// ZoneName names the printer's zone for people: its city and its distance from
// UTC at t, such as "Алматы, UTC+5".
func (p *Printer) ZoneName(t time.Time) string {
	name := p.zone.String()
	city := cities[name][p.lang]
	if city == "" {
		city = strings.ReplaceAll(name[strings.LastIndexByte(name, '/')+1:], "_", " ")
	}
	_, seconds := t.In(p.zone).Zone()
	if seconds == 0 {
		if city == "UTC" {
			return city
		}
		return city + ", UTC"
	}
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	offset := fmt.Sprintf("UTC%c%d", sign, seconds/3600)
	if minutes := seconds % 3600 / 60; minutes != 0 {
		offset += fmt.Sprintf(":%02d", minutes)
	}
	return city + ", " + offset
}

var zones sync.Map // name → *time.Location; only names that exist, so it stays small

// Zone is time.LoadLocation with a memory: a zone is looked up for every
// update, and reading it from the tz database is slow.
func Zone(name string) (*time.Location, error) {
	if z, ok := zones.Load(name); ok {
		return z.(*time.Location), nil
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("time zone %q: %w", name, err)
	}
	zones.Store(name, z)
	return z, nil
}
