package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbot/internal/outbox"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

func TestDueDigests(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		set := func(id int64, d store.Digest) {
			touch(t, s, id)
			d.ChatID = id
			must(t, s.SetDigest(ctx, noon, d))
		}
		set(1, store.Digest{Minute: 720, Weekdays: 127, NextAt: noon, On: true})
		set(2, store.Digest{Minute: 719, Weekdays: 31, NextAt: noon.Add(-time.Minute), On: true})
		set(3, store.Digest{Minute: 720, Weekdays: 127, NextAt: noon.Add(time.Millisecond), On: true}) // not yet
		set(4, store.Digest{Minute: 720, Weekdays: 127, NextAt: noon})                                 // off
		set(5, store.Digest{Minute: 720, Weekdays: 127, NextAt: noon, On: true})
		must(t, s.DeactivateChat(ctx, noon, 5, "blocked"))

		due, err := s.DueDigests(ctx, noon, store.Digest{}, 10)
		must(t, err)
		c2, err := s.Chat(ctx, 2)
		must(t, err)
		if len(due) != 3 || due[1].ChatID != 1 || due[2].ChatID != 5 || due[2].Chat.Active {
			t.Fatalf("due: %+v", due)
		}
		want := store.DueDigest{Digest: store.Digest{ChatID: 2, Minute: 719, Weekdays: 31, NextAt: noon.Add(-time.Minute), On: true}, Chat: c2}
		if diff := cmp.Diff(want, due[0]); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		if due, err = s.DueDigests(ctx, noon, store.Digest{}, 1); len(due) != 1 || due[0].ChatID != 2 || err != nil {
			t.Errorf("the first: %+v, %v", due, err)
		}
		if due, err = s.DueDigests(ctx, noon, due[0].Digest, 1); len(due) != 1 || due[0].ChatID != 1 || err != nil {
			t.Errorf("the one after it: %+v, %v", due, err)
		}
		if due, err = s.DueDigests(ctx, noon, due[0].Digest, 10); len(due) != 1 || due[0].ChatID != 5 || err != nil {
			t.Errorf("the rest: %+v, %v", due, err)
		}
		d, err := s.Digest(ctx, 4)
		must(t, err)
		if want := (store.Digest{ChatID: 4, Minute: 720, Weekdays: 127, NextAt: noon}); d != want {
			t.Errorf("got %+v", d)
		}
	})
}

// A picture is a part of its own: due behind the texts, once, and kept with the setting.
func TestDigestPicture(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		touch(t, s, 1)
		must(t, s.SetDigest(ctx, noon, store.Digest{ChatID: 1, Minute: 720, Weekdays: 127, NextAt: noon, On: true, Chart: true}))
		due, err := s.DueDigests(ctx, noon, store.Digest{}, 10)
		must(t, err)
		d, err := s.Digest(ctx, 1)
		must(t, err)
		if len(due) != 1 || !due[0].Digest.Chart || !d.Chart {
			t.Fatalf("the setting is lost: %+v %+v", due, d)
		}
		chart := &outbox.Chart{Code: "USD", Days: 30, Until: "2026-11-23", Language: "kk"}
		slot := store.Slot{ChatID: 1, At: noon, NextAt: noon.Add(24 * time.Hour), ThreadID: 7,
			Message: &outbox.Message{Text: "text"}, Picture: &outbox.Message{Chart: chart, Silent: true}}
		for i, want := range []int{2, 0} { // a kill before the commit was seen
			if n, err := s.CommitSlots(ctx, noon, []store.Slot{slot}); n != want || err != nil {
				t.Errorf("commit %d: %d enqueued, %v", i+1, n, err)
			}
		}
		text, err := s.Claim(ctx, noon, "test", time.Minute, 10)
		must(t, err)
		if len(text) != 1 || text[0].Message.Text != "text" {
			t.Fatalf("first comes %+v", text)
		}
		picture, err := s.Claim(ctx, noon.Add(5*time.Second), "test", time.Minute, 10)
		must(t, err)
		if len(picture) != 1 || picture[0].Key != text[0].Key+":p" || picture[0].ThreadID != 7 || picture[0].Lane != outbox.LaneDigest ||
			picture[0].Message.Chart == nil || *picture[0].Message.Chart != *chart || !picture[0].Message.Silent {
			t.Errorf("then comes %+v", picture)
		}
		must(t, s.SetDigest(ctx, noon, store.Digest{ChatID: 1, Minute: 720, Weekdays: 127}))
		if d, err := s.Digest(ctx, 1); d.Chart || err != nil {
			t.Errorf("not turned off: %+v, %v", d, err)
		}
	})
}

