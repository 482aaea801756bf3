package bot

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"newsbot/internal/digest"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/rates"
	"newsbot/internal/store"
)

const (
	alertsAtOnce     = 20 // of one chat
	longestThreshold = 16 // digits and point, in a button's data
)

// percents are offered for alerts on a day's change.
var percents = []string{"1", "2", "5"}

// farAway is by what factor a threshold may differ from today's rate: more is a
// slip, or a price for another number of units.
var farAway = decimal.NewFromInt(5)

// alerts shows what a chat waits for, and adds what was asked for.
func (b *Bot) alerts(ctx context.Context, r *request) (answer, error) {
	if r.args == "" {
		m, err := b.alertsScreen(ctx, r, "")
		return answer{messages: []outbox.Message{m}}, err
	}
	w, ok := parseAlert(r.args, r.p.Base())
	if !ok {
		code, err := rates.ParseCurrency(r.args)
		if err == nil && code == r.p.Base() {
			return answer{messages: []outbox.Message{noRateOfBase(r.p)}}, nil
		}
		if err == nil { // of this one, but when?
			m, err := b.offerAlerts(ctx, r, code)
			return answer{messages: []outbox.Message{m}}, err
		}
		examples, err := b.alertExamples(ctx, r)
		return note(r.p.H("alert.bad", "Text", locale.Clip(r.args, 60)) + "\n\n" + examples), err
	}
	code, err := rates.ParseCurrency(w.currency)
	if ambiguous := (*rates.AmbiguousError)(nil); errors.As(err, &ambiguous) {
		listed, err := b.listedOf(ctx, ambiguous.Codes)
		if err != nil {
			return answer{}, err
		}
		switch len(listed) {
		case 0:
			return note(r.p.H("convert.missing", "Code", strings.Join(ambiguous.Codes, ", "))), nil
		case 1: // what was set says which it is
			m, err := b.addWatch(ctx, r, listed[0], w)
			return answer{messages: []outbox.Message{m}}, err
		}
		ambiguous.Codes = listed
		m, err := b.whichAlert(ctx, r, w, ambiguous)
		return answer{messages: []outbox.Message{m}}, err
	}
	if err == nil && code == r.p.Base() {
		return answer{messages: []outbox.Message{noRateOfBase(r.p)}}, nil
	}
	if err != nil {
		return unknownCurrency(r.p, w.currency), nil
	}
	m, err := b.addWatch(ctx, r, code, w)
	return answer{messages: []outbox.Message{m}}, err
}

func alertData(op, code, kind string, threshold decimal.Decimal) string {
	return "w:" + op + ":" + code + ":" + kind + ":" + threshold.String()
}

// whichAlert asks which currency is meant.
func (b *Bot) whichAlert(ctx context.Context, r *request, w watch, e *rates.AmbiguousError) (outbox.Message, error) {
	m := outbox.Message{Text: r.p.H("convert.which", "Word", locale.Clip(e.Word, 60))}
	for _, code := range e.Codes[:min(len(e.Codes), mostMeanings)] {
		q, _, err := b.newest(ctx, r, code)
		if err != nil {
			return outbox.Message{}, err
		}
		if threshold, ok := w.forUnits(q.Nominal); ok {
			m.Keyboard = append(m.Keyboard, []outbox.Button{{Text: currencyLabel(r.p, code), Data: alertData("n", code, w.kind, threshold)}})
		}
	}
	return m, nil
}

// addWatch adds what was typed. What was said of another number of units than
// the bank lists is asked about: the same for as many as it does list.
func (b *Bot) addWatch(ctx context.Context, r *request, code string, w watch) (outbox.Message, error) {
	q, ok, err := b.newest(ctx, r, code)
	if err != nil {
		return outbox.Message{}, err
	}
	if !ok || w.units == 0 || w.units == q.Nominal || w.kind == store.AlertChange {
		return b.addAlert(ctx, r, code, w.kind, w.threshold)
	}
	m := outbox.Message{Text: rateNow(r, q) + " " + r.p.H("alert.units", "Unit", r.p.Nominal(q.Nominal, code))}
	if threshold, ok := w.forUnits(q.Nominal); ok {
		a := store.Alert{Code: code, Kind: w.kind, Threshold: threshold, Nominal: q.Nominal}
		if a.Kind == "" {
			a.Kind = whicheverIsNotYet(q, threshold)
		}
		m.Keyboard = [][]outbox.Button{{{Text: "🔔 " + describe(r.p, a), Data: alertData("n", code, a.Kind, threshold)}}}
	}
	m.Keyboard = append(m.Keyboard, []outbox.Button{{Text: r.p.T("alert.back"), Data: "w:"}})
	return m, nil
}

// whicheverIsNotYet is what a threshold is waited for as when nobody said it.
func whicheverIsNotYet(q rates.Quote, threshold decimal.Decimal) string {
	if threshold.GreaterThan(q.Value) {
		return store.AlertAbove
	}
	return store.AlertBelow
}

