package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Picture returns Telegram's file_id of a picture that was sent before; it is
// empty when none was.
func (s *Store) Picture(ctx context.Context, key string) (fileID string, err error) {
	err = get(ctx, s.r, &fileID, `SELECT file_id FROM pictures WHERE picture_key = ?`, key)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read picture %s: %w", key, err)
	}
	return fileID, nil
}

// SavePicture keeps the file_id of a picture, in place of any it had.
func (s *Store) SavePicture(ctx context.Context, now time.Time, key, fileID string) error {
	_, err := s.write(ctx, `INSERT INTO pictures (picture_key, file_id, saved_at) VALUES (?, ?, ?)
		ON CONFLICT (picture_key) DO UPDATE SET file_id = excluded.file_id, saved_at = excluded.saved_at`, key, fileID, ms(now))
	if err != nil {
		return fmt.Errorf("save picture %s: %w", key, err)
	}
	return nil
}
