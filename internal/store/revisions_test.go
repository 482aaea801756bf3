package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"newsbot/internal/article"
	"newsbot/internal/feed"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
	"newsbot/internal/story"
	"newsbot/migrations"
)

func blocks(texts ...string) (out []article.Block) {
	for _, t := range texts {
		out = append(out, article.Block{Kind: article.Paragraph, Text: t})
	}
	return out
}

// versions are an article's headlines, the earliest first and that of now last.
func versions(t *testing.T, s *store.Store, id string) (titles []string) {
	t.Helper()
	a, err := s.Article(t.Context(), id)
	must(t, err)
	list, err := s.Revisions(t.Context(), id)
	must(t, err)
	if len(list) > 0 && !a.RevisedAt.Equal(list[0].ReplacedAt) {
		t.Errorf("revised at %v, the last revision is of %v", a.RevisedAt, list[0].ReplacedAt)
	}
	for _, r := range list {
		titles = append([]string{r.Title}, titles...)
	}
	return append(titles, a.Title)
}

func TestChangedHeadline(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		it := item("a", "ru", "", noon)
		now := noon
		say := func(source, title, summary string) {
			t.Helper()
			now = now.Add(time.Minute)
			it.Title, it.Summary = title, summary
			if n := poll(t, s, now, source, it); n != 0 && now != noon.Add(time.Minute) {
				t.Errorf("%q is new", title)
			}
		}
		expect := func(what string, want ...string) {
			t.Helper()
			if got := versions(t, s, "a"); !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", what, got, want)
			}
		}
		say("vesti", "Жетiсу: «Мост» открыт", "Первое")
		must(t, s.SaveText(ctx, now, "a", article.Article{Blocks: blocks("Мост открыли.")}))
		for _, same := range []string{"Жетiсу: «Мост» открыт", "Жетiсу:  «Мост» открыт ", "Жетісу: \"Мост\" открыт"} {
			say("vesti", same, "Первое")
		}
		say("steppe", "Bridge opens", "")
		expect("no change", "Жетiсу: «Мост» открыт")
		if a, err := s.Article(ctx, "a"); err != nil || !a.RevisedAt.IsZero() || a.TextState != store.TextReady {
			t.Errorf("no change: %+v, %v", a, err)
		}

		say("vesti", "Мост закрыт", "Второе")
		changed := now
		expect("changed", "Жетiсу: «Мост» открыт", "Мост закрыт")
		list, err := s.Revisions(ctx, "a")
		must(t, err)
		if r := list[0]; !r.ReplacedAt.Equal(changed) || r.Summary != "Первое" || len(r.Blocks) != 1 || r.Blocks[0].Text != "Мост открыли." {
			t.Errorf("what it was: %+v", r)
		}
		a, err := s.Article(ctx, "a")
		must(t, err)
		if a.Summary != "Второе" || a.TextState != store.TextPending || !a.HasText || len(a.Blocks) != 1 || !a.FirstSeenAt.Equal(noon.Add(time.Minute)) {
			t.Errorf("what it is: %+v", a)
		}

		// Back to what it was just before: no more is kept, and the other wording is.
		for range 20 {
			say("vesti", "Жетiсу: «Мост» открыт", "Первое")
			expect("back", "Мост закрыт", "Жетiсу: «Мост» открыт")
			say("vesti", "Мост закрыт", "Второе")
			expect("and forth", "Жетiсу: «Мост» открыт", "Мост закрыт")
		}
		// However often it changes, the first version and the last ones are kept.
		for i := range 30 {
			say("vesti", fmt.Sprint("Мост, версия ", i), "Второе")
		}
		expect("many", "Жетiсу: «Мост» открыт", "Мост, версия 24", "Мост, версия 25", "Мост, версия 26", "Мост, версия 27", "Мост, версия 28", "Мост, версия 29")
		if list, err := s.Revisions(ctx, "none"); len(list) != 0 || err != nil {
			t.Errorf("of no article: %v, %v", list, err)
		}
	})
}

