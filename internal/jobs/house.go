package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"newsbot/internal/store"
)

// How long what is over is kept.
const (
	keepArticles = 45 * 24 * time.Hour // for readers who come back to a digest
	mostArticles = 300_000             // a year of a large desk; the bound on what a flood can fill a disk with
	keepPrints   = storyWindow + 24*time.Hour
	keepRows     = 30 * 24 * time.Hour // settled deliveries, for as long as a broadcast may be looked up
)

// digests plans what is due now.
func (j *Jobs) digests(ctx context.Context) error {
	enqueued, err := j.Digests(ctx)
	if enqueued > 0 {
		j.Log.Info("digests planned", slog.Int("count", enqueued))
		j.Wake()
	}
	if err != nil {
		return fmt.Errorf("plan digests: %w", err)
	}
	return nil
}

// prune drops what has been kept for long enough.
func (j *Jobs) prune(ctx context.Context) error {
	n, err := j.Store.Prune(ctx, j.Now(), store.PruneRule{Articles: keepArticles, Most: mostArticles, Prints: keepPrints, Rows: keepRows})
	if err != nil {
		return fmt.Errorf("prune: %w", err)
	}
	if n > 0 {
		j.Log.Info("pruned", slog.Int("rows", n))
	}
	return nil
}
