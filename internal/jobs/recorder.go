package jobs

import (
	"context"
	"sync"

	"newsbot/internal/store"
)

// recorder writes polls together: those that end while others are being written
// are written next, all at once. Alone, a poll waits for nothing.
type recorder struct {
	write func(ctx context.Context, polls []store.Poll) error

	turn chan struct{} // holds one while polls are written
	mu   sync.Mutex
	next *polls // those that wait; nil: none do
}

func newRecorder(write func(ctx context.Context, polls []store.Poll) error) *recorder {
	return &recorder{write: write, turn: make(chan struct{}, 1)}
}

type polls struct {
	list []store.Poll
	done chan struct{}
	err  error
}

// record returns when the poll, and those it was written with, are written. An
// error is that of all of them: none is written.
func (r *recorder) record(ctx context.Context, poll store.Poll) error {
	r.mu.Lock()
	p := r.next
	first := p == nil
	if first {
		p = &polls{done: make(chan struct{})}
		r.next = p
	}
	p.list = append(p.list, poll)
	r.mu.Unlock()
	if first {
		r.flush(ctx, p)
	}
	<-p.done
	return p.err
}

// flush writes polls when those before them are written.
func (r *recorder) flush(ctx context.Context, p *polls) {
	r.turn <- struct{}{}
	defer func() { <-r.turn }()
	defer close(p.done)
	r.mu.Lock()
	r.next = nil
	r.mu.Unlock()
	p.err = safely(func() error { return r.write(ctx, p.list) })
}
