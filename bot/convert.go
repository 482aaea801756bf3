package bot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"newsbot/internal/digest"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/rates"
)

const (
	longestAmount   = 40 // in a button's data
	mostMeanings    = 8  // of a word that names several currencies
	targetsInRow    = 4
	mostTargets     = 8
	listOfTheChat   = "*" // the target in a button's data: all of the chat's currencies
	meaningsBetween = "-"
)

// convert counts an amount of one currency in another, by the official rates.
func (b *Bot) convert(ctx context.Context, r *request) (answer, error) {
	a, asked, err := b.conversion(ctx, r, r.args)
	if err != nil || asked {
		return a, err
	}
	return note(r.p.H("convert.how")), nil
}

// conversion answers a text that asks for a conversion; asked is false when it does not.
func (b *Bot) conversion(ctx context.Context, r *request, text string) (a answer, asked bool, err error) {
	q, err := rates.ParseQuery(text)
	if ambiguous := (*rates.AmbiguousError)(nil); errors.As(err, &ambiguous) {
		m, err := b.askOrCount(ctx, r, ambiguous)
		return answer{messages: []outbox.Message{m}}, true, err
	}
	if unknown := (*rates.UnknownError)(nil); errors.As(err, &unknown) {
		return unknownCurrency(r.p, unknown.Word), true, nil
	}
	if amount := (*rates.AmountError)(nil); errors.As(err, &amount) {
		return note(r.p.H("convert." + string(amount.Problem))), true, nil
	}
	if err != nil { // ErrNoQuery
		return answer{}, false, nil
	}
	m, err := b.conversionScreen(ctx, r, q.Amount, q.From, q.To)
	offerOther(r.p, &m, q.Other, q.From, q.To)
	return answer{messages: []outbox.Message{m}}, true, err
}

// unknownCurrency says of a word that it names no currency, or none that is listed when
// it looks like a code.
func unknownCurrency(p *locale.Printer, word string) answer {
	code := strings.ToUpper(word)
	if !codePattern.MatchString(code) {
		return note(p.H("convert.unknown", "Word", locale.Clip(word, 60)))
	}
	return answer{messages: []outbox.Message{{Text: p.H("convert.missing", "Code", code), Keyboard: [][]outbox.Button{{{Text: p.T("rates.button_all"), Data: "k:::all"}}}}}}
}

// offerOther offers what was counted as 1500 as 1.5 where that may have been meant.
func offerOther(p *locale.Printer, m *outbox.Message, other decimal.Decimal, from, to string) {
	if len(m.Keyboard) > 0 && other.IsPositive() {
		m.Keyboard = append([][]outbox.Button{{otherButton(p, other, from, to)}}, m.Keyboard...)
	}
}

func otherButton(p *locale.Printer, other decimal.Decimal, from, to string) outbox.Button {
	return outbox.Button{Text: p.Amount(other.String(), from) + "?", Data: convertData(other, from, to)}
}

// convertButton shows a conversion in place: the data is the amount, and the
// codes it is from and to. Several codes to choose from are asked about.
func (b *Bot) convertButton(ctx context.Context, r *request) (answer, error) {
	amount, err := decimal.NewFromString(r.arg(0))
	if err != nil || len(r.arg(0)) > longestAmount || !amount.IsPositive() || strings.ContainsAny(r.arg(0), "eE+") {
		return answer{}, badData{"amount"}
	}
	from, to := r.arg(1), r.arg(2)
	if !codePattern.MatchString(from) {
		return answer{}, badData{"currency"}
	}
	if codes := strings.Split(to, meaningsBetween); len(codes) > 1 {
		for _, code := range codes {
			if !codePattern.MatchString(code) {
				return answer{}, badData{"currency"}
			}
		}
		return screen(b.whichCurrency(r, &rates.AmbiguousError{Amount: amount, Codes: codes, Other: from})), nil
	}
	if to != "" && to != listOfTheChat && !codePattern.MatchString(to) {
		return answer{}, badData{"currency"}
	}
	m, err := b.conversionScreen(ctx, r, amount, from, to)
	return screen(m), err
}

func convertData(amount decimal.Decimal, from, to string) string {
	return "v:" + amount.String() + ":" + from + ":" + to
}

