package bot_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"newsbot/internal/emulator"
	"newsbot/internal/locale"
	"newsbot/internal/rates"
)

// november is a date of 2026, as lists are dated.
func november(n int) time.Time { return time.Date(2026, time.November, n, 0, 0, 0, 0, time.UTC) }

// seedBoard stores lists from Wednesday 18 November to the given one: Friday's
// session makes Saturday's rates, which stand until Monday. From the 19th on
// dongs are listed by the thousand, before by the hundred.
func (d *desk) seedBoard(until int) {
	d.t.Helper()
	for n, v := range map[int][3]string{
		18: {"530", "615.2", "2.05"}, 19: {"531.12", "615.2", "20.5"}, 20: {"529.4", "612", "20.6"},
		21: {"533.08", "618.9", "20.75"}, 22: {"533.08", "618.9", "20.75"}, 23: {"533.08", "618.9", "20.75"}, 24: {"534.55", "617.35", "20.75"},
	} {
		if n > until {
			continue
		}
		dongs := "1000"
		if n == 18 {
			dongs = "100"
		}
		d.must(d.db.Rates(rates.Book{}).Save(d.ctx(), time.Date(2026, time.November, n-1, 16, 5, 0, 0, almaty), day(november(n),
			[4]string{"USD", "1", v[0], "0"}, [4]string{"EUR", "1", v[1], "0"}, [4]string{"VND", dongs, v[2], "0"},
			[4]string{"RUB", "1", "6.6", "0"}, [4]string{"CNY", "1", "75.1", "0"}, [4]string{"KGS", "1", "6.1", "0"})))
	}
}

// What tomorrow's list lacks has no value for tomorrow, and the list is not called
// the same as today's.
func TestTomorrowWithoutACurrency(t *testing.T) {
	d := open(t, "en")
	d.set(time.Date(2026, time.November, 20, 17, 0, 0, 0, almaty))
	save := func(n int, list ...[4]string) {
		t.Helper()
		d.must(d.db.Rates(rates.Book{}).Save(d.ctx(), d.clock(), day(november(n), list...)))
	}
	save(19, [4]string{"USD", "1", "529", "0"}, [4]string{"EUR", "1", "610", "0"}, [4]string{"HRK", "1", "80", "0"})
	save(20, [4]string{"USD", "1", "530", "0"}, [4]string{"EUR", "1", "610", "0"})
	save(21, [4]string{"EUR", "1", "610", "0"})
	text := d.ask(reader, reader, "/rates usd eur").Text
	_, tomorrow, ok := strings.Cut(text, "November 21")
	if !ok || !strings.Contains(tomorrow, "USD — no data") || !strings.Contains(tomorrow, "EUR — ₸610.00") || strings.Contains(text, "the same") {
		t.Errorf("tomorrow's list has no dollar:\n%s", text)
	}
	if text := d.ask(reader, reader, "/rates eur").Text; !strings.Contains(text, "November 21") || strings.Contains(text, "no data") {
		t.Errorf("the euro alone:\n%s", text)
	}
	// What is not listed any more for days is no part of tomorrow.
	save(21, [4]string{"USD", "1", "531", "0"}, [4]string{"EUR", "1", "611", "0"})
	save(22, [4]string{"USD", "1", "532", "0"}, [4]string{"EUR", "1", "612", "0"})
	d.set(time.Date(2026, time.November, 21, 17, 0, 0, 0, almaty))
	if text := d.ask(reader, reader, "/rates usd hrk").Text; !strings.Contains(text, "November 22") || strings.Contains(text, "no data") {
		t.Errorf("a currency that is dropped:\n%s", text)
	}
}

