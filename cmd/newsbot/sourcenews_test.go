package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbot/internal/feed"
	"newsbot/internal/jobs"
	"newsbot/internal/locale"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

// What editors read of sources, in all languages; only those who know the bot read it.
func TestSourceNews(t *testing.T) {
	db := storetest.Opener(t, storetest.SQLite(t))()
	now := time.Date(2026, time.November, 23, 7, 0, 0, 0, time.UTC)
	languages := locale.All()
	for i, l := range languages {
		_, _, err := db.TouchChat(t.Context(), now, store.Chat{ID: int64(i + 1), Kind: "private", Language: string(l), Zone: "Asia/Almaty", Active: true})
		if err != nil {
			t.Fatal(err)
		}
	}
	_, _, err := db.ImportSources(t.Context(), now, []feed.Source{{ID: "s", Title: "S", URL: "https://example.com/rss", Kind: feed.KindFeed}})
	if err != nil {
		t.Fatal(err)
	}
	var items []store.NewItem
	for i := range 120 { // eight and a half a day over two weeks
		items = append(items, store.NewItem{ID: fmt.Sprint(i), Link: "https://example.com/" + fmt.Sprint(i), Title: "t", PublishedAt: now.AddDate(0, 0, -9-i%14).Add(-time.Hour)})
	}
	if _, err := db.RecordPoll(t.Context(), now.AddDate(0, 0, -9), store.Poll{SourceID: "s", Items: items}); err != nil {
		t.Fatal(err)
	}
	word := wordSourceNews(db, []int64{1, 2, 3, 4}, time.UTC, func() time.Time { return now })
	src := func(title string, reason feed.Reason) store.SourceStatus {
		return store.SourceStatus{Source: feed.Source{ID: "s", Title: title}, Reason: reason, FailingAt: now.Add(-7 * time.Hour), Rhythm: store.Rhythm{BroughtAt: now.AddDate(0, 0, -9)}}
	}
	closed := src("Старый сайт", feed.ReasonGone)
	closed.Paused = true
	all := jobs.SourceNews{
		Failing: []store.SourceStatus{src("Дала тынысы", feed.ReasonRefused), src("Вестник & Ко", feed.ReasonPage), closed},
		Quiet:   []store.SourceStatus{src("Steppe Post", "")}, Back: []store.SourceStatus{src("Семь рек", "")},
	}
	many := jobs.SourceNews{}
	for _, reason := range feed.Reasons() {
		many.Failing = append(many.Failing, src(fmt.Sprintf("<%s>", reason), reason))
	}
	got := map[string]string{}
	for name, news := range map[string]jobs.SourceNews{"all": all, "many": many, "down": {NetworkSince: now.Add(-time.Hour)}, "up": {NetworkBack: now.Add(-time.Hour)}} {
		messages, err := word(t.Context(), news)
		if err != nil || len(messages) != len(languages) {
			t.Fatalf("%d messages, %v", len(messages), err)
		}
		for i, l := range languages {
			got[string(l)] += "== " + name + "\n" + messages[int64(i+1)].Text + "\n"
		}
	}
	for _, l := range languages {
		var parts []string
		for _, name := range []string{"all", "many", "down", "up"} {
			_, rest, _ := strings.Cut(got[string(l)], "== "+name+"\n")
			text, _, _ := strings.Cut(rest, "== ")
			parts = append(parts, "== "+name+"\n"+text)
		}
		text := strings.Join(parts, "")
		if strings.Contains(text, "⟦") || strings.Contains(text, "& Ко") {
			t.Errorf("%s: a message is missing, or a title is not escaped:\n%s", l, text)
		}
		path := filepath.Join("testdata", "sourcenews", string(l)+".golden")
		if *update {
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), text); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	for _, reason := range feed.Reasons() { // each has its words
		for _, l := range languages {
			if text := locale.New(l, time.UTC).T("feeds.why." + string(reason)); strings.Contains(text, "⟦") {
				t.Errorf("%s: %s", l, text)
			}
		}
	}
	if _, err := db.Chat(t.Context(), 4); !errors.Is(err, store.ErrNotFound) {
		t.Error(err)
	}
}
