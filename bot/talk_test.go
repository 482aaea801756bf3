package bot_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"newsbot/internal/article"
	"newsbot/internal/digest"
	"newsbot/internal/emulator"
	"newsbot/internal/rates"
	"newsbot/internal/store"
	"newsbot/internal/telegram"
)

// A reader opens the list, reads an article to its end in the same message, and comes back to the same page.
func TestReadingStaysInOneMessage(t *testing.T) {
	d := open(t, "ru")
	d.seedNews()
	list := d.ask(reader, reader, "/NEWS", emulator.WithoutEntities())
	article, _, _ := d.press(reader, list, "1")
	contains(t, article.Text, "Как степная река вернулась", "Анна Ким", "(1) Река")
	if article.ID != list.ID {
		t.Error("the article is a new message")
	}
	seen := ""
	for range 10 {
		seen += article.Text
		if button(t, article, "▶").Data == "x:last" {
			break
		}
		article, _, _ = d.press(reader, article, "▶")
	}
	for i := range 24 {
		if !strings.Contains(seen, fmt.Sprintf("(%d) Река", i+1)) {
			t.Errorf("paragraph %d is on no page", i+1)
		}
	}
	again, _, _ := d.press(reader, article, "←")
	if again.Text != list.Text {
		t.Errorf("back is another list:\n%s\n%s", list.Text, again.Text)
	}
}

// News that comes in while a reader turns pages moves nothing.
func TestPagesStayPut(t *testing.T) {
	d := open(t, "en")
	d.seedNews()
	list := d.ask(reader, reader, "/news")
	d.pass(time.Minute)
	_, err := d.db.RecordPoll(d.ctx(), d.clock(), store.Poll{SourceID: "steppe", Items: []store.NewItem{
		{ID: "fresh1", Title: "Something fresh", Link: "https://example.com/fresh", Language: "en", PublishedAt: d.clock()},
	}})
	d.must(err)
	second, _, _ := d.press(reader, list, "▶")
	first, _, _ := d.press(reader, second, "◀")
	lacks(t, first.Text, "Something fresh")
	fresh, _, _ := d.press(reader, first, "🔄")
	contains(t, fresh.Text, "Something fresh")
}

func TestArticleThatIsGone(t *testing.T) {
	d := open(t, "en")
	d.seedNews()
	list := d.ask(reader, reader, "/news")
	d.pass(200 * time.Hour)
	_, err := d.db.RecordPoll(d.ctx(), d.clock(), store.Poll{SourceID: "vestnik", Items: []store.NewItem{
		{ID: "fresh1", Title: "Новое", Link: "https://example.com/fresh", Language: "ru", PublishedAt: d.clock()},
	}})
	d.must(err)
	_, err = d.db.Prune(d.ctx(), d.clock(), store.PruneRule{Articles: time.Hour})
	d.must(err)
	now, _, a := d.press(reader, list, "1")
	contains(t, a.Text, "gone")
	contains(t, now.Text, "News · ", "1. ")
}

// From a digest, an article is a new message: the digest stays.
func TestArticleFromDigest(t *testing.T) {
	d := open(t, "ru")
	d.seedNews()
	d.seedRates()
	screen := d.ask(reader, reader, "/digest")
	_, preview, _ := d.press(reader, screen, "👁")
	now, opened, _ := d.press(reader, preview[0], "2")
	if now.Text != preview[0].Text || len(opened) != 1 {
		t.Fatalf("the digest changed, or %d new messages", len(opened))
	}
	contains(t, opened[0].Text, "Қостанайда")
	back, _, _ := d.press(reader, opened[0], "📰")
	contains(t, back.Text, "Новости")
}

