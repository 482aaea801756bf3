package locale

import (
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

func TestParse(t *testing.T) {
	for tag, want := range map[string]Language{
		"kk": KK, "kz": KK, "kk-KZ": KK, "KK_kz": KK, "ru": RU, "ru-RU": RU, "uk": RU, "be": RU, "ky": RU,
		"en": EN, "en-GB": EN, "de": EN, "zh-hans": EN, "": KK, " ": KK, "x": EN,
	} {
		if got := Parse(tag, KK); got != want {
			t.Errorf("Parse(%q) = %s, want %s", tag, got, want)
		}
	}
}

// forms are the plural forms that CLDR has for whole numbers and fractions of each language.
var forms = map[Language][]string{KK: {"one", "other"}, RU: {"one", "few", "many", "other"}, EN: {"one", "other"}}

func formsOf(m *i18n.Message) map[string]string {
	all := map[string]string{"zero": m.Zero, "one": m.One, "two": m.Two, "few": m.Few, "many": m.Many, "other": m.Other}
	for form, text := range all {
		if text == "" {
			delete(all, form)
		}
	}
	return all
}

var placeholder = regexp.MustCompile(`{{\.(\w+)}}`)

func placeholders(text string) string {
	var names []string
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	sort.Strings(names)
	return strings.Join(names, " ")
}

// The languages say the same things: same keys, same placeholders in every
// plural form, and the forms that the language has.
func TestLanguagesAgree(t *testing.T) {
	for _, l := range All() {
		for key, m := range load().keys[l] {
			want := load().keys[EN][key]
			if want == nil {
				t.Errorf("%s: %s is not in English", l, key)
				continue
			}
			got := formsOf(m)
			if _, plural := got["one"]; plural {
				for _, form := range forms[l] {
					if got[form] == "" {
						t.Errorf("%s: %s has no form %q", l, key, form)
					}
				}
				if len(got) != len(forms[l]) {
					t.Errorf("%s: %s has forms that the language has not: %v", l, key, got)
				}
			} else if len(formsOf(want)) != 1 {
				t.Errorf("%s: %s has no plural forms, in English it has", l, key)
			}
			for form, text := range got {
				if said(text) != said(want.Other) {
					t.Errorf("%s: %s (%s) has placeholders %q, in English %q", l, key, form, placeholders(text), placeholders(want.Other))
				}
				if text != strings.TrimSpace(text) {
					t.Errorf("%s: %s has space around it", l, key)
				}
			}
		}
		for key := range load().keys[EN] {
			if load().keys[l][key] == nil {
				t.Errorf("%s: %s is missing", l, key)
			}
		}
	}
}

// said are the placeholders that languages have to share. A bank is named in
// whatever form the sentence of a language needs.
func said(text string) string {
	return placeholders(bankForm.ReplaceAllString(text, "{{.Bank}}"))
}

var bankForm = regexp.MustCompile(`{{\.Bank(Of|Name)}}`)

func TestPlurals(t *testing.T) {
	for _, c := range []struct {
		lang Language
		n    int
		want string
	}{
		{RU, 1, "1 минуту назад"}, {RU, 2, "2 минуты назад"}, {RU, 5, "5 минут назад"}, {RU, 11, "11 минут назад"},
		{RU, 21, "21 минуту назад"}, {RU, 22, "22 минуты назад"}, {RU, 1111, "1 111 минут назад"},
		{KK, 1, "1 минут бұрын"}, {KK, 5, "5 минут бұрын"}, {EN, 1, "1 minute ago"}, {EN, 21, "21 minutes ago"},
	} {
		got := strings.ReplaceAll(New(c.lang, nil).T("ago.minutes", "Count", c.n), nbsp, " ")
		if got != c.want {
			t.Errorf("%s %d: %q, want %q", c.lang, c.n, got, c.want)
		}
	}
}

// Every message is valid Telegram HTML, whatever its values hold.
func TestMessagesAreTelegramHTML(t *testing.T) {
	const hostile = `</b><script a="1">&amp;&<b>{{.Name}}` + "\x00\xff"
	for _, l := range All() {
		p := New(l, nil)
		for key, m := range load().keys[l] {
			var args []any
			for form, text := range formsOf(m) {
				for _, name := range strings.Fields(placeholders(text)) {
					if name == "Count" {
						args = append(args, name, map[string]int{"one": 1, "few": 2, "many": 5, "other": 7}[form])
					} else {
						args = append(args, name, hostile)
					}
				}
				if err := validHTML(p.H(key, args...)); err != nil {
					t.Errorf("%s: %s: %v:\n%s", l, key, err, p.H(key, args...))
				}
			}
		}
	}
}

var tag = regexp.MustCompile(`<(/?)([a-z]+)>`)

// validHTML knows the tags that messages use; what it lets pass, Telegram does.
func validHTML(s string) error {
	var stack []string
	rest := tag.ReplaceAllStringFunc(s, func(t string) string {
		m := tag.FindStringSubmatch(t)
		switch {
		case !slices.Contains([]string{"b", "i", "code"}, m[2]):
			return t
		case m[1] == "":
			stack = append(stack, m[2])
		case len(stack) > 0 && stack[len(stack)-1] == m[2]:
			stack = stack[:len(stack)-1]
		default:
			return t
		}
		return ""
	})
	if len(stack) > 0 || strings.ContainsAny(rest, "<>") {
		return fmt.Errorf("tags do not match: %v %q", stack, rest)
	}
	return nil
}

// A Latin letter in a Cyrillic word, or the reverse, looks right and is not: it
// cannot be searched and is read aloud wrongly.
func TestNoMixedAlphabets(t *testing.T) {
	check := func(what, text string) {
		text = regexp.MustCompile(`<[^>]*>|{{[^}]*}}`).ReplaceAllString(text, " ")
		for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) }) {
			latin, cyrillic := false, false
			for _, r := range word {
				latin = latin || unicode.Is(unicode.Latin, r)
				cyrillic = cyrillic || unicode.Is(unicode.Cyrillic, r)
			}
			if latin && cyrillic {
				t.Errorf("%s: %q mixes alphabets", what, word)
			}
		}
	}
	for _, l := range All() {
		for key, m := range load().keys[l] {
			for _, text := range formsOf(m) {
				check(string(l)+" "+key, text)
			}
		}
		for _, names := range [][]string{append(append(slices.Clone(sliceOf(weekdays[l])), sliceOf(shortWeekdays[l])...), months12(l)...), {l.Name(), l.Tag()}} {
			for _, name := range names {
				check(string(l), name)
			}
		}
	}
	for code, names := range currencies {
		for _, name := range names {
			check(code, name)
			if name == "" {
				t.Errorf("%s has no name in a language", code)
			}
		}
	}
}

