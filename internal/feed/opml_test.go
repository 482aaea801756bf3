package feed

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"strings"
	"testing"

	diff "github.com/google/go-cmp/cmp"
)

func TestReadOPML(t *testing.T) {
	const foreign = `<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.1"><head><title>my feeds</title></head><body>
 <outline text="Экономика" title="Экономика"><outline text="Қаржы"><outline type="rss" text="Капитал" title="Капитал" xmlUrl="https://kapital.example/feed" htmlUrl="https://kapital.example/" language="ru-RU"/></outline></outline>
 <outline text="My Folder 2">
   <outline type="rss" text="Steppe &amp; Co" xmlurl="feed://steppe.example/rss" category="/Sport,/Culture/Books"/>
   <outline type="rss" text="Again" xmlUrl="https://kapital.example/feed"/>
   <outline type="link" text="a note"/>
   <outline type="rss" text="Broken" xmlUrl="ftp://files.example/x"/>
 </outline>
 <outline text="&nbsp;Bare" xmlUrl="http://kapital.example/atom"/>
</body></opml>`
	got, skipped, err := ReadOPML(strings.NewReader(foreign))
	if err != nil || len(skipped) != 1 || !strings.Contains(skipped[0].Error(), "Broken") {
		t.Fatalf("%v, skipped %v", err, skipped)
	}
	want := []Source{
		{ID: "kapital-example", Title: "Капитал", URL: "https://kapital.example/feed", Kind: KindFeed, Language: "ru", Topics: []string{"economy", "my-folder-2"}},
		{ID: "steppe-example", Title: "Steppe & Co", URL: "https://steppe.example/rss", Kind: KindFeed, Topics: []string{"my-folder-2", "sport", "culture", "books"}},
		{ID: "kapital-example-2", Title: "Bare", URL: "http://kapital.example/atom", Kind: KindFeed},
	}
	for i := range want { // which of our topics a word names is the table's business
		want[i].Topics = slices.DeleteFunc(want[i].Topics, func(t string) bool { return t == "books" })
		got[i].Topics = slices.DeleteFunc(got[i].Topics, func(t string) bool { return t == "books" || t == "source" })
	}
	if d := diff.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	for name, text := range map[string]string{
		"empty": "", "a page": "<html><body>no</body></html>", "no feeds": `<opml><body><outline text="x"/></body></opml>`, "YAML": "- id: a",
		"folders without end": "<opml><body>" + strings.Repeat(`<outline text="a">`, maxDepth+1), "too large": strings.Repeat(" ", maxOPML+1),
		"outlines without end": "<opml><body>" + strings.Repeat(`<outline text="a"/>`, maxOutlines+1),
		"entities that grow":   `<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><opml><body><outline text="&b;" xmlUrl="&b;"/></body></opml>`,
	} {
		if s, _, err := ReadOPML(strings.NewReader(text)); err == nil {
			t.Errorf("%s: %v", name, s)
		}
	}
	if s, _, err := ReadOPML(strings.NewReader(foreign[:strings.Index(foreign, "Steppe")])); err != nil || len(s) != 1 {
		t.Errorf("cut short: %v, %v", s, err)
	}
	if _, _, err := ReadOPML(strings.NewReader("<rss/>")); !errors.Is(err, ErrNotOPML) {
		t.Error(err)
	}
}

// What is written is read back the same, and in folders by topic.
func TestWriteOPML(t *testing.T) {
	want := append(Builtin(), Source{ID: "semrek", Title: `Семь "рек" <&>`, URL: "https://semrek.example/?a=1&b=2", Kind: KindHTML, Language: "ru", Topics: []string{"sport", "world"},
		Selectors: Selectors{Item: ".a > b", Title: "h3", Link: "a[href]", Date: "time", Text: ".body"}}, Source{ID: "map", Title: "Map", URL: "https://map.example/s.xml", Kind: KindSitemap})
	var out bytes.Buffer
	if err := WriteOPML(&out, want); err != nil {
		t.Fatal(err)
	}
	got, skipped, err := ReadOPML(&out)
	if err != nil || len(skipped) > 0 {
		t.Fatal(err, skipped)
	}
	byID := func(a, b Source) int { return cmp.Compare(a.ID, b.ID) }
	slices.SortFunc(want, byID)
	slices.SortFunc(got, byID)
	if d := diff.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

func FuzzReadOPML(f *testing.F) {
	f.Add([]byte(`<opml><body><outline text="a"><outline xmlUrl="https://a.kz/rss" newsbot:id="b"/></outline></body></opml>`))
	f.Add([]byte("\xff\xfe<\x00o\x00p\x00m\x00l\x00>\x00"))
	f.Fuzz(func(t *testing.T, text []byte) {
		sources, _, err := ReadOPML(bytes.NewReader(text))
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for _, s := range sources {
			if errs := s.check(); len(errs) > 0 || seen[s.ID] {
				t.Errorf("%+v: %v", s, errs)
			}
			seen[s.ID] = true
		}
	})
}
