package store_test

import (
	"database/sql"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbot/internal/outbox"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

// sendTo makes a broadcast that has ended, with a copy numbered 100 in each chat.
func sendTo(t *testing.T, s *store.Store, id string) {
	t.Helper()
	broadcast(t, s, id)
	var list []outbox.Settlement
	for _, d := range take(t, s, noon, "a", id, 100) {
		list = append(list, outbox.Settlement{Batch: id, ChatID: d.ChatID, State: outbox.StateSent, MessageID: 100})
	}
	must(t, s.Settle(t.Context(), noon, "a", list))
	end(t, s, "a", id, firstSlice)
}

// about starts a correction or a recall of a broadcast.
func about(t *testing.T, s *store.Store, kind, id, target string) {
	t.Helper()
	must(t, s.CreateBroadcast(t.Context(), noon, store.Broadcast{ID: id, Kind: kind, TargetID: target, Message: text("Түзету")}))
	if started, err := s.StartBroadcast(t.Context(), noon, id); !started || err != nil {
		t.Fatalf("%s %s: started %v, %v", kind, id, started, err)
	}
}

// A group moves while its correction or recall waits for another try. Under its
// new id the message's number is another message's: nothing is done there.
func TestMoveWhileCorrectionWaits(t *testing.T) {
	const group, super = -5, -1000000000005
	for _, kind := range []string{store.KindCorrect, store.KindRecall} {
		storetest.Each(t, func(t *testing.T, open func() *store.Store) {
			s, ctx := open(), t.Context()
			touch(t, s, group)
			sendTo(t, s, "b")
			about(t, s, kind, "c", "b")
			settleAll(t, s, "a", take(t, s, noon, "a", "c", 10), outbox.StatePending)
			end(t, s, "a", "c", firstSlice)
			must(t, s.MigrateChat(ctx, noon, group, super))
			rows := claim(t, s, noon, "a", 10)
			if len(rows) != 1 || rows[0].ChatID != group || rows[0].TargetID != 100 {
				t.Fatalf("%s: tried again %+v", kind, rows)
			}
			must(t, s.Settle(ctx, noon, "a", []outbox.Settlement{{Key: rows[0].Key, Batch: "c", ChatID: group, State: outbox.StateFailed,
				NewChatID: super, Reason: outbox.ReasonMoved, Detail: "upgraded"}}))
			if b := read(t, s, "c"); b.State != store.BroadcastDone || b.Failed != 1 || b.Retrying != 0 {
				t.Errorf("%s: %+v", kind, b)
			}
		})
	}
}

// What a recall has deleted is neither corrected nor deleted again; what it could
// not delete is.
func TestRecalledIsGone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		for id := range int64(4) {
			touch(t, s, id+1)
		}
		sendTo(t, s, "b")
		about(t, s, store.KindRecall, "r", "b")
		deletes := take(t, s, noon, "a", "r", 10)
		settleAll(t, s, "a", deletes[:2], outbox.StateSent)
		settleAll(t, s, "a", deletes[2:], outbox.StateFailed)
		if b := read(t, s, "r"); b.Total != 4 {
			t.Errorf("the recall is for %d chats", b.Total)
		}
		end(t, s, "a", "r", firstSlice)
		if copies, _, err := s.CountCopies(ctx, noon, "b"); copies != 2 || err != nil {
			t.Errorf("%d copies, %v", copies, err)
		}
		for _, again := range []string{store.KindCorrect, store.KindRecall} {
			about(t, s, again, again, "b")
			if b := read(t, s, again); b.Total != 2 {
				t.Errorf("%s: for %d chats", again, b.Total)
			}
			left := take(t, s, noon, "a", again, 10)
			if diff := cmp.Diff([]int64{3, 4}, ids(left)); diff != "" {
				t.Errorf("%s: -want +got\n%s", again, diff)
			}
			settleAll(t, s, "a", left, outbox.StateSent)
			end(t, s, "a", again, firstSlice)
		}
		if copies, _, err := s.CountCopies(ctx, noon, "b"); copies != 0 || err != nil {
			t.Errorf("%d copies at the end, %v", copies, err)
		}
	})
}

