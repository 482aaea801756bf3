package role

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// table is a database of leases that can be made to fail or to hang.
type table struct {
	mu     sync.Mutex
	leases map[string]lease
	fails  func() error // before anything is done
	delay  func() time.Duration
	late   time.Duration // by which the answer comes after what was done
}

type lease struct {
	holder string
	until  time.Time
}

func newTable() *table { return &table{leases: map[string]lease{}} }

func (t *table) trouble() error {
	t.mu.Lock()
	fails, delay := t.fails, t.delay
	t.mu.Unlock()
	if delay != nil {
		time.Sleep(delay()) // as a driver does that does not look at its context
	}
	if fails != nil {
		return fails()
	}
	return nil
}

func (t *table) Lease(_ context.Context, role, holder string, ttl time.Duration) (bool, error) {
	if err := t.trouble(); err != nil {
		return false, err
	}
	defer func() { time.Sleep(t.late) }()
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.leases[role]
	if l.holder != holder && time.Now().Before(l.until) {
		return false, nil
	}
	t.leases[role] = lease{holder, time.Now().Add(ttl)}
	return true, nil
}

func (t *table) ReleaseLease(_ context.Context, role, holder string) error {
	if err := t.trouble(); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.leases[role].holder == holder {
		delete(t.leases, role)
	}
	return nil
}

func (t *table) set(fails func() error, delay func() time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fails, t.delay = fails, delay
}

// actor runs a role in the background and counts its terms.
type actor struct {
	*Role
	cancel  context.CancelFunc
	ended   chan error
	terms   atomic.Int32
	linger  time.Duration // how long a term takes to end in good order
	changes []bool
}

func act(t *table, name string, linger time.Duration) *actor {
	ctx, cancel := context.WithCancel(context.Background())
	a := &actor{cancel: cancel, ended: make(chan error, 1), linger: linger}
	o := Options{Name: "telegram", Holder: name, OnChange: func(held bool) { a.changes = append(a.changes, held) }}
	if t != nil {
		o.Leases = t
	}
	a.Role = New(o)
	go func() {
		a.ended <- a.Run(ctx, func(stop, held context.Context) error {
			a.terms.Add(1)
			<-stop.Done()
			select {
			case <-held.Done():
			case <-time.After(a.linger):
			}
			return nil
		})
	}()
	return a
}

func (a *actor) stop(t *testing.T) {
	t.Helper()
	a.cancel()
	if err := <-a.ended; err != nil {
		t.Errorf("Run returned %v", err)
	}
}

func TestTheOnlyProcessAlwaysHoldsItsRole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := act(nil, "a", 0)
		synctest.Wait()
		if !a.Held() {
			t.Error("it does not hold the role")
		}
		time.Sleep(1000 * time.Hour)
		if !a.Held() || a.terms.Load() != 1 {
			t.Errorf("after a while: held %v in term %d", a.Held(), a.terms.Load())
		}
		a.stop(t)
		if a.Held() {
			t.Error("it holds the role after its end")
		}
	})
}

func TestStandbyTakesOver(t *testing.T) {
	t.Run("at once when the holder ends in good order", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			db := newTable()
			a := act(db, "a", 5*time.Second)
			synctest.Wait()
			b := act(db, "b", 0)
			time.Sleep(time.Minute)
			if !a.Held() || b.Held() || b.terms.Load() != 0 {
				t.Fatalf("a %v, b %v", a.Held(), b.Held())
			}
			a.cancel()
			time.Sleep(4900 * time.Millisecond)
			if !a.Held() || b.Held() {
				t.Error("the role was given up before what was begun had ended")
			}
			time.Sleep(1200 * time.Millisecond)
			if a.Held() || !b.Held() {
				t.Errorf("1.1 s after the end: a %v, b %v", a.Held(), b.Held())
			}
			a.stop(t)
			b.stop(t)
			if fmt.Sprint(a.changes, b.changes) != "[true false] [true false]" {
				t.Errorf("changes told: %v %v", a.changes, b.changes)
			}
		})
	})
	t.Run("when the lease of a killed holder has run out", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			db := newTable()
			if held, err := db.Lease(t.Context(), "telegram", "killed", 10*time.Second); !held || err != nil {
				t.Fatal(held, err)
			}
			b := act(db, "b", 0)
			time.Sleep(9900 * time.Millisecond)
			if b.Held() {
				t.Error("before the lease had run out")
			}
			time.Sleep(1200 * time.Millisecond)
			if !b.Held() {
				t.Error("not within 11.1 s")
			}
			b.stop(t)
		})
	})
}

