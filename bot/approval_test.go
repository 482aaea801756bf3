package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"newsbot/bot"
	"newsbot/internal/emulator"
	"newsbot/internal/store"
)

func TestApprovalNeedsAnotherEditor(t *testing.T) {
	onEach(t, "en", func(t *testing.T, d *desk) {
		d.readers(2, "en")
		d.ask(second, second, "/start")
		before := d.lastID(second)
		card := d.draft("/broadcast Signed by two", emulator.WithEntities(emulator.Entity{Type: "bold", Offset: 11, Length: 6}))
		contains(t, card.Text, "once another editor approves it")
		card, _, _ = d.press(editor, card, "Ask another editor")
		contains(t, card.Text, "Waiting for another editor")
		d.start()
		d.wait(second, func(m emulator.Message) bool { return m.Text == "Signed by two" })
		d.pass(2 * time.Second)
		asked := d.wait(second, func(m emulator.Message) bool { return strings.Contains(m.Text, "wants to send") })
		contains(t, asked.Text, "Emily")
		if got := d.since(second, before); got[0].HTML() != "<b>Signed</b> by two" {
			d.t.Errorf("the other editor sees %q", got[0].HTML())
		}
		// The author cannot, also not by a button that is not theirs.
		ok := button(d.t, asked, "Approve").Data
		contains(t, d.late(editor, card, ok), "not its author")
		if c := d.broadcastOf(card); c.State != store.BroadcastWaiting {
			d.t.Fatalf("it is %s", c.State)
		}
		// Not so; changed; and once more.
		denied, _, _ := d.press(second, asked, "Decline")
		contains(t, denied.Text, "You have declined")
		told := d.wait(editor, func(m emulator.Message) bool { return strings.Contains(m.Text, "has declined") })
		contains(t, told.Text, "Дана", "Signed by two")
		list := d.ask(editor, editor, "/broadcasts")
		contains(t, list.Text, "draft")
		_, opened, _ := d.press(editor, list, "1")
		card, _, _ = d.press(editor, opened[1], "Ask another editor")
		d.pass(2 * time.Second)
		asked = d.wait(second, func(m emulator.Message) bool { return m.ID > denied.ID && strings.Contains(m.Text, "wants to send") })
		agreed, _, _ := d.press(second, asked, "Approve")
		contains(t, agreed.Text, "You have approved")
		d.wait(editor, func(m emulator.Message) bool { return strings.Contains(m.Text, "has approved") })
		d.wait(d.more[0], func(m emulator.Message) bool { return m.Text == "Signed by two" })
		if c := d.broadcastOf(card); c.ApproverID != second {
			d.t.Errorf("approved by %d", c.ApproverID)
		}
		// The press comes again.
		contains(t, d.late(second, agreed, ok), "changed meanwhile")
	}, twoEditors, func(o *bot.Options) { o.Approvals = true })
}

// A card that asks for leave which is not wanted any more says so, and asks no longer.
func TestTakenBackIsNotAsked(t *testing.T) {
	d := open(t, "en", twoEditors, func(o *bot.Options) { o.Approvals = true })
	d.ask(second, second, "/start")
	d.start()
	card := d.draft("/broadcast Not like this")
	card, _, _ = d.press(editor, card, "Ask another editor")
	d.pass(2 * time.Second)
	asked := d.wait(second, func(m emulator.Message) bool { return strings.Contains(m.Text, "wants to send") })
	d.press(editor, card, "Take back")
	over, _, _ := d.press(second, asked, "Approve")
	contains(t, over.Text, "“Not like this” does not wait for approval any more")
	if len(over.InlineKeyboard) != 0 {
		t.Errorf("it still has %v", labels(over))
	}
	if c := d.broadcastOf(card); c.State != store.BroadcastDraft {
		t.Errorf("it is %s", c.State)
	}
}

