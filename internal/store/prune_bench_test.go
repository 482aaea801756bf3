package store_test

import (
	"fmt"
	"testing"
	"time"

	"newsbot/internal/store"
)

// What people wait for while house is kept, in milliseconds: a page that is read, and
// what is written, as every update is. The first is the bound of replies while a
// broadcast runs: whoever asks does not notice.
const (
	whileReading = 50
	whileWriting = 100
)

// whilePruned measures what people wait for while nine of ten articles go, and
// searches afterwards.
func (n *benchNews) whilePruned(b *testing.B, s *store.Store) {
	b.Helper()
	ctx, now, keep := b.Context(), time.Now(), len(n.docs)/10
	// What a source lists stays; this one lists something new.
	if _, err := s.RecordPoll(ctx, now, store.Poll{SourceID: "s", NextPollAt: now, Items: []store.NewItem{item("fresh", "ru", "", now)}}); err != nil {
		b.Fatal(err)
	}
	all := n.docs
	n.docs = all[len(all)-keep:]
	n.meanwhile(b, s, "pruning", func() (string, error) {
		gone, err := s.Prune(ctx, now, store.PruneRule{Most: keep})
		if err == nil && gone < len(all)-keep-1 {
			err = fmt.Errorf("only %d articles went", gone)
		}
		return fmt.Sprintf("%d of %d articles went", gone, len(all)), err
	})
	var took []time.Duration
	for _, kind := range n.questions() {
		for range 40 {
			q := kind.ask()
			began := time.Now()
			if _, _, _, err := s.Search(ctx, q); err != nil {
				b.Fatal(err)
			}
			took = append(took, time.Since(began))
		}
	}
	p99 := at(took, 99)
	fmt.Printf("search afterwards, %-8s p50 %6.2f ms  p99 %6.2f ms (<= %d %s)\n", s.Engine(), at(took, 50), p99, whileReading, verdict(p99 <= whileReading))
	n.docs = all
}

// whileIndexed measures what people wait for while the articles that are left are
// indexed anew, as a month of news is at the first start with a search.
func (n *benchNews) whileIndexed(b *testing.B, s *store.Store, address string) {
	b.Helper()
	const slice = 40 // as the job does it, see jobs.index
	ctx, all := b.Context(), n.docs
	if _, err := openBare(b, address).ExecContext(ctx, `UPDATE articles SET words_stale = 1`); err != nil {
		b.Fatal(err)
	}
	n.docs = all[len(all)-len(all)/10:]
	n.meanwhile(b, s, "indexing", func() (string, error) {
		for total := 0; ; {
			began := time.Now()
			k, err := s.IndexArticles(ctx, slice)
			if total += k; err != nil || k < slice {
				return fmt.Sprintf("%d articles were indexed", total), err
			}
			time.Sleep(time.Since(began))
		}
	})
	n.docs = all
}

// meanwhile asks for one thing after the other while work is done: an update noted as
// every update is, a page of news, an article, a search. It prints how long each took.
func (n *benchNews) meanwhile(b *testing.B, s *store.Store, name string, work func() (outcome string, err error)) {
	b.Helper()
	const every = 10 * time.Millisecond
	ctx := b.Context()
	search := n.questions()[1]
	kinds := []struct {
		name  string
		bound float64
		ask   func(i int) error
	}{
		{"update noted", whileWriting, func(i int) error {
			_, _, err := s.TouchChat(ctx, time.Now(), store.Chat{ID: int64(i), Kind: "private", Title: "А", Active: true})
			return err
		}},
		{"page of news", whileReading, func(int) error {
			_, _, err := s.Headlines(ctx, store.NewsQuery{AsOf: time.Now(), Limit: 10})
			return err
		}},
		{"article", whileReading, func(i int) error { _, err := s.Article(ctx, n.docs[i%len(n.docs)].id); return err }},
		{"search", whileReading, func(int) error { _, _, _, err := s.Search(ctx, search.ask()); return err }},
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
	type end struct {
		outcome string
		err     error
	}
	done, began := make(chan end, 1), time.Now()
	go func() {
		outcome, err := work()
		done <- end{outcome, err}
	}()
	var e end
	busy := ask(func() bool {
		select {
		case e = <-done:
			return true
		default:
			return false
		}
	})
	if e.err != nil {
		b.Fatalf("%s: %s, %v", name, e.outcome, e.err)
	}
	fmt.Printf("%s %-8s %s in %.1f s\n", name, s.Engine(), e.outcome, time.Since(began).Seconds())
	for k, kind := range kinds {
		if len(busy[k]) == 0 {
			b.Fatalf("nobody asked for a %s meanwhile", kind.name)
		}
		p99 := at(busy[k], 99)
		fmt.Printf("%s %-8s %-12s p50 %6.2f ms  p99 %6.2f ms (<= %.0f %s)  before it p50 %6.2f ms  p99 %6.2f ms\n",
			name, s.Engine(), kind.name, at(busy[k], 50), p99, kind.bound, verdict(p99 <= kind.bound), at(quiet[k], 50), at(quiet[k], 99))
	}
}
