package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"newsbot/internal/emulator"
	"newsbot/internal/rates"
	"newsbot/internal/store"
)

// crowd is how many chats a run of the kill tests delivers to.
const crowd = 2000

// settle makes the crowd: chats that have talked to the bot, in the town and in
// the database, before the program runs.
func (w *town) settle(database string, each func(ctx context.Context, db *store.Store, now time.Time, chat int64)) {
	w.t.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, database)
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	if err := db.Migrate(ctx); err != nil {
		w.t.Fatal(err)
	}
	now := time.Now()
	for i := range int64(crowd) {
		chat := 100_000 + i
		w.emu.AddUser(emulator.User{ID: chat, FirstName: "Reader " + strconv.FormatInt(i, 10)})
		w.say(chat, "hello")
		if _, _, err := db.TouchChat(ctx, now, store.Chat{ID: chat, Kind: "private", Title: "Reader", Language: "ru", Zone: noonZone(w.t, now).String(), Active: true, Subscribed: true}); err != nil {
			w.t.Fatal(err)
		}
		if each != nil {
			each(ctx, db, now, chat)
		}
	}
	w.forget()
}

// tally counts what each chat of the crowd got.
func (w *town) tally(match func(emulator.Message) bool) (reached, repeated int) {
	for i := range int64(crowd) {
		n := 0
		for _, m := range w.emu.Messages(100_000 + i) {
			if m.Outgoing && match(m) {
				n++
			}
		}
		if n > 0 {
			reached++
			repeated += n - 1
		}
	}
	return reached, repeated
}

// sends counts the messages that Telegram took so far.
func (w *town) sends() int {
	n := 0
	for _, c := range w.emu.Calls() {
		if (c.Method == "sendMessage" || c.Method == "copyMessage" || c.Method == "sendPhoto") && c.OK {
			n++
		}
	}
	return n
}

// killAtRandom kills the program some times while it delivers, and lets the
// last start finish. It returns how often it was killed.
func (w *town) killAtRandom(database string, times int, total int) (kills int) {
	for range times {
		p := w.start(database, "LOG_LEVEL=info")
		before := w.sends()
		// Anywhere between the start and a good part of the delivery.
		stopAt := before + rand.IntN(total/times)
		deadline := time.Now().Add(20 * time.Second)
		for w.sends() < stopAt && time.Now().Before(deadline) {
			time.Sleep(time.Millisecond)
		}
		p.kill()
		kills++
	}
	w.start(database, "LOG_LEVEL=info")
	return kills
}

func TestKilledDigestRunReachesEveryoneOnce(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, database string) {
		w := newTown(t)
		w.settle(database, func(ctx context.Context, db *store.Store, now time.Time, chat int64) {
			slot := now.Add(-time.Minute).Truncate(time.Minute)
			at := slot.In(noonZone(t, now))
			if err := db.SetDigest(ctx, now, store.Digest{ChatID: chat, Minute: at.Hour()*60 + at.Minute(), Weekdays: 0x7f, NextAt: slot, On: true}); err != nil {
				t.Fatal(err)
			}
		})
		kills := w.killAtRandom(database, 4, crowd)
		w.reachesAll(kills, func(emulator.Message) bool { return true })
	})
}

// The chart behind a digest is a delivery of its own: a kill loses neither of
// the two, and repeats no more than what was on the wire.
func TestKilledDigestRunLosesNoChart(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, database string) {
		w := newTown(t)
		w.settle(database, func(ctx context.Context, db *store.Store, now time.Time, chat int64) {
			slot := now.Add(-time.Minute).Truncate(time.Minute)
			at := slot.In(noonZone(t, now))
			err := db.SetDigest(ctx, now, store.Digest{ChatID: chat, Minute: at.Hour()*60 + at.Minute(), Weekdays: 0x7f, NextAt: slot, On: true, Chart: true})
			if err != nil {
				t.Fatal(err)
			}
			if chat > 100_000 { // the rates are stored with the first
				return
			}
			y, m, d := at.Date()
			for back := range 40 {
				day := rates.Day{Date: time.Date(y, m, d-back, 0, 0, 0, 0, time.UTC)}
				day.Rates = []rates.Rate{{Code: "USD", Nominal: 1, Value: decimal.New(50_000+int64(back*37%211), -2)}}
				if err := db.Rates(rates.Book{}).Save(ctx, now, day); err != nil {
					t.Fatal(err)
				}
			}
		})
		kills := w.killAtRandom(database, 4, 2*crowd)
		w.reachesAll(kills, func(m emulator.Message) bool { return m.Photo == nil })
		w.reachesAll(kills, func(m emulator.Message) bool { return m.Photo != nil })
		files := map[string]bool{}
		for i := range int64(crowd) {
			for _, m := range w.emu.Messages(100_000 + i) {
				if m.Photo != nil {
					files[m.Photo.FileID] = true
				}
			}
		}
		if len(files) > kills+1 {
			t.Errorf("%d pictures were uploaded in %d runs", len(files), kills+1)
		}
	})
}

