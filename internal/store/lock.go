package store

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/gofrs/flock"
)

// ErrInUse says that another process runs the bot on this SQLite database.
var ErrInUse = errors.New("another newsbot runs on this database: stop it first, or give both a PostgreSQL database (DATABASE_URL=postgres://…), which several may share")

// Lock keeps the database at url for this process, as the one that runs the bot,
// until unlock is called or the process ends, however it ends. Only SQLite's are
// locked; other programs can still open them. The file itself is what is locked,
// so that it does not matter by which name it is known.
func Lock(url string) (unlock func() error, err error) {
	scheme, rest, _ := strings.Cut(url, ":")
	if scheme != "sqlite" && scheme != "sqlite3" {
		return func() error { return nil }, nil
	}
	path := strings.TrimPrefix(rest, "//")
	if err := checkSQLitePath(path); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	locked := path
	if runtime.GOOS == "windows" { // there a lock would keep SQLite out as well
		locked += ".lock"
	}
	// SQLite's own locks are of another kind. What must not happen is that the
	// file is closed while SQLite has it open, since that would drop them: the lock
	// is taken before the database is opened and dropped after it is closed.
	lock := flock.New(locked, flock.SetPermissions(0o644))
	ok, err := lock.TryLock()
	if err != nil {
		return nil, explainLock(path, err)
	}
	if !ok {
		return nil, fmt.Errorf("%s: %w", path, ErrInUse)
	}
	return lock.Close, nil
}

// explainLock says in plain words why a file cannot be locked.
func explainLock(path string, err error) error {
	for _, none := range []error{syscall.ENOLCK, syscall.ENOSYS, errors.ErrUnsupported} {
		if errors.Is(err, none) {
			return fmt.Errorf("%s: this file system has no file locks, which SQLite needs: keep the database on a local disk, or use PostgreSQL: %w", path, err)
		}
	}
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return fmt.Errorf("%s cannot be made, %s cannot be written: %w", path, filepath.Dir(path), err)
	}
	return fmt.Errorf("lock %s: %w", path, err)
}
