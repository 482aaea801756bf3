package bot

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/rates"
)

// A word that names several currencies is asked about, both of them if need be,
// and every button leads on.
func TestWhichCurrency(t *testing.T) {
	r := &request{p: locale.New(locale.RU, nil)}
	b := &Bot{}
	amount := decimal.RequireFromString("1500.5")
	for _, c := range []struct {
		name  string
		ask   rates.AmbiguousError
		first string
	}{
		{"what is converted", rates.AmbiguousError{Amount: amount, Word: "крон", Codes: []string{"SEK", "NOK"}, From: true, Other: "EUR"}, "v:1500.5:SEK:EUR"},
		{"no target", rates.AmbiguousError{Amount: amount, Word: "крон", Codes: []string{"SEK", "NOK"}, From: true}, "v:1500.5:SEK:"},
		{"the target", rates.AmbiguousError{Amount: amount, Word: "фунты", Codes: []string{"GBP", "EGP"}, Other: "USD"}, "v:1500.5:USD:GBP"},
		{"both", rates.AmbiguousError{Amount: amount, Word: "крон", Codes: []string{"SEK", "NOK"}, From: true, OtherCodes: []string{"GBP", "EGP"}}, "v:1500.5:SEK:GBP-EGP"},
		{"an amount that fits no button", rates.AmbiguousError{Amount: decimal.New(1, 60), Word: "крон", Codes: []string{"SEK", "NOK"}, From: true}, ""},
	} {
		m := b.whichCurrency(r, &c.ask)
		if c.first == "" {
			if len(m.Keyboard) != 0 {
				t.Errorf("%s: %v", c.name, m.Keyboard)
			}
			continue
		}
		if len(m.Keyboard) != len(c.ask.Codes) || m.Keyboard[0][0].Data != c.first || !strings.Contains(m.Text, c.ask.Word) {
			t.Errorf("%s: %q %v", c.name, m.Text, m.Keyboard)
		}
	}
	r.data = strings.Split("1500.5:SEK:GBP-EGP", ":")
	a, err := b.convertButton(t.Context(), r)
	if err != nil || !a.edit || a.messages[0].Keyboard[1][0].Data != "v:1500.5:SEK:EGP" {
		t.Errorf("the second question: %+v, %v", a, err)
	}
}

// Buttons that this bot did not write are told, whatever they hold.
func TestMoneyButtonsRefuse(t *testing.T) {
	b := &Bot{}
	r := &request{p: locale.New(locale.RU, nil), now: time.Now()}
	for _, c := range []struct {
		run  func(*Bot, context.Context, *request) (answer, error)
		data []string
	}{
		{(*Bot).convertButton, []string{
			"", "x:USD:KZT", "-1:USD:KZT", "0:USD:KZT", "1e9:USD:KZT", "1:usd:KZT", "1:USD:tenge", "1:USD:GBP-x", "1:USD:-",
			strings.Repeat("9", 41) + ":USD:KZT",
		}},
		{(*Bot).currencies, []string{"*:USD:", "+:usd:", "+::", "::some"}},
		{(*Bot).ratesRefresh, []string{"USD:2026", "USD:20261341", "usd", "USD-", "AAA-BBB-CCC-DDD-EEE-FFF-GGG-HHH-III-JJJ-KKK-LLL-MMM", ":19920101"}},
	} {
		for _, data := range c.data {
			r.data = strings.Split(data, ":")
			if _, err := c.run(b, t.Context(), r); !errors.As(err, &badData{}) {
				t.Errorf("%q: %v", data, err)
			}
		}
	}
}

// Every button of a conversion fits into Telegram's 64 bytes.
func TestConvertKeyboardFits(t *testing.T) {
	r := &request{p: locale.New(locale.EN, nil)}
	for _, amount := range []string{"1", "123456789012345678901234567890.12345678", strings.Repeat("9", 41)} {
		for _, row := range convertKeyboard(r, decimal.RequireFromString(amount), "USD", []string{"EUR"}, false) {
			for _, button := range row {
				if len(button.Data) > 64 {
					t.Errorf("%q: %d bytes", button.Data, len(button.Data))
				}
			}
		}
	}
	var none [][]outbox.Button
	if got := convertKeyboard(r, decimal.New(1, 60), "USD", []string{"EUR"}, false); len(got) != len(none) {
		t.Errorf("buttons that cannot be read: %v", got)
	}
}
