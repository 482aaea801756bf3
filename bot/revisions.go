package bot

import (
	"context"
	"strconv"
	"strings"

	"newsbot/internal/article"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
	"newsbot/internal/story"
)

// revisionsData is the data of the button that shows what an article was before.
func revisionsData(id string, page int, from listPlace) string {
	return "u:" + id + ":" + strconv.Itoa(page) + ":" + from.data()
}

// articleRevisions shows what an article was before its source changed it.
func (b *Bot) articleRevisions(ctx context.Context, r *request) (answer, error) {
	return b.ofArticle(ctx, r, func(a store.Article, page int, from listPlace) (answer, error) {
		revisions, err := b.o.Store.Revisions(ctx, a.ID)
		if err != nil {
			return answer{}, err
		}
		if len(revisions) == 0 { // it is as it was again
			return screen(articleScreen(r, a, 0, from)), nil
		}
		return screen(revisionsScreen(r, a, revisions, page, from)), nil
	})
}

// revisionsScreen is a page of an article's earlier headlines and of what has changed in
// its text, the last change first.
func revisionsScreen(r *request, a store.Article, revisions []store.Revision, page int, from listPlace) outbox.Message {
	head := "<b>" + locale.Escape(locale.Clip(a.Title, 300)) + "</b>\n<i>" + r.p.H("article.before_title") + "</i>\n\n"
	var blocks []article.Block
	next := store.Revision{Title: a.Title, Summary: a.Summary, Blocks: a.Blocks}
	for _, v := range revisions {
		blocks = append(blocks, article.Block{Kind: article.Heading, Text: r.p.T("article.changed", "Time", r.p.DateTime(v.ReplacedAt, r.now))})
		blocks = append(blocks, changesOf(r.p, v, next)...)
		next = v
	}
	pages := article.Pages(blocks, pageUnits-article.Length(head))
	page = min(page, len(pages)-1)
	m := outbox.Message{Text: strings.TrimSpace(head + pages[page])}
	if len(pages) > 1 {
		m.Keyboard = append(m.Keyboard, pager(page, len(pages), func(page int) string { return revisionsData(a.ID, page, from) }))
	}
	m.Keyboard = append(m.Keyboard, []outbox.Button{{Text: r.p.T("article.to_article"), Data: "a:" + a.ID + ":0:" + from.data()}})
	return m
}

// changesOf says what a version of an article had that the next one has not, and the other way round.
func changesOf(p *locale.Printer, was, next store.Revision) (blocks []article.Block) {
	say := func(text string) { blocks = append(blocks, article.Block{Kind: article.Paragraph, Text: text}) }
	quote := func(title string, list []article.Block) {
		if len(list) == 0 {
			return
		}
		say(p.T(title))
		for _, b := range list {
			blocks = append(blocks, article.Block{Kind: article.Quote, Text: b.Text})
		}
	}
	if was.Title != next.Title {
		say(p.T("article.old_title", "Title", was.Title))
	}
	if len(was.Blocks) == 0 { // what there was to read then is what the feed said
		if was.Summary != "" && story.Spelling(was.Summary) != story.Spelling(next.Summary) {
			quote("article.old_summary", []article.Block{{Text: was.Summary}})
		}
		return blocks
	}
	c := article.Compare(was.Blocks, next.Blocks, story.Spelling)
	if !c.Any() {
		say(p.T("article.same_text"))
	}
	quote("article.gone_text", c.Gone)
	quote("article.came_text", c.Came)
	return blocks
}
