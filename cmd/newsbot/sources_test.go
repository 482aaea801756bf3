package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"newsbot/internal/feed"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
	"newsbot/internal/story"
)

func TestSourcesGoOutAndComeBack(t *testing.T) {
	w := newTown(t)
	set := w.settings("sqlite:" + w.path("newsbot.db"))
	if out, stderr, code := call(t, set, "sources", "import", w.path("sources.yaml")); code != 0 || !strings.Contains(out, "7 added, 0 updated") {
		t.Fatalf("import: exit code %d: %s%s", code, out, stderr)
	}
	exported, stderr, code := call(t, set, "sources", "export")
	if code != 0 {
		t.Fatalf("export: %s", stderr)
	}
	again := w.path("again.yaml")
	if err := os.WriteFile(again, []byte(exported), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, stderr, code := call(t, set, "sources", "import", again); code != 0 || !strings.Contains(out, "0 added, 0 updated") {
		t.Errorf("import again: exit code %d: %s%s", code, out, stderr)
	}
	if out, stderr, code := call(t, set, "sources", "list"); code != 0 || !strings.Contains(out, "steppepost") {
		t.Errorf("list: exit code %d: %s%s", code, out, stderr)
	}
	if out, stderr, code := call(t, set, "sources", "check"); code != 0 || strings.Count(out, "ok    source") != 7 {
		t.Errorf("check: exit code %d:\n%s%s", code, out, stderr)
	}
	one := w.path("one.yaml")
	if err := os.WriteFile(one, []byte("- {id: steppepost, title: The Steppe Post, url: \""+w.web.URL+"/newsroom/steppepost/feed.json\", kind: feed, language: en}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, stderr, code := call(t, set, "sources", "import", "--replace", one); code != 0 || !strings.Contains(out, "6 paused") {
		t.Errorf("import --replace: exit code %d: %s%s", code, out, stderr)
	}
	if out, _, _ := call(t, set, "sources", "list"); strings.Count(out, "paused") != 6 {
		t.Errorf("list does not show what is paused:\n%s", out)
	}
	if out, stderr, code := call(t, set, "sources", "import", "--replace", again); code != 0 || !strings.Contains(out, "0 paused") {
		t.Errorf("import --replace of all: exit code %d: %s%s", code, out, stderr)
	}
	w.web.Close()
	if out, _, code := call(t, set, "sources", "check", "steppepost"); code != 1 || !strings.Contains(out, "FAIL  source steppepost") {
		t.Errorf("check of a source that is down: exit code %d:\n%s", code, out)
	}
}

// A list goes to another reader as OPML and comes back the same; a source is added
// by its site, paused, and removed.
func TestSourcesOneByOne(t *testing.T) {
	w := newTown(t)
	set := w.settings("sqlite:" + w.path("newsbot.db"))
	says := func(code int, want string, args ...string) string {
		t.Helper()
		out, stderr, got := call(t, set, append([]string{"sources"}, args...)...)
		if got != code || !strings.Contains(out+stderr, want) {
			t.Errorf("%v: exit code %d, want %d and %q:\n%s%s", args, got, code, want, out, stderr)
		}
		return out
	}
	says(0, "7 added", "import", w.path("sources.yaml"))
	opml := w.path("list.opml")
	says(0, "", "export", opml)
	says(0, "0 added, 0 updated", "import", opml)
	foreign := w.path("foreign.xml") // without ids, as another reader writes it
	text, err := os.ReadFile(opml)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(foreign, regexp.MustCompile(` newsbot:(id|kind)="[^"]*"`).ReplaceAll(text, nil), 0o644); err != nil {
		t.Fatal(err)
	}
	says(0, "0 added, 0 updated", "import", foreign)
	if out := says(0, "<opml", "export", "--format", "opml"); out != string(text) {
		t.Errorf("export as OPML changed:\n%s", out)
	}
	bare := w.path("list") // whose name says nothing
	copyFile(t, opml, bare)
	says(0, "0 added, 0 updated", "import", bare)
	// The id of one that was removed is not given to another.
	for i, want := range []string{"a-example ", "a-example-2 ", "a-example "} {
		one := fmt.Sprintf("https://a.example/%d", i%2)
		if err := os.WriteFile(bare, []byte(`<opml><body><outline xmlUrl="`+one+`" text="A"/></body></opml>`), 0o644); err != nil {
			t.Fatal(err)
		}
		says(0, "1 added, 0 updated", "import", bare)
		if out := says(0, one, "list"); !strings.Contains(out, "\n"+want) {
			t.Errorf("%s is not %s:\n%s", one, want, out)
		}
		says(0, "is removed", "remove", strings.TrimSpace(want))
	}
	says(1, "not an OPML file", "import", "--format", "opml", w.path("sources.yaml"))

	says(0, "steppepost is removed", "remove", "steppepost")
	says(1, "no source \"steppepost\"", "remove", "steppepost")
	address := w.web.URL + "/newsroom/steppepost/feed.json"
	says(0, "items:\n#   ", "add", "--dry", address)
	says(1, "the id kurier is taken", "add", "--id", "kurier", address)
	says(0, "added post", "add", "--id", "post", "--language", "en", "--topic", "economy", address)
	says(1, "there already: post", "add", address)
	says(2, "language must be", "add", "--language", "kz", w.web.URL+"/newsroom/kurier/rss.xml")
	says(1, "/nothing", "add", w.web.URL+"/nothing")
	says(2, "is no topic; it is one of economy", "add", "--topic", "sprot", w.web.URL+"/newsroom/kurier/rss.xml")
	says(2, "give one such as", "add", "kurier")
	says(0, "post is paused", "pause", "post")
	says(0, "post was paused already", "pause", "post")
	says(0, "post goes on", "resume", "post")
	says(1, "no source", "resume", "nobody")
	says(0, "post is removed", "remove", "post")
	says(0, "added steppepost\n", "add", address) // under the id that it had first
}

// The list shows what an editor needs to know: how each source is, when it was read,
// what it brings, and why one is not well; the worst come first.
func TestSourcesList(t *testing.T) {
	w := newTown(t)
	database := "sqlite:" + w.path("newsbot.db")
	set := w.settings(database)
	list := func() string {
		t.Helper()
		out, stderr, code := call(t, set, "sources", "list")
		if code != 0 {
			t.Errorf("exit code %d: %s", code, stderr)
		}
		return out
	}
	if out := list(); !strings.Contains(out, "starts with the built-in list") {
		t.Errorf("no database: %s", out)
	}
	if _, stderr, code := call(t, set, "sources", "import", w.path("sources.yaml")); code != 0 {
		t.Fatal(stderr)
	}
	db, now := storetest.Opener(t, database)(), time.Now()
	record := func(at time.Time, poll store.Poll) {
		t.Helper()
		poll.NextPollAt = now.Add(time.Hour)
		if _, err := db.RecordPoll(t.Context(), at, poll); err != nil {
			t.Fatal(err)
		}
	}
	items := func(source string, first, last int) (list []store.NewItem) {
		for i := range 14 * (last - first) {
			link := fmt.Sprintf("https://%s.example/%d", source, i)
			list = append(list, store.NewItem{ID: story.ID(link), Link: link, Title: "Новость", PublishedAt: now.AddDate(0, 0, -first-i/14)})
		}
		return list
	}
	record(now, store.Poll{SourceID: "dala", Items: items("dala", 0, 9)})
	record(now.AddDate(0, 0, -9), store.Poll{SourceID: "kurier", Items: items("kurier", 9, 20)})
	record(now, store.Poll{SourceID: "kurier"})
	record(now, store.Poll{SourceID: "ledger", Err: "status 403 Forbidden", Reason: feed.ReasonRefused})
	record(now, store.Poll{SourceID: "semrek", Err: "status 410 Gone", Reason: feed.ReasonGone, Pause: true})
	if _, err := db.PauseSource(t.Context(), now, "shugyla", true); err != nil {
		t.Fatal(err)
	}
	out := list()
	at := -1
	for _, want := range []string{`ledger +failed 1× +never +- `, `\n +status 403 Forbidden\n`, `semrek +closed +never +- `, `\n +status 410 Gone\n`,
		`kurier +quiet +20..-..-.. ..:.. +0\.0 `, `\n +nothing new since 20..-..-.., usually \d+\.\d a day\n`, `shugyla +paused +never `, `steppepost +not read yet +never +- `, `dala +good +20..-..-.. ..:.. +14\.0 +\S+ +feed +http`} {
		loc := regexp.MustCompile(want).FindStringIndex(out)
		if loc == nil || loc[0] < at {
			t.Errorf("no %q, or not in its place:\n%s", want, out)
			continue
		}
		at = loc[0]
	}

	all, err := db.Sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, src := range all {
		if err := db.RemoveSource(t.Context(), src.ID); err != nil {
			t.Fatal(err)
		}
	}
	if out := list(); !strings.Contains(out, "all of them were removed") {
		t.Errorf("none left: %s", out)
	}
	for _, command := range []string{"export", "check"} {
		if out, stderr, code := call(t, set, "sources", command); code != 1 || out != "" || !strings.Contains(stderr, "there are no sources") {
			t.Errorf("%s of none: exit code %d: %s%s", command, code, out, stderr)
		}
	}
}
