package store_test

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"newsbot/internal/article"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
	"newsbot/internal/story"
)

// part is a part of FTS5's index, as its record of structure has it.
type part struct{ pages, articles, gone uint64 }

// level is a level of it, of which merging may have begun.
type level struct {
	merging uint64
	parts   []part
}

// ftsLevels reads how FTS5's index is built, see the comments of SQLite's fts5_index.c.
func ftsLevels(t *testing.T, db *sqlx.DB) []level {
	t.Helper()
	var record []byte
	must(t, db.GetContext(t.Context(), &record, `SELECT block FROM search_words_data WHERE id = 10`))
	const version2 = "\xff\x00\x00\x01"
	if len(record) < 8 || string(record[4:8]) != version2 {
		t.Fatalf("a structure of another kind: %s", hex.EncodeToString(record))
	}
	rest := record[8:]
	number := func() (v uint64) { // none here is so large that it has nine bytes
		for {
			b := rest[0]
			rest = rest[1:]
			v = v<<7 | uint64(b&0x7f)
			if b < 0x80 {
				return v
			}
		}
	}
	levels := make([]level, number())
	number() // parts in all
	number() // pages written ever
	for i := range levels {
		levels[i].merging = number()
		levels[i].parts = make([]part, number())
		for j := range levels[i].parts {
			number() // its id
			first, last := number(), number()
			_, _, _ = number(), number(), number() // which writes it holds, pages of what is gone
			gone, articles := number(), number()
			levels[i].parts[j] = part{last - first + 1, articles, gone}
		}
	}
	return levels
}

// mostParts is how many parts the level with the most of them has.
func mostParts(levels []level) (n int) {
	for _, l := range levels {
		n = max(n, len(l.parts))
	}
	return n
}

// sqliteAndBare is a migrated SQLite database, and the same without the store.
func sqliteAndBare(t *testing.T) (*store.Store, *sqlx.DB, string) {
	t.Helper()
	address := storetest.Migrated(t, storetest.SQLite(t))
	s, path := storetest.Opener(t, address)(), strings.TrimPrefix(address, "sqlite:")
	db, err := sqlx.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)")
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	return s, db, path
}

// longItems are articles of the days before noon, the first the oldest, in words that
// are as often as one another.
func longItems(n, words int) []store.NewItem {
	random, items := rand.New(rand.NewPCG(3, 14)), make([]store.NewItem, n)
	for i := range items {
		text := make([]string, words)
		for j := range text {
			text[j] = fmt.Sprint("слово", random.IntN(3000))
		}
		items[i] = item(fmt.Sprint("a", i), "ru", "", noon.Add(-time.Duration(n-i)*time.Minute))
		items[i].Blocks = []article.Block{{Kind: article.Paragraph, Text: strings.Join(text, " ")}}
	}
	return items
}

// What writes to the index of SQLite merges nothing: it is done a few pages at a time,
// so that nobody who writes waits for more.
func TestMergeInSteps(t *testing.T) {
	s, db, _ := sqliteAndBare(t)
	ctx := t.Context()
	const parts, words = 24, 1500
	random := rand.New(rand.NewPCG(1, 2))
	for doc := range parts {
		text := make([]string, words)
		for i := range text {
			text[i] = fmt.Sprint("w", random.IntN(10_000))
		}
		_, err := db.ExecContext(ctx, `INSERT INTO search_words (rowid, words) VALUES (?, ?)`, doc+1, strings.Join(text, " "))
		must(t, err)
	}
	before := ftsLevels(t, db)
	if len(before) != 1 || len(before[0].parts) != parts {
		t.Fatalf("writing merged something: %+v", before)
	}
	const pages = 2
	merged, err := s.MergeStep(ctx, pages)
	must(t, err)
	after := ftsLevels(t, db)
	if !merged || len(after) != 2 || after[0].merging != parts || len(after[0].parts) != parts {
		t.Fatalf("a step (%v) left %+v, want a merging of all of level 0 that has begun", merged, after)
	}
	if n := after[1].parts[0].pages; n < 1 || n > 2*pages {
		t.Errorf("a step wrote %d pages, want about %d", n, pages)
	}
	steps := 1
	for ; merged; steps++ {
		merged, err = s.MergeStep(ctx, pages)
		must(t, err)
	}
	if end := ftsLevels(t, db); mostParts(end) >= 4 || steps < 5 {
		t.Errorf("after %d steps: %+v", steps, end)
	}
	var found int
	must(t, db.GetContext(ctx, &found, `SELECT COUNT(*) FROM search_words WHERE search_words MATCH 'w1 OR w2 OR w3 OR w4 OR w5 OR w6 OR w7'`))
	if found == 0 {
		t.Error("nothing is found any more")
	}
}

