package telegram

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"newsbot/internal/outbox"
)

// The kinds of update that are asked for: those that Update can hold.
var allowedUpdates = []string{"message", "channel_post", "callback_query", "my_chat_member", "inline_query"}

// The wire types hold what is used of an update and no more: a field that
// is not read cannot make an update undecodable when Telegram changes it, and
// tgbotapi's own types know neither topics nor messages without access.

type wireUpdate struct {
	ID          int64            `json:"update_id"`
	Message     *wireMessage     `json:"message"`
	ChannelPost *wireMessage     `json:"channel_post"`
	Callback    *wireCallback    `json:"callback_query"`
	Member      *wireMemberships `json:"my_chat_member"`
	Inline      *wireInlineQuery `json:"inline_query"`
}

type wireUser struct {
	ID        int64  `json:"id"`
	IsBot     bool   `json:"is_bot"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Username  string `json:"username"`
	Language  string `json:"language_code"`
}

type wireChat struct {
	ID        int64    `json:"id"`
	Type      ChatKind `json:"type"`
	Title     string   `json:"title"`
	FirstName string   `json:"first_name"`
	LastName  string   `json:"last_name"`
	Forum     bool     `json:"is_forum"`
}

type wireMessage struct {
	ID              int64          `json:"message_id"`
	Chat            wireChat       `json:"chat"`
	From            *wireUser      `json:"from"`
	SenderChat      *wireChat      `json:"sender_chat"`
	Thread          int64          `json:"message_thread_id"`
	InTopic         bool           `json:"is_topic_message"`
	Text            string         `json:"text"`
	Entities        []Entity       `json:"entities"`
	Caption         string         `json:"caption"`
	CaptionEntities []Entity       `json:"caption_entities"`
	Album           string         `json:"media_group_id"`
	Date            int64          `json:"date"`
	Preview         previewOptions `json:"link_preview_options"`
	ReplyTo         *wireMessage   `json:"reply_to_message"`
	MigratedTo      int64          `json:"migrate_to_chat_id"`
	// TopicCreated marks the service message that every message of a topic
	// seems to reply to.
	TopicCreated json.RawMessage `json:"forum_topic_created"`
	Markup       inlineKeyboard  `json:"reply_markup"`
	wireMedia
}

// links are the buttons of a message that open an address: of the others, only
// who made them knows what they do.
func (w *wireMessage) links() (rows [][]outbox.Button) {
	for _, row := range w.Markup.Rows {
		var links []outbox.Button
		for _, b := range row {
			if b.URL != "" && b.Text != "" {
				links = append(links, outbox.Button{Text: b.Text, URL: b.URL})
			}
		}
		if len(links) > 0 {
			rows = append(rows, links)
		}
	}
	return rows
}

// wireMedia only tells whether there is any.
type wireMedia struct {
	Animation json.RawMessage `json:"animation"`
	Audio     json.RawMessage `json:"audio"`
	Checklist json.RawMessage `json:"checklist"`
	Contact   json.RawMessage `json:"contact"`
	Dice      json.RawMessage `json:"dice"`
	Document  json.RawMessage `json:"document"`
	Game      json.RawMessage `json:"game"`
	LivePhoto json.RawMessage `json:"live_photo"`
	Location  json.RawMessage `json:"location"`
	PaidMedia json.RawMessage `json:"paid_media"`
	Photo     json.RawMessage `json:"photo"`
	Poll      json.RawMessage `json:"poll"`
	Sticker   json.RawMessage `json:"sticker"`
	Story     json.RawMessage `json:"story"`
	Venue     json.RawMessage `json:"venue"`
	Video     json.RawMessage `json:"video"`
	VideoNote json.RawMessage `json:"video_note"`
	Voice     json.RawMessage `json:"voice"`
}

func (m *wireMedia) any() bool {
	for _, part := range []json.RawMessage{
		m.Animation, m.Audio, m.Checklist, m.Contact, m.Dice, m.Document, m.Game, m.LivePhoto, m.Location,
		m.PaidMedia, m.Photo, m.Poll, m.Sticker, m.Story, m.Venue, m.Video, m.VideoNote, m.Voice,
	} {
		if present(part) {
			return true
		}
	}
	return false
}

// captioned tells whether it is of a kind that can have a caption.
func (m *wireMedia) captioned() bool {
	for _, part := range []json.RawMessage{m.Animation, m.Audio, m.Document, m.LivePhoto, m.Photo, m.Video, m.Voice} {
		if present(part) {
			return true
		}
	}
	return false
}

func present(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

type wireCallback struct {
	ID      string       `json:"id"`
	From    wireUser     `json:"from"`
	Message *wireMessage `json:"message"`
	Data    string       `json:"data"`
}

type wireMember struct {
	Status   string `json:"status"`
	IsMember bool   `json:"is_member"`         // of restricted
	CanSend  bool   `json:"can_send_messages"` // of restricted
	CanPost  bool   `json:"can_post_messages"` // of administrator, channels only
}

type wireMemberships struct {
	Chat wireChat   `json:"chat"`
	From wireUser   `json:"from"`
	Old  wireMember `json:"old_chat_member"`
	New  wireMember `json:"new_chat_member"`
}

// decodeUpdate reads one update. ok is false for kinds that Update cannot hold.
func decodeUpdate(raw []byte) (u Update, ok bool, err error) {
	var w wireUpdate
	if err := json.Unmarshal(raw, &w); err != nil {
		return Update{}, false, fmt.Errorf("decode update: %w", err)
	}
	u.ID = w.ID
	switch {
	case w.Message != nil:
		u.Message = w.Message.message()
	case w.ChannelPost != nil:
		u.Message = w.ChannelPost.message()
	case w.Callback != nil:
		u.Callback = &Callback{ID: w.Callback.ID, From: w.Callback.From.user(), Data: w.Callback.Data}
		if w.Callback.Message != nil {
			u.Callback.Message = w.Callback.Message.message()
		}
	case w.Member != nil:
		chat := w.Member.Chat.chat()
		u.Member = &MemberChange{
			Chat:    chat,
			From:    w.Member.From.user(),
			Before:  w.Member.Old.status(),
			Status:  w.Member.New.status(),
			CanSend: w.Member.New.canSend(chat.Kind),
		}
	case w.Inline != nil:
		u.Inline = &InlineQuery{ID: w.Inline.ID, From: w.Inline.From.user(), Text: w.Inline.Query}
	default:
		return u, false, nil
	}
	return u, true, nil
}

func (w *wireMessage) message() *Message {
	m := &Message{
		ID:         w.ID,
		Chat:       w.Chat.chat(),
		Text:       w.Text,
		Entities:   w.Entities,
		Caption:    w.Caption,
		HasMedia:   w.any(),
		Captioned:  w.captioned(),
		Album:      w.Album,
		Links:      w.links(),
		NoPreview:  w.Preview.Disabled,
		MigratedTo: w.MigratedTo,
	}
	if w.Text == "" {
		m.Entities = w.CaptionEntities
	}
	if w.From != nil {
		m.From = w.From.user()
	}
	if w.SenderChat != nil {
		m.SenderChat = w.SenderChat.ID
	}
	// Outside of topics the thread is a chain of replies, and nothing that can
	// be written to.
	if w.InTopic {
		m.ThreadID = w.Thread
	}
	// Telegram gives the date 0 to messages that it does not show any more.
	if w.Date != 0 {
		m.Date = time.Unix(w.Date, 0).UTC()
	}
	for _, row := range w.Markup.Rows {
		for _, b := range row {
			if b.Data != "" {
				m.Buttons = append(m.Buttons, b.Data)
			}
		}
	}
	if r := w.ReplyTo; r != nil && !present(r.TopicCreated) {
		m.ReplyTo = r.message()
	}
	return m
}

func (w *wireUser) user() User {
	return User{ID: w.ID, Bot: w.IsBot, Name: fullName(w.FirstName, w.LastName), Username: w.Username, Language: w.Language}
}

func (w *wireChat) chat() Chat {
	c := Chat{ID: w.ID, Kind: w.Type, Title: w.Title, Forum: w.Forum}
	if c.Title == "" {
		c.Title = fullName(w.FirstName, w.LastName)
	}
	return c
}

func fullName(first, last string) string { return strings.TrimSpace(first + " " + last) }

// status is the member's status; who is restricted and not in the chat has left.
func (w wireMember) status() string {
	if w.Status == "restricted" && !w.IsMember {
		return "left"
	}
	return w.Status
}

func (w wireMember) canSend(kind ChatKind) bool {
	switch w.status() {
	case "creator", "member":
		// A plain member of a channel only reads it.
		return kind != Channel || w.Status == "creator"
	case "administrator":
		return kind != Channel || w.CanPost
	case "restricted":
		return w.CanSend
	default:
		return false
	}
}
