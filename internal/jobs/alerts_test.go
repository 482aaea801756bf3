package jobs

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"newsbot/internal/outbox"
	"newsbot/internal/rates"
	"newsbot/internal/store"
)

func dated(day int, nominal int64, value string) rates.Dated {
	return rates.Dated{
		Rate: rates.Rate{Code: "USD", Nominal: nominal, Value: decimal.RequireFromString(value)},
		Date: time.Date(2026, time.November, day, 0, 0, 0, 0, time.UTC),
	}
}

// series are the rates of days on end, from the 10th.
func series(values ...string) []rates.Dated {
	var list []rates.Dated
	for i, v := range values {
		list = append(list, dated(10+i, 1, v))
	}
	return list
}

// An alert rings once a crossing, and again only after the rate came back far enough.
func TestJudge(t *testing.T) {
	for _, c := range []struct {
		name      string
		kind      string
		threshold string
		nominal   int64
		armed     bool
		rates     []rates.Dated // the first was held against before
		rings     []int         // days of November
		stays     bool
	}{
		{"reached", store.AlertAbove, "520", 1, true, series("519", "520"), []int{11}, false},
		{"not reached", store.AlertAbove, "520", 1, true, series("519", "519.99"), nil, true},
		{"stays above", store.AlertAbove, "520", 1, true, series("519", "521", "522", "520"), []int{11}, false},
		{"hovers", store.AlertAbove, "520", 1, true, series("519", "521", "519.5", "521", "519.5", "521"), []int{11}, false},
		{"comes back and rises again", store.AlertAbove, "520", 1, true, series("519", "521", "518.9", "521"), []int{11, 13}, false},
		{"was above when it was asked for", store.AlertAbove, "520", 1, false, series("530", "531", "510", "521"), []int{13}, false},
		{"below", store.AlertBelow, "500", 1, true, series("501", "500"), []int{11}, false},
		{"below, hovering", store.AlertBelow, "500", 1, true, series("501", "499", "500.5", "499"), []int{11}, false},
		{"below, again", store.AlertBelow, "500", 1, true, series("501", "499", "501.1", "499"), []int{11, 13}, false},
		{"a day's jump up", store.AlertChange, "2", 1, false, series("500", "510"), []int{11}, false},
		{"a day's jump down", store.AlertChange, "2", 1, false, series("500", "490"), []int{11}, false},
		{"not quite", store.AlertChange, "2", 1, false, series("500", "509.99"), nil, false},
		{"a weekend repeats Saturday's jump", store.AlertChange, "2", 1, false, series("500", "510", "510", "510"), []int{11}, false},
		{"two jumps", store.AlertChange, "2", 1, false, series("500", "510", "525"), []int{11, 12}, false},
		{"nothing to compare with", store.AlertChange, "2", 1, false, []rates.Dated{dated(11, 1, "500")}, nil, false},
		{"a new nominal is no jump", store.AlertChange, "2", 100, false, []rates.Dated{dated(10, 100, "4.10"), dated(11, 1000, "41.2")}, nil, false},
		{"a new nominal crosses nothing", store.AlertAbove, "4.2", 100, true, []rates.Dated{dated(10, 100, "4.10"), dated(11, 1000, "41.2")}, nil, true},
		{"a crossing with a new nominal", store.AlertAbove, "4.2", 100, true, []rates.Dated{dated(10, 100, "4.10"), dated(11, 1000, "42")}, []int{11}, false},
		{"no price is no fall", store.AlertBelow, "500", 1, true, series("501", "0"), nil, true},
	} {
		alert := store.Alert{ChatID: 5, Code: "USD", Kind: c.kind, Threshold: decimal.RequireFromString(c.threshold), Nominal: c.nominal, Armed: c.armed,
			Checked: time.Date(2026, time.November, 10, 0, 0, 0, 0, time.UTC)}
		var rings []int
		for n := range c.rates { // a day at a time, as they come
			if !c.rates[n].Date.After(alert.Checked) {
				continue
			}
			out := judge(rates.Book{}, store.DueAlert{Alert: alert, Chat: store.Chat{Language: "ru", Zone: "Asia/Almaty"}, Rates: c.rates[max(0, n-1) : n+1]}, c.rates[n].Date)
			if out.Send != nil {
				rings = append(rings, c.rates[n].Date.Day())
			}
			alert.Armed, alert.Checked = out.Armed, out.Checked
		}
		if len(rings) != len(c.rings) || alert.Armed != c.stays {
			t.Errorf("%s: rings on %v, want %v; armed %v, want %v", c.name, rings, c.rings, alert.Armed, c.stays)
			continue
		}
		for i := range rings {
			if rings[i] != c.rings[i] {
				t.Errorf("%s: rings on %v, want %v", c.name, rings, c.rings)
			}
		}
	}
}

