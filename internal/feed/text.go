package feed

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// maxSummary is how many characters of a summary are kept.
const maxSummary = 600

// signature is what WordPress puts under every summary, in the languages of its sites.
var signature = regexp.MustCompile(`(?s)^(?:The post .{1,300} (?:appeared first on|first appeared on)|` +
	`(?:Сообщение|Запись) .{1,300} (?:появились сначала на|впервые появилась на)) .{1,100}$`)

// invitations are links to the whole text at the end of a summary.
var invitations = []string{"[…]", "[...]", "Читать далее", "Подробнее", "Толығырақ", "Continue reading", "Read more"}

// plain is the text of a piece of HTML in one line, without what is not seen.
// Feeds escape titles once too often, so entities are read in what comes out as well.
func plain(s string) string {
	if strings.IndexByte(s, '<') >= 0 {
		s = withoutTags(s)
	}
	return oneLine(html.UnescapeString(html.UnescapeString(s)))
}

// inlineTags divide no words.
var inlineTags = map[string]bool{"b": true, "i": true, "em": true, "strong": true, "a": true, "span": true, "u": true, "s": true,
	"sub": true, "sup": true, "small": true, "font": true, "mark": true}

// withoutTags is a piece of HTML without its tags, comments, scripts and styles, and
// with a space where a tag divides words. A tokenizer does the same at three times the cost.
func withoutTags(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	sections := false
	for {
		text, rest, found := strings.Cut(s, "<")
		b.WriteString(text)
		if !found {
			break
		}
		s = rest
		switch {
		case strings.HasPrefix(s, "!--"):
			_, s, _ = strings.Cut(s[len("!--"):], "-->")
		case strings.HasPrefix(s, "![CDATA["): // escaped along with what it holds
			s, sections = s[len("![CDATA["):], true
		case s != "" && (s[0] == '!' || s[0] == '?'):
			_, s, _ = strings.Cut(s, ">")
		case s != "" && (isLetter(s[0]) || s[0] == '/' && len(s) > 1 && isLetter(s[1])):
			name := tagName(s)
			s = afterTag(s)
			switch {
			case name == "script" || name == "style":
				if end := indexFold(s, "</"+name); end >= 0 {
					s = afterTag(s[end+1:])
				} else {
					s = ""
				}
			case !inlineTags[strings.TrimPrefix(name, "/")]:
				b.WriteByte(' ')
			}
		default:
			b.WriteByte('<') // less than
		}
	}
	if sections {
		return strings.ReplaceAll(b.String(), cdataEnd, " ")
	}
	return b.String()
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// tagName is the name, in lower case and with the slash of an end, of the tag whose inside s begins with.
func tagName(s string) string {
	n := 1
	for n < len(s) && n < 16 && (isLetter(s[n]) || s[n] >= '0' && s[n] <= '9') {
		n++
	}
	return strings.ToLower(s[:n])
}

// afterTag is what follows a tag; in its quotes a > does not end it.
func afterTag(s string) string {
	quote := byte(0)
	for i := range len(s) {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case (c == '"' || c == '\'') && i > 0 && s[i-1] == '=':
			quote = c
		case c == '>':
			return s[i+1:]
		}
	}
	return ""
}

// indexFold is where the lower-case ASCII word begins in s, in any case.
func indexFold(s, word string) int {
	for i := 0; i+len(word) <= len(s); i++ {
		next := strings.IndexByte(s[i:], word[0])
		if next < 0 || i+next+len(word) > len(s) {
			return -1
		}
		i += next
		if strings.EqualFold(s[i:i+len(word)], word) {
			return i
		}
	}
	return -1
}

