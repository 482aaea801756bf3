package emulator

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// chat is the state of one chat. Messages in it are never changed in place: an
// edit puts a new one, so that who holds a pointer may read without the lock.
type chat struct {
	id  int64
	typ string

	mu         sync.Mutex
	title      string
	username   string
	person     User // private chats
	isForum    bool
	members    map[int64]string
	rights     Rights
	noText     bool
	noPhotos   bool
	noPins     bool
	started    bool // private: the person wrote
	blocked    bool
	deleted    bool // private: the account is gone
	known      bool // the bot was ever here
	migratedTo int64
	topics     []*Topic

	msgs    []*Message
	nextID  int64 // supergroups and channels count by themselves
	pinned  []int64
	last    *Message
	typing  string
	until   time.Time // of typing
	waiters []*waiter
	menu    []byte // menu button, raw JSON
	flood   chatFlood
}

func (c *chat) wire() *wireChat {
	return &wireChat{ID: c.id, Title: c.title, Username: c.username, FirstName: c.person.FirstName, LastName: c.person.LastName, Type: c.typ, IsForum: c.isForum}
}

// ownIDs tells whether the chat numbers its messages by itself.
func (c *chat) ownIDs() bool { return c.typ == Supergroup || c.typ == Channel }

// find is a message by id, nil when it is not there. The lock is held.
func (c *chat) find(id int64) *Message {
	if i, ok := c.index(id); ok {
		return c.msgs[i]
	}
	return nil
}

func (c *chat) index(id int64) (int, bool) {
	return slices.BinarySearchFunc(c.msgs, id, func(m *Message, id int64) int { return int(m.ID - id) })
}

// status is a member's status; Left for who never was one. The lock is held.
func (c *chat) status(userID int64) string {
	if st, ok := c.members[userID]; ok {
		return st
	}
	return Left
}

func in(status string) bool {
	return status == Creator || status == Administrator || status == Member || status == Restricted
}

func (c *chat) isAdmin(userID int64) bool {
	st := c.status(userID)
	return st == Creator || st == Administrator
}

// kind is how error texts call the chat.
func (c *chat) kind() string {
	switch c.typ {
	case Group:
		return "group chat"
	case Supergroup:
		return "supergroup chat"
	}
	return "channel chat"
}

// reachable tells whether the bot may see the chat at all. The lock is held.
func (s *Server) reachable(c *chat) *apiError {
	if c.typ == Private {
		return nil
	}
	if c.migratedTo != 0 {
		e := badRequest("group chat was upgraded to a supergroup chat")
		e.migrateTo = c.migratedTo
		return e
	}
	switch st := c.status(s.bot.ID); {
	case st == Kicked:
		return forbidden("bot was kicked from the %s", c.kind())
	case in(st):
		return nil
	case !c.known && c.username == "":
		return badRequest("chat not found")
	}
	return forbidden("bot is not a member of the %s", c.kind())
}

// writable tells whether the bot may write such a thing there: "text
// messages", "photos" or "documents". The lock is held.
func (s *Server) writable(c *chat, what string) *apiError {
	if err := s.reachable(c); err != nil {
		return err
	}
	switch {
	case c.typ == Private && c.deleted:
		return forbidden("user is deactivated")
	case c.typ == Private && c.blocked:
		return forbidden("bot was blocked by the user")
	case c.typ == Private && !c.started:
		return forbidden("bot can't initiate conversation with a user")
	case c.typ == Private:
		return nil
	case c.typ == Channel:
		if !c.isAdmin(s.bot.ID) || c.status(s.bot.ID) == Administrator && !c.rights.PostMessages {
			return badRequest("need administrator rights in the channel chat")
		}
		return nil
	case c.isAdmin(s.bot.ID):
		return nil
	case c.status(s.bot.ID) == Restricted,
		what == "text messages" && c.noText, what != "text messages" && c.noPhotos:
		return badRequest("not enough rights to send %s to the chat", what)
	}
	return nil
}

