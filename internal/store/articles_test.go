package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"newsbot/internal/article"
	"newsbot/internal/feed"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

func sources() []feed.Source {
	return []feed.Source{
		{ID: "dala", Title: "Дала жаңалықтары", URL: "https://dala.example/rss", Kind: feed.KindFeed, Language: "kk", Topics: []string{"қоғам"}},
		{ID: "vesti", Title: "Вести", URL: "https://vesti.example/", Kind: feed.KindHTML, Language: "ru", Selectors: feed.Selectors{Item: "article > a", Title: "h2"}},
		{ID: "steppe", Title: "The Steppe", URL: "https://steppe.example/feed.json", Kind: feed.KindFeed, Language: "en"},
	}
}

func withSources(t *testing.T, s *store.Store) {
	t.Helper()
	added, _, err := s.ImportSources(t.Context(), noon, sources())
	must(t, err)
	if added != 3 {
		t.Fatalf("added %d sources", added)
	}
}

func poll(t *testing.T, s *store.Store, now time.Time, source string, items ...store.NewItem) int {
	t.Helper()
	n, err := s.RecordPoll(t.Context(), now, store.Poll{SourceID: source, NextPollAt: now.Add(time.Hour), Items: items})
	must(t, err)
	return n
}

func item(id, language, story string, published time.Time) store.NewItem {
	return store.NewItem{ID: id, Link: "https://example.kz/" + id, Title: "Title of " + id, Language: language, StoryID: story, PublishedAt: published}
}

func TestSources(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		all, err := s.Sources(ctx)
		must(t, err)
		var got []feed.Source
		for _, st := range all {
			got = append(got, st.Source)
		}
		want := []feed.Source{sources()[0], sources()[2], sources()[1]} // by id
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}

		_, err = s.RecordPoll(ctx, noon, store.Poll{SourceID: "dala", State: feed.State{ETag: `"1"`, LastModified: "x"}, NextPollAt: noon.Add(time.Hour)})
		must(t, err)
		for range 2 {
			_, err = s.RecordPoll(ctx, noon, store.Poll{SourceID: "vesti", NextPollAt: noon.Add(2 * time.Hour), Err: "no items"})
			must(t, err)
		}
		due, err := s.DueSources(ctx, noon.Add(time.Hour), 10)
		must(t, err)
		if len(due) != 2 || due[0].ID != "steppe" || due[1].ID != "dala" || due[1].State.ETag != `"1"` || !due[1].LastOKAt.Equal(noon) {
			t.Errorf("due: %+v", due)
		}
		due, err = s.DueSources(ctx, noon.Add(2*time.Hour), 10)
		must(t, err)
		if len(due) != 3 || due[2].Failures != 2 || due[2].LastError != "no items" || !due[2].LastOKAt.IsZero() {
			t.Errorf("due later: %+v", due)
		}

		// Again nothing changes; a new title is an update; a new address a fresh start.
		changed := sources()
		changed[0].URL = "https://dala.example/atom"
		changed[2].Title = "Steppe"
		for _, tt := range []struct {
			list    []feed.Source
			updated int
		}{{sources(), 0}, {changed, 2}, {changed, 0}} {
			added, updated, err := s.ImportSources(ctx, noon, tt.list)
			if added != 0 || updated != tt.updated || err != nil {
				t.Errorf("added %d, updated %d (want %d), %v", added, updated, tt.updated, err)
			}
		}
		due, err = s.DueSources(ctx, noon, 10)
		must(t, err)
		if len(due) != 2 || due[0].ID != "dala" || due[0].State != (feed.State{}) || due[1].Title != "Steppe" {
			t.Errorf("due after the change: %+v", due)
		}
	})
}

