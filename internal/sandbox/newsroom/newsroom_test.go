package newsroom

import (
	"bytes"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/mmcdole/gofeed"
	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
)

// clock is a clock that tests set.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = t
}

// monday is a working day in November, noon in Almaty.
var monday = time.Date(2026, time.November, 23, 12, 0, 0, 0, almaty)

// open starts a newsroom under a prefix, as the sandbox does.
func open(t *testing.T, at time.Time) (*Newsroom, *clock, string) {
	t.Helper()
	c := &clock{t: at}
	n := New(c.now)
	srv := httptest.NewServer(http.StripPrefix("/newsroom", n.Handler()))
	t.Cleanup(srv.Close)
	n.SetBase(srv.URL + "/newsroom/")
	return n, c, srv.URL + "/newsroom"
}

func get(t *testing.T, url string, header ...string) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body
}

func TestStories(t *testing.T) {
	n, _, _ := open(t, monday)
	byLang, held, long := map[string]int{}, 0, map[string]int{}
	ids, titles, topics := map[string]bool{}, map[string]bool{}, map[string]bool{}
	quirks := map[quirk]int{}
	longTitle := false
	for _, s := range n.stories {
		byLang[s.site.lang]++
		topics[s.topic] = true
		quirks[s.quirk]++
		if s.held > 0 {
			held++
		}
		if s.chars() >= 9000 {
			long[s.site.lang]++
		}
		longTitle = longTitle || utf8.RuneCountInString(s.title) > 200
		id := s.site.id + "/" + s.path()
		if ids[id] || titles[s.title] {
			t.Errorf("%s: address or title is there twice", id)
		}
		ids[id], titles[s.title] = true, true
		paragraphs := 0
		for _, b := range s.blocks {
			if b.kind == para {
				paragraphs++
			}
			for _, m := range linkMark.FindAllStringSubmatch(b.text, -1) {
				if n.byPath[s.site.id+"/"+s.site.articlePath(m[2])] == nil {
					t.Errorf("%s: link to no story: %s", id, m[2])
				}
			}
		}
		if paragraphs < 4 || s.author == "" || s.caption == "" {
			t.Errorf("%s: %d paragraphs, author %q, caption %q", id, paragraphs, s.author, s.caption)
		}
		if s.quirk != quirkShortDay && s.age > 48*time.Hour {
			t.Errorf("%s: %v old", id, s.age)
		}
	}
	if len(n.stories) < 66 || held < 12 || len(n.sites) < 6 || !longTitle || len(topics) != len(topicNames) {
		t.Errorf("%d stories, %d held, %d sites, long title %v, %d topics", len(n.stories), held, len(n.sites), longTitle, len(topics))
	}
	for _, lang := range []string{"kk", "ru", "en"} {
		if byLang[lang] < 22 || long[lang] == 0 {
			t.Errorf("%s: %d stories, %d long", lang, byLang[lang], long[lang])
		}
	}
	for _, q := range []quirk{quirkNoDate, quirkFuture, quirkShortDay} {
		if quirks[q] == 0 {
			t.Errorf("no story with quirk %s", q)
		}
	}
}

