package bot_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"newsbot/internal/digest"
	"newsbot/internal/emulator"
	"newsbot/internal/rates"
	"newsbot/internal/store"
)

const channel = int64(-1002000000009)

// everything is all that a chat has set.
type everything struct {
	Chat   store.Chat
	Digest store.Digest
	Alerts []store.Alert
}

func (d *desk) everything(chat int64) everything {
	d.t.Helper()
	var e everything
	var err error
	e.Chat, err = d.db.Chat(d.ctx(), chat)
	d.must(err)
	e.Digest, err = d.db.Digest(d.ctx(), chat)
	d.must(err)
	e.Alerts, err = d.db.Rates(rates.Book{}).Alerts(d.ctx(), chat)
	d.must(err)
	return e
}

// settle gives a known chat something of everything that can be set.
func (d *desk) settle(chat int64) everything {
	d.t.Helper()
	ctx := d.ctx()
	d.must(d.db.SetChatLanguage(ctx, chat, "kk"))
	d.must(d.db.SetNewsLanguages(ctx, chat, []string{"kk", "ru"}))
	d.must(d.db.SetCurrencies(ctx, chat, []string{"KGS", "USD"}))
	d.must(d.db.SetTopics(ctx, chat, []string{"sport", ""}))
	d.must(d.db.SetQuiet(ctx, chat, store.Quiet{From: 1350, To: 435}))
	d.must(d.db.SetOptOut(ctx, chat, store.CategoryNewsroom, true))
	next := d.clock().Add(time.Hour)
	d.must(d.db.SetDigest(ctx, d.clock(), store.Digest{ChatID: chat, Minute: 570, Weekdays: 127, On: true, Chart: true, NextAt: next}))
	d.must(d.db.Rates(rates.Book{}).SetAlert(ctx, d.clock(), store.Alert{ChatID: chat, Code: "USD", Kind: store.AlertAbove, Threshold: decimal.NewFromInt(520), Nominal: 1, Armed: true, Checked: d.clock()}))
	return d.everything(chat)
}

func same(t *testing.T, what string, want, got everything) {
	t.Helper()
	want.Digest.NextAt, got.Digest.NextAt = time.Time{}, time.Time{} // it goes on
	if diff := cmp.Diff(want, got, cmp.Comparer(decimal.Decimal.Equal)); diff != "" {
		t.Errorf("%s: -want +got\n%s", what, diff)
	}
}

