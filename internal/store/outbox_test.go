package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbot/internal/outbox"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

func broadcast(t *testing.T, s *store.Store, id string) {
	t.Helper()
	must(t, s.CreateBroadcast(t.Context(), noon, store.Broadcast{ID: id, EditorID: 1, EditorChat: 2, Language: "ru", Message: text("Срочно: " + id)}))
	started, err := s.StartBroadcast(t.Context(), noon, id)
	must(t, err)
	if !started {
		t.Fatalf("broadcast %s was not started", id)
	}
}

// take takes the next slice of a broadcast, at most limit chats.
func take(t *testing.T, s *store.Store, now time.Time, holder, id string, limit int) []outbox.Delivery {
	t.Helper()
	sl, _, err := s.TakeSlice(t.Context(), now, holder, time.Minute, id, limit)
	must(t, err)
	return sl.Deliveries
}

func end(t *testing.T, s *store.Store, holder, id string, from int64) {
	t.Helper()
	must(t, s.EndSlice(t.Context(), noon, holder, outbox.SliceKey{Batch: id, From: from}))
}

func ids(deliveries []outbox.Delivery) []int64 {
	out := []int64{}
	for _, d := range deliveries {
		out = append(out, d.ChatID)
	}
	return out
}

func claim(t *testing.T, s *store.Store, now time.Time, holder string, limit int) []outbox.Delivery {
	t.Helper()
	d, err := s.Claim(t.Context(), now, holder, time.Minute, limit)
	must(t, err)
	return d
}

func keys(deliveries []outbox.Delivery) []string {
	out := []string{}
	for _, d := range deliveries {
		out = append(out, d.Key)
	}
	return out
}

func settleAll(t *testing.T, s *store.Store, holder string, deliveries []outbox.Delivery, state outbox.State) {
	t.Helper()
	var list []outbox.Settlement
	for _, d := range deliveries {
		st := outbox.Settlement{Key: d.Key, Batch: d.Batch, ChatID: d.ChatID, State: state, DueAt: noon, Delivery: &d}
		if state == outbox.StateFailed || state == outbox.StateGone {
			st.Reason, st.Detail = outbox.Reason(state), string(state)
		}
		list = append(list, st)
	}
	must(t, s.Settle(t.Context(), noon, holder, list))
}

func TestEnqueueClaim(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		full := outbox.Delivery{
			Key: "full", ChatID: -9, ThreadID: 3, Lane: outbox.LaneDigest, DueAt: noon, Attempts: 2,
			Message: outbox.Message{
				Text: "<b>Қазақстан & әлем</b>", Preview: &outbox.Preview{URL: "https://example.kz/a.jpg", Large: true},
				Keyboard: [][]outbox.Button{{{Text: "Оқу", Data: "a:1"}}}, Silent: true,
			},
		}
		n, err := s.Enqueue(ctx, noon,
			outbox.Delivery{Key: "bulk", ChatID: 1, Lane: outbox.LaneBulk, Message: text("same"), DueAt: noon.Add(-time.Hour)},
			full,
			outbox.Delivery{Key: "later", ChatID: 1, Lane: outbox.LaneReply, Message: text("same"), DueAt: noon.Add(time.Minute)},
			outbox.Delivery{Key: "breaking", ChatID: 2, Lane: outbox.LaneBreaking, Message: text("same")},
		)
		must(t, err)
		if n != 4 {
			t.Errorf("added %d", n)
		}
		if n, err = s.Enqueue(ctx, noon, full, full); n != 0 || err != nil {
			t.Errorf("again: added %d, %v", n, err)
		}
		if _, err = s.Enqueue(ctx, noon, outbox.Delivery{Key: "empty", ChatID: 1}); err == nil {
			t.Error("an empty message was accepted")
		}
		pending, oldest, err := s.Backlog(ctx)
		if pending != 4 || !oldest.Equal(noon.Add(-time.Hour)) || err != nil {
			t.Errorf("backlog %d since %v, %v", pending, oldest, err)
		}

		got := claim(t, s, noon, "a", 2)
		if diff := cmp.Diff([]string{"breaking", "full"}, keys(got)); diff != "" {
			t.Fatalf("lanes first: -want +got\n%s", diff)
		}
		full.CreatedAt = noon
		if diff := cmp.Diff(full, got[1]); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		if got := keys(claim(t, s, noon, "b", 10)); !cmp.Equal(got, []string{"bulk"}) {
			t.Errorf("then %v", got)
		}
		if got := claim(t, s, noon, "b", 10); len(got) != 0 {
			t.Errorf("then %v", got)
		}
		due, ok, err := s.NextDue(ctx)
		if !ok || !due.Equal(noon.Add(time.Minute)) || err != nil {
			t.Errorf("next due %v %v, %v", due, ok, err)
		}
	})
}

