package story

import (
	"math"
	"strconv"
	"strings"
)

// numerals are numbers in words, by the beginnings of the words, for each language.
// One is an article as often as a number and is left out.
var numerals = map[string]map[string]float64{
	"kk": numeralsOf(`екі 2 екеу 2 үш 3 үшеу 3 төрт 4 төртеу 4 бес 5 бесеу 5 алты 6 алтау 6 жеті 7 жетеу 7 сегіз 8 тоғыз 9 он 10 жиырма 20 отыз 30 қырық 40
елу 50 алпыс 60 жетпіс 70 сексен 80 тоқсан 90 жүз 100`),
	"ru": numeralsOf(`два 2 две 2 двух 2 двум 2 двумя 2 двое 2 двоих 2 три 3 трех 3 трем 3 трое 3 троих 3 четыре 4 четырех 4 четверо 4 четверых 4 пять 5 пяти 5 пятеро 5
пятерых 5 шесть 6 шести 6 шестеро 6 шестерых 6 семь 7 семи 7 семеро 7 семерых 7 восемь 8 восьми 8 девять 9 девяти 9 десять 10 десяти 10 десятеро 10
одиннадцать 11 одиннадцати 11 двенадцать 12 двенадцати 12 тринадцать 13 тринадцати 13 четырнадцать 14 четырнадцати 14 пятнадцать 15 пятнадцати 15
шестнадцать 16 шестнадцати 16 семнадцать 17 семнадцати 17 восемнадцать 18 восемнадцати 18 девятнадцать 19 девятнадцати 19 двадцать 20 двадцати 20
тридцать 30 тридцати 30 сорок 40 сорока 40 пятьдесят 50 пятидесяти 50 шестьдесят 60 шестидесяти 60 семьдесят 70 восемьдесят 80 девяносто 90 сто 100
двести 200 триста 300 четыреста 400 пятьсот 500`),
	"en": numeralsOf(`two 2 three 3 four 4 five 5 six 6 seven 7 eight 8 nine 9 ten 10 eleven 11 twelve 12 thirteen 13 fourteen 14 fifteen 15 sixteen 16
seventeen 17 eighteen 18 nineteen 19 twenty 20 thirty 30 forty 40 fifty 50 sixty 60 seventy 70 eighty 80 ninety 90`),
}

func numeralsOf(s string) map[string]float64 {
	m := map[string]float64{}
	fields := strings.Fields(s)
	for i := 0; i+1 < len(fields); i += 2 {
		m[fields[i]], _ = strconv.ParseFloat(fields[i+1], 64) // the lists are right: TestNumerals
	}
	return m
}

// scales are words that multiply the number before them, by their beginnings.
var scales = []struct {
	word string
	by   float64
}{
	{"тыс", 1e3}, {"мың", 1e3}, {"thousand", 1e3}, {"млн", 1e6}, {"миллион", 1e6}, {"million", 1e6},
	{"млрд", 1e9}, {"миллиард", 1e9}, {"billion", 1e9}, {"bn", 1e9}, {"трлн", 1e12}, {"триллион", 1e12}, {"trillion", 1e12},
}

func scale(w string) float64 {
	for _, s := range scales {
		if rest, ok := strings.CutPrefix(w, s.word); ok && (len(s.word) > 4 || len(rest) <= 8) {
			return s.by
		}
	}
	return 1
}

// months by the beginnings of their names, for each language.
var months = map[string][]string{
	"kk": {"қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым", "шілде", "тамыз", "қыркүйек", "қазан", "қараша", "желтоқсан"},
	"ru": {"январ", "феврал", "март", "апрел", "ма", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр"},
	"en": {"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"},
}

// month is which month a folded word names, from 1 on; 0 is none.
func month(w, language string) int {
	for i, m := range months[language] {
		if rest, ok := strings.CutPrefix(w, m); ok {
			switch {
			case language == "ru" && m == "ма" && rest != "й" && rest != "я" && rest != "е",
				language == "ru" && m == "март" && rest != "" && rest != "а" && rest != "е",
				len([]rune(rest)) > 6:
				continue
			}
			return i + 1
		}
	}
	return 0
}

// number is the value of a folded word of digits, and whether it is one.
func number(w string) (float64, bool) {
	if !isNumber(w) || len(w) > 1 && w[0] == '0' && w[1] != '.' { // 0800 is a time
		return 0, false
	}
	digits := strings.TrimRight(w, "абвгдеёжзийклмнопрстуфхцчшщъыьэюяәғқңөұүһіabcdefghijklmnopqrstuvwxyz") // 2-го as 2го, 4th
	if len(digits) > 15 {
		return 0, false
	}
	v, err := strconv.ParseFloat(digits, 64)
	return v, err == nil && !math.IsInf(v, 0) && !math.IsNaN(v)
}

// numberFact writes a number as a fact: 46 млрд is n4.6e+10 in every language.
func numberFact(v float64) string { return "n" + strconv.FormatFloat(v, 'g', 6, 64) }

// ordinals are words for which of several, by the beginnings of the words.
var ordinals = map[string]map[string]string{
	"kk": {"бірінші": "1", "екінші": "2", "үшінші": "3", "төртінші": "4", "бесінші": "5"},
	"ru": {"перв": "1", "втор": "2", "трет": "3", "четверт": "4", "пят": "5"},
	"en": {"first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5"},
}

func ordinal(w, language string) string {
	for beginning, n := range ordinals[language] {
		if rest, ok := strings.CutPrefix(w, beginning); ok && len([]rune(rest)) <= 4 && (beginning != "пят" || rest == "ый" || rest == "ая" || rest == "ом" || rest == "ого") {
			return n
		}
	}
	return ""
}
