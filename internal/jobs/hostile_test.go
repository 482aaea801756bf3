package jobs

import (
	"compress/gzip"
	"context"
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

// hostile are sources that want to cost others something: what each does, and for
// which reason it has to be left.
var hostile = []struct {
	name   string
	reason feed.Reason
	most   int64 // bytes that it may get rid of in one answer; 0: any
	hops   int64 // requests that it may make of a reading; 0: any
	answer http.HandlerFunc
}{
	{"hang", feed.ReasonNoAnswer, 0, 0, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
	{"drip", feed.ReasonNoAnswer, 0, 0, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			fmt.Fprint(w, "<")                    //nolint:errcheck // a test server
			http.NewResponseController(w).Flush() //nolint:errcheck // a test server
			time.Sleep(50 * time.Millisecond)
		}
	}},
	{"flood", feed.ReasonLarge, 16 << 20, 0, func(w http.ResponseWriter, r *http.Request) {
		block := []byte(strings.Repeat("<item><title>a</title></item>", 10_000))
		for r.Context().Err() == nil {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	}},
	{"circle", feed.ReasonRedirects, 0, 6, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
	}},
	{"bomb", feed.ReasonLarge, 0, 0, func(w http.ResponseWriter, _ *http.Request) { zeros(w, 1<<30) }},
	{"break", feed.ReasonUnreachable, 0, 0, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
	{"inside", feed.ReasonPrivate, 0, 0, func(w http.ResponseWriter, r *http.Request) {
		// Where nobody is: were it let through, the test would bother no one.
		http.Redirect(w, r, "http://169.254.77.77/latest/meta-data/", http.StatusFound)
	}},
	{"deep", feed.ReasonOther, 0, 0, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "<rss><channel>"+strings.Repeat("<a>", 100_000)) //nolint:errcheck // a test server
	}},
}

// counted counts what a server gets rid of.
type counted struct {
	http.ResponseWriter
	n int64
}

