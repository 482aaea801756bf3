package store_test

import (
	"database/sql"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbot/internal/outbox"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

// firstSlice is where a broadcast's first slice begins.
const firstSlice = math.MinInt64 + 1

func read(t *testing.T, s *store.Store, id string) store.Broadcast {
	t.Helper()
	b, err := s.Broadcast(t.Context(), id)
	must(t, err)
	return b
}

// states returns what became of each chat of a broadcast.
func states(t *testing.T, s *store.Store, id string) map[int64]outbox.State {
	t.Helper()
	list, err := s.Recipients(t.Context(), id, 0, 10_000)
	must(t, err)
	got := map[int64]outbox.State{}
	for _, r := range list {
		got[r.ChatID] = r.State
	}
	return got
}

func TestBroadcast(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		for id := range int64(7) {
			touch(t, s, id+1)
		}
		must(t, s.SetSubscribed(ctx, 3, false))
		must(t, s.DeactivateChat(ctx, noon, 4, "blocked"))
		must(t, s.SetThread(ctx, 5, 55))
		if n, err := s.CountAudience(ctx, noon, store.Audience{}, store.CategoryNewsroom); n != 5 || err != nil {
			t.Errorf("audience %d, %v", n, err)
		}
		must(t, s.CreateBroadcast(ctx, noon, store.Broadcast{ID: "b", EditorID: 1, EditorChat: 2, Language: "kk", Title: "Жаңалық", Message: text("Жаңалық")}))
		if got := take(t, s, noon, "a", "b", 2); len(got) != 0 {
			t.Errorf("a draft goes to %v", ids(got))
		}
		for _, want := range []bool{true, false} {
			if started, err := s.StartBroadcast(ctx, noon, "b"); started != want || err != nil {
				t.Errorf("started %v, %v", started, err)
			}
		}
		must(t, s.SetBroadcastProgress(ctx, "b", 99))
		first, second := take(t, s, noon, "a", "b", 3), take(t, s, noon, "a", "b", 3)
		if diff := cmp.Diff([][]int64{{1, 2, 5}, {6, 7}}, [][]int64{ids(first), ids(second)}); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		if d := first[2]; d.ThreadID != 55 || d.Message.Text != "Жаңалық" || d.Batch != "b" || d.Lane != outbox.LaneBulk || d.Action != outbox.ActionSend {
			t.Errorf("delivery %+v", d)
		}
		if got := take(t, s, noon, "b", "b", 3); len(got) != 0 {
			t.Errorf("another took %v", ids(got))
		}
		settleAll(t, s, "a", first[:2], outbox.StateSent)
		settleAll(t, s, "a", first[2:], outbox.StateFailed)
		settleAll(t, s, "a", second[:1], outbox.StateGone)
		settleAll(t, s, "a", second[:1], outbox.StateGone) // counted once
		want := store.Broadcast{ID: "b", Kind: store.KindSend, Category: store.CategoryNewsroom, Media: outbox.MediaText, Title: "Жаңалық",
			EditorID: 1, EditorChat: 2, Language: "kk", Message: text("Жаңалық"), State: store.BroadcastRunning,
			Total: 5, Planned: 5, Sent: 2, Failed: 1, Gone: 1, CreatedAt: noon, StartedAt: noon, ProgressMessageID: 99}
		if diff := cmp.Diff(want, read(t, s, "b")); diff != "" {
			t.Errorf("while its slices are under way: -want +got\n%s", diff)
		}
		end(t, s, "a", "b", 5) // no slice begins there
		from := []int64{firstSlice, 6}
		end(t, s, "a", "b", from[0])
		if diff := cmp.Diff(want, read(t, s, "b")); diff != "" {
			t.Errorf("when one has ended: -want +got\n%s", diff)
		}
		if ids, err := s.FinishBroadcasts(ctx, noon); len(ids) != 0 || err != nil {
			t.Errorf("finished too early: %v, %v", ids, err)
		}
		settleAll(t, s, "a", second[1:], outbox.StateSent)
		end(t, s, "b", "b", from[1]) // not b's
		if b := read(t, s, "b"); b.State != store.BroadcastRunning {
			t.Errorf("ended by one who does not hold the slice: %+v", b)
		}
		end(t, s, "a", "b", from[1])
		if b := read(t, s, "b"); b.State != store.BroadcastDone || !b.FinishedAt.Equal(noon) || b.Sent != 3 {
			t.Errorf("at the end %+v", b)
		}
		if reasons, err := s.FailureReasons(ctx, "b"); !cmp.Equal(reasons, map[outbox.Reason]int{"failed": 1, "gone": 1}) || err != nil {
			t.Errorf("reasons %v, %v", reasons, err)
		}
		if open, err := s.OpenBroadcasts(ctx); len(open) != 1 || err != nil {
			t.Errorf("open: %v, %v", open, err)
		}
		must(t, s.MarkReported(ctx, "b"))
		if open, err := s.OpenBroadcasts(ctx); len(open) != 0 || err != nil {
			t.Errorf("open: %v, %v", open, err)
		}
		if cancelled, err := s.CancelBroadcast(ctx, noon, "b"); cancelled || err != nil {
			t.Errorf("cancelled after its end: %v, %v", cancelled, err)
		}
	})
}

func TestBroadcastToNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		broadcast(t, s, "b")
		if got := take(t, s, noon, "a", "b", 10); len(got) != 0 {
			t.Errorf("goes to %v", ids(got))
		}
		if b := read(t, s, "b"); b.State != store.BroadcastDone {
			t.Errorf("%+v", b)
		}
	})
}

func TestCancelBroadcast(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		for id := range int64(9) {
			touch(t, s, id+1)
		}
		broadcast(t, s, "b")
		broadcast(t, s, "other")
		inFlight := take(t, s, noon, "a", "b", 6)
		settleAll(t, s, "a", inFlight[:2], outbox.StatePending) // one waits, one is claimed again
		if got := claim(t, s, noon, "a", 1); len(got) != 1 || got[0].Batch != "b" {
			t.Fatalf("claimed %v", keys(got))
		} else {
			defer settleAll(t, s, "a", got, outbox.StateSent)
		}
		if cancelled, err := s.CancelBroadcast(ctx, noon, "b"); !cancelled || err != nil {
			t.Fatalf("cancelled %v, %v", cancelled, err)
		}
		// What was in flight arrived or comes back; coming back it ends too.
		settleAll(t, s, "a", inFlight[2:3], outbox.StateSent)
		settleAll(t, s, "a", inFlight[3:4], outbox.StatePending)
		must(t, s.FreeSlice(ctx, noon, "a", outbox.SliceKey{Batch: "b", From: firstSlice}))
		if got := take(t, s, noon, "a", "b", 100); len(got) != 0 {
			t.Errorf("it goes on to %v", ids(got))
		}
		if got := take(t, s, noon, "a", "other", 100); len(got) != 9 {
			t.Errorf("the other goes to %v", ids(got))
		}
		if got := claim(t, s, noon, "a", 100); len(got) != 0 {
			t.Errorf("claimed %v", keys(got))
		}
		b := read(t, s, "b")
		if b.State != store.BroadcastCancelled || b.Sent != 1 || b.Retrying != 1 {
			t.Errorf("%+v", b)
		}
		want := map[int64]outbox.State{1: outbox.StateRetrying, 2: outbox.StateCancelled, 3: outbox.StateSent, 4: outbox.StateCancelled}
		if diff := cmp.Diff(want, states(t, s, "b")); diff != "" {
			t.Errorf("recipients: -want +got\n%s", diff)
		}
		if started, err := s.StartBroadcast(ctx, noon, "b"); started || err != nil {
			t.Errorf("started again: %v, %v", started, err)
		}
	})
}

