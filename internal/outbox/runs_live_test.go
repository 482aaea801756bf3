package outbox_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbot/internal/outbox"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

var sent = outbox.Outcome{Result: outbox.Sent, MessageID: 1}

// Who opts out while a broadcast runs, and whose turn has not come, is left out.
func TestOptOutMeanwhile(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		chats(t, s, 200)
		broadcast(t, s, "b")
		var once sync.Once
		tg := &telegram{answer: func(outbox.Delivery) outbox.Outcome {
			once.Do(func() {
				for _, id := range []int64{150, 180} {
					if err := s.SetSubscribed(context.Background(), id, false); err != nil {
						t.Error(err)
					}
				}
			})
			return sent
		}}
		_, stop := start(t, outbox.Options{Store: s, Sender: tg, Holder: "a", Slice: 20, Workers: 2})
		eventually(t, "done", done(t, s, "b"))
		stop()
		if b := state(t, s, "b"); b.Sent != 198 || b.Total != 198 || tg.arrived[150]+tg.arrived[180] != 0 {
			t.Errorf("%d and %d, %+v", tg.arrived[150], tg.arrived[180], b)
		}
	})
}

// upgrades is a Telegram whose groups become supergroups.
type upgrades struct {
	telegram
	mu  sync.Mutex
	ids map[int64]int64
}

func (u *upgrades) upgrade(oldID, newID int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.ids[oldID] = newID
}

func (u *upgrades) Send(ctx context.Context, d outbox.Delivery) outbox.Outcome {
	u.mu.Lock()
	newID, ok := u.ids[d.ChatID]
	u.mu.Unlock()
	if ok {
		return outbox.Outcome{Result: outbox.Moved, NewChatID: newID, Reason: outbox.ReasonMoved, Err: errors.New("upgraded")}
	}
	return u.telegram.Send(ctx, d)
}

// A group that becomes a supergroup while a broadcast runs gets it once, under
// whichever id, whenever it moves and however the bot learns of it.
func TestMovesDuringBroadcast(t *testing.T) {
	const groups = 30
	super := func(group int64) int64 { return -1_000_000_000_000 + group }
	for _, slice := range []int{3, 1000} {
		t.Run(fmt.Sprint("slices of ", slice), func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, open func() *store.Store) {
				s := open()
				touch := func(id int64, kind string) {
					if _, _, err := s.TouchChat(context.Background(), time.Now(), store.Chat{ID: id, Kind: kind, Active: true, Subscribed: true}); err != nil {
						t.Error(err)
					}
				}
				for g := int64(1); g <= groups; g++ {
					touch(-g, "group")
				}
				touch(super(-500), "supergroup") // its turn comes first
				touch(super(-7), "supergroup")   // known under both ids
				broadcast(t, s, "b")
				tg := &upgrades{ids: map[int64]int64{}}
				move := func(group int64, tell bool) {
					tg.upgrade(group, super(group))
					if tell { // the update about it may come before or after its turn, or not
						if err := s.MigrateChat(context.Background(), time.Now(), group, super(group)); err != nil {
							t.Error(err)
						}
					}
				}
				move(-7, false)
				tg.answer = func(d outbox.Delivery) outbox.Outcome {
					switch d.ChatID {
					case super(-500): // before their turns
						move(-2, true)
						move(-28, true)
						move(-3, false)
					case -20: // after its turn
						move(-25, true)
					case -10: // one that has had its turn, at which nobody knew it
						move(-12, false)
					}
					return sent
				}
				_, stop := start(t, outbox.Options{Store: s, Sender: tg, Holder: "a", Slice: slice, Workers: 1})
				eventually(t, "done", done(t, s, "b"))
				stop()
				for g := int64(1); g <= groups; g++ {
					if n := tg.arrived[-g] + tg.arrived[super(-g)]; n != 1 {
						t.Errorf("group %d got it %d times", -g, n)
					}
				}
				if b := state(t, s, "b"); b.Sent != groups+1 || b.Failed+b.Gone+b.TooLate+b.Retrying != 0 || b.Total != b.Sent {
					t.Errorf("%+v", b)
				}
			})
		})
	}
}

