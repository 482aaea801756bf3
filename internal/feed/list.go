package feed

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// compiled are the selectors of a source; nil where none is given.
type compiled struct {
	item, title, link, date cascadia.Matcher
}

func (s Selectors) compile() (compiled, error) {
	var c compiled
	if s.Item == "" {
		return c, fmt.Errorf("selectors: item is required")
	}
	for _, f := range []struct {
		name, text string
		into       *cascadia.Matcher
	}{{"item", s.Item, &c.item}, {"title", s.Title, &c.title}, {"link", s.Link, &c.link}, {"date", s.Date, &c.date}} {
		if f.text == "" {
			continue
		}
		m, err := cascadia.ParseGroup(f.text)
		if err != nil {
			return c, fmt.Errorf("selectors: %s %q: %w", f.name, f.text, err)
		}
		*f.into = m
	}
	return c, nil
}

// list reads a page with a list of news by the source's selectors.
func (p parsing) list(text []byte) (Feed, error) {
	sel, err := p.src.Selectors.compile()
	if err != nil {
		return Feed{}, err
	}
	doc, err := html.Parse(bytes.NewReader(text))
	if err != nil {
		return Feed{}, err
	}
	f := Feed{}
	if n := cascadia.Query(doc, cascadia.MustCompile("html")); n != nil {
		f.Language = primaryTag(attr(n, "lang"))
	}
	if n := cascadia.Query(doc, cascadia.MustCompile("head title")); n != nil {
		f.Title = plainNode(n)
	}
	if n := cascadia.Query(doc, cascadia.MustCompile("base[href]")); n != nil {
		if u, err := url.Parse(p.resolve(attr(n, "href"))); err == nil && u.Host != "" {
			p.base = u
		}
	}
	for _, n := range cascadia.QueryAll(doc, sel.item) {
		if it, ok := p.listItem(n, sel); ok {
			f.Items = append(f.Items, it)
		} else {
			f.Skipped++
		}
	}
	if len(f.Items) == 0 {
		return Feed{}, fmt.Errorf("%w by the selector %q (%d elements matched)", ErrNoItems, p.src.Selectors.Item, f.Skipped)
	}
	f.Items = limited(f.Items)
	return f, nil
}

func (p parsing) listItem(n *html.Node, sel compiled) (Item, bool) {
	anchor := linkNode(n, sel.link)
	if anchor == nil {
		return Item{}, false
	}
	it := Item{Link: p.resolve(attr(anchor, "href"))}
	it.ID = it.Link
	titleNode := n
	switch {
	case sel.title != nil:
		if titleNode = query(n, sel.title); titleNode == nil {
			return Item{}, false
		}
	case anchor != n && plainNode(anchor) != "":
		titleNode = anchor
	}
	it.Title = plainNode(titleNode)
	for _, name := range []string{"title", "aria-label"} { // a link around a picture alone
		if it.Title == "" {
			it.Title = oneLine(attr(anchor, name))
		}
	}
	it.Title = p.title(html.EscapeString(it.Title), "")
	if it.Link == "" || it.Title == "" {
		return Item{}, false
	}
	if sel.date != nil {
		if d := query(n, sel.date); d != nil {
			it.Published = p.listDate(d)
		}
	}
	for img := range n.Descendants() {
		if img.Type == html.ElementNode && img.Data == "img" {
			if it.Image = p.resolve(imageSource(img.Attr)); it.Image != "" {
				break
			}
		}
	}
	return it, true
}

// linkNode is the element with the address of an item: by the selector, the item
// itself, its first link or the link around it.
func linkNode(n *html.Node, m cascadia.Matcher) *html.Node {
	if m != nil {
		n = query(n, m)
		if n == nil {
			return nil
		}
	}
	if n.Data == "a" && attr(n, "href") != "" {
		return n
	}
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && c.Data == "a" && attr(c, "href") != "" {
			return c
		}
	}
	for c := range n.Ancestors() {
		if c.Type == html.ElementNode && c.Data == "a" && attr(c, "href") != "" {
			return c
		}
	}
	return nil
}

// listDate reads a date where pages put it: for machines first, then for people.
func (p parsing) listDate(n *html.Node) time.Time {
	for _, text := range []string{attr(n, "datetime"), attr(n, "content"), plainNode(n), attr(n, "title")} {
		if t, ok := parseDate(text, p.zone, p.now); ok {
			return p.notAfterNow(t)
		}
	}
	return time.Time{}
}

// query is the first match inside n, or n itself.
func query(n *html.Node, m cascadia.Matcher) *html.Node {
	if m.Match(n) {
		return n
	}
	return cascadia.Query(n, m)
}

func plainNode(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		switch {
		case c.Type == html.TextNode && c.Parent.Data != "script" && c.Parent.Data != "style":
			b.WriteString(c.Data)
		case c.Type == html.ElementNode && (c.Data == "br" || c.Data == "p" || c.Data == "div"):
			b.WriteByte(' ')
		}
	}
	return oneLine(b.String())
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name && a.Namespace == "" {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

// pageTitle is the title of a page that came instead of a feed, for the error: it names the guard that stands before the site.
func pageTitle(text string) string {
	z := html.NewTokenizer(strings.NewReader(text[:boundary(text, 64<<10)]))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.StartTagToken:
			if name, _ := z.TagName(); string(name) == "title" {
				if z.Next() == html.TextToken {
					return shorten(oneLine(string(z.Text())), 80)
				}
				return ""
			}
		}
	}
}
