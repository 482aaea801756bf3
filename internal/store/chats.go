package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"newsbot/internal/outbox"
)

type chatRow struct {
	ID             int64  `db:"chat_id"`
	Kind           string `db:"kind"`
	Title          string `db:"title"`
	Language       string `db:"language"`
	NewsLanguages  string `db:"news_languages"`
	Zone           string `db:"zone"`
	ThreadID       int64  `db:"thread_id"`
	Active         bool   `db:"active"`
	InactiveReason string `db:"inactive_reason"`
	Subscribed     bool   `db:"subscribed"`
	Currencies     string `db:"currencies"`
	Topics         string `db:"topics"`
	NoBreaking     bool   `db:"no_breaking"`
	NoNewsroom     bool   `db:"no_newsroom"`
	QuietFrom      int    `db:"quiet_from"`
	QuietTo        int    `db:"quiet_to"`
	OwnerID        int64  `db:"owner_id"`
	CreatedAt      int64  `db:"created_at"`
}

// chatSettings are the columns that a chat takes along to a new id.
const chatSettings = `language, news_languages, zone, subscribed, currencies, topics, no_breaking, no_newsroom,
	quiet_from, quiet_to, owner_id, created_at`

const chatColumns = `chat_id, kind, title, thread_id, active, inactive_reason, ` + chatSettings

// chatColumnsAs are a chat's columns read from a join: c.kind AS "c.kind" and so on.
var chatColumnsAs = columnsAs("c", chatColumns)

// columnsAs writes a list of columns for a table's alias, named for sqlx's
// nested structs.
func columnsAs(alias, columns string) string {
	names := strings.Split(columns, ",")
	for i, name := range names {
		name = alias + "." + strings.TrimSpace(name)
		names[i] = name + ` AS "` + name + `"`
	}
	return strings.Join(names, ", ")
}

func (r chatRow) chat() Chat {
	return Chat{
		ID: r.ID, Kind: r.Kind, Title: r.Title, Language: r.Language,
		NewsLanguages: splitList(r.NewsLanguages), Zone: r.Zone, ThreadID: r.ThreadID,
		Active: r.Active, InactiveReason: r.InactiveReason, Subscribed: r.Subscribed,
		Currencies: splitList(r.Currencies), Topics: topicsOf(r.Topics), NoBreaking: r.NoBreaking, NoNewsroom: r.NoNewsroom,
		Quiet: Quiet{From: r.QuietFrom, To: r.QuietTo}, OwnerID: r.OwnerID, CreatedAt: at(r.CreatedAt),
	}
}

