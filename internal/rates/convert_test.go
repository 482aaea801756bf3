package rates

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

var oneDay = time.Date(2026, time.April, 1, 0, 0, 0, 0, time.UTC)

// boardOf is a board with code/nominal=value entries.
func boardOf(entries ...string) func(string) (Quote, bool) {
	quotes := map[string]Quote{}
	for i, e := range entries {
		var r Rate
		var value string
		if _, err := fmt.Sscanf(strings.NewReplacer("/", " ", "=", " ").Replace(e), "%s %d %s", &r.Code, &r.Nominal, &value); err != nil {
			panic(err)
		}
		r.Value = decimal.RequireFromString(value)
		quotes[r.Code] = Quote{Rate: r, Date: oneDay.AddDate(0, 0, i)}
	}
	return func(code string) (Quote, bool) {
		q, ok := quotes[code]
		return q, ok
	}
}

func TestConvert(t *testing.T) {
	board := boardOf("USD/1=478.77", "EUR/1=550", "RUB/1=5.9", "UZS/100=3.9", "IRR/10000=3.6", "KWD/1=1560.4", "GBP/1=0", "TRY/1=1.0046", "INR/1=0.99995")
	tests := []struct {
		name, amount, from, to string
		want                   string // as shown
		days                   string // of from and to, counted from oneDay; - for tenge
	}{
		{"to tenge", "100", "USD", "KZT", "47877.00", "0 -"},
		{"from tenge", "5000", "KZT", "EUR", "9.09", "- 1"},
		{"cross", "100", "USD", "EUR", "87.05", "0 1"},
		{"nominal", "10000", "UZS", "KZT", "390.00", "3 -"},
		{"two nominals", "1000000", "IRR", "UZS", "9230.77", "4 3"},
		{"small", "1", "KZT", "USD", "0.002089", "- 0"},
		{"smaller", "1", "IRR", "KWD", "0.0000002307", "4 5"},
		{"smallest", "0.0001", "IRR", "KWD", "0.000000000023", "4 5"},
		{"nothing that can be shown", "0.00000001", "IRR", "KWD", "0.00", "4 5"},
		{"just under one", "0.999999", "KZT", "KZT", "1.00", "- -"},
		{"half a cent away from zero", "0.125", "KZT", "KZT", "0.125", "- -"},
		{"half a cent above one", "1.125", "KZT", "KZT", "1.13", "- -"},
		{"rounded once, not to 1.005 and on", "1", "TRY", "KZT", "1.00", "7 -"},
		{"rounded up to one", "1", "INR", "KZT", "1.00", "8 -"},
		{"itself", "12.5", "USD", "USD", "12.50", "- -"},
		{"big", "999999999999999", "KWD", "KZT", "1560399999999998439.60", "5 -"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := Convert(decimal.RequireFromString(tt.amount), tt.from, tt.to, "KZT", board)
			if err != nil {
				t.Fatal(err)
			}
			if got := r.Shown.StringFixed(r.ShownPlaces()); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			from, to := r.Dates()
			days := ""
			for _, d := range []time.Time{from, to} {
				if d.IsZero() {
					days += " -"
				} else {
					days += fmt.Sprintf(" %.0f", d.Sub(oneDay).Hours()/24)
				}
			}
			if days != " "+tt.days {
				t.Errorf("days%s, want %s", days, tt.days)
			}
		})
	}
	for _, tt := range []struct{ name, from, to, code string }{
		{"from unknown", "XAF", "KZT", "XAF"}, {"to unknown", "USD", "XAF", "XAF"}, {"no value", "GBP", "USD", "GBP"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var missing *NoRateError
			if _, err := Convert(decimal.NewFromInt(1), tt.from, tt.to, "KZT", board); !errors.As(err, &missing) || missing.Code != tt.code {
				t.Errorf("got %v", err)
			}
		})
	}
}

// drawn are a rate and an amount such as there are.
func drawnRate(code string) *rapid.Generator[Rate] {
	return rapid.Custom(func(t *rapid.T) Rate {
		return Rate{Code: code, Nominal: rapid.SampledFrom([]int64{1, 10, 100, 1000, 10000}).Draw(t, "nominal"),
			Value: decimal.New(rapid.Int64Range(1, 10_000_000).Draw(t, "value"), -rapid.Int32Range(0, 4).Draw(t, "places"))}
	})
}

func drawnAmount(t *rapid.T) decimal.Decimal {
	return decimal.New(rapid.Int64Range(1, 1_000_000_000_000).Draw(t, "amount"), -rapid.Int32Range(0, 8).Draw(t, "places"))
}

