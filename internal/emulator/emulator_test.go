package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

const testToken = "1000000001:TEST_secret-part"

// The people and chats that most tests use.
const (
	aida  = int64(501)
	berik = int64(502)
)

// start runs a server with two people, of whom Aida has written to the bot.
func start(t *testing.T, change ...func(*Options)) *Server {
	t.Helper()
	o := Options{Token: testToken, Bot: User{FirstName: "News", Username: "news_test_bot"}}
	for _, f := range change {
		f(&o)
	}
	s, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	s.AddUser(User{ID: aida, FirstName: "Aida", Username: "aida_k", LanguageCode: "kk"})
	s.AddUser(User{ID: berik, FirstName: "Berik", LanguageCode: "ru"})
	if _, err := s.Say(aida, aida, "/start"); err != nil {
		t.Fatal(err)
	}
	return s
}

// reply is an answer of the server.
type reply struct {
	Status      int
	Header      http.Header
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	ErrorCode   int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		MigrateToChatID int64 `json:"migrate_to_chat_id"`
		RetryAfter      int   `json:"retry_after"`
	} `json:"parameters"`
}

func do(t *testing.T, req *http.Request) reply {
	t.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("%s: %v", req.URL.Path, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	r := reply{Status: res.StatusCode, Header: res.Header}
	if err := json.Unmarshal(body, &r); err != nil {
		t.Fatalf("%s answers %q: %v", req.URL.Path, body, err)
	}
	return r
}

// form calls a method with a form; params are pairs.
func form(t *testing.T, s *Server, method string, params ...string) reply {
	t.Helper()
	values := url.Values{}
	for i := 0; i < len(params); i += 2 {
		values.Set(params[i], params[i+1])
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/bot"+testToken+"/"+method, strings.NewReader(values.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return do(t, req)
}

// must is form for calls that succeed; result takes the result unless it is nil.
func must(t *testing.T, s *Server, result any, method string, params ...string) {
	t.Helper()
	r := form(t, s, method, params...)
	if !r.OK {
		t.Fatalf("%s %v: %d %s", method, params, r.ErrorCode, r.Description)
	}
	if result != nil {
		if err := json.Unmarshal(r.Result, result); err != nil {
			t.Fatalf("%s: result %s: %v", method, r.Result, err)
		}
	}
}

// refused is form for calls that fail.
func refused(t *testing.T, s *Server, want string, method string, params ...string) reply {
	t.Helper()
	r := form(t, s, method, params...)
	if r.OK || r.Description != want {
		t.Errorf("%s %v:\n got %d %q %s\nwant %q", method, params, r.ErrorCode, r.Description, r.Result, want)
	}
	return r
}

type gotMessage struct {
	ID       int64              `json:"message_id"`
	Thread   int64              `json:"message_thread_id"`
	Text     string             `json:"text"`
	Caption  string             `json:"caption"`
	EditDate int64              `json:"edit_date"`
	Entities []Entity           `json:"entities"`
	Chat     struct{ ID int64 } `json:"chat"`
	Photo    []struct {
		FileID string `json:"file_id"`
		Width  int
		Height int
	}
	Markup *struct {
		Rows [][]map[string]any `json:"inline_keyboard"`
	} `json:"reply_markup"`
	ReplyTo *gotMessage `json:"reply_to_message"`
}

type gotUpdate struct {
	ID       int64           `json:"update_id"`
	Message  *gotMessage     `json:"message"`
	Edited   *gotMessage     `json:"edited_message"`
	Post     *gotMessage     `json:"channel_post"`
	Member   json.RawMessage `json:"my_chat_member"`
	Callback *struct {
		InlineID string `json:"inline_message_id"`
		ID       string
		Data     string
		Message  *gotMessage
		From     struct{ ID int64 }
	} `json:"callback_query"`
	Inline *struct{ ID, Query string } `json:"inline_query"`
}

func poll(t *testing.T, s *Server, params ...string) []gotUpdate {
	t.Helper()
	var list []gotUpdate
	must(t, s, &list, "getUpdates", params...)
	return list
}

// drain forgets all updates, so that a test sees only what comes after.
func drain(t *testing.T, s *Server) {
	t.Helper()
	q := s.updates
	q.mu.Lock()
	defer q.mu.Unlock()
	q.list, q.polled = nil, time.Time{}
}

func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func TestSendEditDelete(t *testing.T) {
	s := start(t)
	var m gotMessage
	must(t, s, &m, "sendMessage", "chat_id", "501", "text", " <b>Сәлем</b> 👋 қала ", "parse_mode", "html",
		"reply_markup", `{"inline_keyboard":[[{"text":"Әрі қарай","callback_data":"next"},{"text":"Сайт","url":"kaztag.kz"}]]}`)
	if m.Text != "Сәлем 👋 қала" || len(m.Entities) != 1 || m.Entities[0].Type != "bold" || m.Entities[0].Length != 5 {
		t.Errorf("sent %+v", m)
	}
	if m.Markup == nil || m.Markup.Rows[0][1]["url"] != "http://kaztag.kz/" {
		t.Errorf("markup %+v", m.Markup)
	}
	seen := s.Messages(aida)
	if len(seen) != 2 || !seen[1].Outgoing || seen[1].HTML() != "<b>Сәлем</b> 👋 қала" {
		t.Errorf("the page sees %+v", seen)
	}

	same := []string{"chat_id", "501", "message_id", itoa(m.ID), "text", "<b>Сәлем</b> 👋 қала", "parse_mode", "HTML",
		"reply_markup", `{"inline_keyboard":[[{"text":"Әрі қарай","callback_data":"next"},{"text":"Сайт","url":"http://kaztag.kz/"}]]}`}
	refused(t, s, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message", "editMessageText", same...)
	id := m.ID
	m = gotMessage{}
	must(t, s, &m, "editMessageText", "chat_id", "501", "message_id", itoa(id), "text", "two")
	if m.Text != "two" || m.Markup != nil || m.EditDate == 0 {
		t.Errorf("edited %+v", m)
	}
	first := s.Messages(aida)[0]
	refused(t, s, "Bad Request: message can't be edited", "editMessageText", "chat_id", "501", "message_id", itoa(first.ID), "text", "x")
	refused(t, s, "Bad Request: message to edit not found", "editMessageText", "chat_id", "501", "message_id", "99999", "text", "x")
	must(t, s, nil, "deleteMessage", "chat_id", "501", "message_id", itoa(m.ID))
	refused(t, s, "Bad Request: message to delete not found", "deleteMessage", "chat_id", "501", "message_id", itoa(m.ID))
	if n := len(s.Messages(aida)); n != 1 {
		t.Errorf("%d messages are left", n)
	}
	if v := s.Violations(); len(v) > 0 {
		t.Errorf("violations: %q", v)
	}
}

func TestBodies(t *testing.T) {
	s := start(t)
	t.Run("JSON with nested objects", func(t *testing.T) {
		body := `{"chat_id":501,"text":"hi","disable_notification":true,"link_preview_options":{"is_disabled":true},"reply_markup":{"inline_keyboard":[[{"text":"a","callback_data":"b"}]]}}`
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/bot"+testToken+"/SendMessage", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
		if r := do(t, req); !r.OK {
			t.Fatal(r.Description)
		}
		m := s.Messages(aida)[len(s.Messages(aida))-1]
		if !m.Silent || m.LinkPreview == nil || !m.LinkPreview.IsDisabled || m.InlineKeyboard[0][0].Data != "b" {
			t.Errorf("got %+v", m)
		}
	})
	t.Run("query string", func(t *testing.T) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/bot"+testToken+"/sendMessage?chat_id=501&text=q", nil)
		if err != nil {
			t.Fatal(err)
		}
		if r := do(t, req); !r.OK {
			t.Fatal(r.Description)
		}
	})
	t.Run("multipart", func(t *testing.T) {
		r := multi(t, s, "sendMessage", map[string]string{"chat_id": "501", "text": "m"}, nil)
		if !r.OK {
			t.Fatal(r.Description)
		}
	})
	if v := s.Violations(); len(v) > 0 {
		t.Errorf("violations: %q", v)
	}
}

// multi calls a method with a multipart body.
func multi(t *testing.T, s *Server, method string, params map[string]string, files map[string][]byte) reply {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for k, v := range params {
		if err := w.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	for k, v := range files {
		f, err := w.CreateFormFile(k, k+".bin")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(v); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/bot"+testToken+"/"+method, &body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	return do(t, req)
}

func TestPressIsAnswered(t *testing.T) {
	s := start(t)
	drain(t, s)
	var m gotMessage
	must(t, s, &m, "sendMessage", "chat_id", "501", "text", "pick", "reply_markup", `{"inline_keyboard":[[{"text":"a","callback_data":"x"}]]}`)
	if _, err := s.PressAsync(aida, aida, m.ID, "nope"); err == nil {
		t.Error("a button that is not there was pressed")
	}
	got := make(chan CallbackAnswer, 1)
	ctx := within(t, 10*time.Second)
	go func() {
		a, err := s.Press(ctx, aida, aida, m.ID, "x")
		if err != nil {
			t.Error(err)
		}
		got <- a
	}()
	list := poll(t, s, "timeout", "10")
	if len(list) != 1 || list[0].Callback == nil || list[0].Callback.Data != "x" || list[0].Callback.Message.ID != m.ID {
		t.Fatalf("updates: %+v", list)
	}
	id := list[0].Callback.ID
	must(t, s, nil, "answerCallbackQuery", "callback_query_id", id, "text", "Дайын", "show_alert", "true")
	if a := <-got; a.Text != "Дайын" || !a.ShowAlert {
		t.Errorf("answer %+v", a)
	}
	const old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
	refused(t, s, old, "answerCallbackQuery", "callback_query_id", id)
	refused(t, s, old, "answerCallbackQuery", "callback_query_id", "12345")
}

func TestWaitFor(t *testing.T) {
	s := start(t)
	ctx := within(t, 10*time.Second)
	go func() {
		values := url.Values{"chat_id": {"501"}, "text": {"later"}}
		res, err := http.PostForm(s.URL()+"/bot"+testToken+"/sendMessage", values)
		if err != nil {
			t.Error(err)
			return
		}
		if err := res.Body.Close(); err != nil {
			t.Error(err)
		}
	}()
	m, err := s.WaitFor(ctx, aida, func(m Message) bool { return m.Text == "later" })
	if err != nil || !m.Outgoing {
		t.Fatalf("%+v, %v", m, err)
	}
	short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	if _, err := s.WaitFor(short, aida, func(m Message) bool { return m.Text == "never" }); err == nil {
		t.Error("waited for nothing and got it")
	}
}
