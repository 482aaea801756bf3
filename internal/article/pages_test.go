package article

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
}

var tag = regexp.MustCompile(`<[^>]*>`)

// checkPages holds pages to what Telegram and a reader ask of them.
func checkPages(t *testing.T, blocks []Block, limit int) {
	t.Helper()
	pages := Pages(blocks, limit)
	var got strings.Builder
	for i, p := range pages {
		if n := Length(p); n > max(limit, minLimit) {
			t.Errorf("page %d has %d units of %d: %q", i, n, limit, p)
		}
		if len(p) > maxRaw {
			t.Errorf("page %d has %d bytes", i, len(p))
		}
		if !utf8.ValidString(p) {
			t.Errorf("page %d is not UTF-8: %q", i, p)
		}
		text := checkTelegram(t, p)
		if !strings.ContainsFunc(text, func(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) }) {
			t.Errorf("page %d shows nothing: %q", i, p)
		}
		if text != strings.TrimSpace(text) {
			t.Errorf("page %d has space at an end: %q", i, p)
		}
		got.WriteString(text)
	}
	// Nothing is lost, doubled or put in another order.
	var want strings.Builder
	for _, b := range blocks {
		if b.Kind != Image {
			want.WriteString(clean(b.Text))
		}
	}
	if a, b := letters(want.String()), letters(got.String()); a != b {
		t.Errorf("the text changed:\nwant %q\ngot  %q", a, b)
	}
}

// letters leaves out space and what Pages itself adds.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '•' {
			return -1
		}
		// A joiner or mark left alone by a cut inside a character is not shown.
		if unicode.In(r, unicode.M, unicode.Cf) {
			return -1
		}
		return r
	}, s)
}

// checkTelegram parses a page as Telegram does and returns its text: only the
// tags that it knows, closed in order; & only in the entities that it knows.
func checkTelegram(t *testing.T, page string) string {
	t.Helper()
	var stack []string
	for _, m := range tag.FindAllString(page, -1) {
		switch m {
		case "<b>", "<blockquote>":
			stack = append(stack, m[1:len(m)-1])
		case "</b>", "</blockquote>":
			if len(stack) == 0 || stack[len(stack)-1] != m[2:len(m)-1] {
				t.Errorf("%s closes nothing in %q", m, page)
				return ""
			}
			stack = stack[:len(stack)-1]
		default:
			t.Errorf("tag %s in %q", m, page)
		}
	}
	if len(stack) > 0 {
		t.Errorf("%v left open in %q", stack, page)
	}
	text := tag.ReplaceAllString(page, "")
	if strings.ContainsAny(text, "<>") {
		t.Errorf("stray bracket in %q", page)
	}
	for i, r := range text {
		if r != '&' {
			continue
		}
		if !slices.ContainsFunc([]string{"&amp;", "&lt;", "&gt;", "&quot;"}, func(e string) bool { return strings.HasPrefix(text[i:], e) }) {
			t.Errorf("stray & in %q", page)
		}
	}
	return html.UnescapeString(text)
}

func TestPages(t *testing.T) {
	blocks := []Block{
		{Kind: Paragraph, Text: "Первый абзац с <тегом> & знаком."},
		{Kind: Image, Text: "подпись", URL: "https://a.example/1.jpg"},
		{Kind: Heading, Text: "Заголовок"},
		{Kind: Paragraph, Text: "Второй абзац. В нём два предложения, и второе длиннее первого."},
		{Kind: ListItem, Text: "раз"}, {Kind: ListItem, Text: "два"},
		{Kind: Quote, Text: "Цитата, которая тоже может быть длинной. Её придётся разрезать: она длиннее целой страницы, и конца ей не видно."},
		{Kind: TableRow, Text: "USD | 538,91"}, {Kind: TableRow, Text: "EUR | 612,20"},
		{Kind: Paragraph, Text: " \u200b\n "},
		{Kind: Heading, Text: "В конце"},
	}
	for _, tt := range []struct {
		name  string
		limit int
	}{{"one", 4096}, {"several", 90}, {"narrow", 40}} {
		t.Run(tt.name, func(t *testing.T) {
			checkPages(t, blocks, tt.limit)
			golden(t, "pages/"+tt.name+".golden", strings.Join(Pages(blocks, tt.limit), "\n=====\n")+"\n")
		})
	}
}

