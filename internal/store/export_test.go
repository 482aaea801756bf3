package store

// GoMigrations are the migrations that are written in Go, for tests of migrations.
var GoMigrations = goMigrations
