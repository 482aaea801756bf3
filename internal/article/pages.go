package article

import (
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/net/html"
)

const (
	// minLimit is the smallest page worth laying out: a list bullet and a character fit in it.
	minLimit = 16
	// maxRaw bounds the bytes of a page, markup and all: Telegram refuses longer requests.
	maxRaw = 16 << 10
)

// Pages lays blocks out as pages of Telegram HTML, each at most limit UTF-16
// units once parsed and 16 KB as sent. Pages end at paragraph borders; a
// paragraph longer than a page is cut after a sentence, else after a word, else
// between characters. A heading is not left alone at the end of a page. Images
// are left out. No page is empty, so no text means no pages. A limit below 16 is
// taken as 16.
func Pages(blocks []Block, limit int) []string {
	l := layout{limit: max(limit, minLimit)}
	for _, b := range blocks {
		if b.Kind == Image {
			continue
		}
		if text := clean(b.Text); text != "" {
			l.add(b.Kind, text)
		}
	}
	l.flush()
	return l.pages
}

// piece is a block, or the part of one, that stays together.
type piece struct {
	kind  BlockKind
	html  string
	units int // as Length(html)
}

// layout fills one page after another.
type layout struct {
	limit int
	pages []string
	page  []piece
	units int
	raw   int
}

// budget is what is left of a page for a text.
type budget struct{ units, raw int }

func (l *layout) add(kind BlockKind, text string) {
	for first := true; hasVisible(text); {
		sep := l.separator(kind, first)
		open, end, prefix := markup(kind, first)
		room := budget{
			units: l.limit - l.units - len(sep) - prefix,
			raw:   maxRaw - l.raw - len(sep) - len(open) - len(end),
		}
		alone := budget{units: l.limit - prefix, raw: maxRaw - len(open) - len(end)}
		if fits(text, room) {
			l.place(kind, sep, open, text, end, prefix)
			return
		}
		// A block that fits a page of its own gets one rather than being cut; a
		// longer one begins here unless little of this page is left.
		if len(l.page) > 0 && (room.units < l.limit/3 || fits(text, alone) && !l.onlyHeadings()) {
			l.turn()
			continue
		}
		n := cut(text, room)
		if n == 0 && len(l.page) > 0 {
			l.turn()
			continue
		}
		rest := text[n:]
		if n == 0 { // one character cluster larger than a page: nothing keeps it whole
			n = cutRunes(text, room)
			rest = strings.TrimLeftFunc(text[n:], isJoined) // what joined the halves joins nothing now
		}
		l.place(kind, sep, open, strings.TrimRight(text[:n], " \n"), end, prefix)
		l.flush()
		text = strings.TrimLeft(rest, " \n")
		first = false
	}
}

func (l *layout) onlyHeadings() bool {
	for _, p := range l.page {
		if p.kind != Heading {
			return false
		}
	}
	return true
}

func (l *layout) place(kind BlockKind, sep, open, text, end string, prefix int) {
	p := piece{kind: kind, html: sep + open + Escape(text) + end}
	units, _ := measure(text)
	p.units = units + prefix + len(sep)
	l.page = append(l.page, p)
	l.units += p.units
	l.raw += len(p.html)
}

// turn ends the page before a block that did not fit, taking along headings that would end it.
func (l *layout) turn() {
	n := len(l.page)
	for n > 0 && l.page[n-1].kind == Heading {
		n--
	}
	if n == 0 {
		n = len(l.page)
	}
	keep := l.page[n:]
	l.page = l.page[:n]
	l.flush()
	for _, p := range keep {
		if len(l.page) == 0 {
			trimmed := strings.TrimLeft(p.html, "\n")
			p.units -= len(p.html) - len(trimmed)
			p.html = trimmed
		}
		l.page = append(l.page, p)
		l.units += p.units
		l.raw += len(p.html)
	}
}

