package outbox_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"newsbot/internal/outbox"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

// telegram is a Sender that counts what arrives in each chat.
type telegram struct {
	answer func(d outbox.Delivery) outbox.Outcome // nil: everything is sent

	mu      sync.Mutex
	arrived map[int64]int
	total   int
}

func (s *telegram) Send(_ context.Context, d outbox.Delivery) outbox.Outcome {
	out := outbox.Outcome{Result: outbox.Sent, MessageID: 1}
	if s.answer != nil {
		out = s.answer(d)
	}
	if out.Result == outbox.Sent {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.arrived == nil {
			s.arrived = map[int64]int{}
		}
		s.arrived[d.ChatID]++
		s.total++
	}
	return out
}

func (s *telegram) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.total
}

// check tells that chats 1 to n got the message, and how many of them again.
func (s *telegram) check(t *testing.T, n int) (repeats int) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for id := range int64(n) {
		switch got := s.arrived[id+1]; got {
		case 0:
			t.Errorf("chat %d got nothing", id+1)
		default:
			repeats += got - 1
		}
	}
	return repeats
}

func chats(t testing.TB, s *store.Store, n int) {
	t.Helper()
	const atOnce = 8 // each is a transaction, and on PostgreSQL waits for the disk
	var all sync.WaitGroup
	for first := range int64(atOnce) {
		all.Go(func() {
			for id := first + 1; id <= int64(n); id += atOnce {
				if _, _, err := s.TouchChat(t.Context(), time.Now(), store.Chat{ID: id, Kind: "private", Language: "kk", Active: true, Subscribed: true}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

func broadcast(t testing.TB, s *store.Store, id string) {
	t.Helper()
	err := s.CreateBroadcast(t.Context(), time.Now(), store.Broadcast{ID: id, Message: outbox.Message{Text: "Срочно"}})
	if err != nil {
		t.Fatal(err)
	}
	if started, err := s.StartBroadcast(t.Context(), time.Now(), id); !started || err != nil {
		t.Fatalf("started %v, %v", started, err)
	}
}

// start runs an outbox until the returned function is called.
func start(t testing.TB, o outbox.Options) (b *outbox.Outbox, stop func()) {
	t.Helper()
	b = outbox.New(o)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := b.Run(ctx); err != nil {
			t.Errorf("run: %v", err)
		}
	}()
	stop = sync.OnceFunc(func() { cancel(); <-done })
	t.Cleanup(stop)
	return b, stop
}

func eventually(t testing.TB, what string, cond func() bool) {
	t.Helper()
	for deadline := time.Now().Add(60 * time.Second); !cond(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

func state(t testing.TB, s *store.Store, id string) store.Broadcast {
	t.Helper()
	b, err := s.Broadcast(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func done(t testing.TB, s *store.Store, id string) func() bool {
	return func() bool { return state(t, s, id).State == store.BroadcastDone }
}

func TestBroadcastArrives(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		chats(t, s, 1200)
		broadcast(t, s, "b")
		tg := &telegram{answer: func(d outbox.Delivery) outbox.Outcome {
			switch {
			case d.ChatID%100 == 1:
				return outbox.Outcome{Result: outbox.Gone, Err: errors.New("blocked")}
			case d.ChatID%100 == 2:
				return outbox.Outcome{Result: outbox.Rejected, Err: errors.New("bad request")}
			case d.ChatID%100 == 3 && d.Attempts == 0:
				return outbox.Outcome{Result: outbox.Retry, Err: errors.New("502")}
			}
			return outbox.Outcome{Result: outbox.Sent, MessageID: d.ChatID}
		}}
		_, stop := start(t, outbox.Options{Store: s, Sender: tg, Holder: "a", Sole: true})
		eventually(t, "done", done(t, s, "b"))
		stop()
		b := state(t, s, "b")
		if b.Sent != 1176 || b.Gone != 12 || b.Failed != 12 || b.Planned != 1200 || b.Total != 1200 {
			t.Errorf("%+v", b)
		}
		if tg.count() != 1176 {
			t.Errorf("%d arrived", tg.count())
		}
		if active, _, err := s.CountChats(t.Context()); active != 1188 || err != nil {
			t.Errorf("%d are active, %v", active, err)
		}
	})
}

// mortal is a store that a kill cuts off: from then on no call gets through,
// not even one that has begun.
type mortal struct {
	outbox.Store
	dead atomic.Bool
}

var errDead = errors.New("killed")

func (m *mortal) Claim(ctx context.Context, now time.Time, holder string, lease time.Duration, limit int) ([]outbox.Delivery, error) {
	if m.dead.Load() {
		return nil, errDead
	}
	return m.Store.Claim(ctx, now, holder, lease, limit)
}

func (m *mortal) Settle(ctx context.Context, now time.Time, holder string, settled []outbox.Settlement) error {
	if m.dead.Load() {
		return errDead
	}
	return m.Store.Settle(ctx, now, holder, settled)
}

func (m *mortal) TakeSlice(ctx context.Context, now time.Time, holder string, lease time.Duration, batch string, limit int) (outbox.Slice, bool, error) {
	if m.dead.Load() {
		return outbox.Slice{}, false, errDead
	}
	return m.Store.TakeSlice(ctx, now, holder, lease, batch, limit)
}

func (m *mortal) EndSlice(ctx context.Context, now time.Time, holder string, k outbox.SliceKey) error {
	if m.dead.Load() {
		return errDead
	}
	return m.Store.EndSlice(ctx, now, holder, k)
}

func (m *mortal) FreeSlice(ctx context.Context, now time.Time, holder string, k outbox.SliceKey) error {
	if m.dead.Load() {
		return errDead
	}
	return m.Store.FreeSlice(ctx, now, holder, k)
}

func (m *mortal) Release(ctx context.Context, now time.Time, holder string) error {
	if m.dead.Load() {
		return errDead
	}
	return m.Store.Release(ctx, now, holder)
}

// Killed at any point and started again: nobody is left out, and at most what
// was in flight is repeated.
func TestKill(t *testing.T) {
	const n, workers = 600, 8
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		chats(t, s, n)
		broadcast(t, s, "b")
		tg := &telegram{}
		allowed := 0
		for kill := range 5 {
			m := &mortal{Store: s}
			at := (kill + 1) * n / 6
			var after atomic.Int32
			killed := &telegram{answer: func(d outbox.Delivery) outbox.Outcome {
				if m.dead.Load() { // a dead process sends nothing
					return outbox.Outcome{Result: outbox.Retry, Err: errDead}
				}
				out := tg.Send(context.Background(), d)
				if tg.count() >= at && after.Add(1) == 1 {
					m.dead.Store(true)
				}
				return out
			}}
			_, stop := start(t, outbox.Options{Store: m, Sender: killed, Holder: fmt.Sprint("p", kill), Sole: true, Workers: workers, Grace: 200 * time.Millisecond})
			eventually(t, "killed", m.dead.Load)
			stop()
			allowed += workers
		}
		_, stop := start(t, outbox.Options{Store: open(), Sender: tg, Holder: "last", Sole: true, Workers: workers})
		eventually(t, "done", done(t, s, "b"))
		stop()
		repeats := tg.check(t, n)
		if repeats > allowed {
			t.Errorf("%d were repeated, at most %d may be", repeats, allowed)
		}
		if b := state(t, s, "b"); b.Sent != n {
			t.Errorf("%+v", b)
		}
		t.Logf("%d repeats after 5 kills of %d workers", repeats, workers)
	})
}

// Two processes share one outbox; nothing is sent twice.
func TestTwoProcesses(t *testing.T) {
	const n = 800
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		chats(t, s, n)
		broadcast(t, s, "b")
		tg := &telegram{}
		_, stopA := start(t, outbox.Options{Store: s, Sender: tg, Holder: "a"})
		_, stopB := start(t, outbox.Options{Store: open(), Sender: tg, Holder: "b"})
		eventually(t, "done", done(t, s, "b"))
		stopA()
		stopB()
		if repeats := tg.check(t, n); repeats != 0 {
			t.Errorf("%d repeats", repeats)
		}
	})
}

// A claim that was taken over is not settled over its new holder's head.
func TestTakenOver(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		chats(t, s, 1)
		now := time.Now()
		if _, err := s.Enqueue(ctx, now, outbox.Delivery{Key: "k", ChatID: 1, Message: outbox.Message{Text: "x"}}); err != nil {
			t.Fatal(err)
		}
		for i, holder := range []string{"slow", "quick"} {
			if got, err := s.Claim(ctx, now.Add(time.Duration(i)*time.Hour), holder, time.Minute, 1); len(got) != 1 || err != nil {
				t.Fatalf("%s claimed %d, %v", holder, len(got), err)
			}
		}
		failed := []outbox.Settlement{{Key: "k", ChatID: 1, State: outbox.StateGone, Reason: "blocked"}}
		if err := s.Settle(ctx, now, "slow", failed); err != nil {
			t.Fatal(err)
		}
		if c, err := s.Chat(ctx, 1); !c.Active || err != nil {
			t.Errorf("a lost claim made the chat inactive, %v", err)
		}
		_, _, err := s.NextDue(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Settle(ctx, now, "quick", failed); err != nil {
			t.Fatal(err)
		}
		if c, err := s.Chat(ctx, 1); c.Active || err != nil {
			t.Errorf("the holder's word did not count, %v", err)
		}
	})
}

// Whoever cancels a broadcast, it stops: at once when the outbox is told, and
// within a second or so when another process did it.
func TestCancelWhileRunning(t *testing.T) {
	const n, workers = 1000, 4
	for _, told := range []bool{true, false} {
		t.Run(fmt.Sprint("told ", told), func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, open func() *store.Store) {
				s := open()
				chats(t, s, n)
				broadcast(t, s, "b")
				tg := &telegram{answer: func(outbox.Delivery) outbox.Outcome {
					time.Sleep(10 * time.Millisecond)
					return outbox.Outcome{Result: outbox.Sent}
				}}
				b, stop := start(t, outbox.Options{Store: s, Sender: tg, Holder: "a", Workers: workers})
				eventually(t, "some are sent", func() bool { return tg.count() >= 100 })
				cancelled, err := s.CancelBroadcast(t.Context(), time.Now(), "b")
				if !cancelled || err != nil {
					t.Fatalf("cancelled %v, %v", cancelled, err)
				}
				if told {
					b.Halt("b")
				}
				at := tg.count()
				if told {
					time.Sleep(300 * time.Millisecond)
					if late := tg.count() - at; late > 2*workers { // in flight
						t.Errorf("%d more were sent", late)
					}
				} else {
					for before := -1; before != tg.count(); {
						before = tg.count()
						time.Sleep(300 * time.Millisecond)
					}
					if tg.count() == n {
						t.Error("it was not stopped")
					}
				}
				stop()
				if b := state(t, s, "b"); b.State != store.BroadcastCancelled || b.Sent != tg.count() {
					t.Errorf("%d arrived, %+v", tg.count(), b)
				}
				if pending, _, err := s.Backlog(t.Context()); pending != 0 || err != nil {
					t.Errorf("%d are pending, %v", pending, err)
				}
			})
		})
	}
}

