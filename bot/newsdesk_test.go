package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"newsbot/bot"
	"newsbot/internal/emulator"
	"newsbot/internal/store"
	"newsbot/internal/telegram"
)

func twoEditors(o *bot.Options) { o.Editors = []int64{editor, second} }

// readers makes so many more people who want everything, with ids from 5000 on.
func (d *desk) readers(n int, language string) (ids []int64) {
	d.t.Helper()
	for i := range n {
		id := int64(5000 + len(d.more) + i)
		d.tg.AddUser(emulator.User{ID: id, FirstName: fmt.Sprintf("Reader %d", id), LanguageCode: language})
		d.ask(id, id, "/start")
		ids = append(ids, id)
	}
	d.more = append(d.more, ids...)
	return ids
}

// draft says what makes a draft and returns its card.
func (d *desk) draft(text string, opts ...emulator.SayOption) emulator.Message {
	d.t.Helper()
	answers := d.say(editor, editor, text, opts...)
	if len(answers) == 0 {
		d.t.Fatalf("%q makes no draft; log:\n%s", text, d.log)
	}
	return answers[len(answers)-1]
}

// broadcastOf is the broadcast that a card is about.
func (d *desk) broadcastOf(m emulator.Message) store.Broadcast {
	d.t.Helper()
	for _, row := range m.InlineKeyboard {
		for _, b := range row {
			if id, ok := strings.CutPrefix(b.Data, "b:"); ok {
				id, _, _ = strings.Cut(id, ":")
				c, err := d.db.Broadcast(d.ctx(), id)
				d.must(err)
				return c
			}
		}
	}
	d.t.Fatalf("no broadcast is behind %q", m.Text)
	return store.Broadcast{}
}

// ended watches a card until it is a report.
func (d *desk) ended(card emulator.Message, title string) emulator.Message {
	d.t.Helper()
	return d.watch(card.ChatID, card.ID, func(m emulator.Message) bool { return strings.Contains(m.Text, title) })
}

// late is a press of a button that the message does not have any more, as it
// comes when two press at once. It returns what was said to it.
func (d *desk) late(user int64, m emulator.Message, data string) string {
	d.t.Helper()
	d.refused = true // the callback's id is made up
	d.must(d.bot.Handle(d.ctx(), []telegram.Update{{ID: 930_000 + int64(len(d.tg.Calls())), Callback: &telegram.Callback{
		ID: "1", From: telegram.User{ID: user}, Data: data,
		Message: &telegram.Message{ID: m.ID, Chat: telegram.Chat{ID: m.ChatID, Kind: telegram.Private}, Date: m.Date},
	}}}))
	said := ""
	for _, c := range d.tg.Calls() {
		if c.Method == "answerCallbackQuery" && c.Params["callback_query_id"] == "1" {
			said = c.Params["text"]
		}
	}
	return said
}

// texts are what the bot has said in a chat.
func (d *desk) texts(chat int64) (all []string) {
	for _, m := range d.since(chat, 0) {
		all = append(all, m.Text+m.Caption)
	}
	return all
}

func TestAudienceIsChosenWithTheCountAtHand(t *testing.T) {
	onEach(t, "ru", func(t *testing.T, d *desk) {
		kazakh := d.readers(2, "kk")
		russian := d.readers(1, "ru")
		d.say(reader, group, "/digest@newsbot 08:00")
		card := d.draft("/broadcast Тек қазақша")
		card, _, _ = d.press(editor, card, "👥")
		contains(t, card.Text, "всем, кто хочет", "5 чатов")
		card, _, _ = d.press(editor, card, "Қазақша")
		contains(t, card.Text, "язык интерфейса — Қазақша", "2 чата")
		card, _, _ = d.press(editor, card, "Личные")
		contains(t, card.Text, "личные чаты", "2 чата")
		card, _, _ = d.press(editor, card, "Назад")
		contains(t, card.Text, "язык интерфейса — Қазақша; личные чаты")
		card, _, _ = d.press(editor, card, "Отправить в 2 чата")
		d.start()
		report := d.ended(card, "Рассылка завершена")
		contains(t, report.Text, "Отправлено: 2 из 2")
		for _, id := range kazakh {
			if !slices.Contains(d.texts(id), "Тек қазақша") {
				d.t.Errorf("%d did not get it", id)
			}
		}
		for _, id := range append(russian, group) {
			if slices.Contains(d.texts(id), "Тек қазақша") {
				d.t.Errorf("%d got it", id)
			}
		}
	})
}

