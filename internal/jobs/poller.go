package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"sync"
	"time"

	"newsbot/internal/fetch"
	"newsbot/internal/store"
)

const (
	pollsAtOnce  = 32              // sources that are read together
	pollsPerHost = 2               // of them from one host
	pollPatience = 5 * time.Second // for how long a round waits for its slowest before the next one may begin
	mostDue      = 10_000          // sources that a round looks at
)

// poller reads sources that are due. Rounds overlap: a source that is slow holds
// up neither those of its round nor the next round. Hosts take turns, so that one
// with many sources does not keep the others waiting; at a host, one place is
// kept for sources that worked the last time.
type poller struct {
	do  func(ctx context.Context, src store.SourceStatus) error
	log *slog.Logger

	mu      sync.Mutex
	busy    map[string]bool // sources that are read, or wait for it
	hosts   map[string]*hostLine
	ready   []*hostLine // hosts that have something to read and a place to do it, in turn
	running int
	all     sync.WaitGroup
}

// hostLine is what waits for a host.
type hostLine struct {
	name             string
	waiting          []pollTask
	running, suspect int  // sources that are read; those of them that failed the last time
	ready            bool // stands in poller.ready
}

type pollTask struct {
	ctx   context.Context //nolint:containedctx // a task is a call that waits
	src   store.SourceStatus
	round *round
}

// round is what one turn of the clock found due.
type round struct {
	mu   sync.Mutex
	left int // sources that are not done
	errs []error
	gone bool // nobody waits for it any more: errors go to the log
	done chan struct{}
}

func newPoller(do func(context.Context, store.SourceStatus) error, log *slog.Logger) *poller {
	return &poller{do: do, log: log, busy: map[string]bool{}, hosts: map[string]*hostLine{}}
}

// run begins to read what due returns, leaving out what is being read already,
// and waits for it, though not beyond patience. Errors are the store's.
func (p *poller) run(ctx context.Context, patience time.Duration, due func() ([]store.SourceStatus, error)) error {
	r := &round{done: make(chan struct{})}
	if err := p.begin(ctx, r, due); err != nil {
		return err
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-r.done:
	case <-timer.C:
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.gone = true
	return errors.Join(r.errs...)
}

// begin puts what is due in line. The lock is held while it is read: a source
// that is done has written when it is due again before it stops being busy.
func (p *poller) begin(ctx context.Context, r *round, due func() ([]store.SourceStatus, error)) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	sources, err := due()
	if err != nil {
		return err
	}
	for _, src := range sources {
		if p.busy[src.ID] {
			continue
		}
		p.busy[src.ID] = true
		r.left++
		p.all.Add(1)
		name := hostOf(src.URL)
		h := p.hosts[name]
		if h == nil {
			h = &hostLine{name: name}
			p.hosts[name] = h
		}
		h.waiting = append(h.waiting, pollTask{ctx: ctx, src: src, round: r})
		p.offer(h)
	}
	if r.left == 0 {
		close(r.done)
	}
	p.dispatch()
	return nil
}

// hostOf names a source's host; an address that cannot be read is a host of its own.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return fetch.HostKey(u)
}

// next is the place in line of the task that the host may begin; -1 is none.
func (h *hostLine) next() int {
	if h.running >= pollsPerHost {
		return -1
	}
	if h.suspect < pollsPerHost-1 {
		if len(h.waiting) == 0 {
			return -1
		}
		return 0
	}
	return slices.IndexFunc(h.waiting, func(t pollTask) bool { return t.src.Failures == 0 })
}

// offer lets a host stand in turn if it has something to begin. The lock is held.
func (p *poller) offer(h *hostLine) {
	if !h.ready && h.next() >= 0 {
		h.ready = true
		p.ready = append(p.ready, h)
	}
}

// dispatch begins as many readings as may run. The lock is held.
func (p *poller) dispatch() {
	for p.running < pollsAtOnce && len(p.ready) > 0 {
		h := p.ready[0]
		p.ready = p.ready[1:]
		h.ready = false
		i := h.next()
		if i < 0 {
			continue
		}
		t := h.waiting[i]
		h.waiting = slices.Delete(h.waiting, i, i+1)
		p.running++
		h.running++
		if t.src.Failures > 0 {
			h.suspect++
		}
		p.offer(h)
		go p.read(h, t)
	}
}

// read does one task and lets the next one begin.
func (p *poller) read(h *hostLine, t pollTask) {
	defer p.all.Done()
	err := safely(func() error { return p.do(t.ctx, t.src) })
	p.mu.Lock()
	p.running--
	h.running--
	if t.src.Failures > 0 {
		h.suspect--
	}
	delete(p.busy, t.src.ID)
	p.offer(h)
	if h.running == 0 && len(h.waiting) == 0 {
		delete(p.hosts, h.name)
	}
	p.dispatch()
	p.mu.Unlock()
	p.settle(t.round, err)
}

// settle notes that a source of a round is done.
func (p *poller) settle(r *round, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case err == nil:
	case r.gone:
		p.log.Error("poll failed", slog.Any("error", err))
	default:
		const told = 5 // one cause fails many alike
		if len(r.errs) < told {
			r.errs = append(r.errs, err)
		} else if len(r.errs) == told {
			r.errs = append(r.errs, fmt.Errorf("and more"))
		}
	}
	if r.left--; r.left == 0 {
		close(r.done)
	}
}

// wait returns when nothing is being read, and nothing waits for it.
func (p *poller) wait() { p.all.Wait() }