func boardWith(rates ...Rate) func(string) (Quote, bool) {
	return func(code string) (Quote, bool) {
		i := slices.IndexFunc(rates, func(r Rate) bool { return r.Code == code })
		if i < 0 {
			return Quote{}, false
		}
		return Quote{Rate: rates[i], Date: oneDay}, true
	}
}

func TestConvertProperties(t *testing.T) {
	sides := []string{"AAA", "BBB", "KZT"}
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawnRate("AAA").Draw(t, "a"), drawnRate("BBB").Draw(t, "b")
		amount := drawnAmount(t)
		from, to := rapid.SampledFrom(sides).Draw(t, "from"), rapid.SampledFrom(sides).Draw(t, "to")
		must := func(r Result, err error) Result {
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		there := must(Convert(amount, from, to, "KZT", boardWith(a, b)))

		back := must(Convert(there.Value, to, from, "KZT", boardWith(a, b)))
		if off := back.Value.Sub(amount).Abs(); off.GreaterThan(decimal.New(1, -16)) {
			t.Fatalf("there and back %s became %s", amount, back.Value)
		}
		// The same price for other units is the same result to the last digit.
		other := a
		other.Nominal, other.Value = a.Nominal*100, a.Value.Mul(decimal.NewFromInt(100))
		if again := must(Convert(amount, from, to, "KZT", boardWith(other, b))); !again.Value.Equal(there.Value) || !again.Shown.Equal(there.Shown) {
			t.Fatalf("nominal %d: %s, nominal %d: %s", a.Nominal, there.Value, other.Nominal, again.Value)
		}
		// What is shown is off by half of its last digit at most.
		if off := there.Shown.Sub(there.Value).Abs(); off.GreaterThan(decimal.New(5, -there.ShownPlaces()-1).Add(decimal.New(1, -30))) {
			t.Fatalf("%s shown as %s", there.Value, there.Shown)
		}
		if there.ShownPlaces() < shownPlaces || there.ShownPlaces() > shownMost {
			t.Fatalf("%d places", there.ShownPlaces())
		}
		// Twice the amount is twice the money.
		if twice := must(Convert(amount.Mul(decimal.NewFromInt(2)), from, to, "KZT", boardWith(a, b))); twice.Value.Sub(there.Value.Mul(decimal.NewFromInt(2))).Abs().GreaterThan(decimal.New(2, -valuePlaces)) {
			t.Fatalf("%s, doubled %s", there.Value, twice.Value)
		}
	})
}

var isoPattern = regexp.MustCompile(`^[A-Z]{3}$`)

// checkQuery holds what no text may break.
func checkQuery(t interface{ Fatalf(string, ...any) }, text string) {
	q, err := ParseQuery(text)
	var ambiguous *AmbiguousError
	var unknown *UnknownError
	var amount *AmountError
	switch {
	case err == nil:
		if !q.Amount.IsPositive() || !isoPattern.MatchString(q.From) || q.To != "" && !isoPattern.MatchString(q.To) {
			t.Fatalf("%q: not a query: %+v", text, q)
		}
		again, err := ParseQuery(q.Amount.String() + " " + q.From + " в " + q.To)
		if err != nil || !again.Amount.Equal(q.Amount) || again.From != q.From || again.To != q.To {
			// Three digits after a point are thousands when a person writes them.
			if !regexp.MustCompile(`^[0-9]{1,3}\.[0-9]{3}$`).MatchString(q.Amount.String()) {
				t.Fatalf("%q: %+v is read as %+v, %v", text, q, again, err)
			}
		}
		if strange, err := ParseQuery(text + " абракадабра"); err == nil {
			t.Fatalf("%q and a word nobody knows: %+v", text, strange)
		}
	case errors.As(err, &ambiguous):
		if len(ambiguous.Codes) < 2 || !ambiguous.Amount.IsPositive() || ambiguous.Word == "" || slices.Contains(ambiguous.Codes, "") {
			t.Fatalf("%q: asks %+v", text, ambiguous)
		}
	case errors.As(err, &unknown):
		if unknown.Word == "" || len([]rune(unknown.Word)) > longestWord {
			t.Fatalf("%q: does not know %q", text, unknown.Word)
		}
	case errors.As(err, &amount):
		if !slices.Contains([]AmountProblem{NotAboveZero, TooLarge, SeveralSums}, amount.Problem) {
			t.Fatalf("%q: %v", text, err)
		}
		if strange, err := ParseQuery(text + " абракадабра"); err == nil || errors.As(err, &amount) {
			t.Fatalf("%q and a word nobody knows: %+v, %v", text, strange, err)
		}
	case !errors.Is(err, ErrNoQuery):
		t.Fatalf("%q: %v", text, err)
	}
}

