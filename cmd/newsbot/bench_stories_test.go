package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
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

// tallies are by name: a half, or a label and the languages.
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
// that are one are found, together and for each half, of which one is for tuning.
// With -v each pair that was judged wrongly is named. All other two texts of a half
// are compared as well: there are many more of them, as in a newsroom.
func BenchmarkStories(b *testing.B) {
	const precision, recall = 0.98, 0.90
	set, err := storytest.Read(os.DirFS("../../internal/story/testdata/pairs"))
	if err != nil {
		b.Fatal(err)
	}
	for range b.N {
		began := time.Now()
		sameStory := judge(set)
		all, halves, kinds := tally{}, tallies{}, tallies{}
		for _, p := range set.Pairs {
			same, said := p.Label == storytest.Same, sameStory(p.A, p.B)
			kind := p.Label + " " + p.Languages()
			halves.add(p.A.Half, same, said)
			kinds.add(kind, same, said)
			all.add(same, said)
			if same != said && testing.Verbose() {
				fmt.Printf("stories wrong: %-8s %-15s %s, %s (%s)\n", p.A.Half, kind, p.A.ID, p.B.ID, p.Why)
			}
		}
		for _, kind := range slices.Sorted(maps.Keys(kinds)) {
			n := kinds[kind]
			fmt.Printf("stories %-15s %3d of %3d pairs judged rightly\n", kind, n.found+n.apart, n.found+n.apart+n.missed+n.wrong)
		}
		for _, half := range []string{storytest.Tune, storytest.HeldOut} {
			report(half, *halves[half], precision, recall)
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

// unlabelled judges the pairs of a half that nobody gave a label: those of one event
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
			if x.Half != y.Half || labelled[[2]string{x.ID, y.ID}] {
				continue
			}
			same, said := events[x.ID] == events[y.ID], sameStory(x, y)
			n.add(same, said)
			if same != said && testing.Verbose() {
				fmt.Printf("stories wrong: %-8s unlabelled      %s, %s (one event: %t)\n", x.Half, x.ID, y.ID, same)
			}
		}
	}
	return n
}
