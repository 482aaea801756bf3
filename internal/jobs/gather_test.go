package jobs

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"newsbot/internal/article"
	"newsbot/internal/feed"
	"newsbot/internal/fetch"
	"newsbot/internal/store"
	"newsbot/internal/story"
)

// All that the newsroom publishes comes in with its text, and what is published later comes later.
func TestGather(t *testing.T) {
	d := open(t)
	d.run("poll", "texts")
	sources, err := d.Store.Sources(t.Context())
	d.must(err)
	if len(sources) < 6 {
		t.Fatalf("%d sources", len(sources))
	}
	for _, s := range sources {
		if s.LastError != "" || s.LastOKAt.IsZero() {
			t.Errorf("%s: %q, last read well %v", s.ID, s.LastError, s.LastOKAt)
		}
		if wait := s.NextPollAt.Sub(d.clock()); wait < 5*time.Minute || wait > 6*time.Minute {
			t.Errorf("%s: next poll in %v", s.ID, wait)
		}
	}
	languages := map[string]int{}
	for _, h := range d.headlines() {
		a, err := d.Store.Article(t.Context(), h.ID)
		d.must(err)
		languages[h.Language]++
		if a.TextState != store.TextReady || len((article.Article{Blocks: a.Blocks}).Text()) < 200 {
			t.Errorf("%s: text is %s, %d blocks", a.Link, a.TextState, len(a.Blocks))
		}
		if a.PublishedAt.After(d.clock()) {
			t.Errorf("%s: published in the future, %v", a.Link, a.PublishedAt)
		}
	}
	for _, l := range []string{"kk", "ru", "en"} {
		if languages[l] < 15 {
			t.Errorf("%d stories in %s", languages[l], l)
		}
	}

	wire, site := d.article("bridge-kapshagai"), d.article("most-ili")
	if wire.StoryID != site.StoryID {
		t.Errorf("the bridge is two stories: %q and %q", wire.Title, site.Title)
	}
	if !slices.ContainsFunc(wire.Sources, func(s store.SourceRef) bool { return s.ArticleID == site.ID }) {
		t.Errorf("sources of the bridge: %v", wire.Sources)
	}
	if d.article("poezd-elektrichka").StoryID == wire.StoryID {
		t.Error("another story has joined the bridge")
	}

	before := len(d.headlines())
	title, ok := d.room.PublishNext()
	if !ok {
		t.Fatal("nothing is held back")
	}
	d.run("poll", "texts")
	if n := len(d.headlines()); n != before {
		t.Errorf("sources were read before their time: %d new", n-before)
	}
	d.pass(6 * time.Minute)
	d.run("poll", "texts")
	list := d.headlines()
	if len(list) != before+1 || !slices.ContainsFunc(list, func(h store.Headline) bool { return strings.Contains(h.Title, title) }) {
		t.Errorf("%q did not come: %d stories, %d before", title, len(list), before)
	}
	if rest, err := d.Store.Unassigned(t.Context(), 10); err != nil || len(rest) != 0 {
		t.Errorf("without a story: %d, %v", len(rest), err)
	}
	d.calm()
}

