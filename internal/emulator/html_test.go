package emulator

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func e(typ string, offset, length int) Entity {
	return Entity{Type: typ, Offset: offset, Length: length}
}

func TestParseHTML(t *testing.T) {
	link := func(offset, length int, url string) Entity {
		return Entity{Type: "text_link", Offset: offset, Length: length, URL: url}
	}
	tests := []struct {
		name, in, text string
		want           []Entity
	}{
		{"plain", "жай мәтін", "жай мәтін", nil},
		{"all the styles", "<b>b</b><strong>b</strong> <i>i</i> <em>i</em> <u>u</u> <ins>u</ins> <s>s</s> <strike>s</strike> <del>s</del>", "bb i i u u s s s",
			[]Entity{e("bold", 0, 2), e("italic", 3, 1), e("italic", 5, 1), e("underline", 7, 1), e("underline", 9, 1), e("strikethrough", 11, 1), e("strikethrough", 13, 1), e("strikethrough", 15, 1)}},
		{"capital tags", "<B>x</b> <I>y</I>", "x y", []Entity{e("bold", 0, 1), e("italic", 2, 1)}},
		{"units are UTF-16", "👋<b>Қ👋</b>é", "👋Қ👋é", []Entity{e("bold", 2, 3)}},
		{"references", "&lt;a&gt; &amp;&quot; &#1178; &#x49A; &#128075;", "<a> &\" Қ Қ 👋", nil},
		{"references without a semicolon", "&ltb&gt &amp", "&ltb> &", nil},
		{"what Telegram does not decode", "&nbsp;&mdash;&apos;&laquo; & &#0; &#12345678901;", "&nbsp;&mdash;&apos;&laquo; & &#0; &#12345678901;", nil},
		{"bare > and &", "a > b & c", "a > b & c", nil},
		{"nested", "<b>a<i>b<u>c</u></i></b>", "abc", []Entity{e("bold", 0, 3), e("italic", 1, 2), e("underline", 2, 1)}},
		{"the same tag in itself", "<b>a<b>b</b>c</b>", "abc", []Entity{e("bold", 0, 3)}},
		{"neighbours join", "<b>a</b><b>b</b>", "ab", []Entity{e("bold", 0, 2)}},
		{"empty tags vanish", "a<b></b><i> </i>c", "a c", nil},
		{"short end tag", "<b>a</>", "a", []Entity{e("bold", 0, 1)}},
		{"spaces in an end tag", "<b>a</b \n>", "a", []Entity{e("bold", 0, 1)}},
		{"link", `<a href="https://kaztag.kz/?a=1&amp;b=2">x</a>`, "x", []Entity{link(0, 1, "https://kaztag.kz/?a=1&b=2")}},
		{"single quotes", `<a href='https://Kaztag.KZ/Path'>x</a>`, "x", []Entity{link(0, 1, "https://kaztag.kz/Path")}},
		{"no scheme", `<a href="kaztag.kz">x</a>`, "x", []Entity{link(0, 1, "http://kaztag.kz/")}},
		{"unquoted", `<a href=kaztag.kz>x</a>`, "x", []Entity{link(0, 1, "http://kaztag.kz/")}},
		{"loopback address", `<a href="http://127.0.0.1:8080/a">x</a>`, "x", []Entity{link(0, 1, "http://127.0.0.1:8080/a")}},
		{"relative link vanishes", `<a href="/news/1">x</a>`, "x", nil},
		{"javascript vanishes", `<a href="javascript:alert(1)">x</a>`, "x", nil},
		{"empty link vanishes", `<a href="">x</a>`, "x", nil},
		{"host without a dot vanishes", `<a href="http://localhost/">x</a>`, "x", nil},
		{"link from its own text", `<a>zakon.kz/1</a>`, "zakon.kz/1", []Entity{link(0, 10, "http://zakon.kz/1")}},
		{"deep link", `<a href="tg://resolve?domain=x">x</a>`, "x", []Entity{link(0, 1, "tg://resolve?domain=x")}},
		{"link in a link", `<a href="a.kz">a<a href="b.kz">b</a></a>`, "ab", []Entity{link(0, 2, "http://a.kz/")}},
		{"style around a link", `<b><a href="a.kz">a</a>b</b>`, "ab", []Entity{e("bold", 0, 2), link(0, 1, "http://a.kz/")}},
		{"code", "<code>a &lt; b</code>", "a < b", []Entity{e("code", 0, 5)}},
		{"no style in code", "<code>a<b>b</b></code>", "ab", []Entity{e("code", 0, 2)}},
		{"style is cut around code", "<b>a<code>b</code>c</b>", "abc", []Entity{e("bold", 0, 1), e("code", 1, 1), e("bold", 2, 1)}},
		{"pre with a language", `<pre><code class="language-go">x</code></pre>`, "x", []Entity{{Type: "pre", Length: 1, Language: "go"}}},
		{"code with a language alone", `<code class="language-go">x</code>`, "x", []Entity{e("code", 0, 1)}},
		{"spoilers", `<span class="tg-spoiler">a</span> <tg-spoiler>b</tg-spoiler>`, "a b", []Entity{e("spoiler", 0, 1), e("spoiler", 2, 1)}},
		{"quote", "<blockquote>a <b>b</b></blockquote>", "a b", []Entity{e("blockquote", 0, 3), e("bold", 2, 1)}},
		{"expandable quote", "<blockquote expandable>a</blockquote>", "a", []Entity{e("expandable_blockquote", 0, 1)}},
		{"quote in a quote", "<blockquote>a<blockquote>b</blockquote></blockquote>", "ab", []Entity{e("blockquote", 0, 2)}},
		{"emoji", `<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>`, "👍", []Entity{{Type: "custom_emoji", Length: 2, CustomEmojiID: "5368324170671202286"}}},
		{"time", `<tg-time unix="1647531900" format="wDT">кеше</tg-time>`, "кеше", []Entity{{Type: "date_time", Length: 4, UnixTime: 1647531900, TimeFormat: "wDT"}}},
		{"trimmed", "\n <b> a </b> \n", "a", []Entity{e("bold", 0, 1)}},
		{"a mention of a user", `<a href="tg://user?id=501">A</a>`, "A", []Entity{{Type: "text_mention", Length: 1}}},
		{"control characters", "a\x00b\tc", "a b c", nil},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			text, entities, err := parseHTML(tc.in)
			if err != nil {
				t.Fatal(err)
			}
			text, entities = settle(text, entities, false)
			if text != tc.text {
				t.Errorf("text %q, want %q", text, tc.text)
			}
			if d := cmp.Diff(tc.want, entities, cmpopts.IgnoreFields(Entity{}, "User"), cmpopts.EquateEmpty()); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestParseHTMLErrors(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"paragraph", "<p>x</p>", `Unsupported start tag "p" at byte offset 0`},
		{"line break", "a<br/>b", `Unsupported start tag "br/" at byte offset 1`},
		{"heading after Cyrillic", "Қала <h1>", `Unsupported start tag "h1" at byte offset 9`},
		{"comment", "<!-- x -->", `Unsupported start tag "!--" at byte offset 0`},
		{"bare <", "a < b", `Unsupported start tag "" at byte offset 2`},
		{"< at the end", "5 <", "Unclosed start tag at byte offset 2"},
		{"crossed", "<b>abc</i>", `Unmatched end tag at byte offset 6, expected "</b>", found "</i>"`},
		{"end without a start", "x</b>", "Unexpected end tag at byte offset 1"},
		{"no end", "<i><b>x</b>", `Can't find end tag corresponding to start tag "i"`},
		{"unclosed end", "<b>x</b", "Unclosed end tag at byte offset 4"},
		{"unclosed start", "x <b", "Unclosed start tag at byte offset 2"},
		{"unclosed in an attribute", `<a href`, `Unclosed start tag "a" at byte offset 0`},
		{"unclosed after =", `<a href= `, `Unclosed start tag "a" at byte offset 0`},
		{"unclosed after a value", `<a href="x"`, "Unclosed start tag at byte offset 0"},
		{"unclosed in a value", `<a href="x>y</a>`, "Unclosed start tag at byte offset 0"},
		{"unquoted address with a colon", `<a href=https://a.kz>x</a>`, "Unexpected end of name token at byte offset 8"},
		{"no attribute name", `<a ="x">y</a>`, `Empty attribute name in the tag "a" at byte offset 0`},
		{"self closing", `<b />`, `Empty attribute name in the tag "b" at byte offset 0`},
		{"span of another class", `<span class="x">y</span>`, `Tag "span" must have class "tg-spoiler" at byte offset 0`},
		{"emoji that is none", `<tg-emoji emoji-id="x">👍</tg-emoji>`, "Invalid custom emoji identifier specified"},
		{"time that is none", `<tg-time unix="soon">x</tg-time>`, "Invalid date-time specified"},
		{"surrogate", "&#xD83D;", errSurrogate.Error()},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			if _, _, err := parseHTML(tc.in); err == nil || err.Error() != tc.want {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
}

func TestFindEntities(t *testing.T) {
	tests := []struct {
		name, in string
		want     []Entity
	}{
		{"command", "/start", []Entity{e("bot_command", 0, 6)}},
		{"command to a bot, with arguments", "/news@some_bot 2", []Entity{e("bot_command", 0, 14)}},
		{"commands in the middle", "👋 /a, /b.", []Entity{e("bot_command", 3, 2), e("bot_command", 7, 2)}},
		{"no command in a path", "a/b и/или 1/2 /x/y", nil},
		{"addresses", "қара: https://a.kz/b?c=(d). zakon.kz, 3.5 т.е.", []Entity{e("url", 6, 20), e("url", 28, 8)}},
		{"mention and hashtag", "@kaztag #жаңалық #2026", []Entity{e("mention", 0, 7), e("hashtag", 8, 8)}},
		{"e-mail", "a.b@c.kz", []Entity{e("email", 0, 8)}},
		{"cashtag", "$USD 5$", []Entity{e("cashtag", 0, 4)}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			if d := cmp.Diff(tc.want, findEntities(tc.in), cmpopts.EquateEmpty()); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestRenderIsSafe(t *testing.T) {
	m := Message{Text: `<script>"&' 👋 x`, Entities: []Entity{
		{Type: "text_link", Offset: 0, Length: 8, URL: `https://a.kz/"><script>`}, e("bold", 8, 20), e("italic", 12, 2),
		{Type: "pre", Offset: 15, Length: 1, Language: `"><b>`},
	}}
	want := `<a href="https://a.kz/&#34;&gt;&lt;script&gt;" target="_blank" rel="noopener noreferrer">&lt;script&gt;</a>&#34;&amp;&#39; <i>👋</i> <pre><code class="language-&#34;&gt;&lt;b&gt;">x</code></pre>`
	if got := m.HTML(); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func FuzzParseHTML(f *testing.F) {
	for _, s := range []string{"<b>a</b>", "<a href='x.kz'>&lt;👋</a>", "<pre><code class=\"language-go\">x</code></pre>", "<b><i>a</b></i>", "&#xD83D;", "<", "</>", "<blockquote expandable>x</blockquote>", "a <b>\n</b> http://x.kz /c@d #e"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		if !utf8.ValidString(in) {
			return // the server refuses it before
		}
		text, entities, err := parseHTML(in)
		if err != nil {
			return
		}
		text, entities = settle(text, entities, true)
		if !utf8.ValidString(text) {
			t.Fatalf("%q gives %q", in, text)
		}
		total := units(text)
		for i, a := range entities {
			if a.Length <= 0 || a.Offset < 0 || a.Offset+a.Length > total {
				t.Fatalf("%q: %+v is outside of %q", in, a, text)
			}
			for _, b := range entities[:i] {
				if b.Offset < a.Offset && a.Offset < b.Offset+b.Length && a.Offset+a.Length > b.Offset+b.Length {
					t.Fatalf("%q: %+v crosses %+v", in, a, b)
				}
			}
		}
		page := Message{Text: text, Entities: entities}.HTML()
		for _, bad := range []string{"<script", "javascript:"} {
			if strings.Contains(page, `href="`+bad) || bad == "<script" && strings.Contains(page, bad) {
				t.Fatalf("%q renders as %q", in, page)
			}
		}
	})
}
