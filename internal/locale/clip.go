package locale

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clip shortens s to at most limit UTF-16 units, which Telegram counts, with an
// ellipsis at a word's end where there is one. It takes runs of white space as one space.
func Clip(s string, limit int) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\ufffd")), " ")
	if Units(s) <= limit {
		return s
	}
	end, space, used := 0, 0, 1 // 1 for the ellipsis
	for i, r := range s {
		width := 1
		if r > 0xffff {
			width = 2
		}
		if used+width > limit {
			break
		}
		used += width
		if r == ' ' {
			space = i
		}
		end = i + utf8.RuneLen(r)
	}
	if space > end/2 {
		end = space
	}
	// Neither cut marks off their letter nor leave a joiner that joins nothing.
	for end > 0 {
		next, _ := utf8.DecodeRuneInString(s[end:])
		last, size := utf8.DecodeLastRuneInString(s[:end])
		if !unicode.Is(unicode.M, next) && next != 0x200d && last != 0x200d {
			break
		}
		end -= size
	}
	return strings.TrimRight(s[:end], " ,;:—–-") + "…"
}

// Units counts the UTF-16 units of s.
func Units(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}
