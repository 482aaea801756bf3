package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"newsbot/internal/article"
)

type articleRow struct {
	ID          string `db:"article_id"`
	SourceID    string `db:"source_id"`
	SourceTitle string `db:"source_title"`
	StoryID     string `db:"story_id"`
	Language    string `db:"language"`
	Topic       string `db:"topic"`
	PublishedAt int64  `db:"published_at"`
	FirstSeenAt int64  `db:"first_seen_at"`
	TextState   string `db:"text_state"`
	TextTries   int    `db:"text_tries"`
	Link        string `db:"link"`
	Title       string `db:"title"`
	Author      string `db:"author"`
	Image       string `db:"image"`
	Summary     string `db:"summary"`
	HasText     bool   `db:"has_text"`
	Reprint     int    `db:"reprint"`
	RevisedAt   int64  `db:"revised_at"`
	Blocks      string `db:"blocks"`
}

// hasText is the condition on an article that it has a text; blocks are long, and
// looked at only where they may be missing.
const hasText = `(a.text_state = 'ready' OR a.text_state = 'pending' AND a.blocks <> '')`

const articleColumns = `a.article_id, a.source_id, s.title AS source_title, a.story_id, a.language, a.topic, a.published_at, a.first_seen_at,
	a.text_state, a.text_tries, a.link, a.title, a.author, a.image, a.summary, ` + hasText + ` AS has_text`

func (r articleRow) article() (Article, error) {
	a := Article{
		ID: r.ID, SourceID: r.SourceID, SourceTitle: r.SourceTitle, Link: r.Link, Title: r.Title, Author: r.Author,
		Language: r.Language, Image: r.Image, Summary: r.Summary, Topic: r.Topic, StoryID: r.StoryID,
		PublishedAt: at(r.PublishedAt), FirstSeenAt: at(r.FirstSeenAt), TextState: r.TextState, TextTries: r.TextTries,
		HasText: r.HasText, Reprint: r.Reprint, RevisedAt: at(r.RevisedAt),
	}
	if r.Blocks != "" {
		if err := json.Unmarshal([]byte(r.Blocks), &a.Blocks); err != nil {
			return Article{}, fmt.Errorf("decode text of article %s: %w", r.ID, err)
		}
	}
	return a, nil
}

// Article returns an article with its text and the others of its story, or ErrNotFound.
func (s *Store) Article(ctx context.Context, id string) (Article, error) {
	var row articleRow
	err := get(ctx, s.r, &row, `SELECT `+articleColumns+`, a.blocks,
			(SELECT COALESCE(MAX(v.replaced_at), 0) FROM revisions v WHERE v.article_id = a.article_id) AS revised_at
		FROM articles a JOIN sources s ON s.source_id = a.source_id WHERE a.article_id = ?`, id)
	if err != nil {
		return Article{}, fmt.Errorf("read article %s: %w", id, err)
	}
	a, err := row.article()
	if err != nil {
		return Article{}, err
	}
	var refs []struct {
		SourceID    string `db:"source_id"`
		SourceTitle string `db:"source_title"`
		ArticleID   string `db:"article_id"`
		Language    string `db:"language"`
		Title       string `db:"title"`
		HasText     bool   `db:"has_text"`
	}
	err = list(ctx, s.r, &refs, `SELECT a.source_id, s.title AS source_title, a.article_id, a.language, a.title, `+hasText+` AS has_text
		FROM articles a JOIN sources s ON s.source_id = a.source_id
		WHERE a.story_id = ? AND a.article_id <> ? AND NOT (a.source_id = ? AND a.title = ?) ORDER BY a.first_seen_at, a.article_id`,
		a.StoryID, id, a.SourceID, a.Title) // one headline of one source twice is one page under two addresses
	if err != nil {
		return Article{}, fmt.Errorf("read story of article %s: %w", id, err)
	}
	for _, r := range refs {
		a.Sources = append(a.Sources, SourceRef(r))
	}
	return a, nil
}

// PendingTexts returns articles whose text is to be fetched now, newest first.
func (s *Store) PendingTexts(ctx context.Context, now time.Time, limit int) ([]Article, error) {
	var rows []articleRow
	err := list(ctx, s.r, &rows, `SELECT `+articleColumns+` FROM articles a JOIN sources s ON s.source_id = a.source_id
		WHERE a.text_state = 'pending' AND a.text_due_at <= ? ORDER BY a.published_at DESC, a.article_id LIMIT ?`, ms(now), limit)
	if err != nil {
		return nil, fmt.Errorf("read pending texts: %w", err)
	}
	return articles(rows)
}

// SaveText stores an article's text as its page has it, and of its page's other facts
// those that the source did not give. An article that has a text is one whose page was
// read again: see saveAgain.
func (s *Store) SaveText(ctx context.Context, now time.Time, id string, a article.Article) error {
	blocks, err := encode(a.Blocks)
	if err != nil {
		return err
	}
	published := ms(a.Published)
	if a.Published.After(now) {
		published = 0
	}
	// An article that was published at the moment it was first seen, or unknownAge
	// before, is one whose source did not say when it was.
	n, err := s.write(ctx, `UPDATE articles SET blocks = ?, text_state = 'ready', text_error = '', text_due_at = ?,
			title = CASE WHEN title = '' THEN CAST(? AS TEXT) ELSE title END,
			author = CASE WHEN author = '' THEN CAST(? AS TEXT) ELSE author END,
			language = CASE WHEN language = '' THEN CAST(? AS TEXT) ELSE language END,
			image = CASE WHEN image = '' THEN CAST(? AS TEXT) ELSE image END,
			published_at = CASE WHEN published_at IN (first_seen_at, first_seen_at - ?) AND CAST(? AS BIGINT) > 0 THEN CAST(? AS BIGINT) ELSE published_at END
		WHERE article_id = ? AND blocks = ''`, blocks, ms(now), a.Title, a.Author, a.Language, a.Image, unknownAge.Milliseconds(), published, published, id)
	if err == nil && n == 0 {
		err = s.saveAgain(ctx, now, id, a.Blocks)
	}
	if err != nil {
		return fmt.Errorf("save text of article %s: %w", id, err)
	}
	s.totals.forget() // the page may have said in which language it is
	return nil
}

// FailText notes that an article's text could not be had; a zero retryAt means
// that it is not tried again. A text that is there stays.
func (s *Store) FailText(ctx context.Context, now time.Time, id, reason string, retryAt time.Time) error {
	state, due := TextPending, retryAt
	if retryAt.IsZero() {
		state, due = TextFailed, now
	}
	err := s.writeOne(ctx, `UPDATE articles SET text_error = ?, text_due_at = ?, text_tries = text_tries + 1,
			text_state = CASE WHEN CAST(? AS TEXT) = 'failed' AND blocks <> '' THEN 'ready' ELSE CAST(? AS TEXT) END,
			rereads = CASE WHEN CAST(? AS TEXT) = 'failed' THEN rereads + 1 ELSE rereads END
		WHERE article_id = ?`, reason, ms(due), state, state, state, id)
	if err != nil {
		return fmt.Errorf("note failed text of article %s: %w", id, err)
	}
	return nil
}

func articles(rows []articleRow) ([]Article, error) {
	out := make([]Article, 0, len(rows))
	for _, r := range rows {
		a, err := r.article()
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}
