package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
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
		return stored, false, s.noteSeen(ctx, now, c.ID)
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

const (
	// seenEvery is how often it is noted that a chat was heard of.
	seenEvery = 12 * time.Hour
	maxSeen   = 1 << 16
)

// noteSeen notes that a chat was heard of, if that was not noted lately.
func (s *Store) noteSeen(ctx context.Context, now time.Time, id int64) error {
	s.mu.Lock()
	last, ok := s.seen[id]
	s.mu.Unlock()
	if ok && now.Sub(last) < seenEvery && !now.Before(last) {
		return nil
	}
	if _, err := s.write(ctx, `UPDATE chats SET seen_at = ? WHERE chat_id = ?`, ms(now), id); err != nil {
		return fmt.Errorf("note that chat %d was seen: %w", id, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.seen) >= maxSeen {
		clear(s.seen)
	}
	s.seen[id] = now
	return nil
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
	n, err := exec(ctx, tx, `INSERT INTO chats (`+chatColumns+`, changed_at, seen_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (chat_id) DO NOTHING`,
		c.ID, c.Kind, c.Title, c.ThreadID, c.Active, c.InactiveReason,
		c.Language, strings.Join(c.NewsLanguages, ","), c.Zone, c.Subscribed, strings.Join(c.Currencies, ","),
		listOf(c.Topics), c.NoBreaking, c.NoNewsroom, c.Quiet.From, c.Quiet.To, c.OwnerID, ms(now), ms(now), ms(now))
	if err != nil {
		return Chat{}, false, err
	}
	if n == 0 {
		if _, err := exec(ctx, tx, `UPDATE chats SET kind = ?, title = ?, active = ?, inactive_reason = '', changed_at = ?, seen_at = ?
			WHERE chat_id = ?`, c.Kind, c.Title, true, ms(now), ms(now), c.ID); err != nil {
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
