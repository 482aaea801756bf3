package bot

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"newsbot/internal/digest"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/rates"
)

const (
	mostSuggested = 4  // currencies for one word that is not understood
	shortestName  = 4  // letters of a currency's name that a slip is looked for in
	mostNamed     = 20 // codes told in one line
)

// ratesAsked shows the rates that somebody typed. What no list has is said,
// with what may have been meant on buttons, and so is what does not fit.
func (b *Bot) ratesAsked(ctx context.Context, r *request, q ratesQuery, bad []string) (outbox.Message, error) {
	if len(q.codes) == 0 && len(bad) == 0 {
		return b.ratesScreen(ctx, r, q)
	}
	_, last, some, err := b.book().Bounds(ctx)
	if err != nil {
		return outbox.Message{}, err
	}
	var listed []string // nothing without rates: then nobody knows what the bank lists
	if some {
		if listed, err = b.book().Codes(ctx); err != nil {
			return outbox.Message{}, err
		}
	}
	// A name that only one of the bank's currencies has is that one.
	var unlisted []string
	bad = slices.DeleteFunc(bad, func(word string) bool {
		if !some || !isName(word) {
			return false
		}
		meant := suggest(word, listed)
		if len(meant) == 0 {
			unlisted = append(unlisted, locale.Clip(word, 60))
		} else if len(meant) == 1 {
			q.codes = add(q.codes, meant)
		}
		return len(meant) < 2
	})
	if len(bad) > 0 {
		return badWords(r.p, q, bad, listed), nil
	}
	if some {
		quotes, err := b.book().Quotes(ctx, q.codes, last)
		if err != nil {
			return outbox.Message{}, err
		}
		known, _, _ := digest.Newest(quotes)
		q.codes = slices.DeleteFunc(q.codes, func(code string) bool {
			_, ok := known[code]
			if !ok {
				unlisted = append(unlisted, code)
			}
			return !ok
		})
	}
	var notes strings.Builder
	var top [][]outbox.Button
	if len(unlisted) > 0 {
		notes.WriteString("\n\n" + r.p.H("rates.unlisted", "Codes", named(unlisted)))
		if top = suggestions(r.p, q, unlisted, listed); len(top) > 0 {
			notes.WriteString(" " + r.p.H("rates.meant"))
		}
		if len(q.codes) == 0 {
			ways := []outbox.Button{{Text: r.p.T("rates.button_own"), Data: "r:"}, {Text: r.p.T("rates.button_all"), Data: "k:::all"}}
			return outbox.Message{Text: strings.TrimSpace(notes.String()), Keyboard: append(top, ways)}, nil
		}
	}
	q, rest := q.cut()
	if len(rest) > 0 {
		notes.WriteString("\n\n" + r.p.H("rates.rest", "Count", ratesAtOnce, "Codes", named(rest)))
		next, _ := ratesQuery{codes: rest, date: q.date}.cut()
		top = append(top, []outbox.Button{{Text: r.p.T("rates.button_rest", "Count", len(next.codes)), Data: next.data()}})
	}
	m, err := b.ratesScreen(ctx, r, q)
	m.Text += notes.String()
	m.Keyboard = append(top, m.Keyboard...)
	return m, err
}

// badWords says what is not understood, or asks which currency a name means.
func badWords(p *locale.Printer, q ratesQuery, bad, listed []string) outbox.Message {
	m := outbox.Message{Keyboard: suggestions(p, q, bad, listed)}
	if len(bad) == 1 && isName(bad[0]) && len(m.Keyboard) > 0 {
		m.Text = p.H("convert.which", "Word", locale.Clip(bad[0], 60))
		return m
	}
	m.Text = p.H("rates.bad", "Text", locale.Clip(strings.Join(bad, ", "), 100))
	if len(m.Keyboard) > 0 {
		m.Text += "\n\n" + p.H("rates.meant")
	}
	return m
}

// cut splits off the currencies that one screen has no room for.
func (q ratesQuery) cut() (_ ratesQuery, rest []string) {
	if len(q.codes) > ratesAtOnce {
		q.codes, rest = q.codes[:ratesAtOnce:ratesAtOnce], q.codes[ratesAtOnce:]
	}
	return q, rest
}

// named lists codes, the first of very many.
func named(codes []string) string {
	if len(codes) > mostNamed {
		return strings.Join(codes[:mostNamed], ", ") + " …"
	}
	return strings.Join(codes, ", ")
}

