package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

const (
	callsKept     = 200
	callParamSize = 600 // bytes of one parameter that the page shows
)

// callView is a call of the bot as the page lists it.
type callView struct {
	Time        time.Time         `json:"time"`
	Method      string            `json:"method"`
	Params      map[string]string `json:"params,omitempty"`
	Status      int               `json:"status"`
	OK          bool              `json:"ok"`
	Description string            `json:"description,omitempty"`
	Millis      float64           `json:"duration_ms"`
	Violations  []string          `json:"violations,omitempty"`
}

// callLog reads the emulator's log: it passes every line on and keeps the
// newest calls for the page. Long polls that went well are left out there,
// as they are the silence between calls.
type callLog struct {
	out io.Writer // nil: none
	now func() time.Time
	hub *hub
	// profile is sent to when the bot changed what it says of itself. It is
	// looked at elsewhere: here the server may hold locks.
	profile chan struct{}

	mu   sync.Mutex
	kept []callView
}

func newCallLog(out io.Writer, now func() time.Time, h *hub) *callLog {
	return &callLog{out: out, now: now, hub: h, profile: make(chan struct{}, 1)}
}

// Write takes one or more whole lines, as the emulator writes them.
func (l *callLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.out != nil {
		if n, err := l.out.Write(p); err != nil {
			return n, fmt.Errorf("write the log of calls: %w", err)
		}
	}
	for line := range bytes.Lines(p) {
		var c callView
		if err := json.Unmarshal(line, &c); err != nil {
			return 0, fmt.Errorf("read the log of calls: %w", err)
		}
		if c.Method == "getUpdates" && c.OK && len(c.Violations) == 0 {
			continue
		}
		// The log keeps real time; the page shows all by the sandbox's clock.
		c.Time = l.now()
		for k, v := range c.Params {
			c.Params[k] = shorten(v, callParamSize)
		}
		if len(l.kept) == callsKept {
			l.kept = slices.Delete(l.kept, 0, callsKept/4)
		}
		l.kept = append(l.kept, c)
		l.hub.publish("call", c)
		if c.OK && strings.HasPrefix(c.Method, "setMy") {
			select {
			case l.profile <- struct{}{}:
			default: // is known already
			}
		}
	}
	return len(p), nil
}

// recent are the calls that the page shows at first.
func (l *callLog) recent() []callView {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]callView{}, l.kept...) // never null in JSON
}

// shorten cuts a text to at most n bytes, at the border of a letter.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
