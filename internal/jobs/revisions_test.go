package jobs

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"newsbot/internal/article"
	"newsbot/internal/feed"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
	"newsbot/internal/story"
)

// press is a site of one's own: a feed by path, and pages.
type press struct {
	web *httptest.Server

	mu     sync.Mutex
	feeds  map[string][]entry
	pages  map[string]page
	status map[string]int // of pages that fail
	read   map[string]int // how often pages were asked for
}

type entry struct {
	path, title, summary string
	published, updated   time.Time
}

type page struct{ head, title, text string } // paragraphs end with a line

func newPress(t *testing.T) *press {
	p := &press{feeds: map[string][]entry{}, pages: map[string]page{}, status: map[string]int{}, read: map[string]int{}}
	p.web = httptest.NewServer(p)
	t.Cleanup(p.web.Close)
	return p
}

func (p *press) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if list, ok := p.feeds[r.URL.Path]; ok {
		fmt.Fprint(w, `<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>x</title>`) //nolint:errcheck // a test server
		for _, e := range list {
			updated := ""
			if !e.updated.IsZero() {
				updated = "<atom:updated>" + e.updated.Format(time.RFC3339) + "</atom:updated>"
			}
			fmt.Fprintf(w, `<item><title>%s</title><link>%s%s</link><description>%s</description><pubDate>%s</pubDate>%s</item>`,
				e.title, p.web.URL, e.path, e.summary, e.published.Format(time.RFC1123Z), updated) //nolint:errcheck // a test server
		}
		fmt.Fprint(w, `</channel></rss>`) //nolint:errcheck // a test server
		return
	}
	p.read[r.URL.Path]++
	if code := p.status[r.URL.Path]; code != 0 {
		w.WriteHeader(code)
		return
	}
	pg, ok := p.pages[r.URL.RequestURI()]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<!doctype html><html><head><title>%[2]s</title>%[1]s</head><body><article><h1>%[2]s</h1><p>%[3]s</p></article></body></html>`,
		pg.head, pg.title, strings.ReplaceAll(pg.text, "\n", "</p><p>")) //nolint:errcheck // a test server
}

func (p *press) does(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

func (p *press) canonical(path string) string {
	return `<link rel="canonical" href="` + p.web.URL + path + `">`
}

// reads has only these sources, each a feed of a press, by id.
func (d *desk) reads(language string, sources map[string]string) {
	d.Helper()
	var list []feed.Source
	var ids []string
	for id, url := range sources {
		list = append(list, feed.Source{ID: id, Title: "Газета " + id, URL: url, Kind: feed.KindFeed, Language: language})
		ids = append(ids, id)
	}
	_, _, err := d.Store.ImportSources(d.Context(), d.clock(), list)
	d.must(err)
	_, err = d.Store.KeepSources(d.Context(), ids)
	d.must(err)
}

// turn is a poll after a while, with all that follows.
func (d *desk) turn() {
	d.Helper()
	d.pass(7 * time.Minute)
	d.run("poll", "texts", "search")
}

func (d *desk) found(words string) int {
	d.Helper()
	_, total, _, err := d.Store.Search(d.Context(), store.SearchQuery{Words: story.ParseQuery(words), Limit: 5})
	d.must(err)
	return total
}

const (
	bridgeTitle = "Мост через реку Или открыли раньше срока"
	bridgeText  = "Новый мост через реку Или открыли утром для всех машин, кроме грузовых, сообщили в акимате Алматинской области.\n" +
		"Длина моста тысяча двести сорок метров, ширина проезжей части четыре полосы, по нему пройдёт до двадцати восьми тысяч автомобилей в сутки.\n" +
		"Строительство обошлось в сорок шесть миллиардов тенге из республиканского и областного бюджетов.\n" +
		"Старую переправу оставят велосипедистам и пешеходам, на берегу обустроят смотровую площадку."
	libraryTitle = "Библиотека в Костанае открыла ночной зал"
	libraryText  = "Читатели попросили не закрывать двери до полуночи, и библиотека имени Толстого в Костанае согласилась.\n" +
		"В ночном зале сорок мест, чай и тишина, студенты готовятся там к экзаменам с прошлой среды.\n" +
		"Места занимают заранее, а по субботам зал открыт до двух часов ночи, рассказала директор Гульнара Сеитова.\n" +
		"Осенью такие же залы обещают открыть в Рудном и Лисаковске."
	cheeseTitle = "Сыр из Зайсана получил золото в Лионе"
	cheeseText  = "Сыровары из Зайсана привезли из Лиона золотую медаль за твёрдый сыр из кобыльего молока.\n" +
		"На конкурс приехали двести двенадцать хозяйств из сорока стран, и жюри пробовало вслепую три дня.\n" +
		"Хозяин сыроварни Ержан Мусин говорит, что рецепт нашла в тетради его бабушка.\n" +
		"До весны завод выпустит ещё девять тонн, половину увезут в Астану."
)

// A source changes a headline, then a text, then says so by a date, and then lists the
// page's AMP: the article is what the source says, what it was is kept, and nothing of it is new.
func TestSourceChangesItsArticle(t *testing.T) {
	storetest.Each(t, func(t *testing.T, openStore func() *store.Store) {
		d, p := openOn(t, openStore()), newPress(t)
		d.reads("ru", map[string]string{"vesti": p.web.URL + "/rss"})
		at := d.clock()
		e := entry{path: "/news/bridge-7", title: bridgeTitle, summary: "Мост открыли.", published: at.Add(-time.Hour)}
		p.does(func() {
			p.feeds["/rss"] = []entry{{path: "/news/library-3", title: libraryTitle, published: at.Add(-2 * time.Hour)}, e}
			p.pages["/news/bridge-7"] = page{p.canonical("/news/bridge-7"), bridgeTitle, bridgeText + "\nПросмотров: 12"}
			p.pages["/news/library-3"] = page{"", libraryTitle, libraryText}
		})
		d.run("poll", "texts", "search")
		first := d.article("/news/bridge-7")
		must := func(what string, revisions int, title, text string) store.Article {
			t.Helper()
			a := d.article("/news/bridge-7")
			list, err := d.Store.Revisions(t.Context(), a.ID)
			d.must(err)
			if len(list) != revisions || a.Title != title || !strings.Contains(article.Article{Blocks: a.Blocks}.Text(), text) {
				t.Errorf("%s: %d revisions, %q, text %q", what, len(list), a.Title, article.Article{Blocks: a.Blocks}.Text())
			}
			if a.ID != first.ID || a.StoryID != first.StoryID || !a.FirstSeenAt.Equal(first.FirstSeenAt) || !a.PublishedAt.Equal(first.PublishedAt) || !a.HasText {
				t.Errorf("%s: it became another one: %+v", what, a)
			}
			if n := len(d.headlines()); n != 2 {
				t.Errorf("%s: %d stories", what, n)
			}
			return a
		}
		must("at first", 0, bridgeTitle, "сорок шесть миллиардов")
		if d.found("грузовых") != 1 || d.found("паром") != 0 {
			t.Error("it is not found by its words")
		}
		before := p.read["/news/bridge-7"]
		d.turn()
		if p.read["/news/bridge-7"] != before {
			t.Error("its page is read again without a reason")
		}

		// The headline. The page has the same text, with another count of readers.
		e.title = "Мост через Или открыли: грузовикам въезд закрыт"
		p.does(func() {
			p.feeds["/rss"][1] = e
			p.pages["/news/bridge-7"] = page{p.canonical("/news/bridge-7"), e.title, bridgeText + "\nПросмотров: 340"}
		})
		d.turn()
		must("another headline", 1, e.title, "сорок шесть миллиардов")

		// The text, told by another summary.
		e.summary = "Мост открыли, стоимость уточнена."
		text := strings.ReplaceAll(bridgeText, "сорок шесть миллиардов", "сорок девять миллиардов") + "\nПаром отслужит до декабря."
		p.does(func() {
			p.feeds["/rss"][1] = e
			p.pages["/news/bridge-7"] = page{p.canonical("/news/bridge-7"), e.title, text}
		})
		d.pass(2 * time.Hour)
		d.turn()
		a := must("another text", 2, e.title, "сорок девять миллиардов")
		list, err := d.Store.Revisions(t.Context(), a.ID)
		d.must(err)
		c := article.Compare(list[0].Blocks, a.Blocks, story.Spelling)
		if len(c.Gone) != 1 || len(c.Came) != 2 || !strings.Contains(c.Gone[0].Text, "сорок шесть") || list[1].Title != bridgeTitle {
			t.Errorf("what has changed: %+v of %+v", c, list)
		}
		if d.found("паром") != 1 {
			t.Error("it is not found by its new words")
		}
		if todo, err := d.Store.Reworded(t.Context(), 10); err != nil || len(todo) != 0 {
			t.Errorf("to be recognised by what it says: %v, %v", todo, err)
		}

		// A page that fails or is a stub takes nothing away, and is not tried for ever.
		e.updated = d.clock().Add(-time.Minute)
		p.does(func() {
			p.feeds["/rss"][1] = e
			p.status["/news/bridge-7"] = http.StatusInternalServerError
			p.read["/news/bridge-7"] = 0
		})
		for range 100 {
			d.turn()
		}
		must("a page that fails", 2, e.title, "сорок девять миллиардов")
		if n := p.read["/news/bridge-7"]; n != rereadTries {
			t.Errorf("a page that fails was read %d times", n)
		}
		if a := d.article("/news/bridge-7"); a.TextState != store.TextReady {
			t.Errorf("its state: %s", a.TextState)
		}
		e.updated = d.clock()
		p.does(func() {
			p.feeds["/rss"][1] = e
			delete(p.status, "/news/bridge-7")
			p.pages["/news/bridge-7"] = page{"", e.title, "Новый мост через реку Или открыли утром для всех. Чтобы читать дальше, оформите подписку на газету."}
			p.read["/news/bridge-7"] = 0
		})
		d.turn()
		d.pass(24 * time.Hour)
		d.turn()
		must("a stub", 2, e.title, "сорок девять миллиардов")
		if p.read["/news/bridge-7"] == 0 {
			t.Error("the page was not read again")
		}

		// The feed lists the page's AMP from now on: another address of the same page.
		e.path = "/amp/news/bridge-7"
		p.does(func() {
			p.feeds["/rss"][1] = e
			p.pages["/amp/news/bridge-7"] = page{p.canonical("/news/bridge-7"), e.title, text}
		})
		began := d.clock()
		d.turn()
		must("its AMP", 2, e.title, "сорок девять миллиардов")
		if news, _, err := d.Store.Headlines(t.Context(), store.NewsQuery{Since: began, Limit: 10}); err != nil || len(news) != 0 {
			t.Errorf("the AMP is news: %+v, %v", news, err)
		}
		if s := d.source("vesti"); s.LastError != "" {
			t.Errorf("the source: %s", s.LastError)
		}
		d.calm()
	})
}

// A page claims the address of another article of its site, whose headline is nearly
// the same: neither is lost, and neither gets what the other says.
func TestAddressOfAnotherArticle(t *testing.T) {
	storetest.Each(t, func(t *testing.T, openStore func() *store.Store) {
		d, p := openOn(t, openStore()), newPress(t)
		d.reads("ru", map[string]string{"vesti": p.web.URL + "/rss"})
		at := d.clock()
		beijing := entry{path: "/news/visit-2026-11-30", title: "Токаев прибыл в Пекин", summary: "Визит в Китай", published: at.Add(-time.Hour)}
		astana := entry{path: "/news/visit-2026-12-01", title: "Токаев прибыл в Астану", summary: "Визит завершён", published: at}
		p.does(func() {
			p.feeds["/rss"] = []entry{beijing}
			p.pages[beijing.path] = page{p.canonical(astana.path), beijing.title, bridgeText}
			p.pages[astana.path] = page{"", astana.title, libraryText}
		})
		d.turn()
		first := d.article(beijing.path)
		for _, listed := range [][]entry{{astana, beijing}, {astana}} {
			p.does(func() { p.feeds["/rss"] = listed })
			for range 12 {
				d.turn()
			}
			if n := len(d.headlines()); n != 2 {
				t.Fatalf("%d listed: %d stories", len(listed), n)
			}
			a, b := d.article(beijing.path), d.article(astana.path)
			if a.ID != first.ID || a.Title != beijing.title || a.Summary != beijing.summary || !a.RevisedAt.IsZero() || !strings.Contains(article.Article{Blocks: a.Blocks}.Text(), "мост") {
				t.Errorf("%d listed, the first: %+v", len(listed), a)
			}
			if b.Title != astana.title || b.Summary != astana.summary || !strings.Contains(article.Article{Blocks: b.Blocks}.Text(), "библиотека") {
				t.Errorf("%d listed, the second: %+v", len(listed), b)
			}
		}
		d.calm()
	})
}

// An article joins two stories, and others of them are made recognisable in the same
// turn: they stay in the story that is left.
func TestChangedStoryStaysJoined(t *testing.T) {
	storetest.Each(t, func(t *testing.T, openStore func() *store.Store) {
		d, p := openOn(t, openStore()), newPress(t)
		d.reads("ru", map[string]string{"vesti": p.web.URL + "/rss"})
		at := d.clock()
		brings := func(now time.Time, id, title, text string) {
			t.Helper()
			_, err := d.Store.RecordPoll(t.Context(), now, store.Poll{SourceID: "vesti", NextPollAt: now.Add(time.Hour), Items: []store.NewItem{{
				ID: id, Link: p.web.URL + "/" + id, Title: title, Language: "ru", PublishedAt: at,
				Blocks: []article.Block{{Kind: article.Paragraph, Text: text}},
			}}})
			d.must(err)
		}
		stories := map[string]string{"a": "a", "b": "b", "c": "b"}
		brings(at, "a", bridgeTitle, bridgeText)
		brings(at.Add(time.Minute), "b", bridgeTitle, bridgeText)
		brings(at.Add(2*time.Minute), "c", libraryTitle, libraryText)
		for id, is := range stories {
			a, err := d.Store.Article(t.Context(), id)
			d.must(err)
			telling, err := told(a, fingerprint(a))
			d.must(err)
			telling.StoryID = is
			d.must(d.Store.SetStory(t.Context(), telling))
		}
		d.must(d.Store.AddAlias(t.Context(), "a", "b", true))
		brings(at.Add(3*time.Minute), "c", libraryTitle+" для студентов", libraryText)
		d.must(d.reprint(t.Context()))
		for id := range stories {
			if is, err := d.Store.StoryOf(t.Context(), id); err != nil || is != "a" {
				t.Errorf("%s tells %q, %v", id, is, err)
			}
		}
		if todo, err := d.Store.Reworded(t.Context(), 10); err != nil || len(todo) != 0 {
			t.Errorf("to be made recognisable: %v, %v", todo, err)
		}
	})
}

// An article that is pruned while a turn is at work keeps no other from its story.
func TestPrunedInATurn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, openStore func() *store.Store) {
		d, p := openOn(t, openStore()), newPress(t)
		d.reads("ru", map[string]string{"vesti": p.web.URL + "/rss"})
		_, err := d.Store.RecordPoll(t.Context(), d.clock(), store.Poll{SourceID: "vesti", NextPollAt: d.clock(), Items: []store.NewItem{{
			ID: "a", Link: p.web.URL + "/a", Title: bridgeTitle, Language: "ru", PublishedAt: d.clock(),
			Blocks: []article.Block{{Kind: article.Paragraph, Text: bridgeText}},
		}}})
		d.must(err)
		for name, do := range map[string]func(context.Context, store.Article) error{"a new one": d.assignStory, "a changed one": d.reprintOne} {
			list, err := d.Store.Unassigned(t.Context(), 10)
			d.must(err)
			gone := store.Article{ID: "gone", StoryID: "gone", Title: libraryTitle, Language: "ru", FirstSeenAt: d.clock(), Reprint: 1}
			if err := eachStored(t.Context(), append([]store.Article{gone}, list...), do); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if todo, err := d.Store.Unassigned(t.Context(), 10); err != nil || len(todo) != 0 {
				t.Errorf("%s: without a story: %v, %v", name, todo, err)
			}
		}
		failed := errors.New("the database is away")
		if err := eachStored(t.Context(), []store.Article{{}}, func(context.Context, store.Article) error { return failed }); !errors.Is(err, failed) {
			t.Errorf("another failure: %v", err)
		}
	})
}

// The same page comes by several sources under several addresses, whichever first: it is one.
func TestAddressesOfOnePage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, openStore func() *store.Store) {
		d, p := openOn(t, openStore()), newPress(t)
		d.reads("ru", map[string]string{"a": p.web.URL + "/a", "b": p.web.URL + "/b"})
		at := d.clock().Add(-time.Hour)
		p.does(func() {
			p.feeds["/a"] = []entry{{path: "/amp/bridge-7", title: bridgeTitle, published: at}, {path: "/news/library-3?utm_source=a", title: libraryTitle, published: at}}
			p.feeds["/b"] = []entry{{path: "/news/cheese-9", title: cheeseTitle, published: at}}
			for _, path := range []string{"/amp/bridge-7", "/news/bridge-7", "/m/bridge-7?from=rss"} {
				p.pages[path] = page{p.canonical("/news/bridge-7"), bridgeTitle, bridgeText}
			}
			p.pages["/news/library-3?utm_source=a"] = page{p.canonical("/news/library-3"), libraryTitle, libraryText}
			p.pages["/news/cheese-9"] = page{`<meta property="og:url" content="` + p.web.URL + `/news/cheese-9">`, cheeseTitle, cheeseText}
			p.pages["/print/cheese-9"] = page{`<meta property="og:url" content="` + p.web.URL + `/news/cheese-9">`, cheeseTitle, cheeseText}
		})
		d.run("poll", "texts")
		amp := d.article("/amp/bridge-7")
		if n := len(d.headlines()); n != 3 {
			t.Fatalf("%d stories", n)
		}
		// Under the page's own address, by another source: in other words it is another
		// article of the story, in the same ones the same article.
		p.does(func() {
			p.feeds["/b"] = append(p.feeds["/b"], entry{path: "/news/bridge-7", title: "Мост через Или открыли раньше: что известно", published: at},
				entry{path: "/news/library-3?fbclid=2", title: libraryTitle, published: at})
		})
		d.turn()
		if a := d.article("/amp/bridge-7"); a.ID != amp.ID || a.Title != bridgeTitle || len(a.Sources) != 1 || d.article("/news/bridge-7").StoryID != amp.StoryID {
			t.Errorf("the page under its own address, in other words: %+v", a)
		}
		if a := d.article("/news/library-3?utm_source=a"); len(a.Sources) != 0 || p.read["/news/library-3"] != 1 {
			t.Errorf("the page under its own address: %+v, read %d times", a, p.read["/news/library-3"])
		}
		// Under a third one, and one whose page is known by its own address already.
		p.does(func() {
			p.feeds["/b"] = append(p.feeds["/b"], entry{path: "/m/bridge-7?from=rss", title: bridgeTitle, published: at})
			p.feeds["/a"] = append(p.feeds["/a"], entry{path: "/print/cheese-9", title: cheeseTitle, published: at})
		})
		d.turn()
		list := d.headlines()
		if len(list) != 3 {
			t.Errorf("%d stories", len(list))
		}
		for _, h := range list {
			if a, err := d.Store.Article(t.Context(), h.ID); err != nil || slices.ContainsFunc(a.Sources, func(r store.SourceRef) bool { return r.SourceID == a.SourceID }) {
				t.Errorf("a source is another one of itself: %+v, %v", a.Sources, err)
			}
			if strings.Contains(h.Link, "bridge") && h.ID != amp.ID || strings.Contains(h.Link, "/print/") {
				t.Errorf("a story is not told by what came first: %+v", h)
			}
		}
		// Long after, when nothing but the address says so: what is recognised by its text is forgotten.
		d.pass(6 * 24 * time.Hour)
		d.run("prune")
		p.does(func() {
			p.feeds["/b"] = append(p.feeds["/b"], entry{path: "/print/bridge-7", title: bridgeTitle, published: at})
			p.pages["/print/bridge-7"] = page{p.canonical("/news/bridge-7"), bridgeTitle, bridgeText}
		})
		began := d.clock()
		d.turn()
		if a := d.article("/print/bridge-7"); a.StoryID != amp.StoryID || len(d.headlines()) != 3 {
			t.Errorf("long after: %d stories, %+v", len(d.headlines()), a)
		}
		if news, _, err := d.Store.Headlines(t.Context(), store.NewsQuery{Since: began, Limit: 10}); err != nil || len(news) != 0 {
			t.Errorf("it is news: %+v, %v", news, err)
		}
		d.calm()
	})
}

// What a page claims to be is believed only as far as the texts bear it out.
func TestHostileAddresses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, openStore func() *store.Store) {
		d, p, other := openOn(t, openStore()), newPress(t), newPress(t)
		d.reads("ru", map[string]string{"a": p.web.URL + "/a", "other": other.web.URL + "/rss"})
		at := d.clock().Add(-time.Hour)
		one := p.canonical("/news/the-one-page-1")
		p.does(func() {
			p.feeds["/a"] = []entry{{path: "/news/bridge-7", title: bridgeTitle, published: at}, {path: "/news/library-3", title: libraryTitle, published: at}}
			p.pages["/news/bridge-7"] = page{one, bridgeTitle, bridgeText}
			p.pages["/news/library-3"] = page{one, libraryTitle, libraryText}
		})
		other.does(func() {
			other.feeds["/rss"] = []entry{
				{path: "/stolen-1", title: cheeseTitle, published: at},              // another's address, and its own text
				{path: "/loop-1", title: "Тигры вернулись в Балхаш", published: at}, // each says that it is the other
				{path: "/loop-2", title: "Яблоки Алматы подешевели вдвое", published: at},
				{path: "/odd-1", title: "Снег закрыл перевал Алтын-Эмель", published: at},
			}
			other.pages["/stolen-1"] = page{p.canonical("/news/bridge-7"), cheeseTitle, cheeseText}
			other.pages["/loop-1"] = page{other.canonical("/loop-2"), "Тигры вернулись в Балхаш", strings.Repeat("Двух тигров выпустили у озера Балхаш, за ними следят по ошейникам. ", 6)}
			other.pages["/loop-2"] = page{other.canonical("/loop-1"), "Яблоки Алматы подешевели вдвое", strings.Repeat("Урожай апорта удался, и на базарах просят двести тенге за килограмм. ", 6)}
			other.pages["/odd-1"] = page{`<link rel="canonical" href="javascript:alert(1)">`, "Снег закрыл перевал Алтын-Эмель", strings.Repeat("Трассу через перевал закрыли до утра, автобусы повернули в объезд. ", 6)}
		})
		d.run("poll", "texts")
		d.turn()
		single := func(what string, want int) {
			t.Helper()
			list := d.headlines()
			if len(list) != want {
				t.Errorf("%s: %d stories, want %d", what, len(list), want)
			}
			for _, h := range list {
				if a, err := d.Store.Article(t.Context(), h.ID); err != nil || len(a.Sources) != 0 {
					t.Errorf("%s: %q is told by others, too: %+v, %v", what, h.Title, a.Sources, err)
				}
			}
		}
		single("at first", 6)
		// What is at that one address is an article of its own; as is what another site has there.
		p.does(func() {
			p.feeds["/a"] = append(p.feeds["/a"], entry{path: "/news/the-one-page-1", title: "Озеро Кобейтуз снова стало розовым", published: at})
			p.pages["/news/the-one-page-1"] = page{one, "Озеро Кобейтуз снова стало розовым", strings.Repeat("Соль и водоросли окрасили озеро Кобейтуз, учёные просят не входить в воду. ", 6)}
		})
		d.turn()
		single("the one page", 7)

		// A reprint says where it is from: one story of two sources, and two articles.
		other.does(func() {
			other.feeds["/rss"] = append(other.feeds["/rss"], entry{path: "/reprint-1", title: "Переправа заработала: что известно", published: at})
			other.pages["/reprint-1"] = page{p.canonical("/news/bridge-7"), "Переправа заработала: что известно", bridgeText}
		})
		d.turn()
		if a := d.article("/news/bridge-7"); len(a.Sources) != 1 || a.Sources[0].SourceID != "other" || a.SourceID != "a" {
			t.Errorf("the reprint: %+v", a)
		}
		// When the reprint comes first, what it says it is from is its source's nevertheless.
		const camels, camelsText = "Караван верблюдов пересёк Бетпак-Далу", "Девять верблюдов и четверо погонщиков прошли Бетпак-Далу за двадцать один день, от Балхаша до Жезказгана.\n" +
			"Последний раз этой дорогой вели караван в тысяча девятьсот сорок первом году, рассказал краевед Марат Исаев.\nВоду брали из колодцев по карте, которой сто лет."
		other.does(func() {
			other.feeds["/rss"] = append(other.feeds["/rss"], entry{path: "/reprint-2", title: camels, published: at})
			other.pages["/reprint-2"] = page{p.canonical("/news/camels-2"), camels, camelsText}
		})
		d.turn()
		p.does(func() {
			p.feeds["/a"] = append(p.feeds["/a"], entry{path: "/news/camels-2", title: camels, published: at})
			p.pages["/news/camels-2"] = page{p.canonical("/news/camels-2"), camels, camelsText}
		})
		d.turn()
		if a := d.article("/news/camels-2"); a.SourceID != "a" || len(a.Sources) != 1 || a.Sources[0].SourceID != "other" {
			t.Errorf("after its reprint: %+v", a)
		}

		// It does not take its source's place: what is listed there is its source's.
		p.does(func() {
			p.feeds["/a"] = slices.DeleteFunc(p.feeds["/a"], func(e entry) bool { return e.path == "/news/bridge-7" })
		})
		d.turn()
		if a := d.article("/news/bridge-7"); a.SourceID != "a" || len(d.headlines()) != 8 {
			t.Errorf("%d stories, %+v", len(d.headlines()), a)
		}
		d.calm()
	})
}
