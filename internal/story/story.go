// Package story tells what a text is about without understanding it: which
// language it is in, which words name it, and whether two texts from different
// sources tell the same story.
package story

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"slices"
	"strings"
	"time"
)

// Form is which form fingerprints have that are made now: one of another form is made anew.
const Form = 2

// Fingerprint is what Compare compares. It is stored as JSON, in about a kilobyte.
type Fingerprint struct {
	Language  string   `json:"g,omitempty"`
	Title     []string `json:"t"`           // Tokens of the title, in order
	Names     []string `json:"c,omitempty"` // those of them that are names
	Text      Sketch   `json:"s,omitempty"` // of the text's shingles; empty for texts too short to tell
	Size      int      `json:"z,omitempty"` // how many different shingles the text has
	Lead      Sketch   `json:"l,omitempty"` // of the stems of the text's beginning
	Published int64    `json:"p,omitempty"` // Unix milliseconds; 0 when unknown
}

const (
	sketchLen  = 64   // hashes of a Sketch
	maxWords   = 2000 // of a text that count
	leadStems  = 120  // words of a text's beginning, whose stems are its Lead
	minShingle = 15   // shingles; a shorter text proves nothing
)

// The measured bounds of Same. Titles alone cannot tell "A beat B" from "B beat A",
// so they only propose, and the texts decide.
const (
	window        = 72 * time.Hour
	titleWindow   = 18 * time.Hour // for equal titles without texts: "Weather today" comes daily
	titleJaccard  = 0.45
	textJaccard   = 0.40 // a copy with up to a third of it changed
	textContained = 0.60 // a short version inside a long one
	leadJaccard   = 0.34 // told in other words
	leadTitle     = 0.50 // and then the titles must agree better
	bothLead      = 0.60 // with a copied text besides, few words of the titles need agree
	bothTitle     = 0.15
)

// NewFingerprint makes the fingerprint of a text in a language, which the text tells
// if it is none of ours; published may be zero.
func NewFingerprint(title, text, language string, published time.Time) Fingerprint {
	if language = primary(language); language == "" {
		language = Language(title, text, "")
	}
	f := Fingerprint{Language: language, Title: Tokens(title), Names: names(title)}
	if !published.IsZero() {
		f.Published = published.UnixMilli()
	}
	all := words(text, maxWords)
	shingles := Shingles(all)
	if len(shingles) < minShingle {
		return f
	}
	f.Size = len(shingles)
	f.Text = sketch(shingles)
	lead := map[uint64]struct{}{}
	for _, w := range all[:min(len(all), leadStems)] {
		if _, stop := stopWords[w]; !stop {
			lead[hash(stem(w, language))] = struct{}{}
		}
	}
	f.Lead = sketch(lead)
	return f
}

// Shingles are the hashes of every three words in a row.
func Shingles(words []string) map[uint64]struct{} {
	out := make(map[uint64]struct{}, len(words))
	for i := 0; i+3 <= len(words); i++ {
		out[hash(words[i:i+3]...)] = struct{}{}
	}
	return out
}

