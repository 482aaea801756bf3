package sandbox

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// almaty is the zone that the page shows. It is fixed, as Kazakhstan has had
// this one zone since March 2024, so that neither the machine's nor the
// browser's older zone data can be an hour off.
var almaty = time.FixedZone("Asia/Almaty", 5*60*60)

// maxMove keeps a slip of the finger from making a century of digests due.
const maxMove = 400 * 24 * time.Hour

// errPast refuses to turn the clock back: chats, schedules and what was sent
// already would contradict it.
var errPast = errors.New("the clock goes forward only")

// clock is the machine's clock, moved forward.
type clock struct {
	real func() time.Time

	mu     sync.Mutex
	offset time.Duration
	hooks  []func()
}

func newClock(real func() time.Time) *clock { return &clock{real: real} }

// Now is the present instant in the sandbox.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.real().Add(c.offset)
}

// moveTo moves the clock to t.
func (c *clock) moveTo(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.real().Add(c.offset)
	switch d := t.Sub(now); {
	case d < 0:
		return fmt.Errorf("move the clock to %s: %w", t.In(almaty).Format("02.01.2006 15:04"), errPast)
	case d > maxMove:
		return fmt.Errorf("move the clock to %s: that is more than %d days ahead", t.In(almaty).Format("02.01.2006 15:04"), maxMove/(24*time.Hour))
	default:
		c.offset += d
		return nil
	}
}

func (c *clock) onMove(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hooks = append(c.hooks, f)
}

// moved calls the hooks.
func (c *clock) moved() {
	c.mu.Lock()
	hooks := append([]func(){}, c.hooks...)
	c.mu.Unlock()
	for _, f := range hooks {
		f()
	}
}

// nextMorning is the next 08:00 in Almaty after t.
func nextMorning(t time.Time) time.Time {
	l := t.In(almaty)
	m := time.Date(l.Year(), l.Month(), l.Day(), 8, 0, 0, 0, almaty)
	if !m.After(t) {
		m = m.AddDate(0, 0, 1)
	}
	return m
}
