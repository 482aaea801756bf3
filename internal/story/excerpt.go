package story

import (
	"strings"
	"unicode/utf8"
)

// Part is a piece of a text; Hit marks words that were looked for.
type Part struct {
	Text string
	Hit  bool
}

// matcher tells which words of a text a query looks for.
type matcher struct {
	terms    map[string]bool
	prefixes []string
	starts   map[string]bool // how the words begin: most of a text is passed over by this
	any      bool            // what is looked for does not show how its word begins
	kinds    []string
}

func newMatcher(q Query, language string) matcher {
	m := matcher{terms: map[string]bool{}, starts: map[string]bool{}, kinds: []string{russianTerm}}
	if language == "kk" {
		m.kinds = []string{kazakhTerm, looseTerm}
	}
	for _, c := range q.Must {
		for _, r := range c.Any {
			for i, t := range r.Terms {
				if r.Prefix && i == len(r.Terms)-1 {
					m.prefixes = append(m.prefixes, t)
				}
				m.terms[t] = true
				m.starts[start(t[1:])] = true
				m.any = m.any || strings.HasPrefix(t[1:], "0") || strings.HasPrefix(t, otherTerm)
			}
		}
	}
	return m
}

// start is how a word begins, as far as no stemming changes it.
func start(w string) string {
	_, n := utf8.DecodeRuneInString(w)
	_, k := utf8.DecodeRuneInString(w[n:])
	return loose(w[:n+k])
}

// hit returns the term by which a word is looked for; empty when it is not.
func (m matcher) hit(word string) string {
	if !m.any && !m.starts[start(word)] {
		return ""
	}
	for _, kind := range m.kinds {
		t := term(kind, word)
		if m.terms[t] {
			return t
		}
		for _, p := range m.prefixes {
			if strings.HasPrefix(t, p) {
				return p
			}
		}
	}
	return ""
}

// Excerpt is about limit characters of a text around what the query looks for:
// where most of it stands together, cut between words. It is empty when the text
// has nothing of it.
func (q Query) Excerpt(text, language string, limit int) []Part {
	m := newMatcher(q, language)
	var words, hits []place // of the hits, word is the term
	first := []int{}        // index in words of each hit
	eachWord(text, func(p place) bool {
		if t := m.hit(p.word); t != "" {
			hits = append(hits, place{p.from, p.to, t})
			first = append(first, len(words))
		}
		words = append(words, p)
		return len(words) < maxIndexed
	})
	if len(hits) == 0 {
		return nil
	}
	best, most, bestEnd := 0, 0, 0
	for i := range hits {
		seen := map[string]bool{}
		end := i
		for j := i; j < len(hits) && utf8.RuneCountInString(text[hits[i].from:hits[j].to]) <= limit; j++ {
			if !seen[hits[j].word] {
				seen[hits[j].word] = true
				end = j
			}
		}
		if len(seen) > most {
			best, most, bestEnd = i, len(seen), end
		}
		if i > 200 { // a text that is full of it is told by its beginning
			break
		}
	}
	// What room there is goes to both sides, before at most a third of it and the sentence's beginning.
	from, to := hits[best].from, max(hits[best].to, hits[bestEnd].to)
	spare := limit - utf8.RuneCountInString(text[from:to])
	w := first[best]
	for before := spare / 3; w > 0; w-- {
		n := utf8.RuneCountInString(text[words[w-1].from:words[w].from])
		if strings.ContainsAny(text[words[w-1].to:words[w].from], ".!?\n") || n > before {
			break
		}
		before, spare, from = before-n, spare-n, words[w-1].from
	}
	if w == 0 && utf8.RuneCountInString(text[:from]) <= 3 {
		from = 0 // the quote that a text begins with
	}
	for w = first[bestEnd] + 1; w < len(words); w++ {
		n := utf8.RuneCountInString(text[to:words[w].to])
		if n > spare {
			break
		}
		spare, to = spare-n, words[w].to
	}
	if w == len(words) {
		to = len(text)
	} else if end := strings.TrimLeft(text[to:], ".!?»”\")"); len(text[to:])-len(end) > 0 {
		to = len(text) - len(end)
	}
	out := parts(text, from, to, hits)
	if from > 0 {
		out = append([]Part{{Text: "…"}}, out...)
	}
	if to < len(text) && !strings.ContainsAny(text[to-1:to], ".!?") {
		out = append(out, Part{Text: "…"})
	}
	return out
}

// parts cuts text[from:to] at the hits within. Lines become one.
func parts(text string, from, to int, hits []place) []Part {
	var out []Part
	put := func(s string, hit bool) {
		if s = oneLine(s); s == "" {
			return
		}
		if n := len(out); n > 0 && out[n-1].Hit == hit {
			out[n-1].Text += s
			return
		}
		out = append(out, Part{s, hit})
	}
	at := from
	for _, h := range hits {
		if h.from < at || h.to > to {
			continue
		}
		put(text[at:h.from], false)
		put(text[h.from:h.to], true)
		at = h.to
	}
	put(text[at:to], false)
	if len(out) > 0 {
		out[0].Text = strings.TrimLeft(out[0].Text, " ")
		out[len(out)-1].Text = strings.TrimRight(out[len(out)-1].Text, " ")
	}
	return out
}

// oneLine makes one space of every run of spaces and line ends, also at the ends.
func oneLine(s string) string {
	f := strings.Join(strings.Fields(s), " ")
	if s == "" {
		return ""
	}
	if f == "" {
		return " "
	}
	if first, _ := utf8.DecodeRuneInString(s); strings.ContainsRune(" \n\t\u00A0\u202F", first) {
		f = " " + f
	}
	if last, _ := utf8.DecodeLastRuneInString(s); strings.ContainsRune(" \n\t\u00A0\u202F", last) {
		f += " "
	}
	return f
}
