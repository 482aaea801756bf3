package bot

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"newsbot/internal/digest"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
)

// ratesAtOnce bounds the currencies of one screen: their codes are in the
// refresh button's 64 bytes.
const ratesAtOnce = 12

var codePattern = regexp.MustCompile(`^[A-Z]{3}$`)

// signs are what people write for a currency's code.
var signs = map[string]string{"$": "USD", "€": "EUR", "₽": "RUB", "¥": "CNY", "£": "GBP", "RUR": "RUB"}

// rates shows the official rates, of the currencies that were asked for if any were.
func (b *Bot) rates(ctx context.Context, r *request) (answer, error) {
	codes, bad := parseCodes(r.args)
	if len(bad) > 0 {
		return note(r.p.H("rates.bad", "Text", locale.Clip(strings.Join(bad, ", "), 100))), nil
	}
	m, err := b.ratesScreen(ctx, r, codes)
	return answer{messages: []outbox.Message{m}}, err
}

// parseCodes reads currency codes from what a person typed; bad are words that
// are none. Empty codes stand for the usual ones.
func parseCodes(text string) (codes, bad []string) {
	for _, word := range strings.FieldsFunc(text, func(c rune) bool { return c == ' ' || c == ',' || c == ';' || c == '\n' || c == '\t' || c == '/' }) {
		code := strings.ToUpper(word)
		if sign, ok := signs[code]; ok {
			code = sign
		}
		switch {
		case code == "KZT" || code == "₸", slices.Contains(codes, code):
		case !codePattern.MatchString(code):
			bad = append(bad, word)
		case len(codes) < ratesAtOnce:
			codes = append(codes, code)
		}
	}
	return codes, bad
}

// ratesRefresh shows the same currencies as they are now.
func (b *Bot) ratesRefresh(ctx context.Context, r *request) (answer, error) {
	var codes []string
	if s := r.arg(0); s != "" {
		codes = strings.Split(s, "-")
		for _, code := range codes {
			if !codePattern.MatchString(code) || len(codes) > ratesAtOnce {
				return answer{}, badData{"currencies"}
			}
		}
	}
	m, err := b.ratesScreen(ctx, r, codes)
	return screen(m), err
}

func (b *Bot) ratesScreen(ctx context.Context, r *request, codes []string) (outbox.Message, error) {
	refresh := "r:" + strings.Join(codes, "-")
	if len(codes) == 0 {
		codes = digest.Currencies()
	}
	today := digest.Today(r.p, r.now)
	quotes, err := b.o.Store.Quotes(ctx, codes, today)
	if err != nil {
		return outbox.Message{}, err
	}
	byCode, date, known := digest.Newest(quotes)
	var t strings.Builder
	t.WriteString("<b>" + r.p.H("rates.title") + "</b>\n")
	if known {
		t.WriteString(r.p.H("rates.for", "Date", r.p.Date(digest.Civil(r.p, date))) + "\n")
	}
	changed := false
	for _, code := range codes {
		t.WriteString("\n" + digest.RateLine(r.p, code, byCode, date) + "\n")
		if name := r.p.Currency(code); name != "" {
			t.WriteString("<i>" + locale.Escape(name) + "</i>\n")
		}
		changed = changed || byCode[code].Direction() != 0
	}
	t.WriteString("\n")
	switch {
	case !known:
		t.WriteString(r.p.H("rates.missing") + "\n")
	case digest.Stale(date, today):
		t.WriteString(r.p.H("rates.stale", "Date", r.p.Date(digest.Civil(r.p, date))) + "\n")
	}
	if changed {
		t.WriteString("<i>" + r.p.H("rates.change") + "</i>\n")
	}
	t.WriteString("<i>" + r.p.H("rates.source") + "</i>")
	return outbox.Message{
		Text:     t.String(),
		Keyboard: [][]outbox.Button{{{Text: r.p.T("button.refresh"), Data: refresh}}},
	}, nil
}
