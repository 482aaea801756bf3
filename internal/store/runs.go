package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"newsbot/internal/outbox"
)

// ready is the condition on broadcasts that may begin. A correction or a recall
// needs a target that nobody gets any more, and that no other of them is at.
const ready = `(kind = 'send' OR EXISTS (SELECT 1 FROM broadcasts t WHERE t.broadcast_id = broadcasts.target_id
		AND t.state IN ('done', 'cancelled') AND t.retrying = 0 AND NOT EXISTS (SELECT 1 FROM slices s WHERE s.batch = t.broadcast_id))
	AND NOT EXISTS (SELECT 1 FROM broadcasts o WHERE o.target_id = broadcasts.target_id
		AND o.broadcast_id <> broadcasts.broadcast_id AND o.state IN ('running', 'paused')))`

// finishSQL finishes running broadcasts with nothing left to send. Its parameter: now.
const finishSQL = `UPDATE broadcasts SET state = 'done', finished_at = ?,
		total = sent + failed + gone + too_late, planned = sent + failed + gone + too_late
	WHERE state = 'running' AND planned_all AND retrying <= 0
		AND NOT EXISTS (SELECT 1 FROM slices WHERE slices.batch = broadcasts.broadcast_id)`

// StartBroadcast sets a draft running; started is false when it was no draft
// any more, or when it is about another broadcast that is still under way.
func (s *Store) StartBroadcast(ctx context.Context, now time.Time, id string) (started bool, err error) {
	b, err := s.Broadcast(ctx, id)
	if err == nil && b.State == BroadcastDraft {
		started, err = s.start(ctx, now, b, 0)
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return false, fmt.Errorf("start broadcast %s: %w", id, err)
	}
	return started, nil
}

// start sets a broadcast running by leave of approver, with the number of chats
// that it is for, and words to editors about it; started is false when its state
// or its time are not those of b any more, or when it is not ready.
func (s *Store) start(ctx context.Context, now time.Time, b Broadcast, approver int64, words ...outbox.Delivery) (started bool, err error) {
	// Before anything is locked: a million chats are counted while others write.
	total, err := s.countFor(ctx, now, b)
	if err != nil {
		return false, fmt.Errorf("count who it is for: %w", err)
	}
	err = s.tx(ctx, func(tx *sqlx.Tx) error {
		// Of a correction and a recall that start at the same instant neither would
		// see the other run: their target is locked, so that one waits and sees.
		var target []string
		err := list(ctx, tx, &target, `SELECT broadcast_id FROM broadcasts WHERE broadcast_id = ?`+s.forUpdate(), b.TargetID)
		if err != nil {
			return err
		}
		n, err := exec(ctx, tx, `UPDATE broadcasts SET state = 'running', started_at = ?, approver_id = ?, total = ?,
				start_at = CASE WHEN state = 'draft' THEN 0 ELSE start_at END
			WHERE broadcast_id = ? AND state = ? AND start_at = ? AND `+ready,
			ms(now), approver, total, b.ID, b.State, ms(b.StartAt))
		if started = n == 1; err != nil || !started {
			return err
		}
		_, err = enqueue(ctx, tx, now, words)
		return err
	})
	return started && err == nil, err
}

// countFor counts the chats that a broadcast is for.
func (s *Store) countFor(ctx context.Context, now time.Time, b Broadcast) (int, error) {
	if len(b.Audience.Only) == 1 && b.Audience.Only[0] == noChat {
		return 0, errors.New("its audience cannot be read")
	}
	if b.Kind == KindSend {
		return countAudience(ctx, s.r, now, b.Audience, b.Category)
	}
	n, _, err := s.countCopies(ctx, now, b.TargetID, b.ID)
	return n, err
}

// deletable is how long Telegram lets a bot delete what it has sent.
const deletable = 48 * time.Hour

// CountCopies returns how many chats have the message of a broadcast, as far as
// is known, and in how many it is too old to be deleted.
func (s *Store) CountCopies(ctx context.Context, now time.Time, id string) (copies, tooOld int, err error) {
	if copies, tooOld, err = s.countCopies(ctx, now, id, ""); err != nil {
		return 0, 0, fmt.Errorf("count copies of broadcast %s: %w", id, err)
	}
	return copies, tooOld, nil
}

