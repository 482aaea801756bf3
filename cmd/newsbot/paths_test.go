package main

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"newsbot/internal/emulator"
	"newsbot/internal/locale"
)

// TestMainPaths goes through what readers, groups and editors do, with the real
// program on both engines, and holds every call to the Bot API.
func TestMainPaths(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, database string) {
		w := newTown(t)
		const group = int64(-555)
		w.emu.AddChat(emulator.Chat{ID: group, Type: emulator.Group, Title: "Көршілер", Members: map[int64]string{reader: "creator", other: "member"}})
		p := w.start(database)
		p.says("rates stored", 20*time.Second)
		almaty, err := time.LoadLocation("Asia/Almaty")
		if err != nil {
			t.Fatal(err)
		}
		for who, lang := range map[int64]locale.Language{reader: locale.KK, other: locale.RU, editor: locale.EN} {
			say := locale.New(lang, almaty)
			w.say(who, "/start")
			w.sees(who, say.T("digest.title")) // what the bot does, in its three lines
			w.say(who, "/news")
			list := w.sees(who, say.T("news.title"), "10.")
			w.presses(who, list, "▶")
			w.becomes(list, "the second page", func(m emulator.Message) bool { return hasButton(m, "2/") })
			w.presses(who, current(w, list), "◀")
			w.becomes(list, "the first page again", func(m emulator.Message) bool { return hasButton(m, "1/") })
			w.presses(who, current(w, list), "3")
			w.becomes(list, "an article", func(m emulator.Message) bool { return hasButton(m, say.T("article.back")) })
			article := current(w, list)
			if article.LinkPreview == nil || article.LinkPreview.URL == "" {
				t.Errorf("%s: the article has no picture", lang)
			}
			if len(article.Text) < 400 {
				t.Errorf("%s: the article is only:\n%s", lang, article.Text)
			}
			w.presses(who, article, say.T("article.back"))
			w.becomes(list, "the list again", func(m emulator.Message) bool { return strings.Contains(m.Text, "10.") })
			if who == other { // one news language stays, and she is told why
				w.presses(who, current(w, list), locale.KK.Tag())
				w.presses(who, current(w, list), locale.EN.Tag())
				if answer := w.presses(who, current(w, list), locale.RU.Tag()); answer.Text != say.T("news.last_language") {
					t.Errorf("the last language was switched off: %+v", answer)
				}
			}
			w.say(who, "/rates")
			board := w.sees(who, "USD", "EUR", "RUB", "CNY", say.T("rates.source"))
			if !regexp.MustCompile(`USD.*\d{3}[,.]\d\d`).MatchString(board.Text) {
				t.Errorf("%s: no rate of the dollar:\n%s", lang, board.Text)
			}
			w.say(who, "/digest 08:30")
			w.sees(who, "08:30", say.T("digest.every_day"))
			w.presses(who, w.sees(who, "08:30", say.T("digest.every_day")), say.T("digest.preview"))
			w.sees(who, "USD", "1.")
			w.say(who, "what is this?")
			hint := say.T("hint.text") // its last line is the one without tags
			w.sees(who, hint[strings.LastIndex(hint, "\n")+1:])
		}

		// A group: its admins rule it, others read.
		w.emu.AddBot(group, reader, "member")
		w.sees(group, "/digest")
		w.sayIn(other, group, "/rates@newsbot_test_bot")
		w.sees(group, "USD")
		w.sayIn(other, group, "/digest 07:00")
		w.sees(group, locale.New(locale.KK, almaty).T("error.admins"))
		w.sayIn(reader, group, "/digest 07:00", emulator.WithoutEntities())
		w.sees(group, "07:00")

		// What an editor writes behind the command keeps its formatting.
		w.sayIn(editor, editor, "/broadcast Snow closes the pass", emulator.WithEntities(emulator.Entity{Type: "bot_command", Length: 10}, emulator.Entity{Type: "bold", Offset: 11, Length: 4}))
		preview := w.sees(editor, "Snow closes the pass")
		if len(preview.Entities) != 1 || preview.Entities[0].Type != "bold" {
			t.Errorf("the preview lost the formatting: %+v", preview.Entities)
		}
		w.presses(editor, w.sees(editor, "Send it?"), locale.New(locale.EN, almaty).T("broadcast.drop"))
		w.say(editor, "/broadcast cast")
		eventually(t, 15*time.Second, "a preview of what is behind the command alone", func() bool {
			for _, m := range w.emu.Messages(editor) {
				if m.Outgoing && m.Text == "cast" {
					return true
				}
			}
			return false
		})
		w.presses(editor, w.sees(editor, "Send it?"), locale.New(locale.EN, almaty).T("broadcast.drop"))

		// An editor reaches them all, those who blocked the bot aside.
		w.emu.Block(other)
		w.say(editor, "/broadcast")
		w.sees(editor, locale.New(locale.EN, almaty).T("broadcast.ask")[:40])
		w.say(editor, "Snow closes the pass <tonight> & tomorrow.")
		w.presses(editor, w.sees(editor, "Send it?"), "Send to")
		w.sees(reader, "Snow closes the pass <tonight> & tomorrow.")
		w.sees(group, "Snow closes the pass")
		w.sees(editor, "Broadcast is done")
		if code := p.stop(); code != 0 {
			t.Errorf("exit code %d, want 0", code)
		}
		w.valid()
	})
}

