package story

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Facts are what a text says in any language: its names, numbers, dates and what it
// is about, each written with a letter in front that says what it is:
//
//	p name          its key; see nameKey
//	P place, C country, T thing, D deed, L plain   from the lexicon
//	n number        with what multiplies it: "46 млрд" is n4.6e+10
//	d month.day, m month, o ordinal
type Facts struct {
	Title []string `json:"t,omitempty"`
	Text  []string `json:"x,omitempty"` // of the text and not of the title, in their order
	Lead  int      `json:"l,omitempty"` // how many of Text are of its beginning
	// Back is what the text says only where it tells what was news before; see background.
	Back []string `json:"b,omitempty"`
	// Weak are keys of words that stand where every word has a capital: they are names
	// when another text has them as such.
	Weak []string `json:"w,omitempty"`
	// Sides are who lost and who may have won, if the title says so; see sidesOf.
	Sides []string `json:"s,omitempty"`
}

const (
	maxFacts         = 160    // of a text
	leadWordsOfFacts = 60     // words of a text that are its beginning: what it reports, before background
	maxFactText      = 12_000 // bytes of a text that are looked at
)

// token is a word of a text where it stands.
type token struct {
	word    string // folded
	capital bool
	upper   bool // more than one letter, all of them capital
	start   bool // of a sentence
	percent bool // a percent sign is behind it
	// paragraph is of the first word of a line.
	paragraph bool
}

// tokens are the words of a text with how they are written.
func tokens(text string, limit int) []token {
	var out []token
	end := 0
	eachWord(text, func(p place) bool {
		if len(out) >= limit {
			return false
		}
		raw := []rune(text[p.from:p.to])
		t := token{word: p.word, capital: unicode.IsUpper(raw[0])}
		upper := 0
		for _, r := range raw {
			if unicode.IsUpper(r) {
				upper++
			}
		}
		t.upper = upper > 1 && upper == len(raw)
		t.start = (len(out) == 0 || strings.ContainsAny(text[end:p.from], ".!?…\n:|")) && !quoted(text, p.from, p.to)
		t.percent = strings.HasPrefix(strings.TrimLeft(text[p.to:], " \u00A0"), "%")
		t.paragraph = strings.ContainsRune(text[end:p.from], '\n')
		end = p.to
		out = append(out, t)
		return true
	})
	return out
}

// quoted says whether a word stands alone in quotation marks, as the names of clubs and mines do.
func quoted(text string, from, to int) bool {
	opens := strings.HasSuffix(text[:from], "«") || strings.HasSuffix(text[:from], "“") || strings.HasSuffix(text[:from], "„") || strings.HasSuffix(text[:from], `"`)
	return opens && (strings.HasPrefix(text[to:], "»") || strings.HasPrefix(text[to:], "”") || strings.HasPrefix(text[to:], "“") || strings.HasPrefix(text[to:], `"`))
}

func newFacts(title, text, language string, published time.Time) Facts {
	text = clip(text, maxFactText)
	var f Facts
	head := tokens(title, maxTitle)
	if capitals(head) {
		for i := range head {
			head[i].start = true
		}
	}
	f.Sides = sidesOf(head, language)
	strong, weak := factsOf(head, language)
	f.Title, f.Weak = strong, weak
	all := tokens(text, maxWords)
	news, old := divide(all, background(all, language, published))
	strong, weak = factsOf(news, language)
	lead, _ := factsOf(news[:min(len(news), leadWordsOfFacts)], language)
	for _, w := range f.Weak { // a name, as the text has it
		if slices.Contains(strong, w) && !slices.Contains(f.Title, w) {
			f.Title = append(f.Title, w)
		}
	}
	for _, s := range strong {
		if !slices.Contains(f.Title, s) && len(f.Text) < maxFacts {
			f.Text = append(f.Text, s)
			if slices.Contains(lead, s) {
				f.Lead = len(f.Text)
			}
		}
	}
	for _, w := range weak {
		if !slices.Contains(f.Weak, w) && len(f.Weak) < maxFacts/2 {
			f.Weak = append(f.Weak, w)
		}
	}
	before, _ := factsOf(old, language)
	for _, b := range before {
		if !slices.Contains(f.Title, b) && !slices.Contains(f.Text, b) && len(f.Back) < maxFacts/2 {
			f.Back = append(f.Back, b)
		}
	}
	f.Weak = slices.DeleteFunc(f.Weak, func(w string) bool { return slices.Contains(f.Title, w) || slices.Contains(f.Text, w) })
	return f
}

