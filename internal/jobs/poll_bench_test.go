package jobs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
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
// CPU of it and the peak of memory (the server's included, as it is the same
// process), beside 5,000 conditional GETs by net/http with as many connections.
func BenchmarkPollRound(b *testing.B) {
	const (
		sources, hosts, turns = 5000, 250, 3
		mostTime              = 8.0 // of the bare GETs, which parse and store nothing
		mostMemory            = 100 // MB
	)
	web := newUnchanging(b)
	list := make([]feed.Source, sources)
	for i := range list {
		list[i] = feed.Source{ID: fmt.Sprintf("s%d", i), Title: "S", Kind: feed.KindFeed, URL: fmt.Sprintf("http://127.0.1.%d:%d/%d", i%hosts+1, web.port, i)}
	}
	for _, engine := range []struct {
		name string
		open func(testing.TB) string
	}{{"sqlite", storetest.SQLite}, {"postgres", storetest.Postgres}} {
		b.Run(engine.name, func(b *testing.B) {
			db := storetest.Opener(b, engine.open(b))()
			var now atomic.Int64
			now.Store(monday.UnixNano())
			clock := func() time.Time { return time.Unix(0, now.Load()) }
			if _, _, err := db.ImportSources(b.Context(), clock(), list); err != nil {
				b.Fatal(err)
			}
			client := fetch.New(fetch.Options{AllowPrivate: true})
			defer client.Close()
			j := New(Options{
				Store: db, Feeds: feed.NewReader(client, almaty, clock), Pages: client, Extractor: article.NewExtractor(1, time.Second),
				Bank: rates.NewBank(client, rates.Book{}, ""), Wake: func() {}, Now: clock, Zone: almaty, PollInterval: 5 * time.Minute, Log: slog.New(slog.DiscardHandler),
			})
			poll := func() {
				if err := j.poll(b.Context()); err != nil {
					b.Fatal(err)
				}
				j.polls.wait() // a round that takes long goes on beside the next one
			}
			poll() // the first reading is of everything
			bare := bareGets{list: list, tags: map[string]string{}}
			bare.all(b)
			got := map[string][]spent{}
			for range b.N * turns { // in turns, so that the machine's moods meet all
				web.next()
				got["bare"] = append(got["bare"], web.measure(b, func() { bare.all(b) }))
				web.next()
				now.Add(int64(48 * time.Hour)) // all are due
				got["newsbot"] = append(got["newsbot"], web.measure(b, poll))
			}
			ref, m := middleOf(got["bare"]), middleOf(got["newsbot"])
			fmt.Printf("round over %d sources, bare GETs %5.2f s  %5.2f s of CPU  peak %3.0f MB\n", sources, ref.seconds, ref.cpu, ref.memory)
			times := m.seconds / ref.seconds
			fmt.Printf("round over %d sources, %-8s  %5.2f s, %.1f of bare (<= %.0f %s)  %5.2f s of CPU, %.1f of bare  peak %3.0f MB (<= %d %s)\n", sources, engine.name,
				m.seconds, times, mostTime, verdict(times <= mostTime), m.cpu, m.cpu/ref.cpu, m.memory, mostMemory, verdict(m.memory <= mostMemory))
			b.ReportMetric(m.seconds, "s/round")
			b.ReportMetric(m.cpu, "cpu-s/round")
			b.ReportMetric(m.memory, "MB-peak")
			for _, s := range must(db.Sources(b.Context()))(b) {
				if s.Failures > 0 {
					b.Fatalf("%s: %s", s.ID, s.LastError)
				}
			}
		})
	}
}

func verdict(holds bool) string {
	if holds {
		return "holds"
	}
	return "MISSED"
}

// unchanging serves feeds of which one in ten changes with each round.
type unchanging struct {
	port                    int
	round, asked, unchanged atomic.Int64
}