// Two changes in one instant are both kept.
func TestChangesOfOneInstant(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		withSources(t, s)
		it := item("a", "ru", "", noon)
		for _, title := range []string{"Один", "Два", "Три"} {
			it.Title = title
			poll(t, s, noon, "vesti", it)
		}
		if got := versions(t, s, "a"); !slices.Equal(got, []string{"Один", "Два", "Три"}) {
			t.Errorf("%q", got)
		}
	})
}

func TestChangedText(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		text := func(id string) string {
			t.Helper()
			a, err := s.Article(ctx, id)
			must(t, err)
			return article.Article{Blocks: a.Blocks}.Text()
		}
		pending := func(now time.Time) (ids []string) {
			t.Helper()
			list, err := s.PendingTexts(ctx, now, 10)
			must(t, err)
			for _, a := range list {
				if !a.HasText {
					t.Errorf("%s is to be read for the first time", a.ID)
				}
				ids = append(ids, a.ID)
			}
			return ids
		}

		// The feed's own text.
		full := item("full", "ru", "", noon)
		full.Blocks = blocks("Погибли 12 человек.", "Мост открыли.")
		page := item("page", "ru", "", noon)
		page.Summary, page.UpdatedAt = "Анонс", noon
		poll(t, s, noon, "vesti", full, page)
		must(t, s.SaveText(ctx, noon, "page", article.Article{Blocks: blocks("Погибли 12 человек.", "Мост открыли.")}))
		full.Blocks = blocks("Погибли  12 человек.", "Мост открыли.", "Просмотров: 12")
		poll(t, s, noon.Add(time.Minute), "vesti", full, page)
		if got := versions(t, s, "full"); len(got) != 1 || !strings.Contains(text("full"), "Просмотров") {
			t.Errorf("trivia: %q, %q", got, text("full"))
		}
		full.Blocks = blocks("Погибли 15 человек.", "Мост открыли.")
		poll(t, s, noon.Add(2*time.Minute), "vesti", full, page)
		if got := versions(t, s, "full"); len(got) != 2 || !strings.Contains(text("full"), "15") {
			t.Errorf("another text: %q, %q", got, text("full"))
		}
		full.Blocks = nil // the feed carries a teaser now
		poll(t, s, noon.Add(3*time.Minute), "vesti", full, page)
		if got := pending(noon.Add(time.Hour)); len(got) != 0 || !strings.Contains(text("full"), "15") {
			t.Errorf("to be read: %v; text %q", got, text("full"))
		}

		// The page's: read again when the source says that it was edited, or another summary.
		page.UpdatedAt = noon.Add(4 * time.Minute)
		poll(t, s, noon.Add(5*time.Minute), "vesti", page)
		if got := pending(noon.Add(5 * time.Minute)); !slices.Equal(got, []string{"page"}) {
			t.Errorf("edited: %v", got)
		}
		if a, err := s.Article(ctx, "page"); err != nil || !a.HasText || text("page") == "" {
			t.Errorf("while it is read again: %+v, %v", a, err)
		}
		at := noon.Add(6 * time.Minute)
		must(t, s.SaveText(ctx, at, "page", article.Article{Blocks: blocks("Погибли 12 человек.", "Мост открыли.", "Читайте также: Мосты")}))
		if got := versions(t, s, "page"); len(got) != 1 {
			t.Errorf("nothing new: %q", got)
		}
		page.Summary = "Другой анонс"
		poll(t, s, at, "vesti", page)
		if got := pending(at); len(got) != 0 {
			t.Errorf("at once again: %v", got)
		}
		at = at.Add(10 * time.Minute)
		if got := pending(at); !slices.Equal(got, []string{"page"}) {
			t.Errorf("after a while: %v", got)
		}
		must(t, s.SaveText(ctx, at, "page", article.Article{Blocks: blocks("Коротко.")}))
		if text("page") != "Погибли 12 человек.\n\nМост открыли.\n\nЧитайте также: Мосты" {
			t.Errorf("a stub: %q", text("page"))
		}

		// A failed reading keeps the text, and ends.
		page.Summary = "Третий анонс"
		poll(t, s, at, "vesti", page)
		must(t, s.FailText(ctx, at.Add(time.Hour), "page", "HTTP 503", at.Add(2*time.Hour)))
		if got := pending(at.Add(2 * time.Hour)); !slices.Equal(got, []string{"page"}) || text("page") == "" {
			t.Errorf("failed once: %v", got)
		}
		must(t, s.FailText(ctx, at.Add(2*time.Hour), "page", "HTTP 503", time.Time{}))
		if a, err := s.Article(ctx, "page"); err != nil || a.TextState != store.TextReady || !a.HasText || len(a.Blocks) != 3 {
			t.Errorf("failed for good: %+v, %v", a, err)
		}
		if got := pending(at.Add(100 * time.Hour)); len(got) != 0 {
			t.Errorf("failed for good, and is tried: %v", got)
		}

		// A headline and the text that is read for it are one edit.
		at = at.Add(48 * time.Hour)
		page.Title = "Новый заголовок"
		poll(t, s, at, "vesti", page)
		must(t, s.SaveText(ctx, at.Add(time.Minute), "page", article.Article{Blocks: blocks("Погибли 15 человек.", "Мост открыли.")}))
		list, err := s.Revisions(ctx, "page")
		must(t, err)
		if len(list) != 1 || list[0].Title != "Title of page" || list[0].Blocks[0].Text != "Погибли 12 человек." || !strings.Contains(text("page"), "15") {
			t.Errorf("one edit: %+v", list)
		}
		unprinted := func() int {
			t.Helper()
			list, err := s.Reworded(ctx, 10)
			must(t, err)
			for _, a := range list {
				x := told(a.ID, a.ID, noon, 1)
				x.Reprint = a.Reprint
				must(t, s.SetStory(ctx, x))
			}
			return len(list)
		}
		must(t, s.SetStory(ctx, told("page", "page", noon, 1)))
		if n := unprinted(); n != 1 {
			t.Errorf("%d to be recognised by what they say now", n)
		}
		// A date of before is no edit, nor is the same one once more.
		for _, updated := range []time.Time{{}, noon, noon.Add(4 * time.Minute)} {
			page.UpdatedAt = updated
			poll(t, s, at.Add(time.Hour), "vesti", page)
			if got := pending(at.Add(100 * time.Hour)); len(got) != 0 {
				t.Errorf("edited at %v: %v", updated, got)
			}
		}
		// A later one is another.
		page.UpdatedAt = at.Add(2 * time.Hour)
		poll(t, s, at.Add(2*time.Hour), "vesti", page)
		must(t, s.SaveText(ctx, at.Add(2*time.Hour), "page", article.Article{Blocks: blocks("Погибли 16 человек.", "Мост открыли.")}))
		if list, err = s.Revisions(ctx, "page"); len(list) != 2 || err != nil || list[0].Title != "Новый заголовок" {
			t.Errorf("another edit: %+v, %v", list, err)
		}
		if n := unprinted(); n != 1 {
			t.Errorf("%d to be recognised by their texts of now", n)
		}
		if err := s.SaveText(ctx, at, "none", article.Article{Blocks: blocks("x")}); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("of no article: %v", err)
		}
	})
}

