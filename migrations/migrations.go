// Package migrations holds the database's schema, step by step. The SQL runs
// unchanged on SQLite and on PostgreSQL; the step in
// which the engines differ, 21, is written in Go and stands in package store.
package migrations

import "embed"

// FS holds the migrations, in goose's format.
//
//go:embed *.sql
var FS embed.FS
