package feed

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"

	"github.com/andybalholm/cascadia"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

//go:embed sources.yaml
var builtin []byte

// maxSourcesFile bounds a sources file: thousands of sources fit.
const maxSourcesFile = 1 << 20

// slug is what the id of a source looks like.
var slug = regexp.MustCompile(`^[a-z0-9]+(?:-[a-z0-9]+)*$`)

// maxID is how long the id of a source may be; it is part of keys and callback data.
const maxID = 32

// languages are those Newsbot speaks; a source in another is declared by none.
var languages = []string{"kk", "ru", "en"}

// Builtin is the list of sources that Newsbot starts with when it is given no
// other: those of Kazakhstan that are known to publish. It is the caller's to change.
func Builtin() []Source {
	s, err := ReadSources(bytes.NewReader(builtin))
	if err != nil {
		panic("feed: built-in sources: " + err.Error()) // a test reads them
	}
	return s
}

// SourceError is a mistake in a sources file.
type SourceError struct {
	Line int    // in the file, from 1
	ID   string // of the source, when it has one
	Err  error
}

func (e *SourceError) Error() string {
	if e.ID == "" {
		return fmt.Sprintf("line %d: %v", e.Line, e.Err)
	}
	return fmt.Sprintf("line %d: source %q: %v", e.Line, e.ID, e.Err)
}

// Unwrap gives the mistake itself.
func (e *SourceError) Unwrap() error { return e.Err }

// ReadSources reads a sources file: a YAML list of sources. All its mistakes are
// reported together, joined, each a *SourceError; with any mistake no source is returned.
// A source without a kind is a feed, one without a title is called by its id.
func ReadSources(r io.Reader) ([]Source, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxSourcesFile+1))
	if err != nil {
		return nil, fmt.Errorf("read sources: %w", err)
	}
	if len(text) > maxSourcesFile {
		return nil, fmt.Errorf("read sources: the file is over %d bytes", maxSourcesFile)
	}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, fmt.Errorf("read sources: %w", err)
	}
	var list *ast.SequenceNode
	for _, d := range file.Docs {
		if d == nil || d.Body == nil {
			continue
		}
		seq, ok := d.Body.(*ast.SequenceNode)
		if !ok || list != nil {
			return nil, fmt.Errorf("read sources: line %d: the file must be one list of sources", d.Body.GetToken().Position.Line)
		}
		list = seq
	}
	if list == nil || len(list.Values) == 0 {
		return nil, errors.New("read sources: the file lists no sources")
	}
	var out []Source
	var mistakes []error
	lineOf := map[string]int{}
	for _, node := range list.Values {
		line := node.GetToken().Position.Line
		var s Source
		if err := yaml.NewDecoder(bytes.NewReader(nil), yaml.Strict()).DecodeFromNode(node, &s); err != nil {
			mistakes = append(mistakes, &SourceError{Line: mistakeLine(err, line), ID: s.ID, Err: errors.New(yamlMessage(err))})
			continue
		}
		if s.Kind == "" {
			s.Kind = KindFeed
		}
		if s.Title == "" {
			s.Title = s.ID
		}
		for _, err := range s.check() {
			mistakes = append(mistakes, &SourceError{Line: line, ID: s.ID, Err: err})
		}
		if first, ok := lineOf[s.ID]; ok && s.ID != "" {
			mistakes = append(mistakes, &SourceError{Line: line, ID: s.ID, Err: fmt.Errorf("the id is taken by the source in line %d", first)})
		} else {
			lineOf[s.ID] = line
		}
		out = append(out, s)
	}
	if len(mistakes) > 0 {
		return nil, errors.Join(mistakes...)
	}
	return out, nil
}

// check finds all that is wrong with a source.
func (s Source) check() []error {
	var errs []error
	switch {
	case s.ID == "":
		errs = append(errs, errors.New("id is required"))
	case !slug.MatchString(s.ID) || len(s.ID) > maxID:
		errs = append(errs, fmt.Errorf("id must be at most %d of a-z, 0-9 and single hyphens", maxID))
	}
	if s.URL == "" {
		errs = append(errs, errors.New("url is required"))
	} else if u, err := url.Parse(s.URL); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		errs = append(errs, errors.New("url must be a whole http or https address"))
	}
	switch s.Kind {
	case KindFeed, KindSitemap:
		if s.Selectors != (Selectors{Text: s.Selectors.Text}) {
			errs = append(errs, fmt.Errorf("selectors but text are for kind %s only", KindHTML))
		}
	case KindHTML:
		if _, err := s.Selectors.compile(); err != nil {
			errs = append(errs, err)
		}
	default:
		errs = append(errs, fmt.Errorf("kind must be %s, %s or %s", KindFeed, KindHTML, KindSitemap))
	}
	if s.Selectors.Text != "" {
		if _, err := cascadia.ParseGroup(s.Selectors.Text); err != nil {
			errs = append(errs, fmt.Errorf("selectors: text %q: %w", s.Selectors.Text, err))
		}
	}
	if s.Language != "" && !slices.Contains(languages, s.Language) {
		hint := ""
		if s.Language == "kz" {
			hint = " (kz is the country; the language is kk)"
		}
		errs = append(errs, fmt.Errorf("language must be kk, ru or en, or left out%s", hint))
	}
	for _, t := range s.Topics {
		if !slug.MatchString(t) {
			errs = append(errs, fmt.Errorf("topic %q must be of a-z, 0-9 and single hyphens", t))
		}
	}
	return errs
}

// mistakeLine is the line that a YAML error names, or the source's.
func mistakeLine(err error, line int) int {
	if y, ok := errors.AsType[yaml.Error](err); ok && y.GetToken() != nil {
		return y.GetToken().Position.Line
	}
	return line
}

// yamlMessage is a YAML error in one line, without the excerpt of the file.
func yamlMessage(err error) string {
	if y, ok := errors.AsType[yaml.Error](err); ok {
		return y.GetMessage()
	}
	return err.Error()
}

// WriteSources writes a sources file that ReadSources reads back to the same sources.
func WriteSources(w io.Writer, s []Source) error {
	type written struct { // without the selectors of sources that have none
		ID        string     `yaml:"id"`
		Title     string     `yaml:"title"`
		URL       string     `yaml:"url"`
		Kind      Kind       `yaml:"kind"`
		Language  string     `yaml:"language,omitempty"`
		Topics    []string   `yaml:"topics,omitempty,flow"`
		Selectors *Selectors `yaml:"selectors,omitempty"`
	}
	list := make([]written, 0, len(s))
	for _, src := range s {
		e := written{ID: src.ID, Title: src.Title, URL: src.URL, Kind: src.Kind, Language: src.Language, Topics: src.Topics}
		if src.Selectors != (Selectors{}) {
			e.Selectors = &src.Selectors
		}
		list = append(list, e)
	}
	text, err := yaml.MarshalWithOptions(list, yaml.IndentSequence(false))
	if err != nil {
		return fmt.Errorf("write sources: %w", err)
	}
	if _, err := w.Write(text); err != nil {
		return fmt.Errorf("write sources: %w", err)
	}
	return nil
}
