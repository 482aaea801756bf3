package emulator

import "strconv"

// The types below are JSON objects of the Bot API, as far as the emulator makes them.

type wireUser struct {
	ID           int64  `json:"id"`
	IsBot        bool   `json:"is_bot"`
	FirstName    string `json:"first_name"`
	LastName     string `json:"last_name,omitempty"`
	Username     string `json:"username,omitempty"`
	LanguageCode string `json:"language_code,omitempty"`
}

func (u User) wire() *wireUser {
	return &wireUser{ID: u.ID, IsBot: u.IsBot, FirstName: u.FirstName, LastName: u.LastName, Username: u.Username, LanguageCode: u.LanguageCode}
}

// public is the account as others see it: without the language of its app.
func (u User) public() *wireUser {
	w := u.wire()
	w.LanguageCode = ""
	return w
}

func (u User) name() string {
	if u.LastName == "" {
		return u.FirstName
	}
	return u.FirstName + " " + u.LastName
}

type wireChat struct {
	ID        int64  `json:"id"`
	Title     string `json:"title,omitempty"`
	Username  string `json:"username,omitempty"`
	FirstName string `json:"first_name,omitempty"`
	LastName  string `json:"last_name,omitempty"`
	Type      string `json:"type"`
	IsForum   bool   `json:"is_forum,omitempty"`
}

type wireEntity struct {
	Entity
	User *wireUser `json:"user,omitempty"`
}

type wireFile struct {
	FileID       string `json:"file_id"`
	FileUniqueID string `json:"file_unique_id"`
	FileSize     int    `json:"file_size,omitempty"`
	FilePath     string `json:"file_path,omitempty"`
	Width        int    `json:"width,omitempty"`
	Height       int    `json:"height,omitempty"`
	FileName     string `json:"file_name,omitempty"`
	MIMEType     string `json:"mime_type,omitempty"`
}

type wireOrigin struct {
	Type       string    `json:"type"` // user, hidden_user, chat, channel
	Date       int64     `json:"date"`
	SenderUser *wireUser `json:"sender_user,omitempty"`
	Chat       *wireChat `json:"chat,omitempty"`
	SenderChat *wireChat `json:"sender_chat,omitempty"`
	MessageID  int64     `json:"message_id,omitempty"`
}

type wireMessage struct {
	MessageID       int64           `json:"message_id"`
	MessageThreadID int64           `json:"message_thread_id,omitempty"`
	From            *wireUser       `json:"from,omitempty"`
	SenderChat      *wireChat       `json:"sender_chat,omitempty"`
	Chat            *wireChat       `json:"chat"`
	Date            int64           `json:"date"`
	EditDate        int64           `json:"edit_date,omitempty"`
	ForwardOrigin   *wireOrigin     `json:"forward_origin,omitempty"`
	IsTopicMessage  bool            `json:"is_topic_message,omitempty"`
	ReplyTo         *wireMessage    `json:"reply_to_message,omitempty"`
	Quote           *wireQuote      `json:"quote,omitempty"`
	ViaBot          *wireUser       `json:"via_bot,omitempty"`
	MediaGroupID    string          `json:"media_group_id,omitempty"`
	Protected       bool            `json:"has_protected_content,omitempty"`
	Text            string          `json:"text,omitempty"`
	Entities        []wireEntity    `json:"entities,omitempty"`
	LinkPreview     *LinkPreview    `json:"link_preview_options,omitempty"`
	Photo           []wireFile      `json:"photo,omitempty"`
	Document        *wireFile       `json:"document,omitempty"`
	Caption         string          `json:"caption,omitempty"`
	CaptionEntities []wireEntity    `json:"caption_entities,omitempty"`
	CaptionAbove    bool            `json:"show_caption_above_media,omitempty"`
	Spoiler         bool            `json:"has_media_spoiler,omitempty"`
	ReplyMarkup     *wireInlineKeys `json:"reply_markup,omitempty"`
	PaidStars       int             `json:"paid_star_count,omitempty"`

	NewChatMembers    []*wireUser  `json:"new_chat_members,omitempty"`
	LeftChatMember    *wireUser    `json:"left_chat_member,omitempty"`
	PinnedMessage     *wireMessage `json:"pinned_message,omitempty"`
	MigrateToChatID   int64        `json:"migrate_to_chat_id,omitempty"`
	MigrateFromChatID int64        `json:"migrate_from_chat_id,omitempty"`
	TopicCreated      *wireTopic   `json:"forum_topic_created,omitempty"`
	TopicEdited       *wireTopic   `json:"forum_topic_edited,omitempty"`
	TopicClosed       *struct{}    `json:"forum_topic_closed,omitempty"`
	TopicReopened     *struct{}    `json:"forum_topic_reopened,omitempty"`
}

type wireQuote struct {
	Text     string `json:"text"`
	Position int    `json:"position"`
	IsManual bool   `json:"is_manual,omitempty"`
}

type wireTopic struct {
	MessageThreadID   int64  `json:"message_thread_id,omitempty"`
	Name              string `json:"name,omitempty"`
	IconColor         int    `json:"icon_color,omitempty"`
	IconCustomEmojiID string `json:"icon_custom_emoji_id,omitempty"`
}

// serviceInfo is what a service message tells.
type serviceInfo struct {
	users                  []User
	pinned                 int64
	migrateTo, migrateFrom int64
	topic                  *wireTopic
}

