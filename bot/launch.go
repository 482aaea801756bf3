package bot

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
	"newsbot/internal/telegram"
)

// launch sends a draft, puts it off to its time, or asks another editor for
// leave. Each happens once: the broadcast's state decides, not how often a
// button is pressed. The button's seal says what its card showed.
func (b *Bot) launch(ctx context.Context, r *request, c store.Broadcast) (answer, error) {
	if r.arg(2) != seal(c) {
		a, err := b.draftScreen(ctx, r, c)
		a.toast, a.alert = r.p.T("draft.changed"), true
		return a, err
	}
	if !c.StartAt.IsZero() && !c.StartAt.After(r.now) {
		return answer{toast: r.p.T("draft.too_late"), alert: true}, nil
	}
	if there, err := b.stillThere(ctx, c); err != nil || !there {
		return answer{toast: r.p.T("broadcast.lost"), alert: true}, err
	}
	log := b.o.Log.With(slog.String("broadcast", c.ID), slog.Int64("editor", r.from.ID))
	switch {
	case b.needsApproval(c):
		done, err := b.o.Store.SubmitBroadcast(ctx, c.ID)
		if err != nil || !done {
			return already(r), err
		}
		c.State = store.BroadcastWaiting
		return b.askLeave(ctx, r, c)
	case !c.StartAt.IsZero():
		done, err := b.o.Store.ScheduleBroadcast(ctx, c.ID, c.StartAt)
		if err != nil || !done {
			return already(r), err
		}
		log.Info("broadcast scheduled", slog.Time("at", c.StartAt))
		b.o.Wake()
		c.State = store.BroadcastScheduled
		return screen(scheduledCard(r.p, c, r.now)), nil
	}
	return b.begin(ctx, r, c)
}

// begin starts a draft; the message whose button was pressed shows its progress.
func (b *Bot) begin(ctx context.Context, r *request, c store.Broadcast) (answer, error) {
	started, err := b.o.Store.StartBroadcast(ctx, r.now, c.ID)
	if err != nil {
		return answer{}, err
	}
	if !started {
		return b.notStarted(ctx, r, c.ID)
	}
	b.o.Log.Info("broadcast started", slog.String("broadcast", c.ID), slog.String("kind", c.Kind), slog.Int64("editor", r.from.ID))
	b.o.Wake()
	if err := b.o.Store.SetBroadcastProgress(ctx, c.ID, r.message.ID); err != nil {
		return answer{}, err
	}
	if c, err = b.o.Store.Broadcast(ctx, c.ID); err != nil {
		return answer{}, err
	}
	return screen(runScreen(r.p, c, pace{}, nil)), nil
}

// notStarted says why a draft did not start: another press was faster, or the
// message that it is about is being worked on.
func (b *Bot) notStarted(ctx context.Context, r *request, id string) (answer, error) {
	now, err := b.o.Store.Broadcast(ctx, id)
	if err != nil {
		return answer{}, err
	}
	if now.State == store.BroadcastDraft {
		return answer{toast: r.p.T("change.busy"), alert: true}, nil
	}
	return already(r), nil
}

// already answers a button whose time is over.
func already(r *request) answer { return answer{toast: r.p.T("broadcast.already"), alert: true} }

// stillThere tells whether the message that a broadcast copies is still there:
// the editor may have deleted it from the chat.
func (b *Bot) stillThere(ctx context.Context, c store.Broadcast) (bool, error) {
	held := c.Message.Copy
	if held == nil || !b.wait(ctx, held.ChatID) {
		return true, nil
	}
	// Giving it the buttons that it has changes nothing and fails when it is gone.
	err := b.o.Telegram.SetKeyboard(ctx, held.ChatID, held.MessageID, c.Message.Keyboard)
	if err != nil && telegram.Classify(err) == telegram.NotFound {
		return false, nil
	}
	return true, nil // what else may be wrong now is no word about the message
}

// askLeave asks the other editors about a broadcast that waits for leave, and
// shows its author that it does.
func (b *Bot) askLeave(ctx context.Context, r *request, c store.Broadcast) (answer, error) {
	b.o.Log.Info("broadcast waits for another editor", slog.String("broadcast", c.ID), slog.Int64("editor", r.from.ID))
	count, err := b.countFor(ctx, r.now, c)
	if err != nil {
		return answer{}, err
	}
	if err := b.askEditors(ctx, r, c, count); err != nil {
		return answer{}, err
	}
	return screen(waitingCard(r.p, c, count, r.now, true)), nil
}

// askEditors sends a broadcast that waits for leave to the other editors.
func (b *Bot) askEditors(ctx context.Context, r *request, c store.Broadcast, count int) error {
	key := "approval.asked"
	if c.Kind == store.KindCorrect {
		key = "approval.asked_correct"
	}
	var asked []outbox.Delivery
	for _, id := range b.o.Editors {
		if id == r.from.ID {
			continue
		}
		p := b.editorPrinter(ctx, id)
		card := waitingCard(p, c, count, r.now, false)
		card.Text = p.H(key, "Name", r.from.Name) + "\n\n" + card.Text
		for i, m := range []outbox.Message{c.Message, card} {
			asked = append(asked, outbox.Delivery{
				Key:    fmt.Sprintf("a:%s:%d:%d:%d", c.ID, r.update, id, i),
				ChatID: id, Lane: outbox.LaneReply, Message: m,
				DueAt: r.now.Add(time.Duration(i) * time.Second), // the card below the message
			})
		}
	}
	if _, err := b.o.Store.Enqueue(ctx, r.now, asked...); err != nil {
		return fmt.Errorf("ask editors: %w", err)
	}
	b.o.Wake()
	return nil
}

