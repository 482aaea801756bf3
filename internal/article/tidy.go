package article

import "strings"

// notText are the beginnings, in lower case, of lines that sites put into
// articles and that are no part of them.
var notText = []string{
	// Russian
	"читайте также", "читай также", "читать также", "читайте по теме", "смотрите также", "по теме:", "материалы по теме",
	"подписывайтесь", "подпишитесь", "подписаться на", "наши новости теперь в", "следите за новостями", "следите за нами",
	"больше новостей в", "самые важные новости в", "присоединяйтесь к нам", "поделиться", "нашли ошибку", "увидели ошибку",
	"сообщить об ошибке", "реклама", "при использовании материалов", "используйте ссылку",
	// Kazakh
	"оқи отырыңыз", "тағы оқыңыз", "тағы да оқыңыз", "сондай-ақ оқыңыз", "осы тақырып бойынша", "тақырып бойынша",
	"жазылыңыз", "бізге жазылыңыз", "арнамызға жазыл", "telegram арна", "telegram-арна", "телеграм арна", "телеграм-арна", "бөлісу", "қате таптыңыз ба",
	"жарнама",
	// English
	"read also", "also read", "read more:", "see also", "related:", "related articles", "related posts", "related stories",
	"subscribe to", "sign up for", "follow us", "share this", "advertisement",
}

// glued are notices that stand inside the last paragraphs, without a space
// before them; the text is cut there.
var glued = []string{"Наши новости теперь в", "Подписывайтесь на наш", "Подпишитесь на наш", "Телеграм-арнамызға жазылыңыз", "Telegram-арнамызға жазылыңыз"}

// maxNotice is how many characters a line may have to be taken for a notice:
// an article may well begin "Подписывайтесь" and go on.
const maxNotice = 200

// tidy drops what is not the article's text: notices, the lists that follow
// them, the title once more at the top, and lines that repeat the one before.
func tidy(blocks []Block, title string) []Block {
	out := make([]Block, 0, len(blocks))
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
		if b.Text == "" || len(out) > 0 && out[len(out)-1].Text == b.Text && out[len(out)-1].Kind != TableRow {
			continue
		}
		if len(out) == 0 && title != "" && strings.EqualFold(strings.TrimRight(b.Text, "."), strings.TrimRight(title, ".")) {
			continue
		}
		out = append(out, b)
	}
	// A heading with nothing under it heads what was dropped.
	for len(out) > 0 && out[len(out)-1].Kind == Heading {
		out = out[:len(out)-1]
	}
	return out
}

func isNotice(lower string) bool {
	if len([]rune(lower)) > maxNotice {
		return false
	}
	lower = strings.TrimLeft(lower, " •→>-–—!\u25b6\ufe0f")
	for _, p := range notText {
		rest, ok := strings.CutPrefix(lower, p)
		if !ok {
			continue
		}
		// One word alone ("Реклама", "Поделиться") must be the whole line or be followed by a sign.
		if !strings.Contains(p, " ") && rest != "" && !strings.HasPrefix(p, "подпи") && !strings.ContainsAny(rest[:1], ":.!,…") {
			continue
		}
		return true
	}
	return false
}

func cutGlued(text string) string {
	for _, g := range glued {
		if i := strings.Index(text, g); i > 0 && strings.ContainsAny(strings.TrimRight(text[:i], " ")[max(0, len(strings.TrimRight(text[:i], " "))-1):], ".!?»\"…)") {
			text = strings.TrimRight(text[:i], " ")
		}
	}
	return text
}
