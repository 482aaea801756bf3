package store

import (
	"context"
	"fmt"
	"time"
)

// Unassigned returns articles whose story has not been looked for yet and whose
// text is there or cannot be had, with their texts, oldest first.
func (s *Store) Unassigned(ctx context.Context, limit int) ([]Article, error) {
	var rows []articleRow
	err := list(ctx, s.r, &rows, `SELECT `+articleColumns+`, a.blocks FROM articles a JOIN sources s ON s.source_id = a.source_id
		WHERE NOT a.story_set AND a.text_state <> 'pending' ORDER BY a.first_seen_at, a.article_id LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("read articles without a story: %w", err)
	}
	return articles(rows)
}

// RecentFingerprints returns the fingerprints of articles first seen since, oldest first.
func (s *Store) RecentFingerprints(ctx context.Context, since time.Time) ([]StoryPrint, error) {
	var rows []struct {
		ArticleID   string `db:"article_id"`
		StoryID     string `db:"story_id"`
		Language    string `db:"language"`
		Fingerprint []byte `db:"fingerprint"`
	}
	err := list(ctx, s.r, &rows, `SELECT article_id, story_id, language, fingerprint FROM articles
		WHERE first_seen_at >= ? AND fingerprint IS NOT NULL ORDER BY first_seen_at, article_id`, ms(since))
	if err != nil {
		return nil, fmt.Errorf("read fingerprints: %w", err)
	}
	prints := make([]StoryPrint, len(rows))
	for i, r := range rows {
		prints[i] = StoryPrint(r)
	}
	return prints, nil
}

// SetStory sets which story an article tells and what it is recognised by.
func (s *Store) SetStory(ctx context.Context, articleID, storyID string, fingerprint []byte) error {
	err := s.writeOne(ctx, `UPDATE articles SET story_id = ?, fingerprint = ?, story_set = TRUE WHERE article_id = ?`, storyID, fingerprint, articleID)
	if err != nil {
		return fmt.Errorf("set story of article %s: %w", articleID, err)
	}
	s.totals.forget()
	return nil
}
