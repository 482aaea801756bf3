package story

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var day = time.Date(2026, 4, 6, 5, 0, 0, 0, time.UTC)

func TestTokens(t *testing.T) {
	for _, tt := range []struct {
		name, title string
		want        []string
	}{
		{"Russian forms", "Новые школы в новых школах", []string{"нов", "школ", "нов", "школ"}},
		{"Kazakh forms", "Мектептердің кітабы", []string{"мектеп", "кітап"}},
		{"English forms", "Banks raising rates", []string{"bank", "rais", "rate"}},
		{"homoglyphs", "Жетicу", Tokens("Жетісу")},
		{"Latin word with a Cyrillic letter", "Telеgram", []string{"telegram"}},
		{"numbers", "Курс 538,91 и 1 200 тенге", []string{"курс", "538.91", "1200", "тенг"}},
		{"negation stays", "Суд не отменил", []string{"суд", "не", "отмен"}},
		{"signs", "«Барыс» — Орда/Ордабасы!", []string{"барыс", "орд", "ордабас"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Tokens(tt.title)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestKazakhStem(t *testing.T) {
	for _, forms := range [][]string{
		{"мектеп", "мектептер", "мектептің", "мектепте", "мектептерде", "мектебі"},
		{"қала", "қалалар", "қаланың", "қалада", "қаладан"},
		{"үкімет", "үкіметтің", "үкіметке", "үкіметте"},
	} {
		want := kazakhStem(forms[0])
		for _, f := range forms {
			if got := kazakhStem(f); got != want {
				t.Errorf("%s: %s, want %s", f, got, want)
			}
		}
	}
}

// telling is a story as one source told it.
type telling struct{ title, text string }

// Three newsrooms tell of one event each in their own words.
var stories = map[string][]telling{
	"metro": {
		{"В Алматы открыли новую станцию метро «Калкаман»", `В понедельник, 6 апреля, в Алматы открылась новая станция метро «Калкаман». Она стала двенадцатой в городе. В церемонии принял участие аким города. Строительство станции обошлось в 46 млрд тенге и продолжалось пять лет. Ожидается, что каждый день ею будут пользоваться 15 тысяч пассажиров. Следующую станцию обещают сдать в 2028 году.`},
		{"Новая станция метро «Калкаман» открылась в Алматы", `Новая станция алматинского метро «Калкаман» приняла первых пассажиров в понедельник, сообщает пресс-служба акимата. Станция стала двенадцатой в городе, её строили пять лет, стоимость строительства составила 46 млрд тенге. По расчётам, станцией ежедневно будут пользоваться 15 тысяч пассажиров. Аким Алматы сказал, что следующая станция откроется в 2028 году.`},
		{"Станцию метро «Калкаман» открыли в Алматы спустя пять лет стройки", `Спустя пять лет строительства в Алматы открыли станцию метро «Калкаман». Первыми пассажирами стали строители и жители района. Как сообщили в акимате, станция стоимостью 46 млрд тенге стала двенадцатой в метро города. Пользоваться станцией будут 15 тысяч пассажиров каждый день. Аким на открытии пообещал, что следующую станцию сдадут в 2028 году.`},
	},
	"pass": {
		{"Дорогу через перевал Кокпек открыли для грузовиков", `Движение грузового транспорта через перевал Кокпек возобновили утром 6 апреля, сообщает областной комитет дорог. Трасса была закрыта одиннадцать дней из-за схода мокрого снега. За это время объездной дорогой прошли более 900 машин. Водителей просят держать дистанцию и не останавливаться у обочин.`},
		{"Перевал Кокпек снова проходим: фуры больше не едут в объезд", `Перевал снова открыт. Движение грузового транспорта через перевал Кокпек возобновили утром 6 апреля, сообщает областной комитет дорог. Трасса была закрыта одиннадцать дней из-за схода мокрого снега. За это время объездной дорогой прошли более 900 машин. Водители рассказали, что теряли на объезде по четыре часа.`},
	},
	"rate": {
		{"National Bank keeps base rate at 16.5 percent", `The National Bank of Kazakhstan kept its base rate at 16.5 percent on Friday, saying that inflation is slowing but remains above the target. Annual inflation was 9.4 percent in March. The bank said it would keep policy tight until prices are stable. The next decision is due on June 5.`},
		{"Kazakhstan's National Bank keeps base rate unchanged at 16.5 percent", `Kazakhstan's central bank left the base rate unchanged at 16.5 percent on Friday. Inflation is slowing but remains above the target, the bank said; annual inflation stood at 9.4 percent in March. It promised to keep policy tight until prices are stable. The next decision on the base rate is due on June 5.`},
	},
	"flood": {
		{"Ақмола облысында су тасқынынан үш ауыл көшірілді", `Ақмола облысында су тасқыны салдарынан үш ауылдың тұрғындары көшірілді. Төтенше жағдайлар департаментінің мәліметінше, қауіпсіз жерге 420 адам, оның ішінде 150 бала жеткізілді. Құтқару жұмыстарына 80 техника жұмылдырылды. Зардап шеккендер жоқ. Көшірілгендер мектеп пен мәдениет үйіне орналастырылды.`},
		{"Су тасқыны: Ақмола облысында үш ауыл тұрғындары көшірілді", `Ақмола облысындағы су тасқыны салдарынан үш ауылдан 420 адам, оның ішінде 150 бала көшірілді деп хабарлады төтенше жағдайлар департаменті. Құтқару жұмыстарына 80 техника жұмылдырылды. Тұрғындар мектеп пен мәдениет үйіне орналастырылды. Зардап шеккендер жоқ.`},
	},
}

// Near each other in words, and not the same story.
var others = []struct {
	name string
	a, b telling
}{
	{
		"the reverse result",
		telling{"«Кайрат» обыграл «Актобе» в матче чемпионата", `«Кайрат» на своём поле победил «Актобе» в матче шестого тура чемпионата страны. Единственный гол забил нападающий на 78-й минуте. После этой победы алматинцы поднялись на первую строчку таблицы. Следующую игру команда проведёт в субботу в Шымкенте.`},
		telling{"«Актобе» обыграл «Кайрат» в матче чемпионата", `Футболисты «Актобе» дома взяли верх над «Кайратом» в двадцатом туре. Хозяева открыли счёт уже в дебюте, а во втором тайме дважды удачно сыграли после угловых. Гости ответили одним точным ударом с пенальти. «Актобе» прервал серию из трёх поражений и вышел на пятое место.`},
	},
	{
		"the next day's rates",
		telling{"Курс доллара на 2 ноября", `Национальный банк установил официальный курс на 2 ноября. Доллар стоит 538,91 тенге, евро стоит 612,20 тенге, рубль стоит 5,80 тенге. Курсы действуют с полуночи по времени Астаны.`},
		telling{"Курс доллара на 3 ноября", `Национальный банк установил официальный курс на 3 ноября. Доллар стоит 538,95 тенге, евро стоит 612,20 тенге, рубль стоит 5,80 тенге. Курсы действуют с полуночи по времени Астаны.`},
	},
	{
		"the opposite",
		telling{"Суд отменил запрет на вывоз леса", `Специализированный суд Астаны отменил запрет на вывоз леса за пределы страны. Решение вступит в силу через месяц. Истцом выступило объединение лесопромышленников, которое считало меру чрезмерной и вредной для отрасли.`},
		telling{"Суд не отменил запрет на вывоз леса", `Специализированный суд Астаны не отменил запрет на вывоз леса за пределы страны. Решение вступит в силу через месяц. Истцом выступило объединение лесопромышленников, которое считало меру чрезмерной и вредной для отрасли.`},
	},
	{
		"the same place, another event",
		telling{"В Алматы открыли новую школу в Наурызбайском районе", `Новая школа на 1500 мест начала работу в микрорайоне Шугыла. В ней есть лаборатории, бассейн и два спортивных зала. Первый звонок прозвенел для учеников начальных классов. Школу построили по государственной программе за полтора года.`},
		telling{"В Алматы открыли новую поликлинику в Наурызбайском районе", `Поликлиника рассчитана на 500 посещений в смену и будет обслуживать жителей трёх микрорайонов. Здесь установили томограф и открыли дневной стационар. На работу приняли сорок врачей, ещё десять ставок пока свободны. Записаться на приём можно по телефону.`},
	},
	{
		"the same text, another town",
		telling{"В Уральске ожидается сильный ветер и метель", `По прогнозу синоптиков, в ближайшие сутки в Уральске усилится ветер, порывы достигнут 20 метров в секунду. Местами пройдёт снег. Водителей просят отказаться от дальних поездок, а школы переведут младшие классы на занятия из дома.`},
		telling{"В Кокшетау ожидается сильный ветер и метель", `По прогнозу синоптиков, в ближайшие сутки в Кокшетау усилится ветер, порывы достигнут 20 метров в секунду. Местами пройдёт снег. Водителей просят отказаться от дальних поездок, а школы переведут младшие классы на занятия из дома.`},
	},
	{
		"the same text, another town, titles apart",
		telling{"Погода в Уральске: синоптики обещают метель", `По прогнозу синоптиков, в ближайшие сутки в Уральске усилится ветер, порывы достигнут 20 метров в секунду. Местами пройдёт снег. Водителей просят отказаться от дальних поездок, а школы переведут младшие классы на занятия из дома.`},
		telling{"Синоптики обещают сильный ветер в Кокшетау", `По прогнозу синоптиков, в ближайшие сутки в Кокшетау усилится ветер, порывы достигнут 20 метров в секунду. Местами пройдёт снег. Водителей просят отказаться от дальних поездок, а школы переведут младшие классы на занятия из дома.`},
	},
	{
		"the same kind, another town",
		telling{"В Уральске ожидается сильный ветер и метель", `По прогнозу синоптиков, в ближайшие сутки в Уральске усилится ветер, порывы достигнут 20 метров в секунду. Местами пройдёт снег. Водителей просят отказаться от дальних поездок, а школы переведут младшие классы на занятия из дома.`},
		telling{"В Кокшетау ожидается гололёд и туман", `Ночью и утром в Кокшетау ляжет густой туман, видимость упадёт до 200 метров. Коммунальные службы вывели на улицы сорок машин с песком. Автобусы в аэропорт будут ходить реже, пассажирам советуют выезжать заранее и следить за табло.`},
	},
}

func TestSameStory(t *testing.T) {
	for name, list := range stories {
		t.Run(name, func(t *testing.T) {
			for i, a := range list {
				for j, b := range list[:i] {
					fa := NewFingerprint(a.title, a.text, "", day)
					fb := NewFingerprint(b.title, b.text, "", day.Add(7*time.Hour))
					if !Same(fa, fb) || !Same(fb, fa) {
						t.Errorf("%d and %d were not seen to be one story: %s", i, j, measures(fa, fb))
					}
				}
			}
		})
	}
}

func TestOtherStory(t *testing.T) {
	for _, o := range others {
		t.Run(o.name, func(t *testing.T) {
			a, b := NewFingerprint(o.a.title, o.a.text, "", day), NewFingerprint(o.b.title, o.b.text, "", day.Add(time.Hour))
			if Same(a, b) || Same(b, a) {
				t.Errorf("taken for one story: %s", measures(a, b))
			}
		})
	}
	// And no two of all the different stories.
	var all []Fingerprint
	var from []string
	for name, list := range stories {
		for _, s := range list {
			all, from = append(all, NewFingerprint(s.title, s.text, "", day)), append(from, name)
		}
	}
	for i, a := range all {
		for j, b := range all {
			if from[i] != from[j] && Same(a, b) {
				t.Errorf("%s and %s taken for one story", from[i], from[j])
			}
		}
	}
}

func measures(a, b Fingerprint) string {
	title, common := jaccard(a.Title, b.Title)
	raw, err := json.Marshal(map[string]any{"title": title, "common": common, "text": a.Text.similarity(b.Text), "lead": a.Lead.similarity(b.Lead),
		"a": a.Title, "b": b.Title, "sizes": []int{a.Size, b.Size}})
	if err != nil {
		return err.Error()
	}
	return string(raw)
}

func TestSameByTime(t *testing.T) {
	s := stories["metro"][0]
	for _, tt := range []struct {
		name  string
		text  string
		apart time.Duration
		want  bool
	}{
		{"a copy two days later", s.text, 48 * time.Hour, true},
		{"a copy four days later", s.text, 96 * time.Hour, false},
		{"title alone, an hour later", "", time.Hour, true},
		{"title alone, the next day", "", 24 * time.Hour, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, b := NewFingerprint(s.title, tt.text, "", day), NewFingerprint(s.title, tt.text, "", day.Add(tt.apart))
			if Same(a, b) != tt.want || Same(b, a) != tt.want {
				t.Errorf("want %v", tt.want)
			}
		})
	}
	t.Run("short title alone", func(t *testing.T) {
		a := NewFingerprint("Погода сегодня", "", "", day)
		if Same(a, a) {
			t.Error("two words are no story")
		}
	})
	t.Run("unknown time", func(t *testing.T) {
		if !Same(NewFingerprint(s.title, s.text, "", time.Time{}), NewFingerprint(s.title, s.text, "", day)) {
			t.Error("a copy without a date was not recognised")
		}
	})
}

func TestSameWhenShortened(t *testing.T) {
	s := stories["metro"][1]
	sentences := strings.SplitAfter(s.text, ". ")
	short := strings.Join(sentences[:len(sentences)-1], "")
	if a, b := NewFingerprint(s.title, s.text, "", day), NewFingerprint(s.title, short, "", day); !Same(a, b) {
		t.Error(measures(a, b))
	}
}

func TestFingerprintStored(t *testing.T) {
	f := NewFingerprint(stories["flood"][0].title, stories["flood"][0].text, "", day)
	raw, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	if len(raw) > 1500 {
		t.Errorf("%d bytes", len(raw))
	}
	var back Fingerprint
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(f, back); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{`{"s":"!"}`, `{"s":"AAA"}`} {
		if err := json.Unmarshal([]byte(bad), &back); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
	// A stored sketch of another length must not be compared as if it were ours.
	if (Sketch{1, 2}).similarity(Sketch{1, 2}) != 0 {
		t.Error("short sketches compared")
	}
}

func TestSketchEstimatesJaccard(t *testing.T) {
	words := strings.Fields(strings.Repeat("x ", 1000))
	for i := range words {
		words[i] += string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676))
	}
	a, b := Shingles(words[:800]), Shingles(words[200:])
	got, want := sketch(a).similarity(sketch(b)), 0.6
	if got < want-0.2 || got > want+0.2 {
		t.Errorf("estimated %.2f, the sets have %.2f in common", got, want)
	}
}

func TestWordsBounded(t *testing.T) {
	w := words(strings.Repeat("слово ", 10_000), 100)
	if len(w) != 100 || slices.Contains(w, "") {
		t.Errorf("%d words", len(w))
	}
}

func BenchmarkNewFingerprint(b *testing.B) {
	text := strings.Repeat(stories["metro"][0].text+" ", 10)
	b.ReportAllocs()
	for b.Loop() {
		NewFingerprint(stories["metro"][0].title, text, "", day)
	}
}

func BenchmarkSame(b *testing.B) {
	x := NewFingerprint(stories["metro"][0].title, stories["metro"][0].text, "", day)
	y := NewFingerprint(stories["metro"][1].title, stories["metro"][1].text, "", day)
	b.ReportAllocs()
	for b.Loop() {
		Same(x, y)
	}
}
