package story

import (
	"slices"
	"strings"
	"unicode"
)

// Query is what somebody looks for. An article is found when it has all of Must
// and none of Not.
type Query struct {
	Must, Not []Clause
}

// Clause is a word, or a phrase, in all the ways in which it may be found.
type Clause struct {
	Text   string // as it was typed, without quotes
	Quoted bool
	Any    []Run
}

// Run is terms that have to stand one behind the other.
type Run struct {
	Terms  []string
	Prefix bool // the last term may go on: its word is still being typed
}

// Of a query count at most so many characters, and words or phrases.
const (
	maxQuery   = 300
	maxClauses = 12
	maxPhrase  = 12
	// minPrefix is how many letters a word needs that is still being typed.
	minPrefix = 4
)

// ParseQuery reads what people type into a search: words that must all be there,
// "phrases in quotes", and -words or -"phrases" that must not. Words that carry no
// meaning by themselves are passed over when there are others. There is no text
// that it refuses; one without a word in it is an Empty query.
func ParseQuery(text string) Query { return parseQuery(text, false) }

// ParseTyping reads a query whose last word may not have been typed to its end.
func ParseTyping(text string) Query { return parseQuery(text, true) }

// idle are words that are passed over in a query that has others: those of
// stopWords, and those that questions are made of.
var idle = func() map[string]struct{} {
	all := set(`what who whom whose how why when where which do does did can could please hello hi thanks about
		что кто кого где когда куда откуда почему зачем какой какая какое какие сколько ли про меня мне вас вам тебя это привет здравствуйте спасибо пожалуйста
		не кім кімнің қайда қашан қалай неге қандай қанша неше мен маған сен сіз сізге бе ба ме ма па пе сәлем рақмет рахмет`)
	delete(all, "не") // in Russian it denies
	for w := range stopWords {
		all[w] = struct{}{}
	}
	return all
}()

// Names says whether the query has a word that names something: "what is this" has none.
func (q Query) Names() bool {
	return slices.ContainsFunc(q.Must, func(c Clause) bool {
		return slices.ContainsFunc(Words(c.Text), func(w string) bool { _, ok := idle[w]; return !ok })
	})
}

// Empty says whether there is nothing to look for.
func (q Query) Empty() bool { return len(q.Must) == 0 }

// Phrase says whether any part of the query asks for words that stand together.
func (q Query) Phrase() bool {
	together := func(c Clause) bool {
		return slices.ContainsFunc(c.Any, func(r Run) bool { return len(r.Terms) > 1 })
	}
	return slices.ContainsFunc(q.Must, together) || slices.ContainsFunc(q.Not, together)
}

// Text writes the query in a form that is the same however it was spaced and
// quoted, and that ParseQuery reads as the same query.
func (q Query) Text() string {
	text := ""
	write := func(sign string, c Clause) {
		part := sign + c.Text
		if c.Quoted {
			part = sign + `"` + c.Text + `"`
		}
		switch {
		case text == "":
		case isNumber(part) && isNumber(text[len(text)-1:]):
			text += "  " // one space would make "100 200" a single number
		default:
			text += " "
		}
		text += part
	}
	for _, c := range q.Must {
		write("", c)
	}
	for _, c := range q.Not {
		write("-", c)
	}
	return text
}

// piece is a part of a query: words that belong together.
type piece struct {
	words  []place
	text   string
	quoted bool
	not    bool
}

func parseQuery(text string, typing bool) Query {
	if r := []rune(text); len(r) > maxQuery {
		text = string(r[:maxQuery])
	}
	pieces := split(text)
	// A word that says nothing is looked for when it is all there is.
	says := func(p piece) bool {
		_, stop := idle[p.words[0].word]
		return !p.not && (p.quoted || len(p.words) > 1 || !stop)
	}
	some := slices.ContainsFunc(pieces, says)
	var q Query
	seen := map[string]bool{}
	for i, p := range pieces {
		if len(q.Must)+len(q.Not) >= maxClauses {
			break
		}
		if _, stop := idle[p.words[0].word]; stop && some && !p.quoted && !p.not && len(p.words) == 1 {
			continue
		}
		last := typing && i == len(pieces)-1 && !p.quoted && !p.not && len(p.words) == 1 && strings.HasSuffix(text, p.text)
		c := clause(p, last)
		if key := c.Text; p.not || !seen[key] {
			seen[key] = true
			if p.not {
				q.Not = append(q.Not, c)
			} else {
				q.Must = append(q.Must, c)
			}
		}
	}
	return q
}

