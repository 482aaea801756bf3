package digest

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"newsbot/internal/outbox"
	"newsbot/internal/rates"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

// history stores days of rates up to 7 April 2026.
func (b board) history(code string, days int) {
	b.t.Helper()
	for i := range days {
		value := decimal.NewFromInt(500).Add(decimal.New(int64(i*7%13), -1))
		b.must(b.db.Rates(rates.Book{}).Save(b.ctx, time.Unix(0, 0), rates.Day{
			Date: time.Date(2026, 4, 7-i, 0, 0, 0, 0, time.UTC), Rates: []rates.Rate{{Code: code, Nominal: 1, Value: value}},
		}))
	}
}

// Those who wished for it get a chart behind the text; one picture for all who
// see the same. Without history there is none, and the text comes as ever.
func TestPlanWithChart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		b := newBoard(t, open())
		now := time.Date(2026, 4, 7, 8, 0, 0, 0, zone(t, "Asia/Almaty"))
		b.history("USD", 40)
		b.history("EUR", 2)
		for id := int64(1); id <= 4; id++ {
			b.chat(id, now.Add(-time.Hour), 8*60)
			d, err := b.db.Digest(b.ctx, id)
			b.must(err)
			d.Chart = id != 1
			b.must(b.db.SetDigest(b.ctx, now, d))
		}
		b.must(b.db.SetCurrencies(b.ctx, 3, []string{"EUR", "USD"})) // the first has too little
		b.must(b.db.SetCurrencies(b.ctx, 4, []string{"EUR"}))
		if _, err := Plan(b.ctx, b.db, rates.Board{}, now, quiet); err != nil {
			t.Fatal(err)
		}
		texts := map[int64]bool{}
		for _, d := range b.take(now) {
			texts[d.ChatID] = d.Message.Text != "" && d.Message.Chart == nil
		}
		if len(texts) != 4 {
			t.Errorf("texts for %v", texts)
		}
		want := outbox.Chart{Code: "USD", Days: 30, Until: "2026-04-07", Language: "ru"}
		charts := map[int64]outbox.Chart{}
		for _, d := range b.take(now.Add(time.Minute)) {
			charts[d.ChatID] = *d.Message.Chart
		}
		if len(charts) != 2 || charts[2] != want || charts[3] != want {
			t.Errorf("charts %+v", charts)
		}
	})
}
