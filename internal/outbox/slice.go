package outbox

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// The bounds of how many chats of a run are taken at once.
const (
	minSlice = 50
	maxSlice = 1000
)

// slice is a slice of a run that this process works through.
type slice struct {
	key     SliceKey
	lane    Lane
	waiting []Delivery // guarded by the queue

	// on is done when the slice's lease runs out without having been renewed, or
	// when nothing may be sent any more: what is on the wire then is cut off.
	on  context.Context
	cut context.CancelFunc

	left    atomic.Int64 // deliveries without an outcome, waiting or with a worker
	dropped atomic.Bool  // some were given up: the slice is not done with when left is 0

	mu    sync.Mutex
	until time.Time   // when the lease runs out, by the real clock
	timer *time.Timer // cuts a twentieth of a lease before
}

// renewed notes that the lease lasts until a time.
func (s *slice) renewed(until time.Time, lease time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.until = until
	d := time.Until(until.Add(-lease / 20))
	if s.timer == nil {
		s.timer = time.AfterFunc(d, s.cut)
	} else {
		s.timer.Reset(d)
	}
}

// good tells whether a send that begins now ends before another may take the slice.
func (s *slice) good(lease time.Duration) bool {
	if s.on.Err() != nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Before(s.until.Add(-lease / 2))
}

func (s *slice) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer != nil {
		s.timer.Stop()
	}
	s.cut()
}

// heldSlices are the slices that this process holds in the store.
type heldSlices struct {
	mu      sync.Mutex
	slices  map[SliceKey]*slice
	ended   []*slice // nothing more happens to them here, the store has to be told
	renewed time.Time
}

// halts are the broadcasts that Halt was told of.
type halts struct {
	mu  sync.Mutex
	ids map[string]struct{}
	any atomic.Bool // there are some; mostly there is none
}

func (h *halts) set(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ids == nil {
		h.ids = map[string]struct{}{}
	}
	h.ids[id] = struct{}{}
	h.any.Store(true)
}

func (h *halts) clear(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.ids, id)
	h.any.Store(len(h.ids) > 0)
}

