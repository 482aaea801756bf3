package article

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"newsbot/internal/fetch"
)

const (
	maxPage     = 2 << 20 // bytes of a page that are read
	maxElements = 15_000  // elements of a page: of a thousand pages none had more than 10,200
	maxTitle    = 300     // characters
)

// The ways a page is refused. They come wrapped.
var (
	ErrNoText     = errors.New("page has no article text")
	ErrNotHTML    = errors.New("not an HTML page")
	ErrTooComplex = errors.New("page has too many elements")
	ErrTimeout    = errors.New("reading the page took too long")
	ErrBusy       = errors.New("all readers of pages are busy")
)

// Extractor turns pages into articles, a bounded number at a time. It is safe
// for concurrent use.
type Extractor struct {
	// Zone is where dates without a zone are taken to be; UTC when nil. Set it before use.
	Zone *time.Location

	limit time.Duration
	slots chan struct{}
}

// NewExtractor makes an extractor that reads at most workers pages at once and
// gives a page up after limit.
func NewExtractor(workers int, limit time.Duration) *Extractor {
	return &Extractor{limit: limit, slots: make(chan struct{}, max(workers, 1))}
}

// Extract reads the page in body, which was served as contentType at pageURL; of
// a page over 2 MB it reads that much. The libraries underneath cannot be
// stopped, so a page that takes over the limit is given up with ErrTimeout but
// keeps its place until it ends: hostile pages fill the places and give ErrBusy,
// never more work than there are workers.
func (e *Extractor) Extract(ctx context.Context, body []byte, contentType, pageURL string) (Article, error) {
	return e.ExtractPinned(ctx, body, contentType, pageURL, "")
}

// ExtractPinned is Extract of a page whose text is in the elements that a CSS
// selector names. Where it names none, because the site was rebuilt, or is empty, the page is read like any other.
func (e *Extractor) ExtractPinned(ctx context.Context, body []byte, contentType, pageURL, selector string) (Article, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, e.limit, ErrTimeout)
	defer cancel()
	select {
	case e.slots <- struct{}{}:
	case <-ctx.Done():
		if cause := context.Cause(ctx); !errors.Is(cause, ErrTimeout) {
			return Article{}, failed(pageURL, cause)
		}
		return Article{}, failed(pageURL, ErrBusy)
	}
	type result struct {
		article Article
		err     error
	}
	done := make(chan result, 1) // buffered: nobody may be waiting any more
	go func() {
		defer func() { <-e.slots }()
		var r result
		defer func() {
			if p := recover(); p != nil {
				r = result{err: fmt.Errorf("reader of pages panicked: %v", p)}
			}
			done <- r
		}()
		r.article, r.err = e.read(body, contentType, pageURL, selector)
	}()
	select {
	case r := <-done:
		if r.err != nil {
			return Article{}, failed(pageURL, r.err)
		}
		return r.article, nil
	case <-ctx.Done():
		return Article{}, failed(pageURL, context.Cause(ctx))
	}
}

// failed names the page in an error; one that was read from a file has no address.
func failed(pageURL string, err error) error {
	if pageURL == "" {
		return fmt.Errorf("read page: %w", err)
	}
	return fmt.Errorf("read page %s: %w", fetch.Redact(pageURL), err)
}

