package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"newsbot/internal/outbox"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

// BenchmarkMillionRows measures what a broadcast to a million chats costs in the
// database alone: its slices taken, a row written for every recipient, as many
// at a time as outcomes come together, and its slices ended.
func BenchmarkMillionRows(b *testing.B) {
	const chats, together, first = 1_000_000, 64, 1_000_000
	for _, e := range []struct {
		name    string
		address func(testing.TB) string
		most    float64 // seconds, of making rows ahead of a sender, as was usual before
	}{{"sqlite", storetest.SQLite, 3}, {"postgres", storetest.Postgres, 10}} {
		b.Run(e.name, func(b *testing.B) {
			ctx := context.Background()
			address := e.address(b)
			storetest.Crowd(b, address, store.Chat{ID: first, Kind: "private", Title: "Reader", Language: "ru", Zone: "Asia/Almaty", Active: true, Subscribed: true}, chats)
			s := storetest.Opener(b, address)()
			for n := range b.N {
				run := fmt.Sprint("run", n)
				if err := s.CreateBroadcast(ctx, time.Now(), store.Broadcast{ID: run, Message: outbox.Message{Text: "x"}, EditorID: 1, EditorChat: 1, Language: "en"}); err != nil {
					b.Fatal(err)
				}
				began := time.Now()
				if started, err := s.StartBroadcast(ctx, began, run); err != nil || !started {
					b.Fatalf("the run does not start: %v", err)
				}
				start := time.Since(began)
				var taking, writing time.Duration
				rows := 0
				for {
					t := time.Now()
					slice, ok, err := s.TakeSlice(ctx, t, "a", time.Minute, run, 500)
					taking += time.Since(t)
					if err != nil {
						b.Fatal(err)
					}
					if !ok {
						break
					}
					t = time.Now()
					settled := make([]outbox.Settlement, 0, together)
					for i, d := range slice.Deliveries {
						settled = append(settled, outbox.Settlement{Batch: run, ChatID: d.ChatID, State: outbox.StateSent, MessageID: int64(i + 1)})
						if len(settled) == together || i == len(slice.Deliveries)-1 {
							if err := s.Settle(ctx, t, "a", settled); err != nil {
								b.Fatal(err)
							}
							rows += len(settled)
							settled = settled[:0]
						}
					}
					if err := s.EndSlice(ctx, t, "a", outbox.SliceKey{Batch: run, From: slice.From}); err != nil {
						b.Fatal(err)
					}
					writing += time.Since(t)
				}
				if rows != chats {
					b.Fatalf("%d rows of %d", rows, chats)
				}
				fmt.Printf("rows %-8s a million: confirmed in %.2f s, slices of chats taken in %.2f s (<= %.0f), outcomes written in %.2f s\n",
					e.name, start.Seconds(), taking.Seconds(), e.most, writing.Seconds())
				b.ReportMetric(taking.Seconds(), "s-taking")
				b.ReportMetric(writing.Seconds(), "s-writing")
			}
		})
	}
}
