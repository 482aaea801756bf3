// Package storytest reads the labelled pairs by which the clustering of news into
// stories is measured: internal/story/testdata/pairs. It knows nothing of how
// stories are told apart. For tests only.
package storytest

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// The parts of the set: those to tune with, and those that are only measured.
const (
	Tune    = "tune"
	HeldOut = "held-out" // once only measured, and by now to tune with
	Fresh   = "fresh"
	Reserve = "reserve"
)

// Parts are the parts of the set in the order they are read.
func Parts() []string { return []string{Tune, HeldOut, Fresh, Reserve} }

// Tunable tells whether rules may be made with an eye on the texts of a part.
func Tunable(part string) bool { return part == Tune || part == HeldOut }

// The labels of a pair.
const (
	Same      = "same"      // one event
	Topic     = "topic"     // one topic, another event
	Twin      = "twin"      // one template or nearly one wording, another event
	Different = "different" // nothing but a name or a rare word in common
)

// Text is a piece of news as one newsroom published it.
type Text struct {
	ID        string
	Part      string
	Theme     string // its file's name
	Language  string // kk, ru or en
	Source    string
	Published time.Time
	Title     string
	Body      string // a paragraph a line; may be empty
}

// Pair is two texts and what a reader says of them.
type Pair struct {
	A, B  Text
	Label string
	Why   string
}

// Languages names the languages of a pair, the first in alphabet first: "kk", "kk-ru".
func (p Pair) Languages() string {
	if p.A.Language == p.B.Language {
		return p.A.Language
	}
	return min(p.A.Language, p.B.Language) + "-" + max(p.A.Language, p.B.Language)
}

// Set is texts in the order of the files, and the pairs of them that have a label.
type Set struct {
	Texts []Text
	Pairs []Pair
}

type file struct {
	Texts []struct {
		ID     string `yaml:"id"`
		Lang   string `yaml:"lang"`
		Source string `yaml:"source"`
		At     string `yaml:"at"` // the time of Almaty
		Title  string `yaml:"title"`
		Text   string `yaml:"text"`
	} `yaml:"texts"`
	Pairs []struct {
		A     string `yaml:"a"`
		B     string `yaml:"b"`
		Label string `yaml:"label"`
		Why   string `yaml:"why"`
	} `yaml:"pairs"`
}

// Read reads a directory of pairs: a directory for each part, with a file for each
// theme. A pair is of texts of one part. What is not as it must be to be read is
// an error; whether the set is any good is for its tests to say.
func Read(dir fs.FS) (Set, error) {
	var set Set
	for _, part := range Parts() {
		names, err := fs.Glob(dir, part+"/*.yaml")
		if err != nil {
			return Set{}, err
		}
		var files []file
		texts := map[string]Text{}
		for _, name := range names {
			f, err := readFile(dir, name)
			if err != nil {
				return Set{}, err
			}
			files = append(files, f)
			for _, t := range f.Texts {
				at, err := time.ParseInLocation("2006-01-02 15:04", t.At, time.FixedZone("", 5*60*60))
				if err != nil {
					return Set{}, fmt.Errorf("%s: %s: %w", name, t.ID, err)
				}
				text := Text{
					ID: t.ID, Part: part, Theme: strings.TrimSuffix(path.Base(name), ".yaml"), Language: t.Lang, Source: t.Source,
					Published: at, Title: t.Title, Body: strings.TrimSpace(t.Text),
				}
				set.Texts, texts[t.ID] = append(set.Texts, text), text
			}
		}
		for i, f := range files {
			for _, p := range f.Pairs {
				a, b := texts[p.A], texts[p.B]
				if a.ID == "" || b.ID == "" {
					return Set{}, fmt.Errorf("%s: no text %s or no text %s in this part", names[i], p.A, p.B)
				}
				set.Pairs = append(set.Pairs, Pair{A: a, B: b, Label: p.Label, Why: p.Why})
			}
		}
	}
	if len(set.Pairs) == 0 {
		return Set{}, fmt.Errorf("no pairs here")
	}
	return set, nil
}

func readFile(dir fs.FS, name string) (f file, err error) {
	text, err := fs.ReadFile(dir, name)
	if err != nil {
		return file{}, err
	}
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&f); err != nil {
		return file{}, fmt.Errorf("%s: %w", name, err)
	}
	return f, nil
}

// Events numbers the events of the set: texts have one number when pairs labelled
// as the same story join them, directly or by others.
func (s Set) Events() map[string]int {
	parent := map[string]string{}
	for _, t := range s.Texts {
		parent[t.ID] = t.ID
	}
	root := func(id string) string {
		for parent[id] != id {
			id = parent[id]
		}
		return id
	}
	for _, p := range s.Pairs {
		if p.Label == Same {
			parent[root(p.A.ID)] = root(p.B.ID)
		}
	}
	events, numbers := map[string]int{}, map[string]int{}
	for _, t := range s.Texts {
		r := root(t.ID)
		if _, seen := numbers[r]; !seen {
			numbers[r] = len(numbers)
		}
		events[t.ID] = numbers[r]
	}
	return events
}

// Of returns the texts and pairs of these parts alone.
func (s Set) Of(parts []string) Set {
	var set Set
	for _, t := range s.Texts {
		if slices.Contains(parts, t.Part) {
			set.Texts = append(set.Texts, t)
		}
	}
	for _, p := range s.Pairs {
		if slices.Contains(parts, p.A.Part) {
			set.Pairs = append(set.Pairs, p)
		}
	}
	return set
}