// becomes waits until a message has been edited into something.
func (w *town) becomes(m emulator.Message, what string, ok func(emulator.Message) bool) {
	w.t.Helper()
	eventually(w.t, 15*time.Second, what, func() bool { return ok(current(w, m)) })
}

func hasButton(m emulator.Message, label string) bool {
	for _, row := range m.InlineKeyboard {
		for _, b := range row {
			if strings.Contains(b.Text, label) {
				return true
			}
		}
	}
	return false
}

// current is a message as it is now.
func current(w *town, m emulator.Message) emulator.Message {
	w.t.Helper()
	now, ok := w.emu.Message(m.ChatID, m.ID)
	if !ok {
		w.t.Fatalf("message %d is gone", m.ID)
	}
	return now
}

// TestTokenIsNowhere lets the network fail in every way and looks for the token
// in the log, the metrics and the pages.
func TestTokenIsNowhere(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	for _, kind := range []emulator.FaultKind{emulator.DropBefore, emulator.DropAfter, emulator.BadGatewayHTML, emulator.InternalError, emulator.TruncatedJSON, emulator.Conflict} {
		w.emu.Inject(emulator.Fault{Method: "*", Kind: kind, Chance: 0.15})
	}
	p := w.start("sqlite:"+w.path("newsbot.db"), "HTTP_ADDR=127.0.0.1:0")
	p.says("http=", 20*time.Second)
	at := regexp.MustCompile(`http=(127\.0\.0\.1:\d+)`).FindStringSubmatch(p.log.String())
	if at == nil {
		t.Fatal("the log does not say where metrics are served")
	}
	// Until some of it got through: everything fails now and then, and is tried again.
	eventually(t, 60*time.Second, "commands to be answered", func() bool {
		w.say(reader, "/rates")
		w.say(other, "/news")
		time.Sleep(300 * time.Millisecond)
		return strings.Contains(get(t, "http://"+at[1]+"/metrics"), "newsbot_command_seconds_count")
	})
	w.emu.Close()               // the connection is refused from now on
	time.Sleep(2 * time.Second) // polls and replies meet it
	for _, path := range []string{"/metrics", "/healthz", "/readyz", "/"} {
		if body := get(t, "http://"+at[1]+path); strings.Contains(body, secret) {
			t.Errorf("the token is in %s", path)
		}
	}
	// The log is looked through when the program is stopped, as in every test.
}

func get(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
