package bot_test

import (
	"encoding/json"
	"testing"
	"time"

	"newsbot/bot"
	"newsbot/internal/emulator"
	"newsbot/internal/store"
	"newsbot/internal/telegram"
)

func command(id, chat int64, text string) telegram.Update {
	return telegram.Update{ID: id, Message: &telegram.Message{
		ID: id, Chat: telegram.Chat{ID: chat, Kind: telegram.Private}, From: telegram.User{ID: chat, Language: "en"}, Text: text,
	}}
}

// A reply that hangs holds up nobody else, and is not lost when the program
// ends before it has arrived.
func TestSlowReplyHoldsUpNobody(t *testing.T) {
	d := open(t, "en", func(o *bot.Options) { o.Patience = 200 * time.Millisecond })
	d.say(reader, reader, "/start")
	d.refused = true // the reply hangs at first
	d.say(editor, editor, "/start")
	d.bot.Wait() // a busy machine takes longer than the patience
	clear := d.tg.Inject(emulator.Fault{Method: "sendMessage", Kind: emulator.Hang, Hang: 3 * time.Second, Times: 1})
	defer clear()
	before := d.lastID(editor)
	start := time.Now()
	d.must(d.bot.Handle(d.ctx(), []telegram.Update{command(950_000, reader, "/help")}))
	d.must(d.bot.Handle(d.ctx(), []telegram.Update{command(950_001, editor, "/help")}))
	d.waitNew(editor, before)
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("the second waited for the first: %v", took)
	}
	if got := d.since(editor, before); len(got) != 1 {
		t.Errorf("%d answers for the one who came second, want 1", len(got))
	}
	kept, err := d.db.KeptUpdates(d.ctx())
	for d.must(err); len(kept) > 1 && time.Since(start) < 2*time.Second; d.must(err) {
		time.Sleep(10 * time.Millisecond) // what is answered late is forgotten just after
		kept, err = d.db.KeptUpdates(d.ctx())
	}
	if len(kept) != 1 || kept[0].ID != 950_000 {
		t.Fatalf("kept: %v", kept)
	}
	// The next start knows it from the store alone.
	again := d.another()
	again.Recover(d.ctx())
	d.wait(reader, func(m emulator.Message) bool { return m.Outgoing && m.ID > before && len(m.Text) > 50 })
	again.Wait()
	d.bot.Wait()
	if kept, err = d.db.KeptUpdates(d.ctx()); err != nil || len(kept) != 0 {
		t.Errorf("still kept: %v, %v", kept, err)
	}
}

// What is answered while it is being kept does not stay in the store.
func TestAnsweredIsNotKept(t *testing.T) {
	onEach(t, "en", func(t *testing.T, d *desk) {
		d.say(reader, reader, "/start")
		d.say(editor, editor, "/start")
		id := int64(970_000)
		for range 25 {
			var batch []telegram.Update
			for range 4 {
				batch = append(batch, command(id, reader+id%2*(editor-reader), "/help"))
				id++
			}
			d.must(d.bot.Handle(d.ctx(), batch))
		}
		d.bot.Wait()
		kept, err := d.db.KeptUpdates(d.ctx())
		d.must(err)
		if len(kept) > 0 {
			t.Errorf("%d of 100 answered updates are still kept", len(kept))
		}
	}, func(o *bot.Options) { o.Patience = 3 * time.Millisecond })
}

// A chat that has written much while the bot was away is answered, all of it.
func TestBacklogOfOneChat(t *testing.T) {
	d := open(t, "en", func(o *bot.Options) { o.Patience = 3 * time.Millisecond })
	d.say(reader, reader, "/start")
	id := int64(970_000)
	for range 4 {
		var batch []telegram.Update
		for range 100 {
			u := command(id, group, "what do you think?")
			u.Message.Chat.Kind, u.Message.From.ID = telegram.Supergroup, reader
			batch = append(batch, u)
			id++
		}
		d.must(d.bot.Handle(d.ctx(), batch))
	}
	d.bot.Wait()
	lacks(t, d.log.String(), "update dropped")
}

// What is kept and answered is not answered again, and what cannot be read is dropped.
func TestRecoverOnce(t *testing.T) {
	d := open(t, "en")
	d.ask(reader, reader, "/start")
	u := command(951_000, reader, "/help")
	d.must(d.bot.Handle(d.ctx(), []telegram.Update{u}))
	before := d.lastID(reader)
	body, err := json.Marshal(u)
	d.must(err)
	d.must(d.db.KeepUpdates(d.ctx(), d.clock(), []store.KeptUpdate{{ID: u.ID, Body: string(body)}, {ID: 951_001, Body: `{"ID":`}}))
	again := d.another()
	again.Recover(d.ctx())
	again.Wait()
	if got := d.since(reader, before); len(got) != 0 {
		t.Errorf("answered again: %v", got)
	}
	if kept, err := d.db.KeptUpdates(d.ctx()); err != nil || len(kept) != 0 {
		t.Errorf("still kept: %v, %v", kept, err)
	}
}
