package telegram

import (
	"html"
	"strings"
	"unicode/utf8"
)

// maxUnits is the longest text of a message, in UTF-16 units.
const maxUnits = 4096

// plainText is what is left of Telegram HTML without its tags, whatever is wrong
// with them, cut to at most units UTF-16 units. An angle bracket that begins no
// tag stays.
func plainText(s string, units int) string {
	var b strings.Builder
	for {
		open := strings.IndexByte(s, '<')
		if open < 0 {
			break
		}
		b.WriteString(s[:open])
		s = s[open:]
		if end := tagEnd(s); end > 0 {
			s = s[end:]
		} else {
			b.WriteByte('<')
			s = s[1:]
		}
	}
	b.WriteString(s)
	return cut(html.UnescapeString(b.String()), units)
}

// tagEnd returns the length of the tag that s begins with, or 0.
func tagEnd(s string) int {
	name := strings.TrimPrefix(s[1:], "/")
	if name == "" || !isLetter(name[0]) {
		return 0
	}
	var quote byte
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i + 1
		case c == '<':
			return 0
		}
	}
	return 0
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// cut shortens s to at most units UTF-16 units, with an ellipsis for the rest.
func cut(s string, units int) string {
	used, keep := 0, 0 // keep is where s is cut if it turns out to be too long
	for i, r := range s {
		n := 1
		if r > 0xFFFF {
			n = 2
		}
		if used+n > units {
			return s[:keep] + "…"
		}
		used += n
		if used < units {
			keep = i + utf8.RuneLen(r)
		}
	}
	return s
}
