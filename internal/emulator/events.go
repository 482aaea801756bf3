package emulator

import (
	"slices"
	"sync"
)

// eventHub gives events to whoever watches and remembers the newest.
type eventHub struct {
	mu     sync.Mutex
	seq    int64
	ring   []Event // of events seq-len(ring)+1 … seq, at (seq-1) % cap
	keep   int
	subs   []chan Event
	closed bool
}

// eventBuffer is how far a reader of Events may fall behind.
const eventBuffer = 1024

func newEventHub(keep int) *eventHub { return &eventHub{keep: max(keep, 1)} }

// publish never waits: a reader that fell behind is cut off.
func (h *eventHub) publish(e Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return
	}
	h.seq++
	e.Seq = h.seq
	if len(h.ring) < h.keep {
		h.ring = append(h.ring, e)
	} else {
		h.ring[(e.Seq-1)%int64(h.keep)] = e
	}
	h.subs = slices.DeleteFunc(h.subs, func(c chan Event) bool {
		select {
		case c <- e:
			return false
		default:
			close(c)
			return true
		}
	})
}

func (h *eventHub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for _, c := range h.subs {
		close(c)
	}
	h.subs = nil
}

// Events gives all that happens from now on. The channel is closed when cancel
// is called, when the server closes, or when the reader falls far behind: then
// Since tells what was missed.
func (s *Server) Events() (events <-chan Event, cancel func()) {
	h := s.events
	c := make(chan Event, eventBuffer)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		close(c)
		return c, func() {}
	}
	h.subs = append(h.subs, c)
	return c, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if i := slices.Index(h.subs, c); i >= 0 {
			h.subs = slices.Delete(h.subs, i, i+1)
			close(c)
		}
	}
}

// Since returns the events after seq. ok is false when some of them are
// forgotten, or when seq is yet to come: then a page reads all anew.
func (s *Server) Since(seq int64) (events []Event, ok bool) {
	h := s.events
	h.mu.Lock()
	defer h.mu.Unlock()
	if seq > h.seq || seq < h.seq-int64(len(h.ring)) {
		return nil, false
	}
	for n := seq + 1; n <= h.seq; n++ {
		events = append(events, h.ring[(n-1)%int64(h.keep)])
	}
	return events, true
}

// Seq is the number of the newest event.
func (s *Server) Seq() int64 {
	s.events.mu.Lock()
	defer s.events.mu.Unlock()
	return s.events.seq
}
