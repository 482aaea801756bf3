package outbox

import (
	"context"
	"sync/atomic"
	"time"
)

// maxBatch is how many outcomes are written in one transaction.
const maxBatch = 200

// gatherTime is for how long an outcome waits for others to be written with it,
// while those are still on the wire.
const gatherTime = 2 * time.Millisecond

// settleTimeout is for how long one try to write may hang.
const settleTimeout = 15 * time.Second

// ledger writes outcomes, those of several workers together.
type ledger struct {
	o      Options
	in     chan entry
	health *health
	window *window
	away   atomic.Int32 // deliveries on the wire
}

type entry struct {
	settlement Settlement
	written    chan struct{} // has room for the word
}

// write returns when the outcome is written, or cannot be any more. That a
// worker waits for it is what bounds the number in flight.
func (l *ledger) write(s Settlement, written chan struct{}) {
	l.in <- entry{s, written}
	<-written
}

// run writes until in is closed. Outcomes that cannot be written stay here and
// are tried again until ctx is done.
func (l *ledger) run(ctx context.Context) {
	for e := range l.in {
		batch := l.collect([]entry{e})
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
			for i := range batch {
				batch[i].settlement.Kept = true
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
		e.settlement = Settlement{Key: s.Key, Batch: s.Batch, ChatID: s.ChatID, State: StateFailed, Attempts: s.Attempts,
			Reason: ReasonNotStored, Detail: "outcome not stored", Kept: true}
		if failed := l.settle(ctx, []entry{e}); failed != nil {
			e.settlement = s
			left = append(left, e)
			continue
		}
		l.o.Log.Error("an outcome could not be written, the delivery is marked failed", "key", s.Key, "batch", s.Batch, "chat", s.ChatID, "state", s.State, "error", err)
	}
	if len(left) == 0 {
		return nil, nil
	}
	return left, err
}

// collect adds outcomes until half of those at work wait, or nothing is on the
// wire: what a write costs besides its rows is the larger part of it.
func (l *ledger) collect(batch []entry) []entry {
	enough := max(l.window.size()/2, 1)
	var timer *time.Timer
	for {
		batch = l.gather(batch)
		if len(batch) >= enough || l.away.Load() == 0 {
			break
		}
		if timer == nil {
			timer = time.NewTimer(gatherTime)
			defer timer.Stop()
		}
		select {
		case e, ok := <-l.in:
			if !ok {
				return batch
			}
			batch = append(batch, e)
			continue
		case <-timer.C:
		}
		break
	}
	return l.gather(batch)
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
		e.written <- struct{}{}
	}
}
