package bot

import (
	"context"
	"sync"
	"time"
)

// sessionsTrust is how long it is believed which session made a list: two lists
// are compared whole for it, and the answer is the same for all readers.
const sessionsTrust = time.Minute

// sessions remembers since when the prices of a list stand. A new list is a new key.
type sessions struct {
	mu    sync.Mutex
	known map[sessionKey]session
}

type sessionKey struct{ date, last int64 }

type session struct {
	since time.Time
	ok    bool
	read  time.Time
}

// sameSince is store.SameSince for many readers; last is the date of the newest list.
func (b *Bot) sameSince(ctx context.Context, now, date, last time.Time) (since time.Time, ok bool, err error) {
	key := sessionKey{date.Unix(), last.Unix()}
	b.sessions.mu.Lock()
	s, found := b.sessions.known[key]
	b.sessions.mu.Unlock()
	if age := now.Sub(s.read); found && age >= 0 && age < sessionsTrust {
		return s.since, s.ok, nil
	}
	s = session{read: now}
	if s.since, s.ok, err = b.book().SameSince(ctx, date); err != nil {
		return time.Time{}, false, err
	}
	b.sessions.mu.Lock()
	defer b.sessions.mu.Unlock()
	const most = 100 // dates that people leaf through
	if b.sessions.known == nil || len(b.sessions.known) >= most {
		b.sessions.known = map[sessionKey]session{}
	}
	b.sessions.known[key] = s
	return s.since, s.ok, nil
}
