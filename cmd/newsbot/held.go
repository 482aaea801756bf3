package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/rates"
	"newsbot/internal/store"
)

// jumpsTold is how many currencies a message about a held list names.
const jumpsTold = 8

// tellEditors makes what writes to each editor that knows the bot, in the
// editor's language, that a list of rates is held. A date is told once, however
// often it is held.
func tellEditors(db *store.Store, book rates.Book, editors []int64, now func() time.Time, wake func()) func(context.Context, time.Time, []rates.Jump) error {
	return func(ctx context.Context, date time.Time, jumps []rates.Jump) error {
		var deliveries []outbox.Delivery
		for _, id := range editors {
			chat, err := db.Chat(ctx, id)
			if errors.Is(err, store.ErrNotFound) || err == nil && !chat.Active {
				continue // has never opened the bot, or has blocked it
			}
			if err != nil {
				return fmt.Errorf("find editor: %w", err)
			}
			p := locale.New(locale.Parse(chat.Language, locale.RU), time.UTC).Of(book.Words()) // the date is a civil one
			deliveries = append(deliveries, outbox.Delivery{
				Key: fmt.Sprintf("held:%s:%s:%d", book.Key(), date.Format(time.DateOnly), id), ChatID: id, Lane: outbox.LaneReply,
				Message: outbox.Message{Text: heldText(p, date, jumps)},
			})
		}
		if _, err := db.Enqueue(ctx, now(), deliveries...); err != nil {
			return fmt.Errorf("tell editors that rates are held: %w", err)
		}
		wake()
		return nil
	}
}

func heldText(p *locale.Printer, date time.Time, jumps []rates.Jump) string {
	var b strings.Builder
	b.WriteString(p.H("held.title", "Date", p.Date(date)))
	b.WriteString("\n")
	for i, j := range jumps {
		if i == jumpsTold {
			b.WriteString("\n" + p.H("held.more", "Count", len(jumps)-jumpsTold))
			break
		}
		name := p.Int(j.Nominal) + " " + j.Code
		percent := p.Percent(j.Percent.String())
		if j.Percent.IsPositive() {
			percent = "+" + percent
		}
		b.WriteString("\n" + p.H("held.line", "Currency", name, "Was", p.Price(j.Was.Round(4).String()), "Now", p.Price(j.Value.String()), "Percent", percent))
	}
	b.WriteString("\n\n" + p.H("held.note"))
	return b.String()
}
