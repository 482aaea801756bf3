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

// appended is what WordPress puts under every summary, in the languages of its sites.
var appended = regexp.MustCompile(`(?s)\s*(?:The post .{1,300} (?:appeared first on|first appeared on) .{1,100}|` +
	`(?:Сообщение|Запись) .{1,300} (?:появились сначала на|впервые появилась на) .{1,100}|` +
	`\[(?:…|\.\.\.)\]|(?:Читать далее|Подробнее|Толығырақ|Continue reading|Read more)[ .…»→]*)$`)

// plain is the text of a piece of HTML in one line, without what is not seen.
// Feeds escape titles once too often, so entities are read in what comes out as well.
func plain(s string) string {
	if s == "" {
		return ""
	}
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	z.SetMaxBuf(1 << 20)
	skip := ""
	for {
		switch z.Next() {
		case html.ErrorToken: // the end, or what cannot be read further
			return oneLine(html.UnescapeString(b.String()))
		case html.TextToken:
			if skip == "" {
				b.Write(z.Text())
			}
		case html.StartTagToken:
			name, _ := z.TagName()
			switch tag := string(name); tag {
			case "script", "style":
				skip = tag
			case "b", "i", "em", "strong", "a", "span", "u", "s", "sub", "sup", "small", "font", "mark":
			default:
				b.WriteByte(' ')
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			switch tag := string(name); tag {
			case skip:
				skip = ""
			case "b", "i", "em", "strong", "a", "span", "u", "s", "sub", "sup", "small", "font", "mark":
			default:
				b.WriteByte(' ')
			}
		case html.SelfClosingTagToken:
			b.WriteByte(' ')
		}
	}
}

// oneLine collapses space and drops controls and other characters that never show.
func oneLine(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range s {
		switch {
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

// summary is an entry's lead as plain text: its description, or the beginning of its content.
func summary(description, content string) string {
	s := plain(description)
	if utf8.RuneCountInString(s) <= 2*maxSummary { // the end of a longer one is cut off anyway
		s = appended.ReplaceAllString(s, "")
	}
	if s == "" && content != "" {
		s = plain(content)
	}
	return shorten(s, maxSummary)
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
