// Package migrations holds the database's schema, step by step. The SQL runs
// unchanged on SQLite and on PostgreSQL; the steps in
// which the engines differ, such as 21, are written in Go and stand in package store.
package migrations

import "embed"

// FS holds the migrations, in goose's format.
//
//go:embed *.sql
var FS embed.FS