// The first reading of a source that gives no dates floods nobody: what it lists is of
// unknown age and stands behind the news of the day. What it lists later is new.
func TestFirstReadingFloodsNobody(t *testing.T) {
	d := open(t)
	base := strings.TrimSuffix(d.room.RatesURL(), "nationalbank/rss/get_rates.cfm")
	start := d.clock()
	var listed atomic.Int32
	listed.Store(30)
	write := func(w http.ResponseWriter, name string, n int, date func(i int) string) {
		fmt.Fprint(w, `<rss version="2.0"><channel><title>x</title>`) //nolint:errcheck // a test server
		for i := range n {
			fmt.Fprintf(w, `<item><title>%[1]s под номером %[2]d</title><link>%[3]s%[1]s/%[2]d</link>%[4]s<description><![CDATA[<p>%[5]s</p>]]></description></item>`,
				name, i, base, date(i), strings.Repeat(fmt.Sprintf("Текст %s номер %d о своём и ни о чём другом. ", name, i), 20)) //nolint:errcheck // a test server
		}
		fmt.Fprint(w, `</channel></rss>`) //nolint:errcheck // a test server
	}
	d.answers(func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case strings.HasSuffix(r.URL.Path, "/dated/rss"):
			write(w, "dated", 12, func(i int) string {
				return "<pubDate>" + start.Add(-time.Duration(i)*time.Hour).Format(time.RFC1123Z) + "</pubDate>"
			})
		case strings.HasSuffix(r.URL.Path, "/undated/rss"):
			write(w, "undated", int(listed.Load()), func(int) string { return "" })
		default:
			return false
		}
		return true
	})
	var list []feed.Source
	for _, id := range []string{"dated", "undated"} {
		list = append(list, feed.Source{ID: id, Title: id, URL: base + id + "/rss", Kind: feed.KindFeed, Language: "ru"})
	}
	_, _, err := d.Store.ImportSources(t.Context(), start, list)
	d.must(err)
	_, err = d.Store.KeepSources(t.Context(), []string{"dated", "undated"})
	d.must(err)
	newest := func() (undated int) {
		t.Helper()
		list, _, err := d.Store.Headlines(t.Context(), store.NewsQuery{Since: start.Add(-time.Hour), Limit: 10})
		d.must(err)
		for _, h := range list {
			if strings.HasPrefix(h.Title, "undated") {
				undated++
			}
		}
		return undated
	}
	d.run("poll")
	if n := len(d.headlines()); n != 42 {
		t.Fatalf("%d stories", n)
	}
	if n := newest(); n != 0 {
		t.Errorf("%d of the ten newest are of unknown age", n)
	}
	listed.Add(1)
	d.pass(6 * time.Minute)
	d.run("poll")
	if n := newest(); n != 1 {
		t.Errorf("%d of the newest are the source's, want the new one", n)
	}
	d.calm()
}

// Two tellings of one event become one story of two sources, whether both come
// at once or one later; another event stays by itself.
func TestSameStory(t *testing.T) {
	d := open(t)
	base := strings.TrimSuffix(d.room.RatesURL(), "nationalbank/rss/get_rates.cfm") // where there are no such pages
	telling := func(path, title, lead string) string {
		text := "<p>" + lead + "</p><p>" + strings.Join([]string{
			"Длина моста тысяча двести сорок метров, ширина проезжей части четыре полосы.",
			"По расчётам проектировщиков, он пропустит до двадцати восьми тысяч автомобилей в сутки.",
			"Раньше водителям приходилось делать крюк через старую плотину, и дорога занимала полтора часа.",
			"Строительство обошлось в сорок шесть миллиардов тенге из республиканского и областного бюджетов.",
			"По мосту пустят три автобусных маршрута, а грузовикам въезд пока закрыт до весны.",
			"Старую переправу оставят велосипедистам и пешеходам, на берегу обустроят смотровую площадку.",
		}, "</p><p>") + "</p>"
		return `<item><title>` + title + `</title><link>` + base + path + `</link><description><![CDATA[` + text + `]]></description></item>`
	}
	other := `<item><title>Библиотека открыла ночной зал</title><link>` + base + `library</link><description><![CDATA[<p>` +
		strings.Repeat("Читатели попросили не закрывать двери до полуночи, и библиотека согласилась. ", 10) + `]]></description></item>`
	first := telling("wire", "Мост через реку Иртыш открыли раньше срока", "Новый мост открыли утром для всех.")
	second := telling("site", "Открыли мост через Иртыш: раньше срока на месяц", "Движение по мосту идёт с утра, сообщает редакция.")
	third := telling("late", "Мост через Иртыш открыли раньше срока", "Новый мост открыли, и по нему уже едут.")
	items := map[string]string{"/kurier/rss.xml": other + first, "/tengedelo/export/news.rss": second, "/ledger/rss": ""}
	var mu sync.Mutex
	d.answers(func(w http.ResponseWriter, r *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		if list, ok := items[strings.TrimPrefix(r.URL.Path, "/newsroom")]; ok {
			fmt.Fprintf(w, `<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>x</title>%s</channel></rss>`, list)
			return true
		}
		http.NotFound(w, r)
		return true
	})
	told := func() (sources []int) {
		t.Helper()
		d.run("poll", "texts")
		for _, h := range d.headlines() {
			sources = append(sources, h.Sources)
		}
		slices.Sort(sources)
		return sources
	}
	if got := told(); !slices.Equal(got, []int{1, 2}) {
		t.Errorf("sources of the stories: %v, want one of one and one of two", got)
	}
	mu.Lock()
	items["/ledger/rss"] = third
	mu.Unlock()
	d.pass(6 * time.Minute)
	if got := told(); !slices.Equal(got, []int{1, 3}) {
		t.Errorf("sources of the stories: %v, want the late telling to have joined", got)
	}
	if a := d.article("/newsroom/late"); len(a.Sources) != 2 {
		t.Errorf("others who tell it: %v", a.Sources)
	}
	d.calm()
}

