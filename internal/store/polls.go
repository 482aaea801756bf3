package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
)

// relist is how stale an article's listed_at may get: writing it at each poll
// would be most of what the database does.
const relist = 6 * time.Hour

// unknownAge is how old what a source lists without a date counts as when the source
// is read for the first time: it was there before we came. As news of now it would
// push everybody else's from the top of the list.
const unknownAge = 24 * time.Hour

// RecordPoll writes the outcome of a poll and its new items in one transaction.
// All items the source lists belong in it: a known one, also under another name, is not
// repeated, and changed when its source says something else of it. It returns how many were new.
func (s *Store) RecordPoll(ctx context.Context, now time.Time, p Poll) (added int, err error) {
	if p.Err == "" {
		for items := range chunks(p.Items, chunk) {
			if err := s.relistMany(ctx, now, p.SourceID, items); err != nil {
				return 0, fmt.Errorf("record changes of %s: %w", p.SourceID, err)
			}
		}
	}
	err = s.tx(ctx, func(tx *sqlx.Tx) error {
		added = 0
		days := map[int64]int{}
		if p.Err == "" {
			undated := now // an item without a date is new
			if p.First {
				undated = now.Add(-unknownAge)
			}
			for items := range chunks(p.Items, chunk) {
				n, err := s.recordItems(ctx, tx, now, undated, p.SourceID, items, days)
				if err != nil {
					return err
				}
				added += n
			}
			if err := recordYield(ctx, tx, p.SourceID, days); err != nil {
				return err
			}
		}
		return recordSource(ctx, tx, now, p, added > 0)
	})
	if err != nil {
		return 0, fmt.Errorf("record poll of %s: %w", p.SourceID, err)
	}
	if added > 0 {
		s.totals.forget()
	}
	return added, nil
}

