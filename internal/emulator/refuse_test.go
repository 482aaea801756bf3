package emulator

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

const (
	groupID   = int64(-4001)
	forumID   = int64(-1001500000001)
	channelID = int64(-1001500000002)
)

// populated is start with a group, a forum and a channel.
func populated(t *testing.T, change ...func(*Options)) *Server {
	t.Helper()
	s := start(t, change...)
	bot := s.Bot().ID
	s.AddChat(Chat{ID: groupID, Type: Group, Title: "Топ", Members: map[int64]string{aida: Creator, berik: Member, bot: Member}})
	s.AddChat(Chat{ID: forumID, Type: Supergroup, Title: "Форум", IsForum: true, Members: map[int64]string{aida: Creator, berik: Member, bot: Administrator}, BotRights: AllRights()})
	s.AddChat(Chat{ID: channelID, Type: Channel, Title: "Арна", Username: "Test_Arna", Members: map[int64]string{aida: Creator, bot: Administrator}, BotRights: AllRights()})
	return s
}

func TestRefusals(t *testing.T) {
	s := populated(t)
	keyboard := func(json string) []string { return []string{"chat_id", "501", "text", "x", "reply_markup", json} }
	many := func(n int) string {
		return `{"inline_keyboard":[` + strings.TrimSuffix(strings.Repeat(`[{"text":"a","callback_data":"b"}],`, n), ",") + `]}`
	}
	tests := []struct {
		name, method string
		params       []string
		want         string
	}{
		{"no chat", "sendMessage", []string{"text", "x"}, "Bad Request: chat_id is empty"},
		{"a chat that is not", "sendMessage", []string{"chat_id", "777", "text", "x"}, "Bad Request: chat not found"},
		{"a name that is not", "sendMessage", []string{"chat_id", "@nobody", "text", "x"}, "Bad Request: chat not found"},
		{"never wrote", "sendMessage", []string{"chat_id", "502", "text", "x"}, "Forbidden: bot can't initiate conversation with a user"},
		{"no text", "sendMessage", []string{"chat_id", "501"}, "Bad Request: message text is empty"},
		{"blank after parsing", "sendMessage", []string{"chat_id", "501", "text", "<b> </b>", "parse_mode", "HTML"}, "Bad Request: text must be non-empty"},
		{"too long", "sendMessage", []string{"chat_id", "501", "text", strings.Repeat("Қ", 4097)}, "Bad Request: message is too long"},
		{"too long in units", "sendMessage", []string{"chat_id", "501", "text", strings.Repeat("👋", 2049)}, "Bad Request: message is too long"},
		{"raw too long", "sendMessage", []string{"chat_id", "501", "text", strings.Repeat("x", 32769)}, "Bad Request: text is too long"},
		{"bad HTML", "sendMessage", []string{"chat_id", "501", "text", "<p>x</p>", "parse_mode", "HTML"}, `Bad Request: can't parse entities: Unsupported start tag "p" at byte offset 0`},
		{"parse mode", "sendMessage", []string{"chat_id", "501", "text", "x", "parse_mode", "BBCode"}, "Bad Request: unsupported parse_mode"},
		{"null keyboard", "sendMessage", keyboard(`{"inline_keyboard":null}`), `Bad Request: field "inline_keyboard" must be of type Array`},
		{"keyboard that is no object", "sendMessage", keyboard(`[1]`), "Bad Request: object expected as reply markup"},
		{"keyboard that is no JSON", "sendMessage", keyboard(`{"inline`), "Bad Request: can't parse reply keyboard markup JSON object"},
		{"long data", "sendMessage", keyboard(`{"inline_keyboard":[[{"text":"a","callback_data":"` + strings.Repeat("қ", 33) + `"}]]}`), "Bad Request: BUTTON_DATA_INVALID"},
		{"button without action", "sendMessage", keyboard(`{"inline_keyboard":[[{"text":"a"}]]}`), "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"},
		{"button without text", "sendMessage", keyboard(`{"inline_keyboard":[[{"callback_data":"a"}]]}`), `Bad Request: can't parse inline keyboard button: Can't find field "text"`},
		{"button with a bad link", "sendMessage", keyboard(`{"inline_keyboard":[[{"text":"a","url":"nothing"}]]}`), "Bad Request: inline keyboard button URL 'nothing' is invalid: Wrong HTTP URL"},
		{"101 buttons", "sendMessage", keyboard(many(101)), "Bad Request: reply markup is too long"},
		{"reply to nothing", "sendMessage", []string{"chat_id", "501", "text", "x", "reply_parameters", `{"message_id":9999}`}, "Bad Request: message to be replied not found"},
		{"no such topic", "sendMessage", []string{"chat_id", itoa(forumID), "text", "x", "message_thread_id", "99"}, "Bad Request: message thread not found"},
		{"topic of no forum", "sendMessage", []string{"chat_id", "501", "text", "x", "message_thread_id", "99"}, "Bad Request: message thread not found"},
		{"photo that is nothing", "sendPhoto", []string{"chat_id", "501", "photo", "AgAC-unknown"}, "Bad Request: wrong file identifier/HTTP URL specified"},
		{"photo of another scheme", "sendPhoto", []string{"chat_id", "501", "photo", "ftp://a.kz/x.png"}, "Bad Request: wrong HTTP URL specified"},
		{"photo from elsewhere", "sendPhoto", []string{"chat_id", "501", "photo", "http://192.0.2.1/x.png"}, "Bad Request: failed to get HTTP URL content"},
		{"no photo", "sendPhoto", []string{"chat_id", "501"}, "Bad Request: there is no photo in the request"},
		{"copy of nothing", "copyMessage", []string{"chat_id", "501", "from_chat_id", "501", "message_id", "999"}, "Bad Request: message to copy not found"},
		{"forward of nothing", "forwardMessage", []string{"chat_id", "501", "from_chat_id", "501", "message_id", "999"}, "Bad Request: message to forward not found"},
		{"ids out of order", "copyMessages", []string{"chat_id", "501", "from_chat_id", "501", "message_ids", "[2,1]"}, "Bad Request: message identifiers must be in a strictly increasing order"},
		{"too many ids", "deleteMessages", []string{"chat_id", "501", "message_ids", "[" + strings.Repeat("1,", 100) + "1]"}, "Bad Request: too many message identifiers specified"},
		{"action", "sendChatAction", []string{"chat_id", "501", "action", "dance"}, "Bad Request: wrong parameter action in request"},
		{"command name", "setMyCommands", []string{"commands", `[{"command":"Жаңа","description":"x"}]`}, "Bad Request: BOT_COMMAND_INVALID"},
		{"command description", "setMyCommands", []string{"commands", `[{"command":"a","description":" "}]`}, "Bad Request: command description must be non-empty"},
		{"language", "setMyCommands", []string{"commands", `[]`, "language_code", "kaz"}, "Bad Request: invalid language code specified"},
		{"short description", "setMyShortDescription", []string{"short_description", strings.Repeat("x", 121)}, "Bad Request: BOT_ABOUT_INVALID"},
		{"pin of nothing", "pinChatMessage", []string{"chat_id", "501", "message_id", "999"}, "Bad Request: message to pin not found"},
		{"file", "getFile", []string{"file_id", "x"}, "Bad Request: invalid file_id"},
		{"method", "sendPigeon", nil, "Not Found: method not found"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) { refused(t, s, tc.want, tc.method, tc.params...) })
	}
	if r := form(t, s, "sendMessage", keyboard(many(100))...); !r.OK {
		t.Errorf("100 buttons: %s", r.Description)
	}
	if r := form(t, s, "sendMessage", "chat_id", "501", "text", strings.Repeat("👋", 2048)); !r.OK {
		t.Errorf("4096 units: %s", r.Description)
	}
	if r := form(t, s, "sendMessage", "chat_id", "501", "text", "x", "reply_parameters", `{"message_id":9999,"allow_sending_without_reply":true}`); !r.OK {
		t.Errorf("without reply: %s", r.Description)
	}
}

