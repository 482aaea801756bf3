package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"newsbot/internal/outbox"
)

const (
	sqliteReaders = 4
	pgConns       = 16
	pgIdle        = 5 * time.Minute
)

// Open opens the database at url, sqlite:PATH or postgres://…, and makes sure
// that it answers. It does not migrate. Its errors say what is wrong and never
// hold the password.
func Open(ctx context.Context, url string) (*Store, error) {
	scheme, rest, ok := strings.Cut(url, ":")
	if !ok {
		return nil, errors.New("open database: the address needs to be sqlite:PATH or postgres://…")
	}
	switch scheme {
	case "sqlite", "sqlite3":
		return openSQLite(ctx, strings.TrimPrefix(rest, "//"))
	case "postgres", "postgresql":
		return openPostgres(ctx, url)
	}
	// The scheme alone is shown: what follows may hold a password.
	return nil, fmt.Errorf("open database: unknown scheme %q, use sqlite:PATH or postgres://…", scheme)
}

func newStore(engine string, w, r *sqlx.DB) *Store {
	return &Store{engine: engine, w: w, r: r, messages: map[string]outbox.Message{}, seen: map[int64]time.Time{}}
}

func openSQLite(ctx context.Context, path string) (*Store, error) {
	if path == "" || path == ":memory:" {
		return nil, errors.New("open database: sqlite: needs the path of a file")
	}
	if err := checkSQLitePath(path); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	w, err := sqlx.Open("sqlite", sqliteDSN(path, "_pragma=journal_mode(wal)&_pragma=synchronous(normal)&_txlock=immediate"+logPragmas))
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	w.SetMaxOpenConns(1)
	// A transaction that takes the write lock shows at once what a first
	// statement would show later: not a database, read-only, disk full.
	tx, err := w.BeginTxx(ctx, nil)
	if err == nil {
		err = tx.Rollback()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s: %w", path, cause(ctx, err)), w.Close())
	}
	r, err := sqlx.Open("sqlite", sqliteDSN(path, "_pragma=query_only(1)"))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s: %w", path, err), w.Close())
	}
	r.SetMaxOpenConns(sqliteReaders)
	r.SetMaxIdleConns(sqliteReaders)
	s := newStore(engineSQLite, w, r)
	if s.log, err = keepLog(path, w); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// sqliteDSN is the address of path for the driver. A path is escaped, since the
// driver takes what follows a question mark as parameters.
func sqliteDSN(path, params string) string {
	escaped := (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()
	return "file:" + escaped + "?_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&" + params
}

// checkSQLitePath says in plain words what SQLite calls "unable to open database file".
func checkSQLitePath(path string) error {
	dir := filepath.Dir(path)
	switch st, err := os.Stat(dir); {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("directory %s does not exist", dir)
	case err != nil:
		return err
	case !st.IsDir():
		return fmt.Errorf("%s is not a directory", dir)
	}
	st, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case st.IsDir():
		return fmt.Errorf("%s is a directory", path)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%s cannot be written: %w", path, errors.Unwrap(err))
	}
	if err != nil {
		return err
	}
	return f.Close()
}

func openPostgres(ctx context.Context, address string) (*Store, error) {
	u, err := url.Parse(address)
	if err != nil {
		// url.Parse quotes the address, and with it the password.
		return nil, errors.New("open database: the postgres address is not a valid URL (special characters of the password have to be %-escaped)")
	}
	shown := u.Host + u.Path
	q := u.Query()
	setDefault(q, "sslmode", "prefer") // libpq's own default, which lib/pq is about to follow
	setDefault(q, "connect_timeout", "10")
	setDefault(q, "application_name", "newsbot")
	// One round trip instead of two for a query with arguments.
	setDefault(q, "binary_parameters", "yes")
	u.RawQuery = q.Encode()

	connector, err := pq.NewConnector(u.String())
	if err != nil {
		return nil, fmt.Errorf("open database %s: %s", shown, hide(err.Error(), u))
	}
	db := sqlx.NewDb(openConnector(connector), "postgres")
	db.SetMaxOpenConns(pgConns)
	db.SetMaxIdleConns(pgConns)
	db.SetConnMaxIdleTime(pgIdle)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s: %w", shown, explain(ctx, err)), db.Close())
	}
	return newStore(enginePostgres, db, db), nil
}

// explain puts the ordinary reasons of a refused connection in front of the driver's words.
func explain(ctx context.Context, err error) error {
	if ne, ok := errors.AsType[*net.OpError](err); ok {
		return fmt.Errorf("PostgreSQL does not answer: %w", ne)
	}
	return cause(ctx, err)
}

// hide takes the password out of a text.
func hide(text string, u *url.URL) string {
	if pw, ok := u.User.Password(); ok && pw != "" {
		text = strings.ReplaceAll(text, pw, "…")
		text = strings.ReplaceAll(text, url.QueryEscape(pw), "…")
	}
	return text
}

func setDefault(q url.Values, key, value string) {
	if !q.Has(key) {
		q.Set(key, value)
	}
}