// A source that fails is asked ever more seldom, or when it says; the others go on.
func TestSourceBacksOff(t *testing.T) {
	d := open(t)
	d.answers(func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case strings.HasSuffix(r.URL.Path, "/kurier/rss.xml"):
			w.WriteHeader(http.StatusBadGateway)
		case strings.HasSuffix(r.URL.Path, "/shugyla/atom.xml"):
			w.Header().Set("Retry-After", "7200")
			w.WriteHeader(http.StatusServiceUnavailable)
		case strings.HasSuffix(r.URL.Path, "/dala/feed/"):
			w.WriteHeader(http.StatusGone)
		case strings.HasSuffix(r.URL.Path, "/ledger/rss"):
			fmt.Fprint(w, "<html>not a feed")
		default:
			return false
		}
		return true
	})
	within := func(id string, failures int, least time.Duration) {
		t.Helper()
		s := d.source(id)
		wait := s.NextPollAt.Sub(d.clock())
		if s.Failures != failures || s.LastError == "" || wait < least || wait > least+least/10+time.Second {
			t.Errorf("%s: %d failures (%q), next in %v; want %d and %v", id, s.Failures, s.LastError, wait, failures, least)
		}
	}
	d.run("poll")
	within("kurier", 1, 5*time.Minute)
	within("shugyla", 1, 2*time.Hour)
	within("dala", 1, 24*time.Hour)
	within("ledger", 1, 5*time.Minute)
	if s := d.source("dala"); !s.Paused || s.PauseReason != feed.ReasonGone {
		t.Errorf("a source that is gone for good goes on: %+v", s)
	}
	for id, want := range map[string]feed.Reason{"kurier": feed.ReasonServer, "shugyla": feed.ReasonServer, "dala": feed.ReasonGone, "ledger": feed.ReasonPage} {
		if s := d.source(id); s.Reason != want || !s.FailingAt.Equal(d.clock()) {
			t.Errorf("%s: reason %q since %v, want %q", id, s.Reason, s.FailingAt, want)
		}
	}
	if s := d.source("steppepost"); s.Failures != 0 || s.LastOKAt.IsZero() {
		t.Errorf("a sound source: %+v", s)
	}
	for failures, wait := range map[int]time.Duration{2: 10 * time.Minute} {
		d.pass(6 * time.Minute)
		d.run("poll")
		within("kurier", failures, wait)
	}
	d.answers(nil)
	d.pass(11 * time.Minute)
	d.run("poll")
	if s := d.source("kurier"); s.Failures != 0 || s.LastError != "" || s.Reason != "" || !s.FailingAt.IsZero() {
		t.Errorf("back again: %+v", s)
	}
	if n := d.log.count("source failed"); n != 4 {
		t.Errorf("said %d times that a source failed, want once each", n)
	}
	d.calm()
}