// reachesAll waits until everyone in the crowd has a message, and holds the
// repeats to what can have been in flight at the kills.
func (w *town) reachesAll(kills int, match func(emulator.Message) bool) {
	w.t.Helper()
	eventually(w.t, 90*time.Second, "the message to reach everyone", func() bool {
		reached, _ := w.tally(match)
		return reached == crowd
	})
	time.Sleep(3 * time.Second) // what would go out twice goes out by then
	reached, repeated := w.tally(match)
	w.t.Logf("reached %d of %d, repeated %d after %d kills", reached, crowd, repeated, kills)
	if inFlight := kills * sendersFor(2000); repeated > inFlight {
		w.t.Errorf("%d repeats after %d kills, at most %d were in flight", repeated, kills, inFlight)
	}
	w.valid()
}

// noonZone is a zone in which it is about noon now: a digest that is late there
// is late on the same day, at whatever hour the test runs.
func noonZone(t *testing.T, now time.Time) *time.Location {
	t.Helper()
	// The names of these zones count west of Greenwich.
	zone, err := time.LoadLocation(fmt.Sprintf("Etc/GMT%+d", now.UTC().Hour()-12))
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestTerminatedInTheMiddleEndsWellAndGoesOn(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, database string) {
		w := newTown(t)
		w.settle(database, nil)
		p := w.start(database, "SEND_RATE=200")
		w.say(editor, "/broadcast Trains run again.")
		w.presses(editor, w.sees(editor, "Send it?"), "Send")
		eventually(t, 20*time.Second, "the broadcast to be under way", func() bool { return w.sends() > 100 })
		began := time.Now()
		if code := p.stop(); code != 0 {
			t.Errorf("exit code %d after SIGTERM, want 0", code)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("took %s to stop, at most 10 s are allowed", took)
		}
		w.start(database)
		isNews := func(m emulator.Message) bool { return m.Text == "Trains run again." }
		eventually(t, 60*time.Second, "the rest to get it", func() bool { n, _ := w.tally(isNews); return n == crowd })
		if _, repeated := w.tally(isNews); repeated != 0 {
			t.Errorf("%d messages went out twice, none may after SIGTERM", repeated)
		}
	})
}

func TestTerminatedWhileTelegramHangs(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	p := w.start("sqlite:" + w.path("newsbot.db"))
	p.says("telegram answers", 20*time.Second)
	w.emu.Inject(emulator.Fault{Method: "sendMessage", Kind: emulator.Hang, Hang: time.Minute})
	w.say(reader, "/start")
	eventually(t, 10*time.Second, "a reply to hang", func() bool {
		for _, c := range w.emu.Calls() {
			if c.Method == "sendMessage" {
				return true
			}
		}
		return len(w.emu.Messages(reader)) > 0
	})
	began := time.Now()
	if code := p.stop(); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("took %s to stop, at most 10 s are allowed", took)
	}
}

func TestKilledBeforeTheReplyAnswersAfterTheRestart(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	database := "sqlite:" + w.path("newsbot.db")
	p := w.start(database)
	p.says("telegram answers", 20*time.Second)
	clear := w.emu.Inject(emulator.Fault{Method: "sendMessage", Kind: emulator.Hang, Hang: time.Minute})
	w.say(reader, "/start")
	time.Sleep(time.Second) // by then the reply is on its way, and hangs
	p.kill()
	clear()
	w.start(database)
	w.sees(reader, "Жаңалықтар")
}
