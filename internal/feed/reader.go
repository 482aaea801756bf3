package feed

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"newsbot/internal/fetch"
)

// maxSitemaps is how many sitemaps of an index are read: the newest ones.
const maxSitemaps = 2

// accept is what a request for each kind of source says it reads.
var accept = map[Kind]string{
	KindFeed:    "application/rss+xml, application/atom+xml, application/rdf+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5",
	KindHTML:    "text/html, application/xhtml+xml;q=0.9, */*;q=0.5",
	KindSitemap: "application/xml, text/xml;q=0.9, */*;q=0.5",
}

// Reader reads sources. It is safe for concurrent use.
type Reader struct {
	client *fetch.Client
	zone   *time.Location
	now    func() time.Time
}

// NewReader makes a reader. zone is where dates without a zone are taken to be.
func NewReader(c *fetch.Client, zone *time.Location, now func() time.Time) *Reader {
	return &Reader{client: c, zone: zone, now: now}
}

// Result is what a Fetch came to. URL is the address after redirects, Moved that
// of a permanent move, see fetch.Response. Fresh is for how long the server said
// that its answer holds. When NotModified, Feed is empty and State is what to
// pass the next time.
type Result struct {
	Feed        Feed
	State       State
	NotModified bool
	URL         string
	Moved       string
	Fresh       time.Duration
}

// Fetch reads a source, on condition that it has changed since st was returned.
// On any error the caller keeps st: a body that could not be read must not make
// the next fetch skip it. Errors are those of fetch.Client.Get and of Parse.
func (r *Reader) Fetch(ctx context.Context, src Source, st State) (Result, error) {
	kind := src.Kind
	if kind == "" {
		kind = KindFeed
	}
	resp, err := r.client.Get(ctx, fetch.Request{
		URL: src.URL, Accept: accept[kind], ETag: st.ETag, LastModified: st.LastModified, MaxBytes: maxBytes,
	})
	if err != nil {
		return Result{}, fmt.Errorf("source %s: %w", src.ID, err)
	}
	if resp.NotModified {
		return Result{State: st, NotModified: true, URL: resp.URL, Moved: resp.Moved, Fresh: resp.Fresh(r.now())}, nil
	}
	if resp.Status != http.StatusOK {
		return Result{}, fmt.Errorf("source %s: %w", src.ID, &fetch.StatusError{Code: resp.Status})
	}
	if kind == KindSitemap {
		if text := repair(resp.Body, resp.ContentType); root(text) == "sitemapindex" {
			f, err := r.index(ctx, src, resp.URL, text)
			if err != nil {
				return Result{}, fmt.Errorf("source %s: %w", src.ID, err)
			}
			// The index need not change when a sitemap in it does, so it is never conditional.
			return Result{Feed: f, URL: resp.URL, Moved: resp.Moved, Fresh: resp.Fresh(r.now())}, nil
		}
	}
	result := Result{
		State: State{ETag: resp.Header.Get("ETag"), LastModified: resp.Header.Get("Last-Modified"), Hash: hash(resp.Body)},
		URL:   resp.URL, Moved: resp.Moved, Fresh: resp.Fresh(r.now()),
	}
	// Many servers send the same body again, whatever they are told.
	if result.State.Hash == st.Hash {
		result.NotModified = true
		return result, nil
	}
	f, err := Parse(resp.Body, resp.ContentType, resp.URL, src, r.zone, r.now())
	if err != nil {
		return Result{}, fmt.Errorf("source %s: %w", src.ID, err)
	}
	result.Feed = f
	return result, nil
}

// hash tells one body from another; it guards nothing, so half of SHA-256 is enough.
func hash(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:16])
}

// index reads the newest sitemaps of an index, those named for news first.
func (r *Reader) index(ctx context.Context, src Source, indexURL, text string) (Feed, error) {
	entries, err := sitemapEntries(text, "sitemapindex", "sitemap")
	if err != nil {
		return Feed{}, fmt.Errorf("parse index of sitemaps: %w", err)
	}
	base, err := url.Parse(indexURL)
	if err != nil {
		return Feed{}, fmt.Errorf("address of the index: %w", err)
	}
	type child struct {
		address string
		news    bool
		changed time.Time
	}
	var children []child
	p := parsing{src: src, base: base, zone: r.zone, now: r.now()}
	for i := range entries {
		c := child{address: p.resolve(entries[i].Loc)}
		if c.address == "" {
			continue
		}
		c.news = strings.Contains(strings.ToLower(c.address), "news")
		c.changed, _ = parseDate(entries[i].LastMod, r.zone, r.now()) // no date sorts last
		children = append(children, c)
	}
	slices.SortStableFunc(children, func(a, b child) int {
		if a.news != b.news {
			if a.news {
				return -1
			}
			return 1
		}
		return cmp.Compare(b.changed.UnixMilli(), a.changed.UnixMilli())
	})
	var all Feed
	var firstErr error
	for _, c := range children[:min(len(children), maxSitemaps)] {
		f, err := r.child(ctx, src, c.address)
		if err != nil {
			if firstErr == nil {
				firstErr = err
			}
			continue
		}
		all.Title = cmp.Or(all.Title, f.Title)
		all.Language = cmp.Or(all.Language, f.Language)
		all.Items = append(all.Items, f.Items...)
		all.Skipped += f.Skipped
	}
	if len(all.Items) == 0 {
		if firstErr != nil {
			return Feed{}, firstErr
		}
		return Feed{}, fmt.Errorf("%w: the index lists %d sitemaps", ErrNoItems, len(children))
	}
	all.Items = limited(all.Items)
	return all, nil
}

func (r *Reader) child(ctx context.Context, src Source, address string) (Feed, error) {
	resp, err := r.client.Get(ctx, fetch.Request{URL: address, Accept: accept[KindSitemap], MaxBytes: maxBytes})
	if err != nil {
		return Feed{}, err
	}
	return Parse(resp.Body, resp.ContentType, resp.URL, src, r.zone, r.now())
}
