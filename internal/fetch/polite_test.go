package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Of many requests to one host two run at a time, whatever page they are for;
// another host is not waited for.
func TestTwoAtOncePerHost(t *testing.T) {
	var running, most atomic.Int32
	release := make(chan struct{})
	busy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n := running.Add(1)
		defer running.Add(-1)
		for {
			m := most.Load()
			if n <= m || most.CompareAndSwap(m, n) {
				break
			}
		}
		<-release
	}))
	defer busy.Close()
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer other.Close()
	c := New(Options{AllowPrivate: true, Timeout: time.Minute})
	defer c.Close()

	var all sync.WaitGroup
	for i := range 10 {
		all.Go(func() {
			if _, err := c.Get(t.Context(), Request{URL: fmt.Sprintf("%s/%d", busy.URL, i)}); err != nil {
				t.Error(err)
			}
		})
	}
	for running.Load() < 2 {
		time.Sleep(time.Millisecond)
	}
	if _, err := c.Get(t.Context(), Request{URL: other.URL}); err != nil {
		t.Errorf("another host: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := c.Get(ctx, Request{URL: busy.URL, Timeout: time.Millisecond}); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrTimeout) {
		t.Errorf("the caller gave up in the line: %v", err)
	}
	close(release)
	all.Wait()
	if most.Load() != 2 {
		t.Errorf("%d requests at once, want 2", most.Load())
	}
	if n := len(c.queues.hosts); n != 0 {
		t.Errorf("%d hosts are remembered when nobody asks them", n)
	}
}

// Two sites that redirect to each other's hosts while both are full lock nobody out.
func TestRedirectLeavesItsPlace(t *testing.T) {
	var a, b *httptest.Server
	to := func(other **httptest.Server) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/there" {
				return
			}
			http.Redirect(w, r, (*other).URL+"/there", http.StatusFound)
		}
	}
	a, b = httptest.NewServer(to(&b)), httptest.NewServer(to(&a))
	defer a.Close()
	defer b.Close()
	c := New(Options{AllowPrivate: true, PerHost: 1, Timeout: 10 * time.Second})
	defer c.Close()
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			address := a.URL
			if i%2 == 0 {
				address = b.URL
			}
			if _, err := c.Get(t.Context(), Request{URL: address}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestSpacing(t *testing.T) {
	u, err := url.Parse("https://news.example/rss")
	if err != nil {
		t.Fatal(err)
	}
	loopback, err := url.Parse("http://127.0.0.1:8080/rss")
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		q := &queues{perHost: 2, spacing: time.Second, hosts: map[string]*hostQueue{}}
		start := time.Now()
		for i, want := range []time.Duration{0, time.Second, 2 * time.Second} {
			var place turn
			if err := q.move(t.Context(), &place, u); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(start); took != want {
				t.Errorf("request %d begins after %v, want %v", i+1, took, want)
			}
			place.end()
		}
		var place turn
		start = time.Now()
		for range 3 {
			if err := q.move(t.Context(), &place, loopback); err != nil {
				t.Fatal(err)
			}
		}
		place.end()
		if took := time.Since(start); took != 0 {
			t.Errorf("loopback was spared %v", took)
		}
	})
}

func TestMoved(t *testing.T) {
	mux := http.NewServeMux()
	hop := func(from, to string, code int) {
		mux.HandleFunc(from, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, code) })
	}
	mux.HandleFunc("/end", func(http.ResponseWriter, *http.Request) {})
	hop("/301", "/end", 301)
	hop("/308", "/301", 308)
	hop("/302", "/end", 302)
	hop("/301-302", "/302", 301)
	hop("/302-301", "/301", 302)
	s := httptest.NewServer(mux)
	defer s.Close()
	c := New(Options{AllowPrivate: true})
	defer c.Close()
	for from, want := range map[string]string{"/end": "", "/301": "/end", "/308": "/end", "/302": "", "/301-302": "/302", "/302-301": ""} {
		r, err := c.Get(t.Context(), Request{URL: s.URL + from})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimPrefix(r.Moved, s.URL); got != want || !strings.HasSuffix(r.URL, "/end") {
			t.Errorf("%s: moved to %q, want %q; read %s", from, got, want, r.URL)
		}
	}
}

func TestFresh(t *testing.T) {
	now := time.Date(2026, time.November, 23, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name   string
		header http.Header
		want   time.Duration
	}{
		{"nothing said", http.Header{}, 0},
		{"max-age", http.Header{"Cache-Control": {"public, max-age=1800"}}, 30 * time.Minute},
		{"quoted, capitals", http.Header{"Cache-Control": {`Public, Max-Age="600"`}}, 10 * time.Minute},
		{"in two headers", http.Header{"Cache-Control": {"public", "max-age=60"}}, time.Minute},
		{"part of it is over", http.Header{"Cache-Control": {"max-age=1800"}, "Age": {"1500"}}, 5 * time.Minute},
		{"not to be kept", http.Header{"Cache-Control": {"no-cache, max-age=600"}}, 0},
		{"outranks Expires", http.Header{"Cache-Control": {"max-age=60"}, "Expires": {"Mon, 23 Nov 2026 12:00:00 GMT"}}, time.Minute},
		{"Expires", http.Header{"Expires": {"Mon, 23 Nov 2026 09:20:00 GMT"}}, 20 * time.Minute},
		{"Expires by the server's clock", http.Header{"Expires": {"Mon, 23 Nov 2026 09:20:00 GMT"}, "Date": {"Mon, 23 Nov 2026 09:15:00 GMT"}}, 5 * time.Minute},
		{"Expires at once", http.Header{"Expires": {"0"}}, 0},
		{"Expires long ago", http.Header{"Expires": {"Thu, 01 Jan 1970 00:00:00 GMT"}}, 0},
		{"nonsense", http.Header{"Cache-Control": {"max-age=soon"}}, 0},
		{"negative", http.Header{"Cache-Control": {"max-age=-5"}}, 0},
		{"beyond all", http.Header{"Cache-Control": {"max-age=9223372036854775807"}}, maxFresh},
	} {
		if got := (&Response{Header: c.header}).Fresh(now); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
