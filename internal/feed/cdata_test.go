package feed

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestLift(t *testing.T) {
	long := strings.Repeat("сөз <b>", 20)
	for _, tt := range []struct{ name, in, skeleton, whole string }{
		{"no section", "<a>b</a>", "<a>b</a>", "<a>b</a>"},
		{"a short one stays", "<a><![CDATA[b]]></a>", "<a><![CDATA[b]]></a>", "<a><![CDATA[b]]></a>"},
		{"a long one goes", "<a><![CDATA[" + long + "]]></a>", "<a>\uE0000\uE001</a>", "<a>" + long + "</a>"},
		{"two", "<a><![CDATA[" + long + "]]>,<![CDATA[1" + long + "]]></a>", "<a>\uE0000\uE001,\uE0001\uE001</a>", "<a>" + long + ",1" + long + "</a>"},
		{"one never closed", "<item><a>x<b x='y'> <![CDATA[c</b></a></item><item>d", "<item><a>x<b x='y'> <![CDATA[c]]></b></a></item><item>d", "<item><a>x<b x='y'> <![CDATA[c]]></b></a></item><item>d"},
		{"one that would end in the next item", "<item><b><![CDATA[c</b></item><item><b><![CDATA[d]]></b>", "<item><b><![CDATA[c]]></b></item><item><b><![CDATA[d]]></b>", "<item><b><![CDATA[c]]></b></item><item><b><![CDATA[d]]></b>"},
		{"one cut short", "<a><b><![CDATA[c", "<a><b>", "<a><b>"},
		{"an end alone", "<a>]]></a>", "<a></a>", "<a></a>"},
		{"a mark in the text", "\uE000<![CDATA[" + long + "]]>", "\uE000<![CDATA[" + long + "]]>", "\uE000<![CDATA[" + long + "]]>"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			skeleton, sections := lift(tt.in)
			if skeleton != tt.skeleton {
				t.Errorf("skeleton %q", skeleton)
			}
			if whole := sections.put(skeleton); whole != tt.whole {
				t.Errorf("whole %q", whole)
			}
		})
	}
}

func FuzzLift(f *testing.F) {
	f.Add("<item><a><![CDATA[" + strings.Repeat("a", 100) + "]]></a></item>")
	f.Add("<turbo:content a='b'><p>x</p></turbo:content><![CDATA[<![CDATA[]]>]]>\uE0000\uE001")
	f.Add("<yandex:full-text><b>")
	f.Fuzz(func(t *testing.T, s string) {
		s = onlyLegal(strings.ToValidUTF8(s, ""))
		skeleton, sections := lift(s)
		whole := sections.put(skeleton)
		if !utf8.ValidString(skeleton) || !utf8.ValidString(whole) {
			t.Errorf("%q, %q", skeleton, whole)
		}
		// Two marks around each section, no text lost but for the marks of sections.
		if len(whole) > len(s)+len(cdataStart+cdataEnd)*(strings.Count(s, "<")+1) {
			t.Errorf("%d bytes became %d", len(s), len(whole))
		}
		if len(sections) > 0 && strings.ContainsRune(whole, sectionMark) {
			t.Errorf("a mark was left in %q", whole)
		}
	})
}

func FuzzPlain(f *testing.F) {
	for _, s := range []string{"<p>a</p>", "a &amp;lt; b", "<script>a</SCRIPT >b", "<!-- a --> b", "<![CDATA[a]]>", "<a title='x > y'>z", "1 < 2", "</", "<a", "<!", "&#0;&#xfffe;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := plain(s)
		if !utf8.ValidString(got) && utf8.ValidString(s) {
			t.Errorf("%q became %q", s, got)
		}
		if strings.ContainsAny(got, "\n\r\t\x00") || strings.TrimSpace(got) != got || strings.Contains(got, "  ") {
			t.Errorf("%q became %q", s, got)
		}
		if again := oneLine(got); again != got {
			t.Errorf("%q, then %q", got, again)
		}
	})
}
