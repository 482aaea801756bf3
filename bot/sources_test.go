package bot_test

import (
	"fmt"
	"hash/crc32"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"newsbot/bot"
	"newsbot/internal/emulator"
	"newsbot/internal/feed"
	"newsbot/internal/fetch"
	"newsbot/internal/locale"
	"newsbot/internal/store"
	"newsbot/internal/telegram"
)

// site is a small site with a feed, which can be switched off.
func site(t *testing.T) (address string, broken *atomic.Bool) {
	t.Helper()
	broken = &atomic.Bool{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case broken.Load():
			w.WriteHeader(http.StatusForbidden)
		case r.URL.Path == "/":
			fmt.Fprint(w, `<html><head><title>Жетісу</title><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head></html>`) //nolint:errcheck // a test server
		case r.URL.Path == "/feed.xml":
			fmt.Fprint(w, `<rss><channel><title>Жетісу &lt;b&gt; жаңалықтары</title>`) //nolint:errcheck // a test server
			for i, title := range []string{"Ауылға жаңа мектеп салынды", "Көпір жөндеуден өтті", "Егін жинау аяқталды", "Кітапхана түнде де ашық", "Жаңа автобус бағыты ашылды", "Қала күні тойланды"} {
				fmt.Fprintf(w, `<item><title>%s</title><link>/%d</link><category>Society</category></item>`, title, i) //nolint:errcheck // a test server
			}
			fmt.Fprint(w, `</channel></rss>`) //nolint:errcheck // a test server
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL, broken
}

func withFeeds(t *testing.T) func(*bot.Options) {
	return func(o *bot.Options) {
		client := fetch.New(fetch.Options{AllowPrivate: true, Timeout: 5 * time.Second})
		t.Cleanup(client.Close)
		o.Feeds = feed.NewReader(client, almaty, o.Now)
	}
}

// seedSourceBoard makes a source of each kind of health.
func (d *desk) seedSourceBoard() {
	d.t.Helper()
	now := d.clock()
	var list []feed.Source
	for id, title := range map[string]string{"good": "Дала & тынысы", "refused": "Вестник", "gone": "Старый сайт", "quiet": "Steppe Post", "paused": "Сарыарқа", "fresh": "Тың"} {
		list = append(list, feed.Source{ID: id, Title: title, URL: "https://" + id + ".example/rss", Kind: feed.KindFeed, Language: "ru", Topics: []string{"economy"}})
	}
	_, _, err := d.db.ImportSources(d.ctx(), now.AddDate(0, 0, -30), list)
	d.must(err)
	poll := func(at time.Time, p store.Poll) {
		d.t.Helper()
		p.NextPollAt = now.Add(7 * time.Minute)
		_, err := d.db.RecordPoll(d.ctx(), at, p)
		d.must(err)
	}
	news := func(id string, from, to int) (items []store.NewItem) {
		for i := from; i < to; i++ {
			for n := range 9 {
				link := fmt.Sprintf("%s-%d-%d", id, i, n)
				items = append(items, store.NewItem{ID: link, Link: "https://example.com/" + link, Title: link, PublishedAt: now.AddDate(0, 0, -i).Add(-time.Hour)})
			}
		}
		return items
	}
	poll(now.Add(-20*time.Minute), store.Poll{SourceID: "good", Items: news("good", 0, 14)})
	poll(now.AddDate(0, 0, -9), store.Poll{SourceID: "quiet", Items: news("quiet", 9, 20)})
	poll(now.Add(-20*time.Minute), store.Poll{SourceID: "quiet"})
	poll(now.AddDate(0, 0, -2), store.Poll{SourceID: "refused"})
	for i := range 6 {
		poll(now.Add(time.Duration(i-9)*time.Hour), store.Poll{SourceID: "refused", Err: "status 403 Forbidden", Reason: feed.ReasonRefused})
	}
	poll(now.Add(-time.Hour), store.Poll{SourceID: "gone", Err: "status 410 Gone", Reason: feed.ReasonGone, Pause: true})
	_, err = d.db.PauseSource(d.ctx(), now, "paused", true)
	d.must(err)
}

func TestSourceScreens(t *testing.T) {
	for _, l := range locale.All() {
		t.Run(string(l), func(t *testing.T) {
			d := open(t, string(l), withFeeds(t))
			address, broken := site(t)
			var out strings.Builder
			keep := func(name string, m emulator.Message) {
				t.Helper()
				text := strings.ReplaceAll(strings.ReplaceAll(show(m), address, "http://site.example"), strings.TrimPrefix(address, "http://"), "site.example")
				if strings.Contains(text, "⟦") {
					t.Errorf("%s: a message is missing:\n%s", name, text)
				}
				out.WriteString("== " + name + "\n" + text)
			}
			said := func(name string, a emulator.CallbackAnswer) {
				fmt.Fprintf(&out, "== %s\n%s (alert=%v)\n", name, a.Text, a.ShowAlert)
			}
			keep("empty", d.ask(editor, editor, "/sources"))
			d.seedSourceBoard()
			board := d.ask(editor, editor, "/sources")
			keep("board", board)
			var card emulator.Message
			for i, name := range []string{"gone", "refused", "quiet", "paused", "fresh", "good"} {
				card, _, _ = d.pressData(editor, board, "i:c:"+name)
				keep(fmt.Sprintf("card %d", i), card)
				if i < 5 {
					board, _, _ = d.press(editor, card, "←")
				}
			}
			card, _, _ = d.press(editor, card, "🗑")
			keep("remove?", card)
			card, _, a := d.press(editor, card, "🗑")
			said("removed", a)
			keep("without it", card)
			_, asked, _ := d.press(editor, card, "➕")
			keep("asks", asked[0])
			keep("no address", d.ask(editor, editor, "сайт новостей"))
			broken.Store(true)
			keep("refused", d.ask(editor, editor, address))
			broken.Store(false)
			bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/" {
					http.NotFound(w, r)
					return
				}
				fmt.Fprint(w, `<html><head><title>Жетісу</title></head><body>Жаңалықтар</body></html>`) //nolint:errcheck // a test server
			}))
			t.Cleanup(bare.Close)
			noFeed := d.ask(editor, editor, bare.URL)
			noFeed.Text = strings.ReplaceAll(noFeed.Text, bare.URL, address)
			keep("no feed", noFeed)
			offer := d.ask(editor, editor, address)
			keep("offer", offer)
			offer, _, _ = d.pressData(editor, offer, "i:l")
			offer, _, _ = d.pressData(editor, offer, "i:t")
			keep("changed", offer)
			offer, _, _ = d.press(editor, offer, "✅")
			keep("saved", offer)
			board, _, _ = d.press(editor, offer, "←")
			card, _, _ = d.pressData(editor, board, "i:c:127-0-0-1")
			checked, _, a := d.press(editor, card, "🔄")
			said("checked", a)
			broken.Store(true)
			_, _, a = d.press(editor, checked, "🔄")
			said("checked, broken", a)
			golden(t, filepath.Join("testdata", "sources", string(l)+".golden"), out.String())
		})
	}
}

