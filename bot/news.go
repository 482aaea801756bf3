package bot

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"newsbot/internal/feed"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
)

const headlinesPerPage = 10

// place in the list that a reader came from: buttons carry it, so that the way
// back leads to the same page of the same list, whatever has come in since.
type listPlace struct {
	page int
	asOf time.Time // zero: the list as it is now
	// list is which list: all news when it is empty, a topic, or the key of a search.
	list string
}

func (l listPlace) data() string {
	data := strconv.Itoa(l.page) + ":" + stamp(l.asOf)
	if l.list != "" {
		data += ":" + l.list
	}
	return data
}

// topics are those that the list is about; nothing when it is about all.
func (l listPlace) topics() []string {
	switch l.list {
	case "":
		return nil
	case otherTopic:
		return []string{""}
	default:
		return []string{l.list}
	}
}

// stamp writes an instant for callback data.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(t.UnixMilli(), 36)
}

// listPlace reads a place from the parts of the data at i.
func (r *request) listPlace(i int) (listPlace, error) {
	page, err := r.number(i)
	if err != nil {
		return listPlace{}, err
	}
	l := listPlace{page: page}
	if s := r.arg(i + 1); s != "" {
		ms, err := strconv.ParseInt(s, 36, 64)
		if err != nil || ms <= 0 || ms > 1<<50 {
			return listPlace{}, badData{fmt.Sprintf("time %q", s)}
		}
		l.asOf = time.UnixMilli(ms)
	}
	l.list = r.arg(i + 2)
	if l.list != "" && l.list != otherTopic && !isSearch(l.list) && !slices.Contains(feed.Topics(), l.list) {
		return listPlace{}, badData{fmt.Sprintf("list %q", l.list)}
	}
	return l, nil
}

// news shows the newest headlines: of all news, of a topic in the words of any
// language, and else of what has the words.
func (b *Bot) news(ctx context.Context, r *request) (answer, error) {
	at := listPlace{}
	if r.args != "" {
		if at.list = b.topicOf(r.args); at.list == "" {
			return b.search(ctx, r)
		}
	}
	m, err := b.newsList(ctx, r, at)
	return answer{messages: []outbox.Message{m}}, err
}

// topicOf is the topic that a text names in one of the languages; empty when it names none.
func (b *Bot) topicOf(text string) string {
	text = strings.ToLower(strings.TrimSpace(text))
	for _, l := range locale.All() {
		for _, t := range allTopics() {
			if name := topicName(locale.New(l, time.UTC), t); strings.ToLower(name) == text {
				if t == "" {
					return otherTopic
				}
				return t
			}
		}
	}
	return b.o.Topics.Named(text)
}

// newsPage turns the list's pages; without a time it is the list as it is now.
func (b *Bot) newsPage(ctx context.Context, r *request) (answer, error) {
	if r.arg(0) == "t" {
		return b.newsTopics(ctx, r)
	}
	at, err := r.listPlace(0)
	if err != nil {
		return answer{}, err
	}
	m, err := b.listAt(ctx, r, at)
	return screen(m), err
}

// listAt is the list of a place: news, or what a search found.
func (b *Bot) listAt(ctx context.Context, r *request, at listPlace) (outbox.Message, error) {
	if isSearch(at.list) {
		return b.searchAgain(ctx, r, at)
	}
	return b.newsList(ctx, r, at)
}

// newsTopics lets one choose what the list is about, and says how much there was of it.
func (b *Bot) newsTopics(ctx context.Context, r *request) (answer, error) {
	counts, err := b.o.Store.CountTopics(ctx, r.now.Add(-24*time.Hour), r.chat.NewsLanguages)
	if err != nil {
		return answer{}, err
	}
	m := outbox.Message{Text: "<b>" + r.p.H("news.topics_title") + "</b>\n\n" + r.p.H("news.topics_about")}
	for row := range slices.Chunk(allTopics(), 2) {
		var buttons []outbox.Button
		for _, t := range row {
			list := t
			if t == "" {
				list = otherTopic
			}
			buttons = append(buttons, outbox.Button{Text: topicName(r.p, t) + " · " + r.p.Int(int64(counts[t])), Data: "n:" + listPlace{list: list}.data()})
		}
		m.Keyboard = append(m.Keyboard, buttons)
	}
	m.Keyboard = append(m.Keyboard, []outbox.Button{{Text: r.p.T("article.to_news"), Data: "n:0"}})
	return screen(m), nil
}

// newsFilter turns a news language on or off for the chat.
func (b *Bot) newsFilter(ctx context.Context, r *request) (answer, error) {
	l := locale.Language(r.arg(0))
	if !l.Valid() {
		return answer{}, badData{"news language"}
	}
	at := listPlace{list: r.arg(1)}
	if at.list != "" && at.list != otherTopic && !slices.Contains(feed.Topics(), at.list) {
		return answer{}, badData{"topic of a filter"}
	}
	var chosen []string
	for _, each := range locale.All() {
		if reads(r.chat, each) != (each == l) {
			chosen = append(chosen, string(each))
		}
	}
	if len(chosen) == 0 { // none would mean all
		return answer{toast: r.p.T("news.last_language"), alert: true}, nil
	}
	if len(chosen) == len(locale.All()) {
		chosen = nil // all of them, and those to come
	}
	if err := b.o.Store.SetNewsLanguages(ctx, r.chat.ID, chosen); err != nil {
		return answer{}, err
	}
	r.chat.NewsLanguages = chosen
	m, err := b.newsList(ctx, r, at)
	return screen(m), err
}

