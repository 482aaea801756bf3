package main

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"newsbot/internal/rates"
	"newsbot/internal/store"
)

// BenchmarkRatesReply measures the time from /rates at Telegram to the rates
// there, through the whole program and from a store with a year of lists, beside
// the bare loop that answers with a text it has at hand.
func BenchmarkRatesReply(b *testing.B) {
	for _, rate := range []int{50, 500} {
		b.Run(strconv.Itoa(rate)+"-a-second", func(b *testing.B) {
			const seconds = 6
			chats := rate * seconds
			for range b.N {
				report := func(side string, took []time.Duration) {
					p50, p99 := percentiles(took)
					fmt.Printf("/rates at %d/s %-8s p50 %7.2f ms  p99 %7.2f ms\n", rate, side, ms(p50), ms(p99))
					b.ReportMetric(ms(p50), side+"-p50-ms")
					b.ReportMetric(ms(p99), side+"-p99-ms")
				}
				w := newBenchTown(b, chats, chats)
				w.ask = "/rates"
				bare := w.spawn(w.bare("echo"))
				report("bare", w.commands(rate, chats))
				bare()
				w.emu.Close()
				for _, db := range engines(b) {
					w := newBenchTown(b, chats, chats)
					w.ask = "/rates"
					w.fill(db.address, chats)
					w.fillRates(db.address)
					stop := w.newsbot(db.address, benchRate)
					report(db.name, w.commands(rate, chats))
					stop()
					w.emu.Close()
				}
			}
		})
	}
}

// fillRates stores a year of lists with as many currencies as the bank has had.
func (w *benchTown) fillRates(database string) {
	w.b.Helper()
	const days, currencies = 366, 48
	ctx := context.Background()
	db, err := store.Open(ctx, database)
	if err != nil {
		w.b.Fatal(err)
	}
	defer db.Close()
	codes := []string{"USD", "EUR", "RUB", "CNY"}
	for i := len(codes); i < currencies; i++ {
		codes = append(codes, fmt.Sprintf("X%c%c", 'A'+i/26, 'A'+i%26))
	}
	y, m, d := time.Now().Date()
	for back := range days {
		day := rates.Day{Date: time.Date(y, m, d-back, 0, 0, 0, 0, time.UTC)}
		for i, code := range codes {
			day.Rates = append(day.Rates, rates.Rate{Code: code, Nominal: 1, Value: decimal.New(int64(50_000+back/3*37%900+i*100), -2)})
		}
		if err := db.Rates(rates.Book{}).Save(ctx, time.Now(), day); err != nil {
			w.b.Fatal(err)
		}
	}
}
