package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"newsbot/internal/outbox"
)

// Why a chat cannot be written to, as far as the conversation tells.
const (
	InactiveBlocked  = "blocked"   // by the person
	InactiveKicked   = "kicked"    // out of the group or channel
	InactiveNoRights = "no_rights" // the bot is in the chat and may not write
)

// Paused is a chat that the bot is in and may not write to.
type Paused struct {
	Chat
	ToldAt    time.Time // when its owner was told last; zero: not since the bot could write
	CheckedAt time.Time // when it was last looked at; zero: not since then
}

// PausedChats returns at most limit chats that the bot may not write in and that
// were not looked at since an instant, the longest neglected first.
func (s *Store) PausedChats(ctx context.Context, since time.Time, limit int) ([]Paused, error) {
	var rows []struct {
		C       chatRow `db:"c"`
		Told    int64   `db:"told"`
		Checked int64   `db:"checked"`
	}
	err := list(ctx, s.r, &rows, `SELECT `+chatColumnsAs+`, c.rights_told_at AS told, c.rights_checked_at AS checked FROM chats c
		WHERE c.inactive_reason = 'no_rights' AND NOT c.active AND c.rights_checked_at <= ? ORDER BY c.rights_checked_at, c.chat_id LIMIT ?`, ms(since), limit)
	if err != nil {
		return nil, fmt.Errorf("read paused chats: %w", err)
	}
	paused := make([]Paused, len(rows))
	for i, r := range rows {
		paused[i] = Paused{Chat: r.C.chat(), ToldAt: at(r.Told), CheckedAt: at(r.Checked)}
	}
	return paused, nil
}

// PausedSeen notes that a paused chat was looked at. With a notice its owner is
// told, and that is noted in the same transaction; a notice whose key is known is
// not sent again.
func (s *Store) PausedSeen(ctx context.Context, now time.Time, chatID int64, notice *outbox.Delivery) error {
	err := s.tx(ctx, func(tx *sqlx.Tx) error {
		_, err := exec(ctx, tx, `UPDATE chats SET rights_checked_at = ? WHERE chat_id = ?`, ms(now), chatID)
		if err != nil || notice == nil {
			return err
		}
		if _, err := exec(ctx, tx, `UPDATE chats SET rights_told_at = ? WHERE chat_id = ?`, ms(now), chatID); err != nil {
			return err
		}
		_, err = enqueue(ctx, tx, now, []outbox.Delivery{*notice})
		return err
	})
	if err != nil {
		return fmt.Errorf("note paused chat %d: %w", chatID, err)
	}
	return nil
}

// ResumeChat makes a paused chat active again, with all its settings. It does
// nothing to one that is paused for another reason, or not at all.
func (s *Store) ResumeChat(ctx context.Context, now time.Time, chatID int64) (resumed bool, err error) {
	n, err := s.write(ctx, `UPDATE chats SET active = ?, inactive_reason = '', rights_checked_at = 0, changed_at = ?
		WHERE chat_id = ? AND NOT active AND inactive_reason = 'no_rights'`, true, ms(now), chatID)
	if err != nil {
		return false, fmt.Errorf("resume chat %d: %w", chatID, err)
	}
	return n == 1, nil
}

// RightsBack notes that the bot may write in a chat for sure; told says whether
// somebody had been told that it may not.
func (s *Store) RightsBack(ctx context.Context, chatID int64) (told bool, err error) {
	err = s.tx(ctx, func(tx *sqlx.Tx) error {
		n, err := exec(ctx, tx, `UPDATE chats SET rights_told_at = 0 WHERE chat_id = ? AND rights_told_at > 0`, chatID)
		told = n == 1
		if err != nil {
			return err
		}
		_, err = exec(ctx, tx, `UPDATE chats SET rights_checked_at = 0 WHERE chat_id = ? AND rights_checked_at > 0`, chatID)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("note rights in chat %d: %w", chatID, err)
	}
	return told, nil
}
