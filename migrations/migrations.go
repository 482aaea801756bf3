// Package migrations holds the database's schema, step by step. The SQL runs
// unchanged on SQLite and on PostgreSQL; a step in which the engines differ is
// written in Go.
package migrations

import "embed"

// FS holds the migrations, in goose's format.
//
//go:embed *.sql
var FS embed.FS
