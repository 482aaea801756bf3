package bot

import (
	"context"
	"slices"
	"strings"
	"time"

	"newsbot/internal/digest"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/rates"
)

// rates shows the official rates, of the currencies and the date that were asked for if any were.
func (b *Bot) rates(ctx context.Context, r *request) (answer, error) {
	q, bad := parseRates(r.args, r.p.Base(), digest.Today(r.p, r.now))
	switch {
	case q.noDay != "":
		return note(r.p.H("rates.no_day", "Text", locale.Clip(q.noDay, 60))), nil
	case q.base && len(q.codes) == 0 && len(bad) == 0:
		return answer{messages: []outbox.Message{noRateOfBase(r.p)}}, nil
	}
	m, err := b.ratesAsked(ctx, r, q, bad)
	return answer{messages: []outbox.Message{m}}, err
}

// noRateOfBase says that there is no rate of the currency that all others are in.
func noRateOfBase(p *locale.Printer) outbox.Message {
	return outbox.Message{Text: p.H("rates.base"), Keyboard: [][]outbox.Button{{{Text: p.T("button.rates"), Data: "r:"}}}}
}

// ratesRefresh shows the same currencies as they are now, or on the button's date.
func (b *Bot) ratesRefresh(ctx context.Context, r *request) (answer, error) {
	codes, err := codesOf(r.arg(0))
	if err != nil {
		return answer{}, err
	}
	q := ratesQuery{codes: codes}
	if s := r.arg(1); s != "" {
		date, err := time.Parse(stampOfDay, s)
		if err != nil || date.Year() < firstYear {
			return answer{}, badData{"date"}
		}
		q.date = date
	}
	m, err := b.ratesScreen(ctx, r, q)
	return screen(m), err
}

func (b *Bot) ratesScreen(ctx context.Context, r *request, q ratesQuery) (outbox.Message, error) {
	codes := q.codes
	if len(codes) == 0 {
		codes = digest.ChatCurrencies(r.chat, r.p.Base())
	}
	today := digest.Today(r.p, r.now)
	asked := q.date
	if asked.IsZero() {
		asked = today
	}
	first, last, _, err := b.book().Bounds(ctx)
	if err != nil {
		return outbox.Message{}, err
	}
	dayOff := !b.o.Board.Issuer().EveryDay && !last.IsZero() && !rates.Stale(last, asked) // it will have no list of its own
	if asked.After(today) && asked.After(last) && !dayOff {
		text, err := b.notOut(ctx, r, asked, last)
		if err != nil {
			return outbox.Message{}, err
		}
		return outbox.Message{Text: text, Keyboard: ratesKeyboard(r, q, first, last)}, nil
	}
	quotes, err := b.book().Quotes(ctx, codes, asked)
	if err != nil {
		return outbox.Message{}, err
	}
	byCode, date, known := digest.Newest(quotes)
	var t strings.Builder
	t.WriteString("<b>" + r.p.H("rates.title") + "</b>\n")
	switch {
	case known:
		t.WriteString(r.p.H("rates.for", "Date", civil(r, date)) + "\n")
	case !q.date.IsZero():
		earliest, some, err := b.book().First(ctx, codes)
		if err != nil {
			return outbox.Message{}, err
		}
		if some {
			text := r.p.H("rates.before", "Date", civil(r, asked), "Codes", named(codes), "First", civil(r, earliest))
			return outbox.Message{Text: text, Keyboard: ratesKeyboard(r, q, first, last)}, nil
		}
	}
	session, err := b.session(ctx, r, date, last, known)
	if err != nil {
		return outbox.Message{}, err
	}
	t.WriteString(session)
	changed := false
	for _, code := range codes {
		t.WriteString("\n" + digest.RateLineFull(r.p, code, byCode, date) + "\n")
		if name := r.p.Currency(code); name != "" {
			t.WriteString("<i>" + locale.Escape(name) + "</i>\n")
		}
		changed = changed || byCode[code].Direction() != 0
	}
	t.WriteString("\n")
	if q.date.IsZero() && last.After(today) {
		tomorrow, err := b.tomorrow(ctx, r, codes, today.AddDate(0, 0, 1), last)
		if err != nil {
			return outbox.Message{}, err
		}
		t.WriteString(tomorrow)
	}
	notes, err := b.ratesNotes(ctx, r, q, codes, asked, date, last, known)
	if err != nil {
		return outbox.Message{}, err
	}
	t.WriteString(notes)
	if changed {
		t.WriteString("<i>" + r.p.H("rates.change") + "</i>\n")
	}
	t.WriteString("<i>" + r.p.H("rates.source") + "</i>")
	return outbox.Message{Text: t.String(), Keyboard: ratesKeyboard(r, q, first, last)}, nil
}