type wireMember struct {
	Status            string    `json:"status"`
	User              *wireUser `json:"user"`
	CanBeEdited       *bool     `json:"can_be_edited,omitempty"`
	IsAnonymous       *bool     `json:"is_anonymous,omitempty"`
	CanManageChat     bool      `json:"can_manage_chat,omitempty"`
	CanDeleteMessages bool      `json:"can_delete_messages,omitempty"`
	CanPostMessages   bool      `json:"can_post_messages,omitempty"`
	CanEditMessages   bool      `json:"can_edit_messages,omitempty"`
	CanPinMessages    bool      `json:"can_pin_messages,omitempty"`
	CanManageTopics   bool      `json:"can_manage_topics,omitempty"`
	IsMember          *bool     `json:"is_member,omitempty"`
	CanSendMessages   *bool     `json:"can_send_messages,omitempty"`
	CanSendPhotos     *bool     `json:"can_send_photos,omitempty"`
	UntilDate         *int64    `json:"until_date,omitempty"`
}

// entities are e on the wire.
func (s *Server) wireEntities(list []Entity) []wireEntity {
	if len(list) == 0 {
		return nil
	}
	out := make([]wireEntity, len(list))
	for i, e := range list {
		out[i].Entity = e
		if e.User != nil {
			u, ok := s.user(e.User.ID)
			if !ok {
				u = *e.User
			}
			out[i].User = u.wire()
		}
	}
	return out
}

// wireMessage makes the JSON form of m. The chat's lock is held.
func (s *Server) wireMessage(c *chat, m *Message) *wireMessage {
	w := s.wireShallow(c, m)
	if m.ReplyTo != 0 {
		if to := c.find(m.ReplyTo); to != nil {
			w.ReplyTo = s.wireShallow(c, to)
		}
		if m.ReplyQuote != "" {
			w.Quote = &wireQuote{Text: m.ReplyQuote, IsManual: true}
		}
	}
	if m.service != nil && m.service.pinned != 0 {
		if p := c.find(m.service.pinned); p != nil {
			w.PinnedMessage = s.wireShallow(c, p)
		} else {
			w.PinnedMessage = &wireMessage{MessageID: m.service.pinned, Chat: c.wire()}
		}
	}
	return w
}

func (s *Server) wireShallow(c *chat, m *Message) *wireMessage {
	w := &wireMessage{
		MessageID: m.ID, Chat: c.wire(), Date: m.Date.Unix(), ForwardOrigin: m.origin, MediaGroupID: m.MediaGroupID,
		Protected: m.Protected, Text: m.Text, Entities: s.wireEntities(m.Entities), LinkPreview: m.LinkPreview,
		Caption: m.Caption, CaptionEntities: s.wireEntities(m.CaptionEntities), CaptionAbove: m.CaptionAbove,
		MessageThreadID: m.ThreadID, IsTopicMessage: m.ThreadID != 0,
	}
	if c.typ == Channel {
		w.SenderChat = c.wire()
	} else {
		w.From = m.From.wire()
	}
	if !m.EditDate.IsZero() {
		w.EditDate = m.EditDate.Unix()
	}
	if m.ViaBot {
		w.ViaBot = s.bot.public()
	}
	if p := m.Photo; p != nil {
		w.Photo = []wireFile{{FileID: p.FileID, FileUniqueID: uniqueID(p.FileID), FileSize: p.Size, Width: p.Width, Height: p.Height}}
		w.Spoiler = p.Spoiler
	}
	if d := m.Document; d != nil {
		w.Document = &wireFile{FileID: d.FileID, FileUniqueID: uniqueID(d.FileID), FileSize: d.Size, FileName: d.Name, MIMEType: d.MIMEType}
	}
	if len(m.InlineKeyboard) > 0 {
		w.ReplyMarkup = wireKeyboard(m.InlineKeyboard)
	}
	if m.service != nil {
		w.service(m)
	}
	return w
}

func (w *wireMessage) service(m *Message) {
	i := m.service
	switch m.Service {
	case "new_chat_members":
		for _, u := range i.users {
			w.NewChatMembers = append(w.NewChatMembers, u.public())
		}
	case "left_chat_member":
		w.LeftChatMember = i.users[0].public()
	case "migrate_to_chat_id":
		w.MigrateToChatID = i.migrateTo
	case "migrate_from_chat_id":
		w.MigrateFromChatID = i.migrateFrom
	case "forum_topic_created":
		w.TopicCreated = i.topic
	case "forum_topic_edited":
		w.TopicEdited = i.topic
	case "forum_topic_closed":
		w.TopicClosed = &struct{}{}
	case "forum_topic_reopened":
		w.TopicReopened = &struct{}{}
	}
}

// envelope is the body of an answer that refuses.
type envelope struct {
	OK          bool            `json:"ok"`
	ErrorCode   int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  *wireParameters `json:"parameters,omitempty"`
}

type wireParameters struct {
	MigrateToChatID int64 `json:"migrate_to_chat_id,omitempty"`
	RetryAfter      int   `json:"retry_after,omitempty"`
}

func (e *apiError) envelope() envelope {
	env := envelope{ErrorCode: e.code, Description: e.text}
	if e.migrateTo != 0 || e.retryAfter != 0 {
		env.Parameters = &wireParameters{MigrateToChatID: e.migrateTo, RetryAfter: e.retryAfter}
	}
	return env
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
