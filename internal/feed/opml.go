package feed

import (
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"newsbot/internal/fetch"
)

const (
	maxOPML     = 5 << 20 // bytes: tens of thousands of feeds
	maxOutlines = 20_000
	maxDepth    = 32 // folders in folders
)

// opmlSpace is the namespace of what OPML has no attribute for: ids, kinds, selectors.
const opmlSpace = "https://newsbot.invalid/opml"

// ErrNotOPML is a file that is no list of feeds in OPML.
var ErrNotOPML = errors.New("not an OPML file")

// outline is an element of a list of feeds, as other readers write it too.
type outline struct {
	Text     string `xml:"text,attr"`
	Title    string `xml:"title,attr,omitempty"`
	Type     string `xml:"type,attr,omitempty"`
	XMLURL   string `xml:"xmlUrl,attr,omitempty"`
	Language string `xml:"language,attr,omitempty"`
	Category string `xml:"category,attr,omitempty"`

	ID   string `xml:"newsbot:id,attr,omitempty"`
	Kind string `xml:"newsbot:kind,attr,omitempty"`
	Item string `xml:"newsbot:item,attr,omitempty"`
	Name string `xml:"newsbot:title,attr,omitempty"`
	Link string `xml:"newsbot:link,attr,omitempty"`
	Date string `xml:"newsbot:date,attr,omitempty"`
	Body string `xml:"newsbot:text,attr,omitempty"`

	Outlines []outline `xml:"outline"`
}

// ReadOPML reads the feeds of an OPML file as any reader writes it. Folders become
// topics: those that name one of ours, in any of its words, are that one. A feed
// that stands in two folders has both topics. Feeds without an id get one of their
// host. skipped says what was left out and why; nothing usable at all is an error.
// However hostile the file, reading it is bounded: no entities, no depth without end.
func ReadOPML(r io.Reader) (sources []Source, skipped []error, err error) {
	text, err := io.ReadAll(io.LimitReader(r, maxOPML+1))
	if err != nil {
		return nil, nil, fmt.Errorf("read OPML: %w", err)
	}
	if len(text) > maxOPML {
		return nil, nil, fmt.Errorf("read OPML: the file is over %d bytes", maxOPML)
	}
	o := opmlReader{byURL: map[string]int{}, ids: map[string]bool{}, topics: BuiltinTopics()}
	if err := o.read(repair(text, "")); err != nil {
		return nil, nil, fmt.Errorf("read OPML: %w", err)
	}
	if len(o.sources) == 0 {
		return nil, nil, errors.Join(append([]error{fmt.Errorf("read OPML: %w: it lists no feeds", ErrNotOPML)}, o.skipped...)...)
	}
	return o.sources, o.skipped, nil
}

type opmlReader struct {
	topics  *TopicTable
	sources []Source
	skipped []error
	byURL   map[string]int // place in sources
	ids     map[string]bool
}

func (o *opmlReader) read(text string) error {
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // it is UTF-8 by now
	var folders []string                                                                 // one for each open outline; those of feeds are empty
	outlines, found := 0, false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) || err != nil && found && len(o.sources) > 0 {
			break // cut short: what came before counts
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNotOPML, err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch strings.ToLower(t.Name.Local) {
			case "opml":
				found = true
			case "outline":
				if outlines++; outlines > maxOutlines {
					return fmt.Errorf("more than %d outlines", maxOutlines)
				}
				if len(folders) >= maxDepth {
					return fmt.Errorf("folders more than %d deep", maxDepth)
				}
				folders = append(folders, o.outline(t.Attr, folders))
			}
		case xml.EndElement:
			if strings.EqualFold(t.Name.Local, "outline") && len(folders) > 0 {
				folders = folders[:len(folders)-1]
			}
		}
	}
	if !found {
		return ErrNotOPML
	}
	return nil
}

