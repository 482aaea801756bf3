package feed

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// Topics are what news is about, in the order in which they are offered. An
// article whose topic is not known has the empty one.
func Topics() []string {
	return []string{"economy", "politics", "society", "incidents", "sport", "world", "technology", "culture"}
}

// isBroad says whether a topic says little beside another: what happens in society
// and in the world is also something else.
func isBroad(topic string) bool { return topic == "society" || topic == "world" }

//go:embed topics.yaml
var builtinTopics []byte

// TopicTable tells what news is about by the words that its publishers have for it.
type TopicTable struct{ of map[string]string }

const (
	maxTopicsFile = 1 << 20
	// noTopic stands in a file for words that name none.
	noTopic = "none"
)

// BuiltinTopics is the table that Newsbot has: Kazakh, Russian and English words.
func BuiltinTopics() *TopicTable {
	t := &TopicTable{of: map[string]string{}}
	if err := t.read(bytes.NewReader(builtinTopics)); err != nil {
		panic("feed: built-in topics: " + err.Error()) // a test reads them
	}
	return t
}

// ReadTopics reads a file of topics, YAML with a list of words for each topic, on
// top of the built-in table. All its mistakes are reported together.
func ReadTopics(r io.Reader) (*TopicTable, error) {
	t := BuiltinTopics()
	if err := t.read(r); err != nil {
		return nil, fmt.Errorf("read topics: %w", err)
	}
	return t, nil
}

func (t *TopicTable) read(r io.Reader) error {
	text, err := io.ReadAll(io.LimitReader(r, maxTopicsFile+1))
	if err != nil {
		return err
	}
	if len(text) > maxTopicsFile {
		return fmt.Errorf("the file is over %d bytes", maxTopicsFile)
	}
	var lists map[string][]string
	if err := yaml.Unmarshal(text, &lists); err != nil {
		return errors.New(yamlMessage(err))
	}
	if len(lists) == 0 {
		return errors.New("the file has no topics")
	}
	var mistakes []error
	mine := map[string]string{}
	for _, topic := range slices.Sorted(maps.Keys(lists)) {
		if topic != noTopic && !slices.Contains(Topics(), topic) {
			mistakes = append(mistakes, fmt.Errorf("%q is no topic, want one of %s or %s", topic, strings.Join(Topics(), ", "), noTopic))
		}
		for _, word := range lists[topic] {
			key := topicKey(word)
			switch other, taken := mine[key]; {
			case key == "":
				mistakes = append(mistakes, fmt.Errorf("%s: %q is no word", topic, word))
			case taken && other != topic:
				mistakes = append(mistakes, fmt.Errorf("%q is under %s and under %s", word, other, topic))
			default:
				mine[key] = topic
			}
		}
	}
	if len(mistakes) > 0 {
		return errors.Join(mistakes...)
	}
	maps.Copy(t.of, mine)
	return nil
}

// topicKey is a word as it is looked up.
func topicKey(word string) string {
	word = strings.ReplaceAll(strings.ToLower(word), "ё", "е")
	return strings.Join(strings.FieldsFunc(word, func(r rune) bool { return strings.ContainsRune(" \u00A0\t\n\r_-–—#«»\"'.", r) }), " ")
}

var topicBreaks = regexp.MustCompile(`[/|>,;:•·&]| и | and | және `)

// Named is the topic that words name, the first that does unless a later one says
// more; empty when none does.
func (t *TopicTable) Named(words ...string) string {
	broad := ""
	for _, w := range words {
		topic := t.of[topicKey(w)]
		if topic == "" {
			for _, piece := range topicBreaks.Split(strings.ToLower(w), -1) {
				if topic = t.of[topicKey(piece)]; topic != "" && topic != noTopic {
					break
				}
			}
		}
		switch {
		case topic == "" || topic == noTopic:
		case !isBroad(topic):
			return topic
		case broad == "":
			broad = topic
		}
	}
	return broad
}

var hashtag = regexp.MustCompile(`#([\pL\pN_]+)`)

// Of is what an item is about: by its categories, by the hashtags in its words, by
// the sections in its address, and else by the first of its source's topics.
func (t *TopicTable) Of(it Item, source []string) string {
	if topic := t.Named(it.Categories...); topic != "" {
		return topic
	}
	var tags []string
	for _, m := range hashtag.FindAllStringSubmatch(it.Title+" "+it.Summary, 20) {
		tags = append(tags, m[1])
	}
	if topic := t.Named(tags...); topic != "" {
		return topic
	}
	if u, err := url.Parse(it.Link); err == nil {
		sections := strings.Split(strings.Trim(u.Path, "/"), "/")
		// The last part is the article's own name.
		if topic := t.Named(sections[:len(sections)-1]...); topic != "" {
			return topic
		}
	}
	return t.OfSource(source)
}

// OfSource is what articles of a source with these topics are about when they do not
// say: the first that is one of ours, in the order of whoever listed them.
func (t *TopicTable) OfSource(topics []string) string {
	for _, s := range topics {
		if topic := t.Named(s); topic != "" {
			return topic
		}
	}
	return ""
}
