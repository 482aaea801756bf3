package outbox

import (
	"sync"
	"time"
)

// item is a claimed delivery. The lease is counted by the real clock: that of
// the bot may be moved.
type item struct {
	Delivery
	expires time.Time
}

// queue holds what is claimed and waits for a worker, lanes first.
type queue struct {
	size   int
	hungry chan struct{} // told when half of it is empty

	mu     sync.Mutex
	filled sync.Cond
	lanes  [LaneBulk + 1][]item
	n      int
	// owned are the keys that wait here or are with a worker. Should a claim run
	// out while we still have it, claiming it again must not send it twice.
	owned  map[string]struct{}
	closed bool
}

func newQueue(size int) *queue {
	q := &queue{size: size, hungry: make(chan struct{}, 1), owned: map[string]struct{}{}}
	q.filled.L = &q.mu
	return q
}

// room returns how many deliveries should be claimed; 0 while half are left.
func (q *queue) room() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.n > q.size/2 {
		return 0
	}
	return q.size - q.n
}

func (q *queue) put(deliveries []Delivery, expires time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, d := range deliveries {
		if _, ok := q.owned[d.Key]; ok {
			continue
		}
		q.owned[d.Key] = struct{}{}
		lane := min(max(d.Lane, LaneReply), LaneBulk)
		q.lanes[lane] = append(q.lanes[lane], item{d, expires})
		q.n++
	}
	q.filled.Broadcast()
}

// take waits for the next delivery; ok is false once the queue is closed.
func (q *queue) take() (it item, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.n == 0 && !q.closed {
		q.filled.Wait()
	}
	if q.closed {
		return item{}, false
	}
	for lane := range q.lanes {
		if len(q.lanes[lane]) > 0 {
			it, q.lanes[lane] = q.lanes[lane][0], q.lanes[lane][1:]
			break
		}
	}
	q.n--
	if q.n <= q.size/2 {
		select {
		case q.hungry <- struct{}{}:
		default:
		}
	}
	return it, true
}

// disown forgets a delivery that a worker is done with.
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