func (c *counted) Write(b []byte) (int, error) {
	n, err := c.ResponseWriter.Write(b)
	c.n += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the writer.
func (c *counted) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// Sources that hang, drip, flood, redirect for ever, unpack to a gigabyte, break off
// or point into the private network, and a host with more of them than are read at
// once, cost the others nothing: while they are polled the others come in as ever, on
// time, and with little memory; and each is left for its own reason.
func TestHostileSourcesCostOthersNothing(t *testing.T) {
	d := open(t)
	var list []feed.Source
	most, asked := make([]atomic.Int64, len(hostile)), make([]atomic.Int64, len(hostile))
	add := func(name string, answer http.HandlerFunc, sources int) {
		s := httptest.NewServer(answer)
		t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
		for n := range sources {
			id := fmt.Sprintf("%s-%d", name, n)
			list = append(list, feed.Source{ID: id, Title: id, URL: s.URL + "/" + id, Kind: feed.KindFeed})
		}
	}
	const hosts, perHost = 2, 2
	for k, h := range hostile {
		for i := range hosts {
			add(fmt.Sprintf("%s-%d", h.name, i), func(w http.ResponseWriter, r *http.Request) {
				asked[k].Add(1)
				c := &counted{ResponseWriter: w}
				defer func() {
					for n := most[k].Load(); c.n > n && !most[k].CompareAndSwap(n, c.n); n = most[k].Load() {
					}
				}()
				h.answer(c, r)
			}, perHost)
		}
	}
	// A host with more sources that hang than are read at once is asked in a line of its own.
	var together, atOnce atomic.Int64
	crowd := len(list)
	add("crowd", func(_ http.ResponseWriter, r *http.Request) {
		n := together.Add(1)
		defer together.Add(-1)
		for m := atOnce.Load(); n > m && !atOnce.CompareAndSwap(m, n); m = atOnce.Load() {
		}
		<-r.Context().Done()
	}, 2*pollsAtOnce)
	// Hostile sources come first: they are due longest, those of the crowd before all.
	_, _, err := d.Store.ImportSources(t.Context(), d.clock().Add(-time.Hour), list[:crowd])
	d.must(err)
	_, _, err = d.Store.ImportSources(t.Context(), d.clock().Add(-2*time.Hour), list[crowd:])
	d.must(err)
	client := fetch.New(fetch.Options{AllowPrivate: true, Timeout: 3 * time.Second})
	t.Cleanup(client.Close)
	d.Feeds = feed.NewReader(client, almaty, d.clock)

	memory := watchHeap()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	defer func() { // whatever happened, nothing of it outlives the test
		cancel()
		<-ended
	}()
	start := time.Now()
	polled := make(chan error, 1)
	go func() { polled <- d.poll(ctx) }()
	go func() {
		defer close(ended)
		<-ctx.Done()
		d.polls.wait()
	}()
	until := func(what string, limit time.Duration, ok func() bool) {
		t.Helper()
		for !ok() && time.Since(start) < limit {
			time.Sleep(20 * time.Millisecond)
		}
		if !ok() {
			t.Errorf("after %v: %s", time.Since(start).Round(time.Second), what)
		}
	}
	for _, s := range []string{"kurier", "dala", "shugyla", "steppepost", "ledger"} {
		// A busy machine takes its time to unpack the bombs; it is not to wait for all that hangs.
		until(s+" is not read beside them", 20*time.Second, func() bool { return !d.source(s).LastOKAt.IsZero() })
		if src := d.source(s); src.Failures > 0 {
			t.Errorf("%s: %s", s, src.LastError)
		}
	}
	others := time.Since(start)
	for i, s := range list[:crowd] {
		want := hostile[i/(hosts*perHost)].reason
		until(s.ID+" has not been left", 30*time.Second, func() bool { return d.source(s.ID).Failures > 0 })
		src := d.source(s.ID)
		// On a busy machine its time may be over before it has shown what it is.
		late := want != feed.ReasonPrivate && src.Reason == feed.ReasonNoAnswer
		if src.Failures != 1 || src.Reason != want && !late {
			t.Errorf("%s: %d failures, %s, want %s: %q", s.ID, src.Failures, src.Reason, want, src.LastError)
		}
	}
	for k, h := range hostile {
		if n := most[k].Load(); h.most > 0 && n > h.most {
			t.Errorf("%s got rid of %d KB in one answer", h.name, n>>10)
		}
		if n := asked[k].Load(); h.hops > 0 && n > h.hops*hosts*perHost {
			t.Errorf("%s was asked %d times for %d readings", h.name, n, hosts*perHost)
		}
	}
	select {
	case err := <-polled:
		d.must(err)
	case <-time.After(10 * time.Second):
		t.Fatal("the round still waits for those that hang")
	}
	// The next round finds what is due meanwhile, though the crowd is not done.
	d.pass(25 * time.Hour)
	before := d.source("kurier").LastOKAt
	d.must(d.poll(ctx))
	until("the next round reads nothing while a crowd hangs", time.Since(start)+10*time.Second, func() bool { return d.source("kurier").LastOKAt.After(before) })
	if together.Load() == 0 {
		t.Error("the crowd has been done too early to show anything")
	}
	if n := atOnce.Load(); n > 2*pollsPerHost { // a server notices late that one has gone
		t.Errorf("%d of a host are read at once", n)
	}
	const bound = 512 << 20
	n := memory()
	if n > bound {
		t.Errorf("%d MB of memory at most", n>>20)
	}
	t.Logf("others after %v, all after %v, %d MB at most", others.Round(time.Millisecond), time.Since(start).Round(time.Millisecond), n>>20)
}

// watchHeap follows the memory in use, and returns the most that it was.
func watchHeap() (most func() uint64) {
	var peak uint64
	stop, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc)
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() uint64 { close(stop); <-watched; return peak }
}
