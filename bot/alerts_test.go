package bot_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/shopspring/decimal"

	"newsbot/internal/emulator"
	"newsbot/internal/locale"
	"newsbot/internal/rates"
	"newsbot/internal/store"
)

// TestAlertScreens walks through the alerts in every language.
func TestAlertScreens(t *testing.T) {
	for _, l := range locale.All() {
		t.Run(string(l), func(t *testing.T) {
			d := open(t, string(l))
			keep := keeper(t, "rates/"+string(l)+"/alert_")
			ask := func(text string) emulator.Message { t.Helper(); return d.ask(reader, reader, text) }
			d.seedRates()
			none := ask("/alert")
			keep("none", none)
			offer, _, _ := d.press(reader, none, "USD")
			keep("offer", offer)
			added, _, _ := d.press(reader, offer, "▲")
			keep("added", added)
			keep("beyond", ask("/alert eur > 500"))
			keep("nominal", ask("/alert uzs 3.5"))
			list := ask("/alert rub 2%")
			keep("list", list)
			keep("bad", ask("/alert <b>"))
			keep("far", ask("/alert uzs > 0.05"))
			other := ask("/alert 10 uzs > 0.42")
			keep("other_units", other)
			agreed, _, _ := d.press(reader, other, "🔔")
			contains(t, show(agreed), "w:x:UZS:above:4.2")
			d.must(d.db.Rates(rates.Book{}).RemoveAlert(d.ctx(), store.Alert{ChatID: reader, Code: "UZS", Kind: store.AlertAbove, Threshold: decimal.RequireFromString("4.2")}))
			contains(t, show(ask("/alert 100 uzs > 4,1")), "w:x:UZS:above:4.1") // as the bot writes it
			d.must(d.db.Rates(rates.Book{}).RemoveAlert(d.ctx(), store.Alert{ChatID: reader, Code: "UZS", Kind: store.AlertAbove, Threshold: decimal.RequireFromString("4.1")}))
			d.seedKronas()
			contains(t, show(ask("/alert 10 крон > 505")), "w:n:SEK:above:50.5")
			keep("which", ask("/alert крона > 45"))
			keep("unknown", ask("/alert xyz > 45"))
			removed, _, a := d.press(reader, list, "✕ EUR")
			keep("removed", removed)
			ask("/stop")
			keep("stopped", ask("/alert usd > 490"))
			golden(t, filepath.Join("testdata", "rates", string(l), "toast_alert_removed.golden"), a.Text+"\n")
		})
	}
}

// Alerts can be asked for by buttons alone, and there are only so many.
func TestAlertsOfAChat(t *testing.T) {
	d := open(t, "en")
	d.seedRates()
	contains(t, show(d.ask(reader, reader, "/alert usd")), "What shall I tell you about?", "w:n:USD:above:") // of which currency, but not when
	for i := range 20 {
		d.ask(reader, reader, fmt.Sprintf("/alert usd > %d", 480+i))
	}
	full := d.ask(reader, reader, "/alert usd < 400")
	contains(t, full.Text, "No more than 20 alerts")
	contains(t, d.ask(reader, reader, "/alert usd > 480").Text, "Done.") // is there already
	alerts, err := d.db.Rates(rates.Book{}).Alerts(d.ctx(), reader)
	d.must(err)
	if len(alerts) != 20 || !alerts[0].Armed {
		t.Errorf("%d alerts: %+v", len(alerts), alerts)
	}
	m := full
	for range 20 {
		m, _, _ = d.press(reader, m, "✕")
	}
	contains(t, m.Text, "None yet")
}

// In a group only its admins decide what it is woken for.
func TestAlertsOfAGroup(t *testing.T) {
	d := open(t, "ru")
	d.seedRates()
	contains(t, d.ask(other, group, "/alert@newsbot usd > 500").Text, "администратор")
	contains(t, d.ask(reader, group, "/alert@newsbot usd > 500").Text, "Готово")
}
