package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"newsbot/internal/article"
	"newsbot/internal/feed"
	"newsbot/internal/fetch"
	"newsbot/internal/rates"
	"newsbot/internal/story"
)

// userAgent is how Newsbot names itself to the sites that it reads; contact is
// where they may turn to, empty when the operator gives nothing.
func userAgent(contact string) string {
	if contact != "" {
		contact = "; +" + contact
	}
	return "Newsbot/" + versionString() + " (news reader for Telegram" + contact + ")"
}

// inspectLimit is the most that inspect reads of a file or an address, in bytes.
const inspectLimit = 20 << 20

type inspectCommand struct {
	Feed  inspectFeed  `cmd:"" help:"Items of a feed, a news sitemap or, with --item, an HTML list."`
	Page  inspectPage  `cmd:"" help:"The article on a page."`
	Rates inspectRates `cmd:"" help:"A list of rates of the National Bank of Kazakhstan or the Bank of Russia."`
}

type inspectTarget struct {
	Target string `arg:"" name:"file-or-url" help:"A file, - for standard input, or an address."`
	JSON   bool   `name:"json" help:"Print JSON."`
}

// document is what a target held.
type document struct {
	body        []byte
	contentType string
	address     string // the final address, or "" for a file
}

// load reads the target. What a person names on the command line may be on a
// private network: she could read it with any other program.
func (t inspectTarget) load(ctx context.Context) (document, error) {
	if u, err := url.Parse(t.Target); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
		client := fetch.New(fetch.Options{AllowPrivate: true, UserAgent: userAgent("")})
		r, err := client.Get(ctx, fetch.Request{URL: t.Target, MaxBytes: inspectLimit})
		if err != nil {
			return document{}, err
		}
		return document{r.Body, r.ContentType, r.URL}, nil
	}
	var in io.Reader = os.Stdin
	if t.Target != "-" {
		f, err := os.Open(filepath.Clean(t.Target))
		if err != nil {
			return document{}, err
		}
		defer f.Close()
		in = f
	}
	body, err := io.ReadAll(io.LimitReader(in, inspectLimit+1))
	if err != nil {
		return document{}, fmt.Errorf("read %s: %w", t.Target, err)
	}
	if len(body) > inspectLimit {
		return document{}, fmt.Errorf("read %s: larger than %d MB", t.Target, inspectLimit>>20)
	}
	return document{body: body}, nil
}

