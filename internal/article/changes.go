package article

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Changes are what differs between two texts of one article.
type Changes struct {
	Gone []Block // what the earlier text had and the later one has not, in its order
	Came []Block // what the later one has and the earlier one had not, in its order
}

// Any says whether anything has changed.
func (c Changes) Any() bool { return len(c.Gone) > 0 || len(c.Came) > 0 }

// Compare says what has changed from one text of an article to another, by paragraph.
// Two paragraphs that spelling makes equal are one. What is no change: order, pictures,
// what a text is divided into, and lines around it, such as notices, credits, dates and
// the number of its readers.
func Compare(before, after []Block, spelling func(string) string) Changes {
	old, now := paragraphsOf(before, spelling), paragraphsOf(after, spelling)
	gone, came := without(old, now), without(now, old)
	if unspaced(gone) == unspaced(came) { // what was one paragraph is two
		return Changes{}
	}
	return Changes{Gone: shown(gone), Came: shown(came)}
}

// IsStub says whether a text that was read again is so much shorter than the one that is
// there that it is a wall or a teaser, and no text that takes its place.
func IsStub(before, after []Block) bool {
	return 3*len(Article{Blocks: after}.Text()) < len(Article{Blocks: before}.Text())
}

// spelled is a paragraph and what it is compared by.
type spelled struct {
	Block
	key string
}

func paragraphsOf(blocks []Block, spelling func(string) string) []spelled {
	list := make([]spelled, 0, len(blocks))
	for _, b := range blocks {
		if key := spelling(b.Text); b.Kind != Image && key != "" && !isAround(b) {
			list = append(list, spelled{b, key})
		}
	}
	return list
}

// without are the paragraphs of a list that another has not, or not as often.
func without(list, other []spelled) (out []spelled) {
	left := make(map[string]int, len(other))
	for _, s := range other {
		left[s.key]++
	}
	for _, s := range list {
		if left[s.key] > 0 {
			left[s.key]--
			continue
		}
		out = append(out, s)
	}
	return out
}

func unspaced(list []spelled) string {
	var b strings.Builder
	for _, s := range list {
		b.WriteString(strings.ReplaceAll(s.key, " ", ""))
	}
	return b.String()
}

func shown(list []spelled) (blocks []Block) {
	for _, s := range list {
		blocks = append(blocks, Block{Kind: s.Kind, Text: s.Text})
	}
	return blocks
}

var (
	// counted is what sites count of an article, and counting what may stand beside it.
	counted = regexp.MustCompile(`(?i)(?:просмотр|прочитал|прочтени|прочитан|комментар|лайк|репост|поделил|қаралым|қаралды|оқылды|оқылым|пікір|бөліс)\p{L}*|` +
		`\b(?:views?|reads?|comments?|likes?|shares?|viewed|shared)\b`)
	counting = regexp.MustCompile(`(?i)(?:^|[^\p{L}])(?:всего|за|сегодня|эту|новость|статью|материал|раз|рет|человек|барлығы|бүгін|адам|мақаланы|жаңалықты|саны|количество|` +
		`total|today|times|people|this|article|story|by|of)(?:$|[^\p{L}])`)
	// counterSigns stand beside a number that has no words.
	counterSigns = "👁👀💬🗨❤♥♡👍👎🔥⭐★🔁↗↪✉📖💾🔖"
)

// isAround says of a paragraph whether it belongs to the page and not to the text.
func isAround(b Block) bool {
	return isNotice(strings.ToLower(b.Text)) || isCredit(b.Text) || b.Kind != TableRow && (isByline(b.Text, "") || isCounter(b))
}

// isCounter says whether a line tells no more than how many have read an article.
func isCounter(b Block) bool {
	text := b.Text
	if utf8.RuneCountInString(text) > maxByline {
		return false
	}
	if !strings.ContainsFunc(text, unicode.IsLetter) { // an eye and a number; a number alone tells something
		return b.Kind != ListItem && b.Kind != Heading && strings.ContainsAny(text, counterSigns)
	}
	if !counted.MatchString(text) || !strings.ContainsFunc(text, unicode.IsNumber) {
		return false
	}
	rest := counted.ReplaceAllString(text, " ")
	for range 3 { // neighbours share the sign between them
		rest = counting.ReplaceAllString(rest, " ")
	}
	return !strings.ContainsFunc(rest, unicode.IsLetter)
}
