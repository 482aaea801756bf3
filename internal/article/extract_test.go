package article

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
)

func page(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "extract", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func newExtractor() *Extractor {
	e := NewExtractor(2, 30*time.Second)
	e.Zone = time.FixedZone("", 5*3600)
	return e
}

func TestExtractGolden(t *testing.T) {
	for _, name := range []string{"news", "kazakh", "jsonld-only", "structure"} {
		t.Run(name, func(t *testing.T) {
			a, err := newExtractor().Extract(t.Context(), page(t, name+".html"), "text/html", "https://vesti.example/news/1")
			if err != nil {
				t.Fatal(err)
			}
			raw, err := json.MarshalIndent(a, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "extract/"+name+".golden", string(raw)+"\n")
		})
	}
}

// TestExtractShort reads notes of a sentence or two, of which readers of pages make little.
func TestExtractShort(t *testing.T) {
	const menu, footer = `<nav><a href="/">Басты</a></nav>`, `<footer>© 2026</footer>`
	one, two := "Бүгін қалада жаңа саябақ ашылды.", "Саябақта екі жүз ағаш отырғызылды."
	for _, tt := range []struct{ name, body, want string }{
		{"one paragraph", "<article><h1>Саябақ</h1><p>" + one + "</p></article>", one},
		{"two paragraphs", "<main><h1>Саябақ</h1><p>" + one + "</p><p>" + two + "</p></main>", one + "\n\n" + two},
		{"no paragraphs", `<div class="article-body"><div>` + one + " " + one + "</div><div>" + two + "</div></div>", one + " " + one + "\n\n" + two},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body := "<html><head><title>Саябақ</title></head><body>" + menu + tt.body + footer + "</body></html>"
			a, err := newExtractor().Extract(t.Context(), []byte(body), "text/html", "https://a.example/1")
			if err != nil || a.Title != "Саябақ" || a.Text() != tt.want {
				t.Errorf("%q, %q, %v", a.Title, a.Text(), err)
			}
		})
	}
}

