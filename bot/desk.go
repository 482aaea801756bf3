package bot

import (
	"context"
	"log/slog"
	"slices"

	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
)

// deskButton is a button of the editors' desk: what its data has behind the
// broadcast's id.
type deskButton struct {
	states []string // in which it means something
	author bool     // only who made the broadcast may press it
	run    func(*Bot, context.Context, *request, store.Broadcast) (answer, error)
}

// deskButtons is the table of the desk's buttons.
func deskButtons() map[string]deskButton {
	draft := []string{store.BroadcastDraft}
	before := []string{store.BroadcastDraft, store.BroadcastWaiting, store.BroadcastScheduled}
	waiting := []string{store.BroadcastWaiting}
	held := []string{store.BroadcastWaiting, store.BroadcastScheduled}
	ended := []string{store.BroadcastDone, store.BroadcastCancelled}
	return map[string]deskButton{
		"card":  {before, true, (*Bot).openCard},
		"see":   {draft, true, (*Bot).showDraft},
		"aud":   {draft, true, (*Bot).audienceButton},
		"links": {draft, true, (*Bot).linksButton},
		"when":  {[]string{store.BroadcastDraft, store.BroadcastScheduled}, true, (*Bot).whenButton},
		"crit":  {draft, true, (*Bot).criticalButton},
		"go":    {draft, true, (*Bot).launch},
		"no":    {before, true, (*Bot).drop},
		"back":  {held, true, (*Bot).takeBack},

		"ok":   {waiting, false, (*Bot).approve},
		"deny": {waiting, false, (*Bot).deny},

		"pause":  {[]string{store.BroadcastRunning}, false, (*Bot).pauseButton},
		"resume": {[]string{store.BroadcastPaused}, false, (*Bot).resumeButton},
		"stop":   {[]string{store.BroadcastRunning, store.BroadcastPaused}, false, (*Bot).stopButton},

		"open":   {nil, false, (*Bot).openCard},
		"csv":    {ended, false, (*Bot).csvButton},
		"fix":    {ended, false, (*Bot).correctButton},
		"recall": {ended, false, (*Bot).recallButton},
		"again":  {ended, false, (*Bot).againButton},
		"rest":   {ended, false, (*Bot).restButton},
	}
}

// broadcastButton finds the broadcast that a button is about, and refuses what
// cannot be (any more), in words.
func (b *Bot) broadcastButton(ctx context.Context, r *request) (answer, error) {
	id, err := r.id(0)
	if err != nil {
		return answer{}, err
	}
	verb, known := b.desk[r.arg(1)]
	if !known {
		return answer{}, badData{"broadcast " + r.arg(1)}
	}
	c, err := b.o.Store.Broadcast(ctx, id)
	if isNotFound(err) {
		return answer{toast: r.p.T("broadcast.missing"), alert: true}, nil
	}
	if err != nil {
		return answer{}, err
	}
	if verb.author && c.EditorID != r.from.ID {
		return answer{toast: r.p.T("draft.not_yours"), alert: true}, nil
	}
	if verb.states != nil && !slices.Contains(verb.states, c.State) {
		return b.outdated(ctx, r, c)
	}
	return verb.run(b, ctx, r, c)
}

// outdated answers a button of a card that shows what is over: with words, and
// with the broadcast as it is now.
func (b *Bot) outdated(ctx context.Context, r *request, c store.Broadcast) (answer, error) {
	if c.State == store.BroadcastDraft && c.EditorID != r.from.ID { // it waited for their leave, and does no longer
		return screen(outbox.Message{Text: r.p.H("approval.over", "Title", c.Title)}), nil
	}
	a, err := b.openCard(ctx, r, c)
	if err != nil {
		return answer{}, err
	}
	a.toast, a.alert = r.p.T("broadcast.already"), true
	return a, nil
}

// openCard shows a broadcast as it is now in the place of the message whose
// button was pressed.
func (b *Bot) openCard(ctx context.Context, r *request, c store.Broadcast) (answer, error) {
	mine := c.EditorID == r.from.ID
	switch c.State {
	case store.BroadcastDraft:
		if !mine {
			return answer{toast: r.p.T("draft.not_yours"), alert: true}, nil
		}
		if r.arg(1) == "open" { // out of the list: the message itself is far up
			a, err := b.showDraft(ctx, r, c)
			a.remove = false
			return a, err
		}
		a, err := b.draftScreen(ctx, r, c)
		if err != nil {
			return answer{}, err
		}
		return b.over(ctx, r, a)
	case store.BroadcastWaiting:
		count, err := b.countFor(ctx, r.now, c)
		if err != nil {
			return answer{}, err
		}
		return screen(withBack(r.p, waitingCard(r.p, c, count, r.now, mine))), nil
	case store.BroadcastScheduled:
		m := scheduledCard(r.p, c, r.now)
		if !mine {
			m.Keyboard = nil
		}
		return screen(withBack(r.p, m)), nil
	}
	return b.openRun(ctx, r, c)
}

// withBack adds the way to the list.
func withBack(p *locale.Printer, m outbox.Message) outbox.Message {
	m.Keyboard = append(slices.Clip(m.Keyboard), []outbox.Button{{Text: p.T("list.back"), Data: "h:"}})
	return m
}

// criticalButton sets whether breaking news comes with a sound at night too.
func (b *Bot) criticalButton(ctx context.Context, r *request, c store.Broadcast) (answer, error) {
	if !rings(c) || r.arg(2) != "0" && r.arg(2) != "1" {
		return answer{}, badData{"critical " + r.arg(2)}
	}
	c.Critical = r.arg(2) == "1"
	if changed, err := b.o.Store.UpdateDraft(ctx, r.now, c); err != nil || !changed {
		return already(r), err
	}
	return b.draftScreen(ctx, r, c)
}

// drop ends what has not begun.
func (b *Bot) drop(ctx context.Context, r *request, c store.Broadcast) (answer, error) {
	dropped, err := b.o.Store.CancelBroadcast(ctx, r.now, c.ID)
	if err != nil || !dropped {
		return already(r), err
	}
	b.o.Log.Info("broadcast dropped", slog.String("broadcast", c.ID), slog.Int64("editor", r.from.ID))
	return b.over(ctx, r, screen(outbox.Message{Text: r.p.H("broadcast.dropped")}))
}
