package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

// A job that panics or fails touches no other, runs again, and is told once until it is over.
func TestJobFails(t *testing.T) {
	for name, fail := range map[string]func() error{
		"panic": func() error { panic("out of ink") },
		"error": func() error { return errors.New("out of ink") },
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t)
			var observed []error
			d.Observe = func(job string, _ time.Duration, err error) {
				if job == "digests" {
					observed = append(observed, err)
				}
			}
			d.doesDigests(func(context.Context) (int, error) { return 0, fail() })
			for range 3 {
				d.run("digests", "progress")
			}
			d.doesDigests(func(context.Context) (int, error) { return 2, nil })
			d.run("digests")
			if n := d.progress.Load(); n != 3 {
				t.Errorf("the next job ran %d times, want 3", n)
			}
			if n := d.log.count("out of ink"); n != 1 {
				t.Errorf("told %d times", n)
			}
			if d.log.count("job works again") != 1 {
				t.Error("nobody said that it is over")
			}
			if d.woken.Load() != 1 {
				t.Error("the outbox was not woken")
			}
			if len(observed) != 4 || observed[0] == nil || observed[3] != nil {
				t.Errorf("observed: %v", observed)
			}
		})
	}
}

// An item that fails or panics stops no other.
func TestEach(t *testing.T) {
	var done atomic.Int32
	items := make([]int, 100)
	for i := range items {
		items[i] = i
	}
	err := each(items, 4, func(i int) error {
		if i%10 == 0 {
			return fmt.Errorf("item %d", i)
		}
		done.Add(1)
		return nil
	})
	if done.Load() != 90 {
		t.Errorf("%d done, want 90", done.Load())
	}
	if err == nil || !strings.Contains(err.Error(), "and 5 more") {
		t.Errorf("error: %v", err)
	}
	done.Store(0)
	err = each(items, 4, func(i int) error {
		if i == 50 {
			panic("out of ink")
		}
		done.Add(1)
		return nil
	})
	if done.Load() != 99 || err == nil || !strings.Contains(err.Error(), "panic: out of ink") {
		t.Errorf("%d done, error: %v", done.Load(), err)
	}
	if err := each(items[:0], 4, func(int) error { return errors.New("x") }); err != nil {
		t.Errorf("of nothing: %v", err)
	}
}

// Of two processes on one database one runs a job; when it ends the other takes over at once.
func TestLease(t *testing.T) {
	storetest.Each(t, func(t *testing.T, openStore func() *store.Store) {
		one, two := openOn(t, openStore(), "one"), openOn(t, openStore(), "two")
		var ran []string
		var mu sync.Mutex
		for name, d := range map[string]*desk{"one": one, "two": two} {
			d.doesDigests(func(context.Context) (int, error) {
				mu.Lock()
				defer mu.Unlock()
				ran = append(ran, name)
				return 0, nil
			})
		}
		observed := 0
		two.Observe = func(string, time.Duration, error) { observed++ }
		one.run("digests")
		two.run("digests")
		one.run("digests")
		if !slices.Equal(ran, []string{"one", "one"}) || observed != 0 {
			t.Errorf("ran: %v, observed %d of the other", ran, observed)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		one.must(one.Jobs.Run(ctx)) // starts and ends
		two.run("digests")
		if len(ran) != 3 || ran[2] != "two" {
			t.Errorf("after the first has ended: %v", ran)
		}
		one.calm()
		two.calm()
	})
}

// RunNow waits for a run that is under way and then runs again; the clock's turn is skipped.
func TestRunNow(t *testing.T) {
	d := open(t)
	var runs, together atomic.Int32
	begun, end := make(chan struct{}), make(chan struct{})
	d.doesDigests(func(context.Context) (int, error) {
		if together.Add(1) > 1 {
			t.Error("two runs at the same time")
		}
		defer together.Add(-1)
		if runs.Add(1) == 1 {
			close(begun)
			<-end
		}
		return 0, nil
	})
	var all sync.WaitGroup
	all.Go(func() { d.runOne(t.Context(), d.job("digests")) })
	<-begun
	d.runOne(t.Context(), d.job("digests"))
	if runs.Load() != 1 {
		t.Error("the clock's turn was not skipped")
	}
	all.Go(func() { d.run("digests", "progress") })
	time.Sleep(20 * time.Millisecond)
	if d.progress.Load() != 0 {
		t.Error("did not wait for the one under way")
	}
	close(end)
	all.Wait()
	if runs.Load() != 2 || d.progress.Load() != 1 {
		t.Errorf("%d and %d runs, want 2 and 1", runs.Load(), d.progress.Load())
	}
}

// Run gathers by itself, reads new texts at once, and ends with all it began.
func TestRun(t *testing.T) {
	d := open(t)
	began := make(chan struct{}, 100)
	d.doesDigests(func(context.Context) (int, error) { began <- struct{}{}; return 0, nil })
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.Jobs.Run(ctx) }()
	<-began // at once, before any turn of the clock
	deadline := time.Now().Add(30 * time.Second)
	for {
		pending, err := d.Store.PendingTexts(t.Context(), d.clock(), 1)
		d.must(err)
		if len(d.headlines()) > 40 && len(pending) == 0 && d.dates() == 1+recentDays {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d headlines, %d pending, %d dates", len(d.headlines()), len(pending), d.dates())
		}
		time.Sleep(20 * time.Millisecond)
	}
	cancel()
	select {
	case err := <-ended:
		d.must(err)
	case <-time.After(5 * time.Second):
		t.Fatal("does not end")
	}
	for _, job := range d.table {
		if held, err := d.Store.Lease(t.Context(), time.Now(), leaseOf(job), "another", time.Second); err != nil || !held {
			t.Errorf("%s is still leased (%v)", job.Name, err)
		}
	}
	d.calm()
}

// What is old goes, once it is listed no more.
func TestPrune(t *testing.T) {
	d := open(t)
	d.run("poll", "texts")
	d.must(d.Store.SetDialog(t.Context(), d.clock(), 1, 1, "x", ""))
	d.pass(46 * 24 * time.Hour)
	d.run("prune")
	if _, _, ok, err := d.Store.Dialog(t.Context(), d.clock(), 1, 1, 1000*time.Hour*24); err != nil || ok {
		t.Errorf("an old conversation is still there (%v)", err)
	}
	if d.log.count("pruned") != 1 {
		t.Error("nothing was pruned")
	}
	d.calm()
}