func TestPagesOf(t *testing.T) {
	para := func(s string) []Block { return []Block{{Kind: Paragraph, Text: s}} }
	for _, tt := range []struct {
		name   string
		blocks []Block
		limit  int
		want   []string
	}{
		{"nothing", nil, 100, nil},
		{"blank", para(" \n\t\u00a0\u200b"), 100, nil},
		{"images only", []Block{{Kind: Image, URL: "https://a.example/1"}}, 100, nil},
		{"invisible only", para("\u200d\ufe0f\u0301\u2800\u3164"), 100, nil},
		{"cut at a sentence", para("One two. Three four five."), 16, []string{"One two.", "Three four five."}},
		{"cut at a word", para("aaaa bbbb cccc dddd eeee"), 16, []string{"aaaa bbbb cccc", "dddd eeee"}},
		{"cut anywhere", para(strings.Repeat("ж", 20)), 16, []string{strings.Repeat("ж", 16), "жжжж"}},
		{"not inside a pair of surrogates", para("a" + strings.Repeat("😀", 9)), 16, []string{"a" + strings.Repeat("😀", 7), "😀😀"}},
		{"not inside a family", para(strings.Repeat("x", 12) + "👨\u200d👩\u200d👧"), 16, []string{strings.Repeat("x", 12), "👨\u200d👩\u200d👧"}},
		{"not inside a flag", para(strings.Repeat("x", 14) + "🇰🇿"), 16, []string{strings.Repeat("x", 14), "🇰🇿"}},
		{"not before an accent", para(strings.Repeat("x", 15) + "e\u0301"), 16, []string{strings.Repeat("x", 15), "e\u0301"}},
		{"a tower of accents", para("e" + strings.Repeat("\u0301", 5000)), 16, []string{"e" + strings.Repeat("\u0301", maxMarks)}},
		{"line breaks", para("one\r\n\r\n\r\ntwo"), 100, []string{"one\ntwo"}},
		{"no override", para("a\u202eb\u2066c\ufeff\u00ad\u0007"), 100, []string{"abc"}},
		{"escapes", para(`<b>&"'`), 100, []string{"&lt;b&gt;&amp;&quot;'"}},
		{"escapes are not cut", para(strings.Repeat("&", 17)), 16, []string{strings.Repeat("&amp;", 16), "&amp;"}},
		{"heading stays with its text", []Block{{Kind: Paragraph, Text: "aaaaaaaa"}, {Kind: Heading, Text: "head"}, {Kind: Paragraph, Text: "bbbbbbbbbb"}}, 20,
			[]string{"aaaaaaaa", "<b>head</b>\n\nbbbbbbbbbb"}},
		{"tiny limit", para("one two three four five"), 1, []string{"one two three", "four five"}},
		{"quote across pages", []Block{{Kind: Quote, Text: "one two three four five"}}, 16, []string{"<blockquote>one two three</blockquote>", "<blockquote>four five</blockquote>"}},
		{"list item across pages", []Block{{Kind: ListItem, Text: "one two three four"}}, 16, []string{"• one two three", "four"}},
		{"number kept whole", para("price of 1\u00a0234\u00a0567 tenge"), 16, []string{"price of", "1\u00a0234\u00a0567 tenge"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Pages(tt.blocks, tt.limit)); diff != "" {
				t.Error(diff)
			}
			checkPages(t, tt.blocks, tt.limit)
		})
	}
}

