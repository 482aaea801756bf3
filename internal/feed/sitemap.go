package feed

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// sitemapEntry is a url of a sitemap or a sitemap of an index.
type sitemapEntry struct {
	Loc     string   `xml:"loc"`
	LastMod string   `xml:"lastmod"`
	Images  []string `xml:"http://www.google.com/schemas/sitemap-image/1.1 image>loc"`
	News    struct {
		Title    string `xml:"title"`
		Date     string `xml:"publication_date"`
		Name     string `xml:"publication>name"`
		Language string `xml:"publication>language"`
		Keywords string `xml:"keywords"`
	} `xml:"news"`
}

// sitemap reads a news sitemap: pages that have news with a title. Other pages are skipped.
func (p parsing) sitemap(text string) (Feed, error) {
	if root(text) == "sitemapindex" {
		return Feed{}, errors.New("an index of sitemaps, not a sitemap")
	}
	entries, err := sitemapEntries(text, "urlset", "url")
	if err != nil {
		return Feed{}, err
	}
	var f Feed
	for _, e := range entries {
		it := Item{Link: p.resolve(e.Loc), Title: p.title(e.News.Title, e.News.Name)}
		if it.Link == "" || it.Title == "" {
			f.Skipped++
			continue
		}
		it.ID = it.Link
		for _, d := range []string{e.News.Date, e.LastMod} {
			if t, ok := parseDate(d, p.zone, p.now); ok {
				it.Published = p.notAfterNow(t)
				break
			}
		}
		it.Updated = p.updated(it.Published, e.LastMod)
		if len(e.Images) > 0 {
			it.Image = p.resolve(e.Images[0])
		}
		for k := range strings.SplitSeq(e.News.Keywords, ",") {
			if k = plain(k); k != "" && len(it.Categories) < 20 {
				it.Categories = append(it.Categories, k)
			}
		}
		if f.Title == "" {
			f.Title = plain(e.News.Name)
		}
		if f.Language == "" {
			f.Language = primaryTag(e.News.Language)
		}
		f.Items = append(f.Items, it)
	}
	if len(f.Items) == 0 {
		return Feed{}, fmt.Errorf("%w: the sitemap lists %d pages, none as news with a title", ErrNoItems, f.Skipped)
	}
	f.Items = limited(f.Items)
	return f, nil
}

// sitemapEntries reads the entries of a sitemap or index one by one, so that one
// cut short gives those before the cut.
func sitemapEntries(text, outer, inner string) ([]sitemapEntry, error) {
	if name := root(text); name != outer {
		if name == "html" || isHTML(text) {
			return nil, ErrHTML
		}
		return nil, fmt.Errorf("%w: the document is <%s>, not <%s>", ErrNotFeed, name, outer)
	}
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // UTF-8 already
	var entries []sitemapEntry
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return entries, nil
		}
		if err != nil {
			return stopped(entries, err)
		}
		if start, ok := t.(xml.StartElement); ok && start.Name.Local == inner {
			var e sitemapEntry
			if err := d.DecodeElement(&e, &start); err != nil {
				return stopped(entries, err)
			}
			entries = append(entries, e)
		}
	}
}

// stopped keeps what was read before a fault; with nothing read, the fault is the answer.
func stopped(entries []sitemapEntry, err error) ([]sitemapEntry, error) {
	if len(entries) > 0 {
		return entries, nil
	}
	return nil, err
}
