package newsroom

import (
	"embed"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// storyFiles are the stories: stories/<site>/<slug>.md, a few "key: value"
// lines, a line of three dashes, and the text (see parseStory).
//
//go:embed stories
var storyFiles embed.FS

// blockKind is what a block of a story's text is.
type blockKind string

const (
	para    blockKind = "p"
	heading blockKind = "h"
	quote   blockKind = "q"
	list    blockKind = "list"
	table   blockKind = "table"
	figure  blockKind = "img"
)

// block is one piece of a story's text, in the story's inline markup.
type block struct {
	kind  blockKind
	text  string     // para, heading, quote; a figure's caption
	items []string   // list
	rows  [][]string // table
	pic   int        // figure: index in the story's pictures
}

// quirk is a defect that a real feed has and this story shows.
type quirk string

const (
	quirkNone     quirk = ""
	quirkNoDate   quirk = "no-date"   // neither the feed nor the page gives a date
	quirkFuture   quirk = "future"    // dated ahead of the clock, in the zone of before 2024
	quirkShortDay quirk = "short-day" // an old story at the 6th of a month: a day of one digit
)

// story is one article as written; it does not change after loading.
type story struct {
	site     *site
	slug     string
	title    string
	author   string
	topic    string
	caption  string
	age      time.Duration // before the newsroom's start
	held     int           // order of release when above zero; then age is not used
	quirk    quirk
	blocks   []block
	pictures []picture // the first is the lead picture
}

// path is the story's path under its site.
func (s *story) path() string { return s.site.articlePath(s.slug) }

// lead is the first paragraph as plain text.
func (s *story) lead() string { return plain(s.blocks[0].text) }

// firstPublished is when a story that is not held back came out, for a newsroom started at start.
func (s *story) firstPublished(start time.Time) time.Time {
	if s.quirk == quirkShortDay {
		day := start.In(almaty)
		at := time.Date(day.Year(), day.Month(), 6, 9, 0, 0, 0, almaty)
		if !at.Before(start) {
			at = at.AddDate(0, -1, 0)
		}
		return at
	}
	return start.Add(-s.age).Truncate(time.Second)
}

// loadStories reads every story under stories/ and checks what only all of them together can show.
func loadStories(files fs.FS, sites []*site) ([]*story, error) {
	byID := map[string]*site{}
	for _, s := range sites {
		byID[s.id] = s
	}
	names, err := fs.Glob(files, "stories/*/*.md")
	if err != nil {
		return nil, fmt.Errorf("list: %w", err)
	}
	var all []*story
	releases := map[int]string{}
	for _, name := range names {
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		st, err := parseStory(string(raw))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if st.site = byID[path.Base(path.Dir(name))]; st.site == nil {
			return nil, fmt.Errorf("%s: no such site", name)
		}
		if st.slug == "" {
			st.slug = strings.TrimSuffix(path.Base(name), ".md")
		}
		if st.held > 0 {
			if other, ok := releases[st.held]; ok {
				return nil, fmt.Errorf("%s: held %d is taken by %s", name, st.held, other)
			}
			releases[st.held] = name
		}
		all = append(all, st)
	}
	return all, nil
}

// parseStory reads one story file. The keys are title, author, topic,
// picture ("scene palette") and caption, one of age (a duration) and held (an
// order), and at will slug and quirk. The text is blocks divided by blank
// lines: "## " a heading, "> " a quotation, lines of "- " a list, lines of "|"
// a table, "![scene palette] caption" a figure, else a paragraph; inside them
// **strong** and [text](slug of a story of the same site).
func parseStory(raw string) (*story, error) {
	head, body, ok := strings.Cut(raw, "\n---\n")
	if !ok {
		return nil, errors.New("no line of dashes between head and text")
	}
	s := &story{}
	for line := range strings.Lines(head) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			return nil, fmt.Errorf("head: %q is no \"key: value\"", line)
		}
		if err := s.set(key, value); err != nil {
			return nil, fmt.Errorf("head: %s: %w", key, err)
		}
	}
	for chunk := range strings.SplitSeq(body, "\n\n") {
		chunk = strings.Trim(chunk, "\n")
		if chunk == "" {
			continue
		}
		if err := s.addBlock(chunk); err != nil {
			return nil, err
		}
	}
	switch {
	case s.title == "" || s.topic == "" || len(s.pictures) == 0:
		return nil, errors.New("title, topic and picture are required")
	case len(s.blocks) == 0 || s.blocks[0].kind != para:
		return nil, errors.New("the text must begin with a paragraph, the lead")
	case (s.age > 0) == (s.held > 0) && s.quirk != quirkShortDay:
		return nil, errors.New("one of age and held is required")
	}
	return s, nil
}