func TestWhoCannotBeReached(t *testing.T) {
	s := populated(t)
	bot := s.Bot().ID
	send := func(id int64) []string { return []string{"chat_id", itoa(id), "text", "x"} }
	s.Block(aida)
	if r := refused(t, s, "Forbidden: bot was blocked by the user", "sendMessage", send(aida)...); r.Status != http.StatusForbidden {
		t.Errorf("status %d", r.Status)
	}
	s.Unblock(aida)
	must(t, s, nil, "sendMessage", send(aida)...)
	s.Deactivate(aida)
	refused(t, s, "Forbidden: user is deactivated", "sendMessage", send(aida)...)

	s.SetMember(groupID, bot, Left)
	refused(t, s, "Forbidden: bot is not a member of the group chat", "sendMessage", send(groupID)...)
	s.SetMember(groupID, bot, Kicked)
	refused(t, s, "Forbidden: bot was kicked from the group chat", "sendMessage", send(groupID)...)
	s.SetMember(forumID, bot, Kicked)
	refused(t, s, "Forbidden: bot was kicked from the supergroup chat", "sendMessage", send(forumID)...)

	s.SetMember(channelID, bot, Member)
	refused(t, s, "Bad Request: need administrator rights in the channel chat", "sendMessage", "chat_id", "@test_arna", "text", "x")
	s.SetMember(channelID, bot, Left)
	refused(t, s, "Forbidden: bot is not a member of the channel chat", "sendMessage", send(channelID)...)

	s.AddChat(Chat{ID: -4002, Type: Group, Title: "Чужая"})
	refused(t, s, "Bad Request: chat not found", "sendMessage", send(-4002)...)
	s.AddChat(Chat{ID: -1001500000009, Type: Supergroup, Title: "Тыныш", NoText: true, NoPhotos: true, NoMemberPins: true, Members: map[int64]string{bot: Member}})
	refused(t, s, "Bad Request: not enough rights to send text messages to the chat", "sendMessage", send(-1001500000009)...)
	refused(t, s, "Bad Request: not enough rights to manage pinned messages in the chat", "pinChatMessage", "chat_id", "-1001500000009", "message_id", "1")
}