// may tells whether the bot has a right in a group, supergroup or channel.
func (s *Server) may(c *chat, right func(Rights) bool) bool {
	switch c.status(s.bot.ID) {
	case Creator:
		return true
	case Administrator:
		return right(c.rights)
	}
	return false
}

// user is a person or the bot.
func (s *Server) user(id int64) (User, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if u, ok := s.users[id]; ok {
		return *u, true
	}
	return User{}, false
}

func (s *Server) chat(id int64) *chat {
	s.mu.RLock()
	c := s.chats[id]
	s.mu.RUnlock()
	if c == nil && s.crowd.has(id) {
		return s.crowd.chat(id)
	}
	return c
}

// chatByName finds a chat by what stands in chat_id.
func (s *Server) chatByName(v string) (*chat, *apiError) {
	v = strings.TrimSpace(v)
	if v == "" {
		return nil, badRequest("chat_id is empty")
	}
	var c *chat
	if name, ok := strings.CutPrefix(v, "@"); ok {
		s.mu.RLock()
		c = s.chats[s.names[lowerASCII(name)]]
		s.mu.RUnlock()
	} else if id, err := strconv.ParseInt(v, 10, 64); err == nil {
		c = s.chat(id)
	}
	if c == nil {
		return nil, badRequest("chat not found")
	}
	return c, nil
}

// chat finds the chat that the call is about.
func (r *request) chat() (*chat, *apiError) { return r.chatIn("chat_id") }

func (r *request) chatIn(name string) (*chat, *apiError) {
	c, err := r.s.chatByName(r.vals[name])
	if err != nil {
		return nil, err
	}
	if name == "chat_id" {
		r.chatID = c.id
	}
	return c, nil
}

// topic is a topic by its thread, nil when there is none. The lock is held.
func (c *chat) topic(threadID int64) *Topic {
	for _, t := range c.topics {
		if t.ThreadID == threadID && !t.Deleted {
			return t
		}
	}
	return nil
}

// post appends a message: gives it an id and a date, remembers it, wakes who
// waits and tells the page. The lock is held.
func (s *Server) post(c *chat, m Message) *Message {
	m.ChatID = c.id
	if c.ownIDs() {
		c.nextID++
		m.ID = c.nextID
	} else {
		m.ID = s.nextMessage.Add(1)
	}
	if m.Date.IsZero() {
		m.Date = s.opt.Now()
	}
	kept := &m
	c.msgs = append(c.msgs, kept)
	if over := len(c.msgs) - s.opt.KeepMessages; over > 0 && (over > 64 || over > s.opt.KeepMessages/4) {
		c.msgs = slices.Clone(c.msgs[over:])
	}
	c.last = kept
	if m.Outgoing {
		c.typing = ""
	}
	s.changed(c, EventMessage, kept)
	return kept
}

// replace puts a changed message in the place of the old one. The lock is held.
func (s *Server) replace(c *chat, kind EventKind, m Message) *Message {
	kept := &m
	if i, ok := c.index(m.ID); ok {
		if c.last == c.msgs[i] {
			c.last = kept
		}
		c.msgs[i] = kept
	}
	s.changed(c, kind, kept)
	return kept
}

func (s *Server) changed(c *chat, kind EventKind, m *Message) {
	for _, w := range c.waiters {
		w.add(m)
	}
	s.events.publish(Event{Time: s.opt.Now(), Kind: kind, ChatID: c.id, MessageID: m.ID, Message: m})
}

// remove deletes a message for all. The lock is held.
func (s *Server) remove(c *chat, id int64) {
	i, ok := c.index(id)
	if !ok {
		return
	}
	gone := c.msgs[i]
	c.msgs = slices.Delete(c.msgs, i, i+1)
	if c.last == gone {
		c.last = nil
		if n := len(c.msgs); n > 0 {
			c.last = c.msgs[n-1]
		}
	}
	c.pinned = slices.DeleteFunc(c.pinned, func(p int64) bool { return p == id })
	s.events.publish(Event{Time: s.opt.Now(), Kind: EventDelete, ChatID: c.id, MessageID: id})
}
