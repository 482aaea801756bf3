package rates

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"
)

func book(t testing.TB, issuer, base string) Book {
	t.Helper()
	b, err := NewBook(issuer, base)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBook(t *testing.T) {
	for _, tt := range []struct {
		issuer, base, key, of string
		official              bool
	}{
		{NBK, "", "nbk", "KZT", true}, {NBK, "KZT", "nbk", "KZT", true}, {NBK, "USD", "nbk:USD", "USD", false},
		{CBR, "", "cbr", "RUB", true}, {CBR, "KZT", "cbr:KZT", "KZT", false},
	} {
		b := book(t, tt.issuer, tt.base)
		if b.Key() != tt.key || b.Base() != tt.of || b.Official() != tt.official || b.Issuer().ID != tt.issuer {
			t.Errorf("%s %s: %s in %s, official %v", tt.issuer, tt.base, b.Key(), b.Base(), b.Official())
		}
	}
	if (Book{}).Key() != "nbk" || (Book{}).Base() != "KZT" || !(Book{}).Official() {
		t.Error("the zero book is not the National Bank's")
	}
	for _, bad := range [][2]string{{"", ""}, {"ecb", ""}, {NBK, "usd"}, {NBK, "DOLLAR"}} {
		if b, err := NewBook(bad[0], bad[1]); err == nil {
			t.Errorf("%v is a book: %v", bad, b)
		}
	}
	winter := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	for _, i := range Issuers() {
		if _, offset := winter.In(i.Zone()).Zone(); offset != int(i.offset/time.Second) {
			t.Errorf("%s: %s is %d s from UTC", i.ID, i.zone, offset)
		}
		if i.NextFrom >= i.NextTo || i.Address == "" || i.Currency == "" {
			t.Errorf("%s is not whole: %+v", i.ID, i)
		}
	}
}

// A crossed list counts as the list that it is from: the same amount of any
// currency in any other, to eight digits, and no price is lost by being cheap.
func TestCrossKeepsPrices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		price := func(name string) Rate {
			return Rate{
				Code:    name,
				Nominal: rapid.SampledFrom([]int64{1, 10, 100, 1000, 10000}).Draw(t, name+" nominal"),
				Value:   decimal.New(rapid.Int64Range(1_0000, 900_0000).Draw(t, name), -4),
			}
		}
		day := Day{Date: time.Date(2026, 5, 14, 0, 0, 0, 0, time.UTC), Rates: []Rate{price("AAA"), price("BBB"), price("CCC")}}
		crossed, err := Cross(day, "RUB", "CCC")
		if err != nil || len(crossed.Rates) != 3 {
			t.Fatalf("%v, %v", crossed, err)
		}
		boardOf := func(d Day) func(string) (Quote, bool) {
			return func(code string) (Quote, bool) {
				for _, r := range d.Rates {
					if r.Code == code {
						return Quote{Rate: r, Date: d.Date}, true
					}
				}
				return Quote{}, false
			}
		}
		sides := []string{"AAA", "BBB", "CCC", "RUB"}
		from, to := rapid.SampledFrom(sides).Draw(t, "from"), rapid.SampledFrom(sides).Draw(t, "to")
		direct, err := Convert(decimal.NewFromInt(1000), from, to, "RUB", boardOf(day))
		if err != nil {
			t.Fatal(err)
		}
		through, err := Convert(decimal.NewFromInt(1000), from, to, "CCC", boardOf(crossed))
		if err != nil {
			t.Fatal(err)
		}
		if direct.Value.Sub(through.Value).Abs().GreaterThan(direct.Value.Shift(-6)) {
			t.Errorf("1000 %s: %s %s directly, %s through CCC", from, direct.Value, to, through.Value)
		}
		for _, r := range crossed.Rates {
			if !r.Value.GreaterThanOrEqual(decimal.NewFromInt(1)) && r.Nominal < mostCrossNominal {
				t.Errorf("%+v loses digits", r)
			}
		}
	})
}

func TestStale(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 4, d, 0, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		name        string
		date, today int
		want        bool
	}{
		{"of today", 7, 7, false}, {"of yesterday", 6, 7, true}, {"Saturday's on Sunday", 4, 5, false}, {"Saturday's on Monday", 4, 6, false},
		{"Friday's on Saturday", 3, 4, true}, {"Friday's on Monday", 3, 6, true}, {"Saturday's on Tuesday", 4, 7, true}, {"of tomorrow", 8, 7, false},
	} {
		if got := Stale(day(c.date), day(c.today)); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
