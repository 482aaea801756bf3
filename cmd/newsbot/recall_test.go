package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"newsbot/internal/emulator"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

// A message that everybody has is corrected, and then recalled, each with a kill
// in its middle. The limit is kept, everybody's copy is changed and then gone,
// and what could not be done is told by reason.
func TestKilledCorrectionAndRecallReachEveryone(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, database string) {
		readers, rate := size(600, 10_000), size(300, 1000)
		w := newTown(t, func(o *emulator.Options) { o.KeepMessages, o.KeepCalls = 8, 12*readers })
		storetest.Crowd(t, database, store.Chat{
			ID: crowdFirst, Kind: "private", Title: "Reader", Language: "ru", Zone: "Asia/Almaty", Active: true, Subscribed: true,
		}, readers)
		for i := range int64(readers) {
			w.emu.AddUser(emulator.User{ID: crowdFirst + i, FirstName: "Reader"})
			w.say(crowdFirst+i, "hello")
		}
		w.forget()
		pace := fmt.Sprintf("SEND_RATE=%d", rate)
		p := w.start(database, pace, "LOG_LEVEL=info")
		w.ends(w.broadcasts("The bridge opens on Friday."), 3*time.Minute, "Broadcast is done")
		db := storetest.Opener(t, database)()
		target, err := db.Broadcasts(t.Context(), "", 1)
		if err != nil || len(target) != 1 {
			t.Fatalf("the broadcast is not there: %v, %v", target, err)
		}

		// Some have it no longer, one can no longer be reached.
		deleted, gone := []int64{crowdFirst + 10, crowdFirst + 400}, crowdFirst+200
		for _, id := range deleted {
			w.emu.DeleteSaid(id, w.copies(id)[0].ID)
		}
		w.emu.Block(gone)

		const corrected = "Correction: the bridge opens on Saturday."
		p = w.runKilled(db, p, database, pace, store.Broadcast{ID: "correction", Kind: store.KindCorrect, TargetID: target[0].ID,
			Message: outbox.Message{Text: corrected}, EditorID: editor, EditorChat: editor, Language: "en", Media: outbox.MediaText}, readers)
		for i := range int64(readers) {
			id := crowdFirst + i
			have := w.copies(id)
			switch {
			case id == gone: // an edit needs no leave, or is refused; both are told
			case slices.Contains(deleted, id):
				if len(have) != 0 {
					t.Fatalf("reader %d, who had deleted it, has %q", id, have[0].Text)
				}
			case len(have) != 1 || have[0].Text != corrected:
				t.Fatalf("reader %d has %d messages after the correction: %v", id, len(have), have)
			}
		}
		w.tells(db, "correction", map[outbox.Reason]int{outbox.ReasonNoMessage: len(deleted)})
		w.keepsPace("editMessageText", "correction", rate)

		w.runKilled(db, p, database, pace, store.Broadcast{ID: "recall", Kind: store.KindRecall, TargetID: target[0].ID,
			Message: target[0].Message, EditorID: editor, EditorChat: editor, Language: "en", Media: outbox.MediaText}, readers)
		for i := range int64(readers) {
			if have := w.copies(crowdFirst + i); len(have) != 0 && crowdFirst+i != gone {
				t.Fatalf("reader %d still has %q after the recall", crowdFirst+i, have[0].Text)
			}
		}
		w.tells(db, "recall", nil)
		w.keepsPace("deleteMessage", "recall", rate)
	})
}

// copies are the messages of the bot that a reader has.
func (w *town) copies(chat int64) []emulator.Message {
	return slices.DeleteFunc(w.emu.Messages(chat), func(m emulator.Message) bool { return !m.Outgoing })
}

// runKilled starts a run, kills the program somewhere in it, and returns the one
// that has ended it.
func (w *town) runKilled(db *store.Store, p *program, database, pace string, run store.Broadcast, readers int) *program {
	w.t.Helper()
	w.emu.ResetCalls()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	if err := db.CreateBroadcast(ctx, time.Now(), run); err != nil {
		w.t.Fatal(err)
	}
	if started, err := db.StartBroadcast(ctx, time.Now(), run.ID); err != nil || !started {
		w.t.Fatalf("the %s does not start: %v", run.ID, err)
	}
	killAt := readers/10 + rand.IntN(readers/2)
	eventually(w.t, time.Minute, "the "+run.ID+" to be under way", func() bool { return w.changes() >= killAt })
	p.kill()
	p = w.start(database, pace, "LOG_LEVEL=info")
	eventually(w.t, 3*time.Minute, "the "+run.ID+" to end", func() bool {
		b, err := db.Broadcast(ctx, run.ID)
		if err != nil {
			w.t.Fatal(err)
		}
		return b.State == store.BroadcastDone
	})
	// The editor has a copy, too: she is a reader as everybody else.
	repeats := w.changes() - readers - 1
	fmt.Printf("%-7s %-40s %d chats, killed after %d: %d calls twice (<= %d in flight)\n", run.ID[:min(7, len(run.ID))], w.t.Name(), readers, killAt, repeats, mostSenders)
	if repeats > mostSenders {
		w.t.Errorf("%d calls of the %s were made twice, at most %d were in flight", repeats, run.ID, mostSenders)
	}
	return p
}

// changes counts the calls so far that edit or delete a message of a reader.
func (w *town) changes() (n int) {
	for _, c := range w.emu.Calls() {
		if c.Status != 0 && (c.Method == "editMessageText" && strings.HasPrefix(c.Params["text"], "Correction") || strings.HasPrefix(c.Method, "deleteMessage")) {
			n++
		}
	}
	return n
}

// tells asserts that the outcome of a run is told by these reasons, besides the
// one reader who has blocked the bot.
func (w *town) tells(db *store.Store, run string, want map[outbox.Reason]int) {
	w.t.Helper()
	got, err := db.FailureReasons(w.t.Context(), run)
	if err != nil {
		w.t.Fatal(err)
	}
	delete(got, outbox.ReasonBlocked)
	if fmt.Sprint(got) != fmt.Sprint(want) && len(got)+len(want) > 0 {
		w.t.Errorf("the %s tells %v, want %v", run, got, want)
	}
	b, err := db.Broadcast(w.t.Context(), run)
	if err != nil {
		w.t.Fatal(err)
	}
	if b.Settled() != b.Total {
		w.t.Errorf("the %s counts %d of %d: %+v", run, b.Settled(), b.Total, b)
	}
}

// keepsPace asserts that no more calls of a method, or of those that begin so, came in any second than the
// rate and what the ways of two calls differ by.
func (w *town) keepsPace(method, run string, rate int) {
	w.t.Helper()
	var times []time.Time
	for _, c := range w.emu.Calls() {
		if strings.HasPrefix(c.Method, method) {
			times = append(times, c.Time)
		}
	}
	most := mostIn(times, time.Second)
	fmt.Printf("%-7s %-40s at most %d in a second (rate %d)\n", run[:min(7, len(run))], w.t.Name(), most, rate)
	// A killed process and its successor share no pace, but the second begins as
	// if the second before had been used; a stall of the machine may bunch what
	// was on the wire.
	if most > rate+rate/20+sendersFor(float64(rate)) {
		w.t.Errorf("%d calls of %s came within a second at a rate of %d", most, method, rate)
	}
}
