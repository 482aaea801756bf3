package sandbox_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/png"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"newsbot/internal/sandbox"
)

func TestAddressIsLoopbackOnly(t *testing.T) {
	for name, addr := range map[string]string{
		"all interfaces": "0.0.0.0:0",
		"no host":        ":0",
		"another host":   "192.0.2.1:0",
		"a name":         "example.kz:0",
		"no port":        "127.0.0.1",
	} {
		t.Run(name, func(t *testing.T) {
			s, err := sandbox.Start(t.Context(), sandbox.Options{Addr: addr})
			if err == nil {
				s.Close()
				t.Fatalf("%s was accepted", addr)
			}
		})
	}
}

func TestTakenAddressSaysWhatToDo(t *testing.T) {
	s := start(t, sandbox.Options{})
	_, err := sandbox.Start(t.Context(), sandbox.Options{Addr: strings.TrimPrefix(s.URL(), "http://")})
	if err == nil || !strings.Contains(err.Error(), "--addr 127.0.0.1:") {
		t.Errorf("the error is %v", err)
	}
}

func TestCloseLeavesNothingRunning(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s, err := sandbox.Start(ctx, sandbox.Options{Addr: "127.0.0.1:0", PublishEvery: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.Get(s.URL() + "/api/events?since=0") // a page that stays open
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	s.Close()
	s.Close()
	http.DefaultClient.CloseIdleConnections()
}

func TestEndOfContextCloses(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s, err := sandbox.Start(ctx, sandbox.Options{Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	eventually(t, "the page to be gone", func() bool {
		res, err := http.Get(s.URL() + "/")
		if err == nil {
			res.Body.Close()
		}
		return err != nil
	})
	s.Close()
}

func TestStrangersAreRefused(t *testing.T) {
	s := start(t, sandbox.Options{})
	host := strings.TrimPrefix(s.URL(), "http://")
	port := host[strings.LastIndex(host, ":"):]
	const body = `{"as":1001,"chat":1001,"text":"hello"}`
	for _, c := range []struct {
		name, method, path string
		host               string
		header             map[string]string
		body               string
		status             int
	}{
		{"our own name", "GET", "/", host, nil, "", 200},
		{"localhost", "GET", "/api/state", "localhost" + port, nil, "", 200},
		{"a name that points at loopback", "GET", "/api/state", "evil.example" + port, nil, "", 421},
		{"a name without the port", "GET", "/", "127.0.0.1", nil, "", 421},
		{"a rebound name that posts", "POST", "/api/say", "evil.example" + port, map[string]string{"Content-Type": "application/json"}, body, 421},
		{"another site posts", "POST", "/api/say", host, map[string]string{"Content-Type": "application/json", "Origin": "http://evil.example"}, body, 403},
		{"another site posts, by a new browser", "POST", "/api/say", host, map[string]string{"Content-Type": "application/json", "Sec-Fetch-Site": "cross-site"}, body, 403},
		{"another port of this machine posts", "POST", "/api/clock", host, map[string]string{"Content-Type": "application/json", "Origin": "http://127.0.0.1:1"}, `{"morning":true}`, 403},
		{"a form", "POST", "/api/say", host, map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, body, 415},
		{"a form that looks like JSON", "POST", "/api/say", host, map[string]string{"Content-Type": "text/plain"}, body, 415},
		{"no type", "POST", "/api/say", host, nil, body, 415},
		{"a change by GET", "GET", "/api/say", host, nil, "", 404},
		{"the page itself", "POST", "/api/say", host, map[string]string{"Content-Type": "application/json", "Origin": "http://" + host, "Sec-Fetch-Site": "same-origin"}, body, 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), c.method, s.URL()+c.path, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Host = c.host
			for k, v := range c.header {
				r.Header.Set(k, v)
			}
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			if res.StatusCode != c.status {
				b, _ := io.ReadAll(res.Body) // only for the report
				t.Errorf("status %d, want %d: %s", res.StatusCode, c.status, b)
			}
		})
	}
}

func TestPagePolicies(t *testing.T) {
	s := start(t, sandbox.Options{})
	res, body := get(t, s, "/")
	policy := res.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the page's policy lacks %s: %s", want, policy)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") {
		t.Errorf("the page's policy is loose: %s", policy)
	}
	if bytes.Contains(body, []byte("http://")) || bytes.Contains(body, []byte("https://")) {
		t.Error("the page names another origin")
	}
	if res, _ := get(t, s, "/newsroom/"); !strings.Contains(res.Header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Error("the newsroom's pages may run scripts beside the chat page")
	}
	for _, path := range []string{"/css/base.css", "/js/main.js", "/icon.svg", "/pattern.svg"} {
		if res, _ := get(t, s, path); res.StatusCode != 200 {
			t.Errorf("%s: status %d", path, res.StatusCode)
		}
	}
	if res, body := get(t, s, "/js/../../sandbox.go"); res.StatusCode == 200 && bytes.Contains(body, []byte("package sandbox")) {
		t.Error("the page's server gives away more than the page")
	}
}

// state is what the tests read of the page's state.
type state struct {
	Boot  string
	Seq   int64
	Chats []struct {
		ID       int64
		Started  bool
		Messages []message
	}
	Menus  map[string][]struct{ Command string }
	People []struct {
		ID       int64
		Language string
		Blocked  bool
	}
	Calls []struct {
		Method     string
		Violations []string
	}
	Rates string
	Clock struct{ Now, Morning int64 }
}

type message struct {
	ID    int64
	Text  string
	From  struct{ ID int64 }
	Photo *struct{ URL string }
	Card  *struct {
		URL, Site, Title, Image string
		W, H                    int
		Large, Above            bool
	}
	Keyboard [][]struct {
		Text, Data, URL string
		Off             bool
	}
	ReplyTo int64 `json:"reply_to"`
}

func stateOf(t *testing.T, s *sandbox.Sandbox) state {
	t.Helper()
	_, body := get(t, s, "/api/state")
	var v state
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func (v state) messages(chat int64) []message {
	for _, c := range v.Chats {
		if c.ID == chat {
			return c.Messages
		}
	}
	return nil
}

func TestSayAndPress(t *testing.T) {
	s := start(t, sandbox.Options{})
	runBot(t, s, readerBot(pictureOf(t, s)))
	me := object{"as": sandbox.ReaderID, "chat": sandbox.ReaderID}
	with := func(more object) object {
		o := object{}
		for _, m := range []object{me, more} {
			for k, v := range m {
				o[k] = v
			}
		}
		return o
	}
	var said message
	if status := post(t, s, "/api/say", with(object{"text": "/news"}), &said); status != 200 || said.Text != "/news" {
		t.Fatalf("say: status %d, %+v", status, said)
	}
	var list message
	eventually(t, "the list", func() bool {
		all := stateOf(t, s).messages(sandbox.ReaderID)
		list = all[len(all)-1]
		return strings.HasPrefix(list.Text, "News of today")
	})
	if len(list.Keyboard) != 2 || list.Keyboard[0][0].Data != "article" {
		t.Fatalf("the list's keyboard is %+v", list.Keyboard)
	}
	var answer struct {
		Text  string
		Alert bool
		Code  string
	}
	press := func(data string) int {
		answer.Text, answer.Alert, answer.Code = "", false, ""
		return post(t, s, "/api/press", with(object{"message": list.ID, "data": data}), &answer)
	}
	if status := press("alert"); status != 200 || answer.Text != "Mind the gap" || !answer.Alert {
		t.Errorf("press: status %d, %+v", status, answer)
	}
	if status := press("no such button"); status != 409 || answer.Code != "no_button" {
		t.Errorf("press of no button: status %d, %+v", status, answer)
	}
	if status := press("article"); status != 200 {
		t.Errorf("press: status %d, %+v", status, answer)
	}
	all := stateOf(t, s).messages(sandbox.ReaderID)
	card := all[len(all)-1].Card
	if card == nil || !card.Large || !card.Above || card.W < 100 || card.H < 100 || !strings.HasPrefix(card.Image, "/newsroom/") {
		t.Fatalf("the article's preview is %+v", card)
	}
	if res, _ := get(t, s, card.Image); res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Content-Type"), "image/") {
		t.Errorf("the preview's picture: status %d, %s", res.StatusCode, res.Header.Get("Content-Type"))
	}
}

func TestRefusedActions(t *testing.T) {
	s := start(t, sandbox.Options{})
	for _, c := range []struct {
		name, path string
		in         object
		status     int
		code       string
	}{
		{"nobody", "/api/say", object{"as": 7, "chat": 7, "text": "x"}, 400, "bad_request"},
		{"another's chat", "/api/say", object{"as": sandbox.ReaderID, "chat": sandbox.EditorID, "text": "x"}, 400, "bad_request"},
		{"no chat", "/api/say", object{"as": sandbox.ReaderID, "chat": -5, "text": "x"}, 409, "not_sent"},
		{"nothing", "/api/say", object{"as": sandbox.ReaderID, "chat": sandbox.ReaderID, "text": "  \n"}, 400, "bad_request"},
		{"too long", "/api/say", object{"as": sandbox.ReaderID, "chat": sandbox.ReaderID, "text": strings.Repeat("я", 4097)}, 409, "not_sent"},
		{"a photo that is none", "/api/say", object{"as": sandbox.ReaderID, "chat": sandbox.ReaderID, "photo": []byte("<svg onload=alert(1)>")}, 400, "bad_request"},
		{"an unknown field", "/api/say", object{"as": sandbox.ReaderID, "chat": sandbox.ReaderID, "txt": "x"}, 400, "bad_request"},
		{"an answer to nothing", "/api/say", object{"as": sandbox.ReaderID, "chat": sandbox.ReaderID, "text": "x", "reply_to": 99}, 409, "not_sent"},
		{"another's button", "/api/press", object{"as": sandbox.ReaderID, "chat": sandbox.EditorID, "message": 1, "data": "x"}, 400, "bad_request"},
		{"the past", "/api/clock", object{"to": 1}, 409, "clock"},
		{"a step back", "/api/clock", object{"by": -1000}, 400, "bad_request"},
		{"a century", "/api/clock", object{"to": time.Now().AddDate(100, 0, 0).UnixMilli()}, 409, "clock"},
		{"an overflow", "/api/clock", object{"by": int64(1) << 62}, 400, "bad_request"},
		{"no time", "/api/clock", object{}, 400, "bad_request"},
		{"no such mode", "/api/rates", object{"mode": "odd"}, 400, "bad_request"},
		{"no such language", "/api/person", object{"id": sandbox.ReaderID, "language": "xx"}, 400, "bad_request"},
		{"a stranger's language", "/api/person", object{"id": 7, "language": "kk"}, 400, "bad_request"},
		{"a stranger's block", "/api/person", object{"id": 7, "blocked": true}, 400, "bad_request"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := s.Now()
			var answer struct{ Error, Code string }
			if status := post(t, s, c.path, c.in, &answer); status != c.status || answer.Code != c.code || answer.Error == "" {
				t.Errorf("status %d, %+v; want %d, %s", status, answer, c.status, c.code)
			}
			if moved := s.Now().Sub(before); moved > time.Minute {
				t.Errorf("the clock moved by %s", moved)
			}
		})
	}
}