func TestUpgrade(t *testing.T) {
	s := populated(t)
	drain(t, s)
	id := s.Upgrade(groupID)
	r := refused(t, s, "Bad Request: group chat was upgraded to a supergroup chat", "sendMessage", "chat_id", itoa(groupID), "text", "x")
	if r.Parameters.MigrateToChatID != id || id > -1_000_000_000_000 {
		t.Errorf("migrate_to_chat_id %d, want %d", r.Parameters.MigrateToChatID, id)
	}
	must(t, s, nil, "sendMessage", "chat_id", itoa(id), "text", "x")
	if list := poll(t, s); len(list) != 2 || list[0].Message.Chat.ID != groupID || list[1].Message.Chat.ID != id {
		t.Errorf("updates %+v", list)
	}
}

func TestTokens(t *testing.T) {
	var log strings.Builder
	s := start(t, func(o *Options) { o.Log = &log })
	for token, want := range map[string]string{"1:wrong": "Unauthorized", "nonsense": "Unauthorized: invalid token specified"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/bot"+token+"/getMe", nil)
		if err != nil {
			t.Fatal(err)
		}
		if r := do(t, req); r.Status != http.StatusUnauthorized || r.Description != want {
			t.Errorf("%s: %d %s", token, r.Status, r.Description)
		}
	}
	must(t, s, nil, "sendMessage", "chat_id", "501", "text", "my token is "+testToken)
	must(t, s, nil, "setWebhook", "url", "http://127.0.0.1:1/", "secret_token", "very-secret")
	for _, secret := range []string{testToken, "very-secret"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("%q is in the log: %s", secret, log.String())
		}
	}
	if !strings.Contains(log.String(), `"method":"sendMessage","params":{"chat_id":"501","text":"my token is <token>"},"status":200,"ok":true`) {
		t.Errorf("log: %s", log.String())
	}
	if _, err := Start(Options{Token: testToken, Addr: "0.0.0.0:0"}); err == nil {
		t.Error("it listens for everybody")
	}
}

