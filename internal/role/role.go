// Package role lets one of several processes hold a role, such as the one that
// speaks with Telegram, while the others stand by.
//
// The role is a lease that the holder renews. A process that is killed renews no
// more, and another takes over when its lease has run out. A holder that does
// not get through, or was stalled, knows by its own clock when its lease may
// have ended, and stops before: two processes never act at the same time.
package role

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"
)

// Leases keeps leases. *store.Store implements it.
type Leases interface {
	// Lease takes or renews a role for holder, for ttl from now on; held is false
	// while another has it.
	Lease(ctx context.Context, role, holder string, ttl time.Duration) (held bool, err error)
	// ReleaseLease gives a role back, if holder still has it.
	ReleaseLease(ctx context.Context, role, holder string) error
}

// Options are what a Role is made of. Name is required, and Holder with Leases.
type Options struct {
	Name string
	// Holder names this process among all that may have the role.
	Holder string
	// Leases is where the role is leased; nil for a process that is known to be
	// the only one, which always gets the role and keeps it.
	Leases Leases
	// TTL is how long a lease lasts; default 10 s. The holder renews it after 0.3
	// of it and acts for 0.8 of it without renewal; others try to get it every
	// tenth of it.
	TTL time.Duration
	Log *slog.Logger // default: discarded
	// OnChange, when set, hears when this process gets and loses the role.
	OnChange func(held bool)
}

// ErrLost is why the context of a term ended whose role went to another process,
// or may have.
var ErrLost = errors.New("this process does not hold the role any more")

var errLate = errors.New("the lease had run out when the answer came")

// Role is a role that this process holds or waits for.
type Role struct {
	o     Options
	until atomic.Pointer[time.Time] // the holder may act before; nil: it is not held
}

// New returns a Role; Run makes the process ask for it.
func New(o Options) *Role {
	if o.TTL <= 0 {
		o.TTL = 10 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.OnChange == nil {
		o.OnChange = func(bool) {}
	}
	o.Log = o.Log.With(slog.String("role", o.Name))
	return &Role{o: o}
}

// Held says whether this process may act now. It asks nothing but the clock, and
// is right also in a process that was stopped for a while and has just gone on.
func (r *Role) Held() bool {
	until := r.until.Load()
	if until == nil {
		return false
	}
	if until.IsZero() {
		return true // the only process
	}
	// The monotonic clock is right when the time of day is set, but may stand
	// still while the machine sleeps; the time of day then does not.
	now := time.Now()
	return now.Before(*until) && now.Round(0).Before(until.Round(0))
}

// Run asks for the role until ctx is done, and runs term each time it has it.
//
// stop is done when term has to end in good order, because ctx is: the role is
// kept, and given back when term returns. held is done, and stop with it, when
// the role is lost: term must begin nothing more. An error of term ends Run.
func (r *Role) Run(ctx context.Context, term func(stop, held context.Context) error) error {
	for r.acquire(ctx) {
		if err := r.serve(ctx, term); err != nil || ctx.Err() != nil {
			return err
		}
	}
	return nil
}

// retry is how long a process waits before it asks again.
func (r *Role) retry() time.Duration { return r.o.TTL / 10 }

// acquire returns true when the process has the role, and false when ctx is done.
func (r *Role) acquire(ctx context.Context) bool {
	if r.o.Leases == nil {
		r.until.Store(&time.Time{})
		return ctx.Err() == nil
	}
	for said := ""; ctx.Err() == nil; {
		held, err := r.lease(ctx, r.o.TTL/2)
		switch {
		case held:
			r.o.Log.Info("role taken", slog.String("holder", r.o.Holder))
			return true
		case ctx.Err() != nil:
		case err != nil && said != "trouble":
			said = "trouble"
			r.o.Log.Warn("the role cannot be asked for, trying on", slog.Any("error", err))
		case err == nil && said != "standby":
			said = "standby"
			r.o.Log.Info("another process holds the role, standing by")
		}
		sleep(ctx, r.retry())
	}
	return false
}

// lease takes or renews the lease. How long it lasts is counted from before it
// was asked for, so that the holder's clock runs out first.
func (r *Role) lease(ctx context.Context, timeout time.Duration) (held bool, err error) {
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	held, err = r.o.Leases.Lease(ctx, r.o.Name, r.o.Holder, r.o.TTL)
	if err != nil || !held {
		return false, err
	}
	until := began.Add(r.o.TTL * 8 / 10)
	r.until.Store(&until)
	if !r.Held() {
		return false, errLate
	}
	return true, nil
}

// serve runs a term, and renews the lease until it ends.
func (r *Role) serve(ctx context.Context, term func(stop, held context.Context) error) error {
	held, lose := context.WithCancelCause(context.WithoutCancel(ctx))
	defer lose(nil)
	stop, cancel := context.WithCancel(ctx)
	defer cancel()
	context.AfterFunc(held, cancel)
	r.o.OnChange(true)
	defer r.o.OnChange(false)

	ended := make(chan error, 1)
	go func() { ended <- term(stop, held) }()
	var err error
	if r.o.Leases == nil {
		err = <-ended
	} else {
		err = r.keep(held, lose, ended)
	}
	lost := held.Err() != nil
	r.until.Store(nil)
	if r.o.Leases != nil && !lost {
		r.giveBack(ctx)
	}
	return err
}

// keep renews the lease until the term has ended, and tells the term when the
// role is lost.
func (r *Role) keep(held context.Context, lose context.CancelCauseFunc, ended <-chan error) error {
	// A timer of its own: a database that hangs must not keep the role from ending.
	expiry := time.AfterFunc(time.Until(*r.until.Load()), func() {
		if !r.Held() {
			lose(ErrLost)
		}
	})
	defer expiry.Stop()
	next := r.o.TTL * 3 / 10
	failing := false
	for {
		select {
		case err := <-ended:
			return err
		case <-held.Done():
			r.o.Log.Warn("role lost: the lease could not be renewed in time")
			return <-ended
		case <-time.After(next):
		}
		renewed, err := r.lease(held, r.o.TTL/2)
		switch {
		case held.Err() != nil: // it took too long, see above
		case err != nil:
			if !failing {
				failing = true
				r.o.Log.Warn("the lease is not renewed, trying on", slog.Any("error", err))
			}
			next = r.retry()
		case !renewed:
			r.until.Store(nil)
			lose(ErrLost)
			r.o.Log.Warn("role lost: another process has taken it")
			return <-ended
		default:
			failing, next = false, r.o.TTL*3/10
			expiry.Reset(time.Until(*r.until.Load()))
		}
	}
}

// giveBack lets another process take over at once.
func (r *Role) giveBack(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.o.TTL/5)
	defer cancel()
	if err := r.o.Leases.ReleaseLease(ctx, r.o.Name, r.o.Holder); err != nil {
		r.o.Log.Warn("the role is not given back and passes on when its lease has run out", slog.Any("error", err))
		return
	}
	r.o.Log.Info("role given back")
}

// sleep waits for d or until ctx is done.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