// While articles are indexed and pruned the index of SQLite stays in few parts, of
// which not much is gone. That it is tended ends when the index is in order, or soon.
func TestIndexStaysSmall(t *testing.T) {
	s, db, _ := sqliteAndBare(t)
	withSources(t, s)
	const all, keep = 1200, 200
	items := longItems(all, 60)
	poll(t, s, noon.Add(-24*time.Hour), "vesti", items[:all-keep]...)
	n, err := s.IndexArticles(t.Context(), 10)
	must(t, err)
	if levels := ftsLevels(t, db); n != 10 || len(levels) != 1 || len(levels[0].parts) != 1 || levels[0].parts[0].articles != 10 {
		t.Errorf("a slice of %d articles is %+v, want one part", n, levels)
	}
	for i := 0; ; i++ {
		n, err := s.IndexArticles(t.Context(), 10)
		must(t, err)
		if levels := ftsLevels(t, db); mostParts(levels) > 6 {
			t.Fatalf("after %d slices: %+v", i, levels)
		}
		if n == 0 {
			break
		}
	}
	poll(t, s, noon, "vesti", items[all-keep:]...)
	indexAll(t, s)
	if n, err := s.Prune(t.Context(), noon, store.PruneRule{Most: keep}); n != all-keep || err != nil {
		t.Fatalf("%d went, %v", n, err)
	}
	articles, gone := uint64(0), uint64(0)
	for _, l := range ftsLevels(t, db) {
		for _, p := range l.parts {
			articles += p.articles
			gone += p.gone
		}
	}
	if articles-gone != keep || gone*4 > articles {
		t.Errorf("of %d articles in the index %d are gone", articles, gone)
	}
}

// Who reads finds the same before most of the news is pruned and after it, but for
// what is gone, on both engines.
func TestSearchPruned(t *testing.T) {
	const all, keep = 900, 150
	items := longItems(all, 40)
	var found [][][]string // by engine and question
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		withSources(t, s)
		poll(t, s, noon.Add(-24*time.Hour), "vesti", items[:all-keep]...)
		poll(t, s, noon, "vesti", items[all-keep:]...)
		indexAll(t, s)
		random := rand.New(rand.NewPCG(5, 8))
		var questions []store.SearchQuery
		for range 120 {
			of := strings.Fields(items[random.IntN(all)].Blocks[0].Text)
			at := random.IntN(len(of) - 1)
			questions = append(questions, words([]string{of[at], `"` + of[at] + " " + of[at+1] + `"`, of[0] + " -" + of[at]}[random.IntN(3)]))
		}
		before := make([][]string, len(questions))
		for i, q := range questions {
			before[i], _ = search(t, s, q)
		}
		if n, err := s.Prune(t.Context(), noon, store.PruneRule{Most: keep}); n != all-keep || err != nil {
			t.Fatalf("%d went, %v", n, err)
		}
		kept := map[string]bool{}
		for _, it := range items[all-keep:] {
			kept[it.ID] = true
		}
		answers, hits := make([][]string, len(questions)), 0
		for i, q := range questions {
			want := slices.DeleteFunc(before[i], func(id string) bool { return !kept[id] })
			got, _ := search(t, s, q)
			if !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", q.Words.Text(), got, want)
			}
			answers[i] = append([]string{}, got...)
			hits += len(got)
		}
		if hits < 60 {
			t.Errorf("%d hits hold nothing", hits)
		}
		found = append(found, answers)
		// And what comes later is found among them.
		late := item("late", "ru", "", noon.Add(time.Hour))
		late.Blocks = []article.Block{{Kind: article.Paragraph, Text: items[all-1].Blocks[0].Text}}
		poll(t, s, noon.Add(time.Hour), "vesti", late)
		indexAll(t, s)
		ids, _ := search(t, s, store.SearchQuery{Words: story.ParseQuery(strings.Join(strings.Fields(items[all-1].Blocks[0].Text)[:5], " ")), Limit: 5})
		if want := []string{"late", items[all-1].ID}; !slices.Equal(ids, want) {
			t.Errorf("later: %v, want %v", ids, want)
		}
	})
	if len(found) == 2 {
		if diff := cmp.Diff(found[0], found[1]); diff != "" {
			t.Errorf("-sqlite +postgres\n%s", diff)
		}
	}
}
