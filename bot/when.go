package bot

import (
	"context"
	"strings"
	"time"

	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
)

// whenButton asks for a time, or sets one that its button names.
func (b *Bot) whenButton(ctx context.Context, r *request, c store.Broadcast) (answer, error) {
	if r.arg(2) != "now" {
		if err := b.o.Store.SetDialog(ctx, r.now, r.chat.ID, r.from.ID, dialogWhen, c.ID); err != nil {
			return answer{}, err
		}
		m := outbox.Message{Text: r.p.H("when.ask", "Zone", r.p.ZoneName(r.now), "Time", r.p.Clock(r.now), "Date", exampleDate(r.p, r.now))}
		if c.State == store.BroadcastDraft && !c.StartAt.IsZero() {
			m.Keyboard = append(m.Keyboard, []outbox.Button{{Text: r.p.T("when.button_now"), Data: "b:" + c.ID + ":when:now"}})
		}
		m.Keyboard = append(m.Keyboard, []outbox.Button{{Text: r.p.T("draft.back"), Data: "b:" + c.ID + ":card"}})
		return screen(m), nil
	}
	if c.State != store.BroadcastDraft {
		return already(r), nil
	}
	c.StartAt = time.Time{}
	if changed, err := b.o.Store.UpdateDraft(ctx, r.now, c); err != nil || !changed {
		return already(r), err
	}
	a, err := b.draftScreen(ctx, r, c)
	if err != nil {
		return answer{}, err
	}
	return b.over(ctx, r, a)
}

// takeWhen reads the time that an editor was asked for. Until it is understood
// they can write another.
func (b *Bot) takeWhen(ctx context.Context, r *request, id string) (answer, error) {
	c, err := b.o.Store.Broadcast(ctx, id)
	if isNotFound(err) {
		return b.over(ctx, r, note(r.p.H("broadcast.missing")))
	}
	if err != nil {
		return answer{}, err
	}
	if c.State != store.BroadcastDraft && c.State != store.BroadcastScheduled {
		return b.over(ctx, r, note(r.p.H("broadcast.already")))
	}
	at, err := locale.ParseWhen(r.message.Text, r.now, r.p.Zone())
	if err != nil {
		return askAgain(r.p, c, whenProblem(r.p, err, r.now)), nil
	}
	isNow := !at.After(r.now)
	if c.State == store.BroadcastScheduled && b.needsApproval(c) {
		if isNow {
			at = time.Time{}
		}
		return b.resubmit(ctx, r, c, at)
	}
	if c.State == store.BroadcastScheduled {
		if changed, err := b.o.Store.ScheduleBroadcast(ctx, id, at); err != nil || !changed {
			return note(r.p.H("broadcast.already")), err
		}
		b.o.Wake()
		c.StartAt = at
		return b.over(ctx, r, answer{messages: []outbox.Message{scheduledCard(r.p, c, r.now)}})
	}
	if c.StartAt = at; isNow {
		c.StartAt = time.Time{}
	}
	if changed, err := b.o.Store.UpdateDraft(ctx, r.now, c); err != nil || !changed {
		return note(r.p.H("broadcast.already")), err
	}
	card, err := b.draftCard(ctx, r, c)
	if err != nil {
		return answer{}, err
	}
	return b.over(ctx, r, answer{messages: []outbox.Message{card}})
}

// askAgain says why what an editor was asked for is not taken. They can write it
// again, or go back to the card.
func askAgain(p *locale.Printer, c store.Broadcast, why string) answer {
	return answer{messages: []outbox.Message{{Text: why, Keyboard: [][]outbox.Button{{{Text: p.T("draft.back"), Data: "b:" + c.ID + ":card"}}}}}}
}

// resubmit gives a broadcast that another editor let go for one time another
// time, for which it needs leave again.
func (b *Bot) resubmit(ctx context.Context, r *request, c store.Broadcast, at time.Time) (answer, error) {
	c.StartAt = at
	a, done, err := b.askLeave(ctx, r, c, func(ctx context.Context, now time.Time, id string, words ...outbox.Delivery) (bool, error) {
		return b.o.Store.ResubmitBroadcast(ctx, now, id, at, words...)
	})
	if err != nil || !done {
		return note(r.p.H("broadcast.already")), err
	}
	return b.over(ctx, r, a)
}

// whenProblem says why a time is not taken.
func whenProblem(p *locale.Printer, err error, now time.Time) string {
	problem, at := locale.WhenProblemOf(err)
	said := ""
	if !at.IsZero() {
		said = whenWords(p, at, now)
	}
	return p.H("when."+string(problem), "Time", said, "Date", exampleDate(p, now), "Day", p.DayName(now.AddDate(0, 0, 7), now))
}

// exampleDate is a day of the next week as editors type it, for the words that say how
// to write a time: an example that is over would be refused.
func exampleDate(p *locale.Printer, now time.Time) string {
	return now.In(p.Zone()).AddDate(0, 0, 7).Format("02.01")
}

// scheduledCard is what an editor sees of a broadcast that waits for its time.
func scheduledCard(p *locale.Printer, c store.Broadcast, now time.Time) outbox.Message {
	text := "<b>" + p.H("scheduled.title") + "</b>\n\n" + strings.Join(particulars(p, c, now), "\n") + "\n\n" + p.H("scheduled.about")
	return outbox.Message{Text: text, Keyboard: [][]outbox.Button{
		{{Text: p.T("draft.button_when"), Data: "b:" + c.ID + ":when"}, {Text: p.T("scheduled.button_back"), Data: "b:" + c.ID + ":back"}},
		{{Text: p.T("broadcast.drop"), Data: "b:" + c.ID + ":no"}},
	}}
}
