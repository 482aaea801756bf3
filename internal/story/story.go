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
	"unicode/utf8"
)

// Form is which form fingerprints have that are made now: one of another form is made anew.
const Form = 3

// Fingerprint is what Compare compares. It is stored as JSON, in about a kilobyte.
type Fingerprint struct {
	Language  string   `json:"g,omitempty"`
	Title     []string `json:"t"`           // Tokens of the title, in order
	Text      Sketch   `json:"s,omitempty"` // of the text's shingles; empty for texts too short to tell
	Size      int      `json:"z,omitempty"` // how many different shingles the text has
	Lead      Sketch   `json:"l,omitempty"` // of the stems of the text's beginning
	Facts     Facts    `json:"f"`
	Stems     Sketch   `json:"w,omitempty"` // hashes of the text's stems, each once
	Published int64    `json:"p,omitempty"` // Unix milliseconds; 0 when unknown
}

const (
	sketchLen     = 64      // hashes of a Sketch
	maxWords      = 2000    // of a text that count
	leadStems     = 120     // words of a text's beginning, whose stems are its Lead
	maxTitleBytes = 4 << 10 // that are looked at
	maxTextBytes  = 64 << 10
	maxStems      = 250 // of a text that are kept
	minShingle    = 15  // shingles; a shorter text proves nothing
)

// NewFingerprint makes the fingerprint of a text in a language, which the text tells
// if it is none of ours; published may be zero.
func NewFingerprint(title, text, language string, published time.Time) Fingerprint {
	title, text = clip(title, maxTitleBytes), clip(text, maxTextBytes)
	if language = primary(language); language == "" {
		language = Language(title, text, "")
	}
	f := Fingerprint{Language: language, Title: Tokens(title), Facts: newFacts(title, text, language, published)}
	if !published.IsZero() {
		f.Published = published.UnixMilli()
	}
	all := words(text, maxWords)
	for _, w := range all {
		if _, stop := stopWords[w]; !stop && len(f.Stems) < maxStems {
			if h := uint32(hash(stem(w, language))); !slices.Contains(f.Stems, h) {
				f.Stems = append(f.Stems, h)
			}
		}
	}
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

// clip is at most so many bytes of s, of whole characters.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

// Shingles are the hashes of every three words in a row.
func Shingles(words []string) map[uint64]struct{} {
	out := make(map[uint64]struct{}, len(words))
	for i := 0; i+3 <= len(words); i++ {
		out[hash(words[i:i+3]...)] = struct{}{}
	}
	return out
}

// mostKeys bounds the keys of a text.
const mostKeys = 48

// Keys are what candidates for the same story are found by: the stems of the title,
// what it says in any language, and the names and telling numbers of the text.
func (f Fingerprint) Keys() []int64 {
	var keys []int64
	add := func(s string) {
		if k := int64(hash(s)); len(keys) < mostKeys && !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	for _, t := range f.Title {
		add("s" + t)
	}
	for _, t := range f.Facts.Title {
		add(t)
	}
	for _, t := range f.Facts.Text {
		if weight(t) > 1 {
			add(t)
		}
	}
	return keys
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
