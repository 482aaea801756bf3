package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/jmoiron/sqlx"

	"newsbot/internal/outbox"
)

type broadcastRow struct {
	ID         string `db:"broadcast_id"`
	EditorID   int64  `db:"editor_id"`
	EditorChat int64  `db:"editor_chat"`
	Language   string `db:"language"`
	Body       string `db:"body"`
	State      string `db:"state"`
	Total      int    `db:"total"`
	Planned    int    `db:"planned"`
	Sent       int    `db:"sent"`
	Failed     int    `db:"failed"`
	Gone       int    `db:"gone"`
	Reported   bool   `db:"reported"`
	ProgressID int64  `db:"progress_message_id"`
	CreatedAt  int64  `db:"created_at"`
	StartedAt  int64  `db:"started_at"`
	FinishedAt int64  `db:"finished_at"`
}

const broadcastSQL = `SELECT b.broadcast_id, b.editor_id, b.editor_chat, b.language, p.body, b.state, b.total, b.planned,
	b.sent, b.failed, b.gone, b.reported, b.progress_message_id, b.created_at, b.started_at, b.finished_at
	FROM broadcasts b JOIN payloads p ON p.payload_id = b.payload_id`

func (r broadcastRow) broadcast() (Broadcast, error) {
	b := Broadcast{
		ID: r.ID, EditorID: r.EditorID, EditorChat: r.EditorChat, Language: r.Language, State: r.State,
		Total: r.Total, Planned: r.Planned, Sent: r.Sent, Failed: r.Failed, Gone: r.Gone,
		CreatedAt: at(r.CreatedAt), StartedAt: at(r.StartedAt), FinishedAt: at(r.FinishedAt),
		ProgressMessageID: r.ProgressID, Reported: r.Reported,
	}
	if err := json.Unmarshal([]byte(r.Body), &b.Message); err != nil {
		return Broadcast{}, fmt.Errorf("decode message of broadcast %s: %w", r.ID, err)
	}
	return b, nil
}

// audience is who gets broadcasts.
const audience = `c.active AND c.subscribed AND NOT c.no_newsroom`

// planSQL makes a broadcast's deliveries for the chats that a caller's AND selects.
// Its parameters: id, lane, id, now, now, id.
const planSQL = `INSERT INTO outbox (delivery_key, chat_id, thread_id, lane, batch, payload_id, due_at, attempts,
		created_at, state, holder, lease_until, message_id, reason, settled_at)
	SELECT 'b:' || CAST(? AS TEXT) || ':' || CAST(c.chat_id AS TEXT), c.chat_id, c.thread_id, CAST(? AS INTEGER), CAST(? AS TEXT), b.payload_id,
		CAST(? AS BIGINT), 0, CAST(? AS BIGINT), 'pending', '', 0, 0, '', 0
	FROM broadcasts b CROSS JOIN chats c WHERE b.broadcast_id = ? AND ` + audience

// finishSQL finishes running broadcasts with nothing left to send. Its parameter: now.
const finishSQL = `UPDATE broadcasts SET state = 'done', finished_at = ?
	WHERE state = 'running' AND planned_all AND sent + failed + gone >= planned`

// CreateBroadcast stores a draft. Creating the same id again changes nothing.
func (s *Store) CreateBroadcast(ctx context.Context, now time.Time, b Broadcast) error {
	err := s.tx(ctx, func(tx *sqlx.Tx) error {
		ids, err := storePayloads(ctx, tx, now, []outbox.Message{b.Message})
		if err != nil {
			return err
		}
		_, err = exec(ctx, tx, `INSERT INTO broadcasts (broadcast_id, editor_id, editor_chat, language, payload_id, state,
				total, planned, sent, failed, gone, cursor_id, planned_all, reported, progress_message_id, created_at, started_at, finished_at)
			VALUES (?, ?, ?, ?, ?, 'draft', 0, 0, 0, 0, 0, ?, ?, ?, ?, ?, 0, 0) ON CONFLICT (broadcast_id) DO NOTHING`,
			b.ID, b.EditorID, b.EditorChat, b.Language, ids[0], int64(math.MinInt64), false, false, b.ProgressMessageID, ms(now))
		return err
	})
	if err != nil {
		return fmt.Errorf("create broadcast %s: %w", b.ID, err)
	}
	return nil
}

