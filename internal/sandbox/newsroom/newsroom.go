// Package newsroom is the sandbox's own press: seven invented publishers with
// feeds, pages and pictures, and a national bank with official rates, all
// served over HTTP in the shapes that real ones have. Nothing in it is a fake
// of the bot's parts: it speaks only HTTP and is read as any site is.
//
// The news is fiction written for this. Publishing times follow the clock
// given to New, so the newest story is always minutes old.
package newsroom

import (
	"fmt"
	"net/http"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml"
)

// almaty is the only time zone of Kazakhstan since March 2024. It is fixed
// here so that the newsroom needs no time zone database.
var almaty = time.FixedZone("+05", 5*60*60)

// Newsroom holds the publishers and the bank. It is safe for concurrent use.
type Newsroom struct {
	now     func() time.Time
	sites   []*site
	stories []*story
	byPath  map[string]*story // "site/path/of/article"
	pages   pageSet
	gallery *gallery
	bank    *bank

	mu        sync.Mutex
	base      string
	published map[*story]time.Time
	held      []*story // not yet out, in order of release
}

// New builds the newsroom. Stories are dated back from now() at this call;
// later calls of now decide the day of the rates, the "today" of list pages
// and the time of stories that PublishNext brings out. It panics when the
// embedded stories or pages are malformed, which the package's tests exclude.
func New(now func() time.Time) *Newsroom {
	n := &Newsroom{
		now:       now,
		sites:     sites(),
		byPath:    map[string]*story{},
		gallery:   newGallery(),
		bank:      newBank(now),
		base:      "http://127.0.0.1:8080/newsroom",
		published: map[*story]time.Time{},
	}
	var err error
	if n.stories, err = loadStories(storyFiles, n.sites); err != nil {
		panic(fmt.Sprintf("newsroom: load stories: %v", err))
	}
	if n.pages, err = loadPages(n.sites); err != nil {
		panic(fmt.Sprintf("newsroom: load pages: %v", err))
	}
	start := now()
	for _, s := range n.stories {
		n.byPath[s.site.id+"/"+s.path()] = s
		n.gallery.add(s)
		if s.held > 0 {
			n.held = append(n.held, s)
			continue
		}
		n.published[s] = s.firstPublished(start)
	}
	sort.Slice(n.held, func(i, j int) bool { return n.held[i].held < n.held[j].held })
	return n
}

// SetBase sets the public address that the newsroom is reached under, such as
// http://127.0.0.1:8080/newsroom. Every link in feeds and pages is under it.
func (n *Newsroom) SetBase(base string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.base = strings.TrimRight(base, "/")
}

func (n *Newsroom) baseURL() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.base
}

// RatesURL is the address of the national bank's list of rates; a reader adds ?fdate=DD.MM.YYYY.
func (n *Newsroom) RatesURL() string { return n.baseURL() + ratesPath }

// PublishNext brings the next held-back story out, dated now, and returns its
// title. It returns false when all stories are out.
func (n *Newsroom) PublishNext() (title string, ok bool) {
	now := n.now()
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.held) == 0 {
		return "", false
	}
	s := n.held[0]
	n.held = n.held[1:]
	n.published[s] = now.Truncate(time.Second)
	return s.title, true
}

// Held is how many stories are still held back.
func (n *Newsroom) Held() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.held)
}

// The bank's moods, for SetRatesMode.
const (
	RatesOK    = "ok"    // the real thing
	RatesDown  = "down"  // 503 with a page of HTML
	RatesHTML  = "html"  // 200, but a firewall's page of HTML
	RatesZeros = "zeros" // every value is 0.0
	RatesEmpty = "empty" // a list without items
)

// RatesModes are the modes that SetRatesMode knows.
func RatesModes() []string {
	return []string{RatesOK, RatesDown, RatesHTML, RatesZeros, RatesEmpty}
}

// SetRatesMode makes the bank answer in one of RatesModes; any other mode means RatesOK.
func (n *Newsroom) SetRatesMode(mode string) { n.bank.setMode(mode) }

