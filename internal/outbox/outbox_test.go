package outbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// memory is a Store in memory, for tests of time. The real ones are tested in live_test.go.
type memory struct {
	mu   sync.Mutex
	rows map[string]*row
	err  error // what every call fails with
	// refuse is an outcome that Settle does not take.
	refuse func(Settlement) bool
	kept   int // outcomes that came late
}

type row struct {
	Delivery
	state   State
	holder  string
	expires time.Time
	reason  string
}

func newMemory(deliveries ...Delivery) *memory {
	m := &memory{rows: map[string]*row{}}
	for _, d := range deliveries {
		if d.DueAt.IsZero() {
			d.DueAt = time.Now()
		}
		d.CreatedAt = time.Now()
		m.rows[d.Key] = &row{Delivery: d, state: StatePending}
	}
	return m
}

func (m *memory) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
}

func (m *memory) Claim(_ context.Context, now time.Time, holder string, lease time.Duration, limit int) ([]Delivery, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return nil, m.err
	}
	var due []*row
	for _, r := range m.rows {
		if r.state == StateSending && !r.expires.After(now) {
			r.state = StatePending
		}
		if r.state == StatePending && !r.DueAt.After(now) {
			due = append(due, r)
		}
	}
	slices.SortFunc(due, func(a, b *row) int {
		return cmp.Or(cmp.Compare(a.Lane, b.Lane), a.DueAt.Compare(b.DueAt), cmp.Compare(a.Key, b.Key))
	})
	var out []Delivery
	for _, r := range due[:min(limit, len(due))] {
		r.state, r.holder, r.expires = StateSending, holder, now.Add(lease)
		out = append(out, r.Delivery)
	}
	return out, nil
}

func (m *memory) Settle(_ context.Context, _ time.Time, holder string, settled []Settlement) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return m.err
	}
	for _, s := range settled {
		if m.refuse != nil && m.refuse(s) {
			return errors.New("constraint violated")
		}
	}
	for _, s := range settled {
		if s.Kept {
			m.kept++
		}
		r := m.rows[s.Key]
		if r.holder != holder || r.state != StateSending {
			continue
		}
		r.state, r.Attempts, r.reason, r.holder = s.State, s.Attempts, s.Detail, ""
		if s.State == StatePending {
			r.DueAt = s.DueAt
		}
		if s.NewChatID != 0 {
			r.ChatID = s.NewChatID
		}
	}
	return nil
}

func (m *memory) Runs(context.Context, time.Time) ([]Run, error) { return nil, m.failure() }

func (m *memory) TakeSlice(context.Context, time.Time, string, time.Duration, string, int) (Slice, bool, error) {
	return Slice{}, false, m.failure()
}

func (m *memory) RenewSlices(context.Context, time.Time, string, time.Duration) (map[SliceKey]bool, error) {
	return nil, m.failure()
}

func (m *memory) EndSlice(context.Context, time.Time, string, SliceKey) error { return m.failure() }

func (m *memory) FreeSlice(context.Context, time.Time, string, SliceKey) error { return m.failure() }

func (m *memory) failure() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.err
}

func (m *memory) NextDue(context.Context) (due time.Time, ok bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.rows {
		at := r.DueAt
		if r.state == StateSending {
			at = r.expires
		} else if r.state != StatePending {
			continue
		}
		if !ok || at.Before(due) {
			due, ok = at, true
		}
	}
	return due, ok, m.err
}

func (m *memory) Release(_ context.Context, _ time.Time, holder string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.rows {
		if r.state == StateSending && (holder == "" || r.holder == holder) {
			r.state, r.holder = StatePending, ""
		}
	}
	return m.err
}

func (m *memory) row(key string) row {
	m.mu.Lock()
	defer m.mu.Unlock()
	return *m.rows[key]
}

// sender is a Sender by function that keeps what it was given.
type sender struct {
	answer func(ctx context.Context, d Delivery, try int) Outcome

	mu   sync.Mutex
	sent []string
	at   []time.Time
	max  int // at once
	now  int
}

func (s *sender) Send(ctx context.Context, d Delivery) Outcome {
	s.mu.Lock()
	s.sent, s.at = append(s.sent, d.Key), append(s.at, time.Now())
	try := 0
	for _, k := range s.sent {
		if k == d.Key {
			try++
		}
	}
	s.now++
	s.max = max(s.max, s.now)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.now--
	}()
	if s.answer == nil {
		return Outcome{Result: Sent, MessageID: 1}
	}
	return s.answer(ctx, d, try)
}

