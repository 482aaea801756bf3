package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"time"

	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
	"newsbot/internal/telegram"
)

const (
	// settleTime is how long a stopped broadcast may still change: what was in flight
	// when it was stopped is settled within it, as long as a call may take.
	settleTime = 32 * time.Second
	// editEvery is how often a progress message is edited at most.
	editEvery = 3 * time.Second
)

// Progress brings the progress message of each open broadcast up to date, and
// makes it the report when the broadcast has ended. What the messages show is
// read from the store, so that it goes on after a restart. Scheduled broadcasts
// begin by it, too.
func (b *Bot) Progress(ctx context.Context) error {
	b.progressMu.Lock()
	defer b.progressMu.Unlock()
	errs := []error{b.startDue(ctx)}
	open, err := b.o.Store.OpenBroadcasts(ctx)
	if err != nil {
		return errors.Join(append(errs, err)...)
	}
	if slices.ContainsFunc(open, func(c store.Broadcast) bool { return c.State == store.BroadcastRunning }) {
		// A crash may have left one that has nothing more to send.
		finished, err := b.o.Store.FinishBroadcasts(ctx, b.o.Now())
		if err != nil {
			return errors.Join(append(errs, err)...)
		}
		if len(finished) > 0 {
			if open, err = b.o.Store.OpenBroadcasts(ctx); err != nil {
				return errors.Join(append(errs, err)...)
			}
		}
	}
	ids := map[string]bool{}
	for _, c := range open {
		ids[c.ID] = true
		if err := b.progress(ctx, c); err != nil {
			errs = append(errs, fmt.Errorf("progress of broadcast %s: %w", c.ID, err))
		}
	}
	maps.DeleteFunc(b.shown, func(id string, _ shownRun) bool { return !ids[id] })
	b.refusals.keep(ids)
	return errors.Join(errs...)
}

// startDue begins the scheduled broadcasts whose time has come, and gives those
// back to their authors whose time was long ago.
func (b *Bot) startDue(ctx context.Context) error {
	now := b.o.Now()
	missed, err := b.o.Store.MissedBroadcasts(ctx, now.Add(-store.StartLimit))
	if err != nil {
		return err
	}
	for _, c := range missed {
		if err := b.giveBack(ctx, c, "scheduled.missed"); err != nil {
			return err
		}
	}
	unanswered, err := b.o.Store.UnansweredBroadcasts(ctx, now)
	if err != nil {
		return err
	}
	for _, c := range unanswered {
		if err := b.giveBack(ctx, c, "approval.late"); err != nil {
			return err
		}
	}
	started, err := b.o.Store.DueBroadcasts(ctx, now)
	if err != nil {
		return err
	}
	if len(started) > 0 {
		b.o.Log.Info("scheduled broadcasts started", slog.Any("broadcasts", started))
		b.o.Wake()
	}
	return nil
}

// giveBack makes a draft again of what did not go out at its time, and tells its author why.
func (b *Bot) giveBack(ctx context.Context, c store.Broadcast, why string) error {
	now, p := b.o.Now(), b.editorPrinter(ctx, c.EditorID)
	returned, err := b.o.Store.ReturnBroadcast(ctx, now, c.ID, outbox.Delivery{
		Key: fmt.Sprintf("m:%s:%d", c.ID, c.StartAt.UnixMilli()), ChatID: c.EditorChat, Lane: outbox.LaneReply, DueAt: now,
		Message: outbox.Message{
			Text:     p.H(why, "Title", c.Title, "Time", whenWords(p, c.StartAt, now)),
			Keyboard: [][]outbox.Button{{{Text: p.T("list.open"), Data: "b:" + c.ID + ":open"}}},
		},
	})
	if err != nil || !returned { // an editor was faster
		return err
	}
	b.o.Log.Warn("broadcast missed its time", slog.String("broadcast", c.ID), slog.String("why", why), slog.Time("at", c.StartAt))
	b.o.Wake()
	return nil
}

// shownRun is what a broadcast's progress message shows, since when, and how
// far the broadcast was when its pace was last taken.
type shownRun struct {
	message outbox.Message
	edited  time.Time
	pace    pace
	settled int
	taken   time.Time
	held    bool // it was held for reaching nobody: that is over
}