func (e *Extractor) read(body []byte, contentType, pageURL, selector string) (Article, error) {
	if !mayBePage(contentType) {
		return Article{}, fmt.Errorf("%w: served as %s", ErrNotHTML, contentType)
	}
	text := fetch.UTF8(body[:min(len(body), maxPage)], contentType)
	if err := sniff(text); err != nil {
		return Article{}, err
	}
	doc, err := html.Parse(bytes.NewReader(text))
	if err != nil {
		return Article{}, fmt.Errorf("parse: %w", err)
	}
	if elements := countElements(doc); elements > maxElements {
		return Article{}, fmt.Errorf("%w: %d", ErrTooComplex, elements)
	}
	if pageURL == "" { // from a file: the page may say where it lived
		pageURL = ownAddress(doc)
	}
	base, err := url.Parse(pageURL)
	if err != nil {
		return Article{}, fmt.Errorf("page address: %w", err)
	}
	where := base
	if b := find(doc, "base"); b != nil {
		if ref, err := url.Parse(attr(b, "href")); err == nil {
			base = base.ResolveReference(ref)
		}
	}
	zone := e.Zone
	if zone == nil {
		zone = time.UTC
	}

	if err := wall(doc, text, where); err != nil {
		return Article{}, err
	}
	meta := readMetadata(doc, base, zone)
	own := claimed(doc, base, where)
	if SameSite(own, pageURL) {
		pageURL = own
	}
	art := Article{
		URL:       pageURL,
		Canonical: own,
		Title:     meta.title,
		Author:    meta.author,
		Language:  meta.language,
		Image:     meta.image,
		Published: meta.published,
	}
	caption := leadCaption(doc, base, meta)
	prune(doc)
	dropAround(doc)
	paragraphs(doc)
	if art.Blocks, err = pinned(doc, base, selector, art.Title); err != nil {
		return Article{}, err
	}
	if len(art.Blocks) == 0 {
		art.Blocks = readText(doc, base, meta, &art)
	}
	if r := []rune(art.Title); len(r) > maxTitle {
		art.Title = strings.TrimSpace(string(r[:maxTitle-1])) + "…"
	}
	if len(art.Blocks) == 0 {
		return Article{}, ErrNoText
	}
	art.Blocks = illustrated(art.Blocks, art.Image, caption)
	if err := isList(doc, where, meta, art.Blocks); err != nil {
		return Article{}, err
	}
	return art, nil
}

// anyTag is what every page has and plain text, data and feeds have not.
var anyTag = regexp.MustCompile(`(?i)<(?:!doctype html|html|head|body|title|meta|link|article|main|section|div|p|h[1-6]|table|ul|ol|br|span)[\s>/]`)

// sniff refuses what is no page whatever it was served as.
func sniff(text []byte) error {
	start := text[:min(len(text), 64<<10)]
	switch trimmed := bytes.TrimSpace(start); {
	case bytes.IndexByte(text[:min(len(text), 4096)], 0) >= 0:
		return fmt.Errorf("%w: binary", ErrNotHTML)
	case len(trimmed) == 0:
		return ErrNoText
	case bytes.HasPrefix(trimmed, []byte("<rss")), bytes.HasPrefix(trimmed, []byte("<?xml")) && !bytes.Contains(bytes.ToLower(start), []byte("<html")):
		return fmt.Errorf("%w: XML", ErrNotHTML)
	case !anyTag.Match(start):
		return fmt.Errorf("%w: text without markup", ErrNotHTML)
	}
	return nil
}

// pinned is the text in the elements that a selector names, in the order of the page; none when there is no selector.
func pinned(doc *html.Node, base *url.URL, selector, title string) ([]Block, error) {
	if selector == "" {
		return nil, nil
	}
	m, err := cascadia.ParseGroup(selector)
	if err != nil {
		return nil, fmt.Errorf("selector %q: %w", selector, err)
	}
	var blocks []Block
	var last *html.Node
	for _, n := range cascadia.QueryAll(doc, m) {
		if last != nil && slices.Contains(slices.Collect(n.Ancestors()), last) {
			continue // read already, with what it is in
		}
		last = n
		blocks = append(blocks, fromNode(n, base.String())...)
	}
	return tidy(blocks, title), nil
}

// ownAddress is the absolute address that a page gives as its own, or "".
func ownAddress(doc *html.Node) string {
	for n := range doc.Descendants() {
		ref := ""
		switch {
		case n.Type != html.ElementNode:
		case n.Data == "link" && strings.EqualFold(attr(n, "rel"), "canonical"):
			ref = attr(n, "href")
		case n.Data == "meta" && strings.EqualFold(attr(n, "property"), "og:url"):
			ref = attr(n, "content")
		}
		if u, err := url.Parse(strings.TrimSpace(ref)); err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") {
			return u.String()
		}
	}
	return ""
}

// safely makes a panic of a library an error, so that the next reading gets its chance.
func safely[T any](f func() (T, error)) (out T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return f()
}

// mayBePage reports content types that may hold a page; no type at all may.
func mayBePage(contentType string) bool {
	kind, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	kind = strings.TrimSpace(kind)
	return kind == "" || strings.HasPrefix(kind, "text/") || strings.Contains(kind, "html") ||
		strings.Contains(kind, "xml") || kind == "application/octet-stream"
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
