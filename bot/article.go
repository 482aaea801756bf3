package bot

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"newsbot/internal/article"
	"newsbot/internal/digest"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
)

// pageUnits is how much of an article is on one page, its head included: less
// than Telegram's 4096, as a page should be a few thumb's lengths and not more.
const pageUnits = 3000

// maxPictureCaption is how many characters are shown of what a picture shows.
const maxPictureCaption = 200

// articlePage shows a page of an article in the place of the list.
func (b *Bot) articlePage(ctx context.Context, r *request) (answer, error) {
	return b.ofArticle(ctx, r, func(a store.Article, page int, from listPlace) (answer, error) {
		return screen(articleScreen(r, a, page, from)), nil
	})
}

// ofArticle shows a page of what there is of the article that a button names: its id,
// the page, and the place in the list that it was opened from.
func (b *Bot) ofArticle(ctx context.Context, r *request, show func(a store.Article, page int, from listPlace) (answer, error)) (answer, error) {
	id, err := r.id(0)
	if err != nil {
		return answer{}, err
	}
	page, err := r.number(1)
	if err != nil {
		return answer{}, err
	}
	from, err := r.listPlace(2)
	if err != nil {
		return answer{}, err
	}
	a, err := b.o.Store.Article(ctx, id)
	if isNotFound(err) {
		return b.articleGone(ctx, r, from)
	}
	if err != nil {
		return answer{}, err
	}
	return show(a, page, from)
}

// openArticle shows an article as a new message: the digest with the button stays.
func (b *Bot) openArticle(ctx context.Context, r *request) (answer, error) {
	id, err := r.id(0)
	if err != nil {
		return answer{}, err
	}
	if toast, err := b.notInChannel(ctx, r); err != nil || toast != "" {
		return answer{toast: toast, alert: true}, err
	}
	a, err := b.o.Store.Article(ctx, id)
	if isNotFound(err) {
		gone, err := b.articleGone(ctx, r, listPlace{})
		gone.edit = false
		return gone, err
	}
	if err != nil {
		return answer{}, err
	}
	return answer{messages: []outbox.Message{articleScreen(r, a, 0, listPlace{})}}, nil
}

// notInChannel tells a reader of a channel to read in their own chat, since what a
// button sends in a channel is posted for all; empty elsewhere, and for its admins.
func (b *Bot) notInChannel(ctx context.Context, r *request) (toast string, err error) {
	if r.place != channels {
		return "", nil
	}
	if refusal, err := b.refuse(ctx, r); err != nil || refusal == "" {
		return "", err
	}
	return r.p.T("article.in_channel", "Bot", *b.username.Load()), nil
}

// articleGone shows the list in the place of an article that is no longer kept.
func (b *Bot) articleGone(ctx context.Context, r *request, from listPlace) (answer, error) {
	m, err := b.listAt(ctx, r, from)
	gone := screen(m)
	gone.toast = r.p.T("article.gone")
	return gone, err
}

func articleScreen(r *request, a store.Article, page int, from listPlace) outbox.Message {
	title := "<b>" + locale.Escape(locale.Clip(a.Title, 300)) + "</b>"
	head := title + "\n<i>" + locale.Escape(strings.Join(details(r, a), " · ")) + "</i>"
	if !a.RevisedAt.IsZero() {
		head += "\n<i>" + r.p.H("article.updated", "Time", r.p.TimeOrDay(a.RevisedAt, r.now)) + "</i>"
	}
	if caption := article.Caption(a.Blocks, a.Image); caption != "" && digest.WebLink(a.Image) != "" {
		head += "\n<i>📷 " + locale.Escape(locale.Clip(caption, maxPictureCaption)) + "</i>"
	}
	head += "\n\n"
	pages := article.Pages(a.Blocks, pageUnits-article.Length(head))
	reason := ""
	if len(pages) == 0 { // only what the feed said, and why
		reason = "article.failed"
		if a.TextState == store.TextPending {
			reason = "article.pending"
		}
		pages = []string{"<i>" + r.p.H(reason) + "</i>"}
		if summary := article.Pages([]article.Block{{Kind: article.Paragraph, Text: a.Summary}}, pageUnits/2); len(summary) > 0 {
			pages[0] = summary[0] + "\n\n" + pages[0]
		}
	}
	page = min(page, len(pages)-1)
	m := outbox.Message{Text: head + pages[page]}
	if page == 0 {
		if link := digest.WebLink(a.Image); link != "" {
			m.Preview = &outbox.Preview{URL: link, Large: true, Above: true}
		}
	} else {
		m.Text = title + "\n\n" + pages[page]
	}

	self := func(page int) string { return "a:" + a.ID + ":" + strconv.Itoa(page) + ":" + from.data() }
	if len(pages) > 1 {
		m.Keyboard = append(m.Keyboard, pager(page, len(pages), self))
	}
	if reason == "article.pending" {
		m.Keyboard = append(m.Keyboard, []outbox.Button{{Text: r.p.T("button.refresh"), Data: self(0)}})
	}
	if !a.RevisedAt.IsZero() {
		m.Keyboard = append(m.Keyboard, []outbox.Button{{Text: r.p.T("article.before"), Data: revisionsData(a.ID, 0, from)}})
	}
	var links []outbox.Button
	if link := digest.WebLink(a.Link); link != "" {
		links = append(links, outbox.Button{Text: r.p.T("article.original"), URL: link})
	}
	if n := len(a.Sources); n > 0 {
		links = append(links, outbox.Button{Text: r.p.T("article.others", "Count", n), Data: "s:" + a.ID + ":" + from.data()})
	}
	if len(links) > 0 {
		m.Keyboard = append(m.Keyboard, links)
	}
	m.Keyboard = append(m.Keyboard, otherTellings(r, a, reason != "", from)...)
	if r.editor {
		m.Keyboard = append(m.Keyboard, []outbox.Button{{Text: r.p.T("breaking.button"), Data: breakingData + a.ID}})
	}
	m.Keyboard = append(m.Keyboard, []outbox.Button{backButton(r.p, from)})
	return m
}

