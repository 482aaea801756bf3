package bot

import (
	"context"
	"errors"
	"log/slog"
	"slices"

	"newsbot/internal/article"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
)

// correctButton asks for the new text of a message that was sent.
func (b *Bot) correctButton(ctx context.Context, r *request, c store.Broadcast) (answer, error) {
	if c.Kind != store.KindSend || c.Media == outbox.MediaNone || c.Sent == 0 {
		return answer{toast: r.p.T("correction.not_this"), alert: true}, nil
	}
	copies, _, err := b.o.Store.CountCopies(ctx, r.now, c.ID)
	if err != nil {
		return answer{}, err
	}
	if copies == 0 {
		return answer{toast: r.p.T("change.gone"), alert: true}, nil
	}
	if err := b.o.Store.SetDialog(ctx, r.now, r.chat.ID, r.from.ID, dialogCorrect, c.ID); err != nil {
		return answer{}, err
	}
	key := "correction.ask"
	if c.Media == outbox.MediaCaption {
		key = "correction.ask_caption"
	}
	title, err := b.titleNow(ctx, c)
	return note(r.p.H(key, "Title", title)), err
}

// takeCorrection makes a draft of a correction of the text that an editor was
// asked for. Until it is one that can be, they can send another.
func (b *Bot) takeCorrection(ctx context.Context, r *request, id string) (answer, error) {
	target, err := b.o.Store.Broadcast(ctx, id)
	if isNotFound(err) {
		return b.over(ctx, r, note(r.p.H("broadcast.missing")))
	}
	if err != nil {
		return answer{}, err
	}
	m := r.message
	text, limit := m.HTML(0), maxText
	if target.Media == outbox.MediaCaption {
		limit = maxCaption
	}
	switch {
	case target.Media == outbox.MediaText && m.Text == "", text == "":
		return note(r.p.H("correction.text_only")), nil
	case article.Length(text) > limit && limit == maxCaption:
		return note(r.p.H("correction.caption_too_long")), nil
	case article.Length(text) > limit:
		return note(r.p.H("broadcast.too_long")), nil
	}
	fix, err := b.lastCorrection(ctx, target)
	if err != nil {
		return answer{}, err
	}
	message := outbox.Message{Text: text, Keyboard: fix.Message.Keyboard}
	if len(m.Links) > 0 && !isAlbum(target) {
		message.Keyboard = m.Links
	}
	if target.Media == outbox.MediaText {
		message.Preview = previewOf(m, 0)
	}
	plain := m.Text
	if plain == "" {
		plain = m.Caption
	}
	draft := store.Broadcast{
		ID: newBroadcastID(), Kind: store.KindCorrect, TargetID: target.ID, Category: target.Category, Title: titleOf(r.p, plain), Media: target.Media,
		EditorID: r.from.ID, EditorChat: r.chat.ID, Language: string(r.p.Language()), Message: message, State: store.BroadcastDraft,
	}
	if err := b.o.Store.CreateBroadcast(ctx, r.now, draft); err != nil {
		return answer{}, err
	}
	a, err := b.showDraft(ctx, r, draft)
	if err != nil {
		return answer{}, err
	}
	return b.over(ctx, r, a)
}

// lastCorrection is what readers have of a broadcast: its last correction, or
// the broadcast itself.
func (b *Bot) lastCorrection(ctx context.Context, c store.Broadcast) (store.Broadcast, error) {
	fix, err := b.o.Store.LastCorrection(ctx, c.ID)
	if isNotFound(err) {
		return c, nil
	}
	return fix, err
}

// recallButton asks whether a message shall be deleted in every chat, or lets it be.
func (b *Bot) recallButton(ctx context.Context, r *request, c store.Broadcast) (answer, error) {
	if c.Kind != store.KindSend {
		return answer{toast: r.p.T("correction.not_this"), alert: true}, nil
	}
	copies, tooOld, err := b.o.Store.CountCopies(ctx, r.now, c.ID)
	if err != nil {
		return answer{}, err
	}
	if copies == 0 {
		return answer{toast: r.p.T("change.gone"), alert: true}, nil
	}
	fresh := copies - tooOld
	if r.arg(2) == "go" && fresh > 0 {
		return b.recall(ctx, r, c)
	}
	title, err := b.titleNow(ctx, c)
	if err != nil {
		return answer{}, err
	}
	text := "<b>" + r.p.H("recall.title") + "</b>\n" + r.p.H("draft.what", "Title", title) + "\n\n"
	keep := []outbox.Button{{Text: r.p.T("recall.keep"), Data: "b:" + c.ID + ":open"}}
	if fresh <= 0 {
		return screen(outbox.Message{Text: text + r.p.H("recall.nothing"), Keyboard: [][]outbox.Button{keep}}), nil
	}
	text += r.p.H("recall.ask", "Count", fresh)
	if tooOld > 0 {
		text += "\n" + r.p.H("recall.old", "Count", tooOld)
	}
	return screen(outbox.Message{Text: text, Keyboard: [][]outbox.Button{
		{{Text: r.p.T("recall.go", "Count", fresh), Data: "b:" + c.ID + ":recall:go"}}, keep,
	}}), nil
}

