package article

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// maxLinked is how many bytes of JSON-LD are read.
const maxLinked = 512 << 10

// maxHeadline is how many characters of an h1 can be a headline.
const maxHeadline = 200

// metadata is what a page says about itself.
type metadata struct {
	title     string
	author    string
	language  string // as declared: kk, ru, en or another primary subtag
	image     string // absolute
	caption   string // of the image, as the page's data say
	published time.Time
	body      string   // articleBody of JSON-LD
	data      []string // JSON of the page's application

	// What the page says of what it is.
	kind      string // og:type
	home      bool   // its own address is the front page's
	article   bool   // JSON-LD describes an article
	list      bool   // JSON-LD describes a list or a site, and no article
	headline  bool   // its h1 is its title
	siteTitle bool   // its title is the site's
}

// readMetadata reads JSON-LD first, then meta elements, then what is visible.
func readMetadata(doc *html.Node, base *url.URL, zone *time.Location) metadata {
	var m metadata
	metas := map[string]string{}
	var ld linked
	ldSize := 0
	var htmlTitle, h1, firstTime, canonical string
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "html":
			m.language = primaryTag(attr(n, "lang"))
		case "meta":
			key := strings.ToLower(firstOf(attr(n, "property"), attr(n, "name"), attr(n, "itemprop")))
			if v := attr(n, "content"); key != "" && v != "" && metas[key] == "" {
				metas[key] = v
			}
		case "link":
			if canonical == "" && strings.EqualFold(attr(n, "rel"), "canonical") {
				canonical = attr(n, "href")
			}
		case "script":
			if raw := textOfScript(n); strings.EqualFold(attr(n, "type"), "application/ld+json") && ldSize+len(raw) <= maxLinked {
				ldSize += len(raw)
				ld.read(raw)
			}
		case "title":
			if htmlTitle == "" && n.Namespace == "" { // inline SVG has titles of its own
				htmlTitle = prefix(clean(flat(textOf(n))), 2*maxTitle)
			}
		case "h1":
			if h1 == "" {
				h1 = clean(flat(textOf(n)))
			}
		case "time":
			if firstTime == "" {
				firstTime = attr(n, "datetime")
			}
		}
	}
	text := func(keys ...string) string {
		for _, k := range keys {
			if v := clean(flat(metas[k])); v != "" {
				return v
			}
		}
		return ""
	}
	site := firstOf(text("og:site_name", "application-name"), ld.publisher)
	if len([]rune(h1)) > maxHeadline || strings.EqualFold(h1, site) || sameName(h1, base.Hostname()) {
		h1 = "" // one that was never closed, or the site's name
	}
	for _, t := range []string{ld.headline, text("og:title", "twitter:title", "title"), h1, htmlTitle} {
		// Titles are escaped once too often more often than they have entities in them.
		if m.title = withoutSite(clean(flat(html.UnescapeString(t))), site, base.Hostname()); m.title != "" {
			break
		}
	}
	m.title = shownTitle(doc, m.title)
	m.author = firstOf(authorName(ld.author), authorName(text("author", "article:author", "dc.creator", "twitter:creator")))
	m.language = firstOf(m.language, primaryTag(metas["og:locale"]), primaryTag(metas["inlanguage"]), primaryTag(ld.language))
	for _, ref := range []string{metas["og:image"], metas["og:image:url"], metas["og:image:secure_url"], ld.image, metas["twitter:image"], metas["twitter:image:src"]} {
		if m.image = resolve(base, ref); m.image != "" {
			break
		}
	}
	m.caption = firstOf(ld.caption, metas["og:image:alt"], metas["twitter:image:alt"])
	for _, d := range []string{ld.published, metas["article:published_time"], metas["og:published_time"],
		metas["datepublished"], metas["pubdate"], metas["dc.date.issued"], metas["date"], firstTime} {
		if t, ok := parseTime(d, zone); ok {
			m.published = t
			break
		}
	}
	m.body, m.data = ld.body, scriptsData(doc)
	m.kind = metas["og:type"]
	m.article, m.list = ld.headline != "" || ld.body != "", ld.list && ld.headline == ""
	own, err := url.Parse(firstOf(canonical, metas["og:url"]))
	m.home = err == nil && canonical+metas["og:url"] != "" && own.RawQuery == "" && homePath.MatchString(own.Path)
	m.headline = h1 != "" && utf8.RuneCountInString(h1) >= 20 && strings.HasPrefix(folded(htmlTitle+" "+m.title), folded(h1))
	m.siteTitle = m.title != "" && (strings.EqualFold(m.title, site) || sameName(m.title, base.Hostname()))
	return m
}

