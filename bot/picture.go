package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"newsbot/internal/outbox"
	"newsbot/internal/telegram"
)

// picture is an answer that is a picture with a caption and buttons.
type picture struct {
	key   string         // names what it shows: Telegram is sent the same bytes once
	photo telegram.Photo // without the picture itself
	draw  func() ([]byte, error)
	words outbox.Message // says the same where no picture can be sent
}

// pictureTries bounds how often a picture is tried in another way: drawn anew,
// sent instead of edited, in the chat that a group became.
const pictureTries = 4

// sendPicture sends a picture, or makes the message whose button was pressed be
// it. What cannot be sent as a picture is said in words.
func (b *Bot) sendPicture(ctx context.Context, r *request, p *picture, edit bool) error {
	d := outbox.Delivery{
		Key: fmt.Sprintf("r:%d:p", r.update), ChatID: r.chat.ID, ThreadID: r.thread, Lane: outbox.LaneReply, Message: p.words,
	}
	held, err := b.o.Store.Picture(ctx, p.key)
	if err != nil { // it costs an upload, and nothing else
		b.o.Log.Warn("sent pictures are not known", slog.Int64("update", r.update), slog.Any("error", err))
	}
	edit = edit && r.message != nil
	for range pictureTries {
		photo := p.photo
		if photo.FileID = held; held == "" && len(photo.PNG) == 0 {
			if photo.PNG, err = p.draw(); err != nil {
				return errors.Join(err, b.sayInstead(ctx, d))
			}
			p.photo.PNG = photo.PNG
		}
		if held != "" {
			photo.PNG = nil
		}
		if !b.wait(ctx, d.ChatID) {
			_, err := b.later(ctx, d, 0)
			return err
		}
		var fileID string
		if edit {
			fileID, err = b.o.Telegram.EditPhoto(ctx, d.ChatID, r.message.ID, photo)
		} else {
			_, fileID, err = b.o.Telegram.SendPhoto(ctx, d.ChatID, d.ThreadID, photo)
		}
		switch class := telegram.Classify(err); {
		case err == nil:
			b.o.Pacer.Succeeded(d.ChatID)
			return b.keepPicture(ctx, p.key, held, fileID)
		case class == telegram.Flood:
			after := retryAfter(err)
			b.o.Pacer.Flooded(d.ChatID, after)
			_, err := b.later(ctx, d, after)
			return err
		case class == telegram.Temporary:
			_, err := b.later(ctx, d, 0)
			return err
		case class == telegram.Gone:
			return b.gone(ctx, d.ChatID, err)
		case class == telegram.Moved && movedTo(err) != 0:
			if err := b.o.Store.MigrateChat(ctx, b.o.Now(), d.ChatID, movedTo(err)); err != nil {
				return err
			}
			d.ChatID, edit = movedTo(err), false
		case class == telegram.BadPreview && held != "":
			b.o.Log.Info("a picture is not held any more, it is drawn anew", slog.Int64("update", r.update), slog.Any("error", err))
			held = ""
		case edit: // the message is gone, or may not be changed any more
			b.o.Log.Info("picture is sent anew", slog.Int64("chat", d.ChatID), slog.Any("error", err))
			edit = false
		default: // pictures are not allowed here
			b.o.Log.Info("picture is refused, its words are sent", slog.Int64("chat", d.ChatID), slog.Any("error", err))
			return b.sayInstead(ctx, d)
		}
	}
	return b.sayInstead(ctx, d)
}

// sayInstead sends a picture's words in its place.
func (b *Bot) sayInstead(ctx context.Context, d outbox.Delivery) error {
	_, err := b.deliver(ctx, d)
	return err
}

// keepPicture remembers under which id Telegram holds a picture now.
func (b *Bot) keepPicture(ctx context.Context, key, held, fileID string) error {
	if fileID == "" || fileID == held {
		return nil
	}
	return b.o.Store.SavePicture(ctx, b.o.Now(), key, fileID)
}

func movedTo(err error) int64 {
	var e *telegram.Error
	if errors.As(err, &e) {
		return e.MigrateTo
	}
	return 0
}

// remove deletes the message whose button was pressed. One that Telegram does
// not let be deleted any more loses its buttons.
func (b *Bot) remove(ctx context.Context, r *request) error {
	if r.message == nil || !b.wait(ctx, r.chat.ID) {
		return nil // it stays, and so does its button
	}
	err := b.o.Telegram.DeleteMessage(ctx, r.chat.ID, r.message.ID)
	switch telegram.Classify(err) {
	case telegram.Locked, telegram.NoRights, telegram.NoWrite:
		err = b.o.Telegram.DropKeyboard(ctx, r.chat.ID, r.message.ID)
	case telegram.Flood:
		b.o.Pacer.Flooded(r.chat.ID, retryAfter(err))
	}
	if err == nil {
		b.o.Pacer.Succeeded(r.chat.ID)
	}
	return err
}
