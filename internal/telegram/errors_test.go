package telegram

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

// TestClassify holds every refusal that is known of the Bot API to its class.
func TestClassify(t *testing.T) {
	tests := []struct {
		code int
		text string
		want Class
	}{
		{403, "Forbidden: bot was blocked by the user", Gone},
		{403, "Forbidden: user is deactivated", Gone},
		{403, "Forbidden: bot can't initiate conversation with a user", Gone},
		{403, "Forbidden: bot can't send messages to bots", Gone},
		{403, "Forbidden: bot was kicked from the group chat", Gone},
		{403, "Forbidden: bot was kicked from the supergroup chat", Gone},
		{403, "Forbidden: bot was kicked from the channel chat", Gone},
		{403, "Forbidden: bot is not a member of the group chat", Gone},
		{403, "Forbidden: bot is not a member of the supergroup chat", Gone},
		{403, "Forbidden: bot is not a member of the channel chat", Gone},
		{403, "Forbidden: the group chat was deleted", Gone},
		{400, "Bad Request: chat not found", Gone},
		{400, "Bad Request: private chat not found", Gone},
		{400, "Bad Request: USER_IS_BLOCKED", Gone},
		{400, "Bad Request: INPUT_USER_DEACTIVATED", Gone},
		{400, "Bad Request: PEER_ID_INVALID", Gone},
		{403, "Forbidden: something new", NoRights},

		{400, "Bad Request: chat_id is empty", Rejected},
		{400, "Bad Request: group chat was upgraded to a supergroup chat", Moved},

		{400, "Bad Request: have no write access to the chat", NoWrite},
		{400, "Bad Request: need administrator rights in the channel chat", NoWrite},
		{400, "Bad Request: not enough rights to send text messages to the chat", NoWrite},
		{400, "Bad Request: not enough rights to send photos to the chat", NoRights},
		{400, "Bad Request: not enough rights to manage pinned messages in the chat", NoRights},
		{400, "Bad Request: CHAT_WRITE_FORBIDDEN", NoWrite},
		{400, "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN", NoWrite},
		{400, "Bad Request: TOPIC_CLOSED", NoRights},
		{400, "Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN", NoRights},
		{400, "Bad Request: USER_BANNED_IN_CHANNEL", NoWrite},

		{400, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message", NotModified},
		{400, "Bad Request: MESSAGE_NOT_MODIFIED", NotModified},

		{400, "Bad Request: message to edit not found", NotFound},
		{400, "Bad Request: message to delete not found", NotFound},
		{400, "Bad Request: message to be replied not found", NotFound},
		{400, "Bad Request: message to copy not found", NotFound},
		{400, "Bad Request: message to forward not found", NotFound},
		{400, "Bad Request: MESSAGE_ID_INVALID", NotFound},
		{400, "Bad Request: user not found", NotFound},
		{400, "Bad Request: PARTICIPANT_ID_INVALID", NotFound},
		{400, "Bad Request: message can't be edited", Locked},
		{400, "Bad Request: message can't be deleted", Locked},
		{400, "Bad Request: message can't be deleted for everyone", Locked},

		{400, "Bad Request: message is too long", Rejected},
		{400, "Bad Request: message caption is too long", Rejected},
		{400, "Bad Request: message text is empty", Rejected},
		{400, "Bad Request: text must be non-empty", Rejected},
		{400, "Bad Request: text is too long", Rejected},
		{400, "Bad Request: reply markup is too long", Rejected},
		{400, "Bad Request: BUTTON_DATA_INVALID", Rejected},
		{400, `Bad Request: object expected as reply markup`, Rejected},
		{400, `Bad Request: field "inline_keyboard" must be of type Array`, Rejected},
		{400, "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard", Rejected},
		{400, "Bad Request: unsupported parse_mode", Rejected},
		{413, "Request Entity Too Large", Rejected},

		{400, "Bad Request: BUTTON_URL_INVALID", BadButton},
		{400, "Bad Request: inline keyboard button URL 'x' is invalid: Wrong HTTP URL", BadButton},

		{400, `Bad Request: can't parse entities: Unmatched end tag at byte offset 6, expected "</b>", found "</i>"`, BadHTML},
		{400, `Bad Request: can't parse entities: Unsupported start tag "p" at byte offset 0`, BadHTML},
		{400, `Bad Request: can't parse entities: Can't find end tag corresponding to start tag "b"`, BadHTML},

		{400, "Bad Request: query is too old and response timeout expired or query ID is invalid", QueryTooOld},
		{400, "Bad Request: message thread not found", ThreadGone},
		{400, "Bad Request: TOPIC_DELETED", ThreadGone},

		{400, "Bad Request: wrong HTTP URL specified", BadPreview},
		{400, "Bad Request: Wrong HTTP URL specified", BadPreview},
		{400, "Bad Request: failed to get HTTP URL content", BadPreview},
		{400, "Bad Request: wrong type of the web page content", BadPreview},
		{400, "Bad Request: WEBPAGE_CURL_FAILED", BadPreview},

		{401, "Unauthorized", Unauthorized},
		{401, "Unauthorized: invalid token specified", Unauthorized},
		{404, "Not Found", Unauthorized},
		{404, "Not Found: method not found", Rejected},

		{409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running", Conflict},
		{409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first", Conflict},
		{409, "Conflict: terminated by setWebhook request", Conflict},

		{429, "Too Many Requests: retry after 7", Flood},
		{500, "Internal Server Error: restart", Temporary},
		{502, "Bad Gateway", Temporary},
		{504, "Gateway Timeout", Temporary},
		{400, "Bad Request: something that nobody has seen yet", Rejected},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%d %.60s", tt.code, tt.text), func(t *testing.T) {
			err := fmt.Errorf("outer: %w", &Error{Code: tt.code, Description: tt.text})
			if got := Classify(err); got != tt.want {
				t.Errorf("%q is %v, want %v", tt.text, got, tt.want)
			}
		})
	}
}

func TestClassifyOthers(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want Class
	}{
		{"none", nil, OK},
		{"network", errors.New("connection reset"), Temporary},
		{"time limit", context.DeadlineExceeded, Temporary},
		{"an upload that lost its code", &Error{Description: "Too Many Requests: retry after 7", RetryAfter: 7 * time.Second}, Flood},
		{"unavailable for a while", &Error{Code: 503, Description: "Service Unavailable", RetryAfter: time.Minute}, Temporary},
		{"no code at all", &Error{Description: "?"}, Temporary},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Classify(tt.err); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestClassNames(t *testing.T) {
	seen := map[string]bool{}
	for c := OK; c <= Temporary; c++ {
		if name := c.String(); name == "" || seen[name] {
			t.Errorf("class %d has the name %q", c, name)
		} else {
			seen[name] = true
		}
	}
	if got := Class(99).String(); got != "class 99" {
		t.Errorf("unknown class is %q", got)
	}
}

func TestRedact(t *testing.T) {
	const token = "123456:AAbb-cc_ddEE"
	tests := []struct{ name, s, token, want string }{
		{"in an address", "Post https://h/bot" + token + "/getMe: EOF", token, "Post https://h/bot[token]/getMe: EOF"},
		{"escaped", "/bot123456%3AAAbb-cc_ddEE/", token, "/bot[token]/"},
		{"secret alone", "key AAbb-cc_ddEE!", token, "key [token]!"},
		{"twice", token + token, token, "[token][token]"},
		{"not there", "all is well", token, "all is well"},
		{"short secret", "1:a is a token", "1:a", "[token] is a token"},
		{"no token", "text", "", "text"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Redact(tt.s, tt.token); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
