package store_test

import (
	"context"
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
		_, err = s.CancelBroadcast(ctx, noon, "first")
		must(t, err)
		end(t, s, "a", "first", math.MinInt64+1) // its one slice
		must(t, s.MigrateChat(ctx, noon, -5, -1005))

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
		end(t, s, "a", "second", math.MinInt64+1)
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
		// A prune that is cut off before it has deleted anything has forgotten all the same.
		cut, stop := context.WithCancel(ctx)
		stop()
		if _, err := s.Prune(cut, late, store.PruneRule{Rows: 30 * 24 * time.Hour}); err == nil {
			t.Error("a prune that is cut off says nothing")
		}
		if forgotten, err := s.Forgotten(ctx, "first", "second"); forgotten || err != nil {
			t.Errorf("what was not begun is forgotten: %v, %v", forgotten, err)
		}
		prune()
		if forgotten, err := s.Forgotten(ctx, "first"); !forgotten || err != nil {
			t.Errorf("it is known who has it: %v, %v", forgotten, err)
		}
		if n, err := s.CountAudience(ctx, late, third, store.CategoryNewsroom); n != 0 || err != nil {
			t.Errorf("nobody knows who has it, and it goes to %d, %v", n, err)
		}
		if err := s.CreateBroadcast(ctx, noon, store.Broadcast{ID: "wide", Message: text("x"), Audience: store.Audience{Without: make([]string, 21)}}); err == nil {
			t.Error("an audience without 21 broadcasts was taken")
		}
	})
}

// While the recipients of a broadcast are being deleted, nobody is in an audience
// without them, whatever is left of them.
func TestAudienceWithoutWhatIsBeingForgotten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		for id := range int64(5) {
			_, _, err := s.TouchChat(ctx, noon, store.Chat{ID: id + 1, Kind: "private", Language: "ru", Active: true, Subscribed: true})
			must(t, err)
		}
		must(t, s.CreateBroadcast(ctx, noon, store.Broadcast{ID: "old", Message: text("x")}))
		_, err := s.StartBroadcast(ctx, noon, "old")
		must(t, err)
		take(t, s, noon, "a", "old", 100)
		must(t, s.Settle(ctx, noon, "a", []outbox.Settlement{{Batch: "old", ChatID: 1, State: outbox.StateSent, MessageID: 7}}))
		_, err = s.CancelBroadcast(ctx, noon, "old")
		must(t, err)
		end(t, s, "a", "old", math.MinInt64+1)
		rest := store.Audience{Without: []string{"old"}}
		if n, err := s.CountAudience(ctx, noon, rest, store.CategoryNewsroom); n != 4 || err != nil {
			t.Fatalf("counted %d, %v", n, err)
		}
		must(t, s.Forget(ctx, "old"))
		if n, err := s.CountAudience(ctx, noon, rest, store.CategoryNewsroom); n != 0 || err != nil {
			t.Errorf("counted %d, %v", n, err)
		}
	})
}

// A rest among many chats is counted and cut by the keys of the rows, also by a planner
// that has no statistics: a join of all recipients with all of them would not end.
func TestAudienceWithoutAmongMany(t *testing.T) {
	const chats = 30_000
	for name, address := range map[string]string{"sqlite": storetest.SQLite(t), "postgres": storetest.Postgres(t)} {
		t.Run(name, func(t *testing.T) {
			storetest.Crowd(t, address, store.Chat{ID: -1_500_000, Kind: "group", Language: "ru", Zone: "Asia/Almaty", Active: true, Subscribed: true}, chats)
			s := storetest.Opener(t, address)()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // some hundred times what it takes
			defer cancel()
			must(t, s.CreateBroadcast(ctx, noon, store.Broadcast{ID: "big", Message: text("x")}))
			must(t, s.GiveHalf(ctx, "big"))
			rest := store.Audience{Without: []string{"big"}}
			if n, err := s.CountAudience(ctx, noon, rest, store.CategoryNewsroom); n != chats/2 || err != nil {
				t.Fatalf("counted %d, %v", n, err)
			}
			must(t, s.CreateBroadcast(ctx, noon, store.Broadcast{ID: "rest", Message: text("x"), Audience: rest}))
			_, err := s.StartBroadcast(ctx, noon, "rest")
			must(t, err)
			if got := take(t, s, noon, "a", "rest", 60); len(got) != 60 {
				t.Errorf("a slice has %d chats", len(got))
			}
		})
	}
}
