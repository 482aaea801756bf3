package rates

import (
	"errors"
	"strings"

	"github.com/shopspring/decimal"
)

// joinNumbers makes one token of each amount: of 1 млн 200 тыс, of двести
// пятьдесят тысяч and of бір жарым миллион. ok is false for what looks like a
// number and is none; a problem is that of a number that is no amount of money.
func joinNumbers(tokens []token) (out []token, problem AmountProblem, ok bool) {
	for i := 0; i < len(tokens); {
		if k := tokens[i].kind; k != kindNumber && k != kindScale {
			out = append(out, tokens[i])
			i++
			continue
		}
		whole := token{kind: kindNumber, glued: tokens[i].glued, text: tokens[i].text}
		n := numeral{}
		for ; i < len(tokens) && (tokens[i].kind == kindNumber || tokens[i].kind == kindScale || isThousand(tokens, i)); i++ {
			taken := false
			switch t := tokens[i]; {
			case t.kind == kindScale:
				taken = n.scale(t.zeros)
			case t.kind == kindUnknown:
				taken = n.scale(3)
			case t.number == "":
				taken = n.word(t)
			default:
				scaled := i+1 < len(tokens) && tokens[i+1].kind == kindScale
				amount, read := parseAmount(t.number, scaled)
				if !read && tooLong(t.number) {
					problem, amount, read = TooLarge, decimal.NewFromInt(1), true
				} else if other, twoWays := otherAmount(t.number, amount); read && twoWays && !scaled && n.empty() {
					whole.other = other
				}
				taken = read && n.digits(amount)
			}
			if !taken {
				return nil, "", false
			}
		}
		whole.amount = n.value()
		switch {
		case !whole.amount.IsPositive():
			problem, whole.amount = NotAboveZero, decimal.NewFromInt(1)
		case whole.amount.GreaterThan(mostAmount):
			problem, whole.amount = TooLarge, decimal.NewFromInt(1)
		}
		out = append(out, whole)
	}
	return out, problem, true
}

// numeral is an amount that is read word by word, from the largest part to the
// smallest: двести пятьдесят тысяч is a group of 200 and 50, by a thousand.
type numeral struct {
	total decimal.Decimal // of the parts that have their thousand or million
	group decimal.Decimal // the part that is read
	begun bool            // there is a part
	// below is what the next word of the group has to be less than; zero before any.
	below  int64
	least  decimal.Decimal // the scale of the last part; zero before any
	scaled bool            // there is one
}

func (n *numeral) empty() bool { return !n.begun && n.least.IsZero() }

func (n *numeral) value() decimal.Decimal { return n.total.Add(n.group) }

// closed is the bound that no word is below.
const closed = 1

// digits takes a number in digits: a part by itself.
func (n *numeral) digits(amount decimal.Decimal) bool {
	if n.begun || !n.fits(amount) {
		return false
	}
	n.group, n.begun, n.below = amount, true, closed
	return true
}

// word takes a number that is written out.
func (n *numeral) word(t token) bool {
	if n.begun && strings.EqualFold(t.text, "жарым") {
		return n.half()
	}
	if n.begun && (t.amount.GreaterThanOrEqual(decimal.NewFromInt(n.below)) || !t.amount.IsInteger()) {
		return false
	}
	n.group, n.begun = n.group.Add(t.amount), true
	switch v := t.amount; {
	case !v.IsInteger() || v.GreaterThanOrEqual(decimal.NewFromInt(1000)):
		n.below = closed
	case v.GreaterThanOrEqual(decimal.NewFromInt(100)):
		n.below = 100
	case v.GreaterThanOrEqual(decimal.NewFromInt(20)), strings.EqualFold(t.text, "он"): // он бір is eleven, десять один nothing
		n.below = 10
	default:
		n.below = closed
	}
	return n.fits(n.group)
}

// half takes the жарым of бір жарым.
func (n *numeral) half() bool {
	if !n.group.IsInteger() || n.below != closed && n.below != 10 {
		return false
	}
	n.group, n.below = n.group.Add(decimal.New(5, -1)), closed
	return true
}

// scale takes a hundred, a thousand and more.
func (n *numeral) scale(zeros int32) bool {
	if !n.begun {
		n.group = decimal.NewFromInt(1)
	}
	if zeros == 2 { // it is a part of a group: екі жүз елу мың
		if n.begun && n.group.GreaterThanOrEqual(decimal.NewFromInt(100)) {
			return false
		}
		n.group, n.begun, n.below = n.group.Shift(zeros), true, 100
		return n.fits(n.group)
	}
	part, by := n.group.Shift(zeros), decimal.New(1, zeros)
	if !n.begun && n.scaled || !n.fits(part) {
		return false
	}
	n.total, n.least, n.scaled = n.total.Add(part), by, true
	n.group, n.begun, n.below = decimal.Zero, false, 0
	return true
}

// fits says whether a part may follow those before it: 1 млн 200 тыс is one
// number, 100 тыс 5 млн is none.
func (n *numeral) fits(part decimal.Decimal) bool { return n.least.IsZero() || part.LessThan(n.least) }

// isThousand says whether the token is the т of 50 т.р. and 5т тг.
func isThousand(tokens []token, i int) bool {
	return tokens[i].kind == kindUnknown && strings.EqualFold(tokens[i].text, "т") && i > 0 && tokens[i-1].kind == kindNumber &&
		i+1 < len(tokens) && tokens[i+1].kind == kindMoney
}

// tooLong says whether a number has more digits than any money.
func tooLong(s string) bool {
	whole, _, _ := strings.Cut(noGroups.Replace(evenBlanks(s)), ".")
	return digitsAt(whole) == len(whole) && len(whole) > mostDigits
}

// cutMinus cuts a minus off the number that a text begins with.
func cutMinus(text string) (rest string, negative bool) {
	trimmed := strings.TrimLeft(text, blanks)
	for _, minus := range []string{"-", "–", "—", "−"} {
		if after, found := strings.CutPrefix(trimmed, minus); found && digitsAt(after) > 0 {
			return after, true
		}
	}
	return text, false
}

// and are what stands between two sums that are counted together.
var and = strings.NewReplacer(" и ", "+", " және ", "+", " жане ", "+", " and ", "+", " плюс ", "+", " plus ", "+", " қосу ", "+")

// severalSums says whether a text is several sums, each of a number and a currency.
func severalSums(text string) bool {
	if len(text) > longest*4 {
		return false
	}
	parts := strings.Split(and.Replace(strings.ToLower(text)), "+")
	if len(parts) < 2 {
		return false
	}
	for _, part := range parts {
		var ambiguous *AmbiguousError
		if _, _, err := parseOne(part); err != nil && !errors.As(err, &ambiguous) || !strings.ContainsAny(part, "0123456789") {
			return false
		}
	}
	return true
}
