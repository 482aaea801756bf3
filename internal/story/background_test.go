package story

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// What a text tells again is told apart from its news, by the words that such a sentence
// begins with and by its day.
func TestBackground(t *testing.T) {
	published := time.Date(2026, 4, 9, 12, 0, 0, 0, time.UTC) // a Thursday
	for _, tt := range []struct {
		name, language, text string
		news, told           string // a word of each, folded; empty when there is none
	}{
		{"recalled", "ru", "Суд вынес приговор.\nНапомним, взрыв прогремел зимой. Погибли трое.", "приговор", "трое"},
		{"up to the end of the paragraph", "ru", "Суд вынес приговор.\nНапомним, взрыв прогремел зимой.\nАдвокат недоволен.", "адвокат", "взрыв"},
		{"in the first paragraph", "ru", "Суд вынес приговор. Ранее следствие назвало имена.", "приговор", "имена"},
		{"days before", "ru", "Суд вынес приговор.\nДвумя днями ранее свидетель уехал.", "приговор", "свидетель"},
		{"not a man convicted before", "ru", "Суд вынес приговор.\nПод арестом ранее судимый житель.", "житель", ""},
		{"not what took place", "ru", "Итоги подвели.\nВыборы прошли спокойно.", "спокойно", ""},
		{"last year", "ru", "Итоги подвели.\nВ прошлом году урожай был больше.", "итоги", "урожай"},
		{"not the first sentence", "ru", "Ранее закрытый мост снова открыт.", "мост", ""},
		{"only among the first words", "ru", "Суд вынес приговор.\nЗащита утверждает, что её подзащитный не был знаком ранее.", "подзащитный", ""},
		{"in Kazakh", "kk", "Сот үкім шығарды.\nЕске салайық, жарылыс қыста болған.", "үкім", "жарылыс"},
		{"before this", "kk", "Сот үкім шығарды.\nБұған дейін тергеу жүрген.", "үкім", "тергеу"},
		{"not to this", "kk", "Көпір ашылды.\nБұған 46 млрд теңге жұмсалды.", "жұмсалды", ""},
		{"in English", "en", "The court ruled.\nA day earlier the witness left.", "ruled", "witness"},
		{"last month", "en", "The court ruled.\nThe trial began last month in Semey.", "ruled", "trial"},
		{"not the last of many", "en", "The court ruled.\nThe last witness spoke.", "witness", ""},
		{"a day that is over", "ru", "Суд вынес приговор.\n7 апреля дом рухнул.", "приговор", "рухнул"},
		{"the same day", "ru", "Суд вынес приговор.\n9 апреля прокурор просил больше.", "прокурор", ""},
		{"a day to come", "ru", "Суд вынес приговор.\n20 апреля подадут жалобу.", "жалобу", ""},
		{"the day of the first paragraph", "ru", "Дом рухнул ночью. 7 апреля там чинили газ.", "чинили", ""},
		{"a date in English", "en", "The court ruled.\nOn April 7 the house fell.", "ruled", "fell"},
		{"a date in Kazakh", "kk", "Сот үкім шығарды.\n7 сәуірде үй құлады.", "үкім", "құлады"},
		{"another weekday", "en", "The court ruled.\nOn Monday the house fell.", "ruled", "fell"},
		{"the same weekday", "en", "The court ruled.\nOn Thursday the crowd left.", "crowd", ""},
		{"another weekday in Russian", "ru", "Суд вынес приговор.\nВ среду дом рухнул.", "приговор", "рухнул"},
		{"a weekday of three days before in Kazakh", "kk", "Сот үкім шығарды.\nДүйсенбіде үй құлады.", "үкім", "құлады"},
		{"a weekday with its word in Kazakh", "kk", "Сот үкім шығарды.\nСәрсенбі күні үй құлады.", "үкім", "құлады"},
		{"a weekday four days before", "ru", "Суд вынес приговор.\nВ воскресенье дом рухнул.", "приговор", "рухнул"},
		{"tomorrow", "ru", "Суд вынес приговор.\nВ пятницу подадут жалобу.", "жалобу", ""},
		{"the day after", "kk", "Сот үкім шығарды.\nСенбіде шағым беріледі.", "беріледі", ""},
		{"no Friday but a man", "kk", "Сот үкім шығарды.\nЖұмабаев үкімге келіспеді.", "келіспеді", ""},
		{"no Saturday but work", "kk", "Қала тазарды.\nСенбілікке 500 адам шықты.", "шықты", ""},
		{"the same in Russian", "ru", "Город убрали.\nСубботник собрал сотни людей.", "собрал", ""},
		{"not an average", "ru", "Итоги подвели.\nВ среднем выросли цены.\nСреди них хлеб.", "хлеб", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all := tokens(tt.text, maxWords)
			news, told := divide(all, background(all, tt.language, published))
			of := func(w string) func(token) bool { return func(t token) bool { return t.word == w } }
			if !slices.ContainsFunc(news, of(tt.news)) {
				t.Errorf("%q is not news", tt.news)
			}
			if tt.told == "" && len(told) > 0 {
				t.Errorf("%v is told again", told)
			}
			if tt.told != "" && !slices.ContainsFunc(told, of(tt.told)) {
				t.Errorf("%q is not told again", tt.told)
			}
		})
	}
}

