package bot_test

import (
	"strings"
	"testing"
	"time"

	"newsbot/internal/emulator"
	"newsbot/internal/locale"
	"newsbot/internal/rates"
	"newsbot/internal/telegram"
)

// seedKronas stores two of the five kronas, and one of the three francs, for today.
func (d *desk) seedKronas() {
	d.t.Helper()
	d.must(d.db.Rates(rates.Book{}).Save(d.ctx(), d.clock(), day(time.Date(2026, 4, 7, 0, 0, 0, 0, time.UTC),
		[4]string{"SEK", "1", "50.05", "0"}, [4]string{"NOK", "1", "48.4", "0"}, [4]string{"CHF", "1", "600.5", "0"})))
}

// What no list has is said, and what may have been meant is a button; nothing
// that was asked for is dropped without a word.
func TestRatesAskedScreens(t *testing.T) {
	for _, l := range locale.All() {
		t.Run(string(l), func(t *testing.T) {
			d := open(t, string(l))
			keep := keeper(t, "rates/"+string(l)+"/asked_")
			ask := func(text string) emulator.Message { t.Helper(); return d.ask(reader, reader, text) }
			keep("before_any_rates", ask("/rates xyz"))
			d.seedRates()
			d.seedKronas()
			keep("unknown_code", ask("/rates xyz"))
			slip := ask("/rates usb")
			keep("slip", slip)
			meant, _, _ := d.press(reader, slip, "USD")
			contains(t, meant.Text, "USD", "478")
			keep("slip_beside_others", ask("/rates eur uss 06.04.2026"))
			keep("slip_of_a_name", ask("/rates еврро"))
			kronas := ask("/rates крона")
			keep("several", kronas)
			one, _, _ := d.press(reader, kronas, "NOK")
			contains(t, one.Text, "NOK")
			contains(t, ask("/rates песо").Text, "песо")
			francs := ask("/rates франк")
			contains(t, francs.Text, "CHF")
			lacks(t, francs.Text, "XOF")

			var codes []string
			for a := 'A'; a <= 'N'; a++ {
				codes = append(codes, "X"+string(a)+"Z")
			}
			var list [][4]string
			for _, code := range codes {
				list = append(list, [4]string{code, "1", "5.5", "0"})
			}
			d.must(d.db.Rates(rates.Book{}).Save(d.ctx(), d.clock(), day(time.Date(2026, 4, 7, 0, 0, 0, 0, time.UTC), list...)))
			many := ask("/rates " + strings.Join(codes, " "))
			contains(t, many.Text, "XAZ", "XLZ", "XMZ, XNZ")
			keep("more_than_fit", many)
			rest, _, _ := d.press(reader, many, "▶")
			contains(t, rest.Text, "XMZ", "XNZ")
			lacks(t, rest.Text, "XAZ")
		})
	}
}

// In a group a chart is closed by who asked for it, also when others turned its
// pages, or by an admin.
func TestChartIsClosedByItsOwner(t *testing.T) {
	d := open(t, "en")
	d.tg.AddUser(emulator.User{ID: 104, FirstName: "Dana", LanguageCode: "en"})
	d.tg.AddChat(emulator.Chat{
		ID: -1002000000009, Type: emulator.Supergroup, Title: "Almaty",
		Members: map[int64]string{reader: emulator.Creator, other: emulator.Member, 104: emulator.Member, d.tg.Bot().ID: emulator.Member},
	})
	d.seedHistory(40)
	chart := func() emulator.Message {
		t.Helper()
		_, sent, _ := d.press(other, d.ask(other, -1002000000009, "/rates@newsbot"), "📈")
		m, _, _ := d.press(104, sent[0], "90")
		return m
	}
	m := chart()
	_, _, a := d.press(104, m, "✖️")
	contains(t, a.Text, "Only the person who asked")
	if _, there := d.tg.Message(m.ChatID, m.ID); !there {
		t.Fatal("a stranger closed it")
	}
	for _, who := range []int64{other, reader} {
		d.press(who, m, "✖️")
		if _, there := d.tg.Message(m.ChatID, m.ID); there {
			t.Errorf("%d could not close it", who)
		}
		m = chart()
	}
	// One from before owners were noted is an admin's.
	d.refused = true // nobody pressed this
	before := len(d.tg.Calls())
	d.must(d.bot.Handle(d.ctx(), []telegram.Update{{ID: 930_000, Callback: &telegram.Callback{
		ID: "1", From: telegram.User{ID: other}, Data: "c:x",
		Message: &telegram.Message{ID: m.ID, Chat: telegram.Chat{ID: m.ChatID, Kind: telegram.Supergroup}, HasMedia: true},
	}}}))
	for _, c := range d.tg.Calls()[before:] {
		if c.Method == "deleteMessage" {
			t.Error("a chart of nobody was closed by a member")
		}
	}
}

// A reader of a channel makes the bot post nothing there.
func TestChartInChannel(t *testing.T) {
	d := open(t, "en")
	const channel = int64(-1002000000008)
	d.tg.AddChat(emulator.Chat{
		ID: channel, Type: emulator.Channel, Title: "News", BotRights: emulator.AllRights(),
		Members: map[int64]string{reader: emulator.Creator, other: emulator.Member, d.tg.Bot().ID: emulator.Administrator},
	})
	d.seedHistory(40)
	screen := d.ask(reader, channel, "/rates")
	_, sent, a := d.press(other, screen, "📈")
	if len(sent) != 0 {
		t.Errorf("a reader made it post %v", sent)
	}
	contains(t, a.Text, "админ")
	if _, sent, _ = d.press(reader, screen, "📈"); len(sent) != 1 || sent[0].Photo == nil {
		t.Errorf("the admin got %v", sent)
	}
}

// Alerts are offered for currencies that the bank lists, and for no others.
func TestAlertOffersWhatIsListed(t *testing.T) {
	d := open(t, "ru")
	d.seedRates()
	d.seedKronas()
	if got := labels(d.ask(reader, reader, "/alert крона > 51")); len(got) != 2 || !strings.HasPrefix(got[0], "SEK") || !strings.HasPrefix(got[1], "NOK") {
		t.Errorf("offered %v", got)
	}
	contains(t, d.ask(reader, reader, "/alert франк > 610").Text, "CHF", "610")
	contains(t, d.ask(reader, reader, "/alert песо > 30").Text, "MXN", "Нет")
	alerts, err := d.db.Rates(rates.Book{}).Alerts(d.ctx(), reader)
	d.must(err)
	if len(alerts) != 1 || alerts[0].Code != "CHF" {
		t.Errorf("alerts %+v", alerts)
	}
}
