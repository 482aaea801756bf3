// Package store keeps everything Newsbot has to remember. It is the only
// package with SQL and the only one that knows whether SQLite or PostgreSQL
// runs. Instants are BIGINT Unix milliseconds in UTC; the caller says what time
// it is.
package store

import "context"

// Store is an open database.
type Store struct{}

// Open opens the database at url, sqlite:PATH or postgres://…. It does not
// migrate. Its errors say what is wrong and never hold the password.
func Open(ctx context.Context, url string) (*Store, error) { return nil, errNotYet }