// askOrCount asks which currency is meant, of those that the bank lists. If it
// lists only one of that name it counts with it, and says so.
func (b *Bot) askOrCount(ctx context.Context, r *request, e *rates.AmbiguousError) (outbox.Message, error) {
	codes, err := b.listedOf(ctx, e.Codes)
	if err != nil {
		return outbox.Message{}, err
	}
	others, err := b.listedOf(ctx, e.OtherCodes)
	if err != nil {
		return outbox.Message{}, err
	}
	switch {
	case len(codes) == 0:
		return outbox.Message{Text: r.p.H("convert.missing", "Code", strings.Join(e.Codes, ", "))}, nil
	case len(others) == 0 && len(e.OtherCodes) > 0:
		return outbox.Message{Text: r.p.H("convert.missing", "Code", strings.Join(e.OtherCodes, ", "))}, nil
	case len(others) == 1:
		e.Other, others = others[0], nil
	}
	if e.Codes, e.OtherCodes = codes, others; len(codes) > 1 {
		return b.whichCurrency(r, e), nil
	}
	if len(others) > 1 {
		return b.whichCurrency(r, &rates.AmbiguousError{Amount: e.Amount, OtherAmount: e.OtherAmount, Codes: others, Other: codes[0]}), nil
	}
	from, to := codes[0], e.Other
	if !e.From {
		from, to = e.Other, codes[0]
	}
	m, err := b.conversionScreen(ctx, r, e.Amount, from, to)
	offerOther(r.p, &m, e.OtherAmount, from, to)
	m.Text += "\n\n" + r.p.H("convert.read_as", "Word", locale.Clip(e.Word, 60), "Currency", currencyLabel(r.p, codes[0]))
	return m, err
}

// whichCurrency asks which of the currencies is meant that a word names.
func (b *Bot) whichCurrency(r *request, e *rates.AmbiguousError) outbox.Message {
	text := r.p.H("convert.which_target")
	if e.Word != "" {
		text = r.p.H("convert.which", "Word", locale.Clip(e.Word, 60))
	}
	other := e.Other
	if len(e.OtherCodes) > 1 {
		other = strings.Join(e.OtherCodes[:min(len(e.OtherCodes), mostMeanings)], meaningsBetween)
	}
	var keyboard [][]outbox.Button
	for _, code := range e.Codes[:min(len(e.Codes), mostMeanings)] {
		from, to := code, other
		if !e.From {
			from, to = other, code
		}
		data := convertData(e.Amount, from, to)
		if len(data) > 64 {
			continue // an amount that nobody means
		}
		row := []outbox.Button{{Text: currencyLabel(r.p, code), Data: data}}
		if e.OtherAmount.IsPositive() {
			row = append(row, otherButton(r.p, e.OtherAmount, from, to))
		}
		keyboard = append(keyboard, row)
	}
	return outbox.Message{Text: text, Keyboard: keyboard}
}

// conversionScreen shows an amount of from in to. Without a target it is the base
// of the rates; of that, each of the chat's currencies.
func (b *Bot) conversionScreen(ctx context.Context, r *request, amount decimal.Decimal, from, to string) (outbox.Message, error) {
	listed := to == listOfTheChat || to == "" && from == r.p.Base()
	targets := []string{to}
	switch {
	case listed:
		targets = without(from, slices.Clone(digest.ChatCurrencies(r.chat, r.p.Base())))
	case to == "":
		targets = []string{r.p.Base()}
	}
	c, err := b.count(ctx, r, amount, from, targets, listed)
	if err != nil {
		return outbox.Message{}, err
	}
	if len(c.lines) == 0 {
		if _, _, some, err := b.book().Bounds(ctx); err != nil || !some {
			return outbox.Message{Text: r.p.H("rates.missing")}, err
		}
		return outbox.Message{Text: r.p.H("convert.missing", "Code", c.missing)}, nil
	}
	return outbox.Message{Text: c.text, Keyboard: convertKeyboard(r, amount, from, targets, listed)}, nil
}

// counted is an amount in other currencies.
type counted struct {
	lines   []string    // one a target whose rate is known, as HTML
	dates   []time.Time // of each line: that of the older of its rates
	text    string      // the lines, and by which rates they are
	missing string      // a currency whose rate is not known
}

