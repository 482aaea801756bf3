package story

import (
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Searching matches terms: the stems of words, written in a to z, 0 to 9 and small
// Cyrillic letters alone, so that no engine has anything to make of them, and with
// a letter in front that says what they are.
const (
	russianTerm = "r"
	kazakhTerm  = "k"
	looseTerm   = "l" // Kazakh as it is typed without Kazakh letters
	englishTerm = "e"
	numberTerm  = "d"
	otherTerm   = "o"
	// Between stands among the terms of an article where no phrase may reach across.
	Between = "zz"
	// inLanguage begins the term that every article of a language has.
	inLanguage = "x"
)

const (
	maxIndexed = 2000 // words of an article that are found
	maxTerm    = 40   // letters of a word that count
)

// TermOfLanguage is the term that all articles in a language have.
func TermOfLanguage(language string) string {
	if primary(language) == "" {
		return inLanguage + "no"
	}
	return inLanguage + primary(language)
}

// Indexer makes the terms that articles are found by. It remembers stems, since
// most words come again and again. It is not safe for concurrent use.
type Indexer struct{ known map[stemKey]string }

type stemKey struct{ kind, word string }

// mostStems bounds what an Indexer remembers: some megabytes.
const mostStems = 50_000

// Terms are the terms of an article, divided by spaces, in the order of its words,
// so that a phrase is a run of them. A Russian article has Russian stems and a Kazakh
// one Kazakh stems, and these a second time as they are typed without Kazakh letters:
// a word of the other language would be cut at endings that it has not. language is
// that of the article; when it is none of ours the text tells it.
func (x *Indexer) Terms(title, author, text, language string) string {
	words := indexWords(title, maxTitle)
	for _, more := range []string{text, author} {
		words = append(words, "")
		words = append(words, indexWords(more, maxIndexed-len(words))...)
	}
	var b strings.Builder
	b.WriteString(TermOfLanguage(language))
	if primary(language) == "" {
		language = Language(title, text, "")
	}
	write := func(term func(string) string) {
		b.WriteString(" " + Between)
		for _, w := range words {
			if w == "" {
				b.WriteString(" " + Between)
				continue
			}
			b.WriteString(" " + term(w))
		}
	}
	if language != "kk" {
		write(func(w string) string { return x.term(russianTerm, w) })
		return b.String()
	}
	write(func(w string) string { return x.term(kazakhTerm, w) })
	write(func(w string) string { return x.term(looseTerm, w) })
	return b.String()
}

func (x *Indexer) term(kind, word string) string {
	key := stemKey{kind, word}
	if t, ok := x.known[key]; ok {
		return t
	}
	if x.known == nil || len(x.known) >= mostStems {
		x.known = map[stemKey]string{}
	}
	t := term(kind, word)
	x.known[key] = t
	return t
}

// term is what a folded word is found by, as a word of a text of this kind. In a
// Russian text a word with Kazakh letters is a Kazakh one, and in every text one
// in Latin letters is English.
func term(kind, word string) string {
	if n := []rune(word); len(n) > maxTerm {
		word = string(n[:maxTerm])
	}
	cyrillic, latin := scripts(word)
	switch {
	case cyrillic == 0 && latin == 0 && isNumber(word):
		return numberTerm + plainTerm(strings.ReplaceAll(word, ".", "x"))
	case cyrillic == 0 && latin > 0:
		return englishTerm + plainTerm(snow(word, "english"))
	case cyrillic == 0:
		return otherTerm + hex.EncodeToString([]byte(word))
	case kind == russianTerm && !strings.ContainsAny(word, kazakhLetters):
		return russianTerm + plainTerm(snow(word, "russian"))
	case kind == looseTerm:
		return looseTerm + plainTerm(looseStem(word))
	default:
		return kazakhTerm + plainTerm(kazakhStem(word))
	}
}

// plainTerm is s, when it has only the letters that terms are written in; else a
// spelling of it that has.
func plainTerm(s string) string {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && (r < 'а' || r > 'я') && !strings.ContainsRune(kazakhLetters, r) {
			return "0" + hex.EncodeToString([]byte(s))
		}
	}
	return s
}

