package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbot/internal/digest"
	"newsbot/internal/rates"
	"newsbot/internal/store"
	"newsbot/internal/telegram"
)

// A reader opts out of each category by itself, and back; /stop and /start leave that as it is.
func TestOptOut(t *testing.T) {
	d := open(t, "en")
	screen := d.ask(reader, reader, "/settings")
	contains(t, screen.Text, "Breaking news: at once", "newsroom: sent", "23:00–07:00")
	screen, _, _ = d.press(reader, screen, "Messages from the newsroom")
	contains(t, screen.Text, "Breaking news: at once", "newsroom: not sent")
	if n, err := d.db.CountAudience(d.ctx(), d.clock(), store.Audience{}, store.CategoryNewsroom); err != nil || n != 0 {
		t.Errorf("the newsroom reaches %d chats, %v", n, err)
	}
	stale := d.ask(reader, reader, "/settings")
	screen, _, _ = d.press(reader, screen, "Breaking")
	contains(t, screen.Text, "Breaking news: not sent", "newsroom: not sent")
	// On a screen from before, the button says the same again and turns nothing.
	stale, _, _ = d.press(reader, stale, "Breaking")
	contains(t, stale.Text, "Breaking news: not sent")

	d.ask(reader, reader, "/stop")
	contains(t, d.ask(reader, reader, "/settings").Text, "After /stop", "newsroom: not sent")
	d.ask(reader, reader, "/start")
	back := d.ask(reader, reader, "/settings")
	lacks(t, back.Text, "After /stop")
	contains(t, back.Text, "Breaking news: not sent", "newsroom: not sent")
	back, _, _ = d.press(reader, back, "Messages from the newsroom")
	contains(t, back.Text, "newsroom: sent")
	if n, err := d.db.CountAudience(d.ctx(), d.clock(), store.Audience{}, store.CategoryNewsroom); err != nil || n != 1 {
		t.Errorf("the newsroom reaches %d chats, %v", n, err)
	}
}

// Quiet hours by button, by words, over the clock's edge, and off.
func TestQuietHours(t *testing.T) {
	d := open(t, "en")
	for _, c := range []struct {
		name, words string
		want        store.Quiet
		answer      string
	}{
		{"with colons", "/quiet 22:30-07:15", store.Quiet{From: 1350, To: 435}, "22:30–07:15"},
		{"a dash with spaces", "/quiet 0 — 8", store.Quiet{From: 0, To: 480}, "00:00–08:00"},
		{"two times", "/quiet 13.00 14.30", store.Quiet{From: 780, To: 870}, "13:00–14:30"},
		{"in words", "/quiet from 21 to 6", store.Quiet{From: 1260, To: 360}, "21:00–06:00"},
		{"in Russian words", "/quiet с 22 до 7", store.Quiet{From: 1320, To: 420}, "22:00–07:00"},
		{"not a time", "/quiet 25-7", store.Quiet{From: 1320, To: 420}, "don’t understand"},
		{"no length", "/quiet 7-7", store.Quiet{From: 1320, To: 420}, "don’t understand"},
		{"hostile", "/quiet <b>", store.Quiet{From: 1320, To: 420}, "“<b>”"},
		{"off", "/quiet off", store.Quiet{}, "none now"},
		{"on again", "/quiet on", store.Quiet{From: 1380, To: 420}, "23:00–07:00"},
		{"only shown", "/quiet", store.Quiet{From: 1380, To: 420}, "23:00–07:00"},
	} {
		contains(t, d.ask(reader, reader, c.words).Text, c.answer)
		if chat, err := d.db.Chat(d.ctx(), reader); err != nil || chat.Quiet != c.want {
			t.Errorf("%s: %v, want %v (%v)", c.name, chat.Quiet, c.want, err)
		}
	}
	screen, _, _ := d.press(reader, d.ask(reader, reader, "/settings"), "🌙")
	screen, _, _ = d.press(reader, screen, "00:00–09:00")
	contains(t, screen.Text, "Now: 00:00–09:00")
	screen, _, _ = d.press(reader, screen, "No quiet hours")
	contains(t, screen.Text, "none now")
	screen, _, _ = d.press(reader, screen, "Back to settings")
	contains(t, screen.Text, "Quiet hours: none")
}

