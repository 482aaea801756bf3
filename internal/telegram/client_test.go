package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"newsbot/internal/outbox"
)

const (
	testToken  = "1000000001:Zq-TestSecret_abcdefghijklmnopqrs"
	testSecret = "Zq-TestSecret_abcdefghijklmnopqrs"
)

// logBuffer is a log that tests read while it is written.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newLog() (*slog.Logger, *logBuffer) {
	b := &logBuffer{}
	return slog.New(slog.NewTextHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug})), b
}

// request is a call as a server sees it.
type request struct {
	Method string
	Params map[string]string
}

// fakeAPI answers calls by a function and keeps them.
type fakeAPI struct {
	*httptest.Server
	mu    sync.Mutex
	calls []request
}

// newFake serves answer, which returns a status and a body; "" is a true result.
func newFake(t *testing.T, answer func(n int, r request) (int, string)) *fakeAPI {
	t.Helper()
	f := &fakeAPI{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		method, ok := strings.CutPrefix(r.URL.Path, "/bot"+testToken+"/")
		if !ok || r.Method != http.MethodPost || r.ParseForm() != nil {
			http.NotFound(w, r)
			return
		}
		call := request{method, map[string]string{}}
		for name := range r.PostForm {
			call.Params[name] = r.PostForm.Get(name)
		}
		f.mu.Lock()
		f.calls = append(f.calls, call)
		n := len(f.calls)
		f.mu.Unlock()
		status, body := answer(n, call)
		if body == "" {
			body = `{"ok":true,"result":true}`
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(f.Close)
	return f
}

func (f *fakeAPI) Calls() []request {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]request(nil), f.calls...)
}

func refusal(code int, text string) (int, string) {
	b, _ := json.Marshal(map[string]any{"ok": false, "error_code": code, "description": text})
	return code, string(b)
}

func result(v any) (int, string) {
	b, err := json.Marshal(map[string]any{"ok": true, "result": v})
	if err != nil {
		panic(err)
	}
	return http.StatusOK, string(b)
}

func newClient(t *testing.T, o Options) *Client {
	t.Helper()
	if o.Token == "" {
		o.Token = testToken
	}
	if o.Transport == nil {
		transport := &http.Transport{}
		t.Cleanup(transport.CloseIdleConnections)
		o.Transport = transport
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNewRefuses(t *testing.T) {
	tests := []struct{ name, token, base string }{
		{"no token", "", ""},
		{"token without digits", ":abc", ""},
		{"token without a secret", "123:", ""},
		{"token with a line end", testToken + "\n", ""},
		{"token with a slash", "123:abc/def", ""},
		{"address that is none", testToken, "http://[::1"},
		{"address without a scheme", testToken, "api.telegram.org"},
		{"address of a file", testToken, "file:///etc"},
		{"address without a host", testToken, "https:///bot"},
		{"address with a query", testToken, "https://x.example/?a=b"},
		{"address with a password", testToken, "https://u:p@x.example/"},
		{"address with the token", testToken, "ftp://x.example/bot" + testToken},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := New(Options{Token: tt.token, BaseURL: tt.base})
			if err == nil {
				t.Fatal("no error")
			}
			if strings.Contains(err.Error(), testSecret) {
				t.Errorf("the token is in %q", err)
			}
		})
	}
}

func TestCallParameters(t *testing.T) {
	api := newFake(t, func(int, request) (int, string) { return result(map[string]any{"id": 7}) })
	// A base with a path, a percent sign and a slash at its end.
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = strings.TrimPrefix(r.URL.Path, "/a b")
		api.Config.Handler.ServeHTTP(w, r)
	}))
	defer proxy.Close()
	c := newClient(t, Options{BaseURL: proxy.URL + "/a%20b/"})
	var nilButtons [][]string
	var nilStruct *struct{}
	var out struct {
		ID int `json:"id"`
	}
	err := c.Call(t.Context(), "someMethod", map[string]any{
		"text": "Сәлем & <b>", "empty": "", "number": 0, "big": int64(-1001234567890), "yes": true, "no": false,
		"list": []string{"a", "b"}, "none": []string{}, "nil": nil, "nilSlice": nilButtons, "nilPointer": nilStruct,
		"struct": previewOptions{Disabled: true}, "kind": Private,
	}, &out)
	if err != nil || out.ID != 7 {
		t.Fatalf("got %v, %v", out, err)
	}
	want := map[string]string{
		"text": "Сәлем & <b>", "number": "0", "big": "-1001234567890", "yes": "true",
		"list": `["a","b"]`, "struct": `{"is_disabled":true}`, "kind": "private",
	}
	got := api.Calls()[0].Params
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s is %q, want %q", name, got[name], value)
		}
	}
	if len(got) != len(want) {
		t.Errorf("sent %v", got)
	}
	if err := c.Call(t.Context(), "someMethod", map[string]any{"bad": make(chan int)}, nil); err == nil {
		t.Error("a channel was sent")
	}
}

