package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"newsbot/internal/outbox"
)

type sliceRow struct {
	Batch string `db:"batch"`
	From  int64  `db:"from_id"`
	To    int64  `db:"to_id"`
}

// recipientRow is a chat that a run has to do something in.
type recipientRow struct {
	ChatID    int64  `db:"chat_id"`
	ThreadID  int64  `db:"thread_id"`
	QuietFrom int    `db:"quiet_from"`
	QuietTo   int    `db:"quiet_to"`
	Zone      string `db:"zone"`
	MessageID int64  `db:"message_id"`
	MoreIDs   string `db:"more_ids"`
	SentAt    int64  `db:"settled_at"`
}

// TakeSlice claims a slice of a running broadcast for holder until now+lease:
// one that nobody holds, else the next chats, at most limit. Its deliveries are
// to the chats that are in the audience at this moment and have no outcome yet.
// ok is false when there is no slice to take.
func (s *Store) TakeSlice(ctx context.Context, now time.Time, holder string, lease time.Duration, batch string, limit int) (outbox.Slice, bool, error) {
	sl, ok, err := s.takeSlice(ctx, now, holder, lease, batch, limit)
	if err != nil {
		return outbox.Slice{}, false, fmt.Errorf("take a slice of broadcast %s: %w", batch, err)
	}
	return sl, ok, nil
}

func (s *Store) takeSlice(ctx context.Context, now time.Time, holder string, lease time.Duration, batch string, limit int) (outbox.Slice, bool, error) {
	for range retries {
		var run broadcastRow
		err := get(ctx, s.r, &run, `SELECT b.broadcast_id, b.kind, b.target_id, b.category, b.audience, b.critical, b.media, b.state,
			b.cursor_id, b.planned_all, p.body FROM broadcasts b JOIN payloads p ON p.payload_id = b.payload_id
			WHERE b.broadcast_id = ? AND b.state = 'running'`, batch)
		if errors.Is(err, ErrNotFound) {
			return outbox.Slice{}, false, nil
		}
		if err != nil {
			return outbox.Slice{}, false, err
		}
		taken, ok, err := s.takeFree(ctx, now, holder, lease, batch)
		if err != nil {
			return outbox.Slice{}, false, err
		}
		var rows []recipientRow
		if ok {
			rows, _, _, err = s.chatsOf(ctx, now, run, taken.From, taken.To, 0)
		} else {
			if run.PlannedAll {
				return outbox.Slice{}, false, nil
			}
			taken, rows, ok, err = s.cut(ctx, now, holder, lease, run, limit)
			if err == nil && !ok {
				continue // another cut at the same moment, or it was the end
			}
		}
		if err != nil {
			return outbox.Slice{}, false, err
		}
		sl, err := s.fill(ctx, now, holder, run, taken, rows)
		return sl, err == nil, err
	}
	return outbox.Slice{}, false, nil
}

// takeFree takes over a slice that was given back, or whose holder is gone.
func (s *Store) takeFree(ctx context.Context, now time.Time, holder string, lease time.Duration, batch string) (sliceRow, bool, error) {
	const free = `(holder = '' OR lease_until <= ?)`
	for {
		var sl sliceRow
		err := get(ctx, s.r, &sl, `SELECT batch, from_id, to_id FROM slices WHERE batch = ? AND holder <> ? AND `+free+`
			ORDER BY from_id LIMIT 1`, batch, holder, ms(now))
		if errors.Is(err, ErrNotFound) {
			return sliceRow{}, false, nil
		}
		if err != nil {
			return sliceRow{}, false, err
		}
		n, err := s.write(ctx, `UPDATE slices SET holder = ?, lease_until = ? WHERE batch = ? AND from_id = ? AND `+free,
			holder, ms(now.Add(lease)), batch, sl.From, ms(now))
		if err != nil || n == 1 {
			return sl, n == 1, err
		}
	}
}

// cut makes the next slice. The chats are read before anything is locked; only
// if the cursor still stands where it stood are they taken.
func (s *Store) cut(ctx context.Context, now time.Time, holder string, lease time.Duration, run broadcastRow, limit int) (sl sliceRow, rows []recipientRow, ok bool, err error) {
	rows, read, last, err := s.chatsOf(ctx, now, run, run.Cursor+1, maxChat, limit)
	if err != nil {
		return sliceRow{}, nil, false, err
	}
	sl = sliceRow{Batch: run.ID, From: run.Cursor + 1, To: last}
	cursor, all := last, read < limit
	if all {
		cursor = maxChat
	}
	err = s.tx(ctx, func(tx *sqlx.Tx) error {
		n, err := exec(ctx, tx, `UPDATE broadcasts SET cursor_id = ?, planned = planned + ?, planned_all = ?
			WHERE broadcast_id = ? AND state = 'running' AND cursor_id = ? AND NOT planned_all`,
			cursor, len(rows), all, run.ID, run.Cursor)
		ok = n == 1 && read > 0
		if err != nil || n == 0 {
			return err
		}
		if read > 0 {
			_, err = exec(ctx, tx, `INSERT INTO slices (batch, from_id, to_id, holder, lease_until) VALUES (?, ?, ?, ?, ?)`,
				sl.Batch, sl.From, sl.To, holder, ms(now.Add(lease)))
			return err
		}
		_, err = exec(ctx, tx, finishSQL+` AND broadcast_id = ?`, ms(now), run.ID)
		return err
	})
	return sl, rows, ok, err
}

