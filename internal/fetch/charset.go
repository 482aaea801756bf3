package fetch

import (
	"bytes"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// declaration finds the charset that an XML declaration or an HTML meta names.
var declaration = regexp.MustCompile(`(?i)(?:encoding|charset)\s*=\s*["']?\s*([a-z0-9_:.-]+)`)

// UTF8 decodes the text of a page or feed. Labels lie, so the bytes speak first:
// a byte order mark, then bytes that are UTF-8 as they stand or but for a few
// cut characters; only then what the document declares, what the content type
// says, and windows-1251, which is what the undeclared feeds of the region are in.
// The result is always valid UTF-8, without a byte order mark.
func UTF8(body []byte, contentType string) []byte {
	if enc, n := byOrderMark(body); enc != nil {
		return decode(enc, body[n:])
	} else if n > 0 {
		body = body[n:]
	}
	if mostlyUTF8(body) {
		return bytes.ToValidUTF8(body, nil)
	}
	for _, label := range []string{declared(body), headerCharset(contentType)} {
		enc, western := lookup(label)
		if enc == nil {
			continue
		}
		// Western labels are a server's default more often than the truth.
		if western && looksCyrillic(body) {
			break
		}
		return decode(enc, body)
	}
	return decode(charmap.Windows1251, body)
}

// byOrderMark reports the encoding of a body that begins with a byte order mark,
// or with "<" in two-byte units, and the length of the mark. A nil encoding with
// a length is UTF-8.
func byOrderMark(b []byte) (encoding.Encoding, int) {
	switch {
	case bytes.HasPrefix(b, []byte{0xEF, 0xBB, 0xBF}):
		return nil, 3
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE, 0, 0}):
		return utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), 4
	case bytes.HasPrefix(b, []byte{0, 0, 0xFE, 0xFF}):
		return utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), 4
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE}):
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), 2
	case bytes.HasPrefix(b, []byte{0xFE, 0xFF}):
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), 2
	case len(b) >= 4 && b[0] == '<' && b[1] == 0 && b[2] != 0 && b[3] == 0:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), 0
	case len(b) >= 4 && b[0] == 0 && b[1] == '<' && b[2] == 0 && b[3] != 0:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), 0
	}
	return nil, 0
}

// mostlyUTF8 says whether b is UTF-8, allowing for the odd character that was
// cut in half by software that counts bytes.
func mostlyUTF8(b []byte) bool {
	if utf8.Valid(b) {
		return true
	}
	good, bad := 0, 0
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 1:
			good++
		}
		b = b[n:]
	}
	return good >= 4*bad
}

// looksCyrillic says whether bytes above 127 come in runs, as the letters of
// Cyrillic words do and the accented letters of Western words do not.
func looksCyrillic(b []byte) bool {
	high, inRuns := 0, 0
	for i, c := range b {
		if c < 0xC0 {
			continue
		}
		high++
		if (i > 0 && b[i-1] >= 0xC0) || (i+1 < len(b) && b[i+1] >= 0xC0) {
			inRuns++
		}
	}
	return inRuns*2 > high
}

func declared(b []byte) string {
	m := declaration.FindSubmatch(b[:min(len(b), 2048)])
	if m == nil {
		return ""
	}
	return string(m[1])
}

func headerCharset(contentType string) string {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		// A malformed type can still name its charset.
		m := declaration.FindStringSubmatch(contentType)
		if m == nil {
			return ""
		}
		return m[1]
	}
	return params["charset"]
}

// lookup is nil for labels that are unknown, and for UTF-8, which the bytes have
// already shown not to be true. western tells Latin-1 and its kin.
func lookup(label string) (enc encoding.Encoding, western bool) {
	label = strings.ToLower(strings.Trim(label, " \t\"'"))
	switch strings.ReplaceAll(strings.ReplaceAll(label, "-", ""), "_", "") {
	case "":
		return nil, false
	case "cp1251", "win1251", "windows1251", "ansi1251":
		return charmap.Windows1251, false
	}
	enc, name := charset.Lookup(label)
	if enc == nil || name == "utf-8" || strings.HasPrefix(name, "utf-16") || name == "replacement" {
		return nil, false
	}
	return enc, name == "windows-1252" // which browsers read Latin-1 and ASCII as
}

func decode(enc encoding.Encoding, b []byte) []byte {
	out, err := enc.NewDecoder().Bytes(b)
	if err != nil { // decoders put U+FFFD for what they cannot read; an error is a body cut short
		out = b
	}
	return bytes.TrimPrefix(bytes.ToValidUTF8(out, nil), []byte("\uFEFF"))
}
