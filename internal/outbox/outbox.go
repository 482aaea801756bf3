package outbox

import (
	"context"
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
	// settled; as many may be repeated after a kill. Of more than 32 half are idle
	// while the way to Telegram is short. Default 16.
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
	// Slice is how many chats of a run are taken at once; default two seconds'
	// worth of the pacer's rate, 50 at least and 1000 at most.
	Slice int
	// MaxAttempts is after how many failed attempts a delivery fails; default 8.
	MaxAttempts int
	// MaxAge is after what time since it was enqueued a delivery is not tried
	// again, and a digest not even once; default 24 hours.
	MaxAge time.Duration
	// OnOutcome, when set, is told of every attempt, by several goroutines.
	OnOutcome func(Delivery, Outcome)
}

// Outbox delivers what is due.
type Outbox struct {
	o      Options
	queue  *queue
	wake   chan struct{}
	halts  halts
	window *window
	held   heldSlices
	runs   runs      // as of looked
	looked time.Time // when the runs were read, by the real clock; zero: not lately
	next   string    // the broadcast that had a slice last
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
	if o.Slice <= 0 {
		// A second or two of work: who opts out meanwhile is left out.
		o.Slice = maxSlice
		if rate := o.Pacer.o.Rate; rate > 0 {
			o.Slice = min(max(int(2*rate), minSlice), maxSlice)
		}
	}
	b := &Outbox{o: o, queue: newQueue(2*o.Workers, o.Slice/2), wake: make(chan struct{}, 1)}
	if o.Pacer.o.FreeRate > 0 {
		b.queue.mostFree = max(o.Workers/4, 1)
	}
	b.held.slices = map[SliceKey]*slice{}
	b.health.log = o.Log
	b.outage = outage{pacer: o.Pacer, log: o.Log}
	b.window = newWindow(o.Workers)
	b.ledger = &ledger{o: o, in: make(chan entry, o.Workers), health: &b.health, window: b.window}
	return b
}

func setDefault[T int | time.Duration](v *T, d T) {
	if *v <= 0 {
		*v = d
	}
}

// Wake tells that something was enqueued or started. It never blocks.
func (b *Outbox) Wake() { b.look() }

func (b *Outbox) look() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// Halt keeps the deliveries of a broadcast that are taken but not on the wire
// from leaving. The store has to know already that it is paused or cancelled,
// which keeps the rest from being taken. A broadcast that runs again goes on by itself.
func (b *Outbox) Halt(batch string) {
	b.halts.set(batch)
	b.look()
}

// Resume lets a broadcast that was halted go on at once; the store has to know
// already that it runs.
func (b *Outbox) Resume(batch string) {
	b.halts.clear(batch)
	b.look()
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

	whose := b.o.Holder // what an earlier Run could not give back
	if b.o.Sole {
		whose = ""
	}
	b.takeBack(ctx, whose)
	var ledger, workers sync.WaitGroup
	ledger.Go(func() { b.ledger.run(writing) })
	stop := context.AfterFunc(ctx, b.queue.close)
	defer stop()
	for i := range b.o.Workers {
		workers.Go(func() { b.work(ctx, sending, i) })
	}
	b.fetch(ctx, sending)
	workers.Wait()
	close(b.ledger.in)
	ledger.Wait()
	err := b.leaveSlices(writing)
	if err == nil {
		err = b.o.Store.Release(writing, b.o.Now(), b.o.Holder)
	}
	if err != nil {
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

// takeBack makes a predecessor's claims pending again, all when whose is empty.
func (b *Outbox) takeBack(ctx context.Context, whose string) {
	wait := newBackoff(100*time.Millisecond, 5*time.Second)
	for {
		err := b.o.Store.Release(ctx, b.o.Now(), whose)
		if err == nil || ctx.Err() != nil {
			return
		}
		b.health.failed(fetching, err)
		if !sleep(ctx, wait.next()) {
			return
		}
	}
}
