package bot

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"newsbot/internal/store"
	"newsbot/internal/telegram"
)

const (
	// defaultPatience is longer than an answer takes where Telegram is near. Where it
	// is not, those who wrote next would wait for the way of each answer, one after the
	// other, to save what it costs to keep updates in the store: a write for all and
	// one for each.
	defaultPatience = 3 * time.Millisecond
	// busyPatience is how long the next ones wait at most while more than manyOpen are
	// not answered, as after the bot was away: Telegram keeps them as well as the store
	// does, and a chat's queue holds no more than perChat.
	busyPatience = 5 * time.Second
	manyOpen     = 50
	// keptPatience is how long it does so when the store does not keep anything.
	keptPatience = 5 * time.Second
	// inboxTime bounds what is written about kept updates.
	inboxTime = 5 * time.Second
)

// batch is the updates that came together, until each is answered.
type batch struct {
	all sync.WaitGroup

	mu   sync.Mutex
	open map[int64]telegram.Update // not answered
	kept map[int64]bool            // in the store until they are
}

func (t *batch) add(u telegram.Update) {
	t.all.Add(1)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.open[u.ID] = u
}

// Handle answers a batch of updates: chats at the same time, a chat's updates in
// order. It returns when each is answered, or kept in the store and answered
// soon, also when the program is killed before: Telegram need not give any of
// them again. Of more than manyOpen it waits for some to be answered. It always returns nil: an update that fails is told to the reader
// and to the log, not tried again.
//
// When ctx ends, what was begun is finished first.
func (b *Bot) Handle(ctx context.Context, updates []telegram.Update) error {
	t := &batch{open: map[int64]telegram.Update{}, kept: map[int64]bool{}}
	for _, u := range updates {
		b.take(ctx, t, u)
	}
	done := make(chan struct{})
	go func() { t.all.Wait(); close(done) }()
	timer := time.NewTimer(b.o.Patience)
	defer timer.Stop()
	for waited := false; ; waited = true {
		select {
		case <-done:
			return nil
		case <-ctx.Done():
			b.Wait()
			return nil
		case <-timer.C:
		}
		if waited {
			return nil
		}
		err := b.keep(ctx, t)
		if err == nil {
			b.catchUp(ctx, done)
			return nil
		}
		b.o.Log.Warn("updates that take long are not kept, the next ones wait for them", slog.Any("error", err))
		timer.Reset(keptPatience)
	}
}

// catchUp returns when no more than manyOpen updates are open, after busyPatience, or
// when a batch is done or ctx.
func (b *Bot) catchUp(ctx context.Context, done <-chan struct{}) {
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	late := time.NewTimer(busyPatience)
	defer late.Stop()
	for {
		b.mu.Lock()
		open := b.running
		b.mu.Unlock()
		if open <= manyOpen {
			return
		}
		select {
		case <-look.C:
		case <-late.C:
			return
		case <-done:
			return
		case <-ctx.Done():
			return
		}
	}
}

// take lets an update of a batch be answered in its chat's turn.
func (b *Bot) take(ctx context.Context, t *batch, u telegram.Update) {
	t.add(u)
	handle := func() { b.handle(context.WithoutCancel(ctx), u) }
	if !b.enqueue(chatOf(u), handle, func() { b.answered(t, u.ID) }) {
		b.answered(t, u.ID)
	}
}

// keep stores what of a batch is not answered yet. Inline queries are of no use later.
func (b *Bot) keep(ctx context.Context, t *batch) error {
	var kept []store.KeptUpdate
	t.mu.Lock()
	for id, u := range t.open {
		if u.Inline != nil {
			continue
		}
		body, err := json.Marshal(u)
		if err != nil {
			t.mu.Unlock()
			return err
		}
		kept = append(kept, store.KeptUpdate{ID: id, Body: string(body)})
	}
	t.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, inboxTime)
	defer cancel()
	if err := b.o.Store.KeepUpdates(ctx, b.o.Now(), kept); err != nil {
		return err
	}
	var answered []int64 // while they were written
	t.mu.Lock()
	for _, k := range kept {
		if _, open := t.open[k.ID]; open {
			t.kept[k.ID] = true
		} else {
			answered = append(answered, k.ID)
		}
	}
	t.mu.Unlock()
	for _, id := range answered {
		b.unkeep(id)
	}
	return nil
}

// answered ends an update's part in its batch.
func (b *Bot) answered(t *batch, id int64) {
	defer t.all.Done()
	t.mu.Lock()
	kept := t.kept[id]
	delete(t.open, id)
	t.mu.Unlock()
	if kept {
		b.unkeep(id)
	}
}

func (b *Bot) unkeep(id int64) {
	ctx, cancel := context.WithTimeout(context.Background(), inboxTime)
	defer cancel()
	if err := b.o.Store.DropUpdate(ctx, id); err != nil {
		// The next start finds it, and that it is answered.
		b.o.Log.Warn("an answered update stays kept", slog.Int64("update", id), slog.Any("error", err))
	}
}

// Recover begins to answer the updates that a predecessor kept and did not
// answer, and takes up the albums that were coming; call it before Handle. Updates
// that it did answer are dropped.
func (b *Bot) Recover(ctx context.Context) {
	if err := b.recoverAlbums(ctx); err != nil {
		b.o.Log.Error("albums of before the start wait for their editors' next message", slog.Any("error", err))
	}
	kept, err := b.o.Store.KeptUpdates(ctx)
	if err != nil {
		b.o.Log.Error("kept updates are not read; they wait for the next start", slog.Any("error", err))
		return
	}
	for _, k := range kept {
		var u telegram.Update
		if err := json.Unmarshal([]byte(k.Body), &u); err != nil {
			b.o.Log.Warn("kept update cannot be read and is dropped", slog.Int64("update", k.ID), slog.Any("error", err))
			b.unkeep(k.ID)
			continue
		}
		t := &batch{open: map[int64]telegram.Update{}, kept: map[int64]bool{u.ID: true}}
		b.take(ctx, t, u)
	}
	if len(kept) > 0 {
		b.o.Log.Info("updates of before the start are answered", slog.Int("count", len(kept)))
	}
}
