package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"newsbot/internal/rates"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

func TestSettledDates(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
		for _, n := range []int{10, 12, 20} {
			must(t, s.Rates(rates.Book{}).Save(ctx, noon, rates.Day{Date: day(n), Rates: []rates.Rate{rate("USD", 1, "500", "0"), rate("EUR", 1, "600", "0")}}))
		}
		for _, n := range []int{11, 11, 12, 21} {
			must(t, s.Rates(rates.Book{}).SaveNone(ctx, noon, day(n)))
		}
		got, err := s.Rates(rates.Book{}).Settled(ctx, noon, day(10), day(20), 0)
		must(t, err)
		if diff := cmp.Diff([]time.Time{day(10), day(11), day(12), day(20)}, got); diff != "" {
			t.Error(diff)
		}
		got, err = s.Rates(rates.Book{}).Settled(ctx, noon, day(13), day(19), 0)
		must(t, err)
		if len(got) != 0 {
			t.Errorf("between them: %v", got)
		}
		// What had no list soon after its date may still get one, nor does it count that it
		// had none while there was no later one either; what has one is listed.
		must(t, s.Rates(rates.Book{}).SaveNone(ctx, day(16).Add(8*time.Hour), day(15)))
		must(t, s.Rates(rates.Book{}).SaveNone(ctx, day(25), day(16)))
		must(t, s.Rates(rates.Book{}).SaveNone(ctx, day(25), day(17)))
		must(t, s.Rates(rates.Book{}).Save(ctx, noon, rates.Day{Date: day(17), Rates: []rates.Rate{rate("USD", 1, "500", "0")}}))
		for after, want := range map[time.Duration][]time.Time{
			0: {day(16), day(17)}, 8 * 24 * time.Hour: {day(16), day(17)}, 10 * 24 * time.Hour: {day(17)},
		} {
			got, err = s.Rates(rates.Book{}).Settled(ctx, noon, day(13), day(19), after)
			must(t, err)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("after %s: %s", after, diff)
			}
		}
		// That a bank had nothing is believed for a month; what it listed, for ever.
		got, err = s.Rates(rates.Book{}).Settled(ctx, day(25).AddDate(0, 0, 31), day(10), day(19), 0)
		must(t, err)
		if diff := cmp.Diff([]time.Time{day(10), day(12), day(17)}, got); diff != "" {
			t.Errorf("a month later: %s", diff)
		}
	})
}

// A bank that has nothing for days, as it is in trouble, is asked for them again once it
// is well; until then nobody knows of what day the change is.
func TestTroubleIsNoWord(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		r, ctx := open().Rates(rates.Book{}), t.Context()
		day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
		list := func(n int, value string) rates.Day {
			return rates.Day{Date: day(n), Rates: []rates.Rate{rate("USD", 1, value, "0")}}
		}
		must(t, r.Save(ctx, day(10), list(10, "500")))
		none := func(asked time.Time) {
			for n := 11; n <= 13; n++ {
				must(t, r.SaveNone(ctx, asked, day(n)))
			}
		}
		knows := func(when string, want int, direction int) {
			t.Helper()
			settled, err := r.Settled(ctx, day(16), day(11), day(13), 0)
			must(t, err)
			quotes, err := r.Quotes(ctx, []string{"USD"}, day(14))
			must(t, err)
			if len(settled) != want || len(quotes) != 1 || quotes[0].Direction() != direction {
				t.Errorf("%s: settled are %v, the rate is %+v", when, settled, quotes)
			}
		}
		none(day(13).Add(20 * time.Hour))
		must(t, r.Save(ctx, day(14).Add(time.Hour), list(14, "490")))
		knows("the bank is back", 0, 0)
		none(day(14).Add(2 * time.Hour))
		knows("it has nothing for them after all", 3, -1)
	})
}

