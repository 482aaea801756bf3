package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbot/internal/locale"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

func TestQuietAt(t *testing.T) {
	const layout = "2006-01-02 15:04:05 -0700"
	night, noonHours := store.Quiet{From: 23 * 60, To: 7*60 + 15}, store.Quiet{From: 12 * 60, To: 13*60 + 30}
	early := store.Quiet{From: 60, To: 2*60 + 30}
	for _, c := range []struct {
		name, zone string
		quiet      store.Quiet
		at         string
		want       bool
	}{
		{"none", "Asia/Almaty", store.Quiet{}, "2026-04-07 00:00:00 +0500", false},
		{"equal minutes are none", "Asia/Almaty", store.Quiet{From: 60, To: 60}, "2026-04-07 01:00:00 +0500", false},
		{"the second before", "Asia/Almaty", night, "2026-04-07 22:59:59 +0500", false},
		{"the first minute", "Asia/Almaty", night, "2026-04-07 23:00:00 +0500", true},
		{"over midnight", "Asia/Almaty", night, "2026-04-08 00:00:00 +0500", true},
		{"the last minute", "Asia/Almaty", night, "2026-04-08 07:14:59 +0500", true},
		{"the first loud minute", "Asia/Almaty", night, "2026-04-08 07:15:00 +0500", false},
		{"in the reader's zone, not in UTC", "Asia/Almaty", night, "2026-04-07 23:30:00 +0000", true},
		{"and there it is day", "Asia/Almaty", night, "2026-04-07 02:20:00 +0000", false},
		{"within a day", "Asia/Almaty", noonHours, "2026-04-07 13:29:59 +0500", true},
		{"after it", "Asia/Almaty", noonHours, "2026-04-07 13:30:00 +0500", false},
		{"before it", "Asia/Almaty", noonHours, "2026-04-07 11:59:59 +0500", false},
		{"Almaty before it moved to +05", "Asia/Almaty", night, "2024-02-29 17:30:00 +0000", true},
		{"Almaty after", "Asia/Almaty", night, "2024-03-01 17:30:00 +0000", false},
		{"a quarter-hour zone", "Asia/Kathmandu", night, "2026-04-07 17:15:00 +0000", true},
		{"spring forward: 01:59", "Europe/Berlin", early, "2026-03-29 01:59:59 +0100", true},
		{"spring forward: the end is skipped, 03:00 is loud", "Europe/Berlin", early, "2026-03-29 03:00:00 +0200", false},
		{"autumn: quiet before the end", "Europe/Berlin", early, "2026-10-25 02:29:00 +0200", true},
		{"autumn: loud after it", "Europe/Berlin", early, "2026-10-25 02:45:00 +0200", false},
		{"autumn: the clock shows a quiet minute again", "Europe/Berlin", early, "2026-10-25 02:10:00 +0100", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			at, err := time.Parse(layout, c.at)
			must(t, err)
			zone, err := locale.Zone(c.zone)
			must(t, err)
			if got := c.quiet.At(at, zone); got != c.want {
				t.Errorf("%v at %s: %v", c.quiet, at.In(zone).Format(layout), got)
			}
		})
	}
}

// readerOf is a chat with every setting set.
func readerOf(id int64) store.Chat {
	return store.Chat{
		ID: id, Kind: "group", Title: "Двор", Language: "kk", NewsLanguages: []string{"kk", "ru"}, Zone: "Asia/Almaty", ThreadID: 7,
		Active: true, Subscribed: true, Currencies: []string{"USD", "KGS"}, Topics: []string{"sport", ""}, NoBreaking: true, NoNewsroom: true,
		Quiet: store.Quiet{From: 22*60 + 30, To: 435}, OwnerID: 42, CreatedAt: noon,
	}
}

func TestReaderSettings(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		touch(t, s, 5)
		must(t, s.SetTopics(ctx, 5, []string{"economy", ""}))
		must(t, s.SetOptOut(ctx, 5, store.CategoryBreaking, true))
		must(t, s.SetOptOut(ctx, 5, store.CategoryNewsroom, true))
		must(t, s.SetOptOut(ctx, 5, store.CategoryBreaking, false))
		must(t, s.SetQuiet(ctx, 5, store.Quiet{From: 1439, To: 1}))
		must(t, s.SetOwner(ctx, 5, 77))
		got, err := s.Chat(ctx, 5)
		must(t, err)
		want := store.Chat{ID: 5, Kind: got.Kind, Title: got.Title, Language: got.Language, Zone: got.Zone, Active: true, Subscribed: true,
			Topics: []string{"economy", ""}, NoNewsroom: true, Quiet: store.Quiet{From: 1439, To: 1}, OwnerID: 77, CreatedAt: got.CreatedAt}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		must(t, s.SetTopics(ctx, 5, []string{""}))
		if got, _ = s.Chat(ctx, 5); !cmp.Equal(got.Topics, []string{""}) {
			t.Errorf("only those without a topic: %q", got.Topics)
		}
		must(t, s.SetTopics(ctx, 5, nil))
		if got, _ = s.Chat(ctx, 5); got.Topics != nil {
			t.Errorf("all topics: %q", got.Topics)
		}
		for _, bad := range []store.Quiet{{From: -1, To: 5}, {From: 1440, To: 5}, {From: 5, To: 1440}} {
			if s.SetQuiet(ctx, 5, bad) == nil {
				t.Errorf("%v was taken", bad)
			}
		}
		if s.SetOptOut(ctx, 5, "weather", true) == nil {
			t.Error("a category nobody knows was taken")
		}
	})
}