func TestCommitSlots(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		next := noon.Add(24 * time.Hour)
		for id := int64(1); id <= 3; id++ {
			touch(t, s, id)
			must(t, s.SetDigest(ctx, noon, store.Digest{ChatID: id, Minute: 720, Weekdays: 127, NextAt: noon, On: true}))
		}
		changed := noon.Add(3 * time.Hour)
		must(t, s.SetDigest(ctx, noon, store.Digest{ChatID: 3, Minute: 900, Weekdays: 127, NextAt: changed, On: true}))
		m := text("<b>Дайджест</b>")
		slots := []store.Slot{
			{ChatID: 1, At: noon, NextAt: next, Message: &m, ThreadID: 4, DueAt: noon.Add(time.Second)},
			{ChatID: 2, At: noon, NextAt: next, Note: "nothing new"},
			{ChatID: 3, At: noon, NextAt: next, Message: &m},
			{ChatID: 1, At: noon, NextAt: next, Message: &m}, // told twice
		}
		// A slot given twice in one statement is refused by neither engine.
		n, err := s.CommitSlots(ctx, noon, slots)
		must(t, err)
		if n != 2 {
			t.Errorf("enqueued %d", n)
		}
		if n, err = s.CommitSlots(ctx, noon, slots); n != 0 || err != nil {
			t.Errorf("again: enqueued %d, %v", n, err)
		}
		for id, want := range map[int64]time.Time{1: next, 2: next, 3: changed} {
			if d, err := s.Digest(ctx, id); err != nil || !d.NextAt.Equal(want) {
				t.Errorf("chat %d is next due %v, want %v (%v)", id, d.NextAt, want, err)
			}
		}
		got := claim(t, s, noon.Add(time.Second), "a", 10)
		if len(got) != 2 {
			t.Fatalf("claimed %v", keys(got))
		}
		for _, d := range got {
			if d.Lane != outbox.LaneDigest || d.Message.Text != m.Text || d.ChatID == 1 && (d.ThreadID != 4 || !d.DueAt.Equal(noon.Add(time.Second))) {
				t.Errorf("delivery %+v", d)
			}
		}
		due, err := s.DueDigests(ctx, next, store.Digest{}, 10)
		must(t, err)
		last := map[int64]time.Time{}
		for _, d := range due {
			last[d.ChatID] = d.LastSlot
		}
		if diff := cmp.Diff(map[int64]time.Time{1: noon, 2: {}, 3: noon}, last); diff != "" {
			t.Errorf("last slots sent: -want +got\n%s", diff)
		}
		// A digest of yesterday that comes late does not set the last slot back.
		_, err = s.CommitSlots(ctx, noon, []store.Slot{{ChatID: 1, At: noon.Add(-24 * time.Hour), NextAt: noon, Message: &m}})
		must(t, err)
		if due, _ = s.DueDigests(ctx, next, store.Digest{}, 1); len(due) == 1 && due[0].ChatID == 1 && !due[0].LastSlot.Equal(noon) {
			t.Errorf("last slot %v", due[0].LastSlot)
		}
	})
}

// Two processes commit the same slots at once: one message a slot.
func TestCommitSlotsConcurrently(t *testing.T) {
	const chats = 500
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		m := text("x")
		var slots []store.Slot
		for id := int64(1); id <= chats; id++ {
			slots = append(slots, store.Slot{ChatID: id, At: noon, NextAt: noon.Add(time.Hour), Message: &m})
		}
		var mu sync.Mutex
		total := 0
		var wg sync.WaitGroup
		for i := range 4 {
			st := s
			if i%2 == 1 {
				st = open()
			}
			wg.Go(func() {
				n, err := st.CommitSlots(ctx, noon, slots)
				mu.Lock()
				defer mu.Unlock()
				total += n
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if pending, _, err := s.Backlog(ctx); total != chats || pending != chats || err != nil {
			t.Errorf("enqueued %d, pending %d, %v", total, pending, err)
		}
	})
}

func TestDialogs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		must(t, s.SetDialog(ctx, noon, 1, 2, "broadcast", "draft"))
		must(t, s.SetDialog(ctx, noon, 1, 2, "confirm", `{"id":"b"}`))
		for _, tt := range []struct {
			name       string
			now        time.Time
			chat, user int64
			want       string
		}{
			{"there", noon.Add(59 * time.Minute), 1, 2, `confirm {"id":"b"} true`},
			{"too old", noon.Add(time.Hour), 1, 2, "  false"},
			{"another user", noon, 1, 3, "  false"},
			{"another chat", noon, 2, 2, "  false"},
		} {
			state, data, ok, err := s.Dialog(ctx, tt.now, tt.chat, tt.user, time.Hour)
			if got := fmt.Sprint(state, " ", data, " ", ok); got != tt.want || err != nil {
				t.Errorf("%s: %q, %v", tt.name, got, err)
			}
		}
		must(t, s.ClearDialog(ctx, 1, 2))
		if _, _, ok, err := s.Dialog(ctx, noon, 1, 2, time.Hour); ok || err != nil {
			t.Errorf("after clearing: %v, %v", ok, err)
		}
	})
}

func TestUpdates(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		if known, err := s.KnownUpdate(ctx, 900); known || err != nil {
			t.Errorf("known before it was noted: %v, %v", known, err)
		}
		for _, tt := range []struct {
			id   int64
			seen bool
		}{{900, false}, {899, false}, {900, true}, {899, true}} {
			if seen, err := s.SeenUpdate(ctx, noon, tt.id); seen != tt.seen || err != nil {
				t.Errorf("update %d: seen %v, %v", tt.id, seen, err)
			}
		}
		if known, err := s.KnownUpdate(ctx, 900); !known || err != nil {
			t.Errorf("not known after it was noted: %v, %v", known, err)
		}
	})
}