// What a poll says of its source's health and pace is kept, and a poll for which
// the source is not to blame is held against nobody.
func TestRecordPollHealth(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		record := func(at time.Time, p store.Poll) store.SourceStatus {
			t.Helper()
			p.SourceID = "dala"
			_, err := s.RecordPoll(ctx, at, p)
			must(t, err)
			st, err := s.Source(ctx, "dala")
			must(t, err)
			return st
		}
		good := store.Poll{
			State: feed.State{ETag: "e", LastModified: "l", Hash: "h"}, Rhythm: store.Rhythm{Gap: time.Hour, Asked: time.Minute, NewestAt: noon.Add(-time.Hour)},
			Move: store.Move{To: "https://dala.example/new", Times: 2, Since: noon}, NextPollAt: noon.Add(time.Hour), SoonAt: noon.Add(time.Minute),
			Items: []store.NewItem{{ID: "a1", Link: "https://dala.example/1", Title: "Бірінші", PublishedAt: noon.Add(-48 * time.Hour)}},
		}
		st := record(noon, good)
		rhythm := good.Rhythm
		rhythm.BroughtAt = noon
		if st.State != good.State || st.Rhythm != rhythm || st.Move != good.Move || !st.NextPollAt.Equal(good.SoonAt) {
			t.Errorf("after a good poll: %+v", st)
		}
		good.Rhythm = st.Rhythm
		if st = record(noon.Add(time.Minute), good); !st.NextPollAt.Equal(good.NextPollAt) || st.Rhythm != rhythm {
			t.Errorf("after one that brought nothing: %+v", st)
		}
		for i := range 2 {
			st = record(noon.Add(time.Duration(i+2)*time.Minute), store.Poll{Err: "status 403", Reason: feed.ReasonRefused, NextPollAt: noon.Add(2 * time.Hour)})
		}
		if st.Failures != 2 || st.Reason != feed.ReasonRefused || !st.FailingAt.Equal(noon.Add(2*time.Minute)) || st.State != good.State || st.Rhythm != rhythm || st.Move != good.Move {
			t.Errorf("after two failures: %+v", st)
		}
		if st = record(noon, store.Poll{Err: "no route", Reason: feed.ReasonUnreachable, Excused: true, NextPollAt: noon.Add(9 * time.Hour)}); st.Failures != 2 ||
			st.Reason != feed.ReasonRefused || !st.NextPollAt.Equal(noon.Add(9*time.Hour)) {
			t.Errorf("after one that is excused: %+v", st)
		}
		if st = record(noon, store.Poll{Err: "status 410", Reason: feed.ReasonGone, Pause: true}); !st.Paused || st.PauseReason != feed.ReasonGone {
			t.Errorf("gone: %+v", st)
		}

		if moved, err := s.MoveSource(ctx, "dala", "https://elsewhere.example/", "https://dala.example/new"); err != nil || moved {
			t.Errorf("moved from an address that it does not have: %v", err)
		}
		vesti, err := s.Source(ctx, "vesti")
		must(t, err)
		if moved, err := s.MoveSource(ctx, "dala", st.URL, vesti.URL); err != nil || moved {
			t.Errorf("moved to where another source is: %v", err)
		}
		if moved, err := s.MoveSource(ctx, "dala", st.URL, "https://dala.example/new"); err != nil || !moved {
			t.Errorf("not moved: %v", err)
		}
		if st, err = s.Source(ctx, "dala"); err != nil || st.URL != "https://dala.example/new" || st.Move != (store.Move{}) || st.State != good.State {
			t.Errorf("moved: %+v, %v", st, err)
		}
		if _, err := s.Source(ctx, "nobody"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("no such source: %v", err)
		}
	})
}

// A source that is removed is on no list, its articles stay, and it can come back.
// What a source lists without a date is news of now, but at the first reading, until
// its page says when it was.
func TestFirstReading(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		read := func(at time.Time, first bool, items ...store.NewItem) {
			t.Helper()
			_, err := s.RecordPoll(ctx, at, store.Poll{SourceID: "dala", First: first, NextPollAt: at, Items: items})
			must(t, err)
		}
		published := func(id string, want time.Time) {
			t.Helper()
			if a, err := s.Article(ctx, id); err != nil || !a.PublishedAt.Equal(want) {
				t.Errorf("%s is of %v, want %v (%v)", id, a.PublishedAt, want, err)
			}
		}
		undated, said := item("undated", "kk", "", time.Time{}), item("said", "kk", "", time.Time{})
		read(noon, true, undated, said, item("dated", "kk", "", noon.Add(-time.Hour)))
		published("undated", noon.AddDate(0, 0, -1))
		published("dated", noon.Add(-time.Hour))
		later := noon.Add(time.Hour)
		read(later, false, undated, said, item("next", "kk", "", time.Time{}))
		published("undated", noon.AddDate(0, 0, -1))
		published("next", later)
		for _, id := range []string{"said", "dated", "next"} {
			must(t, s.SaveText(ctx, later, id, article.Article{Published: noon.Add(-3 * time.Hour), Blocks: []article.Block{{Kind: article.Paragraph, Text: "Мәтін"}}}))
		}
		published("said", noon.Add(-3*time.Hour))
		published("next", noon.Add(-3*time.Hour))
		published("dated", noon.Add(-time.Hour))
	})
}

