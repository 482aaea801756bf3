package newsroom

import (
	"testing"
	"time"
)

func testNow() time.Time { return time.Date(2026, time.November, 23, 12, 0, 0, 0, almaty) }

func TestNew(t *testing.T) {
	n := New(testNow)
	t.Log(string(n.Sources()))
}
