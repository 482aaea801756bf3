package outbox

import (
	"context"
	"time"
)

// maxBatch is how many outcomes are written in one transaction.
const maxBatch = 200

// settleTimeout is for how long one try to write may hang.
const settleTimeout = 15 * time.Second

// ledger writes outcomes, those of several workers together.
type ledger struct {
	o      Options
	in     chan entry
	health *health
}

type entry struct {
	settlement Settlement
	written    chan struct{}
}

// write returns when the outcome is written, or cannot be any more. That a
// worker waits for it is what bounds the number in flight.
func (l *ledger) write(s Settlement) {
	e := entry{s, make(chan struct{})}
	l.in <- e
	<-e.written
}

// run writes until in is closed. Outcomes that cannot be written stay here and
// are tried again until ctx is done.
func (l *ledger) run(ctx context.Context) {
	for e := range l.in {
		batch := l.gather([]entry{e})
		wait := newBackoff(100*time.Millisecond, 5*time.Second)
		for try := 1; ; try++ {
			var err error
			// After some failures one by one: a single outcome that the store does
			// not take must not keep the others.
			if batch, err = l.commit(ctx, batch, try > 3); len(batch) == 0 {
				l.health.ok()
				break
			}
			l.health.failed(err)
			if !sleep(ctx, wait.next()) {
				l.o.Log.Error("outcomes are lost, these deliveries will be repeated", "count", len(batch), "error", err)
				release(batch)
				break
			}
			batch = l.gather(batch)
		}
	}
}

// gather adds the outcomes that are waiting.
func (l *ledger) gather(batch []entry) []entry {
	for len(batch) < maxBatch {
		select {
		case e, ok := <-l.in:
			if !ok {
				return batch
			}
			batch = append(batch, e)
		default:
			return batch
		}
	}
	return batch
}

// commit writes a batch and returns what is left of it.
func (l *ledger) commit(ctx context.Context, batch []entry, single bool) (left []entry, err error) {
	if !single || len(batch) == 1 {
		if err := l.settle(ctx, batch); err != nil {
			return batch, err
		}
		return nil, nil
	}
	for _, e := range batch {
		if failed := l.settle(ctx, []entry{e}); failed != nil {
			left, err = append(left, e), failed
		}
	}
	return left, err
}

func (l *ledger) settle(ctx context.Context, batch []entry) error {
	ctx, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()
	settlements := make([]Settlement, len(batch))
	for i, e := range batch {
		settlements[i] = e.settlement
	}
	if err := l.o.Store.Settle(ctx, l.o.Now(), l.o.Holder, settlements); err != nil {
		return err
	}
	release(batch)
	return nil
}

func release(batch []entry) {
	for _, e := range batch {
		close(e.written)
	}
}
