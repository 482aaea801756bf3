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

// Settle writes outcomes: of claims that holder still has, and of recipients of
// slices. Gone also makes the chat inactive; a chat that moved takes its settings
// and its live deliveries along. Outcomes of recipients that have one already
// change nothing, so that it may be called again.
func (s *Store) Settle(ctx context.Context, now time.Time, holder string, settled []outbox.Settlement) error {
	if len(settled) == 0 {
		return nil
	}
	if err := s.settle(ctx, now, holder, settled); err != nil {
		return fmt.Errorf("settle %d deliveries: %w", len(settled), err)
	}
	return nil
}

func (s *Store) settle(ctx context.Context, now time.Time, holder string, settled []outbox.Settlement) error {
	if len(settled) <= chunk && !slices.ContainsFunc(settled, outOfTheOrdinary) {
		// The way of almost all: one statement, without a transaction around it.
		var n int
		err := retry(ctx, func() (err error) {
			n, err = s.insertFirst(ctx, now, settled)
			return err
		})
		if err != nil || n == len(settled) {
			return err
		}
		// Some have a row already, perhaps one that waits for another try.
	}
	var claims, recipients []outbox.Settlement
	for _, st := range settled {
		if st.Key == "" {
			recipients = append(recipients, st)
		} else {
			claims = append(claims, st)
		}
	}
	return s.tx(ctx, func(tx *sqlx.Tx) error {
		for part := range chunks(claims, chunk) {
			if err := s.settleClaims(ctx, tx, now, holder, part); err != nil {
				return err
			}
		}
		for part := range chunks(recipients, chunk) {
			if err := s.settleRecipients(ctx, tx, now, part); err != nil {
				return err
			}
		}
		return nil
	})
}

// outOfTheOrdinary tells whether an outcome takes more than a recipient's row:
// its chat or the outbox has to be changed, the chat may be another by now, as
// groups may, or its slice may have ended, and been counted, without it.
func outOfTheOrdinary(st outbox.Settlement) bool {
	return st.Key != "" || st.Kept || st.ChatID < 0 || st.NewChatID != 0 || st.State != outbox.StateSent && st.State != outbox.StateFailed
}

// settleClaims writes the outcomes of rows of the outbox.
func (s *Store) settleClaims(ctx context.Context, tx *sqlx.Tx, now time.Time, holder string, settled []outbox.Settlement) error {
	byKey := make(map[string]outbox.Settlement, len(settled))
	var batches []string
	for _, st := range settled {
		byKey[st.Key] = st
		if st.Batch != "" {
			batches = append(batches, st.Batch)
		}
	}
	tallies, err := s.openTallies(ctx, tx, batches)
	if err != nil {
		return err
	}
	var args []any
	// In order, so that two transactions cannot lock each other's rows.
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		st := byKey[key]
		state, ended := string(st.State), ms(now)
		if st.State == outbox.StatePending {
			if state = waitingState(tallies[st.Batch]); state != rowCancelled {
				ended = 0
			}
		}
		args = append(args, key, state, ms(st.DueAt), st.Attempts, st.MessageID, st.Detail, ended)
	}
	var done []struct {
		Key    string `db:"delivery_key"`
		Batch  string `db:"batch"`
		ChatID int64  `db:"chat_id"`
		State  string `db:"state"`
	}
	// The first row's casts say of which types the columns are; each further one
	// would only be parsed.
	values := "(CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS INTEGER), CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS BIGINT))" +
		strings.Repeat(", (?, ?, ?, ?, ?, ?, ?)", len(byKey)-1)
	err = list(ctx, tx, &done, `WITH v (k, st, due, tries, msg, why, ended) AS (VALUES `+values+`)
		UPDATE outbox SET state = v.st, due_at = CASE WHEN v.st IN ('pending', 'held') THEN v.due ELSE due_at END,
			attempts = v.tries, message_id = v.msg, reason = v.why, settled_at = v.ended, holder = '', lease_until = 0
		FROM v WHERE outbox.delivery_key = v.k AND outbox.holder = ? AND outbox.state IN ('sending', 'pending')
		RETURNING delivery_key, batch, chat_id, state`, append(args, holder)...)
	if err != nil {
		return err
	}
	var gone, ended []outbox.Settlement
	moved := map[int64]int64{}
	for _, d := range done {
		st := byKey[d.Key]
		if st.State == outbox.StateGone {
			gone = append(gone, st)
		}
		if st.NewChatID != 0 {
			moved[st.ChatID] = st.NewChatID
		}
		if d.Batch != "" && d.State != string(outbox.StatePending) && d.State != rowHeld {
			st.Batch, st.ChatID, st.State = d.Batch, d.ChatID, outbox.State(d.State)
			ended = append(ended, st)
		}
	}
	if err := s.endRetries(ctx, tx, now, tallies, ended); err != nil {
		return err
	}
	if err := deactivate(ctx, tx, now, gone); err != nil {
		return err
	}
	return s.moveAll(ctx, tx, now, moved)
}

