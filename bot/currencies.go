package bot

import (
	"context"
	"slices"

	"newsbot/internal/digest"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
)

// commonCurrencies are offered first: the neighbours', and those of big trade and travel.
var commonCurrencies = []string{
	"USD", "EUR", "RUB", "CNY", "GBP", "KGS", "UZS", "TRY", "AED", "GEL", "JPY", "KRW", "CHF", "PLN", "INR", "THB",
}

const currenciesInRow = 4

// currencies lets a chat choose whose rates it is shown: the data is what to do,
// + or -, with which code, and which of the two lists is open.
func (b *Bot) currencies(ctx context.Context, r *request) (answer, error) {
	chosen := slices.Clone(digest.ChatCurrencies(r.chat, r.p.Base()))
	op, code, list := r.arg(0), r.arg(1), r.arg(2)
	if op != "" && !codePattern.MatchString(code) || list != "" && list != "all" {
		return answer{}, badData{"currencies"}
	}
	switch op {
	case "":
	case "+":
		switch {
		case slices.Contains(chosen, code):
		case len(chosen) >= ratesAtOnce:
			return answer{toast: r.p.T("rates.limit", "Count", ratesAtOnce), alert: true}, nil
		default:
			chosen = append(chosen, code)
		}
	case "-":
		chosen = slices.DeleteFunc(chosen, func(c string) bool { return c == code })
		if len(chosen) == 0 {
			return answer{toast: r.p.T("rates.last"), alert: true}, nil
		}
	default:
		return answer{}, badData{"currencies " + op}
	}
	if op != "" {
		stored := chosen
		if slices.Equal(chosen, digest.Currencies(r.p.Base())) {
			stored = nil // the usual ones, whatever they come to be
		}
		if err := b.o.Store.SetCurrencies(ctx, r.chat.ID, stored); err != nil {
			return answer{}, err
		}
	}
	offered := without(r.p.Base(), add(slices.Clone(commonCurrencies), []string{"KZT"}))
	if list == "all" {
		known, err := b.book().Codes(ctx)
		if err != nil {
			return answer{}, err
		}
		offered = add(offered, known)
	}
	return screen(currenciesScreen(r.p, chosen, add(offered, chosen), list)), nil
}

// add puts the codes that a list has not at its end.
func add(list, codes []string) []string {
	for _, code := range codes {
		if !slices.Contains(list, code) {
			list = append(list, code)
		}
	}
	return list
}

func currenciesScreen(p *locale.Printer, chosen, offered []string, list string) outbox.Message {
	var keyboard [][]outbox.Button
	for row := range slices.Chunk(offered, currenciesInRow) {
		var buttons []outbox.Button
		for _, code := range row {
			op, has := "+", slices.Contains(chosen, code)
			if has {
				op = "-"
			}
			buttons = append(buttons, outbox.Button{Text: mark(has, code), Data: "k:" + op + ":" + code + ":" + list})
		}
		keyboard = append(keyboard, buttons)
	}
	other := outbox.Button{Text: p.T("rates.button_all"), Data: "k:::all"}
	if list == "all" {
		other = outbox.Button{Text: p.T("rates.button_common"), Data: "k:"}
	}
	keyboard = append(keyboard, []outbox.Button{{Text: p.T("rates.button_back"), Data: "r:"}, other})
	return outbox.Message{Text: "<b>" + p.H("rates.choose_title") + "</b>\n\n" + p.H("rates.choose"), Keyboard: keyboard}
}
