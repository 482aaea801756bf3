package main

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"newsbot/internal/emulator"
)

// The ways in which Telegram, or the way to it, fails at random in these tests.
var randomFaults = []emulator.Fault{
	{Kind: emulator.TooManyRequests, RetryAfter: time.Second},
	{Kind: emulator.InternalError},
	{Kind: emulator.BadGatewayHTML},
	{Kind: emulator.Hang, Hang: 2 * time.Second},
	{Kind: emulator.DropBefore},
	{Kind: emulator.DropAfter},
}

// Each of six ways to fail strikes one call in twenty. Every reader who can be
// reached gets the message, nobody gets it twice whose answer was not lost, and
// while Telegram has told to wait nothing leaves but what was on the wire.
func TestRandomFaultsLoseNothing(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, database string) {
		const rate = 250 // so that what obeys a wait differs from what does not
		readers := size(400, 3000)
		w := newCrowd(t, database, readers)
		gone := map[int64]bool{crowdFirst + 7: true, crowdFirst + 8: true, crowdFirst + 300: true}
		for id := range gone {
			w.emu.AddUser(emulator.User{ID: id, FirstName: "Gone"})
			w.say(id, "hello")
			w.emu.Block(id)
		}
		w.forget()
		w.start(database, fmt.Sprintf("SEND_RATE=%d", rate), "LOG_LEVEL=info")
		w.say(editor, "/help")
		w.sees(editor, "/broadcast")
		for _, f := range randomFaults {
			f.Chance = 0.05
			w.emu.Inject(f)
		}
		progress := w.broadcastsAmidFaults("The pass is closed.")
		eventually(t, 20*time.Minute, "every live reader to have it", func() bool { reached, _ := w.gets(); return reached == readers-len(gone) })
		w.emu.ClearFaults()
		// Whoever has failed often, and whose answer was lost at last, waits for long.
		w.ends(progress, 12*time.Minute, "Broadcast is done")
		w.holdsRepeats(gone)
		w.holdsWaits(sendersFor(rate))
	})
}

// broadcastsAmidFaults is broadcasts while messages may fail: the draft may come
// twice, when its answer was lost.
func (w *town) broadcastsAmidFaults(text string) emulator.Message {
	w.t.Helper()
	w.say(editor, "/broadcast "+text)
	var draft emulator.Message
	eventually(w.t, time.Minute, "a draft", func() bool {
		for _, m := range w.emu.Messages(editor) {
			if m.Outgoing && hasButton(m, "Send to") {
				draft = m
			}
		}
		return draft.ID != 0
	})
	time.Sleep(3 * time.Second) // a second one would be there by then
	for _, m := range w.emu.Messages(editor) {
		if m.Outgoing && hasButton(m, "Send to") {
			draft = m
		}
	}
	w.presses(editor, draft, "Send to")
	return draft
}

// holdsRepeats asserts that nobody got more than one message, but for one more
// with every answer that was lost behind a message that was taken.
func (w *town) holdsRepeats(gone map[int64]bool) {
	w.t.Helper()
	lost := map[int64]int{}
	for _, c := range w.emu.Calls() {
		if strings.Contains(c.Description, "done, and the connection is cut") {
			lost[c.ChatID]++
		}
	}
	reached, repeated, answers := 0, 0, 0
	for i, n := range w.emu.Got() {
		id := crowdFirst + int64(i)
		answers += lost[id]
		if n == 0 {
			if !gone[id] {
				w.t.Errorf("reader %d got nothing", id)
			}
			continue
		}
		reached++
		repeated += n - 1
		if n-1 > lost[id] {
			w.t.Errorf("reader %d got it %d times, %d answers were lost", id, n, lost[id])
		}
	}
	fmt.Printf("faults %-40s %d of %d live readers reached, %d repeats (<= %d answers that were lost)\n", w.t.Name(), reached, len(w.emu.Got())-len(gone), repeated, answers)
}

