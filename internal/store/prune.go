package store

import (
	"context"
	"fmt"
	"math"
	"time"
)

// Prune deletes what is older than the rule says and returns how many rows
// went. What is to go is found without any lock and deleted in small slices, so
// it may run while the bot works. A zero duration keeps everything. An error may also be
// that SQLite's log has not been moved into the database lately.
func (s *Store) Prune(ctx context.Context, now time.Time, rule PruneRule) (n int, err error) {
	var steps []pruneStep
	if rule.Rows > 0 {
		old := ms(now.Add(-rule.Rows))
		steps = append(steps,
			// A running broadcast keeps its rows, however long it runs.
			pruneStep{"outbox", "delivery_key", `settled_at > 0 AND settled_at < ?
				AND batch NOT IN (SELECT broadcast_id FROM broadcasts WHERE state IN ('running', 'paused'))`, []any{old}},
			pruneStep{"broadcasts", "broadcast_id", `(forgotten OR ` + oldDraft + `)
				AND NOT EXISTS (SELECT 1 FROM recipients WHERE recipients.batch = broadcasts.broadcast_id)
				AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.batch = broadcasts.broadcast_id)`, []any{old, old}},
			pruneStep{"payloads", "payload_id", `used_at < ? AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.payload_id = payloads.payload_id)
				AND NOT EXISTS (SELECT 1 FROM broadcasts WHERE broadcasts.payload_id = payloads.payload_id)`, []any{old}},
			pruneStep{"updates", "update_id", `seen_at < ? AND update_id < (SELECT MAX(update_id) FROM updates)`, []any{old}},
		)
	}
	oldest, err := s.oldestArticle(ctx, now, rule)
	if err != nil {
		return 0, err
	}
	if oldest > 0 {
		// What a source still lists stays: it would come back as news.
		steps = append(steps, pruneStep{"articles", "article_id", `first_seen_at < ? AND NOT EXISTS (SELECT 1 FROM sources
			WHERE sources.source_id = articles.source_id AND NOT sources.removed AND articles.listed_at >= sources.listed_at - ?)`,
			[]any{oldest, relist.Milliseconds()}})
	}
	if rule.Rows > 0 {
		if n, err = s.pruneRecipients(ctx, ms(now.Add(-rule.Rows))); err != nil {
			return n, fmt.Errorf("prune recipients: %w", err)
		}
	}
	for _, step := range steps {
		k, err := s.pruneTable(ctx, step)
		n += k
		if err != nil {
			return n, fmt.Errorf("prune %s: %w", step.table, err)
		}
	}
	s.totals.forget()
	if rule.Prints > 0 {
		k, err := s.prunePrints(ctx, ms(now.Add(-rule.Prints)))
		n += k
		if err != nil {
			return n, fmt.Errorf("prune story_prints: %w", err)
		}
	}
	if rule.Rows > 0 {
		k, err := s.pruneSmall(ctx, ms(now.Add(-rule.Rows)))
		n += k
		if err != nil {
			return n, err
		}
	}
	return n, s.log.err()
}

// oldestArticle is when the first of the articles that stay was first seen, in Unix
// milliseconds; zero keeps all of them.
func (s *Store) oldestArticle(ctx context.Context, now time.Time, rule PruneRule) (int64, error) {
	var oldest int64
	if rule.Articles > 0 {
		oldest = ms(now.Add(-rule.Articles))
	}
	if rule.Most > 0 {
		var last []int64
		if err := list(ctx, s.r, &last, `SELECT first_seen_at FROM articles ORDER BY first_seen_at DESC LIMIT 1 OFFSET ?`, rule.Most-1); err != nil {
			return 0, fmt.Errorf("find the oldest article to keep: %w", err)
		}
		for _, at := range last { // one, or none when there are fewer
			oldest = max(oldest, at)
		}
	}
	return oldest, nil
}

