package telegram

import (
	"cmp"
	"html"
	"slices"
	"strings"
	"unicode/utf16"

	"newsbot/internal/article"
)

// Entity is a range of a message's text that has a format. Offset and Length
// count UTF-16 units.
type Entity struct {
	Type     string `json:"type"`
	Offset   int    `json:"offset"`
	Length   int    `json:"length"`
	URL      string `json:"url"`      // of text_link
	Language string `json:"language"` // of pre
}

// Of is the part of a text that the entity marks; empty when it is not in it.
func (e Entity) Of(text string) string {
	units := utf16.Encode([]rune(text))
	if e.Offset < 0 || e.Length < 0 || e.Offset+e.Length > len(units) {
		return ""
	}
	return string(utf16.Decode(units[e.Offset : e.Offset+e.Length]))
}

// tags are what opens and closes the entity in Telegram HTML; ok is false for
// those that Telegram finds in a text by itself, and for those a bot cannot send.
func (e Entity) tags() (open, shut string, ok bool) {
	simple := map[string]string{
		"bold": "b", "italic": "i", "underline": "u", "strikethrough": "s", "spoiler": "tg-spoiler", "code": "code", "blockquote": "blockquote",
	}
	switch tag := simple[e.Type]; {
	case tag != "":
		return "<" + tag + ">", "</" + tag + ">", true
	case e.Type == "expandable_blockquote":
		return "<blockquote expandable>", "</blockquote>", true
	case e.Type == "pre" && e.Language != "":
		return `<pre><code class="language-` + html.EscapeString(e.Language) + `">`, "</code></pre>", true
	case e.Type == "pre":
		return "<pre>", "</pre>", true
	case e.Type == "text_link" && e.URL != "":
		return `<a href="` + html.EscapeString(e.URL) + `">`, "</a>", true
	}
	return "", "", false
}

// HTML is the text, or the caption of what has no text, from a position on, in
// UTF-16 units, as Telegram HTML with the formatting that its author gave it,
// without space around it.
func (m Message) HTML(from int) string {
	text := m.Text
	if text == "" {
		text = m.Caption
	}
	units := utf16.Encode([]rune(text))
	from = min(max(from, 0), len(units))
	type span struct {
		start, end int
		open, shut string
	}
	var spans []span
	borders := []int{from, len(units)}
	for _, e := range m.Entities {
		open, shut, ok := e.tags()
		start, end := max(e.Offset, from), min(e.Offset+e.Length, len(units))
		if ok && start < end {
			spans = append(spans, span{start, end, open, shut})
			borders = append(borders, start, end)
		}
	}
	slices.SortStableFunc(spans, func(a, b span) int { return cmp.Or(a.start-b.start, b.end-a.end) })
	slices.Sort(borders)
	borders = slices.Compact(borders)
	var out strings.Builder
	var stack []span
	for i, at := range borders {
		// What ends here is closed with all that was opened inside it; what of
		// that goes on is opened again.
		first := slices.IndexFunc(stack, func(s span) bool { return s.end <= at })
		if first >= 0 {
			inside := slices.Clone(stack[first:])
			for _, s := range slices.Backward(inside) {
				out.WriteString(s.shut)
			}
			stack = stack[:first]
			for _, s := range inside {
				if s.end > at {
					out.WriteString(s.open)
					stack = append(stack, s)
				}
			}
		}
		for _, s := range spans {
			if s.start == at {
				out.WriteString(s.open)
				stack = append(stack, s)
			}
		}
		if i+1 < len(borders) {
			out.WriteString(article.Escape(string(utf16.Decode(units[at:borders[i+1]]))))
		}
	}
	return strings.TrimSpace(out.String())
}
