package telegram

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbot/internal/outbox"
)

func TestActionRequests(t *testing.T) {
	text := outbox.Message{Text: "<b>Түзету</b>", Keyboard: [][]outbox.Button{{{Text: "↗", URL: "https://x.example"}}}}
	const button = `{"inline_keyboard":[[{"text":"↗","url":"https://x.example"}]]}`
	album := outbox.Message{Copy: &outbox.MessageRef{ChatID: 9, MessageID: 70, More: []int64{71, 72}}}
	done := outbox.Outcome{Result: outbox.Sent, MessageID: 7}
	tests := []struct {
		name     string
		delivery outbox.Delivery
		answer   string
		want     request
		outcome  outbox.Outcome
	}{
		{"edit a text", outbox.Delivery{ChatID: 5, Action: outbox.ActionEdit, TargetID: 7, Media: outbox.MediaText, Message: text}, `{"message_id":7}`,
			request{"editMessageText", map[string]string{"chat_id": "5", "message_id": "7", "text": "<b>Түзету</b>", "parse_mode": "HTML",
				"link_preview_options": `{"is_disabled":true}`, "reply_markup": button}}, done},
		{"edit a caption", outbox.Delivery{ChatID: 5, Action: outbox.ActionEdit, TargetID: 7, MoreIDs: []int64{8}, Media: outbox.MediaCaption, Message: text}, `{"message_id":7}`,
			request{"editMessageCaption", map[string]string{"chat_id": "5", "message_id": "7", "caption": "<b>Түзету</b>", "parse_mode": "HTML", "reply_markup": button}},
			outbox.Outcome{Result: outbox.Sent, MessageID: 7, MoreIDs: []int64{8}}},
		{"delete", outbox.Delivery{ChatID: 5, Action: outbox.ActionDelete, TargetID: 7}, `true`,
			request{"deleteMessage", map[string]string{"chat_id": "5", "message_id": "7"}}, done},
		{"delete an album", outbox.Delivery{ChatID: 5, Action: outbox.ActionDelete, TargetID: 7, MoreIDs: []int64{8, 9}}, `true`,
			request{"deleteMessages", map[string]string{"chat_id": "5", "message_ids": "[7,8,9]"}},
			outbox.Outcome{Result: outbox.Sent, MessageID: 7, MoreIDs: []int64{8, 9}}},
		{"copy an album", outbox.Delivery{ChatID: -5, ThreadID: 3, Silent: true, Lane: outbox.LaneBulk, Message: album}, `[{"message_id":7},{"message_id":8},{"message_id":9}]`,
			request{"copyMessages", map[string]string{"chat_id": "-5", "from_chat_id": "9", "message_ids": "[70,71,72]", "message_thread_id": "3",
				"disable_notification": "true", "allow_paid_broadcast": "true"}},
			outbox.Outcome{Result: outbox.Sent, MessageID: 7, MoreIDs: []int64{8, 9}}},
		{"silent for this chat", outbox.Delivery{ChatID: 5, Silent: true, Message: outbox.Message{Text: "x"}}, `{"message_id":7}`,
			request{"sendMessage", map[string]string{"chat_id": "5", "text": "x", "parse_mode": "HTML", "disable_notification": "true",
				"link_preview_options": `{"is_disabled":true}`}}, done},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			api := newFake(t, func(int, request) (int, string) { return 200, `{"ok":true,"result":` + tt.answer + `}` })
			got := newClient(t, Options{BaseURL: api.URL, Paid: true}).Send(t.Context(), tt.delivery)
			if diff := cmp.Diff(tt.outcome, got); diff != "" {
				t.Errorf("outcome (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]request{tt.want}, api.Calls()); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

// What cannot be changed is not tried.
func TestCorrectWithoutText(t *testing.T) {
	api := newFake(t, func(int, request) (int, string) { return 200, `{"ok":true,"result":true}` })
	c := newClient(t, Options{BaseURL: api.URL})
	for name, d := range map[string]outbox.Delivery{
		"a sticker": {Media: outbox.MediaNone, Message: outbox.Message{Text: "x"}},
		"by a copy": {Media: outbox.MediaText, Message: outbox.Message{Copy: &outbox.MessageRef{ChatID: 1, MessageID: 1}}},
		"by a void": {Media: outbox.MediaText},
	} {
		d.Action, d.ChatID, d.TargetID = outbox.ActionEdit, 5, 7
		if got := c.Send(t.Context(), d); got.Result != outbox.Rejected || got.Reason != outbox.ReasonLocked || got.Err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := c.Send(t.Context(), outbox.Delivery{ChatID: 5, Action: "pin"}); got.Result != outbox.Rejected || got.Err == nil {
		t.Errorf("an action nobody knows: %+v", got)
	}
	if n := len(api.Calls()); n != 0 {
		t.Errorf("%d calls", n)
	}
}

// TestOutcomes holds every answer that is known of the Bot API to what becomes
// of a delivery: what the outbox does, and what the report says.
func TestOutcomes(t *testing.T) {
	const (
		sent, retry, flooded  = outbox.Sent, outbox.Retry, outbox.Flooded
		gone, moved, rejected = outbox.Gone, outbox.Moved, outbox.Rejected
	)
	type out struct {
		result outbox.Result
		reason outbox.Reason
	}
	no, mute := out{rejected, outbox.ReasonNoRights}, out{gone, outbox.ReasonNoRights}
	never := out{rejected, outbox.ReasonRejected}
	missing := out{rejected, outbox.ReasonNoMessage}
	locked := out{rejected, outbox.ReasonLocked}
	away := out{retry, outbox.ReasonUnreachable}
	for _, tt := range []struct {
		code             int
		text             string
		send, edit, call out
	}{
		{403, "Forbidden: bot was blocked by the user", out{gone, outbox.ReasonBlocked}, out{gone, outbox.ReasonBlocked}, out{gone, outbox.ReasonBlocked}},
		{400, "Bad Request: USER_IS_BLOCKED", out{gone, outbox.ReasonBlocked}, out{gone, outbox.ReasonBlocked}, out{gone, outbox.ReasonBlocked}},
		{403, "Forbidden: user is deactivated", out{gone, outbox.ReasonDeactivated}, out{gone, outbox.ReasonDeactivated}, out{gone, outbox.ReasonDeactivated}},
		{400, "Bad Request: INPUT_USER_DEACTIVATED", out{gone, outbox.ReasonDeactivated}, out{gone, outbox.ReasonDeactivated}, out{gone, outbox.ReasonDeactivated}},
		{403, "Forbidden: bot can't initiate conversation with a user", out{gone, outbox.ReasonNotStarted}, out{gone, outbox.ReasonNotStarted}, out{gone, outbox.ReasonNotStarted}},
		{403, "Forbidden: bot was kicked from the group chat", out{gone, outbox.ReasonKicked}, out{gone, outbox.ReasonKicked}, out{gone, outbox.ReasonKicked}},
		{403, "Forbidden: bot was kicked from the supergroup chat", out{gone, outbox.ReasonKicked}, out{gone, outbox.ReasonKicked}, out{gone, outbox.ReasonKicked}},
		{403, "Forbidden: bot was kicked from the channel chat", out{gone, outbox.ReasonKicked}, out{gone, outbox.ReasonKicked}, out{gone, outbox.ReasonKicked}},
		{403, "Forbidden: bot is not a member of the channel chat", out{gone, outbox.ReasonKicked}, out{gone, outbox.ReasonKicked}, out{gone, outbox.ReasonKicked}},
		{403, "Forbidden: the group chat was deleted", out{gone, outbox.ReasonNotFound}, out{gone, outbox.ReasonNotFound}, out{gone, outbox.ReasonNotFound}},
		{400, "Bad Request: chat not found", out{gone, outbox.ReasonNotFound}, out{gone, outbox.ReasonNotFound}, out{gone, outbox.ReasonNotFound}},
		{400, "Bad Request: private chat not found", out{gone, outbox.ReasonNotFound}, out{gone, outbox.ReasonNotFound}, out{gone, outbox.ReasonNotFound}},
		{400, "Bad Request: chat_id is empty", never, never, never},
		{400, "Bad Request: group chat was upgraded to a supergroup chat", out{moved, outbox.ReasonMoved}, out{moved, outbox.ReasonMoved}, out{moved, outbox.ReasonMoved}},
		{400, "Bad Request: have no write access to the chat", mute, no, no},
		{400, "Bad Request: need administrator rights in the channel chat", mute, no, no},
		{400, "Bad Request: not enough rights to send text messages to the chat", mute, no, no},
		{400, "Bad Request: not enough rights to send photos to the chat", no, no, no},
		{400, "Bad Request: CHAT_WRITE_FORBIDDEN", mute, no, no},
		{403, "Forbidden: something that nobody has seen yet", no, no, no},
		{400, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message",
			never, out{result: sent}, never},
		{400, "Bad Request: message to edit not found", missing, missing, out{result: sent}},
		{400, "Bad Request: message to delete not found", missing, missing, out{result: sent}},
		{400, "Bad Request: message to copy not found", missing, missing, out{result: sent}},
		{400, "Bad Request: MESSAGE_ID_INVALID", missing, missing, out{result: sent}},
		{400, "Bad Request: message can't be edited", locked, locked, out{rejected, outbox.ReasonTooOld}},
		{400, "Bad Request: message can't be deleted", locked, locked, out{rejected, outbox.ReasonTooOld}},
		{400, "Bad Request: message can't be deleted for everyone", locked, locked, out{rejected, outbox.ReasonTooOld}},
		{400, "Bad Request: message is too long", never, never, never},
		{400, "Bad Request: message caption is too long", never, never, never},
		{400, "Bad Request: message text is empty", never, never, never},
		{400, "Bad Request: text must be non-empty", never, never, never},
		{400, "Bad Request: text is too long", never, never, never},
		{400, "Bad Request: reply markup is too long", never, never, never},
		{400, "Bad Request: BUTTON_DATA_INVALID", never, never, never},
		{400, "Bad Request: unsupported parse_mode", never, never, never},
		{400, "Bad Request: there is no caption in the message to edit", locked, locked, out{rejected, outbox.ReasonTooOld}},
		{400, "Bad Request: there is no text in the message to edit", locked, locked, out{rejected, outbox.ReasonTooOld}},
		{401, "Unauthorized", out{result: flooded}, out{result: flooded}, out{result: flooded}},
		{401, "Unauthorized: invalid token specified", out{result: flooded}, out{result: flooded}, out{result: flooded}},
		{404, "Not Found", out{result: flooded}, out{result: flooded}, out{result: flooded}},
		{404, "Not Found: method not found", never, never, never},
		{409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running", away, away, away},
		{429, "Too Many Requests: retry after 7", out{result: flooded}, out{result: flooded}, out{result: flooded}},
		{500, "Internal Server Error: restart", away, away, away},
		{502, "Bad Gateway", away, away, away},
		// Refused a second time, without what was wrong.
		{400, `Bad Request: can't parse entities: Unsupported start tag "p" at byte offset 0`, never, never, never},
		{400, "Bad Request: message thread not found", never, never, never},
		{400, "Bad Request: wrong HTTP URL specified", never, never, never},
		{400, "Bad Request: failed to get HTTP URL content", never, never, never},
		{400, "Bad Request: wrong type of the web page content", never, never, never},
		{400, "Bad Request: BUTTON_URL_INVALID", never, never, never},
	} {
		body := fmt.Sprintf(`{"ok":false,"error_code":%d,"description":%q`, tt.code, tt.text)
		if strings.Contains(tt.text, "upgraded") {
			body += `,"parameters":{"migrate_to_chat_id":-1009}`
		}
		if tt.code == 429 {
			body += `,"parameters":{"retry_after":7}`
		}
		for action, want := range map[outbox.Action]out{outbox.ActionSend: tt.send, outbox.ActionEdit: tt.edit, outbox.ActionDelete: tt.call} {
			t.Run(fmt.Sprintf("%d %.60s: %s", tt.code, tt.text, action), func(t *testing.T) {
				api := newFake(t, func(int, request) (int, string) { return tt.code, body + "}" })
				got := newClient(t, Options{BaseURL: api.URL}).Send(t.Context(),
					outbox.Delivery{ChatID: 5, Action: action, TargetID: 7, Media: outbox.MediaText, Message: outbox.Message{Text: "x"}})
				if (out{got.Result, got.Reason}) != want {
					t.Errorf("it is %v %s (%v), want %v %s", got.Result, got.Reason, got.Err, want.result, want.reason)
				}
				if (got.Err == nil) != (want.result == sent) {
					t.Errorf("error %v", got.Err)
				}
				if tt.code == 429 && got.After != 7*time.Second {
					t.Errorf("waits %v", got.After)
				}
			})
		}
	}
}
