package article

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const (
	maxFragment = 2 << 20 // bytes of HTML that FromHTML reads
	longCaption = 400     // bytes; what stands under a picture at such length is the text of a gallery
	maxURL      = 2000    // bytes of an address; databases and Telegram refuse longer ones
)

// FromHTML turns a piece of HTML, such as a feed's content:encoded, into blocks.
// Picture addresses are resolved against baseURL. Plain text gives its
// paragraphs, HTML that cannot be read gives none.
func FromHTML(fragment, baseURL string) []Block {
	if len(fragment) > maxFragment {
		fragment = strings.ToValidUTF8(fragment[:maxFragment], "")
	}
	w := newWalker(baseURL)
	if !strings.Contains(fragment, "<") {
		for p := range strings.SplitSeq(strings.ReplaceAll(fragment, "\r\n", "\n"), "\n\n") {
			w.text.WriteString(flat(html.UnescapeString(p)))
			w.flush(Paragraph)
		}
		return w.blocks
	}
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(fragment), body)
	if err != nil {
		return nil
	}
	for _, n := range nodes {
		body.AppendChild(n) // so that each knows its neighbours
	}
	w.walk(body, Paragraph)
	return w.blocks
}

// fromNode is FromHTML of a parsed tree.
func fromNode(n *html.Node, baseURL string) []Block {
	w := newWalker(baseURL)
	w.walk(n, Paragraph)
	w.flush(Paragraph)
	return w.blocks
}

// walker collects blocks in reading order. The parser bounds how deep a tree is,
// so recursion is safe.
type walker struct {
	base   *url.URL
	text   strings.Builder
	blocks []Block
}

func newWalker(baseURL string) *walker {
	base, err := url.Parse(baseURL)
	if err != nil {
		base = nil // pictures then keep only addresses that are absolute already
	}
	return &walker{base: base}
}

// flush ends the block being collected.
func (w *walker) flush(kind BlockKind) {
	if w.text.Len() == 0 {
		return
	}
	text := clean(w.text.String())
	w.text.Reset()
	if text != "" {
		w.blocks = append(w.blocks, Block{Kind: kind, Text: text})
	}
}

// walk reads n, whose text belongs to a block of the given kind.
func (w *walker) walk(n *html.Node, kind BlockKind) {
	switch n.Type {
	case html.TextNode:
		w.text.WriteString(flat(n.Data))
		return
	case html.ElementNode:
	case html.DocumentNode:
		w.children(n, kind)
		return
	default:
		return
	}
	switch n.Data {
	case "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "math", "form", "button",
		"select", "textarea", "input", "audio", "video", "canvas", "head", "nav", "title":
		return
	case "br":
		w.text.WriteByte('\n')
		// Two in a row are how old pages write a paragraph.
		if next := nextElementOrText(n); next != nil && next.Type == html.ElementNode && next.Data == "br" {
			w.flush(kind)
		}
		return
	case "img", "amp-img":
		w.image(n, attr(n, "alt"), kind)
		return
	case "figure":
		w.figure(n, kind)
		return
	case "figcaption": // of a picture that a library has taken away, if it is no text that goes with pictures
		if len(textOf(n)) < longCaption {
			return
		}
	case "table":
		w.flush(kind)
		w.table(n, kind)
		w.flush(kind)
		return
	case "pre":
		w.flush(kind)
		w.pre(n)
		w.flush(kind)
		return
	case "hr":
		w.flush(kind)
		return
	}
	inner, isBlock := blockKind(n.Data, kind)
	if !isBlock {
		w.children(n, kind)
		return
	}
	w.flush(kind)
	w.children(n, inner)
	w.flush(inner)
}

func (w *walker) children(n *html.Node, kind BlockKind) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.walk(c, kind)
	}
}

// blockKind says whether an element begins a block of its own, and of what kind
// what is inside it is. A paragraph inside a quote or a list item stays that.
func blockKind(name string, outer BlockKind) (BlockKind, bool) {
	switch name {
	case "h1", "h2", "h3", "h4", "h5", "h6":
		if outer == ListItem || outer == Quote {
			return outer, true
		}
		return Heading, true
	case "li", "dt", "dd":
		return ListItem, true
	case "blockquote":
		return Quote, true
	case "p", "div", "section", "article", "main", "header", "footer", "aside", "address", "details", "summary",
		"ul", "ol", "dl", "body", "html", "center", "fieldset", "figcaption", "caption", "hgroup":
		return outer, true
	}
	return outer, false
}