// What is added takes nobody's place, also when two add at once.
func TestAddSource(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		add := func(id, url, wantID string, want bool) {
			t.Helper()
			got, added, err := s.AddSource(ctx, noon, feed.Source{ID: id, Title: "Жаңа", URL: url, Kind: feed.KindFeed})
			if err != nil || got != wantID || added != want {
				t.Errorf("%s at %s: %q, %v, %v; want %q, %v", id, url, got, added, err, wantID, want)
			}
		}
		before, err := s.Source(ctx, "dala")
		must(t, err)
		add("new", "https://new.example/rss", "new", true)
		add("new", "https://new.example/rss", "new", false)
		add("other", "https://new.example/rss", "new", false)
		add("dala", "https://dala.example/second", "dala-2", true)
		if after, err := s.Source(ctx, "dala"); err != nil || after.URL != before.URL || after.Title != before.Title {
			t.Errorf("another one was changed: %+v, %v", after, err)
		}
		must(t, s.RemoveSource(ctx, "new"))
		add("new", "https://elsewhere.example/rss", "new-2", true) // the articles of the removed one are not its
		add("fresh", "https://new.example/rss", "new", true)       // there it is again

		const editors = 8
		ids := make(chan string, editors)
		for i := range editors {
			go func() {
				id, added, err := s.AddSource(ctx, noon, feed.Source{ID: "same", Title: "Бәрі", URL: fmt.Sprintf("https://same.example/%d", i/2), Kind: feed.KindFeed})
				if err != nil || !added {
					id = ""
				}
				if err != nil {
					t.Error(err)
				}
				ids <- id
			}()
		}
		var got []string
		for range editors {
			if id := <-ids; id != "" {
				got = append(got, id)
			}
		}
		slices.Sort(got)
		if want := []string{"same", "same-2", "same-3", "same-4"}; !slices.Equal(got, want) {
			t.Errorf("at once: %v, want %v", got, want)
		}
		for _, id := range got {
			if src, err := s.Source(ctx, id); err != nil || src.Title != "Бәрі" {
				t.Errorf("%s: %+v, %v", id, src, err)
			}
		}
	})
}

// A source that goes on begins anew: how it failed before says nothing any more, and
// editors hear when it fails again.
func TestResumeForgets(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		_, err := s.RecordPoll(ctx, noon, store.Poll{SourceID: "dala", Err: "status 410 Gone", Reason: feed.ReasonGone, Pause: true, NextPollAt: noon.Add(24 * time.Hour)})
		must(t, err)
		must(t, s.TellSources(ctx, noon, store.SourcesTold{Failing: []string{"dala"}, Quiet: []string{"dala"}}))
		later := noon.Add(time.Hour)
		if changed, err := s.PauseSource(ctx, later, "dala", false); err != nil || !changed {
			t.Fatal(changed, err)
		}
		got, err := s.Source(ctx, "dala")
		must(t, err)
		if got.Paused || got.PauseReason != "" || got.Failures != 0 || got.LastError != "" || got.Reason != "" || !got.FailingAt.IsZero() || !got.ToldAt.IsZero() || !got.QuietToldAt.IsZero() || !got.NextPollAt.Equal(later) {
			t.Errorf("%+v", got)
		}
	})
}