func TestAudienceOnlyMeIsATest(t *testing.T) {
	d := open(t, "en")
	d.readers(2, "en")
	card := d.draft("/broadcast Just looking")
	card, _, _ = d.press(editor, card, "👥")
	card, _, _ = d.press(editor, card, "Only me")
	contains(t, card.Text, "only you, as a test", "1 chat")
	card, _, _ = d.press(editor, card, "Private") // whoever chooses readers means no test any more
	contains(t, card.Text, "private chats", "3 chats")
	card, _, _ = d.press(editor, card, "Only me")
	card, _, _ = d.press(editor, card, "Back")
	card, _, _ = d.press(editor, card, "Send to 1 chat")
	d.start()
	report := d.ended(card, "Broadcast is done")
	contains(t, report.Text, "Sent: 1 of 1")
	if got := d.texts(d.more[0]); slices.Contains(got, "Just looking") {
		t.Errorf("a reader got the test: %q", got)
	}
	// The real thing begins with everyone again.
	_, again, _ := d.press(editor, report, "Send again")
	contains(t, again[len(again)-1].Text, "everyone who wants", "3 chats")
}

// A card that shows what the draft was cannot send what it is now.
func TestOldCardSendsNothing(t *testing.T) {
	d := open(t, "en")
	d.readers(2, "en")
	old := d.draft("/broadcast To few")
	preview, fresh, _ := d.press(editor, old, "Preview")
	if preview.ID != 0 || len(fresh) != 2 {
		t.Fatalf("the card above the preview is still there, or there is none below: %+v %v", preview, fresh)
	}
	card, _, _ := d.press(editor, fresh[1], "👥")
	card, _, _ = d.press(editor, card, "Only me")
	stale := button(t, old, "Send to 3").Data
	contains(t, d.late(editor, card, stale), "The draft has changed")
	now, _ := d.tg.Message(editor, card.ID)
	contains(t, now.Text, "only you")
	if c := d.broadcastOf(now); c.State != store.BroadcastDraft {
		t.Errorf("it is %s", c.State)
	}
}

