package telegram

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"newsbot/internal/outbox"
)

// Error is a refusal by the Bot API.
type Error struct {
	Code        int           // as HTTP statuses are
	Description string        // Telegram's own words, such as "Bad Request: chat not found"
	RetryAfter  time.Duration // how long to wait; not zero for Flood
	MigrateTo   int64         // the id of the supergroup that the chat became
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
	NoWrite            // the chat is there, the bot may not write in it
	NoRights           // the chat is there, the bot may not do this in it
	Moved              // the group became the supergroup Error.MigrateTo
	BadHTML            // the text's formatting is not understood
	BadPreview         // the address of a picture or page is not usable
	BadButton          // the address of a button is not usable
	ThreadGone         // the forum topic is deleted
	NotFound           // the message to edit, delete or copy is not there, or the member asked for
	Locked             // the message is there, and can't be changed or deleted (any more)
	QueryTooOld        // the callback query can't be answered any more
	Rejected           // Telegram will never take this request
	Unauthorized       // the token is not accepted, or the server knows no such bot
	Conflict           // another process takes the updates, or a webhook does
	Temporary          // 5xx, network, no answer of the Bot API: try again later
)

var classNames = [...]string{
	OK: "ok", NotModified: "not modified", Flood: "flood", Gone: "gone", NoWrite: "no right to write", NoRights: "no rights", Moved: "moved",
	BadHTML: "bad HTML", BadPreview: "bad preview", BadButton: "bad button", ThreadGone: "thread gone",
	NotFound: "not found", Locked: "locked", QueryTooOld: "query too old", Rejected: "rejected", Unauthorized: "unauthorized",
	Conflict: "conflict", Temporary: "temporary",
}

// String names the class, for logs and metrics.
func (c Class) String() string {
	if c < 0 || int(c) >= len(classNames) {
		return fmt.Sprintf("class %d", int(c))
	}
	return classNames[c]
}

// descriptions tells refusals apart by a part of their lower-cased text: codes
// alone do not. The first that fits decides. Telegram has changed the case and
// the ends of its texts before, so that no more is asked for than is needed.
var descriptions = []struct {
	part  string
	class Class
}{
	{"upgraded to a supergroup", Moved},
	{"message is not modified", NotModified},
	{"message_not_modified", NotModified},

	{"bot was blocked by the user", Gone},
	{"user_is_blocked", Gone},
	{"user is deactivated", Gone},
	{"input_user_deactivated", Gone},
	{"can't initiate conversation", Gone},
	{"can't send messages to bots", Gone},
	{"can't send messages to the user", Gone},
	{"bot was kicked", Gone},
	{"bot is not a member", Gone},
	{"chat was deleted", Gone},
	{"chat not found", Gone},
	{"peer_id_invalid", Gone},
	{"channel_private", Gone},

	{"have no write access", NoWrite},
	{"have no rights to send", NoWrite},
	{"need administrator rights", NoWrite},
	{"not enough rights to send text messages", NoWrite},
	{"chat_write_forbidden", NoWrite},
	{"chat_admin_required", NoWrite},
	{"chat_restricted", NoWrite},
	{"chat_guest_send_forbidden", NoWrite},
	{"chat_send_plain_forbidden", NoWrite},
	{"user_banned_in_channel", NoWrite},
	// Where pictures are not wanted, or one topic is closed, texts still are.
	{"not enough rights", NoRights},
	{"chat_send_", NoRights}, // …PHOTOS_FORBIDDEN and its like
	{"topic_closed", NoRights},

	{"message thread not found", ThreadGone},
	{"message_thread_not_found", ThreadGone},
	{"topic_deleted", ThreadGone},
	{"topic_id_invalid", ThreadGone},

	{"there is no caption in the message", Locked},
	{"there is no text in the message", Locked},
	{"message to ", NotFound},     // …edit, delete, copy, forward, pin, be replied not found
	{"no messages to ", NotFound}, // …copy, forward
	{"message can't be", Locked},  // …edited, deleted, deleted for everyone, copied
	{"message_edit_time_expired", Locked},
	{"message_delete_forbidden", Locked},
	{"message_id_invalid", NotFound},
	{"message identifier is not specified", NotFound},
	{"user not found", NotFound}, // of getChatMember
	{"member not found", NotFound},
	{"participant_id_invalid", NotFound},
	{"user_not_participant", NotFound},

	{"can't parse entities", BadHTML},
	{"entity_bounds_invalid", BadHTML},
	{"entities_too_long", BadHTML},

	{"button_url_invalid", BadButton},
	{"inline keyboard button url", BadButton},

	{"wrong http url", BadPreview},
	{"failed to get http url content", BadPreview},
	{"wrong type of the web page content", BadPreview},
	{"wrong file identifier", BadPreview},
	{"webpage_", BadPreview}, // …CURL_FAILED, …MEDIA_EMPTY, …URL_INVALID
	{"link_preview_options", BadPreview},

	{"query is too old", QueryTooOld},
	{"query_id_invalid", QueryTooOld},

	{"method not found", Rejected},
}