func TestCallErrors(t *testing.T) {
	tests := []struct {
		name   string
		status int
		header string // Retry-After
		body   string
		want   Error
	}{
		{"refusal", 400, "", `{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}`, Error{Code: 400, Description: "Bad Request: chat not found"}},
		{"flood", 429, "", `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}`, Error{429, "Too Many Requests: retry after 7", 7 * time.Second, 0}},
		{"flood told in the header", 429, "9", `{"ok":false,"error_code":429,"description":"Too Many Requests"}`, Error{429, "Too Many Requests", 9 * time.Second, 0}},
		{"flood told in the text", 429, "", `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 5"}`, Error{429, "Too Many Requests: retry after 5", 5 * time.Second, 0}},
		{"flood without a time", 429, "soon", `{"ok":false,"error_code":429,"description":"Too Many Requests"}`, Error{429, "Too Many Requests", time.Second, 0}},
		{"flood for ever", 429, "", `{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":99999999999}}`, Error{429, "Too Many Requests", maxWait, 0}},
		{"migration", 400, "", `{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat","parameters":{"migrate_to_chat_id":-1001}}`, Error{400, "Bad Request: group chat was upgraded to a supergroup chat", 0, -1001}},
		{"no code", 403, "", `{"ok":false,"description":"Forbidden"}`, Error{Code: 403, Description: "Forbidden"}},
		{"token in the words", 404, "", `{"ok":false,"error_code":404,"description":"no /bot` + testToken + `/x\u0000\n"}`, Error{Code: 404, Description: "no /bot[token]/x  "}},
		{"gateway's page", 502, "3", `<html><h1>502 Bad Gateway</h1></html>`, Error{502, `Bad Gateway ("text/html; charset=utf-8" is not an answer of the Bot API)`, 3 * time.Second, 0}},
		{"proxy's flood page", 429, "", `slow down`, Error{429, `Too Many Requests ("text/plain; charset=utf-8" is not an answer of the Bot API)`, time.Second, 0}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if tt.header != "" {
					w.Header().Set("Retry-After", tt.header)
				}
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			}))
			defer server.Close()
			err := newClient(t, Options{BaseURL: server.URL}).Call(t.Context(), "getChat", nil, nil)
			var e *Error
			if !errors.As(err, &e) || *e != tt.want {
				t.Errorf("got  %#v\nwant %#v", e, &tt.want)
			}
			if err != nil && !strings.HasPrefix(err.Error(), "telegram getChat: ") {
				t.Errorf("error does not tell the method: %v", err)
			}
		})
	}
}

