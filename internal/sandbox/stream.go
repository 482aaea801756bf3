package sandbox

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"newsbot/internal/emulator"
)

// heartbeat keeps a page from waiting on a connection that is gone.
const heartbeat = 15 * time.Second

// resetPause keeps a flood of events from making pages read all anew all the time.
const resetPause = 500 * time.Millisecond

// pause waits; false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// relay turns what happens on the Bot API server into events for pages.
func (s *Sandbox) relay(ctx context.Context, events <-chan emulator.Event, stop func()) {
	defer func() { stop() }()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.calls.profile:
			s.tellPeople()
		case e, ok := <-events:
			if ok {
				s.tell(e)
				continue
			}
			if ctx.Err() != nil {
				return
			}
			// We fell behind: the pages read all anew.
			stop()
			events, stop = s.emu.Events()
			s.hub.publish("reset", nil)
			if !pause(ctx, resetPause) {
				return
			}
		}
	}
}

func (s *Sandbox) tell(e emulator.Event) {
	type ref struct {
		Chat    int64  `json:"chat"`
		Message int64  `json:"message,omitempty"`
		Text    string `json:"text,omitempty"`
	}
	switch e.Kind {
	case emulator.EventMessage, emulator.EventEdit, emulator.EventPin, emulator.EventUnpin:
		m := e.Message
		if m == nil {
			now, ok := s.emu.Message(e.ChatID, e.MessageID)
			if !ok {
				return
			}
			m = &now
		}
		kind := "edit"
		if e.Kind == emulator.EventMessage {
			kind = "message"
		}
		s.hub.publish(kind, s.viewMessage(*m))
	case emulator.EventDelete:
		s.hub.publish("delete", ref{Chat: e.ChatID, Message: e.MessageID})
	case emulator.EventTyping:
		s.hub.publish("typing", ref{Chat: e.ChatID, Text: e.Text})
	case emulator.EventDraft:
		s.hub.publish("typing", ref{Chat: e.ChatID, Text: "typing"})
	case emulator.EventChat:
		for _, c := range s.emu.Chats() {
			if c.ID == e.ChatID {
				s.hub.publish("chat", s.viewChat(c))
			}
		}
	case emulator.EventAnswer, emulator.EventCommands:
		// The person who pressed gets it as the answer to the press; of the
		// commands the log of calls tells, as of all that the bot says of itself.
	}
}

// getEvents streams events as they come (Server-Sent Events). The page names
// the last it knows, in Last-Event-ID or ?since=, and the run it comes from in ?boot=.
func (s *Sandbox) getEvents(w http.ResponseWriter, r *http.Request) {
	known := r.Header.Get("Last-Event-ID")
	if known == "" {
		known = r.URL.Query().Get("since")
	}
	seq, err := strconv.ParseInt(known, 10, 64)
	if err != nil {
		seq = -1
	}
	missed, next, cancel, ok := s.hub.subscribe(seq)
	defer cancel()
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	out := http.NewResponseController(w)
	write := func(format string, args ...any) bool {
		if err := out.SetWriteDeadline(time.Now().Add(heartbeat)); err != nil {
			return false
		}
		if _, err := fmt.Fprintf(w, format, args...); err != nil {
			return false
		}
		return out.Flush() == nil
	}
	if !ok || r.URL.Query().Get("boot") != s.boot {
		write("retry: 1000\ndata: {\"type\":\"reset\"}\n\n")
		return
	}
	if !write("retry: 1000\n: hello\n\n") {
		return
	}
	for _, f := range missed {
		if !write("id: %d\ndata: %s\n\n", f.seq, f.data) {
			return
		}
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case <-beat.C:
			if !write(": still here\n\n") {
				return
			}
		case f, open := <-next:
			if !open || !write("id: %d\ndata: %s\n\n", f.seq, f.data) {
				return
			}
		}
	}
}
