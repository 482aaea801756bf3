package sandbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"newsbot/internal/emulator"
	"newsbot/internal/sandbox"
)

type object map[string]any

// start runs a sandbox on a free port.
func start(t *testing.T, o sandbox.Options) *sandbox.Sandbox {
	t.Helper()
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.PublishEvery == 0 {
		o.PublishEvery = -1
	}
	// Not t.Context(), which ends before the clean-ups: the sandbox outlives the bots that talk to it.
	s, err := sandbox.Start(context.WithoutCancel(t.Context()), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// bot is a small bot that speaks the Bot API and nothing else.
type bot struct {
	t   *testing.T
	api string
	ctx context.Context
}

type update struct {
	ID      int64 `json:"update_id"`
	Message *struct {
		ID   int64                 `json:"message_id"`
		Text string                `json:"text"`
		Chat struct{ ID int64 }    `json:"chat"`
		From struct{ Lang string } `json:"from"`
	} `json:"message"`
	Callback *struct {
		ID      string
		Data    string
		Message struct {
			ID   int64 `json:"message_id"`
			Chat struct{ ID int64 }
		}
	} `json:"callback_query"`
}

// call calls a method; out may be nil.
func (b *bot) call(method string, params object, out any) error {
	body, err := json.Marshal(params)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(b.ctx, http.MethodPost, b.api+"/"+method, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	var answer struct {
		OK          bool
		Description string
		Result      json.RawMessage
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	if !answer.OK {
		return fmt.Errorf("%s: %s", method, answer.Description)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer.Result, out)
}

// must is call, and the test fails when it does.
func (b *bot) must(method string, params object, out any) {
	if err := b.call(method, params, out); err != nil && b.ctx.Err() == nil {
		b.t.Errorf("bot: %v", err)
	}
}

// runBot runs a bot until the test ends. handle gets each update in turn.
func runBot(t *testing.T, s *sandbox.Sandbox, handle func(*bot, update)) *bot {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	b := &bot{t: t, api: s.APIURL() + "/bot" + s.Token(), ctx: ctx}
	var done sync.WaitGroup
	t.Cleanup(func() {
		stop()
		done.Wait()
	})
	done.Go(func() {
		var offset int64
		for ctx.Err() == nil {
			var updates []update
			if err := b.call("getUpdates", object{"offset": offset, "timeout": 20}, &updates); err != nil {
				if ctx.Err() == nil {
					t.Errorf("bot: %v", err)
				}
				return
			}
			for _, u := range updates {
				offset = u.ID + 1
				handle(b, u)
			}
		}
	})
	return b
}

func inline(rows ...[]object) object { return object{"inline_keyboard": rows} }

func button(text, data string) object { return object{"text": text, "callback_data": data} }

const hostile = `<img src=x onerror="document.title='owned'"> <script>alert(1)</script> "&' </b>`

// readerBot greets, has a list, an article with a picture, and some oddities.
func readerBot(picture string) func(*bot, update) {
	esc := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace
	list := object{
		"text": "<b>News</b> of today\n1. " + esc(hostile), "parse_mode": "HTML",
		"reply_markup": inline([]object{button("1", "article"), button("2", "gone")}, []object{button("Delete", "delete"), button("Alert", "alert")}),
	}
	article := object{
		"text":       "<b>Water rises in Balkhash</b>\n<i>The Steppe Post</i>\n\n" + strings.Repeat("A paragraph of the article. ", 20),
		"parse_mode": "HTML", "link_preview_options": object{"url": picture, "prefer_large_media": true, "show_above_text": true},
		"reply_markup": inline([]object{button("Back", "list"), {"text": "Original", "url": "https://example.kz/story"}}),
	}
	with := func(o object, more object) object {
		for k, v := range o {
			if _, ok := more[k]; !ok {
				more[k] = v
			}
		}
		return more
	}
	return func(b *bot, u update) {
		if m := u.Message; m != nil && m.Text != "" {
			chat := m.Chat.ID
			switch {
			case strings.HasPrefix(m.Text, "/start"):
				b.must("sendMessage", object{"chat_id": chat, "text": "Welcome! Try /news"}, nil)
			case strings.HasPrefix(m.Text, "/news"):
				b.must("sendMessage", with(list, object{"chat_id": chat}), nil)
			case strings.HasPrefix(m.Text, "/keys"):
				b.must("sendMessage", object{"chat_id": chat, "text": "Choose", "reply_markup": object{"keyboard": [][]object{{{"text": "First"}, {"text": "Second"}}}, "one_time_keyboard": true}}, nil)
			case strings.HasPrefix(m.Text, "/bad"):
				b.must("sendMessage", object{"chat_id": chat, "text": "Sloppy", "no_such_parameter": 1}, nil)
			default:
				b.must("sendMessage", object{"chat_id": chat, "text": "You said: " + m.Text}, nil)
			}
		}
		if q := u.Callback; q != nil {
			answer := object{"callback_query_id": q.ID}
			at := object{"chat_id": q.Message.Chat.ID, "message_id": q.Message.ID}
			switch q.Data {
			case "article":
				b.must("editMessageText", with(article, at), nil)
			case "list":
				b.must("editMessageText", with(list, at), nil)
			case "delete":
				b.must("deleteMessage", at, nil)
			case "gone":
				answer["text"] = "That story is gone"
			case "alert":
				answer["text"], answer["show_alert"] = "Mind the gap", true
			}
			b.must("answerCallbackQuery", answer, nil)
		}
	}
}

// pictureOf is the address of some picture of the newsroom.
func pictureOf(t *testing.T, s *sandbox.Sandbox) string {
	t.Helper()
	_, body := get(t, s, "/newsroom/steppepost/feed.json")
	var feed struct {
		Items []struct{ Image string }
	}
	if err := json.Unmarshal(body, &feed); err != nil {
		t.Fatal(err)
	}
	for _, i := range feed.Items {
		if i.Image != "" {
			return i.Image
		}
	}
	t.Fatal("no story of the newsroom has a picture")
	return ""
}

func get(t *testing.T, s *sandbox.Sandbox, path string) (*http.Response, []byte) {
	t.Helper()
	res, err := http.Get(s.URL() + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, body
}

// post does something by the page's API.
func post(t *testing.T, s *sandbox.Sandbox, path string, in, out any) int {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.Post(s.URL()+path, "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if out != nil {
		if err := json.NewDecoder(res.Body).Decode(out); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	return res.StatusCode
}

// eventually waits for something that another goroutine does.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); {
		if time.Now().After(deadline) {
			t.Fatalf("waited for %s in vain", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// shots is where the page tests leave pictures; "" is nowhere.
func shots() string { return os.Getenv("NEWSBOT_SCREENSHOTS") }

type msg = emulator.Message