func TestRemoveSource(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		poll(t, s, noon, "dala", item("a1", "kk", "", noon))
		if changed, err := s.PauseSource(ctx, noon, "dala", true); err != nil || !changed {
			t.Errorf("paused: %v, %v", changed, err)
		}
		if changed, err := s.PauseSource(ctx, noon, "dala", true); err != nil || changed {
			t.Errorf("paused twice: %v, %v", changed, err)
		}
		due, err := s.DueSources(ctx, noon.Add(24*time.Hour), 10)
		must(t, err)
		if len(due) != 2 {
			t.Errorf("%d due while one is paused", len(due))
		}
		must(t, s.RemoveSource(ctx, "dala"))
		for what, err := range map[string]error{"again": s.RemoveSource(ctx, "dala"), "polled": s.PollSoon(ctx, noon, "dala")} {
			if !errors.Is(err, store.ErrNotFound) {
				t.Errorf("removed, then %s: %v", what, err)
			}
		}
		if changed, err := s.PauseSource(ctx, noon, "dala", false); err != nil || changed {
			t.Errorf("removed, then resumed: %v, %v", changed, err)
		}
		all, err := s.Sources(ctx)
		must(t, err)
		if len(all) != 2 {
			t.Errorf("%d sources are left", len(all))
		}
		if a, err := s.Article(ctx, "a1"); err != nil || a.SourceTitle == "" {
			t.Errorf("its article: %+v, %v", a, err)
		}
		for _, id := range []string{"vesti", "steppe"} {
			must(t, s.RemoveSource(ctx, id))
		}
		if had, err := s.EverHadSources(ctx); err != nil || !had {
			t.Errorf("all are removed, and there never were any: %v", err)
		}
		added, updated, err := s.ImportSources(ctx, noon, sources()[:1])
		if err != nil || added != 1 || updated != 0 {
			t.Errorf("back: %d added, %d updated, %v", added, updated, err)
		}
		if st, err := s.Source(ctx, "dala"); err != nil || st.Paused {
			t.Errorf("back: %+v, %v", st, err)
		}
	})
}

func TestRecordPoll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		full := store.NewItem{
			ID: "a1", Link: "https://dala.example/1", Title: "Тақырып \"бірінші\"", Author: "А. Сәрсен", Language: "kk", Image: "https://dala.example/1.jpg",
			Summary: "Қысқаша", Topic: "қоғам", PublishedAt: noon.Add(-time.Hour), StoryID: "st",
			Blocks: []article.Block{{Kind: article.Heading, Text: "Бас"}, {Kind: article.Paragraph, Text: "a < b & \x00 c"}},
		}
		bare := store.NewItem{ID: "a2", Link: "https://dala.example/2", Title: "Екінші"}
		if n := poll(t, s, noon, "dala", full, bare, bare); n != 2 {
			t.Errorf("added %d", n)
		}
		if n := poll(t, s, noon.Add(time.Minute), "dala", full, bare); n != 0 {
			t.Errorf("again: added %d", n)
		}
		got, err := s.Article(ctx, "a1")
		must(t, err)
		want := store.Article{
			ID: "a1", SourceID: "dala", SourceTitle: "Дала жаңалықтары", Link: full.Link, Title: full.Title, Author: full.Author, Language: "kk",
			Image: full.Image, Summary: full.Summary, Topic: "қоғам", StoryID: "st", PublishedAt: noon.Add(-time.Hour), FirstSeenAt: noon,
			Blocks: full.Blocks, TextState: store.TextReady, HasText: true,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		if got, err = s.Article(ctx, "a2"); err != nil || got.StoryID != "a2" || !got.PublishedAt.Equal(noon) || got.TextState != store.TextPending || got.Blocks != nil {
			t.Errorf("the bare one: %+v, %v", got, err)
		}

		// The source corrects its title; another source's title of the same page does not count.
		bare.Title, bare.Summary = "Екінші (түзетілді)", "Жаңа"
		poll(t, s, noon.Add(time.Hour), "dala", full, bare)
		other := bare
		other.Title = "Второй"
		poll(t, s, noon.Add(time.Hour), "vesti", other)
		if got, err = s.Article(ctx, "a2"); err != nil || got.Title != bare.Title || got.Summary != "Жаңа" || !got.FirstSeenAt.Equal(noon) || got.SourceID != "dala" {
			t.Errorf("corrected: %+v, %v", got, err)
		}
	})
}

