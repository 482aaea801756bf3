package bot_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"newsbot/internal/emulator"
)

// What was stopped goes to those who have not got it, and to nobody twice; so
// does the rest of a rest.
func TestRestOfWhatWasStopped(t *testing.T) {
	onEach(t, "en", func(t *testing.T, d *desk) {
		d.refused = true
		ids := d.readers(6, "en") // and the editor
		refuse := func(chats ...int64) {
			d.tg.ClearFaults()
			for _, id := range chats {
				d.tg.Inject(emulator.Fault{ChatID: id, Kind: emulator.Refuse, Status: 400, Description: "Bad Request: not today"})
			}
		}
		refuse(ids[2:]...)
		card := d.draft("/broadcast The bridge is open")
		d.press(editor, card, "Send to 7")
		d.start()
		report := d.ended(card, "Broadcast is done")
		contains(t, report.Text, "Sent: 3 of 7", "Not delivered: 4")

		refuse(ids[5])
		_, rest, _ := d.press(editor, report, "Send to the rest")
		contains(t, rest[len(rest)-1].Text, "only those who do not have it yet", "4 chats")
		d.press(editor, rest[len(rest)-1], "Send to 4")
		report = d.ended(rest[len(rest)-1], "Broadcast is done")
		contains(t, report.Text, "Sent: 3 of 4")

		refuse()
		_, rest, _ = d.press(editor, report, "Send to the rest")
		last := rest[len(rest)-1]
		contains(t, last.Text, "1 chat")
		// A test to oneself in between is one, and does not make the rest everybody.
		screen, _, _ := d.press(editor, last, "👥")
		screen, _, _ = d.press(editor, screen, "Only me")
		contains(t, screen.Text, "1 chat")
		screen, _, _ = d.press(editor, screen, "Any time")
		contains(t, screen.Text, "only those who do not have it yet", "1 chat")
		screen, _, _ = d.press(editor, screen, "Back")
		d.press(editor, screen, "Send to 1")
		report = d.ended(screen, "Broadcast is done")
		for _, id := range ids {
			if n := len(slices.DeleteFunc(d.texts(id), func(s string) bool { return s != "The bridge is open" })); n != 1 {
				t.Errorf("%d got it %d times", id, n)
			}
		}
		if got := labels(report); slices.Contains(got, "➡️ Send to the rest") {
			t.Errorf("there is no rest, and it is offered: %q", got)
		}
	})
}

// What is stopped has a rest, and an audience that is full by now says so.
func TestRestThatIsNone(t *testing.T) {
	d := open(t, "en")
	d.readers(2, "en")
	card := d.draft("/broadcast Snow at the pass")
	d.press(editor, card, "Send to 3")
	running, _ := d.tg.Message(editor, card.ID)
	stopped, _, _ := d.press(editor, running, "Stop")
	contains(t, stopped.Text, "Broadcast was stopped")
	_, rest, _ := d.press(editor, stopped, "Send to the rest")
	contains(t, rest[len(rest)-1].Text, "3 chats")
	for _, id := range append(slices.Clone(d.more), editor) {
		d.must(d.db.SetSubscribed(d.ctx(), id, false))
	}
	_, _, toast := d.press(editor, stopped, "Send to the rest")
	contains(t, toast.Text, "nobody left to send it to")
}

// The queue names what begins by itself within a day, and how long that will take.
func TestQueueNamesWhatIsScheduled(t *testing.T) {
	d := open(t, "ru")
	d.readers(1, "ru")
	for _, at := range []string{"18:30", "через 3 дня"} {
		card := d.draft("/broadcast Вечерняя сводка " + at)
		d.press(editor, card, "🕘")
		card = d.ask(editor, editor, at)
		d.press(editor, card, "Запланировать")
	}
	q := d.ask(editor, editor, "/queue")
	contains(t, q.Text, "Запланированные рассылки", "сегодня, 18:30 — «Вечерняя сводка 18:30», 2 чата, меньше минуты")
	lacks(t, q.Text, "через 3 дня", "И другие")
}

