package bot

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"newsbot/internal/locale"
	"newsbot/internal/rates"
)

func TestParseCommand(t *testing.T) {
	for _, c := range []struct{ text, name, username, args string }{
		{"/news", "news", "", ""},
		{"  /NEWS  ", "news", "", ""},
		{"/news@NewsBot", "news", "NewsBot", ""},
		{"/rates usd jpy", "rates", "", "usd jpy"},
		{"/rates@newsbot   usd", "rates", "newsbot", "usd"},
		{"/broadcast\nFirst line\n\nsecond", "broadcast", "", "First line\n\nsecond"},
		{"/digest\u00a008:30", "", "", ""},
		{"news", "", "", ""},
		{"/", "", "", ""},
		{"//news", "", "", ""},
		{"/новости", "", "", ""},
		{"/news!", "", "", ""},
		{"/news@", "", "", ""},
		{"see /news", "", "", ""},
		{"/" + strings.Repeat("a", 33), "", "", ""},
		{"", "", "", ""},
	} {
		name, username, args := parseCommand(c.text)
		if name != c.name || username != c.username || args != c.args {
			t.Errorf("%q: %q %q %q, want %q %q %q", c.text, name, username, args, c.name, c.username, c.args)
		}
	}
}

func FuzzParseCommand(f *testing.F) {
	f.Add("/rates@newsbot usd")
	f.Add("/broadcast \xff\n<b>")
	f.Fuzz(func(t *testing.T, text string) {
		name, username, args := parseCommand(text)
		if name == "" && (username != "" || args != "") {
			t.Errorf("%q: no command, but %q %q", text, username, args)
		}
		if name != strings.ToLower(name) || len(name) > 32 || strings.TrimSpace(args) != args {
			t.Errorf("%q: %q %q", text, name, args)
		}
	})
}

// A day without a year is the last there was, or tomorrow, across the year's end
// and in years that lack it.
func TestParseRatesWithoutAYear(t *testing.T) {
	for _, c := range []struct{ today, text, want string }{
		{"2026-12-31", "01.01", "2027-01-01"},
		{"2026-12-30", "01.01", "2026-01-01"},
		{"2027-01-01", "31.12", "2026-12-31"},
		{"2027-01-01", "02.01", "2027-01-02"},
		{"2026-11-23", "29.02", "2024-02-29"},
		{"2026-11-23", "29 февраля", "2024-02-29"},
		{"2028-02-28", "29.02", "2028-02-29"},
		{"2028-02-27", "29.02", "2024-02-29"},
		{"2103-05-01", "29.02", "2096-02-29"},
		{"2026-11-23", "31.04", ""},
		{"2026-11-23", "30.02", ""},
	} {
		today, err := time.Parse(time.DateOnly, c.today)
		if err != nil {
			t.Fatal(err)
		}
		q, bad := parseRates(c.text, "KZT", today)
		got := ""
		if len(bad) == 0 {
			got = q.date.Format(time.DateOnly)
		}
		if got != c.want {
			t.Errorf("%s on %s: %s, want %s (not understood: %q)", c.text, c.today, got, c.want, bad)
		}
	}
}