func (s *story) set(key, value string) (err error) {
	switch key {
	case "title":
		s.title = value
	case "author":
		s.author = value
	case "slug":
		s.slug = value
	case "caption":
		s.caption = value
	case "topic":
		if topicNames[value] == nil {
			return fmt.Errorf("unknown topic %q", value)
		}
		s.topic = value
	case "age":
		s.age, err = time.ParseDuration(value)
	case "held":
		s.held, err = strconv.Atoi(value)
	case "quirk":
		s.quirk = quirk(value)
		if s.quirk != quirkNoDate && s.quirk != quirkFuture && s.quirk != quirkShortDay {
			return fmt.Errorf("unknown quirk %q", value)
		}
	case "picture":
		if len(s.pictures) > 0 {
			return errors.New("given twice or after the text")
		}
		_, err = s.addPicture(value)
	default:
		return errors.New("unknown key")
	}
	return err
}

func (s *story) addPicture(spec string) (int, error) {
	p, err := parsePicture(spec)
	if err != nil {
		return 0, err
	}
	s.pictures = append(s.pictures, p)
	return len(s.pictures) - 1, nil
}

func (s *story) addBlock(chunk string) error {
	switch {
	case strings.HasPrefix(chunk, "## "):
		s.blocks = append(s.blocks, block{kind: heading, text: chunk[3:]})
	case strings.HasPrefix(chunk, "> "):
		s.blocks = append(s.blocks, block{kind: quote, text: chunk[2:]})
	case strings.HasPrefix(chunk, "!["):
		spec, caption, ok := strings.Cut(chunk[2:], "] ")
		if !ok {
			return fmt.Errorf("figure %q has no caption", chunk)
		}
		i, err := s.addPicture(spec)
		if err != nil {
			return err
		}
		s.blocks = append(s.blocks, block{kind: figure, text: caption, pic: i})
	case strings.HasPrefix(chunk, "- "):
		var items []string
		for line := range strings.Lines(chunk) {
			items = append(items, strings.TrimPrefix(strings.TrimRight(line, "\n"), "- "))
		}
		s.blocks = append(s.blocks, block{kind: list, items: items})
	case strings.HasPrefix(chunk, "|"):
		var rows [][]string
		for line := range strings.Lines(chunk) {
			cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			rows = append(rows, cells)
		}
		s.blocks = append(s.blocks, block{kind: table, rows: rows})
	default:
		s.blocks = append(s.blocks, block{kind: para, text: strings.ReplaceAll(chunk, "\n", " ")})
	}
	return nil
}

var (
	strongMark = regexp.MustCompile(`\*\*(.+?)\*\*`)
	linkMark   = regexp.MustCompile(`\[([^\]]+)\]\(([^)]+)\)`)
)

// plain is inline markup as plain text.
func plain(text string) string {
	return linkMark.ReplaceAllString(strongMark.ReplaceAllString(text, "$1"), "$1")
}

// inline is inline markup as HTML; link makes the address of a slug.
func inline(text string, link func(slug string) string) string {
	out := strongMark.ReplaceAllString(html.EscapeString(text), "<strong>$1</strong>")
	return linkMark.ReplaceAllStringFunc(out, func(m string) string {
		part := linkMark.FindStringSubmatch(m)
		return `<a href="` + html.EscapeString(link(part[2])) + `">` + part[1] + `</a>`
	})
}

// chars is the length of the story's text in runes, for tests and reading times.
func (s *story) chars() int {
	total := 0
	for _, b := range s.blocks {
		total += len([]rune(plain(b.text)))
		for _, item := range b.items {
			total += len([]rune(plain(item)))
		}
	}
	return total
}
