package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"newsbot/internal/feed"
	"newsbot/internal/store"
)

func sourceAt(host string, n, failures int) store.SourceStatus {
	return store.SourceStatus{Source: feed.Source{ID: fmt.Sprintf("%s-%d", host, n), URL: fmt.Sprintf("https://%s/%d", host, n)}, Failures: failures}
}

// A host with many sources that hang holds up no other host, no later round, and
// at the host itself none that works.
func TestPollerSlowHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		started, ended, now := map[string]time.Duration{}, map[string]time.Duration{}, map[string]int{}
		start := time.Now()
		p := newPoller(func(_ context.Context, src store.SourceStatus) error {
			host := hostOf(src.URL)
			mu.Lock()
			if started[src.ID] != 0 {
				t.Errorf("%s is read twice", src.ID)
			}
			started[src.ID] = time.Since(start) + 1
			if now[host]++; now[host] > pollsPerHost {
				t.Errorf("%d readings of %s at once", now[host], host)
			}
			mu.Unlock()
			if host == "slow" && src.Failures > 0 {
				time.Sleep(20 * time.Second)
			} else {
				time.Sleep(100 * time.Millisecond)
			}
			mu.Lock()
			defer mu.Unlock()
			now[host]--
			ended[src.ID] = time.Since(start)
			return nil
		}, slog.New(slog.DiscardHandler))
		var due []store.SourceStatus
		for i := range 100 {
			due = append(due, sourceAt("slow", i, 1))
		}
		for i := range 10 {
			due = append(due, sourceAt("slow", 100+i, 0))
		}
		for i := range 40 {
			due = append(due, sourceAt(fmt.Sprintf("quick%d", i), 0, 0))
		}
		list := func() ([]store.SourceStatus, error) { return due, nil }
		if err := p.run(t.Context(), pollPatience, list); err != nil {
			t.Error(err)
		}
		if took := time.Since(start); took != pollPatience {
			t.Errorf("the round was waited for %v", took)
		}
		due = append(due[:100:100], sourceAt("late", 0, 0)) // what hangs is still due
		if err := p.run(t.Context(), pollPatience, list); err != nil {
			t.Error(err)
		}
		mu.Lock()
		for id, at := range ended {
			if at > 6*time.Second {
				t.Errorf("%s was read after %v", id, at)
			}
		}
		if n := len(ended); n != 51 {
			t.Errorf("%d read beside those that hang, want 51", n)
		}
		mu.Unlock()
		p.wait()
		if len(p.hosts)+len(p.busy)+len(p.ready)+p.running != 0 {
			t.Errorf("left behind: %d hosts, %d busy, %d ready, %d running", len(p.hosts), len(p.busy), len(p.ready), p.running)
		}
	})
}

func TestPollerErrors(t *testing.T) {
	failed := errors.New("disk full")
	p := newPoller(func(_ context.Context, src store.SourceStatus) error {
		if src.Failures == 1 {
			panic("odd source")
		}
		return failed
	}, slog.New(slog.DiscardHandler))
	err := p.run(t.Context(), time.Minute, func() ([]store.SourceStatus, error) {
		return []store.SourceStatus{sourceAt("a", 1, 0), sourceAt("b", 1, 1), {Source: feed.Source{ID: "c", URL: "::"}}}, nil
	})
	if !errors.Is(err, failed) {
		t.Errorf("%v", err)
	}
	if err := p.run(t.Context(), time.Minute, func() ([]store.SourceStatus, error) { return nil, failed }); !errors.Is(err, failed) {
		t.Errorf("the list: %v", err)
	}
	if err := p.run(t.Context(), time.Minute, func() ([]store.SourceStatus, error) { return nil, nil }); err != nil {
		t.Errorf("nothing due: %v", err)
	}
	p.wait()
}
