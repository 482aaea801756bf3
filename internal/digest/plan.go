package digest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"newsbot/internal/locale"
	"newsbot/internal/rates"
	"newsbot/internal/store"
)

const (
	// slice is how many chats are settled in one transaction: as long as it takes,
	// SQLite's other writers wait, readers' commands among them.
	slice = 200
	// stint is for how long one call of Plan goes on. What is left is due still,
	// and a sender has enough to do until the next call.
	stint = 10 * time.Second
)

// Plan settles the slots that are due: a slot's message goes to the outbox, or,
// when its day is over where the reader is or the chat cannot be reached, a note
// says why not. It returns how many messages were enqueued. It works in slices,
// each of which is done when it returns, and stops after a while with the rest
// still due. A chat whose digest fails is left due, told in err, and stops no other.
func Plan(ctx context.Context, db *store.Store, board rates.Board, now time.Time, log *slog.Logger) (sent int, err error) {
	return newRound(db, board, now, log).run(ctx)
}

// round is one run of Plan.
type round struct {
	db    *store.Store
	now   time.Time
	log   *slog.Logger
	press press

	after store.Digest // the last one that was dealt with
	again bool         // a slot was settled whose next one is due as well
	sent  int
	over  int     // slots whose day was over
	away  int     // slots of chats that cannot be reached
	stuck int     // slots that failed and are still due
	errs  []error // of the first of them
}

func newRound(db *store.Store, board rates.Board, now time.Time, log *slog.Logger) *round {
	return &round{db: db, now: now, log: log, press: newPress(db, board, now, log)}
}

// told is how many failures an error tells in full: one cause fails for many chats alike.
const told = 5

func (r *round) err() error {
	if r.stuck > told {
		return errors.Join(append(r.errs, fmt.Errorf("and the digests of %d more chats", r.stuck-told))...)
	}
	return errors.Join(r.errs...)
}

func (r *round) run(ctx context.Context) (sent int, err error) {
	end := time.Now().Add(stint)
	for {
		more, err := r.slice(ctx)
		if err != nil {
			return r.sent, errors.Join(err, r.err())
		}
		if !more && r.again { // today's slots of those whose yesterday's was over
			more, r.again, r.after = true, false, store.Digest{}
		}
		if !more || time.Now().After(end) {
			break
		}
	}
	if r.over > 0 {
		r.log.Warn("digests skipped: their day is over", slog.Int("chats", r.over))
	}
	if r.away > 0 {
		r.log.Info("digests skipped: the chats cannot be reached", slog.Int("chats", r.away))
	}
	return r.sent, r.err()
}

// slice settles the next chats in line; more is false behind the last.
func (r *round) slice(ctx context.Context) (more bool, err error) {
	due, err := r.db.DueDigests(ctx, r.now, r.after, slice)
	if err != nil || len(due) == 0 {
		return false, err
	}
	r.after = due[len(due)-1].Digest
	already, err := r.press.told(ctx, due)
	if err != nil {
		return false, err
	}
	slots := make([]store.Slot, 0, len(due))
	for _, d := range due {
		slot, err := r.settle(ctx, d, already[d.ChatID])
		if err != nil {
			r.stuck++
			if r.stuck <= told {
				r.errs = append(r.errs, fmt.Errorf("digest of chat %d for %s: %w", d.ChatID, d.NextAt.Format(time.RFC3339), err))
			}
			continue
		}
		r.again = r.again || !slot.NextAt.IsZero() && !slot.NextAt.After(r.now)
		slots = append(slots, slot)
	}
	n, err := r.db.CommitSlots(ctx, r.now, slots)
	r.sent += n
	return len(due) == slice, err
}

// settle decides on one slot; without are the stories that the chat knows already.
func (r *round) settle(ctx context.Context, d store.DueDigest, without []string) (store.Slot, error) {
	zone, err := locale.Zone(d.Chat.Zone)
	if err != nil {
		return store.Slot{}, err
	}
	slot := store.Slot{ChatID: d.ChatID, At: d.NextAt, ThreadID: d.Chat.ThreadID}
	if !d.Chat.Active {
		// Not late either: who comes back has the news on a button, and the next digest at its time.
		slot.Note, slot.NextAt = "the chat could not be reached", Next(d.Digest, zone, r.now)
		r.away++
		return slot, nil
	}
	y, m, day := r.now.In(zone).Date()
	midnight := instant(time.Date(y, m, day, 0, 0, 0, 0, time.UTC), 0, zone)
	if d.NextAt.Before(midnight) {
		// Days that are over are passed in one step, up to today's slot, which may still be sent.
		slot.Note = "the day was over"
		slot.NextAt = Next(d.Digest, zone, midnight.Add(-time.Nanosecond))
		r.over++
		return slot, nil
	}
	slot.NextAt = Next(d.Digest, zone, r.now)
	// A reader who has it come in the quiet hours wants to hear it; one that is
	// late and falls into them wakes nobody.
	silent := d.Chat.Quiet.At(r.now, zone) && !d.Chat.Quiet.At(d.NextAt, zone)
	if slot.Message, err = r.press.message(ctx, d, without, silent); err == nil && d.Digest.Chart {
		slot.Picture = r.press.chart(ctx, d)
	}
	return slot, err
}
