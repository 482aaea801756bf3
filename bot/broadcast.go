package bot

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"
	"unicode"

	"newsbot/internal/article"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
)

const (
	dialogBroadcast = "broadcast" // the next message is what to broadcast
	dialogAge       = time.Hour
)

// broadcast begins a broadcast: of the text behind the command, of the message
// it replies to, or of the message that comes next.
func (b *Bot) broadcast(ctx context.Context, r *request) (answer, error) {
	switch {
	case r.message.HasMedia: // copying it would copy the command
	case r.args != "":
		// The text with the formatting that the editor gave it: the arguments are its end.
		whole := strings.TrimRightFunc(r.message.Text, unicode.IsSpace)
		text := r.message.HTML(locale.Units(whole[:len(whole)-len(r.args)]))
		if article.Length(text) > 4096 {
			return note(r.p.H("broadcast.too_long")), nil
		}
		return b.draft(ctx, r, outbox.Message{Text: text})
	case r.message.ReplyTo != nil:
		return b.draft(ctx, r, copyOf(r.message.Chat.ID, r.message.ReplyTo.ID))
	}
	if err := b.o.Store.SetDialog(ctx, r.now, r.chat.ID, r.from.ID, dialogBroadcast, ""); err != nil {
		return answer{}, err
	}
	return note(r.p.H("broadcast.ask")), nil
}

// copyOf is a message that repeats another with its formatting, as the editor made it.
func copyOf(chatID, messageID int64) outbox.Message {
	return outbox.Message{Copy: &outbox.MessageRef{ChatID: chatID, MessageID: messageID}}
}

// broadcastMessage takes the message that an editor was asked for.
func (b *Bot) broadcastMessage(ctx context.Context, r *request) (a answer, taken bool, err error) {
	state, _, ok, err := b.o.Store.Dialog(ctx, r.now, r.chat.ID, r.from.ID, dialogAge)
	if err != nil || !ok || state != dialogBroadcast {
		return answer{}, false, err
	}
	r.name = "broadcast"
	if err := b.o.Store.ClearDialog(ctx, r.chat.ID, r.from.ID); err != nil {
		return answer{}, false, err
	}
	a, err = b.draft(ctx, r, copyOf(r.chat.ID, r.message.ID))
	return a, true, err
}

// cancel forgets what an editor was asked for.
func (b *Bot) cancel(ctx context.Context, r *request) (answer, error) {
	_, _, ok, err := b.o.Store.Dialog(ctx, r.now, r.chat.ID, r.from.ID, dialogAge)
	if err != nil {
		return answer{}, err
	}
	if !ok {
		return note(r.p.H("cancel.nothing")), nil
	}
	if err := b.o.Store.ClearDialog(ctx, r.chat.ID, r.from.ID); err != nil {
		return answer{}, err
	}
	return note(r.p.H("cancel.done")), nil
}

// draft shows an editor the message as readers will see it, and how many will.
func (b *Bot) draft(ctx context.Context, r *request, m outbox.Message) (answer, error) {
	audience, err := b.o.Store.CountAudience(ctx, r.now, store.Audience{}, store.CategoryNewsroom)
	if err != nil {
		return answer{}, err
	}
	if audience == 0 {
		return note(r.p.H("broadcast.nobody")), nil
	}
	id := strings.ToLower(rand.Text()[:12])
	err = b.o.Store.CreateBroadcast(ctx, r.now, store.Broadcast{
		ID: id, EditorID: r.from.ID, EditorChat: r.chat.ID, Language: string(r.p.Language()), Message: m,
	})
	if err != nil {
		return answer{}, err
	}
	return answer{
		messages: []outbox.Message{m, {
			Text: r.p.H("broadcast.confirm", "Count", audience),
			Keyboard: [][]outbox.Button{
				{{Text: r.p.T("broadcast.send", "Count", audience), Data: "b:" + id + ":go"}},
				{{Text: r.p.T("broadcast.drop"), Data: "b:" + id + ":no"}},
			},
		}},
		instead: &outbox.Message{Text: r.p.H("broadcast.not_copied")},
	}, nil
}

