package main

import (
	"bytes"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/markusmobius/go-trafilatura"
	"github.com/mmcdole/gofeed"

	"newsbot/internal/article"
	"newsbot/internal/feed"
)

// benchRounds is how many times each side of a benchmark of readers takes its turn.
const benchRounds = 7

// processorTime is what this process has used of the processor.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkFeed measures the reading of feeds, newsbot beside the parser
// underneath alone, in turns in one run: megabytes a second of processor time.
func BenchmarkFeed(b *testing.B) {
	const (
		copies = 20
		least  = 0.7 // of the parser alone
	)
	docs := []struct {
		name string
		body []byte
	}{
		{"teasers", benchFeed(100, 0, false)},
		{"escaped", benchFeed(100, 12, true)},
		{"full texts", benchFeed(100, 24, false)},
	}
	zone := time.FixedZone("", 5*3600)
	now := time.Date(2026, 11, 2, 7, 0, 0, 0, time.UTC)
	for _, doc := range docs {
		sides := []struct {
			name string
			read func() error
		}{
			{"gofeed", func() error {
				_, err := gofeed.NewParser().Parse(bytes.NewReader(doc.body))
				return err
			}},
			{"newsbot", func() error {
				f, err := feed.Parse(doc.body, "application/rss+xml; charset=utf-8", "https://vesti.example/rss", feed.Source{Title: "Вести"}, zone, now)
				if err == nil && len(f.Items) != 100 {
					return fmt.Errorf("%d items", len(f.Items))
				}
				return err
			}},
		}
		got := map[string][]float64{}
		for range b.N {
			for range benchRounds {
				for _, side := range sides {
					before := processorTime(b)
					for range copies {
						if err := side.read(); err != nil {
							b.Fatal(err)
						}
					}
					spent := processorTime(b) - before
					got[side.name] = append(got[side.name], float64(copies*len(doc.body))/1e6/spent.Seconds())
				}
			}
		}
		bare := middle(got["gofeed"])
		for _, side := range sides {
			m := middle(got[side.name])
			bound := ""
			if side.name == "newsbot" {
				bound = fmt.Sprintf(", %.2f of gofeed alone (>= %.1f %s)", m/bare, least, verdict(m/bare >= least))
			}
			fmt.Printf("feed of %-10s %-8s %6.1f MB/s of CPU%s\n", doc.name, side.name, m, bound)
			b.ReportMetric(m, side.name+"-"+strings.ReplaceAll(doc.name, " ", "-")+"-MB/s")
		}
	}
}

// benchFeed is a feed as news sites make them: items with a lead and, when whole,
// their text of so many paragraphs as well, in a CDATA section or escaped.
func benchFeed(items, paragraphs int, escaped bool) []byte {
	var s strings.Builder
	s.WriteString(`<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>Вести</title><link>https://vesti.example/</link><language>ru</language>`)
	for i := range items {
		fmt.Fprintf(&s, `<item><title>Движение по мосту № %d откроют в понедельник &amp; раньше срока</title><link>https://vesti.example/news/%d</link><guid isPermaLink="false">news-%d</guid>`+
			`<dc:creator>Асель Нурланова</dc:creator><pubDate>Mon, 2 Nov 2026 %02d:%02d:00 +0500</pubDate><category>Общество</category><media:content url="https://vesti.example/i/%d.jpg" medium="image"/>`+
			`<description><![CDATA[<p>Ремонт продолжался два года и обошёлся бюджету в 4,2 млрд тенге, сообщили в акимате. <a href="https://vesti.example/news/%d">Читать далее</a></p>]]></description>`,
			i, i, i, i/60%24, i%60, i, i)
		var text strings.Builder
		for p := range paragraphs {
			fmt.Fprintf(&text, `<p class="text">По словам главного инженера проекта, <a href="https://vesti.example/tag/%d">мост</a> рассчитан на шестьдесят лет службы и выдержит нагрузку в <b>двенадцать</b> баллов.</p>`+"\n", p)
		}
		switch {
		case escaped:
			s.WriteString("<content:encoded>" + html.EscapeString(text.String()) + "</content:encoded>")
		case paragraphs > 0:
			s.WriteString("<content:encoded><![CDATA[" + text.String() + "]]></content:encoded>")
		}
		s.WriteString("</item>")
	}
	s.WriteString("</channel></rss>")
	return []byte(s.String())
}

