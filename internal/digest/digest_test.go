package digest

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"newsbot/internal/article"
	"newsbot/internal/feed"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/rates"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := locale.Zone(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

const (
	daily = uint8(0b1111111)
	work  = uint8(0b0011111)
)

func TestNext(t *testing.T) {
	const layout = "2006-01-02 15:04 -0700"
	for _, c := range []struct {
		name, zone  string
		minute      int
		days        uint8
		after, want string
	}{
		{"later today", "Asia/Almaty", 8 * 60, daily, "2026-04-07 07:59 +0500", "2026-04-07 08:00 +0500"},
		{"not the same instant", "Asia/Almaty", 8 * 60, daily, "2026-04-07 08:00 +0500", "2026-04-08 08:00 +0500"},
		{"over the weekend", "Asia/Almaty", 8 * 60, work, "2026-04-10 09:00 +0500", "2026-04-13 08:00 +0500"},
		{"a week later", "Asia/Almaty", 8 * 60, 1 << 1, "2026-04-07 08:00 +0500", "2026-04-14 08:00 +0500"},
		{"midnight", "Asia/Almaty", 0, daily, "2026-04-07 23:59 +0500", "2026-04-08 00:00 +0500"},
		{"date differs from UTC", "Asia/Almaty", 60, 1 << 2, "2026-04-07 19:00 +0000", "2026-04-08 01:00 +0500"},
		{"Almaty moves to +05", "Asia/Almaty", 8 * 60, daily, "2024-02-29 09:00 +0600", "2024-03-01 08:00 +0500"},
		{"in the gap: by the offset before", "Europe/Berlin", 2*60 + 30, daily, "2026-03-28 12:00 +0100", "2026-03-29 03:30 +0200"},
		{"in the fold: the first", "Europe/Berlin", 2*60 + 30, daily, "2026-10-24 12:00 +0200", "2026-10-25 02:30 +0200"},
		{"after the fold's first: tomorrow", "Europe/Berlin", 2*60 + 30, daily, "2026-10-25 02:30 +0200", "2026-10-26 02:30 +0100"},
		{"gap at midnight", "America/Asuncion", 0, daily, "2023-09-30 12:00 -0400", "2023-10-01 01:00 -0300"},
		{"half an hour of summer", "Australia/Lord_Howe", 2*60 + 10, daily, "2026-10-03 12:00 +1030", "2026-10-04 02:40 +1100"},
	} {
		t.Run(c.name, func(t *testing.T) {
			after, err := time.Parse(layout, c.after)
			if err != nil {
				t.Fatal(err)
			}
			z := zone(t, c.zone)
			got := Next(store.Digest{Minute: c.minute, Weekdays: c.days}, z, after)
			if got.In(z).Format(layout) != c.want {
				t.Errorf("got %s, want %s", got.In(z).Format(layout), c.want)
			}
		})
	}
	if !Next(store.Digest{}, time.UTC, time.Now()).IsZero() {
		t.Error("no weekday has a slot")
	}
}