// broadcastButton starts, drops or stops a broadcast. Each happens once: the
// broadcast's state decides, not how often a button is pressed.
func (b *Bot) broadcastButton(ctx context.Context, r *request) (answer, error) {
	id, err := r.id(0)
	if err != nil {
		return answer{}, err
	}
	cast, err := b.o.Store.Broadcast(ctx, id)
	if isNotFound(err) {
		return answer{toast: r.p.T("broadcast.missing"), alert: true}, nil
	}
	if err != nil {
		return answer{}, err
	}
	already := answer{toast: r.p.T("broadcast.already"), alert: true}
	switch r.arg(1) {
	case "go":
		started, err := b.o.Store.StartBroadcast(ctx, r.now, id)
		if err != nil || !started {
			return already, err
		}
		b.o.Log.Info("broadcast started", slog.String("broadcast", id), slog.Int64("editor", r.from.ID))
		b.o.Wake()
		if err := b.o.Store.SetBroadcastProgress(ctx, id, r.message.ID); err != nil {
			return answer{}, err
		}
	case "no":
		if cast.State != store.BroadcastDraft {
			return already, nil
		}
		if dropped, err := b.o.Store.CancelBroadcast(ctx, r.now, id); err != nil || !dropped {
			return already, err
		}
		return screen(outbox.Message{Text: r.p.H("broadcast.dropped")}), nil
	case "stop":
		if cast.State != store.BroadcastRunning {
			return already, nil
		}
		stopped, err := b.o.Store.CancelBroadcast(ctx, r.now, id)
		if err != nil || !stopped {
			return already, err
		}
		b.o.Halt(id)
		b.o.Log.Info("broadcast stopped", slog.String("broadcast", id), slog.Int64("editor", r.from.ID))
	default:
		return answer{}, badData{"broadcast " + r.arg(1)}
	}
	if cast, err = b.o.Store.Broadcast(ctx, id); err != nil {
		return answer{}, err
	}
	return screen(progressScreen(r.p, cast, nil)), nil
}

// progressScreen is a broadcast's one message, from its start to its report.
func progressScreen(p *locale.Printer, c store.Broadcast, reasons map[outbox.Reason]int) outbox.Message {
	title := "broadcast.running"
	switch c.State {
	case store.BroadcastDone:
		title = "broadcast.done"
	case store.BroadcastCancelled:
		title = "broadcast.stopped"
	}
	var t strings.Builder
	t.WriteString("<b>" + p.H(title) + "</b>\n\n")
	total := max(c.Total, c.Planned)
	if c.State == store.BroadcastRunning && total > 0 {
		settled := min(c.Sent+c.Failed+c.Gone, total)
		const width = 12
		filled := settled * width / total
		t.WriteString(strings.Repeat("▓", filled) + strings.Repeat("░", width-filled) + " " +
			p.Percent(strconv.Itoa(settled*100/total)) + "\n")
	}
	t.WriteString(p.H("broadcast.sent", "Sent", c.Sent, "Total", total))
	if c.Failed > 0 {
		t.WriteString("\n" + p.H("broadcast.failed", "N", c.Failed))
	}
	if c.Gone > 0 {
		t.WriteString("\n" + p.H("broadcast.unreachable", "N", c.Gone))
	}
	if c.State == store.BroadcastRunning {
		return outbox.Message{Text: t.String(), Keyboard: [][]outbox.Button{{{Text: p.T("broadcast.stop"), Data: "b:" + c.ID + ":stop"}}}}
	}
	if !c.StartedAt.IsZero() && c.FinishedAt.After(c.StartedAt) {
		t.WriteString("\n" + p.H("broadcast.time", "Time", stopwatch(c.FinishedAt.Sub(c.StartedAt))))
	}
	if len(reasons) > 0 {
		t.WriteString("\n\n" + p.H("broadcast.reasons"))
		for _, reason := range mostFrequent(reasons, 8) {
			t.WriteString("\n• <code>" + locale.Escape(locale.Clip(string(reason), 150)) + "</code> — " + p.Int(int64(reasons[reason])))
		}
	}
	return outbox.Message{Text: t.String()}
}

// stopwatch writes how long something took: 0:42, 1:05:00.
func stopwatch(d time.Duration) string {
	s := max(1, int(d.Round(time.Second)/time.Second)) // nothing takes no time
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
