// Package storetest gives tests real databases: SQLite in a file and PostgreSQL
// in a private cluster, one a test binary, which ends with it.
//
// TEST_DATABASE_URL names a PostgreSQL server to use instead; its user has to be
// allowed to create databases. Without a server and without PostgreSQL's programs a
// test is skipped, and fails when CI is set.
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/lib/pq" // the driver for creating databases

	"newsbot/internal/store"
)

// Each runs fn on both engines. Every call of open opens the same fresh,
// migrated database: two calls are two processes. What is opened is closed at
// the test's end.
func Each(t *testing.T, fn func(t *testing.T, open func() *store.Store)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		fn(t, Opener(t, Migrated(t, SQLite(t))))
	})
	t.Run("postgres", func(t *testing.T) {
		fn(t, Opener(t, Migrated(t, Postgres(t))))
	})
}

// Opener returns a function that opens the database at address, and migrates it.
func Opener(t testing.TB, address string) func() *store.Store {
	return func() *store.Store {
		t.Helper()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		s, err := store.Open(ctx, address)
		if err != nil {
			t.Fatalf("open store: %v", err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Errorf("close store: %v", err)
			}
		})
		if err := s.Migrate(ctx); err != nil {
			t.Fatalf("migrate store: %v", err)
		}
		return s
	}
}

// SQLite returns the address of a fresh SQLite database.
func SQLite(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "newsbot.db")
}

// Postgres returns the address of a fresh, empty PostgreSQL database.
func Postgres(t testing.TB) string {
	t.Helper()
	server := serverAddress(t)
	name := "newsbot_" + strings.ToLower(rand.Text()[:12])
	admin(t, server, `CREATE DATABASE `+name)
	t.Cleanup(func() { admin(t, server, `DROP DATABASE IF EXISTS `+name+` WITH (FORCE)`) })
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("PostgreSQL's address is no URL")
	}
	u.Path = "/" + name
	return u.String()
}

// admin runs a statement on the server itself.
func admin(t testing.TB, server, statement string) {
	t.Helper()
	db, err := sql.Open("postgres", server)
	if err != nil {
		t.Fatalf("open PostgreSQL: %v", err)
	}
	defer func() { _ = db.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if _, err := db.ExecContext(ctx, statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// shared is the binary's one cluster; err says why there is none.
var shared struct {
	sync.Mutex
	cluster *cluster
	err     error
	tried   bool
}

func serverAddress(t testing.TB) string {
	t.Helper()
	if address := os.Getenv("TEST_DATABASE_URL"); address != "" {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal("TEST_DATABASE_URL is no URL")
		}
		if q := u.Query(); !q.Has("sslmode") {
			q.Set("sslmode", "prefer")
			u.RawQuery = q.Encode()
		}
		return u.String()
	}
	shared.Lock()
	defer shared.Unlock()
	if !shared.tried {
		shared.tried = true
		shared.cluster, shared.err = startCluster()
	}
	if shared.err != nil {
		missing(t, shared.err)
	}
	return shared.cluster.address
}

func missing(t testing.TB, err error) {
	t.Helper()
	const hint = "no PostgreSQL for tests: %v (install Debian's package postgresql, or set TEST_DATABASE_URL)"
	if os.Getenv("CI") != "" {
		t.Fatalf(hint, err)
	}
	t.Skipf(hint, err)
}
