package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbot/internal/outbox"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

func TestDigestSlots(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		nine := noon.Add(21 * time.Hour)
		for id, d := range map[int64]store.Digest{
			1: {NextAt: nine, On: true}, 2: {NextAt: nine, On: true, Chart: true}, 3: {NextAt: nine}, 4: {NextAt: nine, On: true},
			5: {NextAt: nine.Add(time.Hour), On: true}, 6: {NextAt: noon, On: true}, 7: {NextAt: noon.Add(25 * time.Hour), On: true},
		} {
			touch(t, s, id)
			d.ChatID, d.Weekdays = id, 127
			must(t, s.SetDigest(ctx, noon, d))
		}
		must(t, s.DeactivateChat(ctx, noon, 4, "blocked"))
		got, err := s.DigestSlots(ctx, noon, noon.Add(24*time.Hour))
		must(t, err)
		want := []store.SlotCount{{At: nine, Digests: 2, Messages: 3}, {At: nine.Add(time.Hour), Digests: 1, Messages: 1}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	})
}

func TestWaiting(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		if got, err := s.Waiting(ctx, noon); len(got) != 0 || err != nil {
			t.Errorf("nothing waits: %v, %v", got, err)
		}
		_, err := s.Enqueue(ctx, noon,
			outbox.Delivery{Key: "r", ChatID: 1, Lane: outbox.LaneReply, Message: text("a")},
			outbox.Delivery{Key: "d1", ChatID: 1, Lane: outbox.LaneDigest, Message: text("a")},
			outbox.Delivery{Key: "d2", ChatID: 2, Lane: outbox.LaneDigest, Message: text("a")},
			outbox.Delivery{Key: "later", ChatID: 3, Lane: outbox.LaneBreaking, Message: text("a"), DueAt: noon.Add(time.Second)},
		)
		must(t, err)
		claim(t, s, noon, "a", 2) // what is on the wire waits still
		for id := range int64(5) {
			touch(t, s, id+1)
		}
		must(t, s.SetOptOut(ctx, 5, store.CategoryBreaking, true))
		for id, category := range map[string]string{"bulk": store.CategoryNewsroom, "urgent": store.CategoryBreaking, "draft": store.CategoryBreaking, "paused": store.CategoryNewsroom} {
			must(t, s.CreateBroadcast(ctx, noon, store.Broadcast{ID: id, Category: category, Message: text("x")}))
			if id == "draft" {
				continue
			}
			if started, err := s.StartBroadcast(ctx, noon, id); !started || err != nil {
				t.Fatal(started, err)
			}
		}
		if paused, err := s.PauseBroadcast(ctx, noon, "paused"); !paused || err != nil {
			t.Fatal(paused, err)
		}
		got, err := s.Waiting(ctx, noon)
		must(t, err)
		if diff := cmp.Diff(map[outbox.Lane]int{outbox.LaneReply: 1, outbox.LaneDigest: 2, outbox.LaneBreaking: 4, outbox.LaneBulk: 5}, got); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		// An album is as many messages as it has pictures; to correct it is one call.
		album := outbox.Message{Copy: &outbox.MessageRef{ChatID: 1, MessageID: 7, More: []int64{8, 9}}}
		must(t, s.CreateBroadcast(ctx, noon, store.Broadcast{ID: "album", Category: store.CategoryNewsroom, Message: album}))
		if started, err := s.StartBroadcast(ctx, noon, "album"); !started || err != nil {
			t.Fatal(started, err)
		}
		got, err = s.Waiting(ctx, noon)
		must(t, err)
		if got[outbox.LaneBulk] != 5+3*5 {
			t.Errorf("with an album to 5 chats %d wait", got[outbox.LaneBulk])
		}
	})
}
