package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// SetDialog remembers where a conversation of a user in a chat stands.
func (s *Store) SetDialog(ctx context.Context, now time.Time, chatID, userID int64, state, data string) error {
	_, err := s.write(ctx, `INSERT INTO dialogs (chat_id, user_id, state, data, changed_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (chat_id, user_id) DO UPDATE SET state = excluded.state, data = excluded.data, changed_at = excluded.changed_at`,
		chatID, userID, state, data, ms(now))
	if err != nil {
		return fmt.Errorf("set dialog in chat %d: %w", chatID, err)
	}
	return nil
}

// Dialog returns where a conversation stands; ok is false when there is none
// that changed within maxAge.
func (s *Store) Dialog(ctx context.Context, now time.Time, chatID, userID int64, maxAge time.Duration) (state, data string, ok bool, err error) {
	var row struct {
		State string `db:"state"`
		Data  string `db:"data"`
	}
	err = get(ctx, s.r, &row, `SELECT state, data FROM dialogs WHERE chat_id = ? AND user_id = ? AND changed_at > ?`,
		chatID, userID, ms(now.Add(-maxAge)))
	if errors.Is(err, ErrNotFound) {
		return "", "", false, nil
	}
	if err != nil {
		return "", "", false, fmt.Errorf("read dialog in chat %d: %w", chatID, err)
	}
	return row.State, row.Data, true, nil
}

// Dialog is where a conversation stands.
type Dialog struct {
	ChatID    int64
	UserID    int64
	Data      string
	ChangedAt time.Time
}

// DialogsAt returns the conversations that stand at a state and changed within maxAge.
func (s *Store) DialogsAt(ctx context.Context, now time.Time, state string, maxAge time.Duration) ([]Dialog, error) {
	var rows []struct {
		ChatID    int64  `db:"chat_id"`
		UserID    int64  `db:"user_id"`
		Data      string `db:"data"`
		ChangedAt int64  `db:"changed_at"`
	}
	err := list(ctx, s.r, &rows, `SELECT chat_id, user_id, data, changed_at FROM dialogs WHERE state = ? AND changed_at > ? ORDER BY chat_id, user_id`,
		state, ms(now.Add(-maxAge)))
	if err != nil {
		return nil, fmt.Errorf("read dialogs at %s: %w", state, err)
	}
	dialogs := make([]Dialog, len(rows))
	for i, r := range rows {
		dialogs[i] = Dialog{ChatID: r.ChatID, UserID: r.UserID, Data: r.Data, ChangedAt: at(r.ChangedAt)}
	}
	return dialogs, nil
}

// ClearDialog forgets a conversation.
func (s *Store) ClearDialog(ctx context.Context, chatID, userID int64) error {
	if _, err := s.write(ctx, `DELETE FROM dialogs WHERE chat_id = ? AND user_id = ?`, chatID, userID); err != nil {
		return fmt.Errorf("clear dialog in chat %d: %w", chatID, err)
	}
	return nil
}

// SeenUpdate notes an update of Telegram and tells whether it had been noted
// before, so that one that comes again after a restart is not handled twice.
func (s *Store) SeenUpdate(ctx context.Context, now time.Time, updateID int64) (seen bool, err error) {
	n, err := s.write(ctx, `INSERT INTO updates (update_id, seen_at) VALUES (?, ?) ON CONFLICT (update_id) DO NOTHING`, updateID, ms(now))
	if err != nil {
		return false, fmt.Errorf("note update %d: %w", updateID, err)
	}
	return n == 0, nil
}

// KnownUpdate tells whether SeenUpdate has noted an update.
func (s *Store) KnownUpdate(ctx context.Context, updateID int64) (bool, error) {
	var n int
	if err := get(ctx, s.r, &n, `SELECT COUNT(*) FROM updates WHERE update_id = ?`, updateID); err != nil {
		return false, fmt.Errorf("look for update %d: %w", updateID, err)
	}
	return n > 0, nil
}
