package bot

import (
	"context"
	"log/slog"
	"maps"
	"sync"
	"time"

	"newsbot/internal/outbox"
	"newsbot/internal/store"
)

// hopeless is how many chats must have refused a broadcast, with none that has it,
// for it to be held: its message is at fault, not the chats.
const hopeless = 20

// ofMessage says of a reason whether it is the message's and not the chat's or the way's.
func ofMessage(reason outbox.Reason) bool {
	switch reason {
	case outbox.ReasonNoRights, outbox.ReasonTooOld, outbox.ReasonMoved, outbox.ReasonTooLate, outbox.ReasonUnreachable:
		return false
	}
	return true
}

// Watch holds broadcasts that nobody gets as soon as Attempted has heard enough of them,
// and not only when their progress is shown next, until ctx is done. It returns nil.
func (b *Bot) Watch(ctx context.Context) error {
	for {
		var batch string
		select {
		case <-ctx.Done():
			return nil
		case batch = <-b.refusals.alarm:
		}
		err := guarded(func() error {
			c, err := b.o.Store.Broadcast(ctx, batch)
			if err == nil {
				_, err = b.holdHopeless(ctx, c)
			}
			return err
		})
		if err != nil && ctx.Err() == nil {
			b.o.Log.Warn("a broadcast that fails is looked at later", slog.String("broadcast", batch), slog.Any("error", err))
		}
		select { // what was refused last is being written
		case <-ctx.Done():
		case <-time.After(watchPause):
		}
	}
}

// holdHopeless pauses a broadcast that nobody gets and tells its author, once: an
// editor who lets it go on means it, also when another process takes over. Over is
// false while it need not be held.
func (b *Bot) holdHopeless(ctx context.Context, c store.Broadcast) (over bool, err error) {
	if c.State != store.BroadcastRunning || c.Sent > 0 || c.Failed < hopeless {
		return false, nil
	}
	reasons, err := b.o.Store.FailureReasons(ctx, c.ID)
	if err != nil {
		return false, err
	}
	refused := 0
	for reason, n := range reasons {
		if ofMessage(reason) {
			refused += n
		}
	}
	if refused < hopeless {
		return false, nil
	}
	p := b.editorPrinter(ctx, c.EditorID)
	why := ""
	if first := mostFrequent(reasons, 1); len(first) > 0 {
		why = reasonWords(p, first[0])
	}
	now := b.o.Now()
	held, err := b.o.Store.HoldBroadcast(ctx, now, c.ID, outbox.Delivery{
		Key: "p:" + c.ID, ChatID: c.EditorChat, Lane: outbox.LaneReply, DueAt: now,
		Message: outbox.Message{Text: p.H("broadcast.hopeless", "Title", c.Title, "Count", c.Failed, "Reason", why)},
	})
	if err != nil || !held {
		return err == nil, err
	}
	b.o.Halt(c.ID)
	b.o.Log.Warn("broadcast held: nobody gets it", slog.String("broadcast", c.ID), slog.Int("failed", c.Failed))
	b.o.Wake()
	return true, nil
}

// Attempted is told of every delivery that was tried. It is safe for concurrent use
// and does not wait.
func (b *Bot) Attempted(d outbox.Delivery, out outbox.Outcome) {
	if d.Batch != "" {
		b.refusals.heard(d.Batch, out)
	}
}

// watchPause lies between two looks of Watch: as long as outcomes take to be written.
const watchPause = 50 * time.Millisecond

// refusals counts by broadcast how many chats have refused it before any took it.
type refusals struct {
	alarm chan string // broadcasts to be looked at
	mu    sync.Mutex
	count map[string]int // never: one has it
}

// never is the count of a broadcast that somebody has.
const never = -1

// mostAlarms is how many refusals call for a look: what was in flight at the first is
// refused, too. An editor who lets a broadcast go on that all refuse is not disturbed.
const mostAlarms = 200

func (f *refusals) heard(batch string, out outbox.Outcome) {
	if out.Result != outbox.Sent && (out.Result != outbox.Rejected || !ofMessage(out.Reason)) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch n := f.count[batch]; {
	case n == never:
	case out.Result == outbox.Sent:
		f.count[batch] = never
	default:
		f.count[batch] = n + 1
		if n+1 >= hopeless && n+1 < hopeless+mostAlarms {
			select {
			case f.alarm <- batch:
			default: // looks are due already
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
