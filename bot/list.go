package bot

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
)

const (
	listPage   = 8
	listDrafts = 4
)

// broadcasts lists the last broadcasts, the newest first, with the editor's own
// drafts above them.
func (b *Bot) broadcasts(ctx context.Context, r *request) (answer, error) {
	m, err := b.broadcastList(ctx, r, "")
	return answer{messages: []outbox.Message{m}}, err
}

// broadcastsPage shows the list, or those before the one that its data names.
func (b *Bot) broadcastsPage(ctx context.Context, r *request) (answer, error) {
	before := ""
	if r.arg(0) != "" {
		var err error
		if before, err = r.id(0); err != nil {
			return answer{}, err
		}
	}
	m, err := b.broadcastList(ctx, r, before)
	return screen(m), err
}

func (b *Bot) broadcastList(ctx context.Context, r *request, before string) (outbox.Message, error) {
	var drafts []store.Broadcast
	if before == "" {
		var err error
		if drafts, err = b.o.Store.DraftsOf(ctx, r.from.ID, listDrafts); err != nil {
			return outbox.Message{}, err
		}
	}
	page, err := b.o.Store.Broadcasts(ctx, before, listPage+1)
	if err != nil {
		return outbox.Message{}, err
	}
	more := len(page) > listPage
	page = page[:min(len(page), listPage)]
	p := r.p
	if len(drafts)+len(page) == 0 {
		return outbox.Message{Text: p.H("list.none")}, nil
	}
	ids := make([]string, len(page))
	for i, c := range page {
		ids[i] = c.ID
	}
	after, err := b.o.Store.Aftermaths(ctx, ids...)
	if err != nil {
		return outbox.Message{}, err
	}
	lines := []string{"<b>" + p.H("list.title") + "</b>"}
	var numbers []outbox.Button
	for i, c := range append(drafts, page...) {
		n := strconv.Itoa(i + 1)
		title := cmp.Or(after[c.ID].Title, c.Title) // as readers have it
		lines = append(lines, "", n+". "+listMark(c)+" <b>"+locale.Escape(locale.Clip(title, maxTitle))+"</b>", listLine(p, c, r.now)+aftermathWords(p, after[c.ID]))
		numbers = append(numbers, outbox.Button{Text: n, Data: "b:" + c.ID + ":open"})
	}
	m := outbox.Message{Text: strings.Join(lines, "\n")}
	for row := range slices.Chunk(numbers, 6) {
		m.Keyboard = append(m.Keyboard, row)
	}
	var turn []outbox.Button
	if before != "" {
		turn = append(turn, outbox.Button{Text: p.T("list.newest"), Data: "h:"})
	}
	if more {
		turn = append(turn, outbox.Button{Text: p.T("list.older"), Data: "h:" + page[len(page)-1].ID})
	}
	if len(turn) > 0 {
		m.Keyboard = append(m.Keyboard, turn)
	}
	return m, nil
}

// listMark is a broadcast's state, or its kind, in one sign.
func listMark(c store.Broadcast) string {
	switch {
	case c.State == store.BroadcastDraft:
		return "📝"
	case c.State == store.BroadcastWaiting:
		return "✋"
	case c.State == store.BroadcastScheduled:
		return "🕘"
	case c.State == store.BroadcastRunning:
		return "▶️"
	case c.State == store.BroadcastPaused:
		return "⏸"
	case c.State == store.BroadcastCancelled:
		return "⏹"
	case c.Kind == store.KindCorrect:
		return "✏️"
	case c.Kind == store.KindRecall:
		return "↩️"
	default:
		return "✅"
	}
}

// aftermathWords say what was done to a message after it was sent.
func aftermathWords(p *locale.Printer, a store.Aftermath) (words string) {
	if !a.CorrectedAt.IsZero() {
		words += " · " + p.H("list.corrected")
	}
	if !a.RecalledAt.IsZero() {
		words += " · " + p.H("list.recalled", "Count", a.Recalled)
	}
	return words
}

// listLine says in a line what a broadcast is at.
func listLine(p *locale.Printer, c store.Broadcast, now time.Time) string {
	state := p.H("list.state_" + c.State)
	if c.State == store.BroadcastCancelled && c.StartedAt.IsZero() {
		state = p.H("list.state_dropped")
	}
	if c.Kind != store.KindSend {
		state = p.H("list.kind_"+c.Kind) + ", " + state
	}
	at := c.CreatedAt
	switch {
	case c.State == store.BroadcastScheduled:
		at = c.StartAt
	case !c.StartedAt.IsZero():
		at = c.StartedAt
	}
	line := state + " · " + locale.Escape(whenWords(p, at, now))
	if !c.StartedAt.IsZero() {
		line += " · " + p.H("list.sent", "Sent", c.Sent, "Total", max(c.Total, c.Planned))
	}
	return line
}
