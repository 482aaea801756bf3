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
		n, err := insertDeliveries(ctx, tx, now, part, ids)
		if err != nil {
			return 0, err
		}
		added += n
	}
	return added, nil
}

// enqueueShared is enqueue for deliveries many of which have the same message:
// it is given beside each, and every different one is written down once.
func enqueueShared(ctx context.Context, tx *sqlx.Tx, now time.Time, deliveries []outbox.Delivery, messages []*outbox.Message) (added int, err error) {
	if len(deliveries) == 0 {
		return 0, nil
	}
	place := map[*outbox.Message]int{}
	var different []outbox.Message
	for _, m := range messages {
		if _, ok := place[m]; !ok {
			place[m] = len(different)
			different = append(different, *m)
		}
	}
	payloads, err := storePayloads(ctx, tx, now, different)
	if err != nil {
		return 0, err
	}
	for len(deliveries) > 0 {
		n := min(len(deliveries), chunk)
		ids := make([]string, n)
		for i, m := range messages[:n] {
			ids[i] = payloads[place[m]]
		}
		made, err := insertDeliveries(ctx, tx, now, deliveries[:n], ids)
		if err != nil {
			return 0, err
		}
		added += made
		deliveries, messages = deliveries[n:], messages[n:]
	}
	return added, nil
}

// insertDeliveries writes deliveries whose messages are stored under ids.
func insertDeliveries(ctx context.Context, tx *sqlx.Tx, now time.Time, deliveries []outbox.Delivery, ids []string) (int, error) {
	args := make([]any, 0, 13*len(deliveries))
	for i, d := range deliveries {
		due := d.DueAt
		if due.IsZero() {
			due = now
		}
		args = append(args, d.Key, d.ChatID, d.ThreadID, int(d.Lane), d.Batch, ids[i], ms(due), d.Attempts, ms(now),
			string(d.Action), d.TargetID, joinIDs(d.MoreIDs), d.Silent)
	}
	return exec(ctx, tx, `INSERT INTO outbox (delivery_key, chat_id, thread_id, lane, batch, payload_id, due_at, attempts,
			created_at, action, target_message_id, more_ids, silent, state, holder, lease_until, message_id, reason, settled_at) VALUES `+
		places(len(deliveries), "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', '', 0, 0, '', 0)")+
		` ON CONFLICT (delivery_key) DO NOTHING`, args...)
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