// alertButton does what the data says: nothing shows the list, a offers alerts
// on a currency, n adds one, x removes one.
func (b *Bot) alertButton(ctx context.Context, r *request) (answer, error) {
	op, code, kind := r.arg(0), r.arg(1), r.arg(2)
	if op == "" {
		m, err := b.alertsScreen(ctx, r, "")
		return screen(m), err
	}
	if !codePattern.MatchString(code) {
		return answer{}, badData{"currency"}
	}
	if op == "a" {
		m, err := b.offerAlerts(ctx, r, code)
		return screen(m), err
	}
	threshold, err := decimal.NewFromString(r.arg(3))
	if err != nil || !plainPattern.MatchString(r.arg(3)) || len(r.arg(3)) > longestThreshold || !threshold.IsPositive() {
		return answer{}, badData{"threshold"}
	}
	if !slices.Contains([]string{"", store.AlertAbove, store.AlertBelow, store.AlertChange}, kind) {
		return answer{}, badData{"kind of alert"}
	}
	switch op {
	case "n":
		m, err := b.addAlert(ctx, r, code, kind, threshold)
		return screen(m), err
	case "x":
		err := b.book().RemoveAlert(ctx, store.Alert{ChatID: r.chat.ID, Code: code, Kind: kind, Threshold: threshold})
		if err != nil && !isNotFound(err) { // pressed twice: it is gone, as was asked
			return answer{}, err
		}
		m, err := b.alertsScreen(ctx, r, "")
		a := screen(m)
		a.toast = r.p.T("alert.removed")
		return a, err
	default:
		return answer{}, badData{"alert " + op}
	}
}

// newest is the newest rate of a currency, tomorrow's when it is out.
func (b *Bot) newest(ctx context.Context, r *request, code string) (q rates.Quote, ok bool, err error) {
	quotes, err := b.book().Quotes(ctx, []string{code}, digest.Today(r.p, r.now).AddDate(0, 0, 1))
	if err != nil || len(quotes) == 0 {
		return rates.Quote{}, false, err
	}
	return quotes[0], quotes[0].Value.IsPositive() && quotes[0].Nominal > 0, nil
}

// rateNow says what the newest rate is, and for which day.
func rateNow(r *request, q rates.Quote) string {
	date := digest.DayNear(r.p, q.Date, digest.Today(r.p, r.now))
	return r.p.H("alert.now", "Date", date, "Unit", r.p.Nominal(q.Nominal, q.Code), "Value", r.p.Price(q.Value.String()))
}

// addAlert stores an alert and shows all there are, beginning with what was done.
func (b *Bot) addAlert(ctx context.Context, r *request, code, kind string, threshold decimal.Decimal) (outbox.Message, error) {
	q, ok, err := b.newest(ctx, r, code)
	if err != nil {
		return outbox.Message{}, err
	}
	if !ok {
		return outbox.Message{Text: r.p.H("convert.missing", "Code", code)}, nil
	}
	now := rateNow(r, q)
	if kind == "" {
		kind = whicheverIsNotYet(q, threshold)
	}
	a := store.Alert{
		ChatID: r.chat.ID, Code: code, Kind: kind, Threshold: threshold, Nominal: q.Nominal, ThreadID: r.thread, Armed: true, Checked: q.Date,
	}
	switch kind {
	case store.AlertAbove:
		a.Armed = q.Value.LessThan(threshold)
	case store.AlertBelow:
		a.Armed = q.Value.GreaterThan(threshold)
	}
	if kind != store.AlertChange && (threshold.GreaterThan(q.Value.Mul(farAway)) || threshold.Mul(farAway).LessThan(q.Value)) {
		return outbox.Message{Text: now + " " + r.p.H("alert.far", "Threshold", r.p.Price(threshold.String()))}, nil
	}
	list, err := b.book().Alerts(ctx, r.chat.ID)
	if err != nil {
		return outbox.Message{}, err
	}
	if len(list) >= alertsAtOnce && !slices.ContainsFunc(list, func(o store.Alert) bool {
		return o.Code == code && o.Kind == kind && o.Threshold.Equal(threshold)
	}) {
		return b.alertsScreen(ctx, r, r.p.H("alert.limit", "Count", alertsAtOnce))
	}
	if err := b.book().SetAlert(ctx, r.now, a); err != nil {
		return outbox.Message{}, err
	}
	said := locale.Raw("<b>" + locale.Escape(describe(r.p, a)) + "</b>")
	lead := r.p.H("alert.done", "Alert", said)
	if !a.Armed {
		lead = r.p.H("alert.beyond", "Alert", said)
	}
	return b.alertsScreen(ctx, r, lead+" "+now)
}

// describe says what an alert waits for: "USD — 520,00 ₸ и выше".
func describe(p *locale.Printer, a store.Alert) string {
	unit := p.Nominal(a.Nominal, a.Code)
	switch a.Kind {
	case store.AlertAbove:
		return p.T("alert.above", "Unit", unit, "Threshold", p.Price(a.Threshold.String()))
	case store.AlertBelow:
		return p.T("alert.below", "Unit", unit, "Threshold", p.Price(a.Threshold.String()))
	default:
		return p.T("alert.change", "Unit", a.Code, "Threshold", p.Percent(a.Threshold.String()))
	}
}

