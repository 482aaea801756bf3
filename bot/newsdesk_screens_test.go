package bot_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsbot/bot"
	"newsbot/internal/emulator"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
)

// TestDeskScreens walks through the editors' desk in every language.
func TestDeskScreens(t *testing.T) {
	for _, l := range locale.All() {
		t.Run(string(l), func(t *testing.T) {
			screens := walkDesk(t, string(l))
			dir := filepath.Join("testdata", string(l), "desk")
			for name, got := range screens {
				if strings.Contains(got, "⟦") {
					t.Errorf("%s: a message is missing:\n%s", name, got)
				}
				golden(t, filepath.Join(dir, name+".golden"), got)
			}
			files, err := filepath.Glob(filepath.Join(dir, "*.golden"))
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

func walkDesk(t *testing.T, language string) map[string]string {
	d := open(t, language, twoEditors, func(o *bot.Options) { o.Approvals, o.Paid = true, true })
	screens := map[string]string{}
	keep := func(name string, messages ...emulator.Message) {
		t.Helper()
		var parts []string
		for _, m := range messages {
			parts = append(parts, show(m))
		}
		screens[name] = broadcastID.ReplaceAllString(strings.Join(parts, "—\n"), "${1}:ID")
	}
	d.ask(reader, reader, "/start")
	d.ask(second, second, "/start")
	keep("list_none", d.ask(editor, editor, "/broadcasts"))
	d.say(reader, group, "/digest@newsbot 08:00")

	// Composing.
	draft := d.say(editor, editor, "/broadcast Мост через Капчагай <открыт> https://bridge.example/")
	keep("draft", draft...)
	card := draft[1]
	audience, _, _ := d.press(editor, card, "👥")
	keep("audience", audience)
	audience, _, _ = d.press(editor, audience, "Қазақша")
	audience, _, _ = d.pressData(editor, audience, "b:"+d.broadcastOf(audience).ID+":aud:k:private:1")
	audience, _, _ = d.pressData(editor, audience, "b:"+d.broadcastOf(audience).ID+":aud:d:30")
	audience, _, _ = d.pressData(editor, audience, "b:"+d.broadcastOf(audience).ID+":aud:t:economy:1")
	audience, _, _ = d.pressData(editor, audience, "b:"+d.broadcastOf(audience).ID+":aud:t:sport:1")
	keep("audience_narrow", audience)
	narrow, _, _ := d.pressData(editor, audience, "b:"+d.broadcastOf(audience).ID+":card")
	keep("draft_narrow", narrow)
	audience, _, _ = d.press(editor, narrow, "👥")
	audience, _, _ = d.pressData(editor, audience, "b:"+d.broadcastOf(audience).ID+":aud:me")
	keep("audience_me", audience)
	me, _, _ := d.pressData(editor, audience, "b:"+d.broadcastOf(audience).ID+":card")
	keep("draft_me", me)
	audience, _, _ = d.press(editor, me, "👥")
	audience, _, _ = d.pressData(editor, audience, "b:"+d.broadcastOf(audience).ID+":aud:all")
	card, _, _ = d.pressData(editor, audience, "b:"+d.broadcastOf(audience).ID+":card")

	// Buttons and time.
	links, _, _ := d.press(editor, card, "🔗")
	keep("links", links)
	keep("links_bad", d.ask(editor, editor, "Оқу — https://a.example/\nОқу"))
	shown := d.say(editor, editor, "Оқу — https://a.example/ | Сайт — b.example")
	keep("links_done", shown...)
	card = shown[1]
	links, _, _ = d.press(editor, card, "🔗")
	keep("links_again", links)
	card, _, _ = d.pressData(editor, links, "b:"+d.broadcastOf(links).ID+":card")
	when, _, _ := d.press(editor, card, "🕘")
	keep("when", when)
	for name, text := range map[string]string{
		"unclear": "скоро", "no_time": "ертең", "no_day": "31.02 9:00", "ambiguous": "next friday 9:00", "past": "вчера 9:00", "far": "25.11.2028 9:00",
	} {
		keep("when_"+name, d.ask(editor, editor, text))
	}
	card = d.ask(editor, editor, "ертең таңғы 9-да")
	keep("draft_later", card)

	// Approval.
	waiting, _, _ := d.press(editor, card, button(t, card, card.InlineKeyboard[0][0].Text).Text)
	keep("approval_waits", waiting)
	d.start()
	d.wait(second, func(m emulator.Message) bool { return strings.Contains(m.Text, "Капчагай") })
	d.pass(2 * time.Second)
	asked := d.wait(second, func(m emulator.Message) bool {
		return len(m.InlineKeyboard) > 0 && strings.Contains(m.InlineKeyboard[0][0].Data, ":ok:")
	})
	keep("approval_asked", asked)
	before := d.lastID(editor)
	agreed, _, _ := d.press(second, asked, "✅")
	keep("approval_you_gave", agreed)
	keep("approval_given", d.wait(editor, func(m emulator.Message) bool { return m.ID > before }))
	list := d.ask(editor, editor, "/broadcasts")
	keep("list_scheduled", list)
	scheduled, _, _ := d.press(editor, list, "1")
	keep("scheduled", scheduled)
	d.pressData(editor, scheduled, "b:"+d.broadcastOf(scheduled).ID+":no")

	// A run, as it looks at each stage.
	for name, c := range runs() {
		c.Language, c.EditorChat, c.EditorID = language, editor, editor
		m := bot.RunScreen(locale.New(locale.Language(language), almaty), c, 27.4, map[outbox.Reason]int{
			outbox.ReasonBlocked: 40, outbox.ReasonNoRights: 7, outbox.ReasonTooLate: 2, "a_new_one": 1,
		})
		var text strings.Builder
		text.WriteString(m.Text + "\n")
		for _, row := range m.Keyboard {
			for i, k := range row {
				if i > 0 {
					text.WriteString(" ")
				}
				fmt.Fprintf(&text, "[%s|%s]", k.Text, k.Data)
			}
			text.WriteString("\n")
		}
		screens["run_"+name] = text.String()
	}

	// Breaking news.
	d.seedNews()
	keep("breaking_ask", d.ask(editor, editor, "/breaking"))
	d.ask(editor, editor, "/cancel")
	page, _, _ := d.press(editor, d.ask(editor, editor, "/news"), "1")
	keep("article", page)
	_, urgent, _ := d.press(editor, page, "⚡")
	keep("breaking", urgent...)
	card, _, _ = d.pressData(editor, urgent[1], "b:"+d.broadcastOf(urgent[1]).ID+":crit:1")
	keep("breaking_critical", card)
	return screens
}

// runs are broadcasts at every stage.
func runs() map[string]store.Broadcast {
	began := time.Date(2026, 4, 7, 8, 30, 0, 0, almaty)
	c := store.Broadcast{ID: "abc", Kind: store.KindSend, Title: "Мост <открыт>", State: store.BroadcastRunning, Total: 12345, Planned: 5000, StartedAt: began}
	all := map[string]store.Broadcast{"begins": c}
	c.Sent, c.Gone, c.Failed, c.Retrying = 4100, 40, 7, 3
	all["goes"] = c
	c.State = store.BroadcastPaused
	all["paused"] = c
	c.State, c.FinishedAt = store.BroadcastCancelled, began.Add(150*time.Second)
	all["stopped"] = c
	c.State, c.Retrying, c.TooLate, c.Planned, c.Sent, c.FinishedAt = store.BroadcastDone, 0, 2, 12345, 12296, began.Add(407*time.Second)
	all["done"] = c
	c.Kind, c.TargetID = store.KindCorrect, "def"
	all["correction_done"] = c
	c.State, c.Sent = store.BroadcastRunning, 6000
	all["correction"] = c
	c.Kind = store.KindRecall
	all["recall"] = c
	c.State, c.Sent = store.BroadcastDone, 12296
	all["recall_done"] = c
	return all
}