func sliceOf(a [7]string) []string { return a[:] }
func months12(l Language) []string { m := months[l]; return m[:] }

func TestNumbers(t *testing.T) {
	for _, c := range []struct{ in, ru, kk, en string }{
		{"1234567.89", "1 234 567,89", "1 234 567,89", "1,234,567.89"},
		{"9999", "9 999", "9 999", "9,999"},
		{"999", "999", "999", "999"},
		{"-3.5", "-3,5", "-3,5", "-3.5"},
		{"-1000", "-1 000", "-1 000", "-1,000"},
		{"0.000000000000000001", "0,000000000000000001", "0,000000000000000001", "0.000000000000000001"},
		{"1e5", "1e5", "1e5", "1e5"}, {"", "", "", ""}, {"NaN", "NaN", "NaN", "NaN"},
	} {
		for l, want := range map[Language]string{RU: c.ru, KK: c.kk, EN: c.en} {
			if got := strings.ReplaceAll(New(l, nil).Number(c.in), nbsp, " "); got != want {
				t.Errorf("%s %q: %q, want %q", l, c.in, got, want)
			}
		}
	}
	for _, c := range []struct {
		lang     Language
		in, want string
	}{
		{RU, "478.77", "478,77 ₸"}, {KK, "8.7", "8,70 ₸"}, {EN, "1478", "₸1,478.00"}, {EN, "-2.5", "-₸2.50"}, {RU, "0.00123", "0,00123 ₸"},
	} {
		if got := strings.ReplaceAll(New(c.lang, nil).Price(c.in), nbsp, " "); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.lang, c.in, got, c.want)
		}
	}
	if got := New(RU, nil).Percent("-0.61"); got != "-0,61"+nbsp+"%" {
		t.Errorf("percent: %q", got)
	}
	if got := New(KK, nil).Percent("-0.61"); got != "-0,61%" {
		t.Errorf("percent: %q", got)
	}
}

