package outbox

import (
	"context"
	"runtime"
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
		// Workers that are about to have an outcome go first: a transaction for
		// each of a few costs far more than one for all.
		runtime.Gosched()
		batch := l.gather([]entry{e})
		wait := newBackoff(100*time.Millisecond, 5*time.Second)
		for try := 1; ; try++ {
			err := l.settle(ctx, batch)
			if err != nil && try%3 == 0 {
				batch, err = l.apart(ctx, batch)
			}
			if err == nil {
				l.health.ok(settling)
				break
			}
			l.health.failed(settling, err)
			if !sleep(ctx, wait.next()) {
				l.o.Log.Error("outcomes are lost, these deliveries will be repeated", "count", len(batch), "error", err)
				release(batch)
				break
			}
			batch = l.gather(batch)
		}
	}
}

// apart writes a batch that does not go through one by one: a single outcome
// that the store does not take must not keep the others. All that is noted of
// it is that it failed, or it would be sent again with every lease. It returns
// what is left when the store does not answer or takes nothing.
func (l *ledger) apart(ctx context.Context, batch []entry) (left []entry, err error) {
	var refused []entry
	for i, e := range batch {
		if failed := l.settle(ctx, []entry{e}); failed != nil {
			refused, err = append(refused, e), failed
		}
		if ctx.Err() != nil {
			return append(refused, batch[i+1:]...), ctx.Err()
		}
	}
	if _, _, failed := l.o.Store.NextDue(ctx); failed != nil {
		return refused, failed
	}
	for _, e := range refused {
		// Once more, now that the store is known to answer.
		if l.settle(ctx, []entry{e}) == nil {
			continue
		}
		s := e.settlement
		e.settlement = Settlement{Key: s.Key, ChatID: s.ChatID, State: StateFailed, Attempts: s.Attempts, Reason: "outcome not stored"}
		if failed := l.settle(ctx, []entry{e}); failed != nil {
			e.settlement = s
			left = append(left, e)
			continue
		}
		l.o.Log.Error("an outcome could not be written, the delivery is marked failed", "key", s.Key, "chat", s.ChatID, "state", s.State, "error", err)
	}
	if len(left) == 0 {
		return nil, nil
	}
	return left, err
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