func TestClockMoves(t *testing.T) {
	s := start(t, sandbox.Options{})
	var mu sync.Mutex
	var seen []time.Time
	s.OnMove(func() {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, s.Now().In(s.Zone()))
	})
	before := s.Now()
	if status := post(t, s, "/api/clock", object{"by": 600_000}, nil); status != 200 {
		t.Fatalf("status %d", status)
	}
	if d := s.Now().Sub(before); d < 10*time.Minute || d > 11*time.Minute {
		t.Errorf("the clock moved by %s, want 10 minutes", d)
	}
	if status := post(t, s, "/api/clock", object{"morning": true}, nil); status != 200 {
		t.Fatalf("status %d", status)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(seen) != 2 || seen[1].Hour() != 8 || seen[1].Minute() != 0 {
		t.Errorf("the bot was told at %v", seen)
	}
	var next struct{ Morning int64 }
	_, body := get(t, s, "/api/state")
	if err := json.Unmarshal(body, &struct{ Clock *struct{ Morning int64 } }{&next}); err != nil {
		t.Fatal(err)
	}
	if m := time.UnixMilli(next.Morning).In(s.Zone()); m.Hour() != 8 || m.Day() != seen[1].AddDate(0, 0, 1).Day() {
		t.Errorf("the next morning is %s", m)
	}
	// What is sent after the move is dated so.
	msg, err := s.Emulator().Say(sandbox.ReaderID, sandbox.ReaderID, "good morning")
	if err != nil || msg.Date.In(s.Zone()).Hour() != 8 {
		t.Errorf("a message is dated %s, %v", msg.Date, err)
	}
}