// Whatever the zone and the day, the slot is later, within eight days and a
// bit, at its minute unless the clocks skip it, and none is between.
func TestNextHolds(t *testing.T) {
	zones := []string{"Asia/Almaty", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Asuncion", "Asia/Kathmandu", "UTC", "Africa/Casablanca"}
	rapid.Check(t, func(t *rapid.T) {
		z, err := locale.Zone(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		d := store.Digest{Minute: rapid.IntRange(0, 1439).Draw(t, "minute"), Weekdays: uint8(rapid.IntRange(1, 127).Draw(t, "days"))}
		after := time.Unix(rapid.Int64Range(1_600_000_000, 2_000_000_000).Draw(t, "after"), 0)
		got := Next(d, z, after)
		if !got.After(after) || got.Sub(after) > 8*24*time.Hour+2*time.Hour {
			t.Fatalf("after %v: %v", after.In(z), got.In(z))
		}
		local := got.In(z)
		if gap := local.Hour()*60 + local.Minute() - d.Minute; gap != 0 && gap != 60 && gap != 30 && gap != -23*60 {
			t.Fatalf("minute %d became %v", d.Minute, local)
		}
		if earlier := Next(d, z, got.Add(-time.Second)); !earlier.Equal(got) {
			t.Fatalf("a second before %v the next is %v", local, earlier.In(z))
		}
	})
}

// A quote without a value is no number, wherever it comes from.
func TestRateLineNeverShowsZero(t *testing.T) {
	p := locale.New(locale.RU, time.UTC)
	date := time.Date(2026, 4, 7, 0, 0, 0, 0, time.UTC)
	for name, q := range map[string]rates.Quote{
		"zero value":   {Rate: rates.Rate{Code: "USD", Nominal: 1}, Date: date},
		"zero nominal": {Rate: rates.Rate{Code: "USD", Value: decimal.NewFromInt(470)}, Date: date},
		"negative":     {Rate: rates.Rate{Code: "USD", Nominal: 1, Value: decimal.NewFromInt(-1)}, Date: date},
		"another one":  {Rate: rates.Rate{Code: "EUR", Nominal: 1, Value: decimal.NewFromInt(1)}, Date: date},
	} {
		byCode := map[string]rates.Quote{q.Code: q}
		if got := RateLine(p, "USD", byCode, date); got != "<b>USD</b> — нет данных" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

var quiet = slog.New(slog.DiscardHandler)

// board is a database with sources, and a clock.
type board struct {
	t   *testing.T
	db  *store.Store
	ctx context.Context
}

func (b board) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func newBoard(t *testing.T, db *store.Store) board {
	b := board{t, db, t.Context()}
	_, _, err := db.ImportSources(b.ctx, time.Unix(0, 0), []feed.Source{{ID: "s", Title: "Source <&>", URL: "http://127.0.0.1/", Kind: feed.KindFeed}})
	b.must(err)
	return b
}

func (b board) chat(id int64, at time.Time, minute int) {
	b.t.Helper()
	_, _, err := b.db.TouchChat(b.ctx, at, store.Chat{ID: id, Kind: "private", Language: "ru", Zone: "Asia/Almaty", Active: true, Subscribed: true})
	b.must(err)
	d := store.Digest{ChatID: id, Minute: minute, Weekdays: daily, On: true}
	d.NextAt = Next(d, zone(b.t, "Asia/Almaty"), at)
	b.must(b.db.SetDigest(b.ctx, at, d))
}

func (b board) story(id, title string, at time.Time) {
	b.t.Helper()
	_, err := b.db.RecordPoll(b.ctx, at, store.Poll{SourceID: "s", Items: []store.NewItem{{ID: id, Link: "https://example.com/" + id, Title: title, Language: "ru", PublishedAt: at}}})
	b.must(err)
}

// take claims and settles everything that is due, as the outbox would.
func (b board) take(now time.Time) []outbox.Delivery {
	b.t.Helper()
	claimed, err := b.db.Claim(b.ctx, now, "test", time.Hour, 1000)
	b.must(err)
	var settled []outbox.Settlement
	for _, d := range claimed {
		settled = append(settled, outbox.Settlement{Key: d.Key, ChatID: d.ChatID, State: outbox.StateSent})
	}
	b.must(b.db.Settle(b.ctx, now, "test", settled))
	return claimed
}

// A slot is sent once; late on the same day, also after downtime; not on another day.
func TestPlan(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		b := newBoard(t, open())
		almaty := zone(t, "Asia/Almaty")
		at := func(day, hour, minute int) time.Time { return time.Date(2026, 4, day, hour, minute, 0, 0, almaty) }
		b.chat(1, at(6, 12, 0), 8*60)
		b.chat(2, at(6, 12, 0), 8*60)
		b.chat(3, at(6, 12, 0), 21*60)
		b.story("a1", "Раз", at(7, 7, 0))
		for _, c := range []struct {
			name string
			now  time.Time
			sent int
		}{
			{"before the slot", at(6, 20, 59), 0},
			{"the evening one", at(6, 21, 0), 1},
			{"the morning ones", at(7, 8, 0), 2},
			{"again", at(7, 8, 1), 0},
			{"down until the afternoon of the next day: late, once", at(8, 15, 0), 2},
			{"again", at(8, 15, 1), 0},
			{"down for four days: only today's", at(12, 9, 0), 2},
		} {
			sent, err := Plan(b.ctx, b.db, rates.Board{}, c.now, quiet)
			if err != nil || sent != c.sent {
				t.Errorf("%s: %d, %v; want %d", c.name, sent, err, c.sent)
			}
			if got := len(b.take(c.now)); got != c.sent {
				t.Errorf("%s: %d deliveries, want %d", c.name, got, c.sent)
			}
		}
		for id, want := range map[int64]time.Time{1: at(13, 8, 0), 3: at(12, 21, 0)} {
			d, err := b.db.Digest(b.ctx, id)
			b.must(err)
			if !d.NextAt.Equal(want) {
				t.Errorf("chat %d: next at %v, want %v", id, d.NextAt.In(almaty), want)
			}
		}
	})
}

// A digest begins where the last one ended.
func TestPlanContinues(t *testing.T) {
	b := newBoard(t, storetest.Opener(t, storetest.Migrated(t, storetest.SQLite(t)))())
	almaty := zone(t, "Asia/Almaty")
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 4, day, hour, minute, 0, 0, almaty) }
	b.chat(1, at(6, 12, 0), 8*60)
	b.story("a1", "Первая", at(7, 7, 0))
	_, err := Plan(b.ctx, b.db, rates.Board{}, at(7, 8, 0), quiet)
	b.must(err)
	b.story("a2", "Вторая", at(7, 9, 0))
	_, err = Plan(b.ctx, b.db, rates.Board{}, at(8, 8, 0), quiet)
	b.must(err)
	d := b.take(at(8, 8, 0))
	if len(d) != 2 {
		t.Fatalf("%d deliveries", len(d))
	}
	for i, want := range []string{"Первая", "Вторая"} {
		if text := d[i].Message.Text; !strings.Contains(text, want) || strings.Count(text, "<a ") != 1 {
			t.Errorf("digest %d: %s", i+1, text)
		}
	}
}

