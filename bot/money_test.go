package bot

import (
	"context"
	"errors"
	"fmt"
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
	twoWays := b.whichCurrency(r, &rates.AmbiguousError{
		Amount: decimal.NewFromInt(1500), OtherAmount: decimal.RequireFromString("1.5"), Word: "крон", Codes: []string{"SEK", "NOK"}, From: true, Other: "EUR",
	})
	if row := twoWays.Keyboard[1]; len(row) != 2 || row[0].Data != "v:1500:NOK:EUR" || row[1].Data != "v:1.5:NOK:EUR" || !strings.HasPrefix(row[1].Text, "1,5") {
		t.Errorf("an amount that may be two: %v", twoWays.Keyboard)
	}
	r.data = strings.Split("1500.5:SEK:GBP-EGP", ":")
	a, err := b.convertButton(t.Context(), r)
	if err != nil || !a.edit || a.messages[0].Keyboard[1][0].Data != "v:1500.5:SEK:EGP" {
		t.Errorf("the second question: %+v, %v", a, err)
	}
}

func TestParseAlert(t *testing.T) {
	for _, c := range []struct{ text, currency, kind, threshold string }{
		{"usd > 520", "usd", "above", "520"},
		{"USD>520", "usd", "above", "520"},
		{"usd >= 520.5", "usd", "above", "520.5"},
		{"usd < 500 тг", "usd", "below", "500"},
		{"> 520 usd", "usd", "above", "520"},
		{"$ > 520", "$", "above", "520"},
		{"$520", "$", "", "520"},
		{"usd 520", "usd", "", "520"},
		{"usd 2%", "usd", "change", "2"},
		{"usd 1,5 %", "usd", "change", "1.5"},
		{"евро выше 600,5 тенге", "евро", "above", "600.5"},
		{"доллар ниже 500₸", "доллар", "below", "500"},
		{"доллар 520-дан жоғары", "доллар", "above", "520"},
		{"еуро 600 теңгеден төмен", "еуро", "below", "600"},
		{"euro above 600", "euro", "above", "600"},
		{"kwd > 1 650", "kwd", "above", "1650"},
		{"kwd > 1\u00a0650", "kwd", "above", "1650"},
		{"usd > 520.", "usd", "above", "520"},
		{"usd 530 теңгеден асса", "usd", "above", "530"},
		{"доллар 530-дан артық", "доллар", "above", "530"},
		{"доллар 530 теңгеге дейін көтерілсе", "доллар", "above", "530"},
		{"usd 500 теңгеге түссе", "usd", "below", "500"},
		{"еуро 600 теңгеден кем болса", "еуро", "below", "600"},
		{"еуро 600-ге төмендесе", "еуро", "below", "600"},
		{"если доллар дороже 530", "доллар", "above", "530"},
		{"доллар поднимется до 530 тенге", "доллар", "above", "530"},
		{"курс доллара упадёт до 500", "доллара", "below", "500"},
		{"евро опустится ниже 600", "евро", "below", "600"},
		{"евро дешевле 600", "евро", "below", "600"},
		{"usd over 520", "usd", "above", "520"},
		{"when usd is under 500", "usd", "below", "500"},
		{"1 usd > 520", "usd", "above", "520"},
		{"100 vnd > 2.1", "vnd", "above", "2.1"},
		{"1 000 вон выше 350", "вон", "above", "350"},
		{"100 uzs 3,5", "uzs", "", "3.5"},
		{"usd поднимется ниже 500", "", "", ""},
		{"0 usd > 520", "", "", ""},
		{"1.5 usd > 520", "", "", ""},
		{"kwd > 1,650", "", "", ""}, // one thousand, or one and a half
		{"kwd > 1.650.000", "", "", ""},
		{"usd > -5", "", "", ""},
		{"usd -5", "", "", ""},
		{"usd > 0", "", "", ""},
		{"usd 0%", "", "", ""},
		{"usd 150%", "", "", ""},
		{"usd > 2%", "", "", ""},
		{"usd выше 500 ниже 520", "", "", ""},
		{"> 520", "", "", ""},
		{"usd", "", "", ""},
		{"", "", "", ""},
		{"usd > 99999999999", "", "", ""},
	} {
		w, ok := parseAlert(c.text, "KZT")
		if ok != (c.currency != "") || ok && (w.currency != c.currency || w.kind != c.kind || w.threshold.String() != c.threshold) {
			t.Errorf("%q: %v %+v", c.text, ok, w)
		}
	}
}

func FuzzParseAlert(f *testing.F) {
	f.Add("usd > 520")
	f.Add("еуро 600 теңгеден төмен")
	f.Fuzz(func(t *testing.T, text string) {
		w, ok := parseAlert(text, "KZT")
		if ok && (!w.threshold.IsPositive() || w.currency == "" || len(alertData("n", "USD", "change", w.threshold)) > 64) {
			t.Errorf("%q: %+v", text, w)
		}
	})
}

func TestAround(t *testing.T) {
	for value, want := range map[string]string{
		"478.77": "[480 482 484] [478 476 474]",
		"520":    "[525 530 535] [515 510 505]",
		"5.68":   "[5.7 5.75 5.8] [5.65 5.6 5.55]",
		"3":      "[3.02 3.04 3.06] [2.98 2.96 2.94]",
		"1650.5": "[1660 1670 1680] [1650 1640 1630]",
		"0.0375": "[0.0376 0.0378 0.038] [0.0374 0.0372 0.037]",
	} {
		above, below := around(decimal.RequireFromString(value))
		if got := fmt.Sprint(above, " ", below); strings.ReplaceAll(got, "]  [", "] [") != want {
			t.Errorf("%s: %s, want %s", value, got, want)
		}
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
		{(*Bot).alertButton, []string{
			"a", "a:usd", "n:USD", "n:USD:above:x", "n:USD:above:-1", "n:USD:above:0", "n:USD:above:1e5", "n:USD:sideways:5", "x:USD:above", "z:USD:above:5",
		}},
		{(*Bot).currencies, []string{"*:USD:", "+:usd:", "+::", "::some"}},
		{(*Bot).ratesRefresh, []string{"USD:2026", "USD:20261341", "usd", "USD-", "AAA-BBB-CCC-DDD-EEE-FFF-GGG-HHH-III-JJJ-KKK-LLL-MMM", ":18991231"}},
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
