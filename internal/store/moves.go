package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"newsbot/internal/outbox"
)

// MigrateChat moves a group's settings, digest and live deliveries to the
// supergroup it became. Told again, it only moves deliveries made since.
func (s *Store) MigrateChat(ctx context.Context, now time.Time, oldID, newID int64) error {
	err := s.tx(ctx, func(tx *sqlx.Tx) error { return s.migrateChat(ctx, tx, now, oldID, newID) })
	if err != nil {
		return fmt.Errorf("move chat %d to %d: %w", oldID, newID, err)
	}
	return nil
}

func (s *Store) migrateChat(ctx context.Context, tx *sqlx.Tx, now time.Time, oldID, newID int64) error {
	if oldID == newID {
		return nil
	}
	first, err := exec(ctx, tx, `INSERT INTO chat_moves (old_id, new_id, moved_at) VALUES (?, ?, ?)
		ON CONFLICT (old_id) DO NOTHING`, oldID, newID, ms(now))
	if err != nil {
		return err
	}
	if first == 1 {
		if err := moveSettings(ctx, tx, now, oldID, newID); err != nil {
			return err
		}
	}
	if err := s.moveRecipient(ctx, tx, now, oldID, newID); err != nil {
		return err
	}
	// What is about a message of the group stays: under the new id its number is
	// another message's. Telegram will say of it that the group has moved.
	_, err = exec(ctx, tx, `UPDATE outbox SET chat_id = ? WHERE chat_id = ? AND action = '' AND state IN ('pending', 'sending', 'held')`, newID, oldID)
	return err
}

func (s *Store) moveAll(ctx context.Context, tx *sqlx.Tx, now time.Time, moved map[int64]int64) error {
	for _, oldID := range slices.Sorted(maps.Keys(moved)) {
		if err := s.migrateChat(ctx, tx, now, oldID, moved[oldID]); err != nil {
			return err
		}
	}
	return nil
}

// moveSettings hands everything of a chat to its new id. The settings people
// made in the group win over those the supergroup may have got by default.
func moveSettings(ctx context.Context, tx *sqlx.Tx, now time.Time, oldID, newID int64) error {
	n, err := exec(ctx, tx, `
		INSERT INTO chats (`+chatColumns+`, changed_at)
		SELECT CAST(? AS BIGINT), 'supergroup', title, thread_id, CAST(? AS BOOLEAN), '', `+chatSettings+`, CAST(? AS BIGINT)
		FROM chats WHERE chat_id = ?
		ON CONFLICT (chat_id) DO UPDATE SET active = excluded.active, inactive_reason = '', changed_at = excluded.changed_at, `+
		excluded(chatSettings),
		newID, true, ms(now), oldID)
	if err != nil || n == 0 {
		return err
	}
	for _, step := range []struct {
		query string
		args  []any
	}{
		{`UPDATE chats SET seen_at = (SELECT o.seen_at FROM chats o WHERE o.chat_id = ?) WHERE chat_id = ?
			AND seen_at < (SELECT o.seen_at FROM chats o WHERE o.chat_id = ?)`, []any{oldID, newID, oldID}},
		{`DELETE FROM digests WHERE chat_id = ? AND EXISTS (SELECT 1 FROM digests o WHERE o.chat_id = ?)`, []any{newID, oldID}},
		{`UPDATE digests SET chat_id = ? WHERE chat_id = ?`, []any{newID, oldID}},
		{`INSERT INTO digest_slots (chat_id, slot_at, sent, note, settled_at)
			SELECT CAST(? AS BIGINT), slot_at, sent, note, settled_at FROM digest_slots WHERE chat_id = ?
			ON CONFLICT (chat_id, slot_at) DO NOTHING`, []any{newID, oldID}},
		{`DELETE FROM digest_slots WHERE chat_id = ?`, []any{oldID}},
		{`INSERT INTO alerts (chat_id, book, code, kind, threshold, nominal, thread_id, armed, checked, created_at)
			SELECT CAST(? AS BIGINT), book, code, kind, threshold, nominal, thread_id, armed, checked, created_at FROM alerts WHERE chat_id = ?
			ON CONFLICT (chat_id, book, code, kind, threshold) DO NOTHING`, []any{newID, oldID}},
		{`DELETE FROM alerts WHERE chat_id = ?`, []any{oldID}},
		{`DELETE FROM dialogs WHERE chat_id = ?`, []any{oldID}},
		{`DELETE FROM chats WHERE chat_id = ?`, []any{oldID}},
	} {
		if _, err := exec(ctx, tx, step.query, step.args...); err != nil {
			return err
		}
	}
	return nil
}

// excluded sets columns to what an INSERT that met a conflict would have written.
func excluded(columns string) string {
	names := strings.Split(columns, ",")
	for i, name := range names {
		name = strings.TrimSpace(name)
		names[i] = name + " = excluded." + name
	}
	return strings.Join(names, ", ")
}

// movedHold is how long the delivery to a chat's new id waits when one to its old
// id may be in flight: that one may have arrived just before the move.
const movedHold = 3 * time.Minute