func TestScheduledBroadcastBeginsAtItsTime(t *testing.T) {
	onEach(t, "ru", func(t *testing.T, d *desk) {
		d.readers(1, "ru")
		card := d.draft("/broadcast Утренняя новость")
		asked, _, _ := d.press(editor, card, "🕘")
		contains(t, asked.Text, "08:30", "UTC+5")
		contains(t, d.ask(editor, editor, "вчера 9:00").Text, "уже прошло", "вчера, 09:00")
		contains(t, d.ask(editor, editor, "10.11").Text, "можно понять по-разному")
		contains(t, d.ask(editor, editor, "скоро").Text, "Не получается понять время")
		card = d.ask(editor, editor, "завтра в 9 утра")
		contains(t, card.Text, "завтра, 09:00", "Алматы, UTC+5")
		card, _, _ = d.press(editor, card, "Запланировать")
		contains(t, card.Text, "Запланировано", "завтра, 09:00")
		if c := d.broadcastOf(card); c.State != store.BroadcastScheduled {
			d.t.Fatalf("it is %s", c.State)
		}
		d.start()
		d.must(d.bot.Progress(d.ctx()))
		// Another time, in Kazakh words; then it comes.
		_, _, _ = d.press(editor, card, "🕘")
		card = d.ask(editor, editor, "2 сағаттан кейін")
		contains(t, card.Text, "сегодня, 10:30")
		d.pass(2*time.Hour - time.Second)
		d.must(d.bot.Progress(d.ctx()))
		if c := d.broadcastOf(card); c.State != store.BroadcastScheduled {
			d.t.Fatalf("before its time it is %s", c.State)
		}
		before := d.lastID(editor)
		d.pass(2 * time.Second)
		d.wait(d.more[0], func(m emulator.Message) bool { return m.Text == "Утренняя новость" })
		for range 600 {
			d.must(d.bot.Progress(d.ctx()))
			if got := d.since(editor, before); len(got) > 0 && strings.Contains(got[len(got)-1].Text, "Рассылка завершена") {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
		d.t.Errorf("the editor was not told: %q", d.texts(editor))
	})
}

func TestScheduledBroadcastThatWasMissed(t *testing.T) {
	d := open(t, "en")
	d.readers(1, "en")
	card := d.draft("/broadcast Evening only")
	d.press(editor, card, "🕘")
	card = d.ask(editor, editor, "18:30")
	d.press(editor, card, "Schedule")
	// Nothing runs from then on until long after.
	d.pass(12 * time.Hour)
	before := d.lastID(editor)
	d.must(d.bot.Progress(d.ctx()))
	d.must(d.bot.Progress(d.ctx()))
	d.start()
	told := d.wait(editor, func(m emulator.Message) bool { return m.ID > before })
	contains(t, told.Text, "did not go out at its time, today, 18:30")
	if got := len(d.since(editor, before)); got != 1 {
		t.Errorf("told %d times", got)
	}
	if slices.Contains(d.texts(d.more[0]), "Evening only") {
		t.Error("it went out in the night")
	}
	_, opened, _ := d.press(editor, told, "Open")
	if len(opened) != 2 || opened[0].Text != "Evening only" {
		t.Fatalf("opened: %v", opened)
	}
	_, _, toast := d.press(editor, opened[1], "Schedule")
	contains(t, toast.Text, "Its time is over")
}

func TestDraftOfAnotherEditorIsLeftAlone(t *testing.T) {
	d := open(t, "en", twoEditors)
	d.readers(1, "en")
	d.ask(second, second, "/start")
	card := d.draft("/broadcast Mine")
	theirs := d.ask(second, second, "/broadcasts")
	contains(t, theirs.Text, "There are no broadcasts yet")
	for _, verb := range []string{"go", "no", "aud", "aud:all", "when", "links", "see", "card", "back", "open"} {
		contains(t, d.late(second, theirs, "b:"+d.broadcastOf(card).ID+":"+verb), "another editor’s")
	}
	if c := d.broadcastOf(card); c.State != store.BroadcastDraft {
		t.Errorf("it is %s", c.State)
	}
}

// What the editor does to their own message afterwards changes nothing of what
// readers get.
func TestDraftStaysAsItWasShown(t *testing.T) {
	d := open(t, "en")
	d.readers(1, "en")
	d.ask(editor, editor, "/broadcast")
	card := d.draft("As shown")
	var mine int64
	for _, m := range d.tg.Messages(editor) {
		if m.Text == "As shown" && !m.Outgoing {
			mine = m.ID
		}
	}
	if _, err := d.tg.EditSaid(editor, editor, mine, "Quite another"); err != nil {
		t.Fatal(err)
	}
	d.tg.DeleteSaid(editor, mine)
	d.press(editor, card, "Send to")
	d.start()
	d.wait(d.more[0], func(m emulator.Message) bool { return m.Text == "As shown" })
}

// When the copy that would be sent is gone, the editor is told before anyone is sent anything.
func TestLostMessageIsNotSent(t *testing.T) {
	d := open(t, "en")
	d.refused = true
	d.readers(1, "en")
	d.ask(editor, editor, "/broadcast")
	card := d.draft("Soon gone")
	d.tg.DeleteSaid(editor, d.broadcastOf(card).Message.Copy.MessageID)
	_, _, toast := d.press(editor, card, "Send to")
	contains(t, toast.Text, "no longer in this chat")
	if c := d.broadcastOf(card); c.State != store.BroadcastDraft {
		t.Errorf("it is %s", c.State)
	}
}

func TestLinksUnderAMessage(t *testing.T) {
	d := open(t, "en")
	d.readers(1, "en")
	d.ask(editor, editor, "/broadcast")
	card := d.draft("With buttons", emulator.ForwardedFrom(emulator.User{ID: other, FirstName: "Иван"}), emulator.WithLinks([]emulator.Button{{Text: "Old", URL: "https://old.example/"}}))
	contains(t, card.Text, "1 button")
	asked, _, _ := d.press(editor, card, "🔗")
	contains(t, asked.Text, "Old — https://old.example/")
	contains(t, d.ask(editor, editor, "Read more").Text, "Line 1 does not end in an address")
	shown := d.say(editor, editor, "Read — https://new.example/1 | Site — new.example\nChannel — t.me/newsroom")
	if len(shown) != 2 || len(shown[0].InlineKeyboard) != 2 || shown[0].InlineKeyboard[0][1].URL != "https://new.example/" {
		t.Fatalf("preview: %+v", shown)
	}
	contains(t, shown[1].Text, "3 buttons")
	d.press(editor, shown[1], "Send to")
	d.start()
	m := d.wait(d.more[0], func(m emulator.Message) bool { return m.Text == "With buttons" })
	if len(m.InlineKeyboard) != 2 || m.InlineKeyboard[1][0].URL != "https://t.me/newsroom" {
		t.Errorf("readers see %+v", m.InlineKeyboard)
	}
}

func TestPauseAndGoOn(t *testing.T) {
	onEach(t, "en", func(t *testing.T, d *desk) {
		d.readers(3, "en")
		card := d.draft("/broadcast In two goes")
		card, _, _ = d.press(editor, card, "Send to")
		paused, _, _ := d.press(editor, card, "Pause")
		contains(t, paused.Text, "Broadcast is paused")
		d.start() // nothing has been sent so far
		time.Sleep(300 * time.Millisecond)
		d.must(d.bot.Progress(d.ctx()))
		if got := d.texts(d.more[0]); slices.Contains(got, "In two goes") {
			d.t.Errorf("sent while paused: %q", got)
		}
		// The button of a card that is behind the times is answered, and the card is right again.
		contains(t, d.late(editor, paused, button(d.t, card, "Pause").Data), "changed meanwhile")
		stale, _ := d.tg.Message(editor, paused.ID)
		contains(t, stale.Text, "Broadcast is paused")
		d.press(editor, paused, "Go on")
		report := d.ended(card, "Broadcast is done")
		contains(t, report.Text, "Sent: 4 of 4")
	})
}

// Buttons that come too late are none: neither for readers nor under the message
// that the editor was shown.
func TestLinksAfterItWasScheduled(t *testing.T) {
	d := open(t, "en")
	d.readers(1, "en")
	d.ask(editor, editor, "/broadcast")
	card := d.draft("As agreed")
	d.press(editor, card, "When")
	card = d.draft("tomorrow 9:00")
	d.press(editor, card, "Buttons")
	id := d.broadcastOf(card)
	if ok, err := d.db.ScheduleBroadcast(d.ctx(), id.ID, id.StartAt); err != nil || !ok { // on another phone
		t.Fatal(ok, err)
	}
	contains(t, d.ask(editor, editor, "Read — https://new.example/1").Text, "changed meanwhile")
	if m, _ := d.tg.Message(editor, id.Message.Copy.MessageID); len(m.InlineKeyboard) != 0 {
		t.Errorf("the message that was shown has %+v", m.InlineKeyboard)
	}
}

// Telegram's apps divide what is too long for one message: the editor is told that
// only the first part is in the draft.
func TestTextThatFillsAMessage(t *testing.T) {
	d := open(t, "en")
	d.readers(1, "en")
	const told = "Telegram has divided it"
	contains(t, d.draft("/broadcast "+strings.Repeat("word ", 810)).Text, told)
	d.ask(editor, editor, "/broadcast")
	contains(t, d.draft(strings.Repeat("слово ", 680)).Text, told)
	lacks(t, d.draft("/broadcast "+strings.Repeat("word ", 700)).Text, told)
}

// Who is asked for a time or for buttons, and has changed their mind, finds the way back
// under every "I cannot read this", and is asked no longer.
func TestWayBackFromAQuestion(t *testing.T) {
	d := open(t, "en")
	d.readers(1, "en")
	d.seedRates()
	for _, c := range []struct{ button, typed, refused string }{
		{"When", "100 usd", "I can’t read this as a time"},
		{"Buttons", "100 usd", "Line 1 does not end in an address"},
	} {
		t.Run(c.button, func(t *testing.T) {
			card := d.draft("/broadcast Not yet")
			d.press(editor, card, c.button)
			refused := d.draft(c.typed)
			contains(t, refused.Text, c.refused)
			back, _, _ := d.press(editor, refused, "Back")
			contains(t, back.Text, "Broadcast, not sent yet", "Not yet")
			contains(t, d.ask(editor, editor, c.typed).Text, "100 USD =")
		})
	}
}

// What has a time is scheduled by its first button, and the card asks for no more.
func TestDraftWithATimeAsksToSchedule(t *testing.T) {
	d := open(t, "en")
	d.readers(1, "en")
	card := d.draft("/broadcast At dawn")
	contains(t, card.Text, "Send it?")
	d.press(editor, card, "When")
	later := d.draft("tomorrow 9:00")
	contains(t, show(later), "at that time. Schedule it?", "[Schedule for 2 chats|")
	lacks(t, later.Text, "Send it?")
}
