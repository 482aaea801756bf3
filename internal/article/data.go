package article

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

const (
	maxData      = 1 << 20 // bytes of an application's data that are read
	maxDataDepth = 24
)

// bodyKeys and titleKeys are, in lower case, what applications call the text and the headline of an article in their data.
var (
	bodyKeys  = []string{"articlebody", "body", "content", "contenthtml", "html", "text", "fulltext", "full_text", "bodyhtml", "description", "maintext", "story"}
	titleKeys = []string{"headline", "title", "name", "header"}
)

// dataText is the text of an article that a page holds in the data of its
// application alone: a page that is nothing before its scripts have run. Of all
// objects in the data with a text it is the one that bears the page's title, or
// else the longest. Title is that object's.
func dataText(data []string, title string) (text, ownTitle string) {
	var best found
	for _, raw := range data {
		var v any
		if json.Unmarshal([]byte(raw), &v) == nil {
			best.visit(v, folded(title), 0)
		}
	}
	return best.text, best.title
}

// scriptsData is all JSON in the scripts of a page, of maxData bytes at most.
func scriptsData(doc *html.Node) []string {
	var all []string
	size := 0
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Data != "script" || n.FirstChild == nil {
			continue
		}
		if raw := scriptData(n); len(raw) > enoughText && size+len(raw) <= maxData {
			all = append(all, raw)
			size += len(raw)
		}
	}
	return all
}

// scriptData is the JSON in a script: all of it, or what it gives to a variable; "" for other scripts.
func scriptData(n *html.Node) string {
	raw := strings.TrimSpace(n.FirstChild.Data)
	switch kind := strings.ToLower(attr(n, "type")); {
	case kind == "application/json":
		return raw
	case kind != "" && kind != "text/javascript" && kind != "application/javascript":
		return ""
	}
	head, value, ok := strings.Cut(raw, "=")
	if head = strings.TrimSpace(head); !ok || len(head) > 80 || !strings.HasPrefix(head, "window") && !strings.HasPrefix(head, "var ") && !strings.HasPrefix(head, "self") {
		return ""
	}
	value = strings.TrimSpace(value)
	if !strings.HasPrefix(value, "{") {
		return ""
	}
	if end := strings.LastIndexByte(value, '}'); end >= 0 {
		return value[:end+1] // more statements may follow, and then it is no JSON
	}
	return ""
}

// found is the best text so far.
type found struct {
	text, title string
	named       bool // it bears the page's title
}

func (f *found) visit(v any, title string, depth int) {
	if depth > maxDataDepth {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			f.visit(e, title, depth+1)
		}
	case map[string]any:
		f.consider(v, title)
		for _, e := range v {
			f.visit(e, title, depth+1)
		}
	}
}

// consider takes an object's text when it is better than what was found.
func (f *found) consider(object map[string]any, title string) {
	text, own := "", ""
	for key, value := range object {
		lower := strings.ToLower(key)
		if slices.Contains(bodyKeys, lower) {
			if t := dataBody(value, 0); utf8.RuneCountInString(t) > utf8.RuneCountInString(text) {
				text = t
			}
		}
		if s, ok := value.(string); ok && slices.Contains(titleKeys, lower) && (own == "" || folded(s) == title) {
			own = clean(flat(html.UnescapeString(s)))
		}
	}
	if own == "" || utf8.RuneCountInString(text) < enoughText {
		return
	}
	named := title != "" && folded(own) == title
	// Maps have no order: of equals the first in the alphabet, so that a page is always read alike.
	better := len(text) > len(f.text) || len(text) == len(f.text) && text < f.text
	if named && !f.named || named == f.named && better {
		f.text, f.title, f.named = text, own, named
	}
}

// dataBody is a text as applications keep it: a string, or a list of paragraphs.
func dataBody(v any, depth int) string {
	switch v := v.(type) {
	case string:
		return v
	case []any:
		var parts []string
		for _, e := range v {
			if s := dataBody(e, depth+1); s != "" {
				parts = append(parts, s)
			}
		}
		return strings.Join(parts, "\n\n")
	case map[string]any:
		if depth == 0 || depth > 4 {
			if s, ok := v["rendered"].(string); ok { // as WordPress gives it
				return s
			}
			return ""
		}
		for _, key := range []string{"text", "content", "html", "value", "data", "children"} {
			if s := dataBody(v[key], depth+1); s != "" {
				return s
			}
		}
	}
	return ""
}

// bodyBlocks are the blocks of a text that came as data: HTML, or lines that are paragraphs.
func bodyBlocks(text, baseURL string) []Block {
	if !strings.Contains(text, "<") {
		lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
		text = strings.Join(lines, "\n\n")
	}
	return FromHTML(text, baseURL)
}