func TestBackoff(t *testing.T) {
	j := &Jobs{Options: Options{PollInterval: 5 * time.Minute}}
	for _, c := range []struct {
		name     string
		failures int
		err      error
		least    time.Duration
	}{
		{"the first", 1, errors.New("no route"), 5 * time.Minute},
		{"the fourth", 4, errors.New("no route"), 40 * time.Minute},
		{"a day at most", 12, errors.New("no route"), 24 * time.Hour},
		{"after years", 1 << 30, errors.New("no route"), 24 * time.Hour},
		{"as it asks", 1, &fetch.StatusError{Code: 429, RetryAfter: time.Hour}, time.Hour},
		{"longer than it asks", 6, &fetch.StatusError{Code: 429, RetryAfter: time.Minute}, 160 * time.Minute},
		{"gone", 1, &fetch.StatusError{Code: 410}, 24 * time.Hour},
		{"wrapped", 1, fmt.Errorf("source: %w", &fetch.StatusError{Code: 503, RetryAfter: time.Hour}), time.Hour},
	} {
		if got := j.backoff(c.failures, c.err); got < c.least || got > c.least+c.least/10 {
			t.Errorf("%s: %v, want %v and up to a tenth more", c.name, got, c.least)
		}
	}
}

func TestNewItems(t *testing.T) {
	src := feed.Source{ID: "s", Language: "kk", Topics: []string{"society", "sport"}}
	long := "<p>" + strings.Repeat("Ұзақ мәтін. ", 80) + "</p>"
	topics := feed.BuiltinTopics()
	items := newItems(src, feed.Feed{Items: []feed.Item{
		{Link: "https://example.com/1?utm_source=rss", Title: "Бірінші жаңалық", Published: monday.Add(-time.Hour), Content: long},
		{Link: "https://example.com/1", Title: "Бірінші жаңалық тағы"},
		{Link: "https://example.com/2", Title: "Болашақтан келген хабар", Published: monday.Add(time.Hour), Content: "<p>қысқа</p>"},
		{Link: "https://example.com/3", Title: "Күні жоқ хабар", Categories: []string{"Әлем", "Спорт"}},
		{Link: "https://example.com/4"},
		{Link: "mailto:a@example.com", Title: "Сілтемесі жоқ"},
		{Title: "Сілтемесі жоқ"},
	}}, topics, monday)
	if len(items) != 3 {
		t.Fatalf("%d items, want 3: %v", len(items), items)
	}
	for i, want := range []struct {
		published time.Time
		whole     bool
		topic     string
	}{{monday.Add(-time.Hour), true, "society"}, {monday, false, "society"}, {time.Time{}, false, "sport"}} {
		got := items[i]
		if !got.PublishedAt.Equal(want.published) || (got.Blocks != nil) != want.whole || got.Language != "kk" || got.Topic != want.topic || got.ID == "" {
			t.Errorf("item %d: %+v", i+1, got)
		}
	}
}

// A page that is gone is given up, one that fails is tried ever more seldom,
// one that has no text three times; the feed's own words stay.
func TestTextsFail(t *testing.T) {
	d := open(t)
	d.answers(func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case strings.Contains(r.URL.Path, "bridge-kapshagai"):
			w.WriteHeader(http.StatusInternalServerError)
		case strings.Contains(r.URL.Path, "most-ili"):
			w.WriteHeader(http.StatusNotFound)
		case strings.Contains(r.URL.Path, "ile-kopiri"):
			fmt.Fprint(w, "<!DOCTYPE html><html><body><p>Subscribe</p></body></html>")
		default:
			return false
		}
		return true
	})
	d.run("poll")
	for range 24 * 6 {
		d.run("texts")
		d.pass(10 * time.Minute)
	}
	d.mu.Lock()
	asked := map[string]int{}
	for _, r := range d.requests {
		for _, name := range []string{"bridge-kapshagai", "most-ili", "ile-kopiri"} {
			if strings.Contains(r, name) {
				asked[name]++
			}
		}
	}
	d.mu.Unlock()
	if n := asked["bridge-kapshagai"]; n < 4 || n > 9 {
		t.Errorf("a failing page was asked for %d times in a day", n)
	}
	if n := asked["most-ili"]; n != 1 {
		t.Errorf("a page that is gone was asked for %d times", n)
	}
	if n := asked["ile-kopiri"]; n != unreadableTries {
		t.Errorf("a page without text was asked for %d times", n)
	}
	if a := d.article("most-ili"); a.TextState != store.TextFailed || a.Title == "" {
		t.Errorf("a page that is gone: %s", a.TextState)
	}
	d.calm()
}