// recall deletes a message in every chat that has it. No other editor is asked:
// what is recalled must not be read meanwhile.
func (b *Bot) recall(ctx context.Context, r *request, target store.Broadcast) (answer, error) {
	c := store.Broadcast{
		ID: newBroadcastID(), Kind: store.KindRecall, TargetID: target.ID, Category: target.Category, Title: target.Title,
		EditorID: r.from.ID, EditorChat: r.chat.ID, Language: string(r.p.Language()),
	}
	if err := b.o.Store.CreateBroadcast(ctx, r.now, c); err != nil {
		return answer{}, err
	}
	a, err := b.begin(ctx, r, c)
	if err != nil || len(a.messages) > 0 {
		return a, err
	}
	// It did not start: a draft of a recall is nothing that anyone could open.
	if _, err := b.o.Store.CancelBroadcast(ctx, r.now, c.ID); err != nil {
		return answer{}, err
	}
	b.o.Log.Info("recall did not start", slog.String("broadcast", target.ID), slog.Int64("editor", r.from.ID))
	return a, nil
}

// againButton makes a draft of what was sent or dropped, to be sent once more.
func (b *Bot) againButton(ctx context.Context, r *request, c store.Broadcast) (answer, error) {
	audience := c.Audience
	if len(audience.Only) > 0 { // it was a test: what is next is the real thing
		audience = store.Audience{Without: audience.Without}
	}
	return b.onceMore(ctx, r, c, audience)
}

// restButton makes a draft of what was sent for those who have not got it: the
// chats that a broadcast did not come to before it was stopped, and where it failed.
func (b *Bot) restButton(ctx context.Context, r *request, c store.Broadcast) (answer, error) {
	audience := c.Audience
	audience.Without = append(slices.Clip(audience.Without), c.ID)
	forgotten, err := b.o.Store.Forgotten(ctx, audience.Without...)
	if err != nil {
		return answer{}, err
	}
	if forgotten || len(audience.Without) > store.MaxWithout {
		return answer{toast: r.p.T("broadcast.rest_unknown"), alert: true}, nil
	}
	left, err := b.o.Store.CountAudience(ctx, r.now, audience, c.Category)
	if err != nil {
		return answer{}, err
	}
	if left == 0 {
		return answer{toast: r.p.T("broadcast.no_rest"), alert: true}, nil
	}
	return b.onceMore(ctx, r, c, audience)
}

// onceMore makes a draft of what was sent or dropped, to an audience: as it was
// corrected, if it was.
func (b *Bot) onceMore(ctx context.Context, r *request, c store.Broadcast, audience store.Audience) (answer, error) {
	if c.Kind != store.KindSend || c.Message.Text == "" && c.Message.Copy == nil {
		return answer{toast: r.p.T("correction.not_this"), alert: true}, nil
	}
	if !b.stillThere(ctx, c) {
		return answer{toast: r.p.T("broadcast.lost"), alert: true}, nil
	}
	fix, err := b.lastCorrection(ctx, c)
	if err != nil {
		return answer{}, err
	}
	draft := store.Broadcast{
		ID: newBroadcastID(), Kind: store.KindSend, Category: c.Category, Critical: c.Critical, Audience: audience, ArticleID: c.ArticleID,
		Title: fix.Title, Media: c.Media, EditorID: r.from.ID, EditorChat: r.chat.ID, Language: string(r.p.Language()),
		Message: fix.Message, State: store.BroadcastDraft,
	}
	corrected := fix.ID != c.ID && c.Media == outbox.MediaCaption
	if corrected { // the picture of the one, the words of the other
		draft.Message = outbox.Message{Copy: c.Message.Copy, Keyboard: fix.Message.Keyboard}
		held, err := b.hold(ctx, r, draft.Message, content{caption: &fix.Message.Text})
		if errors.Is(err, errRefused) {
			return answer{toast: r.p.T("broadcast.lost"), alert: true}, nil
		}
		if err != nil {
			return answer{}, err
		}
		draft.Message.Copy = held
	}
	if err := b.o.Store.CreateBroadcast(ctx, r.now, draft); err != nil {
		return answer{}, err
	}
	a, err := b.showDraft(ctx, r, draft)
	a.remove = false // the report stays
	if err == nil && corrected {
		a.messages = a.messages[1:] // it is in the chat already
	}
	return a, err
}
