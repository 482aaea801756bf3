package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"newsbot/internal/story"
	"newsbot/internal/story/storytest"
)

// judge is what the benchmark measures. It makes each fingerprint once.
func judge(set storytest.Set) (sameStory func(a, b storytest.Text) bool) {
	prints := map[string]story.Fingerprint{}
	for _, t := range set.Texts {
		prints[t.ID] = story.NewFingerprint(t.Title, t.Body, t.Language, t.Published)
	}
	return func(a, b storytest.Text) bool { return story.Same(prints[a.ID], prints[b.ID]) }
}

// tally counts what was said of pairs.
type tally struct{ found, missed, wrong, apart int }

func (n *tally) add(same, said bool) {
	switch {
	case same && said:
		n.found++
	case same:
		n.missed++
	case said:
		n.wrong++
	default:
		n.apart++
	}
}

// tallies are by name: a part, or a label and the languages.
type tallies map[string]*tally

func (t tallies) add(name string, same, said bool) {
	if t[name] == nil {
		t[name] = &tally{}
	}
	t[name].add(same, said)
}

// precision is the share of one story among what was said to be one.
func (n tally) precision() float64 { return share(n.found, n.found+n.wrong) }

// recall is the share of what was said to be one story among what is.
func (n tally) recall() float64 { return share(n.found, n.found+n.missed) }

func share(part, whole int) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}

// BenchmarkStories measures the clustering of news into stories by the labelled
// pairs: how many of the pairs taken for one story are one, and how many of those
// that are one are found, for each part and together. With -v each pair that was judged
// wrongly is named if its part is one to tune with: of the others there are totals only. All other two texts of a part are compared as well: there are many more of
// them, as in a newsroom. STORIES_PARTS="tune held-out" measures these alone, so that
// whoever tunes does not see the others' totals by the way.
func BenchmarkStories(b *testing.B) {
	const precision, recall = 0.98, 0.90
	set, err := storytest.Read(os.DirFS("../../internal/story/testdata/pairs"))
	if err != nil {
		b.Fatal(err)
	}
	if only := strings.Fields(os.Getenv("STORIES_PARTS")); len(only) > 0 {
		set = set.Of(only)
	}
	for range b.N {
		began := time.Now()
		sameStory := judge(set)
		all, parts, kinds := tally{}, tallies{}, tallies{}
		for _, p := range set.Pairs {
			same, said := p.Label == storytest.Same, sameStory(p.A, p.B)
			kind := p.Label + " " + p.Languages()
			parts.add(p.A.Part, same, said)
			if storytest.Tunable(p.A.Part) {
				kinds.add(kind, same, said)
			}
			all.add(same, said)
			if same != said && testing.Verbose() && storytest.Tunable(p.A.Part) {
				fmt.Printf("stories wrong: %-8s %-15s %s, %s (%s)\n", p.A.Part, kind, p.A.ID, p.B.ID, p.Why)
			}
		}
		for _, kind := range slices.Sorted(maps.Keys(kinds)) {
			n := kinds[kind]
			fmt.Printf("stories %-15s %3d of %3d pairs to tune with judged rightly\n", kind, n.found+n.apart, n.found+n.apart+n.missed+n.wrong)
		}
		for _, part := range storytest.Parts() {
			if n := parts[part]; n != nil {
				report(part, *n, precision, recall)
			}
		}
		report("together", all, precision, recall)
		others := unlabelled(set, sameStory)
		fmt.Printf("stories of all other pairs: precision %.4f, recall %.4f, %d of %d pairs of two events were joined\n",
			others.precision(), others.recall(), others.wrong, others.wrong+others.apart)
		b.ReportMetric(all.precision(), "precision")
		b.ReportMetric(all.recall(), "recall")
		b.ReportMetric(ms(time.Since(began)), "ms")
	}
}

func report(name string, n tally, precision, recall float64) {
	fmt.Printf("stories %-8s of %d pairs: precision %.3f (bound %.2f: %s), recall %.3f (bound %.2f: %s)\n", name, n.found+n.missed+n.wrong+n.apart,
		n.precision(), precision, verdict(n.precision() >= precision), n.recall(), recall, verdict(n.recall() >= recall))
}

// unlabelled judges the pairs of a part that nobody gave a label: those of one event
// are joined by pairs that have one.
func unlabelled(set storytest.Set, sameStory func(a, b storytest.Text) bool) tally {
	labelled := map[[2]string]bool{}
	for _, p := range set.Pairs {
		labelled[[2]string{p.A.ID, p.B.ID}], labelled[[2]string{p.B.ID, p.A.ID}] = true, true
	}
	events := set.Events()
	var n tally
	for i, x := range set.Texts {
		for _, y := range set.Texts[:i] {
			if x.Part != y.Part || labelled[[2]string{x.ID, y.ID}] {
				continue
			}
			same, said := events[x.ID] == events[y.ID], sameStory(x, y)
			n.add(same, said)
			if same != said && testing.Verbose() && storytest.Tunable(x.Part) {
				fmt.Printf("stories wrong: %-8s unlabelled      %s, %s (one event: %t)\n", x.Part, x.ID, y.ID, same)
			}
		}
	}
	return n
}