// What is corrected without a word reaches the reader without a revision: a picture and
// letters that look alike. A figure alone in its paragraph is a correction.
func TestCorrectedText(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		text := func(url, lead, figure string) []article.Block {
			return []article.Block{
				{Kind: article.Image, Text: "Подпись", URL: url}, {Kind: article.Paragraph, Text: lead},
				{Kind: article.ListItem, Text: figure},
			}
		}
		const lead = "Погибли в аварии на трассе, сообщили в департаменте:"
		it := item("feed", "ru", "", noon)
		it.Blocks = text("https://x.example/wrong.jpg", lead, "12")
		poll(t, s, noon, "vesti", it, item("page", "ru", "", noon))
		must(t, s.SaveText(ctx, noon, "page", article.Article{Blocks: it.Blocks}))
		for i, tt := range []struct {
			name      string
			blocks    []article.Block
			revisions int
		}{
			{"another picture", text("https://x.example/right.jpg", lead, "12"), 0},
			{"look-alike letters", text("https://x.example/right.jpg", strings.Replace(lead, "аварии", "aварии", 1), "12"), 0},
			{"another figure", text("https://x.example/right.jpg", lead, "2"), 1},
		} {
			at := noon.Add(time.Duration(i+1) * 2 * time.Hour)
			it.Blocks = tt.blocks
			poll(t, s, at, "vesti", it)
			must(t, s.SaveText(ctx, at, "page", article.Article{Blocks: tt.blocks}))
			for _, id := range []string{"feed", "page"} {
				a, err := s.Article(ctx, id)
				must(t, err)
				if list, err := s.Revisions(ctx, id); err != nil || len(list) != tt.revisions || !slices.Equal(a.Blocks, tt.blocks) || a.TextState != store.TextReady {
					t.Errorf("%s of the %s: %d revisions, %+v, %v", tt.name, id, len(list), a.Blocks, err)
				}
			}
		}
		// A stub takes no picture along.
		must(t, s.SaveText(ctx, noon.Add(24*time.Hour), "page", article.Article{Blocks: text("https://x.example/wall.jpg", "", "2")}))
		if a, err := s.Article(ctx, "page"); err != nil || !slices.Equal(a.Blocks, it.Blocks) {
			t.Errorf("a stub: %+v, %v", a.Blocks, err)
		}
	})
}

