package outbox

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// answerTime is for how long after it was begun an answer is waited for: longer than
// most take on a busy machine, and no delay of a slow one's account, nor for the way to
// a Telegram that is far.
const answerTime = 10 * time.Millisecond

// answers are the answers to readers that are being made. Without a limit, or far below
// it, a broadcast takes all that the machine has, and an answer would get its share of the
// processors only.
type answers struct {
	some atomic.Int32 // saves the lock on nearly every message
	mu   sync.Mutex
	last time.Time     // when the last one was begun
	made chan struct{} // closed when there are none any more; nil while there are none
}

// Answering says that an answer is being made, until done is called: what is not
// urgent waits for it a moment.
func (p *Pacer) Answering() (done func()) {
	a := &p.answers
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last = time.Now()
	if a.some.Add(1) == 1 {
		a.made = make(chan struct{})
	}
	return sync.OnceFunc(func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.some.Add(-1) == 0 {
			close(a.made)
			a.made = nil
		}
	})
}

// wait returns when no answer is being made, when the last one was begun answerTime ago,
// or when ctx is done, with its error. It does not wait for what is begun meanwhile.
func (a *answers) wait(ctx context.Context) error {
	if a.some.Load() == 0 {
		return nil
	}
	a.mu.Lock()
	made, left := a.made, answerTime-time.Since(a.last)
	a.mu.Unlock()
	if made == nil || left <= 0 {
		return nil
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-made:
	case <-timer.C:
	case <-ctx.Done():
	}
	return ctx.Err()
}
