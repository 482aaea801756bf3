package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"newsbot/internal/store"
)

// keep is how long what is over is kept: articles for readers who come back to
// a digest, settled deliveries for as long as a broadcast may be looked up.
var keep = store.PruneRule{Articles: 45 * 24 * time.Hour, Rows: 30 * 24 * time.Hour}

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

// prune drops what is older than keep.
func (j *Jobs) prune(ctx context.Context) error {
	n, err := j.Store.Prune(ctx, j.Now(), keep)
	if err != nil {
		return fmt.Errorf("prune: %w", err)
	}
	if n > 0 {
		j.Log.Info("pruned", slog.Int("rows", n))
	}
	return nil
}
