package article

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// paragraphs makes paragraphs of the pieces of text that pages divide by two line
// breaks or more: the libraries that find a page's text know only elements.
func paragraphs(doc *html.Node) {
	var divided []*html.Node
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && holdsText(n.Data) && hasDoubleBreak(n) {
			divided = append(divided, n)
		}
	}
	for _, n := range divided {
		if !isInline(n.Data) {
			continue
		}
		// All of the text in a span: neither it nor a paragraph around it is one.
		for p := n; isInline(p.Data) || p.Data == "p"; p = p.Parent {
			p.Data, p.DataAtom = "div", atom.Div
		}
	}
	for _, n := range divided {
		divide(n)
	}
}

// holdsText says whether text that stands in an element by itself can be made paragraphs of it.
func holdsText(name string) bool {
	switch name {
	case "p", "div", "section", "article", "main", "td", "center", "body", "blockquote":
		return true
	}
	return isInline(name)
}

func isInline(name string) bool {
	return name == "span" || name == "font" || name == "b" || name == "strong" || name == "i" || name == "em"
}

func hasDoubleBreak(n *html.Node) bool {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if isBreak(c) && isBreak(nextElementOrText(c)) {
			return true
		}
	}
	return false
}

func isBreak(n *html.Node) bool {
	return n != nil && n.Type == html.ElementNode && n.Data == "br"
}

// divide wraps each piece of text inside n in a paragraph; a paragraph that is
// divided gives way to its pieces.
func divide(n *html.Node) {
	into, before := n, (*html.Node)(nil) // where pieces are put
	if n.Data == "p" {
		into, before = n.Parent, n
	}
	var piece *html.Node
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		blank := c.Type == html.TextNode && strings.TrimSpace(c.Data) == ""
		_, isBlock := blockKind(c.Data, Paragraph)
		isBlock = c.Type == html.ElementNode && (isBlock || c.Data == "table" || c.Data == "figure" || c.Data == "pre" || c.Data == "hr")
		switch {
		case isBlock:
			piece = nil
			if into != n {
				n.RemoveChild(c)
				into.InsertBefore(c, before)
			}
		case isBreak(c) && (piece == nil || isBreak(nextElementOrText(c))):
			piece = nil
			n.RemoveChild(c)
		case piece == nil && blank:
		default:
			if piece == nil {
				piece = &html.Node{Type: html.ElementNode, Data: "p", DataAtom: atom.P}
				if into == n {
					into.InsertBefore(piece, c)
				} else {
					piece.Attr = n.Attr
					into.InsertBefore(piece, before)
				}
			}
			n.RemoveChild(c)
			piece.AppendChild(c)
		}
		c = next
	}
	if into != n {
		into.RemoveChild(n)
	}
}
