package locale

import "time"

// The words of times, folded by whenFold: without the letters that Kazakh has
// beside Russian, as many type it without them.

// whenNow are the ways to say now.
var whenNow = wordSet(
	"сейчас", "прямо сейчас", "сейчас же", "немедленно", "сразу", "сразу же", "тотчас",
	"қазір", "дәл қазір", "қазір-ақ", "бірден", "осы сәтте",
	"now", "right now", "at once", "immediately", "asap", "right away",
)

// whenFillers carry nothing by themselves.
var whenFillers = wordSet("в", "во", "на", "к", "около", "ровно", "at", "on", "the", "of", "by", "о", "күні", "г", "года", "году", "ж", "жылы", "жылғы", "and", "и", "және", "o'clock", "дәл")

// hourLead are words before which a number is a time of day.
var hourLead = wordSet("в", "во", "at", "к", "ровно")

// dayWords are days counted from today.
var dayWords = words(map[string]int{
	"сегодня": 0, "бүгін": 0, "бүгінгі": 0, "today": 0,
	"завтра": 1, "завтрашний": 1, "ертең": 1, "ертеңгі": 1, "tomorrow": 1, "tmrw": 1, "tmr": 1,
	"послезавтра": 2, "бүрсігүні": 2, "бүрсүгүні": 2, "арғы_күні": 2, "day_after_tomorrow": 2,
	"вчера": -1, "кеше": -1, "yesterday": -1, "позавчера": -2, "алдыңғы_күні": -2,
})

// weekdayWords number the days from Monday.
var weekdayWords = words(map[string]int{
	"понедельник": 0, "понедельника": 0, "понедельнику": 0, "пн": 0, "пон": 0, "дүйсенбі": 0, "дс": 0, "monday": 0, "mon": 0,
	"вторник": 1, "вторника": 1, "вторнику": 1, "вт": 1, "сейсенбі": 1, "сс": 1, "tuesday": 1, "tue": 1, "tues": 1,
	"среда": 2, "среду": 2, "среды": 2, "среде": 2, "ср": 2, "сәрсенбі": 2, "wednesday": 2, "wed": 2,
	"четверг": 3, "четверга": 3, "четвергу": 3, "чт": 3, "бейсенбі": 3, "бс": 3, "thursday": 3, "thu": 3, "thur": 3, "thurs": 3,
	"пятница": 4, "пятницу": 4, "пятницы": 4, "пятнице": 4, "пт": 4, "жұма": 4, "жм": 4, "friday": 4, "fri": 4,
	"суббота": 5, "субботу": 5, "субботы": 5, "субботе": 5, "сб": 5, "сенбі": 5, "saturday": 5, "sat": 5,
	"воскресенье": 6, "воскресенья": 6, "воскресенью": 6, "вс": 6, "вск": 6, "жексенбі": 6, "жс": 6, "sunday": 6, "sun": 6,
})

// englishWords are those by which a text is known to be English, where its
// "next Friday" can be of this week.
var englishWords = wordSet("next")

var weekdayNextWords = wordSet("следующий", "следующая", "следующую", "следующее", "следующей", "след", "келесі", "next")
var weekdayThisWords = wordSet("этот", "эта", "эту", "это", "этой", "осы", "this")
var weekdayNearWords = wordSet("ближайший", "ближайшая", "ближайшую", "ближайшее", "жақын", "таяу", "coming")
var weekWords = wordSet("неделе", "неделю", "аптада", "аптаның", "аптадағы", "апта", "week")

// monthWords number the months.
var monthWords = func() map[string]int {
	m := words(map[string]int{
		"янв": 1, "январь": 1, "февр": 2, "фев": 2, "февраль": 2, "март": 3, "мар": 3, "апр": 4, "апрель": 4, "май": 5,
		"июн": 6, "июнь": 6, "июл": 7, "июль": 7, "авг": 8, "август": 8, "сент": 9, "сен": 9, "сентябрь": 9,
		"окт": 10, "октябрь": 10, "нояб": 11, "ноя": 11, "ноябрь": 11, "дек": 12, "декабрь": 12,
		"jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "oct": 10, "nov": 11, "dec": 12,
	})
	for _, names := range months {
		for i, name := range names {
			m[whenFold(name)] = i + 1
		}
	}
	return m
}()

// numberWords are numbers that people write out.
var numberWords = words(map[string]int{
	"один": 1, "одну": 1, "одна": 1, "два": 2, "две": 2, "три": 3, "четыре": 4, "пять": 5, "шесть": 6, "семь": 7, "восемь": 8,
	"девять": 9, "десять": 10, "одиннадцать": 11, "двенадцать": 12, "пятнадцать": 15, "двадцать": 20, "тридцать": 30, "сорок": 40,
	"бір": 1, "екі": 2, "үш": 3, "төрт": 4, "бес": 5, "алты": 6, "жеті": 7, "сегіз": 8, "тоғыз": 9, "он": 10, "он_бір": 11, "он_екі": 12,
	"он_бес": 15, "жиырма": 20, "отыз": 30, "қырық": 40,
	"one": 1, "a": 1, "an": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
	"eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40,
})

