package store_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"newsbot/internal/store"
)

// scratch writes rows of so many bytes until stop says so, and returns the longest that
// the log was.
func scratch(t *testing.T, s *store.Store, log string, size int, stop func(rows int) bool) (longest int64) {
	t.Helper()
	must(t, s.Write(t.Context(), `CREATE TABLE IF NOT EXISTS scratch (n INTEGER PRIMARY KEY, body BLOB)`))
	for n := 0; !stop(n); n++ {
		must(t, s.Write(t.Context(), `INSERT OR REPLACE INTO scratch VALUES (?, zeroblob(?))`, n%200, size))
		longest = max(longest, sizeOf(t, log))
	}
	return longest
}

// row is how many bytes a row of scratch usually has.
const row = 100_000

func sizeOf(t *testing.T, path string) int64 {
	t.Helper()
	st, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0
	}
	must(t, err)
	return st.Size()
}

// While somebody writes all the time and others read all the time, the log stays short.
func TestLogStaysShort(t *testing.T) {
	s, db, path := sqliteAndBare(t)
	defer func() { must(t, s.Close()) }()
	over := make(chan struct{})
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-over:
					return
				case <-time.After(time.Millisecond):
				}
				var n int
				if err := db.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM chats`).Scan(&n); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	// The pauses are too short for all of the log to be moved in one.
	const rows = 5_000
	longest := scratch(t, s, path+"-wal", row/10, func(n int) bool { time.Sleep(time.Millisecond); return n == rows })
	close(over)
	readers.Wait()
	if most := int64(2 * store.LogHold); longest > most || longest < store.LogMost {
		t.Errorf("the log was up to %d MB long, want %d at most", longest>>20, most>>20)
	}
}

// What somebody reads as it was before stays in the log, keeps nobody from writing, and
// is moved when they have done.
func TestLogWhileSomebodyReads(t *testing.T) {
	s, db, path := sqliteAndBare(t)
	defer func() { must(t, s.Close()) }()
	scratch(t, s, path+"-wal", row, func(n int) bool { return n == 10 })
	rows, err := db.QueryContext(t.Context(), `SELECT n FROM scratch`)
	must(t, err)
	if !rows.Next() {
		t.Fatal(rows.Err())
	}
	// Twice what is held on to, beside someone who never ends.
	longest := scratch(t, s, path+"-wal", row, func(n int) bool { return n*row > 2*store.LogHold })
	if longest < 2*store.LogHold {
		t.Errorf("the log was up to %d MB long: it was begun anew while somebody read it", longest>>20)
	}
	must(t, rows.Close())
	eventually(t, "the log is short again", func() bool {
		scratch(t, s, path+"-wal", row, func(n int) bool { return n == 1 })
		return sizeOf(t, path+"-wal") < store.LogMost
	})
}

// What is written last is moved too, and a store may be closed twice.
func TestLogOfAnIdleStore(t *testing.T) {
	s, _, path := sqliteAndBare(t)
	scratch(t, s, path+"-wal", row, func(n int) bool { return n*row > store.LogMost })
	eventually(t, "the log is moved", func() bool { return sizeOf(t, path) > store.LogMost })
	must(t, s.Close())
	must(t, s.Close())
	again, err := store.Open(t.Context(), "sqlite:"+path)
	must(t, err)
	must(t, again.Close())
}

// The log of a database that is opened by a link is beside the file that it leads to.
func TestLogOfALink(t *testing.T) {
	_, _, path := sqliteAndBare(t)
	link := filepath.Join(t.TempDir(), "link.db")
	must(t, os.Symlink(path, link))
	s, err := store.Open(t.Context(), "sqlite:"+link)
	must(t, err)
	defer func() { must(t, s.Close()) }()
	scratch(t, s, path+"-wal", row, func(n int) bool { return n*row > store.LogMost })
	eventually(t, "the log is moved", func() bool { return sizeOf(t, path) > store.LogMost })
}

// That the log cannot be moved is told by whoever cleans up.
func TestLogThatCannotBeMoved(t *testing.T) {
	s, _, _ := sqliteAndBare(t)
	if _, err := s.Prune(t.Context(), noon, store.PruneRule{}); err != nil {
		t.Fatal(err)
	}
	s.LogFails(errors.New("disk full"))
	if _, err := s.Prune(t.Context(), noon, store.PruneRule{}); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("pruning says %v", err)
	}
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !is(); {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