// endedLong is the condition on broadcasts that nobody asks for any more: they ended
// before a time, no correction or recall of them is open, and nothing that may still
// be sent leaves out who has them. oldDraft is that on what was never sent.
const (
	endedLong = `finished_at > 0 AND finished_at < ?
		AND NOT EXISTS (SELECT 1 FROM broadcasts o WHERE o.target_id = broadcasts.broadcast_id
			AND o.state NOT IN ('draft', 'done', 'cancelled'))
		AND NOT EXISTS (SELECT 1 FROM broadcasts o WHERE o.state NOT IN ('done', 'cancelled')
			AND o.audience LIKE '%"without":%"' || broadcasts.broadcast_id || '"%')`
	oldDraft = `state IN ('draft', 'waiting') AND created_at < ? AND start_at < ?`
)

// pruneRecipients deletes the recipients of old broadcasts. From the moment on that it
// begins, nothing can be sent to those who do not have such a broadcast: also when it
// does not come to its end.
func (s *Store) pruneRecipients(ctx context.Context, old int64) (n int, err error) {
	if _, err := s.write(ctx, `UPDATE broadcasts SET forgotten = TRUE WHERE NOT forgotten AND `+endedLong, old); err != nil {
		return 0, err
	}
	var ids []string
	if err := list(ctx, s.r, &ids, `SELECT broadcast_id FROM broadcasts WHERE forgotten`); err != nil {
		return 0, err
	}
	for _, id := range ids {
		for pace := newPacer(); ; {
			size := pace.size
			k, err := pace.slice(ctx, func() (int, error) {
				return s.write(ctx, `DELETE FROM recipients WHERE batch = ? AND chat_id IN (
					SELECT chat_id FROM recipients WHERE batch = ? LIMIT ?)`, id, id, size)
			})
			if err != nil {
				return n, err
			}
			if n += k; k < size {
				break
			}
		}
	}
	return n, nil
}

type pruneStep struct {
	table, key, where string
	args              []any
}

func (s *Store) pruneTable(ctx context.Context, p pruneStep) (n int, err error) {
	const atOnce = 5000 // keys that are read at once
	pace, merging := newPacer(), newMergePacer()
	for {
		var keys []string
		err := list(ctx, s.r, &keys, `SELECT CAST(`+p.key+` AS TEXT) FROM `+p.table+` WHERE `+p.where+` LIMIT ?`,
			append(append([]any{}, p.args...), atOnce)...)
		if err != nil {
			return n, err
		}
		for left := keys; len(left) > 0; {
			part := left[:min(pace.size, len(left))]
			left = left[len(part):]
			k, err := pace.slice(ctx, func() (int, error) {
				// The condition once more: a row may have come into use since.
				return s.write(ctx, `DELETE FROM `+p.table+` WHERE `+p.keyIn(len(part))+` AND `+p.where, append(anys(part), p.args...)...)
			})
			if err != nil {
				return n, err
			}
			n += k
			if p.table != "articles" {
				continue
			}
			// Before more goes: of an index with little that is gone, a step reads little.
			if err := s.mergeWords(ctx, merging, math.MaxInt); err != nil {
				return n, err
			}
		}
		if len(keys) < atOnce {
			return n, nil
		}
	}
}

func (p pruneStep) keyIn(n int) string {
	if p.key == "update_id" {
		return p.key + ` IN (` + places(n, "CAST(? AS BIGINT)") + `)`
	}
	return p.key + ` IN (` + places(n, "?") + `)`
}

// pruneSmall deletes from tables that hold little: as many rows as there are
// chats, or as charts are drawn.
func (s *Store) pruneSmall(ctx context.Context, old int64) (n int, err error) {
	for _, step := range []struct{ table, where string }{
		// The last slots stay, so that no clock that is set back sends one again.
		{"digest_slots", `settled_at < ? AND slot_at < (SELECT MAX(l.slot_at) FROM digest_slots l WHERE l.chat_id = digest_slots.chat_id)`},
		{"dialogs", `changed_at < ?`},
		{"inbox", `kept_at < ?`},
		{"leases", `held_until < ?`},
		{"source_days", `day < ?`},
		{"pictures", `saved_at < ?`},
		{"searches", `used_at < ?`},
	} {
		k, err := s.write(ctx, `DELETE FROM `+step.table+` WHERE `+step.where, old)
		if err != nil {
			return n, fmt.Errorf("prune %s: %w", step.table, err)
		}
		n += k
	}
	return n, nil
}
