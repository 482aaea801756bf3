// Package digest makes digests: what a chat is sent at the minute it asked for,
// once per slot.
package digest

import (
	"context"
	"log/slog"
	"time"

	"newsbot/internal/outbox"
	"newsbot/internal/store"
)

// Next returns the first slot of d after a time, in the chat's zone.
func Next(d store.Digest, zone *time.Location, after time.Time) time.Time { return time.Time{} }

// Build makes the message of a slot.
func Build(ctx context.Context, db *store.Store, chat store.Chat, slot, lastSlot, now time.Time) (*outbox.Message, error) {
	return nil, nil
}

// Plan settles every slot that is due and says how many digests were enqueued.
func Plan(ctx context.Context, db *store.Store, now time.Time, log *slog.Logger) (sent int, err error) {
	return 0, nil
}