// The states of a row that are the store's own business.
const (
	rowCancelled = string(outbox.StateCancelled)
	rowHeld      = "held" // pending, of a paused broadcast
)

// waitingState is the state of a row that has to wait, by that of its broadcast.
func waitingState(b *tally) string {
	switch {
	case b == nil:
	case b.state == BroadcastPaused:
		return rowHeld
	case b.state == BroadcastCancelled:
		return rowCancelled
	}
	return string(outbox.StatePending)
}

// endRetries gives recipients that waited in the outbox their final state.
func (s *Store) endRetries(ctx context.Context, tx *sqlx.Tx, now time.Time, tallies map[string]*tally, ended []outbox.Settlement) error {
	if len(ended) == 0 {
		return nil
	}
	var args []any
	var missing []string
	for _, st := range ended {
		args = append(args, st.Batch, st.ChatID, string(st.State), st.MessageID, joinIDs(st.MoreIDs), string(st.Reason), st.Detail)
		if tallies[st.Batch] == nil {
			missing = append(missing, st.Batch)
		}
	}
	more, err := s.openTallies(ctx, tx, missing)
	if err != nil {
		return err
	}
	maps.Copy(tallies, more)
	var done []struct {
		Batch  string `db:"batch"`
		ChatID int64  `db:"chat_id"`
		State  string `db:"state"`
		Reason string `db:"reason"`
	}
	values := "(CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT))" +
		strings.Repeat(", (?, ?, ?, ?, ?, ?, ?)", len(ended)-1)
	err = list(ctx, tx, &done, `WITH v (b, c, st, msg, more, why, words) AS (VALUES `+values+`)
		UPDATE recipients SET state = v.st, message_id = v.msg, more_ids = v.more, reason = v.why, detail = v.words, settled_at = ?
		FROM v WHERE recipients.batch = v.b AND recipients.chat_id = v.c AND recipients.state = 'retrying'
		RETURNING batch, chat_id, state, reason`, append(args, ms(now))...)
	if err != nil {
		return err
	}
	for _, d := range done {
		tallies[d.Batch].add(d.ChatID, outbox.StateRetrying, "", -1)
		tallies[d.Batch].add(d.ChatID, outbox.State(d.State), outbox.Reason(d.Reason), 1)
	}
	return s.closeTallies(ctx, tx, now, tallies)
}

// deactivate notes of chats that the bot cannot write there.
func deactivate(ctx context.Context, tx *sqlx.Tx, now time.Time, gone []outbox.Settlement) error {
	chats := map[outbox.Reason][]any{}
	for _, st := range gone {
		chats[st.Reason] = append(chats[st.Reason], st.ChatID)
	}
	for _, reason := range slices.Sorted(maps.Keys(chats)) {
		_, err := exec(ctx, tx, `UPDATE chats SET active = ?, inactive_reason = ?, changed_at = ?
			WHERE active AND chat_id IN (`+places(len(chats[reason]), "?")+`)`, append([]any{false, string(reason), ms(now)}, chats[reason]...)...)
		if err != nil {
			return err
		}
	}
	return nil
}

