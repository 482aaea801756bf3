package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The categories of what editors send; a chat opts out of each by itself.
const (
	CategoryNewsroom = "newsroom"
	CategoryBreaking = "breaking"
)

// Quiet is when a chat's messages come without a sound: from one minute of the
// day to another, over midnight when From is the later one. Equal minutes are no
// quiet hours.
type Quiet struct{ From, To int }

// On says whether there are quiet hours at all.
func (q Quiet) On() bool { return q.From != q.To }

// At says whether it is quiet at an instant, by what the clocks of zone show
// then: From is the first quiet minute, To the first loud one. When the clocks
// are set back over To, the hour that comes twice is quiet twice.
func (q Quiet) At(t time.Time, zone *time.Location) bool {
	hour, minute, _ := t.In(zone).Clock()
	m := hour*60 + minute
	if q.From <= q.To {
		return q.From <= m && m < q.To
	}
	return m >= q.From || m < q.To
}

// SetTopics sets what a chat's digest is about; none means all, and the empty
// topic stands for articles without one.
func (s *Store) SetTopics(ctx context.Context, id int64, topics []string) error {
	return s.setChat(ctx, id, `topics = ?`, listOf(topics))
}

// SetOptOut sets whether a chat does without a category of editors' messages.
func (s *Store) SetOptOut(ctx context.Context, id int64, category string, out bool) error {
	switch category {
	case CategoryBreaking:
		return s.setChat(ctx, id, `no_breaking = ?`, out)
	case CategoryNewsroom:
		return s.setChat(ctx, id, `no_newsroom = ?`, out)
	}
	return fmt.Errorf("set chat %d: no category %q", id, category)
}

// SetQuiet sets a chat's quiet hours.
func (s *Store) SetQuiet(ctx context.Context, id int64, q Quiet) error {
	const day = 24 * 60
	if q.From < 0 || q.From >= day || q.To < 0 || q.To >= day {
		return fmt.Errorf("set chat %d: quiet hours from minute %d to %d", id, q.From, q.To)
	}
	return s.setChat(ctx, id, `quiet_from = ?, quiet_to = ?`, q.From, q.To)
}

// SetOwner notes who brought the bot into a group or channel.
func (s *Store) SetOwner(ctx context.Context, id, userID int64) error {
	return s.setChat(ctx, id, `owner_id = ?`, userID)
}

// CountTopics counts the stories that were first seen since, by topic, in the
// languages given; none means all. The empty topic stands for those without.
func (s *Store) CountTopics(ctx context.Context, since time.Time, languages []string) (map[string]int, error) {
	var rows []struct {
		Topic string `db:"topic"`
		N     int    `db:"n"`
	}
	where, args := NewsQuery{Languages: languages}.visible("a")
	err := list(ctx, s.r, &rows, `SELECT a.topic, COUNT(DISTINCT a.story_id) AS n FROM articles a
		WHERE a.first_seen_at > ? AND `+where+` GROUP BY a.topic`, append([]any{ms(since)}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("count topics: %w", err)
	}
	counts := make(map[string]int, len(rows))
	for _, r := range rows {
		counts[r.Topic] = r.N
	}
	return counts, nil
}

// LastSeen returns when the newest article was first seen at or before an
// instant; zero when there is none.
func (s *Store) LastSeen(ctx context.Context, upTo time.Time) (time.Time, error) {
	var seen int64
	if err := get(ctx, s.r, &seen, `SELECT COALESCE(MAX(first_seen_at), 0) FROM articles WHERE first_seen_at <= ?`, ms(upTo)); err != nil {
		return time.Time{}, fmt.Errorf("find the newest article: %w", err)
	}
	return at(seen), nil
}

// noTopic is the empty topic in a list, which could not be told from no list.
const noTopic = "-"

// listOf writes topics as the database has them.
func listOf(topics []string) string {
	topics = slices.Clone(topics)
	for i, t := range topics {
		if t == "" {
			topics[i] = noTopic
		}
	}
	return strings.Join(topics, ",")
}

// topicsOf is the reverse of listOf.
func topicsOf(s string) []string {
	topics := splitList(s)
	for i, t := range topics {
		if t == noTopic {
			topics[i] = ""
		}
	}
	return topics
}