// maxChat is above every chat id.
const maxChat = 1 << 62

// chatsOf reads the chats of a run between two ids, both included: all, or at
// most limit when that is not 0. It returns those that have no outcome yet, how
// many it read and the last one's id.
func (s *Store) chatsOf(ctx context.Context, now time.Time, run broadcastRow, from, to int64, limit int) (rows []recipientRow, read int, last int64, err error) {
	// Of two bounds PostgreSQL would think, without statistics, that they leave
	// little, and sort all that is left.
	between, args := `>= ?`, []any{from}
	if to != maxChat {
		between, args = `BETWEEN ? AND ?`, []any{from, to}
	}
	query := ``
	if run.Kind == KindSend {
		audience, err := parseAudience(run.Audience)
		if err != nil {
			return nil, 0, 0, err
		}
		where, more := audience.where(now, run.Category)
		query, args = `SELECT c.chat_id, c.thread_id, c.quiet_from, c.quiet_to, c.zone FROM chats c
			WHERE c.chat_id `+between+` AND `+where+` ORDER BY c.chat_id`, append(args, more...)
	} else {
		copies, more, err := s.copiesOf(ctx, run.TargetID, run.ID)
		if err != nil {
			return nil, 0, 0, err
		}
		query, args = `SELECT r.chat_id, r.message_id, r.more_ids, r.settled_at FROM recipients r
			WHERE r.chat_id `+between+` AND `+copies+` ORDER BY r.chat_id`, append(args, more...)
	}
	if limit > 0 {
		query, args = query+` LIMIT ?`, append(args, limit)
	}
	if err := list(ctx, s.r, &rows, query, args...); err != nil {
		return nil, 0, 0, err
	}
	if read = len(rows); read == 0 {
		return nil, 0, 0, nil
	}
	last = rows[read-1].ChatID
	// All at once: mostly there is none, and asking for each chat would cost far more.
	var known []int64
	err = list(ctx, s.r, &known, `SELECT chat_id FROM recipients WHERE batch = ? AND chat_id BETWEEN ? AND ?`, run.ID, from, last)
	if err != nil || len(known) == 0 {
		return rows, read, last, err
	}
	has := make(map[int64]bool, len(known))
	for _, id := range known {
		has[id] = true
	}
	return slices.DeleteFunc(rows, func(r recipientRow) bool { return has[r.ChatID] }), read, last, nil
}

// fill makes the deliveries of a slice. When the message cannot be read they
// fail at once, which is what the report says then.
func (s *Store) fill(ctx context.Context, now time.Time, holder string, run broadcastRow, taken sliceRow, rows []recipientRow) (outbox.Slice, error) {
	sl := outbox.Slice{Batch: taken.Batch, From: taken.From, To: taken.To}
	var m outbox.Message
	unreadable := json.Unmarshal([]byte(run.Body), &m)
	sl.Deliveries = make([]outbox.Delivery, 0, len(rows))
	var failed []outbox.Settlement
	for _, r := range rows {
		more, err := splitIDs(r.MoreIDs)
		if err == nil {
			err = unreadable
		}
		if err != nil {
			failed = append(failed, outbox.Settlement{Batch: run.ID, ChatID: r.ChatID, State: outbox.StateFailed,
				Reason: outbox.ReasonUnreadable, Detail: err.Error()})
			continue
		}
		sl.Deliveries = append(sl.Deliveries, outbox.Delivery{
			ChatID: r.ChatID, ThreadID: r.ThreadID, Lane: laneOf(run.Category), Batch: run.ID, Action: actionOf(run.Kind),
			Message: m, Silent: !run.Critical && s.quiet(now, r), TargetID: r.MessageID, MoreIDs: more, Media: outbox.Media(run.Media), SentAt: at(r.SentAt),
		})
	}
	for part := range chunks(failed, chunk) {
		if err := s.Settle(ctx, now, holder, part); err != nil {
			return sl, err
		}
	}
	return sl, nil
}

