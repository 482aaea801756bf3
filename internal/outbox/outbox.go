package outbox

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Options are what an Outbox works with. Store, Sender and Holder are required.
type Options struct {
	Store  Store
	Sender Sender
	Pacer  *Pacer           // default: without limit
	Now    func() time.Time // default time.Now; decides what is due
	Log    *slog.Logger     // default: discarded
	// Holder names this process among those on one database.
	Holder string
	// Sole says that no other process delivers from this database now, so that
	// claims of a killed predecessor are taken back at the start.
	Sole bool
	// Workers is how many deliveries may be in flight, that is, sent and not yet
	// settled; as many may be repeated after a kill. Default 16.
	Workers int
	// Lease is how long a claim lasts; default 2 minutes. A send has to end in
	// half of it.
	Lease time.Duration
	// Grace is how long Run may take to finish once its context is done; default 8 s.
	Grace time.Duration
	// Keep is for how long once its context is done outcomes are kept that the
	// store does not take, before they are lost and their deliveries repeated;
	// default Grace. It may be long where the process goes on after Run.
	Keep time.Duration
	// Poll is how often the store is looked at without Wake; default 1 s.
	Poll time.Duration
	// MaxAttempts is after how many failed attempts a delivery fails; default 8.
	MaxAttempts int
	// MaxAge is after what time since it was enqueued a delivery is not tried
	// again, and a digest not even once; default 24 hours.
	MaxAge time.Duration
	// OnOutcome, when set, is told of every attempt, by several goroutines.
	OnOutcome func(Delivery, Outcome)
}

// planSlice is how many deliveries of a broadcast are made at once, ahead of
// their sending.
const planSlice = 500

// Outbox delivers what is due.
type Outbox struct {
	o      Options
	queue  *queue
	wake   chan struct{}
	halted sync.Map // batches that Halt was told of
	ledger *ledger
	outage outage
	health health
}

// New returns an Outbox; Run makes it deliver.
func New(o Options) *Outbox {
	if o.Pacer == nil {
		o.Pacer = NewPacer(PacerOptions{PerChat: -1, GroupPerMinute: -1})
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	setDefault(&o.Workers, 16)
	setDefault(&o.Lease, 2*time.Minute)
	setDefault(&o.Grace, 8*time.Second)
	setDefault(&o.Poll, time.Second)
	setDefault(&o.MaxAttempts, 8)
	setDefault(&o.MaxAge, 24*time.Hour)
	b := &Outbox{o: o, queue: newQueue(2 * o.Workers), wake: make(chan struct{}, 1)}
	b.health.log = o.Log
	b.outage = outage{pacer: o.Pacer, log: o.Log}
	b.ledger = &ledger{o: o, in: make(chan entry), health: &b.health}
	return b
}

func setDefault[T int | time.Duration](v *T, d T) {
	if *v <= 0 {
		*v = d
	}
}

// Wake tells that something was enqueued. It never blocks.
func (b *Outbox) Wake() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// Halt keeps the deliveries of a batch that are claimed but not on the wire from
// leaving: they end as cancelled. The store has to know already that the batch
// is cancelled, which keeps the rest from being claimed.
func (b *Outbox) Halt(batch string) { b.halted.Store(batch, struct{}{}) }

// stopped settles a delivery whose batch was halted.
func (b *Outbox) stopped(d Delivery) bool {
	if d.Batch == "" {
		return false
	}
	if _, ok := b.halted.Load(d.Batch); !ok {
		return false
	}
	b.ledger.write(Settlement{Key: d.Key, ChatID: d.ChatID, State: StateCancelled, Attempts: d.Attempts})
	return true
}

// Run delivers until ctx is done, then finishes what is in flight within Grace or
// Keep, gives back its other claims and returns nil. A database that does not answer
// does not end it: Run tries again, and keeps the outcomes it knows until they
// are written.
func (b *Outbox) Run(ctx context.Context) error {
	// What is in flight outlives ctx: a send for most of the grace, and writing
	// its outcome for all of it.
	sending, stopSending := afterwards(ctx, b.o.Grace*3/4)
	defer stopSending()
	writing, stopWriting := afterwards(ctx, max(b.o.Grace, b.o.Keep))
	defer stopWriting()

	if b.o.Sole {
		b.takeBack(ctx)
	}
	var ledger, workers sync.WaitGroup
	ledger.Go(func() { b.ledger.run(writing) })
	stop := context.AfterFunc(ctx, b.queue.close)
	defer stop()
	for range b.o.Workers {
		workers.Go(func() {
			for {
				it, ok := b.queue.take()
				if !ok {
					return
				}
				b.deliver(ctx, sending, it)
				b.queue.disown(it.Key)
			}
		})
	}
	b.fetch(ctx)
	workers.Wait()
	close(b.ledger.in)
	ledger.Wait()
	if err := b.o.Store.Release(writing, b.o.Now(), b.o.Holder); err != nil {
		b.o.Log.Warn("claims are not given back and wait for their leases to run out", "error", err)
	}
	return nil
}

// afterwards returns a context that is done d after ctx is.
func afterwards(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	out, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-out.Done():
		case <-time.After(d):
			cancel()
		}
	})
	return out, func() { stop(); cancel() }
}

