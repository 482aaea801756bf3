package bot_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"newsbot/bot"
	"newsbot/internal/emulator"
	"newsbot/internal/store"
)

// album sends so many pictures as the editor and returns what the bot made of
// them: the copies and the card, once the album was quiet for long enough.
func (d *desk) album(n int, caption string) (copies []emulator.Message, card emulator.Message) {
	d.t.Helper()
	before := d.lastID(editor)
	var pictures [][]byte
	for range n {
		pictures = append(pictures, pixel(d.t))
	}
	d.step(n, func() {
		if _, err := d.tg.SayAlbum(editor, editor, caption, pictures); err != nil {
			d.t.Fatal(err)
		}
	})
	card = d.wait(editor, func(m emulator.Message) bool { return m.ID > before && m.Outgoing && len(m.InlineKeyboard) > 0 })
	for _, m := range d.since(editor, before) {
		if m.Photo != nil {
			copies = append(copies, m)
		}
	}
	return copies, card
}

func TestAlbum(t *testing.T) {
	for _, way := range []struct{ name, asked, caption string }{
		{"asked for", "/broadcast", "Three views of the pass"},
		{"with the command as its caption", "", "/broadcast Three views of the pass"},
	} {
		t.Run(way.name, func(t *testing.T) {
			onEach(t, "en", func(t *testing.T, d *desk) {
				d.readers(1, "en")
				if way.asked != "" {
					d.ask(editor, editor, way.asked)
				}
				copies, card := d.album(3, way.caption)
				if len(copies) != 3 || copies[0].Caption != "Three views of the pass" || copies[0].MediaGroupID == "" || copies[2].MediaGroupID != copies[0].MediaGroupID {
					t.Fatalf("the preview is %+v", copies)
				}
				contains(t, card.Text, "Three views of the pass", "2 chats")
				same, _, toast := d.press(editor, card, "🔗")
				contains(t, toast.Text, "no buttons under an album")
				d.press(editor, same, "Send to")
				d.start()
				report := d.ended(card, "Broadcast is done")
				contains(t, report.Text, "Sent: 2 of 2")
				pictures := func() (got []emulator.Message) {
					for _, m := range d.since(d.more[0], 0) {
						if m.Photo != nil {
							got = append(got, m)
						}
					}
					return got
				}
				if got := pictures(); len(got) != 3 || got[0].Caption != "Three views of the pass" || got[0].MediaGroupID != got[2].MediaGroupID {
					t.Fatalf("a reader has %+v", got)
				}
				// Another caption; then none of it.
				d.press(editor, report, "Correct")
				shown := d.say(editor, editor, "Three views of the valley")
				d.press(editor, shown[len(shown)-1], "Correct in 2 chats")
				d.ended(shown[len(shown)-1], "Correction is done")
				if got := pictures(); got[0].Caption != "Three views of the valley" || got[1].Caption != "" {
					t.Errorf("corrected it is %q, %q", got[0].Caption, got[1].Caption)
				}
				asked, _, _ := d.press(editor, report, "Recall")
				d.press(editor, asked, "Delete in 2 chats")
				d.ended(asked, "Recall is done")
				if got := pictures(); len(got) != 0 {
					t.Errorf("after the recall a reader has %d pictures", len(got))
				}
			})
		})
	}
}

// An album that cannot be copied does not stand in the way of the next message.
func TestAlbumThatIsNotCopied(t *testing.T) {
	d := open(t, "en")
	d.refused = true
	d.readers(1, "en")
	d.ask(editor, editor, "/broadcast")
	before := d.lastID(editor)
	d.tg.Inject(emulator.Fault{Kind: emulator.Refuse, Method: "copyMessages", Status: 400, Description: "Bad Request: message can't be copied"})
	d.step(2, func() {
		if _, err := d.tg.SayAlbum(editor, editor, "Kept", [][]byte{pixel(t), pixel(t)}); err != nil {
			t.Fatal(err)
		}
	})
	d.wait(editor, func(m emulator.Message) bool {
		return m.ID > before && m.Outgoing && strings.Contains(m.Text, "does not allow this message to be copied")
	})
	contains(t, d.draft("A text instead").Text, "A text instead", "2 chats")
}

