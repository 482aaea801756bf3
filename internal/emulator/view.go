package emulator

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Messages are a chat's messages, in order, without the deleted.
func (s *Server) Messages(chatID int64) []Message {
	c := s.chat(chatID)
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]Message, len(c.msgs))
	for i, m := range c.msgs {
		out[i] = *m
	}
	return out
}

// Message is one message of a chat.
func (s *Server) Message(chatID, messageID int64) (Message, bool) {
	c := s.chat(chatID)
	if c == nil {
		return Message{}, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if m := c.find(messageID); m != nil {
		return *m, true
	}
	return Message{}, false
}

// Chats lists all chats, the one with the newest message first.
func (s *Server) Chats() []ChatInfo {
	s.mu.RLock()
	chats := make([]*chat, 0, len(s.chats))
	for _, c := range s.chats {
		chats = append(chats, c)
	}
	s.mu.RUnlock()
	out := make([]ChatInfo, 0, len(chats))
	for _, c := range chats {
		out = append(out, c.info(s.bot.ID))
	}
	at := func(i ChatInfo) int64 {
		if i.Last == nil {
			return 0
		}
		return i.Last.Date.UnixNano()
	}
	slices.SortFunc(out, func(a, b ChatInfo) int { return cmp.Or(cmp.Compare(at(b), at(a)), cmp.Compare(a.ID, b.ID)) })
	return out
}

// Users lists the people, by id.
func (s *Server) Users() []User {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []User
	for _, u := range s.users {
		if !u.IsBot {
			out = append(out, *u)
		}
	}
	slices.SortFunc(out, func(a, b User) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// Sent is how many messages of the bot were accepted since the start, also
// those that are deleted or forgotten by now.
func (s *Server) Sent() int64 { return s.sent.Load() }

// ChatInfo describes one chat.
func (s *Server) ChatInfo(chatID int64) (ChatInfo, bool) {
	c := s.chat(chatID)
	if c == nil {
		return ChatInfo{}, false
	}
	return c.info(s.bot.ID), true
}

func (c *chat) info(botID int64) ChatInfo {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := ChatInfo{
		ID: c.id, Type: c.typ, Title: c.title, Username: c.username, IsForum: c.isForum, Started: c.started, Last: c.last,
		BotStatus: c.status(botID), Members: make(map[int64]string, len(c.members)), MigratedTo: c.migratedTo,
	}
	for id, st := range c.members {
		i.Members[id] = st
	}
	if c.typ == Private {
		i.Title, i.BotStatus = c.person.name(), Member
		if c.blocked {
			i.BotStatus = Kicked
		}
		if c.deleted {
			i.Title = "Deleted account"
		}
	}
	for _, t := range c.topics {
		i.Topics = append(i.Topics, *t)
	}
	return i
}

// Typing is the action that the bot shows in a chat now; "" is none.
func (s *Server) Typing(chatID int64) string {
	c := s.chat(chatID)
	if c == nil {
		return ""
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Now().After(c.until) {
		return ""
	}
	return c.typing
}

// waiter collects the changes of a chat for a WaitFor.
type waiter struct {
	mu   sync.Mutex
	list []*Message
	wake chan struct{} // has room for one
}

func (w *waiter) add(m *Message) {
	w.mu.Lock()
	w.list = append(w.list, m)
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (w *waiter) take() []*Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	list := w.list
	w.list = nil
	return list
}

// WaitFor returns a message of the chat that matches: the newest of those that
// are there, else the first that comes or is edited so. match runs without locks.
func (s *Server) WaitFor(ctx context.Context, chatID int64, match func(Message) bool) (Message, error) {
	c := s.chat(chatID)
	if c == nil {
		return Message{}, fmt.Errorf("wait: there is no chat %d", chatID)
	}
	w := &waiter{wake: make(chan struct{}, 1)}
	c.mu.Lock()
	there := slices.Clone(c.msgs)
	c.waiters = append(c.waiters, w)
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		c.waiters = slices.DeleteFunc(c.waiters, func(x *waiter) bool { return x == w })
		c.mu.Unlock()
	}()
	for _, m := range slices.Backward(there) {
		if match(*m) {
			return *m, nil
		}
	}
	for {
		for _, m := range w.take() {
			if match(*m) {
				return *m, nil
			}
		}
		select {
		case <-w.wake:
		case <-ctx.Done():
			return Message{}, fmt.Errorf("wait for a message in chat %d: %w", chatID, ctx.Err())
		case <-s.ctx.Done():
			return Message{}, errClosed
		}
	}
}
