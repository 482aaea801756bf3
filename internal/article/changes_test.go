package article

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func blocksOf(texts ...string) (blocks []Block) {
	for _, t := range texts {
		kind := Paragraph
		for prefix, k := range map[string]BlockKind{"row:": TableRow, "item:": ListItem, "heading:": Heading} {
			if rest, ok := strings.CutPrefix(t, prefix); ok {
				kind, t = k, rest
			}
		}
		blocks = append(blocks, Block{Kind: kind, Text: t})
	}
	return blocks
}

func TestCompare(t *testing.T) {
	spelling := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	text := []string{"Мост открыли утром для всех.", "Погибли 12 человек.", "Движение идёт в обе стороны."}
	for _, tt := range []struct {
		name       string
		now        []string
		gone, came []string
	}{
		{"the same", text, nil, nil},
		{"white space", []string{text[0] + " ", "Погибли  12 человек.", text[2]}, nil, nil},
		{"a number", []string{text[0], "Погибли 15 человек.", text[2]}, []string{text[1]}, []string{"Погибли 15 человек."}},
		{"a paragraph more", append(slices.Clone(text), "Обновлено число погибших."), nil, []string{"Обновлено число погибших."}},
		{"a paragraph less", text[:2], []string{text[2]}, nil},
		{"another order", []string{text[2], text[0], text[1]}, nil, nil},
		{"two paragraphs of one", []string{"Мост открыли утром", "для всех.", text[1], text[2]}, nil, nil},
		{"a counter", append(slices.Clone(text), "Просмотров: 1 234"), nil, nil},
		{"a counter after the number", append(slices.Clone(text), "12 комментариев"), nil, nil},
		{"a counter in Kazakh", append(slices.Clone(text), "Қаралым саны: 77"), nil, nil},
		{"a counter in English", append(slices.Clone(text), "1,204 people read this article"), nil, nil},
		{"an eye", append(slices.Clone(text), "👁 512"), nil, nil},
		{"a number alone", append(slices.Clone(text), "512"), nil, []string{"512"}},
		{"a percentage alone", append(slices.Clone(text), "12,5 %"), nil, []string{"12,5 %"}},
		{"a number in a list", append(slices.Clone(text), "item:2"), nil, []string{"2"}},
		{"a mark in a list", append(slices.Clone(text), "item:⭐ 5"), nil, []string{"⭐ 5"}},
		{"a number as a heading", append(slices.Clone(text), "heading:❤ 2026"), nil, []string{"❤ 2026"}},
		{"when it was updated", append(slices.Clone(text), "Обновлено: 23.11.2026 14:20"), nil, nil},
		{"a notice", append(slices.Clone(text), "Читайте также: Как строили мост"), nil, nil},
		{"a credit", append(slices.Clone(text), "Фото: акимат области"), nil, nil},
		{"a table", append(slices.Clone(text), "row:1 | 2"), nil, []string{"1 | 2"}},
		{"readers in a sentence", append(slices.Clone(text), "Ролик собрал 1 234 просмотра за час, заявил министр."), nil, []string{"Ролик собрал 1 234 просмотра за час, заявил министр."}},
	} {
		c := Compare(blocksOf(text...), blocksOf(tt.now...), spelling)
		texts := func(blocks []Block) (list []string) {
			for _, b := range blocks {
				list = append(list, b.Text)
			}
			return list
		}
		if gone, came := texts(c.Gone), texts(c.Came); !slices.Equal(gone, tt.gone) || !slices.Equal(came, tt.came) {
			t.Errorf("%s: gone %q, came %q; want %q and %q", tt.name, gone, came, tt.gone, tt.came)
		}
		if c.Any() != (tt.gone != nil || tt.came != nil) {
			t.Errorf("%s: any is %v", tt.name, c.Any())
		}
	}
	if c := Compare([]Block{{Kind: Image, URL: "a"}}, []Block{{Kind: Image, URL: "b"}}, spelling); c.Any() {
		t.Error("another picture is another text")
	}
	long := blocksOf(strings.Repeat("Слово за словом. ", 40))
	if !IsStub(long, blocksOf("Слово за словом.")) || IsStub(long, long) || IsStub(nil, long) {
		t.Error("stubs")
	}
}