func TestTexts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		undated := item("undated", "", "", time.Time{})
		undated.Title = ""
		poll(t, s, noon, "vesti", item("old", "ru", "", noon.Add(-2*time.Hour)), item("new", "ru", "", noon.Add(-time.Hour)), undated)
		pending := func(now time.Time, want ...string) {
			t.Helper()
			list, err := s.PendingTexts(ctx, now, 10)
			must(t, err)
			got := []string{}
			for _, a := range list {
				got = append(got, a.ID)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("pending: -want +got\n%s", diff)
			}
		}
		pending(noon, "undated", "new", "old")
		must(t, s.FailText(ctx, noon, "new", "HTTP 503", noon.Add(time.Minute)))
		must(t, s.FailText(ctx, noon, "old", "HTTP 404", time.Time{}))
		pending(noon, "undated")
		page := article.Article{Title: "Бет", Author: "А", Language: "kk", Image: "https://x/y.jpg", Published: noon.Add(-3 * time.Hour),
			Blocks: []article.Block{{Kind: article.Paragraph, Text: "Мәтін"}}}
		must(t, s.SaveText(ctx, noon, "undated", page))
		must(t, s.SaveText(ctx, noon, "new", page))
		pending(noon.Add(time.Hour), []string{}...)
		a, err := s.Article(ctx, "undated")
		must(t, err)
		if a.Title != "Бет" || a.Language != "kk" || a.Image == "" || !a.PublishedAt.Equal(page.Published) || len(a.Blocks) != 1 || a.TextState != store.TextReady {
			t.Errorf("filled from the page: %+v", a)
		}
		a, err = s.Article(ctx, "new")
		must(t, err)
		if a.Title != "Title of new" || a.Language != "ru" || !a.PublishedAt.Equal(noon.Add(-time.Hour)) || a.TextTries != 1 {
			t.Errorf("what the feed said stays: %+v", a)
		}
		todo, err := s.Unassigned(ctx, 10)
		must(t, err)
		if len(todo) != 3 || len(todo[0].Blocks) == 0 {
			t.Errorf("%d articles have no story yet", len(todo))
		}
		must(t, s.SetStory(ctx, store.Telling{ArticleID: "new", StoryID: "story"}))
		must(t, s.SetStory(ctx, store.Telling{ArticleID: "undated", StoryID: "story"}))
		if todo, err = s.Unassigned(ctx, 10); len(todo) != 1 || todo[0].ID != "old" || err != nil {
			t.Errorf("then: %+v, %v", todo, err)
		}
		a, err = s.Article(ctx, "new")
		must(t, err)
		want := []store.SourceRef{{SourceID: "vesti", SourceTitle: "Вести", ArticleID: "undated", Language: "kk", Title: "Бет", HasText: true}}
		if diff := cmp.Diff(want, a.Sources); diff != "" {
			t.Errorf("other sources: -want +got\n%s", diff)
		}
	})
}

