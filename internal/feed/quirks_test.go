package feed

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// quirkHead is the head of the feeds below, with the namespaces that sites of the region use.
const quirkHead = `<rss version="2.0" xmlns:yandex="http://news.yandex.ru" xmlns:turbo="http://turbo.yandex.ru" xmlns:media="http://search.yahoo.com/mrss/" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Дала жаңалықтары</title><link>https://dala.example/</link>`

// TestQuirks reads, one by one, what feeds of the region do otherwise than the standards say.
func TestQuirks(t *testing.T) {
	const link = "<link>https://dala.example/news/1</link>"
	at := func(hour, minute int) time.Time { return time.Date(2026, 4, 6, hour, minute, 0, 0, almaty).UTC() }
	plainItem := Item{ID: "https://dala.example/news/1", Link: "https://dala.example/news/1", Title: "Мост"}
	with := func(change func(*Item)) Item {
		it := plainItem
		change(&it)
		return it
	}
	const title = "<title>Мост</title>"
	text := "<p>" + strings.Repeat("Көпір ертең ашылады. ", 12) + "</p>"
	for _, tt := range []struct {
		name, item string
		want       Item
	}{
		{"a day of one digit", title + link + "<pubDate>Mon, 6 Apr 2026 10:00:00 +0500</pubDate>", with(func(i *Item) { i.Published = at(10, 0) })},
		{"the zone that was left in 2024", title + link + "<pubDate>Mon, 06 Apr 2026 10:00:00 +0600</pubDate>", with(func(i *Item) { i.Published = at(9, 0) })},
		{"no zone", title + link + "<pubDate>Mon, 06 Apr 2026 10:00:00</pubDate>", with(func(i *Item) { i.Published = at(10, 0) })},
		{"a date to come", title + link + "<pubDate>Mon, 06 Apr 2026 13:00:00 +0500</pubDate>", with(func(i *Item) { i.Published = testNow })},
		{"a date far to come", title + link + "<pubDate>Wed, 06 Apr 2033 13:00:00 +0500</pubDate>", with(func(i *Item) { i.Published = testNow })},
		{"no date", title + link, plainItem},
		{"a date that is none", title + link + "<pubDate>дата не указана</pubDate>", plainItem},
		{"a date that is none beside one that is", title + link + "<pubDate>дата не указана</pubDate><dc:date>2026-04-06T10:00:00+05:00</dc:date>", with(func(i *Item) { i.Published = at(10, 0) })},
		{"today", title + link + "<pubDate>Сегодня, 02:47</pubDate>", with(func(i *Item) { i.Published = at(2, 47) })},
		{"yesterday", title + link + "<pubDate>Вчера, 17:49</pubDate>", with(func(i *Item) { i.Published = at(17, 49).AddDate(0, 0, -1) })},
		{"a Russian month", title + link + "<pubDate>09 января 2023, 22:29</pubDate>", with(func(i *Item) { i.Published = time.Date(2023, 1, 9, 17, 29, 0, 0, time.UTC) })},
		{"a Russian month and the word year", title + link + "<pubDate>19 сентября 2025 года</pubDate>", with(func(i *Item) { i.Published = time.Date(2025, 9, 18, 19, 0, 0, 0, time.UTC) })},
		{"a Kazakh month", title + link + "<pubDate>6 сәуір 2026</pubDate>", with(func(i *Item) { i.Published = at(0, 0) })},

		{"the site's name after the title", "<title>Мост | Dala.example</title>" + link, plainItem},
		{"a title escaped twice", "<title>Мост &amp;amp; &amp;quot;Дала&amp;quot;</title>" + link, with(func(i *Item) { i.Title = `Мост & "Дала"` })},
		{"a title in a section that was escaped", "<title>&lt;![CDATA[Мост]]&gt;</title>" + link, plainItem},
		{"a title with markup", "<title><![CDATA[<b>Мо</b>ст<br/>]]></title>" + link, plainItem},
		{"no title", link + "<description>Мост</description>", with(func(i *Item) { i.Summary = "Мост" })},
		{"letters of two alphabets stay as they are", "<title>Жетicу</title>" + link, with(func(i *Item) { i.Title = "Жетicу" })},
		{"a dollar and a comma", "<title>США дадут $1,5 млн</title><link>https://dala.example/news/usa-$1-5-mln-u45603</link>",
			with(func(i *Item) {
				i.Title, i.Link, i.ID = "США дадут $1,5 млн", "https://dala.example/news/usa-$1-5-mln-u45603", "https://dala.example/news/usa-$1-5-mln-u45603"
			})},

		{"a guid for a link", title + `<guid isPermaLink="true">https://dala.example/news/1</guid>`, plainItem},
		{"a guid for a link that says it is none", title + `<guid isPermaLink="false">https://dala.example/news/1</guid>`, plainItem},
		{"a guid that is no address", title + link + "<guid>№ 17</guid>", with(func(i *Item) { i.ID = "№ 17" })},
		{"a link of another site of the house", title + "<link>https://saiahat.example/mountains</link>",
			with(func(i *Item) { i.Link, i.ID = "https://saiahat.example/mountains", "https://saiahat.example/mountains" })},
		{"a relative link", title + "<link>/news/1</link>", plainItem},
		{"a link without a scheme", title + "<link>//dala.example/news/1</link>", plainItem},
		{"a link with two slashes", title + "<link>https://dala.example//news/1</link>", plainItem},
		{"a link between line breaks", title + "<link>\n  https://dala.example/news/1\n</link>", plainItem},
		{"a link with a bare &", title + "<link>https://dala.example/news/1?a=1&b=2</link>",
			with(func(i *Item) {
				i.Link, i.ID = "https://dala.example/news/1?a=1&b=2", "https://dala.example/news/1?a=1&b=2"
			})},
		{"tracking parameters stay for the one who follows", title + "<link>https://dala.example/news/1?utm_source=rss</link>",
			with(func(i *Item) {
				i.Link, i.ID = "https://dala.example/news/1?utm_source=rss", "https://dala.example/news/1?utm_source=rss"
			})},
		{"an Atom link in RSS", title + `<atom:link href="https://dala.example/news/1" rel="alternate"/>`, plainItem},

		{"a picture's address with two slashes", title + link + `<media:content url="https://dala.example//userdata/1.jpg" medium="image"/>`, with(func(i *Item) { i.Image = "https://dala.example/userdata/1.jpg" })},
		{"a picture's address without a scheme", title + link + `<enclosure url="//img.dala.example/1.jpg" type="image/jpeg" length="1"/>`, with(func(i *Item) { i.Image = "https://img.dala.example/1.jpg" })},
		{"an enclosure without a type", title + link + `<enclosure url="/1.jpg"/>`, with(func(i *Item) { i.Image = "https://dala.example/1.jpg" })},
		{"a picture in a group, beside a film", title + link + `<media:group><media:content url="https://dala.example/film" type="video/mp4"/><media:content url="https://dala.example/picture?id=5" medium="image"/></media:group>`,
			with(func(i *Item) { i.Image = "https://dala.example/picture?id=5" })},
		{"a picture that counts readers", title + link + `<description><![CDATA[<img src="https://c.example/p.gif" width="1" height="1"><img src="/2.jpg">Ок]]></description>`,
			with(func(i *Item) { i.Image, i.Summary = "https://dala.example/2.jpg", "Ок" })},

		{"the whole text for one search engine", title + link + "<yandex:full-text>" + text + "</yandex:full-text>", with(func(i *Item) { i.Content, i.Summary = text, plain(text) })},
		{"the whole text of a fast page", title + link + "<turbo:content><![CDATA[" + text + "]]></turbo:content>", with(func(i *Item) { i.Content, i.Summary = text, plain(text) })},
		{"the longer of two texts", title + link + "<content:encoded>Анонс</content:encoded><turbo:content><![CDATA[" + text + "]]></turbo:content>", with(func(i *Item) { i.Content, i.Summary = text, plain(text) })},

		{"a bare &", "<title>Мост & дорога</title>" + link, with(func(i *Item) { i.Title = "Мост & дорога" })},
		{"an entity of HTML", "<title>Мост&nbsp;&mdash; дорога &laquo;А&raquo;</title>" + link, with(func(i *Item) { i.Title = "Мост — дорога «А»" })},
		{"an entity that nobody knows", "<title>Мост &dala; дорога</title>" + link, with(func(i *Item) { i.Title = "Мост &dala; дорога" })},
		{"controls", "<title>Мо\x0bст&#x1f;</title>" + link, plainItem},
		{"a prefix that nobody declared", title + link + "<dc:creator>Асель</dc:creator>", with(func(i *Item) { i.Author = "Асель" })},
		{"a section that was never closed", title + link + "<description><![CDATA[Без конца</description>", with(func(i *Item) { i.Summary = "Без конца" })},
		{"the end of a section twice", "<title><![CDATA[Мост]]>]]></title>" + link, plainItem},
		{"a section in a section", title + link + "<description><![CDATA[Один <![CDATA[два]]> три]]></description>", with(func(i *Item) { i.Summary = "Один два три" })},
		{"the mark of a section that was taken out", "<title>М\uE0000\uE001ост</title>" + link + "<description><![CDATA[" + strings.Repeat("а", 100) + "]]></description>",
			with(func(i *Item) { i.Title, i.Summary = "М0ост", strings.Repeat("а", 100) })},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Parse([]byte(quirkHead+"<item>"+tt.item+"</item></channel></rss>"), "text/xml", "https://dala.example/rss", Source{Title: "Дала"}, almaty, testNow)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]Item{tt.want}, f.Items); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestQuirksOfDocuments reads a whole feed with faults around and between its items.
