package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
	"newsbot/internal/telegram"
)

const (
	rightsAgain = 6 * time.Hour      // between two looks whether the bot may write in a chat again
	tellAgain   = 7 * 24 * time.Hour // between two words about the same chat
	rightsSlice = 20                 // chats looked at in one run
)

// Rights tells the owners of chats in which the bot may not write any more, once
// a chat, and finds out where it may again: Telegram says so when the bot's own
// rights change, and not when those of all members do.
func (b *Bot) Rights(ctx context.Context) error {
	now := b.o.Now()
	paused, err := b.o.Store.PausedChats(ctx, now.Add(-rightsAgain), rightsSlice)
	if err != nil {
		return err
	}
	var errs []error
	for _, c := range paused {
		if ctx.Err() != nil {
			break
		}
		if err := b.lookAtPaused(ctx, now, c); err != nil {
			errs = append(errs, fmt.Errorf("rights in chat %d: %w", c.ID, err))
			if telegram.Classify(err) == telegram.Flood {
				break // whoever goes on asking is made to wait for longer
			}
		}
	}
	return errors.Join(errs...)
}

func (b *Bot) lookAtPaused(ctx context.Context, now time.Time, c store.Paused) error {
	can, err := false, error(nil)
	if !c.CheckedAt.IsZero() { // at first Telegram has just said that it may not
		can, err = b.o.Telegram.CanWrite(ctx, c.ID, telegram.ChatKind(c.Kind))
	}
	switch class := telegram.Classify(err); {
	case class == telegram.Gone:
		return b.o.Store.DeactivateChat(ctx, now, c.ID, store.InactiveKicked)
	case class == telegram.Moved:
		var e *telegram.Error
		if errors.As(err, &e) && e.MigrateTo != 0 {
			return b.o.Store.MigrateChat(ctx, now, c.ID, e.MigrateTo)
		}
		return err
	case class == telegram.Flood, class == telegram.Temporary, class == telegram.Unauthorized:
		return err // it stays first in line
	case err != nil:
		b.o.Log.Info("cannot ask for the bot's rights", slog.Int64("chat", c.ID), slog.Any("error", err))
	case can:
		_, err := b.o.Store.ResumeChat(ctx, now, c.ID)
		return err
	}
	if now.Sub(c.ToldAt) < tellAgain {
		return b.o.Store.PausedSeen(ctx, now, c.ID, nil)
	}
	notice, err := b.rightsNotice(ctx, now, c)
	if err != nil {
		return err
	}
	if err := b.o.Store.PausedSeen(ctx, now, c.ID, notice); err != nil {
		return err
	}
	b.o.Wake()
	return nil
}

// rightsNotice is the word to the one who brought the bot into a chat, or to
// an administrator who knows the bot; nil when there is nobody to be told.
func (b *Bot) rightsNotice(ctx context.Context, now time.Time, c store.Paused) (*outbox.Delivery, error) {
	owner, err := b.ownerOf(ctx, c.Chat)
	if err != nil || owner.ID == 0 {
		return nil, err
	}
	p := b.printer(locale.Language(owner.Language), owner.Zone)
	text, help := "rights.group", "rights.group_help"
	if c.Kind == string(telegram.Channel) {
		text, help = "rights.channel", "rights.channel_help"
	}
	return &outbox.Delivery{
		Key: fmt.Sprintf("rights:%d:%d", c.ID, now.UnixMilli()), ChatID: owner.ID, Lane: outbox.LaneDigest,
		Message: outbox.Message{
			Text:   p.H(text, "Title", locale.Clip(c.Title, 100)) + "\n\n" + p.H("rights.kept") + "\n\n" + p.H(help),
			Silent: owner.Quiet.At(now, p.Zone()),
		},
	}, nil
}

// ownerOf finds the private chat of a person to be told about a chat: who brought
// the bot there, else an administrator. The bot cannot write first to anyone, so
// it is one who has written to the bot. Without any the zero Chat is returned.
func (b *Bot) ownerOf(ctx context.Context, c store.Chat) (store.Chat, error) {
	asked := []int64{c.OwnerID}
	for i := 0; i < len(asked); i++ {
		if id := asked[i]; id > 0 {
			owner, err := b.o.Store.Chat(ctx, id)
			if err != nil && !isNotFound(err) {
				return store.Chat{}, err
			}
			if err == nil && owner.Active && owner.Kind == string(telegram.Private) {
				return owner, nil
			}
		}
		if i > 0 {
			continue
		}
		admins, err := b.o.Telegram.Admins(ctx, c.ID)
		switch telegram.Classify(err) {
		case telegram.OK:
		case telegram.Flood, telegram.Temporary, telegram.Unauthorized:
			return store.Chat{}, err
		default:
			b.o.Log.Info("cannot ask who the administrators are", slog.Int64("chat", c.ID), slog.Any("error", err))
		}
		for _, u := range admins {
			asked = append(asked, u.ID)
		}
	}
	return store.Chat{}, nil
}

// rightsBack tells whoever was told that the bot may not write that it may again.
func (b *Bot) rightsBack(ctx context.Context, r *request) error {
	told, err := b.o.Store.RightsBack(ctx, r.chat.ID)
	if err != nil || !told {
		return err
	}
	owner, err := b.ownerOf(ctx, r.chat)
	if err != nil || owner.ID == 0 {
		return err
	}
	p := b.printer(locale.Language(owner.Language), owner.Zone)
	_, err = b.o.Store.Enqueue(ctx, r.now, outbox.Delivery{
		Key: fmt.Sprintf("rights-back:%d:%d", r.chat.ID, r.now.UnixMilli()), ChatID: owner.ID, Lane: outbox.LaneDigest,
		Message: outbox.Message{Text: p.H("rights.back", "Title", locale.Clip(r.chat.Title, 100)), Silent: owner.Quiet.At(r.now, p.Zone())},
	})
	if err == nil {
		b.o.Wake()
	}
	return err
}
