package story

import (
	"strings"
)

// consonants are what a name keeps in its key, in Cyrillic and in Latin letters.
// Of letters that the languages write for one another there is one: қ, к, х and h
// (Қазақстан, Казахстан); vowels are written so differently that none is kept but
// whether a name begins with one.
var consonants = map[rune]string{
	'б': "b", 'в': "v", 'г': "g", 'ғ': "g", 'д': "d", 'ж': "j", 'з': "z", 'к': "k", 'қ': "k", 'л': "l", 'м': "m", 'н': "n", 'ң': "n",
	'п': "p", 'р': "r", 'с': "s", 'т': "t", 'ф': "f", 'х': "k", 'һ': "k", 'ц': "s", 'ч': "c", 'ш': "x", 'щ': "x",
	'b': "b", 'c': "k", 'd': "d", 'f': "f", 'g': "g", 'h': "k", 'j': "j", 'k': "k", 'l': "l", 'm': "m", 'n': "n", 'p': "p", 'q': "k",
	'r': "r", 's': "s", 't': "t", 'v': "v", 'w': "v", 'x': "ks", 'z': "z",
}

// digraphs are consonants that Latin letters write in two or more, as the Cyrillic one.
var digraphs = strings.NewReplacer("shch", "щ", "sch", "ш", "dzh", "ж", "zh", "ж", "kh", "х", "gh", "ғ", "sh", "ш", "ch", "ч", "ts", "ц", "tz", "ц",
	"ph", "ф", "ck", "к", "th", "т", "ce", "с", "ci", "с", "dj", "ж", "дж", "ж")

// leastKey is how many signs a key has to have to stand for a name.
const leastKey = 3

// nameKey is what the spellings of a name in Kazakh, Russian and English and in their
// cases have in common: Тоқаевтың, Токаевым and Tokayev are tkv. Short names have
// none: "Ли" and "Ле" are not one.
func nameKey(word, language string) string {
	switch w := foldWord(word); {
	case language == "en" || isLatin(w):
		return skeleton(strings.TrimSuffix(unmark(w), "'s"))
	case language == "kk":
		return skeleton(cutCase(w))
	default:
		return skeleton(cutRussianCase(w))
	}
}

func isLatin(w string) bool {
	cyrillic, latin := scripts(w)
	return latin > cyrillic
}

func skeleton(w string) string {
	var b strings.Builder
	last := ""
	letters := []rune(digraphs.Replace(w))
	for i, r := range letters {
		s, consonant := consonants[r]
		if i == 0 && r == 'у' && len(letters) > 1 && strings.ContainsRune("аеиоэ", letters[1]) {
			s, consonant = "v", true // Уимблдон
		}
		switch {
		case consonant && s != last:
			b.WriteString(s)
		case i == 0 && !consonant:
			b.WriteByte('a')
		}
		last = s
	}
	key := strings.ReplaceAll(b.String(), "ng", "n") // ң is written нг
	if len(key) < leastKey {
		return ""
	}
	return key
}

const (
	kazakhVowels = "аәеёиіоөұүуыэюя"
	voiceless    = "кқпстфхһцчшщбвгд"
)

// caseEndings of Kazakh by what a stem ends in, longest first: a vowel, a voiceless
// consonant, or another. Those of one vowel go with the vowels.
var caseEndings = map[string]string{
	"ларының": "v", "лерінің": "v", "сындағы": "v", "сіндегі": "v", "дағы": "vs", "дегі": "vs", "тағы": "p", "тегі": "p", "ының": "ps", "інің": "ps",
	"ның": "vs", "нің": "vs", "дың": "s", "дің": "s", "тың": "p", "тің": "p",
	"дан": "vs", "ден": "vs", "тан": "p", "тен": "p", "нан": "s", "нен": "s", "мен": "vs", "бен": "s", "пен": "p", "сын": "v", "сін": "v",
	"ға": "vs", "ге": "vs", "қа": "p", "ке": "p", "да": "vs", "де": "vs", "та": "p", "те": "p",
	"ны": "v", "ні": "v", "ды": "s", "ді": "s", "ты": "p", "ті": "p", "сы": "v", "сі": "v",
}

const longestCase = 7

// cutCase takes the ending of a case off a Kazakh name. Endings of two letters that
// names have themselves (Қарағанды) are taken for one only where five letters are left.
func cutCase(w string) string {
	if strings.HasSuffix(w, "стан") {
		return w
	}
	r := []rune(w)
	for n := min(longestCase, len(r)-4); n >= 2; n-- {
		ending := string(r[len(r)-n:])
		after, known := caseEndings[ending]
		if !known || n == 2 && len(r)-n < 5 && !strings.ContainsAny(ending, "ае") {
			continue
		}
		of := "s"
		if last := r[len(r)-n-1]; strings.ContainsRune(kazakhVowels, last) {
			of = "v"
		} else if strings.ContainsRune(voiceless, last) {
			of = "p"
		}
		if strings.Contains(after, of) {
			return string(r[:len(r)-n])
		}
	}
	return w
}

// russianCases are the endings of Russian cases that have a consonant; the others go
// with the vowels. -ов and -ев end surnames.
var russianCases = []string{"ыми", "ими", "ами", "ями", "ого", "его", "ому", "ему", "ым", "им", "ом", "ем", "ам", "ям", "ах", "ях", "ых", "их"}

func cutRussianCase(w string) string {
	for _, ending := range russianCases {
		if stem, ok := strings.CutSuffix(w, ending); ok && len([]rune(stem)) >= 4 {
			return stem
		}
	}
	return w
}