// What the last lists have and a date's own has not is missing from it.
func TestMissingCurrencies(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
		r := s.Rates(rates.Book{})
		for n, codes := range map[int][]string{1: {"HRK", "USD"}, 7: {"EUR", "USD", "XDR"}, 10: {"EUR", "GBP"}, 12: {"XDR", "EUR"}} {
			list := rates.Day{Date: day(n)}
			for _, code := range codes {
				list.Rates = append(list.Rates, rate(code, 1, "5", "0"))
			}
			must(t, r.Save(ctx, noon, list))
		}
		for n, want := range map[int][]string{1: nil, 7: {"HRK"}, 10: {"HRK", "USD", "XDR"}, 12: {"GBP", "USD"}} {
			got, err := r.Missing(ctx, day(n))
			must(t, err)
			if !cmp.Equal(want, got, cmpopts.EquateEmpty()) {
				t.Errorf("from the list of the %d.: %v, want %v", n, got, want)
			}
		}
		// A date that has a list is none without one, whatever is answered later.
		must(t, r.SaveNone(ctx, noon, day(10)))
		must(t, r.SaveNone(ctx, noon, day(8)))
		must(t, r.SaveNone(ctx, noon, day(9)))
		must(t, r.SaveNone(ctx, noon, day(11)))
		must(t, r.Save(ctx, noon, rates.Day{Date: day(12), Rates: []rates.Rate{rate("XDR", 1, "6", "0"), rate("EUR", 1, "6", "0")}}))
		quotes, err := r.Quotes(ctx, []string{"XDR", "EUR"}, day(12))
		must(t, err)
		if len(quotes) != 2 || quotes[0].Previous != nil || quotes[1].Previous == nil {
			t.Errorf("a list lies between for XDR only: %+v", quotes)
		}
	})
}

// A change is one since the list before. Where a list may lie between two that are
// known, it is what the bank says, or nothing.
func TestChangeOverMissingDays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		day := func(n int) time.Time { return time.Date(2026, 12, n, 0, 0, 0, 0, time.UTC) }
		r := s.Rates(rates.Book{})
		save := func(n int, list ...rates.Rate) {
			t.Helper()
			must(t, r.Save(ctx, noon, rates.Day{Date: day(n), Rates: list}))
		}
		want := func(what, code string, on int, want string) {
			t.Helper()
			quotes, err := r.Quotes(ctx, []string{code}, day(on))
			must(t, err)
			got := "-"
			if len(quotes) != 1 {
				t.Fatalf("%s: %+v", what, quotes)
			}
			if change, ok := quotes[0].ChangeSince(); ok {
				got = change.String()
			}
			if got != want {
				t.Errorf("%s: change %s, want %s", what, got, want)
			}
		}
		save(17, rate("USD", 1, "500", "1"), rate("EUR", 1, "600", "0"), rate("GBP", 1, "650", "3"), rate("CHF", 1, "560", "0"))
		save(18, rate("USD", 1, "501", "1"), rate("EUR", 1, "601", "0"), rate("GBP", 1, "651", "3"), rate("CHF", 1, "561", "0"))
		want("days on end", "EUR", 18, "1")
		save(30, rate("USD", 1, "499.99", "1.08"), rate("EUR", 1, "590", "0"), rate("GBP", 1, "640", "-2"), rate("CHF", 1, "400", "-161"))
		want("the bank says it, and said so before", "USD", 30, "1.08")
		want("the bank says nothing", "EUR", 30, "-")
		want("the bank said otherwise before", "GBP", 30, "-")
		want("nobody would believe it", "CHF", 30, "-")
		save(31, rate("USD", 1, "499.99", "0"), rate("EUR", 1, "590", "0"))
		want("the bank says it of the day before, which has the same price", "USD", 31, "1.08")
		want("the same since a day before which days are missing", "EUR", 31, "-")

		for n := 19; n < 29; n++ {
			must(t, r.SaveNone(ctx, noon, day(n)))
		}
		want("one of the days may have a list", "EUR", 31, "-")
		save(29, rate("USD", 1, "498.91", "0"))
		want("it had, and not of this currency", "EUR", 31, "-")
		want("it had", "USD", 31, "1.08")
		save(29, rate("EUR", 1, "589", "0"))
		want("now with it", "EUR", 31, "1")
		want("over days without a list", "USD", 29, "-2.09")
		want("the first ever, by the bank's word", "USD", 17, "1")
		want("the first ever", "EUR", 17, "-")
	})
}
