package bot

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"newsbot/internal/digest"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/rates"
	"newsbot/internal/store"
	"newsbot/internal/story"
	"newsbot/internal/telegram"
)

const (
	foundPerPage  = 5   // fewer than headlines, as each shows where the words stand
	excerptLength = 160 // characters
	mostInline    = 10
	mostTyped     = 100 // characters of a plain text that may be a question
)

// isSearch says whether a list's name is the key of a search.
func isSearch(list string) bool { return strings.HasPrefix(list, "q_") }

// search finds articles by their words.
func (b *Bot) search(ctx context.Context, r *request) (answer, error) {
	q := story.ParseQuery(r.args)
	if q.Empty() {
		text := r.p.H("search.how")
		if r.args != "" {
			text = r.p.H("search.no_words") + "\n\n" + text
		}
		return note(text), nil
	}
	m, err := b.searchScreen(ctx, r, q, listPlace{})
	return answer{messages: []outbox.Message{m}}, err
}

// searchText answers a plain text that names something: with the news that has
// it, or by saying that there is none; names is false when it names nothing.
func (b *Bot) searchText(ctx context.Context, r *request, text string) (a answer, names bool, err error) {
	q := story.ParseQuery(text)
	if !q.Names() || len([]rune(text)) > mostTyped {
		return answer{}, false, nil
	}
	_, total, _, err := b.o.Store.Search(ctx, store.SearchQuery{Words: q, Languages: r.chat.NewsLanguages, AsOf: r.now, Limit: 1})
	if err != nil {
		return answer{}, false, err
	}
	m, err := b.searchScreen(ctx, r, q, listPlace{})
	if err != nil {
		return answer{}, false, err
	}
	if total == 0 && len(m.Keyboard) == 1 { // nothing to offer either: perhaps it was no question to the news
		m = hint(r)
		m.Text = r.p.H("search.none", "Text", locale.Clip(q.Text(), 100)) + "\n\n" + m.Text
	}
	return answer{messages: []outbox.Message{m}}, true, nil
}

// askedOfNews says whether a text that could be an amount of money is a question
// to the news: "5 человек" names no currency, and the news has the word.
func (b *Bot) askedOfNews(ctx context.Context, r *request, text string) (bool, error) {
	_, err := rates.ParseQuery(text)
	unknown := (*rates.UnknownError)(nil)
	if !errors.As(err, &unknown) || !unknown.Alone {
		return false, nil
	}
	word := story.ParseQuery(unknown.Word)
	if !word.Names() {
		return false, nil
	}
	return b.finds(ctx, r, word)
}

// searchAgain shows a page of a search that a button speaks of.
func (b *Bot) searchAgain(ctx context.Context, r *request, at listPlace) (outbox.Message, error) {
	words, err := b.o.Store.SavedSearch(ctx, at.list)
	if isNotFound(err) { // nobody asked for a month
		return b.newsList(ctx, r, listPlace{})
	}
	if err != nil {
		return outbox.Message{}, err
	}
	return b.searchScreen(ctx, r, story.ParseQuery(words), at)
}

func (b *Bot) searchScreen(ctx context.Context, r *request, q story.Query, at listPlace) (outbox.Message, error) {
	if at.asOf.IsZero() {
		at.page, at.asOf = 0, r.now
	}
	find := store.SearchQuery{Words: q, Languages: r.chat.NewsLanguages, Prefer: r.chat.Prefers(), AsOf: at.asOf, Offset: at.page * foundPerPage, Limit: foundPerPage}
	found, total, all, err := b.o.Store.Search(ctx, find)
	if err == nil && total == 0 && len(find.Languages) > 0 {
		find.Languages = nil // better in another language than not at all
		found, total, all, err = b.o.Store.Search(ctx, find)
	}
	if err == nil && len(found) == 0 && total > 0 { // what it found has become less
		at.page = (total - 1) / foundPerPage
		find.Offset = at.page * foundPerPage
		found, total, all, err = b.o.Store.Search(ctx, find)
	}
	if err != nil {
		return outbox.Message{}, err
	}
	if total == 0 {
		return b.nothingFound(ctx, r, q)
	}
	if at.list, err = b.o.Store.SaveSearch(ctx, r.now, q.Text()); err != nil {
		return outbox.Message{}, err
	}
	var t strings.Builder
	t.WriteString("🔎 <b>" + locale.Escape(locale.Clip(q.Text(), 100)) + "</b> · " + r.p.H("search.count", "Count", total) + "\n")
	if len(find.Languages) < len(r.chat.NewsLanguages) {
		t.WriteString(r.p.H("search.other_languages") + "\n")
	}
	m := outbox.Message{}
	for i, f := range found {
		n := find.Offset + i + 1
		t.WriteString("\n" + foundLine(r, n, q, f))
		if i == 0 {
			m.Keyboard = append(m.Keyboard, nil)
		}
		m.Keyboard[0] = append(m.Keyboard[0], outbox.Button{Text: strconv.Itoa(n), Data: "a:" + f.ID + ":0:" + at.data()})
	}
	pages := (total + foundPerPage - 1) / foundPerPage
	if !all && at.page == pages-1 {
		t.WriteString("\n" + r.p.H("search.more", "Count", store.MostFound))
	}
	m.Text = strings.TrimSpace(t.String())
	if pages > 1 {
		m.Keyboard = append(m.Keyboard, pager(at.page, pages, func(page int) string {
			return "n:" + listPlace{page, at.asOf, at.list}.data()
		}))
	}
	m.Keyboard = append(m.Keyboard, []outbox.Button{{Text: r.p.T("article.to_news"), Data: "n:0"}})
	return m, nil
}