// The summary of an article without a text may differ at each poll.
func TestChangedSummary(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		it := item("a", "ru", "", noon)
		it.Summary = "Мост открыт, 0 минут назад"
		poll(t, s, noon, "vesti", it)
		must(t, s.FailText(ctx, noon, "a", "HTTP 403", time.Time{}))
		kept := func(what string, want ...string) {
			t.Helper()
			list, err := s.Revisions(ctx, "a")
			must(t, err)
			var got []string
			for _, r := range list {
				got = append(got, r.Title+": "+r.Summary)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", what, got, want)
			}
		}
		say := func(at time.Duration, title, summary string) {
			t.Helper()
			it.Title, it.Summary = title, summary
			poll(t, s, noon.Add(at), "vesti", it)
			must(t, s.FailText(ctx, noon.Add(at), "a", "HTTP 403", time.Time{}))
		}
		for i := 1; i < 24; i++ { // two hours
			say(time.Duration(i)*5*time.Minute, "Мост", fmt.Sprintf("Мост открыт, %d минут назад", 5*i))
		}
		kept("at each poll", "Мост: Мост открыт, 65 минут назад", "Мост: Мост открыт, 5 минут назад", "Title of a: Мост открыт, 0 минут назад")
		say(10*time.Hour, "Мост закрыт", "Второе")
		say(10*time.Hour+time.Minute, "Мост закрыт", "Третье")
		kept("after another headline", "Мост закрыт: Второе", "Мост: Мост открыт, 115 минут назад", "Мост: Мост открыт, 65 минут назад", "Мост: Мост открыт, 5 минут назад", "Title of a: Мост открыт, 0 минут назад")
		if a, err := s.Article(ctx, "a"); err != nil || a.Summary != "Третье" {
			t.Errorf("what it is: %+v, %v", a, err)
		}
	})
}

