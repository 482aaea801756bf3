package story

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestNameKey(t *testing.T) {
	for _, tt := range []struct {
		name  string
		forms map[string]string // language → forms, divided by spaces
	}{
		{"a president", map[string]string{"kk": "Тоқаев Тоқаевтың Тоқаевқа Тоқаевпен", "ru": "Токаев Токаева Токаеву Токаевым Токаеве", "en": "Tokayev Tokayev's Toqaev"}},
		{"a country", map[string]string{"kk": "Қазақстан Қазақстанда Қазақстанның", "ru": "Казахстан Казахстана Казахстане Казахстаном", "en": "Kazakhstan Qazaqstan"}},
		{"a club", map[string]string{"kk": "Қайрат Қайратты Қайраттың", "ru": "Кайрат Кайрата Кайрату Кайратом", "en": "Kairat Qairat"}},
		{"letters of two", map[string]string{"kk": "Шыңғысхан", "ru": "Шынгысхан Шингисхан", "en": "Shyngyskhan Shyñğyskhan"}},
		{"a first vowel", map[string]string{"kk": "Елубаев Елубаевтан", "ru": "Елубаев Елубаевой", "en": "Yelubayev Elubaev"}},
		{"w as a vowel", map[string]string{"ru": "Уимблдон Уимблдоне Уимблдона", "en": "Wimbledon"}},
		{"doubled", map[string]string{"ru": "Касымбек", "kk": "Қасымбек Қасымбекке", "en": "Kassymbek"}},
		{"look-alikes", map[string]string{"kk": "Жетісу Жетicу"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := ""
			for language, forms := range tt.forms {
				for w := range strings.FieldsSeq(forms) {
					got := nameKey(w, language)
					if want == "" {
						want = got
					}
					if got != want || got == "" {
						t.Errorf("%s: %q, want %q", w, got, want)
					}
				}
			}
		})
	}
	for _, pair := range [][2]string{{"Актобе", "Актау"}, {"Уральск", "Кокшетау"}, {"Кайрат", "Тобол"}, {"Сериков", "Серикбаев"}, {"Иран", "Ирак"}} {
		if a, b := nameKey(pair[0], "ru"), nameKey(pair[1], "ru"); a == b {
			t.Errorf("%s and %s are both %q", pair[0], pair[1], a)
		}
	}
	if k := nameKey("Ли", "ru"); k != "" {
		t.Errorf("a name of two letters is %q", k)
	}
}

