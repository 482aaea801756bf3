package store_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbot/internal/outbox"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

// An audience without those who have a message is never wider than that: a group
// that has moved has it under its old id, who failed has not got it, and when
// nobody knows any more who has it, nobody is in it.
func TestAudienceWithout(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		for _, id := range []int64{1, 2, 3, 4} {
			_, _, err := s.TouchChat(ctx, noon, store.Chat{ID: id, Kind: "private", Language: "ru", Active: true, Subscribed: true})
			must(t, err)
		}
		_, _, err := s.TouchChat(ctx, noon, store.Chat{ID: -5, Kind: "group", Language: "ru", Active: true, Subscribed: true})
		must(t, err)
		create := func(id string, a store.Audience) {
			t.Helper()
			must(t, s.CreateBroadcast(ctx, noon, store.Broadcast{ID: id, Message: text("x"), Audience: a}))
		}
		begin := func(id string) {
			t.Helper()
			if started, err := s.StartBroadcast(ctx, noon, id); err != nil || !started {
				t.Fatal(started, err)
			}
		}
		settle := func(id string, states map[int64]outbox.State) {
			t.Helper()
			var all []outbox.Settlement
			for chat, state := range states {
				all = append(all, outbox.Settlement{Batch: id, ChatID: chat, State: state, MessageID: 7, Reason: outbox.ReasonRejected})
			}
			must(t, s.Settle(ctx, noon, "a", all))
		}
		create("first", store.Audience{})
		begin("first")
		take(t, s, noon, "a", "first", 100)
		settle("first", map[int64]outbox.State{-5: outbox.StateSent, 1: outbox.StateSent, 2: outbox.StateFailed})
		must(t, s.MigrateChat(ctx, noon, -5, -1005))
		_, err = s.CancelBroadcast(ctx, noon, "first")
		must(t, err)

		rest := store.Audience{Without: []string{"first"}}
		if n, err := s.CountAudience(ctx, noon, rest, store.CategoryNewsroom); n != 3 || err != nil {
			t.Fatalf("counted %d, %v", n, err)
		}
		create("second", rest)
		begin("second")
		if diff := cmp.Diff([]int64{2, 3, 4}, ids(take(t, s, noon, "a", "second", 100))); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		settle("second", map[int64]outbox.State{2: outbox.StateSent, 3: outbox.StateSent})
		_, err = s.CancelBroadcast(ctx, noon, "second")
		must(t, err)

		third := store.Audience{Without: []string{"first", "second"}}
		create("third", third)
		if diff := cmp.Diff(third, read(t, s, "third").Audience); diff != "" {
			t.Errorf("stored: -want +got\n%s", diff)
		}
		// While it may be sent, what it leaves out is kept, however old.
		if _, err := s.ScheduleBroadcast(ctx, "third", noon.AddDate(1, 0, 0)); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"first", "second"} {
			end(t, s, "a", id, math.MinInt64+1) // their one slice
		}
		late := noon.AddDate(0, 6, 0)
		prune := func() {
			t.Helper()
			_, err := s.Prune(ctx, late, store.PruneRule{Rows: 30 * 24 * time.Hour})
			must(t, err)
		}
		prune()
		if n, err := s.CountAudience(ctx, late, third, store.CategoryNewsroom); n != 1 || err != nil {
			t.Errorf("counted %d after half a year, %v", n, err)
		}
		_, err = s.CancelBroadcast(ctx, noon, "third")
		must(t, err)
		prune()
		if n, err := s.CountAudience(ctx, late, third, store.CategoryNewsroom); n != 0 || err != nil {
			t.Errorf("nobody knows who has it, and it goes to %d, %v", n, err)
		}
		if err := s.CreateBroadcast(ctx, noon, store.Broadcast{ID: "wide", Message: text("x"), Audience: store.Audience{Without: make([]string, 21)}}); err == nil {
			t.Error("an audience without 21 broadcasts was taken")
		}
	})
}
