package emulator

import "slices"

type wireMe struct {
	wireUser
	CanJoinGroups      bool `json:"can_join_groups"`
	CanReadAll         bool `json:"can_read_all_group_messages"`
	SupportsInline     bool `json:"supports_inline_queries"`
	CanConnectBusiness bool `json:"can_connect_to_business"`
	HasMainWebApp      bool `json:"has_main_web_app"`
}

func (r *request) getMe() (any, *apiError) {
	me := *r.s.bot.wire()
	me.LanguageCode = ""
	me.FirstName = r.s.Name("")
	return wireMe{wireUser: me, CanJoinGroups: true, CanReadAll: r.s.opt.ReadsAll, SupportsInline: true}, nil
}

func yes() *bool { v := true; return &v }
func no() *bool  { return new(bool) }

// member is a member on the wire. The chat's lock is held.
func (s *Server) member(c *chat, u User) *wireMember {
	st := c.status(u.ID)
	m := &wireMember{Status: st, User: u.public()}
	switch st {
	case Creator:
		m.IsAnonymous = no()
	case Administrator:
		rights := AllRights()
		if u.ID == s.bot.ID {
			rights = c.rights
		}
		m.CanBeEdited, m.IsAnonymous, m.CanManageChat = no(), no(), true
		m.CanDeleteMessages = rights.DeleteMessages
		if c.typ == Channel {
			m.CanPostMessages, m.CanEditMessages = rights.PostMessages, rights.EditMessages
		} else {
			m.CanPinMessages = rights.PinMessages
			m.CanManageTopics = rights.ManageTopics && c.isForum
		}
	case Restricted:
		m.IsMember, m.CanSendMessages, m.CanSendPhotos, m.UntilDate = yes(), no(), no(), new(int64)
	case Kicked:
		m.UntilDate = new(int64)
	}
	return m
}

// seen finds the chat of the call, if the bot may see it; the lock is held after it.
func (r *request) seen() (*chat, *apiError) {
	c, err := r.chat()
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	if err := r.s.reachable(c); err != nil && (c.username == "" || c.typ == Private || c.migratedTo != 0) {
		c.mu.Unlock()
		return nil, err
	}
	return c, nil
}

type wireFullChat struct {
	wireChat
	AccentColor   int            `json:"accent_color_id"`
	MaxReactions  int            `json:"max_reaction_count"`
	PinnedMessage *wireMessage   `json:"pinned_message,omitempty"`
	Permissions   map[string]any `json:"permissions,omitempty"`
	ActiveNames   []string       `json:"active_usernames,omitempty"`
	AcceptedGifts map[string]any `json:"accepted_gift_types"`
	Bio           string         `json:"bio,omitempty"`
	Description   string         `json:"description,omitempty"`
}

func (r *request) getChat() (any, *apiError) {
	c, err := r.seen()
	if err != nil {
		return nil, err
	}
	defer c.mu.Unlock()
	if c.typ == Private && !c.started {
		return nil, badRequest("chat not found")
	}
	full := wireFullChat{wireChat: *c.wire(), MaxReactions: 11, AcceptedGifts: map[string]any{
		"unlimited_gifts": false, "limited_gifts": false, "unique_gifts": false, "premium_subscription": false, "gifts_from_channels": false,
	}}
	if c.username != "" {
		full.ActiveNames = []string{c.username}
	}
	if n := len(c.pinned); n > 0 {
		if m := c.find(c.pinned[n-1]); m != nil {
			full.PinnedMessage = r.s.wireMessage(c, m)
		}
	}
	if c.typ == Group || c.typ == Supergroup {
		full.Permissions = map[string]any{
			"can_send_messages": !c.noText, "can_send_photos": !c.noPhotos, "can_send_documents": !c.noPhotos,
			"can_send_other_messages": true, "can_add_web_page_previews": true, "can_pin_messages": !c.noPins,
			"can_invite_users": true, "can_change_info": false, "can_manage_topics": false,
		}
	}
	return full, nil
}

func (r *request) getChatMember() (any, *apiError) {
	id := r.integer("user_id", 0)
	if id <= 0 {
		return nil, badRequest("invalid user_id specified")
	}
	c, err := r.seen()
	if err != nil {
		return nil, err
	}
	defer c.mu.Unlock()
	u, ok := r.s.user(id)
	if !ok {
		return nil, badRequest("user not found")
	}
	if c.typ == Private {
		if id != c.id && id != r.s.bot.ID {
			return nil, badRequest("member not found")
		}
		return &wireMember{Status: Member, User: u.public()}, nil
	}
	if c.typ == Channel && !c.isAdmin(r.s.bot.ID) && id != r.s.bot.ID {
		return nil, badRequest("member list is inaccessible")
	}
	return r.s.member(c, u), nil
}

