package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

func TestKeptUpdates(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx, now := open(), t.Context(), time.Now()
		check := func(want ...store.KeptUpdate) {
			t.Helper()
			got, err := open().KeptUpdates(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		}
		check()
		for _, batch := range [][]store.KeptUpdate{{{ID: 12, Body: "b"}, {ID: 11, Body: "a"}}, {{ID: 12, Body: "other"}, {ID: 13, Body: "c"}}} {
			if err := s.KeepUpdates(ctx, now, batch); err != nil {
				t.Fatal(err)
			}
		}
		check(store.KeptUpdate{ID: 11, Body: "a"}, store.KeptUpdate{ID: 12, Body: "b"}, store.KeptUpdate{ID: 13, Body: "c"})
		for _, id := range []int64{12, 12, 99} {
			if err := s.DropUpdate(ctx, id); err != nil {
				t.Fatal(err)
			}
		}
		check(store.KeptUpdate{ID: 11, Body: "a"}, store.KeptUpdate{ID: 13, Body: "c"})
	})
}