// brokenServers are the ways in which a server, or the way to it, can fail.
func brokenServers(t *testing.T) map[string]string {
	t.Helper()
	serve := func(h http.HandlerFunc) string {
		s := httptest.NewServer(h)
		t.Cleanup(s.Close)
		return s.URL
	}
	// raw answers with bytes that need not be HTTP; "%s" is the request's first line.
	raw := func(answer string, reset bool) string {
		return serve(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			if reset {
				_ = conn.(*net.TCPConn).SetLinger(0)
			}
			_, _ = io.WriteString(conn, strings.ReplaceAll(answer, "%s", r.URL.Path))
		})
	}
	tlsServer := httptest.NewUnstartedServer(http.NotFoundHandler())
	tlsServer.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	tlsServer.StartTLS()
	t.Cleanup(tlsServer.Close)
	elsewhere := serve(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the redirect was followed to %s", r.URL.Host)
	})
	body := func(status int, s string) string {
		return serve(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, strings.ReplaceAll(s, "%s", r.URL.Path))
		})
	}
	return map[string]string{
		"nobody listens":    "http://127.0.0.1:1",
		"no such host":      "http://no-such-host.invalid",
		"certificate":       tlsServer.URL,
		"TLS without TLS":   strings.Replace(body(200, "{}"), "http:", "https:", 1),
		"hang":              serve(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body); <-r.Context().Done() }),
		"reset":             raw("", true),
		"closed":            raw("", false),
		"not HTTP":          raw("SSH-2.0 %s\r\n", false),
		"malformed status":  raw("HTTP/1.1 %s %s\r\n\r\n", false),
		"malformed header":  raw("HTTP/1.1 200 OK\r\n%s\r\n\r\n", false),
		"shorter than said": raw("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"ok\":true", false),
		"bad chunks":        raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%s\r\n", false),
		"redirect": serve(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere+r.URL.Path, http.StatusTemporaryRedirect)
		}),
		"redirect, bad": serve(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://[::1")
			w.WriteHeader(302)
		}),
		"gateway's page":     body(502, "<html>%s</html>"),
		"page with status 2": body(200, "<html>%s</html>"),
		"cut JSON":           body(200, `{"ok":true,"result":[{"update_id":1,`),
		"JSON of another":    body(200, `{"path":"%s"}`),
		"JSON list":          body(200, `["%s"]`),
		"wrong result":       body(200, `{"ok":true,"result":{"message_id":"%s","id":"%s","status":5}}`),
		"refusal":            body(400, `{"ok":false,"error_code":400,"description":"Bad Request: %s"}`),
		"nothing":            body(200, ""),
	}
}

// TestTokenLeaksNowhere runs every method against every failure and looks for
// the token in errors, however printed, and in the log.
func TestTokenLeaksNowhere(t *testing.T) {
	message := outbox.Message{Text: "<b>x</b>", Preview: &outbox.Preview{URL: "https://x.example/"}, Keyboard: [][]outbox.Button{{{Text: "x", Data: "x"}}}}
	methods := map[string]func(context.Context, *Client) error{
		"Call": func(ctx context.Context, c *Client) error { return c.Call(ctx, "getMe", nil, nil) },
		"Me":   func(ctx context.Context, c *Client) error { _, err := c.Me(ctx); return err },
		"Send": func(ctx context.Context, c *Client) error {
			return c.Send(ctx, outbox.Delivery{ChatID: 1, ThreadID: 2, Message: message}).Err
		},
		"SendMessage": func(ctx context.Context, c *Client) error { _, err := c.SendMessage(ctx, 1, 0, message); return err },
		"copy": func(ctx context.Context, c *Client) error {
			_, err := c.SendMessage(ctx, 1, 0, outbox.Message{Copy: &outbox.MessageRef{ChatID: 1, MessageID: 2}})
			return err
		},
		"EditMessage":    func(ctx context.Context, c *Client) error { return c.EditMessage(ctx, 1, 2, message) },
		"DeleteMessage":  func(ctx context.Context, c *Client) error { return c.DeleteMessage(ctx, 1, 2) },
		"AnswerCallback": func(ctx context.Context, c *Client) error { return c.AnswerCallback(ctx, "1", "x", true) },
		"Member":         func(ctx context.Context, c *Client) error { _, err := c.Member(ctx, 1, 2); return err },
		"Typing":         func(ctx context.Context, c *Client) error { return c.Typing(ctx, 1, 2) },
		"SetCommands": func(ctx context.Context, c *Client) error {
			return c.SetCommands(ctx, []Command{{"a", "b"}}, Scope{Kind: "default"}, "")
		},
		"SetDescription":      func(ctx context.Context, c *Client) error { return c.SetDescription(ctx, "x", "kk") },
		"SetShortDescription": func(ctx context.Context, c *Client) error { return c.SetShortDescription(ctx, "x", "kk") },
		"SetWebhook":          func(ctx context.Context, c *Client) error { return c.SetWebhook(ctx, "https://x.example/", "secret") },
		"DeleteWebhook":       func(ctx context.Context, c *Client) error { return c.DeleteWebhook(ctx) },
		"getUpdates": func(ctx context.Context, c *Client) error {
			ctx, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
			defer cancel()
			_, err := c.getUpdates(ctx, 1, 1, 0)
			return err
		},
		"Updates": func(ctx context.Context, c *Client) error {
			ctx, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
			defer cancel()
			var last error
			err := c.Updates(ctx, func(context.Context, []Update) error { return nil }, PollOptions{OnState: func(err error) { last = err }})
			return errors.Join(err, last)
		},
	}
	mayPass := map[string]bool{
		"wrong result": true, // whoever takes no result does not see it
		"Updates":      true, // hanging is what a long poll does
	}
	for failure, base := range brokenServers(t) {
		t.Run(failure, func(t *testing.T) {
			t.Parallel()
			log, logged := newLog()
			c := newClient(t, Options{BaseURL: base, Log: log, Timeout: 100 * time.Millisecond})
			for method, call := range methods {
				err := call(t.Context(), c)
				if err == nil && !mayPass[failure] && !mayPass[method] {
					t.Errorf("%s: no error", method)
				}
				for e := err; e != nil; e = errors.Unwrap(e) {
					log.Error("failed", slog.Any("error", e), slog.Any("client", c))
					for _, verb := range []string{"%v", "%+v", "%#v", "%q"} {
						if text := fmt.Sprintf(verb, e); strings.Contains(text, testSecret) || strings.Contains(text, url.QueryEscape(testToken)) {
							t.Errorf("%s: the token is in %s", method, text)
						}
					}
				}
			}
			if strings.Contains(logged.String(), testSecret) {
				t.Error("the token is in the log")
			}
			for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
				if text := fmt.Sprintf(verb, c); strings.Contains(text, testSecret) {
					t.Errorf("the token is in a printed client: %s", text)
				}
			}
		})
	}
}