// A digest comes in the morning, once, and has what came since the last one.
func TestDigestArrives(t *testing.T) {
	d := open(t, "kk")
	d.seedNews()
	d.seedRates()
	d.start()
	d.ask(reader, reader, "/digest 08:00")
	d.ask(other, other, "/digest 08:00")
	d.ask(editor, editor, "/digest 18:00")
	d.set(time.Date(2026, 4, 8, 8, 0, 5, 0, almaty))
	for range 2 {
		if _, err := digest.Plan(d.ctx(), d.db, rates.Board{}, d.clock(), quiet); err != nil {
			t.Fatal(err)
		}
	}
	for _, chat := range []int64{reader, other} {
		m := d.wait(chat, func(m emulator.Message) bool { return strings.Contains(m.Text, "Қайырлы таң") })
		contains(t, m.Text, "Ұлттық Банк", "478,77", "степная река", "8 сәуір")
	}
	time.Sleep(100 * time.Millisecond)
	if n := len(d.since(reader, 0)); n != 2 { // the screen and one digest
		t.Errorf("%d messages, want 2", n)
	}
	if n := len(d.since(editor, 0)); n != 1 {
		t.Errorf("the evening digest came in the morning")
	}
	d.set(time.Date(2026, 4, 9, 8, 0, 5, 0, almaty))
	_, err := digest.Plan(d.ctx(), d.db, rates.Board{}, d.clock(), quiet)
	d.must(err)
	m := d.wait(reader, func(m emulator.Message) bool { return strings.Contains(m.Text, "9\u00a0сәуір") })
	contains(t, m.Text, "жаңа жарияланым жоқ")
}

// In a group only admins change settings; an admin who hides behind the group's name is one.
func TestGroupAdmins(t *testing.T) {
	d := open(t, "en")
	contains(t, d.ask(other, group, "/digest 08:00").Text, "Only admins")
	screen := d.ask(reader, group, "/digest@newsbot 08:00")
	contains(t, screen.Text, "every day, 08:00")
	_, _, a := d.press(other, screen, "Turn off")
	contains(t, a.Text, "Only admins")
	if c, err := d.db.Digest(d.ctx(), group); err != nil || !c.On {
		t.Errorf("a member turned the digest off: %v %v", c, err)
	}
	d.must(d.bot.Handle(d.ctx(), []telegram.Update{{ID: 900_001, Message: &telegram.Message{
		ID: 1, Chat: telegram.Chat{ID: group, Kind: telegram.Supergroup, Title: "Алматы"},
		From: telegram.User{ID: 1087968824, Bot: true, Name: "Group"}, SenderChat: group, Text: "/digest off",
	}}}))
	if c, err := d.db.Digest(d.ctx(), group); err != nil || c.On {
		t.Errorf("an anonymous admin could not turn the digest off: %v %v", c, err)
	}
}

func TestGroupsAreNotDisturbed(t *testing.T) {
	d := open(t, "en")
	for i, text := range []string{"/digest@otherbot", "hello there", "/nosuch", "/broadcast x", "news"} {
		before := len(d.since(group, 0))
		d.must(d.bot.Handle(d.ctx(), []telegram.Update{{ID: int64(910_000 + i), Message: &telegram.Message{
			ID: 1, Chat: telegram.Chat{ID: group, Kind: telegram.Supergroup, Title: "Алматы"}, From: telegram.User{ID: editor}, Text: text,
		}}}))
		if n := len(d.since(group, 0)); n != before {
			t.Errorf("%q was answered in a group", text)
		}
	}
}

// The bot greets a group that it joins, and follows when the group is upgraded.
func TestGroupJoinsAndMoves(t *testing.T) {
	d := open(t, "en")
	const small = int64(-777)
	d.tg.AddChat(emulator.Chat{ID: small, Type: emulator.Group, Title: "Small", Members: map[int64]string{reader: emulator.Creator}})
	d.step(1, func() { d.tg.AddBot(small, reader, emulator.Member) })
	m := d.wait(small, func(m emulator.Message) bool { return m.Outgoing })
	contains(t, m.Text, "/news", "Admins")
	d.ask(reader, small, "/digest 07:00")
	var moved int64
	d.step(1, func() { moved = d.tg.Upgrade(small) })
	c, err := d.db.Digest(d.ctx(), moved)
	if err != nil || !c.On || c.Minute != 7*60 {
		t.Errorf("digest after the upgrade: %+v %v", c, err)
	}
	d.refused = true // calls to the old id are refused on purpose
	contains(t, d.ask(reader, moved, "/digest").Text, "07:00")
}