func TestParseRates(t *testing.T) {
	today := time.Date(2026, time.November, 23, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		text, codes, date, bad string
	}{
		{"", "", "", ""},
		{"eur", "EUR", "", ""},
		{"01.04.2026", "", "2026-04-01", ""},
		{"1.4.26 usd,eur", "USD EUR", "2026-04-01", ""},
		{"usd/eur 2026-04-01", "USD EUR", "2026-04-01", ""},
		{"01/04/2026", "", "2026-04-01", ""},
		{"24.11", "", "2026-11-24", ""}, // tomorrow
		{"25.11", "", "2025-11-25", ""}, // the last one there was
		{"Вчера usd", "USD", "2026-11-22", ""},
		{"ертең", "", "2026-11-24", ""},
		{"today eur", "EUR", "", ""},
		{"23.11.2026", "", "", ""},
		{"31.02.2026", "", "*", "31.02.2026"},
		{"00.13.2026", "", "*", "00.13.2026"},
		{"01.04.1990", "", "1990-04-01", ""},
		{"01.04.1899", "", "", "01.04.1899"},
		{"1 сәуір 2026", "", "2026-04-01", ""},
		{"eur 2026 ж. 1 сәуір", "EUR", "2026-04-01", ""},
		{"1 апреля", "", "2026-04-01", ""},
		{"1 апреля 2026 г. usd, eur", "USD EUR", "2026-04-01", ""},
		{"April 1, 2026", "", "2026-04-01", ""},
		{"April 1 gbp", "GBP", "2026-04-01", ""},
		{"31 апреля 2026", "", "", "31 апреля 2026"},
		{"1 апреля 02.04.2026", "", "2026-04-01", "02.04.2026"},
		{"kzt", "", "", ""},
		{"usd kzt", "USD", "", ""},
		{"01.04.2026 02.04.2026", "", "*", "02.04.2026"},
		{"usd 5.68", "USD", "*", "5.68"},
		{"тенге <b>", "", "", "<b>"},
		{"доллар, евро вчера", "USD EUR", "2026-11-22", ""},
		{"белорусский рубль", "BYN", "", ""},
		{"қытай юані", "CNY", "", ""},
		{"usd крона", "USD", "", "крона"}, // several are called so
	} {
		q, bad := parseRates(c.text, "KZT", today)
		date := ""
		if !q.date.IsZero() {
			date = q.date.Format(time.DateOnly)
		}
		if strings.Join(q.codes, " ") != c.codes || c.date != "*" && date != c.date || strings.Join(bad, " ") != c.bad {
			t.Errorf("%q: %v %q %q", c.text, q.codes, date, bad)
		}
		fits, _ := ratesQuery{codes: q.codes, date: today}.cut()
		if n := len(fits.data()); n > 64 {
			t.Errorf("%q: a button of %d bytes", c.text, n)
		}
	}
}

func FuzzParseRates(f *testing.F) {
	f.Add("usd 31.12.2026")
	f.Add("1/2/3-4 $ вчера")
	today := time.Date(2026, time.November, 23, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		q, bad := parseRates(text, "KZT", today)
		if len(bad) > 0 {
			return
		}
		fits, _ := ratesQuery{codes: q.codes, date: today}.cut()
		if n := len(fits.data()); n > 64 {
			t.Errorf("%q: a button of %d bytes", text, n)
		}
		if !q.date.IsZero() && (q.date.Year() < firstYear || q.date.Year() > 9999) {
			t.Errorf("%q: %v", text, q.date)
		}
	})
}