func TestCallContext(t *testing.T) {
	hang := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if strings.HasSuffix(r.URL.Path, "/drip") {
			_, _ = io.WriteString(w, `{"ok":`)
			w.(http.Flusher).Flush()
		}
		<-r.Context().Done()
	}))
	defer hang.Close()
	var mu sync.Mutex
	var observed []Class
	c := newClient(t, Options{BaseURL: hang.URL, Timeout: 100 * time.Millisecond, Observe: func(_ string, class Class, _ time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		observed = append(observed, class)
	}})
	for _, method := range []string{"hang", "drip"} {
		if err := c.Call(t.Context(), method, nil, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: got %v, want the time limit", method, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(20*time.Millisecond, cancel)
		if err := c.Call(ctx, method, nil, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, want cancelled", method, err)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if fmt.Sprint(observed) != "[temporary temporary temporary temporary]" {
		t.Errorf("observed %v", observed)
	}
}

// TestConnectionsAreKept: waves of parallel calls, as a broadcast makes them,
// must not open connections anew.
func TestConnectionsAreKept(t *testing.T) {
	const parallel = 20
	var opened atomic.Int32
	arrived := make(chan struct{}, parallel)
	leave := make(chan struct{})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		arrived <- struct{}{}
		<-leave
		_, _ = io.WriteString(w, `{"ok":true,"result":true}`)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	c, err := New(Options{Token: testToken, BaseURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer c.http.(*http.Transport).CloseIdleConnections()
	for range 3 {
		var wave sync.WaitGroup
		for range parallel {
			wave.Go(func() {
				if err := c.Call(t.Context(), "getMe", nil, nil); err != nil {
					t.Error(err)
				}
			})
		}
		for range parallel {
			<-arrived
		}
		for range parallel {
			leave <- struct{}{}
		}
		wave.Wait()
	}
	if n := opened.Load(); n > parallel+parallel/2 {
		t.Errorf("%d connections for %d calls at once", n, parallel)
	}
}

func TestAnswerIsBounded(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"ok":true,"result":"`)
		chunk := strings.Repeat("x", 1<<20)
		for range maxAnswer>>20 + 1 {
			if _, err := io.WriteString(w, chunk); err != nil {
				return
			}
		}
	}))
	defer server.Close()
	err := newClient(t, Options{BaseURL: server.URL}).Call(t.Context(), "getMe", nil, nil)
	if err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("got %v", err)
	}
}