// Data that this bot did not write changes nothing and breaks nothing.
func TestSettingsHostileData(t *testing.T) {
	d := open(t, "en")
	d.ask(reader, reader, "/settings")
	before, err := d.db.Chat(d.ctx(), reader)
	d.must(err)
	d.refused = true // the callbacks' ids are made up
	for i, data := range []string{"o:q:1440:5", "o:q:5", "o:q:5:5", "o:q:5:99999999", "o:q:x:1", "o:b", "o:b:2", "o:n:", "o:t:+:weather", "o:t:+", "o:t:x:sport", "o:z", "o:t:-:"} {
		d.must(d.bot.Handle(d.ctx(), []telegram.Update{{ID: int64(970_000 + i), Callback: &telegram.Callback{
			ID: "1", From: telegram.User{ID: reader}, Data: data,
			Message: &telegram.Message{ID: 1, Chat: telegram.Chat{ID: reader, Kind: telegram.Private}},
		}}}))
		after, err := d.db.Chat(d.ctx(), reader)
		d.must(err)
		after.Title = before.Title
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("%s changed\n%s", data, diff)
		}
	}
	lacks(t, d.log.String(), "level=ERROR msg=\"update failed\"")
}

// The topics that a chat chooses decide what its digest tells.
func TestTopics(t *testing.T) {
	d := open(t, "en")
	d.seedNews()
	_, err := d.db.RecordPoll(d.ctx(), d.clock().Add(-time.Hour), store.Poll{SourceID: "steppe", Items: []store.NewItem{
		{ID: "goal1", Title: "Late goal wins the derby", Link: "https://example.com/goal", Language: "en", Topic: "sport", PublishedAt: d.clock().Add(-time.Hour)},
		{ID: "bank1", Title: "Base rate is left alone", Link: "https://example.com/bank", Language: "en", Topic: "economy", PublishedAt: d.clock().Add(-time.Hour)},
	}})
	d.must(err)
	screen, _, _ := d.press(reader, d.ask(reader, reader, "/settings"), "🏷")
	contains(t, button(t, screen, "Sport").Text, "✓ Sport · 1")
	preview := func() string {
		t.Helper()
		chat, err := d.db.Chat(d.ctx(), reader)
		d.must(err)
		m, err := digest.Build(d.ctx(), d.db, rates.Board{}, chat, time.Time{}, d.clock())
		d.must(err)
		return m.Text
	}
	contains(t, preview(), "derby", "Base rate")
	screen, _, _ = d.press(reader, screen, "Sport")
	lacks(t, button(t, screen, "Sport").Text, "✓")
	contains(t, preview(), "Base rate", "Қостанайда")
	contains(t, d.ask(reader, reader, "/settings").Text, "all but Sport")
	lacks(t, preview(), "derby")
	for _, name := range []string{"Economy", "Politics", "Society", "Incidents", "World", "Technology", "Culture"} {
		screen, _, _ = d.press(reader, screen, name)
	}
	lacks(t, preview(), "derby", "Base rate")
	contains(t, preview(), "Қостанайда")
	_, _, a := d.press(reader, screen, "Other")
	contains(t, a.Text, "At least one topic")
	screen, _, _ = d.press(reader, screen, "Sport")
	screen, _, _ = d.press(reader, screen, "Other")
	contains(t, preview(), "derby")
	lacks(t, preview(), "Base rate", "Қостанайда")
	contains(t, d.ask(reader, reader, "/digest").Text, "Topics of the digest: Sport")
	screen, _, _ = d.press(reader, screen, "All topics")
	contains(t, preview(), "derby", "Base rate", "Қостанайда")
	if c, err := d.db.Chat(d.ctx(), reader); err != nil || c.Topics != nil {
		t.Errorf("all topics are kept as %q, %v", c.Topics, err)
	}
	for _, b := range labels(screen) {
		if strings.Contains(b, "·") && !strings.HasPrefix(b, "✓") {
			t.Errorf("%q is not ticked", b)
		}
	}
}

// In a group its admins decide, and it begins without quiet hours.
func TestGroupSettings(t *testing.T) {
	d := open(t, "en")
	contains(t, d.ask(other, group, "/settings").Text, "Only admins")
	contains(t, d.ask(other, group, "/quiet 22-7").Text, "Only admins")
	screen := d.ask(reader, group, "/settings")
	contains(t, screen.Text, "Quiet hours: none")
	_, _, a := d.press(other, screen, "Breaking")
	contains(t, a.Text, "Only admins")
	screen, _, _ = d.press(reader, screen, "🏷")
	d.press(reader, screen, "Sport")
	c, err := d.db.Chat(d.ctx(), group)
	if err != nil || c.NoBreaking || slices.Contains(c.Topics, "sport") || len(c.Topics) != 8 {
		t.Errorf("%+v, %v", c, err)
	}
}
