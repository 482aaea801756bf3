package article

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// What the libraries that find the text are given. They search some of it again and
// again, so their time grows with the square of these; no page of a thousand
// real ones had more.
const (
	maxChildren   = 2_500    // of an element
	maxText       = 600_000  // bytes of text
	maxTextNode   = 60_000   // bytes of text in one piece
	maxAttributes = 40       // of an element
	maxAttribute  = 2_000    // bytes
	maxClass      = 300      // bytes of a class or an id, which patterns are tried on
	maxPageTitle  = 2 * 1000 // bytes
)

func countElements(doc *html.Node) int {
	elements := 0
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode {
			elements++
		}
	}
	return elements
}

// prune takes from a page what is not read (comments, scripts, styles, drawings)
// and what is more than any page that is meant to be read has.
func prune(doc *html.Node) {
	p := pruner{text: maxText}
	p.visit(doc)
}

type pruner struct {
	text int // bytes that may follow
}

func (p *pruner) visit(n *html.Node) {
	p.attributes(n)
	children := 0
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		children++
		switch {
		case children > maxChildren, c.Type == html.CommentNode, c.Type == html.ElementNode && (isUnread(c) || isCaption(c)):
			if c.Type == html.ElementNode && children <= maxChildren && !isUnread(c) {
				describe(c)
			}
			n.RemoveChild(c)
		case c.Type == html.TextNode:
			most := min(maxTextNode, p.text)
			if n.Data == "title" {
				most = min(most, maxPageTitle)
			}
			c.Data = cutBytes(c.Data, most)
			p.text -= len(c.Data)
			if c.Data == "" {
				n.RemoveChild(c)
			}
		default:
			p.visit(c)
		}
		c = next
	}
}

// isUnread says of an element whether nothing of it is for readers. JSON-LD stays: the libraries read dates from it.
func isUnread(n *html.Node) bool {
	const longest = 64 << 10 // bytes of JSON-LD
	switch n.Data {
	case "script":
		return attr(n, "type") != "application/ld+json" || len(textOfScript(n)) > longest
	case "style", "svg", "template":
		return true
	}
	return false
}

// captionClass is how sites name what stands under a picture when it is no figcaption.
var captionClass = regexp.MustCompile(`(?i)(?:^|[\s_-])(?:caption|credits?|copyrights?|wp-caption-text|photo-?(?:author|credit|source)|image-?(?:author|credit|source|caption)|img-?caption|picture-?caption)(?:$|[\s_-])`)

// isCaption says whether an element is a picture's caption or tells whose it is.
func isCaption(n *html.Node) bool {
	switch n.Data {
	case "div", "p", "span", "em", "small", "cite", "i", "dd":
	default:
		return false
	}
	class := attr(n, "class")
	return class != "" && captionClass.MatchString(class) && len(textOf(n)) < longCaption && find(n, "img") == nil && find(n, "p") == nil
}

// describe gives the picture that a caption stands under the caption for its description.
func describe(caption *html.Node) {
	for p, up := caption.Parent, 0; p != nil && up < 2; p, up = p.Parent, up+1 {
		img := find(p, "img")
		if img == nil {
			continue
		}
		img.Attr = slices.DeleteFunc(img.Attr, func(a html.Attribute) bool { return a.Key == "alt" })
		img.Attr = append(img.Attr, html.Attribute{Key: "alt", Val: clean(flat(textOf(caption)))})
		return
	}
}

func (p *pruner) attributes(n *html.Node) {
	if len(n.Attr) > maxAttributes {
		n.Attr = n.Attr[:maxAttributes]
	}
	kept := n.Attr[:0]
	for _, a := range n.Attr {
		if a.Key == "class" || a.Key == "id" {
			a.Val = cutBytes(a.Val, maxClass)
		}
		if len(a.Val) <= maxAttribute || strings.HasPrefix(a.Key, "src") || strings.HasPrefix(a.Key, "data-src") {
			kept = append(kept, a)
		}
	}
	n.Attr = kept
}

// cutBytes is the beginning of s, of n bytes at most and of whole characters.
func cutBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:max(n, 0)]
}
