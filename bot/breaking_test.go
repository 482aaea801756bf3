package bot_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"newsbot/internal/digest"
	"newsbot/internal/emulator"
	"newsbot/internal/rates"
	"newsbot/internal/store"
	"newsbot/internal/story"
)

// rang tells how a message came to a chat: "" not at all, else "sound" or "silent".
func (d *desk) rang(chat int64, part string) string {
	d.t.Helper()
	how := ""
	for _, c := range d.tg.Calls() {
		if c.Method == "sendMessage" && c.OK && c.Params["chat_id"] == strconv.FormatInt(chat, 10) && strings.Contains(c.Params["text"], part) {
			how = "sound"
			if c.Params["disable_notification"] == "true" {
				how = "silent"
			}
		}
	}
	return how
}

// Breaking news of an article reaches all who want it, at night without a sound
// unless it is critical, and is no news in their next digest.
func TestBreakingArticle(t *testing.T) {
	onEach(t, "ru", func(t *testing.T, d *desk) {
		d.start()
		d.seedNews()
		d.seedRates()
		for _, id := range []int64{reader, other, second} {
			d.ask(id, id, "/start")
			d.ask(id, id, "/digest 08:00")
		}
		d.ask(second, second, "/quiet off")
		settings := d.ask(other, other, "/settings")
		d.press(other, settings, "⚡")
		d.set(time.Date(2026, 4, 7, 23, 30, 0, 0, almaty))

		read, _, _ := d.press(reader, d.ask(reader, reader, "/news"), "1")
		if strings.Contains(strings.Join(labels(read), " "), "⚡") {
			t.Errorf("a reader is offered what editors do: %q", labels(read))
		}
		page, _, _ := d.press(editor, d.ask(editor, editor, "/news"), "1")
		_, draft, _ := d.press(editor, page, "⚡")
		if len(draft) != 2 {
			t.Fatalf("%d messages of a draft", len(draft))
		}
		contains(t, draft[0].Text, "⚡ Как степная река вернулась", "(1) Река", "Вестник & Ко")
		if draft[0].LinkPreview == nil || draft[0].LinkPreview.URL != "https://example.com/river.jpg" {
			t.Errorf("the picture: %+v", draft[0].LinkPreview)
		}
		contains(t, draft[1].Text, "Срочная новость", "без звука", "не повторится")
		if c := d.broadcastOf(draft[1]); c.Category != store.CategoryBreaking || c.ArticleID != "long1" || c.Critical {
			t.Errorf("draft %+v", c)
		}
		d.press(editor, draft[1], "Отправить")
		d.until("all have it", func() bool {
			return d.rang(reader, "⚡ <b>Как степная река") != "" && d.rang(second, "⚡ <b>Как степная река") != ""
		})
		for id, want := range map[int64]string{reader: "silent", second: "sound", other: ""} {
			if got := d.rang(id, "⚡ <b>Как степная река"); got != want {
				t.Errorf("chat %d: %q, want %q", id, got, want)
			}
		}
		d.until("it is done", func() bool { return d.broadcastOf(draft[1]).State == store.BroadcastDone })

		d.set(time.Date(2026, 4, 8, 8, 0, 5, 0, almaty))
		if n, err := digest.Plan(d.ctx(), d.db, rates.Board{}, d.clock(), quiet); n != 3 || err != nil {
			t.Fatalf("%d digests, %v", n, err)
		}
		for id, want := range map[int64]bool{reader: false, second: false, other: true} {
			m := d.wait(id, func(m emulator.Message) bool { return strings.Contains(m.Text, "Доброе утро") })
			if got := strings.Contains(m.Text, "степная река"); got != want {
				t.Errorf("the digest of chat %d tells the story: %v, want %v\n%s", id, got, want, m.Text)
			}
		}
	})
}

// A critical one rings at night too.
func TestBreakingCritical(t *testing.T) {
	d := open(t, "en")
	d.start()
	d.ask(reader, reader, "/start")
	d.set(time.Date(2026, 4, 8, 3, 0, 0, 0, almaty))
	card := d.draft("/breaking Earthquake <7> in Almaty")
	contains(t, card.Text, "Breaking news", "Without a sound in quiet hours")
	lacks(t, card.Text, "will not repeat")
	card, _, _ = d.pressData(editor, card, "b:"+d.broadcastOf(card).ID+":crit:1")
	contains(t, card.Text, "With a sound")
	d.press(editor, card, "Send")
	d.until("it is there", func() bool { return d.rang(reader, "Earthquake") != "" })
	if got := d.rang(reader, "Earthquake"); got != "sound" {
		t.Errorf("it came %s", got)
	}
}