// notOut says that there are no rates for a day to come: not yet, or as far as is known
// while the bank is silent.
func (b *Bot) notOut(ctx context.Context, r *request, asked, last time.Time) (string, error) {
	bank, err := b.o.Store.BankState(ctx, b.o.Board.Issuer().ID)
	if err != nil || bank.FailingSince.IsZero() {
		return r.p.H("rates.future", "Date", civil(r, asked)), err
	}
	stale, err := digest.StaleNote(ctx, b.o.Store, b.o.Board.Book, r.p, last, r.now)
	return r.p.H("rates.unheard", "Date", civil(r, asked)) + "\n\n" + stale, err
}

// ratesNotes say how the rates of a date stand to the day that was asked for, and what
// another bank says meanwhile.
func (b *Bot) ratesNotes(ctx context.Context, r *request, q ratesQuery, codes []string, asked, date, last time.Time, known bool) (string, error) {
	if !q.date.IsZero() {
		if !known || date.Equal(asked) {
			return ratesMissing(r.p, known), nil
		}
		key := "rates.nearest"
		if asked.After(digest.Today(r.p, r.now)) && date.Equal(last) {
			key = "rates.still"
		} else if stood, err := b.stood(ctx, date, asked); err != nil {
			return "", err
		} else if stood {
			key = "rates.stood"
		}
		return r.p.H(key, "Asked", civil(r, asked)) + "\n", nil
	}
	note := ratesMissing(r.p, known)
	switch {
	case !known:
	case rates.Stale(date, asked):
		stale, err := digest.StaleNote(ctx, b.o.Store, b.o.Board.Book, r.p, date, r.now)
		if err != nil {
			return "", err
		}
		note = stale + "\n"
	case date.Before(asked) && !b.o.Board.Issuer().EveryDay: // a Sunday or a Monday
		note = r.p.H("rates.still") + "\n"
	}
	meanwhile, err := digest.Meanwhile(ctx, b.o.Store, b.o.Board, r.p, codes, date, r.now)
	if err != nil || meanwhile == "" {
		return note, err
	}
	return note + "\n" + meanwhile + "\n", nil
}

// ratesMissing says that there are no rates; nothing when there are.
func ratesMissing(p *locale.Printer, known bool) string {
	if known {
		return ""
	}
	return p.H("rates.missing") + "\n"
}

// civil writes the date of a list in words.
func civil(r *request, date time.Time) string { return r.p.Date(digest.Civil(r.p, date)) }

// stood says whether rates of a date were still those of a later day: the bank has
// no list in between, be it by its rule for weekends or by its own word.
func (b *Bot) stood(ctx context.Context, date, until time.Time) (bool, error) {
	next := date.AddDate(0, 0, 1)
	listed, err := b.book().Dates(ctx, next, until)
	if err != nil || len(listed) > 0 { // it is this currency that is not on them
		return false, err
	}
	if !b.o.Board.Issuer().EveryDay && !rates.Stale(date, until) {
		return true, nil
	}
	settled, err := b.book().Settled(ctx, time.Unix(0, 0), next, until, 0) // whenever it was asked
	return err == nil && len(settled) == int(until.Sub(date).Hours()/24), err
}

