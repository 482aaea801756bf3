package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"

	"newsbot/internal/article"
	"newsbot/internal/story"
)

// IndexArticles makes up to limit articles found by what they say now, the newest of
// those that wait first, in one short transaction, and returns how many it was;
// on SQLite it then does some of what keeps searches quick, in short transactions as well. One
// that changes meanwhile waits for the next call.
func (s *Store) IndexArticles(ctx context.Context, limit int) (n int, err error) {
	var rows []struct {
		ID          string `db:"article_id"`
		Title       string `db:"title"`
		Author      string `db:"author"`
		Summary     string `db:"summary"`
		Language    string `db:"language"`
		Blocks      string `db:"blocks"`
		PublishedAt int64  `db:"published_at"`
		Stale       int    `db:"words_stale"`
		terms       string
	}
	err = list(ctx, s.r, &rows, `SELECT article_id, title, author, summary, language, blocks, published_at, words_stale
		FROM articles WHERE words_stale > 0 ORDER BY published_at DESC LIMIT ?`, limit)
	if err != nil {
		return 0, fmt.Errorf("read articles to index: %w", err)
	}
	if len(rows) == 0 {
		return 0, nil
	}
	s.indexing.Lock()
	for i, r := range rows {
		text := r.Summary
		if whole := textOf(r.Blocks); whole != "" {
			text = whole
		}
		rows[i].terms = s.indexer.Terms(r.Title, r.Author, text, r.Language)
	}
	s.indexing.Unlock()
	err = s.tx(ctx, func(tx *sqlx.Tx) error {
		var fts []docTerms
		for _, r := range rows {
			same, err := exec(ctx, tx, `UPDATE articles SET words_stale = 0 WHERE article_id = ? AND words_stale = ?`, r.ID, r.Stale)
			if err != nil {
				return fmt.Errorf("article %s: %w", r.ID, err)
			}
			if same == 0 {
				continue
			}
			doc, err := s.indexArticle(ctx, tx, r.ID, r.PublishedAt, r.terms)
			if err != nil {
				return fmt.Errorf("article %s: %w", r.ID, err)
			}
			fts = append(fts, docTerms{doc, r.terms})
		}
		if s.engine == enginePostgres { // which has the words beside the number
			return nil
		}
		return indexFTS5(ctx, tx, fts)
	})
	if err != nil {
		return 0, fmt.Errorf("index articles: %w", err)
	}
	if err := s.mergeWords(ctx, newMergePacer(), mergesBehind); err != nil {
		return 0, err
	}
	return len(rows), nil
}

// mergesBehind bounds how many steps of merging follow what was indexed: those of the
// largest parts of the index take a minute, which fresh articles need not wait for.
const mergesBehind = 40

// textOf is the text of stored blocks. Those that cannot be read have none: their
// article is found by its title, and whoever opens it hears of the error.
func textOf(blocks string) string {
	var a article.Article
	if blocks == "" || json.Unmarshal([]byte(blocks), &a.Blocks) != nil {
		return ""
	}
	return a.Text()
}

const (
	// docBits of an article's number tell apart what was published in one millisecond.
	docBits = 12
	// docTries is how many numbers are tried when others have them: sources that
	// know only the day publish all of it in one millisecond. Into the next ones it
	// may run over.
	docTries = 1 << docBits
)

// indexArticle gives an article a number, and on PostgreSQL its words with it.
func (s *Store) indexArticle(ctx context.Context, tx *sqlx.Tx, id string, published int64, terms string) (doc int64, err error) {
	if _, err := exec(ctx, tx, `DELETE FROM search_docs WHERE article_id = ?`, id); err != nil {
		return 0, err
	}
	insert, words := `INSERT INTO search_docs (doc, article_id) VALUES (?, ?) ON CONFLICT (doc) DO NOTHING`, []any(nil)
	if s.engine == enginePostgres {
		insert = `INSERT INTO search_docs (doc, article_id, words) VALUES (?, ?, CAST(? AS TSVECTOR)) ON CONFLICT (doc) DO NOTHING`
		words = []any{tsvector(terms)}
	}
	h := fnv.New32a()
	h.Write([]byte(id)) //nolint:errcheck // a hash never fails
	for try := range int64(docTries) {
		doc := published<<docBits + int64(h.Sum32()%(1<<docBits)) + try
		n, err := exec(ctx, tx, insert, append([]any{doc, id}, words...)...)
		if err != nil || n == 1 {
			return doc, err
		}
	}
	return 0, fmt.Errorf("too many articles at %d", published)
}

type docTerms struct {
	doc   int64
	terms string
}

// indexFTS5 gives articles their words, in one statement and the lowest number first:
// FTS5 ends a part of its index with a number that is lower than the one before and
// with any other statement, and would have to merge as many parts as there are articles.
func indexFTS5(ctx context.Context, tx *sqlx.Tx, docs []docTerms) error {
	if len(docs) == 0 {
		return nil
	}
	slices.SortFunc(docs, func(a, b docTerms) int { return cmp.Compare(a.doc, b.doc) })
	var args []any
	for _, d := range docs {
		args = append(args, d.doc, d.terms)
	}
	_, err := exec(ctx, tx, `INSERT INTO search_words (rowid, words) VALUES `+places(len(docs), "(?, ?)"), args...)
	return err
}

// tsvector writes terms as PostgreSQL's type is written, each with its places: no
// parser and no dictionary of the server has a say in what a word is.
func tsvector(terms string) string {
	const lastPlace = 16383
	var order []string
	places := map[string][]byte{}
	i, last := 0, ""
	pairs := map[string]bool{}
	for t := range strings.FieldsSeq(terms) {
		if i++; i > 2 && t != story.Between && last != story.Between {
			pairs[pair(last, t)] = true
		}
		last = t
		p, known := places[t]
		if !known {
			order = append(order, t)
		} else {
			p = append(p, ',')
		}
		places[t] = strconv.AppendInt(p, int64(min(i, lastPlace)), 10)
	}
	var b strings.Builder
	for _, t := range order {
		b.WriteString("'" + t + "':")
		b.Write(places[t])
		b.WriteByte(' ')
	}
	for p := range pairs {
		b.WriteString("'" + p + "' ")
	}
	return b.String()
}

// pair stands for two terms of which one is behind the other. GIN knows no places;
// with one of 65,536 names for each pair it finds the few articles that may have a
// phrase among the many that have its words.
func pair(a, b string) string {
	h := fnv.New32a()
	h.Write([]byte(a + " " + b)) //nolint:errcheck // a hash never fails
	return fmt.Sprintf("b%04x", h.Sum32()>>16)
}