func TestHolderStopsBeforeItsLeaseRunsOut(t *testing.T) {
	down := errors.New("the database is down")
	for name, trouble := range map[string]struct {
		fails func() error
		delay func() time.Duration
	}{
		"database refuses": {func() error { return down }, nil},
		"database hangs":   {nil, func() time.Duration { return 10 * time.Minute }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				db := newTable()
				a := act(db, "a", 0)
				time.Sleep(61 * time.Second) // the last renewal was a second ago
				db.set(trouble.fails, trouble.delay)
				time.Sleep(5 * time.Second)
				if !a.Held() {
					t.Error("a short outage cost the role")
				}
				time.Sleep(3 * time.Second)
				if a.Held() {
					t.Error("held 8 s after the last renewal")
				}
				db.set(nil, nil)
				time.Sleep(15 * time.Minute)
				if !a.Held() || a.terms.Load() != 2 {
					t.Errorf("when the database is back: held %v in term %d", a.Held(), a.terms.Load())
				}
				a.stop(t)
			})
		})
	}
}

func TestRoleTakenByAnotherIsLostAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := newTable()
		a := act(db, "a", time.Hour)
		time.Sleep(61 * time.Second)
		db.mu.Lock()
		db.leases["telegram"] = lease{"b", time.Now().Add(time.Hour)}
		db.mu.Unlock()
		time.Sleep(3 * time.Second)
		if a.Held() {
			t.Error("still held")
		}
		a.stop(t) // although a good end would take an hour
		if l := db.leases["telegram"]; l.holder != "b" {
			t.Errorf("%q has the role, want b", l.holder)
		}
	})
}

func TestErrorOfATermEndsRunAndGivesTheRoleBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := newTable()
		wrong := errors.New("wrong token")
		r := New(Options{Name: "telegram", Holder: "a", Leases: db})
		if err := r.Run(t.Context(), func(context.Context, context.Context) error { return wrong }); !errors.Is(err, wrong) {
			t.Errorf("Run returned %v", err)
		}
		if len(db.leases) != 0 || r.Held() {
			t.Errorf("the role is still leased: %v, held %v", db.leases, r.Held())
		}
	})
}

// However the database fails and dawdles, no two processes hold the role at the same time.
func TestNeverTwoHolders(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			var mu sync.Mutex
			chance := func(n int) int { mu.Lock(); defer mu.Unlock(); return random.IntN(n) }
			db := newTable()
			db.set(func() error {
				if chance(4) == 0 {
					return errors.New("fails")
				}
				return nil
			}, func() time.Duration {
				if chance(5) == 0 {
					return time.Duration(chance(15_000)) * time.Millisecond
				}
				return time.Duration(chance(50)) * time.Millisecond
			})
			actors := []*actor{act(db, "a", time.Second), act(db, "b", time.Second), act(db, "c", time.Second)}
			held, none := 0, 0
			for range 20_000 {
				time.Sleep(50 * time.Millisecond)
				n := 0
				for _, a := range actors {
					if a.Held() {
						n++
					}
				}
				if n > 1 {
					t.Fatal("two processes hold the role")
				}
				held += n
				none += 1 - n
			}
			if held == 0 || none == 0 {
				t.Errorf("held %d times and not %d: nothing was tried", held, none)
			}
			for _, a := range actors {
				a.stop(t)
			}
		})
	}
}

// The lease runs from the moment at which the database gave it, not from that at
// which the answer came: another process may have it when it has run out.
func TestALateAnswerMakesNoLongerLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := newTable()
		db.late = 4 * time.Second
		a := act(db, "a", 0)
		time.Sleep(5 * time.Second)
		if !a.Held() {
			t.Fatal("it does not hold the role")
		}
		db.set(func() error { return errors.New("no connection") }, nil)
		time.Sleep(5 * time.Second)
		if a.Held() {
			t.Error("it holds the role when its lease has run out")
		}
		a.stop(t)
	})
}