// takeBack makes a predecessor's claims pending again.
func (b *Outbox) takeBack(ctx context.Context) {
	wait := newBackoff(100*time.Millisecond, 5*time.Second)
	for {
		err := b.o.Store.Release(ctx, b.o.Now(), "")
		if err == nil || ctx.Err() != nil {
			return
		}
		b.health.failed(fetching, err)
		if !sleep(ctx, wait.next()) {
			return
		}
	}
}

// fetch keeps the queue filled until ctx is done.
func (b *Outbox) fetch(ctx context.Context) {
	wait := newBackoff(100*time.Millisecond, 5*time.Second)
	for ctx.Err() == nil {
		pause, err := b.refill(ctx)
		if err != nil && ctx.Err() == nil {
			b.health.failed(fetching, err)
			pause = wait.next()
		} else {
			b.health.ok(fetching)
			wait.reset()
		}
		if pause == 0 {
			continue
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
		case <-b.wake:
		case <-b.queue.hungry:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// refill claims what the queue has room for and returns how long nothing more
// is expected.
func (b *Outbox) refill(ctx context.Context) (pause time.Duration, err error) {
	room := b.queue.room()
	if room == 0 {
		return b.o.Poll, nil
	}
	claimed, err := b.o.Store.Claim(ctx, b.o.Now(), b.o.Holder, b.o.Lease, room)
	if err != nil {
		return 0, err
	}
	b.queue.put(claimed, time.Now().Add(b.o.Lease))
	if len(claimed) == room {
		return b.o.Poll, nil // there may be more, but the queue has to empty first
	}
	made, err := b.o.Store.Plan(ctx, b.o.Now(), planSlice)
	if err != nil {
		return 0, err
	}
	if made > 0 {
		return 0, nil
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

// maxHold is for how long a worker waits for a chat's own limit; a delivery
// that has to wait longer goes back, and the worker serves others.
const maxHold = 5 * time.Second

// deliver makes one attempt and returns when its outcome is written.
func (b *Outbox) deliver(ctx, sending context.Context, it item) {
	d := it.Delivery
	// A send ends before its claim may pass to another.
	start, end := it.expires.Add(-b.o.Lease/2), it.expires.Add(-b.o.Lease/20)
	if !time.Now().Before(start) {
		return // it was queued for too long, and is claimed anew when the lease runs out
	}
	if b.expired(d) && d.Lane == LaneDigest {
		b.ledger.write(Settlement{Key: d.Key, ChatID: d.ChatID, State: StateFailed, Attempts: d.Attempts, Reason: "too late"})
		return
	}
	if b.stopped(d) { // before it waits for its turn, which may take long
		return
	}
	if hold := time.Until(b.o.Pacer.chatReady(d.ChatID)); hold > maxHold {
		b.putBack(d, hold)
		return
	}
	waiting, cancel := context.WithDeadline(ctx, start)
	err := b.o.Pacer.Wait(waiting, d.Lane, d.ChatID)
	cancel()
	if err != nil {
		if ctx.Err() == nil {
			b.putBack(d, time.Until(b.o.Pacer.heldUntil()))
		}
		return // else it is released with all others
	}
	if ctx.Err() != nil {
		return
	}
	if b.stopped(d) { // or while it waited
		return
	}
	out := b.send(sending, end, d)
	b.feedBack(d, out)
	s := b.decide(d, out)
	if b.o.OnOutcome != nil {
		b.o.OnOutcome(d, out)
	}
	b.ledger.write(s)
}

// putBack leaves a delivery for later: nothing was attempted.
func (b *Outbox) putBack(d Delivery, hold time.Duration) {
	b.ledger.write(Settlement{
		Key: d.Key, ChatID: d.ChatID, State: StatePending, Attempts: d.Attempts, DueAt: b.o.Now().Add(max(hold, 0)),
	})
}

// send calls the sender; a sender that panics has failed to send.
func (b *Outbox) send(sending context.Context, end time.Time, d Delivery) (out Outcome) {
	ctx, cancel := context.WithDeadline(sending, end)
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			out = Outcome{Result: Retry, Err: fmt.Errorf("sender panicked: %v", r)}
			b.o.Log.Error("sender panicked", "key", d.Key, "chat", d.ChatID, "panic", r)
		}
	}()
	return b.o.Sender.Send(ctx, d)
}

// feedBack tells the pacer and the outage watch how it went.
func (b *Outbox) feedBack(d Delivery, out Outcome) {
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
