package article

import (
	"regexp"
	"strings"
)

var (
	// readOn is how a text that is cut short ends.
	readOn = regexp.MustCompile(`(?i)(?:\[?(?:…|\.\.\.)\]?|читать далее|читать полностью|подробнее|толығырақ|жалғасын оқу|continue reading|read more|read the full (?:story|article))[\s.…»→>\])]*$`)
	// signed is what WordPress puts under a text in a feed.
	signed = regexp.MustCompile(`^(?:The post .+ (?:appeared first on|first appeared on) |(?:Сообщение|Запись) .+ (?:появились сначала на|впервые появилась на) )`)
)

// FromFeed turns the text that a feed carries for an entry into the blocks of an
// article: without what the site's software and editors put around it. Whole is
// false when it ends as a teaser does, with an invitation to read on.
func FromFeed(content, link, title string) (blocks []Block, whole bool) {
	blocks = FromHTML(content, link)
	for i := len(blocks) - 1; i >= 0 && i >= len(blocks)-3; i-- {
		if signed.MatchString(blocks[i].Text) {
			blocks = append(blocks[:i:i], blocks[i+1:]...)
		}
	}
	last := ""
	for _, b := range blocks {
		if b.Kind != Image {
			last = b.Text
		}
	}
	whole = last != "" && !readOn.MatchString(strings.TrimSpace(last))
	return tidy(blocks, title), whole
}
