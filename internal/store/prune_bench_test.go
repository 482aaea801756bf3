package store_test

import (
	"fmt"
	"testing"
	"time"

	"newsbot/internal/store"
)

// whilePruned measures what readers wait for while nine of ten articles go: an update
// noted as every update is, a page of news, an article, a search. The bound is that
// of replies while a broadcast runs: whoever asks does not notice that house is kept.
// What is written has to wait on SQLite while FTS5 merges, a tenth of a second now
// and then: that much is allowed to it.
func (n *benchNews) whilePruned(b *testing.B, s *store.Store) {
	b.Helper()
	const (
		reading, writing = 50, 200 // ms
		every            = 10 * time.Millisecond
	)
	ctx, now, keep := b.Context(), time.Now(), len(n.docs)/10
	// What a source lists stays; this one lists something new.
	if _, err := s.RecordPoll(ctx, now, store.Poll{SourceID: "s", NextPollAt: now, Items: []store.NewItem{item("fresh", "ru", "", now)}}); err != nil {
		b.Fatal(err)
	}
	search := n.questions()[1]
	kinds := []struct {
		name  string
		bound float64
		ask   func(i int) error
	}{
		{"update noted", writing, func(i int) error {
			_, _, err := s.TouchChat(ctx, time.Now(), store.Chat{ID: int64(i), Kind: "private", Title: "А", Active: true})
			return err
		}},
		{"page of news", reading, func(int) error { _, _, err := s.Headlines(ctx, store.NewsQuery{AsOf: now, Limit: 10}); return err }},
		{"article", reading, func(i int) error { _, err := s.Article(ctx, n.docs[len(n.docs)-1-i%keep].id); return err }},
		{"search", reading, func(int) error { _, _, _, err := s.Search(ctx, search.ask()); return err }},
	}
	ask := func(stop func() bool) [][]time.Duration {
		took := make([][]time.Duration, len(kinds))
		tick := time.NewTicker(every)
		defer tick.Stop()
		for i := 1; !stop(); i++ {
			<-tick.C
			k := i % len(kinds)
			began := time.Now()
			if err := kinds[k].ask(i); err != nil {
				b.Fatalf("%s: %v", kinds[k].name, err)
			}
			took[k] = append(took[k], time.Since(began))
		}
		return took
	}
	rounds := 0
	quiet := ask(func() bool { rounds++; return rounds > 400 })
	type outcome struct {
		gone int
		err  error
	}
	done, began := make(chan outcome, 1), time.Now()
	go func() {
		gone, err := s.Prune(ctx, now, store.PruneRule{Most: keep})
		done <- outcome{gone, err}
	}()
	var o outcome
	busy := ask(func() bool {
		select {
		case o = <-done:
			return true
		default:
			return false
		}
	})
	if o.err != nil || o.gone < len(n.docs)-keep-1 {
		b.Fatalf("%d articles went, %v", o.gone, o.err)
	}
	fmt.Printf("pruning %-8s %d of %d articles went in %.1f s\n", s.Engine(), o.gone, len(n.docs), time.Since(began).Seconds())
	for k, kind := range kinds {
		if len(busy[k]) == 0 {
			b.Fatalf("nobody asked for a %s meanwhile", kind.name)
		}
		p99 := at(busy[k], 99)
		fmt.Printf("pruning %-8s %-12s p50 %6.2f ms  p99 %6.2f ms (<= %.0f %s)  before it p50 %6.2f ms  p99 %6.2f ms\n",
			s.Engine(), kind.name, at(busy[k], 50), p99, kind.bound, verdict(p99 <= kind.bound), at(quiet[k], 50), at(quiet[k], 99))
	}
}
