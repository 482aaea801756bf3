package emulator

import (
	"bytes"
	"encoding/json"
	"io"
	"sync"
	"time"
)

// callLog keeps the newest calls and writes each as a line of JSON.
type callLog struct {
	mu    sync.Mutex
	keep  int
	calls []Call // a ring once it is full
	next  int    // where the oldest is then

	out sync.Mutex // of w
	w   io.Writer
}

func newCallLog(keep int, w io.Writer) *callLog { return &callLog{keep: keep, w: w} }

// off tells whether nobody wants to know of any call.
func (l *callLog) off() bool { return l.keep == 0 && l.w == nil }

type logLine struct {
	Time         time.Time         `json:"time"`
	Method       string            `json:"method"`
	Params       map[string]string `json:"params,omitempty"`
	Status       int               `json:"status"`
	OK           bool              `json:"ok"`
	Description  string            `json:"description,omitempty"`
	Milliseconds float64           `json:"duration_ms"`
	Violations   []string          `json:"violations,omitempty"`
}

func (l *callLog) add(c Call) {
	if l.keep > 0 {
		l.mu.Lock()
		if len(l.calls) < l.keep {
			l.calls = append(l.calls, c)
		} else {
			l.calls[l.next] = c
			l.next = (l.next + 1) % l.keep
		}
		l.mu.Unlock()
	}
	if l.w == nil {
		return
	}
	var line bytes.Buffer
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false) // a log is for reading
	err := enc.Encode(logLine{
		Time: c.Time, Method: c.Method, Params: c.Params, Status: c.Status, OK: c.OK, Description: c.Description,
		Milliseconds: float64(c.Duration.Microseconds()) / 1000, Violations: c.Violations,
	})
	if err != nil { // plain fields always encode
		return
	}
	l.out.Lock()
	defer l.out.Unlock()
	_, _ = l.w.Write(line.Bytes()) // a log that cannot be written has nowhere to say so
}

// Calls are the calls the log remembers, the oldest first.
func (s *Server) Calls() []Call {
	l := s.log
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]Call, 0, len(l.calls))
	out = append(out, l.calls[l.next:]...)
	return append(out, l.calls[:l.next]...)
}

// ResetCalls empties the log.
func (s *Server) ResetCalls() {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	s.log.calls, s.log.next = nil, 0
}

// Violations are those of all calls that the log remembers, each with its method.
func (s *Server) Violations() []string {
	var out []string
	for _, c := range s.Calls() {
		for _, v := range c.Violations {
			out = append(out, c.Method+": "+v)
		}
	}
	return out
}
