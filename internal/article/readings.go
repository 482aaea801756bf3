package article

import (
	"hash/fnv"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"codeberg.org/readeck/go-readability"
	"github.com/markusmobius/go-trafilatura"
	"golang.org/x/net/html"
)

const (
	enoughText = 250  // characters; with less, every other reading is tried
	agreed     = 0.97 // of two readings: the same text, give or take a line
	shingle    = 4    // words
)

// reading is the text of a page as one library reads it.
type reading struct {
	blocks   []Block
	shingles map[uint64]struct{}
}

func newReading(blocks []Block) reading {
	return reading{blocks: blocks, shingles: shingles(blocks)}
}

// readText reads the text of a page by trafilatura and by readability. Where they
// differ a third reading, trafilatura's most careful, decides: of the three the one
// that agrees best with the others is taken, without the blocks that it alone has.
// Where that is a small part of what another reading or the page's data holds, the
// longer is taken. What the libraries know of title, author, picture and date fills gaps in art.
func readText(doc *html.Node, base *url.URL, meta metadata, art *Article) []Block {
	first := newReading(byTrafilatura(doc, base, trafilatura.Balanced, meta.published.IsZero(), art))
	second := newReading(byReadability(doc, base, art))
	said := newReading(tidy(bodyBlocks(meta.body, base.String()), art.Title))
	if textLen(first.blocks) < enoughText || textLen(second.blocks) < enoughText {
		best := first
		if textLen(best.blocks) < enoughText && textLen(second.blocks) > textLen(best.blocks) {
			best = second
		}
		return longest(best, said, dataReading(meta.data, base, best, art))
	}
	chosen := first
	if agreement(first, second) < agreed {
		third := newReading(byTrafilatura(doc, base, trafilatura.FavorPrecision, false, art))
		chosen = vote(first, second, third)
	}
	if isPart(chosen, second) {
		chosen = second
	}
	if isPart(chosen, said) || agreement(chosen, said) >= agreed && len(said.blocks) > 2*len(chosen.blocks) {
		chosen = said
	}
	blocks := withLead(doc, base, withStructure(chosen.blocks, second.blocks))
	return tidy(blocks, art.Title) // what followed a dropped block may be a heading of nothing
}

// vote is, of three readings, the one that agrees best with the others, without the blocks that it alone has.
func vote(all ...reading) reading {
	best, bestSum := 0, -1.0
	for i, r := range all {
		sum := 0.0
		for k, other := range all {
			if k != i {
				sum += agreement(r, other)
			}
		}
		if sum > bestSum {
			best, bestSum = i, sum
		}
	}
	return newReading(confirmed(all[best].blocks, slices.Delete(slices.Clone(all), best, best+1)))
}

// isPart says whether a short reading is a small part of a long one: the
// beginning above a wall, or the one section that the careful readings kept.
func isPart(short, long reading) bool {
	const (
		longest = 1500 // characters of what may be a part
		times   = 2.5  // as long is the whole, at least
		within  = 0.5  // of the part's shingles
	)
	size := textLen(short.blocks)
	return size < longest && float64(textLen(long.blocks)) > times*float64(size) &&
		float64(common(short.shingles, long.shingles)) >= within*float64(len(short.shingles))
}

// longest is the text of a page with little text: what was read, while it is
// enough, or the longest of what the page's data hold.
func longest(read reading, others ...reading) []Block {
	for _, o := range others {
		same := len(read.shingles) > 0 && agreement(read, o) >= agreed
		if textLen(read.blocks) < enoughText && textLen(o.blocks) > textLen(read.blocks) || isPart(read, o) || same && len(o.blocks) > len(read.blocks) {
			read = o
		}
	}
	return read.blocks
}

// dataReading is what the data of the page's application hold, where it is needed.
func dataReading(data []string, base *url.URL, best reading, art *Article) reading {
	if textLen(best.blocks) >= 2*enoughText {
		return reading{}
	}
	text, title := dataText(data, art.Title)
	if text == "" {
		return reading{}
	}
	r := newReading(tidy(bodyBlocks(text, base.String()), title))
	if textLen(best.blocks) < enoughText && art.Title == "" {
		art.Title = title
	}
	return r
}

