package bot

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode"

	"newsbot/internal/article"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
	"newsbot/internal/telegram"
)

// What an editor was asked for last. The data of each but the first is an id, or
// says more about it.
const (
	dialogBroadcast = "broadcast" // a message to broadcast
	dialogAlbum     = "album"     // the rest of an album, which comes picture by picture
	dialogWhen      = "when"      // a time for a broadcast
	dialogLinks     = "links"     // link buttons for a broadcast
	dialogCorrect   = "correct"   // the new text of a broadcast that was sent
	dialogAge       = time.Hour
)

const (
	maxText    = 4096 // UTF-16 units of a message
	maxCaption = 1024 // of a caption
	maxTitle   = 60   // of a title in a list
	wholeText  = 4000 // from here on a message is as long as one that Telegram's apps divide
)

// content is a message that an editor composed, before it is a draft.
type content struct {
	ref     *outbox.MessageRef // to be copied; nil is a text
	caption *string            // Telegram HTML that takes the place of the copy's caption; nil leaves it
	text    string             // Telegram HTML
	preview *outbox.Preview
	links   [][]outbox.Button
	media   outbox.Media
	title   string
	note    string // what else the editor should know of it, Telegram HTML
	// category is what readers can opt out of; empty is the newsroom's messages.
	category string
	article  string // id of the article that it tells
}

// broadcast begins a broadcast: of the text behind the command, of the message
// it replies to, of the picture whose caption it is, or of the message that comes next.
func (b *Bot) broadcast(ctx context.Context, r *request) (answer, error) {
	return b.composeAs(ctx, r, store.CategoryNewsroom)
}

// composeAs begins a broadcast of a category.
func (b *Bot) composeAs(ctx context.Context, r *request, category string) (answer, error) {
	m := r.message
	of := func(c content) content {
		c.category = category
		return c
	}
	if m.HasMedia {
		rest := m.HTML(argsStart(m.Caption, r.args))
		if r.args == "" {
			rest = ""
		}
		if m.Album != "" {
			return answer{}, b.beginAlbum(ctx, r, category, &rest)
		}
		return b.compose(ctx, r, of(b.copied(r, m, &rest)))
	}
	if r.args != "" {
		// The text with the formatting that the editor gave it: the arguments are its end.
		text := m.HTML(argsStart(m.Text, r.args))
		if article.Length(text) > maxText {
			return note(r.p.H("broadcast.too_long")), nil
		}
		return b.compose(ctx, r, content{category: category, text: text, preview: previewOf(m, argsStart(m.Text, r.args)), media: outbox.MediaText, title: titleOf(r.p, r.args)})
	}
	if m.ReplyTo != nil {
		c := of(b.copied(r, m.ReplyTo, nil))
		if m.ReplyTo.Album != "" {
			c.note = r.p.H("broadcast.one_of_album")
		}
		return b.compose(ctx, r, c)
	}
	if a, taken, err := b.pendingAlbum(ctx, r); err != nil || taken {
		return a, err
	}
	if err := b.o.Store.SetDialog(ctx, r.now, r.chat.ID, r.from.ID, dialogBroadcast, category); err != nil {
		return answer{}, err
	}
	if category == store.CategoryBreaking {
		return note(r.p.H("breaking.ask")), nil
	}
	return note(r.p.H("broadcast.ask")), nil
}

// argsStart is where the arguments of a command begin in its text, in UTF-16 units.
func argsStart(text, args string) int {
	whole := strings.TrimRightFunc(text, unicode.IsSpace)
	return locale.Units(whole[:max(0, len(whole)-len(args))])
}

// copied is the content that a message of this chat has; a caption that is not
// nil takes the place of its own.
func (b *Bot) copied(r *request, m *telegram.Message, caption *string) content {
	c := content{ref: &outbox.MessageRef{ChatID: r.chat.ID, MessageID: m.ID}, caption: caption, links: m.Links, media: outbox.MediaNone}
	text := m.Text
	switch {
	case m.Text != "":
		c.media = outbox.MediaText
	case m.Captioned:
		c.media, text = outbox.MediaCaption, m.Caption
	}
	if caption != nil {
		text = r.args
	}
	c.title = titleOf(r.p, text)
	return c
}