// Leave is given for a message and a time: another time needs it again.
func TestAnotherTimeNeedsApprovalAgain(t *testing.T) {
	for _, way := range []struct{ name, typed, when string }{
		{"a time", "18:30", "today, 18:30"},
		{"at once", "now", "at once"},
	} {
		t.Run(way.name, func(t *testing.T) {
			d := open(t, "en", twoEditors, func(o *bot.Options) { o.Approvals = true })
			d.readers(1, "en")
			d.ask(second, second, "/start")
			d.start()
			wants := func(after int64) emulator.Message {
				d.pass(2 * time.Second)
				return d.wait(second, func(m emulator.Message) bool { return m.ID > after && strings.Contains(m.Text, "wants to send") })
			}
			card := d.draft("/broadcast At dawn")
			d.press(editor, card, "When")
			card = d.draft("tomorrow 9:00")
			card, _, _ = d.press(editor, card, "Ask another editor")
			asked := wants(0)
			contains(t, asked.Text, "tomorrow, 09:00", "3 chats")
			d.press(second, asked, "Approve")
			if c := d.broadcastOf(card); c.State != store.BroadcastScheduled || c.ApproverID != second {
				t.Fatalf("approved it is %+v", c)
			}
			d.wait(editor, func(m emulator.Message) bool { return strings.Contains(m.Text, "has approved") })
			opened, _, _ := d.press(editor, d.ask(editor, editor, "/broadcasts"), "1")
			d.press(editor, opened, "When")
			card = d.draft(way.typed)
			contains(t, card.Text, "Waiting for another editor", way.when)
			if c := d.broadcastOf(card); c.State != store.BroadcastWaiting || c.ApproverID != 0 {
				t.Fatalf("at another time it is %+v", c)
			}
			again := wants(asked.ID)
			contains(t, again.Text, way.when)
			// Leave for the old time is none for the new one.
			contains(t, d.late(second, again, button(t, asked, "Approve").Data), "changed")
			if got := d.texts(d.more[0]); slices.Contains(got, "At dawn") {
				t.Fatal("it went out without leave")
			}
			d.press(second, again, "Approve")
			if way.typed != "now" {
				d.pass(10 * time.Hour)
			}
			d.wait(d.more[0], func(m emulator.Message) bool { return m.Text == "At dawn" })
		})
	}
}

// Where two have to agree, what Telegram does not let be copied now is not sent
// from the author's own message, which they could still edit; else it is.
func TestMessageThatIsNotCopiedAtOnce(t *testing.T) {
	for _, approvals := range []bool{false, true} {
		t.Run(map[bool]string{false: "one editor", true: "two editors"}[approvals], func(t *testing.T) {
			d := open(t, "en", twoEditors, func(o *bot.Options) { o.Approvals = approvals })
			d.refused = true
			d.readers(1, "en")
			d.ask(editor, editor, "/broadcast")
			d.tg.Inject(emulator.Fault{Kind: emulator.TooManyRequests, Method: "copyMessage", RetryAfter: time.Second, Times: 1})
			answers := d.say(editor, editor, "Too fast")
			drafts, err := d.db.DraftsOf(d.ctx(), editor, 5)
			d.must(err)
			if approvals {
				if len(drafts) != 0 {
					t.Fatalf("it is a draft: %+v", drafts)
				}
				contains(t, answers[len(answers)-1].Text, "try again")
				contains(t, d.draft("Slowly now").Text, "once another editor approves")
				return
			}
			if len(drafts) != 1 || drafts[0].Message.Copy == nil {
				t.Fatalf("drafts: %+v", drafts)
			}
			d.press(editor, answers[len(answers)-1], "Send to")
			d.start()
			d.wait(d.more[0], func(m emulator.Message) bool { return m.Text == "Too fast" })
		})
	}
}

// Leave that does not come in time: the author has the draft back and is told, and who
// presses later is told so instead of being asked for a time that is not theirs.
func TestLeaveThatComesTooLate(t *testing.T) {
	onEach(t, "en", func(t *testing.T, d *desk) {
		d.readers(1, "en")
		d.ask(second, second, "/start")
		d.start()
		ask := func(text, at string) (card, asked emulator.Message) {
			before := d.lastID(second)
			card = d.draft("/broadcast " + text)
			d.press(editor, card, "🕘")
			card = d.ask(editor, editor, at)
			card, _, _ = d.press(editor, card, "Ask another editor")
			d.pass(2 * time.Second)
			return card, d.wait(second, func(m emulator.Message) bool { return m.ID > before && strings.Contains(m.Text, "wants to send") })
		}
		card, asked := ask("At noon", "12:00")
		d.set(time.Date(2026, 4, 7, 12, 0, 1, 0, almaty))
		d.must(d.bot.Progress(d.ctx()))
		told := d.wait(editor, func(m emulator.Message) bool { return strings.Contains(m.Text, "did not go out at its time") })
		contains(t, told.Text, "At noon", "no other editor had answered", "today, 12:00")
		if c := d.broadcastOf(card); c.State != store.BroadcastDraft {
			t.Errorf("it is %s", c.State)
		}
		over, _, _ := d.press(second, asked, "Approve")
		contains(t, over.Text, "does not wait for approval any more")

		// Pressed in the very second, before anybody has looked.
		card, asked = ask("At one", "13:00")
		d.set(time.Date(2026, 4, 7, 13, 0, 1, 0, almaty))
		late, _, _ := d.press(second, asked, "Approve")
		contains(t, late.Text, "The time of “At one” has passed", "drafts of its author")
		d.wait(editor, func(m emulator.Message) bool { return strings.Contains(m.Text, "“At one” did not go out") })
		if c := d.broadcastOf(card); c.State != store.BroadcastDraft {
			t.Errorf("it is %s", c.State)
		}
	}, twoEditors, func(o *bot.Options) { o.Approvals = true })
}
