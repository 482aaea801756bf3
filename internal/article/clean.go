package article

import (
	"strings"
	"unicode"
)

// maxMarks is how many combining marks a letter keeps. Real writing needs four;
// hundreds are used to break screens.
const maxMarks = 8

// clean makes text safe to show: valid, without control and invisible
// characters, with single spaces, at most one line break in a row and no
// towers of combining marks. Text with nothing to see in it becomes "".
func clean(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	var space rune // pending: 0, ' ' or '\n'
	marks := 0
	visible := false
	for _, r := range s {
		switch {
		case r == '\n' || r == '\u2028' || r == '\u2029' || r == '\u0085':
			space = '\n'
			continue
		case r == '\u00A0' || r == '\u202F': // holds numbers together ("1 234"), so it stays
			if space == 0 {
				space = r
			}
			continue
		case isBlank(r):
			if space != '\n' {
				space = ' '
			}
			continue
		case isDropped(r):
			continue
		}
		if isJoined(r) {
			if marks++; marks > maxMarks {
				continue
			}
		} else {
			marks = 0
			visible = true
		}
		if space != 0 && b.Len() > 0 {
			b.WriteRune(space)
		}
		space = 0
		b.WriteRune(r)
	}
	if !visible {
		return ""
	}
	return b.String()
}

// isBlank reports characters shown as a space.
func isBlank(r rune) bool {
	switch r {
	case '\u2800', '\u3164', '\u115F', '\u1160', '\uFFA0': // blank, though letters or symbols by category
		return true
	}
	return unicode.IsSpace(r) || unicode.Is(unicode.Zs, r)
}

// isDropped reports characters that a reader never sees but that can hide or
// reorder what they do see: controls, bidirectional overrides, soft hyphens,
// zero-width spaces, private use, U+FFFD. Joiners stay: emoji and scripts need them.
func isDropped(r rune) bool {
	switch {
	case r == '\u200C' || r == '\u200D':
		return false
	case r >= 0xE0020 && r <= 0xE007F: // tags, which make the flags of England and Scotland
		return false
	case r == unicode.ReplacementChar, r == '\u034F', r == '\u17B4', r == '\u17B5':
		return true
	}
	return unicode.In(r, unicode.C, unicode.Noncharacter_Code_Point)
}

// isJoined reports characters that belong to the one before them.
func isJoined(r rune) bool { return unicode.In(r, unicode.M, unicode.Cf) }

// hasVisible says whether anything of cleaned text shows.
func hasVisible(s string) bool {
	for _, r := range s {
		if !isBlank(r) && !unicode.In(r, unicode.M, unicode.Cf, unicode.Zs) {
			return true
		}
	}
	return false
}