// What was crossed in days that nobody was told of is told once, and not when it is old.
func TestJudgeAfterDowntime(t *testing.T) {
	d := store.DueAlert{
		Alert: store.Alert{ChatID: 5, Code: "USD", Kind: store.AlertAbove, Threshold: decimal.NewFromInt(520), Nominal: 1, Armed: true, Checked: dated(10, 1, "1").Date},
		Rates: series("519", "521", "510", "522", "523"),
	}
	out := judge(rates.Book{}, d, time.Date(2026, time.November, 14, 9, 0, 0, 0, almaty))
	if out.Send == nil || !strings.HasSuffix(out.Send.Key, ":2026-11-13") || !out.Checked.Equal(dated(14, 1, "1").Date) {
		t.Errorf("after four days: %+v", out)
	}
	out = judge(rates.Book{}, d, time.Date(2026, time.November, 24, 9, 0, 0, 0, almaty))
	if out.Send != nil || out.Armed || !out.Checked.Equal(dated(14, 1, "1").Date) {
		t.Errorf("after two weeks: %+v", out)
	}
	// It was crossed long ago, and is beyond still: the newest rate tells it, once.
	d.Rates = series("519", "521", "522", "523", "524", "525", "526")
	out = judge(rates.Book{}, d, time.Date(2026, time.November, 16, 9, 0, 0, 0, almaty))
	if out.Send == nil || !strings.HasSuffix(out.Send.Key, ":2026-11-14") || out.Armed {
		t.Errorf("crossed while nobody could be told: %+v", out)
	}
	d.Rates = series("519", "521", "522", "523", "510", "510", "510")
	if out = judge(rates.Book{}, d, time.Date(2026, time.November, 16, 9, 0, 0, 0, almaty)); out.Send != nil || !out.Armed {
		t.Errorf("crossed and come back while nobody could be told: %+v", out)
	}
}

// From new rates to the outbox, in the chat's language, once.
func TestAlertsAreEnqueued(t *testing.T) {
	d := open(t)
	save := func(day int, value string) {
		d.Helper()
		r := dated(day, 1, value)
		d.must(d.Store.Rates(rates.Book{}).Save(d.Context(), d.clock(), rates.Day{Date: r.Date, Rates: []rates.Rate{r.Rate}}))
	}
	save(23, "519.30")
	for id, language := range map[int64]string{1: "kk", 2: "ru", 3: "en"} {
		_, _, err := d.Store.TouchChat(d.Context(), d.clock(), store.Chat{ID: id, Kind: "private", Language: language, Zone: "Asia/Almaty", Active: true, Subscribed: true})
		d.must(err)
		d.must(d.Store.Rates(rates.Book{}).SetAlert(d.Context(), d.clock(), store.Alert{ChatID: id, Code: "USD", Kind: store.AlertAbove, Threshold: decimal.NewFromInt(520), Nominal: 1, Armed: true, Checked: dated(23, 1, "1").Date}))
		d.must(d.Store.Rates(rates.Book{}).SetAlert(d.Context(), d.clock(), store.Alert{ChatID: id, Code: "USD", Kind: store.AlertChange, Threshold: decimal.RequireFromString("0.5"), Nominal: 1, Checked: dated(23, 1, "1").Date}))
	}
	d.run("alerts")
	if n := d.woken.Load(); n != 0 {
		t.Errorf("woke the outbox for nothing")
	}
	save(24, "522.5")
	d.run("alerts", "alerts")
	claimed, err := d.Store.Claim(d.Context(), d.clock(), "test", time.Minute, 100)
	d.must(err)
	want := map[int64][]string{
		1: {"<b>USD</b> — <b>522,50 ₸</b> ▲ 3,20 (+0,62%)", "520,00 ₸ деңгейіне дейін көтерілгенде", "0,5% не одан көп", "2026 ж. 24 қараша"},
		2: {"<b>USD</b> — <b>522,50 ₸</b> ▲ 3,20 (+0,62 %)", "поднимется до 520,00 ₸", "на 0,5 % и больше", "24 ноября 2026 г."},
		3: {"<b>USD</b> — <b>₸522.50</b> ▲ 3.20 (+0.62%)", "rises to ₸520.00", "by 0.5% or more", "November 24, 2026"},
	}
	if len(claimed) != 6 || d.woken.Load() == 0 {
		t.Fatalf("%d deliveries, woken %d times", len(claimed), d.woken.Load())
	}
	texts := map[int64]string{}
	for _, c := range claimed {
		if c.Lane != outbox.LaneBreaking || len(c.Message.Keyboard) != 1 {
			t.Errorf("delivery %+v", c)
		}
		texts[c.ChatID] += strings.ReplaceAll(c.Message.Text, "\u00a0", " ")
	}
	for id, parts := range want {
		for _, part := range parts {
			if !strings.Contains(texts[id], part) {
				t.Errorf("chat %d: %q is not in:\n%s", id, part, texts[id])
			}
		}
	}
	d.calm()
}

// In a chat's quiet hours an alert comes without a sound.
func TestAlertAtNight(t *testing.T) {
	alert := store.DueAlert{
		Alert: store.Alert{ChatID: 1, Code: "USD", Kind: store.AlertAbove, Threshold: decimal.NewFromInt(520), Nominal: 1, Armed: true, Checked: dated(10, 1, "519").Date},
		Chat:  store.Chat{ID: 1, Language: "en", Zone: "Asia/Almaty", Quiet: store.Quiet{From: 23 * 60, To: 7 * 60}},
		Rates: series("519", "521"),
	}
	for at, silent := range map[time.Time]bool{
		time.Date(2026, time.November, 11, 17, 59, 0, 0, time.UTC): false, // 22:59 in Almaty
		time.Date(2026, time.November, 11, 18, 0, 0, 0, time.UTC):  true,
		time.Date(2026, time.November, 12, 1, 59, 0, 0, time.UTC):  true,
		time.Date(2026, time.November, 12, 2, 0, 0, 0, time.UTC):   false,
	} {
		if out := judge(rates.Book{}, alert, at); out.Send == nil || out.Send.Message.Silent != silent {
			t.Errorf("at %v: %+v, silent should be %v", at, out.Send, silent)
		}
	}
}
