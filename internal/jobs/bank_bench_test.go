package jobs

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"newsbot/internal/fetch"
	"newsbot/internal/rates"
	"newsbot/internal/sandbox/newsroom"
	"newsbot/internal/store/storetest"
)

// BenchmarkBackfill reads a year of lists from a bank next door, without the
// pauses that the real one is given.
func BenchmarkBackfill(b *testing.B) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			now := func() time.Time { return monday }
			room := newsroom.New(now)
			web := httptest.NewServer(http.StripPrefix("/newsroom", room.Handler()))
			b.Cleanup(web.Close)
			room.SetBase(web.URL + "/newsroom")
			client := fetch.New(fetch.Options{AllowPrivate: true})
			b.Cleanup(client.Close)
			for b.Loop() {
				b.StopTimer()
				db := storetest.Opener(b, address(b))()
				b.StartTimer()
				j := New(Options{Store: db, Bank: rates.NewNationalBank(client, room.RatesURL()), Now: now, Zone: almaty, Log: slog.New(slog.DiscardHandler)})
				j.pause = 0
				j.RunNow(b.Context(), "rates", "history", "history", "history", "history", "history", "history")
				b.StopTimer()
				dates, err := db.RateDates(b.Context(), monday.AddDate(-2, 0, 0), monday)
				if err != nil || len(dates) != historyDays+1 {
					b.Fatalf("%d days, %v", len(dates), err)
				}
				b.StartTimer()
			}
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N)/(historyDays+1), "ms/day")
		})
	}
}
