package locale

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"
)

// A message says whose rates it tells of, and calls computed ones by no other name.
func TestOf(t *testing.T) {
	russia := bank{id: "cbr", base: "RUB"}
	sums := bank{"cbr", "UZS", true}
	for _, c := range []struct {
		lang Language
		bank bank
		key  string
		want string
	}{
		{RU, bank{"nbk", "KZT", false}, "rates.source", "Источник: Национальный Банк Казахстана"},
		{KK, russia, "rates.title", "Ресей Банкінің бағамдары"},
		{RU, russia, "rates.title", "Курсы Банка России"},
		{EN, russia, "command.rates", "The Bank of Russia’s official rates"},
		{EN, sums, "command.rates", "Exchange rates from the Bank of Russia’s data"},
		{RU, sums, "rates.title", "Курсы в UZS по данным Банка России"},
		{KK, sums, "rates.source", "Дереккөз: Ресей Банкі. UZS валютасына есептелген, ресми бағам емес."},
	} {
		if got := New(c.lang, nil).Of(c.bank.id, c.bank.base, c.bank.computed).T(c.key); got != c.want {
			t.Errorf("%s %+v %s: %q, want %q", c.lang, c.bank, c.key, got, c.want)
		}
	}
}

// What is said of computed rates has a twin that it is said instead of, and
// does not call them official.
func TestTwins(t *testing.T) {
	official := map[Language]string{KK: "ресми", RU: "официальн", EN: "official"}
	for _, l := range All() {
		p := New(l, nil).Of("cbr", "UZS", true)
		for key := range load().keys[l] {
			name, twin := strings.CutSuffix(key, computed)
			if twin && !Has(name) {
				t.Errorf("%s: %s has no message that it could stand for", l, key)
			}
			text := strings.ToLower(p.T(key))
			denied := strings.Contains(text, "не официальный") || strings.Contains(text, "ресми бағам емес") || strings.Contains(text, "not an official") || strings.Contains(text, "not official") || strings.Contains(text, "неофициальн") || strings.Contains(text, "ресми емес")
			if strings.Contains(text, official[l]) && !denied {
				t.Errorf("%s: %s calls computed rates official: %s", l, key, text)
			}
		}
	}
}

func TestChange(t *testing.T) {
	for _, c := range []struct {
		name            string
		lang            Language
		computed        bool
		change, percent string
		want            string
	}{
		{"dearer", RU, false, "2.44", "0.51", "▲\u00a02,44 (+0,51\u00a0%)"},
		{"cheaper", KK, false, "-2.4", "-0.50", "▼\u00a02,40 (-0,50%)"},
		{"no per cent that can be seen", EN, false, "0.01", "0.00", "▲\u00a00.01"},
		{"nothing", RU, false, "0", "0", ""},
		{"less than the last digit that is shown", RU, true, "0.0000000001234", "0.01", "▲\u00a00,0000000001234 (+0,01\u00a0%)"},
	} {
		p := New(c.lang, nil).Of("cbr", "KZT", c.computed)
		if got := p.Change(decimal.RequireFromString(c.change), decimal.RequireFromString(c.percent)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestPrice(t *testing.T) {
	for _, c := range []struct {
		lang Language
		bank bank
		in   string
		want string
	}{
		{RU, bank{id: "cbr", base: "RUB"}, "81.1", "81,10 ₽"},
		{EN, bank{id: "cbr", base: "RUB"}, "-81.1234", "-₽81.1234"},
		{KK, bank{"cbr", "UZS", true}, "12196.96969697", "12 196,9697 UZS"},
		{EN, bank{"cbr", "UZS", true}, "1.5", "1.50 UZS"},
		{RU, bank{"nbk", "USD", true}, "0.00208868", "0,002089 $"},
		{RU, bank{"nbk", "KZT", false}, "0.00208868", "0,00208868 ₸"}, // as listed
	} {
		if got := strings.ReplaceAll(New(c.lang, nil).Of(c.bank.id, c.bank.base, c.bank.computed).Price(c.in), nbsp, " "); got != c.want {
			t.Errorf("%s %s in %s: %q, want %q", c.lang, c.in, c.bank.base, got, c.want)
		}
	}
	p := New(RU, nil).Of("cbr", "RUB", false)
	if got := p.Amount("5000", "RUB") + " " + p.Amount("12.5", "KZT"); strings.ReplaceAll(got, nbsp, " ") != "5 000 ₽ 12,5 KZT" {
		t.Errorf("amounts: %q", got)
	}
}
