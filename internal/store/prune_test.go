package store_test

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

// The bound on the number of articles takes the oldest, but nothing that its source
// still lists. While they go, readers are answered as ever.
func TestPruneByCountBlocksNoReader(t *testing.T) {
	all := 6_000
	if os.Getenv("NEWSBOT_TEST_FULL") != "" {
		all = 100_000
	}
	const keep, perPoll = 1_000, 500
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		start := noon.AddDate(0, 0, -10)
		at := start
		for i := 0; i < all; i += perPoll {
			var items []store.NewItem
			for n := range perPoll {
				items = append(items, item(fmt.Sprintf("a%d", i+n), "ru", "", at))
			}
			poll(t, s, at, "vesti", items...)
			at = at.Add(7 * time.Hour)
		}
		done := make(chan error, 1)
		var gone int
		go func() {
			n, err := s.Prune(ctx, at, store.PruneRule{Most: keep})
			gone = n
			done <- err
		}()
		var took []time.Duration
		for running := true; running; {
			began := time.Now()
			_, _, err := s.Headlines(ctx, store.NewsQuery{AsOf: at, Limit: 10})
			must(t, err)
			took = append(took, time.Since(began))
			select {
			case err := <-done:
				must(t, err)
				running = false
			default:
			}
		}
		if gone < all-keep-perPoll || gone > all-keep {
			t.Errorf("%d of %d went, want all but %d", gone, all, keep)
		}
		if n, err := s.Prune(ctx, at, store.PruneRule{Most: keep}); n != 0 || err != nil {
			t.Errorf("again %d went, %v", n, err)
		}
		if _, err := s.Article(ctx, fmt.Sprintf("a%d", all-1)); err != nil {
			t.Errorf("the newest: %v", err)
		}
		slices.Sort(took)
		p99 := took[len(took)*99/100]
		t.Logf("%d went; readers: %d answers, p99 %v", gone, len(took), p99)
		const bound = 500 * time.Millisecond // generous: machines that test are busy
		if p99 > bound {
			t.Errorf("readers waited: p99 %v", p99)
		}
	})
}
