package outbox

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

// While outcomes cannot be written, every look for more to send succeeds: the
// log must not say each time that all is well.
func TestHealthOfReadOnlyDatabase(t *testing.T) {
	var log bytes.Buffer
	h := health{log: slog.New(slog.NewTextHandler(&log, nil))}
	for range 3 {
		h.failed(settling, errors.New("read-only"))
		h.ok(fetching)
	}
	if n := strings.Count(log.String(), "\n"); n != 1 {
		t.Errorf("%d lines while it is down, want 1:\n%s", n, log.String())
	}
	h.ok(settling)
	h.ok(fetching)
	if n := strings.Count(log.String(), "answers again"); n != 1 {
		t.Errorf("told %d times that it is back, want once:\n%s", n, log.String())
	}
}
