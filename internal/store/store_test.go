package store_test

import (
	"context"
	"testing"
	"time"

	"newsbot/internal/outbox"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

// noon is when the tests take place.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func text(s string) outbox.Message { return outbox.Message{Text: s} }

func touch(t *testing.T, s *store.Store, id int64) store.Chat {
	t.Helper()
	c, _, err := s.TouchChat(t.Context(), noon, store.Chat{
		ID: id, Kind: "private", Title: "Айгүл", Language: "kk", Zone: "Asia/Almaty", Active: true, Subscribed: true,
	})
	must(t, err)
	return c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestOpenMigrate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		must(t, s.Ping(t.Context()))
		current, target, pending, err := s.Version(t.Context())
		must(t, err)
		if current != target || target < 1 || pending {
			t.Errorf("version %d of %d", current, target)
		}
		must(t, s.Migrate(context.Background()))
		touch(t, s, 7)
		if c, err := open().Chat(t.Context(), 7); err != nil || c.Title != "Айгүл" {
			t.Errorf("a second opening sees %+v, %v", c, err)
		}
	})
}
