package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/telegram"
)

// albumQuiet is how long nothing more of an album must have come for it to be
// whole: Telegram sends its pictures one by one and no sign after the last.
const albumQuiet = time.Second

// albumWait is albumQuiet for an album of before the start: its other pictures may
// wait at Telegram, which has to be reached first.
const albumWait = 5 * time.Second

// album is what has come of an album so far, in the dialog's data.
type album struct {
	Album   string            `json:"album"`
	IDs     []int64           `json:"ids"`
	Title   string            `json:"title,omitempty"`
	Caption *string           `json:"caption,omitempty"` // Telegram HTML for the first; nil leaves it
	First   int64             `json:"first,omitempty"`   // whose caption it is
	Links   [][]outbox.Button `json:"links,omitempty"`
	// Category is that of the broadcast that it will be.
	Category string `json:"category,omitempty"`
}

// beginAlbum notes an album's first picture. What has come is kept in the
// database, so that a restart in the midst of it loses none.
func (b *Bot) beginAlbum(ctx context.Context, r *request, category string, caption *string) error {
	a := album{Category: category, Album: r.message.Album, Caption: caption, Links: r.message.Links}
	if caption != nil {
		a.First, a.Title = r.message.ID, titleOf(r.p, r.args)
	}
	return b.keepAlbum(ctx, r, a)
}

func (b *Bot) addToAlbum(ctx context.Context, r *request, data string) error {
	var a album
	if err := json.Unmarshal([]byte(data), &a); err != nil {
		return fmt.Errorf("read album: %w", err)
	}
	if a.Album != r.message.Album { // another one: the last that is sent counts
		a = album{Category: a.Category, Album: r.message.Album, Links: r.message.Links}
	}
	return b.keepAlbum(ctx, r, a)
}

// keepAlbum adds the picture in hand; when no other follows, the draft is made.
func (b *Bot) keepAlbum(ctx context.Context, r *request, a album) error {
	r.name = "broadcast"
	if !slices.Contains(a.IDs, r.message.ID) {
		a.IDs = append(a.IDs, r.message.ID)
		slices.Sort(a.IDs)
	}
	if a.Title == "" && r.message.Caption != "" {
		a.Title = titleOf(r.p, r.message.Caption)
	}
	data, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("keep album: %w", err)
	}
	if err := b.o.Store.SetDialog(ctx, r.now, r.chat.ID, r.from.ID, dialogAlbum, string(data)); err != nil {
		return err
	}
	b.whenQuiet(r.chat.ID, albumQuiet, func() { b.endAlbum(context.WithoutCancel(ctx), r) })
	return nil
}

// endAlbum makes a draft of the album of which nothing more has come.
func (b *Bot) endAlbum(ctx context.Context, r *request) {
	ctx, cancel := context.WithTimeout(ctx, handlerLimit)
	defer cancel()
	err := guarded(func() error {
		r.now = b.o.Now()
		a, taken, err := b.pendingAlbum(ctx, r)
		if err != nil || !taken {
			return err
		}
		return b.send(ctx, r, a)
	})
	if err != nil {
		err = errors.Join(err, guarded(func() error { return b.apologise(ctx, r) }))
		b.o.Log.Error("album is not made a draft", slog.Int64("update", r.update), slog.Int64("chat", r.chat.ID), slog.Any("error", err))
	}
}

// recoverAlbums takes up the albums that a predecessor did not see the end of.
func (b *Bot) recoverAlbums(ctx context.Context) error {
	cut, err := b.o.Store.DialogsAt(ctx, b.o.Now(), dialogAlbum, dialogAge)
	if err != nil {
		return err
	}
	for _, d := range cut {
		chat, err := b.o.Store.Chat(ctx, d.ChatID)
		if err != nil {
			b.o.Log.Warn("an album waits for its editor's next message", slog.Int64("chat", d.ChatID), slog.Any("error", err))
			continue
		}
		p := b.printer(locale.Language(chat.Language), chat.Zone)
		r := &request{key: fmt.Sprintf("album:%d:%d", d.ChatID, d.ChangedAt.UnixMilli()), name: "broadcast", chat: chat, place: private, from: telegram.User{ID: d.UserID}, editor: b.editors[d.UserID], p: p}
		if !r.editor { // not any more
			continue
		}
		b.quietly.notBefore(d.ChatID, time.Now().Add(albumWait))
		b.whenQuiet(d.ChatID, albumWait, func() { b.endAlbum(context.WithoutCancel(ctx), r) })
	}
	return nil
}

// pendingAlbum makes a draft of the album that has come; taken is false when there is none.
func (b *Bot) pendingAlbum(ctx context.Context, r *request) (_ answer, taken bool, err error) {
	state, data, ok, err := b.o.Store.Dialog(ctx, r.now, r.chat.ID, r.from.ID, dialogAge)
	if err != nil || !ok || state != dialogAlbum {
		return answer{}, false, err
	}
	var a album
	if err := json.Unmarshal([]byte(data), &a); err != nil {
		return answer{}, false, fmt.Errorf("read album: %w", err)
	}
	if len(a.IDs) == 0 {
		return answer{}, false, errors.New("read album: it has no pictures")
	}
	c := content{
		ref: &outbox.MessageRef{ChatID: r.chat.ID, MessageID: a.IDs[0], More: a.IDs[1:]}, links: a.Links,
		media: outbox.MediaCaption, title: titleOf(r.p, a.Title), category: a.Category,
	}
	if a.Caption != nil && a.First == a.IDs[0] {
		c.caption = a.Caption
	}
	out, err := b.compose(ctx, r, c)
	return out, true, err
}

// quiet runs things that wait until nothing more comes of a chat.
type quietTimers struct {
	mu     sync.Mutex
	timers map[int64]*time.Timer
	early  map[int64]time.Time // before when nothing is whole, by the real clock
}

// notBefore keeps what waits for a chat's quiet until a time: what came before the
// start may be followed by what waits at Telegram.
func (q *quietTimers) notBefore(chat int64, until time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.early[chat] = until
}

// whenQuiet runs f, in the chat's turn, when d has passed without another call
// for the same chat. Wait waits for it.
func (b *Bot) whenQuiet(chat int64, d time.Duration, f func()) {
	b.quietly.mu.Lock()
	defer b.quietly.mu.Unlock()
	if old := b.quietly.timers[chat]; old != nil && old.Stop() {
		b.done()
	}
	b.mu.Lock()
	b.running++
	b.mu.Unlock()
	d = max(d, time.Until(b.quietly.early[chat]))
	var timer *time.Timer
	timer = time.AfterFunc(d, func() {
		defer b.done()
		b.quietly.mu.Lock()
		delete(b.quietly.early, chat)
		if b.quietly.timers[chat] == timer {
			delete(b.quietly.timers, chat)
		}
		b.quietly.mu.Unlock()
		ended := make(chan struct{})
		if b.enqueue(chat, f, func() { close(ended) }) {
			<-ended
		}
	})
	b.quietly.timers[chat] = timer
}