// RatesMode is the mode that the bank is in.
func (n *Newsroom) RatesMode() string { return n.bank.getMode() }

// sourceEntry is one entry of a sources file.
type sourceEntry struct {
	ID        string           `yaml:"id"`
	Title     string           `yaml:"title"`
	URL       string           `yaml:"url"`
	Kind      string           `yaml:"kind"`
	Language  string           `yaml:"language"`
	Topics    []string         `yaml:"topics,flow"`
	Selectors *sourceSelectors `yaml:"selectors,omitempty"`
}

type sourceSelectors struct {
	Item  string `yaml:"item"`
	Title string `yaml:"title"`
	Link  string `yaml:"link"`
	Date  string `yaml:"date"`
}

// Sources is a sources file (YAML) of all publishers, with addresses under the base.
func (n *Newsroom) Sources() []byte {
	base := n.baseURL()
	var list []sourceEntry
	for _, s := range n.sites {
		list = append(list, sourceEntry{
			ID: s.id, Title: s.title, URL: base + "/" + s.id + "/" + s.feed,
			Kind: s.kind, Language: s.lang, Topics: s.topics, Selectors: s.selectors,
		})
	}
	b, err := yaml.Marshal(list)
	if err != nil {
		// Only strings are marshalled; a failure is a defect of this package.
		panic(fmt.Sprintf("newsroom: marshal sources: %v", err))
	}
	return b
}

// entry is a story that is out, with the time it came out.
type entry struct {
	*story
	published time.Time
}

// entries are the stories of a site that are out, newest first; all sites when s is nil.
func (n *Newsroom) entries(s *site) []entry {
	n.mu.Lock()
	var list []entry
	for st, at := range n.published {
		if s == nil || st.site == s {
			list = append(list, entry{st, at})
		}
	}
	n.mu.Unlock()
	sort.Slice(list, func(i, j int) bool {
		if !list[i].published.Equal(list[j].published) {
			return list[i].published.After(list[j].published)
		}
		return list[i].slug < list[j].slug
	})
	return list
}

// lookup finds the story at a path, if it is out.
func (n *Newsroom) lookup(path string) (entry, bool) {
	s, ok := n.byPath[path]
	if !ok {
		return entry{}, false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	at, ok := n.published[s]
	return entry{s, at}, ok
}

// Handler serves the newsroom; mount it under the base's path with http.StripPrefix.
func (n *Newsroom) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", n.serveIndex)
	mux.HandleFunc("GET /robots.txt", n.serveRobots)
	mux.HandleFunc("GET "+picturePrefix+"{name...}", n.servePicture)
	mux.Handle("GET "+ratesPath, n.bank)
	for _, s := range n.sites {
		mux.HandleFunc("GET /"+s.id+"/{$}", func(w http.ResponseWriter, r *http.Request) { n.serveFront(w, r, s) })
		mux.HandleFunc("GET /"+s.id+"/"+exact(s.feed), func(w http.ResponseWriter, r *http.Request) { n.serveFeed(w, r, s) })
		mux.HandleFunc("GET /"+s.id+"/sitemap-news.xml", func(w http.ResponseWriter, r *http.Request) { n.serveSitemap(w, r, s) })
		mux.HandleFunc("GET /"+s.id+"/{path...}", func(w http.ResponseWriter, r *http.Request) { n.serveArticle(w, r, s) })
	}
	return mux
}

func (n *Newsroom) serveRobots(w http.ResponseWriter, r *http.Request) {
	var b strings.Builder
	b.WriteString("User-agent: *\nDisallow: /search\nCrawl-delay: 1\n\n")
	for _, s := range n.sites {
		fmt.Fprintf(&b, "Sitemap: %s/%s/sitemap-news.xml\n", n.baseURL(), s.id)
	}
	n.reply(w, r, document{body: []byte(b.String()), contentType: "text/plain; charset=utf-8", maxAge: time.Hour})
}

// exact makes a mux pattern of a path that ends with a slash match that path only.
func exact(path string) string {
	if strings.HasSuffix(path, "/") {
		return path + "{$}"
	}
	return path
}