// titleOf names a message in a list by how its text begins.
func titleOf(p *locale.Printer, text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if line = locale.Clip(line, maxTitle); line == "" {
		return p.T("broadcast.untitled")
	}
	return line
}

// previewOf shows the page or picture behind the first link of a text, as
// Telegram does under what people write; nil is none.
func previewOf(m *telegram.Message, from int) *outbox.Preview {
	if m.NoPreview {
		return nil
	}
	for _, e := range m.Entities {
		address := e.URL
		if e.Type == "url" {
			address = e.Of(m.Text)
		}
		if e.Offset >= from && (e.Type == "url" || e.Type == "text_link") && address != "" {
			return &outbox.Preview{URL: address}
		}
	}
	return nil
}

// asked takes what an editor was asked for; taken is false when nothing was.
func (b *Bot) asked(ctx context.Context, r *request) (a answer, taken bool, err error) {
	state, data, ok, err := b.o.Store.Dialog(ctx, r.now, r.chat.ID, r.from.ID, dialogAge)
	if err != nil || !ok {
		return answer{}, false, err
	}
	r.name = "broadcast"
	switch state {
	case dialogBroadcast:
		if r.message.Album != "" {
			return answer{}, true, b.beginAlbum(ctx, r, data, nil)
		}
		if data == store.CategoryBreaking {
			if a, found, err := b.breakingArticle(ctx, r, articleIn(strings.TrimSpace(r.message.Text))); err != nil || found {
				return a, true, err
			}
		}
		c := b.copied(r, r.message, nil)
		c.category = data
		a, err = b.compose(ctx, r, c)
	case dialogAlbum:
		if r.message.Album == "" {
			return b.pendingAlbum(ctx, r)
		}
		return answer{}, true, b.addToAlbum(ctx, r, data)
	case dialogWhen:
		a, err = b.takeWhen(ctx, r, data)
	case dialogLinks:
		a, err = b.takeLinks(ctx, r, data)
	case dialogCorrect:
		a, err = b.takeCorrection(ctx, r, data)
	case dialogSource, dialogOffer:
		text := strings.TrimSpace(r.message.Text)
		if b.o.Feeds == nil || text == "" || state == dialogOffer && (!strings.Contains(text, ".") || strings.Contains(text, " ")) {
			return answer{}, false, nil // with an offer on the table only another address is an answer
		}
		r.name = "sources"
		a, err = b.findSource(ctx, r, r.message.Text)
	default:
		return answer{}, false, nil
	}
	return a, true, err
}

// cancel forgets what an editor was asked for.
func (b *Bot) cancel(ctx context.Context, r *request) (answer, error) {
	_, _, ok, err := b.o.Store.Dialog(ctx, r.now, r.chat.ID, r.from.ID, dialogAge)
	if err != nil {
		return answer{}, err
	}
	if !ok {
		return note(r.p.H("cancel.nothing")), nil
	}
	if err := b.o.Store.ClearDialog(ctx, r.chat.ID, r.from.ID); err != nil {
		return answer{}, err
	}
	return note(r.p.H("cancel.done")), nil
}