// Classify is the one place that tells Telegram's errors apart. What is not an
// *Error is Temporary: the network, or no answer of the Bot API.
func Classify(err error) Class {
	if err == nil {
		return OK
	}
	var e *Error
	if !errors.As(err, &e) {
		return Temporary
	}
	switch {
	case e.Code == http.StatusTooManyRequests || e.Code < 500 && e.RetryAfter > 0:
		return Flood
	case e.Code == http.StatusUnauthorized:
		return Unauthorized
	case e.Code == http.StatusConflict:
		return Conflict
	case e.Code >= 500 || e.Code < 400:
		return Temporary
	}
	text := strings.ToLower(e.Description)
	for _, d := range descriptions {
		if strings.Contains(text, d.part) {
			return d.class
		}
	}
	switch e.Code {
	case http.StatusForbidden:
		// What is not known to be for ever must not end a subscription.
		return NoRights
	case http.StatusNotFound:
		// "Not Found" alone: no bot has this token, or the server's address is
		// not that of a Bot API.
		return Unauthorized
	default:
		return Rejected
	}
}

// reasons tells why a chat cannot be reached, by a part of the lower-cased text.
var reasons = []struct {
	part   string
	reason outbox.Reason
}{
	{"bot was blocked by the user", outbox.ReasonBlocked},
	{"user_is_blocked", outbox.ReasonBlocked},
	{"deactivated", outbox.ReasonDeactivated},
	{"can't initiate conversation", outbox.ReasonNotStarted},
	{"can't send messages to", outbox.ReasonNotStarted},
	{"bot was kicked", outbox.ReasonKicked},
	{"bot is not a member", outbox.ReasonKicked},
	{"channel_private", outbox.ReasonKicked},
}

// Reason is the class under which a refusal is counted and shown to editors;
// empty for what is not one.
func Reason(err error) outbox.Reason {
	switch Classify(err) {
	case Gone:
		var e *Error
		errors.As(err, &e)
		text := strings.ToLower(e.Description)
		for _, r := range reasons {
			if strings.Contains(text, r.part) {
				return r.reason
			}
		}
		return outbox.ReasonNotFound
	case NoWrite, NoRights:
		return outbox.ReasonNoRights
	case Moved:
		return outbox.ReasonMoved
	case NotFound:
		return outbox.ReasonNoMessage
	case Locked:
		return outbox.ReasonLocked
	case Temporary, Conflict:
		return outbox.ReasonUnreachable
	case OK, Flood, Unauthorized:
		return ""
	default:
		return outbox.ReasonRejected
	}
}

// minSecret is the length from which a token's secret half is looked for by
// itself; a shorter one could be any word.
const minSecret = 8

// Redact takes token, as it is and as it is written in addresses, out of s.
func Redact(s, token string) string {
	const mark = "[token]"
	if token == "" {
		return s
	}
	for _, form := range []string{token, url.QueryEscape(token)} {
		s = strings.ReplaceAll(s, form, mark)
	}
	if _, secret, _ := strings.Cut(token, ":"); len(secret) >= minSecret {
		s = strings.ReplaceAll(s, secret, mark)
	}
	return s
}
