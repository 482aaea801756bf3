package feed

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"newsbot/internal/fetch"
)

// newReader starts a server and a reader that may read it.
func newReader(t *testing.T, h http.Handler) (*httptest.Server, *Reader) {
	t.Helper()
	s := httptest.NewServer(h)
	c := fetch.New(fetch.Options{AllowPrivate: true, Timeout: 2 * time.Second})
	t.Cleanup(func() {
		c.Close()
		s.CloseClientConnections()
		s.Close()
	})
	return s, NewReader(c, almaty, func() time.Time { return testNow })
}

func TestFetchConditional(t *testing.T) {
	body, hits := read(t, "rss.xml"), 0
	s, r := newReader(t, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		hits++
		if !strings.Contains(req.Header.Get("Accept"), "application/rss+xml") {
			t.Errorf("Accept: %s", req.Header.Get("Accept"))
		}
		w.Header().Set("ETag", `"one"`)
		w.Header().Set("Last-Modified", "Mon, 06 Apr 2026 05:00:00 GMT")
		if req.Header.Get("If-None-Match") == `"one"` && req.Header.Get("If-Modified-Since") != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Write(body) //nolint:errcheck // a test server
	}))
	src := Source{ID: "a", URL: s.URL + "/rss"}
	first, err := r.Fetch(t.Context(), src, State{})
	if err != nil {
		t.Fatal(err)
	}
	if len(first.Feed.Items) != 7 || first.NotModified || first.State.ETag != `"one"` || first.State.LastModified == "" || first.URL != src.URL {
		t.Errorf("%+v", first)
	}
	if link := first.Feed.Items[0].Link; link != s.URL+"/news/1?utm_source=rss" {
		t.Errorf("relative link became %s", link)
	}
	again, err := r.Fetch(t.Context(), src, first.State)
	if err != nil || !again.NotModified || again.State != first.State || len(again.Feed.Items) != 0 || hits != 2 {
		t.Errorf("%+v, %v after %d requests", again, err, hits)
	}
}

func TestFetchMoved(t *testing.T) {
	mux := http.NewServeMux()
	mux.Handle("/old", http.RedirectHandler("/new/rss", http.StatusMovedPermanently))
	mux.HandleFunc("/new/rss", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<rss><channel><item><title>t</title><link>1</link></item></channel></rss>`) //nolint:errcheck // a test server
	})
	s, r := newReader(t, mux)
	got, err := r.Fetch(t.Context(), Source{ID: "a", URL: s.URL + "/old"}, State{})
	if err != nil || got.URL != s.URL+"/new/rss" || got.Feed.Items[0].Link != s.URL+"/new/1" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestFetchFails(t *testing.T) {
	for _, tt := range []struct {
		name string
		h    http.HandlerFunc
		want error
	}{
		{"a page instead", func(w http.ResponseWriter, _ *http.Request) {
			w.Write([]byte("<!doctype html><title>Checking your browser</title>")) //nolint:errcheck // a test server
		}, ErrHTML},
		{"hangs", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, fetch.ErrTimeout},
		{"binary", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte{0x89, 0, 0, 1}) }, ErrBinary}, //nolint:errcheck // a test server
		{"a gigabyte", func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
		}, fetch.ErrTooLarge},
		{"nothing", func(http.ResponseWriter, *http.Request) {}, ErrNotFeed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, r := newReader(t, tt.h)
			got, err := r.Fetch(t.Context(), Source{ID: "slug", URL: s.URL}, State{ETag: "x"})
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), "slug") {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
	for _, code := range []int{204, 206, 403, 404, 429, 503} {
		s, r := newReader(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }))
		_, err := r.Fetch(t.Context(), Source{ID: "slug", URL: s.URL}, State{})
		if status, ok := errors.AsType[*fetch.StatusError](err); !ok || status.Code != code {
			t.Errorf("%d: %v", code, err)
		}
	}
	t.Run("cancelled", func(t *testing.T) {
		s, r := newReader(t, http.NotFoundHandler())
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := r.Fetch(ctx, Source{URL: s.URL}, State{}); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

func TestFetchSitemapIndex(t *testing.T) {
	var asked []string
	mux := http.NewServeMux()
	mux.HandleFunc("/index.xml", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"i"`)
		fmt.Fprint(w, `<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>/pages.xml</loc><lastmod>2026-04-06</lastmod></sitemap>
<sitemap><loc>/news-old.xml</loc><lastmod>2026-04-01</lastmod></sitemap>
<sitemap><loc>/news-broken.xml</loc><lastmod>2026-04-06</lastmod></sitemap>
<sitemap><loc>/news-new.xml</loc><lastmod>2026-04-05</lastmod></sitemap></sitemapindex>`) //nolint:errcheck // a test server
	})
	for _, name := range []string{"/pages.xml", "/news-old.xml", "/news-new.xml"} {
		mux.HandleFunc(name, func(w http.ResponseWriter, req *http.Request) {
			asked = append(asked, req.URL.Path)
			w.Write(read(t, "news-sitemap.xml")) //nolint:errcheck // a test server
		})
	}
	s, r := newReader(t, mux)
	got, err := r.Fetch(t.Context(), Source{ID: "map", URL: s.URL + "/index.xml", Kind: KindSitemap}, State{})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Feed.Items) != 2 || got.State != (State{}) || strings.Join(asked, " ") != "/news-new.xml" {
		t.Errorf("%+v after %v", got, asked)
	}
	direct, err := r.Fetch(t.Context(), Source{ID: "map", URL: s.URL + "/news-old.xml", Kind: KindSitemap}, State{})
	if err != nil || len(direct.Feed.Items) != 2 {
		t.Errorf("%+v, %v", direct, err)
	}
}
