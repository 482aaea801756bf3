package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"newsbot/internal/store"
)

// Crowd fills the database at address, which it migrates, with count chats that
// are like one: the ids go up from one.ID. A million of them take seconds.
func Crowd(t testing.TB, address string, one store.Chat, count int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	s, err := store.Open(ctx, address)
	if err != nil {
		t.Fatalf("open store: %v", err)
	}
	err = s.Migrate(ctx)
	if err == nil {
		_, _, err = s.TouchChat(ctx, time.Now(), one)
	}
	if closed := s.Close(); err == nil {
		err = closed
	}
	if err != nil {
		t.Fatalf("make the first chat: %v", err)
	}
	driver, dsn, series := "postgres", address, `generate_series(1, %d) AS n (i)`
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		driver, dsn = "sqlite", "file:"+path+"?_pragma=busy_timeout(10000)"
		series = `(WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT i FROM n) AS n`
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatalf("open database: %v", err)
	}
	defer func() { _ = db.Close() }() // what was written is committed
	if err := multiply(ctx, db, fmt.Sprintf(series, count-1), one.ID, count); err != nil {
		t.Fatalf("make %d chats: %v", count, err)
	}
	if driver == "postgres" {
		// As autovacuum would have done long ago.
		if _, err := db.ExecContext(ctx, `VACUUM ANALYZE chats`); err != nil {
			t.Fatalf("analyze the chats: %v", err)
		}
	}
}

// multiply copies the row of a chat, whatever columns it has, under the ids that follow.
func multiply(ctx context.Context, db *sql.DB, series string, id int64, count int) error {
	if count <= 1 {
		return nil
	}
	rows, err := db.QueryContext(ctx, `SELECT * FROM chats LIMIT 0`)
	if err != nil {
		return err
	}
	columns, err := rows.Columns()
	if closed := rows.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	values := slices.Clone(columns)
	for i, name := range columns {
		values[i] = "c." + name
		if name == "chat_id" {
			values[i] += " + n.i"
		}
	}
	query := fmt.Sprintf(`INSERT INTO chats (%s) SELECT %s FROM chats c CROSS JOIN %s WHERE c.chat_id = %d`,
		strings.Join(columns, ", "), strings.Join(values, ", "), series, id)
	_, err = db.ExecContext(ctx, query)
	return err
}
