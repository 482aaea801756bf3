package outbox

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// A message that takes longer than farAway, on its way to Telegram and until its outcome
// is written, takes many at once to keep up a rate. Where it is shorter, as to a server of
// one's own, more of them only wait for each other: in every queue between here and
// there, before each answer.
const (
	farAway = 40 * time.Millisecond // half of 128 still send 1,600 a second then
	// nearBy is below what it is short again: with all at work on a short way it takes
	// as long as they wait for each other, 128 at 5,000 a second 26 ms.
	nearBy = 30 * time.Millisecond
	// fewest are enough for the free rate, however long the way is, and for chats that
	// have to wait for their own limit meanwhile.
	fewest = 32
)

// window says how many workers are at work: all, or half of them while the way is short.
type window struct {
	few, all int
	long     atomic.Bool

	mu         sync.Mutex
	way, write time.Duration // what it takes, on average over the last ones
	far        chan struct{} // closed while that is long
}

func newWindow(workers int) *window {
	return &window{few: min(max(workers/2, fewest), workers), all: workers, far: make(chan struct{})}
}

// size is how many workers are at work.
func (w *window) size() int {
	if w.long.Load() {
		return w.all
	}
	return w.few
}

// sent is told how long a message was on the wire.
func (w *window) sent(took time.Duration) { w.note(&w.way, took) }

// written is told how long it took to write an outcome.
func (w *window) written(took time.Duration) { w.note(&w.write, took) }

func (w *window) note(average *time.Duration, took time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	*average += (took - *average) / 16
	switch long := w.long.Load(); {
	case !long && w.way+w.write > farAway:
		w.long.Store(true)
		close(w.far)
	case long && w.way+w.write < nearBy:
		w.long.Store(false)
		w.far = make(chan struct{})
	}
}

// wait returns when the worker of a number, from 0, is to be at work, or when ctx is done.
func (w *window) wait(ctx context.Context, worker int) {
	if worker < w.size() {
		return
	}
	w.mu.Lock()
	far := w.far
	w.mu.Unlock()
	select {
	case <-far:
	case <-ctx.Done():
	}
}