// Ten of what is scheduled are named, the rest is hinted at.
func TestQueueNamesTen(t *testing.T) {
	d := open(t, "en")
	schedule := func(n int) string {
		at := fmt.Sprintf("%02d:30", 12+n)
		card := d.draft("/broadcast The bulletin of " + at)
		d.press(editor, card, "🕘")
		card = d.ask(editor, editor, at)
		d.press(editor, card, "Schedule")
		return d.ask(editor, editor, "/queue").Text
	}
	for n := range 10 {
		lacks(t, schedule(n), "And others")
	}
	contains(t, schedule(10), "The bulletin of 12:30", "The bulletin of 21:30", "And others — /broadcasts")
	lacks(t, d.ask(editor, editor, "/queue").Text, "The bulletin of 22:30")
}

// An album whose last picture came when the bot was killed becomes a draft at the
// next start, without another word of the editor.
func TestAlbumAfterAKill(t *testing.T) {
	onEach(t, "en", func(t *testing.T, d *desk) {
		d.readers(1, "en")
		d.ask(editor, editor, "/broadcast")
		var ids []int64
		d.step(3, func() {
			said, err := d.tg.SayAlbum(editor, editor, "Three views", [][]byte{pixel(t), pixel(t), pixel(t)})
			d.must(err)
			for _, m := range said {
				ids = append(ids, m.ID)
			}
		})
		// What a kill leaves is what the dialog holds. This bot's own timer finds nothing then.
		dialogs, err := d.db.DialogsAt(d.ctx(), d.clock(), "album", time.Hour)
		if err != nil || len(dialogs) != 1 {
			t.Fatalf("the dialogs are %+v, %v", dialogs, err)
		}
		d.must(d.db.ClearDialog(d.ctx(), editor, editor))
		d.bot.Wait()
		before := d.lastID(editor)
		d.must(d.db.SetDialog(d.ctx(), d.clock(), editor, editor, "album", dialogs[0].Data))
		next := d.another()
		next.Recover(d.ctx())
		card := d.wait(editor, func(m emulator.Message) bool { return m.ID > before && len(m.InlineKeyboard) > 0 })
		contains(t, card.Text, "Three views", "2 chats")
		next.Wait()
		var copies int
		for _, m := range d.since(editor, before) {
			if m.Photo != nil {
				copies++
			}
		}
		if copies != len(ids) {
			t.Errorf("%d pictures of %d are in the preview", copies, len(ids))
		}
	})
}

// The desk shows a message as readers have it: corrected, or gone.
func TestDeskShowsWhatBecameOfAMessage(t *testing.T) {
	onEach(t, "en", func(t *testing.T, d *desk) {
		d.readers(2, "en")
		card := d.draft("/broadcast The bridge opens at nine")
		d.press(editor, card, "Send to 3")
		d.start()
		report := d.ended(card, "Broadcast is done")
		d.pass(time.Minute)
		d.press(editor, report, "Correct")
		shown := d.say(editor, editor, "The bridge opens at ten")
		fix := shown[len(shown)-1]
		d.press(editor, fix, "Correct in 3 chats")
		d.ended(fix, "Correction is done")

		list := func() emulator.Message { return d.ask(editor, editor, "/broadcasts") }
		contains(t, list().Text, "2. ✅ The bridge opens at ten", "· ✏️ corrected")
		opened, _, _ := d.press(editor, list(), "2")
		contains(t, opened.Text, "“The bridge opens at nine”", "✏️ Corrected (today, 08:31): “The bridge opens at ten”")
		d.pass(time.Minute)
		asked, _, _ := d.press(editor, opened, "Recall")
		contains(t, asked.Text, "“The bridge opens at ten”", "3 chats")
		d.press(editor, asked, "Delete in 3 chats")
		d.ended(asked, "Recall is done")

		contains(t, list().Text, "✏️ corrected · ↩️ recalled: 3")
		opened, _, _ = d.press(editor, list(), "3")
		contains(t, opened.Text, "↩️ Recalled (today, 08:32): deleted in 3 chats")
		if got := labels(opened); slices.Contains(got, "✏️ Correct") || slices.Contains(got, "↩️ Recall") {
			t.Errorf("nobody has it, and it can be changed: %q", got)
		}

		// What was thrown away unsent was not stopped.
		d.pass(time.Minute)
		card = d.draft("/broadcast Never mind")
		d.press(editor, card, "Don’t send")
		contains(t, list().Text, "not sent")
		lacks(t, list().Text, "stopped")
	})
}
