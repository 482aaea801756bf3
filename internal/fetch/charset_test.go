package fetch

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

func encoded(t testing.TB, e encoding.Encoding, s string) string {
	t.Helper()
	out, err := e.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestUTF8(t *testing.T) {
	const ru = "Погода в столице: к вечеру похолодает, ожидается сильный снег"
	const xml = `<?xml version="1.0" encoding="%"?><t>` + ru + `</t>`
	as := func(name string) string { return strings.Replace(xml, "%", name, 1) }
	for _, tt := range []struct{ name, body, contentType, want string }{
		{"UTF-8", ru, "", ru},
		{"byte order mark", "\ufeff" + ru, "", ru},
		{"UTF-8 declared windows-1251", as("windows-1251"), "text/xml; charset=windows-1251", as("windows-1251")},
		{"windows-1251 declared", encoded(t, charmap.Windows1251, as("windows-1251")), "", as("windows-1251")},
		{"windows-1251 as cp-1251", encoded(t, charmap.Windows1251, as("cp-1251")), "", as("cp-1251")},
		{"windows-1251 as cp-1251, whatever the header says", encoded(t, charmap.Windows1251, `<?xml encoding="cp-1251"?>Мост`), "text/xml; charset=koi8-r", `<?xml encoding="cp-1251"?>Мост`},
		{"windows-1251 declared UTF-8", encoded(t, charmap.Windows1251, as("UTF-8")), "text/xml; charset=utf-8", as("UTF-8")},
		{"windows-1251 undeclared", encoded(t, charmap.Windows1251, ru), "", ru},
		{"windows-1251 by header", encoded(t, charmap.Windows1251, ru), "text/html; charset=windows-1251", ru},
		{"windows-1251 declared Latin", encoded(t, charmap.Windows1251, ru), "text/html; charset=ISO-8859-1", ru},
		{"unknown name", encoded(t, charmap.Windows1251, as("x-nothing")), "", as("x-nothing")},
		{"KOI8-R declared", encoded(t, charmap.KOI8R, as("koi8-r")), "", as("koi8-r")},
		{"the document outranks the header", encoded(t, charmap.KOI8R, as("koi8-r")), "text/xml; charset=windows-1251", as("koi8-r")},
		{"KOI8-R undeclared", encoded(t, charmap.KOI8R, ru), "", ru},
		{"KOI8-R declared windows-1251", encoded(t, charmap.KOI8R, as("windows-1251")), "", as("windows-1251")},
		{"windows-1251 declared KOI8-R", encoded(t, charmap.Windows1251, as("koi8-r")), "", as("koi8-r")},
		{"windows-1251 in capitals", encoded(t, charmap.Windows1251, strings.ToUpper(ru)), "text/html; charset=windows-1251", strings.ToUpper(ru)},
		{"KOI8-R in capitals", encoded(t, charmap.KOI8R, strings.ToUpper(ru)), "text/html; charset=koi8-r", strings.ToUpper(ru)},
		{"too short to tell", encoded(t, charmap.KOI8R, "Мост"), "text/html; charset=koi8-r", "Мост"},
		{"Kazakh in KZ-1048", "\x8d\xe0\xe7\xe0\x9d\xf1\xf2\xe0\xed \xa1\xeb\xf2\xfb\x9d \xe1\xe0\xed\xea\xb3", "text/html; charset=KZ-1048", "Қазақстан Ұлтық банкі"},
		{"a code page of DOS", encoded(t, charmap.CodePage866, as("IBM866")), "", as("IBM866")},
		{"another code page of DOS", encoded(t, charmap.CodePage855, as("IBM855")), "", as("IBM855")},
		{"meta", encoded(t, charmap.KOI8R, `<meta charset="koi8-r">`+ru), "text/html", `<meta charset="koi8-r">` + ru},
		{"Latin that is", encoded(t, charmap.ISO8859_1, "Le café où naît l'été"), "text/html; charset=ISO-8859-1", "Le café où naît l'été"},
		{"UTF-16 with a mark", encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), ru), "", ru},
		{"UTF-16 big-endian with a mark", encoded(t, unicode.UTF16(unicode.BigEndian, unicode.UseBOM), ru), "", ru},
		{"UTF-16 without a mark", encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), as("utf-16")), "", as("utf-16")},
		{"UTF-16 big-endian without a mark", encoded(t, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), as("utf-16")), "", as("utf-16")},
		{"UTF-32", encoded(t, utf32.UTF32(utf32.LittleEndian, utf32.UseBOM), ru), "", ru},
		{"a character cut in half", ru + "\xd0", "text/xml; charset=windows-1251", ru},
		{"a malformed header", encoded(t, charmap.KOI8R, ru), `text/html; charset="koi8-r`, ru},
		{"empty", "", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(UTF8([]byte(tt.body), tt.contentType)); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func FuzzUTF8(f *testing.F) {
	f.Add([]byte("\xff\xfe\x00\xd8"), "text/html; charset=gbk")
	f.Add([]byte("<?xml encoding='iso-2022-jp'?>\x1b$B\xff"), "")
	f.Add([]byte("\x00<\x00x\xd8"), "charset")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		if out := UTF8(body, contentType); !utf8.Valid(out) {
			t.Errorf("%q", out)
		}
	})
}
