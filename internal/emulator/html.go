package emulator

import (
	"fmt"
	"strconv"
	"strings"
)

// parseHTML reads Telegram's HTML parse mode: text and entities, or the error
// that Telegram gives, without "can't parse entities: ". Byte offsets in errors
// count from the start of src. The text is not trimmed yet.
func parseHTML(src string) (string, []Entity, error) {
	p := htmlParser{src: src}
	p.out.Grow(len(src))
	for p.pos < len(src) {
		switch c := src[p.pos]; {
		case c == '&':
			if r := p.reference(); r != 0 {
				p.put(r)
				continue
			}
			p.out.WriteByte(c)
			p.units++
			p.pos++
		case c == '<':
			var err error
			if p.at(p.pos+1) == '/' {
				err = p.endTag()
			} else {
				err = p.startTag()
			}
			if err != nil {
				return "", nil, err
			}
		default:
			p.units += leadUnits(c)
			p.out.WriteByte(c)
			p.pos++
		}
	}
	if n := len(p.open); n > 0 {
		return "", nil, parseError("Can't find end tag corresponding to start tag %q", p.open[n-1].name)
	}
	if p.surrogate {
		return "", nil, errSurrogate
	}
	for i := range p.entities {
		if p.entities[i].Type == "code" {
			p.entities[i].Language = "" // it counts inside pre only
		}
	}
	return p.out.String(), p.entities, nil
}

var errSurrogate = parseError("Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units")

// parseError makes an error of Telegram's own words, capital and all.
func parseError(format string, args ...any) error { return telegramError(fmt.Sprintf(format, args...)) }

// telegramError is an error whose text Telegram wrote.
type telegramError string

func (e telegramError) Error() string { return string(e) }

// leadUnits is how many UTF-16 units a character takes whose UTF-8 form begins
// with c; a byte in the middle of one takes none.
func leadUnits(c byte) int {
	switch {
	case c&0xC0 == 0x80:
		return 0
	case c >= 0xF0:
		return 2
	}
	return 1
}

type htmlTag struct {
	name   string
	arg    string // href, language, class, emoji-id, "1" for expandable, unix
	format string // tg-time
	offset int    // UTF-16
	start  int    // bytes of the output
}

type htmlParser struct {
	src       string
	pos       int
	out       strings.Builder
	units     int
	open      []htmlTag
	entities  []Entity
	surrogate bool
}

// at is the byte at i, and 0 past the end.
func (p *htmlParser) at(i int) byte {
	if i < len(p.src) {
		return p.src[i]
	}
	return 0
}

func (p *htmlParser) put(r rune) {
	p.units++
	if r > 0xFFFF {
		p.units++
	}
	if r >= 0xD800 && r <= 0xDFFF {
		p.surrogate = true
	}
	p.out.WriteRune(r)
}

// reference decodes the character reference at pos and moves behind it. It
// returns 0, and stays, when there is none that Telegram knows.
func (p *htmlParser) reference() rune {
	r, n := htmlReference(p.src[p.pos:])
	p.pos += n
	return r
}

// htmlReference decodes what s, which begins with '&', begins with.
func htmlReference(s string) (rune, int) {
	at := func(i int) byte {
		if i < len(s) {
			return s[i]
		}
		return 0
	}
	end := 1
	var r uint32
	if at(1) == '#' {
		end = 2
		if at(2) == 'x' {
			for end = 3; isHex(at(end)); end++ {
				d, _ := strconv.ParseUint(s[end:end+1], 16, 8)
				r = r*16 + uint32(d)
			}
		} else {
			for ; isDigit(at(end)); end++ {
				r = r*10 + uint32(s[end]-'0')
			}
		}
		if r == 0 || r >= 0x10FFFF || end >= 10 {
			return 0, 0
		}
	} else {
		for isAlpha(at(end)) {
			end++
		}
		switch s[1:end] {
		case "lt":
			r = '<'
		case "gt":
			r = '>'
		case "amp":
			r = '&'
		case "quot":
			r = '"'
		default:
			return 0, 0
		}
	}
	if at(end) == ';' {
		end++
	}
	return rune(r), end
}

