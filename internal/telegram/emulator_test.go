package telegram

import (
	"context"
	"errors"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"newsbot/internal/emulator"
	"newsbot/internal/outbox"
)

// The tests in this file run the client against a Bot API server as strict as
// Telegram's, over HTTP; at their end no call may hold anything that Bot API 10.3
// does not have.

const (
	reader  = 501
	forumID = -1001000000777
	groupID = -777
)

func newServer(t *testing.T) *emulator.Server {
	t.Helper()
	s, err := emulator.Start(emulator.Options{Token: testToken, Bot: emulator.User{IsBot: true, FirstName: "News", Username: "news_bot"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, call := range s.Calls() {
			if len(call.Violations) > 0 {
				t.Errorf("%s %v: %v", call.Method, call.Params, call.Violations)
			}
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	bot := s.Bot().ID
	s.AddUser(emulator.User{ID: reader, FirstName: "Айгерім", LastName: "С.", LanguageCode: "kk"})
	s.AddChat(emulator.Chat{ID: forumID, Type: emulator.Supergroup, Title: "Форум", IsForum: true,
		Members: map[int64]string{reader: emulator.Creator, bot: emulator.Administrator}, BotRights: emulator.AllRights()})
	s.AddChat(emulator.Chat{ID: groupID, Type: emulator.Group, Title: "Топ",
		Members: map[int64]string{reader: emulator.Creator, bot: emulator.Member}})
	if _, err := s.Say(reader, reader, "/start"); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEmulatorConversation(t *testing.T) {
	s := newServer(t)
	c := newClient(t, Options{BaseURL: s.URL()})
	updates := make(chan Update, 100)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- c.Updates(ctx, func(_ context.Context, batch []Update) error {
			for _, u := range batch {
				updates <- u
			}
			return nil
		}, PollOptions{Timeout: 5 * time.Second})
	}()
	next := func() Update {
		t.Helper()
		select {
		case u := <-updates:
			return u
		case <-time.After(10 * time.Second):
			t.Fatal("no update came")
			return Update{}
		}
	}
	// Whatever the world made at its beginning comes first.
	start := next()
	for start.Message == nil || start.Message.Text != "/start" {
		start = next()
	}
	if start.Message.From.Name != "Айгерім С." || start.Message.From.Language != "kk" || start.Message.Chat.Kind != Private {
		t.Errorf("got %+v", start.Message)
	}

	id, err := c.SendMessage(ctx, reader, 0, outbox.Message{
		Text:     "<b>Жаңалықтар</b> &amp; <a href=\"https://x.example/?a=1&amp;b=2\">сілтеме</a>",
		Preview:  &outbox.Preview{URL: "https://x.example/a.jpg", Large: true, Above: true},
		Keyboard: [][]outbox.Button{{{Text: "Ашу", Data: "open:1"}, {Text: "Түпнұсқа", URL: "https://x.example/"}}},
		Silent:   true,
	})
	if err != nil {
		t.Fatal(err)
	}
	sent, ok := s.Message(reader, id)
	if !ok || sent.Text != "Жаңалықтар & сілтеме" || !sent.Silent || sent.LinkPreview == nil || !sent.LinkPreview.ShowAboveText {
		t.Errorf("got %+v", sent)
	}

	pressed, err := s.PressAsync(reader, reader, id, "open:1")
	if err != nil {
		t.Fatal(err)
	}
	press := next()
	if press.Callback == nil || press.Callback.ID != pressed || press.Callback.Data != "open:1" || press.Callback.Message == nil || press.Callback.Message.ID != id {
		t.Fatalf("got %+v", press.Callback)
	}
	edited := outbox.Message{Text: "<i>Мақала</i>"}
	for range 2 { // the second changes nothing, which is no error
		if err := c.EditMessage(ctx, reader, id, edited); err != nil {
			t.Error(err)
		}
	}
	if now, _ := s.Message(reader, id); now.Text != "Мақала" || len(now.InlineKeyboard) != 0 {
		t.Errorf("edited into %+v", now)
	}
	for range 2 { // the second is too late, which is no error
		if err := c.AnswerCallback(ctx, pressed, "Дайын", false); err != nil {
			t.Error(err)
		}
	}
	for range 2 {
		if err := c.DeleteMessage(ctx, reader, id); err != nil {
			t.Error(err)
		}
	}
	if err := c.EditMessage(ctx, reader, id, edited); Classify(err) != NotFound {
		t.Errorf("edit of a deleted message: %v", err)
	}

	s.Block(reader)
	if blocked := next(); blocked.Member == nil || blocked.Member.Status != "kicked" || blocked.Member.CanSend {
		t.Errorf("got %+v", blocked.Member)
	}
	if got := c.Send(ctx, outbox.Delivery{ChatID: reader, Message: edited}); got.Result != outbox.Gone {
		t.Errorf("sent to who blocked the bot: %+v", got)
	}
	s.Unblock(reader)
	if back := next(); back.Member == nil || back.Member.Status != "member" || !back.Member.CanSend {
		t.Errorf("got %+v", back.Member)
	}

	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if n := s.Pending(); n != 0 {
		t.Errorf("%d updates are left unconfirmed", n)
	}
}

func TestEmulatorSends(t *testing.T) {
	s := newServer(t)
	c := newClient(t, Options{BaseURL: s.URL()})
	ctx := t.Context()
	topic := s.AddTopic(forumID, "Курс")
	text := outbox.Message{Text: "x"}
	send := func(chat, thread int64, m outbox.Message) outbox.Outcome {
		return c.Send(ctx, outbox.Delivery{ChatID: chat, ThreadID: thread, Lane: outbox.LaneBulk, Message: m})
	}
	original, err := s.Say(reader, reader, "түпнұсқа")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name     string
		prepare  func()
		outcome  func() outbox.Outcome
		result   outbox.Result
		received string // the last text in the chat it went to
		chat     int64
	}{
		{"to a topic", nil, func() outbox.Outcome { return send(forumID, topic, text) }, outbox.Sent, "x", forumID},
		{"a copy", nil, func() outbox.Outcome {
			return send(groupID, 0, outbox.Message{Copy: &outbox.MessageRef{ChatID: reader, MessageID: original.ID}, Keyboard: [][]outbox.Button{{{Text: "a", Data: "b"}}}})
		}, outbox.Sent, "түпнұсқа", groupID},
		{"a copy of nothing", nil, func() outbox.Outcome {
			return send(groupID, 0, outbox.Message{Copy: &outbox.MessageRef{ChatID: reader, MessageID: 99999}})
		}, outbox.Rejected, "", 0},
		{"broken HTML", nil, func() outbox.Outcome { return send(reader, 0, outbox.Message{Text: "<b>5 &lt; 6 <i>бәрі</b>"}) }, outbox.Sent, "5 < 6 бәрі", reader},
		{"a tag Telegram lacks", nil, func() outbox.Outcome { return send(reader, 0, outbox.Message{Text: "<p>абзац</p>"}) }, outbox.Sent, "абзац", reader},
		{"too long", nil, func() outbox.Outcome { return send(reader, 0, outbox.Message{Text: strings.Repeat("ә", 4097)}) }, outbox.Rejected, "", 0},
		{"empty", nil, func() outbox.Outcome { return send(reader, 0, outbox.Message{Text: " "}) }, outbox.Rejected, "", 0},
		{"button with too much data", nil, func() outbox.Outcome {
			return send(reader, 0, outbox.Message{Text: "x", Keyboard: [][]outbox.Button{{{Text: "a", Data: strings.Repeat("ә", 33)}}}})
		}, outbox.Rejected, "", 0},
		{"button with a bad address", nil, func() outbox.Outcome {
			return send(reader, 0, outbox.Message{Text: "мекенжай", Keyboard: [][]outbox.Button{{{Text: "a", URL: "http://"}, {Text: "b", Data: "b"}}}})
		}, outbox.Sent, "мекенжай", reader},
		{"unknown chat", nil, func() outbox.Outcome { return send(999, 0, text) }, outbox.Gone, "", 0},
		{"deleted topic", func() { s.DeleteTopic(forumID, topic) }, func() outbox.Outcome {
			return send(forumID, topic, outbox.Message{Text: "бұрынғы тақырыпқа"})
		}, outbox.Sent, "бұрынғы тақырыпқа", forumID},
		{"silenced group", func() { s.SetRestrictions(groupID, true, true) }, func() outbox.Outcome { return send(groupID, 0, text) }, outbox.Gone, "", 0},
		{"removed from the forum", func() { s.SetMember(forumID, s.Bot().ID, emulator.Kicked) }, func() outbox.Outcome { return send(forumID, 0, text) }, outbox.Gone, "", 0},
		{"upgraded group", func() { s.Upgrade(groupID) }, func() outbox.Outcome { return send(groupID, 0, text) }, outbox.Moved, "", 0},
		{"deactivated account", func() { s.Deactivate(reader) }, func() outbox.Outcome { return send(reader, 0, text) }, outbox.Gone, "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.prepare != nil {
				tt.prepare()
			}
			got := tt.outcome()
			if got.Result != tt.result || (got.Err == nil) != (tt.result == outbox.Sent) {
				t.Fatalf("got %+v, want result %d", got, tt.result)
			}
			if got.Result == outbox.Moved && got.NewChatID == 0 {
				t.Errorf("nobody says where to: %+v", got)
			}
			if tt.chat == 0 {
				return
			}
			if m, ok := s.Message(tt.chat, got.MessageID); !ok || m.Text != tt.received {
				t.Errorf("received %+v, want %q", m, tt.received)
			}
		})
	}
}

func TestEmulatorProfile(t *testing.T) {
	s := newServer(t)
	c := newClient(t, Options{BaseURL: s.URL()})
	ctx := t.Context()
	me, err := c.Me(ctx)
	if err != nil || me.ID != s.Bot().ID || me.Username != "news_bot" || !me.Bot {
		t.Errorf("got %+v, %v", me, err)
	}
	for name, err := range map[string]error{
		"commands":          c.SetCommands(ctx, []Command{{"news", "Жаңалықтар"}}, Scope{Kind: "all_private_chats"}, "kk"),
		"commands of one":   c.SetCommands(ctx, []Command{{"broadcast", "Send"}}, Scope{Kind: "chat", ChatID: reader}, ""),
		"no commands":       c.SetCommands(ctx, nil, Scope{Kind: "all_group_chats"}, "ru"),
		"description":       c.SetDescription(ctx, "Жаңалықтар боты", "kk"),
		"short description": c.SetShortDescription(ctx, "Қысқаша", "kk"),
		"typing":            c.Typing(ctx, reader, 0),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := s.Commands(reader, reader, "kk"); len(got) != 1 || got[0].Command != "broadcast" {
		t.Errorf("commands %+v", got)
	}
	if got := s.Description("kk"); got != "Жаңалықтар боты" {
		t.Errorf("description %q", got)
	}
	for user, want := range map[int64]string{reader: "creator", s.Bot().ID: "administrator", 404: "left"} {
		if got, err := c.Member(ctx, forumID, user); err != nil || got != want {
			t.Errorf("member %d is %q, %v; want %q", user, got, err, want)
		}
	}
	if err := c.SetCommands(ctx, []Command{{"Үлкен", "x"}}, Scope{Kind: "default"}, ""); Classify(err) != Rejected {
		t.Errorf("a command with a bad name: %v", err)
	}
}

func TestEmulatorFaults(t *testing.T) {
	tests := []struct {
		name  string
		fault emulator.Fault
		want  outbox.Result
		after time.Duration
	}{
		{"flood", emulator.Fault{Kind: emulator.TooManyRequests, RetryAfter: 3 * time.Second}, outbox.Flooded, 3 * time.Second},
		{"server error", emulator.Fault{Kind: emulator.InternalError}, outbox.Retry, 0},
		{"gateway's page", emulator.Fault{Kind: emulator.BadGatewayHTML}, outbox.Retry, 0},
		{"hang", emulator.Fault{Kind: emulator.Hang}, outbox.Retry, 0},
		{"cut before", emulator.Fault{Kind: emulator.DropBefore}, outbox.Retry, 0},
		{"cut after", emulator.Fault{Kind: emulator.DropAfter}, outbox.Retry, 0},
		{"slow body", emulator.Fault{Kind: emulator.SlowBody, Hang: 5 * time.Second}, outbox.Retry, 0},
		{"token refused", emulator.Fault{Kind: emulator.Unauthorized}, outbox.Flooded, tokenPause},
	}
	s := newServer(t)
	log, logged := newLog()
	c := newClient(t, Options{BaseURL: s.URL(), Timeout: 300 * time.Millisecond, Log: log})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			clearFault := s.Inject(tt.fault)
			defer clearFault()
			got := c.Send(t.Context(), outbox.Delivery{ChatID: reader, Message: outbox.Message{Text: "x"}})
			if got.Result != tt.want || got.After != tt.after || got.Err == nil {
				t.Errorf("got %+v", got)
			}
			if got.Err != nil && strings.Contains(got.Err.Error(), testSecret) {
				t.Errorf("the token is in %v", got.Err)
			}
		})
	}
	if got := c.Send(t.Context(), outbox.Delivery{ChatID: reader, Message: outbox.Message{Text: "x"}}); got.Result != outbox.Sent {
		t.Errorf("after the faults: %+v", got)
	}
	if strings.Contains(logged.String(), testSecret) {
		t.Error("the token is in the log")
	}
}