func TestNewsroomIsToldOf(t *testing.T) {
	s := start(t, sandbox.Options{})
	news := make(chan struct{}, 200)
	s.OnNews(func() { news <- struct{}{} })
	var out struct {
		Title string
		OK    bool
	}
	if post(t, s, "/api/publish", object{}, &out); !out.OK || out.Title == "" {
		t.Fatalf("publish: %+v", out)
	}
	<-news
	if post(t, s, "/api/rates", object{"mode": "down"}, nil); stateOf(t, s).Rates != "down" {
		t.Error("the page does not know of the rates mode")
	}
	<-news
	res, err := http.Get(s.RatesURL() + "?fdate=" + s.Now().In(s.Zone()).Format("02.01.2006"))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("the bank that is down answers %d", res.StatusCode)
	}
	for range 200 {
		if post(t, s, "/api/publish", object{}, &out); !out.OK {
			return
		}
	}
	t.Error("the newsroom never runs out of stories")
}

func TestStoriesComeOutByThemselves(t *testing.T) {
	s := start(t, sandbox.Options{PublishEvery: time.Millisecond})
	told := make(chan struct{}, 500)
	s.OnNews(func() { told <- struct{}{} })
	select {
	case <-told:
	case <-time.After(20 * time.Second):
		t.Error("no story came out")
	}
}

