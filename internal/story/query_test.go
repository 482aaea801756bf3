package story

import (
	"regexp"
	"strings"
	"testing"
)

// finds says whether a query finds a text, as the engines do it.
func finds(q Query, title, text, language string) bool {
	var x Indexer
	terms := " " + x.Terms(title, "", text, language) + " "
	has := func(c Clause) bool {
		for _, r := range c.Any {
			end := " "
			if r.Prefix {
				end = ""
			}
			if strings.Contains(terms, " "+strings.Join(r.Terms, " ")+end) {
				return true
			}
		}
		return false
	}
	for _, c := range q.Must {
		if !has(c) {
			return false
		}
	}
	for _, c := range q.Not {
		if has(c) {
			return false
		}
	}
	return !q.Empty()
}

func TestSearchFinds(t *testing.T) {
	const (
		bridge = "Мост через Или открыли раньше срока. По мосту прошла первая колонна."
		school = "Қостанайда жаңа мектеп ашылды. Мектептерде алты жүз бала оқиды, өмір жалғасады."
		prices = "Курс доллара достиг 538,91 тенге, бюджет получил 1 200 000 тенге. Нацбанк: рост на 5,3 % за год."
		snow   = "Ещё один снегопад накроет Алматы: ждут до 30 сантиметров"
		jetisu = "Жетicу облысында су тасқыны"
		rail   = "Kazakhstan opens two railways, the café in Nur-Sultan isn't closing"
		shul   = "Қазақстанның мектептері жаңарды: Алматының әкімі айтты"
	)
	for _, c := range []struct {
		name, query, text, language string
		want                        bool
	}{
		{"Russian forms", "мосты", bridge, "ru", true},
		{"case", "МОСТ", bridge, "ru", true},
		{"all words", "мост колонна", bridge, "ru", true},
		{"one is missing", "мост самолёт", bridge, "ru", false},
		{"phrase in order", `"мост через Или"`, bridge, "ru", true},
		{"phrase bends", `"первой колонны"`, bridge, "ru", true},
		{"phrase out of order", `"через мост"`, bridge, "ru", false},
		{"phrase does not cross into another part", `"срока прошла"`, bridge, "ru", false},
		{"guillemets", "«первая колонна»", bridge, "ru", true},
		{"minus", "мост -колонна", bridge, "ru", false},
		{"minus a word that is not there", "мост −самолёт", bridge, "ru", true},
		{"minus a phrase", `мост -"первая колонна"`, bridge, "ru", false},
		{"minus a phrase that is not there", `мост -"вторая колонна"`, bridge, "ru", true},
		{"a word that says nothing is passed over", "мост и река", bridge + " Река.", "ru", true},
		{"unless it is all there is", "через", bridge, "ru", true},
		{"Kazakh forms", "мектептер", school, "kk", true},
		{"Kazakh case forms", "мектепке", school, "kk", true},
		{"without Kazakh letters", "омир костанайда жана", school, "kk", true},
		{"without Kazakh letters in the ending", "Алматынын акими", shul, "kk", true},
		{"a phrase without Kazakh letters", `"жана мектеп"`, school, "kk", true},
		{"a Kazakh letter is meant", "қазақ", "Казаки прошли маршем", "ru", false},
		{"a Kazakh word in a Russian text", "әкімдік", "В әкімдік пришли люди", "ru", true},
		{"Kazakh endings are not cut off Russian words", "банка", "Банда задержана", "ru", false},
		{"ё", "еще", snow, "ru", true},
		{"е for ё", "ещё снегопады", "Еще один снегопад", "ru", true},
		{"look-alike letters", "жетісу", jetisu, "kk", true},
		{"look-alike letters asked", "Жетicу", "Жетісу облысы", "kk", true},
		{"English", "railway openings", rail, "en", true},
		{"accents", "cafe", rail, "en", true},
		{"hyphen", "нур-султан", "Нур-Султан переименовали", "ru", true},
		{"hyphen is a phrase", "нур-султан", "Султан и Нур", "ru", false},
		{"apostrophe", "isn't", rail, "en", true},
		{"decimals", "538,91", prices, "ru", true},
		{"decimals with a point", "538.91", prices, "ru", true},
		{"not a part of them", "538", prices, "ru", false},
		{"thousands", "1200000", prices, "ru", true},
		{"thousands apart", "1\u00a0200\u00a0000 тенге", prices, "ru", true},
		{"a year is not a group", "2026", "В 2026 100 школ", "ru", true},
		{"a minus before a number is the number's", "снегопад -30", snow, "ru", true},
		{"stress mark", "замок", "За\u0301мок взят", "ru", true},
		{"soft hyphen", "снегопад", "сне\u00adго\u00adпад", "ru", true},
		{"й in two characters", "чайник", "чаи\u0306ник", "ru", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			title, text, _ := strings.Cut(c.text, ". ")
			if got := finds(ParseQuery(c.query), title, text, c.language); got != c.want {
				var x Indexer
				t.Errorf("%q in %q: %v\n%+v\n%s", c.query, c.text, got, ParseQuery(c.query), x.Terms(title, "", text, c.language))
			}
		})
	}
}

