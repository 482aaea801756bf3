package bot_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsbot/internal/emulator"
	"newsbot/internal/locale"
)

func (d *desk) inline(user int64, text string) emulator.InlineAnswer {
	d.t.Helper()
	var a emulator.InlineAnswer
	d.step(1, func() {
		ctx, cancel := context.WithTimeout(d.ctx(), 20*time.Second)
		defer cancel()
		var err error
		if a, err = d.tg.Inline(ctx, user, text, ""); err != nil {
			d.t.Fatalf("%v\nlog:\n%s", err, d.log)
		}
	})
	return a
}

// TestInline counts money in other chats, for people the bot has never met.
func TestInline(t *testing.T) {
	for _, l := range locale.All() {
		t.Run(string(l), func(t *testing.T) {
			d := open(t, string(l))
			d.seedRates()
			var b strings.Builder
			for _, text := range []string{"", "привет", "100 usd", "5000 kzt", "100 usd eur", "100 фунтов в usd", "1.500 usd", "5 xof"} {
				fmt.Fprintf(&b, "> %s\n", text)
				for _, r := range d.inline(other, text).Results {
					fmt.Fprintf(&b, "[%s | %s]\n%s\n", r.Title, r.Description, r.Text)
				}
			}
			golden(t, filepath.Join("testdata", "rates", string(l), "inline.golden"), b.String())
			if _, err := d.db.Chat(d.ctx(), other); err == nil {
				t.Error("a chat is stored of somebody who never wrote")
			}
			// One who has chosen a language and currencies gets theirs.
			d.ask(reader, reader, "/start")
			d.must(d.db.SetChatLanguage(d.ctx(), reader, "kk"))
			d.must(d.db.SetCurrencies(d.ctx(), reader, []string{"JPY"}))
			a := d.inline(reader, "100 usd")
			if len(a.Results) != 2 || !strings.Contains(a.Results[1].Text, "JPY") || !strings.Contains(a.Results[0].Text, "Ұлттық Банк") {
				t.Errorf("results %+v", a.Results)
			}
			if _, err := d.tg.ChooseInline(reader, group, a, "0"); err != nil {
				t.Error(err)
			}
		})
	}
}
