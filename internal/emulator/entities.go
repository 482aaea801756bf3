package emulator

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// units is the length of s in UTF-16 units, in which Telegram counts.
func units(s string) int {
	n := 0
	for i := range len(s) {
		n += leadUnits(s[i])
	}
	return n
}

// maxEntities is how many entities a message keeps; the rest are dropped.
const maxEntities = 100

// settle does to a parsed text what Telegram does before it keeps it: cleans
// and trims it, joins and nests the entities, finds links, mentions and
// commands.
func settle(text string, entities []Entity, detect bool) (string, []Entity) {
	text = cleanText(text)
	text, entities = trimText(text, entities)
	var found []Entity
	if detect {
		found = findEntities(text)
	}
	entities = nest(text, entities, found)
	if len(entities) > maxEntities {
		entities = entities[:maxEntities]
	}
	return text, entities
}

// cleanText replaces what no message holds. Every replacement keeps the length
// in UTF-16 units, except for CR, which leaves.
func cleanText(s string) string {
	clean := true
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\n' || c == 0x7F {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r == 0x7F {
			return ' '
		}
		return r
	}, s)
}

func trimText(s string, entities []Entity) (string, []Entity) {
	trimmed := strings.TrimLeft(s, " \n")
	cut := len(s) - len(trimmed) // ASCII: a byte is a unit
	trimmed = strings.TrimRight(trimmed, " \n")
	if cut == 0 && len(trimmed) == len(s) {
		return s, entities
	}
	total := units(trimmed)
	kept := entities[:0:0]
	for _, e := range entities {
		from, to := max(e.Offset-cut, 0), min(e.Offset+e.Length-cut, total)
		if to > from {
			e.Offset, e.Length = from, to-from
			kept = append(kept, e)
		}
	}
	return trimmed, kept
}

func splittable(typ string) bool {
	switch typ {
	case "bold", "italic", "underline", "strikethrough", "spoiler":
		return true
	}
	return false
}

func isCode(typ string) bool  { return typ == "code" || typ == "pre" }
func isQuote(typ string) bool { return typ == "blockquote" || typ == "expandable_blockquote" }

// nest makes the entities as Telegram keeps them: styles of one kind are
// joined and never inside code; of links, code and the like only the outer
// counts; quotes are not nested but hold the others. What was found in the text
// gives way to what was given, but styles are cut at its borders.
func nest(text string, in, found []Entity) []Entity {
	if len(in) == 0 {
		return found
	}
	in = slices.Clone(in)
	sortEntities(in)
	var out []Entity
	solidEnd, quoteEnd := 0, 0
	for _, e := range in {
		switch {
		case splittable(e.Type):
			continue
		case isQuote(e.Type):
			if e.Offset < quoteEnd || e.Offset < solidEnd {
				continue
			}
			quoteEnd = e.Offset + e.Length
		default:
			if e.Offset < solidEnd {
				continue
			}
			if e.Offset < quoteEnd && e.Offset+e.Length > quoteEnd {
				continue
			}
			solidEnd = e.Offset + e.Length
		}
		out = append(out, e)
	}
	out = addFound(out, found)
	solid := slices.Clone(out)
	for _, typ := range []string{"bold", "italic", "underline", "strikethrough", "spoiler"} {
		from, to := -1, -1
		flush := func() {
			if to > from {
				out = append(out, cutCode(Entity{Type: typ, Offset: from, Length: to - from}, solid)...)
			}
		}
		for _, e := range in {
			if e.Type != typ {
				continue
			}
			if from >= 0 && e.Offset <= to {
				to = max(to, e.Offset+e.Length)
				continue
			}
			flush()
			from, to = e.Offset, e.Offset+e.Length
		}
		flush()
	}
	sortEntities(out)
	return dropBlank(text, out)
}