func TestQuirksOfDocuments(t *testing.T) {
	item := func(title string) string {
		return "<item><title>" + title + "</title><link>https://dala.example/" + title + "</link><description><![CDATA[" + strings.Repeat("Мәтін ", 20) + "]]></description></item>"
	}
	const end = "</channel></rss>"
	two := quirkHead + item("1") + item("2") + end
	utf16 := func(e unicode.Endianness, mark unicode.BOMPolicy, s string) string {
		out, err := unicode.UTF16(e, mark).NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	encoded := func(e encoding.Encoding, s string) string {
		out, err := e.NewEncoder().String(strings.ReplaceAll(s, "жаңалықтары", "вести вести вести"))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	russian := strings.NewReplacer("Мәтін", "Текст").Replace(two)
	for _, tt := range []struct {
		name, body, titles string
	}{
		{"as it should be", two, "1 2"},
		{"a blank line before", "\n\n " + `<?xml version="1.0" encoding="UTF-8"?>` + two, "1 2"},
		{"a mark and a blank line before", "\ufeff\n" + `<?xml version="1.0" encoding="UTF-8"?>` + two, "1 2"},
		{"a warning before", "PHP Warning: mysqli::query() in /home/dala/db.php on line 3\n" + `<?xml version="1.0"?>` + two, "1 2"},
		{"words after", two + "<!-- generated in 0.3 s -->\nFatal error", "1 2"},
		{"XML 1.1", `<?xml version="1.1" encoding="UTF-8"?>` + two, "1 2"},
		{"a charset that is none", `<?xml version="1.0" encoding="utf8mb4"?>` + two, "1 2"},
		{"a style sheet", `<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="/rss.xsl"?>` + two, "1 2"},
		{"a doctype with entities", `<!DOCTYPE rss [<!ENTITY nbsp "&#160;">]>` + two, "1 2"},
		{"the last character is lost", strings.TrimSuffix(two, ">"), "1 2"},
		{"the last character of a feed without items is lost", strings.TrimSuffix(quirkHead+end, ">"), ""},
		{"cut after the items", strings.TrimSuffix(two, end), "1 2"},
		{"cut in an item", quirkHead + item("1") + item("2") + "<item><title>3", "1 2"},
		{"cut in a tag", quirkHead + item("1") + item("2") + "<item><tit", "1 2"},
		{"cut in a section", quirkHead + item("1") + item("2") + "<item><title>3</title><link>https://dala.example/3</link><description><![CDATA[Мә", "1 2"},
		{"cut in the beginning of a section", quirkHead + item("1") + item("2") + "<item><title><![CD", "1 2"},
		{"cut in a character", quirkHead + item("1") + item("2") + "<item><title>\xd0", "1 2"},
		{"cut in an entity", quirkHead + item("1") + item("2") + "<item><title>&am", "1 2"},
		{"an item never closed", quirkHead + strings.TrimSuffix(item("1"), "</item>") + item("2") + end, "1 2"},
		{"an item closed twice", quirkHead + item("1") + "</item>" + item("2") + end, "1 2"},
		{"a broken tag in an item", quirkHead + item("1") + "<item><title>x</titel></item>" + item("2") + end, "1 2"},
		{"an unclosed section swallows nothing", quirkHead + strings.Replace(item("1"), "]]>", "", 1) + item("2") + end, "1 2"},
		{"tags in capitals", quirkHead + strings.NewReplacer("item>", "ITEM>").Replace(item("1")+item("2")) + end, "1 2"},
		{"an undeclared charset: windows-1251", encoded(charmap.Windows1251, russian), "1 2"},
		{"an undeclared charset: KOI8-R", encoded(charmap.KOI8R, russian), "1 2"},
		{"UTF-16, little-endian", utf16(unicode.LittleEndian, unicode.UseBOM, two), "1 2"},
		{"UTF-16, big-endian, no mark", utf16(unicode.BigEndian, unicode.IgnoreBOM, `<?xml version="1.0" encoding="UTF-16"?>`+two), "1 2"},
		{"UTF-16, little-endian, no mark, no declaration", utf16(unicode.LittleEndian, unicode.IgnoreBOM, two), "1 2"},
		{"UTF-8 that calls itself UTF-16", `<?xml version="1.0" encoding="UTF-16"?>` + two, "1 2"},
		{"RSS 0.91", strings.Replace(two, `version="2.0"`, `version="0.91"`, 1), "1 2"},
		{"RSS without a version", "<rss><channel><title>Дала</title>" + item("1") + item("2") + end, "1 2"},
		{"items outside of the channel", "<rss><channel><title>Дала</title></channel>" + item("1") + item("2") + "</rss>", "1 2"},
		{"xml:base", `<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://dala.example/a/"><title>Дала</title><entry><title>1</title><link href="b"/><id>1</id></entry></feed>`, "1"},
		{"the same entry twice", quirkHead + item("1") + item("1") + item("2") + end, "1 2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Parse([]byte(tt.body), "", "https://dala.example/rss", Source{}, almaty, testNow)
			if err != nil {
				t.Fatal(err)
			}
			var titles []string
			for _, it := range f.Items {
				titles = append(titles, it.Title)
			}
			if got := strings.Join(titles, " "); got != tt.titles || !strings.HasPrefix(f.Title, "Дала") {
				t.Errorf("items %q of %q", got, f.Title)
			}
			if tt.name == "xml:base" && f.Items[0].Link != "https://dala.example/a/b" {
				t.Errorf("link %s", f.Items[0].Link)
			}
		})
	}
}

// TestQuirksOfLists reads the rows of a page with a list.
func TestQuirksOfLists(t *testing.T) {
	src := Source{Kind: KindHTML, Selectors: Selectors{Item: "li", Date: ".date"}}
	const link = `<a href="/news/1">Мост</a>`
	at := func(hour, minute int) time.Time { return time.Date(2026, 4, 6, hour, minute, 0, 0, almaty).UTC() }
	for _, tt := range []struct {
		name, row string
		published time.Time
	}{
		{"words", link + `<span class="date">Сегодня, 02:47</span>`, at(2, 47)},
		{"for machines, beside words", link + `<time class="date" datetime="2026-04-06T09:15:00+05:00">сегодня</time>`, at(9, 15)},
		{"for machines, beside words that are none", link + `<time class="date" datetime="2026-04-06T09:15:00+05:00">только для подписчиков</time>`, at(9, 15)},
		{"in an attribute of microdata", link + `<meta class="date" content="2026-04-06T09:15:00+05:00">`, at(9, 15)},
		{"in a title", link + `<span class="date" title="6 апреля 2026, 09:15">утром</span>`, at(9, 15)},
		{"none", link, time.Time{}},
		{"to come", link + `<span class="date">7 апреля 2026, 10:00</span>`, testNow},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Parse([]byte("<html><body><ul><li>"+tt.row+"</li></ul></body></html>"), "text/html", "https://dala.example/", src, almaty, testNow)
			if err != nil {
				t.Fatal(err)
			}
			want := []Item{{ID: "https://dala.example/news/1", Link: "https://dala.example/news/1", Title: "Мост", Published: tt.published}}
			if diff := cmp.Diff(want, f.Items); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestQuirksOfSitemaps reads sitemaps that are not whole, or not as they should be.
func TestQuirksOfSitemaps(t *testing.T) {
	const head = `<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">`
	one := func(n, date string) string {
		return `<url><loc>https://dala.example/` + n + `</loc><lastmod>2026-04-06T08:00:00+05:00</lastmod><news:news><news:publication_date>` + date + `</news:publication_date><news:title>` + n + `</news:title></news:news></url>`
	}
	whole := head + one("1", "2026-04-06") + one("2", "2026-04-06") + "</urlset>"
	for _, tt := range []struct{ name, body, titles string }{
		{"as it should be", whole, "1 2"},
		{"cut short", whole[:len(whole)-40], "1"},
		{"a bare &", strings.Replace(whole, "<news:title>1", "<news:title>1 & 3", 1), "1 & 3 2"},
		{"a namespace that nobody declared", strings.Replace(whole, ` xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"`, "", 1), "1 2"},
		{"a warning before", "Warning: mysqli\n" + whole, "1 2"},
		{"a page without news", strings.Replace(whole, "</urlset>", "<url><loc>https://dala.example/about</loc></url></urlset>", 1), "1 2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Parse([]byte(tt.body), "text/xml", "https://dala.example/map.xml", Source{Kind: KindSitemap}, almaty, testNow)
			if err != nil {
				t.Fatal(err)
			}
			var titles []string
			for _, it := range f.Items {
				titles = append(titles, it.Title)
			}
			if got := strings.Join(titles, " "); got != tt.titles {
				t.Errorf("items %q", got)
			}
		})
	}
	f, err := Parse([]byte(head+one("1", "вчера вечером")+one("2", "никогда")+"</urlset>"), "text/xml", "https://dala.example/map.xml", Source{Kind: KindSitemap}, almaty, testNow)
	if err != nil || len(f.Items) != 2 || !f.Items[1].Published.Equal(time.Date(2026, 4, 6, 3, 0, 0, 0, time.UTC)) {
		t.Errorf("the date of the change stands in for the news': %+v, %v", f.Items, err)
	}
}
