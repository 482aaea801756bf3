package jobs

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"newsbot/internal/fetch"
	"newsbot/internal/rates"
	"newsbot/internal/sandbox/newsroom"
	"newsbot/internal/store/storetest"
)

// BenchmarkBackfill reads a year of lists from a bank next door: as fast as it
// goes, and with the pause between two requests that the real one is given.
func BenchmarkBackfill(b *testing.B) {
	for _, side := range []struct {
		name    string
		address func(testing.TB) string
		pause   time.Duration
	}{
		{"sqlite", storetest.SQLite, 0},
		{"postgres", storetest.Postgres, 0},
		{"sqlite", storetest.SQLite, ratesPause}, // the wait is the same on both
	} {
		b.Run(fmt.Sprintf("%s-pause-%s", side.name, side.pause), func(b *testing.B) {
			now := func() time.Time { return monday }
			room := newsroom.New(now)
			var requests atomic.Int64
			served := http.StripPrefix("/newsroom", room.Handler())
			web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				served.ServeHTTP(w, r)
			}))
			b.Cleanup(web.Close)
			room.SetBase(web.URL + "/newsroom")
			client := fetch.New(fetch.Options{AllowPrivate: true})
			b.Cleanup(client.Close)
			runs := 0
			for b.Loop() {
				b.StopTimer()
				db := storetest.Opener(b, side.address(b))()
				j := New(Options{Store: db, Bank: rates.NewBank(client, rates.Book{}, room.RatesURL()), Now: now, Zone: almaty, Log: slog.New(slog.DiscardHandler)})
				j.pause = side.pause
				runs++
				b.StartTimer()
				j.RunNow(b.Context(), "rates", "history", "history", "history", "history", "history", "history")
				b.StopTimer()
				dates, err := db.Rates(rates.Book{}).Dates(b.Context(), monday.AddDate(-2, 0, 0), monday)
				if err != nil || len(dates) != historyDays+1 {
					b.Fatalf("%d days, %v", len(dates), err)
				}
				b.StartTimer()
			}
			took, asked := b.Elapsed()/time.Duration(runs), requests.Load()/int64(runs)
			fmt.Printf("backfill %-8s %d days: %6.2f s, %d requests, with a pause of %s between two\n", side.name, historyDays+1, took.Seconds(), asked, side.pause)
			b.ReportMetric(took.Seconds(), "s/year")
			b.ReportMetric(float64(asked), "requests")
		})
	}
}
