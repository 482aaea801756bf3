package emulator

import (
	"sync"
	"sync/atomic"
	"time"
)

// Crowd are many people who have all talked to the bot: those with the ids First
// to First+Count-1. They cost next to nothing, since nothing of them is stored:
// what the bot sends them is checked and answered as for anybody, counted, and
// forgotten. The limits of a single chat do not hold for them, and they cannot
// act; who has to do so is made with AddUser, which may use an id of the crowd.
type Crowd struct {
	First int64
	Count int
}

type crowd struct {
	Crowd
	got []atomic.Uint32
}

func newCrowd(c Crowd) *crowd { return &crowd{c, make([]atomic.Uint32, c.Count)} }

// has tells whether an id is one of the crowd.
func (c *crowd) has(id int64) bool { return id >= c.First && id < c.First+int64(c.Count) }

// chat makes the chat of one of the crowd, for the length of a call.
func (c *crowd) chat(id int64) *chat {
	return &chat{id: id, typ: Private, person: User{ID: id, FirstName: "Reader"}, known: true, started: true}
}

func (c *crowd) count(id int64) {
	if c.has(id) {
		c.got[id-c.First].Add(1)
	}
}

// Got is how many messages each of the crowd got so far, in the order of their ids.
func (s *Server) Got() []int {
	got := make([]int, len(s.crowd.got))
	for i := range s.crowd.got {
		got[i] = int(s.crowd.got[i].Load())
	}
	return got
}

// sendTimes are the moments at which the bot's messages were taken.
type sendTimes struct {
	mu   sync.Mutex
	keep bool
	at   []time.Time
}

func (t *sendTimes) add(now time.Time) {
	if !t.keep {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.at = append(t.at, now)
}

// took notes that a message of the bot was taken for a chat.
func (s *Server) took(chatID int64) {
	s.sent.Add(1)
	s.times.add(time.Now())
	s.crowd.count(chatID)
}

// SendTimes are the moments at which the bot's messages were taken, by the real
// clock, when Options.KeepTimes is set.
func (s *Server) SendTimes() []time.Time {
	s.times.mu.Lock()
	defer s.times.mu.Unlock()
	return append([]time.Time(nil), s.times.at...)
}

// Answered is how many calls of methods were answered with an HTTP status so far; 0 stands
// for those that got no answer.
func (s *Server) Answered(status int) int {
	if status < 0 || status >= len(s.statuses) {
		return 0
	}
	return int(s.statuses[status].Load())
}

func (s *Server) answered(status int) {
	if status >= 0 && status < len(s.statuses) {
		s.statuses[status].Add(1)
	}
}
