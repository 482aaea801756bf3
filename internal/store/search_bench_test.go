package store_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"newsbot/internal/article"
	"newsbot/internal/feed"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
	"newsbot/internal/story"
)

// BenchmarkSearch measures what a search costs among 100,000 articles, on both
// engines, for questions of every kind: the words that half of the news has, those
// that few have, several at once, phrases, without a word, in one language, while
// typing. The bound is 50 ms for 99 of 100. Then most of them are pruned, and the rest
// is indexed anew, while others read and write.
func BenchmarkSearch(b *testing.B) {
	const (
		articles = 100_000
		rounds   = 300 // questions of each kind
		bound    = 50  // ms
	)
	for range b.N {
		began := time.Now()
		news := newBenchNews(articles)
		stores, addresses := news.fill(b)
		fmt.Printf("search: %d articles of %d words stored and indexed on both engines in %.0f s\n", articles, benchWords, time.Since(began).Seconds())
		for _, s := range stores {
			var all []time.Duration
			for _, kind := range news.questions() {
				var took []time.Duration
				found := 0
				for range rounds {
					q := kind.ask()
					began := time.Now()
					_, total, _, err := s.Search(b.Context(), q)
					took = append(took, time.Since(began))
					if err != nil {
						b.Fatal(err)
					}
					if total > 0 {
						found++
					}
				}
				all = append(all, took...)
				fmt.Printf("search %-8s %-22s p50 %6.2f ms  p99 %6.2f ms  (%d of %d found something)\n", s.Engine(), kind.name, at(took, 50), at(took, 99), found, rounds)
			}
			fmt.Printf("search of %d articles, %-8s p50 %6.2f ms  p99 %6.2f ms (<= %d %s)\n",
				articles, s.Engine(), at(all, 50), at(all, 99), bound, verdict(at(all, 99) <= bound))
			b.ReportMetric(at(all, 99), s.Engine()+"-p99-ms")
		}
		for i, s := range stores {
			news.whilePruned(b, s)
			news.whileIndexed(b, s, addresses[i])
		}
	}
}

// at is the percentile of some durations, in milliseconds.
func at(took []time.Duration, percent int) float64 {
	sorted := slices.Sorted(slices.Values(took))
	return float64(sorted[len(sorted)*percent/100].Microseconds()) / 1000
}

func verdict(holds bool) string {
	if holds {
		return "holds"
	}
	return "MISSED"
}

// benchNews is news of six weeks in three languages, in words that are as often as
// words are: the n-th is seen a n-th as often as the first.
type benchNews struct {
	random *rand.Rand
	zipf   *rand.Zipf
	words  map[string][]string // by language
	docs   []benchDoc
}

// benchDoc is an article and what it is found by.
type benchDoc struct {
	id, language, title, text, blocks, terms, vector string
	published                                        int64
}

// benchWords is how many words an article has.
const benchWords = 150

// benchLanguages is which language the n-th article has.
var benchLanguages = []string{"ru", "ru", "kk", "ru", "en"}

func newBenchNews(articles int) *benchNews {
	const vocabulary = 30_000 // of each language
	n := &benchNews{random: rand.New(rand.NewPCG(11, 2026)), words: map[string][]string{}, docs: make([]benchDoc, articles)}
	n.zipf = rand.NewZipf(n.random, 1.05, 4, vocabulary-1)
	for _, language := range []struct{ name, syllables, ends string }{
		{"ru", "ка ла мо ро та не ви сто при ре го ба ша ды ке те нур бол ан ер ис ук пор чи жай", "а ы ом ов ами ный ного ение ать"},
		{"kk", "қа ла тө ңі рек жа ңғы бе ру кө пір ға лы ше шім да му бү гін ау дан сө зі ұлт өз", "лар дың ға да мен ында тер нің ді"},
		{"en", "be con ter ma ri sta lo gen ver tion al in port re da mu ner cap pol fi gra tem ba ses to", "s ing ed ly er ment al ness ion"},
	} {
		syllables, ends, seen := strings.Fields(language.syllables), append(strings.Fields(language.ends), ""), map[string]bool{}
		for len(seen) < vocabulary {
			w := ""
			for range 2 + n.random.IntN(3) {
				w += syllables[n.random.IntN(len(syllables))]
			}
			if w += ends[n.random.IntN(len(ends))]; !seen[w] {
				seen[w] = true
				n.words[language.name] = append(n.words[language.name], w)
			}
		}
	}
	now := time.Now()
	apart := 45 * 24 * time.Hour / time.Duration(articles)
	for i := range n.docs {
		language := benchLanguages[i%len(benchLanguages)]
		n.docs[i] = benchDoc{
			id: fmt.Sprint("a", i), language: language, title: n.text(language, 8), text: n.text(language, benchWords),
			published: now.Add(-apart * time.Duration(articles-i)).UnixMilli(),
		}
	}
	return n
}

