package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"newsbot/internal/outbox"
)

// chunks yields list in parts of at most n.
func chunks[T any](list []T, n int) iter.Seq[[]T] { return slices.Chunk(list, n) }

// Enqueue stores deliveries, due at once when DueAt is zero; those whose key is
// known already are left alone. It returns how many were new.
func (s *Store) Enqueue(ctx context.Context, now time.Time, deliveries ...outbox.Delivery) (added int, err error) {
	if len(deliveries) == 0 {
		return 0, nil
	}
	err = s.tx(ctx, func(tx *sqlx.Tx) error {
		added, err = enqueue(ctx, tx, now, deliveries)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("enqueue %d deliveries: %w", len(deliveries), err)
	}
	return added, nil
}

func enqueue(ctx context.Context, tx *sqlx.Tx, now time.Time, deliveries []outbox.Delivery) (added int, err error) {
	for part := range chunks(deliveries, chunk) {
		messages := make([]outbox.Message, len(part))
		for i, d := range part {
			messages[i] = d.Message
		}
		ids, err := storePayloads(ctx, tx, now, messages)
		if err != nil {
			return 0, err
		}
		var args []any
		for i, d := range part {
			due := d.DueAt
			if due.IsZero() {
				due = now
			}
			args = append(args, d.Key, d.ChatID, d.ThreadID, int(d.Lane), d.Batch, ids[i], ms(due), d.Attempts, ms(now))
		}
		n, err := exec(ctx, tx, `INSERT INTO outbox (delivery_key, chat_id, thread_id, lane, batch, payload_id, due_at, attempts,
				created_at, state, holder, lease_until, message_id, reason, settled_at) VALUES `+
			places(len(part), "(?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', '', 0, 0, '', 0)")+
			` ON CONFLICT (delivery_key) DO NOTHING`, args...)
		if err != nil {
			return 0, err
		}
		added += n
	}
	return added, nil
}

// storePayloads stores messages, each different one once, and returns their
// ids. The rows are touched even when they are there: the lock keeps Prune from
// deleting one that is about to be used.
func storePayloads(ctx context.Context, tx *sqlx.Tx, now time.Time, messages []outbox.Message) (ids []string, err error) {
	bodies := map[string]string{}
	ids = make([]string, len(messages))
	for i, m := range messages {
		if m.Text == "" && m.Copy == nil && m.Chart == nil {
			return nil, errNoMessage
		}
		body, err := encode(m)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256([]byte(body))
		ids[i] = hex.EncodeToString(sum[:16])
		bodies[ids[i]] = body
	}
	// In order, so that two transactions that share messages cannot deadlock.
	var args []any
	for _, id := range slices.Sorted(maps.Keys(bodies)) {
		args = append(args, id, bodies[id], ms(now))
	}
	_, err = exec(ctx, tx, `INSERT INTO payloads (payload_id, body, used_at) VALUES `+places(len(bodies), "(?, ?, ?)")+`
		ON CONFLICT (payload_id) DO UPDATE SET used_at = excluded.used_at WHERE payloads.used_at < excluded.used_at`, args...)
	return ids, err
}

// encode writes v as JSON, with < and & as they are: most of it is HTML.
func encode(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "", fmt.Errorf("encode %T: %w", v, err)
	}
	return string(bytes.TrimSpace(b.Bytes())), nil
}
