package telegram

import (
	"fmt"
	"time"
)

// Error is a refusal by the Bot API.
type Error struct {
	Code        int    // as HTTP statuses are
	Description string // Telegram's own words
	RetryAfter  time.Duration
	MigrateTo   int64 // the id of the supergroup that the chat became
}

func (e *Error) Error() string { return fmt.Sprintf("%d %s", e.Code, e.Description) }

// Class says what an error means for the one who called.
type Class int

// The classes.
const (
	OK           Class = iota
	NotModified        // the edit changes nothing
	Flood              // too many requests: wait Error.RetryAfter
	Gone               // the chat cannot be reached any more
	NoRights           // the chat is there, the bot may not do this in it
	Moved              // the group became the supergroup Error.MigrateTo
	BadHTML            // the text's formatting is not understood
	BadPreview         // the address of a picture or page is not usable
	BadButton          // the address of a button is not usable
	ThreadGone         // the forum topic is deleted
	NotFound           // the message to edit, delete or copy is not there, or cannot be changed any more
	QueryTooOld        // the callback query can't be answered any more
	Rejected           // Telegram will never take this request
	Unauthorized       // the token is not accepted, or the server does not know it
	Conflict           // another process takes the updates, or a webhook does
	Temporary          // 5xx, network, no answer of the Bot API: try again later
)

// Classify is the one place that tells Telegram's errors apart.
func Classify(err error) Class { return OK }

// Redact takes token out of s.
func Redact(s, token string) string { return s }
