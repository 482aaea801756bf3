package jobs

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"newsbot/internal/article"
	"newsbot/internal/feed"
	"newsbot/internal/fetch"
	"newsbot/internal/rates"
	"newsbot/internal/sandbox/newsroom"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

var almaty = time.FixedZone("+05", 5*60*60)

// monday is a working day, noon in Almaty.
var monday = time.Date(2026, time.November, 23, 12, 0, 0, 0, almaty)

// desk is the real jobs over a real database and the sample newsroom.
type desk struct {
	*testing.T
	*Jobs
	room *newsroom.Newsroom
	log  *logged
	now  atomic.Int64

	digests  atomic.Pointer[func(context.Context) (int, error)] // what the digests job does
	progress atomic.Int32                                       // how often its job ran
	woken    atomic.Int32

	mu       sync.Mutex
	requests []string                                          // paths and queries, in order
	answer   func(w http.ResponseWriter, r *http.Request) bool // instead of the newsroom, when it returns true
}

// logged keeps the log for assertions.
type logged struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) count(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.b.String(), text)
}

func open(t *testing.T) *desk {
	return openOn(t, storetest.Opener(t, storetest.Migrated(t, storetest.SQLite(t)))())
}

func openOn(t *testing.T, db *store.Store) *desk {
	t.Helper()
	d := &desk{T: t, log: &logged{}}
	d.set(monday)
	d.room = newsroom.New(d.clock)
	web := httptest.NewServer(http.StripPrefix("/newsroom", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.mu.Lock()
		d.requests = append(d.requests, r.URL.RequestURI())
		answer := d.answer
		d.mu.Unlock()
		if answer == nil || !answer(w, r) {
			d.room.Handler().ServeHTTP(w, r)
		}
	})))
	t.Cleanup(web.Close)
	d.room.SetBase(web.URL + "/newsroom")
	sources, err := feed.ReadSources(bytes.NewReader(d.room.Sources()))
	d.must(err)
	_, _, err = db.ImportSources(t.Context(), d.clock(), sources)
	d.must(err)
	client := fetch.New(fetch.Options{AllowPrivate: true})
	t.Cleanup(client.Close)
	d.Jobs = New(Options{
		Store: db, Feeds: feed.NewReader(client, almaty, d.clock), Pages: client,
		Extractor: article.NewExtractor(4, 20*time.Second), Bank: rates.NewBank(client, rates.Book{}, d.room.RatesURL()),
		Digests: func(ctx context.Context) (int, error) {
			if f := d.digests.Load(); f != nil {
				return (*f)(ctx)
			}
			return 0, nil
		},
		Progress: func(context.Context) error { d.progress.Add(1); return nil },
		Rights:   func(context.Context) error { return nil },
		Wake:     func() { d.woken.Add(1) },
		Now:      d.clock, Zone: almaty, PollInterval: 5 * time.Minute,
		Log: slog.New(slog.NewTextHandler(d.log, nil)),
	})
	d.pause = 0
	return d
}

func (d *desk) clock() time.Time      { return time.Unix(0, d.now.Load()) }
func (d *desk) set(now time.Time)     { d.now.Store(now.UnixNano()) }
func (d *desk) pass(dt time.Duration) { d.now.Add(int64(dt)) }

func (d *desk) run(names ...string) {
	d.Helper()
	d.RunNow(d.Context(), names...)
}

func (d *desk) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (d *desk) answers(f func(w http.ResponseWriter, r *http.Request) bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answer = f
}

// asked returns the requests since it was last called whose path or query has part.
func (d *desk) asked(part string) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	found := slices.DeleteFunc(d.requests, func(r string) bool { return !strings.Contains(r, part) })
	d.requests = nil
	return found
}

func (d *desk) doesDigests(f func(context.Context) (int, error)) { d.digests.Store(&f) }

// calm fails when the log has an error.
func (d *desk) calm() {
	d.Helper()
	if d.log.count("level=ERROR") > 0 {
		d.Errorf("errors in the log:\n%s", d.log.b.String())
	}
}

func (d *desk) source(id string) store.SourceStatus {
	d.Helper()
	all, err := d.Store.Sources(d.Context())
	d.must(err)
	i := slices.IndexFunc(all, func(s store.SourceStatus) bool { return s.ID == id })
	if i < 0 {
		d.Fatalf("no source %s", id)
	}
	return all[i]
}

// headlines are all stories there are.
func (d *desk) headlines() []store.Headline {
	d.Helper()
	list, _, err := d.Store.Headlines(d.Context(), store.NewsQuery{Limit: 1000})
	d.must(err)
	return list
}

// article returns the one stored article whose link has part.
func (d *desk) article(part string) store.Article {
	d.Helper()
	for _, h := range d.headlines() {
		a, err := d.Store.Article(d.Context(), h.ID)
		d.must(err)
		if strings.Contains(a.Link, part) {
			return a
		}
		for _, other := range a.Sources {
			o, err := d.Store.Article(d.Context(), other.ArticleID)
			d.must(err)
			if strings.Contains(o.Link, part) {
				return o
			}
		}
	}
	d.Fatalf("no article at %s", part)
	return store.Article{}
}
