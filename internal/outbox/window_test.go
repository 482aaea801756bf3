package outbox

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// As many are on the wire as the way there takes: half of the workers while it is
// short, all when it becomes long, and half again when it is short.
func TestWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const workers = 128
		m := newMemory(few(16_000)...)
		var took atomic.Int64
		var wire, most atomic.Int32
		s := &sender{answer: func(context.Context, Delivery, int) Outcome {
			n := wire.Add(1)
			for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
			}
			time.Sleep(time.Duration(took.Load()))
			wire.Add(-1)
			return Outcome{Result: Sent}
		}}
		bubble(t, Options{Store: m, Sender: s, Workers: workers, Poll: 10 * time.Millisecond}, func(*Outbox) {
			for _, way := range []struct {
				took time.Duration
				most int32
			}{{8 * time.Millisecond, workers / 2}, {60 * time.Millisecond, workers}, {8 * time.Millisecond, workers / 2}, {35 * time.Millisecond, workers / 2}} {
				took.Store(int64(way.took))
				time.Sleep(200 * time.Millisecond) // the average follows
				most.Store(0)
				time.Sleep(300 * time.Millisecond)
				if got := most.Load(); got != way.most {
					t.Errorf("%d at once on a way of %s, want %d", got, way.took, way.most)
				}
			}
		})
	})
}

// What it takes to write an outcome counts too, and between the bounds all stays as it is.
func TestWindowCountsWriting(t *testing.T) {
	w := newWindow(128)
	both := func(sent, written time.Duration) int {
		for range 200 {
			w.sent(sent)
			w.written(written)
		}
		return w.size()
	}
	for _, step := range []struct {
		sent, written time.Duration
		want          int
	}{{35, 1, 64}, {15, 40, 128}, {18, 17, 128}, {14, 14, 64}, {1, 50, 128}, {1, 1, 64}} {
		if got := both(step.sent*time.Millisecond, step.written*time.Millisecond); got != step.want {
			t.Errorf("%d ms on the way and %d to be written: %d at work, want %d", step.sent, step.written, got, step.want)
		}
	}
}

// Few workers are all at work.
func TestWindowOfFew(t *testing.T) {
	for workers, want := range map[int]int{1: 1, 16: 16, 32: 32, 40: 32, 63: 32, 64: 32, 100: 50, 125: 62, 128: 64} {
		if got := newWindow(workers).size(); got != want {
			t.Errorf("%d of %d workers are at work, want %d", got, workers, want)
		}
	}
}
