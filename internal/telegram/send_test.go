package telegram

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbot/internal/outbox"
)

// sentID is the answer of a method that sends.
func sentID(id int64) (int, string) { return result(map[string]any{"message_id": id}) }

func TestSendRequests(t *testing.T) {
	text := outbox.Message{Text: "<b>Сәлем</b>"}
	tests := []struct {
		name     string
		delivery outbox.Delivery
		paid     bool
		want     request
	}{
		{"text", outbox.Delivery{ChatID: 5, Message: text}, false, request{"sendMessage", map[string]string{
			"chat_id": "5", "text": "<b>Сәлем</b>", "parse_mode": "HTML", "link_preview_options": `{"is_disabled":true}`}}},
		{"topic, silent", outbox.Delivery{ChatID: -1005, ThreadID: 8, Message: outbox.Message{Text: "x", Silent: true}}, false, request{"sendMessage", map[string]string{
			"chat_id": "-1005", "message_thread_id": "8", "text": "x", "parse_mode": "HTML", "disable_notification": "true", "link_preview_options": `{"is_disabled":true}`}}},
		{"preview", outbox.Delivery{ChatID: 5, Message: outbox.Message{Text: "x", Preview: &outbox.Preview{URL: "https://x.example/a.jpg?b=1&c=2", Large: true, Above: true}}}, false, request{"sendMessage", map[string]string{
			"chat_id": "5", "text": "x", "parse_mode": "HTML",
			"link_preview_options": `{"url":"https://x.example/a.jpg?b=1\u0026c=2","prefer_large_media":true,"show_above_text":true}`}}},
		{"preview without an address", outbox.Delivery{ChatID: 5, Message: outbox.Message{Text: "x", Preview: &outbox.Preview{Large: true}}}, false, request{"sendMessage", map[string]string{
			"chat_id": "5", "text": "x", "parse_mode": "HTML", "link_preview_options": `{"is_disabled":true}`}}},
		{"keyboard", outbox.Delivery{ChatID: 5, Message: outbox.Message{Text: "x", Keyboard: [][]outbox.Button{
			{{Text: "1", Data: "a:1"}, {Text: "↗", URL: "https://x.example"}}, {}, nil}}}, false, request{"sendMessage", map[string]string{
			"chat_id": "5", "text": "x", "parse_mode": "HTML", "link_preview_options": `{"is_disabled":true}`,
			"reply_markup": `{"inline_keyboard":[[{"text":"1","callback_data":"a:1"},{"text":"↗","url":"https://x.example"}]]}`}}},
		{"keyboard of empty rows", outbox.Delivery{ChatID: 5, Message: outbox.Message{Text: "x", Keyboard: [][]outbox.Button{{}, nil}}}, false, request{"sendMessage", map[string]string{
			"chat_id": "5", "text": "x", "parse_mode": "HTML", "link_preview_options": `{"is_disabled":true}`}}},
		{"copy", outbox.Delivery{ChatID: 5, ThreadID: 3, Lane: outbox.LaneBulk, Message: outbox.Message{
			Copy: &outbox.MessageRef{ChatID: 9, MessageID: 77}, Silent: true, Keyboard: [][]outbox.Button{{{Text: "1", Data: "a"}}}}}, false, request{"copyMessage", map[string]string{
			"chat_id": "5", "message_thread_id": "3", "from_chat_id": "9", "message_id": "77", "disable_notification": "true",
			"reply_markup": `{"inline_keyboard":[[{"text":"1","callback_data":"a"}]]}`}}},
		{"paid bulk", outbox.Delivery{ChatID: 5, Lane: outbox.LaneBulk, Message: text}, true, request{"sendMessage", map[string]string{
			"chat_id": "5", "text": "<b>Сәлем</b>", "parse_mode": "HTML", "link_preview_options": `{"is_disabled":true}`, "allow_paid_broadcast": "true"}}},
		{"paid is for bulk only", outbox.Delivery{ChatID: 5, Lane: outbox.LaneBreaking, Message: text}, true, request{"sendMessage", map[string]string{
			"chat_id": "5", "text": "<b>Сәлем</b>", "parse_mode": "HTML", "link_preview_options": `{"is_disabled":true}`}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			api := newFake(t, func(int, request) (int, string) { return sentID(42) })
			c := newClient(t, Options{BaseURL: api.URL, Paid: tt.paid})
			got := c.Send(t.Context(), tt.delivery)
			if diff := cmp.Diff(outbox.Outcome{Result: outbox.Sent, MessageID: 42}, got); diff != "" {
				t.Errorf("outcome (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]request{tt.want}, api.Calls()); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSendOutcomes(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		want   outbox.Outcome
	}{
		{"flood", 429, `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}`, outbox.Outcome{Result: outbox.Flooded, After: 7 * time.Second}},
		{"blocked", 403, `{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}`, outbox.Outcome{Result: outbox.Gone, Reason: outbox.ReasonBlocked}},
		{"moved", 400, `{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat","parameters":{"migrate_to_chat_id":-1009}}`, outbox.Outcome{Result: outbox.Moved, Reason: outbox.ReasonMoved, NewChatID: -1009}},
		{"moved, nobody says where", 400, `{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat"}`, outbox.Outcome{Result: outbox.Rejected, Reason: outbox.ReasonMoved}},
		{"no right to write", 400, `{"ok":false,"error_code":400,"description":"Bad Request: not enough rights to send text messages to the chat"}`, outbox.Outcome{Result: outbox.Gone, Reason: outbox.ReasonNoRights}},
		{"no pictures", 400, `{"ok":false,"error_code":400,"description":"Bad Request: not enough rights to send photos to the chat"}`, outbox.Outcome{Result: outbox.Rejected, Reason: outbox.ReasonNoRights}},
		{"too long", 400, `{"ok":false,"error_code":400,"description":"Bad Request: message is too long"}`, outbox.Outcome{Result: outbox.Rejected, Reason: outbox.ReasonRejected}},
		{"original of the copy is gone", 400, `{"ok":false,"error_code":400,"description":"Bad Request: message to copy not found"}`, outbox.Outcome{Result: outbox.Rejected, Reason: outbox.ReasonNoMessage}},
		{"server error", 500, `{"ok":false,"error_code":500,"description":"Internal Server Error: restart"}`, outbox.Outcome{Result: outbox.Retry, Reason: outbox.ReasonUnreachable}},
		{"gateway's page", 502, `<html>`, outbox.Outcome{Result: outbox.Retry, Reason: outbox.ReasonUnreachable}},
		{"cut JSON", 200, `{"ok":true,"result":{"mess`, outbox.Outcome{Result: outbox.Retry, Reason: outbox.ReasonUnreachable}},
		{"token revoked", 401, `{"ok":false,"error_code":401,"description":"Unauthorized"}`, outbox.Outcome{Result: outbox.Flooded, After: tokenPause}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			api := newFake(t, func(int, request) (int, string) { return tt.status, tt.body })
			got := newClient(t, Options{BaseURL: api.URL}).Send(t.Context(), outbox.Delivery{ChatID: 5, Message: outbox.Message{Text: "x"}})
			if got.Err == nil {
				t.Error("no reason is given")
			}
			got.Err = nil
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if n := len(api.Calls()); n != 1 {
				t.Errorf("%d calls", n)
			}
		})
	}
}

func TestSendLeavesOutWhatIsRefused(t *testing.T) {
	message := outbox.Message{
		Text:     `<b>Бір</b> &amp; <i>екі`,
		Preview:  &outbox.Preview{URL: "https://x.example/"},
		Keyboard: [][]outbox.Button{{{Text: "тілші", Data: "d"}, {Text: "түпнұсқа", URL: "нет"}}},
	}
	const (
		badHTML    = `Bad Request: can't parse entities: Can't find end tag corresponding to start tag "i"`
		badThread  = "Bad Request: message thread not found"
		badPreview = "Bad Request: wrong HTTP URL specified"
		badButton  = "Bad Request: inline keyboard button URL 'нет' is invalid: Wrong HTTP URL"
	)
	tests := []struct {
		name     string
		refusals []string // in turn; then it is taken
		left     map[string]string
		without  []string
		fails    bool
	}{
		{"HTML", []string{badHTML}, map[string]string{"text": "Бір & екі", "message_thread_id": "3"}, []string{"parse_mode"}, false},
		{"topic", []string{badThread}, map[string]string{"parse_mode": "HTML"}, []string{"message_thread_id"}, false},
		{"preview", []string{badPreview}, map[string]string{"link_preview_options": `{"is_disabled":true}`}, nil, false},
		{"button", []string{badButton}, map[string]string{"reply_markup": `{"inline_keyboard":[[{"text":"тілші","callback_data":"d"}]]}`}, nil, false},
		{"all of it", []string{badThread, badButton, badHTML, badPreview}, map[string]string{"text": "Бір & екі"}, []string{"parse_mode", "message_thread_id"}, false},
		{"the same for ever", []string{badHTML, badHTML, badHTML}, map[string]string{"text": "Бір & екі"}, []string{"parse_mode"}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			api := newFake(t, func(n int, _ request) (int, string) {
				if n <= len(tt.refusals) {
					return refusal(400, tt.refusals[n-1])
				}
				return sentID(42)
			})
			log, logged := newLog()
			c := newClient(t, Options{BaseURL: api.URL, Log: log})
			got := c.Send(t.Context(), outbox.Delivery{ChatID: 5, ThreadID: 3, Message: message})
			if tt.fails {
				if got.Result != outbox.Rejected || len(api.Calls()) != 2 {
					t.Errorf("got %+v after %d calls", got, len(api.Calls()))
				}
			} else if got.Result != outbox.Sent || got.Err != nil || len(api.Calls()) != len(tt.refusals)+1 {
				t.Errorf("got %+v after %d calls", got, len(api.Calls()))
			}
			calls := api.Calls()
			last := calls[len(calls)-1].Params
			for name, want := range tt.left {
				if last[name] != want {
					t.Errorf("%s is %q, want %q", name, last[name], want)
				}
			}
			for _, name := range tt.without {
				if v, ok := last[name]; ok {
					t.Errorf("%s is still %q", name, v)
				}
			}
			if !strings.Contains(logged.String(), "without what was wrong") {
				t.Error("the log says nothing of it")
			}
		})
	}
}

func TestEditMessage(t *testing.T) {
	m := outbox.Message{Text: "x", Silent: true}
	tests := []struct {
		name  string
		code  int
		text  string
		class Class
	}{
		{"edited", 0, "", OK},
		{"not modified", 400, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same", OK},
		{"not there", 400, "Bad Request: message to edit not found", NotFound},
		{"not ours", 400, "Bad Request: message can't be edited", Locked},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			api := newFake(t, func(int, request) (int, string) {
				if tt.code == 0 {
					return sentID(7)
				}
				return refusal(tt.code, tt.text)
			})
			err := newClient(t, Options{BaseURL: api.URL}).EditMessage(t.Context(), 5, 7, m)
			if got := Classify(err); got != tt.class {
				t.Errorf("got %v (%v), want %v", got, err, tt.class)
			}
			want := []request{{"editMessageText", map[string]string{"chat_id": "5", "message_id": "7", "text": "x", "parse_mode": "HTML", "link_preview_options": `{"is_disabled":true}`}}}
			if diff := cmp.Diff(want, api.Calls()); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
	if err := newClient(t, Options{}).EditMessage(t.Context(), 5, 7, outbox.Message{Copy: &outbox.MessageRef{}}); err == nil {
		t.Error("a copy was taken for an edit")
	}
}

// TestSmallMethods holds what each method sends, and what it makes of refusals.
func TestSmallMethods(t *testing.T) {
	tests := []struct {
		name string
		call func(*testing.T, *Client) error
		// answer, or a refusal when code is not 0
		answer any
		code   int
		text   string
		class  Class
		want   request
	}{
		{name: "delete", call: func(t *testing.T, c *Client) error { return c.DeleteMessage(t.Context(), 5, 7) }, answer: true,
			want: request{"deleteMessage", map[string]string{"chat_id": "5", "message_id": "7"}}},
		{name: "delete what is gone", call: func(t *testing.T, c *Client) error { return c.DeleteMessage(t.Context(), 5, 7) },
			code: 400, text: "Bad Request: message to delete not found",
			want: request{"deleteMessage", map[string]string{"chat_id": "5", "message_id": "7"}}},
		{name: "delete what is too old", call: func(t *testing.T, c *Client) error { return c.DeleteMessage(t.Context(), 5, 7) },
			code: 400, text: "Bad Request: message can't be deleted for everyone", class: Locked,
			want: request{"deleteMessage", map[string]string{"chat_id": "5", "message_id": "7"}}},
		{name: "answer silently", call: func(t *testing.T, c *Client) error { return c.AnswerCallback(t.Context(), "q1", "", true) }, answer: true,
			want: request{"answerCallbackQuery", map[string]string{"callback_query_id": "q1"}}},
		{name: "inline answer without results", call: func(t *testing.T, c *Client) error { return c.AnswerInline(t.Context(), "i1", nil, time.Minute) }, answer: true,
			want: request{"answerInlineQuery", map[string]string{"inline_query_id": "i1", "results": "[]", "cache_time": "60", "is_personal": "true"}}},
		{name: "answer by alert", call: func(t *testing.T, c *Client) error {
			return c.AnswerCallback(t.Context(), "q1", strings.Repeat("ә", 201), true)
		}, answer: true,
			want: request{"answerCallbackQuery", map[string]string{"callback_query_id": "q1", "text": strings.Repeat("ә", 199) + "…", "show_alert": "true"}}},
		{name: "answer too late", call: func(t *testing.T, c *Client) error { return c.AnswerCallback(t.Context(), "q1", "x", false) },
			code: 400, text: "Bad Request: query is too old and response timeout expired or query ID is invalid",
			want: request{"answerCallbackQuery", map[string]string{"callback_query_id": "q1", "text": "x"}}},
		{name: "typing", call: func(t *testing.T, c *Client) error { return c.Typing(t.Context(), 5, 3) }, answer: true,
			want: request{"sendChatAction", map[string]string{"chat_id": "5", "action": "typing", "message_thread_id": "3"}}},
		{name: "member", call: wantStatus("administrator"), answer: map[string]any{"status": "administrator", "user": map[string]any{"id": 9}},
			want: request{"getChatMember", map[string]string{"chat_id": "5", "user_id": "9"}}},
		{name: "restricted member", call: wantStatus("restricted"), answer: map[string]any{"status": "restricted", "is_member": true},
			want: request{"getChatMember", map[string]string{"chat_id": "5", "user_id": "9"}}},
		{name: "restricted and away", call: wantStatus("left"), answer: map[string]any{"status": "restricted", "is_member": false},
			want: request{"getChatMember", map[string]string{"chat_id": "5", "user_id": "9"}}},
		{name: "stranger", call: wantStatus("left"), code: 400, text: "Bad Request: user not found",
			want: request{"getChatMember", map[string]string{"chat_id": "5", "user_id": "9"}}},
		{name: "member without a status", call: wantStatus(""), answer: map[string]any{}, class: Temporary,
			want: request{"getChatMember", map[string]string{"chat_id": "5", "user_id": "9"}}},
		{name: "me", call: func(t *testing.T, c *Client) error {
			u, err := c.Me(t.Context())
			if want := (User{ID: 1, Bot: true, Name: "News", Username: "news_bot"}); u != want {
				t.Errorf("got %+v", u)
			}
			return err
		}, answer: map[string]any{"id": 1, "is_bot": true, "first_name": "News", "username": "news_bot"},
			want: request{"getMe", map[string]string{}}},
		{name: "commands", call: func(t *testing.T, c *Client) error {
			return c.SetCommands(t.Context(), []Command{{"news", "Жаңалықтар"}}, Scope{Kind: "chat", ChatID: 5}, "kk")
		}, answer: true,
			want: request{"setMyCommands", map[string]string{"commands": `[{"command":"news","description":"Жаңалықтар"}]`, "scope": `{"type":"chat","chat_id":5}`, "language_code": "kk"}}},
		{name: "no commands", call: func(t *testing.T, c *Client) error {
			return c.SetCommands(t.Context(), nil, Scope{Kind: "default"}, "")
		}, answer: true,
			want: request{"deleteMyCommands", map[string]string{"scope": `{"type":"default"}`}}},
		{name: "description", call: func(t *testing.T, c *Client) error { return c.SetDescription(t.Context(), "x", "ru") }, answer: true,
			want: request{"setMyDescription", map[string]string{"description": "x", "language_code": "ru"}}},
		{name: "short description", call: func(t *testing.T, c *Client) error { return c.SetShortDescription(t.Context(), "x", "") }, answer: true,
			want: request{"setMyShortDescription", map[string]string{"short_description": "x"}}},
		{name: "webhook", call: func(t *testing.T, c *Client) error {
			return c.SetWebhook(t.Context(), "https://x.example/hook", "s-1_A")
		}, answer: true,
			want: request{"setWebhook", map[string]string{"url": "https://x.example/hook", "secret_token": "s-1_A", "allowed_updates": `["message","channel_post","callback_query","my_chat_member","inline_query"]`}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			api := newFake(t, func(int, request) (int, string) {
				if tt.code != 0 {
					return refusal(tt.code, tt.text)
				}
				return result(tt.answer)
			})
			if err := tt.call(t, newClient(t, Options{BaseURL: api.URL})); Classify(err) != tt.class {
				t.Errorf("got %v, want class %v", err, tt.class)
			}
			if diff := cmp.Diff([]request{tt.want}, api.Calls()); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
	for _, secret := range []string{"", "a b", strings.Repeat("x", 257)} {
		if err := newClient(t, Options{}).SetWebhook(t.Context(), "https://x.example/", secret); err == nil {
			t.Errorf("the secret %q was taken", secret)
		}
	}
}

func wantStatus(want string) func(*testing.T, *Client) error {
	return func(t *testing.T, c *Client) error {
		got, err := c.Member(t.Context(), 5, 9)
		if got != want {
			return errors.New("status " + got)
		}
		return err
	}
}