// spaceOrEnd is true for what ends a name; the end of the text reads as 0 and is one.
func spaceOrEnd(c byte) bool { return c == 0 || isSpace(c) }

func (p *htmlParser) startTag() error {
	begin := p.pos
	p.pos++
	for !spaceOrEnd(p.at(p.pos)) && p.at(p.pos) != '>' {
		p.pos++
	}
	if p.at(p.pos) == 0 {
		return parseError("Unclosed start tag at byte offset %d", begin)
	}
	tag := htmlTag{name: lowerASCII(p.src[begin+1 : p.pos]), offset: p.units, start: p.out.Len()}
	switch tag.name {
	case "a", "b", "strong", "i", "em", "s", "strike", "del", "u", "ins", "tg-spoiler", "tg-emoji", "tg-time", "span", "pre", "code", "blockquote":
	default:
		return parseError("Unsupported start tag \"%s\" at byte offset %d", tag.name, begin)
	}
	for p.at(p.pos) != '>' {
		for isSpace(p.at(p.pos)) {
			p.pos++
		}
		if p.at(p.pos) == '>' {
			break
		}
		if err := p.attribute(&tag, begin); err != nil {
			return err
		}
	}
	if tag.name == "span" && tag.arg != "spoiler" {
		return parseError("Tag \"span\" must have class \"tg-spoiler\" at byte offset %d", begin)
	}
	p.pos++
	p.open = append(p.open, tag)
	return nil
}

func (p *htmlParser) attribute(tag *htmlTag, begin int) error {
	from := p.pos
	for c := p.at(p.pos); !spaceOrEnd(c) && c != '=' && c != '>' && c != '/' && c != '"' && c != '\''; c = p.at(p.pos) {
		p.pos++
	}
	name := p.src[from:p.pos]
	if name == "" {
		return parseError("Empty attribute name in the tag \"%s\" at byte offset %d", tag.name, begin)
	}
	for isSpace(p.at(p.pos)) {
		p.pos++
	}
	unclosed := parseError("Unclosed start tag \"%s\" at byte offset %d", tag.name, begin)
	if p.at(p.pos) != '=' {
		if p.at(p.pos) == 0 {
			return unclosed
		}
		if tag.name == "blockquote" && name == "expandable" {
			tag.arg = "1"
		}
		return nil
	}
	p.pos++
	for isSpace(p.at(p.pos)) {
		p.pos++
	}
	if p.at(p.pos) == 0 {
		return unclosed
	}
	value, err := p.attributeValue()
	if err != nil {
		return err
	}
	if p.at(p.pos) == 0 {
		return parseError("Unclosed start tag at byte offset %d", begin)
	}
	switch tag.name + " " + name {
	case "a href", "tg-emoji emoji-id", "tg-time unix":
		tag.arg = value
	case "tg-time format":
		tag.format = value
	case "code class":
		if lang, ok := strings.CutPrefix(value, "language-"); ok {
			tag.arg = lang
		}
	case "span class":
		if class, ok := strings.CutPrefix(value, "tg-"); ok {
			tag.arg = class
		}
	case "blockquote expandable":
		tag.arg = "1"
	}
	return nil
}

func (p *htmlParser) attributeValue() (string, error) {
	quote := p.at(p.pos)
	if quote != '"' && quote != '\'' {
		from := p.pos
		for c := p.at(p.pos); isAlpha(c) || isDigit(c) || c == '.' || c == '-'; c = p.at(p.pos) {
			p.pos++
		}
		if c := p.at(p.pos); !spaceOrEnd(c) && c != '>' {
			return "", parseError("Unexpected end of name token at byte offset %d", from)
		}
		return lowerASCII(p.src[from:p.pos]), nil
	}
	p.pos++
	var b strings.Builder
	for c := p.at(p.pos); c != quote && c != 0; c = p.at(p.pos) {
		if c == '&' {
			if r := p.reference(); r != 0 {
				b.WriteRune(r)
				continue
			}
		}
		b.WriteByte(c)
		p.pos++
	}
	if p.at(p.pos) == quote {
		p.pos++
	}
	return b.String(), nil
}

