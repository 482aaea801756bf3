package main

import (
	"fmt"

	"newsbot/internal/store"
)

type migrateCommand struct {
	Flags flags `embed:"" group:"settings"`
}

// Run brings the database to this program's schema.
func (migrateCommand) Run(p *process) error {
	return withStore(p, false, func(_ settings, db *store.Store) error {
		current, _, _, err := db.Version(p.ctx)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.stdout, "%s database is at schema %d\n", db.Engine(), current)
		return err
	})
}