// What does not arrive in one chat touches no other, and the report says why.
func TestReasons(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		chats(t, s, 100)
		broadcast(t, s, "b")
		tg := &telegram{answer: func(d outbox.Delivery) outbox.Outcome {
			switch d.ChatID {
			case 10:
				return outbox.Outcome{Result: outbox.Retry, Reason: outbox.ReasonUnreachable, Err: errors.New("500")}
			case 20, 21:
				return outbox.Outcome{Result: outbox.Gone, Reason: outbox.ReasonBlocked, Err: errors.New("bot was blocked")}
			case 30:
				return outbox.Outcome{Result: outbox.Rejected, Err: errors.New("message is too long")}
			case 40:
				panic("a bad one")
			case 50:
				if d.Attempts == 0 {
					return outbox.Outcome{Result: outbox.Retry, Err: errors.New("502")}
				}
			case 60:
				if d.Key == "" {
					return outbox.Outcome{Result: outbox.Flooded, After: time.Second, Err: errors.New("429")}
				}
			}
			return sent
		}}
		_, stop := start(t, outbox.Options{Store: s, Sender: tg, Holder: "a", MaxAttempts: 2})
		eventually(t, "done", done(t, s, "b"))
		stop()
		if b := state(t, s, "b"); b.Sent != 95 || b.Failed != 3 || b.Gone != 2 || b.Retrying != 0 || b.Total != 100 {
			t.Errorf("%+v", b)
		}
		reasons, err := s.FailureReasons(t.Context(), "b")
		want := map[outbox.Reason]int{outbox.ReasonUnreachable: 2, outbox.ReasonBlocked: 2, outbox.ReasonRejected: 1}
		if diff := cmp.Diff(want, reasons); diff != "" || err != nil {
			t.Errorf("-want +got\n%s%v", diff, err)
		}
		if c, err := s.Chat(t.Context(), 20); c.Active || c.InactiveReason != string(outbox.ReasonBlocked) || err != nil {
			t.Errorf("the chat that is gone: %+v, %v", c, err)
		}
		list, err := s.Recipients(t.Context(), "b", 29, 1)
		if err != nil || len(list) != 1 || list[0].ChatID != 30 || list[0].Detail != "message is too long" || list[0].SettledAt.IsZero() {
			t.Errorf("the one that was rejected: %+v, %v", list, err)
		}
	})
}

// A message that cannot be read fails for everyone, and holds up nothing.
func TestUnreadableMessage(t *testing.T) {
	for driver, address := range map[string]string{"sqlite": storetest.SQLite(t), "postgres": storetest.Postgres(t)} {
		t.Run(driver, func(t *testing.T) {
			s := storetest.Opener(t, address)()
			chats(t, s, 50)
			broadcast(t, s, "b")
			db, err := sql.Open(driver, strings.TrimPrefix(address, "sqlite:"))
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.ExecContext(t.Context(), `UPDATE payloads SET body = '{'`); err != nil {
				t.Fatal(err)
			}
			if err := s.CreateBroadcast(t.Context(), time.Now(), store.Broadcast{ID: "good", Message: outbox.Message{Text: "Жақсы"}}); err != nil {
				t.Fatal(err)
			}
			if _, err := s.StartBroadcast(t.Context(), time.Now(), "good"); err != nil {
				t.Fatal(err)
			}
			tg := &telegram{}
			_, stop := start(t, outbox.Options{Store: s, Sender: tg, Holder: "a"})
			eventually(t, "both done", func() bool { return done(t, s, "b")() && done(t, s, "good")() })
			stop()
			if b := state(t, s, "b"); b.Failed != 50 || b.Sent != 0 {
				t.Errorf("%+v", b)
			}
			if reasons, err := s.FailureReasons(t.Context(), "b"); reasons[outbox.ReasonUnreadable] != 50 || err != nil {
				t.Errorf("reasons %v, %v", reasons, err)
			}
			if repeats := tg.check(t, 50); repeats != 0 {
				t.Errorf("%d repeats", repeats)
			}
		})
	}
}

