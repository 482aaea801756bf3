package article

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFromFeed(t *testing.T) {
	for _, tt := range []struct {
		name, content string
		want          []string
		whole         bool
	}{
		{"a text", ps(uglyRussian), uglyRussian, true},
		{"a text and a signature", ps(uglyEnglish) + `<p>The post <a href="/1">Bridge opens</a> appeared first on <a href="/">Dala News</a>.</p>`, uglyEnglish, true},
		{"a text and a Russian signature", ps(uglyRussian) + `<p>Сообщение <a href="/1">Мост открыли</a> появились сначала на <a href="/">Dala News</a>.</p>`, uglyRussian, true},
		{"a text and other stories", ps(uglyKazakh[:3]) + `<p>Оқи отырыңыз: <a href="/1">Семейде мектеп ашылды</a></p>` + ps(uglyKazakh[3:]), uglyKazakh, true},
		{"a text with its title", "<h2>Мост открыли</h2>" + ps(uglyRussian), uglyRussian, true},
		{"a teaser", "<p>" + uglyRussian[0] + " […]</p>", []string{uglyRussian[0] + " […]"}, false},
		{"a teaser with a link", ps(uglyEnglish[:1]) + `<p><a href="/1">Continue reading</a></p>`, []string{uglyEnglish[0], "Continue reading"}, false},
		{"nothing", "", nil, false},
		{"a picture", `<img src="/1.jpg">`, nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			blocks, whole := FromFeed(tt.content, "https://dala.example/1", "Мост открыли")
			var got []string
			if text := (Article{Blocks: blocks}).Text(); text != "" {
				got = strings.Split(text, "\n\n")
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || whole != tt.whole {
				t.Errorf("whole %v\n%s", whole, diff)
			}
		})
	}
}

// TestExtractPinned reads a page whose source says where its text is.
func TestExtractPinned(t *testing.T) {
	page := []byte(uglyPage("ru", "Мост открыли", `<article><h1>Мост открыли</h1>`+ps(uglyRussian[:2])+`</article><div class="second-part"><p>Реклама</p>`+ps(uglyRussian[2:])+`</div>`))
	for _, tt := range []struct {
		name, selector string
		want           []string
	}{
		{"one element", ".second-part", uglyRussian[2:]},
		{"two elements, in their order", "article, .second-part", uglyRussian},
		{"an element in an element", ".second-part, .second-part p", uglyRussian[2:]},
		{"no element: the page was rebuilt", ".story", uglyRussian[:2]},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, err := newExtractor().ExtractPinned(t.Context(), page, "text/html", "https://dala.example/news/1", tt.selector)
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Split(a.Text(), "\n\n")
			if tt.selector == ".story" {
				got = got[:2] // what the readings make of it is not this test's
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || a.Title != "Мост открыли" {
				t.Errorf("%q\n%s", a.Title, diff)
			}
		})
	}
	if _, err := newExtractor().ExtractPinned(t.Context(), page, "", "https://dala.example/news/1", "p:::"); err == nil {
		t.Error("a broken selector was taken")
	}
}
