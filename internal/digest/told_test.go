package digest

import (
	"strings"
	"testing"
	"time"

	"newsbot/internal/article"
	"newsbot/internal/outbox"
	"newsbot/internal/rates"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

// What a chat was told, or is about to be told, as breaking news is left out of
// its next digest, also when that is planned before the sending ends.
func TestPlanLeavesOutWhatWasTold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		b := newBoard(t, open())
		now := time.Date(2026, 4, 7, 8, 0, 5, 0, zone(t, "Asia/Almaty"))
		for id := int64(1); id <= 6; id++ {
			b.chat(id, now.Add(-time.Hour), 8*60)
		}
		b.must(b.db.SetOptOut(b.ctx, 4, store.CategoryBreaking, true))
		b.must(b.db.SetChatLanguage(b.ctx, 5, "kk"))
		b.story("a1", "Срочная", now.Add(-30*time.Minute))
		b.story("a2", "Обычная", now.Add(-20*time.Minute))
		// The story is told by a second article as well, and by it only to some.
		_, err := b.db.RecordPoll(b.ctx, now.Add(-10*time.Minute), store.Poll{SourceID: "s", Items: []store.NewItem{
			{ID: "a3", StoryID: "a1", Link: "https://example.com/a3", Title: "О том же", Language: "ru", PublishedAt: now},
		}})
		b.must(err)
		start := func(id, article string, audience store.Audience) {
			t.Helper()
			b.must(b.db.CreateBroadcast(b.ctx, now, store.Broadcast{ID: id, Category: store.CategoryBreaking, Audience: audience, ArticleID: article,
				Message: outbox.Message{Text: "!"}}))
			if started, err := b.db.StartBroadcast(b.ctx, now, id); !started || err != nil {
				t.Fatal(started, err)
			}
		}
		start("run", "a3", store.Audience{Languages: []string{"ru"}})
		slice, ok, err := b.db.TakeSlice(b.ctx, now, "test", time.Hour, "run", 3)
		b.must(err)
		if !ok || len(slice.Deliveries) != 3 {
			t.Fatalf("%v %+v", ok, slice)
		}
		b.must(b.db.Settle(b.ctx, now, "test", []outbox.Settlement{
			{Batch: "run", ChatID: 1, State: outbox.StateSent, MessageID: 9},
			{Batch: "run", ChatID: 2, State: outbox.StateFailed, Reason: outbox.ReasonRejected},
			{Batch: "run", ChatID: 3, State: outbox.StatePending, DueAt: now.Add(time.Hour), Delivery: &slice.Deliveries[2]},
		}))
		r := newRound(b.db, rates.Board{}, now, quiet)
		if sent, err := r.run(b.ctx); sent != 6 || err != nil {
			t.Fatalf("%d, %v", sent, err)
		}
		if r.press.made != 3 { // Russian with it and without it, and Kazakh
			t.Errorf("%d renderings, want 3", r.press.made)
		}
		got := map[int64]bool{}
		for _, d := range b.take(now) {
			if d.Lane != outbox.LaneDigest {
				continue
			}
			got[d.ChatID] = strings.Contains(d.Message.Text, "Срочная") || strings.Contains(d.Message.Text, "О том же")
			if !strings.Contains(d.Message.Text, "Обычная") {
				t.Errorf("chat %d misses the other story", d.ChatID)
			}
		}
		for id, c := range map[int64]struct {
			why  string
			want bool
		}{
			1: {"has it", false}, 2: {"did not take it", true}, 3: {"is being tried again", false},
			4: {"opted out", true}, 5: {"not in the audience", true}, 6: {"the run will come to it", false},
		} {
			if has, ok := got[id]; !ok || has != c.want {
				t.Errorf("chat %d (%s): the story is told again: %v, want %v (a digest: %v)", id, c.why, has, c.want, ok)
			}
		}
	})
}