// What goes wrong behind an album's last picture is told like any other mishap.
func TestAlbumMishapIsTold(t *testing.T) {
	var broken atomic.Bool
	d := open(t, "en", func(o *bot.Options) {
		now := o.Now
		o.Now = func() time.Time {
			if broken.CompareAndSwap(true, false) {
				panic("broken by a test")
			}
			return now()
		}
	})
	d.refused, d.panics = true, true
	d.readers(1, "en")
	d.ask(editor, editor, "/broadcast")
	d.step(2, func() {
		if _, err := d.tg.SayAlbum(editor, editor, "Kept", [][]byte{pixel(t), pixel(t)}); err != nil {
			t.Fatal(err)
		}
	})
	broken.Store(true)
	d.wait(editor, func(m emulator.Message) bool { return strings.Contains(m.Text, "Something went wrong") })
	d.bot.Wait()
	contains(t, d.log.String(), "broken by a test")
}

func TestCorrectAndRecall(t *testing.T) {
	onEach(t, "en", func(t *testing.T, d *desk) {
		ids := d.readers(3, "en")
		card := d.draft("/broadcast The bridge is open from nine")
		d.press(editor, card, "Send to")
		d.start()
		report := d.ended(card, "Broadcast is done")
		contains(t, report.Text, "Sent: 4 of 4")
		// A correction is asked for, refused as a picture, shown, and made.
		_, asked, _ := d.press(editor, report, "Correct")
		contains(t, asked[0].Text, "The bridge is open from nine", "nobody is notified")
		contains(t, d.ask(editor, editor, "", emulator.WithPhoto(pixel(t))).Text, "Only the text can be corrected")
		shown := d.say(editor, editor, "The bridge is open from ten", emulator.WithEntities(emulator.Entity{Type: "bold", Offset: 24, Length: 3}))
		if len(shown) != 2 || shown[0].HTML() != "The bridge is open from <b>ten</b>" {
			t.Fatalf("the preview is %v", shown)
		}
		contains(t, shown[1].Text, "not sent yet", "takes the place of what was sent to 4 chats")
		before := len(d.since(ids[0], 0))
		d.press(editor, shown[1], "Correct in 4 chats")
		done := d.ended(shown[1], "Correction is done")
		contains(t, done.Text, "Corrected: 4 of 4")
		for _, id := range ids {
			got := d.since(id, 0)
			if m := got[len(got)-1]; m.HTML() != "The bridge is open from <b>ten</b>" || len(got) != before {
				t.Errorf("%d has %q", id, m.HTML())
			}
		}
		// A recall says how many are too old. One is younger than the others only by what a test can do.
		kept, _, _ := d.press(editor, report, "Recall")
		contains(t, kept.Text, "deleted in 4 chats")
		back, _, _ := d.press(editor, kept, "Keep it")
		contains(t, back.Text, "Broadcast is done")
		asking, _, _ := d.press(editor, back, "Recall")
		d.press(editor, asking, "Delete in 4 chats")
		gone := d.ended(asking, "Recall is done")
		contains(t, gone.Text, "Deleted: 4 of 4")
		for _, id := range ids {
			for _, m := range d.since(id, 0) {
				if strings.Contains(m.Text, "The bridge") {
					t.Errorf("%d still has %q", id, m.Text)
				}
			}
		}
		list := d.ask(editor, editor, "/broadcasts")
		contains(t, list.Text, "recall, done", "correction, done")
		// What nobody has any more can be neither called back nor corrected.
		target := d.broadcastOf(report).ID
		for _, verb := range []string{"recall", "fix"} {
			contains(t, d.late(editor, report, "b:"+target+":"+verb), "Nobody has this message any more")
		}
	})
}

func TestRecallOfWhatIsTooOld(t *testing.T) {
	d := open(t, "en")
	d.readers(1, "en")
	card := d.draft("/broadcast From the day before yesterday")
	d.press(editor, card, "Send to")
	d.start()
	report := d.ended(card, "Broadcast is done")
	d.pass(49 * time.Hour)
	asked, _, _ := d.press(editor, report, "Recall")
	contains(t, asked.Text, "Nothing can be deleted any more")
	lacks(t, strings.Join(labels(asked), " "), "Delete in")
}

// What readers have of a broadcast that was stopped midway can be called back;
// what still runs has to be stopped first.
func TestChangesWaitForTheEnd(t *testing.T) {
	d := open(t, "en")
	d.readers(1, "en")
	card := d.draft("/broadcast Too early")
	running, _, _ := d.press(editor, card, "Send to")
	id := d.broadcastOf(running).ID
	for _, verb := range []string{"fix", "recall", "again", "csv", "go", "when", "no"} {
		contains(t, d.late(editor, running, "b:"+id+":"+verb), "changed meanwhile")
	}
	if c := d.broadcastOf(running); c.State != store.BroadcastRunning {
		t.Errorf("it is %s", c.State)
	}
}

