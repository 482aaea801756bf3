package newsroom

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// feedLength is how many of the newest stories a feed holds.
const feedLength = 50

// oldZone is the offset that some publishers' clocks still carry though the country left it in 2024.
var oldZone = time.FixedZone("+06", 6*60*60)

// feedData is what a feed writer writes.
type feedData struct {
	n       *Newsroom
	site    *site
	base    string
	entries []entry
	updated time.Time
}

func (n *Newsroom) feedData(s *site) feedData {
	f := feedData{n: n, site: s, base: n.baseURL(), entries: n.entries(s)}
	if len(f.entries) > feedLength {
		f.entries = f.entries[:feedLength]
	}
	if len(f.entries) > 0 {
		f.updated = f.entries[0].published
	}
	return f
}

// home is the site's front page.
func (f feedData) home() string { return f.base + "/" + f.site.id + "/" }

// link is a story's address, with the tracking query if the site glues one on.
func (f feedData) link(s *story) string { return f.canonical(s) + f.site.query }

// canonical is a story's address, escaped, with no query.
func (f feedData) canonical(s *story) string {
	return f.home() + (&url.URL{Path: s.path()}).EscapedPath()
}

// date is when a feed says that a story came out, in the site's layout; "" when it does not say.
func (f feedData) date(e entry, layout string) string {
	switch e.quirk {
	case quirkNoDate:
		return ""
	case quirkFuture:
		return e.published.Add(55 * time.Minute).In(oldZone).Format(layout)
	case quirkShortDay:
		return e.published.In(oldZone).Format(strings.Replace(layout, "02 ", "2 ", 1))
	default:
		return e.published.In(almaty).Format(layout)
	}
}

func (n *Newsroom) serveFeed(w http.ResponseWriter, r *http.Request, s *site) {
	if s.write == nil {
		n.serveList(w, r, s)
		return
	}
	f := n.feedData(s)
	body, contentType := s.write(f)
	if s.charset == "windows-1251" {
		var err error
		if body, err = windows1251(body); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	n.reply(w, r, document{body: body, contentType: contentType, modified: f.updated, maxAge: 30 * time.Second})
}

// esc is text as XML character data.
func esc(text string) string {
	var b bytes.Buffer
	// A bytes.Buffer never fails to write.
	_ = xml.EscapeText(&b, []byte(text))
	return b.String()
}

// cdata wraps HTML so that no reader needs to unescape it.
func cdata(text string) string {
	return "<![CDATA[" + strings.ReplaceAll(text, "]]>", "]]]]><![CDATA[>") + "]]>"
}

// rssDate writes an element of an RSS item's date, or nothing when there is none.
func rssDate(f feedData, e entry) string {
	if d := f.date(e, time.RFC1123Z); d != "" {
		return "      <pubDate>" + d + "</pubDate>\n"
	}
	return ""
}

// writeTeaserRSS is a plain RSS 2.0 of an old system: a teaser, an enclosure, and windows-1251 by its declaration.
func writeTeaserRSS(f feedData) ([]byte, string) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "<?xml version=\"1.0\" encoding=\"windows-1251\"?>\n<rss version=\"2.0\">\n  <channel>\n    <title>%s</title>\n    <link>%s</link>\n    <description>%s</description>\n    <language>ru</language>\n    <lastBuildDate>%s</lastBuildDate>\n    <ttl>5</ttl>\n",
		esc(f.site.title), f.home(), esc(f.site.slogan), f.updated.In(almaty).Format(time.RFC1123Z))
	for _, e := range f.entries {
		fmt.Fprintf(&b, "    <item>\n      <title>%s</title>\n      <link>%s</link>\n      <guid isPermaLink=\"true\">%s</guid>\n      <description>%s</description>\n      <category>%s</category>\n%s      <enclosure url=\"%s\" type=\"image/jpeg\" length=\"0\"/>\n    </item>\n",
			esc(e.title), esc(f.link(e.story)), esc(f.canonical(e.story)), esc(teaser(e.lead(), 180)),
			topicNames[e.topic]["ru"], rssDate(f, e), f.pictureURL(e.story, 0))
	}
	b.WriteString("  </channel>\n</rss>\n")
	return b.Bytes(), "application/rss+xml; charset=windows-1251"
}

