package digest

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"newsbot/internal/outbox"
	"newsbot/internal/rates"
	"newsbot/internal/store"
)

// press makes the messages of one round. Chats whose digests are the same share
// one, so that a hundred thousand due in a minute are made a few dozen times.
type press struct {
	db    *store.Store
	board rates.Board
	now   time.Time
	log   *slog.Logger

	editions map[edition]*printed
	since    map[int64]int64 // when a digest begins → the newest news before, which begins the same digest
	charts   map[string]*outbox.Message
	runs     []store.ToldRun // broadcasts that told stories; read once
	asked    bool
	made     int // digests that were rendered
}

// edition is all that a digest depends on besides the round itself.
type edition struct {
	language, zone, newsLanguages, topics, currencies string
	without                                           string // stories that the chat has been told otherwise
	since                                             int64
}

// printed is a digest as it is sent, with a sound and without.
type printed struct {
	message, silent *outbox.Message
	err             error
}

func newPress(db *store.Store, board rates.Board, now time.Time, log *slog.Logger) press {
	return press{db: db, board: board, now: now, log: log, editions: map[edition]*printed{}, since: map[int64]int64{}, charts: map[string]*outbox.Message{}}
}

// told returns which stories chats have been told, or are about to be told, by
// broadcasts: breaking news is no news in the morning.
func (s *press) told(ctx context.Context, due []store.DueDigest) (map[int64][]string, error) {
	if !s.asked {
		runs, err := s.db.ToldRuns(ctx, s.now.Add(-maxReach))
		if err != nil {
			return nil, err
		}
		s.runs, s.asked = runs, true
	}
	if len(s.runs) == 0 {
		return nil, nil
	}
	chats := make([]int64, len(due))
	for i, d := range due {
		chats[i] = d.ChatID
	}
	return s.db.ToldStories(ctx, s.now, s.runs, chats)
}

// message returns a chat's digest, which others may have as well: nobody may change it.
func (s *press) message(ctx context.Context, d store.DueDigest, without []string, silent bool) (*outbox.Message, error) {
	since, err := s.begins(ctx, reach(d.LastSlot, s.now))
	if err != nil {
		return nil, err
	}
	// Topics are quoted since [""], those without one, is not the same as none chosen.
	key := edition{
		language: d.Chat.Language, zone: d.Chat.Zone, newsLanguages: strings.Join(d.Chat.NewsLanguages, ","),
		topics: fmt.Sprintf("%q", d.Chat.Topics), currencies: strings.Join(d.Chat.Currencies, ","), without: strings.Join(without, ","), since: since,
	}
	e, ok := s.editions[key]
	if !ok {
		e = &printed{}
		e.message, e.err = s.render(ctx, d, without)
		s.editions[key] = e
	}
	if e.err != nil || !silent {
		return e.message, e.err
	}
	if e.silent == nil {
		m := *e.message
		m.Silent = true
		e.silent = &m
	}
	return e.silent, nil
}

// begins returns the newest instant at or before since at which anything was
// first seen: a digest that begins there has the same news.
func (s *press) begins(ctx context.Context, since time.Time) (int64, error) {
	key := since.UnixMilli()
	at, ok := s.since[key]
	if !ok {
		seen, err := s.db.LastSeen(ctx, since)
		if err != nil {
			return 0, err
		}
		at = seen.UnixMilli()
		s.since[key] = at
	}
	return at, nil
}

// render makes a digest. A panic is an error like any other.
func (s *press) render(ctx context.Context, d store.DueDigest, without []string) (m *outbox.Message, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	s.made++
	return Build(ctx, s.db, s.board, d.Chat, d.LastSlot, s.now, without...)
}

// chart is the picture of a chat's digest; nil when there is none to show. A
// picture that fails takes nothing from the digest.
func (s *press) chart(ctx context.Context, d store.DueDigest) *outbox.Message {
	key := fmt.Sprintf("%s|%s|%s", d.Chat.Language, strings.Join(d.Chat.Currencies, ","), d.Chat.Zone)
	m, ok := s.charts[key]
	if !ok {
		var err error
		if m, err = Chart(ctx, s.db, s.board.Book, d.Chat, s.now); err != nil {
			s.log.Error("digest goes out without its chart", slog.Int64("chat", d.ChatID), slog.Any("error", err))
		}
		s.charts[key] = m
	}
	return m
}