func (l *layout) flush() {
	if len(l.page) == 0 {
		return
	}
	var b strings.Builder
	for _, p := range l.page {
		b.WriteString(p.html)
	}
	l.pages = append(l.pages, b.String())
	l.page, l.units, l.raw = nil, 0, 0
}

// separator is what stands between the last piece of the page and the next:
// a line break within lists and tables, a blank line elsewhere.
func (l *layout) separator(kind BlockKind, first bool) string {
	if len(l.page) == 0 {
		return ""
	}
	if last := l.page[len(l.page)-1].kind; last == kind && (kind == ListItem || kind == TableRow) && first {
		return "\n"
	}
	return "\n\n"
}

// markup is what stands around a piece's text. first is false for the rest of a block that was cut.
func markup(kind BlockKind, first bool) (open, end string, units int) {
	switch kind {
	case Heading:
		return "<b>", "</b>", 0
	case Quote:
		return "<blockquote>", "</blockquote>", 0
	case ListItem:
		if first {
			return "• ", "", 2
		}
	}
	return "", "", 0
}

// measure counts the UTF-16 units of text and the bytes of it once escaped.
func measure(text string) (units, raw int) {
	for _, r := range text {
		units += units16(r)
		raw += rawLen(r)
	}
	return units, raw
}

func units16(r rune) int {
	if r >= 0x10000 {
		return 2
	}
	return 1
}

func rawLen(r rune) int {
	switch r {
	case '&':
		return len("&amp;")
	case '<', '>':
		return len("&lt;")
	case '"':
		return len("&quot;")
	}
	return utf8.RuneLen(r)
}

// fits says whether text fits the room, without reading further than it must.
func fits(text string, room budget) bool {
	units, raw := 0, 0
	for _, r := range text {
		units, raw = units+units16(r), raw+rawLen(r)
		if units > room.units || raw > room.raw {
			return false
		}
	}
	return true
}

// cut returns how many bytes of text go on a page with room left: up to the end of
// a sentence, if that fills at least half of the room, else of a word, else of a
// character cluster. It returns 0 when not even the first cluster fits.
func cut(text string, room budget) int {
	// No more than this can fit, and looking for sentences reads ahead.
	if most := 3*max(room.units, 0) + 64; len(text) > most {
		for !utf8.RuneStart(text[most]) {
			most--
		}
		text = text[:most]
	}
	var units, raw, pos, sentence, word int
	var sentenceUnits, wordUnits int
	for rest, state := text, -1; rest != ""; {
		c, tail, boundaries, next := uniseg.StepString(rest, state)
		u, r := measure(c)
		blank := c == " " || c == "\n"
		// Space at the cut is dropped, so it needs no room.
		if !blank && (units+u > room.units || raw+r > room.raw) {
			break
		}
		units, raw, pos, rest, state = units+u, raw+r, pos+len(c), tail, next
		if blank {
			word, wordUnits = pos, units
		}
		if boundaries&uniseg.MaskSentence != 0 || c == "\n" {
			sentence, sentenceUnits = pos, units
		}
	}
	switch {
	case sentence > 0 && sentenceUnits*2 >= room.units:
		return sentence
	case word > 0 && wordUnits*2 >= room.units:
		return word
	}
	return pos
}

// cutRunes returns how many bytes of text fit the room, at least one character.
func cutRunes(text string, room budget) int {
	units, raw := 0, 0
	for i, r := range text {
		units, raw = units+units16(r), raw+rawLen(r)
		if i > 0 && (units > room.units || raw > room.raw) {
			return i
		}
	}
	return len(text)
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// Escape makes s safe as text or attribute value in Telegram HTML.
func Escape(s string) string { return escaper.Replace(s) }

// Length counts the UTF-16 units of Telegram HTML once parsed, which is what
// Telegram's limits of 4096 and 1024 count.
func Length(s string) int {
	z := html.NewTokenizer(strings.NewReader(s))
	n := 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			return n
		case html.TextToken:
			for _, r := range string(z.Text()) {
				n += units16(r)
			}
		}
	}
}
