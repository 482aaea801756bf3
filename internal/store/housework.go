package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
)

// pacer does much work in slices: it says how large the next one is, by the time that
// the last one took, and leaves the database to the others for as long. How long a
// slice takes depends on the engine and on what it is of: an article goes with what
// it is found by, a hundred times as much as other rows.
type pacer struct {
	size        int
	least, most int
}

const (
	sliceTime = 8 * time.Millisecond   // that a slice is to take, about
	longRest  = 100 * time.Millisecond // that it is at most rested for
)

// newPacer is for rows that are deleted.
func newPacer() *pacer { return &pacer{size: 50, least: 10, most: 500} }

// slice does a slice by calling rows, makes the next one larger or smaller and rests.
func (p *pacer) slice(ctx context.Context, rows func() (int, error)) (n int, err error) {
	began := time.Now()
	if n, err = rows(); err != nil {
		return 0, err
	}
	took := time.Since(began)
	switch {
	case took > sliceTime:
		p.size = max(p.size/2, p.least)
	case took < sliceTime/4:
		p.size = min(p.size*2, p.most)
	}
	select {
	case <-ctx.Done():
		return n, ctx.Err()
	case <-time.After(min(took, longRest)):
		return n, nil
	}
}

// Pages of the search index that a step of merging writes. One of SQLite's own
// choice writes 64 for each level of the index and reads ten times as many when nine
// of ten articles are gone.
const leastMerge, mostMerge = 4, 64

// newMergePacer is for the steps of mergeWords.
func newMergePacer() *pacer { return &pacer{size: leastMerge, least: leastMerge, most: mostMerge} }

// mergeWords merges what SQLite finds articles by, in up to most short transactions,
// until there is nothing to merge. An index that is written to or deleted from and
// never merged becomes slow, and takes more and more room; migration 43 says when
// there is something to merge, and that SQLite does not do it by itself, within
// whichever transaction, for as long as it takes.
func (s *Store) mergeWords(ctx context.Context, p *pacer, most int) error {
	for range most {
		if s.engine != engineSQLite {
			return nil
		}
		merged := false
		_, err := p.slice(ctx, func() (n int, err error) {
			merged, err = s.mergeStep(ctx, p.size)
			return 0, err
		})
		if err != nil {
			return fmt.Errorf("merge the search index: %w", err)
		}
		if !merged {
			return nil
		}
	}
	return nil
}

// mergeStep writes about as many pages as it is told to, and says whether there was
// anything to merge.
func (s *Store) mergeStep(ctx context.Context, pages int) (merged bool, err error) {
	err = s.tx(ctx, func(tx *sqlx.Tx) error {
		var before, after int64
		if err := get(ctx, tx, &before, `SELECT total_changes()`); err != nil {
			return err
		}
		if _, err := exec(ctx, tx, `INSERT INTO search_words (search_words, rank) VALUES ('merge', ?)`, pages); err != nil {
			return err
		}
		if err := get(ctx, tx, &after, `SELECT total_changes()`); err != nil {
			return err
		}
		merged = after-before > 1 // the statement itself counts as one
		return nil
	})
	return merged, err
}
