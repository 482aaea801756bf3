package story

import (
	"testing"
	"time"
)

func at(hours float64, title, text, language string) Fingerprint {
	return NewFingerprint(title, text, language, day.Add(time.Duration(hours*float64(time.Hour))))
}

// News that turn earlier news round are others, however much of it they say again.
func TestTurns(t *testing.T) {
	const who = " 29-летняя Марина Шульц, пропавшая у пика Кок-Жайляу на высоте 2 200 метров, сообщил начальник спасателей Олег Фролов. В поисках 16 человек из отряда «Алатау»."
	for _, tt := range []struct {
		name  string
		a, b  Fingerprint
		apart bool
	}{
		{"lost and found", at(0, "В горах Алматы ищут лыжницу Марину Шульц", "С прогулки не вернулась"+who, "ru"), at(9, "Пропавшую в горах Алматы лыжницу Марину Шульц нашли", "Жива и здорова"+who, "ru"), true},
		{"still lost", at(0, "В горах Алматы ищут лыжницу Марину Шульц", "С прогулки не вернулась"+who, "ru"), at(9, "Вторую ночь ищут в горах Алматы лыжницу Марину Шульц", "На связь не выходит"+who, "ru"), false},
		{"ill and dead", at(0, "Певец Серик Маханбет в реанимации", "В больнице"+who, "ru"), at(20, "Умер певец Серик Маханбет", "Скончался"+who, "ru"), true},
		{"the dead of the night", at(0, "Певец Серик Маханбет в реанимации", "В больнице"+who, "ru"), at(16, "Умер певец Серик Маханбет", "Скончался"+who, "ru"), false},
		{"put off and opened", at(0, "Открытие станции «Барлык» в Алматы отложили", "Станция."+who, "ru"), at(14, "Станцию «Барлык» в Алматы открыли", "Станция."+who, "ru"), true},
		{"put off and opened within hours", at(0, "Открытие станции «Барлык» в Алматы отложили", "Станция."+who, "ru"), at(11, "Станцию «Барлык» в Алматы открыли", "Станция."+who, "ru"), false},
		{"in two languages", at(0, "Escaped convict Halimov on the run near Zhezkazgan", "Igor Halimov, 38, fled a colony at Rudnik, police chief Arman Sadvakas said; 14 months of 178 are left, 27 officers look for him.", "en"),
			at(26, "Сбежавшего Халимова под Жезказганом поймали", "Игоря Халимова, 38 лет, бежавшего из колонии в Рудник, взяли, сообщил начальник полиции Арман Садвакас. Осталось 14 месяцев из 178, искали его 27 человек.", "ru"), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, pair := range [][2]Fingerprint{{tt.a, tt.b}, {tt.b, tt.a}} {
				if got := !Same(pair[0], pair[1]); got != tt.apart {
					t.Errorf("two stories: %t; %s", got, measures(pair[0], pair[1]))
				}
			}
		})
	}
	// Without a time nothing is later.
	if a, b := at(0, "Ищут лыжницу Шульц", "", "ru"), at(0, "Нашли лыжницу Шульц", "", "ru"); turned(a, b) || turned(b, a) {
		t.Error("of texts of one moment one turns the other round")
	}
}