func (s *sender) count(key string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, k := range s.sent {
		if k == key {
			n++
		}
	}
	return n
}

// bubble runs an Outbox in synthetic time while fn watches, and ends it.
func bubble(t *testing.T, o Options, fn func(b *Outbox)) {
	t.Helper()
	o.Holder = "test"
	b := New(o)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	fn(b)
	cancel()
	if err := <-done; err != nil {
		t.Errorf("run: %v", err)
	}
}

func (s *sender) total() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sent)
}

func few(n int) (out []Delivery) {
	for i := range n {
		out = append(out, Delivery{Key: fmt.Sprintf("k%03d", i), ChatID: int64(i + 1), Lane: LaneBulk, Message: Message{Text: "x"}})
	}
	return out
}

var errNet = errors.New("connection reset")

func TestOutcomes(t *testing.T) {
	always := func(o Outcome) func(context.Context, Delivery, int) Outcome {
		return func(context.Context, Delivery, int) Outcome { return o }
	}
	then := func(first Outcome) func(context.Context, Delivery, int) Outcome {
		return func(_ context.Context, _ Delivery, try int) Outcome {
			if try == 1 {
				return first
			}
			return Outcome{Result: Sent, MessageID: 5}
		}
	}
	for _, tt := range []struct {
		name     string
		answer   func(context.Context, Delivery, int) Outcome
		state    State
		sends    int
		attempts int
		reason   string
		atLeast  time.Duration // between the first and the second send
	}{
		{name: "sent", answer: always(Outcome{Result: Sent}), state: StateSent, sends: 1},
		{name: "retried", answer: then(Outcome{Result: Retry, Err: errNet}), state: StateSent, sends: 2, attempts: 1, atLeast: 750 * time.Millisecond},
		{name: "retried after", answer: then(Outcome{Result: Retry, After: time.Minute, Err: errNet}), state: StateSent, sends: 2, attempts: 1, atLeast: time.Minute},
		{name: "never gets through", answer: always(Outcome{Result: Retry, Err: errNet}), state: StateFailed, sends: 8, attempts: 8, reason: errNet.Error()},
		{name: "flooded", answer: then(Outcome{Result: Flooded, After: 30 * time.Second, Err: errNet}), state: StateSent, sends: 2, atLeast: 30 * time.Second},
		{name: "flooded for long", answer: then(Outcome{Result: Flooded, After: time.Hour, Err: errNet}), state: StateSent, sends: 2, atLeast: time.Hour},
		{name: "gone", answer: always(Outcome{Result: Gone, Err: errors.New("blocked")}), state: StateGone, sends: 1, reason: "blocked"},
		{name: "moved", answer: then(Outcome{Result: Moved, NewChatID: -100}), state: StateSent, sends: 2, attempts: 1},
		{name: "moved to itself", answer: always(Outcome{Result: Moved, NewChatID: 1, Err: errNet}), state: StateFailed, sends: 1, attempts: 1, reason: errNet.Error()},
		{name: "rejected", answer: always(Outcome{Result: Rejected}), state: StateFailed, sends: 1, reason: "unknown"},
		{name: "panics", answer: func(context.Context, Delivery, int) Outcome { panic("oh") }, state: StateFailed, sends: 8, attempts: 8, reason: "sender panicked: oh"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, s := newMemory(few(1)...), &sender{answer: tt.answer}
				bubble(t, Options{Store: m, Sender: s}, func(*Outbox) { time.Sleep(3 * time.Hour) })
				r := m.row("k000")
				if r.state != tt.state || r.Attempts != tt.attempts || r.reason != tt.reason {
					t.Errorf("%s after %d attempts: %q", r.state, r.Attempts, r.reason)
				}
				if n := s.count("k000"); n != tt.sends {
					t.Errorf("sent %d times, want %d", n, tt.sends)
				}
				if tt.atLeast > 0 {
					if gap := s.at[1].Sub(s.at[0]); gap < tt.atLeast || gap > tt.atLeast+3*time.Second {
						t.Errorf("tried again after %v, want %v", gap, tt.atLeast)
					}
				}
			})
		})
	}
}

