package rates

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

type kind int

const (
	kindIdle kind = iota
	kindNumber
	kindScale // thousand, million
	kindMoney
	kindCountry
	kindTo
	kindWeak // a sign or word between two currencies, in their order
	kindFrom
	kindHow
	kindBeside
	kindUnknown
)

// token is a part of what was typed.
type token struct {
	kind   kind
	text   string // as typed
	glued  bool   // nothing stands between it and what is before
	number string // of a number: its digits and signs
	amount decimal.Decimal
	other  decimal.Decimal // what the amount may be as well; zero: nothing
	zeros  int32
	// Of money and of a country: what it may be. sure says that the first is
	// meant when nothing else is said; named that a code or a country said so.
	codes []string
	sure  bool
	named bool
	sign  bool
	faint bool // its name is another word, too
	// to and from are what a Kazakh case says.
	to, from bool
	by       bool // it may be the target, where nothing else tells
}

// longest bounds a question in runes, and what is told of an unknown word.
const (
	longest     = 200
	longestWord = 32
)

// tokenize cuts text into tokens. ok is false when there is something in it
// that no conversion has.
func tokenize(text string) (tokens []token, ok bool) {
	if !utf8.ValidString(text) || utf8.RuneCountInString(text) > longest {
		return nil, false
	}
	rest, glued := text, false
	for rest != "" {
		r, size := utf8.DecodeRuneInString(rest)
		last := kindIdle
		if len(tokens) > 0 {
			last = tokens[len(tokens)-1].kind
		}
		switch {
		case strings.ContainsRune(blanks, r):
			rest, glued = rest[size:], false
			continue
		case digitsAt(rest) > 0 || (r == '.' || r == ',') && digitsAt(rest[1:]) > 0 && !glued:
			if glued && last == kindNumber || len(tokens) > 0 && strings.EqualFold(tokens[len(tokens)-1].text, "по") {
				return nil, false // доллар по 500 tells a price
			}
			number, after := cutNumber(rest)
			if number == "" {
				return nil, false
			}
			tokens = append(tokens, token{kind: kindNumber, text: number, number: number, glued: glued})
			rest, glued = after, true
			continue
		}
		if t, n, found := signAt(rest); found {
			t.glued = glued
			tokens, rest, glued = append(tokens, t), rest[n:], true
			continue
		}
		switch {
		case unicode.IsLetter(r):
			n := wordEnd(rest)
			if has(wordsNever, plain.Replace(strings.ToLower(rest[:n]))) {
				return nil, false
			}
			tokens = append(tokens, wordTokens(rest[:n], glued, last == kindNumber)...)
			rest, glued = rest[n:], true
		case strings.ContainsRune("-–—−", r):
			if digitsAt(rest[size:]) > 0 {
				return nil, false // a debt or a range
			}
			tokens, rest, glued = append(tokens, token{kind: kindWeak, text: rest[:size]}), rest[size:], false
		case strings.ContainsRune("/=→>⇒➡", r):
			tokens, rest, glued = append(tokens, token{kind: kindWeak, text: rest[:size]}), rest[size:], false
		case strings.ContainsRune(".,?!:;\"«»“”„'’~≈\ufe0f", r):
			rest, glued = rest[size:], false
		default:
			return nil, false
		}
	}
	return tokens, true
}

// signAt reads a sign of a currency at the beginning of s.
func signAt(s string) (t token, size int, ok bool) {
	for _, sign := range signs {
		if len(s) >= len(sign.sign) && strings.EqualFold(s[:len(sign.sign)], sign.sign) {
			return token{kind: kindMoney, text: s[:len(sign.sign)], codes: strings.Fields(sign.codes), sure: sign.sure, sign: true}, len(sign.sign), true
		}
	}
	return token{}, 0, false
}

// wordEnd is where the word at the beginning of s ends.
func wordEnd(s string) int {
	for i, r := range s {
		if unicode.IsLetter(r) || unicode.IsMark(r) {
			continue
		}
		if strings.ContainsRune("'’ʻ", r) {
			if next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):]); unicode.IsLetter(next) {
				continue
			}
		}
		return i
	}
	return len(s)
}

