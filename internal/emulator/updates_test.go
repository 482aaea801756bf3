package emulator

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

func TestUpdatesAreConfirmedByOffset(t *testing.T) {
	s := start(t)
	for _, text := range []string{"one", "two", "three"} {
		if _, err := s.Say(aida, aida, text); err != nil {
			t.Fatal(err)
		}
	}
	list := poll(t, s)
	if len(list) != 4 || list[0].Message.Text != "/start" || list[0].Message.Entities[0].Type != "bot_command" {
		t.Fatalf("got %+v", list)
	}
	if again := poll(t, s, "offset", itoa(list[0].ID)); len(again) != 4 {
		t.Errorf("unconfirmed updates: %d, want 4", len(again))
	}
	if soon := poll(t, s, "offset", itoa(list[0].ID)); len(soon) != 1 {
		t.Errorf("the same offset at once: %d, want 1", len(soon))
	}
	if rest := poll(t, s, "offset", itoa(list[1].ID+1), "limit", "1"); len(rest) != 1 || rest[0].Message.Text != "two" {
		t.Errorf("after a confirmation: %+v", rest)
	}
	if last := poll(t, s, "offset", "-1"); len(last) != 1 || last[0].Message.Text != "three" {
		t.Errorf("negative offset: %+v", last)
	}
	if n := s.Pending(); n != 1 {
		t.Errorf("%d are pending, want 1", n)
	}
}

func TestLongPoll(t *testing.T) {
	s := start(t)
	last := poll(t, s)
	next := itoa(last[0].ID + 1)

	// It waits, and returns when something comes.
	go func() {
		time.Sleep(50 * time.Millisecond)
		if _, err := s.Say(aida, aida, "hello"); err != nil {
			t.Error(err)
		}
	}()
	if list := poll(t, s, "offset", next, "timeout", "20"); len(list) != 1 || list[0].Message.Text != "hello" {
		t.Fatalf("got %+v", list)
	}

	// A second poll ends the first.
	next = itoa(last[0].ID + 2)
	first := make(chan reply, 1)
	go func() {
		res, err := http.Get(s.URL() + "/bot" + testToken + "/getUpdates?timeout=30&offset=" + next)
		if err != nil {
			t.Error(err)
			close(first)
			return
		}
		defer res.Body.Close()
		var r reply
		if err := json.NewDecoder(res.Body).Decode(&r); err != nil {
			t.Error(err)
		}
		first <- r
	}()
	waitUntil(t, func() bool {
		s.updates.mu.Lock()
		defer s.updates.mu.Unlock()
		return s.updates.poll != nil
	})
	if list := poll(t, s, "timeout", "0"); len(list) != 0 {
		t.Errorf("got %+v", list)
	}
	if r := <-first; r.ErrorCode != http.StatusConflict || r.Description != conflictPoll {
		t.Errorf("the first poll: %+v", r)
	}
}

func waitUntil(t *testing.T, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited for 10 s in vain")
		}
	}
}

func TestAllowedUpdatesAreRemembered(t *testing.T) {
	s := populated(t)
	drain(t, s)
	must(t, s, nil, "getUpdates", "allowed_updates", `["my_chat_member"]`)
	if _, err := s.Say(aida, aida, "unheard"); err != nil {
		t.Fatal(err)
	}
	s.Block(aida)
	if list := poll(t, s, "offset", "1"); len(list) != 1 || list[0].Member == nil {
		t.Errorf("got %+v", list)
	}
	must(t, s, nil, "getUpdates", "allowed_updates", `[]`)
	s.Unblock(aida)
	if _, err := s.Say(aida, aida, "heard"); err != nil {
		t.Fatal(err)
	}
	if n := s.Pending(); n != 3 {
		t.Errorf("%d are pending, want 3", n)
	}
}

func TestPrivacyMode(t *testing.T) {
	s := populated(t)
	drain(t, s)
	var mine gotMessage
	must(t, s, &mine, "sendMessage", "chat_id", itoa(groupID), "text", "from the bot")
	if mine.Chat.ID != groupID {
		t.Fatal(mine)
	}
	say := func(text string, opts ...SayOption) {
		t.Helper()
		if _, err := s.Say(berik, groupID, text, opts...); err != nil {
			t.Fatal(err)
		}
	}
	say("talk among people")
	say("/news@other_bot")
	say("/news@NEWS_test_bot")
	say("/help")
	say("hey @news_test_bot")
	say("an answer", ReplyTo(mine.ID))
	var texts []string
	for _, u := range poll(t, s) {
		texts = append(texts, u.Message.Text)
	}
	if len(texts) != 4 || texts[0] != "/news@NEWS_test_bot" || texts[3] != "an answer" {
		t.Errorf("the bot hears %q", texts)
	}
	if _, err := s.Say(777, groupID, "x"); err == nil {
		t.Error("a stranger spoke")
	}
	if _, err := s.Say(berik, aida, "x"); err == nil {
		t.Error("a person wrote into another's private chat")
	}
}