// A reply and a breaking message overtake a broadcast that is under way.
func TestLanesOvertake(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		chats(t, s, 300)
		broadcast(t, s, "b")
		var mu sync.Mutex
		var order []string
		tg := &telegram{answer: func(d outbox.Delivery) outbox.Outcome {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, d.Key)
			return outbox.Outcome{Result: outbox.Sent}
		}}
		b, stop := start(t, outbox.Options{Store: s, Sender: tg, Holder: "a", Workers: 2, Pacer: outbox.NewPacer(outbox.PacerOptions{Rate: 100, Burst: 1})})
		eventually(t, "some are sent", func() bool { return tg.count() >= 20 })
		mu.Lock()
		before := len(order)
		mu.Unlock()
		if _, err := s.Enqueue(t.Context(), time.Now(), outbox.Delivery{Key: "breaking", ChatID: 1000, Lane: outbox.LaneBreaking, Message: outbox.Message{Text: "!"}}); err != nil {
			t.Fatal(err)
		}
		b.Wake()
		eventually(t, "breaking", func() bool {
			mu.Lock()
			defer mu.Unlock()
			for i, k := range order {
				if k == "breaking" {
					if i-before > 20 {
						t.Errorf("%d went before it", i-before)
					}
					return true
				}
			}
			return false
		})
		stop()
	})
}

