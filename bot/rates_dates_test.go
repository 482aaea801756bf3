package bot_test

import (
	"strings"
	"testing"
	"time"

	"newsbot/internal/rates"
)

// What the bank that stands in has not listed for long is not shown under the
// date of its last list.
func TestFallbackShowsNoOlderRates(t *testing.T) {
	other := bookOf(t, rates.CBR, "KZT")
	d := openBoard(t, "ru", rates.Board{Fallback: &other}, almaty)
	d.seedBoard(24)
	d.must(d.db.Rates(other).Save(d.ctx(), d.clock(), day(november(10), [4]string{"VND", "1000", "19.5", "0"}, [4]string{"USD", "1", "520", "0"})))
	d.must(d.db.Rates(other).Save(d.ctx(), d.clock(), day(november(25), [4]string{"USD", "1", "536", "0"})))
	d.must(d.db.BankFailed(d.ctx(), time.Date(2026, time.November, 24, 15, 40, 0, 0, almaty), rates.NBK, rates.Unreachable))
	d.set(time.Date(2026, time.November, 25, 8, 0, 0, 0, almaty))
	d.ask(reader, reader, "/start")
	d.must(d.db.SetCurrencies(d.ctx(), reader, []string{"USD", "VND"}))

	list := d.ask(reader, reader, "53600 тг").Text
	contains(t, list, "VND", "по курсам Банка России", "25 ноября", "100,00 USD")
	lacks(t, list, "717,95") // by the rate of 10 November
	for _, text := range []string{"1000 vnd", "100 usd vnd", "/rates vnd"} {
		m := d.ask(reader, reader, text).Text
		contains(t, m, "24 ноября")
		lacks(t, m, "Банка России", "25 ноября")
	}
}

// A rate of another year than the list's is told with its year, wherever it stands.
func TestRatesOfAnotherYear(t *testing.T) {
	other := bookOf(t, rates.CBR, "KZT")
	d := openBoard(t, "ru", rates.Board{Fallback: &other}, almaty)
	d.seedBoard(24)
	old := time.Date(2024, time.November, 24, 0, 0, 0, 0, time.UTC)
	lari := [4]string{"GEL", "1", "183.5", "0"}
	d.must(d.db.Rates(rates.Book{}).Save(d.ctx(), d.clock(), day(old, lari)))
	d.must(d.db.Rates(other).Save(d.ctx(), d.clock(), day(old, lari)))
	d.must(d.db.Rates(other).Save(d.ctx(), d.clock(), day(november(25), [4]string{"USD", "1", "536", "0"})))
	d.set(time.Date(2026, time.November, 24, 12, 0, 0, 0, almaty))
	for _, text := range []string{"/rates usd gel", "10 gel usd"} {
		contains(t, d.ask(reader, reader, text).Text, "24 ноября 2026 г.", "(на 24 ноября 2024 г.)")
	}
	d.must(d.db.BankFailed(d.ctx(), d.clock(), rates.NBK, rates.Unreachable))
	d.set(time.Date(2026, time.November, 25, 8, 0, 0, 0, almaty))
	_, meanwhile, _ := strings.Cut(d.ask(reader, reader, "/rates usd gel").Text, "Тем временем")
	contains(t, meanwhile, "GEL — 183,50 ₸ (на 24 ноября 2024 г.)")
}

// What an alert begins from is told with its date: in the evening it is tomorrow's rate.
func TestAlertSaysOfWhichDayItsRateIs(t *testing.T) {
	d := open(t, "ru")
	d.seedBoard(21)
	d.set(time.Date(2026, time.November, 20, 17, 0, 0, 0, almaty))
	for _, text := range []string{"/alert usd", "/alert usd > 540", "/alert usd > 5400"} {
		contains(t, d.ask(reader, reader, text).Text, "Курс на 21 ноября: USD — 533,08 ₸.")
	}
	d.set(time.Date(2027, time.January, 8, 17, 0, 0, 0, almaty))
	contains(t, d.ask(reader, reader, "/alert usd").Text, "Курс на 21 ноября 2026 г.: USD — 533,08 ₸.")
}

// The earliest rates are those of the currencies that were asked for.
func TestEarliestRatesAreOfWhatWasAsked(t *testing.T) {
	d := open(t, "en")
	d.seedBoard(24)
	d.must(d.db.Rates(rates.Book{}).Save(d.ctx(), d.clock(), day(november(22), [4]string{"GEL", "1", "183.5", "0"})))
	d.must(d.db.Rates(bookOf(t, rates.CBR, "")).Save(d.ctx(), d.clock(), day(november(10), [4]string{"GEL", "1", "30", "0"})))
	d.set(time.Date(2026, time.November, 24, 12, 0, 0, 0, almaty))
	contains(t, d.ask(reader, reader, "/rates gel 20.11.2026").Text, "no rates for November 20, 2026. The earliest of GEL are for November 22, 2026.")
	contains(t, d.ask(reader, reader, "/rates gel vnd 10.11.2026").Text, "The earliest of GEL, VND are for November 18, 2026.")
}

// A bank without lists for its days off will publish none for tomorrow when that
// is one: what stands is shown.
func TestTomorrowIsADayOff(t *testing.T) {
	board := rates.Board{Book: bookOf(t, rates.CBR, "")}
	d := openBoard(t, "ru", board, moscow)
	for n, usd := range map[int]string{20: "81", 21: "81.1234"} {
		d.must(d.db.Rates(board.Book).Save(d.ctx(), d.clock(), roubles(n, usd, "94.2")))
	}
	d.set(time.Date(2026, time.November, 21, 12, 0, 0, 0, moscow)) // Saturday
	for _, text := range []string{"/rates usd завтра", "/rates usd 23.11.2026"} {
		contains(t, d.ask(reader, reader, text).Text, "на 21 ноября 2026 г.", "USD — 81,1234 ₽", "На воскресенье и понедельник", "действуют эти")
	}
	contains(t, d.ask(reader, reader, "/rates usd 24.11.2026").Text, "24 ноября 2026 г. ещё нет")
	d.set(time.Date(2026, time.November, 26, 12, 0, 0, 0, moscow)) // nothing came since: that is no day off
	contains(t, d.ask(reader, reader, "/rates usd завтра").Text, "27 ноября 2026 г. ещё нет")
}
