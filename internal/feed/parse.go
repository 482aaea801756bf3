package feed

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"
	ext "github.com/mmcdole/gofeed/extensions"

	"newsbot/internal/fetch"
)

const (
	maxBytes = 5 << 20 // of a feed
	maxItems = 500     // of a feed, the newest
	maxURL   = 2000    // bytes of an address; databases and Telegram refuse longer ones
	maxTitle = 300     // characters of a title
	maxName  = 120     // characters of an author's name or a category
)

// What makes a body no feed. They come wrapped.
var (
	ErrHTML    = errors.New("a web page where a feed was expected")
	ErrNotFeed = errors.New("neither RSS, Atom, RDF nor JSON Feed")
	ErrNoItems = errors.New("no items found")
	ErrBinary  = errors.New("binary data where text was expected")
)

// Parse reads the body of a source, served as contentType at pageURL. Relative
// links are resolved against pageURL; dates without a zone are in zone, and those
// after now become now. It returns an error rather than an empty Feed when the body
// is not what the source's kind promises.
func Parse(body []byte, contentType, pageURL string, src Source, zone *time.Location, now time.Time) (f Feed, err error) {
	defer func() {
		if p := recover(); p != nil {
			f, err = Feed{}, fmt.Errorf("parse feed: parser panicked: %v", p)
		}
	}()
	if len(body) > maxBytes {
		return Feed{}, fmt.Errorf("parse feed: %w", fetch.ErrTooLarge)
	}
	if looksBinary(body) {
		return Feed{}, fmt.Errorf("parse feed: %w", ErrBinary)
	}
	p := parsing{src: src, zone: zone, now: now}
	if u, err := url.Parse(pageURL); err == nil && u.Host != "" {
		p.base = u
	}
	switch src.Kind {
	case KindHTML:
		f, err = p.list(fetch.UTF8(body, contentType))
	case KindSitemap:
		f, err = p.sitemap(repair(body, contentType))
	default:
		f, err = p.feed(repair(body, contentType))
	}
	if err != nil {
		return Feed{}, fmt.Errorf("parse %s: %w", kindName(src.Kind), err)
	}
	return f, nil
}

func kindName(k Kind) string {
	switch k {
	case KindHTML:
		return "list page"
	case KindSitemap:
		return "sitemap"
	}
	return "feed"
}

// parsing is what the readers of one body share.
type parsing struct {
	src  Source
	base *url.URL // nil when the body has no address
	zone *time.Location
	now  time.Time

	sections lifted // of the feed's document, which its values refer to
}

func (p parsing) feed(text string) (Feed, error) {
	keep, every := asked(text)
	text, sections := lift(text)
	raw, err := p.gofeed(text)
	if err != nil {
		return Feed{}, err
	}
	p.sections = sections
	if p.base == nil {
		if u, err := url.Parse(raw.Link); err == nil && u.Host != "" {
			p.base = u
		}
	}
	f := Feed{Title: plain(sections.put(raw.Title)), Language: primaryTag(raw.Language), TTL: keep, Period: every}
	for _, item := range raw.Items {
		if it, ok := p.item(item, f.Title); ok {
			f.Items = append(f.Items, it)
		} else {
			f.Skipped++
		}
	}
	if len(f.Items) == 0 && f.Skipped > 0 { // an empty feed may be right, this one is not
		return Feed{}, fmt.Errorf("%w: none of its %d entries has a title and leads anywhere", ErrNoItems, f.Skipped)
	}
	f.Items = limited(f.Items)
	return f, nil
}