// TestExtractText reads pages whose elements say little of what is the article's text.
func TestExtractText(t *testing.T) {
	text := []string{
		"Движение по мосту через Иртыш открыли в понедельник утром, сообщает городской акимат. Ремонт продолжался два года и обошёлся бюджету в 4,2 млрд тенге.",
		"По словам главного инженера проекта, мост рассчитан на шестьдесят лет службы и выдержит нагрузку в двенадцать баллов. «Мы сделали всё, что обещали», — сказал он.",
		"На мосту появились две дополнительные полосы, велодорожка и новое освещение. Скорость ограничили до шестидесяти километров в час.",
		"В акимате добавили, что осенью начнётся ремонт подъездной дороги. На него выделят ещё восемьсот миллионов тенге.",
	}
	const (
		remarks = "<p>Наконец-то достроили, а то стояли в пробках по два часа каждый день, спасибо строителям!</p><p>А у нас во дворе до сих пор фонарь не горит, напишите лучше об этом.</p>"
		aside   = "<p>Прогноз погоды на неделю: в Алматы обещают дождь и ветер до пятнадцати метров в секунду.</p><p>В Шымкенте открыли новый театр, на премьеру пришли шестьсот зрителей.</p>"
	)
	elements, breaks := "<p>"+strings.Join(text, "</p><p>")+"</p>", strings.Join(text, "<br><br>")
	for _, tt := range []struct{ name, body string }{
		{"breaks in a div", "<div>" + breaks + "</div>"},
		{"breaks in a paragraph", "<div><p>" + strings.Join(text, "<br />\n<br />\n<br />") + "</p></div>"},
		{"breaks in a cell", "<table><tr><td>" + strings.Join(text, "<br>&nbsp;<br>") + "</td></tr></table>"},
		{"breaks in a span", `<div><span style="font-size:12pt">` + breaks + "</span></div>"},
		{"breaks in a span of a paragraph", "<p><b><span>" + breaks + "</span></b></p>"},
		{"breaks around a picture", "<div><b>" + text[0] + `</b><br><br><img src="/a.jpg"><br><br>` + strings.Join(text[1:], "<br><br>") + "</div>"},
		{"comments and a column by class", `<div class="news-text">` + elements + `</div><div class="comments">` + remarks + `</div><div class="sidebar">` + aside + "</div>"},
		{"comments and a column by heading", "<div><div>" + elements + "</div><div><h3>Комментарии (2)</h3>" + remarks + "</div></div><div><b>Читают сейчас:</b>" + aside + "</div>"},
		{"comments inside the article", "<article><div>" + elements + "</div><section><h4>Пікірлер</h4>" + remarks + "</section></article>"},
		{"other stories in the midst of the text", "<div><p>" + text[0] + "</p><p>" + text[1] + `</p><b>Материалы по теме:</b><ul><li><a href="/x">Мост через Или тоже закроют</a></li></ul><p>` + text[2] + "</p><p>" + text[3] + "</p></div>"},
		{"a column before the article", "<div><h3>Популярное</h3>" + strings.Repeat(`<a href="/x">О погоде</a>`, 3) + "<div><h1>Мост открыли</h1>" + elements + "</div></div>"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body := `<html><head><title>Мост открыли</title></head><body><div><a href="/">Главная</a> / <a href="/s">Спорт</a></div><h1>Мост открыли</h1>` + tt.body + "<div>© 2026</div></body></html>"
			a, err := newExtractor().Extract(t.Context(), []byte(body), "text/html", "https://a.example/1")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(text, strings.Split(a.Text(), "\n\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestExtractCharset(t *testing.T) {
	want, err := newExtractor().Extract(t.Context(), page(t, "news.html"), "", "https://vesti.example/news/1")
	if err != nil {
		t.Fatal(err)
	}
	body, err := charmap.Windows1251.NewEncoder().Bytes(page(t, "news.html")) // still says that it is UTF-8
	if err != nil {
		t.Fatal(err)
	}
	got, err := newExtractor().Extract(t.Context(), body, "text/html; charset=utf-8", "https://vesti.example/news/1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestExtractRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, contentType, body string
		want                    error
	}{
		{"empty", "text/html", "", ErrNoText},
		{"no text", "text/html", "<html><body><script>x()</script><img src=a></body></html>", ErrNoText},
		{"a picture", "image/jpeg", "\xff\xd8\xff", ErrNotHTML},
		{"a PDF", "application/pdf", "%PDF-1.7", ErrNotHTML},
		{"binary called HTML", "text/html", "\x89PNG\r\n\x1a\n\x00\x00\x00", ErrNotHTML},
		{"too many elements", "text/html", strings.Repeat("<p></p>", maxElements+1), ErrTooComplex},
		{"too deep", "text/html", strings.Repeat("<b>", 50_000), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, err := newExtractor().Extract(t.Context(), []byte(tt.body), tt.contentType, "https://a.example/1?key=secret")
			if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("%v (%+v)", err, a)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the error shows the query: %v", err)
			}
		})
	}
}

// TestExtractGivesUp fills every place with pages that take long and asks for another.
func TestExtractGivesUp(t *testing.T) {
	slow := []byte("<html><body>" + strings.Repeat("<p>Слово и дело, дело и слово, и снова слово.</p>", 12_000) + "</body></html>")
	e := NewExtractor(1, time.Millisecond)
	if _, err := e.Extract(t.Context(), slow, "", "https://a.example/1"); !errors.Is(err, ErrTimeout) {
		t.Fatalf("%v", err)
	}
	if _, err := e.Extract(t.Context(), page(t, "news.html"), "", "https://a.example/2"); !errors.Is(err, ErrBusy) {
		t.Fatalf("%v", err)
	}
	e.slots <- struct{}{} // free only when the slow page has ended
	<-e.slots
	e.limit = time.Minute
	if _, err := e.Extract(t.Context(), page(t, "news.html"), "", "https://a.example/2"); err != nil {
		t.Fatalf("the place was not given back: %v", err)
	}
}

func TestExtractCallerGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := NewExtractor(1, time.Hour)
		e.slots <- struct{}{}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := e.Extract(ctx, nil, "", ""); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrBusy) {
			t.Errorf("%v", err)
		}
	})
}

