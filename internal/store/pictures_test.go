package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbot/internal/rates"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

func TestPictures(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		expect := func(when, key, want string) {
			t.Helper()
			got, err := s.Picture(ctx, key)
			if err != nil || got != want {
				t.Errorf("%s: got %q, %v; want %q", when, got, err, want)
			}
		}
		expect("nothing kept", "usd", "")
		must(t, s.SavePicture(ctx, noon, "usd", "AgAC-1"))
		must(t, s.SavePicture(ctx, noon, "eur", "AgAC-2"))
		expect("kept", "usd", "AgAC-1")
		must(t, s.SavePicture(ctx, noon.Add(48*time.Hour), "usd", "AgAC-3"))
		expect("replaced", "usd", "AgAC-3")
		if n, err := s.Prune(ctx, noon.Add(72*time.Hour), store.PruneRule{Rows: 48 * time.Hour}); n != 1 || err != nil {
			t.Errorf("pruned %d, %v", n, err)
		}
		expect("old", "eur", "")
		expect("young", "usd", "AgAC-3")
	})
}

func TestRateHistory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
		for n, r := range map[int]rates.Rate{
			10: rate("UZS", 100, "4.50", "0"), 12: rate("UZS", 1000, "45.2", "0.2"), 15: rate("UZS", 1000, "46", "0.8"), 16: rate("USD", 1, "540", "0"),
		} {
			must(t, s.Rates(rates.Book{}).Save(ctx, noon, rates.Day{Date: day(n), Rates: []rates.Rate{r}}))
		}
		for _, tt := range []struct {
			name        string
			first, last int
			want        []rates.Quote
		}{
			{"all", 1, 30, []rates.Quote{
				{Rate: rate("UZS", 100, "4.5", "0"), Date: day(10)}, {Rate: rate("UZS", 1000, "45.2", "0.2"), Date: day(12)}, {Rate: rate("UZS", 1000, "46", "0.8"), Date: day(15)},
			}},
			{"both ends are in it", 12, 12, []rates.Quote{{Rate: rate("UZS", 1000, "45.2", "0.2"), Date: day(12)}}},
			{"none", 16, 30, []rates.Quote{}},
		} {
			got, err := s.Rates(rates.Book{}).History(ctx, "UZS", day(tt.first), day(tt.last))
			must(t, err)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s: -want +got\n%s", tt.name, diff)
			}
		}
	})
}