// linked gathers what JSON-LD says of an article. The first answer counts.
type linked struct {
	headline, author, image, caption, published, publisher, language, body string

	list bool // of what is described something is a site or a list
}

func (l *linked) read(raw string) {
	raw = strings.TrimSpace(raw)
	raw = strings.TrimSuffix(strings.TrimPrefix(raw, "<![CDATA["), "]]>")
	var v any
	if json.Unmarshal([]byte(raw), &v) != nil {
		// Line breaks inside strings are the usual fault.
		if json.Unmarshal([]byte(flat(raw)), &v) != nil {
			return
		}
	}
	l.visit(v, 0)
}

func (l *linked) visit(v any, depth int) {
	if depth > 8 {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			l.visit(e, depth+1)
		}
	case map[string]any:
		if isArticleType(v["@type"]) {
			l.headline = firstOf(l.headline, str(v["headline"]), str(v["name"]))
			l.author = firstOf(l.author, names(v["author"]), names(v["creator"]))
			l.image = firstOf(l.image, address(v["image"]), address(v["thumbnailUrl"]))
			l.caption = firstOf(l.caption, imageCaption(v["image"]))
			l.published = firstOf(l.published, str(v["datePublished"]), str(v["dateCreated"]))
			l.publisher = firstOf(l.publisher, names(v["publisher"]))
			l.language = firstOf(l.language, str(v["inLanguage"]))
			l.body = firstOf(l.body, str(v["articleBody"]))
		}
		if t := str(v["@type"]); t == "WebSite" || t == "CollectionPage" || t == "ItemList" || t == "SearchResultsPage" {
			l.list = true
		}
		for _, key := range []string{"@graph", "mainEntity", "mainEntityOfPage", "hasPart"} {
			l.visit(v[key], depth+1)
		}
	}
}

func isArticleType(v any) bool {
	switch v := v.(type) {
	case string:
		return strings.HasSuffix(v, "Article") || v == "BlogPosting" || v == "LiveBlogPosting" || v == "Report" || v == "SocialMediaPosting"
	case []any:
		return slices.ContainsFunc(v, isArticleType)
	}
	return false
}

func str(v any) string {
	s, _ := v.(string)
	return strings.TrimSpace(html.UnescapeString(s))
}

// names is the name of a person or organisation, or of several.
func names(v any) string {
	switch v := v.(type) {
	case string:
		return str(v)
	case map[string]any:
		return firstOf(str(v["name"]), names(v["name"]))
	case []any:
		var all []string
		for _, e := range v {
			if n := names(e); n != "" && !slices.Contains(all, n) {
				all = append(all, n)
			}
		}
		return strings.Join(all, ", ")
	}
	return ""
}

// address is the first address of an image in any of the ways JSON-LD writes one.
func address(v any) string {
	switch v := v.(type) {
	case string:
		return str(v)
	case map[string]any:
		return firstOf(address(v["url"]), str(v["contentUrl"]))
	case []any:
		for _, e := range v {
			if a := address(e); a != "" {
				return a
			}
		}
	}
	return ""
}