func (h *halts) has(id string) bool {
	if !h.any.Load() {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	_, ok := h.ids[id]
	return ok
}

func (h *halts) list() (ids []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id := range h.ids {
		ids = append(ids, id)
	}
	return ids
}

// finished notes that n deliveries of a slice are done with; dropped means
// without an outcome.
func (b *Outbox) finished(s *slice, n int, dropped bool) {
	if dropped {
		s.dropped.Store(true)
	}
	if s.left.Add(-int64(n)) > 0 {
		return
	}
	s.close()
	b.held.mu.Lock()
	b.held.ended = append(b.held.ended, s)
	b.held.mu.Unlock()
	b.queue.more()
}

// leaveSlices tells the store of slices that are done with here.
func (b *Outbox) leaveSlices(ctx context.Context) error {
	b.held.mu.Lock()
	ended := b.held.ended
	b.held.ended = nil
	b.held.mu.Unlock()
	for i, s := range ended {
		leave := b.o.Store.EndSlice
		if s.dropped.Load() {
			leave = b.o.Store.FreeSlice
		}
		if err := leave(ctx, b.o.Now(), b.o.Holder, s.key); err != nil {
			b.held.mu.Lock()
			b.held.ended = append(b.held.ended, ended[i:]...)
			b.held.mu.Unlock()
			return err
		}
		b.held.mu.Lock()
		delete(b.held.slices, s.key)
		b.held.mu.Unlock()
	}
	if len(ended) > 0 {
		b.looked = time.Time{} // a slice that was given back may be taken
	}
	return nil
}

// renewSlices holds the slices for another lease, a third of the way through it.
// One that is ours in the store and not here is given back: taking it seemed to
// fail, and nobody else would ever take it from us.
func (b *Outbox) renewSlices(ctx context.Context) error {
	h := &b.held
	h.mu.Lock()
	idle := len(h.slices) == 0 && len(b.runs) == 0 || time.Since(h.renewed) < b.o.Lease/3
	h.mu.Unlock()
	if idle {
		return nil
	}
	now := time.Now()
	ours, err := b.o.Store.RenewSlices(ctx, b.o.Now(), b.o.Holder, b.o.Lease)
	if err != nil {
		return err
	}
	h.mu.Lock()
	h.renewed = now
	var lost []*slice
	for k, s := range h.slices {
		if ours[k] {
			s.renewed(now.Add(b.o.Lease), b.o.Lease)
		} else {
			lost = append(lost, s)
		}
		delete(ours, k)
	}
	h.mu.Unlock()
	for _, s := range lost {
		b.give(s)
	}
	for k := range ours {
		if err := b.o.Store.FreeSlice(ctx, b.o.Now(), b.o.Holder, k); err != nil {
			return err
		}
		b.looked = time.Time{}
	}
	return nil
}

// give gives up what waits of a slice.
func (b *Outbox) give(s *slice) {
	if n := b.queue.drop(s); n > 0 {
		b.finished(s, n, true)
	}
}

// dropHalted gives up the slices of broadcasts that do not run any more.
func (b *Outbox) dropHalted(running func(id string) bool) {
	b.held.mu.Lock()
	var stopped []*slice
	for _, s := range b.held.slices {
		if !running(s.key.Batch) {
			stopped = append(stopped, s)
		}
	}
	b.held.mu.Unlock()
	for _, s := range stopped {
		b.give(s)
	}
}

// fillSlices takes slices of running broadcasts where the queue wants more.
func (b *Outbox) fillSlices(ctx, sending context.Context, woken bool) error {
	var due error // of a broadcast that cannot begin: the others go on
	if woken || b.looked.IsZero() || time.Since(b.looked) >= b.o.Poll {
		halted := b.halts.list()
		var runs []Run
		if runs, due = b.o.Store.Runs(ctx, b.o.Now()); runs == nil && due != nil {
			return due
		}
		b.runs, b.looked = runs, time.Now()
		for _, id := range halted { // before the store was asked, so that it knew
			if b.runs.has(id) {
				b.halts.clear(id)
			}
		}
	}
	b.dropHalted(func(id string) bool { return b.runs.has(id) && !b.halts.has(id) })
	for _, l := range []Lane{LaneBreaking, LaneBulk} {
		for b.queue.wants(l) {
			took, err := b.takeSlice(ctx, sending, l)
			due = errors.Join(due, err)
			if !took || ctx.Err() != nil {
				break
			}
		}
	}
	return due
}

// sliceTime is for how long the store may look for a slice: meanwhile nothing else
// is claimed and no lease renewed.
const sliceTime = 20 * time.Second

// takeSlice takes a slice of the next broadcast of a lane: several that run at
// once take turns, by their start. One whose slice cannot be taken is passed over until
// the runs are read again, and costs the others nothing; its error comes with theirs.
func (b *Outbox) takeSlice(ctx, sending context.Context, l Lane) (took bool, failed error) {
	for {
		run := b.runs.after(l, b.next)
		if run == nil || b.halts.has(run.Batch) {
			return false, failed
		}
		now := time.Now()
		taking, cancel := context.WithTimeout(ctx, sliceTime)
		sl, ok, err := b.o.Store.TakeSlice(taking, b.o.Now(), b.o.Holder, b.o.Lease, run.Batch, b.o.Slice)
		cancel()
		if err != nil {
			failed, ok = errors.Join(failed, err), false
			if ctx.Err() != nil {
				return false, failed
			}
		}
		if !ok {
			run.Open = false // until the runs are read again
			continue
		}
		b.next = run.Batch
		s := &slice{key: SliceKey{Batch: sl.Batch, From: sl.From}, lane: clamp(l), waiting: sl.Deliveries}
		s.on, s.cut = context.WithCancel(sending)
		s.renewed(now.Add(b.o.Lease), b.o.Lease)
		s.left.Store(int64(len(sl.Deliveries)))
		b.held.mu.Lock()
		if len(b.held.slices) == 0 {
			b.held.renewed = now
		}
		b.held.slices[s.key] = s
		b.held.mu.Unlock()
		if len(sl.Deliveries) == 0 {
			b.finished(s, 0, false)
		} else {
			b.queue.putSlice(s)
		}
		return true, failed
	}
}

// runs are the broadcasts that run, by lane and start.
type runs []Run

func (r runs) has(id string) bool {
	for i := range r {
		if r[i].Batch == id {
			return true
		}
	}
	return false
}

// after returns the open run of a lane that comes after the one with an id,
// from the start again behind the last; nil when there is none.
func (r runs) after(l Lane, id string) (next *Run) {
	passed := false
	for i := range r {
		if r[i].Batch == id {
			passed = true
			continue
		}
		if r[i].Lane == l && r[i].Open && (next == nil || passed) {
			if next = &r[i]; passed {
				return next
			}
		}
	}
	if next != nil {
		return next
	}
	for i := range r { // it is the only one
		if r[i].Batch == id && r[i].Lane == l && r[i].Open {
			return &r[i]
		}
	}
	return nil
}