func TestExtractPlaces(t *testing.T) {
	e := newExtractor()
	done := make(chan error)
	for i := range 6 {
		go func() {
			_, err := e.Extract(t.Context(), page(t, "news.html"), "", fmt.Sprintf("https://a.example/%d", i))
			done <- err
		}()
	}
	for range 6 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestFromHTML(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		want     []Block
	}{
		{"empty", "", nil},
		{"plain text", "one\ntwo", []Block{{Kind: Paragraph, Text: "one two"}}},
		{"plain paragraphs", "one &amp; two\r\n\r\nthree\nfour\n\n\n", []Block{{Kind: Paragraph, Text: "one & two"}, {Kind: Paragraph, Text: "three four"}}},
		{"entities", "a &amp; b &lt;c&gt;&nbsp;d", []Block{{Kind: Paragraph, Text: "a & b <c>\u00a0d"}}},
		{"breaks", "a<br>b<br><br>c", []Block{{Kind: Paragraph, Text: "a\nb"}, {Kind: Paragraph, Text: "c"}}},
		{"unclosed", "<p>a<p>b<b>c", []Block{{Kind: Paragraph, Text: "a"}, {Kind: Paragraph, Text: "bc"}}},
		{"nested list", "<ul><li>a<ul><li>b</li></ul></li></ul>", []Block{{Kind: ListItem, Text: "a"}, {Kind: ListItem, Text: "b"}}},
		{"layout table", "<table><tr><td><p>a</p><p>b</p></td></tr></table>", []Block{{Kind: Paragraph, Text: "a"}, {Kind: Paragraph, Text: "b"}}},
		{"data table", "<table><tbody><tr><th>a</th><td>b\nc</td></tr></tbody></table>", []Block{{Kind: TableRow, Text: "a | b c"}}},
		{"picture and caption", `<figure><img src="//i.example/1.jpg" alt="no"><figcaption>yes</figcaption></figure>`, []Block{{Kind: Image, Text: "yes", URL: "https://i.example/1.jpg"}}},
		{"late picture", `<img src="data:x" data-src="/1.jpg" alt="a">`, []Block{{Kind: Image, Text: "a", URL: "https://a.example/1.jpg"}}},
		{"counting picture", `<img src="/c.gif" width="1" height="1">x`, []Block{{Kind: Paragraph, Text: "x"}}},
		{"scripts", "<script>alert(1)</script><style>x</style><p onclick=x()>a</p><iframe src=x>b</iframe>", []Block{{Kind: Paragraph, Text: "a"}}},
		{"quote", "<blockquote>a<p>b</p></blockquote>", []Block{{Kind: Quote, Text: "a"}, {Kind: Quote, Text: "b"}}},
		{"preformatted", "<pre>a\n  b</pre>", []Block{{Kind: Paragraph, Text: "a\nb"}}},
		{"script address", `<img src="javascript:alert(1)">`, nil},
		{"inline between blocks", "a <i>b</i><p>c</p>d", []Block{{Kind: Paragraph, Text: "a b"}, {Kind: Paragraph, Text: "c"}, {Kind: Paragraph, Text: "d"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, FromHTML(tt.in, "https://a.example/x")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTidy(t *testing.T) {
	p := func(s ...string) (out []Block) {
		for _, x := range s {
			out = append(out, Block{Kind: Paragraph, Text: x})
		}
		return out
	}
	long := "Подписывайтесь под каждым словом, сказал он, " + strings.Repeat("и продолжил говорить ещё долго, ", 10) + "пока не стемнело."
	for _, tt := range []struct {
		name     string
		in, want []Block
	}{
		{"title repeated", p("Title", "a"), p("a")},
		{"notices", p("a", "Читайте также: б", "Оқи отырыңыз: в", "▶ Read also: г", "Реклама", "b"), p("a", "b")},
		{"an article about advertising", p("Реклама на улицах подорожает", "Читателей стало больше"), p("Реклама на улицах подорожает", "Читателей стало больше")},
		{"a long paragraph is no notice", p(long), p(long)},
		{"list under a notice", append(p("a", "Читайте также:"), Block{Kind: ListItem, Text: "б"}, Block{Kind: ListItem, Text: "в"}), p("a")},
		{"list of the article", []Block{{Kind: ListItem, Text: "б"}}, []Block{{Kind: ListItem, Text: "б"}}},
		{"glued", p("a", "Конец.Наши новости теперь в мессенджере! Подписывайтесь"), p("a", "Конец.")},
		{"repeated line", p("a", "a", "b"), p("a", "b")},
		{"title spaced otherwise, after a path", p("/ ›", "\u00a0TITLE.", "a"), p("a")},
		{"last heading", append(p("a"), Block{Kind: Heading, Text: "Популярное"}), p("a")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tidy(tt.in, "Title")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestExtractTitle reads pages whose headline is not where it should be.
func TestExtractTitle(t *testing.T) {
	const text = "<p>Движение открыли утром, сообщили дорожники, и предупредили о гололёде.</p>"
	for _, tt := range []struct{ name, page, want string }{
		{"h1 never closed", "<title>Мост открыли</title><h1>Мост<div>" + strings.Repeat(text, 4) + "</div>", "Мост открыли"},
		{"h1 is the site's name", "<title>Мост открыли | Vesti</title><h1>VESTI</h1>" + text, "Мост открыли"},
		{"escaped twice", "<title>Q&amp;amp;A: мост</title>" + text, "Q&A: мост"},
		{"h1 before title", "<title>Вести: все новости</title><h1>Мост открыли</h1>" + text, "Мост открыли"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, err := newExtractor().Extract(t.Context(), []byte(tt.page), "", "https://www.vesti.example/1")
			if err != nil || a.Title != tt.want {
				t.Errorf("%q, %v", a.Title, err)
			}
		})
	}
}

// TestExtractKeepsBoldWords reads a paragraph that begins as a heading of other stories does.
func TestExtractKeepsBoldWords(t *testing.T) {
	text := strings.Repeat("Дорогу открыли утром, сообщили дорожники, и предупредили о гололёде на перевале. ", 4)
	const last = "Популярное направление закрыли на ремонт до весны, объезд идёт через соседний район и занимает два часа."
	body := "<article><p>" + text + "</p><p><b>Популярное</b>" + strings.TrimPrefix(last, "Популярное") + "</p></article>"
	a, err := newExtractor().Extract(t.Context(), []byte(body), "", "https://a.example/1")
	if err != nil || !strings.HasSuffix(a.Text(), last) {
		t.Errorf("%q, %v", a.Text(), err)
	}
}

func TestWithoutSite(t *testing.T) {
	for _, tt := range []struct{ title, site, host, want string }{
		{"Мост открыт | NUR.KZ", "", "www.nur.kz", "Мост открыт"},
		{"Мост открыт - Tengri News", "", "tengrinews.kz", "Мост открыт"},
		{"Мост открыт — Власть", "Власть", "vlast.kz", "Мост открыт"},
		{"Кайрат - Актобе", "Власть", "vlast.kz", "Кайрат - Актобе"},
		{"NUR.KZ", "", "nur.kz", "NUR.KZ"},
		{"", "", "", ""},
	} {
		if got := withoutSite(tt.title, tt.site, tt.host); got != tt.want {
			t.Errorf("%q: %q", tt.title, got)
		}
	}
}

func TestShownTitle(t *testing.T) {
	for _, tt := range []struct{ name, title, body, want string }{
		{"site and motto", "Дорогу через перевал открыли — движение по часам - Семь рек - Новости края", "<div>Дорогу через перевал открыли — движение по часам</div>", "Дорогу через перевал открыли — движение по часам"},
		{"the whole is shown", "Дорогу через перевал открыли - движение по часам", "<i>Дорогу через перевал открыли</i><h2>Дорогу через перевал открыли - движение по часам</h2>", "Дорогу через перевал открыли - движение по часам"},
		{"a link is no headline", "Дорогу через перевал открыли - движение по часам", "<a>Дорогу через перевал открыли</a>", "Дорогу через перевал открыли - движение по часам"},
		{"too short", "Кайрат - Актобе - 2:1", "<b>Кайрат</b>", "Кайрат - Актобе - 2:1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body := "<html><head><title>" + tt.title + "</title></head><body>" + tt.body + "<p>Движение открыли утром, сообщили дорожники, и предупредили о гололёде.</p></body></html>"
			a, err := newExtractor().Extract(t.Context(), []byte(body), "", "https://a.example/1")
			if err != nil || a.Title != tt.want {
				t.Errorf("%q, %v", a.Title, err)
			}
		})
	}
}

func FuzzFromHTML(f *testing.F) {
	for _, s := range []string{"<p>a<br><br>b</p>", "<table><tr><td>a<table><tr><td>b", "<ul><li><blockquote><h1>x<img src=//a.example/1 srcset=', '>", "<figure><amp-img><figcaption>", "<pre>\x00\xff</pre><!--", "<svg><title>x</title></svg><math><mi>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, b := range FromHTML(s, "https://a.example/x") {
			if b.Text != clean(b.Text) || b.Kind != Image && b.Text == "" || b.Kind == Image && !strings.HasPrefix(b.URL, "http") {
				t.Errorf("%+v", b)
			}
		}
	})
}

func BenchmarkExtract(b *testing.B) {
	e, body := newExtractor(), page(b, "news.html")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Extract(b.Context(), body, "text/html", "https://vesti.example/news/1"); err != nil {
			b.Fatal(err)
		}
	}
}