func TestDates(t *testing.T) {
	almaty, err := Zone("Asia/Almaty")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 4, 5, 21, 5, 0, 0, time.UTC) // already the 6th in Almaty
	for _, c := range []struct {
		lang                           Language
		date, full, dateTime, zoneName string
	}{
		{RU, "6 апреля 2026 г.", "понедельник, 6 апреля 2026 г.", "6 апреля, 02:05", "Алматы, UTC+5"},
		{KK, "2026 ж. 6 сәуір", "2026 ж. 6 сәуір, дүйсенбі", "6 сәуір, 02:05", "Алматы, UTC+5"},
		{EN, "April 6, 2026", "Monday, April 6, 2026", "April 6, 02:05", "Almaty, UTC+5"},
	} {
		p := New(c.lang, almaty)
		for what, pair := range map[string][2]string{
			"date": {p.Date(at), c.date}, "full": {p.DateFull(at), c.full},
			"date and time": {p.DateTime(at, at), c.dateTime}, "zone": {p.ZoneName(at), c.zoneName},
		} {
			if got := strings.ReplaceAll(pair[0], nbsp, " "); got != pair[1] {
				t.Errorf("%s %s: %q, want %q", c.lang, what, got, pair[1])
			}
		}
	}
	if got := New(EN, time.FixedZone("", 0)).DateTime(at, at.AddDate(1, 0, 0)); got != "April 5, 2026, 21:05" {
		t.Errorf("another year: %q", got)
	}
	nepal, err := Zone("Asia/Kathmandu")
	if err != nil {
		t.Fatal(err)
	}
	if got := New(EN, nepal).ZoneName(at); got != "Kathmandu, UTC+5:45" {
		t.Errorf("Nepal: %q", got)
	}
	if _, err := Zone("Asia/Astana"); err == nil {
		t.Error("there is no Asia/Astana")
	}
}

func TestAgo(t *testing.T) {
	almaty, _ := Zone("Asia/Almaty")
	now := time.Date(2026, 4, 7, 18, 0, 0, 0, almaty)
	for _, c := range []struct {
		before     time.Duration
		ru, kk, en string
	}{
		{-time.Hour, "только что", "жаңа ғана", "just now"},
		{59 * time.Second, "только что", "жаңа ғана", "just now"},
		{5 * time.Minute, "5 минут назад", "5 минут бұрын", "5 minutes ago"},
		{2*time.Hour + 59*time.Minute, "2 часа назад", "2 сағат бұрын", "2 hours ago"},
		{13 * time.Hour, "сегодня, 05:00", "бүгін, 05:00", "today, 05:00"},
		{24*time.Hour + 11*time.Minute, "вчера, 17:49", "кеше, 17:49", "yesterday, 17:49"},
		{72 * time.Hour, "4 апреля, 18:00", "4 сәуір, 18:00", "April 4, 18:00"},
	} {
		for l, want := range map[Language]string{RU: c.ru, KK: c.kk, EN: c.en} {
			if got := strings.ReplaceAll(New(l, almaty).Ago(now.Add(-c.before), now), nbsp, " "); got != want {
				t.Errorf("%s %v: %q, want %q", l, c.before, got, want)
			}
		}
	}
}

func TestMissingMessage(t *testing.T) {
	if got := New(KK, nil).T("no.such"); got != "⟦no.such⟧" {
		t.Errorf("%q", got)
	}
	if Has("no.such") || !Has("ago.now") {
		t.Error("Has does not know what there is")
	}
}

func TestClip(t *testing.T) {
	for _, c := range []struct {
		in    string
		limit int
		want  string
	}{
		{"short", 10, "short"},
		{"  two \n words ", 20, "two words"},
		{"one two three", 9, "one two…"},
		{"Қазақстанның", 6, "Қазақ…"},
		{"😀😀😀", 5, "😀😀…"},
		{"e\u0301e\u0301e\u0301", 4, "e\u0301…"},
		{"👨\u200d👩\u200d👧 семья", 7, "…"},
	} {
		got := Clip(c.in, c.limit)
		if got != c.want || Units(got) > c.limit {
			t.Errorf("Clip(%q, %d) = %q, want %q", c.in, c.limit, got, c.want)
		}
	}
}

func FuzzClip(f *testing.F) {
	f.Add("one two three", 9)
	f.Add("\xff\xfe\xfd", 2)
	f.Add("👨\u200d👩\u200d👧 e\u0301", 3)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		if limit < 1 || limit > 10_000 {
			return
		}
		if got := Clip(s, limit); Units(got) > limit {
			t.Errorf("Clip(%q, %d) = %q, %d units", s, limit, got, Units(got))
		}
	})
}

func BenchmarkH(b *testing.B) {
	p := New(RU, nil)
	for b.Loop() {
		p.H("news.sources", "Count", 5)
	}
}
