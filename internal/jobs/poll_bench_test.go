package jobs

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"newsbot/internal/article"
	"newsbot/internal/feed"
	"newsbot/internal/fetch"
	"newsbot/internal/rates"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

// BenchmarkPollRound is one round over 5,000 sources on 250 hosts of this machine,
// of which nine in ten answer that nothing has changed: the time that it takes, the
// CPU of it (the server's included, as it is the same process) and the peak of memory.
func BenchmarkPollRound(b *testing.B) {
	const sources, hosts, perFeed = 5000, 250, 10
	var round atomic.Int64
	var asked, unchanged atomic.Int64
	listener, err := net.Listen("tcp4", "0.0.0.0:0")
	if err != nil {
		b.Fatal(err)
	}
	web := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		var n int
		if _, err := fmt.Sscanf(r.URL.Path, "/%d", &n); err != nil {
			http.NotFound(w, r)
			return
		}
		version := int64(0)
		if n%10 == 0 {
			version = round.Load()
		}
		tag := fmt.Sprintf(`"%d-%d"`, n, version)
		w.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			unchanged.Add(1)
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, `<rss version="2.0"><channel><title>Source</title>`) //nolint:errcheck // a test server
		for i := range perFeed {
			fmt.Fprintf(w, `<item><title>Новость %d источника %d</title><link>http://%s/%d/%d/%d</link><description>%s</description></item>`, //nolint:errcheck // a test server
				i, n, r.Host, n, version, i, strings.Repeat("Текст новости. ", 20))
		}
		fmt.Fprint(w, `</channel></rss>`) //nolint:errcheck // a test server
	})}
	go web.Serve(listener) //nolint:errcheck // ends with Close
	defer web.Close()      //nolint:errcheck // a test server
	port := listener.Addr().(*net.TCPAddr).Port

	for _, engine := range []struct {
		name string
		open func(testing.TB) string
	}{{"sqlite", storetest.SQLite}, {"postgres", storetest.Postgres}} {
		b.Run(engine.name, func(b *testing.B) {
			db := storetest.Opener(b, engine.open(b))()
			var now atomic.Int64
			now.Store(monday.UnixNano())
			clock := func() time.Time { return time.Unix(0, now.Load()) }
			list := make([]feed.Source, sources)
			for i := range list {
				list[i] = feed.Source{ID: fmt.Sprintf("s%d", i), Title: "S", Kind: feed.KindFeed, URL: fmt.Sprintf("http://127.0.1.%d:%d/%d", i%hosts+1, port, i)}
			}
			if _, _, err := db.ImportSources(b.Context(), clock(), list); err != nil {
				b.Fatal(err)
			}
			client := fetch.New(fetch.Options{AllowPrivate: true})
			defer client.Close()
			j := New(Options{
				Store: db, Feeds: feed.NewReader(client, almaty, clock), Pages: client, Extractor: article.NewExtractor(1, time.Second),
				Bank: rates.NewBank(client, rates.Book{}, ""), Wake: func() {}, Now: clock, Zone: almaty, PollInterval: 5 * time.Minute, Log: slog.New(slog.DiscardHandler),
			})
			j.RunNow(b.Context(), "poll") // the first reading is of everything
			for b.Loop() {
				round.Add(1)
				now.Add(int64(48 * time.Hour)) // all are due
				asked.Store(0)
				unchanged.Store(0)
				stop, peak := watchMemory()
				start, before := time.Now(), cpu(b)
				j.RunNow(b.Context(), "poll")
				took, used := time.Since(start), cpu(b)-before
				stop()
				if asked.Load() != sources || unchanged.Load() != sources*9/10 {
					b.Fatalf("%d asked, %d unchanged", asked.Load(), unchanged.Load())
				}
				b.ReportMetric(took.Seconds(), "s/round")
				b.ReportMetric(used.Seconds(), "cpu-s/round")
				b.ReportMetric(float64(peak.Load())/(1<<20), "MB-peak")
			}
			for _, s := range must(db.Sources(b.Context()))(b) {
				if s.Failures > 0 {
					b.Fatalf("%s: %s", s.ID, s.LastError)
				}
			}
		})
	}
}

func must(list []store.SourceStatus, err error) func(testing.TB) []store.SourceStatus {
	return func(t testing.TB) []store.SourceStatus {
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
}

// cpu is the processor time that this process has used.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// watchMemory follows the heap until it is told to stop.
func watchMemory() (stop func(), peak *atomic.Uint64) {
	peak = &atomic.Uint64{}
	done, ended := make(chan struct{}), make(chan struct{})
	runtime.GC()
	go func() {
		defer close(ended)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak.Store(max(peak.Load(), m.HeapInuse+m.StackInuse))
			select {
			case <-done:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	}()
	return func() { close(done); <-ended }, peak
}
