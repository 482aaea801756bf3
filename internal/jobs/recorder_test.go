package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"newsbot/internal/store"
)

// What ends while others are being written is written together, next.
func TestRecorder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var written [][]string
		failed := errors.New("disk full")
		r := newRecorder(func(_ context.Context, polls []store.Poll) error {
			time.Sleep(time.Second)
			var ids []string
			for _, p := range polls {
				ids = append(ids, p.SourceID)
			}
			slices.Sort(ids)
			written = append(written, ids)
			switch {
			case slices.Contains(ids, "bad"):
				return failed
			case slices.Contains(ids, "odd"):
				panic("odd")
			}
			return nil
		})
		errs := map[string]error{}
		var mu sync.Mutex
		var all sync.WaitGroup
		after := func(wait time.Duration, ids ...string) {
			for _, id := range ids {
				all.Go(func() {
					time.Sleep(wait)
					err := r.record(t.Context(), store.Poll{SourceID: id})
					mu.Lock()
					defer mu.Unlock()
					errs[id] = err
				})
			}
		}
		after(0, "a")
		after(500*time.Millisecond, "b", "bad", "c")
		after(1500*time.Millisecond, "odd")
		after(9*time.Second, "late")
		all.Wait()
		if got, want := fmt.Sprint(written), "[[a] [b bad c] [odd] [late]]"; got != want {
			t.Errorf("written %s, want %s", got, want)
		}
		for _, id := range []string{"b", "bad", "c"} {
			if !errors.Is(errs[id], failed) {
				t.Errorf("%s: %v", id, errs[id])
			}
		}
		if errs["a"] != nil || errs["late"] != nil || errs["odd"] == nil {
			t.Errorf("errors %v", errs)
		}
	})
}

// One poll that cannot be written costs those written with it nothing.
func TestRecordAlone(t *testing.T) {
	d := open(t)
	errs := map[string]error{}
	var mu sync.Mutex
	var all sync.WaitGroup
	d.bare.turn <- struct{}{} // something is being written
	for _, id := range []string{"kurier", "nobody", "dala"} {
		all.Go(func() {
			_, err := d.record(t.Context(), d.clock(), store.Poll{SourceID: id, NextPollAt: d.clock().Add(time.Hour)})
			mu.Lock()
			defer mu.Unlock()
			errs[id] = err
		})
	}
	for waiting := 0; waiting < 3; time.Sleep(time.Millisecond) {
		d.bare.mu.Lock()
		if d.bare.next != nil {
			waiting = len(d.bare.next.list)
		}
		d.bare.mu.Unlock()
	}
	<-d.bare.turn
	all.Wait()
	if errs["kurier"] != nil || errs["dala"] != nil || !errors.Is(errs["nobody"], store.ErrNotFound) {
		t.Errorf("errors %v", errs)
	}
	for _, id := range []string{"kurier", "dala"} {
		src, err := d.Store.Source(t.Context(), id)
		if d.must(err); !src.LastOKAt.Equal(d.clock()) {
			t.Errorf("%s was read at %v", id, src.LastOKAt)
		}
	}
}