func (b *Bot) progress(ctx context.Context, c store.Broadcast) error {
	now := b.o.Now()
	ended := c.State == store.BroadcastDone || (c.State == store.BroadcastCancelled && now.Sub(c.FinishedAt) >= settleTime)
	was, known := b.shown[c.ID]
	next := was.measured(c, time.Now())
	b.shown[c.ID] = next
	b.setPace(c.ID, next.pace)
	if !next.held {
		held, err := b.holdHopeless(ctx, c)
		if err != nil {
			return err
		}
		if held {
			next.held = true
			b.shown[c.ID] = next
			return nil
		}
	}
	var reasons map[outbox.Reason]int
	if ended {
		var err error
		if reasons, err = b.reasonsOf(ctx, c); err != nil {
			return err
		}
	}
	m := runScreen(b.printer(locale.Parse(c.Language, b.o.DefaultLanguage), ""), c, next.pace, reasons, afterwards{})
	changed := !known || !reflect.DeepEqual(was.message, m)
	if changed && !c.Ended() && time.Since(was.edited) < editEvery {
		return nil
	}
	if changed {
		done, err := b.show(ctx, c, m)
		if err != nil || !done {
			return err
		}
		next.message, next.edited = m, time.Now()
		b.shown[c.ID] = next
	}
	if ended {
		b.setPace(c.ID, pace{})
		return b.o.Store.MarkReported(ctx, c.ID)
	}
	return nil
}

// measured takes the pace: over a few seconds, leaning on what it was before, so
// that the time that is left does not jump.
func (s shownRun) measured(c store.Broadcast, now time.Time) shownRun {
	const over = 2 * time.Second
	switch {
	case c.State != store.BroadcastRunning:
		s.pace, s.taken = pace{}, time.Time{}
	case s.taken.IsZero() || c.Settled() < s.settled:
		s.settled, s.taken = c.Settled(), now
	case now.Sub(s.taken) >= over:
		fresh := float64(c.Settled()-s.settled) / now.Sub(s.taken).Seconds()
		if s.pace.perSecond > 0 {
			fresh = 0.6*fresh + 0.4*s.pace.perSecond
		}
		s.pace, s.settled, s.taken = pace{fresh}, c.Settled(), now
	}
	return s
}

// paceOf is a broadcast's pace as it was last taken; handlers ask for it, too.
func (b *Bot) paceOf(id string) pace {
	b.paceMu.Lock()
	defer b.paceMu.Unlock()
	return b.paces[id]
}

func (b *Bot) setPace(id string, p pace) {
	b.paceMu.Lock()
	defer b.paceMu.Unlock()
	if p == (pace{}) {
		delete(b.paces, id)
	} else {
		b.paces[id] = p
	}
}

// waitProgress waits until the progress may be shown; false means later. A
// message that is there is edited, which takes nothing of the broadcast's rate.
func (b *Bot) waitProgress(ctx context.Context, c store.Broadcast) bool {
	if c.ProgressMessageID == 0 {
		return b.wait(ctx, c.EditorChat)
	}
	ctx, cancel := context.WithTimeout(ctx, paceLimit)
	defer cancel()
	return b.o.Pacer.WaitEdit(ctx, c.EditorChat) == nil
}

// show puts m where the editor looks; false means that it has to be tried again.
func (b *Bot) show(ctx context.Context, c store.Broadcast, m outbox.Message) (bool, error) {
	if !b.waitProgress(ctx, c) {
		return false, ctx.Err()
	}
	if c.ProgressMessageID != 0 {
		err := b.o.Telegram.EditMessage(ctx, c.EditorChat, c.ProgressMessageID, m)
		switch class := telegram.Classify(err); {
		case err == nil, class == telegram.NotModified:
			return true, nil
		case class == telegram.Gone || class == telegram.NoWrite:
			b.o.Log.Info("editor cannot be reached, the progress is not shown", slog.String("broadcast", c.ID), slog.Any("error", err))
			return true, nil
		case class == telegram.Flood:
			b.o.Pacer.Flooded(c.EditorChat, retryAfter(err))
			return false, nil
		case class == telegram.Temporary: // who polls and who sends tell of an outage
			return false, nil
		case class != telegram.NotFound:
			return false, err
		}
	}
	id, err := b.o.Telegram.SendMessage(ctx, c.EditorChat, 0, m)
	switch class := telegram.Classify(err); {
	case err == nil:
		return true, b.o.Store.SetBroadcastProgress(ctx, c.ID, id)
	case class == telegram.Gone || class == telegram.NoWrite:
		return true, nil
	case class == telegram.Flood:
		b.o.Pacer.Flooded(c.EditorChat, retryAfter(err))
		return false, nil
	case class == telegram.Temporary:
		return false, nil
	default:
		return false, err
	}
}

// mostFrequent returns the n keys with the highest counts, the highest first.
func mostFrequent[K cmp.Ordered](counts map[K]int, n int) []K {
	keys := slices.SortedFunc(maps.Keys(counts), func(a, b K) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	return keys[:min(n, len(keys))]
}