// alertsScreen lists what a chat waits for, below what was just done.
func (b *Bot) alertsScreen(ctx context.Context, r *request, lead string) (outbox.Message, error) {
	list, err := b.book().Alerts(ctx, r.chat.ID)
	if err != nil {
		return outbox.Message{}, err
	}
	var t strings.Builder
	if lead != "" {
		t.WriteString(lead + "\n\n")
	}
	t.WriteString("<b>" + r.p.H("alert.title") + "</b>\n")
	var keyboard [][]outbox.Button
	for _, a := range list {
		t.WriteString("• " + locale.Escape(describe(r.p, a)) + "\n")
		keyboard = append(keyboard, []outbox.Button{{Text: "✕ " + describe(r.p, a), Data: alertData("x", a.Code, a.Kind, a.Threshold)}})
	}
	if len(list) == 0 {
		examples, err := b.alertExamples(ctx, r)
		if err != nil {
			return outbox.Message{}, err
		}
		t.WriteString(r.p.H("alert.none") + "\n\n" + examples + "\n")
	}
	if !r.chat.Subscribed {
		t.WriteString("\n" + r.p.H("alert.stopped") + "\n")
	}
	t.WriteString("\n<i>" + r.p.H("alert.about") + "</i>")
	var add []outbox.Button
	for _, code := range digest.ChatCurrencies(r.chat, r.p.Base()) {
		add = append(add, outbox.Button{Text: "＋ " + code, Data: "w:a:" + code})
	}
	for row := range slices.Chunk(add, currenciesInRow) {
		keyboard = append(keyboard, row)
	}
	keyboard = append(keyboard, []outbox.Button{{Text: r.p.T("rates.button_back"), Data: "r:"}})
	return outbox.Message{Text: t.String(), Keyboard: keyboard}, nil
}

// alertExamples are what may be typed, with prices that the chat's currencies may reach.
func (b *Bot) alertExamples(ctx context.Context, r *request) (string, error) {
	codes := digest.ChatCurrencies(r.chat, r.p.Base())
	var lines []string
	for i, key := range []string{"alert.example_above", "alert.example_below"} {
		code := codes[min(i, len(codes)-1)]
		q, ok, err := b.newest(ctx, r, code)
		if err != nil {
			return "", err
		}
		if !ok {
			continue
		}
		above, below := around(q.Value)
		threshold := []decimal.Decimal{above[2], below[2]}[i]
		lines = append(lines, r.p.H(key, "Code", strings.ToLower(code), "Number", threshold.String(), "Price", r.p.Price(threshold.String())))
	}
	lines = append(lines, r.p.H("alert.example_change", "Code", strings.ToLower(codes[min(2, len(codes)-1)])))
	return strings.Join(lines, "\n"), nil
}

// offerAlerts proposes round thresholds around the rate of a currency.
func (b *Bot) offerAlerts(ctx context.Context, r *request, code string) (outbox.Message, error) {
	q, ok, err := b.newest(ctx, r, code)
	if err != nil {
		return outbox.Message{}, err
	}
	back := []outbox.Button{{Text: r.p.T("alert.back"), Data: "w:"}}
	if !ok {
		return outbox.Message{Text: r.p.H("convert.missing", "Code", code), Keyboard: [][]outbox.Button{back}}, nil
	}
	above, below := around(q.Value)
	var rows [3][]outbox.Button
	for i := range above {
		rows[0] = append(rows[0], outbox.Button{Text: "▲ " + r.p.Number(above[i].String()), Data: alertData("n", code, store.AlertAbove, above[i])})
		rows[1] = append(rows[1], outbox.Button{Text: "▼ " + r.p.Number(below[i].String()), Data: alertData("n", code, store.AlertBelow, below[i])})
	}
	for _, p := range percents {
		rows[2] = append(rows[2], outbox.Button{Text: "▲▼ " + r.p.Percent(p), Data: alertData("n", code, store.AlertChange, decimal.RequireFromString(p))})
	}
	text := rateNow(r, q) + " " + r.p.H("alert.what")
	return outbox.Message{Text: text, Keyboard: [][]outbox.Button{rows[0], rows[1], rows[2], back}}, nil
}

// around returns three round numbers above a value and three below, about one
// per cent of it apart.
func around(value decimal.Decimal) (above, below [3]decimal.Decimal) {
	percent := value.Shift(-2)
	// The power of ten below one per cent, and of its 1, 2 and 5 the nearest below.
	step := decimal.New(1, int32(percent.NumDigits())-1+percent.Exponent())
	for _, factor := range []int64{5, 2} {
		if each := step.Mul(decimal.NewFromInt(factor)); each.LessThanOrEqual(percent) {
			step = each
			break
		}
	}
	floor := value.Div(step).Floor().Mul(step)
	for i := range above {
		n := decimal.NewFromInt(int64(i + 1))
		above[i] = floor.Add(step.Mul(n))
		below[i] = floor.Sub(step.Mul(n))
		if !floor.Equal(value) {
			below[i] = below[i].Add(step)
		}
	}
	return above, below
}
