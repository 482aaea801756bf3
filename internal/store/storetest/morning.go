package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"newsbot/internal/store"
)

// Morning fills the database at address, which it migrates, with chats whose
// digests are all due at slot, every day; their ids go up from first. A third each
// speaks Kazakh, Russian and English; every fifth chose the topics sport and
// economy, every seventh the currencies USD and KGS; every twentieth cannot be reached.
func Morning(t testing.TB, address string, first int64, chats int, slot time.Time) {
	t.Helper()
	Crowd(t, address, store.Chat{ID: first, Kind: "private", Title: "Reader", Language: "kk", Zone: slot.Location().String(), Active: true, Subscribed: true}, chats)
	driver, dsn := "postgres", address
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		driver, dsn = "sqlite", "file:"+path+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatalf("open database: %v", err)
	}
	defer func() { _ = db.Close() }() // what was written is committed
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	hour, minute, _ := slot.Clock()
	statements := []string{
		`UPDATE chats SET language = CASE chat_id % 3 WHEN 0 THEN 'kk' WHEN 1 THEN 'ru' ELSE 'en' END, active = (chat_id % 20 <> 19),
			topics = CASE WHEN chat_id % 5 = 0 THEN 'sport,economy' ELSE '' END, currencies = CASE WHEN chat_id % 7 = 0 THEN 'USD,KGS' ELSE '' END`,
		fmt.Sprintf(`INSERT INTO digests (chat_id, minute, weekdays, next_at, last_slot_at, is_on, changed_at)
			SELECT chat_id, %d, 127, %d, 0, TRUE, 0 FROM chats`, hour*60+minute, slot.UnixMilli()),
	}
	if driver == "postgres" {
		statements = append(statements, `VACUUM ANALYZE chats`, `VACUUM ANALYZE digests`) // as autovacuum would have done long ago
	}
	for _, statement := range statements {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			t.Fatalf("set %d digests: %v", chats, err)
		}
	}
}
