package storytest

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

const (
	one   = "texts:\n- {id: a, lang: kk, source: S, at: 2026-11-02 09:10, title: T, text: \"x\\ny\\n\"}\n- {id: b, lang: ru, source: S, at: 2026-11-02 10:00, title: U, text: \"\"}\n"
	two   = "- {id: c, lang: en, source: S, at: 2026-11-02 11:00, title: V, text: \"\"}\n- {id: d, lang: en, source: S, at: 2026-11-02 11:00, title: W, text: \"\"}\n"
	pairs = "pairs:\n- {a: a, b: b, label: same, why: w}\n- {a: c, b: b, label: same, why: w}\n- {a: a, b: d, label: twin, why: w}\n"
)

func TestRead(t *testing.T) {
	set, err := Read(fstest.MapFS{"tune/sport.yaml": {Data: []byte(one + two + pairs)}})
	if err != nil {
		t.Fatal(err)
	}
	want := Text{
		ID: "a", Part: Tune, Theme: "sport", Language: "kk", Source: "S", Title: "T", Body: "x\ny",
		Published: time.Date(2026, 11, 2, 4, 10, 0, 0, time.UTC),
	}
	got := set.Texts[0]
	if !got.Published.Equal(want.Published) {
		t.Errorf("published %s, want %s", got.Published, want.Published)
	}
	if got.Published = want.Published; got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if p := set.Pairs[0]; len(set.Pairs) != 3 || p.A.ID != "a" || p.B.ID != "b" || p.Label != Same || p.Languages() != "kk-ru" {
		t.Errorf("pairs are %+v", set.Pairs)
	}
	// a and c are one event by b, d is another.
	if e := set.Events(); e["a"] != e["b"] || e["a"] != e["c"] || e["a"] == e["d"] {
		t.Errorf("events are %v", e)
	}
}

func TestReadRefuses(t *testing.T) {
	for _, tt := range []struct{ name, part, text, want string }{
		{"a pair of a text that is not there", Tune, one + "pairs:\n- {a: a, b: z, label: same, why: w}\n", "no text z"},
		{"a key that nobody knows", Tune, one + "pairs:\n- {a: a, b: b, lable: same}\n", "lable"},
		{"a time that is none", Tune, strings.Replace(one, "2026-11-02 09:10", "yesterday", 1) + pairs, "yesterday"},
		{"nothing", "elsewhere", one + pairs, "no pairs"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Read(fstest.MapFS{tt.part + "/sport.yaml": {Data: []byte(tt.text)}})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
	parts := fstest.MapFS{
		"tune/a.yaml":     {Data: []byte(one + "pairs:\n- {a: a, b: b, label: same, why: w}\n")},
		"held-out/b.yaml": {Data: []byte("texts:\n" + two + "pairs:\n- {a: a, b: c, label: twin, why: w}\n")},
	}
	if _, err := Read(parts); err == nil {
		t.Error("a pair across the parts was read")
	}
}

// What is only measured stays so.
func TestTunable(t *testing.T) {
	for _, part := range Parts() {
		if got, want := Tunable(part), part == "tune" || part == "held-out"; got != want {
			t.Errorf("%s is tunable: %t", part, got)
		}
	}
}

func TestOf(t *testing.T) {
	fresh := strings.NewReplacer("id: a", "id: e", "id: b", "id: f").Replace(one)
	set, err := Read(fstest.MapFS{
		"tune/a.yaml":  {Data: []byte(one + "pairs:\n- {a: a, b: b, label: same, why: w}\n")},
		"fresh/b.yaml": {Data: []byte(fresh + "pairs:\n- {a: e, b: f, label: twin, why: w}\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := set.Of([]string{Fresh})
	if len(got.Texts) != 2 || len(got.Pairs) != 1 || got.Texts[0].ID != "e" || got.Pairs[0].Label != Twin {
		t.Errorf("of the fresh part there is %+v", got)
	}
	if all := set.Of(Parts()); len(all.Texts) != 4 || len(all.Pairs) != 2 {
		t.Errorf("of all parts there is %+v", all)
	}
}