// divide parts the words that are marked from the others.
func divide(all []token, marked []bool) (others, these []token) {
	for i, t := range all {
		if marked[i] {
			these = append(these, t)
		} else {
			others = append(others, t)
		}
	}
	return others, these
}

// capitals says whether a title Capitalises Every Word.
func capitals(title []token) bool {
	capital, long := 0, 0
	for _, t := range title {
		if len([]rune(t.word)) < 3 || isNumber(t.word) {
			continue
		}
		long++
		if t.capital {
			capital++
		}
	}
	return long > 3 && capital*3 > long*2
}

// factsOf are the facts of words, each once, in their order, and the keys of those
// that may be names.
func factsOf(words []token, language string) (strong, weak []string) {
	seen := map[string]bool{}
	add := func(fact string) {
		if !seen[fact] {
			seen[fact] = true
			strong = append(strong, fact)
		}
	}
	for i := 0; i < len(words); i++ {
		t := words[i]
		if v, n := numberAt(words[i:], language); n > 0 {
			if m := monthOf(words, i, n, language); m > 0 && v >= 1 && v <= 31 {
				add(fmt.Sprintf("d%d.%g", m, v))
				i += n - 1
				continue
			}
			i += n - 1
			add(numberFact(v))
			continue
		}
		if o := ordinal(t.word, language); o != "" {
			add("o" + o)
			continue
		}
		if m := month(t.word, language); m > 0 && (language != "en" || t.capital) {
			add(fmt.Sprint("m", m))
			continue
		}
		if e, ok := known(t.word, language); ok {
			switch e.kind {
			case "place":
				add("P" + e.name)
			case "country":
				add("C" + e.name)
			case "thing":
				add("T" + e.name)
			case "deed":
				add("D" + e.name)
			case "plain":
				add("L" + e.name)
			}
			continue
		}
		if !t.capital {
			continue
		}
		key := nameKey(t.word, language)
		switch {
		case key == "":
		case t.start && !t.upper:
			if !seen["w"+key] {
				seen["w"+key] = true
				weak = append(weak, "p"+key)
			}
		default:
			add("p" + key)
		}
	}
	return strong, weak
}

// numberAt is the number that begins with a word, in digits or in words and with what
// multiplies it, and of how many words it is; 0 when none begins there.
func numberAt(words []token, language string) (v float64, n int) {
	v, ok := number(words[0].word)
	if ok {
		n = 1
	} else {
		for n < len(words) && n < 4 {
			x, known := numeral(words[n].word, language)
			if !known || n > 0 && (x >= v || v < 10) {
				break
			}
			v += x
			n++
		}
	}
	if n == 0 {
		return 0, 0
	}
	if n < len(words) {
		if by := scale(words[n].word); by > 1 {
			return v * by, n + 1
		}
	}
	return v, n
}

func numeral(w, language string) (float64, bool) {
	of := numerals[language]
	if v, ok := of[w]; ok {
		return v, true
	}
	if language == "kk" { // with the ending of a case
		if v, ok := of[cutCase(w)]; ok && len([]rune(w)) > 4 {
			return v, true
		}
	}
	return 0, false
}

// monthOf is the month that makes a date of a number of n words: "6 сәуір", "April 6".
func monthOf(words []token, i, n int, language string) int {
	if i+n < len(words) {
		if m := month(words[i+n].word, language); m > 0 {
			return m
		}
	}
	if language == "en" && i > 0 && words[i-1].capital {
		return month(words[i-1].word, language)
	}
	return 0
}