// BenchmarkPage measures the reading of pages, newsbot beside the library that is
// right most often alone, in turns in one run: milliseconds of processor time.
func BenchmarkPage(b *testing.B) {
	const copies = 10
	pages := []struct {
		name string
		body []byte
		most float64 // ms; 0: none is promised
	}{
		{"median", benchPage(14, 40), 20},
		{"long", benchPage(120, 300), 0},
	}
	extractor := article.NewExtractor(1, time.Minute)
	address, err := url.Parse("https://vesti.example/news/17")
	if err != nil {
		b.Fatal(err)
	}
	for _, page := range pages {
		sides := []struct {
			name string
			read func() error
		}{
			{"trafilatura", func() error {
				_, err := trafilatura.Extract(bytes.NewReader(page.body), trafilatura.Options{OriginalURL: address, ExcludeComments: true, EnableFallback: true})
				return err
			}},
			{"newsbot", func() error {
				a, err := extractor.Extract(b.Context(), page.body, "text/html; charset=utf-8", address.String())
				if err == nil && !strings.Contains(a.Text(), "инженера проекта № 3") {
					return fmt.Errorf("read %q", a.Text())
				}
				return err
			}},
		}
		got := map[string][]float64{}
		for range b.N {
			for range benchRounds {
				for _, side := range sides {
					before := processorTime(b)
					for range copies {
						if err := side.read(); err != nil {
							b.Fatal(err)
						}
					}
					got[side.name] = append(got[side.name], float64((processorTime(b)-before).Microseconds())/1000/copies)
				}
			}
		}
		bare := middle(got["trafilatura"])
		for _, side := range sides {
			m := middle(got[side.name])
			bound := ""
			if side.name == "newsbot" {
				bound = fmt.Sprintf(", %.2f of trafilatura alone", m/bare)
				if page.most > 0 {
					bound += fmt.Sprintf(" (<= %.0f ms %s)", page.most, verdict(m <= page.most))
				}
			}
			fmt.Printf("page, %-6s (%3d KB) %-11s %6.1f ms of CPU%s\n", page.name, len(page.body)>>10, side.name, m, bound)
			b.ReportMetric(m, page.name+"-"+side.name+"-ms")
		}
	}
}

// benchPage is a page as news sites make them: so many paragraphs between menus,
// scripts, other stories and comments.
func benchPage(paragraphs, others int) []byte {
	var s strings.Builder
	s.WriteString(`<!DOCTYPE html><html lang="ru"><head><meta charset="utf-8"><title>Движение по мосту откроют раньше срока | Вести</title><meta property="og:type" content="article"><meta property="og:title" content="Движение по мосту откроют раньше срока"><meta property="article:published_time" content="2026-11-02T09:30:00+05:00">`)
	for i := range 12 {
		fmt.Fprintf(&s, `<script>(function(w,d,s,l,i){w[l]=w[l]||[];w[l].push({'start':new Date().getTime(),event:'%d'});%s})(window,document,'script','data','%d');</script><style>.block-%d{margin:0 auto;%s}</style>`,
			i, strings.Repeat("var f=d.getElementsByTagName(s)[0];", 40), i, i, strings.Repeat("padding:10px 20px;", 40))
	}
	s.WriteString(`</head><body><header class="header"><nav><ul>`)
	for i := range 40 {
		fmt.Fprintf(&s, `<li class="menu__item"><a class="menu__link" href="/topic/%d"><span>Рубрика %d</span></a></li>`, i, i)
	}
	s.WriteString(`</ul></nav></header><div class="layout"><main><article class="article"><h1>Движение по мосту откроют раньше срока</h1><div class="article__info"><time datetime="2026-11-02T09:30:00+05:00">2 ноября 2026, 09:30</time></div><div class="article__body">`)
	for i := range paragraphs {
		fmt.Fprintf(&s, `<p class="article__text">По словам главного инженера проекта № %d, <a href="/tag/%d">мост</a> рассчитан на шестьдесят лет службы и выдержит нагрузку в <b>двенадцать</b> баллов. Ремонт продолжался два года и обошёлся бюджету в %d,2 млрд тенге, сообщили в акимате.</p>`+"\n", i, i, i)
		if i%5 == 4 {
			fmt.Fprintf(&s, `<figure><img src="/i/%d.jpg" alt=""><figcaption>Мост, вид %d</figcaption></figure><h2>Что ещё известно, часть %d</h2>`, i, i, i)
		}
	}
	s.WriteString(`</div></article><section class="comments"><h3>Комментарии</h3>`)
	for i := range others / 4 {
		fmt.Fprintf(&s, `<div class="comment"><span class="comment__author">Читатель %d</span><p>Наконец-то достроили, спасибо строителям, %d раз спасибо!</p></div>`, i, i)
	}
	s.WriteString(`</section></main><aside class="sidebar"><h3>Последние новости</h3>`)
	for i := range others {
		fmt.Fprintf(&s, `<div class="card"><a class="card__link" href="/news/%d"><img class="card__image" src="/t/%d.jpg" alt=""><span class="card__title">В городе № %d открыли новую школу на тысячу мест</span></a><span class="card__time">10:%02d</span></div>`, i, i, i, i%60)
	}
	s.WriteString(`</aside></div><footer><p>© 2026 Вести. Все права защищены.</p></footer></body></html>`)
	return []byte(s.String())
}

// middle is the median.
func middle(v []float64) float64 {
	v = slices.Clone(v)
	slices.Sort(v)
	return v[len(v)/2]
}
