package locale

import (
	"strconv"
	"strings"
)

const nbsp = "\u00a0"

// Number writes a decimal number such as "-1234567.89" as the language does,
// with all its digits. What is no number comes back unchanged.
func (p *Printer) Number(s string) string {
	digits, sign := s, ""
	if strings.HasPrefix(digits, "-") {
		digits, sign = digits[1:], "-"
	}
	whole, fraction, _ := strings.Cut(digits, ".")
	if whole == "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return s
	}
	group, point := nbsp, ","
	if p.lang == EN {
		group, point = ",", "."
	}
	var b strings.Builder
	b.WriteString(sign)
	for i, d := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(group)
		}
		b.WriteRune(d)
	}
	if fraction != "" {
		b.WriteString(point)
		b.WriteString(fraction)
	}
	return b.String()
}

// Int writes a whole number as the language does.
func (p *Printer) Int(n int64) string { return p.Number(strconv.FormatInt(n, 10)) }

// Decimal is Number with at least two digits after the point, as prices are written.
func (p *Printer) Decimal(s string) string {
	_, fraction, found := strings.Cut(s, ".")
	if !found {
		s += "."
	}
	for n := len(fraction); n < 2; n++ {
		s += "0"
	}
	return p.Number(s)
}

// Percent writes a percentage given in percent: "-0,61 %".
func (p *Printer) Percent(s string) string {
	if p.lang == RU {
		return p.Number(s) + nbsp + "%"
	}
	return p.Number(s) + "%"
}

// Rough writes a measured number no finer than one cares to know it: with one
// digit behind the point below ten, as a whole above.
func (p *Printer) Rough(v float64) string {
	digits := 1
	if v >= 9.95 {
		digits = 0
	}
	return p.Number(strings.TrimSuffix(strconv.FormatFloat(v, 'f', digits, 64), ".0"))
}