// A source that says at each poll that it has edited an article, or flips between two
// texts, has its page read ever more seldom.
func TestRereadsAreBounded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		it := item("a", "ru", "", noon)
		poll(t, s, noon, "vesti", it)
		must(t, s.SaveText(ctx, noon, "a", article.Article{Blocks: blocks("Мост открыли.")}))
		for i, most := range []int{10, 24 * 6} { // with nothing new, and with two texts in turns
			reads, start := 0, noon.AddDate(0, 0, 30*i)
			for at := start; at.Before(start.Add(24 * time.Hour)); at = at.Add(5 * time.Minute) {
				it.UpdatedAt = at
				poll(t, s, at, "vesti", it)
				list, err := s.PendingTexts(ctx, at, 10)
				must(t, err)
				for range list {
					reads++
					must(t, s.SaveText(ctx, at, "a", article.Article{Blocks: blocks([]string{"Мост открыли.", "Мост закрыли."}[reads*i%2])}))
				}
			}
			if reads < 5 || reads > most {
				t.Errorf("with %d texts: read %d times in a day", i+1, reads)
			}
		}
		if got := versions(t, s, "a"); len(got) > 3 {
			t.Errorf("kept: %d", len(got))
		}
	})
}

// A reading that waits for long is hastened by another headline, and by nothing less.
func TestHeadlineHastensReading(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		it := item("a", "ru", "", noon)
		poll(t, s, noon, "vesti", it)
		must(t, s.SaveText(ctx, noon, "a", article.Article{Blocks: blocks("Мост открыли.")}))
		at := noon
		for range 6 { // nothing new, ever less often
			at = at.Add(24 * time.Hour)
			it.UpdatedAt = at
			poll(t, s, at, "vesti", it)
			must(t, s.SaveText(ctx, at, "a", article.Article{Blocks: blocks("Мост открыли.")}))
		}
		due := func(what string, after time.Duration, want bool) {
			t.Helper()
			list, err := s.PendingTexts(ctx, at.Add(after), 10)
			must(t, err)
			if got := len(list) == 1; got != want {
				t.Errorf("%s: to be read after %s: %v", what, after, got)
			}
		}
		at = at.Add(time.Minute)
		it.UpdatedAt = at
		poll(t, s, at, "vesti", it)
		due("edited", 2*time.Hour, false)
		due("edited", 24*time.Hour, true)
		it.Summary = "Другой анонс"
		poll(t, s, at, "vesti", it)
		due("another summary", 2*time.Hour, false)
		it.Title = "Мост закрыт"
		poll(t, s, at, "vesti", it)
		due("another headline", 9*time.Minute, false)
		due("another headline", 10*time.Minute, true)
		it.Title = "Мост закрыт до весны"
		poll(t, s, at.Add(5*time.Minute), "vesti", it)
		due("one more", 10*time.Minute, true)
		must(t, s.SaveText(ctx, at, "a", article.Article{Blocks: blocks("Мост открыли.")}))
		it.UpdatedAt = at.Add(time.Second)
		poll(t, s, at, "vesti", it)
		it.Title = "Мост закрыт"
		poll(t, s, at, "vesti", it)
		due("back to the headline before", 2*time.Hour, false)
	})
}

// A source may change all of its articles at once: each is changed once, and others
// write meanwhile.
func TestManyChanges(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		items := make([]store.NewItem, 400)
		for i := range items {
			items[i] = item(fmt.Sprint("a", i), "ru", "", noon)
			items[i].Blocks = blocks("Мост открыли.", fmt.Sprint("Погибли ", i, " человек."))
		}
		poll(t, s, noon, "vesti", items...)
		for i := range items {
			items[i].Blocks = blocks("Мост закрыли.", fmt.Sprint("Погибли ", i, " человек."))
		}
		stop, writes := make(chan struct{}), make(chan int, 1)
		go func() {
			n := 0
			defer func() { writes <- n }()
			for {
				if err := s.FailText(ctx, noon, "a0", "x", time.Time{}); err != nil {
					t.Error(err)
					return
				}
				n++
				select {
				case <-stop:
					return
				default:
				}
			}
		}()
		if n := poll(t, s, noon.Add(time.Minute), "vesti", append(items, item("new", "ru", "", noon))...); n != 1 {
			t.Errorf("%d are new", n)
		}
		close(stop)
		if n := <-writes; n < 10 {
			t.Errorf("others wrote %d times meanwhile", n)
		}
		poll(t, s, noon.Add(2*time.Minute), "vesti", items...)
		for _, it := range items {
			a, err := s.Article(ctx, it.ID)
			must(t, err)
			if list, err := s.Revisions(ctx, it.ID); err != nil || len(list) != 1 || !slices.Equal(a.Blocks, it.Blocks) {
				t.Errorf("%s: %d revisions, %+v, %v", it.ID, len(list), a.Blocks, err)
			}
		}
	})
}

