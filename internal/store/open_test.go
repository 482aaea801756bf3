package store_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	junk := filepath.Join(dir, "junk.db")
	must(t, os.WriteFile(junk, []byte(strings.Repeat("This is no database. ", 100)), 0o600))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	closed := l.Addr().String()
	must(t, l.Close())
	for _, tt := range []struct {
		name, url, want string
		retry           bool
	}{
		{"nothing", "", "sqlite:PATH or postgres://", false},
		{"a mere path", "newsbot.db", "sqlite:PATH or postgres://", false},
		{"unknown scheme", "mysql://bot:hunter2@h/db", `unknown scheme "mysql"`, false},
		{"no path", "sqlite:", "needs the path", false},
		{"memory", "sqlite::memory:", "needs the path", false},
		{"no directory", "sqlite:" + filepath.Join(dir, "none", "x.db"), "none does not exist", false},
		{"in a file", "sqlite:" + filepath.Join(junk, "x.db"), "not a directory", false},
		{"a directory", "sqlite:" + dir, "is a directory", false},
		{"no database", "sqlite:" + junk, "not a database", false},
		{"refused", "postgres://bot:hunter2@" + closed + "/db", "does not answer", true},
		{"a bad address", "postgres://bot:hunter2%zz@h/db", "not a valid URL", false},
		{"a bad parameter", "postgres://bot:hunter2@" + closed + "/db?sslmode=hunter2", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := store.Open(t.Context(), tt.url)
			if err == nil {
				_ = s.Close()
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q in it", err, tt.want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the password is in: %v", err)
			}
			if got := store.Unavailable(err); got != tt.retry {
				t.Errorf("unavailable %v: %v", got, err)
			}
		})
	}
}

func TestOpenPostgresErrors(t *testing.T) {
	u, err := url.Parse(storetest.Postgres(t))
	must(t, err)
	u.Path = "/there_is_none"
	u.User = url.UserPassword("newsbot", "hunter2")
	_, err = store.Open(t.Context(), u.String())
	if err == nil || !strings.Contains(err.Error(), "there_is_none") || strings.Contains(err.Error(), "hunter2") || store.Unavailable(err) {
		t.Errorf("missing database: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = store.Open(ctx, u.String()); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// Odd characters in a path are part of the path.
func TestOpenOddPath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "жаңалық 50% ?mode=ro#1.db")
	s := storetest.Opener(t, "sqlite:"+path)()
	touch(t, s, 1)
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

// A statement that is cut off says that it was, on both engines.
func TestCancelledQuery(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.Chat(ctx, 1); !errors.Is(err, context.Canceled) {
			t.Errorf("read: %v", err)
		}
		if err := s.SetDialog(ctx, noon, 1, 1, "a", "b"); !errors.Is(err, context.Canceled) {
			t.Errorf("write: %v", err)
		}
		touch(t, s, 1) // and all goes on
	})
}

// While a long write runs, readers read.
func TestReadersDoNotWait(t *testing.T) {
	s := storetest.Opener(t, storetest.SQLite(t))()
	touch(t, s, 1)
	done := make(chan error)
	go func() {
		for i := range 200 {
			if err := s.SetDialog(context.Background(), noon, 1, int64(i), "a", "b"); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for range 200 {
		if _, err := s.Chat(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
	}
	must(t, <-done)
}

func TestPrune(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		withSources(t, s)
		day := 24 * time.Hour
		rule := store.PruneRule{Articles: 30 * day, Rows: 7 * day}

		// Articles: one that is still listed stays, however old it is.
		poll(t, s, noon, "vesti", item("listed", "ru", "", noon), item("dropped", "ru", "", noon))
		poll(t, s, noon.Add(29*day), "vesti", item("listed", "ru", "", noon), item("new", "ru", "", noon.Add(29*day)))
		// Deliveries of a broadcast that is over, and one that is pending.
		for id := range int64(1200) {
			touch(t, s, id+1)
		}
		broadcast(t, s, "b")
		for {
			sl, ok, err := s.TakeSlice(ctx, noon, "a", time.Minute, "b", 500)
			must(t, err)
			if !ok {
				break
			}
			settleAll(t, s, "a", sl.Deliveries, "sent")
			end(t, s, "a", "b", sl.From)
		}
		must(t, s.CreateBroadcast(ctx, noon, store.Broadcast{ID: "forgotten", Message: text("draft")}))
		must(t, s.SetDialog(ctx, noon, 1, 1, "a", "b"))
		for id := range int64(5) {
			_, err := s.SeenUpdate(ctx, noon, id+1)
			must(t, err)
		}
		m := text("digest")
		for i := range 3 {
			at := noon.Add(time.Duration(i) * time.Hour)
			_, err := s.CommitSlots(ctx, noon, []store.Slot{{ChatID: 1, At: at, NextAt: at.Add(time.Hour), Message: &m}})
			must(t, err)
		}

		n, err := s.Prune(ctx, noon.Add(day), rule)
		must(t, err)
		if n != 0 {
			t.Errorf("%d went at once", n)
		}
		n, err = s.Prune(ctx, noon.Add(31*day), rule)
		must(t, err)
		// 1200 deliveries, 2 broadcasts, 2 payloads, 4 updates, 2 slots, 1 dialog, 1 article, 1 day of its source
		if n != 1213 {
			t.Errorf("%d went", n)
		}
		for id, want := range map[string]bool{"listed": true, "dropped": false, "new": true} {
			if _, err := s.Article(ctx, id); (err == nil) != want {
				t.Errorf("%s: %v", id, err)
			}
		}
		if pending, _, err := s.Backlog(ctx); pending != 3 || err != nil {
			t.Errorf("%d are pending, %v", pending, err)
		}
		if got := claim(t, s, noon.Add(31*day), "a", 10); len(got) != 3 || got[0].Message.Text != "digest" {
			t.Errorf("claimed %v", fmt.Sprint(got))
		}
		// The last update and the last slot are remembered.
		if seen, err := s.SeenUpdate(ctx, noon, 5); !seen || err != nil {
			t.Errorf("last update: %v, %v", seen, err)
		}
		if k, err := s.CommitSlots(ctx, noon, []store.Slot{{ChatID: 1, At: noon.Add(2 * time.Hour), Message: &m}}); k != 0 || err != nil {
			t.Errorf("last slot: %d, %v", k, err)
		}
	})
}