// A message that is tried again in the night makes no sound in a chat that wants
// none, though it was due in the evening, and one that waits until the morning does.
func TestQuietAtTheRetry(t *testing.T) {
	evening := time.Date(2026, time.March, 2, 22, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name         string
		first, again time.Time
		critical     bool
		want         bool
	}{
		{name: "into the night", first: evening, again: evening.Add(2 * time.Hour), want: true},
		{name: "critical", first: evening, again: evening.Add(2 * time.Hour), critical: true},
		{name: "into the morning", first: evening.Add(2 * time.Hour), again: evening.Add(10 * time.Hour)},
		{name: "within the evening", first: evening, again: evening.Add(time.Minute)},
	} {
		t.Run(c.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, open func() *store.Store) {
				s, ctx := open(), t.Context()
				for id := range int64(2) {
					_, _, err := s.TouchChat(ctx, noon, store.Chat{ID: id + 1, Kind: "private", Language: "kk", Zone: "UTC", Active: true, Subscribed: true,
						Quiet: store.Quiet{From: 23 * 60 * int(id), To: 7 * 60 * int(id)}}) // the first wants every sound
					must(t, err)
				}
				must(t, s.CreateBroadcast(ctx, c.first, store.Broadcast{ID: "b", Message: text("x"), Critical: c.critical}))
				_, err := s.StartBroadcast(ctx, c.first, "b")
				must(t, err)
				for _, d := range take(t, s, c.first, "a", "b", 10) {
					must(t, s.Settle(ctx, c.first, "a", []outbox.Settlement{{Batch: "b", ChatID: d.ChatID, State: outbox.StatePending, DueAt: c.first, Delivery: &d}}))
				}
				got := map[int64]bool{}
				for _, d := range claim(t, s, c.again, "a", 10) {
					got[d.ChatID] = d.Silent
				}
				if diff := cmp.Diff(map[int64]bool{1: false, 2: c.want}, got); diff != "" {
					t.Errorf("silent: -want +got\n%s", diff)
				}
			})
		})
	}
}

// A broadcast goes on at the moment when a claim of one of its rows has run out
// and the row is claimed again: it must not be held for a pause that is over.
func TestResumeWhileClaiming(t *testing.T) {
	address := storetest.Postgres(t)
	s, ctx := storetest.Opener(t, address)(), t.Context()
	touch(t, s, 1)
	broadcast(t, s, "b")
	settleAll(t, s, "a", take(t, s, noon, "a", "b", 10), outbox.StatePending)
	if got := claim(t, s, noon, "a", 10); len(got) != 1 {
		t.Fatalf("claimed %v", keys(got))
	}
	_, err := s.PauseBroadcast(ctx, noon, "b")
	must(t, err)

	db, err := sql.Open("postgres", address)
	must(t, err)
	defer db.Close()
	resume, err := db.BeginTx(ctx, nil)
	must(t, err)
	for _, statement := range []string{
		`UPDATE broadcasts SET state = 'running' WHERE broadcast_id = 'b' AND state = 'paused'`,
		`UPDATE outbox SET state = 'pending' WHERE batch = 'b' AND state = 'held'`,
	} {
		_, err := resume.ExecContext(ctx, statement)
		must(t, err)
	}
	claimed := make(chan []outbox.Delivery, 1)
	go func() {
		got, err := s.Claim(ctx, noon.Add(time.Hour), "b", time.Minute, 10)
		if err != nil {
			t.Error(err)
		}
		claimed <- got
	}()
	time.Sleep(300 * time.Millisecond) // for the claim to come to the broadcast
	must(t, resume.Commit())
	if got := <-claimed; len(got) != 1 {
		t.Errorf("claimed %v: the row is held though its broadcast runs", keys(got))
	}
}

// How a retry ends is counted under what it is.
func TestRetryEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		touch(t, s, 1)
		for _, c := range []struct {
			name   string
			state  outbox.State
			reason outbox.Reason
			want   store.Broadcast
		}{
			{"sent", outbox.StateSent, "", store.Broadcast{Sent: 1}},
			{"rejected", outbox.StateFailed, outbox.ReasonRejected, store.Broadcast{Failed: 1}},
			{"too late", outbox.StateFailed, outbox.ReasonTooLate, store.Broadcast{TooLate: 1}},
			{"too old", outbox.StateFailed, outbox.ReasonTooOld, store.Broadcast{TooLate: 1}},
			{"blocked", outbox.StateGone, outbox.ReasonBlocked, store.Broadcast{Gone: 1}}, // the last: the chat is lost
		} {
			broadcast(t, s, c.name)
			settleAll(t, s, "a", take(t, s, noon, "a", c.name, 10), outbox.StatePending)
			end(t, s, "a", c.name, firstSlice)
			if b := read(t, s, c.name); b.Retrying != 1 || b.State != store.BroadcastRunning {
				t.Errorf("%s: while it waits %+v", c.name, b)
			}
			row := claim(t, s, noon, "a", 10)[0]
			must(t, s.Settle(t.Context(), noon, "a", []outbox.Settlement{{Key: row.Key, Batch: c.name, ChatID: 1, State: c.state, MessageID: 7, Reason: c.reason}}))
			b := read(t, s, c.name)
			got := store.Broadcast{Sent: b.Sent, Failed: b.Failed, Gone: b.Gone, TooLate: b.TooLate, Retrying: b.Retrying}
			if diff := cmp.Diff(c.want, got); diff != "" || b.State != store.BroadcastDone || b.Total != 1 {
				t.Errorf("%s: %s, %d in all: -want +got\n%s", c.name, b.State, b.Total, diff)
			}
		}
	})
}

