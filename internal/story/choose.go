package story

import (
	"slices"
	"time"
)

// Verdict is what comparing two texts says.
type Verdict int

const (
	// Differ is of texts that contradict each other in what makes a story: another
	// number, another day, another place, the other side.
	Differ Verdict = iota - 1
	// Unsure is of texts that may tell anything.
	Unsure
	// Match is of texts that tell one story.
	Match
)

// Telling is a text whose story is known.
type Telling struct {
	Story string
	Fingerprint
}

// Choose says which of the stories that are known, each with its tellings in the order
// they came, a fresh text tells; empty when it is none of them. To join, it has to
// match half of a story's tellings and contradict none: with one alone a story could
// grow from link to link until its ends have nothing in common. merged are other
// stories that the text shows to be the same one: together, each telling has to match
// half of the rest and contradict none.
func Choose(f Fingerprint, known []Telling) (story string, merged []string) {
	var order []string
	stories := map[string][]Fingerprint{}
	for _, t := range known {
		if _, ok := stories[t.Story]; !ok {
			order = append(order, t.Story)
		}
		stories[t.Story] = append(stories[t.Story], t.Fingerprint)
	}
	order = slices.DeleteFunc(order, func(s string) bool { return !joins(f, stories[s]) })
	if len(order) == 0 {
		return "", nil
	}
	// Of several the one that it agrees with best; of equals the first.
	best := slices.MaxFunc(order, func(a, b string) int {
		x, y := agreement(f, stories[a]), agreement(f, stories[b])
		switch {
		case x > y || x == y && slices.Index(order, a) < slices.Index(order, b):
			return 1
		default:
			return -1
		}
	})
	whole := append(slices.Clone(stories[best]), f)
	taken := []string{best}
	for _, s := range order {
		if s == best {
			continue
		}
		if union := append(slices.Clone(whole), stories[s]...); coherent(union) {
			whole, taken = union, append(taken, s)
		}
	}
	// The story keeps the name of the one that was told first.
	slices.SortFunc(taken, func(a, b string) int { return slices.Index(order, a) - slices.Index(order, b) })
	return taken[0], taken[1:]
}

// joins says whether f matches half of a story's tellings of its days and contradicts none.
func joins(f Fingerprint, tellings []Fingerprint) bool {
	matched, all := 0, 0
	for _, t := range tellings {
		if apart(f, t) > window {
			continue
		}
		all++
		switch Compare(f, t) {
		case Differ:
			return false
		case Match:
			matched++
		}
	}
	return matched > 0 && 2*matched >= all
}

func agreement(f Fingerprint, tellings []Fingerprint) float64 {
	matched := 0
	for _, t := range tellings {
		if Compare(f, t) == Match {
			matched++
		}
	}
	return float64(matched) / float64(len(tellings))
}

// mostCoherent bounds the stories that are looked at as a whole: each telling is
// compared with each.
const mostCoherent = 40

func coherent(tellings []Fingerprint) bool {
	if len(tellings) > mostCoherent {
		return false
	}
	for i, t := range tellings {
		if !joins(t, slices.Concat(tellings[:i], tellings[i+1:])) {
			return false
		}
	}
	return true
}

// apart is the time between two texts; none when either's is not known.
func apart(a, b Fingerprint) time.Duration {
	if a.Published == 0 || b.Published == 0 {
		return 0
	}
	return time.Duration(max(a.Published-b.Published, b.Published-a.Published)) * time.Millisecond
}
