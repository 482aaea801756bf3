package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"newsbot/internal/jobs"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
)

// sourcesTold is how many sources a notice names of each kind.
const sourcesTold = 12

// wordSourceNews makes what words for each editor who knows the bot, in the
// editor's language and zone, what has become of sources.
func wordSourceNews(db *store.Store, editors []int64, zone *time.Location, now func() time.Time) func(context.Context, jobs.SourceNews) (map[int64]outbox.Message, error) {
	return func(ctx context.Context, news jobs.SourceNews) (map[int64]outbox.Message, error) {
		yields, err := db.Yields(ctx, now().AddDate(0, 0, -store.YieldDays))
		if err != nil {
			return nil, err
		}
		messages := map[int64]outbox.Message{}
		for _, id := range editors {
			chat, err := db.Chat(ctx, id)
			if errors.Is(err, store.ErrNotFound) || err == nil && !chat.Active {
				continue // has never opened the bot, or has blocked it
			}
			if err != nil {
				return nil, fmt.Errorf("find editor: %w", err)
			}
			local, err := locale.Zone(chat.Zone)
			if err != nil || chat.Zone == "" {
				local = zone
			}
			p := locale.New(locale.Parse(chat.Language, locale.RU), local)
			messages[id] = outbox.Message{Text: sourceNewsText(p, news, yields, now())}
		}
		return messages, nil
	}
}

func sourceNewsText(p *locale.Printer, news jobs.SourceNews, yields map[string]map[int64]int, now time.Time) string {
	switch {
	case !news.NetworkSince.IsZero():
		return p.H("feeds.network_down", "Since", p.TimeOrDay(news.NetworkSince, now)) + "\n\n" + p.H("feeds.network_down_note")
	case !news.NetworkBack.IsZero():
		return p.H("feeds.network_back", "Since", p.TimeOrDay(news.NetworkBack, now))
	}
	var parts []string
	part := func(key string, sources []store.SourceStatus, note string, line func(store.SourceStatus) string) {
		if len(sources) == 0 {
			return
		}
		lines := []string{p.H("feeds."+key+"_title", "Count", len(sources))}
		for i, src := range sources {
			if i == sourcesTold {
				lines = append(lines, p.H("feeds.more", "Count", len(sources)-sourcesTold))
				break
			}
			lines = append(lines, line(src))
		}
		if note != "" {
			lines = append(lines, note)
		}
		parts = append(parts, strings.Join(lines, "\n"))
	}
	var failing, closed []store.SourceStatus // what is tried again, and what has paused itself
	for _, src := range news.Failing {
		if src.Paused {
			closed = append(closed, src)
		} else {
			failing = append(failing, src)
		}
	}
	why := func(src store.SourceStatus) string {
		return p.H("feeds.failing_line", "Title", src.Title, "Reason", p.T("feeds.why."+string(src.Reason)), "Since", p.TimeOrDay(src.FailingAt, now))
	}
	part("failing", failing, p.H("feeds.failing_note"), why)
	part("closed", closed, p.H("feeds.closed_note"), why)
	part("quiet", news.Quiet, p.H("feeds.quiet_note"), func(src store.SourceStatus) string {
		usual := store.YieldOf(src, yields[src.ID], now).Usual
		return p.H("feeds.quiet_line", "Title", src.Title, "Since", p.DayMonth(src.Rhythm.BroughtAt), "Usual", p.Rough(usual))
	})
	part("back", news.Back, "", func(src store.SourceStatus) string { return p.H("feeds.back_line", "Title", src.Title) })
	return strings.Join(parts, "\n\n")
}
