package emulator

import (
	"reflect"
	"slices"
	"strings"
	"time"
)

// deleteWindow is how long a bot can delete a message.
const deleteWindow = 48 * time.Hour

const errNotModified = "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message"

// edit finds the message, lets change work on a copy of it and keeps that.
func (r *request) edit(change func(*Message) *apiError) (any, *apiError) {
	if r.has("inline_message_id") && !r.has("chat_id") {
		return r.editInline(change)
	}
	keys, err := r.markupOf(r.vals["reply_markup"], r.privateTarget())
	if err != nil {
		return nil, err
	}
	if keys.reply != nil || keys.remove || keys.forceReply {
		return nil, badRequest("inline keyboard expected")
	}
	c, err := r.chat()
	if err != nil {
		return nil, err
	}
	id := r.integer("message_id", 0)
	if id == 0 {
		return nil, badRequest("message identifier is not specified")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := r.s.reachable(c); err != nil {
		return nil, err
	}
	if c.typ == Private && c.blocked {
		return nil, forbidden("bot was blocked by the user")
	}
	if c.typ == Private && c.deleted {
		return nil, forbidden("user is deactivated")
	}
	old := c.find(id)
	if old == nil {
		return nil, badRequest("message to edit not found")
	}
	others := c.typ == Channel && r.s.may(c, func(r Rights) bool { return r.EditMessages })
	if !old.Outgoing && !others || old.Service != "" || old.origin != nil ||
		old.ReplyKeyboard != nil || old.RemoveKeyboard || old.ForceReply {
		return nil, badRequest("message can't be edited")
	}
	m, err := r.changed(c, old, keys, change)
	if err != nil {
		return nil, err
	}
	return r.s.wireMessage(c, m), nil
}

// changed puts the new content in the place of the old, if it is valid and new.
// The chat's lock is held.
func (r *request) changed(c *chat, old *Message, keys markup, change func(*Message) *apiError) (*Message, *apiError) {
	m := *old
	m.InlineKeyboard = keys.inline
	if err := change(&m); err != nil {
		return nil, err
	}
	if units(m.Text) > maxText {
		return nil, badRequest("message is too long")
	}
	if units(m.Caption) > maxCaption {
		return nil, badRequest("message caption is too long")
	}
	if sameContent(old, &m) {
		return nil, badRequest("%s", errNotModified)
	}
	if !onlyKeyboard(old, &m) {
		m.EditDate = r.s.opt.Now() // a change of the keyboard alone is no edit that people see
	}
	return r.s.replace(c, EventEdit, m), nil
}

func sameContent(a, b *Message) bool {
	return onlyKeyboard(a, b) && reflect.DeepEqual(a.InlineKeyboard, b.InlineKeyboard)
}

// onlyKeyboard tells whether a and b differ in nothing but their keyboards.
func onlyKeyboard(a, b *Message) bool {
	return a.Text == b.Text && a.Caption == b.Caption && a.CaptionAbove == b.CaptionAbove &&
		slices.EqualFunc(a.Entities, b.Entities, sameEntity) && slices.EqualFunc(a.CaptionEntities, b.CaptionEntities, sameEntity) &&
		reflect.DeepEqual(a.LinkPreview, b.LinkPreview) && reflect.DeepEqual(a.Photo, b.Photo) && reflect.DeepEqual(a.Document, b.Document)
}

func sameEntity(a, b Entity) bool { return reflect.DeepEqual(a, b) }

func (r *request) editMessageText() (any, *apiError) {
	if strings.TrimSpace(r.vals["text"]) == "" {
		return nil, badRequest("message text is empty")
	}
	text, entities, err := r.formatted(r.vals["text"], r.vals["parse_mode"], r.vals["entities"])
	if err != nil {
		return nil, err
	}
	if text == "" {
		return nil, badRequest("text must be non-empty")
	}
	preview, err := r.linkPreview()
	if err != nil {
		return nil, err
	}
	return r.edit(func(m *Message) *apiError {
		if m.Photo != nil || m.Document != nil {
			return badRequest("there is no text in the message to edit")
		}
		m.Text, m.Entities, m.LinkPreview = text, entities, preview
		return nil
	})
}

func (r *request) editMessageCaption() (any, *apiError) {
	var read Message
	if err := r.caption(&read); err != nil {
		return nil, err
	}
	return r.edit(func(m *Message) *apiError {
		if m.Photo == nil && m.Document == nil {
			return badRequest("there is no caption in the message to edit")
		}
		m.Caption, m.CaptionEntities, m.CaptionAbove = read.Caption, read.CaptionEntities, read.CaptionAbove
		return nil
	})
}

func (r *request) editMessageReplyMarkup() (any, *apiError) {
	return r.edit(func(*Message) *apiError { return nil })
}

func (r *request) editMessageMedia() (any, *apiError) {
	var in inputMedia
	if err := r.decode("media", r.vals["media"], &in); err != nil {
		return nil, badRequest("can't parse media JSON object")
	}
	var read Message
	if err := r.media(in, &read); err != nil {
		return nil, err
	}
	return r.edit(func(m *Message) *apiError {
		m.Photo, m.Document = read.Photo, read.Document
		m.Caption, m.CaptionEntities, m.CaptionAbove = read.Caption, read.CaptionEntities, read.CaptionAbove
		m.Text, m.Entities, m.LinkPreview = "", nil, nil
		return nil
	})
}

// deletable tells whether the bot may delete a message. The lock is held.
func (s *Server) deletable(c *chat, m *Message) *apiError {
	if s.opt.Now().Sub(m.Date) >= deleteWindow && !(c.typ != Private && s.may(c, func(r Rights) bool { return r.DeleteMessages })) {
		return badRequest("message can't be deleted for everyone")
	}
	switch {
	case m.Service != "" && c.typ == Supergroup && !s.may(c, func(r Rights) bool { return r.DeleteMessages }):
		return badRequest("message can't be deleted")
	case c.typ == Private, m.Outgoing:
		return nil
	case s.may(c, func(r Rights) bool { return r.DeleteMessages }):
		return nil
	}
	return badRequest("message can't be deleted")
}

func (r *request) deleteMessage() (any, *apiError) {
	c, err := r.chat()
	if err != nil {
		return nil, err
	}
	id := r.integer("message_id", 0)
	if id == 0 {
		return nil, badRequest("message identifier is not specified")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := r.s.reachable(c); err != nil {
		return nil, err
	}
	m := c.find(id)
	if m == nil {
		return nil, badRequest("message to delete not found")
	}
	if err := r.s.deletable(c, m); err != nil {
		return nil, err
	}
	r.s.remove(c, id)
	return true, nil
}

// deleteMessages skips those that are not there or cannot be deleted.
func (r *request) deleteMessages() (any, *apiError) {
	ids, err := r.ids(false)
	if err != nil {
		return nil, err
	}
	c, err := r.chat()
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := r.s.reachable(c); err != nil {
		return nil, err
	}
	for _, id := range ids {
		if m := c.find(id); m != nil && r.s.deletable(c, m) == nil {
			r.s.remove(c, id)
		}
	}
	return true, nil
}

// canPin tells whether the bot may pin. The lock is held.
func (s *Server) canPin(c *chat) *apiError {
	if err := s.reachable(c); err != nil {
		return err
	}
	switch {
	case c.typ == Private && c.blocked:
		return forbidden("bot was blocked by the user")
	case c.typ == Private:
		return nil
	case c.typ == Channel:
		if s.may(c, func(r Rights) bool { return r.EditMessages || r.PinMessages }) {
			return nil
		}
	case s.may(c, func(r Rights) bool { return r.PinMessages }), !c.isAdmin(s.bot.ID) && !c.noPins && in(c.status(s.bot.ID)):
		return nil
	}
	return badRequest("not enough rights to manage pinned messages in the chat")
}

func (r *request) pinChatMessage() (any, *apiError) {
	c, err := r.chat()
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := r.s.canPin(c); err != nil {
		return nil, err
	}
	old := c.find(r.integer("message_id", 0))
	if old == nil {
		return nil, badRequest("message to pin not found")
	}
	if old.Service != "" {
		return nil, badRequest("message can't be pinned")
	}
	if old.Pinned {
		return nil, badRequest("CHAT_NOT_MODIFIED")
	}
	m := *old
	m.Pinned = true
	c.pinned = append(c.pinned, m.ID)
	r.s.replace(c, EventPin, m)
	note := Message{From: r.s.bot, Outgoing: true, Service: "pinned_message", service: &serviceInfo{pinned: m.ID}, Silent: r.bool("disable_notification")}
	if c.typ == Channel {
		note.From = User{}
	}
	posted := r.s.post(c, note)
	r.s.update(updateName(c, false), r.s.wireMessage(c, posted))
	return true, nil
}

func (r *request) unpinChatMessage() (any, *apiError) {
	return r.unpin(func(c *chat) ([]int64, *apiError) {
		if r.has("message_id") {
			id := r.integer("message_id", 0)
			if m := c.find(id); m == nil {
				return nil, badRequest("message to unpin not found")
			}
			return []int64{id}, nil
		}
		if len(c.pinned) == 0 {
			return nil, badRequest("message to unpin not found")
		}
		return c.pinned[len(c.pinned)-1:], nil
	})
}

func (r *request) unpinAllChatMessages() (any, *apiError) {
	return r.unpin(func(c *chat) ([]int64, *apiError) { return c.pinned, nil })
}

func (r *request) unpin(which func(*chat) ([]int64, *apiError)) (any, *apiError) {
	c, err := r.chat()
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := r.s.canPin(c); err != nil {
		return nil, err
	}
	ids, err := which(c)
	if err != nil {
		return nil, err
	}
	for _, id := range slices.Clone(ids) {
		c.pinned = slices.DeleteFunc(c.pinned, func(p int64) bool { return p == id })
		if old := c.find(id); old != nil && old.Pinned {
			m := *old
			m.Pinned = false
			r.s.replace(c, EventUnpin, m)
		}
	}
	return true, nil
}

// actions are what sendChatAction takes.
var actions = []string{
	"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
	"choose_sticker", "find_location", "record_video_note", "upload_video_note",
}

// typingTime is how long an action is shown.
const typingTime = 5 * time.Second

func (r *request) sendChatAction() (any, *apiError) {
	action := strings.ToLower(r.vals["action"])
	if !slices.Contains(actions, action) && action != "cancel" {
		return nil, badRequest("wrong parameter action in request")
	}
	c, err := r.chat()
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := r.s.writable(c, "text messages"); err != nil {
		return nil, err
	}
	if err := r.thread(c, &Message{}); err != nil {
		return nil, err
	}
	if action == "cancel" {
		action = ""
	}
	c.typing, c.until = action, time.Now().Add(typingTime)
	r.s.events.publish(Event{Time: r.s.opt.Now(), Kind: EventTyping, ChatID: c.id, Text: action})
	return true, nil
}

// sendMessageDraft shows a text that is still being written; no message comes of it.
func (r *request) sendMessageDraft() (any, *apiError) {
	if r.integer("draft_id", 0) == 0 {
		return nil, badRequest("DRAFT_ID_INVALID")
	}
	text, _, err := r.formatted(r.vals["text"], r.vals["parse_mode"], r.vals["entities"])
	if err != nil {
		return nil, err
	}
	if units(text) > maxText {
		return nil, badRequest("message is too long")
	}
	c, err := r.chat()
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.typ != Private {
		return nil, badRequest("message drafts can be sent only to private chats")
	}
	if err := r.s.writable(c, "text messages"); err != nil {
		return nil, err
	}
	r.s.events.publish(Event{Time: r.s.opt.Now(), Kind: EventDraft, ChatID: c.id, Text: text})
	return true, nil
}
