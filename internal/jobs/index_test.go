package jobs

import (
	"fmt"
	"testing"
	"time"

	"newsbot/internal/article"
	"newsbot/internal/store"
	"newsbot/internal/story"
)

// All that was gathered before is found after one turn, however many slices it
// takes, and what the newsroom's own pages say as well; topics are those of the feeds.
func TestIndex(t *testing.T) {
	d := open(t)
	var items []store.NewItem
	for i := range 3*indexSlice + 7 {
		items = append(items, store.NewItem{
			ID: fmt.Sprint("old", i), Title: fmt.Sprint("Архив ", i), Link: fmt.Sprint("https://example.com/", i), Language: "ru",
			PublishedAt: monday.Add(-time.Duration(i) * time.Hour), Blocks: []article.Block{{Kind: article.Paragraph, Text: "Старая ведомость порта."}},
		})
	}
	sources, err := d.Store.Sources(t.Context())
	d.must(err)
	_, err = d.Store.RecordPoll(t.Context(), monday, store.Poll{SourceID: sources[0].ID, NextPollAt: monday, Items: items})
	d.must(err)
	found := func(words string) int {
		t.Helper()
		_, total, _, err := d.Store.Search(t.Context(), store.SearchQuery{Words: story.ParseQuery(words), Limit: 1})
		d.must(err)
		return total
	}
	if n := found("ведомости"); n != 0 {
		t.Errorf("%d found before the first turn", n)
	}
	d.run("poll", "texts", "search")
	if n := found("ведомости"); n != len(items) {
		t.Errorf("%d of %d old articles are found", n, len(items))
	}
	for _, words := range []string{"Жаланашколь ветряки", "боран ескертуі", "instant-payment"} {
		if found(words) == 0 {
			t.Errorf("%q is not found", words)
		}
	}
	if n, err := d.Store.IndexArticles(t.Context(), 1); n != 0 || err != nil {
		t.Errorf("something is left: %d, %v", n, err)
	}
	counts, err := d.Store.CountTopics(t.Context(), monday.Add(-time.Hour), nil)
	d.must(err)
	if len(counts) < 7 {
		t.Errorf("the newsroom's rubrics are no topics: %v", counts)
	}
	d.calm()
}