// Blocking makes a chat inactive with its settings kept; coming back restores them.
func TestBlockedAndBack(t *testing.T) {
	d := open(t, "ru")
	d.ask(reader, reader, "/digest 08:30")
	d.step(1, func() { d.tg.Block(reader) })
	c, err := d.db.Chat(d.ctx(), reader)
	if err != nil || c.Active {
		t.Errorf("after the block: %+v %v", c, err)
	}
	d.pass(24 * time.Hour)
	if n, err := digest.Plan(d.ctx(), d.db, rates.Board{}, d.clock(), quiet); err != nil || n != 0 {
		t.Errorf("%d digests for one who blocked the bot, %v", n, err)
	}
	d.step(1, func() { d.tg.Unblock(reader) })
	c, err = d.db.Chat(d.ctx(), reader)
	if err != nil || !c.Active {
		t.Errorf("after coming back: %+v %v", c, err)
	}
	contains(t, d.ask(reader, reader, "/digest").Text, "08:30")
}

// /stop ends what comes by itself, /start brings back what was on, and only that.
func TestStopAndStart(t *testing.T) {
	d := open(t, "en")
	d.ask(reader, reader, "/digest 08:30")
	d.ask(reader, reader, "/stop")
	if c, _ := d.db.Digest(d.ctx(), reader); c.On {
		t.Error("the digest is on after /stop")
	}
	if n, _ := d.db.CountAudience(d.ctx(), d.clock(), store.Audience{}, store.CategoryNewsroom); n != 0 {
		t.Errorf("audience %d after /stop", n)
	}
	contains(t, d.ask(reader, reader, "/start").Text, "Welcome back", "08:30")
	if c, _ := d.db.Digest(d.ctx(), reader); !c.On {
		t.Error("the digest is off after /start")
	}
	d.ask(reader, reader, "/digest off")
	d.ask(reader, reader, "/stop")
	lacks(t, d.ask(reader, reader, "/start").Text, "08:30")
	if c, _ := d.db.Digest(d.ctx(), reader); c.On {
		t.Error("/start turned on what was off before /stop")
	}
	lacks(t, d.ask(reader, reader, "/start").Text, "Welcome back")
}

// A broadcast goes out once however often its button is pressed, and keeps the editor's formatting.
func TestBroadcast(t *testing.T) {
	d := open(t, "en")
	d.ask(reader, reader, "/start")
	d.ask(other, other, "/start")
	d.ask(editor, editor, "/broadcast")
	draft := d.say(editor, editor, "Big news", emulator.WithEntities(emulator.Entity{Type: "bold", Offset: 0, Length: 3}))
	if len(draft) != 2 || !strings.Contains(draft[0].HTML(), "<b>Big</b> news") {
		t.Fatalf("preview: %v", draft)
	}
	contains(t, draft[1].Text, "3 chats")
	data := draft[1].InlineKeyboard[0][0].Data
	// Twice at the same time, as an impatient finger does.
	d.step(2, func() {
		for range 2 {
			if _, err := d.tg.PressAsync(editor, editor, draft[1].ID, data); err != nil {
				t.Fatal(err)
			}
		}
	})
	d.start()
	for _, chat := range []int64{reader, other} {
		m := d.wait(chat, func(m emulator.Message) bool { return m.Text == "Big news" })
		contains(t, m.HTML(), "<b>Big</b>")
	}
	report := d.watch(editor, draft[1].ID, func(m emulator.Message) bool { return strings.Contains(m.Text, "Broadcast is done") })
	contains(t, report.Text, "Sent: 3 of 3")
	if got := strings.Join(labels(report), " "); strings.Contains(got, "Stop") || !strings.Contains(got, "Recall") {
		t.Errorf("buttons of the report: %s", got)
	}
	open, err := d.db.OpenBroadcasts(d.ctx())
	if err != nil || len(open) != 0 {
		t.Errorf("open after the report: %v %v", open, err)
	}
	for _, chat := range []int64{reader, other} {
		n := 0
		for _, m := range d.since(chat, 0) {
			if m.Text == "Big news" {
				n++
			}
		}
		if n != 1 {
			t.Errorf("chat %d got it %d times", chat, n)
		}
	}
}