// cutCode returns the pieces of a style outside of code, and cuts it where it
// would cross the border of another entity.
func cutCode(e Entity, solid []Entity) []Entity {
	var pieces []Entity
	from, end := e.Offset, e.Offset+e.Length
	piece := func(to int) {
		if to > from {
			p := e
			p.Offset, p.Length = from, to-from
			pieces = append(pieces, p)
		}
		from = max(from, to)
	}
	for _, s := range solid {
		sFrom, sTo := s.Offset, s.Offset+s.Length
		if sTo <= from || sFrom >= end {
			continue
		}
		switch {
		case isCode(s.Type):
			piece(sFrom)
			from = max(from, min(sTo, end))
		case sFrom > from && sTo > end:
			piece(sFrom)
		case sFrom < from && sTo < end:
			piece(sTo)
		}
	}
	piece(end)
	return pieces
}

// dropBlank leaves out the entities that cover white space only. They are in
// order, so the text is walked once.
func dropBlank(text string, list []Entity) []Entity {
	pos, at := 0, 0 // UTF-16 units, bytes
	return slices.DeleteFunc(list, func(e Entity) bool {
		at += byteAt(text[at:], e.Offset-pos)
		pos = e.Offset
		rest := text[at:]
		word := strings.IndexFunc(rest, func(r rune) bool { return r != ' ' && r != '\n' })
		return word < 0 || word >= e.Length // white space: a byte is a unit
	})
}

// slice16 cuts a text by UTF-16 units.
func slice16(s string, offset, length int) string {
	from := byteAt(s, offset)
	return s[from : from+byteAt(s[from:], length)]
}

// byteAt is where the unit'th UTF-16 unit of s begins, in bytes.
func byteAt(s string, unit int) int {
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i]&0xC0 == 0x80 {
			continue
		}
		if n >= unit {
			return i
		}
		n += leadUnits(s[i])
	}
	return len(s)
}

// typeOrder is the order in which TDLib sorts entities of the same range.
var typeOrder = map[string]int{
	"blockquote": 0, "expandable_blockquote": 0, "text_link": 2, "text_mention": 2, "pre": 1, "code": 3,
	"bold": 4, "italic": 5, "underline": 6, "strikethrough": 7, "spoiler": 8, "custom_emoji": 9, "date_time": 9,
}

func sortEntities(e []Entity) {
	slices.SortStableFunc(e, func(a, b Entity) int {
		return cmp.Or(a.Offset-b.Offset, b.Length-a.Length, typeOrder[a.Type]-typeOrder[b.Type])
	})
}

// addFound adds to quotes, links and code what was found in the text beside
// them; a quote may hold it.
func addFound(given, found []Entity) []Entity {
	out := given
	for _, f := range found {
		if !slices.ContainsFunc(given, func(g Entity) bool {
			if f.Offset >= g.Offset+g.Length || g.Offset >= f.Offset+f.Length {
				return false
			}
			inside := f.Offset >= g.Offset && f.Offset+f.Length <= g.Offset+g.Length
			return !isQuote(g.Type) || !inside
		}) {
			out = append(out, f)
		}
	}
	sortEntities(out)
	return out
}

var (
	urlPattern     = regexp.MustCompile(`(?i)(?:https?://[^\s<>"«»“”]+|(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+(?:com|org|net|info|biz|io|me|dev|app|tv|kz|ru|қаз|рф|uz|kg|ua|by|uk|de|eu|gov|edu)(?::\d{1,5})?(?:[/?#][^\s<>"«»“”]*)?)`)
	emailPattern   = regexp.MustCompile(`[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}`)
	mentionPattern = regexp.MustCompile(`@[A-Za-z0-9_]{3,32}`)
	commandPattern = regexp.MustCompile(`/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?`)
	hashPattern    = regexp.MustCompile(`#[\p{L}\p{N}_]{1,256}`)
	cashPattern    = regexp.MustCompile(`\$[A-Z]{1,8}\b`)
)

