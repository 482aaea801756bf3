package article

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxByline  = 90  // characters of a line that can be a date and a name
	maxCaption = 140 // characters of a line that can say whose a picture is
)

var (
	// dateWords are what dates, times and counts of readers are written with, in lower case.
	dateWords = regexp.MustCompile(`(?i)\d{4}-\d{2}-\d{2}(?:t[\d:+z-]+)?|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{1,2}:\d{2}(?:\s*[ap]\.?m\.?)?|` +
		`(?:\d{1,2}(?:st|nd|rd|th)?\s+)?(?:января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря|` +
		`қаңтар|ақпан|наурыз|сәуір|мамыр|маусым|шілде|тамыз|қыркүйек|қазан|қараша|желтоқсан|` +
		`jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?(?:\s+\d{1,2}(?:st|nd|rd|th)?)?(?:,?\s+\d{4})?|` +
		`\d+\s*(?:мин(?:ут[аы]?)?|min(?:ute)?s?)\s*(?:чтения|read|бұрын|назад|ago)|[\d\s]+\s*(?:просмотр\p{L}*|views?|қаралым|рет оқылды|комментар\p{L}*|comments?)`)
	// bylineWords may stand beside a date or a name and say nothing themselves.
	bylineWords = regexp.MustCompile(`(?i)(?:^|[^\p{L}])(?:опубликовано|обновлено|сегодня|вчера|бүгін|кеше|жарияланған|жаңартылған|published|updated|posted|last modified|on|at|by|в|г|года|ж|жылғы|жыл|author|автор|` +
		`written|et|gmt|utc|est|edt|am|pm|просмотров|views|monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tue|wed|thu|fri|sat|sun)(?:[^\p{L}]|$)`)
	// creditStarts begin a line under or above a picture.
	creditStarts = regexp.MustCompile(`(?i)^(?:фото(?:графия)?|коллаж|скриншот(?: видео)?|кадр из видео|иллюстрация|сурет|фотосурет|скрин|видео|photo(?:graph)?|image|picture|credit|illustration)\s*(?::|©|/|\bby\b|\bcredit\b|\bcourtesy\b|из открытых источников|с сайта|пресс-служб)`)
	authorStarts = regexp.MustCompile(`(?i)^(?:автор|авторы|текст|мәтін|by|written by|reporting by|author)\s*:?\s+\p{Lu}`)
)

// isByline says of a line above or below a text whether it tells no more than when
// it was written, by whom and how many have read it.
func isByline(text, author string) bool {
	if utf8.RuneCountInString(text) > maxByline {
		return false
	}
	if author != "" && strings.EqualFold(strings.TrimSpace(text), author) {
		return true
	}
	if authorStarts.MatchString(text) && onlyNames(text) {
		return true
	}
	rest := dateWords.ReplaceAllString(text, " ")
	if rest == text {
		return false
	}
	for _, name := range strings.Split(author, ", ") {
		if name != "" {
			rest = strings.ReplaceAll(rest, name, " ")
		}
	}
	for range 3 { // neighbours share the sign between them
		rest = bylineWords.ReplaceAllString(rest, " ")
	}
	return onlyNames(rest)
}

// onlyNames says whether every word of a line begins with a capital and there are few.
func onlyNames(text string) bool {
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && r != '-' && r != '\'' && r != '’' })
	n := 0
	for _, w := range words {
		first, _ := utf8.DecodeRuneInString(w)
		if !unicode.IsLetter(first) || utf8.RuneCountInString(w) < 2 {
			continue
		}
		if !unicode.IsUpper(first) && !strings.EqualFold(w, "by") {
			return false
		}
		n++
	}
	return n <= 5 && !strings.ContainsAny(text, ".!?»\"") || n == 0
}

// isCredit says whether a line is a picture's: whose it is or where it is from.
func isCredit(text string) bool {
	return utf8.RuneCountInString(text) <= maxCaption && creditStarts.MatchString(text)
}