func TestPersonChanges(t *testing.T) {
	s := start(t, sandbox.Options{})
	b := runBot(t, s, func(*bot, update) {})
	b.must("setMyCommands", object{"commands": []object{{"command": "news", "description": "News"}}}, nil)
	b.must("setMyCommands", object{"commands": []object{{"command": "janalyq", "description": "Жаңалықтар"}}, "language_code": "kk"}, nil)
	menu := func() string {
		m := stateOf(t, s).Menus[strconv.FormatInt(sandbox.ReaderID, 10)+":"+strconv.FormatInt(sandbox.ReaderID, 10)]
		if len(m) == 0 {
			return ""
		}
		return m[0].Command
	}
	if got := menu(); got != "janalyq" {
		t.Errorf("the menu of a Kazakh app begins with %q", got)
	}
	if status := post(t, s, "/api/person", object{"id": sandbox.ReaderID, "language": "de"}, nil); status != 200 {
		t.Fatalf("status %d", status)
	}
	if got := menu(); got != "news" {
		t.Errorf("the menu of a German app begins with %q", got)
	}
	var people []struct {
		ID      int64
		Blocked bool
	}
	post(t, s, "/api/person", object{"id": sandbox.ReaderID, "blocked": true}, &people)
	if !people[0].Blocked || people[1].Blocked {
		t.Errorf("after the block: %+v", people)
	}
	if err := b.call("sendMessage", object{"chat_id": sandbox.ReaderID, "text": "x"}, nil); err == nil {
		t.Error("the bot can write to one who blocked it")
	}
	post(t, s, "/api/person", object{"id": sandbox.ReaderID, "blocked": false}, &people)
	if people[0].Blocked {
		t.Errorf("after the unblock: %+v", people)
	}
}

func TestPhotoIsKept(t *testing.T) {
	s := start(t, sandbox.Options{})
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 40, 20))); err != nil {
		t.Fatal(err)
	}
	var m message
	if status := post(t, s, "/api/say", object{"as": sandbox.ReaderID, "chat": sandbox.ReaderID, "text": "look", "photo": picture.Bytes()}, &m); status != 200 {
		t.Fatalf("status %d", status)
	}
	if m.Photo == nil || m.Text != "look" {
		t.Fatalf("the photo is %+v", m)
	}
	res, body := get(t, s, m.Photo.URL)
	if res.Header.Get("Content-Type") != "image/png" || !bytes.Equal(body, picture.Bytes()) {
		t.Errorf("the photo comes back as %s, %d bytes", res.Header.Get("Content-Type"), len(body))
	}
	if !strings.Contains(res.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Error("a file that someone sent may act in the page's origin")
	}
	if res, _ := get(t, s, "/api/file/nothing"); res.StatusCode != 404 {
		t.Errorf("a file that is not there: status %d", res.StatusCode)
	}
}

