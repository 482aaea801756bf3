package store

import (
	"context"
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
// those of running broadcasts to the slice.
func (s *Store) Waiting(ctx context.Context, now time.Time) (map[outbox.Lane]int, error) {
	var rows []struct {
		Lane int `db:"lane"`
		N    int `db:"n"`
	}
	err := list(ctx, s.r, &rows, `SELECT lane, SUM(n) AS n FROM (
			SELECT lane, COUNT(*) AS n FROM outbox WHERE state = 'pending' AND due_at <= ? GROUP BY lane
			UNION ALL SELECT lane, COUNT(*) FROM outbox WHERE state = 'sending' GROUP BY lane
			UNION ALL SELECT CASE WHEN category = 'breaking' THEN CAST(? AS INTEGER) ELSE CAST(? AS INTEGER) END,
				total - sent - failed - gone - too_late - retrying FROM broadcasts WHERE state = 'running'
		) AS waiting GROUP BY lane`, ms(now), int(outbox.LaneBreaking), int(outbox.LaneBulk))
	if err != nil {
		return nil, fmt.Errorf("count what waits: %w", err)
	}
	waiting := make(map[outbox.Lane]int, len(rows))
	for _, r := range rows {
		if r.N > 0 {
			waiting[outbox.Lane(r.Lane)] = r.N
		}
	}
	return waiting, nil
}