func (p *htmlParser) endTag() error {
	begin := p.pos
	if len(p.open) == 0 {
		return parseError("Unexpected end tag at byte offset %d", begin)
	}
	p.pos += 2
	from := p.pos
	for !spaceOrEnd(p.at(p.pos)) && p.at(p.pos) != '>' {
		p.pos++
	}
	name := lowerASCII(p.src[from:p.pos])
	for isSpace(p.at(p.pos)) {
		p.pos++
	}
	if p.at(p.pos) != '>' {
		return parseError("Unclosed end tag at byte offset %d", begin)
	}
	p.pos++
	tag := p.open[len(p.open)-1]
	if name != "" && name != tag.name {
		return parseError("Unmatched end tag at byte offset %d, expected \"</%s>\", found \"</%s>\"", begin, tag.name, name)
	}
	p.open = p.open[:len(p.open)-1]
	if p.units == tag.offset {
		return nil // an empty tag formats nothing
	}
	return p.entity(tag)
}

// entity makes what a closed tag stands for.
func (p *htmlParser) entity(tag htmlTag) error {
	e := Entity{Offset: tag.offset, Length: p.units - tag.offset}
	last := func(typ string) *Entity {
		if n := len(p.entities); n > 0 {
			if l := &p.entities[n-1]; l.Type == typ && l.Offset == e.Offset && l.Length == e.Length {
				return l
			}
		}
		return nil
	}
	switch tag.name {
	case "b", "strong":
		e.Type = "bold"
	case "i", "em":
		e.Type = "italic"
	case "u", "ins":
		e.Type = "underline"
	case "s", "strike", "del":
		e.Type = "strikethrough"
	case "span", "tg-spoiler":
		e.Type = "spoiler"
	case "blockquote":
		e.Type = "blockquote"
		if tag.arg != "" {
			e.Type = "expandable_blockquote"
		}
	case "tg-emoji":
		if id, err := strconv.ParseInt(tag.arg, 10, 64); err != nil || id <= 0 || strings.HasPrefix(tag.arg, "+") {
			return parseError("Invalid custom emoji identifier specified")
		}
		e.Type, e.CustomEmojiID = "custom_emoji", tag.arg
	case "tg-time":
		at, err := strconv.ParseInt(tag.arg, 10, 64)
		if err != nil || at <= 0 || !timeFormat(tag.format) {
			return parseError("Invalid date-time specified")
		}
		e.Type, e.UnixTime, e.TimeFormat = "date_time", at, tag.format
	case "a":
		href := tag.arg
		if href == "" {
			href = p.out.String()[tag.start:]
		}
		if id, ok := mentionedUser(href); ok {
			e.Type, e.User = "text_mention", &User{ID: id}
			break
		}
		link, ok := checkLink(href)
		if !ok {
			return nil // Telegram leaves such a link out without a word
		}
		e.Type, e.URL = "text_link", link
	case "pre":
		if l := last("code"); l != nil && l.Language != "" {
			l.Type = "pre"
			return nil
		}
		e.Type = "pre"
	case "code":
		if l := last("pre"); l != nil && tag.arg != "" {
			l.Language = tag.arg
			return nil
		}
		e.Type, e.Language = "code", tag.arg
	}
	p.entities = append(p.entities, e)
	return nil
}

// timeFormat tells whether a tg-time's format is one: r alone, or w, d or D, t
// or T, each at most once and in this order; empty is allowed.
func timeFormat(f string) bool {
	if f == "r" {
		return true
	}
	f = strings.TrimPrefix(f, "w")
	if f != "" && (f[0] == 'd' || f[0] == 'D') {
		f = f[1:]
	}
	return f == "" || f == "t" || f == "T"
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v'
}
func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isAlpha(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func isHex(c byte) bool   { return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' }

// lowerASCII folds A-Z only, as Telegram does for names of tags.
func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
