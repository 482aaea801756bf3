package story

import (
	"slices"
	"testing"
)

// tellingOf is a telling of the story called by name.
func tellingOf(name string, s telling) Telling {
	return Telling{Story: name, Fingerprint: NewFingerprint(s.title, s.text, "", day)}
}

// vague tells of anything: it matches nothing, and contradicts nothing.
var vague = telling{"Жители ждали этого несколько лет", "Многие вышли посмотреть, хотя погода не радовала. Кто-то принёс цветы, кто-то просто снимал на телефон и улыбался. Вечером обещали музыку."}

func TestChoose(t *testing.T) {
	metro, pass, school := stories["metro"], stories["pass"], others[3]
	fresh := NewFingerprint(metro[2].title, metro[2].text, "", day)
	for _, tt := range []struct {
		name   string
		fresh  Fingerprint
		known  []Telling
		story  string
		merged []string
	}{
		{"of nothing", fresh, nil, "", nil},
		{"none of them", fresh, []Telling{tellingOf("p", pass[0]), tellingOf("s", school.a)}, "", nil},
		{"one telling", fresh, []Telling{tellingOf("p", pass[0]), tellingOf("m", metro[0])}, "m", nil},
		{"half of the tellings", fresh, []Telling{tellingOf("m", vague), tellingOf("m", metro[0])}, "m", nil},
		{"a link of a chain", fresh, []Telling{tellingOf("m", vague), tellingOf("m", metro[0]), tellingOf("m", vague)}, "", nil},
		{"two stories are one", fresh, []Telling{tellingOf("m", metro[0]), tellingOf("n", metro[1])}, "m", []string{"n"}},
		{"of two the better, and they stay two", fresh,
			[]Telling{tellingOf("n", metro[1]), tellingOf("n", vague), tellingOf("n", vague), tellingOf("m", metro[0])}, "m", nil},
		{"one of the tellings has another name", fresh, []Telling{tellingOf("m", pass[0]), tellingOf("m", metro[0])}, "", nil},
		{"a telling that says the opposite", NewFingerprint(others[2].a.title, others[2].a.text, "", day),
			[]Telling{tellingOf("x", others[2].a), tellingOf("x", others[2].b)}, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			story, merged := Choose(tt.fresh, tt.known)
			if story != tt.story || !slices.Equal(merged, tt.merged) {
				t.Errorf("%q and %q, want %q and %q", story, merged, tt.story, tt.merged)
			}
		})
	}
}
