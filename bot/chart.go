package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"newsbot/internal/digest"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/rates"
	"newsbot/internal/rates/chart"
	"newsbot/internal/telegram"
)

// chartPeriods are the lengths of a chart, in days.
var chartPeriods = []int{30, 90, 365}

const (
	chartPoints = digest.ChartPoints
	// chartSlack is how many days after a period's start its first rate may be
	// for the period still to be called by its length.
	chartSlack = 5
	// chartLook changes when charts come to look different: those drawn before are drawn anew.
	chartLook = "1"
	// chooseOther stands for a currency to compare with that is being chosen.
	chooseOther = "?"
)

// chartQuery is what a chart shows. All of it is in each button's data, within 64 bytes.
type chartQuery struct {
	code  string
	days  int
	dark  bool
	other string   // compared with; or chooseOther
	codes []string // offered by the buttons; none: the chat's own list
}

func (q chartQuery) data() string {
	theme := "l"
	if q.dark {
		theme = "d"
	}
	return strings.Join([]string{"c", q.code, strconv.Itoa(q.days), theme, q.other, strings.Join(q.codes, "-")}, ":")
}

// chartButton opens the chart of the first of the codes.
func chartButton(p *locale.Printer, codes []string, own []string) outbox.Button {
	first := own
	if len(codes) > 0 {
		first = codes
	}
	return outbox.Button{Text: p.T("chart.button"), Data: chartQuery{code: first[0], days: chartPeriods[0], codes: codes}.data()}
}

func parseChart(r *request) (q chartQuery, err error) {
	q.code, q.other = r.arg(0), r.arg(3)
	if !codePattern.MatchString(q.code) || q.other != "" && q.other != chooseOther && !codePattern.MatchString(q.other) || q.other == q.code {
		return q, badData{"currencies of a chart"}
	}
	if q.days, err = r.number(1); err != nil || !slices.Contains(chartPeriods, q.days) {
		return q, badData{"days of a chart"}
	}
	switch r.arg(2) {
	case "l":
	case "d":
		q.dark = true
	default:
		return q, badData{"theme of a chart"}
	}
	q.codes, err = codesOf(r.arg(4))
	return q, err
}

// chart shows how rates went, as a picture: a new message under the rates, in
// place under the picture itself.
func (b *Bot) chart(ctx context.Context, r *request) (answer, error) {
	if r.arg(0) == "x" {
		if may, err := b.mayClose(ctx, r, r.arg(1)); err != nil || !may {
			return answer{toast: r.p.T("chart.not_yours"), alert: true}, err
		}
		return answer{remove: true}, nil
	}
	if r.place == channels { // a reader's press must post nothing there
		if refusal, err := b.refuse(ctx, r); err != nil || refusal != "" {
			return answer{toast: r.p.T("chart.channel"), alert: true}, err
		}
	}
	q, err := parseChart(r)
	if err != nil {
		return answer{}, err
	}
	today := digest.Today(r.p, r.now)
	lines, from, err := chartLines(ctx, b.book(), q, today)
	if err != nil {
		return answer{}, err
	}
	for _, h := range lines {
		if len(h.days) < chartPoints {
			return answer{toast: r.p.T("chart.too_little", "Code", h.code), alert: true}, nil
		}
	}
	p := &picture{
		key:   q.key(r.p, b.o.Board.Key(), lines, from),
		photo: telegram.Photo{Caption: q.caption(r.p, lines, from, today), Keyboard: q.keyboard(r)},
		draw:  func() ([]byte, error) { return q.draw(r.p, lines, from) },
	}
	p.words = outbox.Message{Text: p.photo.Caption, Keyboard: [][]outbox.Button{{{Text: r.p.T("chart.button"), Data: q.data()}}}}
	return answer{picture: p, edit: r.message != nil && r.message.HasMedia}, nil
}

// shown are the currencies that have a line.
func (q chartQuery) shown() []string {
	if q.other == "" || q.other == chooseOther {
		return []string{q.code}
	}
	return []string{q.code, q.other}
}

// history is a currency's rates in order of date, all for as many units as the newest.
type history struct {
	code    string
	nominal int64
	days    []dayRate
}

type dayRate struct {
	date  time.Time
	value decimal.Decimal // for the history's nominal
}

func newHistory(code string, quotes []rates.Quote) history {
	h := history{code: code}
	quotes = slices.DeleteFunc(quotes, func(q rates.Quote) bool { return q.Nominal <= 0 || !q.Value.IsPositive() })
	if len(quotes) == 0 {
		return h
	}
	h.nominal = quotes[len(quotes)-1].Nominal
	units := decimal.NewFromInt(h.nominal)
	for _, q := range quotes {
		value := q.Value
		if q.Nominal != h.nominal {
			value = q.UnitValue().Mul(units)
		}
		h.days = append(h.days, dayRate{date: q.Date, value: value})
	}
	return h
}