func TestFacts(t *testing.T) {
	for _, tt := range []struct {
		name, title, language string
		want                  []string
	}{
		{"money", "Мост обошёлся в 46 млрд тенге", "ru", []string{"Tbridge", "n4.6e+10", "Ltenge"}},
		{"money in Kazakh", "Көпірге 46 млрд теңге жұмсалды", "kk", []string{"Tbridge", "n4.6e+10", "Ltenge"}},
		{"money in English", "Bridge cost 46 billion tenge", "en", []string{"Tbridge", "n4.6e+10", "Ltenge"}},
		{"thousands apart", "Собрали 1 200 подписей", "ru", []string{"n1200", "Dsign"}},
		{"in words", "Двадцать пять человек спасли", "ru", []string{"n25", "Lpeople", "Trescue"}},
		{"in Kazakh words", "Он екі адам құтқарылды", "kk", []string{"n12", "Lpeople", "Trescue"}},
		{"a date", "Курс на 2 ноября", "ru", []string{"Texchange", "d11.2", "m11"}},
		{"a date in Kazakh", "2 қарашадағы бағам", "kk", []string{"d11.2", "m11", "Texchange"}},
		{"a date in English", "Rates on November 2", "en", []string{"Tbaserate", "m11", "d11.2"}},
		{"a name with look-alikes", "Жетicу облысы", "kk", []string{"Pzhetysu", "Lregion"}},
		{"of several", "Екінші оқылым", "kk", []string{"o2", "Treading"}},
		{"no name at the beginning", "Новости недели", "ru", nil},
		{"a quoted one is", "«Барыс» дома", "ru", []string{"pbrs"}},
		{"every word capital", "Prize Goes To Unknown Poet Tonight", "en", []string{"Tprize", "Twriter"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, newFacts(tt.title, "", tt.language, time.Time{}).Title); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSides(t *testing.T) {
	for _, tt := range []struct{ title, language, loser, winner string }{
		{"«Кайрат» обыграл «Тобол» со счётом 2:1", "ru", "Тобол", "Кайрат"},
		{"«Тобол» проиграл «Кайрату»", "ru", "Тобол", "Кайрат"},
		{"Победу над «Тоболом» одержал «Кайрат»", "ru", "Тобол", "Кайрат"},
		{"«Қайрат» «Тобылды» 2:1 есебімен ұтты", "kk", "Тобыл", "Қайрат"},
		{"«Тобыл» «Қайраттан» ұтылды", "kk", "Тобыл", "Қайрат"},
		{"Kairat beat Tobol", "en", "Tobol", "Kairat"},
		{"Kairat lost to Tobol", "en", "Kairat", "Tobol"},
		{"A late win over Tobol lifts Kairat", "en", "Tobol", "Kairat"},
		{"«Барыс» прервал серию поражений, обыграв «Авангард»", "ru", "", ""},
	} {
		got := newFacts(tt.title, "", tt.language, time.Time{}).Sides
		if tt.loser == "" {
			if got != nil {
				t.Errorf("%s: %q", tt.title, got)
			}
			continue
		}
		if len(got) < 2 || got[0] != nameKey(tt.loser, tt.language) || !slices.Contains(got[1:], nameKey(tt.winner, tt.language)) {
			t.Errorf("%s: %q", tt.title, got)
		}
	}
}

// What is in the lexicon twice in one language would stand for two things.
func TestLexicon(t *testing.T) {
	seen := map[string]string{}
	for line := range strings.Lines(lexiconText) {
		head, rest, ok := strings.Cut(line, "|")
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		columns := strings.Split(rest, "|")
		if !ok || len(columns) != 3 {
			t.Errorf("%q has not three languages", line)
			continue
		}
		kind := strings.Fields(head)[0]
		if !slices.Contains([]string{"place", "country", "thing", "deed", "plain", "none"}, kind) {
			t.Errorf("%q is of no kind", line)
		}
		for i, column := range columns {
			for w := range strings.FieldsSeq(column) {
				key := []string{"kk ", "ru ", "en "}[i] + w
				if other := seen[key]; other != "" {
					t.Errorf("%s is both %s and %s", key, other, head)
				}
				seen[key] = head
				if w != strings.ToLower(w) && kind != "none" || strings.Contains(w, "ё") {
					t.Errorf("%s is not folded", w)
				}
			}
		}
	}
}

// A title or a text of a megabyte, of whatever kind, costs a bounded time.
func TestHugeTitles(t *testing.T) {
	for name, unit := range map[string]string{
		"one word": "қ", "words": "Тоқаев ", "digits": "1", "numbers": "1 234,5 ", "marks": "\u0301", "quotes": "«", "spaces": " ", "dots": "1.", "invalid": "\xff", "hyphens": "а-",
	} {
		t.Run(name, func(t *testing.T) {
			huge := strings.Repeat(unit, 1<<20/len(unit))
			began := time.Now()
			for _, language := range []string{"kk", "ru", "en"} {
				f := NewFingerprint(huge, huge, language, day)
				if n := len(f.Keys()); n > mostKeys {
					t.Errorf("%d keys", n)
				}
				Compare(f, f)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func FuzzFingerprint(f *testing.F) {
	f.Add("Курс 2 ноября: 538,91 тенге", "46 млрд. Тоқаев", "kk")
	f.Add("2-й -го 1e9 99999999999999999999 «А» 0800", "Өзбекстан\xff", "ru")
	f.Add("May 32, Twenty-five O'Neil's", "İstanbul ǅ", "en")
	f.Fuzz(func(t *testing.T, title, text, language string) {
		a := NewFingerprint(title, text, language, day)
		if len(a.Facts.Text) > maxFacts || len(a.Facts.Back) > maxFacts/2 || len(a.Facts.Title) > 2*maxTitle || len(a.Keys()) > mostKeys || len(a.Stems) > maxStems {
			t.Errorf("%d facts, %d keys", len(a.Facts.Text), len(a.Keys()))
		}
		for _, fact := range slices.Concat(a.Facts.Title, a.Facts.Text, a.Facts.Back) {
			if len(fact) < 2 || len(fact) > 300 || !strings.ContainsAny(fact[:1], "pPCTDLndmo") {
				t.Errorf("fact %q", fact)
			}
		}
		b := NewFingerprint(text, title, language, day)
		if Compare(a, b) != Compare(b, a) {
			t.Errorf("%q and %q: it matters which comes first", title, text)
		}
		if a.Size > 0 && Compare(a, a) == Differ {
			t.Errorf("%q contradicts itself", title)
		}
	})
}