// quiet tells whether a chat wants no sound at this time.
func (s *Store) quiet(now time.Time, r recipientRow) bool {
	q := Quiet{From: r.QuietFrom, To: r.QuietTo}
	if !q.On() {
		return false
	}
	zone, ok := s.zones.Load(r.Zone)
	if !ok {
		loaded, err := time.LoadLocation(r.Zone)
		if err != nil {
			return false // a zone that is not known any more; the hours cannot be told
		}
		zone, _ = s.zones.LoadOrStore(r.Zone, loaded)
	}
	return q.At(now, zone.(*time.Location))
}

func actionOf(kind string) outbox.Action {
	switch kind {
	case KindCorrect:
		return outbox.ActionEdit
	case KindRecall:
		return outbox.ActionDelete
	}
	return outbox.ActionSend
}

// RenewSlices holds holder's slices until now+lease and returns which they are.
// One whose lease ran out is still holder's when nobody else took it.
func (s *Store) RenewSlices(ctx context.Context, now time.Time, holder string, lease time.Duration) (map[outbox.SliceKey]bool, error) {
	var rows []sliceRow
	err := s.tx(ctx, func(tx *sqlx.Tx) error {
		rows = nil
		return list(ctx, tx, &rows, `UPDATE slices SET lease_until = ? WHERE holder = ? RETURNING batch, from_id, to_id`,
			ms(now.Add(lease)), holder)
	})
	if err != nil {
		return nil, fmt.Errorf("renew slices: %w", err)
	}
	held := make(map[outbox.SliceKey]bool, len(rows))
	for _, r := range rows {
		held[outbox.SliceKey{Batch: r.Batch, From: r.From}] = true
	}
	return held, nil
}

// EndSlice ends a slice that holder has: all its chats have an outcome.
func (s *Store) EndSlice(ctx context.Context, now time.Time, holder string, k outbox.SliceKey) error {
	return s.leaveSlice(ctx, now, holder, k, true)
}

// FreeSlice gives back a slice that holder has; that of a cancelled broadcast ends.
func (s *Store) FreeSlice(ctx context.Context, now time.Time, holder string, k outbox.SliceKey) error {
	return s.leaveSlice(ctx, now, holder, k, false)
}

func (s *Store) leaveSlice(ctx context.Context, now time.Time, holder string, k outbox.SliceKey, complete bool) error {
	err := s.tx(ctx, func(tx *sqlx.Tx) error {
		var state string
		err := get(ctx, tx, &state, `SELECT state FROM broadcasts WHERE broadcast_id = ?`+s.forUpdate(), k.Batch)
		if err != nil {
			return err
		}
		n, err := exec(ctx, tx, `UPDATE slices SET holder = '', lease_until = 0 WHERE batch = ? AND from_id = ? AND holder = ?`,
			k.Batch, k.From, holder)
		if err != nil || n == 0 || !complete && state != BroadcastCancelled {
			return err
		}
		return s.endSlice(ctx, tx, now, k.Batch, k.From)
	})
	if err != nil {
		return fmt.Errorf("leave slice %d of broadcast %s: %w", k.From, k.Batch, err)
	}
	return nil
}

// endSlice counts the outcomes in a slice and removes it. The broadcast has to
// be locked: nothing else may count them meanwhile.
func (s *Store) endSlice(ctx context.Context, tx *sqlx.Tx, now time.Time, batch string, from int64) error {
	var counts struct {
		Sent     int `db:"sent"`
		Failed   int `db:"failed"`
		Gone     int `db:"gone"`
		Late     int `db:"late"`
		Retrying int `db:"retrying"`
	}
	sum := func(condition string) string {
		return `COALESCE(SUM(CASE WHEN ` + condition + ` THEN 1 ELSE 0 END), 0)`
	}
	err := get(ctx, tx, &counts, `SELECT `+sum(`r.state = 'sent'`)+` AS sent, `+sum(isFailed)+` AS failed, `+sum(`r.state = 'gone'`)+` AS gone,
			`+sum(isLate)+` AS late, `+sum(`r.state = 'retrying'`)+` AS retrying
		FROM slices s JOIN recipients r ON r.batch = s.batch AND r.chat_id BETWEEN s.from_id AND s.to_id
		WHERE s.batch = ? AND s.from_id = ?`, batch, from)
	if err != nil {
		return err
	}
	if _, err := exec(ctx, tx, `DELETE FROM slices WHERE batch = ? AND from_id = ?`, batch, from); err != nil {
		return err
	}
	_, err = exec(ctx, tx, `UPDATE broadcasts SET sent = sent + ?, failed = failed + ?, gone = gone + ?, too_late = too_late + ?,
		retrying = retrying + ? WHERE broadcast_id = ?`, counts.Sent, counts.Failed, counts.Gone, counts.Late, counts.Retrying, batch)
	if err != nil {
		return err
	}
	_, err = exec(ctx, tx, finishSQL+` AND broadcast_id = ?`, ms(now), batch)
	return err
}
