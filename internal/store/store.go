// Package store keeps everything Newsbot has to remember. It is the only
// package with SQL and the only one that knows whether SQLite or PostgreSQL
// runs. Instants are BIGINT Unix milliseconds in UTC; the caller says what time
// it is.
//
// One set of SQL serves both engines: it is written with ? and rebound in the
// helpers of this file, keys are natural or made by us, and every INSERT …
// SELECT … ON CONFLICT has a WHERE (SQLite cannot parse it otherwise).
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/jmoiron/sqlx"

	"newsbot/internal/outbox"
	"newsbot/internal/story"
)

// The engines.
const (
	engineSQLite   = "sqlite"
	enginePostgres = "postgres"
)

// Store is an open database. It is safe for concurrent use.
type Store struct {
	engine string
	// On SQLite there is one connection that writes, so that writers queue in
	// Go instead of sleeping in SQLite's busy handler, and some that only read.
	// On PostgreSQL both are the same pool.
	w, r *sqlx.DB
	log  *logKeeper // nil on PostgreSQL

	mu       sync.Mutex
	messages map[string]outbox.Message // payloads read lately, by id
	seen     map[int64]time.Time       // when it was last noted that a chat was seen

	zones    sync.Map // *time.Location by name
	prepared prepared
	sent     sync.Map // the text of sentSQL by number of rows

	totals totals

	indexing sync.Mutex // guards indexer
	indexer  story.Indexer
}

// Engine returns "sqlite" or "postgres".
func (s *Store) Engine() string { return s.engine }

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	if err := get(ctx, s.r, &one, `SELECT 1`); err != nil {
		return fmt.Errorf("ping database: %w", err)
	}
	return nil
}

// Close closes the database.
func (s *Store) Close() error {
	s.totals.close()
	s.prepared.mu.Lock()
	err := s.prepared.close()
	s.prepared.mu.Unlock()
	if s.log != nil {
		err = errors.Join(err, s.log.close())
	}
	err = errors.Join(err, s.w.Close())
	if s.r != s.w {
		err = errors.Join(err, s.r.Close())
	}
	if err != nil {
		return fmt.Errorf("close database: %w", err)
	}
	return nil
}

// conn is what a *sqlx.DB and a *sqlx.Tx have in common.
type conn interface {
	sqlx.ExtContext
	GetContext(ctx context.Context, dest any, query string, args ...any) error
	SelectContext(ctx context.Context, dest any, query string, args ...any) error
}

// get reads one row into dest; no row is ErrNotFound.
func get(ctx context.Context, c conn, dest any, query string, args ...any) error {
	err := c.GetContext(ctx, dest, c.Rebind(query), tidy(args)...)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return cause(ctx, err)
}

// list reads all rows into dest, a pointer to a slice.
func list(ctx context.Context, c conn, dest any, query string, args ...any) error {
	return cause(ctx, c.SelectContext(ctx, dest, c.Rebind(query), tidy(args)...))
}

// exec runs a statement and returns how many rows it changed.
func exec(ctx context.Context, c conn, query string, args ...any) (int, error) {
	res, err := c.ExecContext(ctx, c.Rebind(query), tidy(args)...)
	if err != nil {
		return 0, cause(ctx, err)
	}
	n, err := res.RowsAffected()
	return int(n), cause(ctx, err)
}

// write runs a single statement outside of any transaction.
func (s *Store) write(ctx context.Context, query string, args ...any) (n int, err error) {
	err = retry(ctx, func() error {
		n, err = exec(ctx, s.w, query, args...)
		return err
	})
	return n, err
}

// writeOne is write for a statement that has to find its row.
func (s *Store) writeOne(ctx context.Context, query string, args ...any) error {
	n, err := s.write(ctx, query, args...)
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

// tx runs fn in a transaction, again when the engine gave up on it in favour of
// another one; fn must therefore set its results, not add to them.
func (s *Store) tx(ctx context.Context, fn func(tx *sqlx.Tx) error) error {
	return retry(ctx, func() error {
		tx, err := s.w.BeginTxx(ctx, nil)
		if err != nil {
			return fmt.Errorf("begin: %w", cause(ctx, err))
		}
		if err := fn(tx); err != nil {
			// The transaction is lost in any case; what matters is why.
			_ = tx.Rollback()
			return err
		}
		if err := tx.Commit(); err != nil {
			return fmt.Errorf("commit: %w", cause(ctx, err))
		}
		return nil
	})
}

const retries = 5

// retry runs fn until it does not fail by a conflict between transactions.
func retry(ctx context.Context, fn func() error) error {
	for try := 1; ; try++ {
		err := fn()
		if err == nil || try == retries || !isConflict(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(time.Duration(try*try) * 5 * time.Millisecond):
		}
	}
}

// cause makes an error that comes from a cancelled context say so: lib/pq only
// says that the statement was cancelled.
func cause(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && !errors.Is(err, ctx.Err()) {
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	}
	return err
}

// tidy makes strings storable: PostgreSQL refuses NUL and broken UTF-8, and
// both come from feeds.
func tidy(args []any) []any {
	for i, a := range args {
		if v, ok := a.(string); ok && (!utf8.ValidString(v) || strings.IndexByte(v, 0) >= 0) {
			args[i] = strings.ReplaceAll(strings.ToValidUTF8(v, "\uFFFD"), "\x00", "")
		}
	}
	return args
}

// forUpdate locks the rows a SELECT in a transaction reads. SQLite needs none:
// its transactions here hold the one write lock from the start.
func (s *Store) forUpdate() string {
	if s.engine == enginePostgres {
		return " FOR UPDATE"
	}
	return ""
}

// skipLocked is forUpdate that passes over rows others have locked.
func (s *Store) skipLocked() string {
	if s.engine == enginePostgres {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// ms is t in the database: Unix milliseconds, 0 for the zero time.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// at is the reverse of ms.
func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// places returns n groups of parameters: places(2, "(?, ?)") is "(?, ?), (?, ?)".
func places(n int, group string) string {
	return strings.Repeat(group+", ", n-1) + group
}

// anys makes arguments of a list.
func anys[T any](list []T) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}