// A broadcast can be a reply to any message; who cannot be reached is in the report.
func TestBroadcastReport(t *testing.T) {
	d := open(t, "en")
	d.refused = true
	d.ask(reader, reader, "/start")
	d.ask(other, other, "/start")
	hint := d.ask(editor, editor, "Over the wire")
	draft := d.say(editor, editor, "/broadcast", emulator.ReplyTo(hint.ID-1))
	d.tg.Deactivate(other)
	d.press(editor, draft[1], "Send to")
	d.start()
	report := d.watch(editor, draft[1].ID, func(m emulator.Message) bool { return strings.Contains(m.Text, "Broadcast is done") })
	contains(t, report.Text, "Sent: 2 of 3", "No longer reachable (the bot is blocked, removed or may not write): 1", "Reasons", "deleted their account — 1")
}

func TestBroadcastIsForEditors(t *testing.T) {
	d := open(t, "en")
	d.ask(other, other, "/start")
	contains(t, d.ask(reader, reader, "/broadcast hello").Text, "I understand commands")
	lacks(t, d.ask(reader, reader, "/help").Text, "/broadcast")
	draft := d.say(editor, editor, "/broadcast hello")
	// Someone else presses an editor's button, as a forged request would.
	id := strings.Split(draft[1].InlineKeyboard[0][0].Data, ":")[1]
	d.must(d.bot.Handle(d.ctx(), []telegram.Update{{ID: 920_000, Callback: &telegram.Callback{
		ID: "1", From: telegram.User{ID: reader}, Data: "b:" + id + ":go",
		Message: &telegram.Message{ID: 1, Chat: telegram.Chat{ID: reader, Kind: telegram.Private}},
	}}}))
	d.refused = true // the callback's id is made up
	if c, err := d.db.Broadcast(d.ctx(), id); err != nil || c.State != store.BroadcastDraft {
		t.Errorf("a reader started a broadcast: %+v %v", c, err)
	}
}

// Buttons with data that we never wrote get a toast, change nothing and crash nothing.
func TestHostileButtons(t *testing.T) {
	d := open(t, "en")
	d.refused = true // their ids are made up
	for i, data := range []string{"", "zz", "n:-1", "n:99999999999999999999", "n:0:zzzzzzzzzzzzzzzzzzzz", "a:", "a:../../etc:0", "a:" + strings.Repeat("x", 60),
		"f:xx", "g:t:1440", "g:t:", "g:w:128", "g:w:0", "l:", "m:broadcast", "m:nosuch", "b:x:go", "b::", "r:USD'--", "d:", "s:::", "x:x:x", "g:nosuch", "a:abc:-1:0:", "u:", "u:..:0", "u:abc:x:"} {
		d.must(d.bot.Handle(d.ctx(), []telegram.Update{{ID: int64(930_000 + i), Callback: &telegram.Callback{
			ID: "1", From: telegram.User{ID: reader}, Data: data,
			Message: &telegram.Message{ID: 1, Chat: telegram.Chat{ID: reader, Kind: telegram.Private}},
		}}}))
	}
	lacks(t, d.log.String(), "level=ERROR msg=\"update failed\"")
	if _, err := d.db.Digest(d.ctx(), reader); err == nil {
		t.Error("hostile data set a digest")
	}
}