// What has changed is found by what it says now, recognised by it, and stays in its story.
func TestChangeIsFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		it := item("a", "ru", "", noon)
		it.Title, it.Blocks = "Верблюды пришли", blocks("Караван пришёл утром.")
		poll(t, s, noon, "vesti", it)
		tell := func(list []store.Article, err error, key int64) {
			t.Helper()
			must(t, err)
			if len(list) != 1 || list[0].ID != "a" || len(list[0].Blocks) == 0 {
				t.Fatalf("to be told: %+v", list)
			}
			x := told("a", "st", noon, key)
			x.Reprint = list[0].Reprint
			must(t, s.SetStory(ctx, x))
		}
		list, err := s.Unassigned(ctx, 10)
		tell(list, err, 1)
		found := func(word string) int {
			t.Helper()
			_, err := s.IndexArticles(ctx, 10)
			must(t, err)
			_, total, _, err := s.Search(ctx, store.SearchQuery{Words: story.ParseQuery(word), Limit: 5})
			must(t, err)
			return total
		}
		if found("верблюды") != 1 || found("ослики") != 0 {
			t.Fatal("not found")
		}
		if list, err := s.Reworded(ctx, 10); len(list) != 0 || err != nil {
			t.Errorf("nothing has changed: %v, %v", list, err)
		}
		it.Title, it.Blocks = "Ослики пришли", blocks("Табун пришёл вечером.")
		poll(t, s, noon.Add(time.Minute), "vesti", it)
		if found("верблюды") != 0 || found("ослики") != 1 || found("табун") != 1 {
			t.Error("it is found by what it was")
		}
		list, err = s.Reworded(ctx, 10)
		tell(list, err, 2)
		if list, err := s.Reworded(ctx, 10); len(list) != 0 || err != nil {
			t.Errorf("again: %v, %v", list, err)
		}
		for key, want := range map[int64]int{1: 0, 2: 1} {
			if got, err := s.StoryCandidates(ctx, []int64{key}, noon.Add(-time.Hour), 2, 9); len(got) != want || err != nil {
				t.Errorf("key %d: %v, %v", key, printed(got), err)
			}
		}
		if a, err := s.Article(ctx, "a"); err != nil || a.StoryID != "st" {
			t.Errorf("its story: %s, %v", a.StoryID, err)
		}
		if todo, err := s.Unassigned(ctx, 10); len(todo) != 0 || err != nil {
			t.Errorf("its story is looked for again: %v, %v", todo, err)
		}
	})
}