func TestPagesHostile(t *testing.T) {
	for name, text := range map[string]string{
		"64 KB without a space": strings.Repeat("ж", 64<<10),
		"64 KB of ampersands":   strings.Repeat("&", 64<<10),
		"64 KB of quotes":       strings.Repeat(`"`, 64<<10),
		"64 KB of emoji":        strings.Repeat("👩🏽\u200d🚀", 4<<10),
		"64 KB of one cluster":  strings.Repeat("👩\u200d", 16<<10) + "👩",
		"64 KB of jamo":         strings.Repeat("\u1100", 20<<10),
		"64 KB of dots":         strings.Repeat(". ", 32<<10),
		"64 KB of abbreviation": strings.Repeat("a.", 32<<10),
		"64 KB of flags":        strings.Repeat("🇰🇿", 8<<10),
		"2 MB of words":         strings.Repeat("слово и ", 128<<10),
		"broken UTF-8":          strings.Repeat("\xff\xd0", 1000) + "x",
	} {
		t.Run(name, func(t *testing.T) {
			begin := time.Now()
			for kind, limit := range map[BlockKind]int{Paragraph: 4096, Heading: 1024, Quote: 3500, ListItem: 900} {
				if len(text) > 1<<20 && kind != Paragraph {
					continue
				}
				checkPages(t, []Block{{Kind: Heading, Text: "head"}, {Kind: kind, Text: text}, {Kind: Paragraph, Text: "end"}}, limit)
			}
			if d := time.Since(begin); d > 30*time.Second { // hours, were it quadratic
				t.Errorf("took %v", d)
			}
		})
	}
}

func TestLength(t *testing.T) {
	for in, want := range map[string]int{"": 0, "abc": 3, "<b>abc</b>": 3, "&amp;&lt;&gt;&quot;": 4, "😀": 2, "ә<blockquote>\n</blockquote>": 2, `<a href="https://a.example/?a=1&amp;b=2">x</a>`: 1, "&#128512;": 2} {
		if got := Length(in); got != want {
			t.Errorf("%q: %d, want %d", in, got, want)
		}
	}
}

func TestText(t *testing.T) {
	a := Article{Blocks: []Block{{Kind: Heading, Text: "h"}, {Kind: Image, Text: "caption"}, {Kind: Paragraph, Text: "p"}}}
	if got := a.Text(); got != "h\n\np" {
		t.Errorf("%q", got)
	}
	raw, err := json.Marshal(a.Blocks)
	if err != nil || string(raw) != `[{"k":"h","t":"h"},{"k":"img","t":"caption"},{"k":"p","t":"p"}]` {
		t.Errorf("%s, %v", raw, err)
	}
}

var kinds = []BlockKind{Paragraph, Heading, ListItem, Quote, TableRow, Image, "unknown"}

func FuzzPages(f *testing.F) {
	f.Add("One. Two three.\x00<b>&amp;\x01😀👨\u200d👩\u200d👧🇰🇿e\u0301", uint16(20))
	f.Add("\x01head\x00"+strings.Repeat("слово. ", 50), uint16(40))
	f.Add("\x02a\x02b\x03"+strings.Repeat("&\"<>", 40), uint16(16))
	f.Add(strings.Repeat("\u1100", 50)+"\x00\u200d\u200d\ufe0f", uint16(17))
	f.Fuzz(func(t *testing.T, s string, limit uint16) {
		// Bytes 0 to 6 begin a block of that kind.
		var blocks []Block
		kind, begin := Paragraph, 0
		for i := range len(s) {
			if s[i] < byte(len(kinds)) {
				blocks = append(blocks, Block{Kind: kind, Text: s[begin:i]})
				kind, begin = kinds[s[i]], i+1
			}
		}
		blocks = append(blocks, Block{Kind: kind, Text: s[begin:]})
		checkPages(t, blocks, int(limit%4096))
	})
}

func BenchmarkPages(b *testing.B) {
	var blocks []Block
	for range 60 {
		blocks = append(blocks, Block{Kind: Paragraph, Text: strings.Repeat("Движение по новому мосту начнётся завтра утром. ", 8)})
	}
	b.ReportAllocs()
	for b.Loop() {
		Pages(blocks, 3500)
	}
}

func BenchmarkPagesOneParagraph(b *testing.B) {
	blocks := []Block{{Kind: Paragraph, Text: strings.Repeat("ж", 64<<10)}}
	b.ReportAllocs()
	for b.Loop() {
		Pages(blocks, 3500)
	}
}