// One bad delivery stops no other.
func TestOneBadDelivery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(few(50)...)
		s := &sender{answer: func(_ context.Context, d Delivery, _ int) Outcome {
			switch d.Key {
			case "k003":
				panic("bad")
			case "k010":
				return Outcome{Result: Retry, Err: errNet}
			case "k020":
				return Outcome{Result: Flooded, After: 2 * time.Hour}
			}
			return Outcome{Result: Sent}
		}}
		bubble(t, Options{Store: m, Sender: s, Workers: 2}, func(*Outbox) { time.Sleep(time.Minute) })
		for _, d := range few(50) {
			bad := d.Key == "k003" || d.Key == "k010" || d.Key == "k020"
			if r := m.row(d.Key); r.state != StateSent && !bad {
				t.Errorf("%s is %s", d.Key, r.state)
			}
		}
	})
}

// An hour without network costs no delivery, and is not spent on hammering.
func TestOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(few(5)...) // few enough that each is tried more often than it may fail
		start := time.Now()
		s := &sender{answer: func(context.Context, Delivery, int) Outcome {
			if time.Since(start) < time.Hour {
				return Outcome{Result: Retry, Err: errNet}
			}
			return Outcome{Result: Sent}
		}}
		bubble(t, Options{Store: m, Sender: s, Workers: 4}, func(*Outbox) {
			time.Sleep(time.Hour)
			if n := s.total(); n > 200 {
				t.Errorf("%d calls in the hour", n)
			}
			time.Sleep(15 * time.Minute)
		})
		for _, d := range few(5) {
			if r := m.row(d.Key); r.state != StateSent {
				t.Errorf("%s is %s after %d attempts: %s", d.Key, r.state, r.Attempts, r.reason)
			}
		}
	})
}

// The database goes away in the middle: what was sent is not sent again.
func TestDatabaseGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(few(200)...)
		s := &sender{answer: func(context.Context, Delivery, int) Outcome {
			time.Sleep(100 * time.Millisecond)
			return Outcome{Result: Sent}
		}}
		bubble(t, Options{Store: m, Sender: s, Workers: 4}, func(*Outbox) {
			time.Sleep(time.Second)
			m.fail(errors.New("connection refused"))
			time.Sleep(time.Second)
			before := s.total()
			time.Sleep(time.Minute)
			if n := s.total(); n != before {
				t.Errorf("%d were sent with nowhere to write it", n-before)
			}
			m.fail(nil)
			time.Sleep(time.Minute)
		})
		if m.kept < 1 || m.kept > 4 {
			t.Errorf("%d outcomes are said to have been kept, by 4 workers", m.kept)
		}
		for _, d := range few(200) {
			if r := m.row(d.Key); r.state != StateSent || s.count(d.Key) != 1 {
				t.Errorf("%s is %s, sent %d times", d.Key, r.state, s.count(d.Key))
			}
		}
	})
}

// An outcome that the store refuses keeps neither the others nor its worker.
func TestRefusedOutcome(t *testing.T) {
	for _, all := range []int{1, 40} {
		t.Run(fmt.Sprint("of ", all), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMemory(few(all)...)
				m.refuse = func(s Settlement) bool { return s.Key == "k000" && s.State == StatePending }
				s := &sender{answer: func(_ context.Context, d Delivery, _ int) Outcome {
					if d.Key == "k000" {
						return Outcome{Result: Moved, NewChatID: -100}
					}
					return Outcome{Result: Sent}
				}}
				bubble(t, Options{Store: m, Sender: s, Workers: 4}, func(*Outbox) { time.Sleep(10 * time.Second) })
				for _, d := range few(all)[1:] {
					if r := m.row(d.Key); r.state != StateSent || s.count(d.Key) != 1 {
						t.Errorf("%s is %s, sent %d times", d.Key, r.state, s.count(d.Key))
					}
				}
				if r := m.row("k000"); r.state != StateFailed || r.reason != "outcome not stored" || s.count("k000") != 1 {
					t.Errorf("the refused one is %s (%s), sent %d times", r.state, r.reason, s.count("k000"))
				}
			})
		})
	}
}

// A worker takes nothing new until its outcome is written.
func TestInFlightIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(few(100)...)
		s := &sender{}
		s.answer = func(context.Context, Delivery, int) Outcome {
			m.fail(errors.New("disk full"))
			time.Sleep(time.Second)
			return Outcome{Result: Sent}
		}
		bubble(t, Options{Store: m, Sender: s, Workers: 3}, func(*Outbox) {
			time.Sleep(30 * time.Second)
			if n := s.total(); n != 3 {
				t.Errorf("%d were sent, none is written", n)
			}
		})
	})
}