// What an editor adds is a source like any other; what is removed keeps its articles.
func TestAddAndRemoveSource(t *testing.T) {
	onEach(t, "ru", func(t *testing.T, d *desk) {
		address, _ := site(t)
		offer := d.ask(editor, editor, "/sources "+address)
		contains(t, offer.Text, "6 материалов", "Ауылға жаңа мектеп салынды", "Жетісу жаңалықтары")
		offer, _, _ = d.press(editor, offer, "Тема")
		saved, _, _ := d.press(editor, offer, "✅")
		src, err := d.db.Source(d.ctx(), "127-0-0-1")
		d.must(err)
		if src.URL != address+"/feed.xml" || src.Language != "kk" || len(src.Topics) != 1 || src.Topics[0] != "incidents" || src.NextPollAt.After(d.clock()) {
			t.Errorf("saved %+v", src)
		}
		known := d.say(editor, editor, "/sources "+address)
		contains(t, known[0].Text, "уже есть")

		_, err = d.db.RecordPoll(d.ctx(), d.clock(), store.Poll{SourceID: src.ID, NextPollAt: d.clock().Add(time.Hour), Items: []store.NewItem{{ID: "a1", Link: "https://example.com/1", Title: "Новость"}}})
		d.must(err)
		board, _, _ := d.press(editor, saved, "←")
		card, _, _ := d.press(editor, board, "1")
		card, _, _ = d.press(editor, card, "Тема")
		card, _, _ = d.press(editor, card, "Язык")
		if src, err = d.db.Source(d.ctx(), src.ID); err != nil || src.Language != "ru" || len(src.Topics) != 1 || src.Topics[0] != "sport" || src.Rhythm.BroughtAt.IsZero() {
			t.Errorf("changed to %+v, %v", src, err)
		}
		card, _, _ = d.press(editor, card, "⏸")
		if src, err = d.db.Source(d.ctx(), src.ID); err != nil || !src.Paused {
			t.Errorf("not paused: %v", err)
		}
		card, _, _ = d.press(editor, card, "▶️")
		if src, err = d.db.Source(d.ctx(), src.ID); err != nil || src.Paused || src.NextPollAt.After(d.clock()) {
			t.Errorf("does not go on: %+v, %v", src, err)
		}
		d.press(editor, d.must1(d.press(editor, card, "🗑")), "🗑")
		if a, err := d.db.Article(d.ctx(), "a1"); err != nil || a.Title != "Новость" {
			t.Errorf("its article: %+v, %v", a, err)
		}
		contains(t, d.ask(editor, editor, "/sources").Text, "Источников пока нет")
	}, withFeeds(t))
}