func TestHeadlines(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		h := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Hour) }
		// One story told by three sources, in three languages, and three more.
		poll(t, s, h(1), "vesti", item("fire-ru", "ru", "fire", h(1)), item("bank-ru", "ru", "bank", h(0)))
		poll(t, s, h(2), "dala", item("fire-kk", "kk", "fire", h(2)), item("kk", "kk", "", h(-1)))
		poll(t, s, h(3), "steppe", item("fire-en", "en", "fire", h(3)), item("none", "", "", h(3)))
		for _, tt := range []struct {
			name  string
			q     store.NewsQuery
			want  []string // id and sources
			total int
		}{
			{"all", store.NewsQuery{}, []string{"none 1", "fire-ru 3", "bank-ru 1", "kk 1"}, 4},
			{"Kazakh", store.NewsQuery{Languages: []string{"kk"}}, []string{"fire-kk 3", "kk 1"}, 2},
			{"Kazakh and English", store.NewsQuery{Languages: []string{"en", "kk"}}, []string{"fire-kk 3", "kk 1"}, 2},
			{"a page", store.NewsQuery{Offset: 1, Limit: 2}, []string{"fire-ru 3", "bank-ru 1"}, 4},
			{"beyond the end", store.NewsQuery{Offset: 9}, nil, 4},
			{"as of an hour", store.NewsQuery{AsOf: h(2)}, []string{"fire-ru 2", "bank-ru 1", "kk 1"}, 3},
			{"before all", store.NewsQuery{AsOf: h(0)}, nil, 0},
			{"since: a story does not come back", store.NewsQuery{Since: h(1)}, []string{"none 1", "kk 1"}, 2},
			{"since, in a language", store.NewsQuery{Since: h(1), Languages: []string{"kk", "en"}}, []string{"fire-kk 3", "kk 1"}, 2},
		} {
			t.Run(tt.name, func(t *testing.T) {
				if tt.q.Limit == 0 {
					tt.q.Limit = 10
				}
				list, total, err := s.Headlines(ctx, tt.q)
				must(t, err)
				var got []string
				for _, hl := range list {
					got = append(got, fmt.Sprint(hl.ID, " ", hl.Sources))
				}
				if diff := cmp.Diff(tt.want, got); diff != "" || total != tt.total {
					t.Errorf("total %d, want %d; -want +got\n%s", total, tt.total, diff)
				}
			})
		}
		list, _, err := s.Headlines(ctx, store.NewsQuery{Languages: []string{"kk"}, Limit: 1})
		must(t, err)
		want := []store.Headline{{ID: "fire-kk", StoryID: "fire", SourceTitle: "Дала жаңалықтары", Title: "Title of fire-kk", Language: "kk",
			Link: "https://example.kz/fire-kk", PublishedAt: h(2), Sources: 3}}
		if diff := cmp.Diff(want, list); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	})
}

// Pages of headlines hold each story once, whatever the news, and add up to the total.
func TestHeadlinePages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			n++
			base := noon.Add(time.Duration(n) * 1000 * time.Hour)
			language := rapid.SampledFrom([]string{"kk", "ru", "en"})
			for i := range rapid.IntRange(1, 25).Draw(rt, "articles") {
				it := item(fmt.Sprintf("%d-%d", n, i), language.Draw(rt, "language"), fmt.Sprintf("%d-s%d", n, rapid.IntRange(0, 8).Draw(rt, "story")),
					base.Add(time.Duration(rapid.IntRange(-5, 5).Draw(rt, "published"))*time.Minute))
				seen := base.Add(time.Duration(rapid.IntRange(0, 10).Draw(rt, "seen")) * time.Minute)
				if _, err := s.RecordPoll(ctx, seen, store.Poll{SourceID: rapid.SampledFrom([]string{"dala", "vesti", "steppe"}).Draw(rt, "source"), Items: []store.NewItem{it}}); err != nil {
					rt.Fatal(err)
				}
			}
			q := store.NewsQuery{
				Languages: rapid.SliceOfDistinct(language, rapid.ID).Draw(rt, "languages"),
				AsOf:      base.Add(time.Duration(rapid.IntRange(0, 10).Draw(rt, "as of")) * time.Minute),
				Since:     base.Add(-time.Minute),
				Limit:     rapid.IntRange(1, 5).Draw(rt, "limit"),
			}
			stories := map[string]bool{}
			previous, total := time.Time{}, 0
			for {
				list, all, err := s.Headlines(ctx, q)
				if err != nil {
					rt.Fatal(err)
				}
				total = all
				for _, h := range list {
					if stories[h.StoryID] {
						rt.Fatalf("story %s twice", h.StoryID)
					}
					if !previous.IsZero() && h.PublishedAt.After(previous) {
						rt.Fatal("not newest first")
					}
					stories[h.StoryID], previous = true, h.PublishedAt
				}
				if len(list) < q.Limit {
					break
				}
				q.Offset += q.Limit
			}
			if len(stories) != total {
				rt.Fatalf("%d stories, total %d", len(stories), total)
			}
		})
	})
}
