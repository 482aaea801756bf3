package digest

import (
	"strings"
	"time"

	"newsbot/internal/locale"
	"newsbot/internal/rates"
)

// Currencies are those a reader sees who did not choose any.
func Currencies() []string { return []string{"USD", "EUR", "RUB", "CNY"} }

// RateLine writes the rate of one currency as Telegram HTML:
// "<b>USD</b> 478,77 ₸ ▲ 2,44". Without a quote it says that there is no data;
// a nominal other than one is part of the line, and so is the date when it is
// not the one that the list is for.
func RateLine(p *locale.Printer, code string, quotes map[string]rates.Quote, date time.Time) string {
	q, ok := quotes[code]
	if !ok || !q.Value.IsPositive() || q.Nominal <= 0 {
		return "<b>" + locale.Escape(code) + "</b> — " + p.H("rates.no_data")
	}
	var b strings.Builder
	b.WriteString("<b>")
	if q.Nominal != 1 {
		b.WriteString(p.Int(q.Nominal) + "\u00a0")
	}
	b.WriteString(locale.Escape(code) + "</b> — " + locale.Escape(p.Tenge(q.Value.String())))
	if change, ok := q.ChangeSince(); ok && !change.IsZero() {
		arrow := " ▲\u00a0"
		if change.IsNegative() {
			arrow = " ▼\u00a0"
		}
		b.WriteString(arrow + p.Decimal(change.Abs().String()))
	}
	if !q.Date.Equal(date) {
		b.WriteString(" (" + p.H("rates.as_of", "Date", p.DayMonth(Civil(p, q.Date))) + ")")
	}
	return b.String()
}

// Newest returns quotes by code and the newest date among them; ok is false when there are none.
func Newest(quotes []rates.Quote) (byCode map[string]rates.Quote, date time.Time, ok bool) {
	byCode = make(map[string]rates.Quote, len(quotes))
	for _, q := range quotes {
		byCode[q.Code] = q
		if !ok || q.Date.After(date) {
			date, ok = q.Date, true
		}
	}
	return byCode, date, ok
}

// Civil is noon, in the printer's zone, of the date that a rate's midnight UTC
// stands for: it prints as that date in every zone.
func Civil(p *locale.Printer, date time.Time) time.Time {
	y, m, d := date.UTC().Date()
	return time.Date(y, m, d, 12, 0, 0, 0, p.Zone())
}

// Today is the civil date of now in the printer's zone, as rates are dated.
func Today(p *locale.Printer, now time.Time) time.Time {
	y, m, d := now.In(p.Zone()).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// Stale says whether rates of a date are older than a reader may expect today.
// Friday's session makes the rate that is official from Saturday to Monday.
func Stale(date, today time.Time) bool {
	switch today.Weekday() {
	case time.Sunday:
		today = today.AddDate(0, 0, -1)
	case time.Monday:
		today = today.AddDate(0, 0, -2)
	}
	return date.Before(today)
}
