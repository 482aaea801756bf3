package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

func TestLease(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		const ttl = 400 * time.Millisecond
		step := func(what, holder string, want bool) {
			t.Helper()
			held, err := s.Lease(ctx, "telegram", holder, ttl)
			if held != want || err != nil {
				t.Errorf("%s: %s holds the role: %v, want %v (%v)", what, holder, held, want, err)
			}
		}
		step("free", "a", true)
		step("held", "b", false)
		time.Sleep(ttl * 3 / 4)
		step("renewed", "a", true)
		time.Sleep(ttl * 3 / 4)
		step("held since the renewal", "b", false)
		time.Sleep(ttl / 2)
		step("run out", "b", true)
		step("lost", "a", false)

		leases, err := s.Leases(ctx)
		must(t, err)
		if len(leases) != 1 || leases[0].Role != "telegram" || leases[0].Holder != "b" || leases[0].Left <= 0 || leases[0].Left > ttl {
			t.Errorf("leases: %+v", leases)
		}
		must(t, s.ReleaseLease(ctx, "telegram", "a")) // not its own
		step("not given back by another", "a", false)
		must(t, s.ReleaseLease(ctx, "telegram", "b"))
		if leases, err := s.Leases(ctx); err != nil || len(leases) != 0 {
			t.Errorf("given back: %+v, %v", leases, err)
		}
		step("given back", "a", true)
		time.Sleep(ttl + 50*time.Millisecond)
		if leases, err := s.Leases(ctx); err != nil || len(leases) != 0 {
			t.Errorf("run out: %+v, %v", leases, err)
		}
	})
}

// Of many that ask at once for a role that ran out, one gets it.
func TestLeaseIsGivenOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		stores := []*store.Store{open(), open(), open()}
		for round := range 10 {
			if _, err := stores[0].Lease(t.Context(), "jobs", "gone", time.Millisecond); err != nil {
				t.Fatal(err)
			}
			time.Sleep(5 * time.Millisecond)
			var got atomic.Int32
			var all sync.WaitGroup
			for i := range 12 {
				all.Go(func() {
					held, err := stores[i%len(stores)].Lease(t.Context(), "jobs", string(rune('a'+i)), time.Minute)
					if err != nil {
						t.Error(err)
					}
					if held {
						got.Add(1)
					}
				})
			}
			all.Wait()
			if got.Load() != 1 {
				t.Errorf("round %d: %d hold the role, want 1", round, got.Load())
			}
			for i := range 12 {
				must(t, stores[0].ReleaseLease(t.Context(), "jobs", string(rune('a'+i))))
			}
		}
	})
}
