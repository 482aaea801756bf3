package store_test

import (
	"testing"
	"time"

	"newsbot/internal/outbox"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

func TestDraftsOfAnEditor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		for i, id := range []string{"a", "b", "c"} {
			must(t, s.CreateBroadcast(ctx, noon.Add(time.Duration(i)*time.Minute), store.Broadcast{ID: id, EditorID: 1, EditorChat: 1, Language: "kk", Message: text(id)}))
		}
		must(t, s.CreateBroadcast(ctx, noon, store.Broadcast{ID: "other", EditorID: 2, EditorChat: 2, Language: "kk", Message: text("x")}))
		if done, err := s.CancelBroadcast(ctx, noon, "b"); err != nil || !done {
			t.Fatal(done, err)
		}
		drafts, err := s.DraftsOf(ctx, 1, 5)
		must(t, err)
		if len(drafts) != 2 || drafts[0].ID != "c" || drafts[1].ID != "a" || drafts[0].Message.Text != "c" {
			t.Errorf("drafts %+v", drafts)
		}
		if drafts, err = s.DraftsOf(ctx, 1, 1); err != nil || len(drafts) != 1 || drafts[0].ID != "c" {
			t.Errorf("the newest %+v, %v", drafts, err)
		}
	})
}

func TestReturnToDraft(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		later := noon.Add(time.Hour)
		touch(t, s, 1)
		must(t, s.CreateBroadcast(ctx, noon, store.Broadcast{ID: "b", EditorID: 1, EditorChat: 1, Language: "kk", Message: text("x"), StartAt: later}))
		turn := func(want bool, what string, got bool, err error) {
			t.Helper()
			if err != nil || got != want {
				t.Fatalf("%s: %v, %v; want %v", what, got, err, want)
			}
		}
		ok, err := s.ReturnBroadcast(ctx, noon, "b")
		turn(false, "a draft is returned", ok, err)
		ok, err = s.SubmitBroadcast(ctx, noon, "b")
		turn(true, "submitted", ok, err)
		ok, err = s.ReturnBroadcast(ctx, noon, "b")
		turn(true, "returned", ok, err)
		ok, err = s.ApproveBroadcast(ctx, noon, "b", 2)
		turn(false, "approved after it was taken back", ok, err)
		ok, err = s.SubmitBroadcast(ctx, noon, "b")
		turn(true, "submitted again", ok, err)
		ok, err = s.ApproveBroadcast(ctx, noon, "b", 2)
		turn(true, "approved", ok, err)
		if b := read(t, s, "b"); b.State != store.BroadcastScheduled || b.ApproverID != 2 {
			t.Fatalf("approved it is %+v", b)
		}
		ok, err = s.ReturnBroadcast(ctx, noon, "b")
		turn(true, "returned when scheduled", ok, err)
		if b := read(t, s, "b"); b.State != store.BroadcastDraft || b.ApproverID != 0 || !b.StartAt.Equal(later) {
			t.Errorf("returned it is %+v", b)
		}
	})
}

// What was not begun within an hour of its time is not begun at all.
func TestMissedBroadcasts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		touch(t, s, 1)
		at := noon.Add(time.Hour)
		for _, id := range []string{"late", "later"} {
			must(t, s.CreateBroadcast(ctx, noon, store.Broadcast{ID: id, EditorID: 1, EditorChat: 1, Language: "kk", Message: text(id)}))
			if ok, err := s.ScheduleBroadcast(ctx, id, at); err != nil || !ok {
				t.Fatal(ok, err)
			}
			at = at.Add(30 * time.Minute)
		}
		now := noon.Add(time.Hour + store.StartLimit)
		missed, err := s.MissedBroadcasts(ctx, now.Add(-store.StartLimit))
		must(t, err)
		if len(missed) != 1 || missed[0].ID != "late" {
			t.Fatalf("missed %+v", missed)
		}
		started, err := s.DueBroadcasts(ctx, now)
		must(t, err)
		if len(started) != 1 || started[0] != "later" {
			t.Errorf("started %v", started)
		}
		if b := read(t, s, "late"); b.State != store.BroadcastScheduled {
			t.Errorf("the missed one is %s", b.State)
		}
	})
}