// Keys are what candidates for the same story are found by.
func (f Fingerprint) Keys() []int64 {
	var keys []int64
	for _, t := range f.Title {
		if k := int64(hash(t)); !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	return keys
}

// Same says whether two texts tell the same story. It would rather miss a pair than
// join two stories.
func Same(a, b Fingerprint) bool { return Compare(a, b) == Match }

// Compare says whether two texts tell the same story, and if not, whether they contradict.
func Compare(a, b Fingerprint) Verdict {
	switch {
	case a.Language != b.Language:
		return Unsure
	case contradict(a, b):
		return Differ
	case sameText(a, b):
		return Match
	}
	return Unsure
}

// contradict says whether titles that are much alike differ in what makes a story.
func contradict(a, b Fingerprint) bool {
	title, _ := jaccard(a.Title, b.Title)
	return title >= titleJaccard && (numbersDiffer(a.Title, b.Title) || namesDiffer(a, b) || negated(a.Title) != negated(b.Title))
}

// sameText says whether two texts in one language tell the same story: the titles must agree and nothing in them may differ that
// matters (numbers, names, a negation), and the texts must agree too. Without both texts
// only equal titles of about the same hour do.
func sameText(a, b Fingerprint) bool {
	apart := time.Duration(max(a.Published-b.Published, b.Published-a.Published)) * time.Millisecond
	if a.Published == 0 || b.Published == 0 {
		apart = 0
	}
	if apart > window || numbersDiffer(a.Title, b.Title) || namesDiffer(a, b) {
		return false
	}
	if len(a.Text) == 0 || len(b.Text) == 0 {
		return apart <= titleWindow && len(a.Title) >= 4 && slices.Equal(a.Title, b.Title)
	}
	title, common := jaccard(a.Title, b.Title)
	if title < bothTitle || common < 2 {
		return false
	}
	// Of titles that agree, one that denies says the opposite; in others the word stands for itself.
	if title >= titleJaccard && negated(a.Title) != negated(b.Title) {
		return false
	}
	text, lead := a.Text.similarity(b.Text), a.Lead.similarity(b.Lead)
	if text >= textJaccard && (title >= titleJaccard || lead >= bothLead) {
		return true
	}
	if title < titleJaccard {
		return false
	}
	// |A∩B| from J and the sizes, as a part of the smaller.
	both := text / (1 + text) * float64(a.Size+b.Size)
	if text >= 0.1 && both/float64(min(a.Size, b.Size)) >= textContained {
		return true
	}
	return title >= leadTitle && common >= 3 && text > 0 && lead >= leadJaccard
}

// jaccard is the share of tokens that two titles have in common, and their count.
func jaccard(a, b []string) (share float64, common int) {
	in := make(map[string]bool, len(a)+len(b)) // true once counted
	for _, t := range a {
		in[t] = false
	}
	union := len(in)
	for _, t := range b {
		counted, ok := in[t]
		switch {
		case !ok:
			in[t] = true
			union++
		case !counted: // it is from a
			in[t] = true
			common++
		}
	}
	if union == 0 {
		return 0, 0
	}
	return float64(common) / float64(union), common
}

// numbersDiffer says whether each title has a number that the other has not: 2
// November and 3 November. One that leaves a number out does not contradict.
func numbersDiffer(a, b []string) bool {
	return hasOtherNumber(a, b) && hasOtherNumber(b, a)
}

func hasOtherNumber(a, b []string) bool {
	return slices.ContainsFunc(a, func(t string) bool { return isNumber(t) && !slices.Contains(b, t) })
}

// namesDiffer says whether each title has a name that the other has not: storm in
// one town and in another, told from one template.
func namesDiffer(a, b Fingerprint) bool {
	return hasOtherName(a, b) && hasOtherName(b, a)
}

func hasOtherName(a, b Fingerprint) bool {
	return slices.ContainsFunc(a.Names, func(n string) bool { return !slices.Contains(b.Title, n) && !slices.Contains(b.Names, n) })
}

func negated(title []string) bool {
	return slices.ContainsFunc(title, func(t string) bool {
		switch t {
		case "не", "нет", "no", "not", "never", "емес", "жоқ":
			return true
		}
		return false
	})
}

// Sketch is a MinHash of a set: two sketches agree in about as many places of 64 as
// the sets have in common, of all that they have. It is written as base64.
type Sketch []uint32

func sketch(set map[uint64]struct{}) Sketch {
	s := make(Sketch, sketchLen)
	for i := range s {
		s[i] = ^uint32(0)
	}
	for h := range set {
		for i := range s {
			// Each place has a hash function of its own: the mixer of splitmix64 with another seed.
			x := h + uint64(i+1)*0x9E3779B97F4A7C15
			x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
			x = (x ^ x>>27) * 0x94D049BB133111EB
			s[i] = min(s[i], uint32((x^x>>31)>>32))
		}
	}
	return s
}

// similarity estimates the Jaccard similarity of the two sets, with an error of about 0.06.
func (s Sketch) similarity(o Sketch) float64 {
	if len(s) != sketchLen || len(o) != sketchLen {
		return 0
	}
	equal := 0
	for i := range s {
		if s[i] == o[i] {
			equal++
		}
	}
	return float64(equal) / sketchLen
}

// MarshalText writes s as base64 of its big-endian bytes.
func (s Sketch) MarshalText() ([]byte, error) {
	raw := make([]byte, 0, 4*len(s))
	for _, v := range s {
		raw = binary.BigEndian.AppendUint32(raw, v)
	}
	return []byte(base64.RawStdEncoding.EncodeToString(raw)), nil
}

// UnmarshalText reads what MarshalText wrote.
func (s *Sketch) UnmarshalText(text []byte) error {
	raw, err := base64.RawStdEncoding.DecodeString(string(text))
	if err != nil {
		return err
	}
	if len(raw)%4 != 0 {
		return errors.New("sketch: bytes missing")
	}
	*s = nil
	for ; len(raw) > 0; raw = raw[4:] {
		*s = append(*s, binary.BigEndian.Uint32(raw))
	}
	return nil
}

func hash(words ...string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(strings.Join(words, " "))) //nolint:errcheck // a hash never fails
	return h.Sum64()
}
