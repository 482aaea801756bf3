package feed

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"newsbot/internal/fetch"
)

var (
	xmlDeclaration = regexp.MustCompile(`^<\?xml[^>]*\?>`)
	rootStart      = regexp.MustCompile(`(?i)<\?xml|<(?:rss|feed|rdf:rdf|urlset|sitemapindex)[\s>]`)
	rootName       = regexp.MustCompile(`(?s)^(?:\s|<\?.*?\?>|<!--.*?-->|<![^>\[]*(?:\[.*?\])?[^>]*>)*<([A-Za-z_][\w:.-]*)`)
	bareLess       = regexp.MustCompile(`<([\s\d=])`)
	itemStart      = regexp.MustCompile(`<(?:item|entry)[\s>]`)
	lastTag        = regexp.MustCompile(`(?i)</(?:rss|feed|rdf:rdf|urlset|sitemapindex)\s*$`) // but for the last character
	itemEnd        = regexp.MustCompile(`</(?:item|entry)\s*>`)
)

// maxJunk is how far into a body the document may begin.
const maxJunk = 64 << 10

// repair makes of a body as it was served XML (or JSON) that a parser accepts:
// UTF-8, without characters that XML forbids, beginning where the document
// begins, and declared as what it now is.
func repair(body []byte, contentType string) string {
	text := strings.TrimLeft(onlyLegal(string(fetch.UTF8(body, contentType))), " \n\r\t")
	if strings.HasPrefix(text, "{") {
		return text
	}
	// Warnings of the server's software, or blank lines, before the document.
	if loc := rootStart.FindStringIndex(text[:boundary(text, maxJunk)]); loc != nil && loc[0] > 0 && !isHTML(text[:loc[0]]) {
		text = text[loc[0]:]
	}
	if loc := xmlDeclaration.FindStringIndex(text); loc != nil { // drops version 1.1 and the old encoding
		text = text[loc[1]:]
	}
	text = withoutIllegalRefs(text)
	if lastTag.MatchString(text[max(0, len(text)-64):]) {
		text = strings.TrimRight(text, " \n\r\t") + ">"
	}
	return `<?xml version="1.0" encoding="UTF-8"?>` + text
}

// legal drops, for strings.Map, the characters that XML 1.0 forbids.
func legal(r rune) rune {
	switch {
	case r == '\t' || r == '\n' || r == '\r':
		return r
	case r < 0x20, r == 0xFFFE, r == 0xFFFF, r == utf8.RuneError:
		return -1
	}
	return r
}

// withoutIllegalRefs is text without the references, such as &#x1F;, to characters that XML 1.0 forbids.
func withoutIllegalRefs(text string) string {
	const longest = 12 // bytes of a reference without its &#
	var out strings.Builder
	done := 0
	for at := 0; ; {
		i := strings.Index(text[at:], "&#")
		if i < 0 {
			break
		}
		start := at + i
		at = start + len("&#")
		end := strings.IndexByte(text[at:min(len(text), at+longest)], ';')
		if end < 0 {
			continue
		}
		digits, base := text[at:at+end], 10
		if strings.HasPrefix(digits, "x") || strings.HasPrefix(digits, "X") {
			digits, base = digits[1:], 16
		}
		if n, err := strconv.ParseInt(digits, base, 64); err == nil && n >= 0 && (n > unicode.MaxRune || legal(rune(n)) < 0) {
			out.WriteString(text[done:start])
			at += end + 1
			done = at
		}
	}
	if done == 0 {
		return text
	}
	return out.String() + text[done:]
}

// onlyLegal is s without the characters that XML 1.0 forbids: most often s as it is.
func onlyLegal(s string) string {
	for i := range len(s) {
		c := s[i]
		// U+FFFD, U+FFFE and U+FFFF begin with EF BF.
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' || c == 0xEF && i+1 < len(s) && s[i+1] == 0xBF {
			return strings.Map(legal, s)
		}
	}
	return s
}

// boundary is the largest index up to n at which s can be cut.
func boundary(s string, n int) int {
	if len(s) <= n {
		return len(s)
	}
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return n
}

// root is the name, in lower case, of a document's outermost element.
func root(text string) string {
	m := rootName.FindStringSubmatch(text[:boundary(text, maxJunk)])
	if m == nil {
		return ""
	}
	return strings.ToLower(m[1])
}

// isHTML says whether a text that should be a feed begins as a web page does.
func isHTML(text string) bool {
	start := strings.ToLower(text[:boundary(text, 2048)])
	return strings.Contains(start, "<!doctype html") || strings.Contains(start, "<html")
}

// pieces cuts a feed that does not parse into its head, its whole items and what
// would close it, so that each item can be read by itself: one that is broken or
// cut short then costs none of the others. ok is false when there are no items.
func pieces(text string) (head string, items []string, tail string, ok bool) {
	first := itemStart.FindStringIndex(text)
	if first == nil {
		return "", nil, "", false
	}
	head = text[:first[0]]
	switch root(text) {
	case "rss":
		tail = "</channel></rss>"
	case "feed":
		tail = "</feed>"
	case "rdf:rdf":
		// RSS 1.0 closes its channel before the items, RSS 0.9x sometimes does not.
		tail = "</rdf:RDF>"
	default:
		return "", nil, "", false
	}
	if len(head) > maxJunk {
		return "", nil, "", false // it is parsed again with every item
	}
	// An item ends at its own end, or where the next begins. The last, when it has no end, was cut short and is lost.
	starts := itemStart.FindAllStringIndex(text, -1)
	for i, start := range starts {
		chunk := text[start[0]:]
		if i+1 < len(starts) {
			chunk = text[start[0]:starts[i+1][0]]
		}
		if end := itemEnd.FindStringIndex(chunk); end != nil {
			items = append(items, chunk[:end[1]])
		} else if i+1 < len(starts) {
			items = append(items, chunk+"</"+strings.TrimRight(text[start[0]+1:start[1]], "> \n\r\t")+">")
		}
		if len(items) == maxItems {
			break
		}
	}
	return head, items, tail, len(items) > 0
}

// startedItems is how many items begin in a document, as far as can be told at a glance.
func startedItems(text string) int {
	n := 0
	for _, tag := range []string{"<item>", "<item ", "<entry>", "<entry "} {
		n += strings.Count(text, tag)
	}
	return n
}

// looksBinary says whether a body is no text at all.
func looksBinary(body []byte) bool {
	if len(body) >= 2 && (body[0] == 0xFF && body[1] == 0xFE || body[0] == 0xFE && body[1] == 0xFF) {
		return false // UTF-16 is full of zeros
	}
	if start := bytes.TrimLeft(body[:min(len(body), 1024)], "\ufeff \t\r\n"); len(start) > 1 && (start[0] == '<' || start[0] == '{') && start[1] != 0 {
		return false // a document with a stray zero in it, which repair drops
	}
	sample := body[:min(len(body), 1024)]
	zeros := bytes.Count(sample, []byte{0})
	if zeros > 0 && len(sample) >= 4 && (sample[0] == '<' && sample[1] == 0 || sample[0] == 0 && (sample[1] == '<' || sample[1] == 0)) {
		return false // UTF-16 or UTF-32 without a mark
	}
	return zeros > 0
}
