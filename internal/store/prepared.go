package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"github.com/jmoiron/sqlx"
)

// prepared keeps statements that are run over and over, so that they are parsed
// and planned once a connection.
type prepared struct {
	mu         sync.Mutex
	statements map[string]*sql.Stmt
}

// maxPrepared bounds how many are kept: one for each number of rows that is
// written at once, and some.
const maxPrepared = 512

// on returns the statement of a query on a database.
func (p *prepared) on(ctx context.Context, db *sqlx.DB, query string) (*sql.Stmt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if st := p.statements[query]; st != nil {
		return st, nil
	}
	if len(p.statements) >= maxPrepared {
		if err := p.close(); err != nil {
			return nil, err
		}
	}
	st, err := db.PrepareContext(ctx, db.Rebind(query))
	if err != nil {
		return nil, cause(ctx, err)
	}
	if p.statements == nil {
		p.statements = map[string]*sql.Stmt{}
	}
	p.statements[query] = st
	return st, nil
}

// close forgets all statements. One that is being run ends first.
func (p *prepared) close() error {
	var errs []error
	for _, st := range p.statements {
		errs = append(errs, st.Close())
	}
	clear(p.statements)
	return errors.Join(errs...)
}

// execPrepared runs a statement that is kept, outside of any transaction, and
// returns how many rows it changed.
func (s *Store) execPrepared(ctx context.Context, query string, args ...any) (n int, err error) {
	if s.engine == engineSQLite {
		// A context that may end costs a goroutine each time. Nothing here waits
		// for long: there is no network, and SQLite gives up on a lock by itself.
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		ctx = context.WithoutCancel(ctx)
	}
	st, err := s.prepared.on(ctx, s.w, query)
	if err != nil {
		return 0, fmt.Errorf("prepare: %w", err)
	}
	res, err := st.ExecContext(ctx, args...)
	if err != nil {
		return 0, cause(ctx, err)
	}
	changed, err := res.RowsAffected()
	return int(changed), cause(ctx, err)
}
