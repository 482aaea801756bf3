package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"newsbot/internal/outbox"
)

// chunk is how many rows one statement writes: SQLite takes 32,766 parameters,
// PostgreSQL 65,535, and longer statements gain nothing.
const chunk = 200

type digestRow struct {
	ChatID   int64 `db:"chat_id"`
	Minute   int   `db:"minute"`
	Weekdays int   `db:"weekdays"`
	NextAt   int64 `db:"next_at"`
	LastSlot int64 `db:"last_slot_at"`
	On       bool  `db:"is_on"`
	Chart    bool  `db:"with_chart"`
}

const digestColumns = `chat_id, minute, weekdays, next_at, last_slot_at, is_on, with_chart`

func (r digestRow) digest() Digest {
	return Digest{ChatID: r.ChatID, Minute: r.Minute, Weekdays: uint8(r.Weekdays), NextAt: at(r.NextAt), On: r.On, Chart: r.Chart}
}

// Digest returns when a chat gets its digest, or ErrNotFound.
func (s *Store) Digest(ctx context.Context, chatID int64) (Digest, error) {
	var row digestRow
	err := get(ctx, s.r, &row, `SELECT `+digestColumns+` FROM digests WHERE chat_id = ?`, chatID)
	if err != nil {
		return Digest{}, fmt.Errorf("read digest of chat %d: %w", chatID, err)
	}
	return row.digest(), nil
}

// SetDigest sets when a chat gets its digest. The chat has to be known, else ErrNotFound.
func (s *Store) SetDigest(ctx context.Context, now time.Time, d Digest) error {
	err := s.writeOne(ctx, `
		INSERT INTO digests (chat_id, minute, weekdays, next_at, last_slot_at, is_on, with_chart, changed_at)
		SELECT chat_id, CAST(? AS INTEGER), CAST(? AS INTEGER), CAST(? AS BIGINT), 0, CAST(? AS BOOLEAN), CAST(? AS BOOLEAN), CAST(? AS BIGINT)
		FROM chats WHERE chat_id = ?
		ON CONFLICT (chat_id) DO UPDATE SET minute = excluded.minute, weekdays = excluded.weekdays,
			next_at = excluded.next_at, is_on = excluded.is_on,
			with_chart = excluded.with_chart, changed_at = excluded.changed_at`,
		d.Minute, int(d.Weekdays), ms(d.NextAt), d.On, d.Chart, ms(now), d.ChatID)
	if err != nil {
		return fmt.Errorf("set digest of chat %d: %w", d.ChatID, err)
	}
	return nil
}

// DueDigests returns digests that are on and due, earliest first, from the one
// after the given one on; the zero value is the beginning. Those of chats that
// cannot be reached are among them.
func (s *Store) DueDigests(ctx context.Context, now time.Time, after Digest, limit int) ([]DueDigest, error) {
	var rows []struct {
		D digestRow `db:"d"`
		C chatRow   `db:"c"`
	}
	from := int64(math.MinInt64)
	if !after.NextAt.IsZero() {
		from = ms(after.NextAt)
	}
	// The digests first, in their index's order, however many are due; then the chats of these few.
	err := list(ctx, s.r, &rows, `
		WITH d AS MATERIALIZED (SELECT `+digestColumns+` FROM digests
			WHERE is_on AND next_at <= ? AND (next_at, chat_id) > (?, ?) ORDER BY next_at, chat_id LIMIT ?)
		SELECT `+columnsAs("d", digestColumns)+`, `+chatColumnsAs+`
		FROM d JOIN chats c ON c.chat_id = d.chat_id ORDER BY d.next_at, d.chat_id`, ms(now), from, after.ChatID, limit)
	if err != nil {
		return nil, fmt.Errorf("read due digests: %w", err)
	}
	due := make([]DueDigest, len(rows))
	for i, r := range rows {
		due[i] = DueDigest{Digest: r.D.digest(), Chat: r.C.chat(), LastSlot: at(r.D.LastSlot)}
	}
	return due, nil
}

type slotKey struct {
	Chat int64 `db:"chat_id"`
	At   int64 `db:"slot_at"`
}

