package store

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"slices"
	"strings"
	"time"

	"newsbot/internal/story"
)

// MostFound is how many articles a search looks at, the newest: nobody leafs through more.
const MostFound = 200

// SearchQuery is what somebody looks for, and which page of it. Empty Languages do
// not restrict, nor does a zero AsOf.
type SearchQuery struct {
	Words     story.Query
	Languages []string
	Prefer    string    // the language of the telling that is shown, of several that have it
	AsOf      time.Time // first seen at or before: pages stay put while news comes in
	Offset    int
	Limit     int
}

// Found is a story that has what was looked for, told by the first of its articles
// that has it, in the preferred language if one is in that. Text is the article's, or what its source says of it.
type Found struct {
	Headline
	Text string
}

// Search returns the stories that have what the query asks for, newest first, and
// how many there are; all is false when there may be more than are looked at. Both
// engines find the same.
func (s *Store) Search(ctx context.Context, q SearchQuery) (found []Found, total int, all bool, err error) {
	if q.Words.Empty() {
		return nil, 0, true, nil
	}
	hits, err := s.hits(ctx, q)
	if err != nil {
		return nil, 0, false, fmt.Errorf("search: %w", err)
	}
	all = len(hits) < MostFound
	// One line a story: its first article. The hits come newest first.
	first := map[string]hit{}
	for _, h := range hits {
		if !q.AsOf.IsZero() && h.FirstSeenAt > ms(q.AsOf) {
			continue
		}
		if before, ok := first[h.StoryID]; !ok || h.Language == q.Prefer || before.Language != q.Prefer {
			first[h.StoryID] = h
		}
	}
	var ids []string
	for _, h := range hits {
		if first[h.StoryID].ID == h.ID {
			ids = append(ids, h.ID)
		}
	}
	total = len(ids)
	ids = ids[min(q.Offset, total):min(q.Offset+q.Limit, total)]
	if len(ids) == 0 {
		return nil, total, all, nil
	}
	if found, err = s.foundArticles(ctx, ids, q.AsOf); err != nil {
		return nil, 0, false, fmt.Errorf("read what was found: %w", err)
	}
	return found, total, all, nil
}

type hit struct {
	ID          string `db:"article_id"`
	StoryID     string `db:"story_id"`
	Language    string `db:"language"`
	FirstSeenAt int64  `db:"first_seen_at"`
}

// hits are the newest articles that have what is asked for.
func (s *Store) hits(ctx context.Context, q SearchQuery) (hits []hit, err error) {
	if s.engine == engineSQLite {
		return hits, list(ctx, s.r, &hits, `SELECT a.article_id, a.story_id, a.language, a.first_seen_at
			FROM (SELECT rowid AS doc FROM search_words WHERE search_words MATCH ? ORDER BY rowid DESC LIMIT ?) f
				JOIN search_docs d ON d.doc = f.doc JOIN articles a ON a.article_id = d.article_id
			ORDER BY f.doc DESC`, fts5(q), MostFound)
	}
	tx, err := s.r.BeginTxx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("begin: %w", cause(ctx, err))
	}
	defer func() { _ = tx.Rollback() }() // it only reads
	// For a word that every second article has, reading all of them seems cheap to
	// the planner, who does not count that their words lie elsewhere.
	if _, err := exec(ctx, tx, `SET LOCAL enable_seqscan = off`); err != nil {
		return nil, err
	}
	// Adding nothing to the number keeps the planner from going through all articles
	// by it, in the hope of finding enough soon.
	where, args := `SELECT doc, article_id FROM search_docs WHERE words @@ CAST(? AS TSQUERY) ORDER BY doc + 0 DESC`, []any{tsquery(q, false)}
	if q.Words.Phrase() {
		// The index knows which words an article has and not where, but for a hint (see
		// pair). That is looked up for the newest first, until there are enough.
		where = `SELECT w.doc, w.article_id FROM (` + where + ` OFFSET 0) w
			WHERE (SELECT p.words @@ CAST(? AS TSQUERY) FROM search_docs p WHERE p.doc = w.doc)`
		args = append(args, tsquery(q, true))
	}
	return hits, list(ctx, tx, &hits, `SELECT a.article_id, a.story_id, a.language, a.first_seen_at
		FROM (`+where+` LIMIT ?) f JOIN articles a ON a.article_id = f.article_id ORDER BY f.doc DESC`, append(args, MostFound)...)
}

