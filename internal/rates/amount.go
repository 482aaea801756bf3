package rates

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

// blanks are what may stand between groups of digits, and between words.
const blanks = " \t\r\n\u00a0\u2007\u2009\u202f"

var (
	grouped  = regexp.MustCompile(`^[0-9]{1,3}([ '.,][0-9]{3})+$`)
	noGroups = strings.NewReplacer(" ", "", "'", "", ".", "", ",", "")
)

// An amount with more digits or places than these is no money.
const (
	mostDigits = 15
	mostPlaces = 8
)

var mostAmount = decimal.New(1, mostDigits)

// multipliers are words after a number, folded; those that are one letter have
// to be written at the number: 5k, not 5 k.
var multipliers = []struct {
	words string
	zeros int32
}{
	{" сот жуз hundred ", 2},
	{" тыс тысяч тысяча тысячи тысячу тысяче тысячам тысячами тысячах тысячей тыща тыщи тыщу тыщ мын thousand thousands k к ", 3},
	{" млн миллион миллиона миллионов миллионы миллиону миллионом миллионе миллионам миллионами миллионах лям ляма лямов mln million millions mio m м ", 6},
	{" млрд миллиард миллиарда миллиардов миллиарды миллиарде миллиардом миллиардам миллиардами миллиардах mlrd billion billions bln bn ", 9},
	{" трлн триллион триллиона триллионов trillion trillions trln ", 12},
}

// numerals are the numbers that people write as words, folded.
var numerals = map[string]string{
	"один": "1", "одного": "1", "одной": "1", "одна": "1", "одну": "1", "бир": "1", "one": "1", "два": "2", "две": "2", "еки": "2", "two": "2",
	"три": "3", "уш": "3", "three": "3", "четыре": "4", "торт": "4", "four": "4", "пять": "5", "бес": "5", "five": "5", "шесть": "6", "алты": "6", "six": "6",
	"семь": "7", "жети": "7", "seven": "7", "восемь": "8", "сегиз": "8", "eight": "8", "девять": "9", "тогыз": "9", "nine": "9",
	"десять": "10", "он": "10", "ten": "10", "двадцать": "20", "жиырма": "20", "twenty": "20", "тридцать": "30", "отыз": "30", "thirty": "30",
	"двух": "2", "трех": "3", "четырех": "4", "пяти": "5", "шести": "6", "семи": "7", "восьми": "8", "девяти": "9", "десяти": "10", "двадцати": "20",
	"тридцати": "30", "сорока": "40", "пятидесяти": "50", "шестидесяти": "60", "семидесяти": "70", "восьмидесяти": "80", "девяноста": "90", "ста": "100",
	"двухсот": "200", "трехсот": "300", "четырехсот": "400", "пятисот": "500", "двухстах": "200", "трехстах": "300", "пятистах": "500",
	"одиннадцать": "11", "двенадцать": "12", "тринадцать": "13", "четырнадцать": "14", "пятнадцать": "15", "шестнадцать": "16",
	"семнадцать": "17", "восемнадцать": "18", "девятнадцать": "19", "eleven": "11", "twelve": "12", "fifteen": "15",
	"шестьдесят": "60", "алпыс": "60", "sixty": "60", "семьдесят": "70", "жетпис": "70", "seventy": "70", "восемьдесят": "80", "сексен": "80", "eighty": "80",
	"девяносто": "90", "токсан": "90", "ninety": "90", "четыреста": "400", "шестьсот": "600", "семьсот": "700", "восемьсот": "800", "девятьсот": "900",
	"сорок": "40", "кырык": "40", "forty": "40", "пятьдесят": "50", "елу": "50", "fifty": "50", "сто": "100", "двести": "200", "триста": "300",
	"пятьсот": "500", "полтора": "1.5", "полторы": "1.5", "пол": "0.5", "полмиллиона": "500000", "жарты": "0.5", "жарым": "0.5", "half": "0.5",
}

// zerosOf is how many zeros a multiplier adds; 0 when word is none. In Kazakh it
// may be about as many: мыңдай.
func zerosOf(word string) int32 {
	for _, about := range []string{"", "дай", "дей", "тай", "тей"} {
		whole, found := strings.CutSuffix(word, about)
		if !found || about != "" && utf8.RuneCountInString(whole) < 2 {
			continue
		}
		for _, m := range multipliers {
			if has(m.words, whole) {
				return m.zeros
			}
		}
	}
	return 0
}

// cutNumber takes the number at the beginning of s, whatever its signs: digits,
// with one point, comma or apostrophe before each further digit, and with
// blanks before whole groups of three.
func cutNumber(s string) (number, rest string) {
	i := 0
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		after := s[i+size:]
		switch {
		case r >= '0' && r <= '9':
		case strings.ContainsRune(".,'’", r) && digitsAt(after) > 0:
		case strings.ContainsRune(blanks, r) && digitsAt(after) == 3 && groupsSoFar(s[:i]):
		default:
			return s[:i], s[i:]
		}
		i += size
	}
	return s, ""
}

// groupsSoFar says whether another group of three digits may follow.
func groupsSoFar(s string) bool {
	s = evenBlanks(s)
	return !strings.ContainsAny(s, ".,") && (len(s) <= 3 || grouped.MatchString(s))
}

func evenBlanks(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(blanks, r):
			return ' '
		case r == '’':
			return '\''
		}
		return r
	}, s)
}

func digitsAt(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// parseAmount reads a number as people write it in three languages. Of point
// and comma, the last is the decimal one when both occur; one that occurs
// several times groups, and so does one before exactly three digits, as in
// 1,000 and 1.000 (but not in 0.125, and not when a word such as million
// follows: money has two places). ok is false for what is none of these.
func parseAmount(s string, scaled bool) (amount decimal.Decimal, ok bool) {
	s = evenBlanks(s)
	whole, fraction := s, ""
	if i := strings.LastIndexAny(s, ".,"); i >= 0 && isDecimalPoint(s, i, scaled) {
		whole, fraction = s[:i], s[i+1:]
	}
	if digitsAt(whole) != len(whole) {
		if !grouped.MatchString(whole) || signsIn(whole) > 1 {
			return decimal.Zero, false
		}
		whole = noGroups.Replace(whole)
	}
	if len(whole) > mostDigits || len(fraction) > mostPlaces {
		return decimal.Zero, false
	}
	amount, err := decimal.NewFromString("0" + whole + "." + fraction + "0")
	return amount, err == nil
}

// otherAmount is the other way to read a number that parseAmount reads as
// thousands, for want of a better sign: 1.500 may be one and a half. ok is false
// when there is none.
func otherAmount(s string, amount decimal.Decimal) (other decimal.Decimal, ok bool) {
	other, ok = parseAmount(s, true)
	return other, ok && !other.Equal(amount)
}

// isDecimalPoint says whether the last point or comma of s, at i, ends the whole units.
func isDecimalPoint(s string, i int, scaled bool) bool {
	switch {
	case strings.Count(s, s[i:i+1]) > 1:
		return false
	case strings.ContainsAny(s[:i], " '.,"):
		return true
	}
	return scaled || i == 0 || i > 3 || s[0] == '0' || len(s)-i-1 != 3
}

// signsIn counts the different signs between groups.
func signsIn(s string) int {
	n := 0
	for _, sign := range []string{" ", "'", ".", ","} {
		if strings.Contains(s, sign) {
			n++
		}
	}
	return n
}