// An update that comes again is not handled again, in this process or the next.
func TestUpdateOnce(t *testing.T) {
	d := open(t, "en")
	d.ask(reader, reader, "/start")
	u := telegram.Update{ID: 940_000, Message: &telegram.Message{ID: 9, Chat: telegram.Chat{ID: reader, Kind: telegram.Private}, From: telegram.User{ID: reader}, Text: "/help"}}
	before := d.lastID(reader)
	d.must(d.bot.Handle(d.ctx(), []telegram.Update{u, u}))
	d.must(d.bot.Handle(d.ctx(), []telegram.Update{u}))
	if got := d.since(reader, before); len(got) != 1 {
		t.Errorf("%d answers, want 1", len(got))
	}
}

// A reply that Telegram does not take now is kept and comes later.
func TestReplyIsNotLost(t *testing.T) {
	for name, fault := range map[string]emulator.Fault{
		"flood":       {Kind: emulator.TooManyRequests, RetryAfter: time.Second, Times: 1},
		"bad gateway": {Kind: emulator.BadGatewayHTML, Times: 1},
		"cut":         {Kind: emulator.DropBefore, Times: 1},
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t, "en")
			d.refused = true
			fault.Method = "sendMessage"
			d.tg.Inject(fault)
			d.start()
			if got := d.say(reader, reader, "/help"); len(got) > 1 {
				t.Fatalf("%d answers", len(got))
			}
			d.pass(time.Minute) // the outbox goes by the bot's clock
			contains(t, d.wait(reader, func(m emulator.Message) bool { return m.Outgoing }).Text, "What I can do")
		})
	}
}

// What belongs below a message that has to wait waits with it.
func TestPreviewStaysAboveItsQuestion(t *testing.T) {
	d := open(t, "en")
	d.refused = true
	d.ask(editor, editor, "/start")
	d.tg.Inject(emulator.Fault{Method: "sendMessage", Kind: emulator.TooManyRequests, RetryAfter: time.Second, Times: 1})
	d.must(d.bot.Handle(d.ctx(), []telegram.Update{{ID: 960_000, Message: &telegram.Message{
		ID: 1, Chat: telegram.Chat{ID: editor, Kind: telegram.Private}, From: telegram.User{ID: editor}, Text: "/broadcast Big news",
	}}}))
	due, err := d.db.Claim(d.ctx(), d.clock().Add(time.Minute), "test", time.Minute, 10)
	d.must(err)
	if len(due) != 2 || due[0].Message.Text != "Big news" || due[1].DueAt.Sub(due[0].DueAt) < time.Second {
		t.Errorf("kept for later: %+v", due)
	}
}

// A screen whose message was deleted comes as a new one.
func TestScreenOfDeletedMessage(t *testing.T) {
	d := open(t, "en")
	d.refused = true
	d.seedNews()
	list := d.ask(reader, reader, "/news")
	d.tg.DeleteSaid(reader, list.ID)
	before := d.lastID(reader)
	d.must(d.bot.Handle(d.ctx(), []telegram.Update{{ID: 950_000, Callback: &telegram.Callback{
		ID: "1", From: telegram.User{ID: reader}, Data: "n:1",
		Message: &telegram.Message{ID: list.ID, Chat: telegram.Chat{ID: reader, Kind: telegram.Private}},
	}}}))
	if got := d.since(reader, before); len(got) != 1 || !strings.Contains(got[0].Text, "News") {
		t.Errorf("new messages: %v", got)
	}
}

// The menus follow the app's language, the chosen language, and who one is.
func TestMenus(t *testing.T) {
	d := open(t, "en")
	d.refused = true // the editor has not spoken to the bot yet
	d.must(d.bot.Publish(d.ctx()))
	names := func(user, chat int64, language string) (s string) {
		for _, c := range d.tg.Commands(user, chat, language) {
			s += c.Command + "=" + c.Description + ";"
		}
		return s
	}
	contains(t, names(reader, reader, "kk"), "news=Соңғы жаңалықтар", "digest=")
	contains(t, names(reader, reader, "de"), "news=Latest news")
	contains(t, names(reader, group, "ru"), "digest=", "stop=")
	lacks(t, names(other, group, "ru"), "digest=")
	lacks(t, names(reader, reader, "ru"), "broadcast")
	if d.tg.Description("kk") == "" || d.tg.ShortDescription("ru") == "" {
		t.Error("no description")
	}
	d.press(reader, d.ask(reader, reader, "/language"), "Қазақша")
	contains(t, names(reader, reader, "en"), "news=Соңғы жаңалықтар")
	d.ask(editor, editor, "/start")
	d.must(d.bot.Publish(d.ctx()))
	contains(t, names(editor, editor, "ru"), "broadcast=")
}