// A broadcast whose audience cannot be read, as one of a later version, begins no
// slice, and stops no other that runs with it, in whichever lane.
func TestUnreadableAudience(t *testing.T) {
	for driver, address := range map[string]string{"sqlite": storetest.SQLite(t), "postgres": storetest.Postgres(t)} {
		t.Run(driver, func(t *testing.T) {
			s := storetest.Opener(t, address)()
			chats(t, s, 50)
			begin := func(id, category string) {
				t.Helper()
				if err := s.CreateBroadcast(t.Context(), time.Now(), store.Broadcast{ID: id, Category: category, Message: outbox.Message{Text: "Жақсы"}}); err != nil {
					t.Fatal(err)
				}
				if _, err := s.StartBroadcast(t.Context(), time.Now(), id); err != nil {
					t.Fatal(err)
				}
			}
			begin("bad", store.CategoryBreaking)
			begin("worse", store.CategoryNewsroom)
			db, err := sql.Open(driver, strings.TrimPrefix(address, "sqlite:"))
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.ExecContext(t.Context(), `UPDATE broadcasts SET audience = '{"later":1}'`); err != nil {
				t.Fatal(err)
			}
			begin("good", store.CategoryNewsroom)
			tg := &telegram{}
			_, stop := start(t, outbox.Options{Store: s, Sender: tg, Holder: "a"})
			eventually(t, "the good one is done", done(t, s, "good"))
			open, err := s.OpenBroadcasts(t.Context())
			if err != nil || len(open) != 3 {
				t.Errorf("shown are %+v, %v", open, err)
			}
			// Who sees that one does not come on can stop it.
			for _, id := range []string{"bad", "worse"} {
				if b := state(t, s, id); b.Sent != 0 || b.State != store.BroadcastRunning {
					t.Errorf("%+v", b)
				}
				if stopped, err := s.CancelBroadcast(t.Context(), time.Now(), id); !stopped || err != nil {
					t.Errorf("%s is not stopped: %v, %v", id, stopped, err)
				}
			}
			stop()
			if repeats := tg.check(t, 50); repeats != 0 {
				t.Errorf("%d repeats", repeats)
			}
		})
	}
}

// A broadcast that is paused for an hour goes on where it stood; what waited for
// another try waits with it.
func TestPause(t *testing.T) {
	const n, workers = 1000, 4
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		chats(t, s, n)
		broadcast(t, s, "b")
		var ahead atomic.Int64
		now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
		tg := &telegram{answer: func(d outbox.Delivery) outbox.Outcome {
			time.Sleep(2 * time.Millisecond)
			if d.ChatID == 5 && d.Attempts == 0 {
				return outbox.Outcome{Result: outbox.Retry, After: 5 * time.Second, Err: errors.New("502")}
			}
			return sent
		}}
		b, stop := start(t, outbox.Options{Store: s, Sender: tg, Holder: "a", Workers: workers, Now: now, Slice: 300})
		eventually(t, "some are sent", func() bool { return tg.count() >= 100 })
		if paused, err := s.PauseBroadcast(t.Context(), now(), "b"); !paused || err != nil {
			t.Fatal(paused, err)
		}
		b.Halt("b")
		time.Sleep(100 * time.Millisecond)
		at := tg.count()
		ahead.Store(int64(time.Hour))
		b.Wake()
		time.Sleep(1500 * time.Millisecond)
		if late := tg.count() - at; late > 0 {
			t.Errorf("%d were sent while it was paused", late)
		}
		if c := state(t, s, "b"); c.State != store.BroadcastPaused || c.Sent != at || c.Retrying != 1 {
			t.Errorf("paused: %d arrived, %+v", at, c)
		}
		if resumed, err := s.ResumeBroadcast(t.Context(), now(), "b"); !resumed || err != nil {
			t.Fatal(resumed, err)
		}
		b.Resume("b")
		eventually(t, "done", done(t, s, "b"))
		stop()
		if repeats := tg.check(t, n); repeats != 0 {
			t.Errorf("%d repeats", repeats)
		}
		if c := state(t, s, "b"); c.Sent != n || c.Retrying != 0 {
			t.Errorf("%+v", c)
		}
	})
}

