package store

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/lib/pq"
	"modernc.org/sqlite"
)

// isConflict tells whether a transaction failed only because of another one.
func isConflict(err error) bool {
	if pe, ok := errors.AsType[*pq.Error](err); ok {
		return pe.Code == "40001" || pe.Code == "40P01" // serialization failure, deadlock
	}
	if se, ok := errors.AsType[*sqlite.Error](err); ok {
		const busy, locked = 5, 6
		return se.Code()&0xff == busy || se.Code()&0xff == locked
	}
	return false
}

// Unavailable tells whether err means that the database cannot be reached for
// the moment (refused, starting, too many connections, network, a lock held for
// long), so that trying again may help. A wrong password, a missing database or a
// read-only file are not that.
func Unavailable(err error) bool {
	if pe, ok := errors.AsType[*pq.Error](err); ok {
		switch pe.Code {
		case "57P01", "57P02", "57P03", // shut down, crashed, starting
			"53300": // too many connections
			return true
		}
		return strings.HasPrefix(string(pe.Code), "08") // connection exceptions
	}
	if isConflict(err) {
		return true
	}
	// Not net.Error: every errno is one, also that of a file that may not be opened.
	_, network := errors.AsType[*net.OpError](err)
	return network ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
