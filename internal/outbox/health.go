package outbox

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

// health says once that the database does not answer, and once that it does
// again: a database that can be read and not written has not come back.
type health struct {
	log *slog.Logger

	mu      sync.Mutex
	failing [2]bool   // by work
	down    time.Time // since when any is; zero: none
}

// work is one of the two things that the outbox does with the database.
type work int

const (
	fetching work = iota
	settling
)

func (h *health) failed(w work, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.failing[w] = true
	if h.down.IsZero() {
		h.down = time.Now()
		h.log.Error("outbox: the database does not answer, trying on", "error", err)
	}
}

func (h *health) ok(w work) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.failing[w] = false
	if h.failing == [2]bool{} && !h.down.IsZero() {
		h.log.Info("outbox: the database answers again", "after", time.Since(h.down).Round(time.Millisecond))
		h.down = time.Time{}
	}
}

// An outage is assumed when so many chats in a row could not be reached, with
// nothing getting through between them.
const outageChats = 3

// The holds while an outage lasts.
const (
	firstHold   = time.Second
	longestHold = 30 * time.Second
)

// outage watches for Telegram answering nobody. While it does not, everything
// is held, one message at a time tries whether it is back, and no failure
// counts against a delivery: a broadcast must not be lost to an hour without network.
type outage struct {
	pacer *Pacer
	log   *slog.Logger

	mu        sync.Mutex
	unreached map[int64]struct{} // the chats, since the last answer
	since     time.Time
	hold      time.Duration
	until     time.Time
}

func (o *outage) failed(chatID int64, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	if o.since.IsZero() {
		if o.unreached == nil {
			o.unreached = map[int64]struct{}{}
		}
		o.unreached[chatID] = struct{}{}
		if len(o.unreached) < outageChats {
			return
		}
		o.since, o.hold = now, firstHold
		o.log.Warn("outbox: Telegram does not answer, trying on", "error", err)
	} else {
		if now.Before(o.until) {
			return // sent before the hold: it says nothing new
		}
		o.hold = min(2*o.hold, longestHold)
	}
	o.until = now.Add(o.hold)
	o.pacer.probe(o.hold)
}

func (o *outage) open() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return !o.since.IsZero()
}

func (o *outage) over() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.since.IsZero() {
		o.log.Info("outbox: Telegram answers again", "after", time.Since(o.since).Round(time.Millisecond))
	}
	clear(o.unreached)
	o.since, o.until = time.Time{}, time.Time{}
}

// backoff is a growing wait with some jitter.
type backoff struct{ first, longest, now time.Duration }

func newBackoff(first, longest time.Duration) *backoff {
	return &backoff{first: first, longest: longest, now: first}
}

func (b *backoff) next() time.Duration {
	d := b.now
	b.now = min(2*b.now, b.longest)
	return d + rand.N(d/4+1)
}

func (b *backoff) reset() { b.now = b.first }

// sleep waits for d; it is false when ctx is done first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
