package emulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	tg "github.com/go-telegram-bot-api/telegram-bot-api/v5"
	"go.uber.org/goleak"

	"newsbot/internal/emulator"
)

const token = "1000000001:OUTSIDE"

// A client that knows nothing of the emulator: the well-known Go library.
func TestDrivenByAnOutsideClient(t *testing.T) {
	s, err := emulator.Start(emulator.Options{Token: token, Bot: emulator.User{FirstName: "News", Username: "outside_bot"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	const person = 77
	s.AddUser(emulator.User{ID: person, FirstName: "Дана", LanguageCode: "kk"})

	bot, err := tg.NewBotAPIWithAPIEndpoint(token, s.URL()+"/bot%s/%s")
	if err != nil {
		t.Fatal(err)
	}
	if bot.Self.UserName != "outside_bot" || bot.Self.ID != 1000000001 {
		t.Errorf("self %+v", bot.Self)
	}
	if _, err := bot.Send(tg.NewMessage(person, "too early")); err == nil || !strings.Contains(err.Error(), "can't initiate conversation") {
		t.Errorf("before /start: %v", err)
	}
	if _, err := s.Say(person, person, "/start deep_link"); err != nil {
		t.Fatal(err)
	}
	updates, err := bot.GetUpdates(tg.UpdateConfig{Timeout: 5})
	if err != nil || len(updates) != 1 {
		t.Fatalf("%v %v", updates, err)
	}
	in := updates[0].Message
	if in.Command() != "start" || in.CommandArguments() != "deep_link" || in.From.LanguageCode != "kk" || !in.Chat.IsPrivate() {
		t.Errorf("message %+v", in)
	}

	out := tg.NewMessage(person, "<b>Бағам</b> — 1 USD")
	out.ParseMode = tg.ModeHTML
	out.ReplyMarkup = tg.NewInlineKeyboardMarkup(tg.NewInlineKeyboardRow(tg.NewInlineKeyboardButtonData("Жаңарту", "rates:refresh")))
	sent, err := bot.Send(out)
	if err != nil {
		t.Fatal(err)
	}
	if len(sent.Entities) != 1 || sent.Entities[0].Type != "bold" || len(sent.ReplyMarkup.InlineKeyboard) != 1 {
		t.Errorf("sent %+v", sent)
	}
	if _, err := bot.Send(tg.NewEditMessageText(person, sent.MessageID, "Бағам — 1 USD")); err != nil {
		t.Error(err)
	}
	zero := tg.NewEditMessageReplyMarkup(person, sent.MessageID, tg.InlineKeyboardMarkup{})
	if _, err := bot.Send(zero); err == nil || !strings.Contains(err.Error(), `field "inline_keyboard" must be of type Array`) {
		t.Errorf("the library's empty keyboard: %v", err)
	}
	if _, err := bot.Request(tg.NewDeleteMessage(person, sent.MessageID)); err != nil {
		t.Error(err)
	}
	if _, err := bot.Request(tg.NewSetMyCommands(tg.BotCommand{Command: "news", Description: "Жаңалықтар"})); err != nil {
		t.Error(err)
	}
	if c := s.Commands(person, person, "kk"); len(c) != 1 || c[0].Description != "Жаңалықтар" {
		t.Errorf("commands %+v", c)
	}
	s.Inject(emulator.Fault{Kind: emulator.TooManyRequests, RetryAfter: 3 * time.Second, Times: 1})
	_, err = bot.Send(tg.NewMessage(person, "x"))
	if e, ok := err.(*tg.Error); !ok || e.Code != http.StatusTooManyRequests || e.RetryAfter != 3 {
		t.Errorf("flood: %v", err)
	}
	s.Block(person)
	if _, err = bot.Send(tg.NewMessage(person, "x")); err == nil || err.Error() != "Forbidden: bot was blocked by the user" {
		t.Errorf("blocked: %v", err)
	}
}

// Many senders, people and watchers at once; most of its worth is under -race.
func TestConcurrentUse(t *testing.T) {
	s, err := emulator.Start(emulator.Options{Token: token, KeepMessages: 20, KeepCalls: 50, KeepEvents: 100})
	if err != nil {
		t.Fatal(err)
	}
	const people, rounds = 8, 25
	for id := int64(1); id <= people; id++ {
		s.AddUser(emulator.User{ID: id, FirstName: "P"})
	}
	events, cancel := s.Events()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: people}}
	var all sync.WaitGroup
	all.Go(func() {
		for e := range events {
			_ = e.Message
		}
	})
	var work sync.WaitGroup
	for id := int64(1); id <= people; id++ {
		work.Go(func() {
			for n := range rounds {
				if _, err := s.Say(id, id, fmt.Sprintf("/n %d", n)); err != nil {
					t.Error(err)
				}
				body := fmt.Sprintf(`{"chat_id":%d,"text":"<b>%d</b>","parse_mode":"HTML","reply_markup":{"inline_keyboard":[[{"text":"a","callback_data":"d"}]]}}`, id, n)
				res, err := client.Post(s.URL()+"/bot"+token+"/sendMessage", "application/json", strings.NewReader(body))
				if err != nil {
					t.Error(err)
					return
				}
				if err := res.Body.Close(); err != nil {
					t.Error(err)
				}
				s.Messages(id)
				s.Chats()
				s.Calls()
				if _, err := s.WaitFor(t.Context(), id, func(m emulator.Message) bool { return m.Text == fmt.Sprint(n) && m.HTML() != "" }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	work.Wait()
	cancel()
	all.Wait()
	for id := int64(1); id <= people; id++ {
		if n := len(s.Messages(id)); n > 100 {
			t.Errorf("chat %d keeps %d messages", id, n)
		}
	}
	client.CloseIdleConnections()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestCloseLeavesNothingRunning(t *testing.T) {
	before := goleak.IgnoreCurrent()
	s, err := emulator.Start(emulator.Options{Token: token})
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{}}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		res, err := client.Get(s.URL() + "/bot" + token + "/getUpdates?timeout=50")
		if err == nil {
			_ = res.Body.Close()
		}
	}()
	res, err := client.Get(s.URL() + "/bot" + token + "/setWebhook?url=http://127.0.0.1:9/")
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	<-ended
	client.CloseIdleConnections()
	goleak.VerifyNone(t, before)
}

func BenchmarkSendMessage(b *testing.B) {
	s, err := emulator.Start(emulator.Options{Token: token, KeepMessages: 1, KeepCalls: -1})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	const chats = 1000
	for id := int64(1); id <= chats; id++ {
		s.AddUser(emulator.User{ID: id, FirstName: "P"})
		if _, err := s.Say(id, id, "/start"); err != nil {
			b.Fatal(err)
		}
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
	text := strings.Repeat("<b>Жаңалық</b> бір сөйлем <a href=\\\"https://kaztag.kz/\\\">сілтеме</a>. ", 20)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for n := int64(0); pb.Next(); n++ {
			body := fmt.Sprintf(`{"chat_id":%d,"text":"%s","parse_mode":"HTML","reply_markup":{"inline_keyboard":[[{"text":"a","callback_data":"d"}]]}}`, n%chats+1, text)
			res, err := client.Post(s.URL()+"/bot"+token+"/sendMessage", "application/json", strings.NewReader(body))
			if err != nil {
				b.Error(err)
				return
			}
			if res.StatusCode != http.StatusOK {
				b.Errorf("status %s", res.Status)
			}
			buf := make([]byte, 4096)
			for {
				if _, err := res.Body.Read(buf); err != nil {
					break
				}
			}
			if err := res.Body.Close(); err != nil {
				b.Error(err)
			}
		}
	})
}
