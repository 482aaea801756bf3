package feed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"newsbot/internal/fetch"
)

const (
	maxPage    = 2 << 20 // bytes of a page that is looked through for feeds
	maxOffered = 5       // addresses that a page offers and that are tried
	maxListed  = 3       // sitemaps that a robots.txt names and that are tried
	maxRobots  = 512 << 10
)

// commonPaths are where feeds are on sites that do not say so, most usual first.
var commonPaths = []string{"/feed/", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/rss/all.xml", "/index.xml"}

// sitemapPaths are where news sitemaps are on sites whose robots.txt names none: the last resort.
var sitemapPaths = []string{"/news-sitemap.xml", "/sitemap-news.xml"}

// feedTypes are the types of a link rel=alternate that leads to a feed.
var feedTypes = regexp.MustCompile(`(?i)^\s*application/(rss|atom|rdf|feed)\+(xml|json)`)

// feedWords are in the addresses of links that lead to a feed, by themselves.
var feedWords = regexp.MustCompile(`(?i)(^|[/._=-])(rss|atom|feed)([/._?=-]|$)|\.rss$`)

// robotsSitemap is a line of robots.txt that names a sitemap.
var robotsSitemap = regexp.MustCompile(`(?im)^\s*sitemap\s*:\s*(\S+)`)

// ErrNoFeed is a site that answers, and where nothing that can be read was found.
var ErrNoFeed = errors.New("the site names no feed, and there is none at the usual places")

// Discover finds what to read at an address as a person types it: the feed
// itself, or the one that its page names, or one at a usual place, or a news
// sitemap that its robots.txt names. The source has an address, a kind, and an id
// and a title made of the host and the feed; it is checked and was read once.
// Errors are those of Fetch for the address itself, with ErrNoFeed when it is a
// page and all places were looked at.
func (r *Reader) Discover(ctx context.Context, typed string) (Source, Feed, error) {
	addresses, err := typedAddresses(typed)
	if err != nil {
		return Source{}, Feed{}, err
	}
	var first error
	for _, address := range addresses {
		src, f, err := r.discover(ctx, address)
		if err == nil {
			return src, f, nil
		}
		if first == nil {
			first = err
		}
		if !ReasonOf(err).Unreached() && ReasonOf(err) != ReasonClosed && ReasonOf(err) != ReasonCertificate {
			break
		}
	}
	return Source{}, Feed{}, first
}

// ErrAddress is a text that is no address of a site.
var ErrAddress = errors.New("not an address")

// typedAddresses are the addresses that a person may mean.
func typedAddresses(typed string) ([]string, error) {
	typed = strings.TrimSpace(typed)
	whole := strings.HasPrefix(strings.ToLower(typed), "http://") || strings.HasPrefix(strings.ToLower(typed), "https://")
	if !whole {
		typed = strings.TrimPrefix(typed, "feed:")
		typed = "https://" + strings.TrimPrefix(typed, "//")
	}
	u, err := url.Parse(typed)
	if err != nil || u.Hostname() == "" || !whole && !strings.Contains(u.Hostname(), ".") || strings.ContainsAny(typed, " \n\t") || len(typed) > maxURL || u.User != nil {
		return nil, ErrAddress
	}
	u.Fragment = ""
	if whole {
		return []string{u.String()}, nil
	}
	plain := *u
	plain.Scheme = "http"
	return []string{u.String(), plain.String()}, nil
}

func (r *Reader) discover(ctx context.Context, address string) (Source, Feed, error) {
	page, err := r.client.Get(ctx, fetch.Request{URL: address, Accept: accept[KindFeed], MaxBytes: maxBytes})
	if err != nil {
		return Source{}, Feed{}, err
	}
	for _, kind := range []Kind{KindFeed, KindSitemap} {
		f, parseErr := Parse(page.Body, page.ContentType, page.URL, Source{Kind: kind}, r.zone, r.now())
		if parseErr == nil && len(f.Items) > 0 {
			return found(page.URL, kind, f, "")
		}
		if err == nil {
			err = parseErr
		}
	}
	if root(repair(page.Body, page.ContentType)) == "sitemapindex" {
		result, err := r.Fetch(ctx, Source{URL: page.URL, Kind: KindSitemap}, State{})
		if err != nil {
			return Source{}, Feed{}, err
		}
		return found(result.URL, KindSitemap, result.Feed, "")
	}
	if err == nil {
		err = ErrNoItems
	}
	base, parseErr := url.Parse(page.URL)
	if parseErr != nil {
		return Source{}, Feed{}, parseErr
	}
	offered, title := feedLinks(fetch.UTF8(page.Body[:min(len(page.Body), maxPage)], page.ContentType), base)
	type place struct {
		address string
		kind    Kind
	}
	tried := map[place]bool{{base.String(), KindFeed}: true, {base.String(), KindSitemap}: true}
	for _, places := range []struct {
		kind Kind
		list func() []string
	}{
		{KindFeed, func() []string { return feedPlaces(base, offered) }},
		{KindSitemap, func() []string { return r.sitemapPlaces(ctx, base) }},
	} {
		for _, address := range places.list() {
			if tried[place{address, places.kind}] {
				continue
			}
			tried[place{address, places.kind}] = true
			result, fetchErr := r.Fetch(ctx, Source{URL: address, Kind: places.kind}, State{})
			if fetchErr == nil && len(result.Feed.Items) > 0 {
				return found(result.URL, places.kind, result.Feed, title)
			}
			if ctx.Err() != nil {
				return Source{}, Feed{}, fetchErr
			}
		}
	}
	if errors.Is(err, ErrHTML) {
		err = fmt.Errorf("%w: %w", ErrNoFeed, err)
	}
	return Source{}, Feed{}, err
}

// feedPlaces are where a site's feed may be: where its page says, then the usual places.
func feedPlaces(base *url.URL, offered []string) []string {
	places := slices.Clone(offered[:min(len(offered), maxOffered)])
	for _, path := range commonPaths {
		places = append(places, base.ResolveReference(&url.URL{Path: path}).String())
	}
	return places
}

// sitemapPlaces are the sitemaps that a site's robots.txt names, those named for
// news first; the usual places when it names none.
func (r *Reader) sitemapPlaces(ctx context.Context, base *url.URL) []string {
	var news, others []string
	// Most sites that have no robots.txt say so; whatever goes wrong, there are the usual places.
	robots, err := r.client.Get(ctx, fetch.Request{URL: base.ResolveReference(&url.URL{Path: "/robots.txt"}).String(), Accept: "text/plain, */*;q=0.5", MaxBytes: maxRobots})
	if err == nil {
		for _, m := range robotsSitemap.FindAllSubmatch(robots.Body, 1000) {
			address, err := base.Parse(string(m[1]))
			switch {
			case err != nil || address.Scheme != "http" && address.Scheme != "https" || address.Host == "":
			case strings.Contains(strings.ToLower(address.Path), "news"):
				news = append(news, address.String())
			default:
				others = append(others, address.String())
			}
		}
	}
	if places := append(news, others...); len(places) > 0 {
		return places[:min(len(places), maxListed)]
	}
	for _, path := range sitemapPaths {
		others = append(others, base.ResolveReference(&url.URL{Path: path}).String())
	}
	return others
}

// feedLinks are the addresses of feeds that a page names: first those it declares
// in its head, then links that look like some. Feeds of comments are left out.
func feedLinks(text []byte, base *url.URL) (addresses []string, title string) {
	doc, err := html.Parse(bytes.NewReader(text))
	if err != nil {
		return nil, ""
	}
	var declared, linked []string
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Data != "link" && n.Data != "a" && n.Data != "title" {
			continue
		}
		if n.Data == "title" {
			if title == "" && n.Parent != nil && n.Parent.Data == "head" {
				title = plainNode(n)
			}
			continue
		}
		href, err := base.Parse(strings.TrimSpace(attr(n, "href")))
		if err != nil || href.Scheme != "http" && href.Scheme != "https" || href.Host == "" {
			continue
		}
		href.Fragment = ""
		address := href.String()
		if about := strings.ToLower(address + attr(n, "title")); strings.Contains(about, "comment") || strings.Contains(about, "коммент") {
			continue
		}
		switch {
		case n.Data == "link" && slices.Contains(strings.Fields(strings.ToLower(attr(n, "rel"))), "alternate") && feedTypes.MatchString(attr(n, "type")):
			declared = append(declared, address)
		case n.Data == "a" && href.Host == base.Host && feedWords.MatchString(href.Path+"?"+href.RawQuery):
			linked = append(linked, address)
		}
	}
	return append(declared, linked...), title
}

