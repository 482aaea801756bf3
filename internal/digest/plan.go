package digest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
)

// slice is how many chats are settled in one transaction.
const slice = 500

// Plan settles every slot that is due: its message goes to the outbox, or, when
// its day is over where the reader is, a note says why not. It returns how many
// were enqueued. A chat whose digest fails is left due, told in err, and stops no other.
func Plan(ctx context.Context, db *store.Store, now time.Time, log *slog.Logger) (sent int, err error) {
	r := round{db: db, now: now, log: log, built: map[string]built{}, charts: map[string]*outbox.Message{}, seen: map[slotKey]bool{}}
	for {
		n, more, err := r.slice(ctx)
		sent += n
		if err != nil || !more {
			return sent, errors.Join(err, r.err())
		}
	}
}

// round is one run of Plan.
type round struct {
	db    *store.Store
	now   time.Time
	log   *slog.Logger
	built map[string]built // what chats share is made once
	// charts are the pictures, by language and currencies; nil where there is none.
	charts map[string]*outbox.Message
	seen   map[slotKey]bool // slots that this round has dealt with
	stuck  int              // of those, how many are still due
	errs   []error          // of the first of them
}

// told is how many failures an error tells in full: one cause fails for many chats alike.
const told = 5

func (r *round) err() error {
	if r.stuck > told {
		return errors.Join(append(r.errs, fmt.Errorf("and the digests of %d more chats", r.stuck-told))...)
	}
	return errors.Join(r.errs...)
}

type built struct {
	message *outbox.Message
	err     error
}

type slotKey struct {
	chat int64
	at   int64
}

func (r *round) slice(ctx context.Context) (sent int, more bool, err error) {
	// Those that failed stay first in line: ask past them.
	due, err := r.db.DueDigests(ctx, r.now, slice+r.stuck)
	if err != nil {
		return 0, false, err
	}
	var slots []store.Slot
	fresh := false
	for _, d := range due {
		key := slotKey{d.ChatID, d.NextAt.UnixMilli()}
		if r.seen[key] {
			continue
		}
		r.seen[key], fresh = true, true
		slot, err := r.settle(ctx, d)
		if err != nil {
			r.stuck++
			if r.stuck <= told {
				r.errs = append(r.errs, fmt.Errorf("digest of chat %d for %s: %w", d.ChatID, d.NextAt.Format(time.RFC3339), err))
			}
			continue
		}
		slots = append(slots, slot)
	}
	sent, err = r.db.CommitSlots(ctx, r.now, slots)
	return sent, fresh, err
}

// settle decides on one slot.
func (r *round) settle(ctx context.Context, d store.DueDigest) (store.Slot, error) {
	zone, err := locale.Zone(d.Chat.Zone)
	if err != nil {
		return store.Slot{}, err
	}
	slot := store.Slot{ChatID: d.ChatID, At: d.NextAt, ThreadID: d.Chat.ThreadID}
	y, m, day := r.now.In(zone).Date()
	midnight := instant(time.Date(y, m, day, 0, 0, 0, 0, time.UTC), 0, zone)
	if d.NextAt.Before(midnight) {
		// Days that are over are passed in one step, up to today's slot, which may still be sent.
		slot.Note = "the day was over"
		slot.NextAt = Next(d.Digest, zone, midnight.Add(-time.Nanosecond))
		r.log.Warn("digest skipped: its day is over", slog.Int64("chat", d.ChatID), slog.Time("slot", d.NextAt))
		return slot, nil
	}
	slot.NextAt = Next(d.Digest, zone, r.now)
	if slot.Message, err = r.build(ctx, d); err == nil && d.Digest.Chart {
		slot.Picture = r.chart(ctx, d)
	}
	return slot, err
}

// chart is the picture of a chat's digest; nil when there is none to show. A
// picture that fails takes nothing from the digest.
func (r *round) chart(ctx context.Context, d store.DueDigest) *outbox.Message {
	key := fmt.Sprintf("%s|%s|%s", d.Chat.Language, strings.Join(d.Chat.Currencies, ","), d.Chat.Zone)
	m, ok := r.charts[key]
	if !ok {
		var err error
		if m, err = Chart(ctx, r.db, d.Chat, r.now); err != nil {
			r.log.Error("digest goes out without its chart", slog.Int64("chat", d.ChatID), slog.Any("error", err))
		}
		r.charts[key] = m
	}
	return m
}

// build makes a chat's message, or takes the one of a chat that reads the same.
func (r *round) build(ctx context.Context, d store.DueDigest) (*outbox.Message, error) {
	key := fmt.Sprintf("%s|%s|%s|%s|%d", d.Chat.Language, strings.Join(d.Chat.NewsLanguages, ","), strings.Join(d.Chat.Currencies, ",")+"|"+strings.Join(d.Chat.Topics, ","), d.Chat.Zone, d.LastSlot.UnixMilli())
	b, ok := r.built[key]
	if !ok {
		b.message, b.err = r.render(ctx, d)
		r.built[key] = b
	}
	return b.message, b.err
}

func (r *round) render(ctx context.Context, d store.DueDigest) (m *outbox.Message, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return Build(ctx, r.db, d.Chat, d.LastSlot, r.now)
}