// Broadcasts that run at once take turns; a breaking one goes before them.
func TestTurns(t *testing.T) {
	const n, slice = 200, 20
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		chats(t, s, n)
		broadcast(t, s, "b1")
		time.Sleep(2 * time.Millisecond)
		broadcast(t, s, "b2")
		if err := s.CreateBroadcast(t.Context(), time.Now(), store.Broadcast{ID: "now", Category: store.CategoryBreaking, Message: outbox.Message{Text: "!"}}); err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		var order []string
		tg := &telegram{answer: func(d outbox.Delivery) outbox.Outcome {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, d.Batch)
			return sent
		}}
		b, stop := start(t, outbox.Options{Store: s, Sender: tg, Holder: "a", Workers: 2, Slice: slice,
			Pacer: outbox.NewPacer(outbox.PacerOptions{Rate: 200, Burst: 1, PerChat: -1})})
		eventually(t, "some are sent", func() bool { return tg.count() >= 3*slice })
		if started, err := s.StartBroadcast(t.Context(), time.Now(), "now"); !started || err != nil {
			t.Fatal(started, err)
		}
		b.Wake()
		at := tg.count()
		eventually(t, "done", func() bool { return done(t, s, "b1")() && done(t, s, "b2")() && done(t, s, "now")() })
		stop()
		seen := map[string]int{}
		for i, id := range order {
			if i < at && i >= slice*2 && (seen["b1"] == 0 || seen["b2"] == 0) {
				t.Fatalf("no turns: %v", seen)
			}
			seen[id]++
			if id == "now" && seen[id] == n && i > at+n+slice {
				t.Errorf("the breaking one was through after %d, having begun at %d", i, at)
			}
		}
		for id, count := range seen {
			if count != n {
				t.Errorf("%s: %d", id, count)
			}
		}
	})
}

// gone is a store that does not answer for a while.
type gone struct {
	mortal
}

func (g *gone) Runs(ctx context.Context, now time.Time) ([]outbox.Run, error) {
	if g.dead.Load() {
		return nil, errDead
	}
	return g.Store.Runs(ctx, now)
}

func (g *gone) RenewSlices(ctx context.Context, now time.Time, holder string, lease time.Duration) (map[outbox.SliceKey]bool, error) {
	if g.dead.Load() {
		return nil, errDead
	}
	return g.Store.RenewSlices(ctx, now, holder, lease)
}

// The database goes away in the middle of a broadcast, for longer than a lease:
// nobody gets the message twice, and nobody goes without.
func TestDatabaseGoneMeanwhile(t *testing.T) {
	const n, workers = 600, 4
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		chats(t, s, n)
		broadcast(t, s, "b")
		g := &gone{mortal{Store: s}}
		tg := &telegram{answer: func(outbox.Delivery) outbox.Outcome {
			time.Sleep(time.Millisecond)
			return sent
		}}
		_, stop := start(t, outbox.Options{Store: g, Sender: tg, Holder: "a", Workers: workers, Slice: 200, Lease: 600 * time.Millisecond})
		eventually(t, "some are sent", func() bool { return tg.count() >= 100 })
		g.dead.Store(true)
		time.Sleep(200 * time.Millisecond)
		at := tg.count()
		time.Sleep(1500 * time.Millisecond)
		if late := tg.count() - at; late > 0 {
			t.Errorf("%d were sent with nowhere to write it", late)
		}
		g.dead.Store(false)
		eventually(t, "done", done(t, s, "b"))
		stop()
		if repeats := tg.check(t, n); repeats != 0 {
			t.Errorf("%d repeats", repeats)
		}
	})
}

// The holder of a slice dies, and nobody starts it again: another process goes
// on with the slice when the lease has run out.
func TestHolderDies(t *testing.T) {
	const n, workers = 400, 4
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		chats(t, s, n)
		broadcast(t, s, "b")
		tg := &telegram{}
		m := &gone{mortal{Store: s}}
		killed := &telegram{answer: func(d outbox.Delivery) outbox.Outcome {
			if m.dead.Load() {
				return outbox.Outcome{Result: outbox.Retry, Err: errDead}
			}
			out := tg.Send(context.Background(), d)
			if tg.count() >= 100 {
				m.dead.Store(true)
			}
			return out
		}}
		_, stop := start(t, outbox.Options{Store: m, Sender: killed, Holder: "dead", Workers: workers, Lease: time.Second, Grace: 100 * time.Millisecond})
		eventually(t, "killed", m.dead.Load)
		stop()
		began := time.Now()
		_, stop = start(t, outbox.Options{Store: open(), Sender: tg, Holder: "b", Workers: workers, Lease: time.Second})
		eventually(t, "done", done(t, s, "b"))
		stop()
		if repeats := tg.check(t, n); repeats > workers {
			t.Errorf("%d repeats", repeats)
		}
		if took := time.Since(began); took > 30*time.Second {
			t.Errorf("it went on after %v", took)
		}
	})
}