// CommitSlots settles slots and enqueues their messages in one transaction. A
// slot that is settled already is not sent again, but its digest still moves
// on. A digest that was changed since its slot was read keeps what it was
// changed to. It returns how many messages were enqueued.
func (s *Store) CommitSlots(ctx context.Context, now time.Time, slots []Slot) (enqueued int, err error) {
	if len(slots) == 0 {
		return 0, nil
	}
	err = s.tx(ctx, func(tx *sqlx.Tx) error {
		enqueued = 0
		for part := range onceEach(slots) {
			n, err := commitSlots(ctx, tx, now, part)
			if err != nil {
				return err
			}
			enqueued += n
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("commit %d digest slots: %w", len(slots), err)
	}
	return enqueued, nil
}

// onceEach yields slots in parts of at most chunk, no chat twice in one.
func onceEach(slots []Slot) iter.Seq[[]Slot] {
	return func(yield func([]Slot) bool) {
		for len(slots) > 0 {
			seen, n := map[int64]bool{}, 0
			for n < len(slots) && n < chunk && !seen[slots[n].ChatID] {
				seen[slots[n].ChatID] = true
				n++
			}
			if !yield(slots[:n]) {
				return
			}
			slots = slots[n:]
		}
	}
}

func commitSlots(ctx context.Context, tx *sqlx.Tx, now time.Time, slots []Slot) (enqueued int, err error) {
	var rows, moves []any
	for _, sl := range slots {
		rows = append(rows, sl.ChatID, ms(sl.At), sl.Message != nil, sl.Note, ms(now))
	}
	var fresh []slotKey
	err = list(ctx, tx, &fresh, `INSERT INTO digest_slots (chat_id, slot_at, sent, note, settled_at) VALUES `+
		places(len(slots), "(?, ?, ?, ?, ?)")+` ON CONFLICT (chat_id, slot_at) DO NOTHING RETURNING chat_id, slot_at`, rows...)
	if err != nil {
		return 0, err
	}
	isFresh := make(map[slotKey]bool, len(fresh))
	for _, k := range fresh {
		isFresh[k] = true
	}
	var deliveries []outbox.Delivery
	var messages []*outbox.Message
	for _, sl := range slots {
		key := slotKey{sl.ChatID, ms(sl.At)}
		last := int64(0)
		if isFresh[key] && sl.Message != nil {
			last = max(key.At, ms(now)) // what came until now has been told
			text := outbox.Delivery{
				Key:    "d:" + strconv.FormatInt(key.Chat, 10) + ":" + strconv.FormatInt(key.At, 10),
				ChatID: sl.ChatID, ThreadID: sl.ThreadID, Lane: outbox.LaneDigest, DueAt: sl.DueAt,
			}
			deliveries, messages = append(deliveries, text), append(messages, sl.Message)
			if sl.Picture != nil {
				deliveries, messages = append(deliveries, pictureOf(text, now)), append(messages, sl.Picture)
			}
		}
		moves = append(moves, sl.ChatID, key.At, ms(sl.NextAt), last)
	}
	if enqueued, err = enqueueShared(ctx, tx, now, deliveries, messages); err != nil {
		return 0, err
	}
	// The slot was sent even when the digest was changed meanwhile.
	_, err = exec(ctx, tx, `WITH v (chat, slot, next, last) AS (VALUES (CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT))`+
		strings.Repeat(", (?, ?, ?, ?)", len(slots)-1)+`)
		UPDATE digests SET last_slot_at = CASE WHEN v.last > last_slot_at THEN v.last ELSE last_slot_at END,
			next_at = CASE WHEN next_at = v.slot THEN v.next ELSE next_at END
		FROM v WHERE digests.chat_id = v.chat`, moves...)
	return enqueued, err
}

// pictureGap is how long after its digest a picture is due: behind the texts of
// all who are due with it, which never wait for one.
const pictureGap = 2 * time.Second

// pictureOf is the delivery of a slot's picture, a part with a key of its own:
// whatever becomes of it, the text is not touched.
func pictureOf(text outbox.Delivery, now time.Time) outbox.Delivery {
	part := text
	part.Key = text.Key + ":p"
	if part.DueAt.IsZero() {
		part.DueAt = now
	}
	part.DueAt = part.DueAt.Add(pictureGap)
	return part
}

// errNoMessage is a delivery of nothing: neither a text nor a chart nor a message to copy.
var errNoMessage = errors.New("empty message")
