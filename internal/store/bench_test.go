package store_test

import (
	"fmt"
	"testing"
	"time"

	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

// BenchmarkHeadlines is a page of news among a month of it.
func BenchmarkHeadlines(b *testing.B) {
	const articles = 15_000
	for name, address := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		s := storetest.Opener(b, address(b))()
		ctx := b.Context()
		if _, _, err := s.ImportSources(ctx, noon, sources()); err != nil {
			b.Fatal(err)
		}
		for i := 0; i < articles; i += 150 {
			var items []store.NewItem
			for j := i; j < i+150; j++ {
				story := ""
				if j%5 == 0 {
					story = fmt.Sprint("s", j/15)
				}
				items = append(items, item(fmt.Sprint("a", j), []string{"kk", "ru", "en"}[j%3], story, noon.Add(time.Duration(j)*time.Minute)))
			}
			if _, err := s.RecordPoll(ctx, noon.Add(time.Duration(i)*time.Minute), store.Poll{SourceID: sources()[i%3].ID, Items: items}); err != nil {
				b.Fatal(err)
			}
		}
		for _, q := range []store.NewsQuery{
			{Limit: 10},
			{Limit: 10, Languages: []string{"kk"}},
			{Limit: 10, Languages: []string{"kk", "ru"}, AsOf: noon.Add(articles * time.Minute), Offset: 100},
			{Limit: 10, Languages: []string{"kk"}, Since: noon.Add((articles - 500) * time.Minute)},
		} {
			b.Run(fmt.Sprintf("%s/%d languages/offset %d/since %v", name, len(q.Languages), q.Offset, !q.Since.IsZero()), func(b *testing.B) {
				for b.Loop() {
					if list, _, err := s.Headlines(ctx, q); len(list) != 10 || err != nil {
						b.Fatal(len(list), err)
					}
				}
			})
		}
	}
}

// BenchmarkChat is what every update costs at least.
func BenchmarkChat(b *testing.B) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		s := storetest.Opener(b, address(b))()
		c := store.Chat{ID: 1, Kind: "private", Title: "А", Active: true}
		b.Run(name+"/touch", func(b *testing.B) {
			for b.Loop() {
				if _, _, err := s.TouchChat(b.Context(), noon, c); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/write", func(b *testing.B) {
			for b.Loop() {
				if err := s.SetDialog(b.Context(), noon, 1, 1, "a", "b"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