// holdsWaits asserts that after each 429 no more calls came within the time it
// gave than were on the wire.
func (w *town) holdsWaits(senders int) {
	w.t.Helper()
	var sends []time.Time
	type wait struct{ from, to time.Time }
	var waits []wait
	for _, c := range w.emu.Calls() {
		if !strings.HasPrefix(c.Method, "send") || c.Method == "sendChatAction" {
			continue
		}
		sends = append(sends, c.Time)
		if c.Status == http.StatusTooManyRequests {
			told := c.Time.Add(c.Duration)
			seconds, err := strconv.Atoi(c.Description[strings.LastIndexByte(c.Description, ' ')+1:])
			if err != nil {
				w.t.Fatalf("the refusal %q names no time", c.Description)
			}
			waits = append(waits, wait{told, told.Add(time.Duration(seconds) * time.Second)})
		}
	}
	slices.SortFunc(sends, time.Time.Compare)
	most := 0
	for _, x := range waits {
		from, _ := slices.BinarySearchFunc(sends, x.from, time.Time.Compare)
		to, _ := slices.BinarySearchFunc(sends, x.to, time.Time.Compare)
		most = max(most, to-from)
	}
	fmt.Printf("faults %-40s %d times 429; at most %d calls came within the wait (<= %d in flight)\n", w.t.Name(), len(waits), most, senders)
	if most > senders {
		w.t.Errorf("%d calls came while Telegram had told to wait, at most the %d on the wire may", most, senders)
	}
	if len(waits) == 0 {
		w.t.Error("there was no 429: nothing is proved")
	}
}

// One reader for whom Telegram always fails, one whose message it refuses, one
// who is gone: all others get theirs at once, and the report says why those did not.
func TestOneBadReaderHoldsUpNobody(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, database string) {
		const readers = 500
		w := newCrowd(t, database, readers)
		failing, refused, gone := crowdFirst, crowdFirst+1, crowdFirst+2
		w.emu.AddUser(emulator.User{ID: gone, FirstName: "Gone"})
		w.say(gone, "hello")
		w.emu.Block(gone)
		w.forget()
		clear := w.emu.Inject(emulator.Fault{Method: "sendMessage", ChatID: failing, Kind: emulator.InternalError})
		w.emu.Inject(emulator.Fault{Method: "sendMessage", ChatID: refused, Kind: emulator.Refuse, Description: "Bad Request: message is too long"})
		w.start(database, "SEND_RATE=500")
		began := time.Now()
		progress := w.broadcasts("The road is open.")
		eventually(t, 30*time.Second, "all others to have it", func() bool { reached, _ := w.gets(); return reached == readers-3 })
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("the others waited %s", took)
		}
		clear() // Telegram recovers for the one who was left
		eventually(t, 2*time.Minute, "the last one to have it", func() bool { return w.emu.Got()[0] == 1 })
		w.ends(progress, 30*time.Second, "Broadcast is done")
		report := current(w, progress).Text
		// The editor is a reader, too.
		for _, part := range []string{"499", "501", "Not delivered: 1", "(the bot is blocked, removed or may not write): 1"} {
			if !strings.Contains(report, part) {
				t.Errorf("the report does not say %q:\n%s", part, report)
			}
		}
		if _, reasons, _ := strings.Cut(report, "Reasons:"); strings.Count(reasons, " — 1") != 2 {
			t.Errorf("the report does not give two reasons:\n%s", report)
		}
		if _, repeated := w.gets(); repeated != 0 {
			t.Errorf("%d repeats", repeated)
		}
	})
}

// A message that Telegram takes from nobody is held before it has failed
// everywhere, its author is told why, and the next one, and who reads it, is left
// alone.
func TestMessageThatTelegramRejectsHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, database string) {
		const readers = 300
		w := newCrowd(t, database, readers)
		w.start(database, "SEND_RATE=40")
		bad := w.drafts("Telegram will not like this.")
		// Nor does the editor, who is a reader, too, get what all get.
		// Of what the bot sends to the editor it is this message alone that is refused.
		w.emu.Inject(emulator.Fault{Method: "sendMessage", ChatID: editor, Text: "Telegram will not like this.", Kind: emulator.Refuse, Description: "Bad Request: PHOTO_INVALID_DIMENSIONS"})
		for i := range int64(readers) {
			w.emu.Inject(emulator.Fault{ChatID: crowdFirst + i, Kind: emulator.Refuse, Description: "Bad Request: PHOTO_INVALID_DIMENSIONS"})
		}
		w.presses(editor, bad, "Send to")
		w.sees(editor, "I have paused", "Telegram refused the message")
		w.emu.ClearFaults()
		good := w.broadcasts("This is fine.")
		w.ends(good, time.Minute, "Broadcast is done")
		if reached, repeated := w.gets(); reached != readers || repeated != 0 {
			t.Errorf("%d of %d have the next one, %d repeats", reached, readers, repeated)
		}
	})
}
