package jobs

import (
	"compress/gzip"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"newsbot/internal/feed"
	"newsbot/internal/fetch"
)

// zeros writes n bytes of zeros, compressed: a thousandth of that travels.
func zeros(w http.ResponseWriter, n int) {
	w.Header().Set("Content-Encoding", "gzip")
	zw := gzip.NewWriter(w)
	block := make([]byte, 1<<20)
	for range n / len(block) {
		if _, err := zw.Write(block); err != nil {
			return // the reader has gone, as it should
		}
	}
	_ = zw.Close()
}

// Sources that hang, drip, flood, redirect for ever, unpack to a gigabyte, break off
// or point into the private network cost the others nothing: while they are polled
// the others come in as ever, on time, and with little memory.
func TestHostileSourcesCostOthersNothing(t *testing.T) {
	d := open(t)
	hostile := map[string]http.HandlerFunc{
		"hang": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"drip": func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				fmt.Fprint(w, "<")                    //nolint:errcheck // a test server
				http.NewResponseController(w).Flush() //nolint:errcheck // a test server
				time.Sleep(50 * time.Millisecond)
			}
		},
		"flood": func(w http.ResponseWriter, r *http.Request) {
			block := []byte(strings.Repeat("<item><title>a</title></item>", 10_000))
			for r.Context().Err() == nil {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		},
		"circle": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path+"x", http.StatusFound) },
		"bomb":   func(w http.ResponseWriter, _ *http.Request) { zeros(w, 1<<30) },
		"break":  func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"inside": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusFound)
		},
		"deep": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, "<rss><channel>"+strings.Repeat("<a>", 100_000))
		}, //nolint:errcheck // a test server
	}
	var list []feed.Source
	for name, handler := range hostile {
		for i := range 3 { // more than a host's places
			s := httptest.NewServer(handler)
			t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
			for n := range 2 {
				id := fmt.Sprintf("%s-%d-%d", name, i, n)
				list = append(list, feed.Source{ID: id, Title: id, URL: s.URL + "/" + id, Kind: feed.KindFeed})
			}
		}
	}
	// Hostile sources come first: they are due longest.
	_, _, err := d.Store.ImportSources(t.Context(), d.clock().Add(-time.Hour), list)
	d.must(err)
	client := fetch.New(fetch.Options{AllowPrivate: true, Timeout: 3 * time.Second})
	t.Cleanup(client.Close)
	d.Feeds = feed.NewReader(client, almaty, d.clock)

	var most atomic.Uint64
	stop, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapAlloc))
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	start := time.Now()
	if err := d.poll(t.Context()); err != nil {
		t.Error(err)
	}
	for _, s := range []string{"kurier", "dala", "shugyla", "steppepost", "ledger"} {
		// A busy machine takes its time to unpack the bombs; it is not to wait for all that hangs.
		for d.source(s).LastOKAt.IsZero() && time.Since(start) < 20*time.Second {
			time.Sleep(20 * time.Millisecond)
		}
		if src := d.source(s); src.LastOKAt.IsZero() || src.Failures > 0 {
			t.Errorf("%s was not read beside them: %q", s, src.LastError)
		}
	}
	d.polls.wait()
	if took := time.Since(start); took > 40*time.Second {
		t.Errorf("all of them took %v", took)
	}
	close(stop)
	<-watched
	for _, s := range list {
		if src := d.source(s.ID); src.Failures != 1 {
			t.Errorf("%s: %d failures, %q", s.ID, src.Failures, src.LastError)
		}
	}
	const bound = 512 << 20
	if n := most.Load(); n > bound {
		t.Errorf("%d MB of memory at most", n>>20)
	}
	t.Logf("%v, %d MB at most", time.Since(start).Round(time.Millisecond), most.Load()>>20)
}
