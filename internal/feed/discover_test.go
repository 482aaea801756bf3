package feed

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestDiscover(t *testing.T) {
	const rss = `<rss><channel><title>Дала</title><item><title>Жаңалық</title><link>/1</link><category>Sport</category></item></channel></rss>`
	const sitemap = `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://example.com/1</loc><news:news><news:title>Новость</news:title></news:news></url></urlset>`
	const index = `<sitemapindex><sitemap><loc>/part.xml</loc></sitemap></sitemapindex>`
	page := func(head, body string) string {
		return `<!DOCTYPE html><html><head><title>Сайт</title>` + head + `</head><body>` + body + `</body></html>`
	}
	for _, c := range []struct {
		name  string
		pages map[string]string
		ask   string
		path  string // of what is found; empty: nothing
		kind  Kind
	}{
		{"the feed itself", map[string]string{"/rss.php": rss}, "/rss.php", "/rss.php", KindFeed},
		{"a sitemap itself", map[string]string{"/map.xml": sitemap}, "/map.xml", "/map.xml", KindSitemap},
		{"declared", map[string]string{"/": page(`<link rel="alternate" type="application/rss+xml" href="export/news">`, ""), "/export/news": rss}, "/", "/export/news", KindFeed},
		{"not that of comments", map[string]string{"/": page(`<link rel=alternate type="application/rss+xml" href="/comments/feed/"><link rel="ALTERNATE" type="application/atom+xml; charset=utf-8" href="/a">`, ""),
			"/comments/feed/": rss, "/a": rss}, "/", "/a", KindFeed},
		{"declared and broken, then linked", map[string]string{"/": page(`<link rel="alternate" type="application/rss+xml" href="/gone">`, `<a href="/about">о нас</a><a href="/export.rss">RSS</a>`), "/export.rss": rss}, "/", "/export.rss", KindFeed},
		{"a usual place", map[string]string{"/about": page("", ""), "/rss.xml": rss}, "/about", "/rss.xml", KindFeed},
		{"a sitemap at the last", map[string]string{"/": page("", ""), "/news-sitemap.xml": sitemap}, "/", "/news-sitemap.xml", KindSitemap},
		{"a sitemap that robots.txt names", map[string]string{"/": page("", ""), "/robots.txt": "User-agent: *\nDisallow: /admin\n\nSitemap: HOST/map.xml\r\nsitemap:/export/news.xml\n", "/export/news.xml": sitemap}, "/", "/export/news.xml", KindSitemap},
		{"an index that robots.txt names", map[string]string{"/": page("", ""), "/robots.txt": "Sitemap: HOST/index.xml", "/index.xml": index, "/part.xml": sitemap}, "/", "/index.xml", KindSitemap},
		{"an index itself", map[string]string{"/sitemap/index.xml": index, "/part.xml": sitemap}, "/sitemap/index.xml", "/sitemap/index.xml", KindSitemap},
		{"a feed before sitemaps", map[string]string{"/": page("", ""), "/robots.txt": "Sitemap: HOST/news.xml", "/news.xml": sitemap, "/feed.xml": rss}, "/", "/feed.xml", KindFeed},
		{"sitemaps without news", map[string]string{"/": page("", ""), "/robots.txt": strings.Repeat("Sitemap: HOST/pages.xml\nSitemap: /%zz\nSitemap: ftp://a.kz/\n", 500),
			"/pages.xml": `<urlset><url><loc>https://example.com/1</loc></url></urlset>`}, "/", "", ""},
		{"another language is no feed", map[string]string{"/": page(`<link rel="alternate" hreflang="kk" href="/kk">`, "")}, "/", "", ""},
		{"nothing", map[string]string{"/": page("", `<a href="https://other.example/rss">x</a>`)}, "/", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			asked := 0
			s, r := newReader(t, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				asked++
				if body, ok := c.pages[req.URL.Path]; ok {
					fmt.Fprint(w, strings.ReplaceAll(body, "HOST", "http://"+req.Host)) //nolint:errcheck // a test server
					return
				}
				http.NotFound(w, req)
			}))
			src, f, err := r.Discover(t.Context(), s.URL+c.ask)
			if c.path == "" {
				if most := 2 + maxOffered + len(commonPaths) + maxListed; ReasonOf(err) != ReasonPage || !errors.Is(err, ErrNoFeed) || asked > most {
					t.Errorf("found %+v, %v after %d requests", src, err, asked)
				}
				return
			}
			if err != nil || src.URL != s.URL+c.path || src.Kind != c.kind || len(f.Items) != 1 || src.ID != "127-0-0-1" || src.Title == "" {
				t.Errorf("found %+v, %d items, %v", src, len(f.Items), err)
			}
			if c.kind == KindFeed && (src.Title != "Дала" || len(src.Topics) != 1 || src.Topics[0] != "sport") {
				t.Errorf("found %+v", src)
			}
		})
	}
}

func TestTypedAddresses(t *testing.T) {
	for typed, want := range map[string]string{
		"https://site.kz/rss#top": "https://site.kz/rss", " site.kz ": "https://site.kz http://site.kz", "www.site.kz/news": "https://www.site.kz/news http://www.site.kz/news",
		"//site.kz": "https://site.kz http://site.kz", "HTTP://site.kz": "http://site.kz", "новости.қаз": "https://новости.қаз http://новости.қаз", "http://localhost/": "http://localhost/",
		"": "", "привет": "", "two words.kz": "", "mailto:a@b.kz": "", "https://user:pass@site.kz": "", "ftp://site.kz/": "", "https://": "", "javascript:alert(1)": "",
	} {
		got, err := typedAddresses(typed)
		unescaped := strings.ReplaceAll(strings.ReplaceAll(strings.Join(got, " "), "%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8.%D2%9B%D0%B0%D0%B7", "новости.қаз"), "%d0", "")
		if unescaped != want || (err != nil) != (want == "") || err != nil && !errors.Is(err, ErrAddress) {
			t.Errorf("%q: %q, %v; want %q", typed, got, err, want)
		}
	}
}

func TestSlug(t *testing.T) {
	for name, want := range map[string]string{"kz.kursiv.media": "kz-kursiv-media", "24.kz": "24-kz", "Новости": "source", "--a..b--": "a-b", strings.Repeat("ab.", 30): "ab-ab-ab-ab-ab-ab-ab-ab-ab-ab-ab"} {
		got := Slug(name)
		if got != want[:min(len(want), maxID)] || !slug.MatchString(got) {
			t.Errorf("%q: %q", name, got)
		}
	}
	taken := map[string]bool{"a": true, "a-2": true, strings.Repeat("x", maxID): true}
	for id, want := range map[string]string{"b": "b", "a": "a-3", strings.Repeat("x", maxID): strings.Repeat("x", maxID-2) + "-2"} {
		if got := FreeID(id, func(s string) bool { return taken[s] }); got != want {
			t.Errorf("%q: %q", id, got)
		}
	}
}
