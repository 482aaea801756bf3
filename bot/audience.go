package bot

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"newsbot/internal/feed"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
)

// activeDays are the choices of how lately a chat must have been heard of; 0 is any time.
var activeDays = []int{0, 7, 30, 90}

// kindsOfChats are the kinds that an audience can be narrowed to.
var kindsOfChats = []string{store.AudiencePrivate, store.AudienceGroup, store.AudienceChannel}

// audienceButton opens the choice of an audience, or changes one thing of it:
// what, which, and whether it shall be (1) or not (0).
func (b *Bot) audienceButton(ctx context.Context, r *request, c store.Broadcast) (answer, error) {
	a := c.Audience
	value, on := r.arg(3), r.arg(4) == "1"
	switch r.arg(2) {
	case "":
		return b.audienceScreen(ctx, r, c)
	case "all":
		a = store.Audience{}
	case "me":
		a = store.Audience{Only: []int64{r.chat.ID}, Without: a.Without}
	case "l":
		if !locale.Language(value).Valid() {
			return answer{}, badData{"audience's language"}
		}
		a.Languages = with(a.Languages, value, on, languages())
	case "k":
		if !slices.Contains(kindsOfChats, value) {
			return answer{}, badData{"audience's kind"}
		}
		a.Kinds = with(a.Kinds, value, on, kindsOfChats)
	case "t":
		if !slices.Contains(feed.Topics(), value) {
			return answer{}, badData{"audience's topic"}
		}
		a.Topics = with(a.Topics, value, on, feed.Topics())
	case "d":
		n, err := r.number(3)
		if err != nil || !slices.Contains(activeDays, n) {
			return answer{}, badData{"audience's days"}
		}
		a.ActiveDays = n
	default:
		return answer{}, badData{"audience " + r.arg(2)}
	}
	if r.arg(2) != "me" {
		a.Only = nil
	}
	c.Audience = a
	if changed, err := b.o.Store.UpdateDraft(ctx, r.now, c); err != nil || !changed {
		return already(r), err
	}
	return b.audienceScreen(ctx, r, c)
}

// languages are those that readers and sources can have.
func languages() (all []string) {
	for _, l := range locale.All() {
		all = append(all, string(l))
	}
	return all
}

// with puts a value into a list or takes it out; the order is that of all. A
// list of all of them restricts nothing, and is empty.
func with(list []string, value string, on bool, all []string) []string {
	var next []string
	for _, v := range all {
		if v == value && on || v != value && slices.Contains(list, v) {
			next = append(next, v)
		}
	}
	if len(next) == len(all) {
		return nil
	}
	return next
}

func (b *Bot) audienceScreen(ctx context.Context, r *request, c store.Broadcast) (answer, error) {
	count, err := b.countFor(ctx, r.now, c)
	if err != nil {
		return answer{}, err
	}
	p, a := r.p, c.Audience
	data := func(what string) string { return "b:" + c.ID + ":aud:" + what }
	toggle := func(what, value, label string, list []string) outbox.Button {
		on := slices.Contains(list, value)
		return outbox.Button{Text: mark(on, label), Data: data(what + ":" + value + ":" + flip(on))}
	}
	var languages, kinds, days []outbox.Button
	for _, l := range locale.All() {
		languages = append(languages, toggle("l", string(l), l.Name(), a.Languages))
	}
	for _, k := range kindsOfChats {
		kinds = append(kinds, toggle("k", k, p.T("audience.button_"+k), a.Kinds))
	}
	for _, n := range activeDays {
		label := p.T("audience.button_any_time")
		if n > 0 {
			label = p.T("audience.button_days", "Count", n)
		}
		days = append(days, outbox.Button{Text: mark(a.ActiveDays == n, label), Data: data("d:" + strconv.Itoa(n))})
	}
	rows := [][]outbox.Button{languages, kinds, days}
	for topics := range slices.Chunk(feed.Topics(), 3) {
		var row []outbox.Button
		for _, t := range topics {
			row = append(row, toggle("t", t, topicName(p, t), a.Topics))
		}
		rows = append(rows, row)
	}
	everyone := len(a.Languages)+len(a.Kinds)+len(a.Topics)+len(a.Only)+len(a.Without)+a.ActiveDays == 0
	rows = append(rows,
		[]outbox.Button{{Text: mark(everyone, p.T("audience.button_all")), Data: data("all")}, {Text: mark(len(a.Only) > 0, p.T("audience.button_me")), Data: data("me")}},
		[]outbox.Button{{Text: p.T("draft.back"), Data: "b:" + c.ID + ":card"}})
	text := "<b>" + p.H("audience.title") + "</b>\n" + audienceWords(p, a, c.Category) + "\n\n" + p.H("audience.count", "Count", count) + "\n\n" + p.H("audience.about")
	return screen(outbox.Message{Text: text, Keyboard: rows}), nil
}

// audienceWords says whom an audience is, as Telegram HTML.
func audienceWords(p *locale.Printer, a store.Audience, category string) string {
	if len(a.Only) > 0 {
		return p.H("audience.me")
	}
	var parts []string
	if len(a.Without) > 0 {
		parts = append(parts, p.H("audience.rest"))
	}
	if len(a.Languages) > 0 {
		var names []string
		for _, l := range a.Languages {
			names = append(names, locale.Language(l).Name())
		}
		parts = append(parts, p.H("audience.languages", "Languages", strings.Join(names, ", ")))
	}
	if len(a.Kinds) > 0 {
		var names []string
		for _, k := range a.Kinds {
			names = append(names, p.T("audience."+k))
		}
		parts = append(parts, locale.Escape(strings.Join(names, ", ")))
	}
	if len(a.Topics) > 0 {
		var names []string
		for _, t := range a.Topics {
			names = append(names, topicName(p, t))
		}
		parts = append(parts, p.H("audience.topics", "Topics", strings.Join(names, ", ")))
	}
	if a.ActiveDays > 0 {
		parts = append(parts, p.H("audience.active", "Count", a.ActiveDays))
	}
	if len(parts) == 0 {
		if category == store.CategoryBreaking {
			return p.H("audience.all_breaking")
		}
		return p.H("audience.all")
	}
	return strings.Join(parts, "; ")
}