func TestParseMinute(t *testing.T) {
	for text, want := range map[string]int{
		"8": 480, "08": 480, "8:30": 510, "08.30": 510, "0830": 510, "830": 510, "8 30": 510, "0:00": 0, "23:59": 1439,
		"24:00": -1, "8:60": -1, "": -1, "8:3": -1, "-1": -1, "eight": -1, "08:30:00": -1, "99999": -1,
	} {
		got, ok := parseMinute(text)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func TestParseCodes(t *testing.T) {
	for _, c := range []struct {
		text       string
		codes, bad []string
	}{
		{"", nil, nil},
		{"usd jpy", []string{"USD", "JPY"}, nil},
		{"$,€ / ₽; usd", []string{"USD", "EUR", "RUB"}, nil},
		{"rur kzt ₸", []string{"RUB"}, nil},
		{"usd dollars ЕUR", []string{"USD"}, []string{"dollars", "ЕUR"}}, // the last begins with a Cyrillic letter
		{"aaa bbb ccc ddd eee fff ggg hhh iii jjj kkk lll mmm", []string{"AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG", "HHH", "III", "JJJ", "KKK", "LLL", "MMM"}, nil},
	} {
		codes, bad := parseCodes(c.text, "KZT")
		if !slices.Equal(codes, c.codes) || !slices.Equal(bad, c.bad) {
			t.Errorf("%q: %v %v", c.text, codes, bad)
		}
	}
}

func TestSuggest(t *testing.T) {
	listed := strings.Fields("AED AUD CAD CHF CZK DKK EUR GBP GEL KGS NOK PLN RUB SEK USD UZS ZAR")
	for _, c := range []struct{ word, want string }{
		{"USB", "USD"}, {"usdd", "USD"}, {"us", "USD UZS"}, {"UDS", "USD UZS"}, {"eru", "EUR"}, {"gdp", "GBP"},
		{"крона", "SEK NOK DKK CZK"}, {"сом", "KGS UZS"}, {"франк", "CHF"}, // what the bank has not is not offered
		{"долар", ""}, // understood: nothing is to be guessed
		{"доллр", "USD AUD CAD"}, {"zlotyy", "PLN"}, {"лира", ""}, {"фунтт", "GBP"}, {"рублл", "RUB"}, {"рубьль", "RUB"},
		{"xyz", ""}, {"x", ""}, {"", ""}, {"<b>", ""}, {strings.Repeat("usd", 50), ""},
	} {
		if c.word == "долар" {
			if code, err := rates.ParseCurrency(c.word); err != nil || code != "USD" {
				t.Errorf("%s: %s %v", c.word, code, err)
			}
			continue
		}
		if got := strings.Join(suggest(c.word, listed), " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.word, got, c.want)
		}
	}
}

func TestOneSlip(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"usd", "usd", true}, {"usb", "usd", true}, {"us", "usd", true}, {"sd", "usd", true}, {"usdd", "usd", true}, {"sud", "usd", true}, {"uds", "usd", true},
		{"dsu", "usd", false}, {"eur", "usd", false}, {"u", "usd", false}, {"теңге", "тенге", true}, {"", "", true}, {"ab", "", false}, {"aa", "a", true},
	} {
		if got := oneSlip(c.a, c.b); got != c.want || oneSlip(c.b, c.a) != got {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
	}
}

// Whatever a button's data holds, reading it gives a value that is safe to use or an error.
func FuzzCallbackData(f *testing.F) {
	f.Add("a:abc:0:1:mno29m80")
	f.Add("n:-1:zzzzzzzzzzzzzzz")
	f.Fuzz(func(t *testing.T, data string) {
		r := request{data: strings.Split(data, ":")}
		for i := range len(r.data) + 1 {
			if n, err := r.number(i); err == nil && (n < 0 || n > 1_000_000) {
				t.Errorf("number %d", n)
			}
			if id, err := r.id(i); err == nil && (id == "" || len(id) > 32 || strings.ContainsAny(id, " :<&'\"")) {
				t.Errorf("id %q", id)
			}
			if l, err := r.listPlace(i); err == nil {
				if again := "n:" + l.data(); len(again) > 40 {
					t.Errorf("place %q", again)
				}
			}
		}
	})
}

func TestListPlaceComesBack(t *testing.T) {
	for _, l := range []listPlace{{}, {page: 3}, {page: 99_999, asOf: time.UnixMilli(1_775_532_600_123)}} {
		r := request{data: strings.Split(l.data(), ":")}
		got, err := r.listPlace(0)
		if err != nil || got.page != l.page || !got.asOf.Equal(l.asOf) {
			t.Errorf("%v became %v: %v", l, got, err)
		}
	}
}

// The table's commands have a description in each language that Telegram takes.
func TestCommandTable(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range commands() {
		if seen[c.name] || !commandPattern.MatchString("/"+c.name) || c.run == nil || c.in == 0 || c.menu&^c.in != 0 {
			t.Errorf("command %q", c.name)
		}
		seen[c.name] = true
		for _, l := range locale.All() {
			if n := locale.Units(locale.New(l, nil).T("command." + c.name)); n < 1 || n > 256 {
				t.Errorf("%s: description of %q has %d units", l, c.name, n)
			}
		}
	}
	for _, l := range locale.All() {
		p := locale.New(l, nil)
		if n := locale.Units(p.T("profile.about")); n > 512 {
			t.Errorf("%s: description has %d units", l, n)
		}
		if n := locale.Units(p.T("profile.short")); n > 120 {
			t.Errorf("%s: short description has %d units", l, n)
		}
	}
}

// Every key that the code asks for is a message, and every toast fits: 200 units.
func TestKeysExist(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	more, err := filepath.Glob("../internal/digest/*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, path := range append(files, more...) {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, src, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || (sel.Sel.Name != "T" && sel.Sel.Name != "H") {
				return true
			}
			if lit, ok := call.Args[0].(*ast.BasicLit); ok {
				found++
				if key, _ := strconv.Unquote(lit.Value); !locale.Has(key) {
					t.Errorf("%s: no message %q", path, key)
				}
			}
			return true
		})
	}
	if found < 50 {
		t.Errorf("only %d keys found: the test does not see them", found)
	}
	for _, key := range []string{"error.generic", "error.button", "error.admins", "error.admins_unknown", "article.gone", "broadcast.already", "broadcast.missing", "digest.last_day", "rates.last"} {
		for _, l := range locale.All() {
			if n := locale.Units(locale.New(l, nil).T(key)); n > 200 {
				t.Errorf("%s: toast %s has %d units", l, key, n)
			}
		}
	}
}

func TestStopwatch(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0:01", 42 * time.Second: "0:42", 65 * time.Second: "1:05", 3605 * time.Second: "1:00:05", 1500 * time.Millisecond: "0:02"} {
		if got := stopwatch(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
