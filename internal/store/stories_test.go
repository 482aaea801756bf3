package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"newsbot/internal/article"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
	"newsbot/internal/story"
)

func told(id, story string, seen time.Time, keys ...int64) store.Telling {
	return store.Telling{ArticleID: id, StoryID: story, SeenAt: seen, Form: 2, Print: []byte(id), Keys: keys}
}

func printed(prints []store.StoryPrint) []string {
	ids := []string{}
	for _, p := range prints {
		ids = append(ids, p.ArticleID)
		if string(p.Print) != p.ArticleID {
			ids = append(ids, "with the print of "+string(p.Print))
		}
	}
	return ids
}

func TestStoryCandidates(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		poll(t, s, noon.Add(-100*time.Hour), "dala", item("old", "ru", "", noon))
		poll(t, s, noon, "vesti", item("a", "ru", "", noon), item("b", "ru", "", noon), item("c", "kk", "", noon), item("d", "ru", "", noon))
		must(t, s.SetStory(ctx, told("old", "old", noon.Add(-100*time.Hour), 1, 2, 3)))
		must(t, s.SetStory(ctx, told("a", "a", noon, 1, 2, -9)))
		must(t, s.SetStory(ctx, told("b", "a", noon, 1, 7)))
		must(t, s.SetStory(ctx, told("c", "c", noon, 1, 5, 6)))
		must(t, s.SetStory(ctx, told("d", "d", noon, 8)))
		must(t, s.SetStory(ctx, told("b", "", noon, 1, 7))) // it stays where it is
		for id, want := range map[string]string{"a": "a", "b": "a", "d": "d"} {
			if got, err := s.StoryOf(ctx, id); err != nil || got != want {
				t.Errorf("%s tells %q, %v", id, got, err)
			}
		}
		if _, err := s.StoryOf(ctx, "none"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("of no article: %v", err)
		}
		since := noon.Add(-72 * time.Hour)
		for _, c := range []struct {
			name  string
			keys  []int64
			since time.Time
			form  int
			limit int
			want  []string
		}{
			{"the most keys first", []int64{5, 1, 2, -9}, since, 2, 2, []string{"a", "c"}},
			{"a rare key before a common one", []int64{1, 7}, since, 2, 1, []string{"b"}},
			{"a negative key", []int64{-9}, since, 2, 9, []string{"a"}},
			{"of old ones too", []int64{3}, noon.Add(-200 * time.Hour), 2, 9, []string{"old"}},
			{"old ones are left out", []int64{3}, since, 2, 9, []string{}},
			{"another form is left out", []int64{8}, since, 3, 9, []string{}},
			{"no keys", nil, since, 2, 9, []string{}},
		} {
			got, err := s.StoryCandidates(ctx, c.keys, c.since, c.form, c.limit)
			must(t, err)
			if !slices.Equal(printed(got), c.want) {
				t.Errorf("%s: %v, want %v", c.name, printed(got), c.want)
			}
		}
		members, err := s.StoryMembers(ctx, []string{"a", "d"}, 2, 10)
		must(t, err)
		if got := printed(members); len(got) != 3 || !slices.Contains(got, "a") || !slices.Contains(got, "b") || !slices.Contains(got, "d") {
			t.Errorf("members: %v", got)
		}

		// Said again, an article is recognised by what is said last.
		must(t, s.SetStory(ctx, told("d", "d", noon, 11)))
		for key, want := range map[int64]int{8: 0, 11: 1} {
			if got, err := s.StoryCandidates(ctx, []int64{key}, since, 2, 9); len(got) != want || err != nil {
				t.Errorf("key %d: %v, %v", key, printed(got), err)
			}
		}

		// Two stories become one.
		last := told("d", "a", noon, 11)
		last.Merged = []string{"c"}
		must(t, s.SetStory(ctx, last))
		if a, err := s.Article(ctx, "a"); err != nil || len(a.Sources) != 3 {
			t.Errorf("the story of a: %+v, %v", a.Sources, err)
		}

		// What is too old goes, the rest stays.
		n, err := s.Prune(ctx, noon, store.PruneRule{Prints: 96 * time.Hour})
		if n != 1 || err != nil {
			t.Errorf("pruned %d, %v", n, err)
		}
		if got, err := s.StoryCandidates(ctx, []int64{1, 2, 3}, noon.Add(-200*time.Hour), 2, 9); len(got) != 3 || err != nil {
			t.Errorf("after pruning: %v, %v", printed(got), err)
		}
	})
}

