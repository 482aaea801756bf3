package digest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"newsbot/internal/outbox"
	"newsbot/internal/rates"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

// Chats that read the same share one rendering, whoever else is among them; what
// tells two digests apart makes two. And everybody gets their own.
func TestPlanSharesRenderings(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		b := newBoard(t, open())
		now := time.Date(2026, 4, 7, 8, 0, 5, 0, zone(t, "Asia/Almaty"))
		b.story("a1", "Раз", now.Add(-26*time.Hour))
		b.story("a2", "Два", now.Add(-2*time.Hour))
		kinds := []func(id int64){
			func(int64) {},
			func(id int64) { b.must(b.db.SetChatLanguage(b.ctx, id, "kk")) },
			func(id int64) { b.must(b.db.SetTopics(b.ctx, id, []string{"sport", "economy"})) },
			func(id int64) { b.must(b.db.SetTopics(b.ctx, id, []string{""})) },
			func(id int64) { b.must(b.db.SetCurrencies(b.ctx, id, []string{"KGS"})) },
			func(id int64) { b.must(b.db.SetNewsLanguages(b.ctx, id, []string{"ru"})) },
			// None of these changes what a digest says.
			func(id int64) { b.must(b.db.SetQuiet(b.ctx, id, store.Quiet{From: 60, To: 120})) },
			func(id int64) { b.must(b.db.SetOptOut(b.ctx, id, store.CategoryBreaking, true)) },
			func(id int64) { b.must(b.db.SetThread(b.ctx, id, id)) },
		}
		const same, editions = 40, 6
		for i := range len(kinds) * same {
			id := int64(i + 1)
			b.chat(id, now.Add(-time.Hour), 8*60)
			kinds[i%len(kinds)](id)
		}
		r := newRound(b.db, rates.Board{}, now, quiet)
		sent, err := r.run(b.ctx)
		b.must(err)
		if sent != len(kinds)*same || r.press.made != editions {
			t.Errorf("%d digests of %d renderings, want %d of %d", sent, r.press.made, len(kinds)*same, editions)
		}
		got := map[int64]outbox.Delivery{}
		for _, d := range b.take(now) {
			got[d.ChatID] = d
		}
		for i := range len(kinds) * same {
			id := int64(i + 1)
			chat, err := b.db.Chat(b.ctx, id)
			b.must(err)
			own, err := Build(b.ctx, b.db, rates.Board{}, chat, time.Time{}, now)
			b.must(err)
			if d := got[id]; d.Message.Text != own.Text || d.ThreadID != chat.ThreadID {
				t.Fatalf("chat %d got another's digest:\n%s\nwant\n%s", id, d.Message.Text, own.Text)
			}
		}

		// The next morning they have the same again, though some had theirs later.
		late := int64(1 + len(kinds))
		b.must(b.db.SetDigest(b.ctx, now, store.Digest{ChatID: late, Minute: 485, Weekdays: daily, On: true, NextAt: now.Add(5 * time.Minute)}))
		if n, err := Plan(b.ctx, b.db, rates.Board{}, now.Add(6*time.Minute), quiet); n != 1 || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
		b.must(b.db.SetDigest(b.ctx, now, store.Digest{ChatID: late, Minute: 480, Weekdays: daily, On: true, NextAt: now.Add(24 * time.Hour)}))
		b.story("a3", "Три", now.Add(7*time.Hour))
		r = newRound(b.db, rates.Board{}, now.Add(24*time.Hour), quiet)
		sent, err = r.run(b.ctx)
		b.must(err)
		if sent != len(kinds)*same || r.press.made != editions {
			t.Errorf("next day: %d digests of %d renderings, want %d of %d", sent, r.press.made, len(kinds)*same, editions)
		}
		// But news between the two would tell them apart.
		b.story("a4", "Четыре", now.Add(30*time.Hour))
		b.must(b.db.SetDigest(b.ctx, now, store.Digest{ChatID: late, Minute: 900, Weekdays: daily, On: true, NextAt: now.Add(31 * time.Hour)}))
		if n, err := Plan(b.ctx, b.db, rates.Board{}, now.Add(31*time.Hour), quiet); n != 1 || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
		b.must(b.db.SetDigest(b.ctx, now, store.Digest{ChatID: late, Minute: 480, Weekdays: daily, On: true, NextAt: now.Add(48 * time.Hour)}))
		b.take(now.Add(47 * time.Hour))
		r = newRound(b.db, rates.Board{}, now.Add(48*time.Hour), quiet)
		if _, err = r.run(b.ctx); err != nil || r.press.made != editions+1 {
			t.Errorf("after news between: %d renderings, want %d (%v)", r.press.made, editions+1, err)
		}
		told := map[int64]bool{}
		for _, d := range b.take(now.Add(48 * time.Hour)) {
			told[d.ChatID] = strings.Contains(d.Message.Text, "Четыре")
		}
		if like := late + int64(len(kinds)); !told[like] || told[late] {
			t.Errorf("the fourth story was told to chat %d: %v (want true), and again to chat %d: %v (want false)", like, told[like], late, told[late])
		}
	})
}