// What a cancelled broadcast has sent can be called back at once, also when it
// was paused in the middle of a slice.
func TestRecallOfCancelled(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		touch(t, s, 1)
		touch(t, s, 2)
		broadcast(t, s, "b")
		got := take(t, s, noon, "a", "b", 10)
		must(t, s.Settle(ctx, noon, "a", []outbox.Settlement{{Batch: "b", ChatID: got[0].ChatID, State: outbox.StateSent, MessageID: 7}}))
		_, err := s.PauseBroadcast(ctx, noon, "b")
		must(t, err)
		must(t, s.FreeSlice(ctx, noon, "a", outbox.SliceKey{Batch: "b", From: firstSlice}))
		_, err = s.CancelBroadcast(ctx, noon, "b")
		must(t, err)
		about(t, s, store.KindRecall, "r", "b")
		if diff := cmp.Diff([]int64{1}, ids(take(t, s, noon, "a", "r", 10))); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	})
}

// A process that is killed just after an editor stopped a broadcast leaves its
// slice. What was sent can be called back as soon as another has taken over.
func TestRecallAfterKill(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		touch(t, s, 1)
		touch(t, s, 2)
		broadcast(t, s, "b")
		got := take(t, s, noon, "killed", "b", 10)
		must(t, s.Settle(ctx, noon, "killed", []outbox.Settlement{{Batch: "b", ChatID: got[0].ChatID, State: outbox.StateSent, MessageID: 7}}))
		_, err := s.CancelBroadcast(ctx, noon, "b")
		must(t, err)
		must(t, s.Release(ctx, noon, ""))
		if b := read(t, s, "b"); b.Sent != 1 || b.Settled() != 1 {
			t.Errorf("%d sent of %d", b.Sent, b.Settled())
		}
		about(t, s, store.KindRecall, "r", "b")
	})
}

// Of a correction and a recall of one broadcast that are started at the same
// instant one begins, whichever; the other is told to wait.
func TestChangesAtOneInstant(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		touch(t, s, 1)
		sendTo(t, s, "b")
		for round := range 30 {
			names := []string{fmt.Sprint("c", round), fmt.Sprint("r", round)}
			for i, kind := range []string{store.KindCorrect, store.KindRecall} {
				must(t, s.CreateBroadcast(ctx, noon, store.Broadcast{ID: names[i], Kind: kind, TargetID: "b", Message: text("Түзету")}))
			}
			var began atomic.Int32
			var both sync.WaitGroup
			for _, id := range names {
				both.Go(func() {
					started, err := s.StartBroadcast(ctx, noon, id)
					if err != nil {
						t.Error(err)
					}
					if started {
						began.Add(1)
					}
				})
			}
			both.Wait()
			if n := began.Load(); n != 1 {
				t.Fatalf("round %d: %d began", round, n)
			}
			for _, id := range names {
				_, err := s.CancelBroadcast(ctx, noon, id)
				must(t, err)
			}
		}
	})
}

// Two changes that fall due together begin one after the other.
func TestChangesDueTogether(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		touch(t, s, 1)
		sendTo(t, s, "b")
		for id, kind := range map[string]string{"first": store.KindCorrect, "second": store.KindRecall} {
			must(t, s.CreateBroadcast(ctx, noon, store.Broadcast{ID: id, Kind: kind, TargetID: "b", Message: text("Түзету")}))
			if ok, err := s.ScheduleBroadcast(ctx, id, noon.Add(time.Minute)); !ok || err != nil {
				t.Fatal(ok, err)
			}
		}
		due := func() []string {
			started, err := s.DueBroadcasts(ctx, noon.Add(time.Minute))
			must(t, err)
			return started
		}
		if diff := cmp.Diff([]string{"first"}, due()); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		if got := read(t, s, "first"); got.Total != 1 {
			t.Errorf("it is for %d chats", got.Total)
		}
		if got := due(); got != nil {
			t.Errorf("%v began as well", got)
		}
		_, err := s.CancelBroadcast(ctx, noon, "first")
		must(t, err)
		if diff := cmp.Diff([]string{"second"}, due()); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	})
}
