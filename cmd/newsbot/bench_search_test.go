package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"newsbot/internal/article"
	"newsbot/internal/feed"
	"newsbot/internal/store"
	"newsbot/internal/story"
)

// BenchmarkSearch measures what a search costs among 100,000 articles, on both
// engines, for questions of every kind: the words that half of the news has, those
// that few have, several at once, phrases, without a word, in one language, while
// typing. The bound is 50 ms for 99 of 100.
func BenchmarkSearch(b *testing.B) {
	const (
		articles = 100_000
		rounds   = 300 // questions of each kind
		bound    = 50  // ms
	)
	for range b.N {
		for _, e := range engines(b) {
			news := newBenchNews()
			db := news.fill(b, e.address, articles)
			var all []time.Duration
			for _, kind := range news.questions() {
				var took []time.Duration
				found := 0
				for range rounds {
					q := kind.ask()
					began := time.Now()
					_, total, _, err := db.Search(b.Context(), q)
					took = append(took, time.Since(began))
					if err != nil {
						b.Fatal(err)
					}
					if total > 0 {
						found++
					}
				}
				all = append(all, took...)
				p50, p99 := percentiles(took)
				fmt.Printf("search %-8s %-22s p50 %6.2f ms  p99 %6.2f ms  (%d of %d found something)\n", e.name, kind.name, ms(p50), ms(p99), found, rounds)
			}
			p50, p99 := percentiles(all)
			fmt.Printf("search of %d articles, %-8s p50 %6.2f ms  p99 %6.2f ms  (bound %d ms: %s)\n",
				articles, e.name, ms(p50), ms(p99), bound, verdict(ms(p99) <= bound))
			b.ReportMetric(ms(p99), e.name+"-p99-ms")
			if err := db.Close(); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// benchNews is news in words that are as often as words are: the n-th is seen a
// n-th as often as the first.
type benchNews struct {
	random *rand.Rand
	zipf   *rand.Zipf
	words  []string
	texts  []string // some of what was written, for phrases that are there
}

func newBenchNews() *benchNews {
	const vocabulary = 30_000
	n := &benchNews{random: rand.New(rand.NewPCG(11, 2026))}
	n.zipf = rand.NewZipf(n.random, 1.05, 4, vocabulary-1)
	syllables := strings.Fields("ка ла мо ро та не ви сто при ре го ба ша ды ке те нур бол ан ер ис ук пор чи жай")
	ends := []string{"", "а", "ы", "ом", "ов", "лар", "дың", "ға", "да", "ный"}
	seen := map[string]bool{}
	for len(n.words) < vocabulary {
		w := ""
		for range 2 + n.random.IntN(3) {
			w += syllables[n.random.IntN(len(syllables))]
		}
		if w += ends[n.random.IntN(len(ends))]; !seen[w] {
			seen[w] = true
			n.words = append(n.words, w)
		}
	}
	return n
}

func (n *benchNews) text(words int) string {
	out := make([]string, words)
	for i := range out {
		out[i] = n.words[n.zipf.Uint64()]
	}
	return strings.Join(out, " ")
}

// fill stores and indexes so many articles of six weeks.
func (n *benchNews) fill(b *testing.B, address string, articles int) *store.Store {
	b.Helper()
	const batch, length = 500, 150
	ctx := context.Background()
	db, err := store.Open(ctx, address)
	if err != nil {
		b.Fatal(err)
	}
	if err := db.Migrate(ctx); err != nil {
		b.Fatal(err)
	}
	now := time.Now()
	if _, _, err := db.ImportSources(ctx, now, []feed.Source{{ID: "s", Title: "Вести", URL: "https://vesti.example/rss", Kind: feed.KindFeed}}); err != nil {
		b.Fatal(err)
	}
	apart := 45 * 24 * time.Hour / time.Duration(articles)
	var stored, indexed time.Duration
	for from := 0; from < articles; from += batch {
		var items []store.NewItem
		for i := from; i < from+batch; i++ {
			text := n.text(length)
			if i%20 == 0 {
				n.texts = append(n.texts, text)
			}
			items = append(items, store.NewItem{
				ID: fmt.Sprint("a", i), Link: fmt.Sprint("https://vesti.example/", i), Title: n.text(8), Language: []string{"ru", "ru", "kk", "ru", "en"}[i%5],
				PublishedAt: now.Add(-apart * time.Duration(articles-i)), Blocks: []article.Block{{Kind: article.Paragraph, Text: text}},
			})
		}
		began := time.Now()
		if _, err := db.RecordPoll(ctx, now, store.Poll{SourceID: "s", NextPollAt: now, Items: items}); err != nil {
			b.Fatal(err)
		}
		stored += time.Since(began)
		began = time.Now()
		for done := 0; done < batch; {
			k, err := db.IndexArticles(ctx, 40)
			if err != nil {
				b.Fatal(err)
			}
			done += k
		}
		indexed += time.Since(began)
	}
	fmt.Printf("search %-8s %d articles of %d words: stored %.0f a second, indexed %.0f a second\n",
		db.Engine(), articles, length, float64(articles)/stored.Seconds(), float64(articles)/indexed.Seconds())
	return db
}

type benchQuestion struct {
	name string
	ask  func() store.SearchQuery
}

func (n *benchNews) questions() []benchQuestion {
	query := func(text string) store.SearchQuery {
		return store.SearchQuery{Words: story.ParseQuery(text), AsOf: time.Now(), Limit: 5}
	}
	common := func() string { return n.words[n.random.IntN(10)] }
	usual := func() string { return n.words[n.zipf.Uint64()] }
	rare := func() string { return n.words[5000+n.random.IntN(20_000)] }
	phrase := func() string { // that is there
		words := strings.Fields(n.texts[n.random.IntN(len(n.texts))])
		i := n.random.IntN(len(words) - 2)
		return `"` + strings.Join(words[i:i+2], " ") + `"`
	}
	return []benchQuestion{
		{"a common word", func() store.SearchQuery { return query(common()) }},
		{"any word", func() store.SearchQuery { return query(usual()) }},
		{"a rare word", func() store.SearchQuery { return query(rare()) }},
		{"two words", func() store.SearchQuery { return query(usual() + " " + usual()) }},
		{"three common words", func() store.SearchQuery { return query(common() + " " + common() + " " + common()) }},
		{"common and rare", func() store.SearchQuery { return query(common() + " " + rare()) }},
		{"a phrase", func() store.SearchQuery { return query(phrase()) }},
		{"a phrase that is not", func() store.SearchQuery { return query(`"` + rare() + " " + usual() + `"`) }},
		{"without a word", func() store.SearchQuery { return query(usual() + " -" + common()) }},
		{"in one language", func() store.SearchQuery {
			q := query(usual())
			q.Languages = []string{"kk"}
			return q
		}},
		{"page 20", func() store.SearchQuery {
			q := query(common())
			q.Offset = 95
			return q
		}},
		{"typing", func() store.SearchQuery {
			w := []rune(usual())
			return store.SearchQuery{Words: story.ParseTyping(string(w[:max(4, len(w)-2)])), AsOf: time.Now(), Limit: 10}
		}},
		{"nothing", func() store.SearchQuery { return query("шмыгль" + slices.Max(n.words[:9])) }},
	}
}