// RecordPolls writes the outcomes of polls that brought no items in one transaction:
// of many sources hardly any has something new, and a commit costs more than what
// it says. When one cannot be written, none is.
func (s *Store) RecordPolls(ctx context.Context, now time.Time, polls []Poll) error {
	err := s.tx(ctx, func(tx *sqlx.Tx) error {
		for _, p := range polls {
			if err := recordSource(ctx, tx, now, p, false); err != nil {
				return fmt.Errorf("of %s: %w", p.SourceID, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("record %d polls: %w", len(polls), err)
	}
	return nil
}

// recordSource notes how a source stands after a poll, and whether that has brought anything new.
func recordSource(ctx context.Context, tx *sqlx.Tx, now time.Time, p Poll, brought bool) error {
	var n int
	var err error
	switch {
	case p.Excused:
		n, err = exec(ctx, tx, `UPDATE sources SET next_poll_at = ? WHERE source_id = ?`, ms(p.NextPollAt), p.SourceID)
	case p.Err != "":
		n, err = exec(ctx, tx, `UPDATE sources SET next_poll_at = ?, last_error = ?, reason = ?, failures = failures + 1,
			failing_since = CASE WHEN failing_since = 0 THEN CAST(? AS BIGINT) ELSE failing_since END WHERE source_id = ?`,
			ms(p.NextPollAt), p.Err, string(p.Reason), ms(now), p.SourceID)
		if err == nil && p.Pause {
			_, err = exec(ctx, tx, `UPDATE sources SET paused = TRUE, pause_reason = ? WHERE source_id = ?`, string(p.Reason), p.SourceID)
		}
	default:
		listed, broughtAt, next := int64(0), int64(0), p.NextPollAt
		if len(p.Items) > 0 {
			listed = ms(now)
		}
		if brought {
			broughtAt = ms(now)
			if !p.SoonAt.IsZero() {
				next = p.SoonAt
			}
		}
		n, err = exec(ctx, tx, `UPDATE sources SET next_poll_at = ?, etag = ?, last_modified = ?, body_hash = ?, gap_ms = ?, asked_ms = ?, newest_at = ?,
			moved_to = ?, moved_times = ?, moved_since = ?, last_ok_at = ?, last_error = '', reason = '', failures = 0, failing_since = 0,
			listed_at = CASE WHEN CAST(? AS BIGINT) > 0 THEN CAST(? AS BIGINT) ELSE listed_at END,
			brought_at = CASE WHEN CAST(? AS BIGINT) > 0 THEN CAST(? AS BIGINT) ELSE brought_at END,
			quiet_told_at = CASE WHEN CAST(? AS BIGINT) > 0 THEN 0 ELSE quiet_told_at END WHERE source_id = ?`,
			ms(next), p.State.ETag, p.State.LastModified, p.State.Hash, p.Rhythm.Gap.Milliseconds(), p.Rhythm.Asked.Milliseconds(), ms(p.Rhythm.NewestAt),
			p.Move.To, p.Move.Times, ms(p.Move.Since), ms(now), listed, listed, broughtAt, broughtAt, broughtAt, p.SourceID)
	}
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

// recordYield counts what a source has brought, by the day it was published: the
// first reading of a source brings days at once.
func recordYield(ctx context.Context, tx *sqlx.Tx, sourceID string, added map[int64]int) error {
	days := slices.Sorted(maps.Keys(added)) // in one order, so that two writers never wait for each other
	for part := range chunks(days, chunk) {
		var args []any
		for _, day := range part {
			args = append(args, sourceID, day, added[day])
		}
		_, err := exec(ctx, tx, `INSERT INTO source_days (source_id, day, added) VALUES `+places(len(part), "(?, ?, ?)")+`
			ON CONFLICT (source_id, day) DO UPDATE SET added = source_days.added + excluded.added`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// dayOf is the day that an item counts for.
func dayOf(published, now time.Time) int64 {
	if published.After(now) {
		published = now
	}
	return ms(published.UTC().Truncate(24 * time.Hour))
}

func (s *Store) recordItems(ctx context.Context, tx *sqlx.Tx, now, undated time.Time, sourceID string, items []NewItem, days map[int64]int) (added int, err error) {
	found, err := knownOf(ctx, tx, items)
	if err != nil {
		return 0, err
	}
	changed, listed := relisted(sourceID, items, found, now)
	if err := s.relist(ctx, tx, now, changed, listed); err != nil {
		return 0, err
	}
	var fresh []NewItem
	taken := make(map[string]bool, len(items))
	for _, it := range items {
		if _, ok := found[it.ID]; ok || taken[it.ID] {
			continue
		}
		taken[it.ID] = true
		if it.PublishedAt.IsZero() {
			it.PublishedAt = undated
		}
		fresh = append(fresh, it)
	}
	// In one order, so that two sources with the same pages never wait for each other.
	slices.SortFunc(fresh, func(a, b NewItem) int { return strings.Compare(a.ID, b.ID) })
	return insertItems(ctx, tx, now, sourceID, fresh, days)
}

// insertItems stores new articles with one statement, but for those that another
// source has brought at this moment, and counts the days that they are of.
func insertItems(ctx context.Context, tx *sqlx.Tx, now time.Time, sourceID string, items []NewItem, days map[int64]int) (added int, err error) {
	if len(items) == 0 {
		return 0, nil
	}
	const values = 19
	args := make([]any, 0, values*len(items))
	published := make(map[string]time.Time, len(items))
	for _, it := range items {
		blocks, state := "", TextPending
		if it.Blocks != nil {
			text, err := encode(it.Blocks)
			if err != nil {
				return 0, fmt.Errorf("item %s: %w", it.ID, err)
			}
			blocks, state = text, TextReady
		}
		story := it.StoryID
		if story == "" {
			story = it.ID
		}
		published[it.ID] = it.PublishedAt
		args = append(args, it.ID, sourceID, story, it.Language, it.Topic, ms(it.PublishedAt), ms(now), ms(now),
			state, ms(now), it.Link, it.Title, it.Author, it.Image, it.Summary, it.StoryID != "", blocks, it.said(), ms(it.UpdatedAt))
	}
	var ids []string
	err = list(ctx, tx, &ids, `INSERT INTO articles (article_id, source_id, story_id, language, topic, published_at, first_seen_at, listed_at,
			text_state, text_due_at, text_tries, text_error, link, title, author, image, summary, story_set, blocks, said, edited_at)
		VALUES `+places(len(items), "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', ?, ?, ?, ?, ?, ?, ?, ?, ?)")+`
		ON CONFLICT (article_id) DO NOTHING RETURNING article_id`, args...)
	if err != nil {
		return 0, fmt.Errorf("%d new items: %w", len(items), err)
	}
	for _, id := range ids {
		days[dayOf(published[id], now)]++
	}
	return len(ids), nil
}

// MoveSource gives a source the address that it has moved to. It does nothing when
// the source has another address by now, or when another source is there already.
func (s *Store) MoveSource(ctx context.Context, id, from, to string) (moved bool, err error) {
	n, err := s.write(ctx, `UPDATE sources SET url = ?, moved_to = '', moved_times = 0, moved_since = 0 WHERE source_id = ? AND url = ?
		AND NOT EXISTS (SELECT 1 FROM sources o WHERE o.url = ? AND NOT o.removed)`, to, id, from, to)
	if err != nil {
		return false, fmt.Errorf("move source %s: %w", id, err)
	}
	return n > 0, nil
}