func (h history) first() dayRate { return h.days[0] }
func (h history) last() dayRate  { return h.days[len(h.days)-1] }

// together cuts histories to begin on the same day, since changes are compared from one.
func together(lines []history) []history {
	var start time.Time
	for _, h := range lines {
		if len(h.days) > 0 && h.first().date.After(start) {
			start = h.first().date
		}
	}
	for i, h := range lines {
		at := slices.IndexFunc(h.days, func(d dayRate) bool { return !d.date.Before(start) })
		if at < 0 { // its last rate is older than the other's first
			at = len(h.days)
		}
		lines[i].days = h.days[at:]
	}
	return lines
}

// change is by how many per cent the rate changed since a history began.
func (h history) change() decimal.Decimal {
	return rates.ChangePercent(h.first().value, h.last().value)
}

// span is how many days a chart shows of a period that begins on from: all of
// it, or those since its first rate where there is none until well after.
func (q chartQuery) span(h history, from time.Time) int {
	if h.late(from) {
		return int(h.last().date.Sub(h.first().date) / (24 * time.Hour))
	}
	return q.days
}

// late says whether a history begins well after the period that it is to show.
func (h history) late(from time.Time) bool {
	return h.first().date.Sub(from) > chartSlack*24*time.Hour
}

// key names a picture by all that it shows.
func (q chartQuery) key(p *locale.Printer, book string, lines []history, from time.Time) string {
	sum := sha256.New()
	fmt.Fprintln(sum, chartLook, book, p.Language(), q.span(lines[0], from), q.dark)
	for _, h := range lines {
		fmt.Fprintln(sum, h.code, h.nominal)
		for _, d := range h.days {
			fmt.Fprintln(sum, d.date.Format(time.DateOnly), d.value)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}

func (q chartQuery) draw(p *locale.Printer, lines []history, from time.Time) ([]byte, error) {
	on := func(write func(time.Time) string) func(time.Time) string {
		return func(date time.Time) string { return write(digest.Civil(p, date)) }
	}
	o := chart.Options{
		Number: p.Number, Day: on(p.DayMonthShort), Month: on(p.MonthShort), Year: on(p.MonthYearShort), Dark: q.dark,
	}
	var series []chart.Series
	if len(lines) == 1 {
		h := lines[0]
		name := upperFirst(p.Currency(h.code))
		if name == "" {
			name = h.code
		}
		o.Title, o.Note = name, p.T("chart.unit", "Units", p.Int(h.nominal)+"\u00a0"+h.code)
		one := chart.Series{Last: p.Price(h.last().value.String())}
		for _, d := range h.days {
			one.Points = append(one.Points, chart.Point{Date: d.date, Value: d.value.InexactFloat64()})
		}
		series = append(series, one)
	} else {
		o.Title = p.T("chart.pair", "First", lines[0].code, "Second", lines[1].code)
		o.Note = p.T("chart.unit_compare", "Date", p.Date(digest.Civil(p, lines[0].first().date)))
		o.Zero, o.Number = true, p.Percent
		for _, h := range lines {
			one := chart.Series{Last: h.code + "\u00a0" + p.SignedPercent(h.change())}
			base := h.first().value.InexactFloat64()
			for _, d := range h.days {
				one.Points = append(one.Points, chart.Point{Date: d.date, Value: (d.value.InexactFloat64()/base - 1) * 100})
			}
			series = append(series, one)
		}
	}
	o.Title += " · " + p.T("chart.days", "Count", q.span(lines[0], from))
	png, err := chart.Render(series, o)
	if err != nil {
		return nil, fmt.Errorf("chart of %s: %w", strings.Join(q.shown(), " and "), err)
	}
	return png, nil
}

func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// caption says in words what the picture shows: it is what is read aloud, and
// what remains where no picture can be sent. It says so when the newest rate is
// older than may be expected on today.
func (q chartQuery) caption(p *locale.Printer, lines []history, from, today time.Time) string {
	var t strings.Builder
	newest := lines[0].last().date
	for _, h := range lines[1:] {
		if last := h.last().date; last.After(newest) {
			newest = last
		}
	}
	for _, h := range lines {
		last := h.last()
		t.WriteString("<b>" + locale.Escape(p.Nominal(h.nominal, h.code)) + "</b> — " + locale.Escape(p.Price(last.value.String())))
		if !last.date.Equal(newest) {
			t.WriteString(" (" + p.H("rates.as_of", "Date", digest.DayNear(p, last.date, newest)) + ")")
		}
		t.WriteString("\n")
		if len(lines) > 1 {
			t.WriteString(q.over(p, h, from) + "\n\n")
		}
	}
	t.WriteString(p.H("chart.for", "Date", p.Date(digest.Civil(p, newest))) + "\n")
	if rates.Stale(newest, today) {
		t.WriteString(p.H("chart.stale") + "\n")
	}
	if len(lines) == 1 {
		h := lines[0]
		t.WriteString("\n" + q.over(p, h, from) + "\n")
		if low, high := h.extremes(); !low.value.Equal(high.value) {
			t.WriteString(p.H("chart.range",
				"Low", p.Price(low.value.String()), "LowDate", digest.DayNear(p, low.date, newest),
				"High", p.Price(high.value.String()), "HighDate", digest.DayNear(p, high.date, newest)) + "\n")
		}
	}
	if len(lines) == 1 {
		t.WriteString("\n")
	}
	t.WriteString("<i>" + p.H("rates.source") + "</i>")
	return t.String()
}

// over says how a rate changed over the period, or since its history began when that is shorter.
func (q chartQuery) over(p *locale.Printer, h history, from time.Time) string {
	words := p.T("chart.same")
	if change := h.last().value.Sub(h.first().value); !change.IsZero() {
		arrow := "▲"
		if change.IsNegative() {
			arrow = "▼"
		}
		words = arrow + "\u00a0" + p.Price(change.Abs().String()) + " (" + p.SignedPercent(h.change()) + ")"
	}
	if h.late(from) {
		return p.H("chart.since", "Date", p.Date(digest.Civil(p, h.first().date)), "Change", words)
	}
	return p.H("chart.over", "Count", q.days, "Change", words)
}

// extremes are the lowest and the highest rate, each on the last day that had it.
func (h history) extremes() (low, high dayRate) {
	low, high = h.days[0], h.days[0]
	for _, d := range h.days[1:] {
		if d.value.LessThanOrEqual(low.value) {
			low = d
		}
		if d.value.GreaterThanOrEqual(high.value) {
			high = d
		}
	}
	return low, high
}

// periods are the buttons for a chart's length. A digest's picture has them
// alone: they lead to all that the others do.
func (q chartQuery) periods(p *locale.Printer) (row []outbox.Button) {
	for _, days := range chartPeriods {
		next := q
		next.days = days
		row = append(row, outbox.Button{Text: mark(days == q.days, p.T("chart.days", "Count", days)), Data: next.data()})
	}
	return row
}

// keyboard changes one thing about a chart with each button.
func (q chartQuery) keyboard(r *request) [][]outbox.Button {
	with := func(change func(*chartQuery)) string {
		next := q
		if change(&next); next.other == next.code {
			next.other = ""
		}
		return next.data()
	}
	keyboard := [][]outbox.Button{q.periods(r.p)}
	offered, own := slices.Clone(q.codes), digest.ChatCurrencies(r.chat, r.p.Base())
	if len(offered) == 0 {
		offered = slices.Clone(own)
	}
	if !slices.Contains(offered, q.code) {
		offered = append([]string{q.code}, offered...)
	}
	for _, code := range own { // who asked for one or two finds the usual ones beside them
		if len(offered) < currenciesInRow && !slices.Contains(offered, code) {
			offered = append(offered, code)
		}
	}
	for row := range slices.Chunk(offered, currenciesInRow) {
		var buttons []outbox.Button
		for _, code := range row {
			buttons = append(buttons, outbox.Button{Text: mark(code == q.code, code), Data: with(func(c *chartQuery) { c.code = code })})
		}
		keyboard = append(keyboard, buttons)
	}
	theme := outbox.Button{Text: r.p.T("chart.dark"), Data: with(func(c *chartQuery) { c.dark = true })}
	if q.dark {
		theme = outbox.Button{Text: r.p.T("chart.light"), Data: with(func(c *chartQuery) { c.dark = false })}
	}
	shut := outbox.Button{Text: r.p.T("chart.close"), Data: closeData(r)}
	if q.other == "" {
		compare := outbox.Button{Text: r.p.T("chart.compare"), Data: with(func(c *chartQuery) { c.other = chooseOther })}
		return append(keyboard, []outbox.Button{compare, theme}, []outbox.Button{shut})
	}
	others := slices.DeleteFunc(offered, func(code string) bool { return code == q.code })
	if len(others) == 0 {
		others = slices.DeleteFunc(digest.Currencies(r.p.Base()), func(code string) bool { return code == q.code })
	}
	if q.other != chooseOther && !slices.Contains(others, q.other) {
		others = append(others, q.other)
	}
	for row := range slices.Chunk(others, currenciesInRow) {
		var buttons []outbox.Button
		for _, code := range row {
			next := code
			if code == q.other {
				next = "" // pressed again, it goes
			}
			buttons = append(buttons, outbox.Button{Text: mark(code == q.other, "⚖️ "+code), Data: with(func(c *chartQuery) { c.other = next })})
		}
		keyboard = append(keyboard, buttons)
	}
	return append(keyboard, []outbox.Button{theme, shut})
}
