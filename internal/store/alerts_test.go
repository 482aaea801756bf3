package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/shopspring/decimal"

	"newsbot/internal/outbox"
	"newsbot/internal/rates"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

func TestAlerts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
		save := func(n int, usd string) {
			t.Helper()
			must(t, s.Rates(rates.Book{}).Save(ctx, noon, rates.Day{Date: day(n), Rates: []rates.Rate{rate("USD", 1, usd, "0"), rate("EUR", 1, "610", "0")}}))
		}
		due := func() []store.DueAlert {
			t.Helper()
			list, err := s.Rates(rates.Book{}).DueAlerts(ctx, 0, 10)
			must(t, err)
			return list
		}
		touch(t, s, 5)
		save(18, "517")
		save(19, "518")
		save(20, "519")
		russia, err := rates.NewBook(rates.CBR, "")
		must(t, err)
		for n := 15; n <= 21; n++ { // another bank's dollars, which are nothing to it
			must(t, s.Rates(russia).Save(ctx, noon, rates.Day{Date: day(n), Rates: []rates.Rate{rate("USD", 1, "81", "0")}}))
		}
		a := store.Alert{ChatID: 5, Code: "USD", Kind: store.AlertAbove, Threshold: decimal.RequireFromString("520.50"), Nominal: 1, ThreadID: 7, Armed: true, Checked: day(20)}
		must(t, s.Rates(rates.Book{}).SetAlert(ctx, noon, a))
		must(t, s.Rates(rates.Book{}).SetAlert(ctx, noon, a)) // the same again is one
		other := store.Alert{ChatID: 5, Code: "GEL", Kind: store.AlertChange, Threshold: decimal.NewFromInt(2), Nominal: 1, Checked: day(20)}
		must(t, s.Rates(rates.Book{}).SetAlert(ctx, noon, other))
		got, err := s.Rates(rates.Book{}).Alerts(ctx, 5)
		must(t, err)
		a.CreatedAt, other.CreatedAt = noon, noon
		if diff := cmp.Diff([]store.Alert{other, a}, got); diff != "" {
			t.Errorf("alerts: -want +got\n%s", diff)
		}
		if list := due(); len(list) != 0 {
			t.Errorf("due without new rates: %v", list)
		}
		save(21, "520")
		save(22, "521")
		list := due()
		want := []rates.Dated{{Rate: rate("USD", 1, "517", "0"), Date: day(18)}, {Rate: rate("USD", 1, "518", "0"), Date: day(19)}, {Rate: rate("USD", 1, "519", "0"), Date: day(20)}, {Rate: rate("USD", 1, "520", "0"), Date: day(21)}, {Rate: rate("USD", 1, "521", "0"), Date: day(22)}}
		if len(list) != 1 || list[0].Chat.ID != 5 || list[0].Chat.Language == "" || !cmp.Equal(list[0].Rates, want, cmpopts.EquateComparable()) {
			t.Fatalf("due: %+v", list)
		}
		send := store.AlertOutcome{Alert: list[0].Alert, Checked: day(22), Send: &outbox.Delivery{Key: "alert:1", ChatID: 5, ThreadID: 7, Lane: outbox.LaneBreaking, Message: text("521")}}
		for i, want := range []int{1, 0} { // the same outcome, of another process, sends nothing
			n, err := s.Rates(rates.Book{}).SettleAlerts(ctx, noon, []store.AlertOutcome{send})
			must(t, err)
			if n != want {
				t.Errorf("settled the %d. time: sent %d", i+1, n)
			}
		}
		if list := due(); len(list) != 0 {
			t.Errorf("due after it was settled: %v", list)
		}

		// What was judged before it was set anew tells nothing and changes nothing.
		anew := a
		anew.Checked = day(21)
		must(t, s.Rates(rates.Book{}).SetAlert(ctx, noon, anew))
		send.Alert.Checked, send.Send.Key = day(20), "alert:2"
		if n, err := s.Rates(rates.Book{}).SettleAlerts(ctx, noon, []store.AlertOutcome{send}); err != nil || n != 0 {
			t.Errorf("settled by an old judgement: sent %d, %v", n, err)
		}
		got, err = s.Rates(rates.Book{}).Alerts(ctx, 5)
		must(t, err)
		if len(got) != 2 || !got[1].Armed || !got[1].Checked.Equal(day(21)) {
			t.Errorf("an old judgement changed it: %+v", got)
		}
		anew.Armed, anew.Checked = false, day(22)
		must(t, s.Rates(rates.Book{}).SetAlert(ctx, noon, anew))

		// Those who are gone or have had enough are asked nothing of.
		save(23, "522")
		for _, quiet := range []func(on bool){
			func(on bool) { must(t, s.SetSubscribed(ctx, 5, on)) },
			func(on bool) {
				if on {
					_, _, err := s.TouchChat(ctx, noon, store.Chat{ID: 5, Kind: "private"})
					must(t, err)
				} else {
					must(t, s.DeactivateChat(ctx, noon, 5, "blocked"))
				}
			},
		} {
			quiet(false)
			if list := due(); len(list) != 0 {
				t.Errorf("due for one who does not listen: %v", list)
			}
			quiet(true)
		}

		// A group that becomes a supergroup keeps what it watches.
		must(t, s.MigrateChat(ctx, noon, 5, -1009))
		moved, err := s.Rates(rates.Book{}).Alerts(ctx, -1009)
		must(t, err)
		if len(moved) != 2 || moved[1].Armed || !moved[1].Checked.Equal(day(22)) {
			t.Errorf("moved: %+v", moved)
		}
		must(t, s.Rates(rates.Book{}).RemoveAlert(ctx, moved[1]))
		if err := s.Rates(rates.Book{}).RemoveAlert(ctx, moved[1]); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("removed twice: %v", err)
		}
	})
}
