package bot_test

import (
	"bytes"
	"fmt"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"newsbot/internal/emulator"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/rates"
	"newsbot/internal/rates/chart/charttest"
	"newsbot/internal/telegram"
)

// seedHistory stores n days of rates up to 7 April 2026. Dongs are listed by
// the hundred until the tenth day from the end; francs are new.
func (d *desk) seedHistory(n int) {
	d.t.Helper()
	price := func(base, swing float64, i int) string {
		return fmt.Sprintf("%.2f", base+swing*math.Sin(float64(i)/25)+swing/60*float64(i*7%11))
	}
	for i := range n {
		list := [][4]string{
			{"USD", "1", price(500, 20, i), "0"}, {"EUR", "1", price(560, 30, i+40), "0"},
			{"RUB", "1", price(5.9, 0.4, i+9), "0"}, {"CNY", "1", price(70, 2, i/7*7), "0"},
		}
		if i >= 10 {
			list = append(list, [4]string{"VND", "100", price(1.9, 0.2, i), "0"})
		} else {
			list = append(list, [4]string{"VND", "1000", price(19, 2, i), "0"})
		}
		if i < 2 {
			list = append(list, [4]string{"CHF", "1", "600", "0"})
		}
		date := time.Date(2026, 4, 7-i, 0, 0, 0, 0, time.UTC)
		d.must(d.db.Rates(rates.Book{}).Save(d.ctx(), d.clock(), day(date, list...)))
	}
}