// loose writes Kazakh as it is typed on a keyboard without its letters.
func loose(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case 'ә':
			return 'а'
		case 'ғ':
			return 'г'
		case 'қ':
			return 'к'
		case 'ң':
			return 'н'
		case 'ө':
			return 'о'
		case 'ұ', 'ү':
			return 'у'
		case 'һ':
			return 'х'
		case 'і':
			return 'и'
		}
		return r
	}, s)
}

var looseSuffixes = func() []string {
	var out []string
	seen := map[string]bool{}
	for _, s := range kazakhSuffixes {
		if s = loose(s); !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return longestFirst(out...)
}()

// looseStem is kazakhStem of a word in which letters of Kazakh may be missing.
func looseStem(w string) string { return loose(cutSuffixes(loose(w), looseSuffixes)) }

// Words are the words of a short text, small and with look-alike letters folded.
func Words(text string) []string { return indexWords(text, maxTitle) }

// place is where a word stands in a text, in bytes.
type place struct {
	from, to int
	word     string // folded
}

// indexWords are at most limit folded words of a text.
func indexWords(text string, limit int) []string {
	var out []string
	eachWord(text, func(p place) bool {
		if len(out) >= limit {
			return false
		}
		out = append(out, p.word)
		return true
	})
	return out
}

// eachWord goes through the words and numbers of a text until yield says no.
// Accents go and ё is е; a number keeps its decimals ("538,91" is 538.91) and loses
// what stands between its thousands ("1 200" is 1200).
func eachWord(text string, yield func(place) bool) {
	var b strings.Builder
	from, to := 0, 0
	digits, marked, grouped := 0, false, false // of the word so far: digits counts them, or is -1
	end := func() bool {
		if b.Len() == 0 {
			return true
		}
		w := b.String()
		if marked {
			w = unmark(w)
		}
		b.Reset()
		digits, marked, grouped = 0, false, false
		w = foldWord(w)
		return w == "" || yield(place{from, to, w})
	}
	for i, c := range text {
		n := utf8.RuneLen(c)
		if c == utf8.RuneError {
			n = 1
		}
		inNumber := b.Len() > 0 && digits > 0 && to == i && digitsAt(text, i+n) > 0
		switch {
		case unicode.IsLetter(c) || unicode.IsDigit(c):
			if b.Len() == 0 {
				from = i
			}
			if unicode.IsDigit(c) && digits >= 0 {
				digits++
			} else {
				digits = -1
			}
			marked = marked || c > 0x7f && c < 0x250
			b.WriteRune(c)
			to = i + n
		case b.Len() > 0 && unicode.Is(unicode.Mn, c):
			marked = true
			b.WriteRune(c)
			to = i + n
		case b.Len() > 0 && (c == '\u00AD' || c == '\u200B' || c == '\u200D' || c == '\u2060'):
			to = i + n // soft hyphens and their like are not seen
		case inNumber && (c == ',' || c == '.'):
			b.WriteByte('.')
			to = i + n
			digits, grouped = 4, false // what follows are no thousands
		case inNumber && (c == ' ' || c == '\u00A0' || c == '\u202F' || c == '\u2009') && (digits <= 3 || grouped) && digitsAt(text, i+n) == 3:
			grouped = true
			to = i + n
		default:
			if !end() {
				return
			}
		}
	}
	end()
}

// digitsAt counts the digits at i, up to four.
func digitsAt(text string, i int) int {
	n := 0
	for n < 4 && i+n < len(text) && text[i+n] >= '0' && text[i+n] <= '9' {
		n++
	}
	return n
}

// unmark takes accents off letters, and leaves й and ё what they are.
func unmark(w string) string {
	if strings.ContainsFunc(w, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }) {
		w = norm.NFC.String(w)
	} else {
		w = norm.NFD.String(w)
	}
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, w)
}