func TestShutdown(t *testing.T) {
	t.Run("what is in flight is finished, the rest given back", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			m := newMemory(few(30)...)
			s := &sender{answer: func(context.Context, Delivery, int) Outcome {
				time.Sleep(2 * time.Second)
				return Outcome{Result: Sent}
			}}
			var stopped time.Time
			bubble(t, Options{Store: m, Sender: s, Workers: 4}, func(*Outbox) {
				time.Sleep(time.Second)
				stopped = time.Now()
			})
			if took := time.Since(stopped); took > 2*time.Second {
				t.Errorf("took %v", took)
			}
			states := map[State]int{}
			for _, d := range few(30) {
				states[m.row(d.Key).state]++
			}
			if states[StateSent] != 4 || states[StatePending] != 26 {
				t.Errorf("states %v", states)
			}
		})
	})
	t.Run("a hanging send is cut", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			m := newMemory(few(1)...)
			s := &sender{answer: func(ctx context.Context, _ Delivery, _ int) Outcome {
				<-ctx.Done()
				return Outcome{Result: Retry, Err: ctx.Err()}
			}}
			var stopped time.Time
			bubble(t, Options{Store: m, Sender: s, Grace: 4 * time.Second}, func(*Outbox) {
				time.Sleep(time.Second)
				stopped = time.Now()
			})
			if took := time.Since(stopped); took > 4*time.Second {
				t.Errorf("took %v", took)
			}
			if r := m.row("k000"); r.state != StatePending {
				t.Errorf("it is %s", r.state)
			}
		})
	})
	t.Run("with the database gone", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			m := newMemory(few(1)...)
			s := &sender{}
			var stopped time.Time
			bubble(t, Options{Store: m, Sender: s, Grace: 4 * time.Second}, func(*Outbox) {
				m.fail(errors.New("refused"))
				time.Sleep(time.Second)
				stopped = time.Now()
			})
			if took := time.Since(stopped); took > 4*time.Second {
				t.Errorf("took %v", took)
			}
		})
	})
}

// A digest from before a long downtime is not sent any more; a broadcast is.
func TestTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(Delivery{Key: "digest", ChatID: 1, Lane: LaneDigest}, Delivery{Key: "bulk", ChatID: 2, Lane: LaneBulk})
		time.Sleep(25 * time.Hour)
		s := &sender{}
		bubble(t, Options{Store: m, Sender: s}, func(*Outbox) { time.Sleep(time.Minute) })
		if r := m.row("digest"); r.state != StateFailed || r.reason != "too late" {
			t.Errorf("digest %s: %s", r.state, r.reason)
		}
		if r := m.row("bulk"); r.state != StateSent {
			t.Errorf("bulk %s", r.state)
		}
	})
}

// The bot's clock may be moved by hours without anything being sent twice.
func TestClockMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory(few(20)...)
		var mu sync.Mutex
		var offset time.Duration
		s := &sender{answer: func(context.Context, Delivery, int) Outcome {
			time.Sleep(5 * time.Second)
			return Outcome{Result: Sent}
		}}
		now := func() time.Time {
			mu.Lock()
			defer mu.Unlock()
			return time.Now().Add(offset)
		}
		bubble(t, Options{Store: m, Sender: s, Workers: 2, Now: now}, func(b *Outbox) {
			for range 5 {
				time.Sleep(3 * time.Second)
				mu.Lock()
				offset += 3 * time.Hour
				mu.Unlock()
				b.Wake()
			}
			time.Sleep(5 * time.Minute)
		})
		for _, d := range few(20) {
			if n := s.count(d.Key); n != 1 {
				t.Errorf("%s was sent %d times", d.Key, n)
			}
		}
	})
}

func TestWake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		s := &sender{}
		bubble(t, Options{Store: m, Sender: s, Poll: time.Hour}, func(b *Outbox) {
			time.Sleep(time.Minute)
			m.mu.Lock()
			m.rows["new"] = &row{Delivery: Delivery{Key: "new", ChatID: 1, DueAt: time.Now()}, state: StatePending}
			m.mu.Unlock()
			b.Wake()
			synctest.Wait()
			if s.count("new") != 1 {
				t.Error("it was not sent at once")
			}
		})
	})
}