func TestNames(t *testing.T) {
	for text, want := range map[string]bool{
		"what is this?": false, "Кто это?": false, "бұл не": true, "қашан": false, "привет": false, "кто президент": true, "снег": true, "\"что это\"": false, "": false,
	} {
		if got := ParseQuery(text).Names(); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	if got := ParseQuery("когда откроют мост").Text(); got != "откроют мост" {
		t.Error(got)
	}
}

func TestTyping(t *testing.T) {
	for _, c := range []struct {
		text string
		want bool
	}{{"эваку", true}, {"мост эваку", true}, {"эва", false}, {"эваку ", false}, {"самол", false}, {"-эвакуация мост", false}} {
		if got := finds(ParseTyping(c.text), "Мост", "Прошла эвакуация", "ru"); got != c.want {
			t.Errorf("%q: %v", c.text, got)
		}
	}
	if !finds(ParseTyping("откры"), "Вокзал открыли", "", "ru") || !finds(ParseTyping("railw"), "Railways", "", "en") || !finds(ParseTyping("казакс"), "Қазақстан", "", "kk") {
		t.Error("what is being typed is not found")
	}
}

var inTerm = regexp.MustCompile(`^[a-z0-9а-яәғқңөұүһі]+$`)

// FuzzQuery holds that nothing but letters and digits reaches the engines, that the
// written form of a query means the same, and that a text is cut at characters.
func FuzzQuery(f *testing.F) {
	for _, s := range []string{
		`мост "через Или" -река`, `a" OR (b`, `"`, `-"`, `- - -`, `"" ''`, "NEAR(a b, 5)", "a* ^b {c}: d", "'); DROP TABLE articles;--", "1 200,5.6 -5",
		"😀 👨‍👩‍👧", "日本語 한국어 ไทย", "\x00\xff\xfe", "Жетicу", "нур-султан/«алма", strings.Repeat("слово ", 900), strings.Repeat(`"`, 999), "ǅ ſ ß İ ı", "а\u0301\u0301",
		`foo"bar "baz" -«қ`, "100 и 200 тенге", "7  000", "x:y & z | !w <-> v", `\' \"`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var x Indexer
		for term := range strings.FieldsSeq(x.Terms(s, s, s, "kk") + " " + x.Terms(s, "", s, "ru")) {
			if !inTerm.MatchString(term) {
				t.Fatalf("term %q", term)
			}
		}
		q := ParseQuery(s)
		for _, c := range append(append([]Clause{}, q.Must...), q.Not...) {
			for _, r := range c.Any {
				for _, term := range r.Terms {
					if !inTerm.MatchString(term) {
						t.Fatalf("term %q", term)
					}
				}
			}
		}
		if again := ParseQuery(q.Text()); len([]rune(q.Text())) <= maxQuery && again.Text() != q.Text() {
			t.Fatalf("%q is read as %q", q.Text(), again.Text())
		}
		for _, part := range append(q.Excerpt(s, "ru", 50), q.Excerpt(s, "kk", 4000)...) {
			if strings.ToValidUTF8(s, "") == s && strings.ToValidUTF8(part.Text, "") != part.Text {
				t.Fatalf("part %q of %q", part.Text, s)
			}
		}
	})
}

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("Сначала говорили о погоде и дорогах. ", 9) + "Потом министр открыл новый мост через реку. " + strings.Repeat("Затем о спорте и культуре. ", 9)
	for _, c := range []struct{ name, query, text, want string }{
		{"a short text is whole", "мост", "Открыт мост.", "Открыт [мост]."},
		{"where it stands together", "мосты министра", long, "…Потом [министр] открыл новый [мост] через реку. Затем о спорте и культуре. Затем о спорте и…"},
		{"a paragraph's beginning", "река", "Первый абзац, он длинный.\n\nРека вышла из берегов вчера.", "…[Река] вышла из берегов вчера."},
		{"phrase", `"новый мост"`, "Старый мост. Новый мост!", "Старый [мост]. [Новый] [мост]!"},
		{"nothing", "самолёт", long, ""},
		{"minus does not show", "мост -река", "Мост и дом", "[Мост] и дом"},
		{"a number", "1200", "Выдали 1 200 тенге", "Выдали [1 200] тенге"},
		{"quotes stay", "мост", "«Мост» — кино", "«[Мост]» — кино"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b strings.Builder
			for _, p := range ParseQuery(c.query).Excerpt(c.text, "ru", 90) {
				if p.Hit {
					b.WriteString("[" + p.Text + "]")
				} else {
					b.WriteString(p.Text)
				}
			}
			if b.String() != c.want {
				t.Errorf("got  %s\nwant %s", b.String(), c.want)
			}
		})
	}
}
