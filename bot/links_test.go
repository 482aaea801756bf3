package bot

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"newsbot/internal/locale"
	"newsbot/internal/outbox"
)

func TestParseLinks(t *testing.T) {
	site := outbox.Button{Text: "Толығырақ", URL: "https://qazaqstan.example/news/1"}
	for _, c := range []struct {
		name, text string
		want       [][]outbox.Button
	}{
		{"one", "Толығырақ — https://qazaqstan.example/news/1", [][]outbox.Button{{site}}},
		{"with a hyphen", "Толығырақ - https://qazaqstan.example/news/1", [][]outbox.Button{{site}}},
		{"with a colon", "Толығырақ: https://qazaqstan.example/news/1", [][]outbox.Button{{site}}},
		{"with nothing", "Толығырақ https://qazaqstan.example/news/1", [][]outbox.Button{{site}}},
		{"without a scheme", "Толығырақ — qazaqstan.example/news/1", [][]outbox.Button{{site}}},
		{"a line each", "Толығырақ — https://qazaqstan.example/news/1\n\nСайт — kz.example\r\n", [][]outbox.Button{{site}, {{Text: "Сайт", URL: "https://kz.example"}}}},
		{"in a row", "Толығырақ — https://qazaqstan.example/news/1 | Сайт — kz.example", [][]outbox.Button{{site, {Text: "Сайт", URL: "https://kz.example"}}}},
		{"a dash in the text", "Астана — Алматы: поезд — https://kz.example/train?a=1&b=2", [][]outbox.Button{{{Text: "Астана — Алматы: поезд", URL: "https://kz.example/train?a=1&b=2"}}}},
		{"a chat of Telegram", "Чат — tg://resolve?domain=newsroom", [][]outbox.Button{{{Text: "Чат", URL: "tg://resolve?domain=newsroom"}}}},
		{"a host in Cyrillic", "Сайт — https://қаз.example/жаңалық", [][]outbox.Button{{{Text: "Сайт", URL: "https://қаз.example/жаңалық"}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := parseLinks(c.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			again, err := parseLinks(formatLinks(got))
			if err != nil || !cmp.Equal(again, got) {
				t.Errorf("what is shown to be changed is read as %v, %v", again, err)
			}
		})
	}
}

func TestParseLinksRefuses(t *testing.T) {
	link := "a — https://a.example"
	for _, c := range []struct {
		name, text, problem string
		line                int
	}{
		{"nothing", " \n ", "none", 1},
		{"an empty place in a row", link + " | ", "none", 1},
		{"no address", "Read more", "address", 1},
		{"the second line has none", link + "\nRead more", "address", 2},
		{"a script", "Read — javascript://alert.example/%0a1", "address", 1},
		{"a file", "Read — file:///etc/passwd", "address", 1},
		{"no host", "Read — https:///path", "address", 1},
		{"a machine's own name", "Read — http://localhost:8080/", "address", 1},
		{"a password", "Read — https://me:secret@a.example/", "address", 1},
		{"no text", "https://a.example", "label", 1},
		{"only a dash", "— https://a.example", "label", 1},
		{"a long text", strings.Repeat("я", 65) + " — https://a.example", "label_long", 1},
		{"a long address", "a — https://a.example/" + strings.Repeat("x", 2048), "address_long", 1},
		{"nine in a row", strings.Repeat(link+" | ", 8) + link, "row", 1},
		{"twenty-one rows", strings.Repeat(link+"\n", 21), "rows", 21},
	} {
		t.Run(c.name, func(t *testing.T) {
			rows, err := parseLinks(c.text)
			var e *linkError
			if !errors.As(err, &e) {
				t.Fatalf("got %v, %v", rows, err)
			}
			if e.problem != c.problem || e.line != c.line {
				t.Errorf("%s in line %d, want %s in %d", e.problem, e.line, c.problem, c.line)
			}
			if !locale.Has("links." + e.problem) {
				t.Errorf("there are no words for %s", e.problem)
			}
		})
	}
}

func FuzzParseLinks(f *testing.F) {
	f.Add("Толығырақ — https://qazaqstan.example/news/1 | b — c.example\nd: tg://x")
	f.Add("a | b\n|")
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := parseLinks(text)
		if err != nil {
			return
		}
		for _, row := range rows {
			for _, b := range row {
				if b.Text == "" || b.URL == "" || b.Data != "" || len(row) > maxLinkRow {
					t.Fatalf("%q gives %+v", text, b)
				}
			}
		}
		again, err := parseLinks(formatLinks(rows))
		if err != nil || !cmp.Equal(again, rows) {
			t.Fatalf("%q gives %v, and that %v, %v", text, rows, again, err)
		}
	})
}