// split cuts a query at its quotes and spaces. What nothing stands between, as in
// Нур-Султан, stays together.
func split(text string) []piece {
	var out []piece
	for len(text) > 0 {
		at := strings.IndexFunc(text, isQuote)
		end := -1
		if at >= 0 {
			rest := text[at:]
			size := len(string([]rune(rest)[0]))
			if end = strings.IndexFunc(rest[size:], isQuote); end >= 0 {
				plain, phrase := text[:at], rest[size:size+end]
				out = append(out, splitPlain(plain)...)
				if p := whole(phrase); len(p.words) > 0 {
					p.not = endsInMinus(plain)
					out = append(out, p)
				}
				closing := rest[size+end:]
				text = closing[len(string([]rune(closing)[0])):]
				continue
			}
		}
		return append(out, splitPlain(text)...)
	}
	return out
}

func isQuote(r rune) bool { return strings.ContainsRune("\"“”„‟«»＂", r) }

func isMinus(r rune) bool { return strings.ContainsRune("-−–—‐‑", r) }

// endsInMinus says whether a minus stands right before a phrase, and by itself.
func endsInMinus(s string) bool {
	r := []rune(s)
	n := len(r)
	return n > 0 && isMinus(r[n-1]) && (n == 1 || unicode.IsSpace(r[n-2]))
}

// whole is a phrase of all words of s.
func whole(s string) piece {
	p := piece{quoted: true}
	eachWord(s, func(w place) bool {
		p.words = append(p.words, w)
		return len(p.words) < maxPhrase
	})
	if len(p.words) > 0 {
		p.text = strings.Join(strings.Fields(s[p.words[0].from:p.words[len(p.words)-1].to]), " ")
	}
	return p
}

// splitPlain cuts what stands outside of quotes. A minus before a number is the number's.
func splitPlain(s string) []piece {
	var out []piece
	last := 0
	eachWord(s, func(w place) bool {
		gap, text := s[last:w.from], s[w.from:w.to]
		if isNumber(w.word) {
			text = w.word // without spaces between its thousands
		}
		if n := len(out); n > 0 && gap != "" && !strings.ContainsFunc(gap, unicode.IsSpace) && len(out[n-1].words) < maxPhrase {
			out[n-1].words = append(out[n-1].words, w)
			out[n-1].text += gap + text
		} else {
			out = append(out, piece{words: []place{w}, text: text, not: endsInMinus(s[:w.from]) && !isNumber(w.word)})
		}
		last = w.to
		return true
	})
	for i := range out {
		// A quote that nothing closes would find another one in Text.
		out[i].text = strings.Map(func(r rune) rune {
			if isQuote(r) {
				return '-'
			}
			return r
		}, out[i].text)
	}
	return out
}

// clause lists the ways in which a piece may stand in an article: in a Russian or an
// English one, in a Kazakh one, and there also without Kazakh letters. Whoever types
// a Kazakh letter means it.
func clause(p piece, typing bool) Clause {
	c := Clause{Text: p.text, Quoted: p.quoted}
	kinds := []string{russianTerm, kazakhTerm}
	strict := false
	for _, w := range p.words {
		strict = strict || strings.ContainsAny(w.word, kazakhLetters)
	}
	if !strict {
		kinds = append(kinds, looseTerm)
	}
	put := func(r Run) {
		for _, known := range c.Any {
			if slices.Equal(known.Terms, r.Terms) && known.Prefix == r.Prefix {
				return
			}
		}
		c.Any = append(c.Any, r)
	}
	for _, kind := range kinds {
		r := Run{}
		for _, w := range p.words {
			r.Terms = append(r.Terms, term(kind, w.word))
		}
		put(r)
		if w := p.words[0].word; typing && len([]rune(w)) >= minPrefix {
			if cyrillic, latin := scripts(w); cyrillic > 0 {
				if kind == looseTerm {
					w = loose(w)
				}
				put(Run{Terms: []string{kind + plainTerm(w)}, Prefix: true})
			} else if latin > 0 {
				put(Run{Terms: []string{englishTerm + plainTerm(w)}, Prefix: true})
			}
		}
	}
	return c
}