// gofeed parses a whole document, or else every item of it that parses.
func (p parsing) gofeed(text string) (*gofeed.Feed, error) {
	parser := gofeed.NewParser()
	raw, err := parser.ParseString(text)
	switch {
	case err == nil && raw.FeedType == "json" && raw.Title == "" && len(raw.Items) == 0:
		return nil, fmt.Errorf("%w: JSON of another kind", ErrNotFeed)
	case err == nil && len(raw.Items) >= startedItems(text):
		return raw, nil
	case err == nil: // one that was never closed has swallowed the next
		if each := itemByItem(parser, text); each != nil && len(each.Items) > len(raw.Items) {
			raw.Items = each.Items
		}
		return raw, nil
	case errors.Is(err, gofeed.ErrFeedTypeNotDetected) && (root(text) == "html" || isHTML(text)):
		if title := pageTitle(text); title != "" {
			return nil, fmt.Errorf("%w (%q)", ErrHTML, title)
		}
		return nil, ErrHTML
	case errors.Is(err, gofeed.ErrFeedTypeNotDetected):
		return nil, ErrNotFeed
	}
	// "<" that begins no markup, as in "less than < 5 %".
	if mended := bareLess.ReplaceAllString(text, "&lt;$1"); mended != text {
		if raw, err := parser.ParseString(mended); err == nil {
			return raw, nil
		}
		text = mended
	}
	if each := itemByItem(parser, text); each != nil {
		return each, nil
	}
	return nil, err
}

// itemByItem is a feed of those items of a document that parse by themselves; nil when none does.
func itemByItem(parser *gofeed.Parser, text string) *gofeed.Feed {
	head, items, tail, ok := pieces(text)
	if !ok {
		return nil
	}
	var whole *gofeed.Feed
	for _, item := range items {
		one, err := parser.ParseString(head + item + tail)
		if err != nil {
			continue
		}
		if whole == nil {
			whole = one
		} else {
			whole.Items = append(whole.Items, one.Items...)
		}
	}
	return whole
}

// item is false for entries that lead nowhere or say nothing.
func (p parsing) item(raw *gofeed.Item, feedTitle string) (Item, bool) {
	raw.Title, raw.Description, raw.GUID, raw.Link = p.sections.put(raw.Title), p.sections.put(raw.Description), p.sections.put(raw.GUID), p.sections.put(raw.Link)
	text := onlyLegal(p.content(raw)) // JSON can hold what XML cannot
	it := Item{
		ID:     onlyLegal(strings.TrimSpace(raw.GUID)),
		Link:   p.link(raw),
		Title:  p.title(raw.Title, feedTitle),
		Author: p.authors(raw),
	}
	it.Content = text
	it.Summary = summary(raw.Description, it.Content)
	if it.Title == "" {
		it.Title = shorten(it.Summary, 100)
	}
	if it.Link == "" || it.Title == "" {
		return Item{}, false
	}
	if it.ID == "" || len(it.ID) > maxURL {
		it.ID = it.Link
	}
	it.Published = p.published(raw)
	it.Updated = p.updated(it.Published, raw.Updated, extension(raw.Extensions, "dcterms", "modified"))
	it.Image = p.image(raw, text)
	for _, c := range raw.Categories {
		if c = shorten(plain(p.sections.put(c)), maxName); c != "" && len(it.Categories) < 20 && !slices.Contains(it.Categories, c) {
			it.Categories = append(it.Categories, c)
		}
	}
	return it, true
}

// link is where an entry leads: its link, the address that an aggregator has
// replaced, a guid that is an address, or what it encloses.
func (p parsing) link(raw *gofeed.Item) string {
	candidates := []string{extension(raw.Extensions, "feedburner", "origLink"), raw.Link}
	candidates = append(candidates, raw.Links...)
	for _, l := range raw.Extensions["atom"]["link"] { // under a prefix that the feed did not declare
		if rel := l.Attrs["rel"]; rel == "" || rel == "alternate" {
			candidates = append(candidates, l.Attrs["href"])
		}
	}
	if strings.HasPrefix(raw.GUID, "http://") || strings.HasPrefix(raw.GUID, "https://") {
		candidates = append(candidates, raw.GUID)
	}
	for _, e := range raw.Enclosures {
		if e != nil {
			candidates = append(candidates, e.URL)
		}
	}
	for _, c := range candidates {
		if link := p.resolve(c); link != "" {
			return link
		}
	}
	return ""
}

// resolve makes ref absolute; "" when it is no http address or too long a one.
func (p parsing) resolve(ref string) string {
	ref = strings.TrimSpace(ref)
	if ref == "" {
		return ""
	}
	u, err := url.Parse(ref)
	if err != nil {
		return ""
	}
	if p.base != nil {
		u = p.base.ResolveReference(u)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return ""
	}
	for strings.HasPrefix(u.Path, "//") { // "https://site//path": the same page under a second address
		u.Path, u.RawPath = u.Path[1:], strings.TrimPrefix(u.RawPath, "/")
	}
	if s := u.String(); len(s) <= maxURL {
		return s
	}
	return ""
}

