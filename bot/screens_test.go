package bot_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbot/internal/emulator"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestScreens walks through every screen in every language. What is compared
// is what a strict Bot API server made of it: the golden files are its parse of our HTML.
func TestScreens(t *testing.T) {
	for _, l := range locale.All() {
		t.Run(string(l), func(t *testing.T) {
			screens := walk(t, string(l))
			for name, got := range screens {
				if strings.Contains(got, "⟦") {
					t.Errorf("%s: a message is missing:\n%s", name, got)
				}
				golden(t, filepath.Join("testdata", string(l), name+".golden"), got)
			}
			files, err := filepath.Glob(filepath.Join("testdata", string(l), "*.golden"))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				if screens[strings.TrimSuffix(filepath.Base(f), ".golden")] == "" {
					t.Errorf("%s: no such screen", f)
				}
			}
		})
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// the ids of broadcasts are random
var broadcastID = regexp.MustCompile(`([bh]):[a-z0-9]{12}\b`)

func walk(t *testing.T, language string) map[string]string {
	d := open(t, language)
	screens := map[string]string{}
	keep := func(name string, messages ...emulator.Message) {
		t.Helper()
		var parts []string
		for _, m := range messages {
			parts = append(parts, show(m))
		}
		screens[name] = broadcastID.ReplaceAllString(strings.Join(parts, "—\n"), "${1}:ID")
	}
	toast := func(name string, a emulator.CallbackAnswer) {
		t.Helper()
		screens[name] = fmt.Sprintf("%s (alert=%v)\n", a.Text, a.ShowAlert)
	}

	// A fresh bot, without news and rates.
	start := d.ask(reader, reader, "/start")
	keep("start", start)
	keep("help", d.ask(reader, reader, "/help"))
	keep("help_editor", d.ask(editor, editor, "/help"))
	keep("help_group", d.ask(other, group, "/help@newsbot"))
	keep("start_group", d.ask(other, group, "/start@newsbot"))
	keep("hint", d.ask(reader, reader, "Привет"))
	keep("news_empty", d.ask(reader, reader, "/news"))
	keep("rates_none", d.ask(reader, reader, "/rates"))
	keep("digest_off", d.ask(reader, reader, "/digest"))
	keep("digest_bad_time", d.ask(reader, reader, "/digest 25:61 <"))
	_, empty, _ := d.press(reader, d.ask(reader, reader, "/digest"), "👁")
	keep("digest_empty", empty...)
	_, _, a := d.pressData(reader, start, "m:news")
	toast("toast_none", a)

	// News.
	d.seedNews()
	d.seedRates()
	list := d.ask(reader, reader, "/news")
	keep("news", list)
	second, _, _ := d.press(reader, list, "▶")
	keep("news_page2", second)
	_, _, a = d.press(reader, second, "▶")
	toast("toast_last_page", a)
	first, _, _ := d.press(reader, second, "◀")
	_, _, a = d.press(reader, first, "◀")
	toast("toast_first_page", a)
	long, _, _ := d.press(reader, first, "1")
	keep("article", long)
	next, _, _ := d.press(reader, long, "▶")
	keep("article_page2", next)
	back, _, _ := d.press(reader, next, "←")
	hostile, _, _ := d.press(reader, back, "3")
	keep("article_hostile", hostile)
	back, _, _ = d.press(reader, hostile, "←")
	failed, _, _ := d.press(reader, back, "4")
	keep("article_failed", failed)
	back, _, _ = d.press(reader, failed, "←")
	pending, _, _ := d.press(reader, back, "5")
	keep("article_pending", pending)
	back, _, _ = d.press(reader, pending, "←")
	told, _, _ := d.press(reader, back, "6")
	keep("article_sources", told)
	sources, _, _ := d.press(reader, told, "2") // "other sources: 2"
	keep("sources", sources)
	filtered, _, _ := d.press(reader, d.ask(reader, reader, "/news"), "РУС")
	filtered, _, _ = d.press(reader, filtered, "ENG")
	keep("news_filtered", filtered)

	// Rates.
	keep("rates", d.ask(reader, reader, "/rates"))
	keep("rates_chosen", d.ask(reader, reader, "/rates uzs, $ jpy xyz"))
	keep("rates_bad", d.ask(reader, reader, "/rates доллар <b>"))

	// Digest.
	on, _, a := d.press(reader, d.ask(reader, reader, "/digest"), "08:00")
	keep("digest_on", on)
	toast("toast_digest_on", a)
	some, _, _ := d.press(reader, on, locale.New(locale.Language(language), nil).WeekdayShort(6))
	keep("digest_days", some)
	_, preview, _ := d.press(reader, some, "👁")
	keep("digest_preview", preview...)
	off, _, a := d.pressData(reader, some, "g:off")
	keep("digest_turned_off", off)
	toast("toast_digest_off", a)
	var thread int64
	d.step(1, func() { thread = d.tg.AddTopic(topics, "Дайджест") })
	keep("digest_topic", d.ask(reader, topics, "/digest 21.15", emulator.InThread(thread)))
	keep("admins_only", d.ask(other, group, "/digest"))

	// Settings.
	settings := d.ask(reader, reader, "/settings")
	keep("settings", settings)
	changed, _, _ := d.press(reader, settings, "⚡")
	changed, _, _ = d.press(reader, changed, "📣")
	hush, _, _ := d.press(reader, changed, "🌙")
	keep("quiet", hush)
	hush, _, _ = d.pressData(reader, hush, "o:q:off")
	keep("quiet_none", hush)
	keep("quiet_bad", d.ask(reader, reader, "/quiet soon <"))
	changed, _, _ = d.pressData(reader, hush, "o:")
	about, _, _ := d.press(reader, changed, "🏷")
	about, _, _ = d.pressData(reader, about, "o:t:-:sport")
	keep("topics", about)
	changed, _, _ = d.pressData(reader, about, "o:")
	keep("settings_changed", changed)
	keep("digest_topics", d.ask(reader, reader, "/digest"))
	about, _, _ = d.pressData(reader, changed, "o:t")
	for _, topic := range []string{"economy", "politics", "society", "incidents", "world", "technology", "culture", "rest"} {
		about, _, a = d.pressData(reader, about, "o:t:-:"+topic)
	}
	toast("toast_last_topic", a)
	about, _, _ = d.pressData(reader, about, "o:t:all")
	settings, _, _ = d.pressData(reader, about, "o:")
	settings, _, _ = d.press(reader, settings, "⚡")
	d.press(reader, settings, "📣")

	// Coming and going.
	keep("language", d.ask(reader, reader, "/language"))
	chosen, _, _ := d.press(reader, d.ask(reader, reader, "/language"), locale.Language(language).Name())
	keep("language_chosen", chosen)
	d.ask(reader, reader, "/digest 0900")
	keep("stop", d.ask(reader, reader, "/stop"))
	keep("start_back", d.ask(reader, reader, "/start"))

	// Broadcasts.
	keep("broadcast_ask", d.ask(editor, editor, "/broadcast"))
	keep("broadcast_cancel", d.ask(editor, editor, "/cancel"))
	keep("broadcast_cancel_nothing", d.ask(editor, editor, "/cancel"))
	draft := d.say(editor, editor, "/broadcast Важно: <завтра> & \"сейчас\"")
	keep("broadcast_draft", draft...)
	running, _, _ := d.pressData(editor, draft[1], draft[1].InlineKeyboard[0][0].Data)
	keep("broadcast_running", running)
	stopped, _, _ := d.press(editor, running, "⏹")
	keep("broadcast_stopped", stopped)
	draft = d.say(editor, editor, "/broadcast x")
	gone, _, _ := d.pressData(editor, draft[1], "b:"+strings.Split(draft[1].InlineKeyboard[0][0].Data, ":")[1]+":no")
	keep("broadcast_dropped", gone)

	// What a reader meets long after.
	d.pass(72 * time.Hour)
	keep("rates_stale", d.ask(reader, reader, "/rates"))
	keep("news_old", d.ask(reader, reader, "/news"))

	// The queue.
	keep("queue_empty", d.ask(editor, editor, "/queue"))
	for chat, at := range map[int64]time.Duration{reader: 30 * time.Minute, editor: 690 * time.Minute} {
		d.must(d.db.SetDigest(d.ctx(), d.clock(), store.Digest{ChatID: chat, Weekdays: 127, On: true, Chart: true, NextAt: d.clock().Add(at)}))
	}
	for i := range 1501 {
		w := outbox.Delivery{Key: fmt.Sprint("w", i), ChatID: other, Lane: outbox.LaneDigest, Message: outbox.Message{Text: "x"}}
		if i < 7 {
			w.Lane = outbox.LaneBreaking
		}
		_, err := d.db.Enqueue(d.ctx(), d.clock(), w)
		d.must(err)
	}
	keep("queue", d.ask(editor, editor, "/queue"))

	// Rights, lost and found.
	notice := func(name string) {
		t.Helper()
		claimed, err := d.db.Claim(d.ctx(), d.clock(), "test", time.Minute, 2000)
		d.must(err)
		for _, c := range claimed {
			if !strings.HasPrefix(c.Key, "rights") {
				continue // of the queue above
			}
			screens[name] += fmt.Sprintf("to %d, silent=%v:\n%s\n", c.ChatID, c.Message.Silent, c.Message.Text)
		}
	}
	d.tg.AddChat(emulator.Chat{ID: channel, Type: emulator.Channel, Title: "Вести <&>", Members: map[int64]string{reader: emulator.Creator}})
	d.step(1, func() { d.tg.AddBot(channel, reader, emulator.Administrator) })
	d.step(1, func() { d.tg.SetRights(channel, emulator.Rights{EditMessages: true}) })
	d.must(d.bot.Rights(d.ctx()))
	notice("rights_channel")
	d.step(1, func() { d.tg.SetRights(channel, emulator.AllRights()) })
	notice("rights_back")
	d.must(d.db.DeactivateChat(d.ctx(), d.clock(), group, store.InactiveNoRights))
	d.must(d.bot.Rights(d.ctx()))
	notice("rights_group")
	return screens
}
