package story

import (
	"slices"
	"strings"
	"time"
)

// The bounds of Same, as measured by the parts of the labelled pairs that are there to
// tune with. In one language other words of a template are shared as well, so that more
// has to agree.
const (
	window      = 72 * time.Hour
	flashWindow = 18 * time.Hour // for a text that is hardly more than a title
	briefSize   = 35             // shingles that such a text has less than
	flashTitle  = 0.40           // of the other title, when it has a sentence that could say it

	textJaccard   = 0.40 // a copy with up to a third of it changed
	textContained = 0.60 // a short version inside a long one
	titleJaccard  = 0.45
	titleLittle   = 0.15 // enough for a title over a copied text
	leadCopied    = 0.60

	// Of what the text says that says less, and of what both begin with: of 2. What is
	// told a day later is another day's news as a rule, and has to agree more.
	nearAlike   = 1.05 // in one language
	farAlike    = 1.40
	nearAcross  = 1.00 // in two
	farAcross   = 1.25
	lessAcross  = 0.85 // when the titles agree entirely
	near        = 18 * time.Hour
	halfDay     = 12 * time.Hour
	otherAlike  = 1.20 // although the titles have other numbers, within hours
	factsFirm   = 0.75 // the same, a day later
	firmShare   = 0.60 // enough for names in titles that are there in other words
	firmTelling = 4
	factsCopied = 0.50 // in a copy
	titlesAlike = 1.20 // of the facts of both titles, each by the other text: of 2
	titlesSure  = 1.80
	titleWords  = 0.30 // of the words of a title in one language
	leastScore  = 6.0  // weight of what is shared
	leastBrief  = 8.0  // the same, of a text of a sentence or none
	leastSure   = 4.0  // the same, when the titles agree entirely
	mostTelling = 3    // names and figures that make up for titles about something else
	leastFilled = 6.0  // weight of names and telling numbers that a template is filled with
	filledShare = 0.20 // of which two tellings of one event share more
	alikeShare  = 0.60 // and of which they share so much whatever their headlines say
)

// Same says whether two texts tell the same story. It would rather miss a pair than
// join two stories.
func Same(a, b Fingerprint) bool { return Compare(a, b) == Match }

// Compare says whether two texts tell the same story, and if not, whether they
// contradict. What both say in any language, their facts, decides; in one language a
// copied text does as well. Titles alone decide nothing but that texts contradict:
// they cannot tell "A beat B" from another match of the two.
func Compare(a, b Fingerprint) Verdict {
	if apart(a, b) > window {
		return Unsure
	}
	s := shareOfPrints(a, b)
	if contradict(a, b, s) {
		return Differ
	}
	alike := a.Language == b.Language
	if alike && a.negated() != b.negated() {
		if title, _ := jaccard(a.Title, b.Title); title >= titleJaccard {
			return Differ // of titles that agree, one that denies says the opposite
		}
	}
	if turns(a, b) {
		return Unsure
	}
	otherNumbers := missing(a, b, isFigure) && missing(b, a, isFigure)
	switch {
	case otherNumbers && apart(a, b) > near:
		if s.share < factsFirm || !agree(a, b, s, alike) {
			return Unsure
		}
		return Match
	case otherNumbers: // the dead of the morning and of the evening
		if s.sum() < otherAlike || !agree(a, b, s, alike) {
			return Unsure
		}
		return Match
	case min(a.Size, b.Size) < briefSize && flash(a, b, s, alike), agree(a, b, s, alike), alike && copied(a, b, s):
		return Match
	}
	return Unsure
}

// agree says whether the facts of two texts make them one story.
func agree(a, b Fingerprint, s sharing, alike bool) bool {
	titles := s.titleA + s.titleB
	enough := s.score >= leastScore || s.score >= leastSure && titles >= titlesSure
	if !enough || s.filledOtherwise() {
		return false
	}
	if (a.Size == 0 || b.Size == 0) && s.score < leastBrief {
		return false
	}
	sum, far := s.sum(), apart(a, b) > near
	soon := apart(a, b) <= halfDay // later another headline is other news
	switch {
	case alike && far:
		return sum >= farAlike && titles >= titlesAlike && max(titleIn(a, b), titleIn(b, a)) >= titleWords
	case alike && soon && s.filledAlike():
		return true
	case alike:
		return sum >= nearAlike && titles >= titlesAlike && max(titleIn(a, b), titleIn(b, a)) >= titleWords
	case far:
		return sum >= farAcross && titles >= titlesAlike
	}
	return sum >= nearAcross && (titles >= titlesAlike || soon && s.names+s.figures >= mostTelling) || sum >= lessAcross && titles >= titlesSure
}

// copied says whether two texts in one language are copies, or the one a part of the other.
func copied(a, b Fingerprint, s sharing) bool {
	title, common := jaccard(a.Title, b.Title)
	text, lead := a.Text.similarity(b.Text), a.Lead.similarity(b.Lead)
	if s.share < factsCopied && s.score > 1 {
		return false
	}
	if text >= textJaccard && (title >= titleJaccard || lead >= leadCopied && (title >= titleLittle && common >= 2 || s.share >= factsFirm)) {
		return true
	}
	// |A∩B| from J and the sizes, as a part of the smaller.
	both := text / (1 + text) * float64(a.Size+b.Size)
	return title >= titleJaccard && text >= 0.1 && both/float64(min(a.Size, b.Size)) >= textContained
}

