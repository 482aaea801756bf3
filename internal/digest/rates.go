package digest

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"newsbot/internal/locale"
	"newsbot/internal/rates"
	"newsbot/internal/store"
)

// usualCurrencies is how many a reader sees who did not choose any.
const usualCurrencies = 4

// Currencies are those a reader sees who did not choose any, where rates are in base.
func Currencies(base string) []string {
	usual := without(base, []string{"USD", "EUR", "RUB", "CNY", "KZT"})
	return usual[:usualCurrencies]
}

// ChatCurrencies are those that a chat is shown, in its order, where rates are
// in base: that one has no rate in itself.
func ChatCurrencies(c store.Chat, base string) []string {
	if own := without(base, c.Currencies); len(own) > 0 {
		return own
	}
	return Currencies(base)
}

func without(code string, codes []string) []string {
	return slices.DeleteFunc(slices.Clone(codes), func(c string) bool { return c == code })
}

// RateLine writes the rate of one currency as Telegram HTML:
// "<b>USD</b> 478,77 ₸ ▲ 2,44". Without a quote it says that there is no data;
// a nominal other than one is part of the line, and so is the date when it is
// not the one that the list is for.
func RateLine(p *locale.Printer, code string, quotes map[string]rates.Quote, date time.Time) string {
	return rateLine(p, code, quotes, date, false)
}

// RateLineFull is RateLine with the change in per cent too.
func RateLineFull(p *locale.Printer, code string, quotes map[string]rates.Quote, date time.Time) string {
	return rateLine(p, code, quotes, date, true)
}

func rateLine(p *locale.Printer, code string, quotes map[string]rates.Quote, date time.Time, percent bool) string {
	q, ok := quotes[code]
	if !ok || !q.Value.IsPositive() || q.Nominal <= 0 {
		return "<b>" + locale.Escape(code) + "</b> — " + p.H("rates.no_data")
	}
	var b strings.Builder
	b.WriteString("<b>" + locale.Escape(p.Nominal(q.Nominal, code)) + "</b> — " + locale.Escape(p.Price(q.Value.String())))
	if change, ok := q.ChangeSince(); ok {
		share := decimal.Zero
		if percent {
			share = rates.ChangePercent(q.Value.Sub(change), q.Value)
		}
		if text := p.Change(change, share); text != "" {
			b.WriteString(" " + text)
		}
	}
	if !q.Date.Equal(date) {
		b.WriteString(" (" + p.H("rates.as_of", "Date", DayNear(p, q.Date, date)) + ")")
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

// DayNear writes a list's date in words; its year is said when it is not that of the other.
func DayNear(p *locale.Printer, date, other time.Time) string {
	if date.Year() == other.Year() {
		return p.DayMonth(Civil(p, date))
	}
	return p.Date(Civil(p, date))
}

// Today is the civil date of now in the printer's zone, as rates are dated.
func Today(p *locale.Printer, now time.Time) time.Time {
	y, m, d := now.In(p.Zone()).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// StaleNote says, as Telegram HTML, that the newest rates are those of date, and
// why: since when the bank does not answer, or that it has nothing newer.
func StaleNote(ctx context.Context, db *store.Store, book rates.Book, p *locale.Printer, date, now time.Time) (string, error) {
	bank, err := db.BankState(ctx, book.Issuer().ID)
	if err != nil {
		return "", err
	}
	key, when := "rates.nothing_newer", bank.Asked
	switch {
	case bank.Asked.IsZero():
		key = "rates.stale"
	case !bank.FailingSince.IsZero() && bank.Trouble.Answers():
		key, when = "rates.garbled", bank.FailingSince
	case !bank.FailingSince.IsZero():
		key, when = "rates.silent", bank.FailingSince
	}
	return p.H(key, "Date", p.Date(Civil(p, date)), "Time", p.TimeOrDay(when, now)), nil
}

// StandIn is the fallback of a board while its own bank is silent, and the day
// of its newest list. ok is false while the board's own rates, of which the
// newest are those of newest, are all there is to show; zero is none at all.
func StandIn(ctx context.Context, db *store.Store, board rates.Board, newest, today, now time.Time) (book rates.Book, date time.Time, ok bool, err error) {
	if board.Fallback == nil {
		return rates.Book{}, time.Time{}, false, nil
	}
	bank, err := db.BankState(ctx, board.Issuer().ID)
	if err != nil || !rates.Silent(newest, today, bank.FailingSince, now) {
		return rates.Book{}, time.Time{}, false, err
	}
	dates, err := db.Rates(*board.Fallback).Dates(ctx, newest.AddDate(0, 0, 1), today)
	if err != nil || len(dates) == 0 {
		return rates.Book{}, time.Time{}, false, err
	}
	return *board.Fallback, dates[len(dates)-1], true, nil
}

// Meanwhile shows, as Telegram HTML, what another bank's rates are while the
// board's own is silent: plainly labelled, apart from the others, and without
// a change, which would compare two banks. It is empty when there is no need.
func Meanwhile(ctx context.Context, db *store.Store, board rates.Board, p *locale.Printer, codes []string, newest, now time.Time) (string, error) {
	today := Today(p, now)
	book, _, ok, err := StandIn(ctx, db, board, newest, today, now)
	if err != nil || !ok {
		return "", err
	}
	p = p.Of(book.Words())
	quotes, err := db.Rates(book).Quotes(ctx, codes, today)
	if err != nil {
		return "", err
	}
	_, date, known := Newest(quotes)
	if !known || !date.After(newest) { // of none of these it has anything newer
		return "", nil
	}
	var t strings.Builder
	t.WriteString("<b>" + p.H("rates.meanwhile", "Date", p.Date(Civil(p, date))) + "</b>\n")
	for _, q := range quotes {
		t.WriteString(locale.Escape(p.Nominal(q.Nominal, q.Code)) + " — " + locale.Escape(p.Price(q.Value.String())))
		if !q.Date.Equal(date) {
			t.WriteString(" (" + p.H("rates.as_of", "Date", DayNear(p, q.Date, date)) + ")")
		}
		t.WriteString("\n")
	}
	return t.String(), nil
}
