package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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
		got, err := s.Rates(rates.Book{}).Settled(ctx, day(10), day(20))
		must(t, err)
		if diff := cmp.Diff([]time.Time{day(10), day(11), day(12), day(20)}, got); diff != "" {
			t.Error(diff)
		}
		got, err = s.Rates(rates.Book{}).Settled(ctx, day(13), day(19))
		must(t, err)
		if len(got) != 0 {
			t.Errorf("between them: %v", got)
		}
	})
}