// A fingerprint that cannot be read keeps no other articles apart.
func TestBrokenFingerprint(t *testing.T) {
	d := open(t)
	d.run("poll", "texts")
	first := d.article("mektep-robot")
	f := fingerprint(first)
	d.must(d.Store.SetStory(t.Context(), store.Telling{
		ArticleID: first.ID, StoryID: first.StoryID, SeenAt: first.FirstSeenAt, Form: story.Form, Print: []byte("{"), Keys: f.Keys(),
	}))
	again := store.NewItem{ID: "again", Link: "https://example.com/again", Title: first.Title, Language: first.Language, Blocks: first.Blocks}
	_, err := d.Store.RecordPoll(t.Context(), d.clock(), store.Poll{SourceID: first.SourceID, NextPollAt: d.clock().Add(time.Hour), Items: []store.NewItem{again}})
	d.must(err)
	d.run("texts")
	if rest, err := d.Store.Unassigned(t.Context(), 10); err != nil || len(rest) != 0 {
		t.Errorf("without a story: %d, %v", len(rest), err)
	}
	if d.log.count("fingerprint is left out") == 0 {
		t.Error("nobody said so")
	}
	d.calm()
}

// A source that has moved for good is looked for at its new address after that has
// been said three times over an hour, and at its old one until then.
func TestSourceMoves(t *testing.T) {
	d := open(t)
	d.answers(func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case strings.HasSuffix(r.URL.Path, "/kurier/rss.xml") && !strings.Contains(r.URL.RawQuery, "v2"):
			http.Redirect(w, r, "/newsroom"+r.URL.Path+"?v2", http.StatusMovedPermanently)
		case strings.HasSuffix(r.URL.Path, "/shugyla/atom.xml") && !strings.Contains(r.URL.RawQuery, "v2"):
			http.Redirect(w, r, "/newsroom"+r.URL.Path+"?v2", http.StatusFound)
		default:
			return false
		}
		return true
	})
	was := map[string]string{"kurier": d.source("kurier").URL, "shugyla": d.source("shugyla").URL}
	for range 3 {
		d.run("poll")
		if now := d.source("kurier").URL; now != was["kurier"] {
			t.Errorf("moved early, to %s", now)
		}
		d.pass(25 * time.Minute)
	}
	d.run("poll")
	if now := d.source("kurier"); now.URL != was["kurier"]+"?v2" || now.Move != (store.Move{}) || now.State == (feed.State{}) {
		t.Errorf("has not moved: %+v", now)
	}
	if now := d.source("shugyla").URL; now != was["shugyla"] {
		t.Errorf("a redirect for the time being was remembered: %s", now)
	}
	d.calm()
}

// While nothing at all can be reached, no source is to blame; when one answers
// again, the others are.
func TestOwnNetworkDown(t *testing.T) {
	d := open(t)
	var list []feed.Source
	for i := range 6 {
		// Names that no resolver knows stand for a network without any.
		list = append(list, feed.Source{ID: fmt.Sprintf("lost%d", i), Title: "Lost", URL: fmt.Sprintf("http://lost%d.invalid/rss", i), Kind: feed.KindFeed})
	}
	_, _, err := d.Store.ImportSources(t.Context(), d.clock(), list)
	d.must(err)
	keep := make([]string, len(list))
	for i, s := range list {
		keep[i] = s.ID
	}
	_, err = d.Store.KeepSources(t.Context(), keep)
	d.must(err)
	for _, id := range keep { // they have worked until now
		_, err = d.Store.RecordPoll(t.Context(), d.clock(), store.Poll{SourceID: id, NextPollAt: d.clock()})
		d.must(err)
	}
	blamed := func() (n int) {
		for _, s := range list {
			if d.source(s.ID).Failures > 0 {
				n++
			}
		}
		return n
	}
	for range 5 {
		d.run("poll")
		d.pass(6 * time.Minute)
	}
	if n := blamed(); n >= lostHosts || d.network.since().IsZero() {
		t.Errorf("%d of 6 sources are to blame; down since %v", n, d.network.since())
	}
	_, err = d.Store.KeepSources(t.Context(), append(keep, "kurier"))
	d.must(err)
	d.run("poll")
	if !d.network.since().IsZero() && d.source("kurier").LastOKAt.IsZero() {
		t.Error("one answers, and the network is still down")
	}
}
