package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"newsbot/internal/outbox"
)

// SlotCount is how many digests are due at an instant, and how many messages
// they are: one with a chart is two.
type SlotCount struct {
	At                time.Time
	Digests, Messages int
}

// DigestSlots counts the digests of chats that can be reached which are due
// after an instant and up to another, in their order.
func (s *Store) DigestSlots(ctx context.Context, after, upTo time.Time) ([]SlotCount, error) {
	var rows []struct {
		At       int64 `db:"next_at"`
		Digests  int   `db:"digests"`
		Messages int   `db:"messages"`
	}
	err := list(ctx, s.r, &rows, `SELECT d.next_at, COUNT(*) AS digests, COUNT(*) + SUM(CASE WHEN d.with_chart THEN 1 ELSE 0 END) AS messages
		FROM digests d JOIN chats c ON c.chat_id = d.chat_id
		WHERE d.is_on AND c.active AND d.next_at > ? AND d.next_at <= ? GROUP BY d.next_at ORDER BY d.next_at`, ms(after), ms(upTo))
	if err != nil {
		return nil, fmt.Errorf("count digests to come: %w", err)
	}
	slots := make([]SlotCount, len(rows))
	for i, r := range rows {
		slots[i] = SlotCount{At: at(r.At), Digests: r.Digests, Messages: r.Messages}
	}
	return slots, nil
}

// Waiting counts, by lane, the messages that should be sent by now and are not,
// those of running broadcasts to the slice, and each picture of an album.
func (s *Store) Waiting(ctx context.Context, now time.Time) (map[outbox.Lane]int, error) {
	var rows []struct {
		Lane int `db:"lane"`
		N    int `db:"n"`
	}
	err := list(ctx, s.r, &rows, `SELECT lane, SUM(n) AS n FROM (
			SELECT lane, COUNT(*) AS n FROM outbox WHERE state = 'pending' AND due_at <= ? GROUP BY lane
			UNION ALL SELECT lane, COUNT(*) FROM outbox WHERE state = 'sending' GROUP BY lane
		) AS waiting GROUP BY lane`, ms(now))
	if err != nil {
		return nil, fmt.Errorf("count what waits: %w", err)
	}
	waiting := make(map[outbox.Lane]int, len(rows))
	for _, r := range rows {
		if r.N > 0 {
			waiting[outbox.Lane(r.Lane)] = r.N
		}
	}
	if err := s.waitingOfRuns(ctx, waiting); err != nil {
		return nil, fmt.Errorf("count what waits of broadcasts: %w", err)
	}
	return waiting, nil
}

// waitingOfRuns adds what running broadcasts have left.
func (s *Store) waitingOfRuns(ctx context.Context, waiting map[outbox.Lane]int) error {
	var runs []struct {
		Kind     string `db:"kind"`
		Category string `db:"category"`
		Left     int    `db:"chats_left"`
		Body     string `db:"body"`
	}
	err := list(ctx, s.r, &runs, `SELECT b.kind, b.category, b.total - b.sent - b.failed - b.gone - b.too_late - b.retrying AS chats_left, p.body
		FROM broadcasts b JOIN payloads p ON p.payload_id = b.payload_id WHERE b.state = 'running'`)
	if err != nil {
		return err
	}
	for _, r := range runs {
		if r.Left <= 0 {
			continue
		}
		lane, each := outbox.LaneBulk, 1
		if r.Category == CategoryBreaking {
			lane = outbox.LaneBreaking
		}
		if r.Kind == KindSend {
			var m outbox.Message
			if err := json.Unmarshal([]byte(r.Body), &m); err == nil { // else each fails, once
				each = m.Messages()
			}
		}
		waiting[lane] += r.Left * each
	}
	return nil
}
