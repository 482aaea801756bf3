package bot_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsbot/bot"
	"newsbot/internal/digest"
	"newsbot/internal/emulator"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/rates"
	"newsbot/internal/telegram"
)

// uploads counts the pictures that were sent as bytes, and as what Telegram holds.
func (d *desk) uploads() (bytes, held int) {
	for _, c := range d.tg.Calls() {
		if c.Method == "sendPhoto" && c.OK {
			if _, _, known := d.tg.File(c.Params["photo"]); known {
				held++
			} else {
				bytes++
			}
		}
	}
	return bytes, held
}

// A chart is switched on by a button, seen in the preview, and comes behind the
// digest, without a sound and with the way to other periods.
func TestDigestChartScreens(t *testing.T) {
	for _, l := range locale.All() {
		t.Run(string(l), func(t *testing.T) {
			d := open(t, string(l))
			d.seedHistory(40)
			d.start()
			keep := func(name, got string) {
				t.Helper()
				if strings.Contains(got, "⟦") {
					t.Errorf("%s: a message is missing:\n%s", name, got)
				}
				golden(t, filepath.Join("testdata", "digest_chart", string(l), name+".golden"), got)
			}
			screen := d.ask(reader, reader, "/digest 08:00")
			screen, _, on := d.pressData(reader, screen, "g:c:1")
			keep("on", show(screen))
			keep("toast_on", on.Text+"\n")
			_, preview, _ := d.press(reader, screen, "👁")
			if len(preview) != 2 || preview[0].Photo != nil {
				t.Fatalf("the preview is %v", preview)
			}
			d.pictureOf(preview[1])
			keep("picture", show(preview[1]))
			before := d.lastID(reader)
			d.set(time.Date(2026, 4, 8, 8, 0, 5, 0, almaty))
			_, err := digest.Plan(d.ctx(), d.db, rates.Board{}, d.clock(), quiet)
			d.must(err)
			text := d.waitNew(reader, before)
			if text.Photo != nil {
				t.Fatalf("the picture came first: %s", show(text))
			}
			d.pass(5 * time.Second)
			picture := d.waitNew(reader, text.ID)
			if d.pictureOf(picture); !picture.Silent || text.Silent {
				t.Errorf("silent: text %v, picture %v", text.Silent, picture.Silent)
			}
			year, _, _ := d.press(reader, picture, locale.New(l, nil).T("chart.days", "Count", 90))
			d.pictureOf(year)
			if len(year.InlineKeyboard) < 4 {
				t.Errorf("no way on from %v", labels(year))
			}
			screen, _, off := d.press(reader, screen, "✓ 📈")
			keep("off", show(screen))
			keep("toast_off", off.Text+"\n")
		})
	}
}

// However many want the same picture, it is drawn and uploaded once a language.
func TestDigestChartsAreDrawnOnce(t *testing.T) {
	d := open(t, "ru")
	d.seedHistory(40)
	const people = 40
	var ids []int64
	for i := range int64(people) {
		id := 5000 + i
		ids = append(ids, id)
		d.tg.AddUser(emulator.User{ID: id, FirstName: "Reader"})
		d.step(1, func() {
			if _, err := d.tg.Say(id, id, "/digest 09:00"); err != nil {
				t.Fatal(err)
			}
		})
		d.wish(id, []string{"kk", "ru"}[i%2])
	}
	d.start()
	d.tg.ResetCalls()
	d.plan(9)
	d.pass(5 * time.Second)
	for _, id := range ids {
		m := d.wait(id, func(m emulator.Message) bool { return m.Photo != nil })
		d.pictureOf(m)
	}
	bytes, held := d.uploads()
	for deadline := time.Now().Add(10 * time.Second); bytes+held < people && time.Now().Before(deadline); bytes, held = d.uploads() {
		time.Sleep(10 * time.Millisecond) // a message is there before its call is in the list
	}
	if bytes != 2 || held != people-2 {
		t.Errorf("%d uploads and %d by id, want 2 and %d", bytes, held, people-2)
	}
}

// courier makes a courier of a book's charts, apart from the bot's own.
func (d *desk) courier(book rates.Book) *bot.Courier {
	d.t.Helper()
	client, err := telegram.New(telegram.Options{Token: token, BaseURL: d.tg.URL(), Log: quiet})
	d.must(err)
	return bot.NewCourier(d.db, book, client, d.clock, quiet)
}

// carry lets a courier bring the reader the dollar's month, and returns what came.
func (d *desk) carry(c *bot.Courier) emulator.Message {
	d.t.Helper()
	out := c.Send(d.ctx(), outbox.Delivery{
		ChatID: reader, Message: outbox.Message{Chart: &outbox.Chart{Code: "USD", Days: 30, Until: "2026-04-07", Language: "ru"}},
	})
	m, ok := d.tg.Message(reader, out.MessageID)
	if out.Result != outbox.Sent || !ok {
		d.t.Fatalf("the chart is not there: %+v", out)
	}
	return m
}

