package outbox

import (
	"sync"
	"time"
)

// item is a delivery on its way to a worker: a claimed row, or a recipient of a slice.
type item struct {
	*Delivery
	// expires is when the claim of a row does. It is counted by the real clock:
	// that of the bot may be moved.
	expires time.Time
	slice   *slice // nil for a row
	free    bool   // it is not paid for where the rest is, and has a pace of its own
}

// lane is what waits for a worker in one lane: rows first, they are older.
type lane struct {
	rows   []item
	slices []*slice
	left   int // deliveries in slices
}

// queue holds what is taken and waits for a worker, lanes first.
type queue struct {
	size   int           // of rows
	low    int           // recipients in a lane below which more are wanted
	hungry chan struct{} // told when there is room

	mu     sync.Mutex
	filled sync.Cond
	lanes  [LaneBulk + 1]lane
	n      int // rows in all lanes
	// owned are the keys that wait here or are with a worker. Should a claim run
	// out while we still have it, claiming it again must not send it twice.
	owned  map[string]struct{}
	closed bool

	// mostFree is how many workers may have deliveries that are not paid for, where
	// the rest is: those that wait for a slower turn must not take all workers. 0 is
	// without limit.
	mostFree int
	free     int // how many have
}

func newQueue(size, low int) *queue {
	q := &queue{size: size, low: max(low, 1), hungry: make(chan struct{}, 1), owned: map[string]struct{}{}}
	q.filled.L = &q.mu
	return q
}

// room returns how many rows should be claimed; 0 while half are left.
func (q *queue) room() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.n > q.size/2 {
		return 0
	}
	return q.size - q.n
}

// wants tells whether a lane is about to run out of recipients.
func (q *queue) wants(l Lane) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.lanes[clamp(l)].left < q.low
}

func clamp(l Lane) Lane { return min(max(l, LaneReply), LaneBulk) }

func (q *queue) put(deliveries []Delivery, expires time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range deliveries {
		d := &deliveries[i]
		if _, ok := q.owned[d.Key]; ok {
			continue
		}
		q.owned[d.Key] = struct{}{}
		l := &q.lanes[clamp(d.Lane)]
		l.rows = append(l.rows, item{Delivery: d, expires: expires})
		q.n++
	}
	q.filled.Broadcast()
}

// putSlice adds the recipients of a slice, of which there has to be one.
func (q *queue) putSlice(s *slice) {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := &q.lanes[s.lane]
	l.slices = append(l.slices, s)
	l.left += len(s.waiting)
	q.filled.Broadcast()
}

// drop takes what waits of a slice out of the queue and returns how many that were.
func (q *queue) drop(s *slice) (n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := &q.lanes[s.lane]
	for i, other := range l.slices {
		if other == s {
			l.slices = append(l.slices[:i:i], l.slices[i+1:]...)
			n = len(s.waiting)
			l.left -= n
			s.waiting = nil
			break
		}
	}
	return n
}

// take waits for the next delivery; ok is false once the queue is closed.
func (q *queue) take() (it item, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		if q.closed {
			return item{}, false
		}
		for i := range q.lanes {
			free := q.mostFree > 0 && (Lane(i) == LaneBreaking || Lane(i) == LaneDigest)
			if free && q.free >= q.mostFree {
				continue
			}
			if it, ok := q.takeFrom(&q.lanes[i]); ok {
				if it.free = free; free {
					q.free++
				}
				return it, true
			}
		}
		q.filled.Wait()
	}
}

func (q *queue) takeFrom(l *lane) (it item, ok bool) {
	switch {
	case len(l.rows) > 0:
		it, l.rows = l.rows[0], l.rows[1:]
		if q.n--; q.n == q.size/2 {
			q.more()
		}
	case len(l.slices) > 0:
		s := l.slices[0]
		it, s.waiting = item{Delivery: &s.waiting[0], slice: s}, s.waiting[1:]
		if len(s.waiting) == 0 {
			l.slices = l.slices[1:]
		}
		if l.left--; l.left == q.low-1 {
			q.more()
		}
	default:
		return item{}, false
	}
	return it, true
}

func (q *queue) more() {
	select {
	case q.hungry <- struct{}{}:
	default:
	}
}

// ended tells that a worker is done with what it took.
func (q *queue) ended(it item) {
	if !it.free {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.free--
	q.filled.Signal()
}

// disown forgets a row that a worker is done with.
func (q *queue) disown(key string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.owned, key)
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.filled.Broadcast()
}
