package fetch

import (
	"bytes"
	"mime"
	"regexp"
	"strings"
	letters "unicode"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/ianaindex"
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
	if utf8.Valid(body) {
		return body
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
		if isKazakh1048(label) {
			return []byte(kazakh1048.Replace(string(decode(enc, body))))
		}
		if enc == charmap.Windows1251 || enc == charmap.KOI8R {
			return cyrillic(body, enc)
		}
		return decode(enc, body)
	}
	return cyrillic(body, charmap.Windows1251)
}

// kazakh1048 puts right the letters that KZ-1048, the standard of Kazakhstan for
// Kazakh, has in the places of windows-1251's Ukrainian and Balkan ones.
var kazakh1048 = strings.NewReplacer("Ќ", "Қ", "Ћ", "Һ", "ќ", "қ", "ћ", "һ", "Ў", "Ұ", "ў", "ұ", "Ј", "Ә", "Ґ", "Ө",
	"Є", "Ғ", "Ї", "Ү", "ґ", "ө", "є", "ғ", "ј", "ә", "Ѕ", "Ң", "ѕ", "ң", "ї", "ү")

func isKazakh1048(label string) bool {
	label = strings.ReplaceAll(strings.ToLower(label), "-", "")
	return label == "kz1048" || label == "rk1048" || label == "strk1048" || label == "strk10482002" || label == "cskz1048"
}

// cyrillic decodes a text in windows-1251 or KOI8-R as the one that makes words of
// it; where that is not plain, as said.
func cyrillic(body []byte, said encoding.Encoding) []byte {
	other := encoding.Encoding(charmap.KOI8R)
	if said == charmap.KOI8R {
		other = charmap.Windows1251
	}
	sample := body[:min(len(body), 64<<10)]
	const sure = 0.25
	if likeWords(decode(other, sample)) > likeWords(decode(said, sample))+sure {
		said = other
	}
	return decode(said, body)
}

// likeWords is, of the Cyrillic letters of a text, the share that are common in
// Russian and Kazakh, less the share that are rare. Of real words it is over a half.
func likeWords(text []byte) float64 {
	all, score := 0, 0
	for _, r := range string(text) {
		if r < 0x400 || r > 0x52F {
			continue
		}
		all++
		switch r = letters.ToLower(r); {
		case strings.ContainsRune("оеаинтсрвлкды", r):
			score++
		case strings.ContainsRune("йфчюхяжцщъэ", r):
			score--
		}
	}
	const fewest = 20 // letters to tell by
	if all < fewest {
		return 0
	}
	return float64(score) / float64(all)
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
	case "cp1251", "win1251", "windows1251", "ansi1251", "kz1048", "rk1048", "strk1048", "strk10482002", "cskz1048":
		return charmap.Windows1251, false
	}
	enc, name := charset.Lookup(label)
	if enc == nil { // the code pages of DOS and the Mac, which browsers do not know
		if enc, err := ianaindex.IANA.Encoding(label); err == nil {
			return enc, false // nil when it is known by name alone
		}
	}
	if enc == nil || name == "utf-8" || strings.HasPrefix(name, "utf-16") || name == "replacement" {
		return nil, false
	}
	switch name {
	case "windows-1251":
		return charmap.Windows1251, false
	case "koi8-r":
		return charmap.KOI8R, false
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