func TestLeases(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		_, err := s.Enqueue(ctx, noon,
			outbox.Delivery{Key: "1", ChatID: 1, Message: text("x")}, outbox.Delivery{Key: "2", ChatID: 2, Message: text("x")})
		must(t, err)
		first := claim(t, s, noon, "a", 10)
		if len(first) != 2 {
			t.Fatalf("claimed %d", len(first))
		}
		// Once the lease has run out another takes them, and the first one's word no longer counts.
		if got := claim(t, s, noon.Add(59*time.Second), "b", 10); len(got) != 0 {
			t.Errorf("taken too early: %v", keys(got))
		}
		late := noon.Add(time.Minute)
		if got := claim(t, s, late, "b", 1); len(got) != 1 || got[0].Key != "1" {
			t.Fatalf("after the lease: %v", keys(got))
		}
		settleAll(t, s, "a", first, outbox.StateSent)
		// The second had not been taken by anyone, so what is known of it counts.
		if got := claim(t, s, late, "c", 10); len(got) != 0 {
			t.Errorf("what was settled is claimed: %v", keys(got))
		}
		must(t, s.Release(ctx, noon, "a"))
		if got := claim(t, s, late, "c", 10); len(got) != 0 {
			t.Errorf("another's claim was released: %v", keys(got))
		}
		must(t, s.Release(ctx, noon, "b"))
		got := claim(t, s, late, "c", 10)
		if len(got) != 1 || got[0].Key != "1" {
			t.Fatalf("released: %v", keys(got))
		}
		must(t, s.Release(ctx, noon, ""))
		settleAll(t, s, "c", got, outbox.StateSent) // it gave it back: no longer its own
		if got := claim(t, s, late, "d", 10); len(got) != 1 {
			t.Errorf("all released: %v", keys(got))
		}
	})
}

func TestSettle(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		var all []outbox.Delivery
		for _, name := range []string{"sent", "failed", "gone", "retry", "moved"} {
			id := int64(-100 - len(all))
			touch(t, s, id)
			all = append(all, outbox.Delivery{Key: name, ChatID: id, Message: text(name)})
		}
		_, err := s.Enqueue(ctx, noon, all...)
		must(t, err)
		if got := claim(t, s, noon, "a", 10); len(got) != 5 {
			t.Fatalf("claimed %v", keys(got))
		}
		later := noon.Add(time.Hour)
		must(t, s.Settle(ctx, noon, "a", []outbox.Settlement{
			{Key: "sent", ChatID: -100, State: outbox.StateSent, MessageID: 42, Attempts: 1},
			{Key: "failed", ChatID: -101, State: outbox.StateFailed, Reason: "Bad Request"},
			{Key: "gone", ChatID: -102, State: outbox.StateGone, Reason: "bot was kicked"},
			{Key: "retry", ChatID: -103, State: outbox.StatePending, DueAt: later, Attempts: 3},
			{Key: "moved", ChatID: -104, State: outbox.StatePending, DueAt: noon, NewChatID: -1004},
			{Key: "unknown", ChatID: 1, State: outbox.StateSent},
		}))
		if c, _ := s.Chat(ctx, -102); c.Active || c.InactiveReason != "bot was kicked" {
			t.Errorf("the gone chat: %+v", c)
		}
		if c, _ := s.Chat(ctx, -101); !c.Active {
			t.Error("a rejected message made its chat inactive")
		}
		if c, err := s.Chat(ctx, -1004); err != nil || c.Kind != "supergroup" {
			t.Errorf("the moved chat: %+v, %v", c, err)
		}
		got := claim(t, s, noon, "a", 10)
		if len(got) != 1 || got[0].Key != "moved" || got[0].ChatID != -1004 {
			t.Errorf("pending now: %+v", got)
		}
		settleAll(t, s, "a", got, outbox.StateSent)
		got = claim(t, s, later, "a", 10)
		if len(got) != 1 || got[0].Key != "retry" || got[0].Attempts != 3 {
			t.Errorf("pending later: %+v", got)
		}
	})
}

// Sixteen claimers on separate connections never get the same delivery twice.
func TestClaimConcurrently(t *testing.T) {
	const claimers, rows = 16, 400
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		var all []outbox.Delivery
		for i := range rows {
			all = append(all, outbox.Delivery{Key: fmt.Sprint("k", i), ChatID: int64(i), Lane: outbox.Lane(i % 4), Message: text("x")})
		}
		_, err := s.Enqueue(ctx, noon, all...)
		must(t, err)
		second := open() // another process
		var mu sync.Mutex
		var errs []error
		taken := map[string]int{}
		var wg sync.WaitGroup
		for i := range claimers {
			wg.Go(func() {
				from := s
				if i%2 == 1 {
					from = second
				}
				for empty := 0; empty < 3; {
					got, err := from.Claim(ctx, noon, fmt.Sprint("h", i), time.Minute, 7)
					mu.Lock()
					for _, d := range got {
						taken[d.Key]++
					}
					if err != nil {
						errs = append(errs, err)
						empty = 3
					}
					mu.Unlock()
					if len(got) == 0 {
						empty++
					}
				}
			})
		}
		wg.Wait()
		must(t, errors.Join(errs...))
		if len(taken) != rows {
			t.Errorf("%d of %d were claimed", len(taken), rows)
		}
		for k, n := range taken {
			if n != 1 {
				t.Errorf("%s was claimed %d times", k, n)
			}
		}
	})
}