func TestStates(t *testing.T) {
	const author, other = 1, 2
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		later := noon.Add(time.Hour)
		touch(t, s, 1)
		steps := map[string]func(id string) (bool, error){
			"start":             func(id string) (bool, error) { return s.StartBroadcast(ctx, noon, id) },
			"submit":            func(id string) (bool, error) { return s.SubmitBroadcast(ctx, noon, id) },
			"approve by author": func(id string) (bool, error) { return s.ApproveBroadcast(ctx, noon, id, author) },
			"approve":           func(id string) (bool, error) { return s.ApproveBroadcast(ctx, noon, id, other) },
			"schedule":          func(id string) (bool, error) { return s.ScheduleBroadcast(ctx, id, later) },
			"due": func(id string) (bool, error) {
				started, err := s.DueBroadcasts(ctx, later)
				return len(started) == 1 && started[0] == id, err
			},
			"due too early": func(id string) (bool, error) {
				started, err := s.DueBroadcasts(ctx, later.Add(-time.Millisecond))
				return len(started) > 0, err
			},
			"pause":  func(id string) (bool, error) { return s.PauseBroadcast(ctx, noon, id) },
			"resume": func(id string) (bool, error) { return s.ResumeBroadcast(ctx, noon, id) },
			"cancel": func(id string) (bool, error) { return s.CancelBroadcast(ctx, noon, id) },
			"update": func(id string) (bool, error) {
				return s.UpdateDraft(ctx, noon, store.Broadcast{ID: id, Message: text("new")})
			},
		}
		for i, tt := range []struct {
			way  string // a step that does not happen has a ! before it
			want string
		}{
			{"update, !pause, !resume, !approve, !due, start, !start, !update, pause, !pause, !start, resume, !resume, pause, cancel, !cancel, !resume", store.BroadcastCancelled},
			{"submit, !submit, !start, !update, !approve by author, approve, !approve", store.BroadcastRunning},
			{"submit, cancel, !approve", store.BroadcastCancelled},
			{"schedule, schedule, !submit, !start, !due too early, due", store.BroadcastRunning},
			{"schedule, cancel, !due", store.BroadcastCancelled},
			{"cancel, !start, !submit, !schedule, !update", store.BroadcastCancelled},
		} {
			id := fmt.Sprint("b", i)
			must(t, s.CreateBroadcast(ctx, noon, store.Broadcast{ID: id, EditorID: author, Message: text("x")}))
			for _, name := range strings.Split(tt.way, ", ") {
				name, not := strings.CutPrefix(name, "!")
				if got, err := steps[name](id); got == not || err != nil {
					t.Errorf("%s: %s is %v, %v", tt.way, name, got, err)
				}
			}
			b := read(t, s, id)
			if b.State != tt.want {
				t.Errorf("%s: it is %s", tt.way, b.State)
			}
			if strings.Contains(tt.way, " approve") != (b.ApproverID == other) && !strings.Contains(tt.way, "!approve") {
				t.Errorf("%s: approved by %d", tt.way, b.ApproverID)
			}
			_, err := s.CancelBroadcast(ctx, noon, id)
			must(t, err)
		}
	})
}

// What waits for an approval may be scheduled: then it begins at its time.
func TestApproveScheduled(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		later := noon.Add(time.Hour)
		must(t, s.CreateBroadcast(ctx, noon, store.Broadcast{ID: "b", EditorID: 1, Message: text("x"), StartAt: later}))
		for _, step := range []func() (bool, error){
			func() (bool, error) { return s.SubmitBroadcast(ctx, noon, "b") },
			func() (bool, error) { return s.ApproveBroadcast(ctx, noon, "b", 2) },
		} {
			if ok, err := step(); !ok || err != nil {
				t.Fatal(ok, err)
			}
		}
		if b := read(t, s, "b"); b.State != store.BroadcastScheduled || !b.StartedAt.IsZero() || b.ApproverID != 2 {
			t.Errorf("%+v", b)
		}
		if runs, err := s.Runs(ctx, noon); len(runs) != 0 || err != nil {
			t.Errorf("before its time %v run, %v", runs, err)
		}
		if runs, err := s.Runs(ctx, later); len(runs) != 1 || !runs[0].Open || err != nil {
			t.Errorf("at its time %v run, %v", runs, err)
		}
	})
}

func TestListBroadcasts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		for i := range 5 {
			id := fmt.Sprint("b", i)
			must(t, s.CreateBroadcast(ctx, noon.Add(time.Duration(i/2)*time.Hour), store.Broadcast{ID: id, Message: text("x")}))
			if i != 3 {
				if _, err := s.SubmitBroadcast(ctx, noon, id); err != nil {
					t.Fatal(err)
				}
			}
		}
		for before, want := range map[string]string{"": "[b4 b2 b1]", "b2": "[b1 b0]", "b0": "[]"} {
			got := []string{}
			list, err := s.Broadcasts(ctx, before, 3)
			must(t, err)
			for _, b := range list {
				got = append(got, b.ID)
			}
			if fmt.Sprint(got) != want {
				t.Errorf("before %q: %v, want %s", before, got, want)
			}
		}
	})
}

