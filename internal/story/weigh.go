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
	strong         float64 // the weight of these
	ownA, ownB     float64 // the weight of all such that each has
	common         []string
}

// sum is how much two texts agree, of 2: by all that they say, and by what they begin with.
func (s sharing) sum() float64 { return s.share + (s.leadA+s.leadB)/2 }

// shareOfPrints is share of two texts' facts, without what the later one tells again of
// the earlier one's news: that is what a follow-up says of what it follows.
func shareOfPrints(a, b Fingerprint) sharing {
	fa, fb := a.Facts, b.Facts
	switch {
	case a.Published == 0 || b.Published == 0 || a.Published == b.Published:
		return share(fa.whole(nil), fb.whole(nil))
	case a.Published < b.Published:
		return share(fa.whole(nil), fb.whole(fa.has))
	}
	return share(fa.whole(fb.has), fb.whole(nil))
}

// whole is f with what it tells again as a part of its text, but for what is known.
func (f Facts) whole(known func(string) bool) Facts {
	if len(f.Back) == 0 {
		return f
	}
	f.Text = slices.Clone(f.Text)
	for _, b := range f.Back {
		if known == nil || !known(b) {
			f.Text = append(f.Text, b)
		}
	}
	f.Back = nil
	return f
}

func share(a, b Facts) sharing {
	var s sharing
	var allA, allB float64
	allA, s.ownA = a.weights()
	allB, s.ownB = b.weights()
	seen := map[string]bool{}
	count := func(f string) {
		if seen[f] {
			return
		}
		seen[f] = true
		s.common = append(s.common, f)
		w := weight(f)
		s.score += w
		if isStrong(f, w) {
			s.strong += w
			if f[0] == 'p' {
				s.names++
			} else {
				s.figures++
			}
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

// weights is how much a text says, and how much of it in names and telling numbers.
func (f Facts) weights() (all, strong float64) {
	for _, facts := range [][]string{f.Title, f.Text} {
		for _, t := range facts {
			w := weight(t)
			all += w
			if isStrong(t, w) {
				strong += w
			}
		}
	}
	return all, strong
}

// isStrong says whether a fact of a weight is a name or a telling number: what templates
// are filled with.
func isStrong(f string, weight float64) bool { return f[0] == 'p' || f[0] == 'n' && weight > 1 }

// filledOtherwise says whether two texts have enough names and telling numbers each and
// hardly any in common: one template with two events.
func (s sharing) filledOtherwise() bool {
	own := min(s.ownA, s.ownB)
	return own >= leastFilled && s.strong < filledShare*own
}

// filledAlike says whether two texts have so many names and telling numbers in common
// that a headline about something else does not matter.
func (s sharing) filledAlike() bool {
	own := min(s.ownA, s.ownB)
	return own >= leastFilled && s.names >= 2 && s.figures > 0 && s.strong >= alikeShare*own && s.sum() >= otherAlike
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

// mentions says whether a text has a fact, be it in what it tells again.
func (f Facts) mentions(fact string) bool {
	if f.has(fact) {
		return true
	}
	f.Text, f.Lead = f.Back, 0
	return f.has(fact)
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