// title is plain, and without the name of the site at its end.
func (p parsing) title(raw, feedTitle string) string {
	title := shorten(plain(raw), maxTitle)
	for _, sep := range []string{" | ", " — ", " – ", " - "} {
		if !strings.Contains(title, sep) { // much faster than what follows
			continue
		}
		i := strings.LastIndex(title, sep)
		tail := strings.TrimSpace(title[i+len(sep):])
		host := ""
		if p.base != nil {
			host = strings.TrimPrefix(p.base.Hostname(), "www.")
		}
		if i > 0 && tail != "" && (strings.EqualFold(tail, p.src.Title) || strings.EqualFold(tail, feedTitle) || strings.EqualFold(tail, host)) {
			return strings.TrimSpace(title[:i])
		}
	}
	return title
}

func (p parsing) published(raw *gofeed.Item) time.Time {
	for _, c := range []string{raw.Published, raw.Updated} { // dc:date is in the second, at least
		if t, ok := parseDate(c, p.zone, p.now); ok {
			return p.notAfterNow(t)
		}
	}
	for _, t := range []*time.Time{raw.PublishedParsed, raw.UpdatedParsed} {
		if t != nil && t.Year() >= firstYear {
			return p.notAfterNow(t.UTC())
		}
	}
	return time.Time{}
}

// updated is the first date of those that may say when an entry was edited: after it was
// published. One from the future says nothing: it would be another one at each reading.
func (p parsing) updated(published time.Time, dates ...string) time.Time {
	for _, d := range dates {
		if t, ok := parseDate(d, p.zone, p.now); ok && t.After(published) && !t.After(p.now) {
			return t.UTC()
		}
	}
	return time.Time{}
}

// notAfterNow brings dates from the future to now: clocks and zones of feeds are
// wrong by an hour more often than news is announced.
func (p parsing) notAfterNow(t time.Time) time.Time {
	if t.After(p.now) {
		return p.now.UTC()
	}
	return t
}

// content is the whole text of an entry as HTML, when the feed carries it.
func (p parsing) content(raw *gofeed.Item) string {
	best := p.sections.put(raw.Content)
	for _, e := range [][2]string{{"yandex", "full-text"}, {"turbo", "content"}} {
		if c := p.sections.put(extension(raw.Extensions, e[0], e[1])); len(c) > len(best) {
			best = c
		}
	}
	return strings.TrimSpace(best)
}

func extension(all ext.Extensions, space, name string) string {
	for _, e := range all[space][name] {
		if v := strings.TrimSpace(e.Value); v != "" {
			return v
		}
	}
	return ""
}

func (p parsing) authors(raw *gofeed.Item) string {
	var names []string
	add := func(name string) {
		if name = shorten(plain(p.sections.put(name)), maxName); name != "" && !slices.Contains(names, name) && len(names) < 5 {
			names = append(names, name)
		}
	}
	for _, a := range raw.Authors {
		if a != nil {
			add(a.Name)
		}
	}
	if len(names) == 0 && raw.DublinCoreExt != nil {
		for _, c := range raw.DublinCoreExt.Creator {
			add(c)
		}
	}
	return strings.Join(names, ", ")
}

// limited keeps the first of entries that lead to one page, and at most maxItems
// of them, the newest. A feed that gives every entry one id is read by its links.
func limited(items []Item) []Item {
	ids, links := make(map[string]bool, len(items)), make(map[string]bool, len(items))
	out := items[:0]
	for _, it := range items {
		if links[it.Link] {
			continue
		}
		if ids[it.ID] {
			it.ID = it.Link
		}
		ids[it.ID], links[it.Link] = true, true
		out = append(out, it)
	}
	if len(out) > maxItems {
		slices.SortStableFunc(out, func(a, b Item) int { return b.Published.Compare(a.Published) })
		out = out[:maxItems]
	}
	return out
}
