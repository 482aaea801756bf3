package story

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// weight is how much it says that two texts share a fact: a figure with many digits
// or a name that few know nearly everything, a country or a year next to nothing.
func weight(fact string) float64 {
	switch fact[0] {
	case 'p':
		return 2.5
	case 'P':
		return 1.2
	case 'C':
		if fact == "Ckazakhstan" {
			return 0.1
		}
		return 0.8
	case 'T':
		return 1
	case 'D':
		return 0.7
	case 'd':
		return 1.5
	case 'o':
		return 0.4
	case 'n':
		return numberWeight(fact[1:])
	}
	return 0.3
}

func numberWeight(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}
	digits := strings.Trim(strings.SplitN(s, "e", 2)[0], "0.")
	digits = strings.ReplaceAll(digits, ".", "")
	switch {
	case v >= 1990 && v <= 2040 && v == math.Trunc(v):
		return 0.2
	case len(digits) >= 3:
		return 3
	case v < 10 && v == math.Trunc(v):
		return 0.5
	case len(digits) == 1:
		return 1
	}
	return 1.8
}

// shared is what two texts share of their facts, and of the smaller one's how much.
type sharing struct {
	score          float64 // the weight of what both say
	share          float64 // of all that the one says that says less
	titleA, titleB float64 // the share of each title's facts that the other text has
	leadA, leadB   float64 // the same of each title with the beginning of its text
	names, figures int     // names and telling numbers that both have
	common         []string
}

// sum is how much two texts agree, of 2: by all that they say, and by what they begin with.
func (s sharing) sum() float64 { return s.share + (s.leadA+s.leadB)/2 }

func share(a, b Facts) sharing {
	var s sharing
	var allA, allB float64
	for _, f := range a.Title {
		allA += weight(f)
	}
	for _, f := range a.Text {
		allA += weight(f)
	}
	for _, f := range b.Title {
		allB += weight(f)
	}
	for _, f := range b.Text {
		allB += weight(f)
	}
	seen := map[string]bool{}
	count := func(f string) {
		if seen[f] {
			return
		}
		seen[f] = true
		s.common = append(s.common, f)
		s.score += weight(f)
		switch {
		case f[0] == 'p':
			s.names++
		case f[0] == 'n' && weight(f) > 1:
			s.figures++
		}
	}
	for _, f := range slices.Concat(a.Title, a.Text) {
		if b.has(f) {
			count(f)
		}
	}
	for _, f := range slices.Concat(b.Title, b.Text) {
		if a.has(f) {
			count(f)
		}
	}
	if least := min(allA, allB); least > 0 {
		s.share = min(1, s.score/least)
	}
	s.titleA, s.titleB = a.titleIn(b), b.titleIn(a)
	s.leadA, s.leadB = a.leadIn(b), b.leadIn(a)
	return s
}

// leadIn is the share of what a title and the beginning of its text say that another
// text says.
func (f Facts) leadIn(o Facts) float64 { return o.shareOf(slices.Concat(f.Title, f.Text[:f.Lead])) }

// titleIn is the share of a title's facts that another text has.
func (f Facts) titleIn(o Facts) float64 { return o.shareOf(f.Title) }

// shareOf is the part of facts, by weight, that a text has; 0 of none.
func (f Facts) shareOf(facts []string) float64 {
	var all, has float64
	for _, t := range facts {
		all += weight(t)
		if f.has(t) {
			has += weight(t)
		}
	}
	if all == 0 {
		return 0
	}
	return has / all
}

func (f Facts) has(fact string) bool {
	says := func(fact string) bool {
		return slices.Contains(f.Title, fact) || slices.Contains(f.Text, fact) || fact[0] == 'p' && slices.Contains(f.Weak, fact)
	}
	if fact[0] == 'n' {
		return says(fact) || f.rounds(fact)
	}
	if fact[0] != 'p' {
		return says(fact)
	}
	// Зайсанский район is that of Зайсан.
	short, adjective := strings.CutSuffix(fact, "sk")
	return says(fact) || says(fact+"sk") || adjective && len(short) > leastKey && says(short)
}

// rounds says whether a text has a number with decimals that a fact is the round one
// of: 67.81 is said as 67.8 and as 68.
func (f Facts) rounds(fact string) bool {
	if strings.ContainsRune(fact, 'e') {
		return false
	}
	_, decimals, _ := strings.Cut(fact, ".")
	v, err := strconv.ParseFloat(fact[1:], 64)
	if err != nil || v < 10 {
		return false
	}
	unit := math.Pow10(-len(decimals))
	for _, o := range slices.Concat(f.Title, f.Text) {
		if o[0] != 'n' || !strings.Contains(o, ".") || strings.ContainsRune(o, 'e') {
			continue
		}
		if x, err := strconv.ParseFloat(o[1:], 64); err == nil && math.Abs(x-v) <= unit/2*1.001 {
			return true
		}
	}
	return false
}
