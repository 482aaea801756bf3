package article

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

// aroundText are the headings, in lower case, of what pages put beside and under an
// article: comments, and stories read by others.
var aroundText = map[string]bool{
	// Russian
	"комментарии": true, "комментарии читателей": true, "комментарии к статье": true, "обсуждение": true, "популярное": true,
	"самое читаемое": true, "самое популярное": true, "сейчас читают": true, "читают сейчас": true, "похожие новости": true,
	"похожие статьи": true, "похожие материалы": true, "материалы по теме": true, "новости по теме": true, "последние новости": true,
	"другие новости": true, "рекомендуем": true, "лента новостей": true, "оставить комментарий": true, "добавить комментарий": true,
	// Kazakh
	"пікірлер": true, "пікір қалдыру": true, "пікір жазу": true, "көп оқылған": true, "ең көп оқылған": true, "ең көп оқылғандар": true,
	"танымал": true, "соңғы жаңалықтар": true, "ұқсас жаңалықтар": true, "тақырып бойынша": true, "қазір оқып жатыр": true, "басқа жаңалықтар": true,
	// English
	"comments": true, "leave a comment": true, "leave a reply": true, "most read": true, "most popular": true, "popular": true,
	"trending": true, "trending now": true, "related": true, "related articles": true, "related stories": true, "related news": true,
	"latest news": true, "more stories": true, "you may also like": true, "recommended": true,
}

// dropAround takes away what stands under such a heading, to the end of the element
// that the heading is in. That is done below the text alone: where little text came
// before, or an article follows, the heading stands at the head of something else.
func dropAround(doc *html.Node) {
	var found []*html.Node
	before := 0 // characters outside of links
	for n := range doc.Descendants() {
		switch {
		case n.Type == html.TextNode && !within(n, "a", "script", "style", "title"):
			before += len([]rune(strings.TrimSpace(n.Data)))
		case n.Type == html.ElementNode && before >= enoughText && isAround(n):
			found = append(found, n)
		}
	}
	for _, n := range found {
		if n.Parent == nil || leadsToArticle(n) {
			continue
		}
		for c := n.NextSibling; c != nil; c = n.NextSibling {
			n.Parent.RemoveChild(c)
		}
		n.Parent.RemoveChild(n)
	}
}

// isAround says whether an element is such a heading; a count may follow it: "Комментарии (3)".
func isAround(n *html.Node) bool {
	switch n.Data {
	case "h2", "h3", "h4", "h5", "h6", "b", "strong", "div":
	default:
		return false
	}
	const longest = 60 // characters, more than any of them and its count
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
		if b.Len() > 2*longest {
			return false
		}
	}
	text := strings.ToLower(strings.Join(strings.Fields(b.String()), " "))
	return aroundText[strings.TrimRightFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })]
}

// leadsToArticle says whether an article begins after n, inside the same element.
func leadsToArticle(n *html.Node) bool {
	for s := n.NextSibling; s != nil; s = s.NextSibling {
		if s.Type == html.ElementNode && (s.Data == "h1" || s.Data == "article" || s.Data == "main" || find(s, "h1") != nil || find(s, "article") != nil) {
			return true
		}
	}
	return false
}

func within(n *html.Node, names ...string) bool {
	for p := range n.Ancestors() {
		for _, name := range names {
			if p.Data == name {
				return true
			}
		}
	}
	return false
}