// TestQueryFromParts builds questions of words whose meaning is certain: they
// are read as just that, or refused.
func TestQueryFromParts(t *testing.T) {
	names := map[string]string{"доллар": "USD", "долларов США": "USD", "канадских долларов": "CAD", "тенге": "KZT", "теңге": "KZT", "теңгені": "KZT", "тг": "KZT",
		"евро": "EUR", "еуро": "EUR", "рублей": "RUB", "белорусских рублей": "BYN", "юань": "CNY", "йен": "JPY", "фунтов стерлингов": "GBP", "usd": "USD", "EUR": "EUR",
		"шведских крон": "SEK", "Чехия кронасы": "CZK", "сом Кыргызстана": "KGS", "сум": "UZS", "₸": "KZT", "€": "EUR", "tenge": "KZT", "Turkish lira": "TRY"}
	amounts := map[string]string{"100": "100", "1 000": "1000", "1,5": "1.5", "2.25": "2.25", "1,5 млн": "1500000", "5 мың": "5000", "5k": "5000", "10 тыс.": "10000", "сто": "100"}
	rapid.Check(t, func(t *rapid.T) {
		sorted := func(m map[string]string) []string {
			keys := make([]string, 0, len(m))
			for k := range m {
				keys = append(keys, k)
			}
			slices.Sort(keys)
			return keys
		}
		amount := rapid.SampledFrom(sorted(amounts)).Draw(t, "amount")
		from := rapid.SampledFrom(sorted(names)).Draw(t, "from")
		to := rapid.SampledFrom(sorted(names)).Draw(t, "to")
		form := rapid.SampledFrom([]string{"%s %s в %s", "%s %s to %s", "сколько %s %s в %s?", "%s %s қанша %s", "%s %s → %s", "convert %s %s into %s"}).Draw(t, "form")
		text := fmt.Sprintf(form, amount, from, to)
		q, err := ParseQuery(text)
		if err != nil || q.Amount.String() != amounts[amount] || q.From != names[from] || q.To != names[to] {
			t.Fatalf("%q: %+v, %v", text, q, err)
		}
	})
}

// TestQueryOfAnyWords puts words together that nobody would.
func TestQueryOfAnyWords(t *testing.T) {
	words := strings.Fields("100 1,5 0 . , - = / $ € ¥ ₸ usd kzt USD доллар долларов канадских США крон фунт теңгеге теңге сом сум мың млн т р к в на to in из from " +
		"двести двадцать пять екі жүз он елу жарым полтора + -5 0 сколько қанша how much is и или хлеб xyz курс 1.000 1.000.000 5k 100$ usdkzt ? ! % ( шведских Чехия")
	rapid.Check(t, func(t *rapid.T) {
		checkQuery(t, strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 8).Draw(t, "words"), rapid.SampledFrom([]string{" ", "", "\u00a0"}).Draw(t, "between")))
	})
}

func FuzzParseQuery(f *testing.F) {
	for _, seed := range []string{"100 usd", "5000 тг в евро", "$100", "1 000,50 eur", "1,5 млн тенге в долларах", "100 крон", "сколько тенге в долларе?", "100 ЕUR", "\xff100 usd", "50 т.р.", "100\u00a0000₸ → €",
		"бір жарым миллион теңге доллармен", "двести пятьдесят тысяч тенге в рублях", "-5 usd", "99999999999999999999999 usd", "100 usd + 50 eur", "мың екі жүз мыңдай доллар"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) { checkQuery(t, text) })
}

func TestParseCurrency(t *testing.T) {
	for text, want := range map[string]string{"usd": "USD", "евро": "EUR", "€": "EUR", "теңге": "KZT", "АҚШ доллары": "USD", "шведская крона": "SEK", "Ұлыбритания фунты": "GBP",
		"крона": "?SEK", "xyz": "!xyz", "100 usd": "-", "usd eur": "-", "": "-", "в": "-", "%": "-"} {
		code, err := ParseCurrency(text)
		var ambiguous *AmbiguousError
		var unknown *UnknownError
		switch {
		case errors.As(err, &ambiguous):
			code = "?" + ambiguous.Codes[0]
		case errors.As(err, &unknown):
			code = "!" + unknown.Word
		case errors.Is(err, ErrNoQuery):
			code = "-"
		}
		if code != want {
			t.Errorf("%q: got %s (%v), want %s", text, code, err, want)
		}
	}
}