// table gives a row per tr, its cells divided by " | ". A table of one column is layout, not data.
func (w *walker) table(n *html.Node, kind BlockKind) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode {
			continue
		}
		if c.Data != "tr" {
			w.table(c, kind)
			continue
		}
		var cells []string
		var last *html.Node
		for d := c.FirstChild; d != nil; d = d.NextSibling {
			if d.Type != html.ElementNode || d.Data != "td" && d.Data != "th" {
				continue
			}
			last = d
			if text := clean(flat(textOf(d))); text != "" {
				cells = append(cells, text)
			}
		}
		switch {
		case len(cells) > 1:
			w.blocks = append(w.blocks, Block{Kind: TableRow, Text: strings.Join(cells, " | ")})
		case last != nil:
			for d := c.FirstChild; d != nil; d = d.NextSibling {
				w.children(d, kind)
				w.flush(kind)
			}
		}
	}
}

func (w *walker) figure(n *html.Node, kind BlockKind) {
	w.flush(kind)
	img := find(n, "img")
	if img == nil {
		img = find(n, "amp-img")
	}
	if img == nil {
		w.children(n, kind)
		w.flush(kind)
		return
	}
	caption := attr(img, "alt")
	if c := find(n, "figcaption"); c != nil {
		caption = textOf(c)
	}
	w.image(img, caption, kind)
}

func (w *walker) image(n *html.Node, caption string, kind BlockKind) {
	src := w.resolve(imageSource(n))
	if src == "" || isPixel(n) {
		return
	}
	w.flush(kind)
	w.blocks = append(w.blocks, Block{Kind: Image, Text: clean(flat(caption)), URL: src})
}

// pre keeps the line breaks of preformatted text, as one paragraph.
func (w *walker) pre(n *html.Node) {
	if text := clean(textOf(n)); text != "" {
		w.blocks = append(w.blocks, Block{Kind: Paragraph, Text: text})
	}
}

func (w *walker) resolve(ref string) string { return resolve(w.base, ref) }

// resolve makes ref absolute; "" when it is no http address or too long a one.
func resolve(base *url.URL, ref string) string {
	ref = strings.TrimSpace(ref)
	if ref == "" {
		return ""
	}
	u, err := url.Parse(ref)
	if err != nil {
		return ""
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	if s := u.String(); len(s) <= maxURL {
		return s
	}
	return ""
}

// imageSource is where an image is: pages that load pictures late keep the
// address in another attribute and a placeholder in src.
func imageSource(n *html.Node) string {
	for _, name := range []string{"data-src", "data-lazy-src", "data-original", "src"} {
		if v := attr(n, name); v != "" && !strings.HasPrefix(v, "data:") {
			return v
		}
	}
	if first, _, _ := strings.Cut(strings.TrimSpace(attr(n, "srcset")), ","); first != "" {
		return strings.Fields(first + " ")[0]
	}
	return ""
}

// isPixel reports the invisible pictures that count readers.
func isPixel(n *html.Node) bool {
	w, h := attr(n, "width"), attr(n, "height")
	return w == "1" || w == "0" || h == "1" || h == "0"
}

func nextElementOrText(n *html.Node) *html.Node {
	for c := n.NextSibling; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode || c.Type == html.TextNode && strings.TrimSpace(c.Data) != "" {
			return c
		}
	}
	return nil
}

// flat makes line breaks in HTML source the spaces that they are shown as.
func flat(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == '\t' {
			return ' '
		}
		return r
	}, s)
}

func textOf(n *html.Node) string {
	var b strings.Builder
	var collect func(*html.Node)
	collect = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(n.Data)
		case n.Type == html.ElementNode && (n.Data == "script" || n.Data == "style" || n.Data == "noscript"):
			return
		case n.Type == html.ElementNode:
			if _, isBlock := blockKind(n.Data, Paragraph); isBlock || n.Data == "br" || n.Data == "td" || n.Data == "th" {
				b.WriteByte('\n')
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			collect(c)
		}
	}
	collect(n)
	return b.String()
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name && a.Namespace == "" {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

// find is the first element of that name inside n.
func find(n *html.Node, name string) *html.Node {
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && c.Data == name {
			return c
		}
	}
	return nil
}