// What another editor has added meanwhile is neither changed nor added twice.
func TestAddSourceMeanwhile(t *testing.T) {
	d := open(t, "ru", withFeeds(t))
	address, _ := site(t)
	offer := d.ask(editor, editor, "/sources "+address)
	other := feed.Source{ID: "127-0-0-1", Title: "Другой", URL: "https://other.example/rss", Kind: feed.KindFeed}
	_, _, err := d.db.ImportSources(d.ctx(), d.clock(), []feed.Source{other})
	d.must(err)
	d.press(editor, offer, "✅")
	list, err := d.db.Sources(d.ctx())
	d.must(err)
	if len(list) != 2 || list[0].URL != other.URL || list[1].ID != "127-0-0-1-2" || list[1].URL != address+"/feed.xml" {
		t.Errorf("sources %+v", list)
	}
	d.must(d.db.RemoveSource(d.ctx(), "127-0-0-1-2"))
	offer = d.ask(editor, editor, "/sources "+address)
	_, _, err = d.db.AddSource(d.ctx(), d.clock(), list[1].Source)
	d.must(err)
	_, _, a := d.press(editor, offer, "✅")
	contains(t, a.Text, "уже есть")
	if list, err = d.db.Sources(d.ctx()); err != nil || len(list) != 2 {
		t.Errorf("sources %+v, %v", list, err)
	}
}

func (d *desk) must1(m emulator.Message, _ []emulator.Message, _ emulator.CallbackAnswer) emulator.Message {
	return m
}

// The board is editors' alone, and wrong data break nothing.
func TestSourcesAreForEditors(t *testing.T) {
	d := open(t, "ru", withFeeds(t))
	d.seedSourceBoard()
	lacks(t, d.ask(reader, reader, "/sources").Text, "Источники")
	menu := d.ask(reader, reader, "/start")
	for _, data := range []string{"i:p:0", "i:y:good", "i:u:good:1", "i:ct:good"} {
		d.forged(reader, int64(menu.ID), data)
	}
	if src, err := d.db.Source(d.ctx(), "good"); err != nil || src.Paused || len(src.Topics) != 1 || src.Topics[0] != "economy" {
		t.Errorf("a reader pressed: %+v, %v", src, err)
	}
	board := d.ask(editor, editor, "/sources")
	for _, data := range []string{"i:", "i:c", "i:c:NO", "i:c:nobody", "i:u:nobody:1", "i:k:nobody", "i:x:nobody", "i:y:nobody", "i:cl:nobody", "i:ct:", "i:p:99999", "i:p:-1", "i:zz:good", "i:s"} {
		d.forged(editor, int64(board.ID), data)
	}
	// Another text is no answer to an offer.
	address, _ := site(t)
	d.ask(editor, editor, "/sources "+address)
	lacks(t, d.ask(editor, editor, "спасибо").Text, "адрес")
}

// forged presses a button that we never made.
func (d *desk) forged(user, message int64, data string) {
	d.t.Helper()
	id := 940_000 + int64(crc32.ChecksumIEEE([]byte(data))%10_000)
	d.refused = true // the callback's id is made up
	d.must(d.bot.Handle(d.ctx(), []telegram.Update{{ID: id, Callback: &telegram.Callback{
		ID: "1", From: telegram.User{ID: user}, Data: data,
		Message: &telegram.Message{ID: message, Chat: telegram.Chat{ID: user, Kind: telegram.Private}},
	}}}))
	lacks(d.t, d.log.String(), "level=ERROR msg=\"update failed\"")
}