// Articles of an earlier version have a story, and a print of an old form or none:
// they are found and made recognisable, each once.
func TestUnprinted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		poll(t, s, noon, "vesti", item("before", "ru", "st", noon), item("fresh", "ru", "", noon), item("form1", "ru", "st", noon))
		poll(t, s, noon.Add(-100*time.Hour), "dala", item("old", "ru", "st", noon))
		one := told("form1", "st", noon, 1)
		one.Form = 1
		must(t, s.SavePrints(ctx, []store.Telling{one}))
		list, err := s.Unprinted(ctx, noon.Add(-72*time.Hour), 2, 10)
		must(t, err)
		var ids []string
		var made []store.Telling
		for _, a := range list {
			ids = append(ids, a.ID)
			made = append(made, told(a.ID, "", a.FirstSeenAt, 4))
		}
		if slices.Sort(ids); !slices.Equal(ids, []string{"before", "form1"}) {
			t.Errorf("without a print: %v", ids)
		}
		must(t, s.SavePrints(ctx, made))
		if list, err = s.Unprinted(ctx, noon.Add(-72*time.Hour), 2, 10); len(list) != 0 || err != nil {
			t.Errorf("then: %v, %v", list, err)
		}
		got, err := s.StoryCandidates(ctx, []int64{4}, noon.Add(-time.Hour), 2, 10)
		if len(got) != 2 || got[0].StoryID != "st" || err != nil {
			t.Errorf("found by it: %+v, %v", got, err)
		}
	})
}

// Sources that publish a lot at once give all of it one instant.
func TestPrintsOfOneInstant(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		var all []store.Telling
		for i := range 3000 { // by chance some have the same number
			all = append(all, told(fmt.Sprint("a", i), "", noon, int64(i)))
		}
		must(t, s.SavePrints(ctx, all))
		if n, err := s.Prune(ctx, noon.Add(time.Hour), store.PruneRule{Prints: time.Minute}); n != len(all) || err != nil {
			t.Errorf("%d of %d were kept, %v", n, len(all), err)
		}
	})
}

// BenchmarkStoryCandidates is a look-up among 100,000 articles of the last days. The
// titles' words are as often as words are: the n-th is seen a n-th as often as the first.
func BenchmarkStoryCandidates(b *testing.B) {
	const articles, keys = 100_000, 24
	for name, address := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		s := storetest.Opener(b, address(b))()
		ctx := context.Background()
		if _, _, err := s.ImportSources(ctx, noon, sources()); err != nil {
			b.Fatal(err)
		}
		zipf := rand.NewZipf(rand.New(rand.NewPCG(1, 2)), 1.05, 4, 30_000)
		some := func() (k []int64) {
			for range keys {
				k = append(k, int64(zipf.Uint64()*0x9E3779B97F4A7C15))
			}
			return k
		}
		began := time.Now()
		for i := 0; i < articles; i += 500 {
			var items []store.NewItem
			var tellings []store.Telling
			seen := noon.Add(time.Duration(i) * 2 * time.Second)
			for j := i; j < i+500; j++ {
				it := item(fmt.Sprint("a", j), "ru", fmt.Sprint("s", j), seen)
				items, tellings = append(items, it), append(tellings, told(it.ID, it.StoryID, seen, some()...))
			}
			if _, err := s.RecordPoll(ctx, seen, store.Poll{SourceID: sources()[0].ID, Items: items}); err != nil {
				b.Fatal(err)
			}
			if err := s.SavePrints(ctx, tellings); err != nil {
				b.Fatal(err)
			}
		}
		b.Logf("%s: %d articles stored in %v", name, articles, time.Since(began).Round(time.Second))
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if got, err := s.StoryCandidates(ctx, some(), noon, 2, 48); len(got) != 48 || err != nil {
					b.Fatal(len(got), err)
				}
			}
		})
	}
}