// A correction of a picture changes what stands under it.
func TestCorrectPicture(t *testing.T) {
	d := open(t, "en")
	d.readers(1, "en")
	answers := d.say(editor, editor, "/broadcast Snow at the pass", emulator.WithPhoto(pixel(t)))
	d.press(editor, answers[1], "Send to")
	d.start()
	report := d.ended(answers[1], "Broadcast is done")
	_, asked, _ := d.press(editor, report, "Correct")
	contains(t, asked[0].Text, "The picture stays")
	contains(t, d.ask(editor, editor, strings.Repeat("long ", 300)).Text, "room for 1024 characters")
	shown := d.say(editor, editor, "No snow at the pass")
	if len(shown) != 2 || shown[0].Photo == nil || shown[0].Caption != "No snow at the pass" {
		t.Fatalf("the preview is %+v", shown)
	}
	d.press(editor, shown[1], "Correct in 2 chats")
	d.ended(shown[1], "Correction is done")
	got := d.since(d.more[0], 0)
	if m := got[len(got)-1]; m.Photo == nil || m.Caption != "No snow at the pass" {
		t.Errorf("a reader has %+v", m)
	}
}

// What is sent once more is what readers have, not what it was before its correction.
func TestAgainIsAsItWasCorrected(t *testing.T) {
	onEach(t, "en", func(t *testing.T, d *desk) {
		d.readers(1, "en")
		d.start()
		for _, way := range []struct{ name, text string }{{"text", "/broadcast Snow at the pass"}, {"picture", "/broadcast Snow on the lake"}} {
			var opts []emulator.SayOption
			if way.name == "picture" {
				opts = append(opts, emulator.WithPhoto(pixel(t)))
			}
			card := d.draft(way.text, opts...)
			d.press(editor, card, "Send to")
			report := d.ended(card, "Broadcast is done")
			d.press(editor, report, "Correct")
			shown := d.say(editor, editor, "No snow: "+way.name)
			fix := shown[len(shown)-1]
			d.press(editor, fix, "Correct in 2 chats")
			d.ended(fix, "Correction is done")
			_, again, _ := d.press(editor, report, "Send again")
			if len(again) != 2 || again[0].Text+again[0].Caption != "No snow: "+way.name || (again[0].Photo != nil) != (way.name == "picture") {
				t.Fatalf("%s: once more it is %+v", way.name, again)
			}
			contains(t, again[1].Text, "“No snow: "+way.name)
			before := d.lastID(d.more[0])
			d.press(editor, again[1], "Send to")
			m := d.wait(d.more[0], func(m emulator.Message) bool { return m.ID > before })
			if m.Text+m.Caption != "No snow: "+way.name {
				t.Errorf("%s: a reader has %q", way.name, m.Text+m.Caption)
			}
			d.ended(again[1], "Broadcast is done")
		}
	})
}

// The first chats all refuse the same message: the rest is spared, until an
// editor says otherwise.
func TestHopelessBroadcastIsHeld(t *testing.T) {
	d := open(t, "en")
	d.refused = true
	d.readers(80, "en")
	watching, stop := context.WithCancel(d.ctx())
	defer stop()
	go func() { _ = d.bot.Watch(watching) }() // returns nil
	d.ask(editor, editor, "/broadcast")
	card := d.draft("Gone before it went")
	d.press(editor, card, "Send to")
	d.tg.DeleteSaid(editor, d.broadcastOf(card).Message.Copy.MessageID)
	d.tg.Inject(emulator.Fault{Kind: emulator.Latency, Method: "copyMessage", Hang: 300 * time.Millisecond})
	d.start()
	var held store.Broadcast
	for range 400 { // nobody asks for the progress: Watch sees it
		if held = d.broadcastOf(card); held.State != store.BroadcastRunning {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if held.State != store.BroadcastPaused || held.Failed < 20 || held.Failed > 60 {
		t.Fatalf("it is %s with %d failed", held.State, held.Failed)
	}
	told := d.wait(editor, func(m emulator.Message) bool { return strings.Contains(m.Text, "I have paused") })
	contains(t, told.Text, "Gone before it went", "the message is not there any more")
	list := d.ask(editor, editor, "/broadcasts")
	opened, _, _ := d.press(editor, list, "1")
	contains(t, opened.Text, "Broadcast is paused")
	d.press(editor, opened, "Go on")
	d.must(d.another().Progress(d.ctx())) // of a process that takes over
	if now := d.broadcastOf(card); now.State == store.BroadcastPaused {
		t.Error("it is held again, against the editor's word")
	}
	report := d.ended(opened, "Broadcast is done")
	contains(t, report.Text, "Not delivered: 81")
	if old, _ := d.tg.Message(editor, card.ID); !strings.Contains(old.Text, "further down") {
		t.Errorf("the old card says %q", old.Text)
	}
}