// found makes a source of what was read.
func found(address string, kind Kind, f Feed, pageTitle string) (Source, Feed, error) {
	u, err := url.Parse(address)
	if err != nil {
		return Source{}, Feed{}, fmt.Errorf("address of the feed: %w", err)
	}
	title := f.Title
	if title == "" {
		title = pageTitle
	}
	if title == "" {
		title = strings.TrimPrefix(u.Hostname(), "www.")
	}
	const longest = 60
	if letters := []rune(title); len(letters) > longest {
		title = strings.TrimSpace(string(letters[:longest-1])) + "…"
	}
	src := Source{ID: Slug(strings.TrimPrefix(u.Hostname(), "www.")), Title: title, URL: address, Kind: kind}
	if t := commonTopic(f); t != "" {
		src.Topics = []string{t}
	}
	return src, f, errors.Join(src.check()...)
}

// commonTopic is what at least half of a feed's items are about, by their
// categories; empty when they are about this and that.
func commonTopic(f Feed) string {
	topics, counts := BuiltinTopics(), map[string]int{}
	for _, i := range f.Items {
		counts[topics.Named(i.Categories...)]++
	}
	for topic, n := range counts {
		if topic != "" && 2*n >= len(f.Items) {
			return topic
		}
	}
	return ""
}

// Slug makes the id of a source of a name: its letters a-z and digits, the rest
// hyphens, at most 32 characters. A name without any is "source".
func Slug(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	s := strings.Trim(b.String()[:min(b.Len(), maxID)], "-")
	if s == "" {
		return "source"
	}
	return s
}

// FreeID is id, or id with the first number behind it that is not taken.
func FreeID(id string, taken func(string) bool) string {
	if !taken(id) {
		return id
	}
	for n := 2; ; n++ {
		suffix := fmt.Sprintf("-%d", n)
		if next := strings.TrimRight(id[:min(len(id), maxID-len(suffix))], "-") + suffix; !taken(next) {
			return next
		}
	}
}