// outline takes in a feed, or returns the name of a folder.
func (o *opmlReader) outline(attrs []xml.Attr, folders []string) (folder string) {
	own, general := map[string]string{}, map[string]string{}
	for _, a := range attrs {
		if a.Name.Space == opmlSpace || a.Name.Space == "newsbot" {
			own[a.Name.Local] = a.Value
		} else {
			general[strings.ToLower(a.Name.Local)] = strings.TrimSpace(a.Value)
		}
	}
	name := plain(cmp.Or(general["title"], general["text"]))
	address := cmp.Or(general["xmlurl"], general["url"])
	if address == "" {
		return name
	}
	if rest, ok := strings.CutPrefix(address, "feed:"); ok {
		if address = rest; strings.HasPrefix(rest, "//") {
			address = "https:" + rest
		}
	}
	src := Source{ID: own["id"], Title: name, URL: address, Kind: Kind(cmp.Or(own["kind"], string(KindFeed))), Topics: o.topicsOf(folders, general["category"])}
	if l := primaryTag(general["language"]); slices.Contains(languages, l) {
		src.Language = l
	}
	src.Selectors = Selectors{Item: own["item"], Title: own["title"], Link: own["link"], Date: own["date"], Text: own["text"]}
	o.add(src)
	return ""
}

func (o *opmlReader) add(src Source) {
	if i, known := o.byURL[src.URL]; known {
		for _, t := range src.Topics {
			if !slices.Contains(o.sources[i].Topics, t) {
				o.sources[i].Topics = append(o.sources[i].Topics, t)
			}
		}
		return
	}
	if u, err := url.Parse(src.URL); err == nil {
		host := strings.TrimPrefix(u.Hostname(), "www.")
		src.Title = cmp.Or(src.Title, host)
		if src.ID == "" || o.ids[src.ID] {
			src.ID = FreeID(Slug(host), func(id string) bool { return o.ids[id] })
		}
	}
	if errs := src.check(); len(errs) > 0 {
		o.skipped = append(o.skipped, fmt.Errorf("%q (%s): %w", src.Title, fetch.Redact(src.URL), errors.Join(errs...)))
		return
	}
	o.byURL[src.URL], o.ids[src.ID] = len(o.sources), true
	o.sources = append(o.sources, src)
}

// topicsOf are the topics that folders and a list of categories name, the folders
// from the outside in.
func (o *opmlReader) topicsOf(folders []string, categories string) []string {
	names := slices.Clone(folders)
	for c := range strings.SplitSeq(categories, ",") {
		names = append(names, strings.Split(c, "/")...)
	}
	var topics []string
	for _, name := range names {
		topic := o.topics.Named(name)
		if topic == "" {
			if topic = Slug(name); topic == "source" && !strings.EqualFold(name, "source") {
				continue // no letter of it can stand in a topic
			}
		}
		if !slices.Contains(topics, topic) {
			topics = append(topics, topic)
		}
	}
	return topics
}

// WriteOPML writes sources as OPML that other readers take, in folders by their
// first topic, and that ReadOPML reads back to the same sources.
func WriteOPML(w io.Writer, sources []Source) error {
	type opml struct {
		XMLName xml.Name  `xml:"opml"`
		Version string    `xml:"version,attr"`
		Space   string    `xml:"xmlns:newsbot,attr"`
		Title   string    `xml:"head>title"`
		Body    []outline `xml:"body>outline"`
	}
	file := opml{Version: "2.0", Space: opmlSpace, Title: "Newsbot"}
	folder := map[string]int{}
	for _, s := range sources {
		o := outline{
			Text: s.Title, Title: s.Title, Type: "rss", XMLURL: s.URL, Language: s.Language, ID: s.ID,
			Item: s.Selectors.Item, Name: s.Selectors.Title, Link: s.Selectors.Link, Date: s.Selectors.Date, Body: s.Selectors.Text,
		}
		if s.Kind != KindFeed && s.Kind != "" {
			o.Kind = string(s.Kind)
		}
		if len(s.Topics) == 0 {
			file.Body = append(file.Body, o)
			continue
		}
		o.Category = strings.Join(s.Topics[1:], ",")
		at, known := folder[s.Topics[0]]
		if !known {
			at = len(file.Body)
			folder[s.Topics[0]] = at
			file.Body = append(file.Body, outline{Text: s.Topics[0]})
		}
		file.Body[at].Outlines = append(file.Body[at].Outlines, o)
	}
	text, err := xml.MarshalIndent(file, "", "  ")
	if err != nil {
		return fmt.Errorf("write OPML: %w", err)
	}
	if _, err := w.Write(append(append([]byte(xml.Header), text...), '\n')); err != nil {
		return fmt.Errorf("write OPML: %w", err)
	}
	return nil
}
