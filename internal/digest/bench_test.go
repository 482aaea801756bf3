package digest

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"newsbot/internal/feed"
	"newsbot/internal/rates"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

// nineOClock fills a database with a day's news and a crowd whose digests are due at nine.
func nineOClock(b testing.TB, address string, chats int) (*store.Store, time.Time) {
	b.Helper()
	db := storetest.Opener(b, address)()
	nine := time.Date(2026, 4, 7, 9, 0, 0, 0, zone(b, "Asia/Almaty"))
	if _, _, err := db.ImportSources(b.Context(), nine, []feed.Source{{ID: "s", Title: "Source", URL: "http://127.0.0.1/", Kind: feed.KindFeed}}); err != nil {
		b.Fatal(err)
	}
	for i := range 300 {
		at := nine.Add(-time.Duration(i) * 5 * time.Minute)
		if _, err := db.RecordPoll(b.Context(), at, store.Poll{SourceID: "s", Items: []store.NewItem{{
			ID: fmt.Sprint("a", i), Link: fmt.Sprint("https://example.com/", i), Title: fmt.Sprintf("Заголовок новости номер %d о том, что случилось за ночь", i),
			Language: []string{"kk", "ru", "en"}[i%3], Topic: append(feed.Topics(), "")[i%9], PublishedAt: at,
		}}}); err != nil {
			b.Fatal(err)
		}
	}
	storetest.Morning(b, address, 1000, chats, nine)
	return db, nine
}

// BenchmarkPlan is nine o'clock: the digests of 100,000 chats are due in one
// minute. Meanwhile a reader's command is imitated by what it does to the
// database, twenty times a second; how long the slowest of a hundred waits is told.
func BenchmarkPlan(b *testing.B) {
	const chats = 100_000
	for _, engine := range []struct {
		name    string
		address func(testing.TB) string
	}{{"sqlite", storetest.SQLite}, {"postgres", storetest.Postgres}} {
		b.Run(engine.name, func(b *testing.B) {
			for range b.N {
				b.StopTimer()
				db, nine := nineOClock(b, engine.address(b), chats)
				runtime.GC()
				var before, peak runtime.MemStats
				runtime.ReadMemStats(&before)
				stop, took := make(chan struct{}), make(chan []time.Duration, 1)
				go func() {
					var waits []time.Duration
					tick := time.NewTicker(50 * time.Millisecond)
					defer tick.Stop()
					for i := int64(0); ; i++ {
						select {
						case <-stop:
							took <- waits
							return
						case <-tick.C:
						}
						start := time.Now()
						if err := readersCommand(b, db, nine, i); err != nil {
							b.Error(err)
						}
						waits = append(waits, time.Since(start))
						runtime.ReadMemStats(&peak)
					}
				}()
				b.StartTimer()
				start := time.Now()
				total := 0
				for {
					n, err := Plan(b.Context(), db, rates.Board{}, nine.Add(5*time.Second), quiet)
					if err != nil {
						b.Fatal(err)
					}
					if total += n; n == 0 {
						break
					}
				}
				elapsed := time.Since(start)
				close(stop)
				waits := <-took
				b.StopTimer()
				if want := chats - chats/20; total != want {
					b.Fatalf("planned %d, want %d", total, want)
				}
				slices.Sort(waits)
				p99 := waits[len(waits)*99/100]
				b.ReportMetric(elapsed.Seconds(), "s/100k")
				b.ReportMetric(float64(peak.HeapSys-peak.HeapReleased)/1e6, "heap-MB")
				b.ReportMetric(float64(p99.Microseconds())/1000, "p99-reader-ms")
				b.StartTimer()
			}
		})
	}
}

// readersCommand does what /news does to the database.
func readersCommand(b *testing.B, db *store.Store, now time.Time, i int64) error {
	ctx := b.Context()
	if _, err := db.KnownUpdate(ctx, i); err != nil {
		return err
	}
	c, _, err := db.TouchChat(ctx, now, store.Chat{ID: 1000 + 20*i, Kind: "private", Title: "Reader", Active: true})
	if err != nil {
		return err
	}
	if _, _, err := db.Headlines(ctx, store.NewsQuery{Languages: c.NewsLanguages, AsOf: now, Limit: 10}); err != nil {
		return err
	}
	_, err = db.SeenUpdate(ctx, now, i)
	return err
}