// wordTokens reads a word, counted when a number stands before it; a pair such as USDKZT, and тр for a thousand
// roubles, are more than one token.
func wordTokens(word string, glued, counted bool) []token {
	if strings.EqualFold(word, "тр") {
		return []token{{kind: kindScale, text: word, zeros: 3, glued: glued}, {kind: kindMoney, text: word, codes: []string{"RUB"}, sure: true}}
	}
	if len(word) == 6 {
		if a, b := upper(word[:3]), upper(word[3:]); isCode(a) && isCode(b) {
			return []token{money(word[:3], glued, a), {kind: kindWeak}, money(word[3:], false, b)}
		}
	}
	t := token{kind: kindUnknown, text: word, glued: glued}
	for _, s := range spellings(word) {
		if read, ok := readWord(s, word == strings.ToUpper(word) || glued || counted && strings.EqualFold(s, "try"), glued); ok {
			read.text, read.glued = word, glued
			return []token{read}
		}
	}
	return []token{t}
}

func money(text string, glued bool, code string) token {
	return token{kind: kindMoney, text: text, glued: glued, codes: []string{code}, sure: true, named: true}
}

// upper is s in capitals if it is of Latin letters, and "" otherwise.
func upper(s string) string {
	b := []byte(s)
	for i, c := range b {
		switch {
		case c >= 'a' && c <= 'z':
			b[i] = c - 'a' + 'A'
		case c < 'A' || c > 'Z':
			return ""
		}
	}
	return string(b)
}

func isCode(s string) bool { return len(s) == 3 && has(codes, s) }

// readWord reads a word in lower case; clearly says that a code is one even
// when it is a word, too.
func readWord(word string, clearly, glued bool) (token, bool) {
	if code := upper(word); isCode(code) && (clearly || !has(loud, code)) {
		return money(word, false, code), true
	}
	if upper(word) == "RUR" {
		return money(word, false, "RUB"), true
	}
	word = plain.Replace(word)
	if n, ok := numerals[word]; ok {
		amount, err := decimal.NewFromString(n)
		return token{kind: kindNumber, amount: amount}, err == nil
	}
	if zeros := zerosOf(word); zeros > 0 && (utf8.RuneCountInString(word) > 1 || glued) {
		return token{kind: kindScale, zeros: zeros}, true
	}
	switch {
	case has(wordsTo, word):
		return token{kind: kindTo}, true
	case has(wordsWeak, word):
		return token{kind: kindWeak}, true
	case has(wordsFrom, word):
		return token{kind: kindFrom}, true
	case has(wordsHow, word):
		return token{kind: kindHow}, true
	case has(wordsIdle, word):
		return token{kind: kindIdle}, true
	case has(wordsBeside, word):
		return token{kind: kindBeside}, true
	}
	if t, ok := readNoun(word); ok {
		return t, true
	}
	return readCountry(word)
}

// readNoun finds the longest name that word is a form of.
func readNoun(word string) (best token, ok bool) {
	length := 0
	for _, n := range nouns {
		for _, stem := range strings.Fields(n.stems) {
			t := token{kind: kindMoney, sure: n.sure, faint: has(faint, word)}
			if whole, exact := strings.CutSuffix(stem, "="); exact {
				if stem = whole; word != stem {
					continue
				}
			} else {
				tail, found := strings.CutPrefix(word, stem)
				if !found {
					continue
				}
				if found, t.to, t.from = ending(stem, tail); !found {
					continue
				}
				t.by = by(tail)
			}
			if len(stem) > length {
				t.codes, best, length = strings.Fields(n.codes), t, len(stem)
				best.codes = t.codes
			}
		}
	}
	return best, length > 0
}

// readCountry finds the longest stem of a country that word begins with.
func readCountry(word string) (best token, ok bool) {
	length := 0
	for _, c := range countries {
		for _, stem := range strings.Fields(c.stems) {
			whole, exact := strings.CutSuffix(stem, "=")
			if exact && word != whole || !strings.HasPrefix(word, whole) {
				continue
			}
			switch {
			case len(whole) > length:
				best, length = token{kind: kindCountry, codes: []string{c.codes}}, len(whole)
			case len(whole) == length && !slices.Contains(best.codes, c.codes):
				best.codes = append(best.codes, c.codes)
			}
		}
	}
	return best, length > 0
}
