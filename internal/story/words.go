package story

import (
	"slices"
	"strings"
	"unicode"

	"github.com/kljensen/snowball"
)

// lookalikes are Latin letters that stand for Cyrillic ones in carelessly typed
// words ("Жетicу"), both ways.
var (
	toCyrillic = map[rune]rune{
		'a': 'а', 'b': 'в', 'c': 'с', 'e': 'е', 'h': 'н', 'i': 'і', 'k': 'к', 'm': 'м', 'o': 'о', 'p': 'р', 't': 'т', 'x': 'х', 'y': 'у', 'ə': 'ә',
	}
	toLatin = map[rune]rune{
		'а': 'a', 'в': 'b', 'с': 'c', 'е': 'e', 'н': 'h', 'і': 'i', 'к': 'k', 'м': 'm', 'о': 'o', 'р': 'p', 'т': 't', 'х': 'x', 'у': 'y',
	}
)

// word is lower case, ё as е, and its letters of one script.
func foldWord(w string) string {
	w = strings.ReplaceAll(strings.ToLower(w), "ё", "е")
	cyrillic, latin := scripts(w)
	if cyrillic == 0 || latin == 0 {
		return w
	}
	table := toCyrillic
	if latin > cyrillic {
		table = toLatin
	}
	return strings.Map(func(r rune) rune {
		if f, ok := table[r]; ok {
			return f
		}
		return r
	}, w)
}

// scripts counts the Cyrillic and the Latin letters of s.
func scripts(s string) (cyrillic, latin int) {
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Cyrillic, r):
			cyrillic++
		case unicode.Is(unicode.Latin, r):
			latin++
		}
	}
	return cyrillic, latin
}

// words splits s into at most limit folded words and numbers, in order. A number
// keeps its decimals, with a point: "538,91" is "538.91", "1 200" is "1200".
func words(s string, limit int) []string {
	var out []string
	var b strings.Builder
	end := func() {
		if b.Len() > 0 {
			out = append(out, foldWord(strings.Trim(b.String(), ".")))
			b.Reset()
		}
	}
	r := []rune(s)
	for i := 0; i < len(r) && len(out) < limit; i++ {
		c := r[i]
		inNumber := b.Len() > 0 && i > 0 && unicode.IsDigit(r[i-1]) && i+1 < len(r) && unicode.IsDigit(r[i+1])
		switch {
		case unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.Is(unicode.M, c):
			b.WriteRune(c)
		case inNumber && (c == ',' || c == '.'):
			b.WriteByte('.')
		case inNumber && (c == '\u00A0' || c == '\u202F' || c == ' ') && isGroup(r, i+1):
			// thousands apart
		default:
			end()
		}
	}
	end()
	if len(out) > limit {
		out = out[:limit]
	}
	return out
}

// isGroup says whether exactly three digits, the groups of a long number, begin at i.
func isGroup(r []rune, i int) bool {
	n := 0
	for i+n < len(r) && unicode.IsDigit(r[i+n]) {
		n++
	}
	return n == 3
}

func isNumber(w string) bool { return w != "" && w[0] >= '0' && w[0] <= '9' }

// maxTitle is how many words of a title count.
const maxTitle = 40

// Tokens are the stems that name a title, in order, without words that carry no
// meaning by themselves: lower case, look-alike letters folded, ё as е. Negations stay.
func Tokens(title string) []string { return stems(title, Language(title, "", ""), maxTitle) }

func stems(text, language string, limit int) []string {
	all := words(text, limit)
	out := make([]string, 0, len(all))
	for _, w := range all {
		if _, stop := stopWords[w]; stop {
			continue
		}
		out = append(out, stem(w, language))
	}
	return out
}

// stem is the part of a folded word that its forms share.
func stem(w, language string) string {
	if isNumber(w) {
		return w
	}
	cyrillic, latin := scripts(w)
	switch {
	case cyrillic == 0 && latin > 0:
		return snow(w, "english")
	case cyrillic == 0:
		return w
	case language == "kk" || strings.ContainsAny(w, kazakhLetters):
		return kazakhStem(w)
	}
	return snow(w, "russian")
}

// snow stems by Snowball; a word that it refuses is its own stem.
func snow(w, language string) string {
	s, err := snowball.Stem(w, language, false)
	if err != nil || s == "" {
		return w
	}
	return s
}

// kazakhSuffixes are the endings that Kazakh nouns and verbs take, longest first:
// plural, possessive, cases, and the commonest endings of verbs.
var kazakhSuffixes = longestFirst(
	"лар", "лер", "дар", "дер", "тар", "тер",
	"ның", "нің", "дың", "дің", "тың", "тің",
	"ға", "ге", "қа", "ке", "на", "не", "ына", "іне", "сына", "сіне",
	"ды", "ді", "ты", "ті", "ны", "ні", "ын", "ін", "сын", "сін",
	"да", "де", "та", "те", "нда", "нде", "ында", "інде", "сында", "сінде",
	"дан", "ден", "тан", "тен", "нан", "нен", "ынан", "інен", "сынан", "сінен",
	"мен", "бен", "пен",
	"ы", "і", "сы", "сі", "ым", "ім", "мыз", "міз", "ымыз", "іміз",
	"дағы", "дегі", "тағы", "тегі", "ндағы", "ндегі", "ындағы", "індегі", "сындағы", "сіндегі",
	"лық", "лік", "дық", "дік", "тық", "тік",
	"ады", "еді", "йды", "йді", "ған", "ген", "қан", "кен", "ып", "іп", "атын", "етін", "йтын", "йтін", "луда", "луде", "уда", "уде",
)

func longestFirst(s ...string) []string {
	slices.SortStableFunc(s, func(a, b string) int { return len(b) - len(a) })
	return s
}

// minStem is how many letters a Kazakh stem keeps.
const minStem = 3

// kazakhStem takes up to three endings off a word, one after another, and undoes the
// softening of the last consonant (кітап: кітабы).
func kazakhStem(w string) string { return cutSuffixes(w, kazakhSuffixes) }

// cutSuffixes is kazakhStem with the endings given, the longest first.
func cutSuffixes(w string, suffixes []string) string {
	r := []rune(w)
	for range 3 {
		cut := 0
		for _, s := range suffixes {
			if strings.HasSuffix(string(r), s) {
				if n := len([]rune(s)); len(r)-n >= minStem {
					cut = n
					break
				}
			}
		}
		if cut == 0 {
			break
		}
		r = r[:len(r)-cut]
	}
	switch last := len(r) - 1; r[last] {
	case 'б':
		r[last] = 'п'
	case 'ғ':
		r[last] = 'қ'
	case 'г':
		r[last] = 'к'
	}
	return string(r)
}

func set(s string) map[string]struct{} {
	m := map[string]struct{}{}
	for w := range strings.FieldsSeq(s) {
		m[w] = struct{}{}
	}
	return m
}

// stopWords say nothing of what a title is about. не, нет, no, not, емес and жоқ do.
var stopWords = set(`
и в во на с со по о об от до за из к ко у для при над под без про через после перед между а но или что как это эти этот эта
его ее их он она они мы вы я же ли бы уже еще также
мен бен пен және да де та те үшін туралы бойынша кейін дейін ал бұл осы сол бір деп
the a an of in on at to for from by with and or as is are was were be been it its his her their this that after over into`)
