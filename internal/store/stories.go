package store

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
)

// StoryPrint is what an article's story is recognised by.
type StoryPrint struct {
	ArticleID string `db:"article_id"`
	StoryID   string `db:"story_id"`
	Print     []byte `db:"print"`
}

// Telling is an article whose story has been found.
type Telling struct {
	ArticleID string
	StoryID   string   // empty: the one that it has
	Merged    []string // stories that turn out to be this one
	SeenAt    time.Time
	Form      int    // which form Print has
	Print     []byte // nil: it is recognised by nothing
	Keys      []int64
	Reprint   int // Article.Reprint as it was read
}

// StoryOf returns the story that an article tells now, or ErrNotFound.
func (s *Store) StoryOf(ctx context.Context, id string) (string, error) {
	var storyID string
	if err := get(ctx, s.r, &storyID, `SELECT story_id FROM articles WHERE article_id = ?`, id); err != nil {
		return "", fmt.Errorf("read which story article %s tells: %w", id, err)
	}
	return storyID, nil
}

// Unassigned returns articles whose story has not been looked for yet and whose
// text is there or cannot be had, with their texts, oldest first.
func (s *Store) Unassigned(ctx context.Context, limit int) ([]Article, error) {
	var rows []articleRow
	err := list(ctx, s.r, &rows, `SELECT `+articleColumns+`, a.reprint, a.blocks FROM articles a JOIN sources s ON s.source_id = a.source_id
		WHERE NOT a.story_set AND (a.text_state <> 'pending' OR a.blocks <> '') ORDER BY a.first_seen_at, a.article_id LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("read articles without a story: %w", err)
	}
	return articles(rows)
}

// Unprinted returns articles first seen since whose story is known and that are
// recognised by nothing, or by a print of another form, with their texts.
func (s *Store) Unprinted(ctx context.Context, since time.Time, form, limit int) ([]Article, error) {
	var rows []articleRow
	err := list(ctx, s.r, &rows, `SELECT `+articleColumns+`, a.blocks FROM articles a JOIN sources s ON s.source_id = a.source_id
		WHERE a.first_seen_at >= ? AND a.story_set
			AND NOT EXISTS (SELECT 1 FROM story_prints p WHERE p.article_id = a.article_id AND p.form = ?)
		ORDER BY a.first_seen_at LIMIT ?`, ms(since), form, limit)
	if err != nil {
		return nil, fmt.Errorf("read articles without a print: %w", err)
	}
	return articles(rows)
}

const (
	// docShift makes room in a doc for what tells apart articles of one millisecond.
	docShift = 20
	// commonKey is from how many articles on a key proposes only its newest: what
	// they share with everybody tells nothing.
	commonKey = 150
	// mostKeys is how many keys of an article are looked up.
	mostKeys = 64
)

// StoryCandidates returns the prints of articles first seen since that share keys with
// one, those with the most and rarest first.
func (s *Store) StoryCandidates(ctx context.Context, keys []int64, since time.Time, form, limit int) ([]StoryPrint, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	keys = keys[:min(len(keys), mostKeys)]
	parts, args := make([]string, len(keys)), make([]any, 0, 3*len(keys))
	for i, k := range keys {
		parts[i] = fmt.Sprintf(`SELECT * FROM (SELECT CAST(%d AS BIGINT) AS n, doc FROM story_keys WHERE key = ? AND doc >= ? ORDER BY doc DESC LIMIT %d) k%d`, i, commonKey, i)
		args = append(args, k, ms(since)<<docShift)
	}
	var hits []struct {
		N   int   `db:"n"`
		Doc int64 `db:"doc"`
	}
	if err := list(ctx, s.r, &hits, strings.Join(parts, " UNION ALL "), args...); err != nil {
		return nil, fmt.Errorf("look up story keys: %w", err)
	}
	docs := bestDocs(len(keys), limit, func(yield func(key int, doc int64)) {
		for _, h := range hits {
			yield(h.N, h.Doc)
		}
	})
	if len(docs) == 0 {
		return nil, nil
	}
	var rows []struct {
		Doc int64 `db:"doc"`
		StoryPrint
	}
	err := list(ctx, s.r, &rows, `SELECT p.doc, p.article_id, a.story_id, p.print FROM story_prints p JOIN articles a ON a.article_id = p.article_id
		WHERE p.doc IN (`+places(len(docs), "?")+`) AND p.form = ?`, append(anys(docs), form)...)
	if err != nil {
		return nil, fmt.Errorf("read story candidates: %w", err)
	}
	slices.SortFunc(rows, func(a, b struct {
		Doc int64 `db:"doc"`
		StoryPrint
	}) int {
		return slices.Index(docs, a.Doc) - slices.Index(docs, b.Doc)
	})
	prints := make([]StoryPrint, len(rows))
	for i, r := range rows {
		prints[i] = r.StoryPrint
	}
	return prints, nil
}

// bestDocs are those that share the most keys, a key weighing the less the more share
// it; of equals the newest.
func bestDocs(keys, limit int, hits func(yield func(key int, doc int64))) []int64 {
	counts := make([]int, keys)
	hits(func(k int, _ int64) { counts[k]++ })
	score := map[int64]float64{}
	hits(func(k int, doc int64) { score[doc] += 1 / (1 + math.Log2(float64(counts[k]))) })
	docs := make([]int64, 0, len(score))
	for d := range score {
		docs = append(docs, d)
	}
	slices.SortFunc(docs, func(a, b int64) int { return cmp.Or(cmp.Compare(score[b], score[a]), cmp.Compare(b, a)) })
	return docs[:min(len(docs), limit)]
}

// StoryMembers returns the prints of the articles of stories, the first told first.
func (s *Store) StoryMembers(ctx context.Context, stories []string, form, limit int) ([]StoryPrint, error) {
	if len(stories) == 0 {
		return nil, nil
	}
	var prints []StoryPrint
	err := list(ctx, s.r, &prints, `SELECT p.article_id, a.story_id, p.print FROM articles a JOIN story_prints p ON p.article_id = a.article_id
		WHERE a.story_id IN (`+places(len(stories), "?")+`) AND p.form = ? ORDER BY p.doc LIMIT ?`, append(anys(stories), form, limit)...)
	if err != nil {
		return nil, fmt.Errorf("read members of stories: %w", err)
	}
	return prints, nil
}

// SetStory sets which story an article tells and what it is recognised by, and joins
// the stories that it shows to be one. It returns ErrNotFound for an article that is gone.
func (s *Store) SetStory(ctx context.Context, t Telling) error {
	err := s.tx(ctx, func(tx *sqlx.Tx) error {
		n, err := exec(ctx, tx, `UPDATE articles SET story_id = COALESCE(NULLIF(CAST(? AS TEXT), ''), story_id), story_set = TRUE WHERE article_id = ?`, t.StoryID, t.ArticleID)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrNotFound
		}
		for _, other := range t.Merged {
			if _, err := exec(ctx, tx, `UPDATE articles SET story_id = ? WHERE story_id = ?`, t.StoryID, other); err != nil {
				return err
			}
		}
		return savePrint(ctx, tx, t)
	})
	if err != nil {
		return fmt.Errorf("set story of article %s: %w", t.ArticleID, err)
	}
	s.totals.forget()
	return nil
}

// Reworded returns articles whose story is known and that have changed since they were
// made recognisable, or of which another name is known since, with their texts.
func (s *Store) Reworded(ctx context.Context, limit int) ([]Article, error) {
	var rows []articleRow
	err := list(ctx, s.r, &rows, `SELECT `+articleColumns+`, a.reprint, a.blocks FROM articles a JOIN sources s ON s.source_id = a.source_id
		WHERE a.reprint > 0 AND a.story_set ORDER BY a.first_seen_at LIMIT ?`, limit)
	if err != nil {
		return nil, fmt.Errorf("read articles that have changed: %w", err)
	}
	return articles(rows)
}

// SavePrints sets what articles are recognised by, and leaves their stories alone.
func (s *Store) SavePrints(ctx context.Context, tellings []Telling) error {
	err := s.tx(ctx, func(tx *sqlx.Tx) error {
		for _, t := range tellings {
			if err := savePrint(ctx, tx, t); err != nil {
				return fmt.Errorf("article %s: %w", t.ArticleID, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("save prints: %w", err)
	}
	return nil
}

func savePrint(ctx context.Context, tx *sqlx.Tx, t Telling) error {
	if t.Reprint > 0 { // what changes meanwhile is made recognisable the next time
		if _, err := exec(ctx, tx, `UPDATE articles SET reprint = 0 WHERE article_id = ? AND reprint = ?`, t.ArticleID, t.Reprint); err != nil {
			return err
		}
	}
	var old []printRow
	if err := list(ctx, tx, &old, `SELECT doc, keys FROM story_prints WHERE article_id = ?`, t.ArticleID); err != nil {
		return err
	}
	if err := dropPrints(ctx, tx, old); err != nil || t.Print == nil {
		return err
	}
	raw := make([]byte, 0, 8*len(t.Keys))
	for _, k := range t.Keys {
		raw = binary.BigEndian.AppendUint64(raw, uint64(k))
	}
	h := fnv.New32a()
	h.Write([]byte(t.ArticleID)) //nolint:errcheck // a hash never fails
	doc := ms(t.SeenAt)<<docShift + int64(h.Sum32()>>(32-docShift))
	for { // another article may have the number: some are free, of a million
		n, err := exec(ctx, tx, `INSERT INTO story_prints (doc, article_id, form, print, keys) VALUES (?, ?, ?, ?, ?) ON CONFLICT (doc) DO NOTHING`,
			doc, t.ArticleID, t.Form, t.Print, raw)
		if err != nil {
			return err
		}
		if n == 1 {
			break
		}
		doc++
	}
	for part := range chunks(t.Keys, 100) {
		args := make([]any, 0, 2*len(part))
		for _, k := range part {
			args = append(args, k, doc)
		}
		if _, err := exec(ctx, tx, `INSERT INTO story_keys (key, doc) VALUES `+places(len(part), "(?, ?)")+` ON CONFLICT DO NOTHING`, args...); err != nil {
			return err
		}
	}
	return nil
}

type printRow struct {
	Doc  int64  `db:"doc"`
	Keys []byte `db:"keys"`
}

func dropPrints(ctx context.Context, tx *sqlx.Tx, rows []printRow) error {
	for _, r := range rows {
		args := []any{r.Doc}
		for raw := r.Keys; len(raw) >= 8; raw = raw[8:] {
			args = append(args, int64(binary.BigEndian.Uint64(raw)))
		}
		if len(args) > 1 {
			if _, err := exec(ctx, tx, `DELETE FROM story_keys WHERE doc = ? AND key IN (`+places(len(args)-1, "?")+`)`, args...); err != nil {
				return err
			}
		}
		if _, err := exec(ctx, tx, `DELETE FROM story_prints WHERE doc = ?`, r.Doc); err != nil {
			return err
		}
	}
	return nil
}

// prunePrints drops what articles first seen before old, in Unix milliseconds, were
// recognised by, in slices.
func (s *Store) prunePrints(ctx context.Context, old int64) (n int, err error) {
	for pace := newPacer(); ; {
		size := pace.size
		var rows []printRow
		if err := list(ctx, s.r, &rows, `SELECT doc, keys FROM story_prints WHERE doc < ? ORDER BY doc LIMIT ?`, old<<docShift, size); err != nil {
			return n, err
		}
		if len(rows) == 0 {
			return n, nil
		}
		// Each takes its keys with it.
		if _, err := pace.slice(ctx, func() (int, error) {
			return len(rows), s.tx(ctx, func(tx *sqlx.Tx) error { return dropPrints(ctx, tx, rows) })
		}); err != nil {
			return n, err
		}
		n += len(rows)
	}
}