func TestAudience(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		for _, c := range []store.Chat{
			{ID: 1, Kind: "private", Language: "kk", Active: true, Subscribed: true},
			{ID: 2, Kind: "private", Language: "ru", Active: true, Subscribed: true},
			{ID: 3, Kind: "private", Language: "ru", Active: true},
			{ID: 4, Kind: "private", Language: "ru", Subscribed: true},
			{ID: -5, Kind: "group", Language: "ru", Active: true, Subscribed: true},
			{ID: -1006, Kind: "supergroup", Language: "en", Active: true, Subscribed: true},
			{ID: -1007, Kind: "channel", Language: "kk", Active: true, Subscribed: true},
		} {
			at := noon
			if c.ID == 2 {
				at = noon.Add(-10 * 24 * time.Hour)
			}
			_, _, err := s.TouchChat(ctx, at, c)
			must(t, err)
		}
		for i, tt := range []struct {
			name string
			a    store.Audience
			want []int64
		}{
			{"all", store.Audience{}, []int64{-1007, -1006, -5, 1, 2}},
			{"languages", store.Audience{Languages: []string{"kk", "en"}}, []int64{-1007, -1006, 1}},
			{"people", store.Audience{Kinds: []string{store.AudiencePrivate}}, []int64{1, 2}},
			{"groups", store.Audience{Kinds: []string{store.AudienceGroup}}, []int64{-1006, -5}},
			{"channels and people", store.Audience{Kinds: []string{store.AudienceChannel, store.AudiencePrivate}}, []int64{-1007, 1, 2}},
			{"active", store.Audience{ActiveDays: 7}, []int64{-1007, -1006, -5, 1}},
			{"active long ago", store.Audience{ActiveDays: 11}, []int64{-1007, -1006, -5, 1, 2}},
			{"both", store.Audience{Languages: []string{"ru"}, Kinds: []string{store.AudiencePrivate}}, []int64{2}},
			{"oneself, who takes no broadcasts", store.Audience{Only: []int64{3}}, []int64{3}},
			{"one who is not there", store.Audience{Only: []int64{4}}, []int64{}},
		} {
			t.Run(tt.name, func(t *testing.T) {
				id := fmt.Sprint("b", i)
				must(t, s.CreateBroadcast(ctx, noon, store.Broadcast{ID: id, Message: text("x"), Audience: tt.a}))
				if _, err := s.StartBroadcast(ctx, noon, id); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, ids(take(t, s, noon, "a", id, 100))); diff != "" {
					t.Errorf("-want +got\n%s", diff)
				}
				if n, err := s.CountAudience(ctx, noon, tt.a, store.CategoryNewsroom); n != len(tt.want) || err != nil {
					t.Errorf("counted %d, %v", n, err)
				}
				if diff := cmp.Diff(tt.a, read(t, s, id).Audience); diff != "" {
					t.Errorf("stored: -want +got\n%s", diff)
				}
			})
		}
		for _, a := range []store.Audience{{Languages: []string{"de"}}, {Kinds: []string{"supergroup"}}, {ActiveDays: -1}, {Topics: []string{"weather"}}} {
			if err := s.CreateBroadcast(ctx, noon, store.Broadcast{ID: "bad", Message: text("x"), Audience: a}); err == nil {
				t.Errorf("%+v was taken", a)
			}
			if _, err := s.CountAudience(ctx, noon, a, store.CategoryNewsroom); err == nil {
				t.Errorf("%+v was counted", a)
			}
		}
	})
}

// A scheduled broadcast that cannot begin stops none of those that run.
func TestRunsBesideOneThatCannotBegin(t *testing.T) {
	address := storetest.Migrated(t, storetest.SQLite(t))
	s := storetest.Opener(t, address)()
	touch(t, s, 1)
	broadcast(t, s, "runs")
	must(t, s.CreateBroadcast(t.Context(), noon, store.Broadcast{ID: "broken", Message: text("x")}))
	if ok, err := s.ScheduleBroadcast(t.Context(), "broken", noon); !ok || err != nil {
		t.Fatal(ok, err)
	}
	db, err := sql.Open("sqlite", strings.TrimPrefix(address, "sqlite:"))
	must(t, err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), `UPDATE broadcasts SET audience = '{' WHERE broadcast_id = 'broken'`)
	must(t, err)
	got, err := s.Runs(t.Context(), noon.Add(time.Minute))
	if err == nil || len(got) != 1 || got[0].Batch != "runs" {
		t.Errorf("runs %v, %v", got, err)
	}
}

// Who has approved a broadcast is known when it has begun at its time.
func TestApproverOfAScheduledBroadcast(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx, at := open(), t.Context(), noon.Add(time.Hour)
		touch(t, s, 1)
		must(t, s.CreateBroadcast(ctx, noon, store.Broadcast{ID: "b", EditorID: 1, Message: text("x"), StartAt: at}))
		if ok, err := s.SubmitBroadcast(ctx, noon, "b"); !ok || err != nil {
			t.Fatal(ok, err)
		}
		if ok, err := s.ApproveBroadcast(ctx, noon, "b", 2); !ok || err != nil {
			t.Fatal(ok, err)
		}
		_, err := s.Runs(ctx, at)
		must(t, err)
		if b := read(t, s, "b"); b.State != store.BroadcastRunning || b.ApproverID != 2 || b.Total != 1 {
			t.Errorf("%s by leave of %d, to %d", b.State, b.ApproverID, b.Total)
		}
	})
}