func TestParseStoryRejects(t *testing.T) {
	good := "title: T\ntopic: sport\nage: 1h\npicture: lake day\n---\nLead.\n"
	if _, err := parseStory(good); err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string]string{
		"no text":       "title: T\n",
		"unknown key":   "colour: red\n" + good,
		"topic":         strings.Replace(good, "sport", "gossip", 1),
		"scene":         strings.Replace(good, "lake", "moon", 1),
		"palette":       strings.Replace(good, "day", "pitch", 1),
		"age and held":  "held: 1\n" + good,
		"neither":       strings.Replace(good, "age: 1h\n", "", 1),
		"no title":      strings.Replace(good, "title: T\n", "", 1),
		"no lead":       strings.Replace(good, "Lead.", "## Lead", 1),
		"figure":        good + "\n![lake day]\n",
		"bad quirk":     "quirk: haunted\n" + good,
		"two pictures":  "picture: lake day\n" + good,
		"bad line":      "title\n" + good,
		"empty text":    strings.Replace(good, "Lead.\n", "", 1),
		"age no number": strings.Replace(good, "1h", "soon", 1),
	} {
		if _, err := parseStory(raw); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestSources(t *testing.T) {
	n, _, base := open(t, monday)
	var list []struct {
		ID, Title, URL, Kind, Language string
		Topics                         []string
		Selectors                      map[string]string
	}
	if err := yaml.Unmarshal(n.Sources(), &list); err != nil {
		t.Fatal(err)
	}
	if len(list) < 6 {
		t.Fatalf("%d sources", len(list))
	}
	for _, s := range list {
		resp, body := get(t, s.URL)
		if resp.StatusCode != http.StatusOK || !strings.HasPrefix(s.URL, base+"/") || len(s.Topics) == 0 {
			t.Errorf("%s: %s, address %s, topics %v", s.ID, resp.Status, s.URL, s.Topics)
		}
		if s.Kind == "html" {
			if s.Selectors["item"] == "" || !bytes.Contains(body, []byte("Сегодня, ")) || !bytes.Contains(body, []byte("Вчера, ")) {
				t.Errorf("%s: list lacks dates or selectors", s.ID)
			}
			continue
		}
		feed, err := gofeed.NewParser().Parse(bytes.NewReader(body))
		if err != nil {
			t.Errorf("%s: %v", s.ID, err)
			continue
		}
		if len(feed.Items) < 7 || feed.Title != s.Title {
			t.Errorf("%s: %d items of %q", s.ID, len(feed.Items), feed.Title)
		}
		links := map[string]bool{}
		for _, item := range feed.Items {
			if links[item.Link] || !strings.HasPrefix(item.Link, base+"/"+s.ID+"/") {
				t.Errorf("%s: link %s", s.ID, item.Link)
			}
			links[item.Link] = true
			if item.Title == "" || item.Description == "" || strings.ContainsRune(item.Title, utf8.RuneError) {
				t.Errorf("%s: item %q: %q", s.ID, item.Title, item.Description)
			}
			if item.PublishedParsed == nil && item.Published != "" {
				t.Errorf("%s: date %q", s.ID, item.Published)
			}
			if resp, _ := get(t, item.Link); resp.StatusCode != http.StatusOK {
				t.Errorf("%s: %s", item.Link, resp.Status)
			}
		}
		if s.ID == "dala" && !strings.Contains(feed.Items[0].Content, "<p>") {
			t.Errorf("%s: no full text", s.ID)
		}
	}
}

func TestPages(t *testing.T) {
	n, _, base := open(t, monday)
	for _, e := range n.entries(nil) {
		f := n.feedData(e.site)
		resp, body := get(t, f.canonical(e.story))
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", e.slug, resp.Status)
			continue
		}
		r, err := charset.NewReader(bytes.NewReader(body), resp.Header.Get("Content-Type"))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := html.Parse(r)
		if err != nil {
			t.Fatal(err)
		}
		text := textOf(doc)
		last := e.blocks[len(e.blocks)-1]
		for _, want := range []string{e.title, e.lead(), plain(last.text)} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: page lacks %q", e.slug, want)
			}
		}
		if !strings.Contains(string(body), f.pictureURL(e.story, 0)) {
			t.Errorf("%s: page lacks its picture", e.slug)
		}
	}
	for _, path := range []string{"/", "/kurier/", "/dala/", "/robots.txt", "/shugyla/sitemap-news.xml"} {
		if resp, _ := get(t, base+path); resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
	for _, path := range []string{"/nothing", "/kurier/news/none.html", "/img/kurier/none.jpg", "/dala/none/"} {
		if resp, _ := get(t, base+path); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
}

// textOf is all character data of a page, but scripts and styles.
func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode && d.Parent.Data != "script" && d.Parent.Data != "style" {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func TestWindows1251(t *testing.T) {
	n, _, base := open(t, monday)
	page := n.entries(n.sites[0])[0]
	for _, url := range []string{base + "/kurier/rss.xml", n.feedData(page.site).canonical(page.story), base + "/kurier/"} {
		resp, body := get(t, url)
		if utf8.Valid(body) || !strings.Contains(resp.Header.Get("Content-Type"), "windows-1251") {
			t.Errorf("%s: valid UTF-8 %v, %s", url, utf8.Valid(body), resp.Header.Get("Content-Type"))
		}
	}
}

func TestPublishNext(t *testing.T) {
	n, c, base := open(t, monday)
	held := n.Held()
	next := n.held[0]
	address := n.feedData(next.site).canonical(next)
	if resp, _ := get(t, address); resp.StatusCode != http.StatusNotFound {
		t.Errorf("a held story is out: %s", resp.Status)
	}
	c.set(monday.Add(17 * time.Minute))
	title, ok := n.PublishNext()
	if !ok || title != next.title || n.Held() != held-1 {
		t.Errorf("published %q, %v; %d held", title, ok, n.Held())
	}
	if resp, _ := get(t, address); resp.StatusCode != http.StatusOK {
		t.Errorf("published story: %s", resp.Status)
	}
	if first := n.entries(next.site)[0]; first.story != next || !first.published.Equal(c.now()) {
		t.Errorf("first is %s of %v", first.slug, first.published)
	}
	for ok {
		_, ok = n.PublishNext()
	}
	if n.Held() != 0 || len(n.entries(nil)) != len(n.stories) {
		t.Errorf("%d held, %d of %d out", n.Held(), len(n.entries(nil)), len(n.stories))
	}
	resp, body := get(t, base+"/steppepost/feed.json")
	if resp.StatusCode != http.StatusOK || !bytes.Contains(body, []byte("Tulpar")) {
		t.Error("the feed lacks a story that came out")
	}
}

func TestConditionalRequests(t *testing.T) {
	n, _, base := open(t, monday)
	for _, path := range []string{"/kurier/rss.xml", "/shugyla/atom.xml", "/steppepost/feed.json", "/ledger/rss", "/semrek/novosti"} {
		resp, _ := get(t, base+path)
		tag, modified := resp.Header.Get("ETag"), resp.Header.Get("Last-Modified")
		if tag == "" || resp.Header.Get("Cache-Control") == "" {
			t.Errorf("%s: ETag %q", path, tag)
		}
		if again, body := get(t, base+path, "If-None-Match", tag); again.StatusCode != http.StatusNotModified || len(body) > 0 {
			t.Errorf("%s with its tag: %s", path, again.Status)
		}
		if modified == "" {
			continue
		}
		if again, _ := get(t, base+path, "If-Modified-Since", modified); again.StatusCode != http.StatusNotModified {
			t.Errorf("%s with its date: %s", path, again.Status)
		}
	}
	resp, _ := get(t, base+"/shugyla/atom.xml")
	for n.Held() > 0 {
		n.PublishNext()
	}
	if again, _ := get(t, base+"/shugyla/atom.xml", "If-None-Match", resp.Header.Get("ETag")); again.StatusCode != http.StatusOK {
		t.Errorf("changed feed: %s", again.Status)
	}
}

func TestQuirks(t *testing.T) {
	n, _, base := open(t, monday)
	_, kurier := get(t, base+"/kurier/rss.xml")
	feed, err := gofeed.NewParser().Parse(bytes.NewReader(kurier))
	if err != nil {
		t.Fatal(err)
	}
	if first := feed.Items[0]; !first.PublishedParsed.After(monday) || !strings.HasSuffix(first.Published, "+0600") {
		t.Errorf("no date ahead of the clock: %s", first.Published)
	}
	_, tengedelo := get(t, base+"/tengedelo/export/news.rss")
	if !bytes.Contains(tengedelo, []byte(", 6 Nov 2026 10:00:00 +0600")) {
		t.Error("no day of one digit")
	}
	for _, e := range n.entries(nil) {
		if e.quirk == quirkNoDate {
			if p := n.articlePage(n.feedData(e.site), e); p.Date != "" || p.LD["datePublished"] != nil {
				t.Errorf("%s has a date", e.slug)
			}
		}
	}
}

func TestPictures(t *testing.T) {
	n, _, base := open(t, monday)
	painted := 0
	for name := range n.gallery.works {
		if painted++; underRace && painted > 8 {
			break // each is painted by one goroutine; more of them find no more races
		}
		resp, body := get(t, base+picturePrefix+name)
		img, err := jpeg.DecodeConfig(bytes.NewReader(body))
		if err != nil || resp.Header.Get("Content-Type") != "image/jpeg" {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if img.Width != pictureWidth || img.Height != pictureHeight || len(body) > 120<<10 {
			t.Errorf("%s: %d by %d, %d bytes", name, img.Width, img.Height, len(body))
		}
	}
	p := picture{"lake", "dawn"}
	a, err := p.render(7)
	if err != nil {
		t.Fatal(err)
	}
	b, err := p.render(7)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) {
		t.Error("the same seed paints another picture")
	}
}

func TestDates(t *testing.T) {
	now := time.Date(2026, time.April, 7, 1, 30, 0, 0, almaty)
	for _, tt := range []struct {
		lang, want string
		at         time.Time
	}{
		{"ru", "Сегодня, 00:47", now.Add(-43 * time.Minute)},
		{"ru", "Вчера, 10:00", time.Date(2026, time.April, 6, 5, 0, 0, 0, time.UTC)},
		{"ru", "5 апреля 2026, 10:00", time.Date(2026, time.April, 5, 10, 0, 0, 0, almaty)},
		{"kk", "2026 ж. 5 сәуір, 10:00", time.Date(2026, time.April, 5, 10, 0, 0, 0, almaty)},
		{"en", "April 5, 2026, 10:00", time.Date(2026, time.April, 5, 10, 0, 0, 0, almaty)},
		{"kk", "Кеше, 23:59", time.Date(2026, time.April, 6, 23, 59, 0, 0, almaty)},
	} {
		if got := listDate(tt.lang, tt.at, now); got != tt.want {
			t.Errorf("listDate(%s, %v) = %q, want %q", tt.lang, tt.at, got, tt.want)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	n, _, base := open(t, monday)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			n.PublishNext()
			n.SetRatesMode(RatesModes()[i%5])
			n.SetBase(base)
			get(t, base+"/dala/feed/")
			get(t, base+"/img/logo.jpg")
			get(t, n.RatesURL()+"?fdate=23.11.2026")
		})
	}
	wg.Wait()
}
