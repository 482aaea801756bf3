// Package telegram is the only user of the Bot API: it calls methods with a
// context, reads updates one by one, tells errors apart, and lets the token
// into no error and no log.
package telegram

import (
	"time"

	"newsbot/internal/outbox"
)

// ChatKind is the kind of a chat as Telegram names it.
type ChatKind string

// The kinds of chat.
const (
	Private    ChatKind = "private"
	Group      ChatKind = "group"
	Supergroup ChatKind = "supergroup"
	Channel    ChatKind = "channel"
)

// Update is one thing that happened. Exactly one of Message, Callback, Member
// and Inline is set in the updates that are handed on.
type Update struct {
	ID       int64
	Message  *Message
	Callback *Callback
	Member   *MemberChange
	Inline   *InlineQuery
}

// Chat is where something happened. Title is the title of a group or channel and the name of a person.
type Chat struct {
	ID    int64
	Kind  ChatKind
	Title string
	Forum bool
}

// User is a person, or a bot. Language is an IETF tag, often empty.
type User struct {
	ID       int64
	Bot      bool
	Name     string
	Username string
	Language string
}

// Message is an incoming message. From is the zero User for channel posts.
// SenderChat is set for anonymous group admins and channel posts.
type Message struct {
	ID         int64
	Chat       Chat
	From       User
	SenderChat int64 // id of the chat in whose name it was sent; 0 otherwise
	ThreadID   int64 // forum topic; 0 otherwise
	Text       string
	Entities   []Entity // formatting of Text, or of Caption when there is no text; HTML applies it
	Caption    string
	HasMedia   bool
	// Captioned tells that the media can have a caption: a picture, a video, a file.
	Captioned bool
	Album     string // what the messages of one album share; empty otherwise
	// NoPreview tells that the sender wants no preview of a link.
	NoPreview bool
	// Links are the message's buttons that open an address.
	Links      [][]outbox.Button
	Date       time.Time
	ReplyTo    *Message
	MigratedTo int64 // the group became this supergroup
	// Buttons are the data of the inline buttons under it, row by row.
	Buttons []string
}

// Callback is a press of an inline button. Message has only ID and Chat, and a
// zero Date, when Telegram does not show it any more: it is too old or deleted.
// It is nil when the button is not in a message of the bot's.
type Callback struct {
	ID      string
	From    User
	Message *Message
	Data    string
}

// MemberChange tells that the bot's own standing in a chat changed: blocked,
// unblocked, added, removed, promoted, restricted.
type MemberChange struct {
	Chat Chat
	From User
	// Before is the standing until now, as Status is.
	Before string
	// Status is the new one: creator, administrator, member, restricted, left, kicked.
	Status string
	// CanSend is false when the new standing does not let the bot write there.
	CanSend bool
}