// What a late digest has told is not told again by the next one.
func TestPlanLateDoesNotRepeat(t *testing.T) {
	b := newBoard(t, storetest.Opener(t, storetest.Migrated(t, storetest.SQLite(t)))())
	almaty := zone(t, "Asia/Almaty")
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 4, day, hour, minute, 0, 0, almaty) }
	b.chat(1, at(6, 12, 0), 8*60)
	b.story("a1", "Первая", at(7, 9, 0))
	_, err := Plan(b.ctx, b.db, rates.Board{}, at(7, 11, 0), quiet) // three hours late
	b.must(err)
	_, err = Plan(b.ctx, b.db, rates.Board{}, at(8, 8, 0), quiet)
	b.must(err)
	told := 0
	for _, d := range b.take(at(8, 8, 0)) {
		told += strings.Count(d.Message.Text, "Первая")
	}
	if told != 1 {
		t.Errorf("told %d times, want once", told)
	}
}

// One chat that cannot be served stops no other, however many there are before them.
func TestPlanGoesRound(t *testing.T) {
	b := newBoard(t, storetest.Opener(t, storetest.Migrated(t, storetest.SQLite(t)))())
	now := time.Date(2026, 4, 7, 8, 0, 0, 0, zone(t, "Asia/Almaty"))
	const broken, fine = slice + 20, 30
	for i := range broken + fine {
		b.chat(int64(i+1), now.Add(-time.Hour), 8*60)
		if i < broken {
			_, _, err := b.db.TouchChat(b.ctx, now, store.Chat{ID: int64(1000 + i), Kind: "private", Language: "ru", Zone: "No/Where", Active: true})
			b.must(err)
			b.must(b.db.SetDigest(b.ctx, now, store.Digest{ChatID: int64(1000 + i), Minute: 480, Weekdays: daily, On: true, NextAt: now.Add(-time.Minute)}))
		}
	}
	sent, err := Plan(b.ctx, b.db, rates.Board{}, now, quiet)
	if err == nil || !strings.Contains(err.Error(), "No/Where") {
		t.Errorf("error: %v", err)
	}
	if sent != broken+fine {
		t.Errorf("%d sent, want %d", sent, broken+fine)
	}
}

