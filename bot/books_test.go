package bot_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsbot/internal/emulator"
	"newsbot/internal/locale"
	"newsbot/internal/rates"
)

var moscow = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Moscow")
	if err != nil {
		panic(err)
	}
	return zone
}()

func bookOf(t *testing.T, issuer, base string) rates.Book {
	t.Helper()
	book, err := rates.NewBook(issuer, base)
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// roubles is a list of the Bank of Russia's, without days off as that bank has them.
func roubles(n int, usd, eur string) rates.Day {
	return day(november(n), [4]string{"USD", "1", usd, "0"}, [4]string{"EUR", "1", eur, "0"}, [4]string{"CNY", "1", "11.2345", "0"},
		[4]string{"KZT", "100", "15.2", "0"}, [4]string{"UZS", "10000", "67.5", "0"})
}

// keeper keeps screens as golden files, and refuses those that speak of what
// this bot does not show. Their names follow prefix, which is in testdata.
func keeper(t *testing.T, prefix string, never ...string) func(name string, m emulator.Message) {
	return func(name string, m emulator.Message) {
		t.Helper()
		if strings.Contains(m.Text, "⟦") || strings.Contains(m.Text, "<no value>") {
			t.Errorf("%s: something is missing:\n%s", name, m.Text)
		}
		for _, word := range never {
			if strings.Contains(m.Text, word) {
				t.Errorf("%s speaks of %s:\n%s", name, word, m.Text)
			}
		}
		golden(t, filepath.Join("testdata", prefix+name+".golden"), show(m))
	}
}

// A bot for Russia is one by its settings: everything counts in roubles and
// names the bank that it is from.
func TestBookOfRussia(t *testing.T) {
	for _, l := range locale.All() {
		t.Run(string(l), func(t *testing.T) {
			board := rates.Board{Book: bookOf(t, rates.CBR, "")}
			d := openBoard(t, string(l), board, moscow)
			ask := func(text string) emulator.Message { t.Helper(); return d.ask(reader, reader, text) }
			keep := keeper(t, "books/russia/"+string(l)+"/", "₸", "Нацбанк", "Ұлттық Банк", "National Bank")
			for n, v := range map[int][2]string{17: {"80.5", "93.1"}, 18: {"80.9", "93.4"}, 19: {"81.2345", "93.9"}, 20: {"81", "94.05"}, 21: {"81.1234", "94.2"}} {
				d.must(d.db.Rates(board.Book).Save(d.ctx(), d.clock(), roubles(n, v[0], v[1])))
			}
			d.set(time.Date(2026, time.November, 20, 18, 0, 0, 0, moscow))
			keep("start", ask("/start"))
			keep("help", ask("/help"))
			keep("rates", ask("/rates"))
			d.set(time.Date(2026, time.November, 22, 12, 0, 0, 0, moscow))
			sunday := ask("/rates")
			keep("sunday", sunday)
			keep("sunday_alone", ask("/rates usd 22.11.2026"))
			keep("tenge", ask("/rates тенге"))
			keep("base_alone", ask("/rates rub"))
			currencies, _, _ := d.press(reader, sunday, "⚙️")
			keep("currencies", currencies)
			keep("future", ask("/rates 24.12.2026"))
			keep("convert_how", ask("/convert"))
			keep("convert", ask("100 usd"))
			keep("convert_base", ask("5000 руб в евро"))
			keep("convert_cross", ask("100 usd eur"))
			keep("convert_list", ask("5000 ₽"))
			keep("alerts", ask("/alert"))
			keep("alert", ask("/alert usd > 85 руб"))
			keep("alert_base", ask("/alert rub 2%"))
			keep("digest", d.preview()) // Sunday, with Saturday's rates
			_, made, _ := d.press(reader, ask("/rates"), "📈")
			if len(made) != 1 || made[0].Photo == nil {
				t.Fatalf("no chart: %+v", made)
			}
			keep("chart", made[0])
		})
	}
}

// Rates in a currency that the bank does not count in are called computed, and
// show no more digits than anybody lists.
func TestBookComputed(t *testing.T) {
	for _, l := range locale.All() {
		t.Run(string(l), func(t *testing.T) {
			board := rates.Board{Book: bookOf(t, rates.CBR, "UZS")}
			d := openBoard(t, string(l), board, moscow)
			ask := func(text string) emulator.Message { t.Helper(); return d.ask(reader, reader, text) }
			keep := keeper(t, "books/sums/"+string(l)+"/", "₸", "₽", "Нацбанк", "Ұлттық Банк", "National Bank")
			for n, v := range map[int][2]string{18: {"80.9", "93.4"}, 19: {"81.2345", "93.9"}, 20: {"81", "94.05"}} {
				crossed, err := rates.Cross(roubles(n, v[0], v[1]), "RUB", "UZS")
				d.must(err)
				d.must(d.db.Rates(board.Book).Save(d.ctx(), d.clock(), crossed))
			}
			d.set(time.Date(2026, time.November, 20, 12, 0, 0, 0, moscow))
			screen := ask("/rates")
			keep("rates", screen)
			keep("convert", ask("100 usd"))
			keep("convert_base", ask("1 млн сум в рублях"))
			keep("alert", ask("/alert usd > 12500"))
			keep("digest", d.preview())
			_, made, _ := d.press(reader, screen, "📈")
			if len(made) != 1 || made[0].Photo == nil {
				t.Fatalf("no chart: %+v", made)
			}
			keep("chart", made[0])
		})
	}
}

// While the bank is silent another's rates stand beside its own, under their
// own name; before, after and anywhere else nothing of them is seen.
func TestFallbackIsShownAsSuch(t *testing.T) {
	for _, l := range locale.All() {
		t.Run(string(l), func(t *testing.T) {
			other := bookOf(t, rates.CBR, "KZT")
			board := rates.Board{Fallback: &other}
			d := openBoard(t, string(l), board, almaty)
			ask := func(text string) emulator.Message { t.Helper(); return d.ask(reader, reader, text) }
			keep := keeper(t, "books/fallback/"+string(l)+"/")
			at := func(day, hour, minute int) { d.set(time.Date(2026, time.November, day, hour, minute, 0, 0, almaty)) }
			name := map[locale.Language]string{locale.KK: "Ресей Банкі", locale.RU: "Банка России", locale.EN: "Bank of Russia"}[l]
			d.seedBoard(24)
			for n, v := range map[int][2]string{24: {"80.9", "93.4"}, 25: {"81.2345", "93.9"}} {
				crossed, err := rates.Cross(roubles(n, v[0], v[1]), "RUB", "KZT")
				d.must(err)
				d.must(d.db.Rates(other).Save(d.ctx(), d.clock(), crossed))
			}
			at(24, 15, 40)
			d.must(d.db.BankFailed(d.ctx(), d.clock(), rates.NBK, rates.Unreachable))
			at(24, 20, 0)
			lacks(t, ask("/rates").Text, name) // today's list is there
			at(25, 8, 0)
			keep("rates", ask("/rates"))
			keep("convert", ask("100 usd"))
			keep("convert_list", ask("5000 тг"))
			keep("digest", d.preview())
			lacks(t, ask("/rates 23.11.2026").Text+ask("/rates usd 24.11.2026").Text, name)
			lacks(t, ask("/alert usd > 520").Text, name)
			_, made, _ := d.press(reader, ask("/rates"), "📈")
			if len(made) == 1 {
				lacks(t, made[0].Text+made[0].Caption, name)
			}
			d.must(d.db.BankAnswered(d.ctx(), d.clock(), rates.NBK))
			lacks(t, ask("/rates").Text+ask("100 usd").Text+d.preview().Text, name)

			// Silent for an hour is not silent yet.
			d.must(d.db.BankFailed(d.ctx(), d.clock(), rates.NBK, rates.Unreachable))
			d.pass(time.Hour)
			lacks(t, ask("/rates").Text, name)
		})
	}
}

// A bank that never gave a list leaves the fallback's to read, and no more.
func TestFallbackAlone(t *testing.T) {
	other := bookOf(t, rates.CBR, "KZT")
	d := openBoard(t, "ru", rates.Board{Fallback: &other}, almaty)
	crossed, err := rates.Cross(roubles(25, "81", "94"), "RUB", "KZT")
	d.must(err)
	d.must(d.db.Rates(other).Save(d.ctx(), d.clock(), crossed))
	d.set(time.Date(2026, time.November, 25, 8, 0, 0, 0, almaty))
	d.must(d.db.BankFailed(d.ctx(), d.clock().Add(-4*time.Hour), rates.NBK, rates.Certificate))
	text := d.ask(reader, reader, "/rates").Text
	contains(t, text, "Курсы пока не получены")
	contains(t, text, "по курсам Банка России на 25 ноября 2026 г. (расчёт, не официальный курс)")
	contains(t, text, "USD — 532,8947 ₸")
	text = d.ask(reader, reader, "100 usd").Text
	contains(t, text, "Расчёт по курсам Банка России")
	lacks(t, text, "Нацбанк")
}

// preview is the reader's digest as it would be now.
func (d *desk) preview() emulator.Message {
	d.t.Helper()
	_, made, _ := d.press(reader, d.ask(reader, reader, "/digest"), "👁")
	if len(made) == 0 {
		d.t.Fatal("no preview")
	}
	return made[0]
}

// A bank's day off has the rates of the last list before it: by its rule for
// weekends, and by its own word. A list that was not got is another matter.
func TestDaysOff(t *testing.T) {
	for _, l := range locale.All() {
		t.Run(string(l), func(t *testing.T) {
			board := rates.Board{Book: bookOf(t, rates.CBR, "")}
			d := openBoard(t, string(l), board, moscow)
			keep := keeper(t, "books/russia/"+string(l)+"/", "₸", "Нацбанк", "Ұлттық Банк", "National Bank")
			for n, usd := range map[int]string{20: "81", 21: "81.1234", 27: "81.5"} {
				d.must(d.db.Rates(board.Book).Save(d.ctx(), d.clock(), roubles(n, usd, "94.2")))
			}
			d.set(time.Date(2026, time.November, 27, 12, 0, 0, 0, moscow))
			keep("day_off", d.ask(reader, reader, "/rates usd 23.11.2026")) // Monday
			keep("not_got", d.ask(reader, reader, "/rates usd 25.11.2026"))
			for n := 22; n <= 25; n++ {
				d.must(d.db.Rates(board.Book).SaveNone(d.ctx(), d.clock(), november(n)))
			}
			keep("holiday", d.ask(reader, reader, "/rates usd 25.11.2026"))
			keep("after_holiday_not_got", d.ask(reader, reader, "/rates usd 26.11.2026"))
		})
	}
}

// A fallback that has nothing newer than the bank itself is not shown.
func TestFallbackWithNothingNewer(t *testing.T) {
	other := bookOf(t, rates.CBR, "KZT")
	d := openBoard(t, "ru", rates.Board{Fallback: &other}, almaty)
	d.seedBoard(24)
	crossed, err := rates.Cross(roubles(24, "80.9", "93.4"), "RUB", "KZT")
	d.must(err)
	d.must(d.db.Rates(other).Save(d.ctx(), d.clock(), crossed))
	d.must(d.db.BankFailed(d.ctx(), time.Date(2026, time.November, 24, 15, 40, 0, 0, almaty), rates.NBK, rates.Unreachable))
	d.set(time.Date(2026, time.November, 25, 8, 0, 0, 0, almaty))
	text := d.ask(reader, reader, "/rates").Text + d.ask(reader, reader, "100 usd").Text + d.preview().Text
	contains(t, text, "Нацбанк не отвечает")
	lacks(t, text, "Банка России")
}
