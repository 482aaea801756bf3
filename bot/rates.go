package bot

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"newsbot/internal/digest"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/rates"
)

// ratesAtOnce bounds the currencies of one screen: their codes and a date are
// in the buttons' 64 bytes.
const ratesAtOnce = 12

var codePattern = regexp.MustCompile(`^[A-Z]{3}$`)

// signs are what people write for a currency's code.
var signs = map[string]string{"$": "USD", "€": "EUR", "₽": "RUB", "¥": "CNY", "£": "GBP", "₸": "KZT", "RUR": "RUB"}

// ratesQuery is what a rates screen shows.
type ratesQuery struct {
	codes []string  // none: the chat's own list
	date  time.Time // zero: today
	base  bool      // the currency that rates are in was named too
	noDay string    // what was typed for a day that no calendar has
}

const stampOfDay = "20060102"

// data is the button that shows a query's screen.
func (q ratesQuery) data() string {
	s := "r:" + strings.Join(q.codes, "-")
	if !q.date.IsZero() {
		s += ":" + q.date.Format(stampOfDay)
	}
	return s
}

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

// days are the words for dates near today.
var days = map[string]int{
	"сегодня": 0, "бүгін": 0, "today": 0, "вчера": -1, "кеше": -1, "yesterday": -1, "завтра": 1, "ертең": 1, "tomorrow": 1,
}

var datePattern = regexp.MustCompile(`\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}(?:[./](?:\d{4}|\d{2}))?`)

// parseRates reads currencies and a date from what a person typed; bad are the words that are neither.
func parseRates(text, base string, today time.Time) (q ratesQuery, bad []string) {
	take := func(day locale.TypedDay) {
		date, ok := day.Until(today.AddDate(0, 0, 1)) // tomorrow's rates may be out, those after it are not
		switch {
		case !ok && day.Day >= 1 && day.Day <= 31 && day.Month >= 1 && day.Month <= 12:
			q.noDay, bad = day.Text, append(bad, day.Text)
		case !ok || !q.date.IsZero() || date.Year() < firstYear:
			bad = append(bad, day.Text)
		default:
			q.date = date
		}
	}
	if day, rest, ok := locale.TakeDay(text); ok {
		take(day)
		text = rest
	}
	rest := datePattern.ReplaceAllStringFunc(text, func(word string) string {
		take(parseDay(word))
		return " "
	})
	words := strings.FieldsFunc(rest, func(c rune) bool { return strings.ContainsRune(" ,;\n\t/\u00a0", c) })
	words = slices.DeleteFunc(words, func(word string) bool {
		offset, ok := days[strings.ToLower(word)]
		if ok && q.date.IsZero() {
			q.date = today.AddDate(0, 0, offset)
		}
		return ok
	})
	if q.date.Equal(today) {
		q.date = time.Time{}
	}
	var badWords []string
	q.codes, badWords = currenciesIn(strings.Join(words, " "), "")
	q.base = slices.Contains(q.codes, base)
	q.codes = without(base, q.codes)
	return q, append(bad, badWords...)
}

// currenciesIn reads currencies by their codes, their signs and their names; bad
// are words that are none, or that name several.
func currenciesIn(text, base string) (codes, bad []string) {
	codes, words := parseCodes(text, base)
	if len(words) == 0 {
		return codes, nil
	}
	if code, err := rates.ParseCurrency(text); err == nil { // a name of several words
		return without(base, []string{code}), nil
	}
	for _, word := range words {
		code, err := rates.ParseCurrency(word)
		switch {
		case err != nil:
			bad = append(bad, word)
		default:
			codes = add(codes, []string{code})
		}
	}
	return without(base, codes), bad
}

func without(code string, codes []string) []string {
	return slices.DeleteFunc(codes, func(c string) bool { return c == code })
}

// firstYear is the first that a date is taken to be of; what is older than the
// history is answered with where that begins.
const firstYear = 1900

// parseDay reads a date such as 01.04.2026, 1.4.26, 2026-04-01, or 01.04.
func parseDay(word string) locale.TypedDay {
	parts := strings.FieldsFunc(word, func(c rune) bool { return c == '.' || c == '/' || c == '-' })
	if strings.Contains(word, "-") {
		slices.Reverse(parts)
	}
	var n [3]int
	for i, part := range parts {
		n[i], _ = strconv.Atoi(part) // the pattern lets only digits pass
	}
	if len(parts) == 3 && n[2] < 100 {
		n[2] += 2000
	}
	return locale.TypedDay{Year: n[2], Month: time.Month(n[1]), Day: n[0], Text: word}
}

// parseCodes reads currency codes from what a person typed; bad are words that
// are none. Empty codes stand for the chat's own.
func parseCodes(text, base string) (codes, bad []string) {
	for _, word := range strings.FieldsFunc(text, func(c rune) bool { return c == ' ' || c == ',' || c == ';' || c == '\n' || c == '\t' || c == '/' }) {
		code := strings.ToUpper(word)
		if sign, ok := signs[code]; ok {
			code = sign
		}
		switch {
		case code == base, slices.Contains(codes, code):
		case !codePattern.MatchString(code):
			bad = append(bad, word)
		default:
			codes = append(codes, code)
		}
	}
	return codes, bad
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
		if err != nil || date.Year() < 1993 { // the tenge's first year: no list is older
			return answer{}, badData{"date"}
		}
		q.date = date
	}
	m, err := b.ratesScreen(ctx, r, q)
	return screen(m), err
}

// codesOf reads the currencies of a button: none, or as many as one screen has.
func codesOf(data string) ([]string, error) {
	if data == "" {
		return nil, nil
	}
	codes := strings.Split(data, "-")
	for _, code := range codes {
		if !codePattern.MatchString(code) || len(codes) > ratesAtOnce {
			return nil, badData{"currencies"}
		}
	}
	return codes, nil
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
		return outbox.Message{Text: r.p.H("rates.future", "Date", civil(r, asked)), Keyboard: ratesKeyboard(r, q, first, last)}, nil
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
	switch {
	case !known:
		t.WriteString(r.p.H("rates.missing") + "\n")
	case !q.date.IsZero() && !date.Equal(asked):
		key := "rates.nearest"
		if asked.After(today) && date.Equal(last) {
			key = "rates.still"
		} else if stood, err := b.stood(ctx, date, asked); err != nil {
			return outbox.Message{}, err
		} else if stood {
			key = "rates.stood"
		}
		t.WriteString(r.p.H(key, "Asked", civil(r, asked)) + "\n")
	case q.date.IsZero() && rates.Stale(date, today):
		stale, err := digest.StaleNote(ctx, b.o.Store, b.o.Board.Book, r.p, date, r.now)
		if err != nil {
			return outbox.Message{}, err
		}
		t.WriteString(stale + "\n")
	case q.date.IsZero() && date.Before(today) && !b.o.Board.Issuer().EveryDay: // not stale: a Sunday or a Monday
		t.WriteString(r.p.H("rates.still") + "\n")
	}
	if q.date.IsZero() {
		meanwhile, err := digest.Meanwhile(ctx, b.o.Store, b.o.Board, r.p, codes, date, r.now)
		if err != nil {
			return outbox.Message{}, err
		}
		if meanwhile != "" {
			t.WriteString("\n" + meanwhile + "\n")
		}
	}
	if changed {
		t.WriteString("<i>" + r.p.H("rates.change") + "</i>\n")
	}
	t.WriteString("<i>" + r.p.H("rates.source") + "</i>")
	return outbox.Message{Text: t.String(), Keyboard: ratesKeyboard(r, q, first, last)}, nil
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