func newUnchanging(b *testing.B) *unchanging {
	b.Helper()
	listener, err := net.Listen("tcp4", "0.0.0.0:0")
	if err != nil {
		b.Fatal(err)
	}
	u := &unchanging{port: listener.Addr().(*net.TCPAddr).Port}
	web := &http.Server{Handler: http.HandlerFunc(u.serve)}
	go web.Serve(listener)            //nolint:errcheck // ends with Close
	b.Cleanup(func() { web.Close() }) //nolint:errcheck // a test server
	return u
}

func (u *unchanging) serve(w http.ResponseWriter, r *http.Request) {
	const perFeed = 10
	u.asked.Add(1)
	var n int
	if _, err := fmt.Sscanf(r.URL.Path, "/%d", &n); err != nil {
		http.NotFound(w, r)
		return
	}
	version := int64(0)
	if n%10 == 0 {
		version = u.round.Load()
	}
	tag := fmt.Sprintf(`"%d-%d"`, n, version)
	w.Header().Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		u.unchanged.Add(1)
		w.WriteHeader(http.StatusNotModified)
		return
	}
	fmt.Fprint(w, `<rss version="2.0"><channel><title>Source</title>`) //nolint:errcheck // a test server
	for i := range perFeed {
		fmt.Fprintf(w, `<item><title>Новость %d источника %d</title><link>http://%s/%d/%d/%d</link><description>%s</description></item>`, //nolint:errcheck // a test server
			i, n, r.Host, n, version, i, strings.Repeat("Текст новости. ", 20))
	}
	fmt.Fprint(w, `</channel></rss>`) //nolint:errcheck // a test server
}

// next is another round: one feed in ten is new.
func (u *unchanging) next() {
	u.round.Add(1)
	u.asked.Store(0)
	u.unchanged.Store(0)
}

// spent is what a round took.
type spent struct{ seconds, cpu, memory float64 }

// measure asks everything once.
func (u *unchanging) measure(b *testing.B, round func()) spent {
	b.Helper()
	const sources = 5000
	stop, peak := watchMemory()
	start, before := time.Now(), cpu(b)
	round()
	took, used := time.Since(start), cpu(b)-before
	stop()
	if u.asked.Load() != sources || u.unchanged.Load() != sources*9/10 {
		b.Fatalf("%d asked, %d unchanged", u.asked.Load(), u.unchanged.Load())
	}
	return spent{took.Seconds(), used.Seconds(), float64(peak.Load()) / (1 << 20)}
}

// middleOf is the middle one of each.
func middleOf(all []spent) spent {
	middle := func(of func(spent) float64) float64 {
		var list []float64
		for _, s := range all {
			list = append(list, of(s))
		}
		slices.Sort(list)
		return list[len(list)/2]
	}
	return spent{
		middle(func(s spent) float64 { return s.seconds }), middle(func(s spent) float64 { return s.cpu }),
		middle(func(s spent) float64 { return s.memory }),
	}
}

// bareGets asks for what has changed, as little as a program can do.
type bareGets struct {
	list []feed.Source
	mu   sync.Mutex
	tags map[string]string
}

func (g *bareGets) all(b *testing.B) {
	b.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: pollsPerHost, MaxIdleConns: pollsAtOnce}}
	defer client.CloseIdleConnections()
	queue := make(chan string)
	var all sync.WaitGroup
	for range pollsAtOnce {
		all.Go(func() {
			for address := range queue {
				if err := g.one(b.Context(), client, address); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for _, src := range g.list {
		queue <- src.URL
	}
	close(queue)
	all.Wait()
}

func (g *bareGets) one(ctx context.Context, client *http.Client, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	g.mu.Lock()
	req.Header.Set("If-None-Match", g.tags[address])
	g.mu.Unlock()
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	g.mu.Lock()
	g.tags[address] = resp.Header.Get("ETag")
	g.mu.Unlock()
	return errors.Join(err, resp.Body.Close())
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
