package feed

import (
	"regexp"
	"strconv"
	"strings"
)

const (
	cdataStart = "<![CDATA["
	cdataEnd   = "]]>"
	// liftedAbove is how many bytes a section has at least to be worth taking out.
	liftedAbove = 64
	// Two characters for private use stand around the number of a section that was taken out.
	sectionMark, sectionMarkEnd = '\uE000', '\uE001'
)

// openTag is the element that a CDATA section begins in, directly before it.
var openTag = regexp.MustCompile(`<([A-Za-z_][\w:.-]*)(?:\s[^<>]*)?>\s*$`)

// lifted are the CDATA sections that were taken out of a document. The parser reads
// markup a byte at a time; the texts of articles, which are most of a feed, need
// not go that way.
type lifted []string

// lift mends the CDATA sections of a document and takes the long ones out of it. A
// section that was never closed ends where its element does, or takes the document's
// rest with it; an end without a beginning goes.
func lift(text string) (string, lifted) {
	for _, name := range []string{"yandex:full-text", "turbo:content"} {
		text = inSections(text, name)
	}
	if !strings.Contains(text, cdataStart) && !strings.Contains(text, cdataEnd) {
		return text, nil
	}
	marked := !strings.ContainsRune(text, sectionMark) // else they could not be told apart
	var out strings.Builder
	out.Grow(len(text) / 4)
	var sections lifted
	ends, itemEnds := finder{text: text, next: -1, word: cdataEnd}, finder{text: text, next: -1, word: "</item"}
	entryEnds := finder{text: text, next: -1, word: "</entry"}
	for at := 0; ; {
		before, _, found := strings.Cut(text[at:], cdataStart)
		out.WriteString(strings.ReplaceAll(before, cdataEnd, ""))
		if !found {
			return out.String(), sections
		}
		at += len(before) + len(cdataStart)
		end := ends.from(at)
		if stop := min(itemEnds.from(at), entryEnds.from(at)); end > stop || end == len(text) {
			if i := elementEnd(before, text[at:end]); i >= 0 {
				end = at + i
			}
		}
		if end == len(text) {
			return out.String(), sections // cut short: what it began is not whole
		}
		section := text[at:end]
		after := end
		if strings.HasPrefix(text[end:], cdataEnd) {
			after += len(cdataEnd)
		}
		if marked && len(section) > liftedAbove {
			out.WriteRune(sectionMark)
			out.WriteString(strconv.Itoa(len(sections)))
			out.WriteRune(sectionMarkEnd)
			sections = append(sections, section)
		} else {
			out.WriteString(cdataStart + section + cdataEnd)
		}
		at = after
	}
}

// finder finds a word in a text again and again, each time from further on, and looks at no part of the text twice.
type finder struct {
	text, word string
	next       int // where it was found last, -1 before the first time
}

// from is where the word is found first from at on, and the text's length when it is not.
func (f *finder) from(at int) int {
	if f.next < at {
		f.next = len(f.text)
		if i := strings.Index(f.text[at:], f.word); i >= 0 {
			f.next = at + i
		}
	}
	return f.next
}

// inSections puts what the elements of a name hold into CDATA sections, where they
// hold markup as it is: the parser would take it for elements of the feed's own.
func inSections(text, name string) string {
	if !strings.Contains(text, "<"+name) {
		return text
	}
	var out strings.Builder
	for {
		start := strings.Index(text, "<"+name)
		if start < 0 {
			break
		}
		tag := strings.IndexByte(text[start:], '>')
		if tag < 0 {
			break
		}
		inside := start + tag + 1
		end := strings.Index(text[inside:], "</"+name)
		if end < 0 {
			break
		}
		held := text[inside : inside+end]
		if strings.Contains(held, "<") && !strings.Contains(held, cdataStart) && !itemEnd.MatchString(held) {
			held = cdataStart + strings.ReplaceAll(held, cdataEnd, "") + cdataEnd
		}
		out.WriteString(text[:inside])
		out.WriteString(held)
		text = text[inside+end:]
	}
	out.WriteString(text)
	return out.String()
}

// elementEnd is where in section the element that it stands in ends, or -1.
func elementEnd(before, section string) int {
	const longestTag = 1000
	m := openTag.FindStringSubmatch(before[max(0, len(before)-longestTag):])
	if m == nil {
		return -1
	}
	return strings.Index(section, "</"+m[1])
}

// put puts the sections back into a value of the parsed document.
func (l lifted) put(value string) string {
	if len(l) == 0 || !strings.ContainsRune(value, sectionMark) {
		return value
	}
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(value, string(sectionMark))
		out.WriteString(before)
		if !found {
			return out.String()
		}
		number, after, _ := strings.Cut(rest, string(sectionMarkEnd))
		if i, err := strconv.Atoi(number); err == nil && i >= 0 && i < len(l) {
			out.WriteString(l[i])
		}
		value = after
	}
}
