package emulator

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

type faultSet struct {
	some atomic.Bool // there are any: saves the lock on every call
	mu   sync.Mutex
	list []*Fault
	rng  *rand.Rand
}

func newFaultSet() *faultSet { return &faultSet{rng: rand.New(rand.NewPCG(1, 2))} }

// Inject adds a fault; clear takes it away.
func (s *Server) Inject(f Fault) (clear func()) {
	set, mine := s.faults, &f
	set.mu.Lock()
	defer set.mu.Unlock()
	set.list = append(set.list, mine)
	set.some.Store(true)
	return func() { set.drop(func(f *Fault) bool { return f == mine }) }
}

// ClearFaults takes all faults away. Calls that hang go on hanging.
func (s *Server) ClearFaults() { s.faults.drop(func(*Fault) bool { return true }) }

func (t *faultSet) drop(which func(*Fault) bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.list = slices.DeleteFunc(t.list, which)
	t.some.Store(len(t.list) > 0)
}

// SetSeed makes the chances of faults repeatable.
func (s *Server) SetSeed(seed uint64) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.rng = rand.New(rand.NewPCG(seed, 0))
}

// makesMessage tells whether a method puts a message into a chat.
func makesMessage(method string) bool {
	switch method {
	case "sendChatAction", "sendMessageDraft":
		return false
	}
	return strings.HasPrefix(method, "send") || strings.HasPrefix(method, "copy") || strings.HasPrefix(method, "forward")
}

// match takes the first fault that is for this call, nil when there is none.
func (t *faultSet) match(method string, chatID int64, text string) *Fault {
	if !t.some.Load() {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, f := range t.list {
		switch {
		case f.Method == "" && !makesMessage(method),
			f.Method != "" && f.Method != "*" && !strings.EqualFold(f.Method, method),
			f.ChatID != 0 && f.ChatID != chatID,
			f.Text != "" && f.Text != text:
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		if f.Chance > 0 && t.rng.Float64() >= f.Chance {
			continue
		}
		found := *f
		if f.Jitter > 0 {
			found.Hang += time.Duration((2*t.rng.Float64() - 1) * float64(f.Jitter))
		}
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				t.list = slices.Delete(t.list, i, i+1)
				t.some.Store(len(t.list) > 0)
			}
		}
		return &found
	}
	return nil
}

// before tells whether the fault strikes before anything is done.
func (f *Fault) before() bool {
	switch f.Kind {
	case DropAfter, Latency, TruncatedJSON, SlowBody:
		return false
	}
	return true
}

// faultAnswer is what a fault that strikes before answers; status 0 is no answer.
func faultAnswer(f *Fault) answer {
	text := func(usual string) string {
		if f.Description != "" {
			return f.Description
		}
		return usual
	}
	switch f.Kind {
	case TooManyRequests:
		e := tooMany(f.RetryAfter)
		e.text = text(e.text)
		return answerOf(nil, e)
	case InternalError:
		return answerOf(nil, &apiError{code: http.StatusInternalServerError, text: text("Internal Server Error: restart")})
	case BadGatewayHTML:
		a := answer{status: http.StatusBadGateway, description: "502 as HTML", contentType: "text/html"}
		a.body = []byte("<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n")
		return a
	case Unauthorized:
		return answerOf(nil, &apiError{code: http.StatusUnauthorized, text: text("Unauthorized")})
	case Conflict:
		return answerOf(nil, &apiError{code: http.StatusConflict, text: text(conflictPoll)})
	case Refuse:
		code := f.Status
		if code == 0 {
			code = http.StatusBadRequest
		}
		return answerOf(nil, &apiError{code: code, text: text(fmt.Sprintf("%s: refused", http.StatusText(code)))})
	case EmptyUpdates:
		return answerOf([]struct{}{}, nil)
	case Hang:
		return answer{description: "hangs"}
	case DropBefore:
		return answer{description: "the connection is cut before"}
	case DropAfter, Latency, TruncatedJSON, SlowBody:
	}
	return answer{}
}

// writeFault answers as the fault says.
func (s *Server) writeFault(w http.ResponseWriter, h *http.Request, f *Fault, a answer) {
	switch f.Kind {
	case Hang:
		d := f.Hang
		if d == 0 {
			d = 24 * time.Hour
		}
		sleep(h.Context(), d)
		cut()
	case DropBefore, DropAfter:
		cut()
	case TruncatedJSON:
		whole := a.body
		a.body = whole[:len(whole)/2]
		a.write(w)
	case SlowBody:
		a.header(w)
		pieces := min(20, len(a.body))
		for i := range pieces {
			from, to := i*len(a.body)/pieces, (i+1)*len(a.body)/pieces
			if _, err := w.Write(a.body[from:to]); err != nil {
				return // the client left
			}
			if f, ok := w.(http.Flusher); ok {
				f.Flush()
			}
			if !sleep(h.Context(), f.Hang/time.Duration(pieces)) {
				return
			}
		}
	case TooManyRequests, InternalError, BadGatewayHTML, Unauthorized, Conflict, Refuse, EmptyUpdates, Latency:
		a.write(w)
	}
}

// cut ends the connection without an answer.
//
// The HTTP server takes this panic for what it is, and logs nothing.
func cut() { panic(http.ErrAbortHandler) }
