package article

import (
	"strings"
	"unicode"
)

// notText are the beginnings, in lower case, of lines that sites put into
// articles and that are no part of them.
var notText = []string{
	// Russian
	"читайте также", "читай также", "читать также", "читайте по теме", "смотрите также", "по теме:", "материалы по теме",
	"подписывайтесь", "подпишитесь", "наши новости теперь в", "следите за новостями", "следите за нами",
	"больше новостей в", "самые важные новости в", "присоединяйтесь к нам", "нашли ошибку", "увидели ошибку",
	"сообщить об ошибке", "подписаться", "чтобы прочитать полностью", "чтобы читать дальше", "полный текст доступен", "материал доступен по подписке", "оформите подписку", "читать далее", "читать полностью", "вам может быть интересно", "рекомендуем прочитать", "также по теме", "ещё больше новостей", "еще больше новостей", "при использовании материалов", "используйте ссылку",
	// Kazakh
	"оқи отырыңыз", "тағы оқыңыз", "тағы да оқыңыз", "сондай-ақ оқыңыз", "осы тақырып бойынша", "тақырып бойынша",
	"жазылыңыз", "бізге жазылыңыз", "арнамызға жазыл", "толық оқу", "толығырақ оқу", "telegram арна", "telegram-арна", "телеграм арна", "телеграм-арна", "қате таптыңыз ба",
	// English
	"read also", "also read", "read more:", "see also", "related:", "related articles", "related posts", "related stories",
	"subscribe to", "subscribe now", "sign up for", "follow us", "share this", "sign up to receive", "sign up to our", "get our newsletter", "never miss the latest", "we want to hear what you think", "you may also like", "you might also like", "more from", "recommended:", "click here to subscribe", "continue reading with", "already a subscriber", "log in to continue", "sign in to continue", "to continue reading",
}

// alone are notices when they are the whole line, or when a sign follows: an
// article may begin with the word.
var alone = []string{"реклама", "поделиться", "жарнама", "бөлісу", "advertisement", "share", "sponsored", "recommended"}

// glued are notices that stand inside the last paragraphs, without a space
// before them; the text is cut there.
var glued = []string{"Наши новости теперь в", "Подписывайтесь на наш", "Подпишитесь на наш", "Телеграм-арнамызға жазылыңыз", "Telegram-арнамызға жазылыңыз"}

// maxNotice is how many characters a line may have to be taken for a notice:
// an article may well begin "Подписывайтесь" and go on.
const maxNotice = 200

// tidy drops what is not the article's text: notices, the lists that follow
// them, the title once more at the top, lines without a word, and lines that repeat the one before.
func tidy(blocks []Block, title string) []Block {
	out := make([]Block, 0, len(blocks))
	title = folded(title)
	texts := 0      // how many blocks of out have text
	inList := false // dropping the list under "Читайте также:"
	for i, b := range blocks {
		if b.Kind == Image {
			out = append(out, b)
			continue
		}
		if inList && b.Kind == ListItem {
			continue
		}
		inList = false
		if i >= len(blocks)-3 {
			b.Text = cutGlued(b.Text)
		}
		lower := strings.ToLower(b.Text)
		if isNotice(lower) {
			inList = len([]rune(lower)) < 40
			continue
		}
		if !hasWords(b.Text) || len(out) > 0 && out[len(out)-1].Text == b.Text && out[len(out)-1].Kind != TableRow {
			continue
		}
		if texts == 0 && title != "" && folded(b.Text) == title {
			continue
		}
		if isCredit(b.Text) || b.Kind != TableRow && (texts < 2 || i >= len(blocks)-2) && isByline(b.Text, "") {
			continue
		}
		out = append(out, b)
		texts++
	}
	// A heading with nothing under it heads what was dropped.
	for len(out) > 0 && out[len(out)-1].Kind == Heading {
		out = out[:len(out)-1]
	}
	return out
}

// folded is text without the spellings that differ between a title and the headline above the text.
func folded(text string) string {
	return strings.TrimRight(strings.Join(strings.Fields(strings.ToLower(text)), " "), ".")
}

// hasWords is false for what is left of paths ("/ ›") and for lines of asterisks.
func hasWords(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.So, r) })
}

func isNotice(lower string) bool {
	if len([]rune(lower)) > maxNotice {
		return false
	}
	lower = strings.TrimLeft(lower, " •→>-–—!\u25b6\ufe0f")
	for _, p := range notText {
		if strings.HasPrefix(lower, p) {
			return true
		}
	}
	for _, p := range alone {
		if rest, ok := strings.CutPrefix(lower, p); ok && (rest == "" || strings.ContainsAny(rest[:1], ":.!,")) {
			return true
		}
	}
	return false
}

// cutGlued cuts a notice off the end of a paragraph whose sentence it follows.
func cutGlued(text string) string {
	for _, g := range glued {
		i := strings.Index(text, g)
		if i <= 0 {
			continue
		}
		before := strings.TrimRight(text[:i], " ")
		for _, end := range []string{".", "!", "?", "»", `"`, "…", ")"} {
			if strings.HasSuffix(before, end) {
				text = before
				break
			}
		}
	}
	return text
}