// Digests of chats that cannot be reached step on, so that they are never in the
// way; back again, such a chat gets the next one, with what it has missed.
func TestPlanStepsOnForTheAbsent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		b := newBoard(t, open())
		almaty := zone(t, "Asia/Almaty")
		at := func(day, hour int) time.Time { return time.Date(2026, 4, day, hour, 0, 0, 0, almaty) }
		const absent = slice + 50
		for id := int64(1); id <= absent+1; id++ {
			b.chat(id, at(6, 7), 8*60)
		}
		if n, err := Plan(b.ctx, b.db, rates.Board{}, at(6, 8), quiet); n != absent+1 || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
		b.take(at(6, 8))
		for id := int64(1); id <= absent; id++ {
			b.must(b.db.DeactivateChat(b.ctx, at(6, 9), id, "blocked"))
		}
		b.story("a1", "Пропущенная", at(7, 7))
		if n, err := Plan(b.ctx, b.db, rates.Board{}, at(7, 8), quiet); n != 1 || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
		if due, err := b.db.DueDigests(b.ctx, at(7, 8), store.Digest{}, 10); len(due) != 0 || err != nil {
			t.Errorf("still due: %v, %v", due, err)
		}
		d, err := b.db.Digest(b.ctx, 1)
		if want := at(8, 8); err != nil || !d.NextAt.Equal(want) || !d.On || d.Minute != 480 {
			t.Errorf("digest %+v, %v; want it on, next at %v", d, err, want)
		}
		_, _, err = b.db.TouchChat(b.ctx, at(7, 12), store.Chat{ID: 1, Kind: "private", Active: true})
		b.must(err)
		if n, err := Plan(b.ctx, b.db, rates.Board{}, at(7, 12), quiet); n != 0 || err != nil {
			t.Errorf("a slot that was passed came back: %d, %v", n, err)
		}
		if n, err := Plan(b.ctx, b.db, rates.Board{}, at(8, 8), quiet); n != 2 || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
		for _, d := range b.take(at(8, 8)) {
			if d.ChatID == 1 && d.DueAt.Equal(at(8, 8)) && !strings.Contains(d.Message.Text, "Пропущенная") {
				t.Errorf("who was away misses what came meanwhile:\n%s", d.Message.Text)
			}
		}
	})
}

// Of many that are due each is dealt with, however long they take.
func TestPlanGoesOnFromSliceToSlice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		b := newBoard(t, open())
		now := time.Date(2026, 4, 7, 8, 0, 0, 0, zone(t, "Asia/Almaty"))
		const chats = 2*slice + 7
		for id := int64(1); id <= chats; id++ {
			b.chat(id, now.Add(-time.Duration(1+id%3)*time.Hour), 8*60)
		}
		r := newRound(b.db, rates.Board{}, now, quiet)
		for i, want := range []struct {
			more bool
			sent int
		}{{true, slice}, {true, 2 * slice}, {false, chats}} {
			more, err := r.slice(b.ctx)
			if more != want.more || r.sent != want.sent || err != nil {
				t.Fatalf("slice %d: more %v, %d sent, %v; want %+v", i, more, r.sent, err, want)
			}
		}
		// Another process that begins anew finds nothing to do.
		if n, err := Plan(b.ctx, b.db, rates.Board{}, now, quiet); n != 0 || err != nil {
			t.Errorf("again: %d, %v", n, err)
		}
		if got := len(b.take(now)); got != chats {
			t.Errorf("%d deliveries, want %d", got, chats)
		}
	})
}

// A digest rings at the minute its reader chose, also in the quiet hours; one
// that is late and falls into them does not.
func TestPlanAtNight(t *testing.T) {
	almaty := zone(t, "Asia/Almaty")
	for _, c := range []struct {
		name        string
		minute, now int // of the day
		quiet       store.Quiet
		silent      bool
	}{
		{"by day", 480, 480, store.Quiet{From: 1380, To: 420}, false},
		{"chosen within the quiet hours", 390, 390, store.Quiet{From: 1380, To: 420}, false},
		{"late into the quiet hours", 1320, 1385, store.Quiet{From: 1380, To: 420}, true},
		{"late, and loud again", 390, 600, store.Quiet{From: 1380, To: 420}, false},
		{"late without quiet hours", 1320, 1385, store.Quiet{}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBoard(t, storetest.Opener(t, storetest.Migrated(t, storetest.SQLite(t)))())
			at := func(minute int) time.Time { return time.Date(2026, 4, 7, 0, minute, 5, 0, almaty) }
			b.chat(1, at(0), c.minute)
			b.chat(2, at(0), c.minute)
			b.must(b.db.SetQuiet(b.ctx, 1, c.quiet))
			r := newRound(b.db, rates.Board{}, at(c.now), quiet)
			if _, err := r.run(b.ctx); err != nil || r.press.made != 1 {
				t.Fatalf("%d renderings, %v", r.press.made, err)
			}
			got := fmt.Sprint()
			for _, d := range b.take(at(c.now)) {
				got += fmt.Sprint(d.ChatID, d.Message.Silent, " ")
			}
			if want := fmt.Sprint(1, c.silent, " ", 2, false, " "); got != want {
				t.Errorf("silent: %q, want %q", got, want)
			}
		})
	}
}