func (s *Store) countCopies(ctx context.Context, now time.Time, id, run string) (copies, tooOld int, err error) {
	where, args, err := s.copiesOf(ctx, id, run)
	if err != nil {
		return 0, 0, err
	}
	var row struct {
		All int `db:"n"`
		Old int `db:"old"`
	}
	err = get(ctx, s.r, &row, `SELECT COUNT(*) AS n, COALESCE(SUM(CASE WHEN r.settled_at < ? THEN 1 ELSE 0 END), 0) AS old
		FROM recipients r WHERE `+where, append([]any{ms(now.Add(-deletable))}, args...)...)
	return row.All, row.Old, err
}

// copiesOf is the condition on recipients r of a broadcast that have its
// message: they got it, and no recall has deleted it there, but for run, which
// may be one that is under way itself.
func (s *Store) copiesOf(ctx context.Context, id, run string) (condition string, args []any, err error) {
	condition, args = `r.batch = ? AND r.state = 'sent' AND r.message_id > 0`, []any{id}
	// They are few, mostly none, and then each chat costs no look more.
	var recalls []string
	err = list(ctx, s.r, &recalls, `SELECT broadcast_id FROM broadcasts
		WHERE target_id = ? AND kind = 'recall' AND started_at > 0 AND broadcast_id <> ?`, id, run)
	if err != nil || len(recalls) == 0 {
		return condition, args, err
	}
	// A count, and no NOT EXISTS: see Audience.where.
	return condition + ` AND (SELECT COUNT(*) FROM recipients d
		WHERE d.batch IN (` + places(len(recalls), "?") + `) AND d.chat_id = r.chat_id AND d.state = 'sent') = 0`, append(args, anys(recalls)...), nil
}

// SubmitBroadcast lets a draft wait for another editor; false when it was no draft.
func (s *Store) SubmitBroadcast(ctx context.Context, now time.Time, id string, words ...outbox.Delivery) (bool, error) {
	return s.turn(ctx, now, "submit", id, words, `UPDATE broadcasts SET state = 'waiting' WHERE broadcast_id = ? AND state = 'draft'`, id)
}

// ApproveBroadcast lets a waiting broadcast begin, at once or at its time. It is
// false when the broadcast does not wait, or when editor is the one who wrote it.
func (s *Store) ApproveBroadcast(ctx context.Context, now time.Time, id string, editor int64, words ...outbox.Delivery) (approved bool, err error) {
	b, err := s.Broadcast(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound):
		return false, nil
	case err != nil:
	case b.State != BroadcastWaiting || b.EditorID == editor:
		return false, nil
	case b.StartAt.After(now):
		return s.turn(ctx, now, "approve", id, words, `UPDATE broadcasts SET state = 'scheduled', approver_id = ?
			WHERE broadcast_id = ? AND state = 'waiting' AND start_at = ?`, editor, id, ms(b.StartAt))
	default:
		approved, err = s.start(ctx, now, b, editor, words...)
	}
	if err != nil {
		return false, fmt.Errorf("approve broadcast %s: %w", id, err)
	}
	return approved, nil
}

// ScheduleBroadcast lets a draft, or one that is scheduled already, begin at a
// time; false when it is neither.
func (s *Store) ScheduleBroadcast(ctx context.Context, id string, start time.Time) (bool, error) {
	n, err := s.write(ctx, `UPDATE broadcasts SET state = 'scheduled', start_at = ?
		WHERE broadcast_id = ? AND state IN ('draft', 'scheduled')`, ms(start), id)
	if err != nil {
		return false, fmt.Errorf("schedule broadcast %s: %w", id, err)
	}
	return n == 1, nil
}

// StartLimit is how long after its time a scheduled broadcast still begins by
// itself. What was for the evening is not sent in the night because nothing
// ran in between: see MissedBroadcasts. A correction rings nowhere and begins
// however late: it may have to wait for the end of the broadcast that it is about.
const StartLimit = time.Hour

// DueBroadcasts starts scheduled broadcasts whose time has come and returns
// which. The outbox does so by itself, through Runs.
func (s *Store) DueBroadcasts(ctx context.Context, now time.Time) (ids []string, err error) {
	due, err := s.listBroadcasts(ctx, `b.broadcast_id IN (SELECT broadcast_id FROM broadcasts
		WHERE state = 'scheduled' AND start_at <= ? AND (start_at > ? OR kind <> 'send') AND `+ready+`)
		ORDER BY b.start_at, b.broadcast_id`, ms(now), ms(now.Add(-StartLimit)))
	if err != nil {
		return nil, fmt.Errorf("look for due broadcasts: %w", err)
	}
	var errs []error
	for _, b := range due {
		// One by one: of two changes to one broadcast only the first may begin.
		started, err := s.start(ctx, now, b, b.ApproverID)
		if err != nil {
			errs = append(errs, fmt.Errorf("start due broadcast %s: %w", b.ID, err))
		}
		if started {
			ids = append(ids, b.ID)
		}
	}
	return ids, errors.Join(errs...)
}

