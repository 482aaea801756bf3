package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"strings"
	"time"

	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
)

// draftCard shows what a draft is, whom it is for and when, with buttons for
// all that can be changed of it.
func (b *Bot) draftCard(ctx context.Context, r *request, c store.Broadcast) (outbox.Message, error) {
	count, err := b.countFor(ctx, r.now, c)
	if err != nil {
		return outbox.Message{}, err
	}
	p := r.p
	title := "draft." + c.Kind
	if c.Kind == store.KindSend && c.Category == store.CategoryBreaking {
		title = "draft.breaking"
	}
	lines := append([]string{"<b>" + p.H(title) + "</b>", ""}, particulars(p, c, r.now)...)
	if b.o.Paid && c.Kind == store.KindSend && c.Category != store.CategoryBreaking && count > 0 { // breaking news goes at the free rate
		lines = append(lines, p.H("draft.stars", "Count", starsFor(count)))
	}
	lines = append(lines, "", b.question(p, c, count))
	return outbox.Message{Text: strings.Join(lines, "\n"), Keyboard: b.draftButtons(p, c, count)}, nil
}

// particulars tell which broadcast it is, whom it is for, when and how it goes:
// what an editor decides about, a line each.
func particulars(p *locale.Printer, c store.Broadcast, now time.Time) []string {
	lines := []string{p.H("draft.what", "Title", c.Title)}
	if c.Kind == store.KindSend {
		lines = append(lines, p.H("draft.to", "Audience", locale.Raw(audienceWords(p, c.Audience, c.Category))))
	}
	lines = append(lines, whenLine(p, c, now))
	if n := countButtons(c.Message.Keyboard); n > 0 {
		lines = append(lines, p.H("draft.links", "Count", n))
	}
	if rings(c) {
		lines = append(lines, p.H(soundOf(c)))
		if c.ArticleID != "" {
			lines = append(lines, p.H("draft.not_again"))
		}
	}
	return lines
}

// rings says whether a broadcast is one of those that can be marked as critical.
// A correction of it is silent in any case.
func rings(c store.Broadcast) bool {
	return c.Category == store.CategoryBreaking && c.Kind == store.KindSend
}

// soundOf says how breaking news comes in a chat's quiet hours.
func soundOf(c store.Broadcast) string {
	if c.Critical {
		return "draft.critical"
	}
	return "draft.quiet"
}

// countFor is how many chats a broadcast would reach now.
func (b *Bot) countFor(ctx context.Context, now time.Time, c store.Broadcast) (int, error) {
	if c.Kind == store.KindSend {
		return b.o.Store.CountAudience(ctx, now, c.Audience, c.Category)
	}
	copies, tooOld, err := b.o.Store.CountCopies(ctx, now, c.TargetID)
	if c.Kind == store.KindRecall {
		copies -= tooOld
	}
	return copies, err
}

// starsFor is the most that a paid broadcast to so many chats costs, in Stars: a
// tenth for each message over the thirty a second that are free.
func starsFor(chats int) int { return (chats + 9) / 10 }

func countButtons(rows [][]outbox.Button) (n int) {
	for _, row := range rows {
		n += len(row)
	}
	return n
}

func whenLine(p *locale.Printer, c store.Broadcast, now time.Time) string {
	if c.StartAt.IsZero() {
		return p.H("draft.at_once")
	}
	return p.H("draft.at", "Time", whenWords(p, c.StartAt, now), "Zone", p.ZoneName(c.StartAt))
}

// whenWords is an instant in words: "tomorrow, 09:00".
func whenWords(p *locale.Printer, t, now time.Time) string {
	if t.In(p.Zone()).Year() != now.In(p.Zone()).Year() {
		return p.DateFull(t) + ", " + p.Clock(t)
	}
	return p.DayName(t, now) + ", " + p.Clock(t)
}

// question is the last line of a draft's card: what its first button does.
func (b *Bot) question(p *locale.Printer, c store.Broadcast, count int) string {
	switch {
	case count == 0 && c.Kind == store.KindCorrect:
		return p.H("change.gone")
	case count == 0:
		return p.H("draft.nobody")
	case c.Kind == store.KindCorrect:
		return p.H("draft.ask_correct", "Count", count)
	case b.needsApproval(c):
		return p.H("draft.ask_approval", "Count", count)
	case !c.StartAt.IsZero():
		return p.H("draft.ask_schedule", "Count", count)
	default:
		return p.H("broadcast.confirm", "Count", count)
	}
}

