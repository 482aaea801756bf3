package emulator

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// AddUser adds a person. The private chat with the bot has the same id; the bot
// cannot write there until the person did. Adding one again changes the account.
func (s *Server) AddUser(u User) {
	u.IsBot = false
	s.mu.Lock()
	s.users[u.ID] = &u
	c, ok := s.chats[u.ID]
	if !ok {
		c = &chat{id: u.ID, typ: Private, person: u, username: u.Username, known: true}
		s.chats[u.ID] = c
	}
	s.mu.Unlock()
	if ok {
		c.mu.Lock()
		c.person, c.username = u, u.Username
		c.mu.Unlock()
	}
	s.chatChanged(u.ID)
}

func (s *Server) chatChanged(id int64) {
	s.events.publish(Event{Time: s.opt.Now(), Kind: EventChat, ChatID: id})
}

// AddChat adds a group, supergroup or channel.
func (s *Server) AddChat(given Chat) {
	c := &chat{
		id: given.ID, typ: given.Type, title: given.Title, username: given.Username, isForum: given.IsForum, members: map[int64]string{},
		rights: given.BotRights, noText: given.NoText, noPhotos: given.NoPhotos, noPins: given.NoMemberPins,
	}
	for id, st := range given.Members {
		c.members[id] = st
	}
	c.nextID = 1 // the first message tells that the chat was made; in a forum it is the topic General
	_, c.known = c.members[s.bot.ID]
	s.mu.Lock()
	s.chats[c.id] = c
	if c.username != "" {
		s.names[lowerASCII(c.username)] = c.id
	}
	s.mu.Unlock()
	s.chatChanged(c.id)
}

// AddTopic opens a topic in a forum and returns its message_thread_id. It
// returns 0 when there is no such forum.
func (s *Server) AddTopic(chatID int64, name string) (threadID int64) {
	c := s.chat(chatID)
	if c == nil || !c.forum() {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return s.openTopic(c, s.owner(c), name)
}

func (c *chat) forum() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.isForum
}

// openTopic makes a topic and its service message. The lock is held.
func (s *Server) openTopic(c *chat, by User, name string) int64 {
	thread := c.nextID + 1
	c.topics = append(c.topics, &Topic{ThreadID: thread, Name: name})
	m := Message{From: by, Outgoing: by.ID == s.bot.ID, ThreadID: thread, Service: "forum_topic_created", service: &serviceInfo{topic: &wireTopic{Name: name, IconColor: 7322096}}}
	s.postUpdate(c, m)
	return thread
}

// owner is the creator of a chat, else any person in it.
func (s *Server) owner(c *chat) User {
	var anyone User
	for id, st := range c.members {
		u, ok := s.user(id)
		if ok && st == Creator {
			return u
		}
		if ok && in(st) && !u.IsBot {
			anyone = u
		}
	}
	return anyone
}

// DeleteTopic deletes a topic with its messages: sends to it are refused.
func (s *Server) DeleteTopic(chatID, threadID int64) {
	c := s.chat(chatID)
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s.dropTopic(c, threadID)
}

func (s *Server) dropTopic(c *chat, threadID int64) {
	if t := c.topic(threadID); t != nil {
		t.Deleted = true
	}
	for _, m := range slices.Clone(c.msgs) {
		if m.ThreadID == threadID {
			s.remove(c, m.ID)
		}
	}
}

// postUpdate posts a message and tells the bot of it. The lock is held.
func (s *Server) postUpdate(c *chat, m Message) *Message {
	kept := s.post(c, m)
	if in(c.status(s.bot.ID)) || c.typ == Private {
		s.update(updateName(c, false), s.wireMessage(c, kept))
	}
	return kept
}

type wireMemberUpdate struct {
	Chat *wireChat   `json:"chat"`
	From *wireUser   `json:"from"`
	Date int64       `json:"date"`
	Old  *wireMember `json:"old_chat_member"`
	New  *wireMember `json:"new_chat_member"`
}

// SetMember changes a member's status, as an administrator of the chat would.
// For the bot itself it makes a my_chat_member update.
func (s *Server) SetMember(chatID, userID int64, status string) {
	s.setMember(chatID, userID, 0, status)
}