func splitList(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

// Chat returns a chat, or ErrNotFound.
func (s *Store) Chat(ctx context.Context, id int64) (Chat, error) {
	c, err := readChat(ctx, s.r, id)
	if err != nil {
		return Chat{}, fmt.Errorf("read chat %d: %w", id, err)
	}
	return c, nil
}

func readChat(ctx context.Context, c conn, id int64) (Chat, error) {
	var row chatRow
	if err := get(ctx, c, &row, `SELECT `+chatColumns+` FROM chats WHERE chat_id = ?`, id); err != nil {
		return Chat{}, err
	}
	return row.chat(), nil
}

// TouchChat stores a chat at its first contact with the settings given, and
// later only refreshes its kind and title and makes it active again, with all
// its settings. It returns the chat as it is stored; after a group's upgrade
// that is the supergroup. It only reads when nothing has changed.
func (s *Store) TouchChat(ctx context.Context, now time.Time, c Chat) (stored Chat, created bool, err error) {
	stored, err = readChat(ctx, s.r, c.ID)
	if err == nil && stored.Active && stored.Kind == c.Kind && stored.Title == c.Title {
		return stored, false, nil
	}
	if err == nil || errors.Is(err, ErrNotFound) {
		err = s.tx(ctx, func(tx *sqlx.Tx) (err error) {
			stored, created, err = touchChat(ctx, tx, now, c)
			return err
		})
	}
	if err != nil {
		return Chat{}, false, fmt.Errorf("store chat %d: %w", c.ID, err)
	}
	return stored, created, nil
}

func touchChat(ctx context.Context, tx *sqlx.Tx, now time.Time, c Chat) (stored Chat, created bool, err error) {
	var newID int64
	switch err := get(ctx, tx, &newID, `SELECT new_id FROM chat_moves WHERE old_id = ?`, c.ID); {
	case err == nil:
		// A late word from the group that it was: its kind and title say nothing new.
		stored, err := readChat(ctx, tx, newID)
		return stored, false, err
	case !errors.Is(err, ErrNotFound):
		return Chat{}, false, err
	}
	n, err := exec(ctx, tx, `INSERT INTO chats (`+chatColumns+`, changed_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (chat_id) DO NOTHING`,
		c.ID, c.Kind, c.Title, c.ThreadID, c.Active, c.InactiveReason,
		c.Language, strings.Join(c.NewsLanguages, ","), c.Zone, c.Subscribed, strings.Join(c.Currencies, ","),
		listOf(c.Topics), c.NoBreaking, c.NoNewsroom, c.Quiet.From, c.Quiet.To, c.OwnerID, ms(now), ms(now))
	if err != nil {
		return Chat{}, false, err
	}
	if n == 0 {
		if _, err := exec(ctx, tx, `UPDATE chats SET kind = ?, title = ?, active = ?, inactive_reason = '', changed_at = ?
			WHERE chat_id = ?`, c.Kind, c.Title, true, ms(now), c.ID); err != nil {
			return Chat{}, false, err
		}
	}
	stored, err = readChat(ctx, tx, c.ID)
	return stored, n == 1, err
}

// SetChatLanguage sets the interface language.
func (s *Store) SetChatLanguage(ctx context.Context, id int64, language string) error {
	return s.setChat(ctx, id, `language = ?`, language)
}

// SetNewsLanguages sets in which languages a chat reads news; none means all.
func (s *Store) SetNewsLanguages(ctx context.Context, id int64, languages []string) error {
	return s.setChat(ctx, id, `news_languages = ?`, strings.Join(languages, ","))
}

// SetCurrencies sets whose rates a chat is shown, in their order; none means the usual ones.
func (s *Store) SetCurrencies(ctx context.Context, id int64, codes []string) error {
	return s.setChat(ctx, id, `currencies = ?`, strings.Join(codes, ","))
}

// SetSubscribed sets whether a chat gets broadcasts.
func (s *Store) SetSubscribed(ctx context.Context, id int64, subscribed bool) error {
	return s.setChat(ctx, id, `subscribed = ?`, subscribed)
}

// SetThread sets the forum topic that digests and broadcasts go to; 0 is the chat itself.
func (s *Store) SetThread(ctx context.Context, id, thread int64) error {
	return s.setChat(ctx, id, `thread_id = ?`, thread)
}

func (s *Store) setChat(ctx context.Context, id int64, set string, args ...any) error {
	if err := s.writeOne(ctx, `UPDATE chats SET `+set+` WHERE chat_id = ?`, append(args, id)...); err != nil {
		return fmt.Errorf("set chat %d: %w", id, err)
	}
	return nil
}

// DeactivateChat notes that the bot cannot write to a chat. Its settings stay.
func (s *Store) DeactivateChat(ctx context.Context, now time.Time, id int64, reason string) error {
	return s.setChat(ctx, id, `active = ?, inactive_reason = ?, changed_at = ?`, false, reason, ms(now))
}

// CountChats returns how many chats are active, and how many are known.
func (s *Store) CountChats(ctx context.Context) (active, all int, err error) {
	var row struct {
		Active int `db:"active"`
		All    int `db:"total"`
	}
	err = get(ctx, s.r, &row, `SELECT COALESCE(SUM(CASE WHEN active THEN 1 ELSE 0 END), 0) AS active, COUNT(*) AS total FROM chats`)
	if err != nil {
		return 0, 0, fmt.Errorf("count chats: %w", err)
	}
	return row.Active, row.All, nil
}

// MigrateChat moves a group's settings, digest and live deliveries to the
// supergroup it became. Told again, it only moves deliveries made since.
func (s *Store) MigrateChat(ctx context.Context, now time.Time, oldID, newID int64) error {
	err := s.tx(ctx, func(tx *sqlx.Tx) error { return migrateChat(ctx, tx, now, oldID, newID) })
	if err != nil {
		return fmt.Errorf("move chat %d to %d: %w", oldID, newID, err)
	}
	return nil
}

func migrateChat(ctx context.Context, tx *sqlx.Tx, now time.Time, oldID, newID int64) error {
	if oldID == newID {
		return nil
	}
	first, err := exec(ctx, tx, `INSERT INTO chat_moves (old_id, new_id, moved_at) VALUES (?, ?, ?)
		ON CONFLICT (old_id) DO NOTHING`, oldID, newID, ms(now))
	if err != nil {
		return err
	}
	if first == 1 {
		if err := moveSettings(ctx, tx, now, oldID, newID); err != nil {
			return err
		}
	}
	if err := dropDoubled(ctx, tx, now, oldID, newID); err != nil {
		return err
	}
	_, err = exec(ctx, tx, `UPDATE outbox SET chat_id = ? WHERE chat_id = ? AND state IN ('pending', 'sending')`, newID, oldID)
	return err
}

// dropDoubled cancels what a group waits for of a broadcast that its supergroup
// gets, or got, under its own id: both were known when it was planned.
func dropDoubled(ctx context.Context, tx *sqlx.Tx, now time.Time, oldID, newID int64) error {
	var batches []string
	err := list(ctx, tx, &batches, `UPDATE outbox SET state = 'cancelled', settled_at = ?
		WHERE chat_id = ? AND state = 'pending' AND batch <> '' AND EXISTS (SELECT 1 FROM outbox o
			WHERE o.delivery_key = 'b:' || outbox.batch || ':' || CAST(? AS TEXT) AND o.state IN ('pending', 'sending', 'sent'))
		RETURNING batch`, ms(now), oldID, strconv.FormatInt(newID, 10))
	if err != nil {
		return err
	}
	for _, id := range batches {
		if _, err := exec(ctx, tx, `UPDATE broadcasts SET planned = planned - 1, total = total - 1 WHERE broadcast_id = ?`, id); err != nil {
			return err
		}
		if _, err := exec(ctx, tx, finishSQL+` AND broadcast_id = ?`, ms(now), id); err != nil {
			return err
		}
	}
	return nil
}

// moveSettings hands everything of a chat to its new id. The settings people
// made in the group win over those the supergroup may have got by default.
func moveSettings(ctx context.Context, tx *sqlx.Tx, now time.Time, oldID, newID int64) error {
	n, err := exec(ctx, tx, `
		INSERT INTO chats (`+chatColumns+`, changed_at)
		SELECT CAST(? AS BIGINT), 'supergroup', title, thread_id, CAST(? AS BOOLEAN), '', `+chatSettings+`, CAST(? AS BIGINT)
		FROM chats WHERE chat_id = ?
		ON CONFLICT (chat_id) DO UPDATE SET active = excluded.active, inactive_reason = '', changed_at = excluded.changed_at, `+
		excluded(chatSettings),
		newID, true, ms(now), oldID)
	if err != nil || n == 0 {
		return err
	}
	for _, step := range []struct {
		query string
		args  []any
	}{
		{`DELETE FROM digests WHERE chat_id = ? AND EXISTS (SELECT 1 FROM digests o WHERE o.chat_id = ?)`, []any{newID, oldID}},
		{`UPDATE digests SET chat_id = ? WHERE chat_id = ?`, []any{newID, oldID}},
		{`INSERT INTO digest_slots (chat_id, slot_at, sent, note, settled_at)
			SELECT CAST(? AS BIGINT), slot_at, sent, note, settled_at FROM digest_slots WHERE chat_id = ?
			ON CONFLICT (chat_id, slot_at) DO NOTHING`, []any{newID, oldID}},
		{`DELETE FROM digest_slots WHERE chat_id = ?`, []any{oldID}},
		{`INSERT INTO alerts (chat_id, book, code, kind, threshold, nominal, thread_id, armed, checked, created_at)
			SELECT CAST(? AS BIGINT), book, code, kind, threshold, nominal, thread_id, armed, checked, created_at FROM alerts WHERE chat_id = ?
			ON CONFLICT (chat_id, book, code, kind, threshold) DO NOTHING`, []any{newID, oldID}},
		{`DELETE FROM alerts WHERE chat_id = ?`, []any{oldID}},
		{`DELETE FROM dialogs WHERE chat_id = ?`, []any{oldID}},
		{`DELETE FROM chats WHERE chat_id = ?`, []any{oldID}},
	} {
		if _, err := exec(ctx, tx, step.query, step.args...); err != nil {
			return err
		}
	}
	return planMoved(ctx, tx, now, oldID, newID)
}

// excluded sets columns to what an INSERT that met a conflict would have written.
func excluded(columns string) string {
	names := strings.Split(columns, ",")
	for i, name := range names {
		name = strings.TrimSpace(name)
		names[i] = name + " = excluded." + name
	}
	return strings.Join(names, ", ")
}

// planMoved makes the delivery of a running broadcast for a chat that slipped
// through between the ids: chats are planned by rising id, and a supergroup's
// id lies below its group's.
func planMoved(ctx context.Context, tx *sqlx.Tx, now time.Time, oldID, newID int64) error {
	var missed []string
	err := list(ctx, tx, &missed, `SELECT broadcast_id FROM broadcasts
		WHERE state = 'running' AND cursor_id >= ? AND cursor_id < ?`, newID, oldID)
	if err != nil {
		return err
	}
	for _, id := range missed {
		n, err := exec(ctx, tx, planSQL+` AND c.chat_id = ? ON CONFLICT (delivery_key) DO NOTHING`,
			id, int(outbox.LaneBulk), id, ms(now), ms(now), id, newID)
		if err != nil {
			return err
		}
		if _, err := exec(ctx, tx, `UPDATE broadcasts SET planned = planned + ? WHERE broadcast_id = ?`, n, id); err != nil {
			return err
		}
	}
	return nil
}