// imageCaption is what JSON-LD says that an image shows.
func imageCaption(v any) string {
	switch v := v.(type) {
	case map[string]any:
		return firstOf(str(v["caption"]), str(v["description"]))
	case []any:
		if len(v) > 0 {
			return imageCaption(v[0])
		}
	}
	return ""
}

// authorName is "" for what stands in author fields and names nobody: addresses and handles.
func authorName(s string) string {
	s = clean(flat(s))
	if strings.Contains(s, "://") || strings.HasPrefix(s, "@") || strings.HasPrefix(s, "www.") || len([]rune(s)) > 120 {
		return ""
	}
	if strings.EqualFold(s, "admin") || strings.EqualFold(s, "administrator") {
		return ""
	}
	return s
}

// titleEnds are what stands between a headline and the names of its site.
var titleEnds = []string{" | ", " — ", " – ", " - ", " :: ", " / ", " • "}

// shownTitle is the longest beginning of a title that the page shows by itself:
// of "Headline - Site - Motto", where nothing says which is which, the headline
// that stands above the text.
func shownTitle(doc *html.Node, title string) string {
	beginnings := map[string]bool{}
	for _, sep := range titleEnds {
		for i := 0; ; {
			n := strings.Index(title[i:], sep)
			if n < 0 {
				break
			}
			if b := strings.TrimSpace(title[:i+n]); len([]rune(b)) >= 20 {
				beginnings[b] = true
			}
			i += n + len(sep)
		}
	}
	if len(beginnings) == 0 {
		return title
	}
	shown := ""
	for n := range doc.Descendants() {
		if n.Type != html.TextNode || n.Parent.Data == "title" || n.Parent.Data == "script" || n.Parent.Data == "a" {
			continue
		}
		text := clean(flat(n.Data))
		if text == title {
			return title
		}
		if beginnings[text] && len(text) > len(shown) {
			shown = text
		}
	}
	if shown == "" {
		return title
	}
	return shown
}

// withoutSite cuts a site's name off the end of a title ("… | NUR.KZ").
func withoutSite(title, site, host string) string {
	host = strings.TrimPrefix(host, "www.")
	for _, sep := range titleEnds {
		i := strings.LastIndex(title, sep)
		if i <= 0 {
			continue
		}
		tail := strings.TrimSpace(title[i+len(sep):])
		if strings.EqualFold(tail, site) || strings.EqualFold(tail, host) || sameName(tail, host) {
			return strings.TrimSpace(title[:i])
		}
	}
	return title
}

// sameName says whether tail is the name of the host without its dots and ending: "Tengri News" and tengrinews.kz.
func sameName(tail, host string) bool {
	name, _, _ := strings.Cut(host, ".")
	if i := strings.LastIndexByte(host, '.'); i > 0 {
		name = host[:i]
		if j := strings.LastIndexByte(name, '.'); j >= 0 {
			name = name[j+1:]
		}
	}
	return name != "" && strings.EqualFold(strings.ReplaceAll(tail, " ", ""), name)
}

func primaryTag(tag string) string {
	tag = strings.ToLower(strings.TrimSpace(tag))
	if i := strings.IndexAny(tag, "-_"); i >= 0 {
		tag = tag[:i]
	}
	if tag == "kz" { // the country's code, written for the language's
		return "kk"
	}
	if len(tag) < 2 || len(tag) > 3 || strings.Trim(tag, "abcdefghijklmnopqrstuvwxyz") != "" {
		return ""
	}
	return tag
}

// parseTime reads the forms of ISO 8601 that pages use. Without an offset the time is in zone.
func parseTime(s string, zone *time.Location) (time.Time, bool) {
	s = strings.TrimSpace(s)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00", "2006-01-02T15:04Z0700",
		"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 -0700", time.RFC1123Z, time.RFC1123} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly,
		"02.01.2006 15:04", "02.01.2006"} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

func textOfScript(n *html.Node) string {
	if n.FirstChild == nil {
		return ""
	}
	return n.FirstChild.Data
}
