package store

// GoMigrations are the migrations that are written in Go, for tests of migrations.
var GoMigrations = goMigrations

// TSVector is how the terms of an article are written for PostgreSQL.
func TSVector(terms string) string { return tsvector(terms) }