func TestClaimed(t *testing.T) {
	page := func(head string) string {
		return `<!doctype html><html lang="ru"><head><title>Мост через реку открыли раньше срока</title>` + head + `</head><body><article><h1>Мост через реку открыли раньше срока</h1>` +
			strings.Repeat("<p>Новый мост открыли утром для всех, и движение по нему идёт в обе стороны, сообщили в акимате области.</p>", 6) + `</article></body></html>`
	}
	link := func(href string) string { return fmt.Sprintf(`<link rel="canonical" href="%s">`, href) }
	og := func(href string) string { return fmt.Sprintf(`<meta property="og:url" content="%s">`, href) }
	const at = "https://m.dala.example/amp/news/2026/bridge-7?utm_source=rss"
	const own = "https://dala.example/news/2026/bridge-7"
	for _, tt := range []struct{ name, at, head, url, canonical string }{
		{"none", at, "", at, ""},
		{"its own", at, link(own), own, own},
		{"relative", at, link("/news/2026/bridge-7"), "https://m.dala.example/news/2026/bridge-7", "https://m.dala.example/news/2026/bridge-7"},
		{"by og:url", at, og(own), own, own},
		{"both", at, og("https://dala.example/other-1") + link(own), own, own},
		{"one rel of several", at, `<link rel="nofollow Canonical" href="` + own + `">`, own, own},
		{"said twice", at, link(own) + link(own), own, own},
		{"two that differ", at, link(own) + link(own+"0"), at, ""},
		{"with a fragment", at, link(own + "#comments"), own, own},
		{"another site", at, link("https://other.example/news/7"), at, "https://other.example/news/7"},
		{"another site under one ending", "https://a.com.kz/news/bridge-7", link("https://b.com.kz/news/bridge-7"), "https://a.com.kz/news/bridge-7", "https://b.com.kz/news/bridge-7"},
		{"a neighbour at one host of blogs", "https://a.blogspot.com/2026/bridge-7", link("https://b.blogspot.com/2026/bridge-7"), "https://a.blogspot.com/2026/bridge-7", "https://b.blogspot.com/2026/bridge-7"},
		{"the front page", at, link("https://dala.example/"), at, ""},
		{"the front page of a language", at, link("https://dala.example/ru/"), at, ""},
		{"the front page, then og:url", at, link("/") + og(own), own, own},
		{"a section above it", "https://dala.example/news/society/bridge-7", link("https://dala.example/news/society"), "https://dala.example/news/society/bridge-7", ""},
		{"a section beside it", "https://dala.example/2026/bridge-7", link("https://dala.example/society"), "https://dala.example/2026/bridge-7", ""},
		{"what it is a form of", "https://dala.example/bridge-7/amp/", link("https://dala.example/bridge-7"), "https://dala.example/bridge-7", "https://dala.example/bridge-7"},
		{"its second page", "https://dala.example/bridge-7/2", link("https://dala.example/bridge-7"), "https://dala.example/bridge-7", "https://dala.example/bridge-7"},
		{"told by a query", "https://dala.example/?p=7", link("https://dala.example/?p=7"), "https://dala.example/?p=7", "https://dala.example/?p=7"},
		{"javascript", at, link("javascript:alert(1)"), at, ""},
		{"data", at, link("data:text/html,x"), at, ""},
		{"with a password", at, link("https://me:secret@dala.example/news/1-a"), at, ""},
		{"no address", at, link("https://%zz/"), at, ""},
		{"empty", at, link(" "), at, ""},
		{"huge", at, link("https://dala.example/" + strings.Repeat("a", 3000)), at, ""},
		{"huge once it is whole", at, link("/" + strings.Repeat("я", 700)), at, ""},
		{"a host of numbers", "http://127.0.0.1:81/amp/bridge-7", link("http://127.0.0.1:81/bridge-7"), "http://127.0.0.1:81/bridge-7", "http://127.0.0.1:81/bridge-7"},
		{"its neighbour", "http://127.0.0.1:81/amp/bridge-7", link("http://127.0.0.1:82/bridge-7"), "http://127.0.0.1:81/amp/bridge-7", "http://127.0.0.1:82/bridge-7"},
	} {
		a, err := NewExtractor(1, 20e9).Extract(t.Context(), []byte(page(tt.head)), "text/html", tt.at)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if a.URL != tt.url || a.Canonical != tt.canonical {
			t.Errorf("%s: at %s, canonical %s; want %s and %s", tt.name, a.URL, a.Canonical, tt.url, tt.canonical)
		}
	}
	inBody := strings.Replace(page(""), "</article>", link(own)+"</article>", 1)
	if a, err := NewExtractor(1, 20e9).Extract(t.Context(), []byte(inBody), "text/html", at); err != nil || a.Canonical != "" {
		t.Errorf("in the body: %q, %v", a.Canonical, err)
	}
}