// halves of an hour, as numbers of half hours: a half, and one and a half.
var halfWords = words(map[string]int{"пол": 1, "половину": 1, "жарты": 1, "half": 1, "half_an": 1, "half_a": 1, "полтора": 3, "полторы": 3, "бір_жарым": 3})

// span is a unit of time that people count in.
type spanUnit struct {
	days int
	time time.Duration
}

var spanUnits = func() map[string]spanUnit {
	units := map[string]spanUnit{}
	for _, u := range []struct {
		unit  spanUnit
		words []string
	}{
		{spanUnit{time: time.Minute}, []string{"минута", "минуту", "минуты", "минут", "мин", "м", "минуттан", "минутта", "minute", "minutes", "min", "mins", "m"}},
		{spanUnit{time: time.Hour}, []string{"час", "часа", "часов", "часик", "ч", "сағат", "сағаттан", "сағ", "hour", "hours", "hr", "hrs", "h"}},
		{spanUnit{days: 1}, []string{"день", "дня", "дней", "дн", "сутки", "суток", "күн", "күннен", "тәулік", "тәуліктен", "day", "days", "d"}},
		{spanUnit{days: 7}, []string{"неделя", "неделю", "недели", "недель", "нед", "апта", "аптадан", "week", "weeks", "w"}},
	} {
		for _, w := range u.words {
			units[whenFold(w)] = u.unit
		}
	}
	return units
}()

// halfHour are words that are half an hour by themselves.
var halfHour = wordSet("полчаса", "полчасика")

var spanBefore = wordSet("через", "in")
var spanAfter = wordSet("кейін", "соң", "later", "from_now", "спустя", "өткен_соң", "өткеннен_кейін")

// dayPart is a part of the day, in which 9 is 09:00 or 21:00.
type dayPart int

const (
	wholeDay dayPart = iota
	morning
	daytime
	evening
	night
	beforeNoon // am
	afterNoon  // pm
)

var dayPartWords = words(map[string]int{
	"утра": int(morning), "утром": int(morning), "утро": int(morning), "таңғы": int(morning), "таңертең": int(morning), "таңертеңгі": int(morning),
	"таңда": int(morning), "in_the_morning": int(morning), "morning": int(morning),
	"дня": int(daytime), "днем": int(daytime), "түскі": int(daytime), "түстен_кейін": int(daytime), "түстен_кейінгі": int(daytime), "түсте": int(daytime),
	"in_the_afternoon": int(daytime), "afternoon": int(daytime), "күндізгі": int(daytime), "күндіз": int(daytime),
	"вечера": int(evening), "вечером": int(evening), "вечер": int(evening), "кешкі": int(evening), "кеште": int(evening), "кешке": int(evening), "кешкісін": int(evening),
	"in_the_evening": int(evening), "evening": int(evening),
	"ночи": int(night), "ночью": int(night), "түнгі": int(night), "түнде": int(night), "at_night": int(night), "night": int(night), "tonight": int(evening),
	"am": int(beforeNoon), "a.m": int(beforeNoon), "pm": int(afterNoon), "p.m": int(afterNoon),
})

// dayPartHours are the hours that people call so.
var dayPartHours = map[dayPart]map[int]bool{
	morning:    hours(3, 11),
	daytime:    hours(11, 18),
	evening:    hours(16, 23),
	night:      {22: true, 23: true, 0: true, 1: true, 2: true, 3: true, 4: true, 5: true},
	beforeNoon: hours(0, 11),
	afterNoon:  hours(12, 23),
}

func hours(from, to int) map[int]bool {
	set := map[int]bool{}
	for h := from; h <= to; h++ {
		set[h] = true
	}
	return set
}

// genitiveHours are the hours in Russian of which a half is said, and halfOf and
// pastHalf the words for the half.
var genitiveHours = words(map[string]int{
	"первого": 1, "второго": 2, "третьего": 3, "четвертого": 4, "пятого": 5, "шестого": 6, "седьмого": 7, "восьмого": 8,
	"девятого": 9, "десятого": 10, "одиннадцатого": 11, "двенадцатого": 12,
})
var halfOf = wordSet("половина", "половине", "половину", "пол")
var pastHalf = wordSet("жарым", "жарымда", "жарымға")

// noonParts are parts of the day that are noon when no hour is said with them.
var noonParts = wordSet("түсте")

// Times of day that have a word.
var noonWords = wordSet("полдень", "түс", "талтүс", "талтүсте", "noon", "midday")
var midnightWords = wordSet("полночь", "түн_ортасы", "түн_ортасында", "midnight")

func wordSet(list ...string) map[string]bool {
	set := make(map[string]bool, len(list))
	for _, w := range list {
		set[whenFold(w)] = true
	}
	return set
}

func words(list map[string]int) map[string]int {
	folded := make(map[string]int, len(list))
	for w, n := range list {
		folded[whenFold(w)] = n
	}
	return folded
}