// foundLine is a headline with the place where the words stand.
func foundLine(r *request, n int, q story.Query, f store.Found) string {
	head, details, _ := strings.Cut(headlineLine(r, n, f.Headline), "\n")
	if parts := q.Excerpt(f.Text, f.Language, excerptLength); len(parts) > 0 {
		head += "\n" + marked(parts)
	}
	return head + "\n" + details
}

// marked is a piece of text with what was looked for in bold.
func marked(parts []story.Part) string {
	var b strings.Builder
	for _, p := range parts {
		if p.Hit {
			b.WriteString("<b>" + locale.Escape(p.Text) + "</b>")
		} else {
			b.WriteString(locale.Escape(p.Text))
		}
	}
	return b.String()
}

// nothingFound says what is in the way, and offers what would find something.
func (b *Bot) nothingFound(ctx context.Context, r *request, q story.Query) (m outbox.Message, err error) {
	known := story.Query{} // what is there, each for itself
	var missing []string
	var tries []story.Query
	mended, slips := slices.Clone(q.Must), 0 // all words as they were meant
	for i, c := range q.Must {
		ok, err := b.finds(ctx, r, story.Query{Must: []story.Clause{c}})
		if err != nil {
			return outbox.Message{}, err
		}
		if ok {
			known.Must = append(known.Must, c)
			continue
		}
		missing = append(missing, c.Text)
		better, err := b.spell(ctx, r.now, c.Text)
		if err != nil {
			return outbox.Message{}, err
		}
		for n, word := range better {
			if n == 0 {
				mended[i] = story.ParseQuery(word).Must[0]
				slips++
			}
			try := story.Query{Must: slices.Clone(q.Must)}
			try.Must[i] = story.ParseQuery(word).Must[0]
			tries = append(tries, try)
			if len(q.Must) > 1 { // the others may stand in its way too
				tries = append(tries, story.ParseQuery(word))
			}
		}
	}
	if slips > 1 {
		tries = append([]story.Query{{Must: mended}}, tries...)
	}
	if len(known.Must) > 0 && (len(missing) > 0 || len(q.Not) > 0) {
		tries = append(tries, known)
	}
	if q.Phrase() { // its words without their order
		words := story.ParseQuery(strings.ReplaceAll(story.Query{Must: q.Must}.Text(), `"`, ""))
		tries = append(tries, story.Query{Must: words.Must})
	}
	m = outbox.Message{Text: r.p.H("search.none", "Text", locale.Clip(q.Text(), 100))}
	if len(missing) > 0 && len(q.Must) > 1 {
		m.Text += "\n" + r.p.H("search.missing", "Words", locale.Clip(strings.Join(missing, ", "), 100))
	}
	if m.Keyboard, err = b.offers(ctx, r, q, tries); err != nil {
		return outbox.Message{}, err
	}
	if len(m.Keyboard) > 0 {
		m.Text += "\n\n" + r.p.H("search.try")
	} else {
		m.Text += "\n\n" + r.p.H("search.advice")
	}
	m.Keyboard = append(m.Keyboard, []outbox.Button{{Text: r.p.T("article.to_news"), Data: "n:0"}})
	return m, nil
}

// offers are buttons for those of the queries that find something, the first few.
func (b *Bot) offers(ctx context.Context, r *request, q story.Query, tries []story.Query) (keyboard [][]outbox.Button, err error) {
	const most = 3
	offered := map[string]bool{q.Text(): true}
	for _, try := range tries {
		if offered[try.Text()] || len(keyboard) == most {
			continue
		}
		offered[try.Text()] = true
		ok, err := b.finds(ctx, r, try)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		id, err := b.o.Store.SaveSearch(ctx, r.now, try.Text())
		if err != nil {
			return nil, err
		}
		keyboard = append(keyboard, []outbox.Button{{Text: "🔎 " + locale.Clip(try.Text(), 40), Data: "n:" + listPlace{list: id}.data()}})
	}
	return keyboard, nil
}

// finds says whether a query finds anything, in any language.
func (b *Bot) finds(ctx context.Context, r *request, q story.Query) (bool, error) {
	_, total, _, err := b.o.Store.Search(ctx, store.SearchQuery{Words: q, AsOf: r.now, Limit: 1})
	return total > 0, err
}

// searchInline finds articles for somebody who is still typing in another chat.
func (b *Bot) searchInline(ctx context.Context, r *request, text string) ([]telegram.InlineResult, error) {
	q := story.ParseTyping(text)
	if q.Empty() {
		return nil, nil
	}
	find := store.SearchQuery{Words: q, Languages: r.chat.NewsLanguages, Prefer: r.chat.Prefers(), AsOf: r.now, Limit: mostInline}
	found, total, _, err := b.o.Store.Search(ctx, find)
	if err == nil && total == 0 && len(find.Languages) > 0 {
		find.Languages = nil
		found, _, _, err = b.o.Store.Search(ctx, find)
	}
	if err != nil {
		return nil, err
	}
	var results []telegram.InlineResult
	for _, f := range found {
		title := locale.Clip(f.Title, 200)
		by := locale.Clip(f.SourceTitle, 40) + " · " + r.p.DateTime(f.PublishedAt, r.now)
		excerpt := marked(q.Excerpt(f.Text, f.Language, excerptLength))
		t := "<b>" + locale.Escape(title) + "</b>"
		if link := digest.WebLink(f.Link); link != "" {
			t = `<a href="` + locale.Escape(link) + `">` + t + "</a>"
		}
		t += "\n<i>" + locale.Escape(by) + "</i>"
		if excerpt != "" {
			t += "\n\n" + excerpt
		}
		results = append(results, telegram.InlineResult{
			ID: f.ID, Title: title, Description: strings.TrimSpace(by + "\n" + plain(excerpt)), Text: t,
		})
	}
	return results, nil
}