// TestRatesScreens plays a week of rates through, in every language.
func TestRatesScreens(t *testing.T) {
	for _, l := range locale.All() {
		t.Run(string(l), func(t *testing.T) {
			d := open(t, string(l))
			at := func(day, hour, minute int) { d.set(time.Date(2026, time.November, day, hour, minute, 0, 0, almaty)) }
			keep := keeper(t, "rates/"+string(l)+"/")
			ask := func(text string) emulator.Message { t.Helper(); return d.ask(reader, reader, text) }

			d.seedBoard(20)
			at(20, 12, 0)
			keep("friday", ask("/rates"))
			keep("redenominated", ask("/rates vnd 19.11.2026")) // by the hundred the day before
			keep("tomorrow_is_not_out", ask("/rates usd tomorrow"))
			d.seedBoard(21)
			at(20, 16, 10)
			keep("tomorrow_is_out", ask("/rates"))
			keep("tomorrow_alone", ask("/rates usd tomorrow"))
			at(21, 11, 0)
			keep("saturday", ask("/rates"))
			d.seedBoard(22)
			at(21, 17, 0)
			keep("saturday_evening", ask("/rates usd"))
			d.seedBoard(23)
			at(23, 9, 0)
			keep("monday", ask("/rates eur"))
			at(24, 10, 0)
			d.seedBoard(24)
			keep("tuesday", ask("/rates usd"))
			d.must(d.db.BankAnswered(d.ctx(), d.clock(), rates.NBK))
			at(25, 8, 30)
			keep("nothing_newer", ask("/rates usd"))
			at(25, 9, 20)
			d.must(d.db.BankFailed(d.ctx(), time.Date(2026, time.November, 24, 14, 5, 0, 0, almaty), rates.NBK, rates.Unreachable))
			keep("silent_since_yesterday", ask("/rates usd"))
			at(24, 16, 0)
			d.must(d.db.BankAnswered(d.ctx(), d.clock(), rates.NBK))
			at(25, 9, 0)
			d.must(d.db.BankFailed(d.ctx(), d.clock(), rates.NBK, rates.NotAList))
			at(25, 9, 20)
			keep("no_list_since_today", ask("/rates usd"))
			at(24, 16, 0)
			d.must(d.db.BankAnswered(d.ctx(), d.clock(), rates.NBK))
			at(24, 16, 35)
			d.must(d.db.BankFailed(d.ctx(), d.clock(), rates.NBK, rates.Unreachable))
			d.set(time.Date(2026, time.December, 1, 10, 0, 0, 0, almaty))
			keep("source_down_for_a_week", ask("/rates usd eur"))
			keep("source_down_for_a_week_convert", ask("100 usd"))
			keep("source_down_for_a_week_tomorrow", ask("/rates tomorrow"))
			history := ask("/rates 20.11.2026")
			keep("history", history)
			before, _, _ := d.press(reader, history, "←")
			keep("history_before", before)
			keep("history_gap", ask("/rates usd 28.11"))
			keep("history_too_early", ask("/rates 01.04.2020"))
			keep("not_out_yet", ask("/rates 24.12.2026"))

			m := ask("/rates")
			m, _, _ = d.press(reader, m, "⚙️")
			keep("currencies", m)
			all, _, _ := d.pressData(reader, m, "k:::all")
			keep("currencies_all", all)
			m, _, _ = d.press(reader, all, "KGS")
			m, _, _ = d.press(reader, m, "✓ EUR")
			keep("currencies_changed", m)
			m, _, _ = d.press(reader, m, "←")
			keep("own_list", m)
		})
	}
}

// Independence Day is a Wednesday: nobody trades, and Tuesday's session makes the
// rates of Wednesday and of Thursday. On the holiday the bank's list for Thursday
// says the same again, and on Thursday the screen says since when.
func TestRatesHoliday(t *testing.T) {
	for _, l := range locale.All() {
		t.Run(string(l), func(t *testing.T) {
			d := open(t, string(l))
			keep := func(name string) {
				t.Helper()
				m := d.ask(reader, reader, "/rates usd kgs")
				golden(t, filepath.Join("testdata", "rates", string(l), "holiday_"+name+".golden"), show(m))
			}
			december := func(n, hour int, usd, kgs, kgsNominal string) {
				d.set(time.Date(2026, time.December, n, hour, 0, 0, 0, almaty))
				next := n
				if hour > 15 {
					next++
				}
				d.must(d.db.Rates(rates.Book{}).Save(d.ctx(), d.clock(), day(time.Date(2026, time.December, next, 0, 0, 0, 0, time.UTC),
					[4]string{"USD", "1", usd, "0"}, [4]string{"KGS", kgsNominal, kgs, "0"})))
			}
			december(15, 9, "530.1", "6.05", "1")
			december(15, 16, "531.4", "6.07", "1")
			d.pass(16 * time.Hour)
			keep("itself")
			december(16, 16, "531.4", "6.07", "1")
			keep("evening")
			d.pass(16 * time.Hour)
			keep("day_after")
			december(17, 16, "529.9", "60.6", "10") // soms are listed by ten from now on
			keep("trade_again")
			d.pass(16 * time.Hour)
			keep("over")
		})
	}
}

