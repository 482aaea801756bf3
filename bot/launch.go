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
	if !b.stillThere(ctx, c) {
		return answer{toast: r.p.T("broadcast.lost"), alert: true}, nil
	}
	log := b.o.Log.With(slog.String("broadcast", c.ID), slog.Int64("editor", r.from.ID))
	switch {
	case b.needsApproval(c):
		a, done, err := b.askLeave(ctx, r, c, b.o.Store.SubmitBroadcast)
		if err != nil || !done {
			return already(r), err
		}
		return a, nil
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
		return b.notStarted(ctx, r, c.ID, store.BroadcastDraft)
	}
	b.o.Log.Info("broadcast started", slog.String("broadcast", c.ID), slog.String("kind", c.Kind), slog.Int64("editor", r.from.ID))
	b.o.Wake()
	if err := b.o.Store.SetBroadcastProgress(ctx, c.ID, r.message.ID); err != nil {
		return answer{}, err
	}
	if c, err = b.o.Store.Broadcast(ctx, c.ID); err != nil {
		return answer{}, err
	}
	return screen(runScreen(r.p, c, pace{}, nil, afterwards{})), nil
}

// notStarted says why a broadcast that was in a state did not start: another
// press was faster, or the message that it is about is being worked on.
func (b *Bot) notStarted(ctx context.Context, r *request, id, state string) (answer, error) {
	now, err := b.o.Store.Broadcast(ctx, id)
	if err != nil {
		return answer{}, err
	}
	if now.State == state {
		return answer{toast: r.p.T("change.busy"), alert: true}, nil
	}
	return already(r), nil
}

// already answers a button whose time is over.
func already(r *request) answer { return answer{toast: r.p.T("broadcast.already"), alert: true} }

// stillThere tells whether the message that a broadcast copies is still there:
// the editor may have deleted it from the chat.
func (b *Bot) stillThere(ctx context.Context, c store.Broadcast) bool {
	held := c.Message.Copy
	if held == nil || !b.wait(ctx, held.ChatID) {
		return true
	}
	// Giving it the buttons that it has changes nothing and fails when it is gone;
	// what else may be wrong now is no word about the message.
	err := b.o.Telegram.SetKeyboard(ctx, held.ChatID, held.MessageID, c.Message.Keyboard)
	return err == nil || telegram.Classify(err) != telegram.NotFound
}

// askLeave lets a broadcast wait for leave, asks the other editors for it, and
// shows its author that it waits; done is what submit says.
func (b *Bot) askLeave(ctx context.Context, r *request, c store.Broadcast,
	submit func(ctx context.Context, now time.Time, id string, words ...outbox.Delivery) (bool, error)) (_ answer, done bool, err error) {
	count, err := b.countFor(ctx, r.now, c)
	if err != nil {
		return answer{}, false, err
	}
	if done, err := submit(ctx, r.now, c.ID, b.asking(ctx, r, c, count)...); err != nil || !done {
		return answer{}, false, err
	}
	b.o.Log.Info("broadcast waits for another editor", slog.String("broadcast", c.ID), slog.Int64("editor", r.from.ID))
	b.o.Wake()
	return screen(waitingCard(r.p, c, count, r.now, true)), true, nil
}

// asking is how a broadcast that waits for leave is shown to the other editors.
func (b *Bot) asking(ctx context.Context, r *request, c store.Broadcast, count int) (asked []outbox.Delivery) {
	key := "approval.asked"
	if c.Kind == store.KindCorrect {
		key = "approval.asked_correct"
	}
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
	return asked
}

// editorPrinter writes to an editor in the language of their chat with the bot.
func (b *Bot) editorPrinter(ctx context.Context, id int64) *locale.Printer {
	chat, err := b.o.Store.Chat(ctx, id)
	if err != nil { // who has never written to the bot has no language here yet
		return b.printer(b.o.DefaultLanguage, "")
	}
	return b.printer(locale.Language(chat.Language), chat.Zone)
}

// word tells a broadcast's author what another editor has decided about it.
func (b *Bot) word(ctx context.Context, r *request, c store.Broadcast, key string) outbox.Delivery {
	p := b.editorPrinter(ctx, c.EditorID)
	return outbox.Delivery{
		Key:    fmt.Sprintf("t:%s:%s:%d", c.ID, key, r.update),
		ChatID: c.EditorChat, Lane: outbox.LaneReply, DueAt: r.now, Message: outbox.Message{Text: p.H(key, "Name", r.from.Name, "Title", c.Title)},
	}
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
		if err := b.giveBack(ctx, c, "approval.late"); err != nil {
			return answer{}, err
		}
		return screen(outbox.Message{Text: r.p.H("approval.you_late", "Title", c.Title)}), nil
	}
	approved, err := b.o.Store.ApproveBroadcast(ctx, r.now, c.ID, r.from.ID, b.word(ctx, r, c, "approval.given"))
	if err != nil {
		return answer{}, err
	}
	if !approved {
		return b.notStarted(ctx, r, c.ID, store.BroadcastWaiting)
	}
	b.o.Log.Info("broadcast approved", slog.String("broadcast", c.ID), slog.Int64("editor", r.from.ID))
	b.o.Wake()
	return screen(outbox.Message{Text: r.p.H("approval.you_gave", "Title", c.Title), Keyboard: [][]outbox.Button{
		{{Text: r.p.T("list.open"), Data: "b:" + c.ID + ":open"}},
	}}), nil
}

// deny gives another editor's broadcast back to its author as a draft.
func (b *Bot) deny(ctx context.Context, r *request, c store.Broadcast) (answer, error) {
	if c.EditorID == r.from.ID {
		return answer{toast: r.p.T("approval.not_yours"), alert: true}, nil
	}
	if returned, err := b.o.Store.ReturnBroadcast(ctx, r.now, c.ID, b.word(ctx, r, c, "approval.denied")); err != nil || !returned {
		return already(r), err
	}
	b.o.Log.Info("broadcast denied", slog.String("broadcast", c.ID), slog.Int64("editor", r.from.ID))
	b.o.Wake()
	return screen(outbox.Message{Text: r.p.H("approval.you_denied", "Title", c.Title)}), nil
}

// takeBack makes a draft again of what waits for leave or for its time.
func (b *Bot) takeBack(ctx context.Context, r *request, c store.Broadcast) (answer, error) {
	if returned, err := b.o.Store.ReturnBroadcast(ctx, r.now, c.ID); err != nil || !returned {
		return already(r), err
	}
	c.State = store.BroadcastDraft
	return b.draftScreen(ctx, r, c)
}
