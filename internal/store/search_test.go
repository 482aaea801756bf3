package store_test

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbot/internal/article"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
	"newsbot/internal/story"
)

// indexAll indexes what waits, in slices.
func indexAll(t testing.TB, s *store.Store) {
	t.Helper()
	for {
		n, err := s.IndexArticles(t.Context(), 50)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func search(t testing.TB, s *store.Store, q store.SearchQuery) (ids []string, total int) {
	t.Helper()
	found, total, _, err := s.Search(t.Context(), q)
	if err != nil {
		t.Fatalf("%s: %v", q.Words.Text(), err)
	}
	for _, f := range found {
		ids = append(ids, f.ID)
	}
	return ids, total
}

func words(text string) store.SearchQuery {
	return store.SearchQuery{Words: story.ParseQuery(text), Limit: 50}
}

func TestSearch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		put := func(source, id, language, story, title, text string, age time.Duration) {
			it := item(id, language, story, noon.Add(-age))
			it.Title = title
			if text != "" {
				it.Blocks = []article.Block{{Kind: article.Paragraph, Text: text}}
			}
			poll(t, s, noon.Add(-age), source, it)
		}
		put("vesti", "a", "ru", "s", "Мост через Или открыт", "Колонна прошла первой.", 3*time.Hour)
		put("dala", "b", "kk", "s", "Іле көпірі ашылды", "Мост деп аталады.", 2*time.Hour)
		put("steppe", "c", "en", "", "Bridge opens", "Мост means a bridge.", time.Hour)
		put("vesti", "d", "ru", "", "Погода", "", 30*time.Minute)
		if ids, _ := search(t, s, words("мост")); ids != nil {
			t.Errorf("found before it was indexed: %v", ids)
		}
		indexAll(t, s)
		for _, c := range []struct {
			name string
			q    store.SearchQuery
			want []string
		}{
			{"newest first, a story once", words("мост"), []string{"c", "a"}},
			{"in a language", store.SearchQuery{Words: story.ParseQuery("мост"), Languages: []string{"kk"}, Limit: 9}, []string{"b"}},
			{"as of", store.SearchQuery{Words: story.ParseQuery("мост"), AsOf: noon.Add(-2 * time.Hour), Limit: 9}, []string{"a"}},
			{"second page", store.SearchQuery{Words: story.ParseQuery("мост"), Offset: 1, Limit: 1}, []string{"a"}},
			{"beyond the last", store.SearchQuery{Words: story.ParseQuery("мост"), Offset: 9, Limit: 1}, nil},
			{"nothing", words("самолёт"), nil},
			{"empty", words("— “” !"), nil},
			{"minus only", words("-мост"), nil},
		} {
			if ids, _ := search(t, s, c.q); !slices.Equal(ids, c.want) {
				t.Errorf("%s: %v, want %v", c.name, ids, c.want)
			}
		}
		found, total, all, err := s.Search(ctx, words("мост"))
		must(t, err)
		if total != 2 || !all || found[1].Sources != 2 || found[1].SourceTitle != "Вести" || found[1].Text != "Колонна прошла первой." {
			t.Errorf("%d %v %+v", total, all, found)
		}

		// A text that comes later, and a title that changes, are found as they are then.
		must(t, s.SaveText(ctx, noon, "d", article.Article{Blocks: []article.Block{{Kind: article.Paragraph, Text: "Над мостом снегопад."}}}))
		indexAll(t, s)
		if ids, _ := search(t, s, words("мост снегопад")); !slices.Equal(ids, []string{"d"}) {
			t.Errorf("after its text came: %v", ids)
		}
		put("vesti", "d", "ru", "", "Прогноз", "", 0)
		indexAll(t, s)
		if ids, _ := search(t, s, words("погода")); ids != nil {
			t.Errorf("found by the title that it had: %v", ids)
		}
		if ids, _ := search(t, s, words("прогноз снегопад")); !slices.Equal(ids, []string{"d"}) {
			t.Errorf("not found by its new title: %v", ids)
		}
		// What is pruned is no longer found.
		for _, source := range []string{"vesti", "dala", "steppe"} {
			poll(t, s, noon.Add(100*24*time.Hour), source, item("new-"+source, "ru", "", noon))
		}
		_, err = s.Prune(ctx, noon.Add(100*24*time.Hour), store.PruneRule{Articles: 50 * 24 * time.Hour})
		must(t, err)
		indexAll(t, s)
		if ids, _ := search(t, s, words("мост")); ids != nil {
			t.Errorf("found after it was pruned: %v", ids)
		}

		id, err := s.SaveSearch(ctx, noon, "мост -или")
		must(t, err)
		again, err := s.SaveSearch(ctx, noon, "мост -или")
		must(t, err)
		if text, err := s.SavedSearch(ctx, id); text != "мост -или" || err != nil || again != id {
			t.Errorf("saved %q, %v; %s and %s", text, err, id, again)
		}
	})
}

// Sources that know only the day publish all of it at one instant: what is found by
// the same number there has to get another, or nothing would be indexed any more.
func TestIndexOfOneInstant(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		withSources(t, s)
		var items []store.NewItem
		for i := 0; len(items) < 70; i++ {
			h := fnv.New32a()
			id := fmt.Sprint("day", i)
			_, err := h.Write([]byte(id))
			must(t, err)
			if h.Sum32()%(1<<12) == 1<<12-5 { // at the end of its millisecond's numbers
				items = append(items, item(id, "ru", "", noon))
			}
		}
		poll(t, s, noon, "vesti", items...)
		indexAll(t, s)
		if ids, total := search(t, s, store.SearchQuery{Words: story.ParseQuery("title"), Limit: 100}); total != len(items) {
			t.Errorf("found %d of %d: %v", total, len(items), ids)
		}
	})
}