// show prints v as JSON, or lines made by plain.
func (t inspectTarget) show(w io.Writer, v any, plain func(*bytes.Buffer)) error {
	var out bytes.Buffer
	if t.JSON {
		enc := json.NewEncoder(&out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(v); err != nil {
			return fmt.Errorf("encode: %w", err)
		}
	} else {
		plain(&out)
	}
	_, err := w.Write(out.Bytes())
	return err
}

// instant prints a time as RFC 3339, and an unknown one as nothing.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

type inspectFeed struct {
	inspectTarget
	Kind  string `enum:"feed,html,sitemap" default:"feed" help:"feed, html or sitemap."`
	Item  string `help:"Selector of an item, for html."`
	Title string `help:"Selector of the title inside an item."`
	Link  string `help:"Selector of the link inside an item."`
	Date  string `help:"Selector of the date inside an item."`

	Timezone string `default:"Asia/Almaty" help:"Zone of dates that name none."`
}

// Run prints the items of the target as {title,language,items}.
func (c inspectFeed) Run(p *process) error {
	zone, err := time.LoadLocation(c.Timezone)
	if err != nil {
		return usageError{fmt.Errorf("TIMEZONE: %w", err)}
	}
	doc, err := c.load(p.ctx)
	if err != nil {
		return err
	}
	kind := feed.Kind(c.Kind)
	if c.Item != "" {
		kind = feed.KindHTML
	}
	src := feed.Source{ID: "inspect", URL: doc.address, Kind: kind,
		Selectors: feed.Selectors{Item: c.Item, Title: c.Title, Link: c.Link, Date: c.Date}}
	f, err := feed.Parse(doc.body, doc.contentType, doc.address, src, zone, time.Now())
	if err != nil {
		return fmt.Errorf("read %s: %w", c.Target, err)
	}
	type item struct {
		ID          string `json:"id"`
		Link        string `json:"link"`
		Title       string `json:"title"`
		Author      string `json:"author"`
		PublishedAt string `json:"published_at"`
		Image       string `json:"image"`
		Summary     string `json:"summary"`
		Content     string `json:"content"`
	}
	out := struct {
		Title    string `json:"title"`
		Language string `json:"language"`
		Items    []item `json:"items"`
	}{f.Title, f.Language, []item{}}
	for _, i := range f.Items {
		out.Items = append(out.Items, item{i.ID, i.Link, i.Title, i.Author, instant(i.Published), i.Image, i.Summary, i.Content})
	}
	return c.show(p.stdout, out, func(b *bytes.Buffer) {
		fmt.Fprintf(b, "%s (%d items)\n", out.Title, len(out.Items))
		for _, i := range out.Items {
			fmt.Fprintf(b, "%-25s  %s\n%27s%s\n", i.PublishedAt, i.Title, "", i.Link)
		}
	})
}

type inspectPage struct {
	inspectTarget
	Selector string `help:"Selector of the text on the page, when it is to be pinned for a source."`
}

// Run prints the article on the target as {url,title,author,published_at,language,image,text}.
func (c inspectPage) Run(p *process) error {
	doc, err := c.load(p.ctx)
	if err != nil {
		return err
	}
	a, err := article.NewExtractor(runtime.GOMAXPROCS(0), 10*time.Second).ExtractPinned(p.ctx, doc.body, doc.contentType, doc.address, c.Selector)
	if err != nil {
		return fmt.Errorf("read %s: %w", c.Target, err)
	}
	out := struct {
		URL         string `json:"url"`
		Title       string `json:"title"`
		Author      string `json:"author"`
		PublishedAt string `json:"published_at"`
		Language    string `json:"language"`
		Image       string `json:"image"`
		Text        string `json:"text"`
	}{a.URL, a.Title, a.Author, instant(a.Published), story.Language(a.Title, a.Text(), a.Language), a.Image, a.Text()}
	return c.show(p.stdout, out, func(b *bytes.Buffer) {
		for _, line := range []string{out.Title, out.Author, out.PublishedAt, out.URL} {
			if line != "" {
				fmt.Fprintln(b, line)
			}
		}
		fmt.Fprintf(b, "\n%s\n", out.Text)
	})
}

type inspectRates struct{ inspectTarget }

// asPrinted keeps the places that the bank printed: 0.00 stays 0.00, 68 stays 68.
func asPrinted(d decimal.Decimal) string {
	return d.StringFixed(max(0, -d.Exponent()))
}

// Run prints the list as {date,rates:[{code,nominal,value,change}]}; value and
// change are decimal strings for the nominal.
func (c inspectRates) Run(p *process) error {
	doc, err := c.load(p.ctx)
	if err != nil {
		return err
	}
	day, err := parseRates(doc.body)
	if err != nil && !errors.Is(err, rates.ErrNotPublished) {
		return fmt.Errorf("read %s: %w", c.Target, err)
	}
	type rate struct {
		Code    string `json:"code"`
		Nominal int64  `json:"nominal"`
		Value   string `json:"value"`
		Change  string `json:"change"`
	}
	out := struct {
		Date  string `json:"date"`
		Rates []rate `json:"rates"`
	}{Rates: []rate{}}
	if !day.Date.IsZero() {
		out.Date = day.Date.Format(time.DateOnly)
	}
	for _, r := range day.Rates {
		out.Rates = append(out.Rates, rate{r.Code, r.Nominal, asPrinted(r.Value), asPrinted(r.Change)})
	}
	for _, s := range day.Skipped {
		fmt.Fprintf(p.stderr, "%s: %s\n", cmp.Or(s.Code, "(no code)"), s.Why)
	}
	return c.show(p.stdout, out, func(b *bytes.Buffer) {
		switch n := len(out.Rates); n {
		case 0:
			fmt.Fprintln(b, strings.TrimSpace(out.Date+" not published yet"))
		case 1:
			fmt.Fprintf(b, "%s (1 currency)\n", out.Date)
		default:
			fmt.Fprintf(b, "%s (%d currencies)\n", out.Date, n)
		}
		for i, r := range out.Rates {
			change := r.Change
			switch {
			case slices.Contains(day.Untold, r.Code):
				change = "–"
			case day.Rates[i].Change.IsPositive():
				change = "+" + change
			}
			fmt.Fprintf(b, "%5d %s  %10s  %s\n", r.Nominal, r.Code, r.Value, change)
		}
	})
}

// parseRates reads a list of whichever bank it is. Of a body that is no list it
// tells what each bank's lacks: nobody knows whose it was meant to be.
func parseRates(body []byte) (rates.Day, error) {
	var reasons []string
	for _, issuer := range rates.Issuers() {
		day, err := issuer.Parse(body)
		if err == nil || errors.Is(err, rates.ErrNotPublished) {
			return day, err
		}
		reasons = append(reasons, issuer.ID+": "+err.Error())
	}
	return rates.Day{}, errors.New(strings.Join(reasons, "; "))
}
