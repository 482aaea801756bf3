package outbox

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Options are what an Outbox works with. Store, Sender and Holder are required.
type Options struct {
	Store  Store
	Sender Sender
	Pacer  *Pacer           // default: without limit
	Now    func() time.Time // default time.Now
	Log    *slog.Logger     // default: discarded
	// Holder names this process among those on one database.
	Holder string
	// Sole says that no other process delivers from this database now, so that
	// claims of a killed predecessor are taken back at the start.
	Sole bool
	// Workers is how many deliveries may be in flight, that is, sent and not yet
	// settled; as many may be repeated after a kill. Default 16.
	Workers int
	// Lease is how long a claim lasts; default 2 minutes.
	Lease time.Duration
	// Grace is how long Run may take to finish once its context is done; default 8 s.
	Grace time.Duration
	// Poll is how often the store is looked at without Wake; default 1 s.
	Poll time.Duration
	// MaxAttempts is after how many failed attempts a delivery fails; default 8.
	MaxAttempts int
	// OnOutcome, when set, is told of every attempt.
	OnOutcome func(Delivery, Outcome)
}

// Outbox delivers what is due.
type Outbox struct{}

// New returns an Outbox; Run makes it deliver.
func New(o Options) *Outbox { return &Outbox{} }

// Run delivers until ctx is done, then finishes what is in flight within Grace,
// gives back its other claims and returns nil.
func (o *Outbox) Run(ctx context.Context) error { return errors.New("not yet built") }

// Wake tells that something was enqueued.
func (o *Outbox) Wake() {}