// told are the words about rights that a person has got.
func (d *desk) told(chat int64) (texts []string) {
	for _, m := range d.since(chat, 0) {
		if strings.HasPrefix(m.Text, "⚠️") || strings.HasPrefix(m.Text, "✅") {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

// A channel takes the right to post away: whoever brought the bot there is told
// once, in their language; when it is given back all is as it was.
func TestChannelTakesRights(t *testing.T) {
	onEach(t, "en", func(t *testing.T, d *desk) {
		d.start()
		d.tg.AddChat(emulator.Chat{ID: channel, Type: emulator.Channel, Title: "Вести <&>", Members: map[int64]string{reader: emulator.Creator, other: emulator.Administrator}})
		d.ask(reader, reader, "/start")
		d.ask(other, other, "/start")
		d.must(d.db.SetChatLanguage(d.ctx(), other, "ru"))
		d.step(1, func() { d.tg.AddBot(channel, other, emulator.Administrator) })
		before := d.settle(channel)
		if before.Chat.OwnerID != other {
			t.Fatalf("the owner is %d, want %d", before.Chat.OwnerID, other)
		}
		rights := emulator.AllRights()
		rights.PostMessages = false
		d.step(1, func() { d.tg.SetRights(channel, rights) })
		if c, err := d.db.Chat(d.ctx(), channel); err != nil || c.Active || c.InactiveReason != store.InactiveNoRights {
			t.Fatalf("without rights: %+v, %v", c, err)
		}
		d.must(d.bot.Rights(d.ctx()))
		d.must(d.bot.Rights(d.ctx()))
		m := d.wait(other, func(m emulator.Message) bool { return strings.HasPrefix(m.Text, "⚠️") })
		contains(t, m.Text, "В канале «Вести <&>»", "Публикация сообщений")
		d.pass(25 * time.Hour)
		d.must(d.bot.Rights(d.ctx()))
		d.planned(0)
		time.Sleep(100 * time.Millisecond)
		if texts := d.told(other); len(texts) != 1 {
			t.Errorf("told %d times: %q", len(texts), texts)
		}
		if texts := d.told(reader); len(texts) != 0 {
			t.Errorf("who did not bring the bot was told: %q", texts)
		}

		d.step(1, func() { d.tg.SetRights(channel, emulator.AllRights()) })
		m = d.wait(other, func(m emulator.Message) bool { return strings.HasPrefix(m.Text, "✅") })
		contains(t, m.Text, "«Вести <&>»")
		same(t, "after the return", before, d.everything(channel))
		d.pass(24 * time.Hour)
		d.planned(1)
		d.wait(channel, func(m emulator.Message) bool { return m.Outgoing })

		// Taken away once more: told once more.
		d.step(1, func() { d.tg.SetRights(channel, rights) })
		d.must(d.bot.Rights(d.ctx()))
		d.wait(other, func(emulator.Message) bool { return len(d.told(other)) == 3 })
	})
}

// A group forbids its members to write, which no update tells: the digest that is
// refused pauses the group, an administrator is told, and the bot finds out by
// itself when it may write again.
func TestGroupForbidsTexts(t *testing.T) {
	onEach(t, "en", func(t *testing.T, d *desk) {
		d.refused = true // on purpose
		d.start()
		d.ask(reader, reader, "/start")
		d.ask(reader, group, "/digest 09:30")
		before := d.settle(group)
		d.tg.SetRestrictions(group, true, false)
		d.pass(61 * time.Minute)
		d.planned(1)
		d.until("the group is paused", func() bool {
			c, err := d.db.Chat(d.ctx(), group)
			return err == nil && !c.Active && c.InactiveReason == store.InactiveNoRights
		})
		d.must(d.bot.Rights(d.ctx()))
		m := d.wait(reader, func(m emulator.Message) bool { return strings.HasPrefix(m.Text, "⚠️") })
		contains(t, m.Text, "the group “Алматы”", "Permissions")

		// Somebody asks something meanwhile: that is no sign of rights, and not told again.
		d.step(1, func() {
			if _, err := d.tg.Say(other, group, "/news"); err != nil {
				t.Fatal(err)
			}
		})
		d.pass(7 * time.Hour)
		d.must(d.bot.Rights(d.ctx()))
		if c, err := d.db.Chat(d.ctx(), group); err != nil || c.Active {
			t.Errorf("active without rights: %+v, %v", c, err)
		}
		d.tg.SetRestrictions(group, false, false)
		d.must(d.bot.Rights(d.ctx())) // not asked again so soon
		d.pass(7 * time.Hour)
		d.must(d.bot.Rights(d.ctx()))
		same(t, "after the return", before, d.everything(group))
		if texts := d.told(reader); len(texts) != 1 {
			t.Errorf("told %d times: %q", len(texts), texts)
		}
		d.pass(24 * time.Hour)
		last := d.lastID(group)
		d.planned(1)
		d.wait(group, func(m emulator.Message) bool { return m.ID > last && m.Outgoing })
	})
}

// Where nobody can be told nothing breaks, and nobody is asked for over and over.
func TestNobodyToTell(t *testing.T) {
	d := open(t, "en")
	d.tg.AddChat(emulator.Chat{ID: channel, Type: emulator.Channel, Title: "Silent", Members: map[int64]string{other: emulator.Creator}})
	d.step(1, func() { d.tg.AddBot(channel, other, emulator.Administrator) })
	d.step(1, func() { d.tg.SetRights(channel, emulator.Rights{EditMessages: true}) })
	for range 3 {
		d.must(d.bot.Rights(d.ctx()))
	}
	asked := 0
	for _, c := range d.tg.Calls() {
		if c.Method == "getChatAdministrators" {
			asked++
		}
	}
	if asked != 1 {
		t.Errorf("administrators were asked for %d times", asked)
	}
	if n := len(d.since(other, 0)); n != 0 {
		t.Errorf("%d messages to one who never wrote to the bot", n)
	}
}

// Blocked, kicked or refused, and back: all that was set is there again.
func TestWholeAgain(t *testing.T) {
	const small = int64(-778)
	for name, c := range map[string]struct {
		chat        int64
		leave, back func(d *desk)
	}{
		"blocked, Telegram says so": {reader,
			func(d *desk) { d.step(1, func() { d.tg.Block(reader) }) },
			func(d *desk) { d.step(1, func() { d.tg.Unblock(reader) }) }},
		"blocked, a 403 says so": {reader,
			func(d *desk) {
				d.step(1, func() { d.tg.Block(reader) })
				_, _, err := d.db.TouchChat(d.ctx(), d.clock(), store.Chat{ID: reader, Kind: "private", Title: "Айгерім<b>&", Active: true}) // as if the update had been lost
				d.must(err)
				d.pass(61 * time.Minute)
				d.planned(1)
				d.until("the chat is inactive", func() bool { c, err := d.db.Chat(d.ctx(), reader); return err == nil && !c.Active })
			},
			func(d *desk) { d.step(1, func() { d.tg.Unblock(reader) }) }},
		"kicked and added again": {small,
			func(d *desk) { d.step(1, func() { d.tg.SetMember(small, d.tg.Bot().ID, emulator.Kicked) }) },
			func(d *desk) { d.step(1, func() { d.tg.AddBot(small, reader, emulator.Member) }) }},
		"restricted and free again": {small,
			func(d *desk) { d.step(1, func() { d.tg.SetMember(small, d.tg.Bot().ID, emulator.Restricted) }) },
			func(d *desk) { d.step(1, func() { d.tg.SetMember(small, d.tg.Bot().ID, emulator.Member) }) }},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, "en", func(t *testing.T, d *desk) {
				d.refused = true // on purpose
				d.start()
				d.ask(reader, reader, "/start")
				d.tg.AddChat(emulator.Chat{ID: small, Type: emulator.Supergroup, Title: "Small", Members: map[int64]string{reader: emulator.Creator}})
				d.step(1, func() { d.tg.AddBot(small, reader, emulator.Member) })
				d.wait(small, func(m emulator.Message) bool { return m.Outgoing })
				before := d.settle(c.chat)
				c.leave(d)
				if got, err := d.db.Chat(d.ctx(), c.chat); err != nil || got.Active {
					t.Errorf("gone: %+v, %v", got, err)
				}
				d.pass(25 * time.Hour)
				d.planned(0)
				if n := len(d.since(small, 0)); n != 1 {
					t.Errorf("%d messages in the group", n)
				}
				c.back(d)
				same(t, "back", before, d.everything(c.chat))
				d.pass(25 * time.Hour) // past the next slot, on its day
				d.planned(1)
				d.wait(c.chat, func(m emulator.Message) bool { return strings.Contains(m.Text, "Ұлттық") })
			})
		})
	}
}

