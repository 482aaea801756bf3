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

// settleTime is how long a stopped broadcast may still change: what was in
// flight when it was stopped is settled within it.
const settleTime = 5 * time.Second

// Progress brings the progress message of each open broadcast up to date, and
// makes it the report when the broadcast has ended. What the messages show is
// read from the store, so that it goes on after a restart.
func (b *Bot) Progress(ctx context.Context) error {
	b.progressMu.Lock()
	defer b.progressMu.Unlock()
	open, err := b.o.Store.OpenBroadcasts(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(open, func(c store.Broadcast) bool { return c.State == store.BroadcastRunning }) {
		// A crash may have left one that has nothing more to send.
		finished, err := b.o.Store.FinishBroadcasts(ctx, b.o.Now())
		if err != nil {
			return err
		}
		if len(finished) > 0 {
			if open, err = b.o.Store.OpenBroadcasts(ctx); err != nil {
				return err
			}
		}
	}
	ids := map[string]bool{}
	var errs []error
	for _, c := range open {
		ids[c.ID] = true
		if err := b.progress(ctx, c); err != nil {
			errs = append(errs, fmt.Errorf("progress of broadcast %s: %w", c.ID, err))
		}
	}
	maps.DeleteFunc(b.shown, func(id string, _ outbox.Message) bool { return !ids[id] })
	return errors.Join(errs...)
}

func (b *Bot) progress(ctx context.Context, c store.Broadcast) error {
	now := b.o.Now()
	ended := c.State == store.BroadcastDone || (c.State == store.BroadcastCancelled && now.Sub(c.FinishedAt) >= settleTime)
	var reasons map[outbox.Reason]int
	if ended && c.Failed+c.Gone > 0 {
		var err error
		if reasons, err = b.o.Store.FailureReasons(ctx, c.ID); err != nil {
			return err
		}
	}
	m := progressScreen(b.printer(locale.Parse(c.Language, b.o.DefaultLanguage), ""), c, reasons)
	if shown, ok := b.shown[c.ID]; !ok || !reflect.DeepEqual(shown, m) {
		done, err := b.show(ctx, c, m)
		if err != nil || !done {
			return err
		}
		b.shown[c.ID] = m
	}
	if ended {
		return b.o.Store.MarkReported(ctx, c.ID)
	}
	return nil
}

// show puts m where the editor looks; false means that it has to be tried again.
func (b *Bot) show(ctx context.Context, c store.Broadcast, m outbox.Message) (bool, error) {
	if !b.wait(ctx, c.EditorChat) {
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
