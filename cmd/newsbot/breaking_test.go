package main

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"newsbot/internal/emulator"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

// Breaking news does not wait behind a broadcast that takes minutes.
func TestBreakingOvertakesBulk(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, database string) {
		const readers, urgent, rate = 1500, 60, 30
		w := newCrowd(t, database, readers)
		w.emu.SetLimits(emulator.Limits{PerSecond: rate + rate/10})
		var only []int64
		for i := range int64(urgent) { // the last ones of the broadcast, too
			id := crowdFirst + readers - urgent + i
			w.emu.AddUser(emulator.User{ID: id, FirstName: "Reader"})
			w.say(id, "hello")
			only = append(only, id)
		}
		w.forget()
		w.start(database, fmt.Sprintf("SEND_RATE=%d", rate))
		w.broadcasts("The paper is out.")
		eventually(t, 30*time.Second, "the broadcast to be under way", func() bool { n, _ := w.gets(); return n > 2*rate })

		db := storetest.Opener(t, database)()
		began := time.Now()
		const news = "Earthquake near Almaty."
		err := db.CreateBroadcast(t.Context(), began, store.Broadcast{ID: "breaking", Category: store.CategoryBreaking, Audience: store.Audience{Only: only},
			Message: outbox.Message{Text: news}, EditorID: editor, EditorChat: editor, Language: "en"})
		if err != nil {
			t.Fatal(err)
		}
		if started, err := db.StartBroadcast(t.Context(), began, "breaking"); err != nil || !started {
			t.Fatalf("it does not start: %v", err)
		}
		var last time.Time
		eventually(t, 30*time.Second, "the news to be with everybody", func() bool {
			for _, id := range only {
				if !slices.ContainsFunc(w.copies(id), func(m emulator.Message) bool { return m.Text == news }) {
					return false
				}
			}
			last = time.Now()
			return true
		})
		took := last.Sub(began)
		// Another process has made it: it is found within a second. Each in flight
		// has taken its turn before.
		most := time.Duration(urgent+sendersFor(rate))*time.Second/rate + 2*time.Second
		fmt.Printf("lanes  %-40s %d breaking messages were there after %s (<= %s)\n", t.Name(), urgent, took.Round(time.Millisecond), most.Round(time.Millisecond))
		if took > most {
			t.Errorf("breaking news took %s beside a broadcast, at most %s", took, most)
		}
		if n, _ := w.gets(); n == readers {
			t.Error("the broadcast was over before: nothing is proved")
		}
	})
}