// An answer that begins with the message's id says that the message was taken,
// whatever becomes of its rest: sending again would be a repeat.
func TestEmulatorCutAnswerCounts(t *testing.T) {
	s := newServer(t)
	c := newClient(t, Options{BaseURL: s.URL()})
	s.Inject(emulator.Fault{Kind: emulator.TruncatedJSON})
	got := c.Send(t.Context(), outbox.Delivery{ChatID: reader, Message: outbox.Message{Text: "x"}})
	if got.Result != outbox.Sent {
		t.Fatalf("got %+v", got)
	}
	var have []int64
	for _, m := range s.Messages(reader) {
		if m.Outgoing {
			have = append(have, m.ID)
		}
	}
	if !slices.Equal(have, []int64{got.MessageID}) {
		t.Errorf("the chat has %v, the sender was told %d", have, got.MessageID)
	}
}

func TestEmulatorPollingSurvivesFaults(t *testing.T) {
	s := newServer(t)
	log, logged := newLog()
	c := newClient(t, Options{BaseURL: s.URL(), Log: log})
	var faults []func()
	for _, kind := range []emulator.FaultKind{emulator.BadGatewayHTML, emulator.TruncatedJSON} {
		faults = append(faults, s.Inject(emulator.Fault{Method: "getUpdates", Kind: kind, Times: 1}))
	}
	defer func() {
		for _, clearFault := range faults {
			clearFault()
		}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var texts []string
	err := c.Updates(ctx, func(_ context.Context, batch []Update) error {
		for _, u := range batch {
			if u.Message != nil {
				texts = append(texts, u.Message.Text)
			}
		}
		if slices.Contains(texts, "/start") {
			cancel()
		}
		return nil
	}, PollOptions{Timeout: time.Second})
	if err != nil || !slices.Equal(texts, []string{"/start"}) {
		t.Errorf("%v, got %v", err, texts)
	}
	if s.Pending() != 0 {
		t.Errorf("%d updates are left unconfirmed", s.Pending())
	}
	if text := logged.String(); strings.Contains(text, testSecret) {
		t.Errorf("the token is in the log: %s", text)
	}
}

func TestEmulatorWebhook(t *testing.T) {
	s := newServer(t)
	c := newClient(t, Options{BaseURL: s.URL()})
	texts := make(chan string, 10)
	var calls atomic.Int32
	hook := httptest.NewServer(c.Webhook("s3cret", func(_ context.Context, batch []Update) error {
		if calls.Add(1) == 1 {
			return errors.New("not yet")
		}
		for _, u := range batch {
			if u.Message != nil {
				texts <- u.Message.Text
			}
		}
		return nil
	}))
	defer hook.Close()
	if err := c.SetWebhook(t.Context(), hook.URL, "s3cret"); err != nil {
		t.Fatal(err)
	}
	select {
	case text := <-texts:
		if text != "/start" {
			t.Errorf("got %q", text)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the update did not come again after a refusal")
	}
	if _, err := c.getUpdates(t.Context(), 0, 1, 0); Classify(err) != Conflict {
		t.Errorf("polling beside a webhook: %v", err)
	}
	if err := c.DeleteWebhook(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestEmulatorOtherToken(t *testing.T) {
	s := newServer(t)
	c := newClient(t, Options{BaseURL: s.URL(), Token: "1000000002:wrong-wrong-wrong"})
	err := c.Updates(t.Context(), func(context.Context, []Update) error { return nil }, PollOptions{})
	if Classify(err) != Unauthorized {
		t.Errorf("got %v", err)
	}
}