// A weekday is Kazakhstan's, whose day begins five hours before that of Greenwich.
func TestBackgroundByWeekday(t *testing.T) {
	all := tokens("Дом рухнул.\nВо вторник там чинили газ.", maxWords)
	for _, tt := range []struct {
		published time.Time
		told      bool
	}{
		{time.Date(2026, 4, 7, 18, 59, 0, 0, time.UTC), false}, // Tuesday
		{time.Date(2026, 4, 8, 0, 59, 0, 0, time.UTC), false},
		{time.Date(2026, 4, 8, 1, 0, 0, 0, time.UTC), true},
		{time.Date(2026, 4, 11, 18, 59, 0, 0, time.UTC), true},  // Saturday
		{time.Date(2026, 4, 11, 19, 0, 0, 0, time.UTC), false},  // Sunday
		{time.Date(2026, 4, 13, 18, 59, 0, 0, time.UTC), false}, // Monday
	} {
		_, told := divide(all, background(all, "ru", tt.published))
		if got := len(told) > 0; got != tt.told {
			t.Errorf("%s: told again is %t", tt.published, got)
		}
	}
}

// A morning's text still has yesterday's day for its own, and without a time no day is over.
func TestBackgroundByTime(t *testing.T) {
	all := tokens("Дом рухнул.\n7 апреля там чинили газ.", maxWords)
	for _, tt := range []struct {
		published time.Time
		told      bool
	}{
		{time.Time{}, false},
		{time.Date(2026, 4, 8, 0, 59, 0, 0, time.UTC), false}, // before six in Kazakhstan
		{time.Date(2026, 4, 8, 1, 0, 0, 0, time.UTC), true},
	} {
		_, told := divide(all, background(all, "ru", tt.published))
		if got := len(told) > 0; got != tt.told {
			t.Errorf("%s: told again is %t", tt.published, got)
		}
	}
}

const fall = "На шахте «Тентек» под Карагандой обвалилась порода, погиб горняк Марат Сулейменов, сообщила компания «Кен Дала». " +
	"На глубине 480 метров работали 27 человек, выработку закрыли в 14:20.\nДобыча угля остановлена на трёх участках, убыток оценивают в 35 млн тенге."

// What follows from an event tells it again: what both say then is no agreement. What
// two tellings of one hour recall is.
func TestWhatIsToldAgain(t *testing.T) {
	first := NewFingerprint("Горняк погиб на шахте «Тентек» под Карагандой", fall, "ru", day)
	after := func(recalled string) Fingerprint {
		return NewFingerprint("На шахте «Тентек» под Карагандой проверят все участки", "Инспекция начала проверку шахты «Тентек» под Карагандой, её поведёт Олжас Бекетов. "+
			"Отчёт будет готов в мае.\n"+recalled+" на глубине 480 метров, где работали 27 человек, погиб горняк Марат Сулейменов. Компания «Кен Дала» оценила убыток в 35 млн тенге, выработку закрыли в 14:20.", "ru", day.Add(10*time.Hour))
	}
	if f := after("Тогда"); !Same(first, f) {
		t.Errorf("the two are not near enough to show anything: %s", measures(first, f))
	}
	f := after("Напомним,")
	if Same(first, f) || Same(f, first) {
		t.Errorf("a follow-up was taken for the event: %s", measures(first, f))
	}
	if !slices.Contains(f.Facts.Back, "n480") || slices.Contains(f.Facts.Text, "n480") {
		t.Errorf("what it tells again is %q", f.Facts.Back)
	}
	if slices.Contains(f.Keys(), int64(hash("n480"))) {
		t.Error("it is looked for by what it tells again")
	}
	// The same recalled by both, in another order of words.
	other := after("Напомним,")
	other.Published += time.Hour.Milliseconds()
	if !Same(f, other) {
		t.Error("two tellings that recall one thing are not one story")
	}
	// What a title names the other may tell again: they do not contradict.
	if a, b := first, f; missing(a, b, func(f string) bool { return f == "Ddie" }) || !b.Facts.mentions("Ddie") {
		t.Error("what is told again is mentioned nowhere")
	}
}

// The earlier text cannot follow from the later one: what it tells again counts.
func TestToldAgainByTheEarlier(t *testing.T) {
	early := Fingerprint{Published: 1, Facts: Facts{Text: []string{"Tmine"}, Back: []string{"n480"}}}
	late := Fingerprint{Published: 2, Facts: Facts{Text: []string{"Tmine", "n480"}}}
	if s := shareOfPrints(early, late); s.figures != 1 {
		t.Errorf("%v is common", s.common)
	}
	early.Published = 3
	if s := shareOfPrints(early, late); s.figures != 0 {
		t.Errorf("%v is common", s.common)
	}
	early.Facts, late.Facts = late.Facts, early.Facts // what both tell again is common
	early.Facts.Text, early.Facts.Back = early.Facts.Text[:1], []string{"n480"}
	if s := shareOfPrints(early, late); s.figures != 1 {
		t.Errorf("of what both tell again %v is common", s.common)
	}
	early.Facts.Text, early.Facts.Back = []string{"Tmine", "n480"}, nil
	early.Published = 0
	if s := shareOfPrints(early, late); s.figures != 1 || !slices.Equal(s.common, shareOfPrints(late, early).common) && len(s.common) != 2 {
		t.Errorf("without a time %v is common", s.common)
	}
}

// Days of the week and those that all news quote are no names of an event.
func TestNoNames(t *testing.T) {
	for language, text := range map[string]string{
		"en": "The law was signed on Tuesday, Reuters reported from Akorda.",
		"ru": "Об этом сообщили в Акорде и Казгидромете, передаёт Tengrinews, а в Telegram – ДЧС.",
		"kk": "Бұл туралы Ақорда мен Қазгидромет Telegram арнасында хабарлады.",
	} {
		for _, f := range newFacts("", text, language, day).Text {
			if strings.HasPrefix(f, "p") {
				t.Errorf("%s: %s is a name", language, f)
			}
		}
	}
}