// PostgreSQL drops every connection again and again.
func TestConnectionsLost(t *testing.T) {
	const n = 500
	address := storetest.Postgres(t)
	s := storetest.Opener(t, address)()
	chats(t, s, n)
	broadcast(t, s, "b")
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("postgres", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	tg := &telegram{answer: func(outbox.Delivery) outbox.Outcome {
		time.Sleep(time.Millisecond)
		return outbox.Outcome{Result: outbox.Sent}
	}}
	_, stop := start(t, outbox.Options{Store: s, Sender: tg, Holder: "a"})
	for i := range 5 {
		eventually(t, "it goes on", func() bool { return tg.count() >= (i+1)*n/8 })
		_, err := db.ExecContext(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()`, u.Path[1:])
		if err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "done", func() bool {
		b, err := s.Broadcast(context.Background(), "b")
		return err == nil && b.State == store.BroadcastDone
	})
	stop()
	if repeats := tg.check(t, n); repeats != 0 {
		t.Errorf("%d repeats", repeats)
	}
}

func BenchmarkBroadcast(b *testing.B) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			s := storetest.Opener(b, address(b))()
			chats(b, s, max(b.N, 100))
			broadcast(b, s, "b")
			tg := &telegram{}
			b.ResetTimer()
			_, stop := start(b, outbox.Options{Store: s, Sender: tg, Holder: "a"})
			eventually(b, "done", done(b, s, "b"))
			b.StopTimer()
			stop()
			b.ReportMetric(float64(tg.count())/b.Elapsed().Seconds(), "messages/s")
		})
	}
}