// What was stopped before it came to a chat is news there still.
func TestPlanTellsWhatWasStopped(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		b := newBoard(t, open())
		now := time.Date(2026, 4, 7, 8, 0, 5, 0, zone(t, "Asia/Almaty"))
		b.chat(1, now.Add(-time.Hour), 8*60)
		b.story("a1", "Срочная", now.Add(-30*time.Minute))
		b.must(b.db.CreateBroadcast(b.ctx, now, store.Broadcast{ID: "run", Category: store.CategoryBreaking, ArticleID: "a1", Message: outbox.Message{Text: "!"}}))
		if runs, err := b.db.ToldRuns(b.ctx, now.Add(-time.Hour)); len(runs) != 0 || err != nil {
			t.Errorf("a draft told: %+v, %v", runs, err)
		}
		_, err := b.db.StartBroadcast(b.ctx, now, "run")
		b.must(err)
		_, err = b.db.CancelBroadcast(b.ctx, now, "run")
		b.must(err)
		if n, err := Plan(b.ctx, b.db, rates.Board{}, now, quiet); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		for _, d := range b.take(now) {
			if !strings.Contains(d.Message.Text, "Срочная") {
				t.Errorf("the story is lost:\n%s", d.Message.Text)
			}
		}
	})
}

// A story that was sent, in a digest or as breaking news, is not sent again because its
// source changes the headline and the text.
func TestPlanTellsNoChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		b := newBoard(t, open())
		almaty := zone(t, "Asia/Almaty")
		now := time.Date(2026, 4, 7, 8, 0, 5, 0, almaty)
		b.chat(1, now.Add(-time.Hour), 8*60)
		b.story("a1", "Мост открыли", now.Add(-30*time.Minute))
		plan := func() string {
			t.Helper()
			if n, err := Plan(b.ctx, b.db, rates.Board{}, now, quiet); n != 1 || err != nil {
				t.Fatal(n, err)
			}
			for _, d := range b.take(now) {
				if d.Lane == outbox.LaneDigest {
					return d.Message.Text
				}
			}
			t.Fatal("no digest")
			return ""
		}
		if text := plan(); !strings.Contains(text, "Мост открыли") {
			t.Fatalf("the first digest:\n%s", text)
		}
		b.story("b1", "Срочная", now.Add(time.Hour))
		b.must(b.db.CreateBroadcast(b.ctx, now, store.Broadcast{ID: "run", Category: store.CategoryBreaking, ArticleID: "b1", Message: outbox.Message{Text: "!"}}))
		if started, err := b.db.StartBroadcast(b.ctx, now.Add(2*time.Hour), "run"); !started || err != nil {
			t.Fatal(started, err)
		}
		if _, ok, err := b.db.TakeSlice(b.ctx, now, "test", time.Hour, "run", 9); !ok || err != nil {
			t.Fatal(ok, err)
		}
		b.must(b.db.Settle(b.ctx, now.Add(2*time.Hour), "test", []outbox.Settlement{{Batch: "run", ChatID: 1, State: outbox.StateSent, MessageID: 9}}))

		later := now.Add(3 * time.Hour)
		b.story("a1", "Мост закрыли", later)
		b.story("b1", "Срочная: подробности", later)
		for _, id := range []string{"a1", "b1"} {
			b.must(b.db.SaveText(b.ctx, later, id, article.Article{Published: later, Blocks: []article.Block{{Kind: article.Paragraph, Text: "Новый текст."}}}))
			if list, err := b.db.Revisions(b.ctx, id); len(list) != 1 || err != nil {
				t.Fatalf("%s has not changed: %v, %v", id, list, err)
			}
		}
		b.story("c1", "Другая", later)
		now = now.AddDate(0, 0, 1)
		if text := plan(); !strings.Contains(text, "Другая") || strings.Contains(text, "Мост") || strings.Contains(text, "Срочная") {
			t.Errorf("the next digest:\n%s", text)
		}
	})
}
