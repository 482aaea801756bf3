package bot

import (
	"context"
	"errors"
	"html"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"newsbot/internal/digest"
	"newsbot/internal/locale"
	"newsbot/internal/rates"
	"newsbot/internal/telegram"
)

// inlineKeep is how long Telegram may show an answer again: rates change once a day.
const inlineKeep = time.Minute

var tags = regexp.MustCompile(`</?[a-z]+>`)

// onInline counts money, and else finds news, for somebody who writes in any other chat, who may not
// even have begun a chat with the bot: nothing about them is stored.
func (b *Bot) onInline(ctx context.Context, r *request, q *telegram.InlineQuery) (answer, error) {
	r.name, r.from = "inline", q.From
	r.p = b.printer(b.profileLanguage(q.From), "")
	chat, err := b.o.Store.Chat(ctx, q.From.ID)
	switch {
	case err == nil:
		r.chat, r.p = chat, b.printer(locale.Language(chat.Language), chat.Zone)
	case !isNotFound(err):
		return answer{}, err
	}
	var results []telegram.InlineResult
	for _, each := range b.meant(r, q.Text) {
		c, err := b.count(ctx, r, each.Amount, each.From, []string{each.To}, false)
		if err != nil {
			return answer{}, err
		}
		if len(c.lines) == 0 {
			continue
		}
		title, by, _ := strings.Cut(plain(c.text), "\n\n")
		by, _, _ = strings.Cut(by, "\n")
		results = append(results, telegram.InlineResult{ID: strconv.Itoa(len(results)), Title: title, Description: by, Text: c.text})
	}
	if len(results) == 0 {
		if results, err = b.searchInline(ctx, r, q.Text); err != nil {
			return answer{}, err
		}
	}
	return answer{inline: results}, nil
}

// plain is our own HTML without its tags.
func plain(text string) string { return html.UnescapeString(tags.ReplaceAllString(text, "")) }

// meant lists the conversions that a text can mean: into the base and the
// chat's currencies when it does not say into what, and all that an ambiguous
// word names, for the person to choose from. An amount that can be read in two
// ways is counted in both.
func (b *Bot) meant(r *request, text string) []rates.Query {
	q, err := rates.ParseQuery(text)
	from, to := []string{q.From}, []string{q.To}
	if ambiguous := (*rates.AmbiguousError)(nil); errors.As(err, &ambiguous) {
		q.Amount, q.Other = ambiguous.Amount, ambiguous.OtherAmount
		from, to = ambiguous.Codes, []string{ambiguous.Other}
		if len(ambiguous.OtherCodes) > 0 {
			to = ambiguous.OtherCodes
		}
		if !ambiguous.From {
			from, to = to, from
		}
	} else if err != nil {
		return nil
	}
	if to[0] == "" {
		to = []string{r.p.Base()}
		if len(from) == 1 {
			to = add(to, digest.ChatCurrencies(r.chat, r.p.Base()))
		}
	}
	amounts := []decimal.Decimal{q.Amount}
	if q.Other.IsPositive() {
		if amounts = append(amounts, q.Other); err == nil {
			to = to[:1]
		}
	}
	var list []rates.Query
	for _, f := range from {
		for _, t := range to {
			for _, amount := range amounts {
				if (f != t || len(from)*len(to) == 1) && len(list) < mostMeanings {
					list = append(list, rates.Query{Amount: amount, From: f, To: t})
				}
			}
		}
	}
	return list
}
