package store

import (
	"context"
	"fmt"
	"time"

	"newsbot/internal/outbox"
)

// DraftsOf returns an editor's drafts, the newest first, at most limit.
func (s *Store) DraftsOf(ctx context.Context, editor int64, limit int) ([]Broadcast, error) {
	drafts, err := s.listBroadcasts(ctx, `b.state = 'draft' AND b.kind <> 'recall' AND b.editor_id = ?
		ORDER BY b.created_at DESC, b.broadcast_id DESC LIMIT ?`, editor, limit)
	if err != nil {
		return nil, fmt.Errorf("read drafts of editor %d: %w", editor, err)
	}
	return drafts, nil
}

// LastCorrection returns the correction of a broadcast that was made last, or
// ErrNotFound.
func (s *Store) LastCorrection(ctx context.Context, id string) (Broadcast, error) {
	made, err := s.listBroadcasts(ctx, `b.target_id = ? AND b.kind = 'correct' AND b.state = 'done' AND b.sent > 0
		ORDER BY b.started_at DESC, b.broadcast_id DESC LIMIT 1`, id)
	if err == nil && len(made) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Broadcast{}, fmt.Errorf("last correction of broadcast %s: %w", id, err)
	}
	return made[0], nil
}

// ReturnBroadcast makes a draft again of a broadcast that waits for leave or for
// its time; false when it does neither. Who had given leave has to give it again.
func (s *Store) ReturnBroadcast(ctx context.Context, now time.Time, id string, words ...outbox.Delivery) (bool, error) {
	return s.turn(ctx, now, "return", id, words, `UPDATE broadcasts SET state = 'draft', approver_id = 0
		WHERE broadcast_id = ? AND state IN ('waiting', 'scheduled')`, id)
}

// ResubmitBroadcast gives a scheduled broadcast another time, the zero one being
// at once, and lets it wait for another editor again: leave was given for the
// time that it had. It is false when it is not scheduled any more.
func (s *Store) ResubmitBroadcast(ctx context.Context, now time.Time, id string, start time.Time, words ...outbox.Delivery) (bool, error) {
	return s.turn(ctx, now, "submit again", id, words, `UPDATE broadcasts SET state = 'waiting', approver_id = 0, start_at = ?
		WHERE broadcast_id = ? AND state = 'scheduled'`, ms(start), id)
}

// MissedBroadcasts returns what was scheduled to be sent at or before an instant
// and has not begun. A correction is not among them: see StartLimit.
func (s *Store) MissedBroadcasts(ctx context.Context, at time.Time) ([]Broadcast, error) {
	missed, err := s.listBroadcasts(ctx, `b.state = 'scheduled' AND b.kind = 'send' AND b.start_at <= ? ORDER BY b.start_at, b.broadcast_id`, ms(at))
	if err != nil {
		return nil, fmt.Errorf("read missed broadcasts: %w", err)
	}
	return missed, nil
}

// ScheduledBroadcasts returns what is to begin by itself before an instant, the next
// first, at most limit.
func (s *Store) ScheduledBroadcasts(ctx context.Context, before time.Time, limit int) ([]Broadcast, error) {
	next, err := s.listBroadcasts(ctx, `b.state = 'scheduled' AND b.start_at < ? ORDER BY b.start_at, b.broadcast_id LIMIT ?`, ms(before), limit)
	if err != nil {
		return nil, fmt.Errorf("read scheduled broadcasts: %w", err)
	}
	return next, nil
}

// UnansweredBroadcasts returns what was to go out at or before an instant and still
// waits for another editor's leave.
func (s *Store) UnansweredBroadcasts(ctx context.Context, at time.Time) ([]Broadcast, error) {
	late, err := s.listBroadcasts(ctx, `b.state = 'waiting' AND b.start_at > 0 AND b.start_at <= ? ORDER BY b.start_at, b.broadcast_id`, ms(at))
	if err != nil {
		return nil, fmt.Errorf("read unanswered broadcasts: %w", err)
	}
	return late, nil
}

// Aftermath is what was done to the message of a broadcast after it was sent.
type Aftermath struct {
	Title       string // of its last correction; empty: it has none
	CorrectedAt time.Time
	RecalledAt  time.Time
	Recalled    int // chats from which it was deleted
}

// Aftermaths returns what was done to the messages of broadcasts, of those to which
// something was done.
func (s *Store) Aftermaths(ctx context.Context, ids ...string) (map[string]Aftermath, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	runs, err := s.listBroadcasts(ctx, `b.kind <> 'send' AND b.state IN ('done', 'cancelled') AND b.target_id IN (`+places(len(ids), "?")+`)
		ORDER BY b.started_at, b.broadcast_id`, anys(ids)...)
	if err != nil {
		return nil, fmt.Errorf("read corrections and recalls: %w", err)
	}
	after := map[string]Aftermath{}
	for _, c := range runs {
		a := after[c.TargetID]
		switch {
		case c.Sent == 0:
			continue
		case c.Kind == KindRecall:
			a.RecalledAt, a.Recalled = c.StartedAt, a.Recalled+c.Sent
		case c.State == BroadcastDone: // as LastCorrection has it
			a.Title, a.CorrectedAt = c.Title, c.StartedAt
		}
		after[c.TargetID] = a
	}
	return after, nil
}