// A story that is told in several languages is one line, in the language that is
// preferred if it is told in that, with the others named.
func TestTellings(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		h := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Hour) }
		said := func(id, language, story, text string, n int) store.NewItem {
			it := item(id, language, story, h(n))
			it.Title, it.Topic = text, "world"
			return it
		}
		poll(t, s, h(1), "vesti", said("fire-ru", "ru", "fire", "Самал горит", 1), said("bank-ru", "ru", "bank", "Банк", 0))
		poll(t, s, h(2), "dala", said("fire-kk", "kk", "fire", "Самал өртенді", 2))
		sport := said("fire-kk2", "kk", "fire", "Самал өрті", 3)
		sport.Topic, sport.Blocks = "sport", []article.Block{{Kind: article.Paragraph, Text: "Өрт."}}
		poll(t, s, h(3), "steppe", said("fire-en", "en", "fire", "Samal burns", 3), sport)
		for _, tt := range []struct {
			name string
			q    store.NewsQuery
			want []string
		}{
			{"the first, of no preference", store.NewsQuery{}, []string{"fire-ru [en kk]", "bank-ru []"}},
			{"one with a text", store.NewsQuery{Prefer: "kk"}, []string{"fire-kk2 [en ru]", "bank-ru []"}},
			{"of the topic", store.NewsQuery{Prefer: "kk", Topics: []string{"world"}}, []string{"fire-kk [en ru]", "bank-ru []"}},
			{"as of", store.NewsQuery{Prefer: "en", AsOf: h(2)}, []string{"fire-ru [kk]", "bank-ru []"}},
			{"English", store.NewsQuery{Prefer: "en"}, []string{"fire-en [kk ru]", "bank-ru []"}},
			{"of two languages", store.NewsQuery{Prefer: "en", Languages: []string{"kk", "en"}}, []string{"fire-en [kk]"}},
			{"one that is not read", store.NewsQuery{Prefer: "ru", Languages: []string{"kk", "en"}}, []string{"fire-kk [en]"}},
			{"a page", store.NewsQuery{Prefer: "kk", Offset: 1}, []string{"bank-ru []"}},
			{"no news because of another telling", store.NewsQuery{Prefer: "kk", Since: h(1)}, nil},
		} {
			tt.q.Limit = 9
			list, _, err := s.Headlines(ctx, tt.q)
			must(t, err)
			var got []string
			for _, x := range list {
				got = append(got, fmt.Sprint(x.ID, " ", x.Also))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
			}
		}

		for {
			if n, err := s.IndexArticles(ctx, 10); err != nil || n == 0 {
				must(t, err)
				break
			}
		}
		for prefer, want := range map[string]string{"": "fire-ru", "kk": "fire-kk", "ru": "fire-ru", "en": "fire-ru"} {
			found, total, _, err := s.Search(ctx, store.SearchQuery{Words: story.ParseQuery("самал"), Prefer: prefer, Limit: 5})
			if err != nil || total != 1 || found[0].ID != want {
				t.Errorf("found by who prefers %q: %+v of %d, %v", prefer, found, total, err)
			}
		}

		a, err := s.Article(ctx, "fire-kk")
		must(t, err)
		for _, ref := range a.Sources {
			if ref.HasText != (ref.ArticleID == "fire-kk2") {
				t.Errorf("%s has a text: %t", ref.ArticleID, ref.HasText)
			}
		}
	})
}

func TestChatPrefers(t *testing.T) {
	for _, tt := range []struct {
		language string
		news     []string
		want     string
	}{
		{"kk", nil, "kk"}, {"kk", []string{"ru", "kk"}, "kk"}, {"en", []string{"ru", "kk"}, ""},
	} {
		if got := (store.Chat{Language: tt.language, NewsLanguages: tt.news}).Prefers(); got != tt.want {
			t.Errorf("%s of %v: %q", tt.language, tt.news, got)
		}
	}
}
