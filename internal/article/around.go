package article

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

// commentsHeads are the headings, in lower case, of what readers wrote under an article: nothing of it follows them.
var commentsHeads = headings(`комментарии; комментарии читателей; комментарии к статье; обсуждение; оставить комментарий; добавить комментарий;
пікірлер; пікір қалдыру; пікір жазу; comments; leave a comment; leave a reply`)

// othersHeads are those of other stories, which stand beside, under and inside of articles.
var othersHeads = headings(`популярное; самое читаемое; самое популярное; сейчас читают; читают сейчас; похожие новости; похожие статьи;
похожие материалы; материалы по теме; новости по теме; последние новости; другие новости; рекомендуем; лента новостей;
көп оқылған; ең көп оқылған; ең көп оқылғандар; танымал; соңғы жаңалықтар; ұқсас жаңалықтар; тақырып бойынша; қазір оқып жатыр; басқа жаңалықтар;
most read; most popular; popular; trending; trending now; related; related articles; related stories; related news; latest news; more stories;
you may also like; recommended`)

func headings(list string) map[string]bool {
	m := map[string]bool{}
	for h := range strings.SplitSeq(list, ";") {
		m[strings.TrimSpace(h)] = true
	}
	return m
}

// dropAround takes away comments and other stories that stand under such a heading,
// to the end of the element that the heading is in. That is done below the text
// alone: where little text came before, or an article follows, the heading stands at
// the head of something else. Other stories in the midst of a text end where it goes on.
func dropAround(doc *html.Node) {
	const most = 20 // headings; a page of nothing else would take for ever
	var found []*html.Node
	before := 0 // characters outside of links
	for n := range doc.Descendants() {
		switch {
		case len(found) == most:
		case n.Type == html.TextNode && !within(n, "a", "script", "style", "title"):
			before += textSize(n)
		case n.Type == html.ElementNode && before >= enoughText && isHead(n) && (commentsHeads[headText(n)] || othersHeads[headText(n)]):
			found = append(found, n)
		}
	}
	for _, n := range found {
		if n.Parent == nil || leadsToArticle(n) {
			continue
		}
		midst := othersHeads[headText(n)] && followsText(n)
		for c := n.NextSibling; c != nil && (!midst || !isText(c)); c = n.NextSibling {
			n.Parent.RemoveChild(c)
		}
		n.Parent.RemoveChild(n)
	}
}

// isHead says whether an element may be a heading. Bold words are one only where no text goes on after them.
func isHead(n *html.Node) bool {
	switch n.Data {
	case "h2", "h3", "h4", "h5", "h6", "div", "p":
		return true
	case "b", "strong":
		next := nextElementOrText(n)
		return n.Parent.Data != "p" && !isInline(n.Parent.Data) && (next == nil || next.Type == html.ElementNode)
	}
	return false
}

// headText is the text of a heading in lower case, without the count that may follow
// it ("Комментарии (3)"), and "" for what is too long to be one.
func headText(n *html.Node) string {
	const longest = 120 // bytes
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
		if b.Len() > longest {
			return ""
		}
	}
	text := strings.ToLower(strings.Join(strings.Fields(b.String()), " "))
	return strings.TrimRightFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
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

// followsText says whether text stands before n, inside the same element.
func followsText(n *html.Node) bool {
	for s := n.PrevSibling; s != nil; s = s.PrevSibling {
		if isText(s) {
			return true
		}
	}
	return false
}

// isText says whether a node is a piece of an article rather than links.
func isText(n *html.Node) bool {
	const least = 80 // characters
	size := 0
	if n.Type == html.TextNode {
		size = textSize(n)
	}
	for c := range n.Descendants() {
		if c.Type == html.TextNode && !within(c, "a", "script", "style") {
			size += textSize(c)
		}
	}
	return size >= least
}

func textSize(n *html.Node) int { return len([]rune(strings.TrimSpace(n.Data))) }

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
