package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

func TestTouchChat(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		first := store.Chat{ID: 5, Kind: "private", Title: "Ерлан\x00\xff", Language: "kk", Zone: "Asia/Almaty", Active: true, Subscribed: true}
		got, created, err := s.TouchChat(ctx, noon, first)
		must(t, err)
		want := first
		want.Title, want.CreatedAt = "Ерлан\uFFFD", noon // NUL and broken bytes cannot be stored
		if diff := cmp.Diff(want, got); diff != "" || !created {
			t.Errorf("first contact: created %v, -want +got\n%s", created, diff)
		}

		must(t, s.SetChatLanguage(ctx, 5, "ru"))
		must(t, s.SetNewsLanguages(ctx, 5, []string{"ru", "kk"}))
		must(t, s.SetSubscribed(ctx, 5, false))
		must(t, s.SetThread(ctx, 5, 77))
		must(t, s.SetCurrencies(ctx, 5, []string{"USD", "KGS"}))
		must(t, s.DeactivateChat(ctx, noon, 5, "blocked"))
		want = store.Chat{ID: 5, Kind: "private", Title: "Ерлан\uFFFD", Language: "ru", NewsLanguages: []string{"ru", "kk"}, Zone: "Asia/Almaty",
			ThreadID: 77, InactiveReason: "blocked", Currencies: []string{"USD", "KGS"}, CreatedAt: noon}
		got, err = s.Chat(ctx, 5)
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("settings: -want +got\n%s", diff)
		}
		if active, all, err := s.CountChats(ctx); active != 0 || all != 1 || err != nil {
			t.Errorf("counted %d of %d, %v", active, all, err)
		}

		// Back again, under another name and with what a newcomer would get.
		first.Title = "Ерлан Б."
		got, created, err = s.TouchChat(ctx, noon.Add(time.Hour), first)
		must(t, err)
		want.Title, want.Active, want.InactiveReason = "Ерлан Б.", true, ""
		if diff := cmp.Diff(want, got); diff != "" || created {
			t.Errorf("return: created %v, -want +got\n%s", created, diff)
		}
		must(t, s.SetNewsLanguages(ctx, 5, nil))
		if got, _ = s.Chat(ctx, 5); got.NewsLanguages != nil {
			t.Errorf("all languages are %q", got.NewsLanguages)
		}
	})
}

func TestChatNotFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		_, chat := s.Chat(ctx, 1)
		_, digest := s.Digest(ctx, 1)
		_, article := s.Article(ctx, "x")
		_, broadcast := s.Broadcast(ctx, "x")
		_, poll := s.RecordPoll(ctx, noon, store.Poll{SourceID: "x"})
		for name, err := range map[string]error{
			"chat": chat, "digest": digest, "article": article, "broadcast": broadcast, "poll": poll,
			"set":         s.SetSubscribed(ctx, 1, true),
			"set digest":  s.SetDigest(ctx, noon, store.Digest{ChatID: 1}),
			"deactivate":  s.DeactivateChat(ctx, noon, 1, "blocked"),
			"set story":   s.SetStory(ctx, store.Telling{ArticleID: "x", StoryID: "y"}),
			"fail text":   s.FailText(ctx, noon, "x", "404", time.Time{}),
			"set message": s.SetBroadcastProgress(ctx, "x", 1),
		} {
			if !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestMigrateChat(t *testing.T) {
	const group, super = -55, -1001234567890
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		touch(t, s, group)
		must(t, s.SetChatLanguage(ctx, group, "en"))
		must(t, s.SetCurrencies(ctx, group, []string{"GEL"}))
		slot := noon.Add(time.Hour)
		must(t, s.SetDigest(ctx, noon, store.Digest{ChatID: group, Minute: 480, Weekdays: 31, NextAt: slot, On: true}))
		m := text("digest")
		n, err := s.CommitSlots(ctx, noon, []store.Slot{{ChatID: group, At: slot, NextAt: slot.Add(24 * time.Hour), Message: &m}})
		must(t, err)
		if n != 1 {
			t.Fatalf("enqueued %d", n)
		}
		// The supergroup has spoken before the news of the upgrade came.
		touch(t, s, super)
		must(t, s.SetDigest(ctx, noon, store.Digest{ChatID: super, Minute: 1}))

		for range 2 {
			must(t, s.MigrateChat(ctx, noon, group, super))
		}
		if _, err := s.Chat(ctx, group); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("the group: %v", err)
		}
		c, err := s.Chat(ctx, super)
		must(t, err)
		if c.Language != "en" || !c.Active || !c.Subscribed || !slices.Equal(c.Currencies, []string{"GEL"}) {
			t.Errorf("the supergroup: %+v", c)
		}
		d, err := s.Digest(ctx, super)
		must(t, err)
		if want := (store.Digest{ChatID: super, Minute: 480, Weekdays: 31, NextAt: slot.Add(24 * time.Hour), On: true}); d != want {
			t.Errorf("digest %+v, want %+v", d, want)
		}
		// The slot is known under the new id: no second digest.
		n, err = s.CommitSlots(ctx, noon, []store.Slot{{ChatID: super, At: slot, NextAt: slot.Add(24 * time.Hour), Message: &m}})
		if n != 0 || err != nil {
			t.Errorf("the slot again: %d, %v", n, err)
		}
		claimed, err := s.Claim(ctx, slot, "a", time.Minute, 10)
		must(t, err)
		if len(claimed) != 1 || claimed[0].ChatID != super {
			t.Errorf("claimed %+v", claimed)
		}
		// A late word from the group brings nothing back.
		must(t, s.SetChatLanguage(ctx, super, "ru"))
		late, created, err := s.TouchChat(ctx, noon, store.Chat{ID: group, Kind: "group", Title: "Топ", Language: "kk", Active: true, Subscribed: true})
		must(t, err)
		if created || late.ID != super || late.Language != "ru" {
			t.Errorf("late word: created %v, %+v", created, late)
		}
		must(t, s.MigrateChat(ctx, noon, group, super))
		if c, _ = s.Chat(ctx, super); c.Language != "ru" {
			t.Errorf("told a third time, the language is %s", c.Language)
		}
	})
}