// A correction of breaking news rings nowhere, and has no switch for it.
func TestCorrectionOfBreakingNews(t *testing.T) {
	d := open(t, "en")
	d.start()
	d.readers(1, "en")
	card := d.draft("/breaking Earthquake in Almaty")
	d.press(editor, card, "Send")
	d.press(editor, d.ended(card, "Broadcast is done"), "Correct")
	fix := d.draft("No earthquake in Almaty")
	lacks(t, strings.Join(labels(fix), "|"), "Sound at night")
	contains(t, strings.Join(labels(fix), "|"), "Correct in 2 chats")
}

// Each way to begin breaking news leads to the draft that it should.
func TestBreakingWays(t *testing.T) {
	d := open(t, "en")
	d.seedNews()
	d.ask(reader, reader, "/start")
	const link = "https://example.com/steppe/ferry"
	canonical, err := story.CanonicalLink(link)
	d.must(err)
	_, err = d.db.RecordPoll(d.ctx(), d.clock(), store.Poll{SourceID: "steppe", Items: []store.NewItem{
		{ID: story.ID(canonical), Title: "A ferry <again>", Link: link, Language: "kk", Summary: "It crosses the lake & returns.", PublishedAt: d.clock()},
	}})
	d.must(err)
	page, _, _ := d.press(editor, d.ask(editor, editor, "/news"), "2")
	for _, c := range []struct {
		name    string
		card    func() emulator.Message
		article string
		text    string
	}{
		{"a link", func() emulator.Message { return d.draft("/breaking " + link + "?utm_source=x#top") }, story.ID(canonical), "A ferry <again>"},
		{"a reply to an article", func() emulator.Message { return d.draft("/breaking", emulator.ReplyTo(page.ID)) }, "long1", "степная река"},
		{"a link that is no article of ours", func() emulator.Message { return d.draft("/breaking https://example.com/other") }, "", "https://example.com/other"},
		{"a text", func() emulator.Message { return d.draft("/breaking A dam broke") }, "", "A dam broke"},
		{"what was asked for, a text", func() emulator.Message {
			contains(t, d.ask(editor, editor, "/breaking").Text, "ahead of every other")
			return d.draft("Roads are closed")
		}, "", "Roads are closed"},
		{"what was asked for, a link", func() emulator.Message {
			d.ask(editor, editor, "/breaking")
			return d.draft(link)
		}, story.ID(canonical), "A ferry <again>"},
	} {
		card := c.card()
		cast := d.broadcastOf(card)
		if cast.Category != store.CategoryBreaking || cast.ArticleID != c.article {
			t.Errorf("%s: category %q, article %q", c.name, cast.Category, cast.ArticleID)
		}
		shown := d.tg.Messages(editor)
		contains(t, shown[len(shown)-2].Text, c.text)
		if c.article == story.ID(canonical) {
			contains(t, strings.Join(labels(shown[len(shown)-2]), " "), "Оқу", "Түпнұсқа") // in the article's language
		}
	}
	// A broadcast stays what it was.
	if cast := d.broadcastOf(d.draft("/broadcast Hello")); cast.Category != store.CategoryNewsroom || cast.ArticleID != "" {
		t.Errorf("a broadcast: %+v", cast)
	}
	// For readers there is no such command.
	contains(t, d.ask(reader, reader, "/breaking x").Text, "commands and buttons")
}

// In a channel a reader who opens the article of breaking news posts nothing there.
func TestBreakingInChannel(t *testing.T) {
	d := open(t, "en")
	d.start()
	d.seedNews()
	d.tg.AddChat(emulator.Chat{ID: channel, Type: emulator.Channel, Title: "News", Members: map[int64]string{reader: emulator.Creator, other: emulator.Member}})
	d.step(1, func() { d.tg.AddBot(channel, reader, emulator.Administrator) })
	page, _, _ := d.press(editor, d.ask(editor, editor, "/news"), "1")
	_, draft, _ := d.press(editor, page, "⚡")
	d.press(editor, draft[1], "Send")
	m := d.wait(channel, func(m emulator.Message) bool { return strings.Contains(m.Text, "степная река") })
	_, posts, a := d.press(other, m, "Читать")
	contains(t, a.Text, "@newsbot")
	if len(posts) != 0 {
		t.Errorf("a reader posted %d messages in the channel", len(posts))
	}
	if _, posts, _ = d.press(reader, m, "Читать"); len(posts) != 1 {
		t.Errorf("an administrator got %d messages", len(posts))
	}

	// Nor one who wants all the news, by the button under every digest.
	_, digest, _ := d.press(reader, d.ask(reader, channel, "/digest"), "👁")
	_, posts, a = d.press(other, digest[0], "📰")
	contains(t, a.Text, "@newsbot")
	if len(posts) != 0 {
		t.Errorf("a reader posted %d lists in the channel", len(posts))
	}
	if _, posts, _ = d.press(reader, digest[0], "📰"); len(posts) != 1 {
		t.Errorf("an administrator got %d lists", len(posts))
	}
}
