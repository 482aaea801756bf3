package article

import (
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// leadClass is how sites name the element with the first paragraph of an article that stands apart from the others.
var leadClass = regexp.MustCompile(`(?i)(?:^|[\s_-])(?:lead|lede|intro|standfirst|anons|announce|announcement|article-?summary|leadtext|lid|lead-?in)(?:$|[\s_-])`)

// withLead puts the lead of an article before its text, when the readings have
// left it out: it stands between the headline and the text, in an element named for it.
func withLead(doc *html.Node, base *url.URL, blocks []Block) []Block {
	const shortest, longest = 60, 900 // characters of a lead
	var first string
	for _, b := range blocks {
		if b.Kind != Image {
			first = b.Text
			break
		}
	}
	if first == "" {
		return blocks
	}
	var lead *html.Node
	headed := false
	for n := range doc.Descendants() {
		if n.Type == html.TextNode {
			if headed && strings.HasPrefix(clean(flat(n.Data)), prefix(first, 40)) {
				break // the text has begun
			}
			continue
		}
		if n.Type != html.ElementNode {
			continue
		}
		headed = headed || n.Data == "h1"
		if headed && lead == nil && (n.Data == "div" || n.Data == "p" || n.Data == "section" || n.Data == "h2") && leadClass.MatchString(attr(n, "class")) && !within(n, "aside", "nav", "footer", "a") {
			lead = n
		}
	}
	if lead == nil || find(lead, "a") != nil && len(linkText(lead)) > 40 {
		return blocks
	}
	all := newReading(blocks)
	var before []Block
	for _, b := range fromNode(lead, base.String()) {
		size := utf8.RuneCountInString(b.Text)
		own := shingles([]Block{b})
		if b.Kind == Image || size < shortest || size > longest || 2*common(own, all.shingles) > len(own) {
			continue
		}
		b.Kind = Paragraph
		before = append(before, b)
	}
	return append(before, blocks...)
}

// prefix is the beginning of s, of so many characters at most.
func prefix(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// linkText is the text of the links inside n.
func linkText(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode && within(c, "a") {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}