// flash says whether a title with a sentence or none tells the story of another text of
// its hours.
func flash(a, b Fingerprint, s sharing, alike bool) bool {
	if apart(a, b) > flashWindow {
		return false
	}
	if alike && min(a.Size, b.Size) == 0 && len(a.Title) >= 4 && slices.Equal(a.Title, b.Title) {
		return true
	}
	if b.Size < a.Size || b.Size == a.Size && len(b.Title) < len(a.Title) {
		a, b, s.titleA, s.titleB = b, a, s.titleB, s.titleA // a is the flash
	}
	named := slices.ContainsFunc(a.Facts.Title, func(f string) bool {
		return strings.ContainsRune("pPC", rune(f[0])) && f != "Ckazakhstan" && b.Facts.has(f)
	})
	if s.titleA < 0.9 || !named || a.Size > 0 && s.titleB < flashTitle {
		return false
	}
	if alike {
		return s.score >= 3.5 && titleIn(a, b) >= 0.6
	}
	return s.score >= 5
}

// contradict says whether two titles differ in what makes a story: another day, another
// of several, other names and places, the opposite deed, the other winner.
func contradict(a, b Fingerprint, s sharing) bool {
	ta, tb := a.Facts.Title, b.Facts.Title
	for _, kind := range "dm" {
		if disjoint(ta, tb, kind) {
			return true
		}
	}
	if disjoint(ta, tb, 'o') && !(s.filledAlike() && apart(a, b) <= near) { // third in the race, and a first podium
		return true
	}
	if missing(a, b, isName) && missing(b, a, isName) {
		// Names of works and of places are translated: of texts that share much else of
		// the same hours it says little that each has one more, unless both are known.
		firm := s.share >= firmShare && s.figures > 0 && s.names+s.figures >= firmTelling && apart(a, b) <= near
		if !firm || missing(a, b, isKnownPlace) && missing(b, a, isKnownPlace) {
			return true
		}
	}
	sa, sb := a.Facts.Sides, b.Facts.Sides
	if reversed(sa, sb) {
		return true
	}
	if len(sa) > 1 && len(sb) > 1 && sa[0] == sb[0] {
		return false // one has won and the other has lost
	}
	return opposite(ta, tb) || turned(a, b)
}

// disjoint says whether both titles have facts of a kind and none in common.
func disjoint(a, b []string, kind rune) bool {
	of := func(f string) bool { return rune(f[0]) == kind }
	return slices.ContainsFunc(a, of) && slices.ContainsFunc(b, of) &&
		!slices.ContainsFunc(a, func(f string) bool { return of(f) && slices.Contains(b, f) })
}

// missing says whether a's title has a fact of a kind that b says nowhere.
func missing(a, b Fingerprint, kind func(string) bool) bool {
	return slices.ContainsFunc(a.Facts.Title, func(f string) bool { return kind(f) && !b.Facts.mentions(f) })
}

func isName(f string) bool {
	return f[0] == 'p' || f[0] == 'P' || f[0] == 'C' && f != "Ckazakhstan"
}

func isKnownPlace(f string) bool { return f[0] != 'p' && isName(f) }

func isFigure(f string) bool { return f[0] == 'n' && weight(f) >= 0.5 }

// opposite says whether one title has a deed and the other its opposite, and neither both.
func opposite(a, b []string) bool {
	return slices.ContainsFunc(a, func(f string) bool {
		o := opposed(f)
		return o != "" && slices.Contains(b, o) && !slices.Contains(a, o) && !slices.Contains(b, f)
	})
}

// turned says whether the later title has the opposite of what the earlier one has, and
// what the earlier text mentions nowhere: "the lost skier was found" names both.
func turned(a, b Fingerprint) bool {
	if apart(a, b) == 0 {
		return false
	}
	early, late := a, b
	if b.Published < a.Published {
		early, late = b, a
	}
	return slices.ContainsFunc(late.Facts.Title, func(f string) bool {
		o := opposed(f)
		return o != "" && !strings.HasPrefix(f, "Dwin") && slices.Contains(early.Facts.Title, o) && !early.Facts.mentions(f)
	})
}

// turning are deeds that end one story or begin another.
var turning = map[string]bool{
	"Dfind+": true, "Dfind-": true, "Djail+": true, "Djail-": true, "Dsentence": true, "Dname+": true, "Dname-": true,
	"Dopen+": true, "Dopen-": true, "Dallow+": true, "Dallow-": true, "Dpass+": true, "Dpass-": true,
	"Dhold": true, "Drestore": true, "Ddie": true, "Dsign": true,
}

// turns says whether a title of another half-day has a turn that the other text does not
// mention: what was put off is opened, who was ill has died. The dead of a morning are
// found until the night.
func turns(a, b Fingerprint) bool {
	missed := func(f string) bool { return turning[f] && (f != "Ddie" || apart(a, b) > near) }
	return apart(a, b) > halfDay && (missing(a, b, missed) || missing(b, a, missed))
}

func opposed(f string) string {
	switch {
	case f[0] != 'D':
	case strings.HasSuffix(f, "+"):
		return f[:len(f)-1] + "-"
	case strings.HasSuffix(f, "-"):
		return f[:len(f)-1] + "+"
	}
	return ""
}

func (f Fingerprint) negated() bool {
	return slices.ContainsFunc(f.Title, func(t string) bool {
		switch t {
		case "не", "нет", "no", "not", "never", "емес", "жоқ":
			return true
		}
		return false
	})
}

// titleIn is the share of a's title's stems that b has in its title or its text, both
// of one language.
func titleIn(a, b Fingerprint) float64 {
	if len(a.Title) == 0 {
		return 0
	}
	n := 0
	for _, t := range a.Title {
		if slices.Contains(b.Title, t) || slices.Contains(b.Stems, uint32(hash(t))) {
			n++
		}
	}
	return float64(n) / float64(len(a.Title))
}