// settleRecipients writes the outcomes of recipients of slices, whatever they take.
func (s *Store) settleRecipients(ctx context.Context, tx *sqlx.Tx, now time.Time, settled []outbox.Settlement) error {
	settled = slices.Clone(settled)
	moved := map[int64]int64{}
	batches := make([]string, len(settled))
	for i, st := range settled {
		batches[i] = st.Batch
		if st.NewChatID != 0 {
			moved[st.ChatID] = st.NewChatID
		}
	}
	if err := s.moveAll(ctx, tx, now, moved); err != nil {
		return err
	}
	tallies, err := s.openTallies(ctx, tx, batches)
	if err != nil {
		return err
	}
	if err := followMoves(ctx, tx, tallies, settled); err != nil {
		return err
	}
	var gone []outbox.Settlement
	for i := range settled {
		st := &settled[i]
		if st.State == outbox.StateGone {
			gone = append(gone, *st)
		}
		if st.State == outbox.StatePending {
			if st.State = outbox.StateRetrying; waitingState(tallies[st.Batch]) == rowCancelled {
				st.State = outbox.StateCancelled
			}
		}
	}
	fresh, err := s.insertFresh(ctx, tx, now, settled)
	if err != nil {
		return err
	}
	for _, st := range settled {
		k := recipientKey{st.Batch, st.ChatID}
		if !fresh[k] {
			if err := s.settleKnown(ctx, tx, now, tallies, st); err != nil {
				return err
			}
			continue
		}
		delete(fresh, k) // an outcome given twice is one
		tallies[st.Batch].add(st.ChatID, st.State, st.Reason, 1)
		if st.State == outbox.StateRetrying {
			if err := insertRetry(ctx, tx, now, tallies[st.Batch], st); err != nil {
				return err
			}
		}
	}
	if err := deactivate(ctx, tx, now, gone); err != nil {
		return err
	}
	return s.closeTallies(ctx, tx, now, tallies)
}

type recipientKey struct {
	Batch  string `db:"batch"`
	ChatID int64  `db:"chat_id"`
}

// insertFresh writes rows of recipients that have none and returns which had none.
func (s *Store) insertFresh(ctx context.Context, tx *sqlx.Tx, now time.Time, settled []outbox.Settlement) (map[recipientKey]bool, error) {
	var rows []recipientKey
	query, args := recipientsSQL(now, settled)
	if err := list(ctx, tx, &rows, query+` RETURNING batch, chat_id`, args...); err != nil {
		return nil, err
	}
	fresh := make(map[recipientKey]bool, len(rows))
	for _, k := range rows {
		fresh[k] = true
	}
	return fresh, nil
}

// settleKnown notes an outcome of a recipient that has a row: one that was
// taken to wait for another try, and got it after all, or one that is to wait and does.
func (s *Store) settleKnown(ctx context.Context, tx *sqlx.Tx, now time.Time, tallies map[string]*tally, st outbox.Settlement) error {
	if st.State == outbox.StateRetrying {
		_, err := exec(ctx, tx, `UPDATE outbox SET due_at = ? WHERE delivery_key = ? AND state = 'pending' AND due_at > ?`,
			ms(st.DueAt), retryKey(st.Batch, st.ChatID), ms(st.DueAt))
		return err
	}
	n, err := exec(ctx, tx, `UPDATE outbox SET state = 'cancelled', settled_at = ? WHERE delivery_key = ? AND state IN ('pending', 'held')`,
		ms(now), retryKey(st.Batch, st.ChatID))
	if err != nil || n == 0 {
		return err
	}
	return s.endRetries(ctx, tx, now, tallies, []outbox.Settlement{st})
}

// insertRetry lets a recipient wait in the outbox for another try.
func insertRetry(ctx context.Context, tx *sqlx.Tx, now time.Time, b *tally, st outbox.Settlement) error {
	if st.Delivery == nil {
		return fmt.Errorf("recipient %d of %s is put back without its delivery", st.ChatID, st.Batch)
	}
	d := *st.Delivery
	_, err := exec(ctx, tx, `INSERT INTO outbox (delivery_key, chat_id, thread_id, lane, batch, payload_id, due_at, attempts,
			created_at, state, holder, lease_until, message_id, reason, settled_at, action, target_message_id, more_ids, silent)
		SELECT CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS INTEGER), b.broadcast_id, b.payload_id,
			CAST(? AS BIGINT), CAST(? AS INTEGER), CAST(? AS BIGINT), CAST(? AS TEXT), '', 0, 0, '', 0,
			CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS BOOLEAN)
		FROM broadcasts b WHERE b.broadcast_id = ? ON CONFLICT (delivery_key) DO NOTHING`,
		retryKey(st.Batch, st.ChatID), st.ChatID, d.ThreadID, int(d.Lane), ms(st.DueAt), st.Attempts, ms(now), waitingState(b),
		string(d.Action), d.TargetID, joinIDs(d.MoreIDs), d.Silent, st.Batch)
	return err
}