// The longest titles from the longest-winded sources fit into one message.
func TestBuildFits(t *testing.T) {
	b := newBoard(t, storetest.Opener(t, storetest.Migrated(t, storetest.SQLite(t)))())
	now := time.Date(2026, 4, 7, 8, 0, 0, 0, zone(t, "Asia/Almaty"))
	for i := range 15 {
		b.story(fmt.Sprintf("a%d", i), strings.Repeat("<&>\"😀 слово ", 200), now.Add(-time.Duration(i)*time.Minute))
	}
	for _, language := range []string{"kk", "ru", "en"} {
		m, err := Build(b.ctx, b.db, rates.Board{}, store.Chat{ID: 1, Language: language, Zone: "Asia/Almaty"}, time.Time{}, now)
		b.must(err)
		if n := article.Length(m.Text); n > maxText || n < 2000 {
			t.Errorf("%s: %d units", language, n)
		}
		if n := strings.Count(m.Text, "<a "); n != stories {
			t.Errorf("%s: %d stories", language, n)
		}
		buttons := 0
		for _, row := range m.Keyboard {
			for _, k := range row {
				buttons++
				if len(k.Data) > 64 {
					t.Errorf("button data %q", k.Data)
				}
			}
		}
		if buttons != stories+1 {
			t.Errorf("%s: %d buttons", language, buttons)
		}
	}
}

func TestDays(t *testing.T) {
	p := locale.New(locale.RU, time.UTC)
	for days, want := range map[uint8]string{daily: "каждый день", work: "по будням", 1: "Пн", 0b1000001: "Пн, Вс"} {
		if got := Days(p, days); got != want {
			t.Errorf("%07b: %q, want %q", days, got, want)
		}
	}
}

func TestWebLink(t *testing.T) {
	for in, want := range map[string]string{
		"https://example.com/a?b=1&c=%2F+d":    "https://example.com/a?b=1&c=%2F+d",
		"https://example.com/$15-mln?q=<\"> '": "https://example.com/$15-mln?q=%3C%22%3E%20%27",
		"https://example.com/жаңалық?с=ә#ү":    "https://example.com/%D0%B6%D0%B0%D2%A3%D0%B0%D0%BB%D1%8B%D2%9B?%D1%81=%D3%99#%D2%AF",
		"http://user:pass@example.com/":        "http://example.com/",
		"javascript:alert(1)":                  "",
		"//example.com/":                       "",
		"/relative":                            "",
		"https://":                             "",
		"https://:80/":                         "",
		"ftp://example.com/":                   "",
		"":                                     "",
		"https://example.com/" + strings.Repeat("a", 1000): "",
	} {
		if got := WebLink(in); got != want {
			t.Errorf("WebLink(%q) = %q, want %q", in, got, want)
		}
	}
}

// A story that is told in two languages is in a digest once, in the language of the chat.
func TestDigestTellsAStoryOnce(t *testing.T) {
	b := newBoard(t, storetest.Opener(t, storetest.Migrated(t, storetest.SQLite(t)))())
	now := time.Date(2026, 4, 7, 8, 0, 0, 0, zone(t, "Asia/Almaty"))
	for i, it := range []store.NewItem{
		{ID: "ru1", StoryID: "st", Language: "ru", Title: "Мост открыт", Link: "https://example.com/ru1"},
		{ID: "kk1", StoryID: "st", Language: "kk", Title: "Көпір ашылды", Link: "https://example.com/kk1"},
	} {
		at := now.Add(time.Duration(i-3) * time.Hour)
		it.PublishedAt = at
		_, err := b.db.RecordPoll(b.ctx, at, store.Poll{SourceID: "s", Items: []store.NewItem{it}})
		b.must(err)
	}
	for _, tt := range []struct {
		chat      store.Chat
		has, lack string
	}{
		{store.Chat{Language: "kk"}, "Көпір ашылды", "Мост открыт"},
		{store.Chat{Language: "ru"}, "Мост открыт", "Көпір ашылды"},
		{store.Chat{Language: "en"}, "Мост открыт", "Көпір ашылды"},
		{store.Chat{Language: "ru", NewsLanguages: []string{"kk"}}, "Көпір ашылды", "Мост открыт"},
	} {
		tt.chat.ID, tt.chat.Zone = 1, "Asia/Almaty"
		m, err := Build(b.ctx, b.db, rates.Board{}, tt.chat, time.Time{}, now)
		b.must(err)
		if !strings.Contains(m.Text, tt.has) || strings.Contains(m.Text, tt.lack) {
			t.Errorf("%s, reads %v:\n%s", tt.chat.Language, tt.chat.NewsLanguages, m.Text)
		}
	}
}