// suggestions are buttons that ask again with what each word may have meant in its place.
func suggestions(p *locale.Printer, q ratesQuery, words, listed []string) (keyboard [][]outbox.Button) {
	const mostWords = 3
	for _, word := range words[:min(len(words), mostWords)] {
		for _, code := range suggest(word, listed) {
			next, _ := ratesQuery{codes: slices.Clone(q.codes), date: q.date}.cut()
			if next.codes = add(next.codes, []string{code}); len(next.codes) > ratesAtOnce {
				next.codes = []string{code}
			}
			keyboard = append(keyboard, []outbox.Button{{Text: currencyLabel(p, code), Data: next.data()}})
		}
	}
	return keyboard
}

// currencyLabel is a currency on a button: "SEK · Swedish krona".
func currencyLabel(p *locale.Printer, code string) string {
	if name := p.Currency(code); name != "" {
		return code + " · " + name
	}
	return code
}

// isName says whether several currencies are called so.
func isName(word string) bool {
	_, err := rates.ParseCurrency(word)
	ambiguous := (*rates.AmbiguousError)(nil)
	return errors.As(err, &ambiguous)
}

// suggest lists what of the listed currencies a word may mean: those that are
// called so, else those whose code or name is one slip away, the common ones first.
func suggest(word string, listed []string) (codes []string) {
	_, err := rates.ParseCurrency(word)
	if ambiguous := (*rates.AmbiguousError)(nil); errors.As(err, &ambiguous) {
		return only(ambiguous.Codes, listed)
	}
	word = strings.ToLower(word)
	letters := utf8.RuneCountInString(word)
	if letters < 2 || letters > 20 {
		return nil
	}
	for _, code := range add(only(commonCurrencies, listed), listed) {
		if len(codes) < mostSuggested && (letters <= 4 && oneSlip(word, strings.ToLower(code)) || letters >= shortestName && slipOfName(word, code)) {
			codes = append(codes, code)
		}
	}
	return codes
}

// only is what of codes is listed, in their order.
func only(codes, listed []string) []string {
	return slices.DeleteFunc(slices.Clone(codes), func(code string) bool { return !slices.Contains(listed, code) })
}

// slipOfName says whether word is one slip away from a word of a currency's name in any language.
func slipOfName(word, code string) bool {
	for _, l := range locale.All() {
		for _, part := range strings.Fields(strings.ToLower(locale.New(l, nil).Currency(code))) {
			if utf8.RuneCountInString(part) >= shortestName && oneSlip(word, part) {
				return true
			}
		}
	}
	return false
}

// oneSlip says whether a is b but for one letter that is wrong, missing or too
// many, or for two that changed places. It is so for equal words, too.
func oneSlip(a, b string) bool {
	x, y := []rune(a), []rune(b)
	for len(x) > 0 && len(y) > 0 && x[0] == y[0] {
		x, y = x[1:], y[1:]
	}
	for len(x) > 0 && len(y) > 0 && x[len(x)-1] == y[len(y)-1] {
		x, y = x[:len(x)-1], y[:len(y)-1]
	}
	return len(x) <= 1 && len(y) <= 1 || len(x) == 2 && len(y) == 2 && x[0] == y[1] && x[1] == y[0]
}

// listedOf is what of codes the bank lists, the base included; all of them
// while there are no rates at all.
func (b *Bot) listedOf(ctx context.Context, codes []string) ([]string, error) {
	listed, err := b.book().Codes(ctx)
	if err != nil || len(listed) == 0 {
		return codes, err
	}
	return only(codes, append(listed, b.o.Board.Base())), nil
}

// mayClose says whether a person may take a picture away that several see: who
// asked for it may, and who is an admin there.
func (b *Bot) mayClose(ctx context.Context, r *request, owner string) (bool, error) {
	if r.place == private || owner == strconv.FormatInt(r.from.ID, 10) {
		return true, nil
	}
	refusal, err := b.refuse(ctx, r)
	return refusal == "", err
}

// closeData is the button that takes a chart away. Where several people are it
// names who asked for the chart, whoever turns its pages.
func closeData(r *request) string {
	const shut = "c:x"
	if r.place == private {
		return shut
	}
	if r.message != nil && r.message.HasMedia {
		for _, data := range r.message.Buttons {
			if strings.HasPrefix(data, shut+":") {
				return data
			}
		}
		return shut
	}
	return shut + ":" + strconv.FormatInt(r.from.ID, 10)
}
