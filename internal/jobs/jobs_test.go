package jobs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
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

// Each job runs with its role, which may come, go and come again.
func TestJobsGoWithTheirRole(t *testing.T) {
	d := open(t)
	var digests atomic.Int32
	d.doesDigests(func(context.Context) (int, error) { digests.Add(1); return 0, nil })
	for round := range int32(2) {
		ctx, cancel := context.WithTimeout(t.Context(), 3500*time.Millisecond)
		d.must(d.Jobs.Run(ctx, RoleTelegram))
		cancel()
		if d.progress.Load() != round+1 || digests.Load() != round {
			t.Errorf("with telegram, round %d: %d progress, %d digests", round, d.progress.Load(), digests.Load())
		}
		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		d.must(d.Jobs.Run(ctx, RoleClock))
		cancel()
		if d.progress.Load() != round+1 || digests.Load() != round+1 {
			t.Errorf("with the clock, round %d: %d progress, %d digests", round, d.progress.Load(), digests.Load())
		}
	}
}

// A job that is running when its role is lost is told so.
func TestJobEndsWithItsRole(t *testing.T) {
	d := open(t)
	began := make(chan struct{})
	d.doesDigests(func(ctx context.Context) (int, error) {
		close(began)
		<-ctx.Done()
		return 0, ctx.Err()
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.Jobs.Run(ctx, RoleClock) }()
	<-began
	cancel()
	select {
	case err := <-ended:
		d.must(err)
	case <-time.After(10 * time.Second):
		t.Fatal("the job goes on without its role")
	}
	d.calm()
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
	go func() { ended <- d.Jobs.Run(ctx, RoleClock) }()
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