// Join makes a person a member.
func (s *Server) Join(chatID, userID int64) { s.setMember(chatID, userID, userID, Member) }

// AddBot adds the bot to a chat by a person's hand; status is Member or Administrator.
func (s *Server) AddBot(chatID, byUserID int64, status string) {
	s.setMember(chatID, s.bot.ID, byUserID, status)
}

func (s *Server) setMember(chatID, userID, byID int64, status string) {
	c := s.chat(chatID)
	if c == nil || c.typ == Private {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	by, ok := s.user(byID)
	if !ok {
		by = s.owner(c)
	}
	s.changeMember(c, userID, by, status)
}

// changeMember is setMember with the lock held.
func (s *Server) changeMember(c *chat, userID int64, by User, status string) {
	member, ok := s.user(userID)
	if !ok {
		return
	}
	old := c.status(userID)
	if old == status {
		return
	}
	before := s.member(c, member)
	wasIn := in(old)
	c.members[userID] = status
	if userID == s.bot.ID {
		c.known = true
		if status == Administrator && c.rights == (Rights{}) {
			c.rights = AllRights()
		}
	}
	change := wireMemberUpdate{Chat: c.wire(), From: by.wire(), Date: s.opt.Now().Unix(), Old: before, New: s.member(c, member)}
	switch {
	case userID == s.bot.ID:
		s.update("my_chat_member", change)
	case c.isAdmin(s.bot.ID):
		s.update("chat_member", change)
	}
	if c.typ != Channel && !wasIn && in(status) {
		s.postUpdate(c, Message{From: by, Service: "new_chat_members", service: &serviceInfo{users: []User{member}}})
	}
	if c.typ != Channel && wasIn && !in(status) {
		m := Message{From: by, Service: "left_chat_member", service: &serviceInfo{users: []User{member}}}
		kept := s.post(c, m)
		if c.typ == Group || userID != s.bot.ID {
			if in(c.status(s.bot.ID)) || userID == s.bot.ID {
				s.update("message", s.wireMessage(c, kept))
			}
		}
	}
	s.chatChanged(c.id)
}

// SetRights changes what the bot may do as an administrator. The bot hears of it.
func (s *Server) SetRights(chatID int64, r Rights) {
	c := s.chat(chatID)
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	before := s.member(c, s.bot)
	changed := c.rights != r
	c.rights = r
	if changed && c.status(s.bot.ID) == Administrator {
		by := s.owner(c)
		s.update("my_chat_member", wireMemberUpdate{Chat: c.wire(), From: by.wire(), Date: s.opt.Now().Unix(), Old: before, New: s.member(c, s.bot)})
	}
}

// SetRestrictions changes what ordinary members may send.
func (s *Server) SetRestrictions(chatID int64, noText, noPhotos bool) {
	if c := s.chat(chatID); c != nil {
		c.mu.Lock()
		c.noText, c.noPhotos = noText, noPhotos
		c.mu.Unlock()
	}
}

// Upgrade turns a group into a supergroup. The old id answers from then on with
// migrate_to_chat_id. It returns 0 when there is no such group.
func (s *Server) Upgrade(chatID int64) (newID int64) {
	old := s.chat(chatID)
	if old == nil || old.typ != Group {
		return 0
	}
	old.mu.Lock()
	defer old.mu.Unlock()
	if old.migratedTo != 0 {
		return old.migratedTo
	}
	newID = -1_000_000_000_000 - s.nextChat.Add(1)
	next := &chat{
		id: newID, typ: Supergroup, title: old.title, members: map[int64]string{}, rights: old.rights, known: old.known,
		noText: old.noText, noPhotos: old.noPhotos, noPins: old.noPins, nextID: 1,
	}
	for id, st := range old.members {
		next.members[id] = st
	}
	s.mu.Lock()
	s.chats[newID] = next
	s.mu.Unlock()
	by := s.owner(old)
	s.postUpdate(old, Message{From: by, Service: "migrate_to_chat_id", service: &serviceInfo{migrateTo: newID}})
	old.migratedTo = newID
	// Nobody else has the new chat's lock for longer than it takes to look, and
	// none that has it waits for the old one's.
	next.mu.Lock()
	s.postUpdate(next, Message{From: by, Service: "migrate_from_chat_id", service: &serviceInfo{migrateFrom: chatID}})
	next.mu.Unlock()
	s.chatChanged(newID)
	return newID
}

// Block makes a person block the bot.
func (s *Server) Block(userID int64) { s.setBlocked(userID, true) }

// Unblock undoes Block.
func (s *Server) Unblock(userID int64) { s.setBlocked(userID, false) }

func (s *Server) setBlocked(userID int64, blocked bool) {
	c := s.chat(userID)
	if c == nil || c.typ != Private {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.blocked == blocked {
		return
	}
	c.blocked = blocked
	member, kicked := &wireMember{Status: Member, User: s.bot.public()}, &wireMember{Status: Kicked, User: s.bot.public(), UntilDate: new(int64)}
	change := wireMemberUpdate{Chat: c.wire(), From: c.person.wire(), Date: s.opt.Now().Unix(), Old: member, New: kicked}
	if !blocked {
		change.Old, change.New = kicked, member
	}
	s.update("my_chat_member", change)
	s.chatChanged(c.id)
}

// Deactivate deletes a person's account.
func (s *Server) Deactivate(userID int64) {
	c := s.chat(userID)
	if c == nil || c.typ != Private {
		return
	}
	c.mu.Lock()
	c.deleted = true
	c.person = User{ID: userID}
	c.mu.Unlock()
	s.mu.Lock()
	s.users[userID] = &User{ID: userID}
	s.mu.Unlock()
	s.chatChanged(userID)
}

// SayOption changes what Say says.
type SayOption func(*said)

type said struct {
	m          Message
	noEntities bool
	entities   []Entity
	photo      []byte
}

// InThread says it in a topic of a forum.
func InThread(threadID int64) SayOption { return func(o *said) { o.m.ThreadID = threadID } }

// ReplyTo says it in answer to a message.
func ReplyTo(messageID int64) SayOption { return func(o *said) { o.m.ReplyTo = messageID } }

// WithoutEntities leaves out the entities, as some clients and servers do.
func WithoutEntities() SayOption { return func(o *said) { o.noEntities = true } }

// WithEntities gives the formatting the person chose.
func WithEntities(e ...Entity) SayOption { return func(o *said) { o.entities = e } }

// WithPhoto sends a picture; the text is its caption.
func WithPhoto(data []byte) SayOption { return func(o *said) { o.photo = data } }

// ForwardedFrom makes it a forward from a person.
func ForwardedFrom(u User) SayOption {
	return func(o *said) { o.m.ForwardedFrom, o.m.From = u.name(), u }
}

// present finds a person and a chat where the person can act.
func (s *Server) present(userID, chatID int64) (*chat, User, error) {
	u, ok := s.user(userID)
	if !ok || u.IsBot {
		return nil, User{}, fmt.Errorf("there is no user %d", userID)
	}
	c := s.chat(chatID)
	if c == nil {
		return nil, User{}, fmt.Errorf("there is no chat %d", chatID)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.typ == Private && chatID != userID:
		return nil, User{}, fmt.Errorf("user %d is not in the private chat %d", userID, chatID)
	case c.typ == Private && c.deleted:
		return nil, User{}, fmt.Errorf("the account of user %d is deleted", userID)
	case c.typ != Private && !in(c.status(userID)):
		return nil, User{}, fmt.Errorf("user %d is not in chat %d", userID, chatID)
	case c.migratedTo != 0:
		return nil, User{}, fmt.Errorf("chat %d was upgraded to %d", chatID, c.migratedTo)
	}
	return c, u, nil
}

// Say sends a text as a person. In a channel it is a post of the channel.
func (s *Server) Say(userID, chatID int64, text string, opts ...SayOption) (Message, error) {
	c, u, err := s.present(userID, chatID)
	if err != nil {
		return Message{}, fmt.Errorf("say: %w", err)
	}
	var o said
	for _, opt := range opts {
		opt(&o)
	}
	m := o.m
	if m.ForwardedFrom != "" {
		m.origin = userOrigin(o.m.From, s.opt.Now())
	}
	m.From = u
	text, entities := settle(text, o.entities, !o.noEntities)
	if o.noEntities {
		entities = nil
	}
	if o.photo != nil {
		p, err := s.keepPhoto(o.photo)
		if err != nil {
			return Message{}, fmt.Errorf("say: %w", err)
		}
		m.Photo, m.Caption, m.CaptionEntities = p, text, entities
	} else {
		if text == "" {
			return Message{}, errors.New("say: the text is empty")
		}
		m.Text, m.Entities = text, entities
	}
	if units(m.Text) > maxText || units(m.Caption) > maxCaption {
		return Message{}, errors.New("say: the text is too long for one message")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.blocked {
		return Message{}, fmt.Errorf("say: user %d has blocked the bot", userID)
	}
	if c.typ == Channel {
		if !c.isAdmin(userID) {
			return Message{}, fmt.Errorf("say: user %d is no administrator of channel %d", userID, chatID)
		}
		m.From = User{}
	}
	if m.ReplyTo != 0 {
		to := c.find(m.ReplyTo)
		if to == nil {
			return Message{}, fmt.Errorf("say: message %d is not in chat %d", m.ReplyTo, chatID)
		}
		if m.ThreadID == 0 {
			m.ThreadID = to.ThreadID
		}
	}
	if m.ThreadID != 0 && c.topic(m.ThreadID) == nil {
		return Message{}, fmt.Errorf("say: chat %d has no topic %d", chatID, m.ThreadID)
	}
	if c.typ == Private {
		c.started = true
	}
	kept := s.post(c, m)
	if s.hears(c, kept) {
		s.update(updateName(c, false), s.wireMessage(c, kept))
	}
	return *kept, nil
}

// hears tells whether the bot gets a person's message: in groups the privacy
// mode holds back what is not for it. The lock is held.
func (s *Server) hears(c *chat, m *Message) bool {
	switch {
	case c.typ == Private:
		return true
	case !in(c.status(s.bot.ID)):
		return false
	case c.typ == Channel, s.opt.ReadsAll, c.isAdmin(s.bot.ID):
		return true
	}
	if to := c.find(m.ReplyTo); to != nil && to.Outgoing {
		return true
	}
	text := m.Text + m.Caption
	at := "@" + lowerASCII(s.bot.Username)
	if strings.HasPrefix(text, "/") {
		command, _, _ := strings.Cut(text, " ")
		command, _, _ = strings.Cut(command, "\n")
		_, name, addressed := strings.Cut(command, "@")
		return !addressed || "@"+lowerASCII(name) == at
	}
	return strings.Contains(lowerASCII(text), at)
}

// EditSaid changes the text of a person's message.
func (s *Server) EditSaid(userID, chatID, messageID int64, text string) (Message, error) {
	c, _, err := s.present(userID, chatID)
	if err != nil {
		return Message{}, fmt.Errorf("edit: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	old := c.find(messageID)
	if old == nil || old.Outgoing || c.typ != Channel && old.From.ID != userID {
		return Message{}, fmt.Errorf("edit: user %d has no message %d in chat %d", userID, messageID, chatID)
	}
	m := *old
	text, entities := settle(text, nil, true)
	if m.Photo != nil {
		m.Caption, m.CaptionEntities = text, entities
	} else {
		m.Text, m.Entities = text, entities
	}
	m.EditDate = s.opt.Now()
	kept := s.replace(c, EventEdit, m)
	if s.hears(c, kept) {
		s.update(updateName(c, true), s.wireMessage(c, kept))
	}
	return *kept, nil
}

// DeleteSaid deletes messages of a chat by a person's hand. Bots are not told.
func (s *Server) DeleteSaid(chatID int64, messageIDs ...int64) {
	if c := s.chat(chatID); c != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, id := range messageIDs {
			s.remove(c, id)
		}
	}
}