// Every language of the interface is the chat's own, not the bot's.
func TestLanguageIsTheChats(t *testing.T) {
	d := open(t, "en")
	d.press(reader, d.ask(reader, reader, "/language"), "Қазақша")
	contains(t, d.ask(reader, reader, "/help").Text, "қолымнан")
	contains(t, d.ask(other, other, "/help").Text, "What I can do")
}

// When the store is gone, the reader is told so in words, and the button does not hang.
func TestStoreGone(t *testing.T) {
	d := open(t, "ru")
	d.refused = true
	list := d.ask(reader, reader, "/rates")
	d.must(d.db.Close())
	contains(t, d.ask(reader, reader, "/news").Text, "Что-то пошло не так")
	_, _, a := d.press(reader, list, "🔄")
	contains(t, a.Text, "Что-то пошло не так")
}

// wait returns the first message of a chat that matches.
func (d *desk) wait(chat int64, match func(emulator.Message) bool) emulator.Message {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.ctx(), 20*time.Second)
	defer cancel()
	m, err := d.tg.WaitFor(ctx, chat, match)
	if err != nil {
		d.t.Fatalf("chat %d: %v; messages: %v\nlog:\n%s", chat, err, d.tg.Messages(chat), d.log)
	}
	return m
}

// watch runs the progress job until a message matches.
func (d *desk) watch(chat, id int64, match func(emulator.Message) bool) emulator.Message {
	d.t.Helper()
	for range 400 {
		d.must(d.bot.Progress(d.ctx()))
		if m, ok := d.tg.Message(chat, id); ok && match(m) {
			return m
		}
		time.Sleep(25 * time.Millisecond)
	}
	m, _ := d.tg.Message(chat, id)
	d.t.Fatalf("the message never became so, it is:\n%s\nlog:\n%s", m.Text, d.log)
	return m
}

// A handler that panics costs its reader an apology, and nobody else anything.
func TestPanicIsContained(t *testing.T) {
	d := open(t, "en")
	d.refused, d.panics = true, true
	d.bot.Break("rates")
	start := d.ask(reader, reader, "/start")
	contains(t, d.ask(reader, reader, "/rates").Text, "Something went wrong")
	_, _, a := d.press(reader, start, "Rates")
	contains(t, a.Text, "Something went wrong")
	contains(t, d.ask(reader, reader, "/help").Text, "What I can do")
	contains(t, d.log.String(), "broken by a test", "update=")
}

// A channel is ruled by its own posts; its readers are not greeted.
func TestChannel(t *testing.T) {
	d := open(t, "en")
	const channel = int64(-1002000000003)
	d.tg.AddChat(emulator.Chat{ID: channel, Type: emulator.Channel, Title: "Канал", Members: map[int64]string{reader: emulator.Creator}, BotRights: emulator.AllRights()})
	d.step(1, func() { d.tg.AddBot(channel, reader, emulator.Administrator) })
	if got := d.since(channel, 0); len(got) != 0 {
		t.Errorf("a channel was greeted: %v", got)
	}
	contains(t, d.ask(reader, channel, "/digest 07:00").Text, "07:00")
	if got := d.say(reader, channel, "An ordinary post"); len(got) != 0 {
		t.Errorf("a post was answered: %v", got)
	}
}

