package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"newsbot/internal/outbox"
	"newsbot/internal/store"
	"newsbot/internal/telegram"
)

// paceLimit is how long a reply waits for its turn before it is left to the outbox.
const paceLimit = 15 * time.Second

func isNotFound(err error) bool { return errors.Is(err, store.ErrNotFound) }

// errRefused is Telegram's last word on a message.
var errRefused = errors.New("telegram does not take the message")

// send does what an answer says: the one place from which the conversation reaches Telegram.
func (b *Bot) send(ctx context.Context, r *request, a answer) error {
	var toasted sync.WaitGroup
	if r.callback != nil {
		// At the same time: the button's waiting ends now, the screen comes when it is its turn.
		toasted.Go(func() {
			if err := b.o.Telegram.AnswerCallback(ctx, r.callback.ID, a.toast, a.alert); err != nil {
				b.o.Log.Warn("button is not answered", slog.Int64("update", r.update), slog.Any("error", err))
			}
		})
	}
	defer toasted.Wait()
	err := b.sendMessages(ctx, r, a)
	if a.picture != nil {
		err = errors.Join(err, b.sendPicture(ctx, r, a.picture, a.edit))
	}
	if a.remove {
		err = errors.Join(err, b.remove(ctx, r))
	}
	if a.menu && r.place == private {
		if err := b.publishChat(ctx, r.chat.ID, r.p); err != nil {
			b.o.Log.Warn("menu is not set", slog.Int64("update", r.update), slog.Any("error", err))
		}
	}
	return err
}

func (b *Bot) sendMessages(ctx context.Context, r *request, a answer) error {
	var kept time.Time // when the last message is due that had to be left to the outbox
	for i, m := range a.messages {
		d := outbox.Delivery{
			Key: fmt.Sprintf("r:%s:%d", cmp.Or(r.key, strconv.FormatInt(r.update, 10)), i), ChatID: r.chat.ID, ThreadID: r.thread, Lane: outbox.LaneReply, Message: m,
		}
		var err error
		switch {
		case !kept.IsZero(): // what belongs below it must not overtake it
			kept, err = b.later(ctx, d, kept.Sub(b.o.Now())+time.Second)
		case i == 0 && a.edit && r.callback != nil && r.message != nil:
			kept, err = b.edit(ctx, r.message.ID, d)
		default:
			kept, err = b.deliver(ctx, d)
		}
		if errors.Is(err, errRefused) && a.instead != nil {
			b.o.Log.Info("message is refused, its replacement is sent", slog.Int64("update", r.update), slog.Any("error", err))
			d.Key, d.Message = d.Key+"i", *a.instead
			_, err = b.deliver(ctx, d)
			return err
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// edit makes a message be d's; where that cannot be, d is sent anew. Like
// deliver it returns when d is due if it was left to the outbox.
func (b *Bot) edit(ctx context.Context, messageID int64, d outbox.Delivery) (kept time.Time, err error) {
	if !b.wait(ctx, d.ChatID) {
		return b.later(ctx, d, 0)
	}
	err = b.o.Telegram.EditMessage(ctx, d.ChatID, messageID, d.Message)
	switch class := telegram.Classify(err); {
	case err == nil, class == telegram.NotModified:
		b.o.Pacer.Succeeded(d.ChatID)
		return time.Time{}, nil
	case class == telegram.Flood:
		after := retryAfter(err)
		b.o.Pacer.Flooded(d.ChatID, after)
		return b.later(ctx, d, after)
	case class == telegram.Temporary:
		return b.later(ctx, d, 0)
	case class == telegram.Gone || class == telegram.NoWrite:
		return time.Time{}, b.gone(ctx, d.ChatID, err)
	default:
		// The message is gone, the chat has moved, the text is not understood:
		// sending knows how to get over each.
		b.o.Log.Info("screen is sent anew", slog.Int64("chat", d.ChatID), slog.Any("error", err))
		return b.deliver(ctx, d)
	}
}

// deliver sends a new message, or leaves it to the outbox and returns when it is due.
func (b *Bot) deliver(ctx context.Context, d outbox.Delivery) (kept time.Time, err error) {
	for range 2 { // once more after a group's move
		if !b.wait(ctx, d.ChatID) {
			return b.later(ctx, d, 0)
		}
		out := b.o.Telegram.Send(ctx, d)
		switch out.Result {
		case outbox.Sent:
			b.o.Pacer.Succeeded(d.ChatID)
			return time.Time{}, nil
		case outbox.Flooded:
			b.o.Pacer.Flooded(d.ChatID, out.After)
			return b.later(ctx, d, out.After)
		case outbox.Retry:
			return b.later(ctx, d, out.After)
		case outbox.Gone:
			return time.Time{}, b.gone(ctx, d.ChatID, out.Err)
		case outbox.Moved:
			if err := b.o.Store.MigrateChat(ctx, b.o.Now(), d.ChatID, out.NewChatID); err != nil {
				return time.Time{}, err
			}
			d.ChatID = out.NewChatID
		default:
			return time.Time{}, fmt.Errorf("%w: %w", errRefused, out.Err)
		}
	}
	return b.later(ctx, d, time.Second)
}

// wait waits for a reply's turn; false means that it is better left to the outbox.
func (b *Bot) wait(ctx context.Context, chatID int64) bool { return b.waitAlbum(ctx, chatID, 1) }

// waitAlbum is wait for n messages that leave together.
func (b *Bot) waitAlbum(ctx context.Context, chatID int64, n int) bool {
	ctx, cancel := context.WithTimeout(ctx, paceLimit)
	defer cancel()
	return b.o.Pacer.WaitAlbum(ctx, outbox.LaneReply, chatID, n) == nil
}

// later leaves a message to the outbox, which keeps it over restarts, and
// returns when it is due.
func (b *Bot) later(ctx context.Context, d outbox.Delivery, after time.Duration) (due time.Time, err error) {
	// The update's time may be over: that is no reason to lose its answer.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	now := b.o.Now()
	d.DueAt = now.Add(after)
	if _, err := b.o.Store.Enqueue(ctx, now, d); err != nil {
		return d.DueAt, fmt.Errorf("keep reply for later: %w", err)
	}
	b.o.Wake()
	return d.DueAt, nil
}

// gone notes that a chat cannot be reached any more.
func (b *Bot) gone(ctx context.Context, chatID int64, cause error) error {
	b.o.Log.Info("chat cannot be reached", slog.Int64("chat", chatID), slog.Any("error", cause))
	reason := "unreachable"
	switch {
	case telegram.Classify(cause) == telegram.NoWrite:
		reason = store.InactiveNoRights
	case cause != nil:
		reason = cause.Error()
	}
	if err := b.o.Store.DeactivateChat(ctx, b.o.Now(), chatID, reason); err != nil && !isNotFound(err) {
		return err
	}
	return nil
}

func retryAfter(err error) time.Duration {
	var e *telegram.Error
	if errors.As(err, &e) && e.RetryAfter > 0 {
		return e.RetryAfter
	}
	return time.Second
}
