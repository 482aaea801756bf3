package store

import (
	"context"
	"fmt"
	"time"
)

// KeptUpdate is an update of Telegram that is not answered yet. Body is whatever
// its keeper needs to answer it later.
type KeptUpdate struct {
	ID   int64  `db:"update_id"`
	Body string `db:"body"`
}

// KeepUpdates keeps updates until they are dropped, over restarts too; those
// that are kept already stay as they are.
func (s *Store) KeepUpdates(ctx context.Context, now time.Time, updates []KeptUpdate) error {
	for part := range chunks(updates, chunk) {
		var args []any
		for _, u := range part {
			args = append(args, u.ID, u.Body, ms(now))
		}
		_, err := s.write(ctx, `INSERT INTO inbox (update_id, body, kept_at) VALUES `+places(len(part), "(?, ?, ?)")+
			` ON CONFLICT (update_id) DO NOTHING`, args...)
		if err != nil {
			return fmt.Errorf("keep %d updates: %w", len(updates), err)
		}
	}
	return nil
}

// KeptUpdates returns what is kept, in the order in which it came.
func (s *Store) KeptUpdates(ctx context.Context) ([]KeptUpdate, error) {
	var kept []KeptUpdate
	if err := list(ctx, s.r, &kept, `SELECT update_id, body FROM inbox ORDER BY update_id`); err != nil {
		return nil, fmt.Errorf("read kept updates: %w", err)
	}
	return kept, nil
}

// DropUpdate ends the keeping of an update. It is no error when it is not kept.
func (s *Store) DropUpdate(ctx context.Context, updateID int64) error {
	if _, err := s.write(ctx, `DELETE FROM inbox WHERE update_id = ?`, updateID); err != nil {
		return fmt.Errorf("drop update %d: %w", updateID, err)
	}
	return nil
}