// A picture with the command as its caption is broadcast without the command.
func TestBroadcastOfPicture(t *testing.T) {
	d := open(t, "en")
	draft := d.say(editor, editor, "/broadcast Look here", emulator.WithPhoto(pixel(t)), emulator.WithEntities(
		emulator.Entity{Type: "bot_command", Length: 10}, emulator.Entity{Type: "bold", Offset: 11, Length: 4}))
	if len(draft) != 2 || draft[0].Photo == nil || draft[0].HTML() != "<b>Look</b> here" {
		t.Fatalf("preview: %v", draft)
	}
	draft = d.say(editor, editor, "/broadcast", emulator.WithPhoto(pixel(t)))
	if len(draft) != 2 || draft[0].Photo == nil || draft[0].Caption != "" {
		t.Fatalf("preview of a picture alone: %v", draft)
	}
}

func pixel(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 200, 100))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Chats are answered at the same time, each in its own order.
func TestOrderWithinChats(t *testing.T) {
	d := open(t, "en")
	for _, user := range []int64{reader, other} {
		d.ask(user, user, "/start")
	}
	var batch []telegram.Update
	for i := range 20 {
		for _, user := range []int64{reader, other} {
			batch = append(batch, telegram.Update{ID: 960_000 + int64(len(batch)), Message: &telegram.Message{
				ID: 1, Chat: telegram.Chat{ID: user, Kind: telegram.Private, Title: "x"}, From: telegram.User{ID: user},
				Text: fmt.Sprintf("/digest %02d:00", i),
			}})
		}
	}
	before := map[int64]int64{reader: d.lastID(reader), other: d.lastID(other)}
	d.must(d.bot.Handle(d.ctx(), batch))
	for user, id := range before {
		got := d.since(user, id)
		if len(got) != 20 {
			t.Fatalf("%d answers, want 20", len(got))
		}
		for i, m := range got {
			contains(t, m.Text, fmt.Sprintf("every day, %02d:00", i))
		}
	}
}

// Whatever a feed says, its screens are taken by Telegram's parser as they are:
// the check at the end finds any that was refused.
func TestAnyFeedMakesValidScreens(t *testing.T) {
	d := open(t, "kk")
	d.seedNews()
	pieces := []string{"<", ">", "&", "&amp;", "</b>", "<b>", `"`, "😀", "e\u0301", "\u202e", "\u200d", "\x00", "\xff", "\u00a0", "\n\n", "слово ", "https://example.com/?a=1&b=<2>", strings.Repeat("ж", 5000)}
	text := func(r *rand.Rand, n int) (s string) {
		for range n {
			s += pieces[r.IntN(len(pieces))]
		}
		return s
	}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 20 {
		id := fmt.Sprintf("any%d", i)
		var blocks []article.Block
		for range random.IntN(6) {
			kind := []article.BlockKind{article.Paragraph, article.Heading, article.ListItem, article.Quote, article.TableRow}[random.IntN(5)]
			blocks = append(blocks, article.Block{Kind: kind, Text: text(random, random.IntN(40))})
		}
		d.pass(time.Second)
		_, err := d.db.RecordPoll(d.ctx(), d.clock(), store.Poll{SourceID: "dala", Items: []store.NewItem{{
			ID: id, Link: "https://example.com/" + id + "?a=<&b=\"", Title: strings.ToValidUTF8(strings.ReplaceAll(text(random, 12), "\x00", ""), ""),
			Author: text(random, 3), Language: "kk", Summary: text(random, 20), PublishedAt: d.clock(), Blocks: blocks,
		}}})
		d.must(err)
		list := d.ask(reader, reader, "/news")
		m, _, _ := d.press(reader, list, "1")
		for range 40 {
			if m.Text == "" {
				t.Fatal("an empty screen")
			}
			next := ""
			for _, row := range m.InlineKeyboard {
				for _, k := range row {
					if k.Text == "▶" && k.Data != "x:last" {
						next = k.Data
					}
				}
			}
			if next == "" {
				break
			}
			m, _, _ = d.pressData(reader, m, next)
		}
	}
	lacks(t, d.log.String(), "sent anew")
}
