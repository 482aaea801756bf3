package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"newsbot/internal/emulator"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

// fullSize asks the tests of delivery for the sizes that Newsbot promises
// (`make bench`); without it they are such that all tests together stay quick.
const fullSize = "NEWSBOT_TEST_FULL"

// size is how large a test is made.
func size(usual, full int) int {
	if os.Getenv(fullSize) != "" {
		return full
	}
	return usual
}

// crowdFirst is the id of the first reader of a crowd.
const crowdFirst int64 = 2_000_000

// newCrowd is a town with so many readers, in it and in the database.
func newCrowd(t *testing.T, database string, readers int) *town {
	t.Helper()
	w := newTown(t, func(o *emulator.Options) {
		o.Crowd, o.KeepCalls, o.KeepTimes = emulator.Crowd{First: crowdFirst, Count: readers}, max(10_000, 3*readers), true
	})
	storetest.Crowd(t, database, store.Chat{
		ID: crowdFirst, Kind: "private", Title: "Reader", Language: "ru", Zone: "Asia/Almaty", Active: true, Subscribed: true,
	}, readers)
	w.forget()
	return w
}

// broadcasts lets the editor send a text to everybody, and returns the message
// that shows how far it is.
func (w *town) broadcasts(text string) emulator.Message {
	w.t.Helper()
	draft := w.drafts(text)
	w.presses(editor, draft, "Send to")
	return draft
}

// drafts lets the editor write a broadcast, and returns the message with which
// she can send it.
func (w *town) drafts(text string) emulator.Message {
	w.t.Helper()
	w.say(editor, "/broadcast "+text)
	return w.sees(editor, "Send it?")
}

// gets counts the readers of the crowd that have a message, and the messages
// that they have beyond one.
func (w *town) gets() (reached, repeated int) {
	for _, n := range w.emu.Got() {
		if n > 0 {
			reached++
			repeated += n - 1
		}
	}
	return reached, repeated
}

// ends waits until the progress has become the report, which is the same
// message: there is no other about the broadcast.
func (w *town) ends(progress emulator.Message, limit time.Duration, report string) {
	w.t.Helper()
	eventually(w.t, limit, "the progress to say "+report, func() bool { return strings.Contains(current(w, progress).Text, report) })
	for _, m := range w.emu.Messages(editor) {
		if m.Outgoing && m.ID > progress.ID && strings.Contains(m.Text, "Broadcast") {
			w.t.Errorf("besides the progress the editor got: %s", m.Text)
		}
	}
}

func TestKilledBroadcastReachesEveryone(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, database string) {
		const rate = 2000
		readers, kills := size(2000, 10_000), size(5, 20)
		w := newCrowd(t, database, readers)
		p := w.start(database, "LOG_LEVEL=info")
		progress := w.broadcasts("The bridge at Kapchagay is open again.")
		for n := range kills {
			// Anywhere from the confirmation or the start to a part of the delivery.
			stopAt := w.emu.Sent() + rand.Int64N(int64(readers/kills))
			for deadline := time.Now().Add(20 * time.Second); w.emu.Sent() < stopAt && time.Now().Before(deadline); {
				time.Sleep(time.Millisecond)
			}
			p.kill()
			reached, repeated := w.gets()
			t.Logf("kill %d: %d have it, %d repeats", n+1, reached, repeated)
			p = w.start(database, "LOG_LEVEL=info")
		}
		eventually(t, 2*time.Minute, "the message to reach everyone", func() bool { reached, _ := w.gets(); return reached == readers })
		w.ends(progress, 30*time.Second, "Broadcast is done")
		time.Sleep(2 * time.Second) // what would go out twice goes out by then
		reached, repeated := w.gets()
		fmt.Printf("kills %-40s %d of %d lost, %d repeats after %d kills (<= %d in flight)\n", t.Name(), readers-reached, readers, repeated, kills, kills*sendersFor(rate))
		if inFlight := kills * sendersFor(rate); repeated > inFlight {
			t.Errorf("%d repeats after %d kills, at most %d were in flight", repeated, kills, inFlight)
		}
		w.valid()
	})
}

func TestStoppedBroadcastStaysStopped(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, database string) {
		const rate = 200
		w := newCrowd(t, database, 2000)
		p := w.start(database, fmt.Sprintf("SEND_RATE=%d", rate))
		progress := w.broadcasts("Not so fast.")
		eventually(t, 30*time.Second, "the broadcast to be under way", func() bool { n, _ := w.gets(); return n > 150 })
		w.becomes(progress, "the progress to have its buttons", func(m emulator.Message) bool { return hasButton(m, "Stop") })
		w.presses(editor, current(w, progress), "Stop")
		stopped, _ := w.gets()
		p.kill()
		w.start(database, fmt.Sprintf("SEND_RATE=%d", rate))
		w.ends(progress, 15*time.Second, "Broadcast was stopped")
		// Longer than what the killed process had claimed could be its own.
		time.Sleep(claimLease + 3*time.Second)
		if later, _ := w.gets(); later > stopped+sendersFor(rate) {
			t.Errorf("%d more messages went out after the stop, at most the %d on the wire may", later-stopped, sendersFor(rate))
		}
		w.valid()
	})
}