// Broadcast returns a broadcast, or ErrNotFound.
func (s *Store) Broadcast(ctx context.Context, id string) (Broadcast, error) {
	var row broadcastRow
	if err := get(ctx, s.r, &row, broadcastSQL+` WHERE b.broadcast_id = ?`, id); err != nil {
		return Broadcast{}, fmt.Errorf("read broadcast %s: %w", id, err)
	}
	return row.broadcast()
}

// CountAudience returns how many chats would get a broadcast now.
func (s *Store) CountAudience(ctx context.Context) (int, error) {
	n, err := countAudience(ctx, s.r)
	if err != nil {
		return 0, fmt.Errorf("count audience: %w", err)
	}
	return n, nil
}

func countAudience(ctx context.Context, c conn) (n int, err error) {
	return n, get(ctx, c, &n, `SELECT COUNT(*) FROM chats c WHERE `+audience)
}

// StartBroadcast sets a draft running; started is false when it was no draft any more.
func (s *Store) StartBroadcast(ctx context.Context, now time.Time, id string) (started bool, err error) {
	err = s.tx(ctx, func(tx *sqlx.Tx) error {
		total, err := countAudience(ctx, tx)
		if err != nil {
			return err
		}
		n, err := exec(ctx, tx, `UPDATE broadcasts SET state = 'running', total = ?, started_at = ?
			WHERE broadcast_id = ? AND state = 'draft'`, total, ms(now), id)
		started = n == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("start broadcast %s: %w", id, err)
	}
	return started, nil
}

// CancelBroadcast stops a draft or running broadcast and its pending
// deliveries; cancelled is false when it had ended. What is in flight may still arrive.
func (s *Store) CancelBroadcast(ctx context.Context, now time.Time, id string) (cancelled bool, err error) {
	err = s.tx(ctx, func(tx *sqlx.Tx) error {
		n, err := exec(ctx, tx, `UPDATE broadcasts SET state = 'cancelled', finished_at = ?
			WHERE broadcast_id = ? AND state IN ('draft', 'running')`, ms(now), id)
		cancelled = n == 1
		if err != nil || !cancelled {
			return err
		}
		_, err = exec(ctx, tx, `UPDATE outbox SET state = 'cancelled', settled_at = ? WHERE batch = ? AND batch <> '' AND state = 'pending'`, ms(now), id)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("cancel broadcast %s: %w", id, err)
	}
	return cancelled, nil
}

// SetBroadcastProgress sets which message shows the editor the progress.
func (s *Store) SetBroadcastProgress(ctx context.Context, id string, messageID int64) error {
	if err := s.writeOne(ctx, `UPDATE broadcasts SET progress_message_id = ? WHERE broadcast_id = ?`, messageID, id); err != nil {
		return fmt.Errorf("set progress of broadcast %s: %w", id, err)
	}
	return nil
}

// OpenBroadcasts returns those that run, and those that were started, have ended and are not reported; oldest first.
func (s *Store) OpenBroadcasts(ctx context.Context) ([]Broadcast, error) {
	var rows []broadcastRow
	err := list(ctx, s.r, &rows, broadcastSQL+` WHERE NOT b.reported AND b.started_at > 0 ORDER BY b.created_at, b.broadcast_id`)
	if err != nil {
		return nil, fmt.Errorf("read open broadcasts: %w", err)
	}
	open := make([]Broadcast, 0, len(rows))
	for _, r := range rows {
		b, err := r.broadcast()
		if err != nil {
			return nil, err
		}
		open = append(open, b)
	}
	return open, nil
}

// FinishBroadcasts marks running broadcasts done that have nothing left to
// send, and returns their ids. Settle and Plan do so by themselves; this is for
// what a crash may have left.
func (s *Store) FinishBroadcasts(ctx context.Context, now time.Time) ([]string, error) {
	var ids []string
	err := s.tx(ctx, func(tx *sqlx.Tx) error {
		ids = nil
		return list(ctx, tx, &ids, finishSQL+` RETURNING broadcast_id`, ms(now))
	})
	if err != nil {
		return nil, fmt.Errorf("finish broadcasts: %w", err)
	}
	return ids, nil
}

// MarkReported notes that the editor has been shown the result.
func (s *Store) MarkReported(ctx context.Context, id string) error {
	if err := s.writeOne(ctx, `UPDATE broadcasts SET reported = ? WHERE broadcast_id = ?`, true, id); err != nil {
		return fmt.Errorf("mark broadcast %s reported: %w", id, err)
	}
	return nil
}

// FailureReasons counts a broadcast's failed deliveries and lost chats by reason.
func (s *Store) FailureReasons(ctx context.Context, id string) (map[string]int, error) {
	var rows []struct {
		Reason string `db:"reason"`
		N      int    `db:"n"`
	}
	err := list(ctx, s.r, &rows, `SELECT reason, COUNT(*) AS n FROM outbox
		WHERE batch = ? AND batch <> '' AND state IN ('failed', 'gone') GROUP BY reason`, id)
	if err != nil {
		return nil, fmt.Errorf("read failures of broadcast %s: %w", id, err)
	}
	reasons := make(map[string]int, len(rows))
	for _, r := range rows {
		reasons[r.Reason] = r.N
	}
	return reasons, nil
}

// Plan makes the next deliveries of running broadcasts, at most limit, when
// fewer than limit are due in their lane. So the first message leaves at once
// however many chats there are. It returns how many it made.
func (s *Store) Plan(ctx context.Context, now time.Time, limit int) (int, error) {
	var ids []string
	err := list(ctx, s.r, &ids, `SELECT broadcast_id FROM broadcasts WHERE state = 'running' AND NOT planned_all
		ORDER BY started_at, broadcast_id`)
	if err != nil {
		return 0, fmt.Errorf("read running broadcasts: %w", err)
	}
	if len(ids) == 0 {
		return 0, nil
	}
	var waiting int
	err = get(ctx, s.r, &waiting, `SELECT COUNT(*) FROM (SELECT 1 FROM outbox
		WHERE state = 'pending' AND lane = ? AND due_at <= ? LIMIT ?) AS due`, int(outbox.LaneBulk), ms(now), limit)
	if err != nil {
		return 0, fmt.Errorf("count pending bulk: %w", err)
	}
	if waiting >= limit {
		return 0, nil
	}
	made := 0
	for _, id := range ids {
		if made >= limit {
			break
		}
		n, err := s.planSlice(ctx, now, id, limit-made)
		if err != nil {
			return made, fmt.Errorf("plan broadcast %s: %w", id, err)
		}
		made += n
	}
	return made, nil
}

func (s *Store) planSlice(ctx context.Context, now time.Time, id string, limit int) (made int, err error) {
	err = s.tx(ctx, func(tx *sqlx.Tx) error {
		made = 0
		var cursor int64
		err := get(ctx, tx, &cursor, `SELECT cursor_id FROM broadcasts
			WHERE broadcast_id = ? AND state = 'running' AND NOT planned_all`+s.forUpdate(), id)
		if errors.Is(err, ErrNotFound) {
			return nil // planned or cancelled by another
		}
		if err != nil {
			return err
		}
		var slice struct {
			N    int   `db:"n"`
			Last int64 `db:"last"`
		}
		err = get(ctx, tx, &slice, `SELECT COUNT(*) AS n, COALESCE(MAX(chat_id), 0) AS last FROM (
			SELECT c.chat_id FROM chats c WHERE c.chat_id > ? AND `+audience+` ORDER BY c.chat_id LIMIT ?) AS slice`, cursor, limit)
		if err != nil {
			return err
		}
		if slice.N > 0 {
			made, err = exec(ctx, tx, planSQL+` AND c.chat_id > ? AND c.chat_id <= ? ON CONFLICT (delivery_key) DO NOTHING`,
				id, int(outbox.LaneBulk), id, ms(now), ms(now), id, cursor, slice.Last)
			if err != nil {
				return err
			}
			cursor = slice.Last
		}
		_, err = exec(ctx, tx, `UPDATE broadcasts SET cursor_id = ?, planned = planned + ? WHERE broadcast_id = ?`, cursor, made, id)
		if err != nil || slice.N == limit {
			return err
		}
		if _, err := exec(ctx, tx, `UPDATE broadcasts SET planned_all = ?, total = planned WHERE broadcast_id = ?`, true, id); err != nil {
			return err
		}
		_, err = exec(ctx, tx, finishSQL+` AND broadcast_id = ?`, ms(now), id)
		return err
	})
	return made, err
}