// otherTellings are buttons to the story's whole text, where this article has none, and
// to its tellings in the other languages that the chat reads.
func otherTellings(r *request, a store.Article, textless bool, from listPlace) (rows [][]outbox.Button) {
	open := func(s store.SourceRef) string { return "a:" + s.ArticleID + ":0:" + from.data() }
	best := func(language string) (told store.SourceRef, ok bool) {
		for _, s := range a.Sources {
			if s.Language == language && (!ok || s.HasText && !told.HasText) {
				told, ok = s, true
			}
		}
		return told, ok
	}
	if told, ok := best(a.Language); ok && textless && told.HasText {
		rows = append(rows, []outbox.Button{{Text: r.p.T("article.text_at", "Source", locale.Clip(told.SourceTitle, 30)), Data: open(told)}})
	}
	var also []outbox.Button
	for _, l := range locale.All() {
		if told, ok := best(string(l)); ok && string(l) != a.Language && reads(r.chat, l) {
			also = append(also, outbox.Button{Text: r.p.T("article.also", "Tag", l.Tag(), "Source", locale.Clip(told.SourceTitle, 20)), Data: open(told)})
		}
	}
	if len(also) > 0 {
		rows = append(rows, also)
	}
	return rows
}

// backButton leads to the list: to its very page for one who came from there.
func backButton(p *locale.Printer, from listPlace) outbox.Button {
	if from.asOf.IsZero() {
		return outbox.Button{Text: p.T("article.to_news"), Data: "n:0"}
	}
	return outbox.Button{Text: p.T("article.back"), Data: "n:" + from.data()}
}

// details are an article's source, time and author, as far as they are known.
func details(r *request, a store.Article) []string {
	parts := []string{locale.Clip(a.SourceTitle, 60)}
	if !a.PublishedAt.IsZero() {
		parts = append(parts, r.p.DateTime(a.PublishedAt, r.now))
	}
	if author := locale.Clip(a.Author, 60); author != "" && !strings.EqualFold(author, a.SourceTitle) {
		parts = append(parts, author)
	}
	return parts
}

// articleSources lists the other sources of an article's story.
func (b *Bot) articleSources(ctx context.Context, r *request) (answer, error) {
	id, err := r.id(0)
	if err != nil {
		return answer{}, err
	}
	from, err := r.listPlace(1)
	if err != nil {
		return answer{}, err
	}
	a, err := b.o.Store.Article(ctx, id)
	if isNotFound(err) {
		return b.articleGone(ctx, r, from)
	}
	if err != nil {
		return answer{}, err
	}
	text := "<b>" + r.p.H("article.sources_title") + "</b>\n"
	var keyboard [][]outbox.Button
	for i, s := range a.Sources {
		if i == headlinesPerPage {
			break
		}
		text += fmt.Sprintf("\n<b>%d.</b> %s %s\n<i>%s</i>\n", i+1, locale.Escape(locale.Language(s.Language).Tag()),
			locale.Escape(locale.Clip(s.Title, 200)), locale.Escape(locale.Clip(s.SourceTitle, 60)))
		if i%5 == 0 {
			keyboard = append(keyboard, nil)
		}
		row := len(keyboard) - 1
		keyboard[row] = append(keyboard[row], outbox.Button{Text: strconv.Itoa(i + 1), Data: "a:" + s.ArticleID + ":0:" + from.data()})
	}
	keyboard = append(keyboard, []outbox.Button{{Text: r.p.T("article.to_article"), Data: "a:" + a.ID + ":0:" + from.data()}})
	return screen(outbox.Message{Text: strings.TrimSpace(text), Keyboard: keyboard}), nil
}
