package telegram

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
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
	NoRights           // the chat is there, the bot may not do this in it
	Moved              // the group became the supergroup Error.MigrateTo
	BadHTML            // the text's formatting is not understood
	BadPreview         // the address of a picture or page is not usable
	BadButton          // the address of a button is not usable
	ThreadGone         // the forum topic is deleted
	NotFound           // the message to edit, delete or copy is not there or cannot be changed any more; or the member asked for
	QueryTooOld        // the callback query can't be answered any more
	Rejected           // Telegram will never take this request
	Unauthorized       // the token is not accepted, or the server knows no such bot
	Conflict           // another process takes the updates, or a webhook does
	Temporary          // 5xx, network, no answer of the Bot API: try again later
)

var classNames = [...]string{
	OK: "ok", NotModified: "not modified", Flood: "flood", Gone: "gone", NoRights: "no rights", Moved: "moved",
	BadHTML: "bad HTML", BadPreview: "bad preview", BadButton: "bad button", ThreadGone: "thread gone",
	NotFound: "not found", QueryTooOld: "query too old", Rejected: "rejected", Unauthorized: "unauthorized",
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
	code  int // 0 is any
	part  string
	class Class
}{
	{0, "upgraded to a supergroup", Moved},
	{0, "message is not modified", NotModified},
	{0, "message_not_modified", NotModified},

	{0, "bot was blocked by the user", Gone},
	{0, "user_is_blocked", Gone},
	{0, "user is deactivated", Gone},
	{0, "input_user_deactivated", Gone},
	{0, "can't initiate conversation", Gone},
	{0, "can't send messages to bots", Gone},
	{0, "can't send messages to the user", Gone},
	{0, "bot was kicked", Gone},
	{0, "bot is not a member", Gone},
	{0, "chat was deleted", Gone},
	{0, "chat not found", Gone},
	{0, "peer_id_invalid", Gone},
	{0, "channel_private", Gone},

	{0, "have no write access", NoRights},
	{0, "have no rights to send", NoRights},
	{0, "need administrator rights", NoRights},
	{0, "not enough rights", NoRights},
	{0, "chat_write_forbidden", NoRights},
	{0, "chat_admin_required", NoRights},
	{0, "chat_restricted", NoRights},
	{0, "chat_guest_send_forbidden", NoRights},
	{0, "chat_send_", NoRights}, // …PLAIN_FORBIDDEN, …PHOTOS_FORBIDDEN and their like
	{0, "user_banned_in_channel", NoRights},
	{0, "topic_closed", NoRights},

	{0, "message thread not found", ThreadGone},
	{0, "message_thread_not_found", ThreadGone},
	{0, "topic_deleted", ThreadGone},
	{0, "topic_id_invalid", ThreadGone},

	{0, "message to ", NotFound}, // …edit, delete, copy, forward, pin, be replied not found
	{0, "message can't be edited", NotFound},
	{0, "message can't be deleted", NotFound},
	{0, "message can't be copied", NotFound},
	{0, "message_id_invalid", NotFound},
	{0, "message identifier is not specified", NotFound},
	{0, "user not found", NotFound}, // of getChatMember
	{0, "member not found", NotFound},
	{0, "participant_id_invalid", NotFound},
	{0, "user_not_participant", NotFound},

	{0, "can't parse entities", BadHTML},
	{0, "entity_bounds_invalid", BadHTML},
	{0, "entities_too_long", BadHTML},

	{0, "button_url_invalid", BadButton},
	{0, "inline keyboard button url", BadButton},

	{0, "wrong http url", BadPreview},
	{0, "failed to get http url content", BadPreview},
	{0, "wrong type of the web page content", BadPreview},
	{0, "wrong file identifier", BadPreview},
	{0, "webpage_", BadPreview}, // …CURL_FAILED, …MEDIA_EMPTY, …URL_INVALID
	{0, "link_preview_options", BadPreview},

	{0, "query is too old", QueryTooOld},
	{0, "query_id_invalid", QueryTooOld},

	{http.StatusNotFound, "method not found", Rejected},
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
		if (d.code == 0 || d.code == e.Code) && strings.Contains(text, d.part) {
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