// writeAtom is Atom 1.0 with a summary and no content.
func writeAtom(f feedData) ([]byte, string) {
	var b bytes.Buffer
	self := f.home() + f.site.feed
	fmt.Fprintf(&b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"%s\">\n  <title>%s</title>\n  <subtitle>%s</subtitle>\n  <id>%s</id>\n  <link rel=\"self\" type=\"application/atom+xml\" href=\"%s\"/>\n  <link rel=\"alternate\" type=\"text/html\" href=\"%s\"/>\n  <updated>%s</updated>\n",
		f.site.lang, esc(f.site.title), esc(f.site.slogan), self, self, f.home(), f.updated.In(almaty).Format(time.RFC3339))
	for _, e := range f.entries {
		fmt.Fprintf(&b, "  <entry>\n    <title type=\"text\">%s</title>\n    <id>tag:%s.example,2026:%s</id>\n    <link rel=\"alternate\" type=\"text/html\" href=\"%s\"/>\n    <link rel=\"enclosure\" type=\"image/jpeg\" href=\"%s\"/>\n",
			esc(e.title), f.site.id, esc(e.slug), esc(f.link(e.story)), f.pictureURL(e.story, 0))
		if d := f.date(e, time.RFC3339); d != "" {
			fmt.Fprintf(&b, "    <published>%s</published>\n    <updated>%s</updated>\n", d, d)
		}
		if e.author != "" {
			fmt.Fprintf(&b, "    <author><name>%s</name></author>\n", esc(e.author))
		}
		fmt.Fprintf(&b, "    <category term=\"%s\" label=\"%s\"/>\n    <summary type=\"text\">%s</summary>\n  </entry>\n",
			e.topic, topicNames[e.topic][f.site.lang], esc(e.lead()))
	}
	b.WriteString("</feed>\n")
	return b.Bytes(), "application/atom+xml; charset=utf-8"
}

type jsonFeed struct {
	Version     string     `json:"version"`
	Title       string     `json:"title"`
	HomePageURL string     `json:"home_page_url"`
	FeedURL     string     `json:"feed_url"`
	Description string     `json:"description"`
	Language    string     `json:"language"`
	Items       []jsonItem `json:"items"`
}

type jsonItem struct {
	ID            string       `json:"id"`
	URL           string       `json:"url"`
	Title         string       `json:"title"`
	Summary       string       `json:"summary"`
	ContentText   string       `json:"content_text"`
	Image         string       `json:"image"`
	DatePublished string       `json:"date_published,omitempty"`
	Authors       []jsonAuthor `json:"authors,omitempty"`
	Tags          []string     `json:"tags"`
	Language      string       `json:"language"`
}

type jsonAuthor struct {
	Name string `json:"name"`
}

// writeJSONFeed is JSON Feed 1.1.
func writeJSONFeed(f feedData) ([]byte, string) {
	out := jsonFeed{
		Version: "https://jsonfeed.org/version/1.1", Title: f.site.title, HomePageURL: f.home(),
		FeedURL: f.home() + f.site.feed, Description: f.site.slogan, Language: "en", Items: []jsonItem{},
	}
	for _, e := range f.entries {
		item := jsonItem{
			ID: f.canonical(e.story), URL: f.link(e.story), Title: e.title, Summary: e.lead(),
			ContentText: e.lead() + "\n\nContinue reading on our site.", Image: f.pictureURL(e.story, 0),
			DatePublished: f.date(e, time.RFC3339), Tags: []string{e.topic}, Language: "en",
		}
		if e.author != "" {
			item.Authors = []jsonAuthor{{e.author}}
		}
		out.Items = append(out.Items, item)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(out); err != nil {
		// Only strings are encoded; a failure is a defect of this package.
		panic(fmt.Sprintf("newsroom: encode JSON feed: %v", err))
	}
	return b.Bytes(), "application/feed+json; charset=utf-8"
}

// writeFullRSS is the RSS of a common blog engine: the whole text in content:encoded.
func writeFullRSS(f feedData) ([]byte, string) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss version=\"2.0\"\n\txmlns:content=\"http://purl.org/rss/1.0/modules/content/\"\n\txmlns:dc=\"http://purl.org/dc/elements/1.1/\"\n\txmlns:atom=\"http://www.w3.org/2005/Atom\"\n\txmlns:sy=\"http://purl.org/rss/1.0/modules/syndication/\">\n<channel>\n\t<title>%s</title>\n\t<atom:link href=\"%s\" rel=\"self\" type=\"application/rss+xml\" />\n\t<link>%s</link>\n\t<description>%s</description>\n\t<lastBuildDate>%s</lastBuildDate>\n\t<language>kk-KZ</language>\n\t<sy:updatePeriod>hourly</sy:updatePeriod>\n",
		esc(f.site.title), f.home()+f.site.feed, f.home(), esc(f.site.slogan), f.updated.UTC().Format(time.RFC1123Z))
	for _, e := range f.entries {
		fmt.Fprintf(&b, "\t<item>\n\t\t<title>%s</title>\n\t\t<link>%s</link>\n\t\t<dc:creator>%s</dc:creator>\n%s\t\t<category>%s</category>\n\t\t<guid isPermaLink=\"false\">%s?p=%d</guid>\n\t\t<description>%s</description>\n\t\t<content:encoded>%s</content:encoded>\n\t</item>\n",
			esc(e.title), esc(f.link(e.story)), cdata(e.author), rssDate(f, e), cdata(topicNames[e.topic]["kk"]),
			f.home(), postNumber(e.slug), cdata("<p>"+esc(teaser(e.lead(), 220))+" [&#8230;]</p>"), cdata(f.contentHTML(e.story)))
	}
	b.WriteString("</channel>\n</rss>\n")
	return b.Bytes(), "application/rss+xml; charset=UTF-8"
}

