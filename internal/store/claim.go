package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"newsbot/internal/outbox"
)

var _ outbox.Store = (*Store)(nil)

var allLanes = []int{int(outbox.LaneReply), int(outbox.LaneBreaking), int(outbox.LaneDigest), int(outbox.LaneBulk)}

type deliveryRow struct {
	Key       string `db:"delivery_key"`
	ChatID    int64  `db:"chat_id"`
	ThreadID  int64  `db:"thread_id"`
	Lane      int    `db:"lane"`
	Batch     string `db:"batch"`
	PayloadID string `db:"payload_id"`
	DueAt     int64  `db:"due_at"`
	Attempts  int    `db:"attempts"`
	CreatedAt int64  `db:"created_at"`
	Action    string `db:"action"`
	TargetID  int64  `db:"target_message_id"`
	MoreIDs   string `db:"more_ids"`
	Silent    bool   `db:"silent"`
}

// Claim takes up to limit due pending deliveries, lanes first, for holder until
// now+lease. Claims whose lease ran out are pending again.
func (s *Store) Claim(ctx context.Context, now time.Time, holder string, lease time.Duration, limit int) ([]outbox.Delivery, error) {
	if limit <= 0 {
		return nil, nil
	}
	ready, expired, err := s.readyLanes(ctx, now)
	if err != nil {
		return nil, fmt.Errorf("look for due deliveries: %w", err)
	}
	if len(ready) == 0 && !expired {
		return nil, nil
	}
	var claimed []outbox.Delivery
	err = s.tx(ctx, func(tx *sqlx.Tx) error {
		rows, err := s.claimRows(ctx, tx, now, holder, lease, limit, ready, expired)
		if err != nil {
			return err
		}
		rows, runs, err := s.dropHeld(ctx, tx, now, rows)
		if err != nil {
			return err
		}
		claimed, err = s.deliveries(ctx, tx, now, rows, runs)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim deliveries: %w", err)
	}
	return claimed, nil
}

// readyLanes looks, without any lock, in which lanes something is due and
// whether a claim has run out: most of the time there is nothing, the one writer
// of SQLite has other things to do, and each statement a claim need not make is
// one way to PostgreSQL and back.
func (s *Store) readyLanes(ctx context.Context, now time.Time) (ready []int, expired bool, err error) {
	var found []int
	err = list(ctx, s.r, &found, `SELECT lane FROM (`+nextsSQL+`) AS nexts WHERE due <= ? ORDER BY lane`, ms(now))
	if n := len(found); n > 0 && found[n-1] == expiredLane {
		found, expired = found[:n-1], true
	}
	return found, expired, err
}

// nextsSQL selects when the first delivery of each lane is due, and as that of
// expiredLane when the first claim runs out: each minimum is one look at an index.
const nextsSQL = `SELECT 0 AS lane, MIN(due_at) AS due FROM outbox WHERE state = 'pending' AND lane = 0
	UNION ALL SELECT 1, MIN(due_at) FROM outbox WHERE state = 'pending' AND lane = 1
	UNION ALL SELECT 2, MIN(due_at) FROM outbox WHERE state = 'pending' AND lane = 2
	UNION ALL SELECT 3, MIN(due_at) FROM outbox WHERE state = 'pending' AND lane = 3
	UNION ALL SELECT 4, MIN(lease_until) FROM outbox WHERE state = 'sending'`

const expiredLane = 4

func (s *Store) claimRows(ctx context.Context, tx *sqlx.Tx, now time.Time, holder string, lease time.Duration, limit int,
	ready []int, expired bool) ([]deliveryRow, error) {
	if expired {
		// The holder stays on a claim that ran out, so that its outcome still counts
		// as long as nobody else has taken it.
		if _, err := exec(ctx, tx, `UPDATE outbox SET state = 'pending', lease_until = 0
			WHERE state = 'sending' AND lease_until <= ?`, ms(now)); err != nil {
			return nil, err
		}
		ready = allLanes
	}
	var claimed []deliveryRow
	for _, lane := range ready {
		if len(claimed) == limit {
			break
		}
		// One statement a lane reads just the start of the index, whatever waits
		// for a later time in the lanes before. The guard stands outside of the
		// subquery too: without it PostgreSQL gives a row to two claimers. And the
		// subquery is materialized, or PostgreSQL may run it once a row, skip what
		// it has locked itself and take more than the limit.
		var rows []deliveryRow
		err := list(ctx, tx, &rows, `WITH ready AS MATERIALIZED (
				SELECT delivery_key FROM outbox WHERE state = 'pending' AND lane = ? AND due_at <= ?
				ORDER BY due_at, delivery_key LIMIT ?`+s.skipLocked()+`)
			UPDATE outbox SET state = 'sending', holder = ?, lease_until = ?
			WHERE state = 'pending' AND due_at <= ? AND delivery_key IN (SELECT delivery_key FROM ready)
			RETURNING delivery_key, chat_id, thread_id, lane, batch, payload_id, due_at, attempts, created_at,
				action, target_message_id, more_ids, silent`,
			lane, ms(now), limit-len(claimed), holder, ms(now.Add(lease)), ms(now))
		if err != nil {
			return nil, err
		}
		claimed = append(claimed, rows...)
	}
	// RETURNING comes in any order.
	slices.SortFunc(claimed, func(a, b deliveryRow) int {
		return cmp.Or(cmp.Compare(a.Lane, b.Lane), cmp.Compare(a.DueAt, b.DueAt), cmp.Compare(a.Key, b.Key))
	})
	return claimed, nil
}

// dropHeld takes out claimed rows of broadcasts that are cancelled or paused:
// those that were in flight when that happened and came back. It returns the
// rest, and their broadcasts.
func (s *Store) dropHeld(ctx context.Context, tx *sqlx.Tx, now time.Time, rows []deliveryRow) ([]deliveryRow, map[string]broadcastRow, error) {
	batches := map[string]bool{}
	for _, r := range rows {
		if r.Batch != "" {
			batches[r.Batch] = true
		}
	}
	if len(batches) == 0 {
		return rows, nil, nil
	}
	var found []broadcastRow
	ids := anys(slices.Sorted(maps.Keys(batches)))
	query := `SELECT broadcast_id, kind, state, media, critical FROM broadcasts WHERE broadcast_id IN (` + places(len(ids), "?") + `) ORDER BY broadcast_id`
	if err := list(ctx, tx, &found, query, ids...); err != nil {
		return nil, nil, err
	}
	if slices.ContainsFunc(found, func(r broadcastRow) bool { return r.State == BroadcastPaused }) {
		// Once more, and locked: a row that is held just after its broadcast went on
		// would be held for ever.
		found = nil
		if err := list(ctx, tx, &found, query+s.forUpdate(), ids...); err != nil {
			return nil, nil, err
		}
	}
	runs := make(map[string]broadcastRow, len(found))
	for _, r := range found {
		runs[r.ID] = r
	}
	kept := rows[:0]
	cancelled := map[string][]int64{}
	for _, r := range rows {
		state := ""
		switch runs[r.Batch].State {
		case BroadcastCancelled:
			state = rowCancelled
			cancelled[r.Batch] = append(cancelled[r.Batch], r.ChatID)
		case BroadcastPaused:
			state = rowHeld
		default:
			kept = append(kept, r)
			continue
		}
		if err := leaveRow(ctx, tx, now, r.Key, state, ""); err != nil {
			return nil, nil, err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(cancelled)) {
		if err := s.cancelRecipients(ctx, tx, now, id, cancelled[id]); err != nil {
			return nil, nil, err
		}
	}
	return kept, runs, nil
}

// leaveRow ends the claim of one row in a state of its own.
func leaveRow(ctx context.Context, tx *sqlx.Tx, now time.Time, key, state, reason string) error {
	ended := ms(now)
	if state == rowHeld {
		ended = 0
	}
	_, err := exec(ctx, tx, `UPDATE outbox SET state = ?, reason = ?, holder = '', lease_until = 0, settled_at = ? WHERE delivery_key = ?`,
		state, reason, ended, key)
	return err
}

// deliveries adds the messages to claimed rows. A row whose message cannot be
// read fails by itself and does not stop the others.
func (s *Store) deliveries(ctx context.Context, tx *sqlx.Tx, now time.Time, rows []deliveryRow, runs map[string]broadcastRow) ([]outbox.Delivery, error) {
	messages, err := s.readMessages(ctx, tx, rows)
	if err != nil {
		return nil, err
	}
	quiet, err := s.quietNow(ctx, tx, now, rows)
	if err != nil {
		return nil, err
	}
	out := make([]outbox.Delivery, 0, len(rows))
	for _, r := range rows {
		if run, ok := runs[r.Batch]; ok && run.Kind == KindSend {
			r.Silent = !run.Critical && quiet[r.ChatID] // it may be another hour than that of the first try
		}
		m, ok := messages[r.PayloadID]
		more, err := splitIDs(r.MoreIDs)
		if !ok || err != nil {
			if err := s.failUnreadable(ctx, tx, now, r); err != nil {
				return nil, err
			}
			continue
		}
		out = append(out, outbox.Delivery{
			Key: r.Key, ChatID: r.ChatID, ThreadID: r.ThreadID, Lane: outbox.Lane(r.Lane), Batch: r.Batch,
			Message: m, DueAt: at(r.DueAt), Attempts: r.Attempts, CreatedAt: at(r.CreatedAt),
			Action: outbox.Action(r.Action), TargetID: r.TargetID, MoreIDs: more, Silent: r.Silent, Media: outbox.Media(runs[r.Batch].Media),
		})
	}
	return out, nil
}

// quietNow tells which chats of broadcasts' rows want no sound at this time.
func (s *Store) quietNow(ctx context.Context, tx *sqlx.Tx, now time.Time, rows []deliveryRow) (map[int64]bool, error) {
	var chats []any
	for _, r := range rows {
		if r.Batch != "" {
			chats = append(chats, r.ChatID)
		}
	}
	quiet := map[int64]bool{}
	for part := range chunks(chats, chunk) {
		var found []recipientRow
		err := list(ctx, tx, &found, `SELECT chat_id, quiet_from, quiet_to, zone FROM chats
			WHERE quiet_from <> quiet_to AND chat_id IN (`+places(len(part), "?")+`)`, part...)
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			quiet[r.ChatID] = s.quiet(now, r)
		}
	}
	return quiet, nil
}

func (s *Store) failUnreadable(ctx context.Context, tx *sqlx.Tx, now time.Time, r deliveryRow) error {
	const why = "unreadable message"
	if err := leaveRow(ctx, tx, now, r.Key, string(outbox.StateFailed), why); err != nil || r.Batch == "" {
		return err
	}
	return s.endRetries(ctx, tx, now, map[string]*tally{}, []outbox.Settlement{{Batch: r.Batch, ChatID: r.ChatID,
		State: outbox.StateFailed, Reason: outbox.ReasonUnreadable, Detail: why}})
}

const maxCachedMessages = 256

// readMessages returns the messages of rows by payload. They never change, so
// the few that a broadcast uses are read once.
func (s *Store) readMessages(ctx context.Context, tx *sqlx.Tx, rows []deliveryRow) (map[string]outbox.Message, error) {
	messages := map[string]outbox.Message{}
	missing := map[string]bool{}
	s.mu.Lock()
	for _, r := range rows {
		if m, ok := s.messages[r.PayloadID]; ok {
			messages[r.PayloadID] = m
		} else {
			missing[r.PayloadID] = true
		}
	}
	s.mu.Unlock()
	if len(missing) == 0 {
		return messages, nil
	}
	var bodies []struct {
		ID   string `db:"payload_id"`
		Body string `db:"body"`
	}
	err := list(ctx, tx, &bodies, `SELECT payload_id, body FROM payloads WHERE payload_id IN (`+places(len(missing), "?")+`)`,
		anys(slices.Collect(maps.Keys(missing)))...)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range bodies {
		var m outbox.Message
		if err := json.Unmarshal([]byte(b.Body), &m); err != nil {
			continue // left out: its rows fail, which says so
		}
		if len(s.messages) >= maxCachedMessages {
			clear(s.messages)
		}
		s.messages[b.ID], messages[b.ID] = m, m
	}
	return messages, nil
}

// NextDue returns when the earliest delivery can be claimed: a pending one that
// is due, or one whose claim runs out. ok is false when there is none.
func (s *Store) NextDue(ctx context.Context) (due time.Time, ok bool, err error) {
	var next int64
	// 0 stands for none.
	err = get(ctx, s.r, &next, `SELECT COALESCE(MIN(due), 0) FROM (`+nextsSQL+`) AS nexts`)
	if err != nil {
		return time.Time{}, false, fmt.Errorf("read next due delivery: %w", err)
	}
	return at(next), next != 0, nil
}

// Release gives back the claims and slices of holder, or all when holder is
// empty. Those of cancelled broadcasts end, as nobody would take them.
func (s *Store) Release(ctx context.Context, now time.Time, holder string) error {
	whose, args := ``, []any(nil)
	if holder != "" {
		whose, args = ` AND holder = ?`, []any{holder}
	}
	err := s.tx(ctx, func(tx *sqlx.Tx) error {
		_, err := exec(ctx, tx, `UPDATE outbox SET state = 'pending', holder = '', lease_until = 0 WHERE state = 'sending'`+whose, args...)
		if err != nil {
			return err
		}
		if _, err = exec(ctx, tx, `UPDATE slices SET holder = '', lease_until = 0 WHERE holder <> ''`+whose, args...); err != nil {
			return err
		}
		return s.endIdle(ctx, tx, now, `b.state = 'cancelled'`)
	})
	if err != nil {
		return fmt.Errorf("release deliveries: %w", err)
	}
	return nil
}

// Backlog returns how many deliveries wait, those to the chats that running
// broadcasts have not come to included, and since when the oldest is due; zero
// when none does.
func (s *Store) Backlog(ctx context.Context) (pending int, oldest time.Time, err error) {
	var row struct {
		N    int   `db:"n"`
		Due  int64 `db:"due"`
		Left int   `db:"left_over"`
	}
	err = get(ctx, s.r, &row, `SELECT COUNT(*) AS n, COALESCE(MIN(due_at), 0) AS due,
			(SELECT COALESCE(SUM(CASE WHEN total > sent + failed + gone + too_late + retrying
				THEN total - sent - failed - gone - too_late - retrying ELSE 0 END), 0) FROM broadcasts WHERE state = 'running') AS left_over
		FROM outbox WHERE state = 'pending'`)
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("read backlog: %w", err)
	}
	return row.N + row.Left, at(row.Due), nil
}
