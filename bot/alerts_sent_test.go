package bot_test

import (
	"strings"
	"testing"
	"time"

	"newsbot/internal/emulator"
	"newsbot/internal/jobs"
	"newsbot/internal/locale"
	"newsbot/internal/rates"
)

// An alert asked for in the chat arrives there when the rate gets to it, in
// words that Telegram takes, and only once.
func TestAlertArrives(t *testing.T) {
	for l, why := range map[locale.Language][2]string{
		locale.KK: {"көтерілгенде", "өзгергенде"}, locale.RU: {"поднимется", "изменится"}, locale.EN: {"rises to", "moves by"},
	} {
		t.Run(string(l), func(t *testing.T) {
			d := open(t, string(l))
			d.seedRates()
			d.start()
			d.ask(reader, reader, "/alert usd > 480")
			d.ask(reader, reader, "/alert usd 0,3%")
			clock := jobs.New(jobs.Options{Store: d.db, Bank: rates.NewBank(nil, rates.Book{}, ""), Now: d.clock, Wake: func() {}, Zone: almaty, Log: quiet})
			clock.RunNow(d.ctx(), "alerts") // nothing is new
			d.must(d.db.Rates(rates.Book{}).Save(d.ctx(), d.clock(), day(time.Date(2026, 4, 8, 0, 0, 0, 0, time.UTC), [4]string{"USD", "1", "481.20", "2.43"})))
			clock.RunNow(d.ctx(), "alerts", "alerts")
			var told emulator.Message
			for _, part := range why {
				told = d.wait(reader, func(m emulator.Message) bool {
					return m.Outgoing && strings.Contains(m.Text, "🔔 USD") && strings.Contains(m.Text, part)
				})
				contains(t, told.Text, "481", "▲ 2", "0", "8")
				lacks(t, told.Text, "⟦")
			}
			_, list, _ := d.press(reader, told, "🔔")
			if len(list) != 1 || !strings.Contains(list[0].Text, "• USD") {
				t.Errorf("the list of alerts: %v", list)
			}
			clock.RunNow(d.ctx(), "alerts")
			rung := 0
			for _, m := range d.since(reader, 0) {
				if strings.HasPrefix(m.Text, "🔔 USD") {
					rung++
				}
			}
			if rung != 2 {
				t.Errorf("rang %d times", rung)
			}
		})
	}
}