// editorPrinter writes to an editor in the language of their chat with the bot.
func (b *Bot) editorPrinter(ctx context.Context, id int64) *locale.Printer {
	chat, err := b.o.Store.Chat(ctx, id)
	if err != nil { // who has never written to the bot has no language here yet
		return b.printer(b.o.DefaultLanguage, "")
	}
	return b.printer(locale.Language(chat.Language), chat.Zone)
}

// tell sends an editor a few words about a broadcast, once for each what.
func (b *Bot) tell(ctx context.Context, r *request, c store.Broadcast, what, html string) error {
	_, err := b.o.Store.Enqueue(ctx, r.now, outbox.Delivery{
		Key:    fmt.Sprintf("t:%s:%s:%d", c.ID, what, r.update),
		ChatID: c.EditorChat, Lane: outbox.LaneReply, Message: outbox.Message{Text: html}, DueAt: r.now,
	})
	if err != nil {
		return fmt.Errorf("tell editor: %w", err)
	}
	b.o.Wake()
	return nil
}

// waitingCard is what editors see of a broadcast that waits for leave: its
// author, or the others, who can give it. Whoever gives it sees all that the
// author decided, and for how many chats.
func waitingCard(p *locale.Printer, c store.Broadcast, count int, now time.Time, author bool) outbox.Message {
	lines := append([]string{"<b>" + p.H("approval.title") + "</b>", ""}, particulars(p, c, now)...)
	lines = append(lines, "", p.H("audience.count", "Count", count))
	m := outbox.Message{}
	if author {
		lines = append(lines, "", p.H("approval.waits"))
		m.Keyboard = [][]outbox.Button{{{Text: p.T("approval.withdraw"), Data: "b:" + c.ID + ":back"}}, {{Text: p.T("broadcast.drop"), Data: "b:" + c.ID + ":no"}}}
	} else {
		m.Keyboard = [][]outbox.Button{{{Text: p.T("approval.yes"), Data: "b:" + c.ID + ":ok:" + seal(c)}, {Text: p.T("approval.no"), Data: "b:" + c.ID + ":deny"}}}
	}
	m.Text = strings.Join(lines, "\n")
	return m
}

// approve lets another editor's broadcast go.
func (b *Bot) approve(ctx context.Context, r *request, c store.Broadcast) (answer, error) {
	switch {
	case c.EditorID == r.from.ID:
		return answer{toast: r.p.T("approval.not_yours"), alert: true}, nil
	case r.arg(2) != seal(c):
		return answer{toast: r.p.T("draft.changed"), alert: true}, nil
	case !c.StartAt.IsZero() && !c.StartAt.After(r.now):
		return answer{toast: r.p.T("draft.too_late"), alert: true}, nil
	}
	approved, err := b.o.Store.ApproveBroadcast(ctx, r.now, c.ID, r.from.ID)
	if err != nil {
		return answer{}, err
	}
	if !approved {
		if now, err := b.o.Store.Broadcast(ctx, c.ID); err == nil && now.State == store.BroadcastWaiting {
			return answer{toast: r.p.T("change.busy"), alert: true}, nil
		}
		return already(r), nil
	}
	b.o.Log.Info("broadcast approved", slog.String("broadcast", c.ID), slog.Int64("editor", r.from.ID))
	b.o.Wake()
	p := b.editorPrinter(ctx, c.EditorID)
	if err := b.tell(ctx, r, c, "ok", p.H("approval.given", "Name", r.from.Name, "Title", c.Title)); err != nil {
		return answer{}, err
	}
	return screen(outbox.Message{Text: r.p.H("approval.you_gave", "Title", c.Title), Keyboard: [][]outbox.Button{
		{{Text: r.p.T("list.open"), Data: "b:" + c.ID + ":open"}},
	}}), nil
}

// deny gives another editor's broadcast back to its author as a draft.
func (b *Bot) deny(ctx context.Context, r *request, c store.Broadcast) (answer, error) {
	if c.EditorID == r.from.ID {
		return answer{toast: r.p.T("approval.not_yours"), alert: true}, nil
	}
	if returned, err := b.o.Store.ReturnBroadcast(ctx, c.ID); err != nil || !returned {
		return already(r), err
	}
	b.o.Log.Info("broadcast denied", slog.String("broadcast", c.ID), slog.Int64("editor", r.from.ID))
	p := b.editorPrinter(ctx, c.EditorID)
	if err := b.tell(ctx, r, c, "deny", p.H("approval.denied", "Name", r.from.Name, "Title", c.Title)); err != nil {
		return answer{}, err
	}
	return screen(outbox.Message{Text: r.p.H("approval.you_denied", "Title", c.Title)}), nil
}

// takeBack makes a draft again of what waits for leave or for its time.
func (b *Bot) takeBack(ctx context.Context, r *request, c store.Broadcast) (answer, error) {
	if returned, err := b.o.Store.ReturnBroadcast(ctx, c.ID); err != nil || !returned {
		return already(r), err
	}
	c.State = store.BroadcastDraft
	return b.draftScreen(ctx, r, c)
}