// A correction and a recall reach every chat that has the message, survive a
// kill, and say what could not be done.
func TestCorrectAndRecall(t *testing.T) {
	const n, workers = 300, 4
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		chats(t, s, n)
		broadcast(t, s, "b")
		first := &telegram{answer: func(d outbox.Delivery) outbox.Outcome {
			if d.ChatID == 9 {
				return outbox.Outcome{Result: outbox.Gone, Reason: outbox.ReasonBlocked, Err: errors.New("blocked")}
			}
			out := outbox.Outcome{Result: outbox.Sent, MessageID: 1000 + d.ChatID}
			if d.ChatID == 8 {
				out.MoreIDs = []int64{5, 6}
			}
			return out
		}}
		_, stop := start(t, outbox.Options{Store: s, Sender: first, Holder: "a"})
		eventually(t, "done", done(t, s, "b"))
		stop()
		if copies, old, err := s.CountCopies(ctx, time.Now(), "b"); copies != n-1 || old != 0 || err != nil {
			t.Errorf("%d copies, %d old, %v", copies, old, err)
		}
		for _, kind := range []string{store.KindCorrect, store.KindRecall} {
			c := store.Broadcast{ID: kind, Kind: kind, TargetID: "b", Message: outbox.Message{Text: "Түзету"}}
			if err := s.CreateBroadcast(ctx, time.Now(), c); err != nil {
				t.Fatal(err)
			}
			if started, err := s.StartBroadcast(ctx, time.Now(), kind); !started || err != nil {
				t.Fatal(started, err)
			}
			if total := state(t, s, kind).Total; total != n-1 {
				t.Errorf("%s: %d in all", kind, total)
			}
			again := kind + " again"
			if err := s.CreateBroadcast(ctx, time.Now(), store.Broadcast{ID: again, Kind: kind, TargetID: "b", Message: c.Message}); err != nil {
				t.Fatal(err)
			}
			if started, err := s.StartBroadcast(ctx, time.Now(), again); started || err != nil {
				t.Errorf("two at once: %v, %v", started, err)
			}
			tg := &telegram{answer: func(d outbox.Delivery) outbox.Outcome {
				if d.TargetID != 1000+d.ChatID || (d.Action == outbox.ActionEdit) != (kind == store.KindCorrect) ||
					(d.Action == outbox.ActionDelete) != (kind == store.KindRecall) || (len(d.MoreIDs) == 2) != (d.ChatID == 8) {
					t.Errorf("%s: %+v", kind, d)
				}
				switch {
				case d.ChatID == 20:
					return outbox.Outcome{Result: outbox.Rejected, Reason: outbox.ReasonTooOld, Err: errors.New("can't be deleted")}
				case d.ChatID == 30 && d.Attempts == 0:
					return outbox.Outcome{Result: outbox.Retry, Err: errors.New("502")}
				case d.ChatID == 40:
					return outbox.Outcome{Result: outbox.Moved, NewChatID: -10040, Err: errors.New("upgraded")}
				}
				return outbox.Outcome{Result: outbox.Sent, MessageID: d.TargetID}
			}}
			m := &mortal{Store: s}
			killed := &telegram{answer: func(d outbox.Delivery) outbox.Outcome {
				if m.dead.Load() {
					return outbox.Outcome{Result: outbox.Retry, Err: errDead}
				}
				out := tg.Send(context.Background(), d)
				if tg.count() >= n/2 {
					m.dead.Store(true)
				}
				return out
			}}
			_, stop := start(t, outbox.Options{Store: m, Sender: killed, Holder: "dead", Workers: workers, Grace: 100 * time.Millisecond})
			eventually(t, "killed", m.dead.Load)
			stop()
			_, stop = start(t, outbox.Options{Store: s, Sender: tg, Holder: "b", Sole: true, Workers: workers})
			eventually(t, "done", done(t, s, kind))
			stop()
			if b := state(t, s, kind); b.Sent != n-3 || b.TooLate != 1 || b.Failed != 1 || b.Total != n-1 {
				t.Errorf("%s: %+v", kind, b)
			}
			if reasons, err := s.FailureReasons(ctx, kind); !cmp.Equal(reasons, map[outbox.Reason]int{outbox.ReasonTooOld: 1, outbox.ReasonMoved: 1}) || err != nil {
				t.Errorf("%s: reasons %v, %v", kind, reasons, err)
			}
			if tg.arrived[9] != 0 || tg.count()-(n-3) > workers {
				t.Errorf("%s: %d times to one that has no message, %d in all", kind, tg.arrived[9], tg.count())
			}
		}
	})
}