// A chat keeps its own list; it cannot be emptied and does not grow for ever.
func TestOwnCurrencies(t *testing.T) {
	d := open(t, "ru")
	d.seedRates()
	screen, _, _ := d.press(reader, d.ask(reader, reader, "/rates"), "⚙️")
	list := func() []string {
		c, err := d.db.Chat(d.ctx(), reader)
		d.must(err)
		return c.Currencies
	}
	press := func(label string) (toast string) {
		m, _, a := d.press(reader, screen, label)
		screen = m
		return a.Text
	}
	press("✓ USD")
	press("✓ EUR")
	press("✓ RUB")
	contains(t, press("✓ CNY"), "хотя бы одна")
	if got := list(); !slices.Equal(got, []string{"CNY"}) {
		t.Errorf("list %v", got)
	}
	_, digests, _ := d.press(reader, d.ask(reader, reader, "/digest"), "👁")
	contains(t, digests[0].Text, "CNY — 65,60 ₸")
	lacks(t, digests[0].Text, "USD")
	toast := ""
	for _, code := range []string{"USD", "EUR", "RUB", "GBP", "KGS", "UZS", "TRY", "AED", "GEL", "JPY", "KRW", "CHF"} {
		toast = press(code)
	}
	contains(t, toast, "Больше 12 валют")
	if got := list(); len(got) != 12 || got[11] != "KRW" {
		t.Errorf("list %v", got)
	}
	// The usual list is none of its own.
	for _, code := range list() {
		if !slices.Contains([]string{"USD", "EUR", "RUB"}, code) {
			press("✓ " + code)
		}
	}
	press("CNY")
	if got := list(); got != nil {
		t.Errorf("list %v", got)
	}
}

// In a group only its admins change what all see.
func TestGroupCurrencies(t *testing.T) {
	d := open(t, "ru")
	d.seedRates()
	screen := d.ask(other, group, "/rates@newsbot")
	_, _, a := d.press(other, screen, "⚙️")
	contains(t, a.Text, "администратор")
	screen, _, _ = d.press(reader, screen, "⚙️") // the group's creator
	_, _, a = d.press(other, screen, "GBP")
	contains(t, a.Text, "администратор")
	d.press(reader, screen, "GBP")
	contains(t, d.ask(other, group, "/rates@newsbot").Text, "GBP")
}

// Dates are read as the bot writes them, days that no calendar has are said to be
// such, and there is no rate of what rates are in.
func TestRatesOfTypedDays(t *testing.T) {
	for l, want := range map[string]struct{ dates, noDay, early, base string }{
		"kk": {"20 қараша 2026;2026 ж. 20 қараша", "Күнтізбеде мұндай күн жоқ: 31.02.2026.", "ең ертесі: 2026 ж. 18 қараша.", "Бағамдар теңгемен берілген, сондықтан теңгенің өз бағамы болмайды."},
		"ru": {"20 ноября;20 ноября 2026 г.", "Такого дня в календаре нет: 31.02.2026.", "18 ноября 2026 г.", "Курсы и так даны в тенге: собственного курса у тенге нет."},
		"en": {"November 20, 2026;November 20", "There is no such day in the calendar: 31.02.2026.", "November 18, 2026", "Rates are given in tenge, so there is none of the tenge itself."},
	} {
		t.Run(l, func(t *testing.T) {
			d := open(t, l)
			d.set(time.Date(2026, time.November, 23, 9, 0, 0, 0, almaty))
			d.seedBoard(23)
			says := func(text, part string) {
				t.Helper()
				if got := strings.ReplaceAll(d.ask(reader, reader, text).Text, "\u00a0", " "); !strings.Contains(got, part) {
					t.Errorf("%s: %q is not in:\n%s", text, part, got)
				}
			}
			for date := range strings.SplitSeq(want.dates, ";") {
				says("/rates usd "+date, map[string]string{"kk": "529,40 ₸", "ru": "529,40 ₸", "en": "₸529.40"}[l])
			}
			says("/rates 31.02.2026", want.noDay)
			says("/rates 01.01.1990", want.early)
			says("/rates kzt", want.base)
			says("/alert kzt > 1", want.base)
			says("/alert kzt", want.base)
		})
	}
}

// The words for the currency of a book are that currency's.
func TestNoRateOfAnotherBase(t *testing.T) {
	for base, want := range map[string][3]string{
		"RUB": {"Бағамдар рубльмен берілген, сондықтан рубльдің өз бағамы болмайды.", "Курсы и так даны в рублях: собственного курса у рубля нет.", "Rates are given in rubles, so there is none of the ruble itself."},
		"UZS": {"Бағамдар UZS валютасымен берілген, сондықтан UZS валютасының өз бағамы болмайды.", "Курсы и так даны в валюте UZS: собственного курса у UZS нет.", "Rates are given in UZS, so there is none of UZS itself."},
	} {
		for i, l := range []locale.Language{locale.KK, locale.RU, locale.EN} {
			if got := locale.New(l, nil).Of("cbr", base, base != "RUB").T("rates.base"); got != want[i] {
				t.Errorf("%s: %q, want %q", l, got, want[i])
			}
		}
	}
}