// Whatever a chat has set is there after it was away, and after a group's upgrade.
func TestSettingsSurvive(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		want := readerOf(-55)
		_, _, err := s.TouchChat(ctx, noon, want)
		must(t, err)
		must(t, s.DeactivateChat(ctx, noon, -55, "kicked"))
		got, _, err := s.TouchChat(ctx, noon, store.Chat{ID: -55, Kind: "group", Title: "Двор", Language: "en", Zone: "UTC", Active: true, Subscribed: true})
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("back: -want +got\n%s", diff)
		}
		must(t, s.SetSubscribed(ctx, -55, false))
		must(t, s.MigrateChat(ctx, noon, -55, -100123))
		got, err = s.Chat(ctx, -100123)
		must(t, err)
		want.ID, want.Kind, want.Subscribed = -100123, "supergroup", false
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("upgraded: -want +got\n%s", diff)
		}
		// Over what the supergroup had got by default.
		want = readerOf(-66)
		_, _, err = s.TouchChat(ctx, noon, want)
		must(t, err)
		touch(t, s, -100124)
		must(t, s.MigrateChat(ctx, noon, -66, -100124))
		got, err = s.Chat(ctx, -100124)
		must(t, err)
		want.ID, want.Kind, want.Title, want.ThreadID = got.ID, got.Kind, got.Title, got.ThreadID // the supergroup's own
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("over another: -want +got\n%s", diff)
		}
	})
}

func TestHeadlinesByTopic(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		_, _, err := s.ImportSources(ctx, noon, sources())
		must(t, err)
		item := func(id, story, topic string) store.NewItem {
			return store.NewItem{ID: id, StoryID: story, Link: "https://example.com/" + id, Title: id, Language: "ru", Topic: topic, PublishedAt: noon}
		}
		_, err = s.RecordPoll(ctx, noon, store.Poll{SourceID: sources()[0].ID, Items: []store.NewItem{
			item("a1", "s1", "sport"), item("a2", "s2", "economy"), item("a3", "s3", ""), item("a4", "s1", "society"),
		}})
		must(t, err)
		for _, c := range []struct {
			name   string
			topics []string
			want   []string
		}{
			{"all", nil, []string{"a1", "a2", "a3"}},
			{"one", []string{"economy"}, []string{"a2"}},
			{"without a topic", []string{""}, []string{"a3"}},
			{"a story is told by the article that fits", []string{"society"}, []string{"a4"}},
			{"two of one story", []string{"society", "sport"}, []string{"a1"}},
			{"nothing", []string{"culture"}, nil},
		} {
			list, total, err := s.Headlines(ctx, store.NewsQuery{Topics: c.topics, AsOf: noon.Add(time.Hour), Limit: 10})
			must(t, err)
			got := map[string]bool{}
			for _, h := range list {
				got[h.ID] = true
			}
			want := map[string]bool{}
			for _, id := range c.want {
				want[id] = true
			}
			if diff := cmp.Diff(want, got); diff != "" || total != len(c.want) {
				t.Errorf("%s: total %d, -want +got\n%s", c.name, total, diff)
			}
		}
		counts, err := s.CountTopics(ctx, noon.Add(-time.Hour), nil)
		must(t, err)
		if diff := cmp.Diff(map[string]int{"sport": 1, "economy": 1, "": 1, "society": 1}, counts); diff != "" {
			t.Errorf("counts: -want +got\n%s", diff)
		}
		if counts, err = s.CountTopics(ctx, noon.Add(-time.Hour), []string{"kk", "en"}); err != nil || len(counts) != 0 {
			t.Errorf("in languages that have none: %v %v", counts, err)
		}
		if counts, err = s.CountTopics(ctx, noon.Add(-time.Hour), []string{"ru"}); err != nil || len(counts) != 4 {
			t.Errorf("in their language: %v %v", counts, err)
		}
		if counts, err = s.CountTopics(ctx, noon.Add(time.Hour), nil); err != nil || len(counts) != 0 {
			t.Errorf("later: %v %v", counts, err)
		}
	})
}
