package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"newsbot/internal/outbox"
)

// The topics of notices to editors.
const (
	NoticeSources = "sources" // how sources are
	NoticeNetwork = "network" // the bot's own network
)

// SourcesTold is what a notice to editors says: ids of sources.
type SourcesTold struct {
	Failing []string // since long enough
	Back    []string // editors knew that they failed
	Quiet   []string // that answer and bring nothing any more
}

// Notice is when what a topic is about began, and when editors were told; both are
// zero when they have not been.
func (s *Store) Notice(ctx context.Context, topic string) (since, toldAt time.Time, err error) {
	var row struct {
		Since  int64 `db:"since_at"`
		ToldAt int64 `db:"told_at"`
	}
	err = get(ctx, s.r, &row, `SELECT since_at, told_at FROM notices WHERE topic = ?`, topic)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return time.Time{}, time.Time{}, fmt.Errorf("read notice %s: %w", topic, err)
	}
	return at(row.Since), at(row.ToldAt), nil
}

// TellSources notes what editors are told of sources and enqueues the messages that
// tell it, in one transaction: nothing is told twice, and nothing is noted unsaid.
func (s *Store) TellSources(ctx context.Context, now time.Time, told SourcesTold, deliveries ...outbox.Delivery) error {
	err := s.tx(ctx, func(tx *sqlx.Tx) error {
		for _, u := range []struct {
			set string
			to  int64
			ids []string
		}{{"told_at", ms(now), told.Failing}, {"told_at", 0, told.Back}, {"quiet_told_at", ms(now), told.Quiet}} {
			for ids := range chunks(u.ids, chunk) {
				_, err := exec(ctx, tx, `UPDATE sources SET `+u.set+` = ? WHERE source_id IN (`+places(len(ids), "?")+`)`, append([]any{u.to}, anys(ids)...)...)
				if err != nil {
					return err
				}
			}
		}
		return tell(ctx, tx, now, NoticeSources, now, deliveries)
	})
	if err != nil {
		return fmt.Errorf("tell editors of sources: %w", err)
	}
	return nil
}

// TellNetwork notes that editors are told that the network is down since then, or,
// with a zero time, that it works again; see TellSources.
func (s *Store) TellNetwork(ctx context.Context, now, since time.Time, deliveries ...outbox.Delivery) error {
	err := s.tx(ctx, func(tx *sqlx.Tx) error {
		if since.IsZero() {
			if _, err := exec(ctx, tx, `DELETE FROM notices WHERE topic = ?`, NoticeNetwork); err != nil {
				return err
			}
			_, err := enqueue(ctx, tx, now, deliveries)
			return err
		}
		return tell(ctx, tx, now, NoticeNetwork, since, deliveries)
	})
	if err != nil {
		return fmt.Errorf("tell editors of the network: %w", err)
	}
	return nil
}

func tell(ctx context.Context, tx *sqlx.Tx, now time.Time, topic string, since time.Time, deliveries []outbox.Delivery) error {
	_, err := exec(ctx, tx, `INSERT INTO notices (topic, since_at, told_at) VALUES (?, ?, ?)
		ON CONFLICT (topic) DO UPDATE SET since_at = excluded.since_at, told_at = excluded.told_at`, topic, ms(since), ms(now))
	if err != nil {
		return err
	}
	_, err = enqueue(ctx, tx, now, deliveries)
	return err
}

// Yields returns how many articles each source brought on each day since, by
// source and then by the day's midnight UTC in Unix milliseconds.
func (s *Store) Yields(ctx context.Context, since time.Time) (map[string]map[int64]int, error) {
	var rows []struct {
		SourceID string `db:"source_id"`
		Day      int64  `db:"day"`
		Added    int    `db:"added"`
	}
	if err := list(ctx, s.r, &rows, `SELECT source_id, day, added FROM source_days WHERE day >= ?`, ms(since)); err != nil {
		return nil, fmt.Errorf("read yields: %w", err)
	}
	out := map[string]map[int64]int{}
	for _, r := range rows {
		if out[r.SourceID] == nil {
			out[r.SourceID] = map[int64]int{}
		}
		out[r.SourceID][r.Day] = r.Added
	}
	return out, nil
}