func (n *benchNews) text(language string, words int) string {
	out := make([]string, words)
	for i := range out {
		out[i] = n.words[language][n.zipf.Uint64()]
	}
	return strings.Join(out, " ")
}

// fill has all articles in both engines, as if each had been stored and indexed by
// the store, which takes minutes: the terms are made once, PostgreSQL is filled by
// COPY, and its index is built when all are there.
func (n *benchNews) fill(b *testing.B) (stores []*store.Store, addresses []string) {
	b.Helper()
	const workers = 2
	var all sync.WaitGroup
	for part := range slices.Chunk(n.docs, len(n.docs)/workers) {
		all.Go(func() {
			var index story.Indexer
			for i := range part {
				d := &part[i]
				d.terms = index.Terms(d.title, "", d.text, d.language)
				d.vector = store.TSVector(d.terms)
				text, err := json.Marshal([]article.Block{{Kind: article.Paragraph, Text: d.text}})
				if err != nil {
					b.Error(err)
				}
				d.blocks = string(text)
			}
		})
	}
	all.Wait()
	addresses = []string{storetest.SQLite(b), storetest.Postgres(b)}
	for _, address := range addresses {
		s := storetest.Opener(b, storetest.Migrated(b, address))()
		if _, _, err := s.ImportSources(b.Context(), time.Now(), []feed.Source{{ID: "s", Title: "Вести", URL: "https://vesti.example/rss", Kind: feed.KindFeed}}); err != nil {
			b.Fatal(err)
		}
		stores = append(stores, s)
		db := openBare(b, address)
		all.Go(func() {
			if err := n.copyInto(b.Context(), db); err != nil {
				b.Error(err)
			}
		})
	}
	all.Wait()
	if b.Failed() {
		b.FailNow()
	}
	// What was found is what the store itself would have found.
	for _, s := range stores {
		if left, err := s.IndexArticles(b.Context(), 1); left != 0 || err != nil {
			b.Fatalf("%d articles are not indexed, %v", left, err)
		}
	}
	return stores, addresses
}

// benchTable is what a table is filled with.
type benchTable struct {
	name    string
	columns []string
	row     func(d *benchDoc) []any
}

