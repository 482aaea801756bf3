package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"newsbot/migrations"
)

func openConnector(c driver.Connector) *sql.DB { return sql.OpenDB(c) }

func (s *Store) provider() (*goose.Provider, error) {
	dialect := goose.DialectSQLite3
	// A step may have come in with a lower number than one that a database has already.
	opts := []goose.ProviderOption{goose.WithAllowOutofOrder(true)}
	if s.engine == enginePostgres {
		dialect = goose.DialectPostgres
		// Several processes may start at once on one server.
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, fmt.Errorf("make migration lock: %w", err)
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	opts = append(opts, goose.WithGoMigrations(goMigrations(s.engine == engineSQLite)...))
	p, err := goose.NewProvider(dialect, s.w.DB, migrations.FS, opts...)
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return p, nil
}

// goMigrations are the steps in which the engines differ.
func goMigrations(sqlite bool) []*goose.Migration {
	return []*goose.Migration{recipientsTable(sqlite), searchTables(sqlite), storyTables(sqlite), upkeepTables(sqlite)}
}

// Migrate brings the schema up to this program's version. It may run in several
// processes at once on PostgreSQL.
func (s *Store) Migrate(ctx context.Context) error {
	p, err := s.provider()
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", cause(ctx, err))
	}
	return nil
}

// Version returns the schema's version, the one this program needs, and whether any step
// to it is to be taken yet: one below the version may be.
func (s *Store) Version(ctx context.Context) (current, target int64, pending bool, err error) {
	p, err := s.provider()
	if err != nil {
		return 0, 0, false, err
	}
	current, target, err = p.GetVersions(ctx)
	if err != nil {
		return 0, 0, false, fmt.Errorf("read schema version: %w", cause(ctx, err))
	}
	if pending, err = p.HasPending(ctx); err != nil {
		return 0, 0, false, fmt.Errorf("read schema version: %w", cause(ctx, err))
	}
	return current, target, pending, nil
}
