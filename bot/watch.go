package bot

import (
	"context"
	"log/slog"
	"maps"
	"sync"
	"time"

	"newsbot/internal/outbox"
)

// Watch holds broadcasts that nobody gets as soon as Attempted has heard enough of it,
// and not only when their progress is shown next, until ctx is done. It returns nil.
func (b *Bot) Watch(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-b.refusals.alarm:
		}
		if err := guarded(func() error { return b.Progress(ctx) }); err != nil && ctx.Err() == nil {
			b.o.Log.Warn("a broadcast that fails is looked at later", slog.Any("error", err))
		}
		select { // what was refused last is being written
		case <-ctx.Done():
		case <-time.After(watchPause):
		}
	}
}

// Attempted is told of every delivery that was tried. It is safe for concurrent use
// and does not wait.
func (b *Bot) Attempted(d outbox.Delivery, out outbox.Outcome) {
	if d.Batch != "" {
		b.refusals.heard(d.Batch, out.Result)
	}
}

// watchPause lies between two looks of Watch: as long as outcomes take to be written.
const watchPause = 50 * time.Millisecond

// refusals counts by broadcast how many chats have refused it before any took it.
type refusals struct {
	alarm chan struct{}
	mu    sync.Mutex
	count map[string]int // never: one has it
}

// never is the count of a broadcast that somebody has.
const never = -1

// mostAlarms is how many refusals call for a look: what was in flight at the first is
// refused, too. An editor who lets a broadcast go on that all refuse is not disturbed.
const mostAlarms = 200

func (f *refusals) heard(batch string, result outbox.Result) {
	if result != outbox.Rejected && result != outbox.Sent {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch n := f.count[batch]; {
	case n == never:
	case result == outbox.Sent:
		f.count[batch] = never
	default:
		f.count[batch] = n + 1
		if n+1 >= hopeless && n+1 < hopeless+mostAlarms {
			select {
			case f.alarm <- struct{}{}:
			default: // a look is due already
			}
		}
	}
}

// keep forgets all but the broadcasts that are open.
func (f *refusals) keep(open map[string]bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	maps.DeleteFunc(f.count, func(batch string, _ int) bool { return !open[batch] })
}