// byTrafilatura is the library that is right most often.
func byTrafilatura(doc *html.Node, base *url.URL, focus trafilatura.ExtractionFocus, guessDate bool, art *Article) []Block {
	dateMode := trafilatura.Disabled // guessing a date costs as much as reading the text
	if guessDate {
		dateMode = trafilatura.Default
	}
	// With little text found it would take all of the page's, menus and title glued
	// together; the other readings do better.
	config := trafilatura.DefaultConfig()
	config.MinExtractedSize = 1
	res, err := safely(func() (*trafilatura.ExtractResult, error) {
		return trafilatura.ExtractDocument(doc, trafilatura.Options{
			Config:          config,
			OriginalURL:     base,
			ExcludeComments: true,
			HtmlDateMode:    dateMode,
			MaxTreeSize:     maxElements,
			Focus:           focus,
		})
	})
	if err != nil || res == nil {
		return nil
	}
	art.Title = firstOf(art.Title, clean(flat(res.Metadata.Title)))
	art.Author = firstOf(art.Author, authorName(res.Metadata.Author))
	art.Image = firstOf(art.Image, resolve(base, res.Metadata.Image))
	if art.Published.IsZero() {
		art.Published = res.Metadata.Date
	}
	if res.ContentNode == nil {
		return nil
	}
	return tidy(fromNode(res.ContentNode, base.String()), art.Title)
}

func byReadability(doc *html.Node, base *url.URL, art *Article) []Block {
	res, err := safely(func() (readability.Article, error) {
		p := readability.NewParser()
		p.MaxElemsToParse = maxElements
		p.Logger = slog.New(slog.DiscardHandler)
		return p.ParseDocument(doc, base)
	})
	if err != nil {
		return nil
	}
	art.Title = firstOf(art.Title, clean(flat(res.Title)))
	art.Author = firstOf(art.Author, authorName(res.Byline))
	art.Image = firstOf(art.Image, resolve(base, res.Image))
	if art.Published.IsZero() && res.PublishedTime != nil {
		art.Published = *res.PublishedTime
	}
	if res.Node == nil {
		return nil
	}
	return tidy(fromNode(res.Node, base.String()), art.Title)
}

// agreement is the F1 of the shingles that two readings have, from 0 to 1.
func agreement(a, b reading) float64 {
	if len(a.shingles)+len(b.shingles) == 0 {
		return 0
	}
	return 2 * float64(common(a.shingles, b.shingles)) / float64(len(a.shingles)+len(b.shingles))
}

// confirmed is blocks without those that none of the other readings has by half at
// least; all of them where that would leave less than half of the text.
func confirmed(blocks []Block, others []reading) []Block {
	out := make([]Block, 0, len(blocks))
	for _, b := range blocks {
		own := shingles([]Block{b})
		keep := b.Kind == Image || len(own) == 0
		for _, o := range others {
			keep = keep || 2*common(own, o.shingles) >= len(own)
		}
		if keep {
			out = append(out, b)
		}
	}
	if 2*textLen(out) < textLen(blocks) {
		return blocks
	}
	return out
}

// withStructure puts the headings, lists, quotes and tables that another reading has
// between two blocks of this one, and this one has not, where they stand.
func withStructure(blocks, other []Block) []Block {
	at := make(map[string]int, len(blocks))
	for i, b := range blocks {
		if b.Kind != Image {
			at[b.Text] = i
		}
	}
	missing := map[int][]Block{} // by the index of the block that they follow
	last := -1
	var waiting []Block
	for _, b := range other {
		i, known := at[b.Text]
		switch {
		case b.Kind == Image:
		case known && i > last:
			if last >= 0 && len(waiting) > 0 {
				missing[last] = waiting
			}
			last, waiting = i, nil
		case !known && b.Kind != Paragraph && last >= 0:
			waiting = append(waiting, b)
		}
	}
	if len(missing) == 0 {
		return blocks
	}
	out := make([]Block, 0, len(blocks)+len(missing))
	for i, b := range blocks {
		out = append(out, b)
		out = append(out, missing[i]...)
	}
	return out
}

// shingles are the hashes of every four words in a row, of shorter texts that of the whole.
func shingles(blocks []Block) map[uint64]struct{} {
	var words []string
	for _, b := range blocks {
		if b.Kind != Image {
			words = append(words, strings.FieldsFunc(strings.ToLower(b.Text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })...)
		}
	}
	out := make(map[uint64]struct{}, len(words))
	for i := range max(len(words)-shingle+1, min(len(words), 1)) {
		h := fnv.New64a()
		h.Write([]byte(strings.Join(words[i:min(i+shingle, len(words))], " "))) //nolint:errcheck // a hash never fails
		out[h.Sum64()] = struct{}{}
	}
	return out
}

func common(a, b map[uint64]struct{}) int {
	n := 0
	for h := range a {
		if _, ok := b[h]; ok {
			n++
		}
	}
	return n
}

func textLen(blocks []Block) int {
	n := 0
	for _, b := range blocks {
		if b.Kind != Image {
			n += len([]rune(b.Text))
		}
	}
	return n
}
