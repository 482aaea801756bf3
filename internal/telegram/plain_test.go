package telegram

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

func TestPlainText(t *testing.T) {
	tests := []struct {
		name, html string
		units      int
		want       string
	}{
		{"tags", `<b>Жаңалық</b> <a href="https://x.kz/?a=1&amp;b=2">осында</a>`, 100, "Жаңалық осында"},
		{"entities", "a &lt; b &amp;&amp; c &gt; d &quot;&#39;&#x41;", 100, `a < b && c > d "'A`},
		{"tags that are not closed", "<b>one <i>two</b>", 100, "one two"},
		{"tags Telegram lacks", "<p>one</p><br/>two<h1>three</h1>", 100, "onetwothree"},
		{"bracket that is no tag", "1 < 2 <3 <", 100, "1 < 2 <3 <"},
		{"tag without its end", "one <a href=", 100, "one <a href="},
		{"tag inside a tag", "<b <i>x</i>", 100, "<b x"},
		{"bracket in an attribute", `<a title="a > b">x</a>`, 100, "x"},
		{"escaped tag stays text", "&lt;b&gt;", 100, "<b>"},
		{"just fits", "абвг", 4, "абвг"},
		{"cut", "абвгд", 4, "абв…"},
		{"cut before a pair", "аб😀😀", 5, "аб😀…"},
		{"pair that just fits", "а😀😀", 5, "а😀😀"},
		{"pair that does not fit", "😀😀", 3, "😀…"},
		{"nothing", "", 4, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := plainText(tt.html, tt.units); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzPlainText(f *testing.F) {
	f.Add("<b>x</b> &lt;&#x1F600; <", 10)
	f.Add(strings.Repeat("😀", 30), 7)
	f.Fuzz(func(t *testing.T, s string, units int) {
		if units < 1 || !utf8.ValidString(s) {
			t.Skip()
		}
		got := plainText(s, units)
		if !utf8.ValidString(got) || len(utf16.Encode([]rune(got))) > units {
			t.Fatalf("%q in %d units became %q", s, units, got)
		}
	})
}