// turn changes a broadcast's state by one statement and tells whether it did.
// Words to editors about it go out if it did: nobody waits for leave that nobody
// was asked for.
func (s *Store) turn(ctx context.Context, now time.Time, doing, id string, words []outbox.Delivery, query string, args ...any) (done bool, err error) {
	err = s.tx(ctx, func(tx *sqlx.Tx) error {
		n, err := exec(ctx, tx, query, args...)
		done = n == 1
		if err != nil || !done {
			return err
		}
		_, err = enqueue(ctx, tx, now, words)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("%s broadcast %s: %w", doing, id, err)
	}
	return done, nil
}

// PauseBroadcast holds a running broadcast; false when it does not run. What is
// in flight may still arrive.
func (s *Store) PauseBroadcast(ctx context.Context, now time.Time, id string) (bool, error) {
	return s.hold(ctx, "pause", id, pause)
}

// HoldBroadcast is PauseBroadcast with a word to the author, and once: it is
// false when the word was given before, and an editor has let the broadcast go on.
func (s *Store) HoldBroadcast(ctx context.Context, now time.Time, id string, word outbox.Delivery) (bool, error) {
	return s.hold(ctx, "hold", id, func(ctx context.Context, tx *sqlx.Tx, id string) (bool, error) {
		var told int
		if err := get(ctx, tx, &told, `SELECT COUNT(*) FROM outbox WHERE delivery_key = ?`, word.Key); err != nil || told > 0 {
			return false, err
		}
		held, err := pause(ctx, tx, id)
		if err == nil && held {
			_, err = enqueue(ctx, tx, now, []outbox.Delivery{word})
		}
		return held, err
	})
}

func pause(ctx context.Context, tx *sqlx.Tx, id string) (bool, error) {
	return shift(ctx, tx, id, BroadcastRunning, BroadcastPaused, `UPDATE outbox SET state = 'held'
		WHERE batch = ? AND batch <> '' AND state = 'pending'`)
}

// ResumeBroadcast lets a paused broadcast go on; false when it is not paused.
func (s *Store) ResumeBroadcast(ctx context.Context, now time.Time, id string) (bool, error) {
	return s.hold(ctx, "resume", id, func(ctx context.Context, tx *sqlx.Tx, id string) (bool, error) {
		return shift(ctx, tx, id, BroadcastPaused, BroadcastRunning, `UPDATE outbox SET state = 'pending'
			WHERE batch = ? AND batch <> '' AND state = 'held'`)
	})
}

// shift changes a broadcast's state together with its rows in the outbox.
func shift(ctx context.Context, tx *sqlx.Tx, id, from, to, rows string) (bool, error) {
	n, err := exec(ctx, tx, `UPDATE broadcasts SET state = ? WHERE broadcast_id = ? AND state = ?`, to, id, from)
	if err != nil || n == 0 {
		return false, err
	}
	_, err = exec(ctx, tx, rows, id)
	return true, err
}

func (s *Store) hold(ctx context.Context, doing, id string, change func(context.Context, *sqlx.Tx, string) (bool, error)) (done bool, err error) {
	err = s.tx(ctx, func(tx *sqlx.Tx) (err error) {
		done, err = change(ctx, tx, id)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("%s broadcast %s: %w", doing, id, err)
	}
	return done, nil
}

// CancelBroadcast ends a broadcast wherever it stands; cancelled is false when
// it had ended. What is in flight may still arrive, and is counted then.
func (s *Store) CancelBroadcast(ctx context.Context, now time.Time, id string) (cancelled bool, err error) {
	err = s.tx(ctx, func(tx *sqlx.Tx) error {
		n, err := exec(ctx, tx, `UPDATE broadcasts SET state = 'cancelled', finished_at = ?
			WHERE broadcast_id = ? AND state NOT IN ('done', 'cancelled')`, ms(now), id)
		cancelled = n == 1
		if err != nil || !cancelled {
			return err
		}
		var chats []int64
		err = list(ctx, tx, &chats, `UPDATE outbox SET state = 'cancelled', settled_at = ?
			WHERE batch = ? AND batch <> '' AND state IN ('pending', 'held') RETURNING chat_id`, ms(now), id)
		if err != nil {
			return err
		}
		if err := s.cancelRecipients(ctx, tx, now, id, chats); err != nil {
			return err
		}
		return s.endIdle(ctx, tx, now, `b.broadcast_id = ?`, id)
	})
	if err != nil {
		return false, fmt.Errorf("cancel broadcast %s: %w", id, err)
	}
	return cancelled, nil
}

// cancelRecipients notes of chats whose delivery was cancelled in the outbox
// that they wait no more.
func (s *Store) cancelRecipients(ctx context.Context, tx *sqlx.Tx, now time.Time, id string, chats []int64) error {
	if len(chats) == 0 {
		return nil
	}
	tallies, err := s.openTallies(ctx, tx, []string{id})
	if err != nil {
		return err
	}
	slices.Sort(chats)
	for part := range chunks(chats, chunk) {
		var changed []int64
		err := list(ctx, tx, &changed, `UPDATE recipients SET state = 'cancelled', settled_at = ?
			WHERE batch = ? AND state = 'retrying' AND chat_id IN (`+places(len(part), "?")+`) RETURNING chat_id`,
			append([]any{ms(now), id}, anys(part)...)...)
		if err != nil {
			return err
		}
		for _, chat := range changed {
			tallies[id].add(chat, outbox.StateRetrying, "", -1)
		}
	}
	return s.closeTallies(ctx, tx, now, tallies)
}

// FinishBroadcasts marks running broadcasts done that have nothing left to
// send, and returns their ids. Settling does so by itself; this is for what a
// crash may have left, the slices of cancelled ones too.
func (s *Store) FinishBroadcasts(ctx context.Context, now time.Time) ([]string, error) {
	var ids []string
	err := s.tx(ctx, func(tx *sqlx.Tx) error {
		ids = nil
		if err := s.endIdle(ctx, tx, now, `b.state = 'cancelled'`); err != nil {
			return err
		}
		return list(ctx, tx, &ids, finishSQL+` RETURNING broadcast_id`, ms(now))
	})
	if err != nil {
		return nil, fmt.Errorf("finish broadcasts: %w", err)
	}
	return ids, nil
}

// endIdle ends the slices that nobody holds of the cancelled broadcasts b, which it locks.
func (s *Store) endIdle(ctx context.Context, tx *sqlx.Tx, now time.Time, where string, args ...any) error {
	var idle []sliceRow
	err := list(ctx, tx, &idle, `SELECT s.batch, s.from_id, s.to_id FROM slices s JOIN broadcasts b ON b.broadcast_id = s.batch
		WHERE (s.holder = '' OR s.lease_until <= ?) AND `+where+` ORDER BY s.batch, s.from_id`+s.forUpdate(), append([]any{ms(now)}, args...)...)
	if err != nil {
		return err
	}
	for _, sl := range idle {
		if err := s.endSlice(ctx, tx, now, sl.Batch, sl.From); err != nil {
			return err
		}
	}
	return nil
}

// Runs starts what is scheduled for now and returns the broadcasts that run,
// lanes first, then by their start.
//
// With an error there are those that run all the same: one broadcast that cannot
// begin stops no other.
func (s *Store) Runs(ctx context.Context, now time.Time) ([]outbox.Run, error) {
	_, due := s.DueBroadcasts(ctx, now)
	var rows []struct {
		ID       string `db:"broadcast_id"`
		Category string `db:"category"`
		Open     bool   `db:"is_open"`
	}
	err := list(ctx, s.r, &rows, `SELECT broadcast_id, category, NOT planned_all OR EXISTS (SELECT 1 FROM slices s
			WHERE s.batch = broadcasts.broadcast_id AND (s.holder = '' OR s.lease_until <= ?)) AS is_open
		FROM broadcasts WHERE state = 'running' ORDER BY started_at, broadcast_id`, ms(now))
	if err != nil {
		return nil, errors.Join(due, fmt.Errorf("read running broadcasts: %w", err))
	}
	runs := make([]outbox.Run, len(rows))
	for i, r := range rows {
		runs[i] = outbox.Run{Batch: r.ID, Lane: laneOf(r.Category), Open: r.Open}
	}
	slices.SortStableFunc(runs, func(a, b outbox.Run) int { return int(a.Lane) - int(b.Lane) })
	return runs, due
}

func laneOf(category string) outbox.Lane {
	if category == CategoryBreaking {
		return outbox.LaneBreaking
	}
	return outbox.LaneBulk
}
