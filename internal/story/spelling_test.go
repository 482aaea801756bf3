package story

import (
	"strings"
	"testing"
	"time"
)

func TestSpelling(t *testing.T) {
	for _, tt := range []struct {
		name, a, b string
		same       bool
	}{
		{"white space", "Мост  через Или\u00a0открыт ", "Мост через Или открыт", true},
		{"look-alike letters", "Жетicу облысы", "Жетісу облысы", true},
		{"look-alike capitals", "AЛМАТЫ растёт", "АЛМАТЫ растёт", true},
		{"quotes", "«Астана» выиграла у “Кайрата”", `"Астана" выиграла у "Кайрата"`, true},
		{"dashes and dots", "Мост — открыт…", "Мост - открыт...", true},
		{"apostrophes", "Kazakhstan’s bridge", "Kazakhstan's bridge", true},
		{"another word", "Мост через Или открыт", "Мост через Или закрыт", false},
		{"another number", "Погибли 12 человек", "Погибли 15 человек", false},
		{"capitals", "сша ответили", "США ответили", false},
		{"a Latin word stays", "Apple ответила", "Аpple ответила", true},
		{"words of two scripts that only look alike are not compared", "COP", "СОР", false},
		{"a letter more", "Мост", "Мосты", false},
	} {
		if got := Spelling(tt.a) == Spelling(tt.b); got != tt.same {
			t.Errorf("%s: %q and %q: same is %v", tt.name, Spelling(tt.a), Spelling(tt.b), got)
		}
	}
}

func TestSamePage(t *testing.T) {
	noon := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	bridge := strings.Repeat("Новый мост через реку Или открыли утром для всех машин, кроме грузовых. ", 2) +
		"Длина моста тысяча двести сорок метров, ширина проезжей части четыре полосы. Строительство обошлось в сорок шесть миллиардов тенге. Старую переправу оставят велосипедистам и пешеходам."
	library := "Читатели попросили не закрывать двери до полуночи, и библиотека согласилась. В ночном зале сорок мест, чай и тишина. Студенты готовятся там к экзаменам с прошлой среды, и места занимают заранее."
	print := func(title, text string, days int) Fingerprint {
		return NewFingerprint(title, text, "ru", noon.AddDate(0, 0, days))
	}
	for _, tt := range []struct {
		name string
		a, b Fingerprint
		want bool
	}{
		{"the same", print("Мост через Или открыли", bridge, 0), print("Мост через Или открыли", bridge, 0), true},
		{"another headline over the text", print("Мост через Или открыли", bridge, 0), print("Переправа заработала раньше срока", bridge, 0), true},
		{"another headline and another text", print("Мост через Или открыли", bridge, 0), print("Библиотека открыла ночной зал", library, 0), false},
		{"one headline, one without a text", print("Мост через Или открыли", bridge, 0), print("Мост через Или открыли", "", 0), true},
		{"another headline, one without a text", print("Мост через Или открыли", bridge, 0), print("Библиотека открыла ночной зал", "", 0), false},
		{"one headline of a template, another text", print("Новости дня", bridge, 0), print("Новости дня", library, 0), false},
		{"the next day's of a template", print("Курс доллара на 2 ноября", bridge, 0), print("Курс доллара на 3 ноября", bridge, 0), false},
		{"a page that is listed again a week later", print("Мост через Или открыли", bridge, 0), print("Мост через Или открыли", bridge, 7), true},
		{"a page that says something else a week later", print("Мост через Или открыли", bridge, 0), print("Мост через Или открыли", library, 7), false},
	} {
		if got := SamePage(tt.a, tt.b); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
		if got := SamePage(tt.b, tt.a); got != tt.want {
			t.Errorf("%s, the other way round: %v", tt.name, got)
		}
	}
}