// fts5 writes a query for SQLite. Terms are letters and digits; nothing in them is an operator.
func fts5(q SearchQuery) string {
	join := func(clauses []story.Clause, by string) string {
		var all []string
		for _, c := range clauses {
			var any []string
			for _, r := range c.Any {
				t := `"` + strings.Join(r.Terms, " ") + `"`
				if r.Prefix {
					t += "*"
				}
				any = append(any, t)
			}
			all = append(all, "("+strings.Join(any, " OR ")+")")
		}
		return strings.Join(all, by)
	}
	text := join(q.Words.Must, " AND ")
	if terms := languageTerms(q); len(terms) > 0 {
		text += ` AND ("` + strings.Join(terms, `" OR "`) + `")`
	}
	if len(q.Words.Not) > 0 {
		text = "(" + text + ") NOT (" + join(q.Words.Not, " OR ") + ")"
	}
	return text
}

// tsquery writes a query for PostgreSQL: with the order of phrases, or for what the
// index knows of them, that their words are there and likely pairs of them.
func tsquery(q SearchQuery, ordered bool) string {
	clause := func(c story.Clause, between string) string {
		var any []string
		for _, r := range c.Any {
			terms := make([]string, len(r.Terms))
			for i, t := range r.Terms {
				terms[i] = "'" + t + "'"
			}
			if r.Prefix {
				terms[len(terms)-1] += ":*"
			}
			for i := 1; i < len(r.Terms) && !ordered; i++ {
				terms = append(terms, "'"+pair(r.Terms[i-1], r.Terms[i])+"'")
			}
			any = append(any, "("+strings.Join(terms, between)+")")
		}
		return "(" + strings.Join(any, " | ") + ")"
	}
	between := " & "
	if ordered {
		between = " <-> "
	}
	var all []string
	for _, c := range q.Words.Must {
		all = append(all, clause(c, between))
	}
	if terms := languageTerms(q); len(terms) > 0 {
		all = append(all, "('"+strings.Join(terms, "' | '")+"')")
	}
	for _, c := range q.Words.Not {
		phrase := slices.ContainsFunc(c.Any, func(r story.Run) bool { return len(r.Terms) > 1 })
		if ordered || !phrase { // that both words are there does not say that the phrase is
			all = append(all, "!"+clause(c, between))
		}
	}
	return strings.Join(all, " & ")
}

func languageTerms(q SearchQuery) []string {
	var terms []string
	for _, l := range q.Languages {
		terms = append(terms, story.TermOfLanguage(l))
	}
	return terms
}

// foundArticles reads articles in the order of their ids.
func (s *Store) foundArticles(ctx context.Context, ids []string, asOf time.Time) ([]Found, error) {
	if asOf.IsZero() {
		asOf = time.UnixMilli(1 << 52)
	}
	var rows []struct {
		headlineRow
		Blocks string `db:"blocks"`
	}
	err := list(ctx, s.r, &rows, `SELECT `+headlineColumns+`, a.blocks FROM articles a JOIN sources s ON s.source_id = a.source_id
		WHERE a.article_id IN (`+places(len(ids), "?")+`)`, append([]any{ms(asOf)}, anys(ids)...)...)
	if err != nil {
		return nil, err
	}
	found := make([]Found, 0, len(rows))
	for _, r := range rows {
		f := Found{Headline: r.headline(), Text: textOf(r.Blocks)}
		if f.Text == "" {
			f.Text = f.Summary
		}
		found = append(found, f)
	}
	slices.SortFunc(found, func(a, b Found) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	return found, nil
}

// SaveSearch keeps what somebody looks for and returns its key, which is the same
// for the same words.
func (s *Store) SaveSearch(ctx context.Context, now time.Time, words string) (id string, err error) {
	sum := sha256.Sum256([]byte(words))
	id = "q_" + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:10])
	_, err = s.write(ctx, `INSERT INTO searches (search_id, words, used_at) VALUES (?, ?, ?)
		ON CONFLICT (search_id) DO UPDATE SET used_at = excluded.used_at`, id, words, ms(now))
	if err != nil {
		return "", fmt.Errorf("save search: %w", err)
	}
	return id, nil
}

// SavedSearch returns the words of a search, or ErrNotFound.
func (s *Store) SavedSearch(ctx context.Context, id string) (words string, err error) {
	if err := get(ctx, s.r, &words, `SELECT words FROM searches WHERE search_id = ?`, id); err != nil {
		return "", fmt.Errorf("read search %s: %w", id, err)
	}
	return words, nil
}

// RecentTitles returns the titles of the newest articles.
func (s *Store) RecentTitles(ctx context.Context, limit int) (titles []string, err error) {
	if err := list(ctx, s.r, &titles, `SELECT title FROM articles ORDER BY published_at DESC, article_id DESC LIMIT ?`, limit); err != nil {
		return nil, fmt.Errorf("read titles: %w", err)
	}
	return titles, nil
}