// count counts an amount of from in each of targets by the newest rates until
// today. While the bank is silent, what another's rates say is told below,
// under that bank's name.
func (b *Bot) count(ctx context.Context, r *request, amount decimal.Decimal, from string, targets []string, listed bool) (counted, error) {
	c, newest, err := b.countBy(ctx, r, r.p, b.o.Board.Book, amount, from, targets, listed)
	if err != nil {
		return counted{}, err
	}
	today := digest.Today(r.p, r.now)
	if len(c.lines) > 0 && !newest.IsZero() && rates.Stale(newest, today) {
		note, err := digest.StaleNote(ctx, b.o.Store, b.o.Board.Book, r.p, newest, r.now)
		if err != nil {
			return counted{}, err
		}
		c.text += "\n\n" + note
	}
	book, _, ok, err := digest.StandIn(ctx, b.o.Store, b.o.Board, newest, today, r.now)
	if err != nil || !ok {
		return c, err
	}
	p := r.p.Of(book.Words())
	other, date, err := b.countBy(ctx, r, p, book, amount, from, targets, listed)
	switch {
	case err != nil:
		return counted{}, err
	case len(other.lines) == 0 || from == targets[0] && len(targets) == 1:
		return c, nil
	case len(c.lines) == 0:
		return other, nil
	}
	// What the other bank does not list any more tells nothing of these days.
	var fresh []string
	for i, line := range other.lines {
		if other.dates[i].Equal(date) {
			fresh = append(fresh, line)
		}
	}
	if len(fresh) == 0 || !date.After(newest) {
		return c, nil
	}
	c.text += "\n\n<b>" + p.H("rates.meanwhile", "Date", p.Date(digest.Civil(p, date))) + "</b>\n" + strings.Join(fresh, "\n")
	return c, nil
}

// countBy counts by the rates of one book, and says which they are. newest is the
// day of the newest of them; zero when none was needed, or none is known. A list
// tells only those rates that are of another day than the rest.
func (b *Bot) countBy(ctx context.Context, r *request, p *locale.Printer, book rates.Book, amount decimal.Decimal, from string, targets []string, listed bool) (c counted, newest time.Time, err error) {
	quotes, err := b.o.Store.Rates(book).Quotes(ctx, append([]string{from}, targets...), digest.Today(p, r.now))
	if err != nil {
		return counted{}, time.Time{}, err
	}
	byCode, newest, known := digest.Newest(quotes)
	board := func(code string) (rates.Quote, bool) {
		q, ok := byCode[code]
		return q, ok
	}
	for _, target := range targets {
		result, err := rates.Convert(amount, from, target, book.Base(), board)
		if missing := (*rates.NoRateError)(nil); errors.As(err, &missing) {
			c.missing = missing.Code
			continue
		}
		if err != nil {
			return counted{}, time.Time{}, err
		}
		sign := " = "
		if !result.Shown.Equal(result.Value) {
			sign = " ≈ "
		}
		c.dates = append(c.dates, older(result.Dates()))
		c.lines = append(c.lines, locale.Escape(p.Amount(amount.String(), from))+sign+"<b>"+locale.Escape(p.Amount(result.Shown.StringFixed(result.ShownPlaces()), target))+"</b>")
	}
	var t strings.Builder
	t.WriteString(strings.Join(c.lines, "\n"))
	if known {
		t.WriteString("\n\n<i>" + p.H("convert.by", "Date", p.Date(digest.Civil(p, newest))) + "</i>")
		for _, code := range append([]string{from}, targets...) {
			if q, ok := byCode[code]; ok && (!listed || !q.Date.Equal(newest)) {
				t.WriteString("\n<i>" + quoteLine(p, q, newest) + "</i>")
			}
		}
	}
	c.text = t.String()
	return c, newest, nil
}

// older is the earlier of two days; a zero one, as the base of the rates has, is none.
func older(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// quoteLine is the rate that was counted with: "100 UZS = 3,98 ₸", and its day
// when it is not that of the rest.
func quoteLine(p *locale.Printer, q rates.Quote, date time.Time) string {
	sign := " = "
	if p.RoundsPrice(q.Value.String()) {
		sign = " ≈ "
	}
	line := locale.Escape(p.Int(q.Nominal) + "\u00a0" + q.Code + sign + p.Price(q.Value.String()))
	if !q.Date.Equal(date) {
		line += " (" + p.H("rates.as_of", "Date", digest.DayNear(p, q.Date, date)) + ")"
	}
	return line
}

// convertKeyboard turns the conversion round, and counts the same in other currencies.
func convertKeyboard(r *request, amount decimal.Decimal, from string, targets []string, listed bool) [][]outbox.Button {
	if len(amount.String()) > longestAmount {
		return nil
	}
	var keyboard [][]outbox.Button
	if !listed {
		to := targets[0]
		if from != to {
			keyboard = append(keyboard, []outbox.Button{{Text: "⇄ " + to + " → " + from, Data: convertData(amount, to, from)}})
		}
	}
	var others []outbox.Button
	for _, code := range append([]string{r.p.Base()}, digest.ChatCurrencies(r.chat, r.p.Base())...) {
		if code != from && (listed || code != targets[0]) && len(others) < mostTargets {
			others = append(others, outbox.Button{Text: "→ " + code, Data: convertData(amount, from, code)})
		}
	}
	for row := range slices.Chunk(others, targetsInRow) {
		keyboard = append(keyboard, row)
	}
	return keyboard
}
