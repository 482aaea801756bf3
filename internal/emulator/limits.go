package emulator

import (
	"fmt"
	"math"
	"net/http"
	"sync"
	"time"
)

// flood counts what the whole bot sends. Real time: a limit is no matter of the
// world's clock.
type flood struct {
	mu   sync.Mutex
	l    Limits
	free window
	paid window
}

// window is when the newest messages were sent, as many as are allowed.
type window struct {
	at   []time.Time // a ring
	next int
}

// wait is how long until one more fits into n per d; 0 is now.
func (w *window) wait(now time.Time, n int, d time.Duration) time.Duration {
	if len(w.at) != n {
		w.at, w.next = make([]time.Time, n), 0
	}
	if oldest := w.at[w.next]; !oldest.IsZero() && now.Sub(oldest) < d {
		return d - now.Sub(oldest)
	}
	return 0
}

func (w *window) add(now time.Time) {
	w.at[w.next] = now
	w.next = (w.next + 1) % len(w.at)
}

// chatFlood counts what one chat got.
type chatFlood struct {
	tokens float64
	filled time.Time
	minute window
}

// take counts a message to c, or refuses it with 429. The chat's lock is held.
func (f *flood) take(c *chat, paid bool) *apiError { return f.takeAll(c, 1, paid) }

// takeAll counts n messages to c that are sent by one call, or refuses all of
// them. The chat's lock is held. There must be room for one; what is sent
// together is let through whole and counts as many as it has.
func (f *flood) takeAll(c *chat, n int, paid bool) *apiError {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.l == (Limits{}) {
		return nil
	}
	now := time.Now()
	cf := &c.flood
	rate, burst := f.l.PerChatPerSecond, float64(f.l.ChatBurst)
	if burst == 0 {
		burst = 3
	}
	if rate > 0 {
		if cf.filled.IsZero() {
			cf.tokens = burst
		} else {
			cf.tokens = math.Min(burst, cf.tokens+now.Sub(cf.filled).Seconds()*rate)
		}
		cf.filled = now
		if cf.tokens < 1 {
			return f.refuse(time.Duration((1 - cf.tokens) / rate * float64(time.Second)))
		}
	}
	grouped := f.l.PerGroupMinute > 0 && c.typ != Private
	if grouped {
		if d := cf.minute.wait(now, f.l.PerGroupMinute, time.Minute); d > 0 {
			return f.refuse(d)
		}
	}
	whole, limit := &f.free, f.l.PerSecond
	if paid {
		whole, limit = &f.paid, f.l.PaidPerSecond
	}
	if limit > 0 {
		if d := whole.wait(now, limit, time.Second); d > 0 {
			return f.refuse(d)
		}
	}
	for range n {
		if limit > 0 {
			whole.add(now)
		}
		if grouped {
			cf.minute.add(now)
		}
		if rate > 0 {
			cf.tokens--
		}
	}
	return nil
}

func (f *flood) refuse(wait time.Duration) *apiError {
	if f.l.RetryAfter > 0 {
		wait = f.l.RetryAfter
	}
	return tooMany(wait)
}

// tooMany is 429; waits are told in whole seconds, at least one.
func tooMany(wait time.Duration) *apiError {
	seconds := max(1, int(math.Ceil(wait.Seconds())))
	return &apiError{code: http.StatusTooManyRequests, text: fmt.Sprintf("Too Many Requests: retry after %d", seconds), retryAfter: seconds}
}

// SetLimits sets the flood limits; the zero value switches them off.
func (s *Server) SetLimits(l Limits) {
	s.flood.mu.Lock()
	defer s.flood.mu.Unlock()
	s.flood.l = l
}
