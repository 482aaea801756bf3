package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"
)

// What is written to SQLite goes into a log first, and from there into the database now
// and then. By itself SQLite has whoever writes do that, whenever the log has 1,000
// pages: all others who write wait for the disk meanwhile, a tenth of a second on an
// ordinary one, and with them the readers whose updates have to be noted. So it is done
// beside them.
const (
	logLook = 100 * time.Millisecond // between two looks at the log
	logMost = 4 << 20                // bytes from which it is moved into the database
	// logHold is from how many bytes it is not only moved: while somebody writes all the
	// time there is always something left, and the log is begun anew only when nothing is.
	// What is left is moved with the writers held, a few milliseconds for a few pages.
	logHold = 16 << 20
	// logGuard is from how many pages SQLite does it by itself after all.
	logGuard = 32_000
)

// logPragmas are those of the connection that writes: the log is as long as what is in
// it, so that its length tells what there is to move.
var logPragmas = fmt.Sprintf("&_pragma=wal_autocheckpoint(%d)&_pragma=journal_size_limit(0)", logGuard)

// logKeeper moves SQLite's log into the database while others write.
type logKeeper struct {
	path   string // of the log
	beside *sqlx.DB
	writer *sqlx.DB // its only connection is the one that writes

	moved os.FileInfo // the log when all of it had been moved; nil is never

	mu      sync.Mutex
	failure error // of the last look

	stop context.CancelFunc
	over sync.WaitGroup
}

func (k *logKeeper) failed(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.failure = err
}

// err is why the log is not moved, which whoever writes does not notice: it becomes
// longer. It is nil for PostgreSQL.
func (k *logKeeper) err() error {
	if k == nil {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.failure
}

// keepLog begins to look after the log of a database, until close is called.
func keepLog(database string, writer *sqlx.DB) (*logKeeper, error) {
	// The log is beside the file itself, by whichever name the database is opened.
	file, err := filepath.EvalSymlinks(database)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", database, err)
	}
	beside, err := sqlx.Open("sqlite", sqliteDSN(database, "_pragma=query_only(1)"))
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", database, err)
	}
	beside.SetMaxOpenConns(1)
	ctx, stop := context.WithCancel(context.Background())
	k := &logKeeper{path: file + "-wal", beside: beside, writer: writer, stop: stop}
	k.over.Go(func() {
		for tick := time.NewTicker(logLook); ; {
			select {
			case <-ctx.Done():
				tick.Stop()
				return
			case <-tick.C:
				// What fails now, such as on a full disk, is tried at the next look.
				k.failed(k.look(ctx))
			}
		}
	})
	return k, nil
}

// close waits for what is being moved. It may be called twice.
func (k *logKeeper) close() error {
	k.stop()
	k.over.Wait()
	return k.beside.Close()
}

// look moves the log if it is long.
func (k *logKeeper) look(ctx context.Context) error {
	before, err := os.Stat(k.path)
	if errors.Is(err, fs.ErrNotExist) { // nothing was written
		return nil
	}
	if err != nil || before.Size() < logMost || k.moved != nil && k.moved.Size() == before.Size() && k.moved.ModTime().Equal(before.ModTime()) {
		return err
	}
	done, err := moveLog(ctx, k.beside)
	if err == nil && before.Size() >= logHold { // also when that was all: more has come meanwhile
		done, err = moveLog(ctx, k.writer)
	}
	if k.moved = nil; done {
		k.moved = before // if it is another by now, the next look sees that
	}
	return err
}

// moveLog moves what is in the log into the database and says whether that was all that
// was in it when it began. It waits for nobody: what somebody reads as it was before stays.
func moveLog(ctx context.Context, db *sqlx.DB) (all bool, err error) {
	var log struct {
		Busy  int `db:"busy"` // another one is at it
		Pages int `db:"log"`
		Moved int `db:"checkpointed"`
	}
	if err := get(ctx, db, &log, `PRAGMA wal_checkpoint(PASSIVE)`); err != nil {
		return false, fmt.Errorf("move the log into the database: %w", err)
	}
	return log.Busy == 0 && log.Moved == log.Pages, nil
}
