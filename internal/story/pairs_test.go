package story

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"newsbot/internal/story/storytest"
)

func readPairs(t *testing.T) storytest.Set {
	t.Helper()
	set, err := storytest.Read(os.DirFS("testdata/pairs"))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// The texts of the labelled set are whole, each once, and as its README says.
func TestPairsTexts(t *testing.T) {
	set := readPairs(t)
	byID, byWords := map[string]bool{}, map[string]string{}
	var total, brief, empty int
	languages := map[string]int{}
	first, last := time.Date(2024, 11, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	for _, text := range set.Texts {
		if byID[text.ID] {
			t.Errorf("%s: there are two of this id", text.ID)
		}
		byID[text.ID] = true
		if text.Title == "" || text.Source == "" || text.Published.Before(first) || text.Published.After(last) {
			t.Errorf("%s: no title, no source or a time out of the set's two years", text.ID)
		}
		if got := Language(text.Title, text.Body, ""); got != text.Language && text.Body != "" {
			t.Errorf("%s: reads as %s, not as %s", text.ID, got, text.Language)
		}
		// Two newsrooms may have one headline, or one text, but not both.
		key := strings.Join(words(text.Title+" "+text.Body, maxWords), " ")
		if other := byWords[key]; other != "" {
			t.Errorf("%s: is word for word %s", text.ID, other)
		}
		byWords[key] = text.ID
		switch n := len(strings.Fields(text.Body)); {
		case n == 0:
			empty++
		case n < 40:
			brief++
		case n > 250:
			t.Errorf("%s: %d words", text.ID, n)
		}
		total++
		languages[text.Language]++
	}
	if total < 180 {
		t.Errorf("%d texts, fewer than 180", total)
	}
	for language, share := range map[string]int{"ru": 40, "kk": 25, "en": 12} {
		if languages[language]*100 < share*total {
			t.Errorf("%d of %d texts are in %s, fewer than %d %%", languages[language], total, language, share)
		}
	}
	if empty == 0 || empty*20 > total || brief == 0 || brief*2 > total {
		t.Errorf("of %d texts %d are empty and %d have fewer than 40 words", total, empty, brief)
	}
	t.Logf("%d texts, %v, %d empty, %d of fewer than 40 words", total, languages, empty, brief)
}

// leastPairs is how many pairs a part has at least.
var leastPairs = map[string]int{storytest.Tune: 120, storytest.HeldOut: 120, storytest.Fresh: 120, storytest.Reserve: 60}

// The labels are what they promise: each part is large enough and has all kinds, and
// nothing contradicts itself.
func TestPairsLabels(t *testing.T) {
	set := readPairs(t)
	events := set.Events()
	seen := map[string]bool{}
	count := map[string]map[string]int{}
	for _, part := range storytest.Parts() {
		count[part] = map[string]int{}
	}
	for _, p := range set.Pairs {
		name := min(p.A.ID, p.B.ID) + " and " + max(p.A.ID, p.B.ID)
		if seen[name] || p.A.ID == p.B.ID {
			t.Errorf("%s: twice, or one text", name)
		}
		seen[name] = true
		if p.Why == "" {
			t.Errorf("%s: no why", name)
		}
		apart := p.A.Published.Sub(p.B.Published).Abs()
		switch p.Label {
		case storytest.Same:
			if apart > 72*time.Hour {
				t.Errorf("%s: one story, %s apart", name, apart)
			}
		case storytest.Topic, storytest.Twin, storytest.Different:
			if events[p.A.ID] == events[p.B.ID] {
				t.Errorf("%s: two stories that other pairs join", name)
			}
		default:
			t.Errorf("%s: label %q", name, p.Label)
		}
		part := count[p.A.Part]
		part["all"]++
		part[p.Label]++
		part[p.Label+" "+p.Languages()]++
		if strings.Contains(p.Languages(), "-") {
			part["across"]++
		} else {
			part["in "+p.Languages()]++
		}
		if p.Label != storytest.Same && apart <= 72*time.Hour {
			part["close"]++
		}
	}
	for part, n := range count {
		t.Logf("%s: %v", part, n)
		if n["all"] < leastPairs[part] {
			t.Errorf("%s: %d pairs, fewer than %d", part, n["all"], leastPairs[part])
		}
		for _, least := range []struct {
			what    string
			percent int
		}{
			{storytest.Same, 40},
			{storytest.Topic, 8},
			{storytest.Twin, 20},
			{storytest.Different, 1},
			{"across", 15},
			{"in ru", 20},
			{"in kk", 2},
			{"in en", 2},
			{"close", 30}, // two stories that time does not tell apart
		} {
			if n[least.what]*100 < least.percent*n["all"] {
				t.Errorf("%s: %d of %d pairs are %s, fewer than %d %%", part, n[least.what], n["all"], least.what, least.percent)
			}
		}
		for _, kind := range []string{"same ru", "same kk", "same en", "same kk-ru", "same en-ru", "same en-kk", "twin ru", "twin kk", "twin en", "twin kk-ru", "topic ru"} {
			if n[kind] == 0 {
				t.Errorf("%s: no pair is %s", part, kind)
			}
		}
	}
}

// What is learnt from one part must not be known in another: no wording is in both.
func TestPairsPartsShareNoWording(t *testing.T) {
	const run, most = 5, 2 // "as the press service of the ministry said" is nobody's own
	set := readPairs(t)
	type owner struct{ part, id string }
	owners := map[string][]owner{} // of texts, by what they say
	phrases := func(text storytest.Text) []string {
		all := words(text.Title+" "+text.Body, maxWords)
		var out []string
		for i := 0; i+run <= len(all); i++ {
			out = append(out, strings.Join(all[i:i+run], " "))
		}
		return out
	}
	for _, text := range set.Texts { // in the order of the parts
		shared := map[string][]string{}
		for _, phrase := range phrases(text) {
			for _, o := range owners[phrase] {
				if o.part != text.Part {
					shared[o.id] = append(shared[o.id], fmt.Sprintf("%q", phrase))
				}
			}
			owners[phrase] = append(owners[phrase], owner{text.Part, text.ID})
		}
		for id, what := range shared {
			if len(what) > most {
				t.Errorf("%s has from %s: %s", text.ID, id, strings.Join(what, ", "))
			}
		}
	}
}
