package rates

import (
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// inRussian and inKazakh write a number below ten millions in words.
func inRussian(n int) string {
	ones := strings.Fields("- один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать")
	tens := strings.Fields("- - двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто")
	hundreds := strings.Fields("- сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот")
	group := func(n int, feminine bool) (out []string) {
		if n >= 100 {
			out = append(out, hundreds[n/100])
			n %= 100
		}
		if n >= 20 {
			out = append(out, tens[n/10])
			n %= 10
		}
		switch {
		case n == 0:
		case feminine && n == 1:
			out = append(out, "одна")
		case feminine && n == 2:
			out = append(out, "две")
		default:
			out = append(out, ones[n])
		}
		return out
	}
	form := func(n int, one, few, many string) string {
		switch {
		case n%100 >= 11 && n%100 <= 14 || n%10 == 0 || n%10 >= 5:
			return many
		case n%10 == 1:
			return one
		}
		return few
	}
	var out []string
	if m := n / 1_000_000; m > 0 {
		out = append(append(out, group(m, false)...), form(m, "миллион", "миллиона", "миллионов"))
	}
	if m := n / 1000 % 1000; m > 0 {
		out = append(append(out, group(m, true)...), form(m, "тысяча", "тысячи", "тысяч"))
	}
	return strings.Join(append(out, group(n%1000, false)...), " ")
}

func inKazakh(n int) string {
	ones := strings.Fields("- бір екі үш төрт бес алты жеті сегіз тоғыз")
	tens := strings.Fields("- он жиырма отыз қырық елу алпыс жетпіс сексен тоқсан")
	group := func(n int) (out []string) {
		if n >= 100 {
			if n >= 200 {
				out = append(out, ones[n/100])
			}
			out = append(out, "жүз")
			n %= 100
		}
		if n >= 10 {
			out = append(out, tens[n/10])
			n %= 10
		}
		if n > 0 {
			out = append(out, ones[n])
		}
		return out
	}
	var out []string
	if m := n / 1_000_000; m > 0 {
		out = append(append(out, group(m)...), "миллион")
	}
	if m := n / 1000 % 1000; m > 0 {
		if m > 1 {
			out = append(out, group(m)...)
		}
		out = append(out, "мың")
	}
	return strings.Join(append(out, group(n%1000)...), " ")
}

// Every whole number below ten millions is read as it is written out.
func TestNumbersInWords(t *testing.T) {
	check := func(t interface{ Fatalf(string, ...any) }, n int) {
		for text, to := range map[string]string{inRussian(n) + " тенге в доллары": "USD", inKazakh(n) + " теңге еуроға": "EUR"} {
			q, err := ParseQuery(text)
			if err != nil || q.Amount.String() != strconv.Itoa(n) || q.From != "KZT" || q.To != to {
				t.Fatalf("%d, %q: %+v, %v", n, text, q, err)
			}
		}
	}
	for n := 1; n < 1200; n++ {
		check(t, n)
	}
	rapid.Check(t, func(t *rapid.T) { check(t, rapid.IntRange(1, 9_999_999).Draw(t, "number")) })
}
