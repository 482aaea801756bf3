package emulator

import (
	"html"
	"slices"
	"strings"
)

// HTML renders the text, or the caption, for a page: escaped, with line breaks
// as they are (show it with white-space: pre-wrap), and as markup only b, i, u,
// s, code, pre, blockquote, a (http, https, tg and mailto) and span. Spans have
// the classes tg-spoiler, tg-mention, tg-command, tg-hashtag, tg-time; a
// command's and a hashtag's text is what a press on it says.
func (m Message) HTML() string {
	text, entities := m.Text, m.Entities
	if text == "" {
		text, entities = m.Caption, m.CaptionEntities
	}
	return renderHTML(text, entities)
}

func renderHTML(text string, entities []Entity) string {
	list := slices.Clone(entities)
	sortEntities(list)
	var b strings.Builder
	b.Grow(len(text) + 32*len(list))
	type open struct {
		end   int
		close string
	}
	var stack []open
	pos := 0 // UTF-16
	at := 0  // bytes
	write := func(to int) {
		n := byteAt(text[at:], to-pos)
		b.WriteString(html.EscapeString(text[at : at+n]))
		pos, at = to, at+n
	}
	closeUntil := func(offset int) {
		for len(stack) > 0 && stack[len(stack)-1].end <= offset {
			top := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			write(top.end)
			b.WriteString(top.close)
		}
	}
	total := units(text)
	for _, e := range list {
		if e.Offset < 0 || e.Length <= 0 || e.Offset+e.Length > total {
			continue
		}
		closeUntil(e.Offset)
		end := e.Offset + e.Length
		if n := len(stack); n > 0 {
			end = min(end, stack[n-1].end) // never crosses the one around it
		}
		start, stop := e.tags(slice16(text, e.Offset, e.Length))
		if start == "" || end <= e.Offset {
			continue
		}
		write(e.Offset)
		b.WriteString(start)
		stack = append(stack, open{end, stop})
	}
	closeUntil(total)
	write(total)
	return b.String()
}

// tags are the markup of an entity over this text.
func (e Entity) tags(text string) (start, end string) {
	esc := html.EscapeString
	link := func(href string) (string, string) {
		return `<a href="` + esc(href) + `" target="_blank" rel="noopener noreferrer">`, "</a>"
	}
	switch e.Type {
	case "bold":
		return "<b>", "</b>"
	case "italic":
		return "<i>", "</i>"
	case "underline":
		return "<u>", "</u>"
	case "strikethrough":
		return "<s>", "</s>"
	case "code":
		return "<code>", "</code>"
	case "pre":
		if e.Language != "" {
			return `<pre><code class="language-` + esc(e.Language) + `">`, "</code></pre>"
		}
		return "<pre>", "</pre>"
	case "blockquote":
		return "<blockquote>", "</blockquote>"
	case "expandable_blockquote":
		return `<blockquote class="tg-expandable">`, "</blockquote>"
	case "spoiler":
		return `<span class="tg-spoiler">`, "</span>"
	case "text_link":
		lower := lowerASCII(e.URL)
		for _, scheme := range []string{"http://", "https://", "tg:"} {
			if strings.HasPrefix(lower, scheme) {
				return link(e.URL)
			}
		}
	case "url":
		if href, ok := checkLink(text); ok {
			return link(href)
		}
	case "email":
		return link("mailto:" + text)
	case "mention", "text_mention":
		return `<span class="tg-mention">`, "</span>"
	case "bot_command":
		return `<span class="tg-command">`, "</span>"
	case "hashtag", "cashtag":
		return `<span class="tg-hashtag">`, "</span>"
	case "date_time":
		return `<span class="tg-time">`, "</span>"
	}
	return "", ""
}
