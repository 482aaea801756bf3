package store

import (
	"context"
	"fmt"
	"time"
)

// A Lease is a role that a process holds for a while.
type Lease struct {
	Role   string
	Holder string
	// Left is for how long the holder has it if it is not renewed.
	Left time.Duration
}

// Lease takes or renews a role for holder, for ttl from now; held is false while
// another holder has it.
//
// Now is the database's own time and no argument: the processes that share a
// database may be on machines whose clocks differ, and of two clocks one is
// enough to give a role away twice.
func (s *Store) Lease(ctx context.Context, role, holder string, ttl time.Duration) (held bool, err error) {
	clock := s.clockSQL()
	n, err := s.write(ctx, `INSERT INTO leases (role, holder, held_until) VALUES (?, ?, `+clock+` + ?)
		ON CONFLICT (role) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
		WHERE leases.holder = excluded.holder OR leases.held_until <= `+clock, role, holder, ttl.Milliseconds())
	if err != nil {
		return false, fmt.Errorf("lease role %s: %w", role, err)
	}
	return n == 1, nil
}

// ReleaseLease gives a role back, if holder still has it.
func (s *Store) ReleaseLease(ctx context.Context, role, holder string) error {
	if _, err := s.write(ctx, `DELETE FROM leases WHERE role = ? AND holder = ?`, role, holder); err != nil {
		return fmt.Errorf("release role %s: %w", role, err)
	}
	return nil
}

// Leases returns the roles that are held now, in the order of their names.
func (s *Store) Leases(ctx context.Context) ([]Lease, error) {
	var rows []struct {
		Role   string `db:"role"`
		Holder string `db:"holder"`
		Left   int64  `db:"time_left"`
	}
	clock := s.clockSQL()
	err := list(ctx, s.r, &rows, `SELECT role, holder, held_until - `+clock+` AS time_left FROM leases
		WHERE held_until > `+clock+` ORDER BY role`)
	if err != nil {
		return nil, fmt.Errorf("read leases: %w", err)
	}
	leases := make([]Lease, len(rows))
	for i, r := range rows {
		leases[i] = Lease{Role: r.Role, Holder: r.Holder, Left: time.Duration(r.Left) * time.Millisecond}
	}
	return leases, nil
}

// clockSQL is the database's own time, not that of the transaction's start, in
// Unix milliseconds.
func (s *Store) clockSQL() string {
	if s.engine == enginePostgres {
		return `CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)`
	}
	return `CAST(unixepoch('subsec') * 1000 AS INTEGER)`
}