// A correction waits for the end of what it is about, however long that takes.
func TestCorrectionIsNotMissed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		touch(t, s, 1)
		must(t, s.CreateBroadcast(ctx, noon, store.Broadcast{ID: "news", EditorID: 1, EditorChat: 1, Language: "kk", Message: text("news")}))
		if ok, err := s.StartBroadcast(ctx, noon, "news"); err != nil || !ok {
			t.Fatal(ok, err)
		}
		must(t, s.CreateBroadcast(ctx, noon, store.Broadcast{ID: "fix", Kind: store.KindCorrect, TargetID: "news", EditorID: 1, EditorChat: 1, Language: "kk", Message: text("fix")}))
		if ok, err := s.ScheduleBroadcast(ctx, "fix", noon.Add(time.Hour)); err != nil || !ok {
			t.Fatal(ok, err)
		}
		later := noon.Add(time.Hour + 2*store.StartLimit)
		missed, err := s.MissedBroadcasts(ctx, later.Add(-store.StartLimit))
		must(t, err)
		if len(missed) != 0 {
			t.Errorf("missed %+v", missed)
		}
		started, err := s.DueBroadcasts(ctx, later)
		must(t, err)
		if len(started) != 0 {
			t.Errorf("started while its target runs: %v", started)
		}
		if ok, err := s.CancelBroadcast(ctx, later, "news"); err != nil || !ok {
			t.Fatal(ok, err)
		}
		started, err = s.DueBroadcasts(ctx, later)
		must(t, err)
		if len(started) != 1 || started[0] != "fix" {
			t.Errorf("started %v after its target ended", started)
		}
	})
}

// A broadcast's state and the words that editors get about it are written
// together: what cannot be told does not happen.
func TestWordsGoWithTheState(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		later := noon.Add(time.Hour)
		touch(t, s, 1)
		must(t, s.CreateBroadcast(ctx, noon, store.Broadcast{ID: "b", EditorID: 1, EditorChat: 1, Message: text("x"), StartAt: later}))
		for _, tt := range []struct {
			name string
			to   string // the state that the step leads to
			step func(id string, words ...outbox.Delivery) (bool, error)
		}{
			{"submit", store.BroadcastWaiting, func(id string, words ...outbox.Delivery) (bool, error) {
				return s.SubmitBroadcast(ctx, noon, id, words...)
			}},
			{"return", store.BroadcastDraft, func(id string, words ...outbox.Delivery) (bool, error) {
				return s.ReturnBroadcast(ctx, noon, id, words...)
			}},
			{"submit again", store.BroadcastWaiting, func(id string, words ...outbox.Delivery) (bool, error) {
				return s.SubmitBroadcast(ctx, noon, id, words...)
			}},
			{"approve", store.BroadcastScheduled, func(id string, words ...outbox.Delivery) (bool, error) {
				return s.ApproveBroadcast(ctx, noon, id, 2, words...)
			}},
			{"another time", store.BroadcastWaiting, func(id string, words ...outbox.Delivery) (bool, error) {
				return s.ResubmitBroadcast(ctx, noon, id, later, words...)
			}},
			{"approve again", store.BroadcastRunning, func(id string, words ...outbox.Delivery) (bool, error) {
				return s.ApproveBroadcast(ctx, later, id, 2, words...)
			}},
			{"hold", store.BroadcastPaused, func(id string, words ...outbox.Delivery) (bool, error) {
				return s.HoldBroadcast(ctx, noon, id, words[0])
			}},
		} {
			word := outbox.Delivery{Key: tt.name, ChatID: 1, DueAt: noon.Add(48 * time.Hour), Message: text("word")}
			before := read(t, s, "b").State
			bad := word
			bad.Message = outbox.Message{}
			if done, err := tt.step("b", bad); done || err == nil {
				t.Errorf("%s: a word that cannot be kept: %v, %v", tt.name, done, err)
			}
			if got := read(t, s, "b").State; got != before {
				t.Errorf("%s: without its word it is %s", tt.name, got)
			}
			if done, err := tt.step("b", word); !done || err != nil {
				t.Errorf("%s: %v, %v", tt.name, done, err)
			}
			if got := read(t, s, "b").State; got != tt.to {
				t.Errorf("%s: it is %s", tt.name, got)
			}
			if added, err := s.Enqueue(ctx, noon, word); added != 0 || err != nil {
				t.Errorf("%s: its word was not kept: %d, %v", tt.name, added, err)
			}
			// A second press does nothing, and tells nobody of it.
			again := word
			again.Key += " again"
			if done, err := tt.step("b", again); done || err != nil {
				t.Errorf("%s a second time: %v, %v", tt.name, done, err)
			}
			again.Message = text("not there")
			if added, err := s.Enqueue(ctx, noon, again); added != 1 || err != nil {
				t.Errorf("%s a second time was told: %d, %v", tt.name, added, err)
			}
		}
		// Who lets it go on after it was held means it.
		if done, err := s.ResumeBroadcast(ctx, noon, "b"); !done || err != nil {
			t.Fatal(done, err)
		}
		if held, err := s.HoldBroadcast(ctx, noon, "b", outbox.Delivery{Key: "hold", ChatID: 1, Message: text("word")}); held || err != nil {
			t.Errorf("held twice: %v, %v", held, err)
		}
	})
}
