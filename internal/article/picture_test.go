package article

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestLeadCaption(t *testing.T) {
	const image = "https://cdn.example.kz/2026/04/bridge-ili-1200x630.jpg"
	text := strings.Repeat("<p>Мост через Или открыли для движения в понедельник утром, сообщили в дорожной службе области.</p>\n", 8)
	page := func(head, above string) string {
		return `<!doctype html><html lang="ru"><head><title>Мост через Или открыт</title><meta property="og:title" content="Мост через Или открыт">
<meta property="og:image" content="` + image + `">` + head + `</head><body><header><a href="/">Газета</a></header><main><article><h1>Мост через Или открыт</h1>` + above + text + `</article></main></body></html>`
	}
	for _, tt := range []struct{ name, head, above, want string }{
		{"figure", "", `<figure><img src="/2026/04/bridge-ili-800x400.jpg" alt="bridge"><figcaption>Первая колонна машин. <i>Фото: А. Ким</i></figcaption></figure>`, "Первая колонна машин. Фото: А. Ким"},
		{"a line under it", "", `<div class="lead"><div><img src="https://cdn.example.kz/2026/04/bridge-ili.webp"></div><p class="photo-credit">Фото: пресс-служба акимата</p></div>`, "Фото: пресс-служба акимата"},
		{"its description", "", `<img src="` + image + `" alt="Машины на новом мосту">`, "Машины на новом мосту"},
		{"the page's data", `<script type="application/ld+json">{"@type":"NewsArticle","headline":"Мост через Или открыт","image":{"@type":"ImageObject","url":"` + image + `","caption":"Мост на рассвете"}}</script>`, "", "Мост на рассвете"},
		{"og:image:alt", `<meta property="og:image:alt" content="Мост с воздуха">`, "", "Мост с воздуха"},
		{"the title once more", `<meta property="og:image:alt" content="Мост через Или">`, `<img src="` + image + `" alt="Мост через Или открыт">`, ""},
		{"a file's name", "", `<figure><img src="` + image + `"><figcaption>IMG_2034.jpg</figcaption></figure>`, ""},
		{"another picture", "", `<figure><img src="/2026/04/dam-kapchagay.jpg"><figcaption>Плотина Капчагайской ГЭС</figcaption></figure>`, ""},
		{"the text of a gallery", "", `<figure><img src="` + image + `"><figcaption>` + strings.Repeat("Очень длинный рассказ о мосте. ", 20) + `</figcaption></figure>`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, err := NewExtractor(1, 10*time.Second).Extract(t.Context(), []byte(page(tt.head, tt.above)), "text/html; charset=utf-8", "https://cdn.example.kz/news/1")
			if err != nil {
				t.Fatal(err)
			}
			if a.Image != image {
				t.Fatalf("the picture is %q", a.Image)
			}
			if got := Caption(a.Blocks, a.Image); got != tt.want {
				t.Errorf("caption %q, want %q", got, tt.want)
			}
			if strings.Contains(a.Text(), tt.want) && tt.want != "" {
				t.Errorf("the caption is in the text, too:\n%s", a.Text())
			}
			if n := strings.Count(a.Text(), "Мост через Или открыли"); n == 0 {
				t.Error("the text is gone")
			}
		})
	}
}

func TestSamePicture(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"https://a.kz/x/photo-of-lake.jpg", "https://a.kz/x/photo-of-lake.jpg", true},
		{"https://a.kz/x/photo-of-lake.jpg?w=300", "https://cdn.a.kz/y/photo-of-lake-300x200.webp", true},
		{"https://a.kz/x/lake_shore_thumb.jpg", "https://a.kz/x/lake_shore-1024x768@2x.jpg", true},
		{"https://a.kz/x/1.jpg", "https://a.kz/y/1.jpg", false}, // numbers of galleries
		{"https://a.kz/x/photo-of-lake.jpg", "https://a.kz/x/photo-of-hill.jpg", false},
		{"", "", false},
	} {
		t.Run(fmt.Sprint(tt.a, " ", tt.b), func(t *testing.T) {
			if got := samePicture(tt.a, tt.b); got != tt.want {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}
