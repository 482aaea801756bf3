package rates

import (
	"strings"

	"github.com/shopspring/decimal"
)

// reading is a question that is understood word by word: at most one amount and
// two currencies, with what stands between them.
type reading struct {
	amount decimal.Decimal
	other  decimal.Decimal // of Query
	money  []side
	number int // where the amount stands; -1 when none is said
}

// side is a currency and what points at it.
type side struct {
	token
	at   int  // where it stands
	to   bool // said to be the target: "в евро", "теңгеге", "how many euro"
	how  bool // by "how many"
	from bool // said to be the source: "из евро", "per euro"
}

// newReading finds the sides. ok is false when there are too many, or two amounts.
func newReading(tokens []token) (r reading, ok bool) {
	r = reading{amount: decimal.NewFromInt(1), number: -1}
	at := 0
	for i, t := range tokens {
		if t.kind == kindIdle {
			continue
		}
		at++
		switch t.kind {
		case kindNumber:
			if r.number >= 0 {
				return r, false
			}
			r.amount, r.other, r.number = t.amount, t.other, at
		case kindMoney:
			s := side{token: t, at: at, to: t.to, from: t.from}
			if i > 0 {
				switch tokens[i-1].kind {
				case kindTo:
					s.to = true
				case kindWeak:
					s.to = s.to || len(r.money) > 0
				case kindFrom:
					s.from = true
				case kindHow:
					s.to, s.how = true, true
				}
			}
			if len(r.money) == 1 && !s.to && !s.from && sameMoney(r.money[0].token, t) {
				continue // $100 usd
			}
			r.money = append(r.money, s)
		}
	}
	return r, len(r.money) == 1 || len(r.money) == 2
}

// sides tells source from target; ok is false when that is not clear.
func (r reading) sides() (from, to *side, ok bool) {
	if len(r.money) == 1 {
		m := &r.money[0]
		// "100 в евро" does not say a hundred of what, "в евро" nothing at all.
		beside := r.number == m.at-1 || r.number == m.at+1
		if m.to && !m.how && r.number != m.at-1 || m.how && r.number >= 0 || r.number >= 0 && !beside && !m.from {
			return nil, nil, false
		}
		behind := r.number >= 0 && r.number == m.at-1 && !has(never, strings.ToLower(m.text))
		if m.faint && !m.named && !m.to && !m.from && !behind {
			return nil, nil, false
		}
		return m, nil, true
	}
	first := r.source()
	if first < 0 {
		return nil, nil, false
	}
	return &r.money[first], &r.money[1-first], true
}

// source is which of two sides is converted; -1 when that is not clear.
func (r reading) source() int {
	a, b := r.money[0], r.money[1]
	switch {
	case r.number < 0: // below
	case r.number == a.at-1: // 100 долларов в тенге
		if b.from {
			return -1
		}
		return 0
	case r.number == b.at-1 && r.number == a.at+1:
		// An amount is of the currency after it or, when that is a sign, before
		// it: $100 kzt. Of usd 100 kzt nobody can tell.
		switch {
		case a.to, a.by && !b.by && !b.to: // теңгемен 100 доллар
			return 1
		case a.sign && !b.sign:
			return 0
		}
		return -1
	case r.number == b.at-1: // сколько долларов в 5000 тенге
		if a.from {
			return -1
		}
		return 1
	case r.number == a.at+1: // usd 100 to eur
		switch {
		case a.to == b.from && a.to: // в евро 100 из долларов
			return 1
		case a.to || b.from:
			return -1
		}
		return 0
	}
	switch {
	case a.how: // сколько тенге в долларе
		return 1
	case a.to && (a.from || b.to), b.from && (a.from || b.to):
		return -1
	case a.to || b.from:
		return 1
	}
	return 0
}
