package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"newsbot/internal/feed"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/story"
)

const (
	dialogSource = "source" // the address of a source to add
	dialogOffer  = "offer"  // what to do with the source that was found

	findTimeout  = 20 * time.Second // for a source to be found
	offerItems   = 5                // that are shown of it
	offerTitle   = 120              // characters of each
	addressShown = 100              // characters of an address that led nowhere
)

// offer is a source that was found, while the editor decides; the dialog's data.
type offer struct {
	Source feed.Source
	Count  int
	Titles []string
}

// askSource asks for the address of a source to add.
func (b *Bot) askSource(ctx context.Context, r *request) (answer, error) {
	if b.o.Feeds == nil {
		return answer{toast: r.p.T("error.button")}, nil
	}
	if err := b.o.Store.SetDialog(ctx, r.now, r.chat.ID, r.from.ID, dialogSource, ""); err != nil {
		return answer{}, err
	}
	return note(r.p.H("feeds.ask")), nil
}

// findSource looks for what can be read at an address, and offers it.
func (b *Bot) findSource(ctx context.Context, r *request, typed string) (answer, error) {
	limited, cancel := context.WithTimeout(ctx, findTimeout)
	defer cancel()
	src, found, err := b.o.Feeds.Discover(limited, typed)
	switch {
	case errors.Is(err, feed.ErrAddress):
		return note(r.p.H("feeds.not_address")), b.o.Store.SetDialog(ctx, r.now, r.chat.ID, r.from.ID, dialogSource, "")
	case errors.Is(err, feed.ErrNoFeed):
		return note(r.p.H("feeds.no_feed", "Address", locale.Clip(strings.TrimSpace(typed), addressShown))),
			b.o.Store.SetDialog(ctx, r.now, r.chat.ID, r.from.ID, dialogSource, "")
	case err != nil:
		return note(r.p.H("feeds.looked", "Address", locale.Clip(strings.TrimSpace(typed), addressShown), "Reason", why(r.p, feed.ReasonOf(err)))),
			b.o.Store.SetDialog(ctx, r.now, r.chat.ID, r.from.ID, dialogSource, "")
	}
	known, err := b.o.Store.Sources(ctx)
	if err != nil {
		return answer{}, err
	}
	for _, k := range known {
		if k.URL == src.URL {
			a, err := b.sourceCard(ctx, r, k.ID, "")
			a.edit = false
			a.messages = append([]outbox.Message{{Text: r.p.H("feeds.known", "Title", k.Title)}}, a.messages...)
			return a, errors.Join(err, b.o.Store.ClearDialog(ctx, r.chat.ID, r.from.ID))
		}
	}
	o := offer{Source: src, Count: len(found.Items)}
	titles := make([]string, len(found.Items))
	for i, item := range found.Items {
		titles[i] = item.Title
	}
	o.Source.Language = story.Majority(titles, found.Language)
	for _, t := range titles[:min(len(titles), offerItems)] {
		o.Titles = append(o.Titles, locale.Clip(t, offerTitle))
	}
	if err := b.keepOffer(ctx, r, o); err != nil {
		return answer{}, err
	}
	return answer{messages: []outbox.Message{b.offerScreen(r.p, o)}}, nil
}

func (b *Bot) keepOffer(ctx context.Context, r *request, o offer) error {
	data, err := json.Marshal(o)
	if err != nil {
		return fmt.Errorf("encode offer: %w", err)
	}
	return b.o.Store.SetDialog(ctx, r.now, r.chat.ID, r.from.ID, dialogOffer, string(data))
}

func (b *Bot) offerScreen(p *locale.Printer, o offer) outbox.Message {
	lines := []string{p.H("feeds.found", "Title", o.Source.Title), "<code>" + locale.Escape(o.Source.URL) + "</code>", "", p.H("feeds.found_items", "Count", o.Count)}
	for _, t := range o.Titles {
		lines = append(lines, "• "+locale.Escape(t))
	}
	lines = append(lines, "", p.H("feeds.guess"))
	return outbox.Message{Text: strings.Join(lines, "\n"), Keyboard: [][]outbox.Button{
		{{Text: p.T("feeds.language", "Language", sourceLanguage(p, o.Source.Language)), Data: "i:l"}},
		{{Text: p.T("feeds.topic", "Topic", b.sourceTopic(p, o.Source.Topics)), Data: "i:t"}},
		{{Text: p.T("feeds.button_save"), Data: "i:s"}, {Text: p.T("feeds.button_drop"), Data: "i:z"}},
	}}
}

// offerButton changes, takes or drops the source that was found.
func (b *Bot) offerButton(ctx context.Context, r *request) (answer, error) {
	state, data, ok, err := b.o.Store.Dialog(ctx, r.now, r.chat.ID, r.from.ID, dialogAge)
	if err != nil {
		return answer{}, err
	}
	var o offer
	if !ok || state != dialogOffer || json.Unmarshal([]byte(data), &o) != nil {
		return answer{toast: r.p.T("feeds.expired"), alert: true}, nil
	}
	switch r.arg(0) {
	case "l":
		nextLanguage(&o.Source)
	case "t":
		b.nextTopic(&o.Source)
	case "z":
		return answer{messages: []outbox.Message{{Text: r.p.H("feeds.dropped")}}, edit: true}, b.o.Store.ClearDialog(ctx, r.chat.ID, r.from.ID)
	case "s":
		id, added, err := b.o.Store.AddSource(ctx, r.now, o.Source)
		if err != nil {
			return answer{}, err
		}
		if !added { // while this one thought about it
			a, err := b.sourceCard(ctx, r, id, r.p.T("feeds.known", "Title", o.Source.Title))
			return a, errors.Join(err, b.o.Store.ClearDialog(ctx, r.chat.ID, r.from.ID))
		}
		saved := outbox.Message{Text: r.p.H("feeds.saved", "Title", o.Source.Title), Keyboard: [][]outbox.Button{{{Text: r.p.T("feeds.button_back"), Data: "i:p:0"}}}}
		return screen(saved), b.o.Store.ClearDialog(ctx, r.chat.ID, r.from.ID)
	}
	if err := b.keepOffer(ctx, r, o); err != nil {
		return answer{}, err
	}
	return screen(b.offerScreen(r.p, o)), nil
}

// nextLanguage gives a source the language after the one it has.
func nextLanguage(src *feed.Source) {
	src.Language = after(append([]string{""}, languages()...), src.Language)
}

// nextTopic gives a source the topic after the one it has.
func (b *Bot) nextTopic(src *feed.Source) {
	topic := after(append([]string{""}, feed.Topics()...), b.o.Topics.OfSource(src.Topics))
	src.Topics = nil
	if topic != "" {
		src.Topics = []string{topic}
	}
}

// after is the element behind one in a ring.
func after(ring []string, one string) string {
	return ring[(slices.Index(ring, one)+1)%len(ring)]
}