// findEntities finds what Telegram marks by itself.
func findEntities(text string) []Entity {
	var found []Entity
	if !strings.ContainsAny(text, "./@#$") {
		return nil
	}
	taken := func(from, to int) bool {
		return slices.ContainsFunc(found, func(e Entity) bool { return from < e.Offset+e.Length && e.Offset < to })
	}
	// Offsets are in bytes until the end.
	add := func(typ string, p *regexp.Regexp, accept func(from, to int) (int, bool)) {
		for _, m := range p.FindAllStringIndex(text, -1) {
			to, ok := m[1], true
			if accept != nil {
				to, ok = accept(m[0], m[1])
			}
			if ok && !taken(m[0], to) {
				found = append(found, Entity{Type: typ, Offset: m[0], Length: to - m[0]})
			}
		}
	}
	wordBefore := func(i int) bool {
		r, _ := utf8.DecodeLastRuneInString(text[:i])
		return i > 0 && (r == '_' || r == '@' || r == '/' || r == '#' || isLetter(r))
	}
	wordAfter := func(i int) bool {
		r, _ := utf8.DecodeRuneInString(text[i:])
		return i < len(text) && (r == '_' || isLetter(r))
	}
	if strings.Contains(text, "@") {
		add("email", emailPattern, nil)
	}
	if dotInWord(text) {
		add("url", urlPattern, func(from, to int) (int, bool) {
			to = from + len(strings.TrimRight(text[from:to], ".,:;!?'*_~"))
			if strings.HasSuffix(text[from:to], ")") && !strings.Contains(text[from:to], "(") {
				to--
			}
			if wordBefore(from) || wordAfter(to) {
				return to, false
			}
			_, ok := checkLink(text[from:to])
			return to, ok
		})
	}
	if strings.Contains(text, "/") {
		add("bot_command", commandPattern, func(from, to int) (int, bool) {
			before, _ := utf8.DecodeLastRuneInString(text[:from])
			ok := from == 0 || !wordBefore(from) && !strings.ContainsRune("<>", before)
			return to, ok && !wordAfter(to) && !(to < len(text) && (text[to] == '/' || text[to] == '@'))
		})
	}
	if strings.Contains(text, "@") {
		add("mention", mentionPattern, func(from, to int) (int, bool) { return to, !wordBefore(from) && !wordAfter(to) })
	}
	if strings.Contains(text, "#") {
		add("hashtag", hashPattern, func(from, to int) (int, bool) {
			digits := strings.Trim(text[from+1:to], "0123456789") == ""
			return to, !wordBefore(from) && !digits
		})
	}
	if strings.Contains(text, "$") {
		add("cashtag", cashPattern, func(from, to int) (int, bool) { return to, !wordBefore(from) })
	}
	for i, e := range found {
		found[i].Offset = units(text[:e.Offset])
		found[i].Length = units(text[e.Offset : e.Offset+e.Length])
	}
	sortEntities(found)
	return found
}

// dotInWord tells whether a dot stands where an address could have one. Most
// texts have dots at the ends of sentences only, and looking for addresses is dear.
func dotInWord(text string) bool {
	for i := 1; i+1 < len(text); i++ {
		if text[i] == '.' && text[i-1] > ' ' && (isAlpha(text[i+1]) || isDigit(text[i+1]) || text[i+1] >= 0x80) {
			return true
		}
	}
	return false
}

func isLetter(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r)
}

// givenEntities reads the parameter entities. Those that cannot be are left
// out, as Telegram does.
func givenEntities(raw, text string) ([]Entity, error) {
	var list []struct {
		Entity
		User *struct {
			ID int64 `json:"id"`
		} `json:"user"`
	}
	if err := json.Unmarshal([]byte(raw), &list); err != nil {
		return nil, err
	}
	total := units(text)
	var out []Entity
	for _, l := range list {
		e := l.Entity
		if e.Offset < 0 || e.Length <= 0 || e.Offset+e.Length > total {
			continue
		}
		switch e.Type {
		case "text_link":
			link, ok := checkLink(e.URL)
			if !ok {
				continue
			}
			e.URL = link
		case "text_mention":
			if l.User == nil {
				continue
			}
			e.User = &User{ID: l.User.ID}
		case "bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre", "blockquote", "expandable_blockquote", "custom_emoji", "date_time":
		default:
			continue // url, mention and the like are found, not given
		}
		out = append(out, e)
	}
	return out, nil
}