func TestForum(t *testing.T) {
	s := populated(t)
	thread := s.AddTopic(forumID, "Экономика")
	var m gotMessage
	must(t, s, &m, "sendMessage", "chat_id", itoa(forumID), "message_thread_id", itoa(thread), "text", "x")
	if m.Thread != thread {
		t.Errorf("thread %d, want %d", m.Thread, thread)
	}
	drain(t, s)
	if _, err := s.Say(berik, forumID, "/news", InThread(thread)); err != nil {
		t.Fatal(err)
	}
	if list := poll(t, s); len(list) != 1 || list[0].Message.Thread != thread {
		t.Errorf("updates %+v", list)
	}
	var made struct {
		Thread int64 `json:"message_thread_id"`
	}
	must(t, s, &made, "createForumTopic", "chat_id", itoa(forumID), "name", "Спорт")
	must(t, s, nil, "closeForumTopic", "chat_id", itoa(forumID), "message_thread_id", itoa(made.Thread))
	s.SetRights(forumID, Rights{})
	refused(t, s, "Bad Request: TOPIC_CLOSED", "sendMessage", "chat_id", itoa(forumID), "message_thread_id", itoa(made.Thread), "text", "x")
	s.DeleteTopic(forumID, thread)
	refused(t, s, "Bad Request: message thread not found", "sendMessage", "chat_id", itoa(forumID), "message_thread_id", itoa(thread), "text", "x")
}

func TestMembers(t *testing.T) {
	s := populated(t)
	var admins []struct {
		Status string
		User   struct{ ID int64 }
	}
	must(t, s, &admins, "getChatAdministrators", "chat_id", itoa(groupID))
	if len(admins) != 1 || admins[0].User.ID != aida || admins[0].Status != Creator {
		t.Errorf("administrators %+v", admins)
	}
	var m struct{ Status string }
	must(t, s, &m, "getChatMember", "chat_id", itoa(groupID), "user_id", itoa(berik))
	if m.Status != Member {
		t.Errorf("member %+v", m)
	}
	var count int
	must(t, s, &count, "getChatMemberCount", "chat_id", itoa(groupID))
	if count != 3 {
		t.Errorf("%d members, want 3", count)
	}
	drain(t, s)
	must(t, s, nil, "leaveChat", "chat_id", itoa(groupID))
	refused(t, s, "Forbidden: bot is not a member of the group chat", "getChat", "chat_id", itoa(groupID))
	s.AddBot(groupID, berik, Member)
	var kinds []string
	for _, u := range poll(t, s) {
		if u.Member != nil {
			kinds = append(kinds, string(u.Member[:1]))
		}
	}
	if len(kinds) != 2 {
		t.Errorf("%d my_chat_member updates, want 2", len(kinds))
	}
}

// hook is a bot's own server.
type hook struct {
	mu      sync.Mutex
	updates []gotUpdate
	secrets []string
	status  []int // answers, then 200
	body    string
}

func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.secrets = append(h.secrets, r.Header.Get("X-Telegram-Bot-Api-Secret-Token"))
	if len(h.status) > 0 {
		w.WriteHeader(h.status[0])
		h.status = h.status[1:]
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	var u gotUpdate
	if err := json.Unmarshal(body, &u); err != nil {
		return
	}
	h.updates = append(h.updates, u)
	if h.body != "" {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, h.body)
	}
}

func (h *hook) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.updates)
}

func TestWebhook(t *testing.T) {
	s := start(t)
	h := &hook{status: []int{500, 503}, body: `{"method":"sendMessage","chat_id":501,"text":"from the answer"}`}
	own := httptest.NewServer(h)
	t.Cleanup(own.Close)
	for url, want := range map[string]string{
		"http://a.kz/":           "Bad Request: bad webhook: An HTTPS URL must be provided for webhook",
		"https://a.kz:8080/hook": "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
	} {
		refused(t, s, want, "setWebhook", "url", url)
	}
	refused(t, s, "Bad Request: secret token contains unallowed characters", "setWebhook", "url", own.URL, "secret_token", "a b")
	must(t, s, nil, "setWebhook", "url", own.URL, "secret_token", "s3cret", "max_connections", "5")
	refused(t, s, "Too Many Requests: retry after 1", "setWebhook", "url", own.URL)
	refused(t, s, conflictHook, "getUpdates")

	// The update that was waiting is tried until it is taken.
	if _, err := s.WaitFor(within(t, 10*time.Second), aida, func(m Message) bool { return m.Text == "from the answer" }); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Say(aida, aida, "again"); err != nil {
		t.Fatal(err)
	}
	waitUntil(t, func() bool { return h.count() == 2 })
	h.mu.Lock()
	if len(h.secrets) != 4 || h.secrets[0] != "s3cret" || h.updates[1].Message.Text != "again" {
		t.Errorf("secrets %q, updates %+v", h.secrets, h.updates)
	}
	h.mu.Unlock()
	waitUntil(t, func() bool { return s.Pending() == 0 })
	var info struct {
		URL   string
		Error string `json:"last_error_message"`
	}
	must(t, s, &info, "getWebhookInfo")
	if info.URL != own.URL || info.Error == "" {
		t.Errorf("info %+v", info)
	}
	must(t, s, nil, "deleteWebhook")
	if _, err := s.Say(aida, aida, "by poll"); err != nil {
		t.Fatal(err)
	}
	if list := poll(t, s); len(list) != 1 || list[0].Message.Text != "by poll" {
		t.Errorf("after deleteWebhook: %+v", list)
	}
}