// A form that is filled with other names and figures is another event; one that is filled
// with the same is one event, whatever the headline says, for half a day.
func TestFilled(t *testing.T) {
	a := at(0, "President signs law banning sale of pouches in shops", "", "en")
	b := at(1, "President signs law banning sale of bags in shops", "", "en")
	a.Size, b.Size = 60, 60
	for strong, same := range map[float64]bool{0: false, 1.8: false, 2.5: true} {
		s := sharing{score: 12, share: 0.5, leadA: 0.6, leadB: 0.6, titleA: 0.8, titleB: 0.8, strong: strong, ownA: 10, ownB: 12}
		if got := agree(a, b, s, true); got != same {
			t.Errorf("%v of 10 shared: one story is %t", strong, got)
		}
		if s.ownA = 5; !agree(a, b, s, true) {
			t.Error("a text with hardly a name is no filled form")
		}
	}
	// Across languages names and figures make up for headlines, and no longer than half a day.
	for hours, same := range map[float64]bool{11: true, 13: false} {
		s := sharing{score: 12, share: 0.6, leadA: 0.6, leadB: 0.6, titleA: 0.4, titleB: 0.4, names: 2, figures: 1, strong: 7, ownA: 10, ownB: 12}
		if got := agree(a, at(hours, "Сауда орындарында пакет сатуға тыйым салынды", "", "kk"), s, false); a.Size > 0 && got != same {
			t.Errorf("%v hours later: one story is %t", hours, got)
		}
	}
	// What fills it are names and telling figures.
	x := Facts{Title: []string{"pnrps", "Tlaw"}, Text: []string{"n3400", "n5", "Pastana", "pnrps2"}}
	y := Facts{Title: []string{"pnrps"}, Text: []string{"n3400", "pdldkmt"}}
	if s := share(x, y); s.strong != 4.3 || s.ownA != 6.8 || s.ownB != 6.8 {
		t.Errorf("strong %v, of %v and %v", s.strong, s.ownA, s.ownB)
	}

	const chess = "Гроссмейстер Бибинур Асан выиграла чемпионат мира в Дохе и набрала 8,5 очка, в последней партии она победила Чжу Линь. Приз – 40 800 долларов."
	first := at(0, "Бибинур Асан – чемпионка мира", chess, "ru")
	for hours, same := range map[float64]bool{10: true, 13: false} {
		other := at(hours, "Корона досталась девушке двадцати лет", "Казахстанка Бибинур Асан взяла 8,5 очка и приз в 40 800 долларов, сломив сопротивление Чжу Линь. Впереди блиц.", "ru")
		if got := Same(first, other); got != same {
			t.Errorf("%v hours later: %t; %s", hours, got, measures(first, other))
		}
	}
}

// Ordinals of titles may count different things when the texts agree in all else.
func TestOrdinals(t *testing.T) {
	const race = "Артём Лутошкин финишировал на этапе в 227 километров из Потенцы в Неаполь, выиграл Каспер Рийс, общий лидер – Матей Хрибар."
	a, b := at(0, "Лутошкин стал третьим в Неаполе", race, "ru"), at(2, "Неаполь принёс Лутошкину первый подиум", race+" Гонщик доволен.", "ru")
	if !Same(a, b) {
		t.Errorf("one finish is two stories: %s", measures(a, b))
	}
	c := at(2, "Мажилис принял закон о шуме в первом чтении", "Депутат Ерболат Сатыбалды представил закон, за него 84 голоса, штраф 19 660 тенге.", "ru")
	d := at(3, "Мажилис принял закон о шуме во втором чтении", "Депутат Ерболат Сатыбалды представил закон, за него 79 голосов, штраф 39 320 тенге.", "ru")
	if Compare(c, d) != Differ {
		t.Errorf("two readings do not contradict: %s", measures(c, d))
	}
}

// A sentence or two under a title tell the story of a long text when they cover its title.
func TestBriefFlash(t *testing.T) {
	flash := at(0, "Взрыв прогремел в пятиэтажке в Петропавловске", "Взрыв произошёл в жилом доме на улице Жамбыла в Петропавловске. Обрушились перекрытия между вторым и третьим этажами. Под завалами могут находиться люди.", "ru")
	const long = "Спасатели завершили разбор завалов на улице Жамбыла, где утром от взрыва газового баллона обвалились четыре квартиры пятиэтажки в Петропавловске. Погибли двое, 86 человек перевели в школу. Баллон хранился на лоджии и был заправлен накануне, владелец пункта заправки задержан."
	if whole := at(8, "Двое погибших при взрыве газа в Петропавловске", long, "ru"); !Same(flash, whole) || !Same(whole, flash) {
		t.Errorf("the flash is another story: %s", measures(flash, whole))
	}
	if whole := at(8, "Мэр Костаная Серик Оспанов ушёл в отставку", long, "ru"); Same(flash, whole) {
		t.Error("a text with a title about something else is the flash's story")
	}
}