func TestButtonsLeadOnlyWhereABrowserMay(t *testing.T) {
	s := start(t, sandbox.Options{})
	b := runBot(t, s, func(*bot, update) {})
	post(t, s, "/api/say", object{"as": sandbox.ReaderID, "chat": sandbox.ReaderID, "text": "/start"}, nil)
	b.must("sendMessage", object{"chat_id": sandbox.ReaderID, "text": "x", "reply_markup": inline([]object{
		{"text": "web", "url": "https://example.kz/"}, {"text": "app", "url": "tg://resolve?domain=x"},
	})}, nil)
	all := stateOf(t, s).messages(sandbox.ReaderID)
	for _, k := range all[len(all)-1].Keyboard[0] {
		if k.URL == "" || k.Off {
			t.Errorf("the button %+v leads nowhere", k)
		}
	}
}

func TestCallLog(t *testing.T) {
	var log lines
	s := start(t, sandbox.Options{CallLog: &log})
	b := runBot(t, s, func(*bot, update) {})
	b.must("setMyDescription", object{"description": "News", "no_such_parameter": 1}, nil)
	eventually(t, "the call", func() bool {
		return slices.ContainsFunc(log.all(), func(l string) bool { return strings.Contains(l, "setMyDescription") })
	})
	for _, l := range log.all() {
		if !json.Valid([]byte(l)) {
			t.Errorf("the log has a line that is no JSON: %s", l)
		}
		if strings.Contains(l, s.Token()) {
			t.Error("the token is in the log of calls")
		}
	}
	calls := stateOf(t, s).Calls
	i := slices.IndexFunc(calls, func(c struct {
		Method     string
		Violations []string
	}) bool {
		return c.Method == "setMyDescription"
	})
	if i < 0 || len(calls[i].Violations) != 1 {
		t.Errorf("the page's calls are %+v", calls)
	}
	if _, body := get(t, s, "/api/state"); bytes.Contains(body, []byte(s.Token())) {
		t.Error("the token is in the page's state")
	}
}

// lines is a writer that keeps whole lines.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Split(strings.TrimSpace(l.buf.String()), "\n")
}

// stream reads a page's events.
func stream(t *testing.T, s *sandbox.Sandbox, boot string, since int64, lastEventID string) func() string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL()+"/api/events?boot="+boot+"&since="+strconv.FormatInt(since, 10), nil)
	if err != nil {
		t.Fatal(err)
	}
	if lastEventID != "" {
		r.Header.Set("Last-Event-ID", lastEventID)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	if ct := res.Header.Get("Content-Type"); !strings.HasPrefix(ct, "text/event-stream") {
		t.Fatalf("the events come as %s", ct)
	}
	in := bufio.NewScanner(res.Body)
	in.Buffer(nil, 1<<20)
	return func() string {
		for in.Scan() {
			if data, ok := strings.CutPrefix(in.Text(), "data: "); ok {
				return data
			}
		}
		return ""
	}
}

func TestEvents(t *testing.T) {
	s := start(t, sandbox.Options{})
	v := stateOf(t, s)
	say := func(text string) {
		t.Helper()
		if _, err := s.Emulator().Say(sandbox.ReaderID, sandbox.ReaderID, text); err != nil {
			t.Fatal(err)
		}
	}
	wait := func(next func() string, part string) {
		t.Helper()
		for {
			e := next()
			if e == "" {
				t.Fatalf("the stream ended before %q", part)
			}
			if strings.Contains(e, part) {
				return
			}
		}
	}
	next := stream(t, s, v.Boot, v.Seq, "")
	say("one")
	wait(next, `"text":"one"`)
	s.CutPages()
	say("two")
	wait(stream(t, s, v.Boot, v.Seq, ""), `"text":"one"`)
	wait(stream(t, s, v.Boot, 0, strconv.FormatInt(v.Seq, 10)), `"text":"two"`)
	for name, next := range map[string]func() string{
		"another run":    stream(t, s, "other", v.Seq, ""),
		"the future":     stream(t, s, v.Boot, v.Seq+1_000_000, ""),
		"not a number":   stream(t, s, v.Boot, v.Seq, "x"),
		"a negative one": stream(t, s, v.Boot, -5, ""),
	} {
		if e := next(); !strings.Contains(e, `"reset"`) {
			t.Errorf("%s: the page is told %q, want a reset", name, e)
		}
	}
}

func TestSourcesNameThisSandbox(t *testing.T) {
	s := start(t, sandbox.Options{})
	if f := string(s.SourcesFile()); strings.Count(f, s.URL()+"/newsroom/") < 5 {
		t.Errorf("the sources file names too few sources here:\n%s", f)
	}
	if !strings.HasPrefix(s.RatesURL(), s.URL()) {
		t.Errorf("the bank is at %s", s.RatesURL())
	}
}
