// Package feed reads what a source has published: it fetches the source's
// address politely, decodes what comes back and returns its items.
package feed

import "time"

// Kind says how a source publishes.
type Kind string

// The kinds of source.
const (
	KindFeed    Kind = "feed"    // RSS, Atom, RDF or JSON Feed
	KindHTML    Kind = "html"    // a page with a list, read by selectors
	KindSitemap Kind = "sitemap" // a news sitemap
)

// Source is one publisher's address and how to read it, as in a sources file.
type Source struct {
	ID        string    `yaml:"id"` // slug, the natural key
	Title     string    `yaml:"title"`
	URL       string    `yaml:"url"`
	Kind      Kind      `yaml:"kind"`
	Language  string    `yaml:"language,omitempty"` // kk, ru, en; empty when mixed
	Topics    []string  `yaml:"topics,omitempty"`
	Selectors Selectors `yaml:"selectors,omitempty"`
}

// Selectors are CSS selectors for a KindHTML source. Title, Link and Date are
// looked up inside each Item; empty Title and Link mean the item itself or its first link.
type Selectors struct {
	Item  string `yaml:"item,omitempty"`
	Title string `yaml:"title,omitempty"`
	Link  string `yaml:"link,omitempty"`
	Date  string `yaml:"date,omitempty"`
	// Text is where the text of an article is on its page, for a source of any
	// kind; empty when it is to be found out.
	Text string `yaml:"text,omitempty"`
}

// Item is one entry of a source. Link is absolute; Published, and Updated, which is when
// it was edited last, are zero when the source does not say; Summary is plain text; Content is the entry's HTML when the feed carries it.
type Item struct {
	ID         string
	Link       string
	Title      string
	Author     string
	Published  time.Time
	Updated    time.Time `json:",omitzero"`
	Image      string
	Summary    string
	Content    string
	Categories []string
}

// Feed is what one fetch yields.
type Feed struct {
	Title    string
	Language string
	Items    []Item
	Skipped  int // entries that had no title or led nowhere
	// TTL is for how long the feed asks to be left alone, and Period how often it
	// says that it is updated; zero when it does not say.
	TTL    time.Duration `json:",omitempty"`
	Period time.Duration `json:",omitempty"`
}

// State is what makes the next fetch conditional.
type State struct {
	ETag         string
	LastModified string
	Hash         string // of the body that was read: servers without the other two send it again and again
}
