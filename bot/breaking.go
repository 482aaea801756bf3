package bot

import (
	"context"
	"net/url"
	"strings"

	"newsbot/internal/article"
	"newsbot/internal/digest"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
	"newsbot/internal/story"
	"newsbot/internal/telegram"
)

// breakingLead is how much of an article's beginning breaking news tells, in UTF-16 units.
const breakingLead = 600

// breaking begins breaking news: of an article whose link is behind the command,
// or which the message shows that it replies to; else as broadcast does.
func (b *Bot) breaking(ctx context.Context, r *request) (answer, error) {
	id := articleIn(r.args)
	if r.args == "" && r.message.ReplyTo != nil {
		id = articleShown(r.message.ReplyTo)
	}
	if a, found, err := b.breakingArticle(ctx, r, id); err != nil || found {
		return a, err
	}
	return b.composeAs(ctx, r, store.CategoryBreaking)
}

// breakingArticle makes breaking news of an article; found is false when it is not known.
func (b *Bot) breakingArticle(ctx context.Context, r *request, id string) (_ answer, found bool, err error) {
	if id == "" || r.message.HasMedia && r.callback == nil {
		return answer{}, false, nil
	}
	a, err := b.o.Store.Article(ctx, id)
	if isNotFound(err) {
		return answer{}, false, nil
	}
	if err != nil {
		return answer{}, false, err
	}
	out, err := b.compose(ctx, r, breakingOf(b.printer(locale.Parse(a.Language, r.p.Language()), ""), a))
	return out, true, err
}

// breakingButton begins breaking news of the article that an editor reads.
func (b *Bot) breakingButton(ctx context.Context, r *request) (answer, error) {
	id, err := r.id(0)
	if err != nil {
		return answer{}, err
	}
	a, found, err := b.breakingArticle(ctx, r, id)
	if err == nil && !found {
		return answer{toast: r.p.T("article.gone"), alert: true}, nil
	}
	return a, err
}

// articleIn is the id that an article of a link has, when text is a link and
// nothing else.
func articleIn(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.ContainsAny(text, " \n") {
		return ""
	}
	link, err := story.CanonicalLink(text)
	if err != nil {
		return ""
	}
	return story.ID(link)
}

// articleShown is the id of the article that one of the bot's messages shows an editor.
func articleShown(m *telegram.Message) string {
	for _, data := range m.Buttons {
		if id, ok := strings.CutPrefix(data, breakingData); ok {
			return id
		}
	}
	return ""
}

// breakingData begins the data of the button under an article.
const breakingData = "e:"

// breakingOf is an article as breaking news: its title, how it begins, who wrote
// it. What is ours in it speaks the article's language, as all readers get the same.
func breakingOf(p *locale.Printer, a store.Article) content {
	text := "⚡ <b>" + locale.Escape(locale.Clip(a.Title, 300)) + "</b>"
	lead := a.Summary
	for _, block := range a.Blocks {
		if block.Kind == article.Paragraph && strings.TrimSpace(block.Text) != "" {
			lead = block.Text
			break
		}
	}
	if pages := article.Pages([]article.Block{{Kind: article.Paragraph, Text: lead}}, breakingLead); len(pages) > 0 {
		text += "\n\n" + pages[0]
		if len(pages) > 1 {
			text += " …"
		}
	}
	c := content{
		text: text + "\n\n<i>" + locale.Escape(locale.Clip(a.SourceTitle, 60)) + "</i>", media: outbox.MediaText,
		category: store.CategoryBreaking, article: a.ID, title: titleOf(p, a.Title),
		links: [][]outbox.Button{{{Text: p.T("breaking.read"), Data: digest.OpenData(a.ID)}}},
	}
	if link := digest.WebLink(a.Link); link != "" {
		c.links[0] = append(c.links[0], outbox.Button{Text: p.T("article.original"), URL: link})
	}
	if picture := digest.WebLink(a.Image); picture != "" {
		c.preview = &outbox.Preview{URL: picture, Large: true, Above: true}
	}
	return c
}