func (r *request) getChatAdministrators() (any, *apiError) {
	c, err := r.seen()
	if err != nil {
		return nil, err
	}
	defer c.mu.Unlock()
	if c.typ == Private {
		return nil, badRequest("there are no administrators in the private chat")
	}
	out := []*wireMember{}
	var ids []int64
	for id := range c.members {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		// Other bots are left out, and so is this one unless it asks.
		if !c.isAdmin(id) || id == r.s.bot.ID && c.typ != Channel && !r.bool("return_bots") {
			continue
		}
		if u, ok := r.s.user(id); ok {
			out = append(out, r.s.member(c, u))
		}
	}
	return out, nil
}

func (r *request) getChatMemberCount() (any, *apiError) {
	c, err := r.seen()
	if err != nil {
		return nil, err
	}
	defer c.mu.Unlock()
	if c.typ == Private {
		return 2, nil
	}
	n := 0
	for _, st := range c.members {
		if in(st) {
			n++
		}
	}
	return n, nil
}

func (r *request) leaveChat() (any, *apiError) {
	c, err := r.seen()
	if err != nil {
		return nil, err
	}
	defer c.mu.Unlock()
	if c.typ == Private {
		return nil, badRequest("chat member status can't be changed in private chats")
	}
	if err := r.s.reachable(c); err != nil {
		return nil, err
	}
	r.s.changeMember(c, r.s.bot.ID, r.s.bot, Left)
	return true, nil
}

func (r *request) getMyStarBalance() (any, *apiError) {
	return map[string]int{"amount": 0}, nil
}

// topicCall finds the forum that a topic's method is about; the lock is held after it.
func (r *request) forum() (*chat, *apiError) {
	c, err := r.chat()
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	if err = r.s.reachable(c); err == nil && !c.isForum {
		err = badRequest("the chat is not a forum")
	}
	if err == nil && !r.s.may(c, func(r Rights) bool { return r.ManageTopics }) {
		err = badRequest("not enough rights to manage topics in the chat")
	}
	if err != nil {
		c.mu.Unlock()
		return nil, err
	}
	return c, nil
}

func (r *request) createForumTopic() (any, *apiError) {
	name := r.vals["name"]
	if n := units(name); n < 1 || n > 128 {
		return nil, badRequest("TOPIC_TITLE_EMPTY")
	}
	c, err := r.forum()
	if err != nil {
		return nil, err
	}
	defer c.mu.Unlock()
	id := r.s.openTopic(c, r.s.bot, name)
	return wireTopic{MessageThreadID: id, Name: name, IconColor: 7322096}, nil
}

func (r *request) topicChange(change func(*chat, *Topic) *apiError) (any, *apiError) {
	c, err := r.forum()
	if err != nil {
		return nil, err
	}
	defer c.mu.Unlock()
	t := c.topic(r.integer("message_thread_id", 0))
	if t == nil {
		return nil, badRequest("message thread not found")
	}
	if err := change(c, t); err != nil {
		return nil, err
	}
	r.s.chatChanged(c.id)
	return true, nil
}

func (r *request) topicNote(c *chat, t *Topic, service string, info *serviceInfo) {
	r.s.postUpdate(c, Message{From: r.s.bot, Outgoing: true, ThreadID: t.ThreadID, Service: service, service: info})
}

func (r *request) editForumTopic() (any, *apiError) {
	return r.topicChange(func(c *chat, t *Topic) *apiError {
		if name, given := r.vals["name"]; given && name != "" {
			if name == t.Name {
				return badRequest("TOPIC_NOT_MODIFIED")
			}
			t.Name = name
			r.topicNote(c, t, "forum_topic_edited", &serviceInfo{topic: &wireTopic{Name: name}})
		}
		return nil
	})
}

func (r *request) closeForumTopic() (any, *apiError)  { return r.setClosed(true) }
func (r *request) reopenForumTopic() (any, *apiError) { return r.setClosed(false) }

func (r *request) setClosed(closed bool) (any, *apiError) {
	return r.topicChange(func(c *chat, t *Topic) *apiError {
		if t.Closed == closed {
			return badRequest("TOPIC_NOT_MODIFIED")
		}
		t.Closed = closed
		service := "forum_topic_reopened"
		if closed {
			service = "forum_topic_closed"
		}
		r.topicNote(c, t, service, &serviceInfo{})
		return nil
	})
}

func (r *request) deleteForumTopic() (any, *apiError) {
	return r.topicChange(func(c *chat, t *Topic) *apiError {
		r.s.dropTopic(c, t.ThreadID)
		return nil
	})
}