// What is older than Telegram lets a bot delete is not asked for.
func TestRecallTooLate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		chats(t, s, 20)
		broadcast(t, s, "b")
		_, stop := start(t, outbox.Options{Store: s, Sender: &telegram{}, Holder: "a"})
		eventually(t, "done", done(t, s, "b"))
		stop()
		later := time.Now().Add(49 * time.Hour)
		if copies, old, err := s.CountCopies(ctx, later, "b"); copies != 20 || old != 20 || err != nil {
			t.Errorf("%d copies, %d old, %v", copies, old, err)
		}
		if err := s.CreateBroadcast(ctx, later, store.Broadcast{ID: "r", Kind: store.KindRecall, TargetID: "b"}); err != nil {
			t.Fatal(err)
		}
		if started, err := s.StartBroadcast(ctx, later, "r"); !started || err != nil {
			t.Fatal(started, err)
		}
		tg := &telegram{}
		_, stop = start(t, outbox.Options{Store: s, Sender: tg, Holder: "a", Now: func() time.Time { return later }})
		eventually(t, "done", done(t, s, "r"))
		stop()
		if b := state(t, s, "r"); b.TooLate != 20 || b.Sent != 0 || tg.count() != 0 {
			t.Errorf("%d were tried, %+v", tg.count(), b)
		}
	})
}

// forgetful is a store that takes a slice, and whose answer is lost.
type forgetful struct {
	outbox.Store
	lost atomic.Int32 // answers that are still to be lost
}

func (f *forgetful) TakeSlice(ctx context.Context, now time.Time, holder string, lease time.Duration, batch string, limit int) (outbox.Slice, bool, error) {
	s, ok, err := f.Store.TakeSlice(ctx, now, holder, lease, batch, limit)
	if ok && err == nil && f.lost.Add(-1) >= 0 {
		return outbox.Slice{}, false, errDead
	}
	return s, ok, err
}

// The connection breaks just when slices were taken: they are ours in the store
// and we do not know. Nobody goes without, and the broadcast ends.
func TestSliceTakenUnawares(t *testing.T) {
	for _, lost := range []int32{2, 1000} { // some of several slices; whichever there are
		storetest.Each(t, func(t *testing.T, open func() *store.Store) {
			const n = 300
			s := open()
			chats(t, s, n)
			broadcast(t, s, "b")
			f := &forgetful{Store: s}
			f.lost.Store(lost)
			time.AfterFunc(2*time.Second, func() { f.lost.Store(0) })
			tg := &telegram{}
			_, stop := start(t, outbox.Options{Store: f, Sender: tg, Holder: "a", Slice: 50, Lease: 900 * time.Millisecond})
			eventually(t, "done", done(t, s, "b"))
			stop()
			if repeats := tg.check(t, n); repeats != 0 {
				t.Errorf("%d repeats", repeats)
			}
		})
	}
}

// Deliveries that wait for their turn when their broadcast is halted do not leave.
func TestHaltWhileWaiting(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		chats(t, s, 100)
		broadcast(t, s, "b")
		tg := &telegram{}
		b, stop := start(t, outbox.Options{Store: s, Sender: tg, Holder: "a", Workers: 16, Pacer: outbox.NewPacer(outbox.PacerOptions{Rate: 10, Burst: 1})})
		eventually(t, "some are sent", func() bool { return tg.count() >= 3 })
		if paused, err := s.PauseBroadcast(t.Context(), time.Now(), "b"); !paused || err != nil {
			t.Fatal(paused, err)
		}
		b.Halt("b")
		at := tg.count()
		time.Sleep(1500 * time.Millisecond) // in which all that wait would have left
		if late := tg.count() - at; late > 1 {
			t.Errorf("%d left after the halt", late)
		}
		stop()
		if c := state(t, s, "b"); c.Sent != tg.count() {
			t.Errorf("%d arrived: %+v", tg.count(), c)
		}
	})
}
