package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"newsbot/internal/store"
)

// A total is counted when nobody knows it, counted again beside the page that shows it
// when it is some seconds old, and never shown when it is older or the news has changed.
func TestTotals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var totals store.Totals
		var key store.TotalKey
		var mu sync.Mutex // guards the three
		counted, there, fails := 0, 0, error(nil)
		count := func(context.Context) (int, error) {
			mu.Lock()
			n, err := there, fails // as of when counting begins
			counted++
			mu.Unlock()
			time.Sleep(time.Second)
			return n, err
		}
		steps := []struct {
			name        string
			wait        time.Duration
			there       int
			forget      bool
			fails       error
			want, count int
			waits       time.Duration
			err         error
		}{
			{name: "at first", there: 10, want: 10, count: 1, waits: time.Second},
			{name: "soon after", wait: 4 * time.Second, there: 11, want: 10, count: 1},
			{name: "older", wait: 2 * time.Second, there: 12, want: 10, count: 2},
			{name: "while it is counted", there: 12, want: 10, count: 2},
			{name: "when it was", wait: 2 * time.Second, there: 12, want: 12, count: 2},
			{name: "nobody asked for long", wait: time.Minute, there: 13, want: 13, count: 3, waits: time.Second},
			{name: "the news changed", forget: true, there: 14, want: 14, count: 4, waits: time.Second},
			{name: "counting fails beside a page", wait: 6 * time.Second, there: 15, fails: errors.New("no"), want: 14, count: 5},
			{name: "and before one", wait: time.Minute, there: 15, fails: context.Canceled, count: 6, waits: time.Second, err: context.Canceled},
			{name: "again", there: 16, want: 16, count: 7, waits: time.Second},
			{name: "begins", wait: 6 * time.Second, there: 17, want: 16, count: 8},
			{name: "what was counted before the news changed", forget: true, there: 18, want: 18, count: 9, waits: time.Second},
			{name: "is not kept", wait: time.Second, there: 19, want: 18, count: 9},
		}
		for _, c := range steps {
			time.Sleep(c.wait)
			mu.Lock()
			there, fails = c.there, c.fails
			mu.Unlock()
			if c.forget {
				totals.Forget()
			}
			began := time.Now()
			n, err := totals.Get(t.Context(), key, count)
			if waited := time.Since(began); waited != c.waits {
				t.Errorf("%s: waited %v, want %v", c.name, waited, c.waits)
			}
			synctest.Wait()
			mu.Lock()
			if n != c.want || counted != c.count || !errors.Is(err, c.err) {
				t.Errorf("%s: %d, counted %d times, %v; want %d, %d times", c.name, n, counted, err, c.want, c.count)
			}
			mu.Unlock()
		}
	})
}
