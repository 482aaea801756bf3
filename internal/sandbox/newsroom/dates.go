package newsroom

import (
	"fmt"
	"time"
)

var (
	monthsRU = [...]string{"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"}
	monthsKK = [...]string{"қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым", "шілде", "тамыз", "қыркүйек", "қазан", "қараша", "желтоқсан"}
)

// longDate is a date as a page's byline writes it, in Almaty time:
// "6 апреля 2026, 10:00", "2026 ж. 6 сәуір, 10:00", "April 6, 2026, 10:00".
func longDate(lang string, t time.Time) string {
	t = t.In(almaty)
	switch lang {
	case "ru":
		return fmt.Sprintf("%d %s %d, %s", t.Day(), monthsRU[t.Month()-1], t.Year(), t.Format("15:04"))
	case "kk":
		return fmt.Sprintf("%d ж. %d %s, %s", t.Year(), t.Day(), monthsKK[t.Month()-1], t.Format("15:04"))
	default:
		return t.Format("January 2, 2006, 15:04")
	}
}

// listDate is a date as a list writes it: "Сегодня, 02:47", "Вчера, 17:49", else the long one.
func listDate(lang string, t, now time.Time) string {
	names := map[string][2]string{"ru": {"Сегодня", "Вчера"}, "kk": {"Бүгін", "Кеше"}, "en": {"Today", "Yesterday"}}[lang]
	t, now = t.In(almaty), now.In(almaty)
	switch day := t.Format(time.DateOnly); day {
	case now.Format(time.DateOnly):
		return names[0] + ", " + t.Format("15:04")
	case now.AddDate(0, 0, -1).Format(time.DateOnly):
		return names[1] + ", " + t.Format("15:04")
	default:
		return longDate(lang, t)
	}
}