// A chart is sent as it was drawn for a quarter of an hour, and no longer: the
// bank may have corrected what it shows.
func TestCourierTrustsAChart(t *testing.T) {
	d := open(t, "ru")
	d.seedHistory(40)
	d.ask(reader, reader, "/start")
	c := d.courier(rates.Book{})
	first := d.carry(c)
	d.must(d.db.Rates(rates.Book{}).Save(d.ctx(), d.clock(), day(time.Date(2026, 4, 7, 0, 0, 0, 0, time.UTC), [4]string{"USD", "1", "512.34", "0"})))
	d.pass(14 * time.Minute)
	if again := d.carry(c); d.pictureOf(again) != d.pictureOf(first) || again.Caption != first.Caption {
		t.Errorf("it is drawn anew at once:\n%s", again.Caption)
	}
	d.pass(2 * time.Minute)
	corrected := d.carry(c)
	contains(t, corrected.Caption, "512,34")
	if d.pictureOf(corrected) == d.pictureOf(first) {
		t.Error("the correction comes under the old picture")
	}
}

// A bank's picture is not sent for another's, be the numbers the same: they are
// of other money.
func TestChartsOfBooksAreApart(t *testing.T) {
	d := open(t, "ru")
	d.seedHistory(40)
	d.ask(reader, reader, "/start")
	russia := bookOf(t, rates.CBR, "")
	quotes, err := d.db.Rates(rates.Book{}).History(d.ctx(), "USD", time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), d.clock())
	d.must(err)
	for _, q := range quotes {
		d.must(d.db.Rates(russia).Save(d.ctx(), d.clock(), rates.Day{Date: q.Date, Rates: []rates.Rate{q.Rate}}))
	}
	tenge, roubles := d.carry(d.courier(rates.Book{})), d.carry(d.courier(russia))
	contains(t, tenge.Caption, "₸")
	contains(t, roubles.Caption, "₽")
	if d.pictureOf(tenge) == d.pictureOf(roubles) {
		t.Error("roubles are shown as tenge")
	}
}

// wish makes a chat's digest one with a chart.
func (d *desk) wish(chat int64, language string) {
	d.t.Helper()
	w, err := d.db.Digest(d.ctx(), chat)
	d.must(err)
	w.Chart = true
	d.must(d.db.SetDigest(d.ctx(), d.clock(), w))
	d.must(d.db.SetChatLanguage(d.ctx(), chat, language))
}

// plan lets it be five seconds past an hour of 7 April, and digests be made.
func (d *desk) plan(hour int) {
	d.t.Helper()
	d.set(time.Date(2026, 4, 7, hour, 0, 5, 0, almaty))
	if _, err := digest.Plan(d.ctx(), d.db, rates.Board{}, d.clock(), quiet); err != nil {
		d.t.Fatal(err)
	}
}

// Whatever becomes of the picture, the text is there.
func TestDigestChartInTrouble(t *testing.T) {
	for _, tt := range []struct {
		name    string
		prepare func(d *desk)
		picture bool
	}{
		{"no pictures here", func(d *desk) {
			d.tg.Inject(emulator.Fault{Kind: emulator.Refuse, Method: "sendPhoto", Description: "Bad Request: not enough rights to send photos to the chat"})
		}, false},
		{"Telegram is flooded", func(d *desk) {
			d.tg.Inject(emulator.Fault{Kind: emulator.TooManyRequests, Method: "sendPhoto", RetryAfter: time.Second, Times: 1})
		}, true},
		{"Telegram is in trouble", func(d *desk) {
			d.tg.Inject(emulator.Fault{Kind: emulator.InternalError, Method: "sendPhoto", Times: 1})
		}, true},
		{"what was held is not held any more", func(d *desk) {
			d.ask(other, other, "/digest 08:31") // another chat has had the same picture
			d.wish(other, "en")
			_, preview, _ := d.pressData(other, d.ask(other, other, "/digest"), "g:now")
			d.pictureOf(preview[1])
			d.tg.Inject(emulator.Fault{Kind: emulator.Refuse, Method: "sendPhoto", Description: "Bad Request: wrong file identifier/HTTP URL specified", Times: 2})
		}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := open(t, "en")
			d.seedHistory(40)
			d.ask(reader, reader, "/digest 09:00")
			d.wish(reader, "en")
			d.refused = true
			tt.prepare(d)
			d.start()
			before := d.lastID(reader)
			d.plan(9)
			text := d.waitNew(reader, before)
			contains(t, text.Text, "USD", "₸", "Good morning")
			d.pass(5 * time.Second)
			if tt.picture {
				// The outbox waits by this clock, and drawing takes what it takes.
				for deadline := time.Now().Add(30 * time.Second); len(d.since(reader, text.ID)) == 0 && time.Now().Before(deadline); {
					time.Sleep(20 * time.Millisecond)
					d.pass(2 * time.Second)
				}
				d.pictureOf(d.waitNew(reader, text.ID))
				return
			}
			tried := func() (n int) {
				for _, c := range d.tg.Calls() {
					if c.Method == "sendPhoto" {
						n++
					}
				}
				return n
			}
			for deadline := time.Now().Add(10 * time.Second); tried() == 0 && time.Now().Before(deadline); {
				time.Sleep(10 * time.Millisecond)
			}
			time.Sleep(100 * time.Millisecond)
			d.pass(time.Hour)
			time.Sleep(100 * time.Millisecond)
			if got := d.since(reader, text.ID); len(got) != 0 || tried() != 1 {
				t.Errorf("tried %d times, and %v came", tried(), got)
			}
		})
	}
}
