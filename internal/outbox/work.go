package outbox

import (
	"context"
	"fmt"
	"time"
)

// fetch keeps the queue filled until ctx is done.
func (b *Outbox) fetch(ctx, sending context.Context) {
	wait := newBackoff(100*time.Millisecond, 5*time.Second)
	woken := true
	for ctx.Err() == nil {
		pause, err := b.refill(ctx, sending, woken)
		if err != nil && ctx.Err() == nil {
			b.health.failed(fetching, err)
			pause = wait.next()
		} else {
			b.health.ok(fetching)
			wait.reset()
			woken = false
		}
		if pause == 0 {
			continue
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
		case <-b.wake:
			woken = true
		case <-b.queue.hungry:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// refill takes what the queue has room for and returns how long nothing more
// is expected. Woken means that something has changed.
func (b *Outbox) refill(ctx, sending context.Context, woken bool) (pause time.Duration, err error) {
	if err := b.leaveSlices(ctx); err != nil {
		return 0, err
	}
	if err := b.renewSlices(ctx); err != nil {
		return 0, err
	}
	room := b.queue.room()
	if room > 0 {
		claimed, err := b.o.Store.Claim(ctx, b.o.Now(), b.o.Holder, b.o.Lease, room)
		if err != nil {
			return 0, err
		}
		b.queue.put(claimed, time.Now().Add(b.o.Lease))
		if len(claimed) == room {
			room = 0 // there may be more, but the queue has to empty first
		}
	}
	if err := b.fillSlices(ctx, sending, woken); err != nil {
		return 0, err
	}
	if room == 0 {
		return b.o.Poll, nil
	}
	due, ok, err := b.o.Store.NextDue(ctx)
	if err != nil {
		return 0, err
	}
	if !ok {
		return b.o.Poll, nil
	}
	// Not at once even when something is due: another process may be claiming it.
	return min(max(due.Sub(b.o.Now()), 10*time.Millisecond), b.o.Poll), nil
}

// work delivers what the queue gives until it is closed, as the worker of a number.
func (b *Outbox) work(ctx, sending context.Context, worker int) {
	written := make(chan struct{}, 1)
	for {
		b.window.wait(ctx, worker)
		it, ok := b.queue.take()
		if !ok {
			return
		}
		if it.slice != nil {
			s, done := b.deliverFirst(ctx, it)
			if done {
				b.write(s, written)
			}
			b.queue.ended(it)
			b.finished(it.slice, 1, !done)
			continue
		}
		if s, done := b.deliver(ctx, sending, it); done {
			b.write(s, written)
		}
		b.queue.ended(it)
		b.queue.disown(it.Key)
	}
}

// write writes an outcome.
func (b *Outbox) write(s Settlement, written chan struct{}) {
	began := time.Now()
	b.ledger.write(s, written)
	b.window.written(time.Since(began))
}

// maxHold is for how long a worker waits for a chat's own limit; a delivery
// that has to wait longer goes back, and the worker serves others.
const maxHold = 5 * time.Second

// deliver makes one attempt at a row and returns what is to be written of it;
// done is false when nothing is.
func (b *Outbox) deliver(ctx, sending context.Context, it item) (s Settlement, done bool) {
	d := it.Delivery
	// A send ends before its claim may pass to another.
	start, end := it.expires.Add(-b.o.Lease/2), it.expires.Add(-b.o.Lease/20)
	if !time.Now().Before(start) {
		return s, false // it was queued for too long, and is claimed anew when the lease runs out
	}
	if d.Lane == LaneDigest && b.expired(*d) {
		s = settlement(*d)
		s.State, s.Reason, s.Detail = StateFailed, ReasonTooLate, "too late"
		return s, true
	}
	if b.halts.has(d.Batch) { // before it waits for its turn, which may take long
		return b.putBack(d, 0), true
	}
	if hold := time.Until(b.o.Pacer.chatReady(d.ChatID, d.Messages())); hold > maxHold {
		return b.putBack(d, hold), true
	}
	waiting, cancel := context.WithDeadline(ctx, start)
	err := b.o.Pacer.WaitAlbum(waiting, d.Lane, d.ChatID, d.Messages())
	cancel()
	switch {
	case ctx.Err() != nil:
		return s, false // it is released with all others
	case err != nil:
		return b.putBack(d, time.Until(b.o.Pacer.heldUntil())), true
	case b.halts.has(d.Batch): // or while it waited
		return b.putBack(d, 0), true
	}
	on, cancel := context.WithDeadline(sending, end)
	defer cancel()
	return b.attempt(on, d), true
}

// deliverFirst makes the first attempt at a recipient of a slice.
func (b *Outbox) deliverFirst(ctx context.Context, it item) (s Settlement, done bool) {
	d := it.Delivery
	if !it.slice.good(b.o.Lease) || b.halts.has(d.Batch) {
		return s, false
	}
	if d.Action == ActionDelete && b.o.Now().Sub(d.SentAt) > deletable {
		s = settlement(*d)
		s.State, s.Reason, s.Detail = StateFailed, ReasonTooOld, "sent more than 48 hours ago"
		return s, true
	}
	if hold := time.Until(b.o.Pacer.chatReady(d.ChatID, d.Messages())); hold > maxHold {
		return b.putBack(d, hold), true
	}
	// The lease is renewed while this waits, however long.
	err := b.o.Pacer.WaitAlbum(ctx, d.Lane, d.ChatID, d.Messages())
	if err != nil || ctx.Err() != nil || !it.slice.good(b.o.Lease) || b.halts.has(d.Batch) {
		return s, false
	}
	return b.attempt(it.slice.on, d), true
}

// deletable is how long Telegram lets a bot delete what it has sent.
const deletable = 48 * time.Hour

// putBack leaves a delivery for later: nothing was attempted.
func (b *Outbox) putBack(d *Delivery, hold time.Duration) Settlement {
	s := settlement(*d)
	s.State, s.DueAt, s.Delivery = StatePending, b.o.Now().Add(max(hold, 0)), d
	return s
}

// attempt sends a delivery, lets everyone concerned know how it went, and
// returns what is to be written of it.
func (b *Outbox) attempt(on context.Context, d *Delivery) Settlement {
	b.ledger.away.Add(1)
	began := time.Now()
	out := b.send(on, *d)
	b.window.sent(time.Since(began))
	b.ledger.away.Add(-1)
	b.feedBack(d, out)
	s := b.decide(*d, out)
	if b.o.OnOutcome != nil {
		b.o.OnOutcome(*d, out)
	}
	return s
}

// send calls the sender; a sender that panics has failed to send.
func (b *Outbox) send(ctx context.Context, d Delivery) (out Outcome) {
	defer func() {
		if r := recover(); r != nil {
			out = Outcome{Result: Retry, Err: fmt.Errorf("sender panicked: %v", r)}
			b.o.Log.Error("sender panicked", "key", d.Key, "batch", d.Batch, "chat", d.ChatID, "panic", r)
		}
	}()
	return b.o.Sender.Send(ctx, d)
}

// feedBack tells the pacer and the outage watch how it went.
func (b *Outbox) feedBack(d *Delivery, out Outcome) {
	switch out.Result {
	case Flooded:
		b.outage.over()
		b.o.Pacer.Flooded(d.ChatID, out.After)
	case Retry:
		b.outage.failed(d.ChatID, out.Err)
	default:
		// Telegram answered, if only by no.
		b.outage.over()
		b.o.Pacer.Succeeded(d.ChatID)
	}
}
