package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
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
		if rows, err = dropCancelled(ctx, tx, now, rows); err != nil {
			return err
		}
		claimed, err = s.deliveries(ctx, tx, now, rows)
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
			RETURNING delivery_key, chat_id, thread_id, lane, batch, payload_id, due_at, attempts, created_at`,
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

// dropCancelled cancels claimed rows of cancelled broadcasts: those that were in
// flight when the broadcast was cancelled and came back.
func dropCancelled(ctx context.Context, tx *sqlx.Tx, now time.Time, rows []deliveryRow) ([]deliveryRow, error) {
	batches := map[string]bool{}
	for _, r := range rows {
		if r.Batch != "" {
			batches[r.Batch] = false
		}
	}
	for batch := range batches {
		var state string
		err := get(ctx, tx, &state, `SELECT state FROM broadcasts WHERE broadcast_id = ?`, batch)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return nil, err
		}
		batches[batch] = state == BroadcastCancelled
	}
	kept := rows[:0]
	var dropped []any
	for _, r := range rows {
		if batches[r.Batch] {
			dropped = append(dropped, r.Key)
		} else {
			kept = append(kept, r)
		}
	}
	if len(dropped) == 0 {
		return kept, nil
	}
	_, err := exec(ctx, tx, `UPDATE outbox SET state = 'cancelled', holder = '', lease_until = 0, settled_at = ?
		WHERE delivery_key IN (`+places(len(dropped), "?")+`)`, append([]any{ms(now)}, dropped...)...)
	return kept, err
}

// deliveries adds the messages to claimed rows. A row whose message cannot be
// read fails by itself and does not stop the others.
func (s *Store) deliveries(ctx context.Context, tx *sqlx.Tx, now time.Time, rows []deliveryRow) ([]outbox.Delivery, error) {
	messages, err := s.readMessages(ctx, tx, rows)
	if err != nil {
		return nil, err
	}
	out := make([]outbox.Delivery, 0, len(rows))
	for _, r := range rows {
		m, ok := messages[r.PayloadID]
		if !ok {
			if err := failUnreadable(ctx, tx, now, r); err != nil {
				return nil, err
			}
			continue
		}
		out = append(out, outbox.Delivery{
			Key: r.Key, ChatID: r.ChatID, ThreadID: r.ThreadID, Lane: outbox.Lane(r.Lane), Batch: r.Batch,
			Message: m, DueAt: at(r.DueAt), Attempts: r.Attempts, CreatedAt: at(r.CreatedAt),
		})
	}
	return out, nil
}

func failUnreadable(ctx context.Context, tx *sqlx.Tx, now time.Time, r deliveryRow) error {
	_, err := exec(ctx, tx, `UPDATE outbox SET state = 'failed', reason = 'unreadable message', holder = '', lease_until = 0, settled_at = ?
		WHERE delivery_key = ?`, ms(now), r.Key)
	if err != nil || r.Batch == "" {
		return err
	}
	return countSettled(ctx, tx, now, map[string]tally{r.Batch: {failed: 1}})
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

// Release gives back the claims of holder, or all claims when holder is empty.
func (s *Store) Release(ctx context.Context, now time.Time, holder string) error {
	query, args := `UPDATE outbox SET state = 'pending', holder = '', lease_until = 0 WHERE state = 'sending'`, []any(nil)
	if holder != "" {
		query, args = query+` AND holder = ?`, []any{holder}
	}
	if _, err := s.write(ctx, query, args...); err != nil {
		return fmt.Errorf("release deliveries: %w", err)
	}
	return nil
}

// Backlog returns how many deliveries are pending and since when the oldest is
// due; zero when none is.
func (s *Store) Backlog(ctx context.Context) (pending int, oldest time.Time, err error) {
	var row struct {
		N   int   `db:"n"`
		Due int64 `db:"due"`
	}
	err = get(ctx, s.r, &row, `SELECT COUNT(*) AS n, COALESCE(MIN(due_at), 0) AS due FROM outbox WHERE state = 'pending'`)
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("read backlog: %w", err)
	}
	return row.N, at(row.Due), nil
}
