package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// indexSlice is how many articles are indexed in one transaction: few enough that
// on SQLite nobody who writes waits for long.
const indexSlice = 40

// index makes searches find what articles say now: those that came or changed since
// the last turn, and at the first start with a search all that there are. Between
// two slices it rests as long as one took, so that a month of news costs readers nothing.
func (j *Jobs) index(ctx context.Context) error {
	total := 0
	for {
		began := time.Now()
		n, err := j.Store.IndexArticles(ctx, indexSlice)
		if err != nil {
			return fmt.Errorf("index articles: %w", err)
		}
		total += n
		if n < indexSlice {
			break
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Since(began)):
		}
	}
	if total > indexSlice {
		j.Log.Info("articles indexed", slog.Int("count", total))
	}
	return nil
}
