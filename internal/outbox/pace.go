package outbox

import "time"

// pace is how far something has used what it may send: the whole bot or a chat.
type pace struct {
	next   time.Time   // when the next one were due if all were evenly spaced
	recent []time.Time // the last ones, oldest at head; as many as its window holds
	head   int
	last   time.Time
	held   time.Time // nothing before that
}

// ready returns when the next n may leave together: not while held, spaced by
// interval with up to burst that are late made up for, and never more
// than the window's number in any span of it. As of burst, there has to be room
// for one; the others are made up for by who comes after.
func (c *pace) ready(interval time.Duration, burst int, window time.Duration, n int) time.Time {
	ready := c.held
	if interval > 0 && !c.next.IsZero() {
		ready = later(ready, c.next.Add(-time.Duration(burst-1)*interval))
	}
	if most := cap(c.recent); most > 0 {
		if over := len(c.recent) + min(n, most) - most; over > 0 {
			ready = later(ready, c.recent[(c.head+over-1)%len(c.recent)].Add(window))
		}
	}
	return ready
}

// use notes that one left; window is how many are remembered.
func (c *pace) use(now time.Time, interval time.Duration, window int) {
	c.next = later(c.next, now).Add(interval)
	c.last = now
	if window <= 0 {
		return
	}
	if c.recent == nil {
		c.recent = make([]time.Time, 0, window)
	}
	if len(c.recent) < cap(c.recent) {
		c.recent = append(c.recent, now)
		return
	}
	c.recent[c.head] = now
	c.head = (c.head + 1) % len(c.recent)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