// What an article was and its other names go with it.
func TestRevisionsGoWithTheirArticle(t *testing.T) {
	for engine, address := range map[string]string{"sqlite": storetest.SQLite(t), "postgres": storetest.Postgres(t)} {
		t.Run(engine, func(t *testing.T) {
			s, ctx := storetest.Opener(t, address)(), t.Context()
			withSources(t, s)
			for i := range 120 {
				it := item(fmt.Sprint("a", i), "ru", "", noon)
				poll(t, s, noon, "vesti", it)
				it.Title = "Другой заголовок"
				poll(t, s, noon.Add(time.Minute), "vesti", it)
				must(t, s.AddAlias(ctx, it.ID, fmt.Sprint("b", i), true))
			}
			later := noon.AddDate(0, 0, 60)
			poll(t, s, later, "vesti", item("a7", "ru", "", noon))
			db, err := sql.Open(engine, strings.TrimPrefix(address, "sqlite:"))
			must(t, err)
			defer db.Close()
			count := func(table string) (n int) {
				t.Helper()
				must(t, db.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+table).Scan(&n))
				return n
			}
			if count("revisions") != 120 || count("article_aliases") != 120 {
				t.Fatalf("%d revisions, %d aliases", count("revisions"), count("article_aliases"))
			}
			n, err := s.Prune(ctx, later, store.PruneRule{Articles: 45 * 24 * time.Hour})
			if err != nil || n != 119 {
				t.Errorf("%d went, %v", n, err)
			}
			if count("revisions") != 1 || count("article_aliases") != 1 {
				t.Errorf("%d revisions and %d aliases are left", count("revisions"), count("article_aliases"))
			}
		})
	}
}

// A database that took later steps before an earlier one came in is brought up to date.
func TestMigrateOutOfOrder(t *testing.T) {
	for engine, address := range map[string]string{"sqlite": storetest.SQLite(t), "postgres": storetest.Postgres(t)} {
		t.Run(engine, func(t *testing.T) {
			ctx := t.Context()
			bare, err := sql.Open(engine, strings.TrimPrefix(address, "sqlite:"))
			must(t, err)
			defer bare.Close()
			dialect := goose.DialectPostgres
			if engine == "sqlite" {
				dialect = goose.DialectSQLite3
			}
			p, err := goose.NewProvider(dialect, bare, migrations.FS, goose.WithGoMigrations(store.GoMigrations(engine == "sqlite")...))
			must(t, err)
			for _, step := range p.ListSources() {
				if step.Version != 42 {
					_, err := p.ApplyVersion(ctx, step.Version, true)
					must(t, err)
				}
			}
			s, err := store.Open(ctx, address)
			must(t, err)
			defer s.Close()
			if current, target, pending, err := s.Version(ctx); err != nil || current != target || !pending {
				t.Errorf("before: version %d of %d, pending %v, %v", current, target, pending, err)
			}
			for range 2 {
				must(t, s.Migrate(ctx))
				if current, target, pending, err := s.Version(ctx); err != nil || current != target || pending {
					t.Errorf("after: version %d of %d, pending %v, %v", current, target, pending, err)
				}
			}
			withSources(t, s)
			poll(t, s, noon, "vesti", item("a", "ru", "", noon))
			if list, err := s.Revisions(ctx, "a"); err != nil || len(list) != 0 {
				t.Errorf("what the step adds: %v, %v", list, err)
			}
		})
	}
}

