package feed

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"newsbot/internal/fetch"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "feeds", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestParseGolden(t *testing.T) {
	list := Source{Title: "List", Kind: KindHTML, Selectors: Selectors{Item: "div.row", Title: "h3", Link: "h3 a", Date: ".date"}}
	for _, tt := range []struct {
		file string
		src  Source
	}{
		{"rss.xml", Source{Title: "Степь"}},
		{"atom.xml", Source{Kind: KindFeed}},
		{"feed.json", Source{}},
		{"rdf.xml", Source{}},
		{"truncated.xml", Source{}},
		{"broken-item.xml", Source{}},
		{"list.html", list},
		{"list-anchors.html", Source{Kind: KindHTML, Selectors: Selectors{Item: ".news_text a"}}},
		{"news-sitemap.xml", Source{Kind: KindSitemap}},
	} {
		t.Run(tt.file, func(t *testing.T) {
			f, err := Parse(read(t, tt.file), "text/xml; charset=utf-8", "https://vesti.example/feeds/x.xml", tt.src, almaty, testNow)
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.MarshalIndent(f, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", "feeds", tt.file+".golden")
			if *update {
				if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.TrimSpace(string(want)), string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestParseEncodings reads one feed in all the encodings, rightly and wrongly declared, that feeds come in.
func TestParseEncodings(t *testing.T) {
	const doc = `<?xml version="1.0" encoding="%s"?><rss version="2.0"><channel><title>Дала</title><link>https://a.example/</link><item><title>%s</title><link>https://a.example/1</link></item></channel></rss>`
	const ru, kk = "Съезд объявил перерыв", "Үкімет қаулысы жарияланды"
	for _, tt := range []struct {
		name, declared, contentType, title string
		enc                                encoding.Encoding
	}{
		{"windows-1251", "windows-1251", "", ru, charmap.Windows1251},
		{"windows-1251 as cp1251", "cp1251", "", ru, charmap.Windows1251},
		{"windows-1251 declared UTF-8", "UTF-8", "text/xml; charset=utf-8", ru, charmap.Windows1251},
		{"KOI8-R", "koi8-r", "", ru, charmap.KOI8R},
		{"UTF-8 declared windows-1251", "windows-1251", "text/xml; charset=windows-1251", kk, encoding.Nop},
		{"UTF-8 with a mark", "UTF-8", "", kk, unicode.UTF8BOM},
		{"UTF-16", "UTF-16", "", kk, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)},
		{"UTF-16 without a mark", "UTF-16", "", kk, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body, err := tt.enc.NewEncoder().Bytes(fmt.Appendf(nil, doc, tt.declared, tt.title))
			if err != nil {
				t.Fatal(err)
			}
			f, err := Parse(body, tt.contentType, "", Source{}, almaty, testNow)
			if err != nil {
				t.Fatal(err)
			}
			if len(f.Items) != 1 || f.Items[0].Title != tt.title || f.Title != "Дала" {
				t.Errorf("%+v", f)
			}
		})
	}
}

// TestParseMends reads feeds with the faults that hand-made software leaves in them.
func TestParseMends(t *testing.T) {
	for _, tt := range []struct{ name, item, title string }{
		{"a sign that begins no markup", "<title>Инфляция < 5 % & падает</title>", "Инфляция < 5 % & падает"},
		{"a zero and a control", "<title>Мост\x00 от&#1;крыт</title>", "Мост открыт"},
		{"an empty date", "<title>t</title><pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate>", "t"},
		{"the first year", "<title>t</title><pubDate>Mon, 01 Jan 0001 00:00:00 GMT</pubDate>", "t"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc := `<rss version="2.0"><channel><title>Дала</title><item>` + tt.item + `<link>https://a.example/1</link></item></channel></rss>`
			f, err := Parse([]byte(doc), "", "", Source{}, almaty, testNow)
			if err != nil {
				t.Fatal(err)
			}
			if len(f.Items) != 1 || f.Items[0].Title != tt.title || !f.Items[0].Published.IsZero() {
				t.Errorf("%+v", f.Items)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	html := Source{Kind: KindHTML, Selectors: Selectors{Item: "div.row"}}
	sitemap := Source{Kind: KindSitemap}
	for _, tt := range []struct {
		name, body string
		src        Source
		want       error
		says       string
	}{
		{"a page", "<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>", Source{}, ErrHTML, "Just a moment..."},
		{"a page with a feed's word in it", "<html><body>Subscribe to <rss >", Source{}, ErrHTML, ""},
		{"XHTML", `<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x"><html xmlns="http://www.w3.org/1999/xhtml"><head><title>Home</title></head></html>`, Source{}, ErrHTML, "Home"},
		{"nothing", "", Source{}, ErrNotFeed, ""},
		{"space", " \n ", Source{}, ErrNotFeed, ""},
		{"words", "Service Unavailable", Source{}, ErrNotFeed, ""},
		{"JSON of another kind", `{"error":"not found"}`, Source{}, nil, ""},
		{"broken JSON", `{"version":"https://jsonfeed.org/version/1","items":[`, Source{}, nil, ""},
		{"binary", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", Source{}, ErrBinary, ""},
		{"a cut feed without items", `<rss version="2.0"><channel><title>x</ti`, Source{}, nil, ""},
		{"another XML", `<?xml version="1.0"?><rates><item/></rates>`, Source{}, ErrNotFeed, ""},
		{"a feed that leads nowhere", "<rss><channel><item><title>a</title></item><item><title>b</title><link>javascript:void(0)</link></item></channel></rss>", Source{}, ErrNoItems, "2 entries"},
		{"too large", strings.Repeat(" ", maxBytes+1), Source{}, fetch.ErrTooLarge, ""},
		{"a list without items", "<html><body><p>We are closed</p></body></html>", html, ErrNoItems, "div.row"},
		{"a list without links", `<div class="row">a</div><div class="row">b</div>`, html, ErrNoItems, "2 elements"},
		{"a list without selectors", "<html></html>", Source{Kind: KindHTML}, nil, "item is required"},
		{"a page for a sitemap", "<!doctype html><html></html>", sitemap, ErrHTML, ""},
		{"a feed for a sitemap", "<rss><channel/></rss>", sitemap, ErrNotFeed, "<rss>"},
		{"a sitemap without news", `<urlset><url><loc>https://a.example/</loc></url></urlset>`, sitemap, ErrNoItems, "1 pages"},
		{"an index of sitemaps", `<sitemapindex><sitemap><loc>https://a.example/1.xml</loc></sitemap></sitemapindex>`, sitemap, nil, "index"},
		{"an entity bomb without items", bomb + "<rss><channel><title>&g;</title>", Source{}, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Parse([]byte(tt.body), "", "https://a.example/", tt.src, almaty, testNow)
			if err == nil {
				t.Fatalf("no error, but %+v", f)
			}
			if tt.want != nil && !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v", err)
			}
			if len(err.Error()) > 400 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
		})
	}
}

const bomb = `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaaaaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;"><!ENTITY g "&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;"><!ENTITY x SYSTEM "file:///etc/passwd">]>`

func TestParseHostile(t *testing.T) {
	wrap := func(items string) string {
		return `<rss version="2.0"><channel><title>t</title>` + items + `</channel></rss>`
	}
	for name, body := range map[string]string{
		"entity bomb":           bomb + wrap(`<item><title>&g;</title><link>https://a.example/1</link></item>`),
		"external entity":       bomb + wrap(`<item><title>&x;</title><link>https://a.example/1</link><description>d</description></item>`),
		"deep nesting":          wrap(`<item><link>https://a.example/1</link><description>` + strings.Repeat("<b>", 200_000) + `</description></item>`),
		"deep nesting closed":   wrap(`<item><link>https://a.example/1</link><title>t</title>` + strings.Repeat("<x>", 200_000) + strings.Repeat("</x>", 200_000) + `</item>`),
		"long title":            wrap(`<item><title>` + strings.Repeat("ж", 1<<20) + `</title><link>https://a.example/1</link></item>`),
		"many items":            wrap(strings.Repeat(`<item><title>t</title><link>https://a.example/1</link></item>`, 10_000)),
		"many items never end":  wrap(strings.Repeat(`<item><title>t</title>`, 100_000)),
		"many cut items":        `<rss><channel>` + strings.Repeat(`<item><title>t</title><link>https://a.example/1</link></item>`, 10_000) + "<item",
		"many attributes":       wrap(`<item ` + strings.Repeat(`a="1" `, 100_000) + `><title>t</title><link>https://a.example/1</link></item>`),
		"items end at the end":  `<rss><channel>` + strings.Repeat(`<item><title>t</title>`, 50_000) + "</item>",
		"cut, and a long head":  `<rss><channel><title>` + strings.Repeat("x", 1<<20) + `</title>` + strings.Repeat(`<item><title>t</title></item>`, 1000) + "<item",
		"long address":          wrap(`<item><title>t</title><link>https://a.example/` + strings.Repeat("x", 1<<20) + `</link></item>`),
		"comments":              strings.Repeat("<!-- x -->", 200_000) + wrap(""),
		"sections never closed": wrap(strings.Repeat("<item><title><![CDATA[", 100_000)),
		"sections in elements":  wrap(strings.Repeat("<item><title><![CDATA[</title>", 100_000) + "]]>"),
		"sections escaped":      wrap("<item><title>" + strings.Repeat("&lt;![CDATA[", 100_000) + "</title><link>https://a.example/1</link></item>"),
		"tags never closed":     wrap("<item><title>" + strings.Repeat("&lt;a x=", 100_000) + "</title><link>https://a.example/1</link></item>"),
		"scripts never closed":  wrap("<item><title>" + strings.Repeat("&lt;script&gt;&lt;/scripx", 50_000) + "</title><link>https://a.example/1</link></item>"),
		"less than, many times": wrap("<item><title>t < 1</title><link>https://a.example/1</link><description>" + strings.Repeat("< ", 500_000) + "</description></item>"),
		"texts in texts":        wrap(strings.Repeat("<yandex:full-text><p>", 100_000)),
		"doctypes":              strings.Repeat("<!DOCTYPE a [", 100_000),
	} {
		t.Run(name, func(t *testing.T) {
			begin := time.Now()
			f, err := Parse([]byte(body), "", "", Source{}, almaty, testNow)
			if d := time.Since(begin); d > 10*time.Second*raceFactor { // a second or two where nothing else runs
				t.Errorf("took %v", d)
			}
			if len(f.Items) > maxItems {
				t.Errorf("%d items", len(f.Items))
			}
			size := 0
			for _, it := range f.Items {
				if len(it.Title) > 4*maxTitle || len(it.Link) > maxURL || len(it.ID) > maxURL {
					t.Errorf("title of %d bytes, link of %d, id of %d", len(it.Title), len(it.Link), len(it.ID))
				}
				size += len(it.Title) + len(it.Summary) + len(it.Content)
				if strings.Contains(it.Title+it.Summary, "root:") {
					t.Error("an external entity was read")
				}
			}
			if size > 4<<20 {
				t.Errorf("%d bytes of text", size)
			}
			t.Logf("%d items, %v, %v", len(f.Items), err, time.Since(begin).Round(time.Millisecond))
		})
	}
}

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"":                                 "",
		"  a \n b\u00a0c ":                 "a b c",
		"<p>one</p><p>two</p>":             "one two",
		"a<b>b</b>c":                       "abc",
		"AT&amp;amp;T":                     "AT&T",
		"&quot;x&quot; &lt;y&gt;":          `"x" <y>`,
		"5 < 6 > 4":                        "5 < 6 > 4",
		"<script>alert(1)</script>x":       "x",
		"<style>p{}</style>x<br/>y":        "x y",
		"a\u200bb\u00adc\u202ed\x00":       "abcd",
		"👨\u200d👩\u200d👧":                  "👨\u200d👩\u200d👧",
		"<img src=x onerror=alert(1)>text": "text",
		"<!-- hidden -->shown<!doctype x>": "shown",
		"&lt;![CDATA[twice]]&gt;":          "<![CDATA[twice]]>",
		"<![CDATA[not <b>once</b>]]>":      "not once",
		`<a title="5 > 4" href=x>y</a>`:    "y",
		"<SCRIPT>a</scr</ScRiPt >z":        "z",
		"it's <b>Bob's</b> <i>turn":        "it's Bob's turn",
		"cut <a href=":                     "cut",
		"<br>a</p><p>b</p>":                "a b",
	} {
		if got := plain(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"rss.xml", "atom.xml", "feed.json", "rdf.xml", "truncated.xml", "broken-item.xml", "list.html", "news-sitemap.xml"} {
		for _, kind := range []byte{0, 1, 2} {
			f.Add(read(f, name), "text/xml", kind)
		}
	}
	f.Add([]byte(`{"version":"https://jsonfeed.org/version/1","title":"\u0000","items":[{"id":"\u0000","url":"https://a.example/\u0000","title":"\u0000t","content_html":"\u0000"}]}`), "", byte(0))
	f.Fuzz(func(t *testing.T, body []byte, contentType string, kind byte) {
		src := Source{Kind: []Kind{KindFeed, KindHTML, KindSitemap}[kind%3], Selectors: Selectors{Item: "div, li, a", Date: "span"}}
		got, err := Parse(body, contentType, "https://a.example/x/", src, almaty, testNow)
		if err != nil {
			if strings.Contains(err.Error(), "panicked") {
				t.Error(err)
			}
			return
		}
		for _, it := range got.Items {
			for _, s := range []string{it.ID, it.Link, it.Title, it.Author, it.Image, it.Summary, it.Content} {
				if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
					t.Errorf("not for a database: %q", s)
				}
			}
			if it.ID == "" || it.Title == "" || !strings.HasPrefix(it.Link, "http") || it.Published.After(testNow) {
				t.Errorf("%+v", it)
			}
			if strings.ContainsAny(it.Title, "\n\r\t\x00") || it.Image != "" && !strings.HasPrefix(it.Image, "http") {
				t.Errorf("%+v", it)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	var doc strings.Builder
	doc.WriteString(`<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>t</title><link>https://a.example/</link>`)
	for i := range 100 {
		fmt.Fprintf(&doc, `<item><title>Новость %d</title><link>https://a.example/%d</link><pubDate>Mon, 6 Apr 2026 10:00:00 +0500</pubDate><description>Коротко о важном.</description><content:encoded><![CDATA[%s]]></content:encoded></item>`,
			i, i, strings.Repeat("<p>Движение по новому мосту начнётся завтра утром.</p>", 20))
	}
	doc.WriteString("</channel></rss>")
	body := []byte(doc.String())
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(body, "text/xml", "https://a.example/", Source{}, almaty, testNow); err != nil {
			b.Fatal(err)
		}
	}
}
