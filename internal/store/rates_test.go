package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"newsbot/internal/rates"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

func rate(code string, nominal int64, value, change string) rates.Rate {
	return rates.Rate{Code: code, Nominal: nominal, Value: decimal.RequireFromString(value), Change: decimal.RequireFromString(change)}
}

func TestRates(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
		save := func(n int, list ...rates.Rate) {
			t.Helper()
			must(t, s.Rates(rates.Book{}).Save(ctx, noon, rates.Day{Date: day(n), Rates: list}))
		}
		save(18) // an empty list is no day
		save(19, rate("USD", 1, "538.91", "1.10"), rate("UZS", 100, "4.50", "0"))
		save(20, rate("USD", 1, "540.1234567890123456", "1.2134567890123456"), rate("UZS", 1000, "45.0", "0"), rate("EUR", 1, "620.5", "-0.5"))
		save(21, rate("USD", 1, "540.1234567890123456", "0"))
		save(21, rate("USD", 1, "540.1234567890123456", "0"), rate("XDR", 1, "700", "0")) // again, and more

		previous := rate("USD", 1, "538.91", "1.10")
		first, euro := rate("USD", 1, "537.81", "0"), rate("EUR", 1, "621", "0") // before the first list, as the bank says
		for _, tt := range []struct {
			name  string
			codes []string
			until time.Time
			want  []rates.Quote
		}{
			{"weekend carried on", []string{"EUR", "AAA", "USD"}, day(22), []rates.Quote{
				{Rate: rate("EUR", 1, "620.5", "-0.5"), Date: day(20), Previous: &euro},
				{Rate: rate("USD", 1, "540.1234567890123456", "0"), Date: day(21), Previous: &previous, PreviousDate: day(19)},
			}},
			{"a new nominal is no new price", []string{"UZS"}, day(22), []rates.Quote{{Rate: rate("UZS", 1000, "45", "0"), Date: day(20)}}},
			{"as of a day", []string{"USD"}, day(19), []rates.Quote{{Rate: previous, Date: day(19), Previous: &first}}},
			{"before all", []string{"USD"}, day(1), []rates.Quote{}},
		} {
			got, err := s.Rates(rates.Book{}).Quotes(ctx, tt.codes, tt.until)
			must(t, err)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s: -want +got\n%s", tt.name, diff)
			}
		}
		dates, err := s.Rates(rates.Book{}).Dates(ctx, day(20), day(30))
		must(t, err)
		if diff := cmp.Diff([]time.Time{day(20), day(21)}, dates); diff != "" {
			t.Errorf("dates: -want +got\n%s", diff)
		}
	})
}

// From which day prices are valid is told by the lists alone: a weekend
// repeats Friday's session, whatever the calendar says.
func TestSameSince(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
		if _, _, ok, err := s.Rates(rates.Book{}).Bounds(ctx); ok || err != nil {
			t.Errorf("bounds of nothing: %v, %v", ok, err)
		}
		for n, usd := range map[int]string{17: "529", 18: "530", 20: "538.91", 21: "540.10", 22: "540.10", 23: "540.10", 24: "541"} {
			list := []rates.Rate{rate("USD", 1, usd, "0"), rate("AED", 1, "147", "0")}
			if n < 23 {
				list = append(list, rate("KGS", 1, "6.1", "0"))
			} else {
				list = append(list, rate("KGS", 10, "61", "0")) // the same price
			}
			if n == 23 {
				list = append(list, rate("VND", 1000, "20.5", "0")) // new on the list, so no change, and missing on the next
			}
			must(t, s.Rates(rates.Book{}).Save(ctx, noon, rates.Day{Date: day(n), Rates: list}))
		}
		for _, tt := range []struct {
			name  string
			date  int
			first int // 0: not known
		}{
			{"a session the day before", 24, 24}, {"Monday", 23, 21}, {"Saturday", 21, 21}, {"the day before is missing", 20, 0}, {"no list", 19, 0},
		} {
			first, ok, err := s.Rates(rates.Book{}).SameSince(ctx, day(tt.date))
			must(t, err)
			if ok != (tt.first != 0) || ok && !first.Equal(day(tt.first)) {
				t.Errorf("%s: %v %v", tt.name, first, ok)
			}
		}
		first, last, ok, err := s.Rates(rates.Book{}).Bounds(ctx)
		if !first.Equal(day(17)) || !last.Equal(day(24)) || !ok || err != nil {
			t.Errorf("bounds %v %v %v, %v", first, last, ok, err)
		}
		codes, err := s.Rates(rates.Book{}).Codes(ctx)
		must(t, err)
		if diff := cmp.Diff([]string{"AED", "KGS", "USD", "VND"}, codes); diff != "" {
			t.Errorf("codes: -want +got\n%s", diff)
		}
	})
}

// A price that has stood for longer than the nearest days, or a currency that has
// not been listed in them, is found all the same.
func TestQuotesOfQuietCurrencies(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
		for n := 1; n <= 23; n++ {
			list := []rates.Rate{rate("USD", 1, fmt.Sprint(500+n), "0"), rate("AED", 1, "140", "0")}
			if n == 1 {
				list[1] = rate("AED", 1, "139", "0")
			}
			if n <= 3 {
				list = append(list, rate("HRK", 1, fmt.Sprint(60+n), "0"))
			}
			must(t, s.Rates(rates.Book{}).Save(ctx, noon, rates.Day{Date: day(n), Rates: list}))
		}
		got, err := s.Rates(rates.Book{}).Quotes(ctx, []string{"HRK", "XXX", "AED", "USD", "AED"}, day(23))
		must(t, err)
		var said []string
		for _, q := range got {
			said = append(said, fmt.Sprintf("%s %s of %d, was %s on %d", q.Code, q.Value, q.Date.Day(), q.Previous.Value, q.PreviousDate.Day()))
		}
		want := []string{"HRK 63 of 3, was 62 on 2", "AED 140 of 23, was 139 on 1", "USD 523 of 23, was 522 on 22", "AED 140 of 23, was 139 on 1"}
		if diff := cmp.Diff(want, said); diff != "" {
			t.Error(diff)
		}
		if none, err := s.Rates(rates.Book{}).Quotes(ctx, nil, day(23)); len(none) != 0 || err != nil {
			t.Errorf("of no currency: %v, %v", none, err)
		}
	})
}

// The first date is that of the currencies asked for, in this book.
func TestFirstRates(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
		russia, err := rates.NewBook(rates.CBR, "")
		must(t, err)
		must(t, s.Rates(russia).Save(ctx, noon, rates.Day{Date: day(9), Rates: []rates.Rate{rate("GEL", 1, "30", "0")}}))
		must(t, s.Rates(rates.Book{}).Save(ctx, noon, rates.Day{Date: day(10), Rates: []rates.Rate{rate("USD", 1, "530", "0")}}))
		must(t, s.Rates(rates.Book{}).Save(ctx, noon, rates.Day{Date: day(12), Rates: []rates.Rate{rate("USD", 1, "531", "0"), rate("GEL", 1, "183", "0")}}))
		for _, tt := range []struct {
			codes string
			want  time.Time
		}{{"GEL", day(12)}, {"GEL USD", day(10)}, {"XYZ", time.Time{}}, {"", time.Time{}}} {
			got, ok, err := s.Rates(rates.Book{}).First(ctx, strings.Fields(tt.codes))
			if err != nil || ok == tt.want.IsZero() || ok && !got.Equal(tt.want) {
				t.Errorf("%s: %v %v %v, want %v", tt.codes, got, ok, err, tt.want)
			}
		}
	})
}
