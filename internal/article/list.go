package article

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// isList says whether what was read of a page is a list of stories, such as the
// front page that stands in for an article that is gone, and why. No single sign
// decides: sites leave the marks of a front page on articles, and the other way round.
func isList(doc *html.Node, base *url.URL, meta metadata, blocks []Block) error {
	var signs []string
	score := 0
	sign := func(points int, name string, yes bool) {
		if yes {
			score += points
			if points > 0 {
				signs = append(signs, name)
			}
		}
	}
	text := weigh(doc, blocks)
	heads := headlines(doc)
	sign(2, "its text is links", text.linked >= 0.5)
	sign(1, "much of its text is links", text.linked >= 0.25 && text.linked < 0.5)
	sign(2, fmt.Sprintf("%d headlines lead elsewhere", heads), heads >= 8)
	sign(1, "several headlines lead elsewhere", heads >= 5 && heads < 8)
	sign(2, fmt.Sprintf("%d lines of its text are links", text.links), text.links >= 5)
	sign(1, "the address is a front page's", base.Host != "" && base.RawQuery == "" && homePath.MatchString(base.Path))
	sign(1, "it gives the front page for its address", meta.home)
	sign(1, "it calls itself a site", strings.EqualFold(meta.kind, "website"))
	sign(1, "it describes a list", meta.list)
	sign(1, "it has no title but the site's", meta.title == "" || meta.siteTitle)

	sign(-2, "", strings.Contains(strings.ToLower(meta.kind), "article") || meta.article)
	sign(-1, "", !meta.published.IsZero())
	sign(-1, "", meta.headline)
	sign(-1, "", text.longest >= 300)
	sign(-2, "", text.prose >= 1200)
	sign(-1, "", text.prose >= 500 && text.prose < 1200)
	const enough = 3
	if score < enough {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrList, strings.Join(signs, ", "))
}

// weight is what the text of a page consists of.
type weight struct {
	linked  float64 // the share of it that is the text of links
	links   int     // blocks that are
	longest int     // characters of the longest paragraph that is none
	prose   int     // characters of all paragraphs of some length that stand under no link of their own
}

func weigh(doc *html.Node, blocks []Block) weight {
	const fewest = 20 // bytes of a headline
	links := map[string]bool{}
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "a" {
			if text := folded(clean(flat(textOf(n)))); len(text) >= fewest {
				links[text] = true
			}
		}
	}
	var w weight
	all, inLinks, afterLink := 0, 0, false
	for _, b := range blocks {
		if b.Kind == Image {
			continue
		}
		size := utf8.RuneCountInString(b.Text)
		all += size
		if links[folded(b.Text)] {
			inLinks += size
			w.links++
			afterLink = true
			continue
		}
		if b.Kind == Paragraph || b.Kind == Quote {
			w.longest = max(w.longest, size)
			if size >= 100 && !afterLink {
				w.prose += size
			}
		}
		afterLink = false
	}
	if all > 0 {
		w.linked = float64(inLinks) / float64(all)
	}
	return w
}

// headlines is how many headings of a page, of those outside of its margins, are links.
func headlines(doc *html.Node) int {
	n := 0
	for h := range doc.Descendants() {
		if h.Type != html.ElementNode || h.Data != "h2" && h.Data != "h3" && h.Data != "h4" || within(h, "aside", "footer", "nav") {
			continue
		}
		if (find(h, "a") != nil || within(h, "a")) && utf8.RuneCountInString(clean(flat(textOf(h)))) >= 20 {
			n++
		}
	}
	return n
}