// A database of the version before goes on: nothing that its sources list again counts
// as changed, and what they change then is kept.
func TestMigrateToRevisions(t *testing.T) {
	for engine, address := range map[string]string{"sqlite": storetest.SQLite(t), "postgres": storetest.Postgres(t)} {
		t.Run(engine, func(t *testing.T) {
			ctx := t.Context()
			db, err := sql.Open(engine, strings.TrimPrefix(address, "sqlite:"))
			must(t, err)
			defer db.Close()
			dialect := goose.DialectPostgres
			if engine == "sqlite" {
				dialect = goose.DialectSQLite3
			}
			p, err := goose.NewProvider(dialect, db, migrations.FS, goose.WithGoMigrations(store.GoMigrations(engine == "sqlite")...))
			must(t, err)
			_, err = p.UpTo(ctx, 41)
			must(t, err)
			for _, statement := range []string{
				`INSERT INTO sources (source_id, title, url, kind, language, topics, selectors, paused, etag, last_modified, next_poll_at, last_ok_at,
					last_error, failures, listed_at, created_at) VALUES ('old', 'Old', 'https://old.example/', 'feed', 'ru', '[]', '{}', FALSE, '', '', 0, 1, '', 0, 1, 1)`,
				`INSERT INTO articles (article_id, source_id, story_id, language, topic, published_at, first_seen_at, listed_at, text_state, text_due_at,
					text_tries, text_error, link, title, author, image, summary, story_set, blocks)
					VALUES ('a', 'old', 'a', 'ru', '', 1, 1, 1, 'ready', 0, 0, '', 'https://old.example/1', 'Мост открыт', '', '', 'Анонс', TRUE, '[{"k":"p","t":"Мост открыли."}]')`,
			} {
				_, err := db.ExecContext(ctx, statement)
				must(t, err)
			}
			s := storetest.Opener(t, address)()
			if current, target, pending, err := s.Version(ctx); err != nil || current != target || pending || current < 42 {
				t.Errorf("version %d of %d, %v", current, target, err)
			}
			it := store.NewItem{ID: "a", Link: "https://old.example/1", Title: "Мост открыт", Summary: "Анонс", UpdatedAt: noon}
			poll(t, s, noon, "old", it)
			if a, err := s.Article(ctx, "a"); err != nil || a.TextState != store.TextReady || !a.HasText || !a.RevisedAt.IsZero() {
				t.Errorf("listed again: %+v, %v", a, err)
			}
			it.Title = "Мост закрыт"
			poll(t, s, noon.Add(time.Minute), "old", it)
			if got := versions(t, s, "a"); !slices.Equal(got, []string{"Мост открыт", "Мост закрыт"}) {
				t.Errorf("changed: %q", got)
			}
			must(t, s.Close())
			_, err = p.DownTo(ctx, 41)
			must(t, err)
			var title string
			must(t, db.QueryRowContext(ctx, `SELECT title FROM articles`).Scan(&title))
			if title != "Мост закрыт" {
				t.Errorf("on the way down: %s", title)
			}
		})
	}
}

// What was sent stays sent: an article that changes comes in no digest again.
func TestChangeIsNoNews(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		it := item("a", "ru", "", noon.Add(-time.Hour))
		poll(t, s, noon, "vesti", it)
		since := noon.Add(time.Hour)
		it.Title, it.Summary, it.UpdatedAt = "Другой заголовок", "Другой анонс", noon.Add(2*time.Hour)
		poll(t, s, noon.Add(2*time.Hour), "vesti", it)
		must(t, s.SaveText(ctx, noon.Add(2*time.Hour), "a", article.Article{Blocks: blocks("Новое."), Published: noon.Add(2 * time.Hour)}))
		list, total, err := s.Headlines(ctx, store.NewsQuery{Since: since, Limit: 10})
		if err != nil || total != 0 || len(list) != 0 {
			t.Errorf("news: %+v, %v", list, err)
		}
		if list, _, err = s.Headlines(ctx, store.NewsQuery{Limit: 10}); err != nil || len(list) != 1 || list[0].Title != "Другой заголовок" || !list[0].PublishedAt.Equal(noon.Add(-time.Hour)) {
			t.Errorf("the list: %+v, %v", list, err)
		}
	})
}

// Sources and a reading of the page that change one article at once lose nothing.
func TestChangesAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		it := item("a", "ru", "", noon)
		it.Blocks = blocks("Текст номер 0.")
		poll(t, s, noon, "vesti", it)
		done := make(chan error, 16)
		for i := range cap(done) {
			go func() {
				if i%2 == 0 {
					done <- s.SaveText(ctx, noon, "a", article.Article{Blocks: blocks(fmt.Sprintf("Текст номер %d.", i))})
					return
				}
				it := it
				it.Title, it.Blocks = fmt.Sprint("Заголовок ", i), nil
				_, err := s.RecordPoll(ctx, noon, store.Poll{SourceID: "vesti", State: feed.State{}, Items: []store.NewItem{it}})
				done <- err
			}()
		}
		for range cap(done) {
			must(t, <-done)
		}
		got := versions(t, s, "a")
		if len(got) < 3 || len(got) > 7 || got[0] != "Title of a" {
			t.Errorf("kept: %q", got)
		}
	})
}
