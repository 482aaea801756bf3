package sandbox

import "unicode/utf16"

// utf16Slice cuts a part out of a text; offset and length count UTF-16 units,
// as Telegram's entities do. A part that is not in the text is "".
func utf16Slice(s string, offset, length int) string {
	u := utf16.Encode([]rune(s))
	if offset < 0 || length < 0 || offset > len(u) || length > len(u)-offset {
		return ""
	}
	return string(utf16.Decode(u[offset : offset+length]))
}