func (n *benchNews) copyInto(ctx context.Context, db *sqlx.DB) error {
	doc := func(d *benchDoc) int64 { return d.published << 12 }
	tables := []benchTable{{"articles", []string{
		"article_id", "source_id", "story_id", "language", "topic", "published_at", "first_seen_at", "listed_at", "text_state", "text_due_at",
		"text_tries", "text_error", "link", "title", "author", "image", "summary", "story_set", "blocks", "words_stale",
	}, func(d *benchDoc) []any {
		return []any{d.id, "s", d.id, d.language, "", d.published, d.published, d.published, store.TextReady, 0, 0, "", "https://vesti.example/" + d.id, d.title, "", "", "", true, d.blocks, 0}
	}}}
	postgres := db.DriverName() == "postgres"
	var after []string
	if postgres {
		tables = append(tables, benchTable{"search_docs", []string{"doc", "article_id", "words"}, func(d *benchDoc) []any { return []any{doc(d), d.id, d.vector} }})
		var index string
		if err := db.GetContext(ctx, &index, `SELECT indexdef FROM pg_indexes WHERE indexname = 'search_words'`); err != nil {
			return err
		}
		if _, err := db.ExecContext(ctx, `DROP INDEX search_words`); err != nil {
			return err
		}
		after = []string{`SET maintenance_work_mem = '256MB'`, index, `VACUUM ANALYZE articles`, `VACUUM ANALYZE search_docs`}
	} else {
		tables = append(tables,
			benchTable{"search_docs", []string{"doc", "article_id"}, func(d *benchDoc) []any { return []any{doc(d), d.id} }},
			benchTable{"search_words", []string{"rowid", "words"}, func(d *benchDoc) []any { return []any{doc(d), d.terms} }})
	}
	tx, err := db.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if err := t.fill(ctx, tx, n.docs, postgres); err != nil {
			return errors.Join(fmt.Errorf("fill %s: %w", t.name, err), tx.Rollback())
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	for _, statement := range after {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

func (t benchTable) fill(ctx context.Context, tx *sqlx.Tx, docs []benchDoc, postgres bool) error {
	columns := strings.Join(t.columns, ", ")
	query := `INSERT INTO ` + t.name + ` (` + columns + `) VALUES (?` + strings.Repeat(", ?", len(t.columns)-1) + `)`
	if postgres {
		query = `COPY ` + t.name + ` (` + columns + `) FROM STDIN`
	}
	var st *sql.Stmt
	st, err := tx.PrepareContext(ctx, query)
	if err != nil {
		return err
	}
	for i := range docs {
		if _, err := st.ExecContext(ctx, t.row(&docs[i])...); err != nil {
			return errors.Join(err, st.Close())
		}
	}
	if postgres {
		if _, err := st.ExecContext(ctx); err != nil { // the end of what is copied
			return errors.Join(err, st.Close())
		}
	}
	return st.Close()
}

type benchQuestion struct {
	name string
	ask  func() store.SearchQuery
}

func (n *benchNews) questions() []benchQuestion {
	query := func(text string) store.SearchQuery {
		return store.SearchQuery{Words: story.ParseQuery(text), AsOf: time.Now(), Limit: 5}
	}
	language := func() []string { return n.words[benchLanguages[n.random.IntN(len(benchLanguages))]] }
	common := func(of []string) string { return of[n.random.IntN(10)] }
	usual := func(of []string) string { return of[n.zipf.Uint64()] }
	rare := func(of []string) string { return of[5000+n.random.IntN(20_000)] }
	phrase := func(length int) string { // that is there
		words := strings.Fields(n.docs[n.random.IntN(len(n.docs))].text)
		i := n.random.IntN(len(words) - length)
		return `"` + strings.Join(words[i:i+length], " ") + `"`
	}
	return []benchQuestion{
		{"a common word", func() store.SearchQuery { return query(common(language())) }},
		{"any word", func() store.SearchQuery { return query(usual(language())) }},
		{"a rare word", func() store.SearchQuery { return query(rare(language())) }},
		{"two words", func() store.SearchQuery { of := language(); return query(usual(of) + " " + usual(of)) }},
		{"three common words", func() store.SearchQuery {
			of := language()
			return query(common(of) + " " + common(of) + " " + common(of))
		}},
		{"common and rare", func() store.SearchQuery { of := language(); return query(common(of) + " " + rare(of)) }},
		{"a phrase", func() store.SearchQuery { return query(phrase(2)) }},
		{"a longer phrase", func() store.SearchQuery { return query(phrase(4)) }},
		{"a phrase of common words", func() store.SearchQuery { of := language(); return query(`"` + common(of) + " " + common(of) + `"`) }},
		{"a phrase that is not", func() store.SearchQuery { of := language(); return query(`"` + rare(of) + " " + usual(of) + `"`) }},
		{"without a word", func() store.SearchQuery { of := language(); return query(usual(of) + " -" + common(of)) }},
		{"without a phrase", func() store.SearchQuery { of := language(); return query(common(of) + " -" + phrase(2)) }},
		{"in one language", func() store.SearchQuery {
			q := query(usual(n.words["kk"]))
			q.Languages = []string{"kk"}
			return q
		}},
		{"page 20", func() store.SearchQuery {
			q := query(common(language()))
			q.Offset = 95
			return q
		}},
		{"typing", func() store.SearchQuery {
			w := []rune(usual(language()))
			return store.SearchQuery{Words: story.ParseTyping(string(w[:max(4, len(w)-2)])), AsOf: time.Now(), Limit: 10}
		}},
		{"nothing", func() store.SearchQuery { return query("шмыгль" + common(n.words["ru"])) }},
	}
}