func TestViolations(t *testing.T) {
	s := start(t)
	tests := []struct {
		name   string
		method string
		params []string
		want   []string
	}{
		{"none", "sendMessage", []string{"chat_id", "501", "text", "x", "reply_parameters", `{"message_id":1}`}, nil},
		{"unknown", "sendMessage", []string{"chat_id", "501", "text", "x", "colour", "red"}, []string{`parameter "colour" is unknown to sendMessage`}},
		{"of another method", "editMessageText", []string{"chat_id", "501", "message_id", "1", "text", "x", "protect_content", "true"}, []string{`parameter "protect_content" is unknown to editMessageText`}},
		{"deprecated", "sendMessage", []string{"chat_id", "501", "text", "x", "disable_web_page_preview", "true"}, []string{`parameter "disable_web_page_preview" is deprecated: use link_preview_options`}},
		{"wrong types", "sendMessage", []string{"chat_id", "501", "text", "x", "protect_content", "da", "message_thread_id", "no"}, []string{`parameter "message_thread_id" is no integer`, `parameter "protect_content" is no boolean`}},
		{"missing", "sendMessage", []string{"chat_id", "501"}, []string{`parameter "text" is missing`}},
		{"null", "getUpdates", []string{"allowed_updates", "null"}, []string{`parameter "allowed_updates" is null`}},
		{"unknown update", "getUpdates", []string{"allowed_updates", `["message","gossip"]`}, []string{`allowed_updates names the unknown type "gossip"`}},
		{"unknown field of a button", "sendMessage", []string{"chat_id", "501", "text", "x", "reply_markup", `{"inline_keyboard":[[{"text":"a","callback_data":"b","color":"red"}]]}`}, []string{`inline keyboard button has the unknown field "color"`}},
		{"two actions", "sendMessage", []string{"chat_id", "501", "text", "x", "reply_markup", `{"inline_keyboard":[[{"text":"a","callback_data":"b","url":"a.kz"}]]}`}, []string{`inline keyboard button "a" has 2 actions`}},
		{"markdown", "sendMessage", []string{"chat_id", "501", "text", "x", "parse_mode", "MarkdownV2"}, []string{"parse_mode MarkdownV2 is not emulated"}},
		{"not emulated", "sendMessage", []string{"chat_id", "501", "text", "x", "business_connection_id", "b"}, []string{`parameter "business_connection_id" is not emulated`}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			s.ResetCalls()
			form(t, s, tc.method, tc.params...)
			calls := s.Calls()
			if len(calls) != 1 || strings.Join(calls[0].Violations, "|") != strings.Join(tc.want, "|") {
				t.Errorf("calls %+v, want %q", calls, tc.want)
			}
		})
	}
}

func TestDeleteWindow(t *testing.T) {
	now := time.Date(2026, 4, 6, 10, 0, 0, 0, time.UTC)
	s := start(t, func(o *Options) { o.Now = func() time.Time { return now } })
	var m, photo gotMessage
	must(t, s, &m, "sendMessage", "chat_id", "501", "text", "x")
	must(t, s, &photo, "sendMessage", "chat_id", "501", "text", "y")
	now = now.Add(48 * time.Hour)
	refused(t, s, "Bad Request: message can't be deleted for everyone", "deleteMessage", "chat_id", "501", "message_id", itoa(m.ID))
	must(t, s, nil, "deleteMessages", "chat_id", "501", "message_ids", "["+itoa(m.ID)+","+itoa(photo.ID)+",9999]")
	if n := len(s.Messages(aida)); n != 3 {
		t.Errorf("%d messages are left, want 3", n)
	}
	must(t, s, nil, "editMessageText", "chat_id", "501", "message_id", itoa(m.ID), "text", "edits have no limit")
}