// TestSearchAlike asks both engines hundreds of questions about the same articles,
// and a plain reading of all their terms.
func TestSearchAlike(t *testing.T) {
	vocabulary := map[string][]string{
		"ru": strings.Fields("мост мосты моста банк банка банки банда министр министра заявил рост ростом цены цена тенге доллар доллара Алматы Астана снегопад ещё еще река Или через в и не 2026 538,91 1200 школа школы қала Нур-Султан"),
		"kk": strings.Fields("мектеп мектебі мектептер көпір көпірі қала қалада қаласы министр министрі айтты баға бағасы теңге теңгенің доллар банк банктің Алматы Алматыда Астанада қар жаңа ашылды және мен 2026 538,91 1200 Іле өзені үкімет"),
		"en": strings.Fields("bridge bridges opened opens opening bank banks minister said price prices rising tenge dollar Almaty Astana snow new school schools and the 2026 538.91 1200 isn't Nur-Sultan river"),
	}
	random := rand.New(rand.NewPCG(7, 7))
	pick := func(language string, n int) string {
		var out []string
		for range n {
			out = append(out, vocabulary[language][random.IntN(len(vocabulary[language]))])
		}
		return strings.Join(out, " ")
	}
	languages := []string{"kk", "ru", "en"}
	var items []store.NewItem
	var index story.Indexer
	terms := map[string]string{}
	for i := range 320 {
		language := languages[i%3]
		it := item(fmt.Sprint("a", i), language, "", noon.Add(-time.Duration(i/2)*time.Minute)) // two of each moment
		it.Title = pick(language, 4)
		text := pick(language, 12)
		it.Blocks = []article.Block{{Kind: article.Paragraph, Text: text}}
		items = append(items, it)
		terms[it.ID] = " " + index.Terms(it.Title, "", text, language) + " "
	}
	var engines []*store.Store
	for _, address := range []string{storetest.SQLite(t), storetest.Postgres(t)} {
		s := storetest.Opener(t, address)()
		withSources(t, s)
		poll(t, s, noon, "vesti", items...)
		indexAll(t, s)
		engines = append(engines, s)
	}
	questions := []string{
		`a" OR (b`, `"`, `-"`, `NEAR(мост, 5)`, `мост* ^банк {c}: d`, `'); DROP TABLE articles;--`, `x:y & мост | !w <-> v`, "😀 мост", "мост\x00", `\'мост\"`,
		strings.Repeat("мост ", 800), `"` + strings.Repeat("мост ", 800) + `"`, "日本語", "AND OR NOT", `мост AND NOT банк`, "-мост -банк", "%_мост", "қалa", "кала банктин",
		`"538,91"`, `-5 тенге`, `1 200`, "«Нур-Султан»", "isn't", "мост — банк", strings.Repeat("қ", 4000),
	}
	for range 400 {
		var parts []string
		for range 1 + random.IntN(3) {
			language := languages[random.IntN(3)]
			switch random.IntN(6) {
			case 0:
				parts = append(parts, `"`+pick(language, 2)+`"`)
			case 1:
				parts = append(parts, "-"+pick(language, 1))
			case 2:
				parts = append(parts, `-"`+pick(language, 2)+`"`)
			default:
				parts = append(parts, pick(language, 1))
			}
		}
		questions = append(questions, strings.Join(parts, " "))
	}
	answered, phrases := 0, 0
	for i, text := range questions {
		q := store.SearchQuery{Words: story.ParseQuery(text), Limit: 400}
		if i%4 == 1 {
			q.Words = story.ParseTyping(text)
		}
		if i%5 == 1 {
			q.Languages = languages[:1+random.IntN(2)]
		}
		var got [2][]string
		for e, s := range engines {
			got[e], _ = search(t, s, q)
		}
		want := plainly(q, items, terms)
		if diff := cmp.Diff(got[0], got[1]); diff != "" {
			t.Errorf("%q (-sqlite +postgres):\n%s", text, diff)
		}
		slices.Sort(got[0])
		slices.Sort(want)
		if len(want) < store.MostFound && !slices.Equal(got[0], want) {
			t.Errorf("%q: found %v, want %v", text, got[0], want)
		}
		if len(want) > 0 {
			answered++
			if q.Words.Phrase() {
				phrases++
			}
		}
	}
	if answered < 150 || phrases < 20 {
		t.Errorf("of %d questions only %d had an answer, of phrases %d: they hold nothing", len(questions), answered, phrases)
	}
}

// plainly finds articles by reading all of their terms.
func plainly(q store.SearchQuery, items []store.NewItem, terms map[string]string) (ids []string) {
	has := func(id string, c story.Clause) bool {
		return slices.ContainsFunc(c.Any, func(r story.Run) bool {
			end := " "
			if r.Prefix {
				end = ""
			}
			return strings.Contains(terms[id], " "+strings.Join(r.Terms, " ")+end)
		})
	}
	for _, it := range items {
		ok := !q.Words.Empty() && (len(q.Languages) == 0 || slices.Contains(q.Languages, it.Language))
		for _, c := range q.Words.Must {
			ok = ok && has(it.ID, c)
		}
		for _, c := range q.Words.Not {
			ok = ok && !has(it.ID, c)
		}
		if ok {
			ids = append(ids, it.ID)
		}
	}
	return ids
}
