package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"image"
	_ "image/jpeg" // pictures of the newsroom
	_ "image/png"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"

	"newsbot/internal/emulator"
)

const (
	maxCards    = 1000
	maxCardBody = 4 << 20 // bytes of a page or picture that is looked at
	maxCardText = 300     // bytes of a description
)

// card is the preview of a link, as Telegram makes it: a picture by itself, or
// a page's title, description and picture. Its size is known before the
// picture is loaded, so that nothing jumps.
type card struct {
	URL    string `json:"url"`
	Site   string `json:"site,omitempty"`
	Title  string `json:"title,omitempty"`
	Text   string `json:"text,omitempty"`
	Image  string `json:"image,omitempty"` // path under the sandbox's own origin
	Width  int    `json:"w,omitempty"`
	Height int    `json:"h,omitempty"`
	Large  bool   `json:"large,omitempty"`
	Above  bool   `json:"above,omitempty"`
}

// cards makes previews of the newsroom's pages and pictures, and of nothing
// else: the sandbox has no business on the network. They are asked of the
// newsroom's handler itself, so what is shown never depends on a listener.
type cards struct {
	base    string // scheme and host of the sandbox
	handler http.Handler

	mu   sync.Mutex
	seen map[string]*card // nil: there is no preview
}

func newCards(base string, h http.Handler) *cards {
	return &cards{base: base, handler: h, seen: map[string]*card{}}
}

// of is the preview that a message shows, or nil.
func (c *cards) of(m emulator.Message) *card {
	var o emulator.LinkPreview
	if m.LinkPreview != nil {
		o = *m.LinkPreview
	}
	if o.IsDisabled {
		return nil
	}
	link := o.URL
	if link == "" {
		link = firstLink(m)
	}
	path, ok := c.path(link)
	if !ok {
		return nil
	}
	base := c.lookUp(path)
	if base == nil {
		return nil
	}
	v := *base
	v.URL = link
	v.Above = o.ShowAboveText
	v.Large = v.Image != "" && !o.PreferSmallMedia && (o.PreferLargeMedia || v.Title == "")
	return &v
}

// path is where a link leads in the newsroom.
func (c *cards) path(link string) (string, bool) {
	rest, ok := strings.CutPrefix(link, c.base)
	return rest, ok && strings.HasPrefix(rest, "/newsroom/")
}

func (c *cards) lookUp(path string) *card {
	c.mu.Lock()
	v, ok := c.seen[path]
	c.mu.Unlock()
	if ok {
		return v
	}
	v = c.make(path)
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.seen) >= maxCards {
		clear(c.seen)
	}
	c.seen[path] = v
	return v
}

// make looks at a page or picture; what cannot be shown has no card.
func (c *cards) make(path string) *card {
	ctype, body, err := c.get(path)
	if err != nil {
		return nil
	}
	if strings.HasPrefix(ctype, "image/") {
		return withPicture(&card{}, path, body)
	}
	if !strings.HasPrefix(ctype, "text/html") {
		return nil
	}
	v, picture := readMeta(body, ctype)
	if v.Title == "" {
		return nil
	}
	if u, err := url.Parse(c.base + path); err == nil && picture != "" {
		if ref, err := u.Parse(picture); err == nil {
			if p, ok := c.path(ref.String()); ok {
				if t, b, err := c.get(p); err == nil && strings.HasPrefix(t, "image/") {
					withPicture(v, p, b)
				}
			}
		}
	}
	return v
}

// withPicture puts a picture on a card; nil when it is none.
func withPicture(v *card, path string, body []byte) *card {
	cfg, _, err := image.DecodeConfig(bytes.NewReader(body))
	if err != nil || cfg.Width == 0 || cfg.Height == 0 {
		return nil
	}
	v.Image, v.Width, v.Height = path, cfg.Width, cfg.Height
	return v
}

// readMeta reads what a page says of itself for previews.
func readMeta(body []byte, ctype string) (v *card, picture string) {
	v = &card{}
	r, err := charset.NewReader(bytes.NewReader(body), ctype)
	if err != nil {
		return v, ""
	}
	z := html.NewTokenizer(io.LimitReader(r, maxCardBody))
	inTitle := false
	for {
		switch z.Next() {
		case html.ErrorToken:
			return v, picture
		case html.TextToken:
			if inTitle && v.Title == "" {
				v.Title = strings.TrimSpace(string(z.Text()))
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if string(name) == "head" {
				return v, picture
			}
			inTitle = false
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			inTitle = t.Data == "title"
			if t.Data != "meta" {
				continue
			}
			key, content := "", ""
			for _, a := range t.Attr {
				switch a.Key {
				case "property", "name":
					key = a.Val
				case "content":
					content = strings.TrimSpace(a.Val)
				}
			}
			switch key {
			case "og:title":
				v.Title = content
			case "og:site_name":
				v.Site = content
			case "og:description", "description":
				v.Text = shorten(content, maxCardText)
			case "og:image":
				picture = content
			}
		}
	}
}

// get asks the newsroom for a path.
func (c *cards) get(path string) (ctype string, body []byte, err error) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, path, nil)
	if err != nil {
		return "", nil, fmt.Errorf("ask for %s: %w", path, err)
	}
	w := &capture{header: http.Header{}, status: http.StatusOK}
	c.handler.ServeHTTP(w, r)
	if w.status != http.StatusOK {
		return "", nil, fmt.Errorf("ask for %s: status %d", path, w.status)
	}
	return w.header.Get("Content-Type"), w.body.Bytes(), nil
}

// capture keeps an answer in memory, up to maxCardBody.
type capture struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *capture) Header() http.Header    { return w.header }
func (w *capture) WriteHeader(status int) { w.status = status }
func (w *capture) Write(p []byte) (int, error) {
	if w.body.Len()+len(p) > maxCardBody {
		return 0, fmt.Errorf("the answer is over %d bytes", maxCardBody)
	}
	return w.body.Write(p)
}

// firstLink is the first address in a text, which Telegram previews when the
// bot names none.
func firstLink(m emulator.Message) string {
	for _, e := range m.Entities {
		switch e.Type {
		case "text_link":
			return e.URL
		case "url":
			return utf16Slice(m.Text, e.Offset, e.Length)
		}
	}
	return ""
}