// compose makes a draft of a content and shows the editor the message as
// readers will see it, and below it who they are.
func (b *Bot) compose(ctx context.Context, r *request, c content) (answer, error) {
	draft := store.Broadcast{
		ID: newBroadcastID(), Kind: store.KindSend, Category: cmp.Or(c.category, store.CategoryNewsroom), ArticleID: c.article, Title: c.title, Media: c.media,
		EditorID: r.from.ID, EditorChat: r.chat.ID, Language: string(r.p.Language()),
		Message: outbox.Message{Text: c.text, Preview: c.preview, Copy: c.ref, Keyboard: c.links},
	}
	if c.ref != nil && len(c.ref.More) > 0 {
		draft.Message.Keyboard = nil // Telegram takes no buttons under an album
	}
	audience, err := b.o.Store.CountAudience(ctx, r.now, draft.Audience, draft.Category)
	if err != nil {
		return answer{}, err
	}
	if audience == 0 {
		return b.over(ctx, r, note(r.p.H("broadcast.nobody")))
	}
	shown := []outbox.Message{draft.Message}
	if c.ref != nil {
		held, err := b.hold(ctx, r, draft.Message, c)
		switch {
		case errors.Is(err, errRefused):
			b.o.Log.Info("a message cannot be copied", slog.Int64("update", r.update), slog.Any("error", err))
			// Another one is asked for; what has come of an album must not be tried again.
			if err := b.o.Store.SetDialog(ctx, r.now, r.chat.ID, r.from.ID, dialogBroadcast, draft.Category); err != nil {
				return answer{}, err
			}
			return note(r.p.H("broadcast.not_copied")), nil
		case err != nil:
			return answer{}, err
		case held != nil: // it is in the chat already
			draft.Message.Copy, shown = held, nil
		}
	}
	if err := b.o.Store.CreateBroadcast(ctx, r.now, draft); err != nil {
		return answer{}, err
	}
	draft.State = store.BroadcastDraft
	card, err := b.draftCard(ctx, r, draft)
	if err != nil {
		return answer{}, err
	}
	if c.article == "" && c.media == outbox.MediaText && locale.Units(r.message.Text) >= wholeText {
		c.note = r.p.H("broadcast.whole")
	}
	if c.note != "" {
		card.Text = c.note + "\n\n" + card.Text
	}
	return b.over(ctx, r, answer{messages: append(shown, card), instead: &outbox.Message{Text: r.p.H("broadcast.not_copied")}})
}

// over ends what the editor was asked for.
func (b *Bot) over(ctx context.Context, r *request, a answer) (answer, error) {
	return a, b.o.Store.ClearDialog(ctx, r.chat.ID, r.from.ID)
}

func newBroadcastID() string { return strings.ToLower(rand.Text()[:12]) }

// hold copies a message into the editor's chat, which is what readers will get:
// it stays as it is shown now, whatever the editor does to their own. nil is a
// copy that could not be made at once; then their own is what is copied.
func (b *Bot) hold(ctx context.Context, r *request, m outbox.Message, c content) (*outbox.MessageRef, error) {
	d := outbox.Delivery{ChatID: r.chat.ID, Lane: outbox.LaneReply, Message: m}
	if !b.waitAlbum(ctx, r.chat.ID, d.Messages()) {
		return nil, b.holdLater(c, fmt.Errorf("copy a message: %w", context.DeadlineExceeded))
	}
	out := b.o.Telegram.Send(ctx, d)
	switch out.Result {
	case outbox.Sent:
		b.o.Pacer.Succeeded(r.chat.ID)
	case outbox.Flooded:
		b.o.Pacer.Flooded(r.chat.ID, out.After)
		return nil, b.holdLater(c, out.Err)
	case outbox.Retry:
		return nil, b.holdLater(c, out.Err)
	default:
		return nil, errors.Join(errRefused, out.Err)
	}
	if c.caption != nil {
		if err := b.o.Telegram.EditCaption(ctx, r.chat.ID, out.MessageID, *c.caption, m.Keyboard); err != nil {
			return nil, err // or readers would see the command
		}
	}
	return &outbox.MessageRef{ChatID: r.chat.ID, MessageID: out.MessageID, More: out.MoreIDs}, nil
}

// holdLater lets the editor's own message stand for its copy, unless the copy
// has to be another, or its author could change what a second editor has agreed
// to: then it is better to fail now.
func (b *Bot) holdLater(c content, err error) error {
	if c.caption != nil || b.o.Approvals {
		return err
	}
	return nil
}