// needsApproval tells whether another editor has to let a broadcast go. A test
// to oneself needs nobody, and neither does what only takes away.
func (b *Bot) needsApproval(c store.Broadcast) bool {
	return b.o.Approvals && c.Kind != store.KindRecall && len(c.Audience.Only) == 0
}

func (b *Bot) draftButtons(p *locale.Printer, c store.Broadcast, count int) [][]outbox.Button {
	data := func(verb string) string { return "b:" + c.ID + ":" + verb }
	var rows [][]outbox.Button
	if count > 0 {
		rows = append(rows, []outbox.Button{{Text: b.goLabel(p, c, count), Data: data("go:" + seal(c))}})
	}
	if c.Kind == store.KindSend {
		rows = append(rows,
			[]outbox.Button{{Text: p.T("draft.button_audience"), Data: data("aud")}, {Text: p.T("draft.button_links"), Data: data("links")}})
	}
	rows = append(rows, []outbox.Button{{Text: p.T("draft.button_when"), Data: data("when")}, {Text: p.T("draft.button_preview"), Data: data("see")}})
	if rings(c) {
		rows = append(rows, []outbox.Button{{Text: mark(c.Critical, p.T("draft.button_critical")), Data: data("crit:" + flip(c.Critical))}})
	}
	return append(rows, []outbox.Button{{Text: p.T("broadcast.drop"), Data: data("no")}})
}

// flip is the other value of a switch, as its button carries it.
func flip(on bool) string {
	if on {
		return "0"
	}
	return "1"
}

func (b *Bot) goLabel(p *locale.Printer, c store.Broadcast, count int) string {
	switch {
	case b.needsApproval(c):
		return p.T("draft.submit")
	case !c.StartAt.IsZero():
		return p.T("draft.schedule", "Count", count)
	case c.Kind == store.KindCorrect:
		return p.T("draft.go_correct", "Count", count)
	default:
		return p.T("broadcast.send", "Count", count)
	}
}

// seal is a mark of all that an editor saw on a draft's card. A card that shows
// what the draft was before its last change must not send what it is now.
func seal(c store.Broadcast) string {
	c.Message.Copy = nil // its id may change, the message does not
	b, err := json.Marshal([]any{c.Kind, c.Category, c.Critical, c.Audience, c.Message, c.StartAt.UnixMilli()})
	if err != nil { // plain values: it cannot be
		return "x"
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:4])
}

// draftScreen is the draft's card in the place of the message whose button was pressed.
func (b *Bot) draftScreen(ctx context.Context, r *request, c store.Broadcast) (answer, error) {
	card, err := b.draftCard(ctx, r, c)
	return screen(card), err
}

// showDraft shows the message as readers will see it, and the card below it,
// in the place of a card that is further up.
func (b *Bot) showDraft(ctx context.Context, r *request, c store.Broadcast) (answer, error) {
	card, err := b.draftCard(ctx, r, c)
	if err != nil {
		return answer{}, err
	}
	a := answer{messages: []outbox.Message{c.Message, card}, remove: r.callback != nil, instead: &outbox.Message{Text: r.p.H("broadcast.lost")}}
	if c.Kind == store.KindCorrect && c.Media == outbox.MediaCaption && b.showCorrected(ctx, r, c) {
		a.messages = a.messages[1:]
	}
	return a, nil
}

// showCorrected shows an editor a picture with its new caption. When it cannot,
// the caption by itself has to do.
func (b *Bot) showCorrected(ctx context.Context, r *request, c store.Broadcast) bool {
	target, err := b.o.Store.Broadcast(ctx, c.TargetID)
	if err != nil || target.Message.Copy == nil || !b.wait(ctx, r.chat.ID) {
		return false
	}
	out := b.o.Telegram.Send(ctx, outbox.Delivery{ChatID: r.chat.ID, Lane: outbox.LaneReply, Message: target.Message})
	if out.Result != outbox.Sent {
		return false
	}
	if err := b.o.Telegram.EditCaption(ctx, r.chat.ID, out.MessageID, c.Message.Text, c.Message.Keyboard); err != nil {
		b.o.Log.Info("a corrected picture is not shown", slog.String("broadcast", c.ID), slog.Any("error", err))
		if err := b.o.Telegram.DeleteMessage(ctx, r.chat.ID, out.MessageID); err != nil {
			b.o.Log.Info("a preview is not deleted", slog.String("broadcast", c.ID), slog.Any("error", err))
		}
		return false
	}
	return true
}
