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
	maxPage       = 2 << 20 // bytes of a page that is looked through for feeds
	maxCandidates = 14      // addresses that are tried
	maxOffered    = 5       // of those that a page offers
)

// commonPaths are where feeds are on sites that do not say so, most usual first.
var commonPaths = []string{"/feed/", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/rss/all.xml", "/index.xml"}

// sitemapPaths are where news sitemaps are: the last resort.
var sitemapPaths = []string{"/news-sitemap.xml", "/sitemap-news.xml"}

// feedTypes are the types of a link rel=alternate that leads to a feed.
var feedTypes = regexp.MustCompile(`(?i)^\s*application/(rss|atom|rdf|feed)\+(xml|json)`)

// feedWords are in the addresses of links that lead to a feed, by themselves.
var feedWords = regexp.MustCompile(`(?i)(^|[/._=-])(rss|atom|feed)([/._?=-]|$)|\.rss$`)

type candidate struct {
	address string
	kind    Kind
}

// Discover finds what to read at an address as a person types it: the feed
// itself, or the one that its page names, or one at a usual place, or a news
// sitemap. The source has an address, a kind, and an id and a title made of the
// host and the feed; it is checked and was read once. Errors are those of Fetch;
// of several, that of the address itself.
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
	if err == nil {
		err = ErrNoItems
	}
	base, parseErr := url.Parse(page.URL)
	if parseErr != nil {
		return Source{}, Feed{}, parseErr
	}
	offered, title := feedLinks(fetch.UTF8(page.Body[:min(len(page.Body), maxPage)], page.ContentType), base)
	for _, c := range candidates(base, offered) {
		result, fetchErr := r.Fetch(ctx, Source{URL: c.address, Kind: c.kind}, State{})
		if fetchErr == nil && len(result.Feed.Items) > 0 {
			return found(result.URL, c.kind, result.Feed, title)
		}
		if ctx.Err() != nil {
			return Source{}, Feed{}, fetchErr
		}
	}
	return Source{}, Feed{}, err
}

// candidates are the addresses to try: those that the page offers, then the usual ones.
func candidates(base *url.URL, offered []string) []candidate {
	var list []candidate
	seen := map[string]bool{base.String(): true}
	add := func(address string, kind Kind) {
		if !seen[address] && len(list) < maxCandidates {
			seen[address] = true
			list = append(list, candidate{address, kind})
		}
	}
	for _, address := range offered[:min(len(offered), maxOffered)] {
		add(address, KindFeed)
	}
	for _, path := range commonPaths {
		add(base.ResolveReference(&url.URL{Path: path}).String(), KindFeed)
	}
	for _, path := range sitemapPaths {
		add(base.ResolveReference(&url.URL{Path: path}).String(), KindSitemap)
	}
	return list
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