// session says which day's trading made the rates of a date, when there has been
// none since: over weekends and holidays, as the lists themselves tell.
func (b *Bot) session(ctx context.Context, r *request, date, last time.Time, known bool) (string, error) {
	if !known {
		return "", nil
	}
	since, ok, err := b.sameSince(ctx, r.now, date, last)
	if err != nil || !ok || since.Equal(date) {
		return "", err
	}
	traded := digest.Civil(r.p, since.AddDate(0, 0, -1)) // a session makes the next day's rates
	return "<i>" + r.p.H("rates.same", "Date", r.p.OnDayMonth(traded), "Weekday", r.p.Weekday(r.p.Day(traded))) + "</i>\n", nil
}

// tomorrow tells tomorrow's rates; nothing while they are not out.
func (b *Bot) tomorrow(ctx context.Context, r *request, codes []string, date, last time.Time) (string, error) {
	quotes, err := b.book().Quotes(ctx, codes, date)
	if err != nil {
		return "", err
	}
	byCode, newest, _ := digest.Newest(quotes)
	if !newest.Equal(date) {
		return "", nil
	}
	words := r.p.DayMonth(digest.Civil(r.p, date))
	since, ok, err := b.sameSince(ctx, r.now, date, last)
	if err != nil {
		return "", err
	}
	// The list lacks what the ones before it have. Today's value is no word on tomorrow.
	lacks := func(code string) bool {
		q, known := byCode[code]
		return known && q.Date.Before(date) && date.Sub(q.Date) <= 2*24*time.Hour
	}
	if ok && since.Before(date) && !slices.ContainsFunc(codes, lacks) {
		return r.p.H("rates.tomorrow_same", "Date", words) + "\n\n", nil
	}
	var t strings.Builder
	t.WriteString("<b>" + r.p.H("rates.tomorrow", "Date", words) + "</b>\n")
	for _, code := range codes {
		switch {
		case byCode[code].Date.Equal(date):
			t.WriteString(digest.RateLineFull(r.p, code, byCode, date) + "\n")
		case lacks(code):
			t.WriteString(digest.RateLineFull(r.p, code, nil, date) + "\n")
		}
	}
	return t.String() + "\n", nil
}

// ratesKeyboard has the way to other days under a day of the past, and under
// today's rates what can be done with them. first and last bound the history.
func ratesKeyboard(r *request, q ratesQuery, first, last time.Time) [][]outbox.Button {
	if q.date.IsZero() {
		buttons := [][]outbox.Button{{
			{Text: r.p.T("button.refresh"), Data: q.data()},
			{Text: r.p.T("rates.button_currencies"), Data: "k:"},
		}}
		if first.IsZero() {
			return buttons
		}
		return append(buttons, []outbox.Button{
			chartButton(r.p, q.codes, digest.ChatCurrencies(r.chat, r.p.Base())),
			{Text: r.p.T("alert.button"), Data: "w:"},
		})
	}
	var near []outbox.Button
	for _, step := range []struct {
		days          int
		before, after string
	}{{-1, "← ", ""}, {1, "", " →"}} {
		date := q.date.AddDate(0, 0, step.days)
		if first.IsZero() || date.Before(first) || date.After(last) {
			continue
		}
		text := step.before + r.p.DayMonth(digest.Civil(r.p, date)) + step.after
		near = append(near, outbox.Button{Text: text, Data: ratesQuery{codes: q.codes, date: date}.data()})
	}
	today := []outbox.Button{{Text: r.p.T("rates.button_today"), Data: ratesQuery{codes: q.codes}.data()}}
	if len(near) == 0 {
		return [][]outbox.Button{today}
	}
	return [][]outbox.Button{near, today}
}
