package bot_test

import (
	"strings"
	"testing"
	"time"

	"newsbot/internal/emulator"
	"newsbot/internal/locale"
)

// TestConvertScreens counts money in every language.
func TestConvertScreens(t *testing.T) {
	for _, l := range locale.All() {
		t.Run(string(l), func(t *testing.T) {
			d := open(t, string(l))
			keep := keeper(t, "rates/"+string(l)+"/convert_")
			ask := func(text string) emulator.Message { t.Helper(); return d.ask(reader, reader, text) }
			keep("no_rates", ask("100 usd"))
			d.seedRates()
			d.seedKronas()
			keep("how", ask("/convert"))
			dollars := ask("100 usd")
			keep("to_tenge", dollars)
			turned, _, _ := d.press(reader, dollars, "⇄")
			keep("turned", turned)
			euros, _, _ := d.press(reader, turned, "→ EUR")
			keep("cross", euros)
			keep("tenge_in_all", ask("/convert 5000 kzt"))
			keep("nominal", ask("1000000 uzs usd"))
			keep("other_date", ask("10,5 cny usd")) // the yuan is of the day before
			keep("no_such_rate", ask("5 XOF"))
			which := ask("100 крон в долларах")
			keep("which", which)
			chosen, _, _ := d.press(reader, which, "SEK")
			keep("chosen", chosen)
			keep("only_one_is_listed", ask("100 франков в евро"))
			keep("none_is_listed", ask("5 песо"))
			keep("unknown", ask("100 xyzzy в тенге"))
			keep("words", ask("1,5 млн тенге в долларах"))
			thousands := ask("1.500 usd")
			keep("thousands", thousands)
			keep("thousands_of_which", ask("1.500 крон"))
			contains(t, show(ask("1.500 франков в евро")), "v:1.5:CHF:EUR") // the only francs that are listed
			if got := len(d.inline(reader, "1.500 крон").Results); got != 4 {
				t.Errorf("%d answers inline, want two sums of two currencies", got)
			}
			decimals, _, _ := d.press(reader, thousands, "?")
			keep("decimals", decimals)
			d.pass(72 * time.Hour)
			keep("stale", ask("100 usd"))
		})
	}
}

// In a group it is a command.
func TestConvertInGroup(t *testing.T) {
	d := open(t, "ru")
	d.seedRates()
	contains(t, d.ask(other, group, "/convert@newsbot 100 usd").Text, "47 877,00 ₸")
}

// What an editor writes for a broadcast is not counted.
func TestConvertIsNoBroadcast(t *testing.T) {
	d := open(t, "ru")
	d.seedRates()
	contains(t, d.ask(editor, editor, "100 usd").Text, "47 877,00 ₸")
	d.ask(editor, editor, "/broadcast")
	for _, m := range d.say(editor, editor, "100 usd") {
		lacks(t, m.Text, "₸")
	}
}

// A sum that cannot be counted is answered with why, not with a search for news.
func TestSumsThatCannotBeCounted(t *testing.T) {
	for l, want := range map[string][3]string{
		"kk": {"Сома нөлден үлкен болуы керек.", "Бұл сома тым үлкен. Кішірек санды жазыңыз.", "Бір жолы бір соманы ғана есептей аламын."},
		"ru": {"Сумма должна быть больше нуля.", "Эта сумма слишком велика.", "За один раз я считаю одну сумму."},
		"en": {"The sum must be above zero.", "This sum is too large.", "I count one sum at a time."},
	} {
		t.Run(l, func(t *testing.T) {
			d := open(t, l)
			for text, i := range map[string]int{"0 usd": 0, "-5 usd": 0, "/convert 0 usd": 0, "99999999999999999999999 usd": 1, "100 usd + 50 eur": 2, "/convert 100 usd + 50 eur": 2} {
				if got := d.ask(reader, reader, text).Text; !strings.HasPrefix(got, want[i]) {
					t.Errorf("%q: %q, want %q", text, got, want[i])
				}
			}
		})
	}
}