// planned plans the digests that are due now, and holds how many there are.
func (d *desk) planned(want int) {
	d.t.Helper()
	if n, err := digest.Plan(d.ctx(), d.db, rates.Board{}, d.clock(), quiet); n != want || err != nil {
		d.t.Errorf("%d digests planned, want %d (%v)", n, want, err)
	}
}

// until waits until something is so.
func (d *desk) until(what string, is func() bool) {
	d.t.Helper()
	for end := time.Now().Add(20 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			d.t.Fatalf("not in time: %s\nlog:\n%s", what, d.log)
		}
	}
}

// A paused group that is upgraded stays paused no longer than the upgrade says.
func TestPausedGroupIsUpgraded(t *testing.T) {
	d := open(t, "en")
	const small = int64(-779)
	d.tg.AddChat(emulator.Chat{ID: small, Type: emulator.Group, Title: "Small", Members: map[int64]string{reader: emulator.Creator}})
	d.step(1, func() { d.tg.AddBot(small, reader, emulator.Member) })
	before := d.settle(small)
	d.must(d.db.DeactivateChat(d.ctx(), d.clock(), small, store.InactiveNoRights))
	var moved int64
	d.step(1, func() { moved = d.tg.Upgrade(small) })
	got := d.everything(moved)
	want := before
	want.Chat.ID, want.Chat.Kind, want.Digest.ChatID, want.Alerts[0].ChatID = moved, "supergroup", moved, moved
	same(t, "upgraded", want, got)
	if _, err := d.db.Chat(d.ctx(), small); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the old group: %v", err)
	}
}

// Told to wait, the bot asks about no further chat.
func TestRightsWaitOutAFlood(t *testing.T) {
	d := open(t, "en")
	for id := int64(-771); id >= -773; id-- {
		d.tg.AddChat(emulator.Chat{ID: id, Type: emulator.Supergroup, Title: "Small", Members: map[int64]string{reader: emulator.Creator, d.tg.Bot().ID: emulator.Member}})
		_, _, err := d.db.TouchChat(d.ctx(), d.clock(), store.Chat{ID: id, Kind: "supergroup", Title: "Small"})
		d.must(err)
		d.must(d.db.DeactivateChat(d.ctx(), d.clock(), id, store.InactiveNoRights))
	}
	d.refused = true
	calm := d.tg.Inject(emulator.Fault{Method: "getChatAdministrators", Kind: emulator.TooManyRequests, RetryAfter: 5 * time.Second})
	asked := func() (n int) { // the bot says other things about itself meanwhile
		for _, c := range d.tg.Calls() {
			if strings.HasPrefix(c.Method, "getChat") {
				n++
			}
		}
		return n
	}
	before := asked()
	if err := d.bot.Rights(d.ctx()); err == nil {
		t.Error("nobody heard of it")
	}
	if n := asked() - before; n != 1 {
		t.Errorf("asked %d times, want once", n)
	}
	calm()
	before = asked()
	d.must(d.bot.Rights(d.ctx()))
	if n := asked() - before; n != 3 {
		t.Errorf("afterwards asked %d times, want of each", n)
	}
}
