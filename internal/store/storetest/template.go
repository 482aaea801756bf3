package storetest

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"newsbot/internal/store"
)

// Migrating an empty database takes most of a second under the race detector,
// and there are hundreds of tests: it is done once a test binary and engine, and
// copied from then on.
var template struct {
	sync.Mutex
	sqlite   []byte // the file
	postgres string // the database in the private cluster
}

// Migrated makes the database at address, which nobody has opened yet, a migrated
// one and returns address.
func Migrated(t testing.TB, address string) string {
	t.Helper()
	template.Lock()
	defer template.Unlock()
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		copySQLite(t, path)
	} else {
		copyPostgres(t, address)
	}
	return address
}

func copySQLite(t testing.TB, path string) {
	t.Helper()
	if template.sqlite == nil {
		made := filepath.Join(t.TempDir(), "template.db")
		migrate(t, "sqlite:"+made)
		file, err := os.ReadFile(made)
		if err != nil {
			t.Fatalf("read migrated database: %v", err)
		}
		template.sqlite = file
	}
	if err := os.WriteFile(path, template.sqlite, 0o644); err != nil {
		t.Fatalf("copy migrated database: %v", err)
	}
}

// copyPostgres is for the private cluster alone: on a server of somebody's own
// nothing would remove the template.
func copyPostgres(t testing.TB, address string) {
	t.Helper()
	if os.Getenv("TEST_DATABASE_URL") != "" {
		return
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal("PostgreSQL's address is no URL")
	}
	server, name := serverAddress(t), strings.TrimPrefix(u.Path, "/")
	if template.postgres == "" {
		const made = "newsbot_template"
		admin(t, server, `CREATE DATABASE `+made)
		at := *u
		at.Path = "/" + made
		migrate(t, at.String())
		template.postgres = made
	}
	admin(t, server, `DROP DATABASE `+name)
	admin(t, server, `CREATE DATABASE `+name+` TEMPLATE `+template.postgres)
}

func migrate(t testing.TB, address string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s, err := store.Open(ctx, address)
	if err != nil {
		t.Fatalf("open store: %v", err)
	}
	if err := errors.Join(s.Migrate(ctx), s.Close()); err != nil {
		t.Fatalf("migrate store: %v", err)
	}
}
