package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"newsbot/internal/feed"
)

type sourceRow struct {
	ID           string `db:"source_id"`
	Title        string `db:"title"`
	URL          string `db:"url"`
	Kind         string `db:"kind"`
	Language     string `db:"language"`
	Topics       string `db:"topics"`
	Selectors    string `db:"selectors"`
	Paused       bool   `db:"paused"`
	ETag         string `db:"etag"`
	LastModified string `db:"last_modified"`
	NextPollAt   int64  `db:"next_poll_at"`
	LastOKAt     int64  `db:"last_ok_at"`
	LastError    string `db:"last_error"`
	Failures     int    `db:"failures"`
}

const sourceSQL = `SELECT source_id, title, url, kind, language, topics, selectors, paused, etag, last_modified,
	next_poll_at, last_ok_at, last_error, failures FROM sources`

func (r sourceRow) status() (SourceStatus, error) {
	st := SourceStatus{
		Source: feed.Source{ID: r.ID, Title: r.Title, URL: r.URL, Kind: feed.Kind(r.Kind), Language: r.Language},
		Paused: r.Paused, State: feed.State{ETag: r.ETag, LastModified: r.LastModified},
		NextPollAt: at(r.NextPollAt), LastOKAt: at(r.LastOKAt), LastError: r.LastError, Failures: r.Failures,
	}
	err := errors.Join(json.Unmarshal([]byte(r.Topics), &st.Topics), json.Unmarshal([]byte(r.Selectors), &st.Selectors))
	if err != nil {
		return SourceStatus{}, fmt.Errorf("decode source %s: %w", r.ID, err)
	}
	return st, nil
}

func readSources(ctx context.Context, c conn, where string, args ...any) ([]SourceStatus, error) {
	var rows []sourceRow
	if err := list(ctx, c, &rows, sourceSQL+where, args...); err != nil {
		return nil, fmt.Errorf("read sources: %w", err)
	}
	sources := make([]SourceStatus, 0, len(rows))
	for _, r := range rows {
		st, err := r.status()
		if err != nil {
			return nil, err
		}
		sources = append(sources, st)
	}
	return sources, nil
}

// Sources returns all sources by id.
func (s *Store) Sources(ctx context.Context) ([]SourceStatus, error) {
	return readSources(ctx, s.r, ` ORDER BY source_id`)
}

// DueSources returns sources that are to be polled, the longest overdue first.
func (s *Store) DueSources(ctx context.Context, now time.Time, limit int) ([]SourceStatus, error) {
	return readSources(ctx, s.r, ` WHERE NOT paused AND next_poll_at <= ? ORDER BY next_poll_at, source_id LIMIT ?`, ms(now), limit)
}

// ImportSources adds sources and updates those that differ, in one transaction.
// A source with a new address or way of reading starts afresh; its articles stay.
func (s *Store) ImportSources(ctx context.Context, now time.Time, sources []feed.Source) (added, updated int, err error) {
	err = s.tx(ctx, func(tx *sqlx.Tx) error {
		added, updated = 0, 0
		for _, src := range sources {
			a, u, err := importSource(ctx, tx, now, src)
			if err != nil {
				return fmt.Errorf("import source %s: %w", src.ID, err)
			}
			added, updated = added+a, updated+u
		}
		return nil
	})
	if err != nil {
		return 0, 0, err
	}
	return added, updated, nil
}

func importSource(ctx context.Context, tx *sqlx.Tx, now time.Time, src feed.Source) (added, updated int, err error) {
	topics, err := encode(src.Topics)
	if err != nil {
		return 0, 0, err
	}
	selectors, err := encode(src.Selectors)
	if err != nil {
		return 0, 0, err
	}
	added, err = exec(ctx, tx, `INSERT INTO sources (source_id, title, url, kind, language, topics, selectors, paused, etag, last_modified,
			next_poll_at, last_ok_at, last_error, failures, listed_at, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', '', ?, 0, '', 0, 0, ?) ON CONFLICT (source_id) DO NOTHING`,
		src.ID, src.Title, src.URL, string(src.Kind), src.Language, topics, selectors, false, ms(now), ms(now))
	if err != nil || added == 1 {
		return added, 0, err
	}
	afresh, err := exec(ctx, tx, `UPDATE sources SET etag = '', last_modified = '', next_poll_at = ?, last_error = '', failures = 0
		WHERE source_id = ? AND (url <> ? OR kind <> ? OR selectors <> ?)`, ms(now), src.ID, src.URL, string(src.Kind), selectors)
	if err != nil {
		return 0, 0, err
	}
	updated, err = exec(ctx, tx, `UPDATE sources SET title = ?, url = ?, kind = ?, language = ?, topics = ?, selectors = ?
		WHERE source_id = ? AND (title <> ? OR language <> ? OR topics <> ? OR url <> ? OR kind <> ? OR selectors <> ?)`,
		src.Title, src.URL, string(src.Kind), src.Language, topics, selectors, src.ID,
		src.Title, src.Language, topics, src.URL, string(src.Kind), selectors)
	return 0, max(updated, afresh), err
}