// reads says whether a chat gets news in a language; one that chose none gets all.
func reads(c store.Chat, l locale.Language) bool {
	return len(c.NewsLanguages) == 0 || slices.Contains(c.NewsLanguages, string(l))
}

func (b *Bot) newsList(ctx context.Context, r *request, at listPlace) (outbox.Message, error) {
	if at.asOf.IsZero() {
		at = listPlace{asOf: r.now, list: at.list}
	}
	query := store.NewsQuery{Languages: r.chat.NewsLanguages, Prefer: r.chat.Prefers(), Topics: at.topics(), AsOf: at.asOf, Offset: at.page * headlinesPerPage, Limit: headlinesPerPage}
	list, total, err := b.o.Store.Headlines(ctx, query)
	if err == nil && len(list) == 0 && total > 0 { // the list has become shorter
		at.page = (total - 1) / headlinesPerPage
		query.Offset = at.page * headlinesPerPage
		list, total, err = b.o.Store.Headlines(ctx, query)
	}
	if err != nil {
		return outbox.Message{}, err
	}
	if len(list) == 0 {
		text := r.p.H("news.empty")
		switch {
		case at.list != "":
			text = r.p.H("news.empty_topic", "Topic", topicName(r.p, at.topics()[0]))
		case len(r.chat.NewsLanguages) > 0:
			text = r.p.H("news.empty_filter")
		}
		return outbox.Message{Text: text, Keyboard: listControls(r, at)}, nil
	}
	var t strings.Builder
	title := r.p.H("news.title")
	if at.list != "" {
		title += " · " + locale.Escape(topicName(r.p, at.topics()[0]))
	}
	t.WriteString("<b>" + title + "</b> · " + locale.Escape(r.p.DateTime(at.asOf, r.now)))
	t.WriteString("\n")
	var keyboard [][]outbox.Button
	for i, h := range list {
		t.WriteString("\n" + headlineLine(r, i+1, h))
		if i%5 == 0 {
			keyboard = append(keyboard, nil)
		}
		row := len(keyboard) - 1
		keyboard[row] = append(keyboard[row], outbox.Button{Text: strconv.Itoa(i + 1), Data: "a:" + h.ID + ":0:" + at.data()})
	}
	if pages := (total + headlinesPerPage - 1) / headlinesPerPage; pages > 1 {
		keyboard = append(keyboard, pager(at.page, pages, func(page int) string {
			return "n:" + listPlace{page, at.asOf, at.list}.data()
		}))
	}
	return outbox.Message{Text: strings.TrimSpace(t.String()), Keyboard: append(keyboard, listControls(r, at)...)}, nil
}

// languageTags are the tags of languages in the order of the buttons.
func languageTags(languages []string) string {
	var all []string
	for _, l := range locale.All() {
		if slices.Contains(languages, string(l)) {
			all = append(all, l.Tag())
		}
	}
	return strings.Join(all, ", ")
}

func headlineLine(r *request, n int, h store.Headline) string {
	line := fmt.Sprintf("<b>%d.</b> %s <b>%s</b>\n", n, locale.Escape(locale.Language(h.Language).Tag()), locale.Escape(locale.Clip(h.Title, 200)))
	details := []string{locale.Escape(locale.Clip(h.SourceTitle, 40)), locale.Escape(r.p.Ago(h.PublishedAt, r.now))}
	if h.Sources > 1 {
		details = append(details, r.p.H("news.sources", "Count", h.Sources))
	}
	if len(h.Also) > 0 {
		details = append(details, r.p.H("news.also", "Languages", languageTags(h.Also)))
	}
	return line + "<i>" + strings.Join(details, " · ") + "</i>\n"
}

// listControls are the rows under every list of news: languages, topics, and the newest state.
func listControls(r *request, at listPlace) [][]outbox.Button {
	of := ""
	if at.list != "" {
		of = ":" + at.list
	}
	var languages []outbox.Button
	for _, l := range locale.All() {
		text := l.Tag()
		if reads(r.chat, l) {
			text = "✓ " + text
		}
		languages = append(languages, outbox.Button{Text: text, Data: "f:" + string(l) + of})
	}
	last := []outbox.Button{{Text: r.p.T("button.refresh"), Data: "n:0"}, {Text: r.p.T("settings.button_topics"), Data: "n:t"}}
	if at.list != "" {
		last[0].Data = "n:" + listPlace{list: at.list}.data()
		last = append(last, outbox.Button{Text: r.p.T("article.to_news"), Data: "n:0"})
	}
	return [][]outbox.Button{languages, last}
}

// pager is the row ◀ 2/7 ▶. It keeps its shape at both ends, where its arrows
// say that there is no more.
func pager(page, pages int, data func(page int) string) []outbox.Button {
	back, on := "x:first", "x:last"
	if page > 0 {
		back = data(page - 1)
	}
	if page < pages-1 {
		on = data(page + 1)
	}
	return []outbox.Button{
		{Text: "◀", Data: back},
		{Text: fmt.Sprintf("%d/%d", page+1, pages), Data: "x"},
		{Text: "▶", Data: on},
	}
}