// keepPicture keeps what a message shows as a golden picture.
func (d *desk) keepPicture(name string, m emulator.Message) {
	d.t.Helper()
	got, _, ok := d.tg.File(d.pictureOf(m))
	if !ok {
		d.t.Fatalf("%s: there is no picture", name)
	}
	path := filepath.Join("testdata", "chart", name+".png")
	if *update {
		d.must(os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	d.must(err)
	if err := charttest.Alike(want, got); err != nil {
		d.t.Errorf("not as %s: %v; -update writes the picture as it is now", path, err)
	}
}

// What the bot has drawn is what the caption tells: a month, a currency whose
// nominal changed within it, a year that has begun late, a pair in per cent, light and dark.
func TestChartPictures(t *testing.T) {
	d := open(t, "ru")
	d.seedHistory(200)
	m := d.chart(reader)
	d.keepPicture("month_light_ru", m)
	year, _, _ := d.press(reader, m, "365")
	d.keepPicture("year_begins_late_ru", year)
	m, _, _ = d.press(reader, year, "30")
	m, _, _ = d.press(reader, m, "⚖️")
	m, _, _ = d.press(reader, m, "⚖️ RUB")
	m, _, _ = d.press(reader, m, "🌙")
	d.keepPicture("compared_dark_ru", m)
	_, sent, _ := d.press(reader, d.ask(reader, reader, "/rates vnd"), "📈")
	d.keepPicture("nominal_changed_ru", sent[0])
}

// The dark picture is another than the light one, each time.
func TestChartThemesAreApart(t *testing.T) {
	d := open(t, "en")
	d.seedHistory(40)
	m := d.chart(reader)
	light := d.pictureOf(m)
	m, _, _ = d.press(reader, m, "🌙")
	dark := d.pictureOf(m)
	m, _, _ = d.press(reader, m, "☀️")
	if back := d.pictureOf(m); dark == light || back != light {
		t.Errorf("light %s, dark %s, light again %s", light, dark, back)
	}
}

// pictureOf checks that a message's picture is a chart as it should be.
func (d *desk) pictureOf(m emulator.Message) (fileID string) {
	d.t.Helper()
	if m.Photo == nil {
		d.t.Fatalf("no picture: %s", show(m))
	}
	data, kind, ok := d.tg.File(m.Photo.FileID)
	size, err := png.DecodeConfig(bytes.NewReader(data))
	if !ok || kind != "image/png" || err != nil || size.Width != 1000 || size.Height != 600 || len(data) > 40<<10 {
		d.t.Errorf("the picture is %d bytes of %s, %d by %d, %v", len(data), kind, size.Width, size.Height, err)
	}
	return m.Photo.FileID
}

func TestChartScreens(t *testing.T) {
	for _, l := range locale.All() {
		t.Run(string(l), func(t *testing.T) {
			d := open(t, string(l))
			d.seedHistory(200)
			keep := func(name string, m emulator.Message) {
				t.Helper()
				if strings.Contains(m.Caption, "⟦") {
					t.Errorf("%s: a message is missing:\n%s", name, m.Caption)
				}
				d.pictureOf(m)
				golden(t, filepath.Join("testdata", "chart", string(l), name+".golden"), show(m))
			}
			_, sent, _ := d.press(reader, d.ask(reader, reader, "/rates"), "📈")
			m := sent[0]
			keep("month", m)
			p := locale.New(locale.Language(l), nil)
			press := func(label string) { t.Helper(); m, _, _ = d.press(reader, m, label) }
			press(p.T("chart.days", "Count", 90))
			keep("quarter", m)
			press(p.T("chart.days", "Count", 365))
			keep("year_begins_late", m)
			press("RUB")
			keep("other_currency", m)
			press("⚖️")
			keep("compare_with", m)
			press("⚖️ CNY")
			keep("compared", m)
			press("🌙")
			keep("dark", m)
			press("✓ ⚖️ CNY")
			keep("alone_again", m)
			dongs := d.ask(reader, reader, "/rates vnd chf")
			_, sent, _ = d.press(reader, dongs, "📈")
			keep("nominal_changed", sent[0])
			_, _, a := d.press(reader, sent[0], "CHF")
			golden(t, filepath.Join("testdata", "chart", string(l), "too_little.golden"), fmt.Sprintf("%s (alert=%v)\n", a.Text, a.ShowAlert))
			if n := locale.Units(a.Text); n > 200 {
				t.Errorf("the toast has %d units", n)
			}
		})
	}
}

// A picture is uploaded once; whoever wants it again is sent what Telegram holds.
func TestChartIsDrawnOnce(t *testing.T) {
	d := open(t, "ru")
	d.seedHistory(60)
	first := d.chart(reader)
	file := d.pictureOf(first)
	second := d.chart(other)
	if d.pictureOf(second) != file {
		t.Error("the second reader got another picture")
	}
	quarter, _, _ := d.press(reader, first, "90")
	back, _, _ := d.press(reader, quarter, "30")
	if d.pictureOf(back) != file || d.pictureOf(quarter) == file {
		t.Error("turning back did not show the picture from before")
	}
	uploads, byID := 0, 0
	for _, c := range d.tg.Calls() {
		if c.Method == "sendPhoto" || c.Method == "editMessageMedia" {
			if strings.Contains(fmt.Sprint(c.Params), file) {
				byID++
			} else {
				uploads++
			}
		}
	}
	if uploads != 2 || byID != 2 {
		t.Errorf("%d uploads and %d by id, want 2 and 2", uploads, byID)
	}
	// What is written on a picture is in its language.
	d.ask(editor, editor, "/start")
	d.must(d.db.SetChatLanguage(d.ctx(), editor, "kk"))
	if d.pictureOf(d.chart(editor)) == file {
		t.Error("a Kazakh reader got the Russian picture")
	}
	// A new day makes a new picture.
	d.pass(24 * time.Hour)
	d.must(d.db.Rates(rates.Book{}).Save(d.ctx(), d.clock(), day(time.Date(2026, 4, 8, 0, 0, 0, 0, time.UTC), [4]string{"USD", "1", "505.55", "1"})))
	if fresh := d.chart(reader); d.pictureOf(fresh) == file || !strings.Contains(fresh.Caption, "505,55") {
		t.Errorf("the next day shows yesterday's picture: %s", fresh.Caption)
	}
}

// What is compared is compared from one day, also when one of the two is new.
func TestChartComparesFromOneDay(t *testing.T) {
	d := open(t, "ru")
	d.seedHistory(60)
	for i := range 12 {
		price := [4]string{"GEL", "1", fmt.Sprintf("%d", 180-i), "0"} // 169 on 27 March, 180 on 7 April
		d.must(d.db.Rates(rates.Book{}).Save(d.ctx(), d.clock(), day(time.Date(2026, 4, 7-i, 0, 0, 0, 0, time.UTC), price)))
	}
	d.ask(reader, reader, "/start")
	d.must(d.db.SetCurrencies(d.ctx(), reader, []string{"USD", "GEL"}))
	m := d.chart(reader)
	contains(t, m.Caption, "За 30 дней")
	m, _, _ = d.press(reader, m, "⚖️")
	m, _, _ = d.press(reader, m, "⚖️ GEL")
	contains(t, m.Caption, "+6,51 %")
	if n := strings.Count(strings.ReplaceAll(m.Caption, "\u00a0", " "), "С 27 марта 2026 г."); n != 2 {
		t.Errorf("compared from different days:\n%s", m.Caption)
	}
}

// A currency that is listed no more is not compared with one that is listed
// only since: there is no day of both.
func TestChartComparesNothingWithoutACommonDay(t *testing.T) {
	d := open(t, "en")
	for i := range 28 {
		price := [4]string{"AMD", "10", fmt.Sprintf("%d", 12+i%2), "0"}
		if i >= 20 {
			price = [4]string{"GEL", "1", fmt.Sprintf("%d", 180-i), "0"}
		}
		d.must(d.db.Rates(rates.Book{}).Save(d.ctx(), d.clock(), day(time.Date(2026, 4, 7-i, 0, 0, 0, 0, time.UTC), price)))
	}
	d.ask(reader, reader, "/start")
	d.must(d.db.SetCurrencies(d.ctx(), reader, []string{"AMD", "GEL"}))
	m, _, _ := d.press(reader, d.chart(reader), "⚖️")
	_, _, a := d.press(reader, m, "⚖️ GEL")
	if contains(t, a.Text, "too little data", "GEL"); !a.ShowAlert {
		t.Error("it is no alert")
	}
}

// While the bank is silent a month stays a month, up to the last list there is,
// and the caption says that there is nothing newer.
func TestChartOfASilentBank(t *testing.T) {
	for l, old := range map[locale.Language]string{
		locale.KK: "Бұдан жаңарақ бағам әзірге жоқ", locale.RU: "Более свежего курса пока нет", locale.EN: "There is no newer rate yet",
	} {
		t.Run(string(l), func(t *testing.T) {
			d := open(t, string(l))
			d.seedHistory(60)
			c := d.courier(rates.Book{})
			before := d.chart(reader)
			lacks(t, before.Caption, old)
			for _, days := range []int{21, 40} {
				d.set(time.Date(2026, 4, 7+days, 10, 0, 0, 0, almaty))
				m := d.chart(reader)
				p := locale.New(l, nil)
				contains(t, m.Caption, strings.ReplaceAll(p.Date(time.Date(2026, 4, 7, 0, 0, 0, 0, time.UTC)), "\u00a0", " "), old, "30")
				if d.pictureOf(m) != d.pictureOf(before) {
					t.Errorf("after %d days it is another picture:\n%s", days, m.Caption)
				}
				if _, after, found := strings.Cut(before.Caption, "\n\n"); !found || !strings.HasSuffix(m.Caption, after) {
					t.Errorf("after %d days it shows other days:\n%s\nnot\n%s", days, m.Caption, before.Caption)
				}
				d.ask(reader, reader, "/digest 09:00")
				d.wish(reader, string(l))
				_, preview, _ := d.pressData(reader, d.ask(reader, reader, "/digest"), "g:now")
				if len(preview) != 2 {
					t.Fatalf("a digest has no chart after %d days: %v", days, preview)
				}
				contains(t, preview[1].Caption, old)
			}
			out := c.Send(d.ctx(), outbox.Delivery{ChatID: reader, Message: outbox.Message{Chart: &outbox.Chart{Code: "USD", Days: 30, Until: "2026-05-17", Language: string(l)}}})
			if m, _ := d.tg.Message(reader, out.MessageID); out.Result != outbox.Sent || !strings.Contains(m.Caption, old) {
				t.Errorf("behind a digest: %+v\n%s", out, m.Caption)
			}
		})
	}
}

// chart opens the chart of the usual rates.
func (d *desk) chart(user int64) emulator.Message {
	d.t.Helper()
	_, sent, _ := d.press(user, d.ask(user, user, "/rates"), "📈")
	if len(sent) != 1 {
		d.t.Fatalf("%d messages, want 1: %v", len(sent), sent)
	}
	return sent[0]
}

func TestChartClosed(t *testing.T) {
	d := open(t, "en")
	d.seedHistory(40)
	m := d.chart(reader)
	d.press(reader, m, "✖️")
	if _, there := d.tg.Message(reader, m.ID); there {
		t.Error("the chart is still there")
	}
	// Telegram lets nothing be deleted that is older than two days.
	m = d.chart(reader)
	d.pass(72 * time.Hour)
	d.refused = true
	m, _, _ = d.press(reader, m, "✖️")
	if len(m.InlineKeyboard) != 0 || m.Photo == nil {
		t.Errorf("the old chart has its buttons: %v", labels(m))
	}
}

func TestChartWithoutHistory(t *testing.T) {
	d := open(t, "en")
	for _, row := range d.ask(reader, reader, "/rates").InlineKeyboard {
		for _, b := range row {
			if strings.Contains(b.Text, "📈") {
				t.Error("a chart of nothing is offered")
			}
		}
	}
	d.seedHistory(2)
	rates := d.ask(reader, reader, "/rates")
	_, sent, a := d.press(reader, rates, "📈")
	if len(sent) != 0 || !a.ShowAlert {
		t.Errorf("got %v and %q", sent, a.Text)
	}
	contains(t, a.Text, "too little data", "USD")
}

// What is not the picture that was meant is never shown: words are.
func TestChartInTrouble(t *testing.T) {
	refuse := func(method, text string) emulator.Fault {
		return emulator.Fault{Kind: emulator.Refuse, Method: method, Description: "Bad Request: " + text, Times: 1}
	}
	for _, tt := range []struct {
		name  string
		fault emulator.Fault
		edit  bool // the press is under a chart that is there
		photo bool // a new message with a picture comes, else one in words
	}{
		{"file of another bot", refuse("sendPhoto", "wrong file identifier/HTTP URL specified"), false, true},
		{"no pictures here", refuse("sendPhoto", "not enough rights to send photos to the chat"), false, false},
		{"flood", emulator.Fault{Kind: emulator.TooManyRequests, Method: "sendPhoto", RetryAfter: time.Second, Times: 1}, false, false},
		{"server down", emulator.Fault{Kind: emulator.InternalError, Method: "sendPhoto", Times: 1}, false, false},
		{"edited message is gone", refuse("editMessageMedia", "message to edit not found"), true, true},
		{"flood of edits", emulator.Fault{Kind: emulator.TooManyRequests, Method: "editMessageMedia", RetryAfter: time.Second, Times: 1}, true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := open(t, "en")
			d.seedHistory(100)
			d.start()
			d.refused = true
			m := d.chart(reader) // so that a file is held
			label := "90"
			if !tt.edit {
				m, label = d.ask(reader, reader, "/rates"), "📈"
			}
			before := d.lastID(reader)
			d.tg.Inject(tt.fault)
			d.press(reader, m, label)
			d.pass(5 * time.Second) // the outbox waits by this clock
			got := d.waitNew(reader, before)
			if (got.Photo != nil) != tt.photo {
				t.Fatalf("got %s", show(got))
			}
			if tt.photo {
				d.pictureOf(got)
				return
			}
			contains(t, got.Text, "USD", "₸", "National Bank")
			_, sent, _ := d.press(reader, got, "📈") // and the way to the picture
			if len(sent) != 1 {
				t.Fatalf("%d messages, want the chart", len(sent))
			}
			d.pictureOf(sent[0])
		})
	}
}

// waitNew waits for the bot's next message.
func (d *desk) waitNew(chat, after int64) emulator.Message {
	d.t.Helper()
	return d.wait(chat, func(m emulator.Message) bool { return m.Outgoing && m.ID > after })
}

// A chart goes to the topic where it was asked for; where pictures are not
// allowed, its words go.
func TestChartInGroups(t *testing.T) {
	d := open(t, "kk")
	d.seedHistory(40)
	const wordy = int64(-1002000000003)
	d.tg.AddChat(emulator.Chat{
		ID: wordy, Type: emulator.Supergroup, Title: "Тек мәтін", NoPhotos: true,
		Members: map[int64]string{reader: emulator.Creator, d.tg.Bot().ID: emulator.Member},
	})
	var thread int64
	d.step(1, func() { thread = d.tg.AddTopic(topics, "Бағам") })
	_, sent, _ := d.press(other, d.ask(other, topics, "/rates", emulator.InThread(thread)), "📈")
	if len(sent) != 1 || sent[0].ThreadID != thread {
		t.Fatalf("got %v, want the chart in topic %d", sent, thread)
	}
	d.pictureOf(sent[0])
	d.refused = true
	_, sent, _ = d.press(reader, d.ask(reader, wordy, "/rates"), "📈")
	if len(sent) != 1 || sent[0].Photo != nil {
		t.Fatalf("got %v, want words", sent)
	}
	contains(t, sent[0].Text, "USD", "30 күнде")
}

func TestChartForeignData(t *testing.T) {
	d := open(t, "en")
	d.seedHistory(40)
	m := d.chart(reader)
	d.refused = true // nobody pressed these
	for i, data := range []string{
		"c:", "c:usd:30:l::", "c:USD", "c:USD:31:l::", "c:USD:30:x::", "c:USD:30:l:USD:", "c:USD:30:l:<b>:", "c:USD:30:l::EUR-", "c:USD:-1:l::", "c:USD:99999999999:l::",
	} {
		before := len(d.tg.Calls())
		d.must(d.bot.Handle(d.ctx(), []telegram.Update{{ID: int64(920_000 + i), Callback: &telegram.Callback{
			ID: fmt.Sprint(i), From: telegram.User{ID: reader}, Data: data,
			Message: &telegram.Message{ID: m.ID, Chat: telegram.Chat{ID: reader, Kind: telegram.Private}, HasMedia: true},
		}}}))
		for _, c := range d.tg.Calls()[before:] {
			switch c.Method {
			case "getUpdates":
			case "answerCallbackQuery":
				contains(t, c.Params["text"], "no longer works")
			default:
				t.Errorf("%q: %s %v", data, c.Method, c.Params)
			}
		}
	}
}