// KeepSources lets only the sources with these ids be polled: the others are
// paused, and those of them that were paused go on. It returns how many it paused.
func (s *Store) KeepSources(ctx context.Context, ids []string) (paused int, err error) {
	err = s.tx(ctx, func(tx *sqlx.Tx) error {
		in := `source_id IN (` + places(len(ids), "?") + `)`
		if paused, err = exec(ctx, tx, `UPDATE sources SET paused = ? WHERE NOT paused AND NOT `+in, append([]any{true}, anys(ids)...)...); err != nil {
			return err
		}
		_, err := exec(ctx, tx, `UPDATE sources SET paused = ? WHERE paused AND `+in, append([]any{false}, anys(ids)...)...)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("keep %d sources: %w", len(ids), err)
	}
	return paused, nil
}

// relist is how stale an article's listed_at may get: writing it at each poll
// would be most of what the database does.
const relist = 6 * time.Hour

// RecordPoll writes the outcome of a poll and its new items in one transaction.
// All items the source lists belong in it: a known one is refreshed when its
// source changed its title, and not repeated. It returns how many were new.
func (s *Store) RecordPoll(ctx context.Context, now time.Time, p Poll) (added int, err error) {
	err = s.tx(ctx, func(tx *sqlx.Tx) error {
		added = 0
		if err := recordSource(ctx, tx, now, p); err != nil {
			return err
		}
		if p.Err != "" {
			return nil
		}
		for items := range chunks(p.Items, chunk) {
			n, err := recordItems(ctx, tx, now, p.SourceID, items)
			if err != nil {
				return err
			}
			added += n
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("record poll of %s: %w", p.SourceID, err)
	}
	if added > 0 {
		s.totals.forget()
	}
	return added, nil
}

func recordSource(ctx context.Context, tx *sqlx.Tx, now time.Time, p Poll) error {
	var n int
	var err error
	if p.Err != "" {
		n, err = exec(ctx, tx, `UPDATE sources SET next_poll_at = ?, last_error = ?, failures = failures + 1 WHERE source_id = ?`,
			ms(p.NextPollAt), p.Err, p.SourceID)
	} else {
		listed := int64(0)
		if len(p.Items) > 0 {
			listed = ms(now)
		}
		n, err = exec(ctx, tx, `UPDATE sources SET next_poll_at = ?, etag = ?, last_modified = ?, last_ok_at = ?, last_error = '', failures = 0,
			listed_at = CASE WHEN CAST(? AS BIGINT) > 0 THEN CAST(? AS BIGINT) ELSE listed_at END WHERE source_id = ?`,
			ms(p.NextPollAt), p.State.ETag, p.State.LastModified, ms(now), listed, listed, p.SourceID)
	}
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

func recordItems(ctx context.Context, tx *sqlx.Tx, now time.Time, sourceID string, items []NewItem) (added int, err error) {
	ids := make([]string, len(items))
	for i, it := range items {
		ids[i] = it.ID
	}
	var rows []struct {
		ID       string `db:"article_id"`
		SourceID string `db:"source_id"`
		Title    string `db:"title"`
		ListedAt int64  `db:"listed_at"`
	}
	err = list(ctx, tx, &rows, `SELECT article_id, source_id, title, listed_at FROM articles
		WHERE article_id IN (`+places(len(ids), "?")+`)`, anys(ids)...)
	if err != nil {
		return 0, err
	}
	known := make(map[string]bool, len(rows))
	stale := map[string]bool{}
	for _, r := range rows {
		known[r.ID] = true
		for _, it := range items {
			// Another source's wording of the same page stays out: two of them
			// would take turns for ever.
			if it.ID == r.ID && r.SourceID == sourceID && (it.Title != r.Title || r.ListedAt < ms(now.Add(-relist))) {
				stale[r.ID] = true
			}
		}
	}
	for _, it := range items {
		switch {
		case stale[it.ID]:
			_, err = exec(ctx, tx, `UPDATE articles SET title = ?, listed_at = ?, summary = CASE WHEN CAST(? AS TEXT) <> '' THEN CAST(? AS TEXT) ELSE summary END
				WHERE article_id = ?`, it.Title, ms(now), it.Summary, it.Summary, it.ID)
		case !known[it.ID]:
			known[it.ID] = true
			var n int
			n, err = insertItem(ctx, tx, now, sourceID, it)
			added += n
		}
		if err != nil {
			return 0, fmt.Errorf("item %s: %w", it.ID, err)
		}
	}
	return added, nil
}

func insertItem(ctx context.Context, tx *sqlx.Tx, now time.Time, sourceID string, it NewItem) (int, error) {
	blocks, state := "", TextPending
	if it.Blocks != nil {
		text, err := encode(it.Blocks)
		if err != nil {
			return 0, err
		}
		blocks, state = text, TextReady
	}
	published, story := it.PublishedAt, it.StoryID
	if published.IsZero() {
		published = now
	}
	if story == "" {
		story = it.ID
	}
	return exec(ctx, tx, `INSERT INTO articles (article_id, source_id, story_id, language, topic, published_at, first_seen_at, listed_at,
			text_state, text_due_at, text_tries, text_error, link, title, author, image, summary, fingerprint, story_set, blocks)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (article_id) DO NOTHING`,
		it.ID, sourceID, story, it.Language, it.Topic, ms(published), ms(now), ms(now),
		state, ms(now), it.Link, it.Title, it.Author, it.Image, it.Summary, it.Fingerprint, it.StoryID != "", blocks)
}