// writeYandexRSS is the export for aggregators: escaped HTML in the description and the whole text as plain yandex:full-text.
func writeYandexRSS(f feedData) ([]byte, string) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss xmlns:yandex=\"http://news.yandex.ru\" xmlns:media=\"http://search.yahoo.com/mrss/\" version=\"2.0\">\n<channel>\n<title>%s</title>\n<link>%s</link>\n<description>%s</description>\n<image><url>%s</url><title>%s</title><link>%s</link></image>\n",
		esc(f.site.title), f.home(), esc(f.site.slogan), f.base+picturePrefix+"logo.jpg", esc(f.site.title), f.home())
	for _, e := range f.entries {
		fmt.Fprintf(&b, "<item>\n<title>%s</title>\n<link>%s</link>\n<description>%s</description>\n<author>%s</author>\n<category>%s</category>\n<enclosure url=\"%s\" type=\"image/jpeg\"/>\n<yandex:genre>message</yandex:genre>\n<yandex:full-text>%s</yandex:full-text>\n%s</item>\n",
			esc(e.title), esc(f.link(e.story)), esc("<p>"+esc(e.lead())+"</p>"), esc(e.author), topicNames[e.topic]["ru"],
			f.pictureURL(e.story, 0), esc(e.text()), strings.TrimLeft(rssDate(f, e), " "))
	}
	b.WriteString("</channel>\n</rss>\n")
	return b.Bytes(), "text/xml; charset=utf-8"
}

// writeMediaRSS is RSS with Media RSS pictures and GMT dates.
func writeMediaRSS(f feedData) ([]byte, string) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:media=\"http://search.yahoo.com/mrss/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n<channel>\n<title>%s</title>\n<link>%s</link>\n<description>%s</description>\n<language>en</language>\n",
		esc(f.site.title), f.home(), esc(f.site.slogan))
	for _, e := range f.entries {
		fmt.Fprintf(&b, "<item>\n<title>%s</title>\n<link>%s</link>\n<guid isPermaLink=\"false\">%s-%d</guid>\n<description>%s</description>\n<dc:creator>%s</dc:creator>\n<category>%s</category>\n",
			esc(e.title), esc(f.link(e.story)), f.site.id, postNumber(e.slug), esc(e.lead()), esc(e.author), topicNames[e.topic]["en"])
		for i := range e.pictures {
			fmt.Fprintf(&b, "<media:content url=\"%s\" medium=\"image\" type=\"image/jpeg\" width=\"%d\" height=\"%d\"/>\n", f.pictureURL(e.story, i), pictureWidth, pictureHeight)
		}
		if e.quirk == quirkNone {
			fmt.Fprintf(&b, "<pubDate>%s</pubDate>\n", e.published.UTC().Format(http.TimeFormat))
		} else {
			b.WriteString(rssDate(f, e))
		}
		b.WriteString("</item>\n")
	}
	b.WriteString("</channel>\n</rss>\n")
	return b.Bytes(), "application/rss+xml"
}

// serveSitemap is the site's news sitemap: what came out in the last two days.
func (n *Newsroom) serveSitemap(w http.ResponseWriter, r *http.Request, s *site) {
	f := n.feedData(s)
	var b bytes.Buffer
	b.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" xmlns:news=\"http://www.google.com/schemas/sitemap-news/0.9\" xmlns:image=\"http://www.google.com/schemas/sitemap-image/1.1\">\n")
	since := n.now().Add(-48 * time.Hour)
	for _, e := range f.entries {
		if e.published.Before(since) || e.quirk == quirkNoDate {
			continue
		}
		fmt.Fprintf(&b, "<url><loc>%s</loc><news:news><news:publication><news:name>%s</news:name><news:language>%s</news:language></news:publication><news:publication_date>%s</news:publication_date><news:title>%s</news:title></news:news><image:image><image:loc>%s</image:loc></image:image></url>\n",
			esc(f.canonical(e.story)), esc(s.title), s.lang, e.published.In(almaty).Format(time.RFC3339), esc(e.title), f.pictureURL(e.story, 0))
	}
	b.WriteString("</urlset>\n")
	n.reply(w, r, document{body: b.Bytes(), contentType: "application/xml; charset=utf-8", maxAge: 30 * time.Second})
}

// teaser cuts text at a word border so that it holds at most limit runes and an ellipsis.
func teaser(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	cut := string(runes[:limit])
	if i := strings.LastIndex(cut, " "); i > 0 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:—–-") + "…"
}