// moveRecipient sees to it that a chat which moves while broadcasts are under
// way gets each of them, and once, under whichever id. Telegram takes nothing for
// the old id any more.
func (s *Store) moveRecipient(ctx context.Context, tx *sqlx.Tx, now time.Time, oldID, newID int64) error {
	var runs []string
	err := list(ctx, tx, &runs, `SELECT broadcast_id FROM broadcasts WHERE state IN ('running', 'paused') AND kind = 'send'`)
	if err != nil || len(runs) == 0 {
		return err
	}
	tallies, err := s.openTallies(ctx, tx, runs)
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(tallies)) {
		if err := s.moveIn(ctx, tx, now, tallies[id], oldID, newID); err != nil {
			return err
		}
	}
	return s.closeTallies(ctx, tx, now, tallies)
}

func (s *Store) moveIn(ctx context.Context, tx *sqlx.Tx, now time.Time, b *tally, oldID, newID int64) error {
	var rows []struct {
		ChatID int64  `db:"chat_id"`
		State  string `db:"state"`
		Reason string `db:"reason"`
	}
	err := list(ctx, tx, &rows, `SELECT chat_id, state, reason FROM recipients WHERE batch = ? AND chat_id IN (?, ?)`, b.id, oldID, newID)
	if err != nil {
		return err
	}
	var oldState, newState outbox.State
	var reason outbox.Reason
	for _, r := range rows {
		if r.ChatID == oldID {
			oldState, reason = outbox.State(r.State), outbox.Reason(r.Reason)
		} else {
			newState = outbox.State(r.State)
		}
	}
	switch {
	case oldState == outbox.StateRetrying && newState != "":
		// The supergroup was known as well, and has its own.
		if _, err := exec(ctx, tx, `UPDATE outbox SET state = 'cancelled', holder = '', lease_until = 0, settled_at = ?
			WHERE batch = ? AND batch <> '' AND chat_id = ? AND state IN ('pending', 'sending', 'held')`, ms(now), b.id, oldID); err != nil {
			return err
		}
		b.add(oldID, oldState, "", -1)
		_, err := exec(ctx, tx, `DELETE FROM recipients WHERE batch = ? AND chat_id = ?`, b.id, oldID)
		return err
	case oldState != "" && newState == "" && (oldState == outbox.StateRetrying || !b.counted(newID)):
		// It waits under its new id; or it has got it and its new id's turn is yet to
		// come. The message itself stayed behind: under the new id its number is another's.
		if _, err := exec(ctx, tx, `UPDATE recipients SET chat_id = ?, message_id = 0, more_ids = '' WHERE batch = ? AND chat_id = ?`,
			newID, b.id, oldID); err != nil {
			return err
		}
		b.add(oldID, oldState, reason, -1)
		b.add(newID, oldState, reason, 1)
		return nil
	case oldState == "" && newState == "" && newID <= b.cursor && (oldID > b.cursor || b.inSlice(oldID)):
		return s.catchUp(ctx, tx, now, b, oldID, newID)
	}
	return nil
}

// catchUp lets a chat wait in the outbox that slipped through between its ids:
// chats have their turn by rising id, and a supergroup's id lies below its group's.
func (s *Store) catchUp(ctx context.Context, tx *sqlx.Tx, now time.Time, b *tally, oldID, newID int64) error {
	var run broadcastRow
	if err := get(ctx, tx, &run, `SELECT audience, category FROM broadcasts WHERE broadcast_id = ?`, b.id); err != nil {
		return err
	}
	audience, err := parseAudience(run.Audience)
	if err != nil {
		return err
	}
	where, args := audience.where(now, run.Category)
	var thread int64
	err = get(ctx, tx, &thread, `SELECT c.thread_id FROM chats c WHERE c.chat_id = ? AND `+where, append([]any{newID}, args...)...)
	if errors.Is(err, ErrNotFound) {
		return nil // not meant for it
	}
	if err != nil {
		return err
	}
	due := now
	if b.inSlice(oldID) {
		due = now.Add(movedHold)
	}
	st := outbox.Settlement{Batch: b.id, ChatID: newID, State: outbox.StateRetrying, DueAt: due,
		Delivery: &outbox.Delivery{ThreadID: thread, Lane: laneOf(run.Category)}}
	if _, err := s.insertFresh(ctx, tx, now, []outbox.Settlement{st}); err != nil {
		return err
	}
	b.add(newID, outbox.StateRetrying, "", 1)
	return insertRetry(ctx, tx, now, b, st)
}

// followMoves gives settlements of groups that have moved since they were read
// their new ids. What arrived under the old id has no number under the new one.
func followMoves(ctx context.Context, tx *sqlx.Tx, tallies map[string]*tally, settled []outbox.Settlement) error {
	var groups []any
	for _, st := range settled {
		if b := tallies[st.Batch]; st.ChatID < 0 && b != nil && b.kind == KindSend {
			groups = append(groups, st.ChatID)
		}
	}
	if len(groups) == 0 {
		return nil
	}
	var moves []struct {
		Old int64 `db:"old_id"`
		New int64 `db:"new_id"`
	}
	err := list(ctx, tx, &moves, `SELECT old_id, new_id FROM chat_moves WHERE old_id IN (`+places(len(groups), "?")+`)`, groups...)
	if err != nil {
		return err
	}
	for _, m := range moves {
		for i := range settled {
			st := &settled[i]
			if b := tallies[st.Batch]; st.ChatID == m.Old && b != nil && b.kind == KindSend {
				st.ChatID, st.MessageID, st.MoreIDs = m.New, 0, nil
			}
		}
	}
	return nil
}
