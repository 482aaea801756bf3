package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"newsbot/internal/outbox"
)

// tally counts what became of a broadcast's deliveries.
type tally struct{ sent, failed, gone int }

// Settle writes outcomes of claims that holder still has, in one transaction.
// Gone also makes the chat inactive; a chat that moved takes its settings and
// its live deliveries along.
func (s *Store) Settle(ctx context.Context, now time.Time, holder string, settled []outbox.Settlement) error {
	if len(settled) == 0 {
		return nil
	}
	err := s.tx(ctx, func(tx *sqlx.Tx) error {
		for part := range chunks(settled, chunk) {
			if err := settle(ctx, tx, now, holder, part); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("settle %d deliveries: %w", len(settled), err)
	}
	return nil
}

func settle(ctx context.Context, tx *sqlx.Tx, now time.Time, holder string, settled []outbox.Settlement) error {
	byKey := make(map[string]outbox.Settlement, len(settled))
	for _, st := range settled {
		byKey[st.Key] = st
	}
	var args []any
	// In order, so that two transactions cannot lock each other's rows.
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		st := byKey[key]
		ended := ms(now)
		if st.State == outbox.StatePending {
			ended = 0
		}
		args = append(args, key, string(st.State), ms(st.DueAt), st.Attempts, st.MessageID, st.Reason, ended)
	}
	var done []struct {
		Key   string `db:"delivery_key"`
		Batch string `db:"batch"`
	}
	// The first row's casts say of which types the columns are; each further one
	// would only be parsed.
	values := "(CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS INTEGER), CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS BIGINT))" +
		strings.Repeat(", (?, ?, ?, ?, ?, ?, ?)", len(byKey)-1)
	err := list(ctx, tx, &done, `WITH v (k, st, due, tries, msg, why, ended) AS (VALUES `+values+`)
		UPDATE outbox SET state = v.st, due_at = CASE WHEN v.st = 'pending' THEN v.due ELSE due_at END,
			attempts = v.tries, message_id = v.msg, reason = v.why, settled_at = v.ended, holder = '', lease_until = 0
		FROM v WHERE outbox.delivery_key = v.k AND outbox.holder = ? AND outbox.state IN ('sending', 'pending')
		RETURNING delivery_key, batch`, append(args, holder)...)
	if err != nil {
		return err
	}
	tallies := map[string]tally{}
	gone := map[string][]any{} // chats by reason
	moved := map[int64]int64{}
	for _, d := range done {
		st := byKey[d.Key]
		t := tallies[d.Batch]
		switch st.State {
		case outbox.StateSent:
			t.sent++
		case outbox.StateFailed:
			t.failed++
		case outbox.StateGone:
			t.gone++
			gone[st.Reason] = append(gone[st.Reason], st.ChatID)
		}
		tallies[d.Batch] = t
		if st.NewChatID != 0 {
			moved[st.ChatID] = st.NewChatID
		}
	}
	for reason, chats := range gone {
		_, err := exec(ctx, tx, `UPDATE chats SET active = ?, inactive_reason = ?, changed_at = ?
			WHERE active AND chat_id IN (`+places(len(chats), "?")+`)`, append([]any{false, reason, ms(now)}, chats...)...)
		if err != nil {
			return err
		}
	}
	for oldID, newID := range moved {
		if err := migrateChat(ctx, tx, now, oldID, newID); err != nil {
			return err
		}
	}
	return countSettled(ctx, tx, now, tallies)
}

// settledAll tells whether the counts t are the last that a running broadcast waits for.
const settledAll = `state = 'running' AND planned_all AND sent + failed + gone + t.s + t.f + t.g >= planned`

// countSettled adds to broadcasts' counts and finishes those that have nothing
// left to send.
func countSettled(ctx context.Context, tx *sqlx.Tx, now time.Time, tallies map[string]tally) error {
	for _, batch := range slices.Sorted(maps.Keys(tallies)) {
		t := tallies[batch]
		if batch == "" || t == (tally{}) {
			continue
		}
		// In one statement, since each is a way to the database and back while
		// workers wait.
		_, err := exec(ctx, tx, `WITH t (s, f, g, ended) AS (VALUES (CAST(? AS INTEGER), CAST(? AS INTEGER), CAST(? AS INTEGER), CAST(? AS BIGINT)))
			UPDATE broadcasts SET sent = sent + t.s, failed = failed + t.f, gone = gone + t.g,
				state = CASE WHEN `+settledAll+` THEN 'done' ELSE state END,
				finished_at = CASE WHEN `+settledAll+` THEN t.ended ELSE finished_at END
			FROM t WHERE broadcast_id = ?`, t.sent, t.failed, t.gone, ms(now), batch)
		if err != nil {
			return err
		}
	}
	return nil
}