// oneLine collapses space and drops controls and other characters that never show.
func oneLine(s string) string {
	if isOneLine(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range s {
		switch {
		case isPlainLetter(r):
		case unicode.IsSpace(r):
			space = true
			continue
		case r == '\u200C' || r == '\u200D' || r >= 0xE0020 && r <= 0xE007F: // joiners and flags of emoji
		case unicode.Is(unicode.C, r), r == utf8.RuneError:
			continue
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		b.WriteRune(r)
	}
	return b.String()
}

// isPlainLetter says of the characters that most texts are made of that they show.
func isPlainLetter(r rune) bool {
	return r > ' ' && r < 0x7F || r >= 'Ѐ' && r <= 'ԯ' || r >= '«' && r <= 'ÿ' && r != '\u00AD' || r >= '–' && r <= '„'
}

// isOneLine says whether s is what oneLine would make of it, as far as can be told at a glance.
func isOneLine(s string) bool {
	last := ' '
	for _, r := range s {
		if r == ' ' && last == ' ' || r != ' ' && !isPlainLetter(r) {
			return false
		}
		last = r
	}
	return last != ' ' || s == ""
}

// summary is an entry's lead as plain text: its description, or the beginning of its content.
func summary(description, content string) string {
	s := plain(description)
	if utf8.RuneCountInString(s) <= 2*maxSummary { // the end of a longer one is cut off anyway
		s = withoutAppended(s)
	}
	if s == "" && content != "" {
		s = plain(content)
	}
	return shorten(s, maxSummary)
}

// withoutAppended is a summary without what the site's software adds to its end.
func withoutAppended(s string) string {
	for _, begin := range []string{"The post ", "Сообщение ", "Запись "} {
		if i := strings.LastIndex(s, begin); i >= 0 && signature.MatchString(s[i:]) {
			s = strings.TrimRight(s[:i], " ")
		}
	}
	for _, w := range invitations {
		if cut, ok := strings.CutSuffix(strings.TrimRight(s, " .…»→"), w); ok {
			return strings.TrimRight(cut, " ")
		}
		if cut, ok := strings.CutSuffix(s, w); ok { // those that end in a sign themselves
			return strings.TrimRight(cut, " ")
		}
	}
	return s
}

// shorten cuts s after at most n characters, at a word's end, and marks the cut.
func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	r := []rune(s)[:n-1]
	for i := len(r) - 1; i > n/2; i-- {
		if unicode.IsSpace(r[i]) {
			r = r[:i]
			break
		}
	}
	return strings.TrimRight(string(r), " ,;:–—-") + "…"
}

// firstImage is the address of the first picture in a piece of HTML that is meant to be seen.
func firstImage(s string) string {
	if !strings.Contains(s, "<img") && !strings.Contains(s, "<IMG") {
		return ""
	}
	z := html.NewTokenizer(strings.NewReader(s))
	z.SetMaxBuf(1 << 20)
	for {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if t.Data != "img" {
				continue
			}
			if src := imageSource(t.Attr); src != "" {
				return src
			}
		}
	}
}

// imageSource is the address in an img's attributes, "" for placeholders and tracking pixels.
func imageSource(attrs []html.Attribute) string {
	src, late := "", ""
	for _, a := range attrs {
		v := strings.TrimSpace(a.Val)
		switch a.Key {
		case "width", "height":
			if v == "1" || v == "0" {
				return ""
			}
		case "src":
			src = v
		case "data-src", "data-lazy-src", "data-original":
			late = v
		}
	}
	for _, v := range []string{late, src} {
		if v != "" && !strings.HasPrefix(v, "data:") {
			return v
		}
	}
	return ""
}

// primaryTag is the language of a tag such as ru-RU. The country's code kz is read as kk.
func primaryTag(tag string) string {
	tag = strings.ToLower(strings.TrimSpace(tag))
	if i := strings.IndexAny(tag, "-_"); i >= 0 {
		tag = tag[:i]
	}
	if tag == "kz" {
		return "kk"
	}
	if len(tag) < 2 || len(tag) > 3 || strings.Trim(tag, "abcdefghijklmnopqrstuvwxyz") != "" {
		return ""
	}
	return tag
}
