package main

import (
	"bytes"
	"fmt"
	"html"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"

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
	const copies = 20
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
			fmt.Printf("feed of %-10s %-8s %6.1f MB/s of CPU (%.2f of gofeed alone)\n", doc.name, side.name, m, m/bare)
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

// middle is the median.
func middle(v []float64) float64 {
	v = slices.Clone(v)
	slices.Sort(v)
	return v[len(v)/2]
}
