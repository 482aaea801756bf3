package outbox

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// answerTime is for how long a message of a low lane waits for answers that are being
// made: longer than most take on a busy machine, and no delay of a slow one's account.
const answerTime = 10 * time.Millisecond

// answers are the answers to readers that are being made and have not come to the
// pacer. Without a limit, or far below it, a broadcast takes all that the machine has,
// and an answer would get its share of the processors only.
type answers struct {
	some atomic.Int32 // saves the lock on nearly every message
	mu   sync.Mutex
	made chan struct{} // closed when there are none any more; nil while there are none
}

// Answering says that an answer is being made, until done is called: what is not
// urgent waits for it a moment.
func (p *Pacer) Answering() (done func()) {
	a := &p.answers
	a.mu.Lock()
	defer a.mu.Unlock()
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

// wait returns when no answer is being made, when answerTime is over, or when ctx is done.
func (a *answers) wait(ctx context.Context) {
	if a.some.Load() == 0 {
		return
	}
	a.mu.Lock()
	made := a.made
	a.mu.Unlock()
	if made == nil {
		return
	}
	timer := time.NewTimer(answerTime)
	defer timer.Stop()
	select {
	case <-made:
	case <-timer.C:
	case <-ctx.Done():
	}
}
