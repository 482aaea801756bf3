package bot

import (
	"context"
	"errors"

	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
	"newsbot/internal/telegram"
)

// linksButton asks for a draft's link buttons, or takes them off.
func (b *Bot) linksButton(ctx context.Context, r *request, c store.Broadcast) (answer, error) {
	if isAlbum(c) {
		return answer{toast: r.p.T("links.album"), alert: true}, nil
	}
	if r.arg(2) == "off" {
		c.Message.Keyboard = nil
		if changed, err := b.setLinks(ctx, r, c); err != nil || !changed {
			return already(r), err
		}
		a, err := b.draftScreen(ctx, r, c)
		if err != nil {
			return answer{}, err
		}
		return b.over(ctx, r, a)
	}
	if err := b.o.Store.SetDialog(ctx, r.now, r.chat.ID, r.from.ID, dialogLinks, c.ID); err != nil {
		return answer{}, err
	}
	m := outbox.Message{Text: r.p.H("links.ask")}
	if len(c.Message.Keyboard) > 0 {
		m.Text += "\n\n" + r.p.H("links.now") + "\n<pre>" + locale.Escape(formatLinks(c.Message.Keyboard)) + "</pre>"
		m.Keyboard = append(m.Keyboard, []outbox.Button{{Text: r.p.T("links.button_off"), Data: "b:" + c.ID + ":links:off"}})
	}
	m.Keyboard = append(m.Keyboard, []outbox.Button{{Text: r.p.T("draft.back"), Data: "b:" + c.ID + ":card"}})
	return screen(m), nil
}

func isAlbum(c store.Broadcast) bool { return c.Message.Copy != nil && len(c.Message.Copy.More) > 0 }

// takeLinks reads the buttons that an editor was asked for. Until they are
// understood they can write others.
func (b *Bot) takeLinks(ctx context.Context, r *request, id string) (answer, error) {
	c, err := b.o.Store.Broadcast(ctx, id)
	if isNotFound(err) {
		return b.over(ctx, r, note(r.p.H("broadcast.missing")))
	}
	if err != nil {
		return answer{}, err
	}
	if c.State != store.BroadcastDraft { // or the message that is shown would get them
		return b.over(ctx, r, note(r.p.H("broadcast.already")))
	}
	rows, err := parseLinks(r.message.Text)
	var wrong *linkError
	if errors.As(err, &wrong) {
		return askAgain(r.p, c, r.p.H("links."+wrong.problem, "Line", wrong.line)), nil
	}
	if err != nil {
		return answer{}, err
	}
	c.Message.Keyboard = rows
	changed, err := b.setLinks(ctx, r, c)
	switch {
	case telegram.Classify(err) == telegram.BadButton && err != nil:
		return askAgain(r.p, c, r.p.H("links.refused")), nil
	case err != nil:
		return answer{}, err
	case !changed:
		return b.over(ctx, r, note(r.p.H("broadcast.already")))
	}
	a, err := b.showDraft(ctx, r, c)
	if err != nil {
		return answer{}, err
	}
	return b.over(ctx, r, a)
}

// setLinks gives a draft its buttons, and the message that the editor was shown
// of it, too: Telegram has to take them there before anyone else gets them.
func (b *Bot) setLinks(ctx context.Context, r *request, c store.Broadcast) (changed bool, err error) {
	if held := c.Message.Copy; held != nil && held.ChatID == r.chat.ID && b.wait(ctx, r.chat.ID) {
		err := b.o.Telegram.SetKeyboard(ctx, held.ChatID, held.MessageID, c.Message.Keyboard)
		if err != nil && telegram.Classify(err) == telegram.BadButton {
			return false, err
		}
	}
	return b.o.Store.UpdateDraft(ctx, r.now, c)
}
