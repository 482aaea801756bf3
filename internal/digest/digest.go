// Package digest makes digests: what a chat is sent at the minute it asked for,
// once per slot. A slot that passed while Newsbot was down is sent late, as
// long as its day lasts where the reader is; never twice.
package digest

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"newsbot/internal/article"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/rates"
	"newsbot/internal/store"
)

const (
	stories    = 10             // the most in one digest
	firstReach = 24 * time.Hour // how far back the first digest goes
	maxReach   = 72 * time.Hour // how far back any digest goes
	maxText    = 4096           // Telegram's limit, in UTF-16 units
)

// OpenData is the callback data of a button that opens an article in the chat
// and leaves the message with the button as it is.
func OpenData(articleID string) string { return "d:" + articleID }

// Days says on which days a digest comes: "every day", "on weekdays", "Mo, We".
func Days(p *locale.Printer, weekdays uint8) string {
	const all, work = 0b1111111, 0b0011111
	switch weekdays & all {
	case all:
		return p.T("digest.every_day")
	case work:
		return p.T("digest.workdays")
	}
	var names []string
	for day := range 7 {
		if weekdays&(1<<day) != 0 {
			names = append(names, p.WeekdayShort(day))
		}
	}
	return strings.Join(names, ", ")
}

// Clock writes a minute of the day: "08:30".
func Clock(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// Build makes the message of a chat's digest: the date, the rates, and the
// stories that came since the last slot, newest first, without those that the
// chat has been told otherwise. lastSlot is zero for the first.
func Build(ctx context.Context, db *store.Store, board rates.Board, chat store.Chat, lastSlot, now time.Time, without ...string) (*outbox.Message, error) {
	zone, err := locale.Zone(chat.Zone)
	if err != nil {
		return nil, err
	}
	p := locale.New(locale.Language(chat.Language), zone).Of(board.Words())
	codes := ChatCurrencies(chat, board.Base())
	today := Today(p, now)
	quotes, err := db.Rates(board.Book).Quotes(ctx, codes, today)
	if err != nil {
		return nil, fmt.Errorf("build digest: %w", err)
	}
	headlines, _, err := db.Headlines(ctx, store.NewsQuery{
		Languages: chat.NewsLanguages, Prefer: chat.Prefers(), Topics: chat.Topics, Without: without, AsOf: now, Since: reach(lastSlot, now), Limit: stories,
	})
	if err != nil {
		return nil, fmt.Errorf("build digest: %w", err)
	}

	var head strings.Builder
	head.WriteString("<b>" + p.H(greeting(now.In(zone).Hour())) + "</b> " + p.H("digest.today", "Date", p.DateFull(now)) + "\n\n")
	head.WriteString("<b>" + p.H("rates.title") + "</b>\n")
	byCode, date, known := Newest(quotes)
	if known && !date.Equal(today) && !rates.Stale(date, today) { // a Sunday or a Monday; what is stale says so below
		head.WriteString(p.H("rates.for", "Date", p.Date(Civil(p, date))) + "\n")
	}
	for _, code := range codes {
		head.WriteString(RateLine(p, code, byCode, date) + "\n")
	}
	if known && rates.Stale(date, today) {
		note, err := StaleNote(ctx, db, board.Book, p, date, now)
		if err != nil {
			return nil, fmt.Errorf("build digest: %w", err)
		}
		head.WriteString(note + "\n")
	}
	meanwhile, err := Meanwhile(ctx, db, board, p, codes, date, now)
	if err != nil {
		return nil, fmt.Errorf("build digest: %w", err)
	}
	if meanwhile != "" {
		head.WriteString("\n" + meanwhile)
	}
	text, shown := head.String()+"\n", 0
	if len(headlines) == 0 {
		text += p.H("digest.nothing")
	} else {
		text += "<b>" + p.H("digest.stories") + "</b>\n"
	}
	for i, h := range headlines {
		line := storyLine(p, i+1, h)
		if article.Length(text+line) > maxText || len(text)+len(line) > 16<<10 {
			break
		}
		text += line
		shown++
	}
	var keyboard [][]outbox.Button
	for i, h := range headlines[:shown] {
		if i%5 == 0 {
			keyboard = append(keyboard, nil)
		}
		row := len(keyboard) - 1
		keyboard[row] = append(keyboard[row], outbox.Button{Text: fmt.Sprint(i + 1), Data: OpenData(h.ID)})
	}
	keyboard = append(keyboard, []outbox.Button{{Text: p.T("article.to_news"), Data: "m:news"}})
	return &outbox.Message{Text: strings.TrimSpace(text), Keyboard: keyboard}, nil
}

// reach is where a digest begins: where the last one ended, within limits.
func reach(lastSlot, now time.Time) time.Time {
	if lastSlot.IsZero() {
		return now.Add(-firstReach)
	}
	if oldest := now.Add(-maxReach); lastSlot.Before(oldest) {
		return oldest
	}
	return lastSlot
}

// storyLine is a story's number, language, linked title and source.
func storyLine(p *locale.Printer, n int, h store.Headline) string {
	title := locale.Escape(locale.Clip(h.Title, 200))
	if link := WebLink(h.Link); link != "" {
		title = `<a href="` + locale.Escape(link) + `">` + title + `</a>`
	}
	return fmt.Sprintf("<b>%d.</b> %s %s <i>— %s</i>\n", n, locale.Escape(locale.Language(h.Language).Tag()), title, locale.Escape(locale.Clip(h.SourceTitle, 50)))
}

// WebLink returns link in a form that Telegram takes for links, buttons and
// previews; empty when there is none. What a feed left unescaped is escaped.
func WebLink(link string) string {
	u, err := url.Parse(link)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return ""
	}
	u.User = nil
	u.RawQuery = escapeQuery(u.RawQuery)
	if link = u.String(); len(link) > 1000 {
		return ""
	}
	return link
}

// escapeQuery escapes what RFC 3986 does not let stand in a query, and leaves
// the rest as it is: servers tell "%2F" from "/" and "+" from "%20".
func escapeQuery(query string) string {
	var b strings.Builder
	for _, c := range []byte(query) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte("<>\"{}|\\^`'", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func greeting(hour int) string {
	switch {
	case hour >= 5 && hour < 12:
		return "digest.morning"
	case hour >= 12 && hour < 18:
		return "digest.afternoon"
	case hour >= 18 && hour < 23:
		return "digest.evening"
	default:
		return "digest.night"
	}
}
