package feed

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBuiltinRoundTrip(t *testing.T) {
	sources := Builtin()
	if len(sources) < 15 {
		t.Fatalf("only %d built-in sources", len(sources))
	}
	byLanguage := map[string]int{}
	for _, s := range sources {
		byLanguage[s.Language]++
		if s.Kind != KindFeed || s.Title == "" || len(s.Topics) == 0 {
			t.Errorf("%s is incomplete: %+v", s.ID, s)
		}
	}
	for _, l := range languages {
		if byLanguage[l] < 3 {
			t.Errorf("%d sources in %s", byLanguage[l], l)
		}
	}
	sources = append(sources, Source{ID: "list", Title: "A: \"list\" #1", URL: "http://127.0.0.1:8/x?a=1&b=2", Kind: KindHTML,
		Selectors: Selectors{Item: "div.news > a[href^='/']", Title: "h3", Date: "span.date[title]"}})
	var b bytes.Buffer
	if err := WriteSources(&b, sources); err != nil {
		t.Fatal(err)
	}
	again, err := ReadSources(&b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sources, again); diff != "" {
		t.Error(diff)
	}
}

func TestReadSourcesMistakes(t *testing.T) {
	const file = `- id: good
  url: https://good.example/rss
- id: Bad_ID
  url: ftp://example.org/x
  kind: atom
  language: kz
- id: list
  url: https://list.example/
  kind: html
  selectors: {item: "div[["}
- id: good
  url: https://other.example/
  topics: ["Sport News"]
- id: typo
  url: https://typo.example/
  languge: ru
- id: wrong
  url: https://wrong.example/
  topics: sport
- url: https://nameless.example/
`
	_, err := ReadSources(strings.NewReader(file))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		`line 3: source "Bad_ID": id must be`,
		`line 3: source "Bad_ID": url must be`,
		`line 3: source "Bad_ID": kind must be`,
		`line 3: source "Bad_ID": language must be kk, ru or en, or left out (kz is the country`,
		`line 7: source "list": selectors: item "div[["`,
		`line 11: source "good": the id is taken by the source in line 1`,
		`line 11: source "good": topic "Sport News"`,
		`line 16: source "typo"`,
		`unknown field "languge"`,
		`line 19: source "wrong"`,
		`line 20: id is required`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("missing: %s", want)
		}
	}
	if t.Failed() {
		t.Logf("got:\n%v", err)
	}
}

func TestReadSourcesShape(t *testing.T) {
	for name, text := range map[string]string{
		"empty":    "",
		"comment":  "# nothing yet\n",
		"no list":  "id: x\nurl: https://x.example/\n",
		"not YAML": "- {id: x",
		"scalars":  "- one\n- two\n",
		"too big":  strings.Repeat("#", maxSourcesFile+1),
	} {
		t.Run(name, func(t *testing.T) {
			if s, err := ReadSources(strings.NewReader(text)); err == nil {
				t.Errorf("no error, but %v", s)
			} else if strings.Count(err.Error(), "\n") > 3 {
				t.Logf("long error: %v", err)
			}
		})
	}
}

func TestReadSourcesDefaults(t *testing.T) {
	got, err := ReadSources(strings.NewReader("- id: a\n  url: https://a.example/feed\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Source{{ID: "a", Title: "a", URL: "https://a.example/feed", Kind: KindFeed}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
