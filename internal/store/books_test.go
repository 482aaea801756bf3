package store_test

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"
	"github.com/shopspring/decimal"

	"newsbot/internal/rates"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
	"newsbot/migrations"
)

func bookOf(t *testing.T, issuer, base string) rates.Book {
	t.Helper()
	book, err := rates.NewBook(issuer, base)
	must(t, err)
	return book
}

// Nothing of one book is seen, counted, settled or told in another.
func TestBooksAreApart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
		official, other := s.Rates(rates.Book{}), s.Rates(bookOf(t, rates.CBR, "KZT"))
		save := func(r store.Rates, n int, list ...rates.Rate) {
			t.Helper()
			must(t, r.Save(ctx, noon, rates.Day{Date: day(n), Rates: list}))
		}
		save(official, 20, rate("USD", 1, "500", "0"))
		save(official, 21, rate("USD", 1, "500", "0"))
		save(other, 21, rate("USD", 1, "510.5", "0"), rate("TMT", 1, "140", "0"))
		save(other, 22, rate("USD", 1, "511", "0"), rate("TMT", 1, "141", "0"))
		must(t, other.SaveNone(ctx, noon, day(19)))

		quotes, err := official.Quotes(ctx, []string{"USD", "TMT"}, day(30))
		must(t, err)
		if diff := cmp.Diff([]rates.Quote{{Rate: rate("USD", 1, "500", "0"), Date: day(21)}}, quotes); diff != "" {
			t.Errorf("quotes: %s", diff)
		}
		settled, err := official.Settled(ctx, noon, day(1), day(30), 0)
		must(t, err)
		dates, err := official.Dates(ctx, day(1), day(30))
		must(t, err)
		if want := []time.Time{day(20), day(21)}; !cmp.Equal(want, settled) || !cmp.Equal(want, dates) {
			t.Errorf("settled %v, dates %v", settled, dates)
		}
		if first, last, ok, err := official.Bounds(ctx); err != nil || !ok || !first.Equal(day(20)) || !last.Equal(day(21)) {
			t.Errorf("bounds %v %v %v %v", first, last, ok, err)
		}
		if codes, err := official.Codes(ctx); err != nil || !cmp.Equal([]string{"USD"}, codes) {
			t.Errorf("codes %v %v", codes, err)
		}
		if history, err := official.History(ctx, "USD", day(1), day(30)); err != nil || len(history) != 2 {
			t.Errorf("history %v %v", history, err)
		}
		if _, ok, err := other.SameSince(ctx, day(21)); ok || err != nil { // the day before is the other's
			t.Errorf("same since is known: %v", err)
		}

		touch(t, s, 5)
		alert := store.Alert{ChatID: 5, Code: "USD", Kind: store.AlertAbove, Threshold: decimal.NewFromInt(505), Nominal: 1, Armed: true, Checked: day(21)}
		must(t, official.SetAlert(ctx, noon, alert))
		if due, err := official.DueAlerts(ctx, 0, 10); err != nil || len(due) != 0 {
			t.Errorf("due by the other's rates: %v %v", due, err)
		}
		if list, err := other.Alerts(ctx, 5); err != nil || len(list) != 0 {
			t.Errorf("the other's alerts: %v %v", list, err)
		}
		if err := other.RemoveAlert(ctx, alert); err == nil {
			t.Error("removed from the other")
		}
		must(t, other.SetAlert(ctx, noon, alert))
		due, err := other.DueAlerts(ctx, 0, 10)
		must(t, err)
		if len(due) != 1 || len(due[0].Rates) != 2 || due[0].Rates[1].Value.String() != "511" {
			t.Errorf("due in the other: %+v", due)
		}
		if n, err := other.SettleAlerts(ctx, noon, []store.AlertOutcome{{Alert: alert, Checked: day(22)}}); err != nil || n != 0 {
			t.Errorf("settled %d, %v", n, err)
		}
		list, err := official.Alerts(ctx, 5)
		must(t, err)
		if len(list) != 1 || !list[0].Armed || !list[0].Checked.Equal(day(21)) {
			t.Errorf("settling in one book changed the other: %+v", list)
		}
	})
}

// Rates, days without rates and alerts of a database that knew one bank only
// are that bank's when it knows several, and come back on the way down.
func TestMigrateToBooks(t *testing.T) {
	for engine, address := range map[string]string{"sqlite": storetest.SQLite(t), "postgres": storetest.Postgres(t)} {
		t.Run(engine, func(t *testing.T) {
			ctx := t.Context()
			driver, source, dialect := "postgres", address, goose.DialectPostgres
			if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
				driver, source, dialect = "sqlite", path, goose.DialectSQLite3
			}
			db, err := sql.Open(driver, source)
			must(t, err)
			defer db.Close()
			p, err := goose.NewProvider(dialect, db, migrations.FS, goose.WithGoMigrations(store.GoMigrations(engine == "sqlite")...))
			must(t, err)
			_, err = p.UpTo(ctx, 10)
			must(t, err)
			const dayMS = 1795219200000 // 21 November 2026
			for _, row := range []string{
				`INSERT INTO rates (code, rate_date, nominal, value, change, fetched_at) VALUES ('USD', 1795219200000, 1, '500.25', '0.5', 7)`,
				`INSERT INTO rateless_days (rate_date, asked_at) VALUES (1795132800000, 1795824000000)`,
				`INSERT INTO alerts (chat_id, code, kind, threshold, nominal, thread_id, armed, checked, created_at)
					VALUES (5, 'USD', 'above', '520.5', 1, 9, TRUE, 1795219200000, 7)`,
			} {
				_, err := db.ExecContext(ctx, row)
				must(t, err)
			}
			s := storetest.Opener(t, address)()
			day := time.UnixMilli(dayMS).UTC()
			quotes, err := s.Rates(rates.Book{}).Quotes(ctx, []string{"USD"}, day)
			must(t, err)
			before := rate("USD", 1, "499.75", "0") // as the bank says
			if diff := cmp.Diff([]rates.Quote{{Rate: rate("USD", 1, "500.25", "0.5"), Date: day, Previous: &before}}, quotes); diff != "" {
				t.Error(diff)
			}
			if settled, err := s.Rates(rates.Book{}).Settled(ctx, noon, day.AddDate(0, 0, -1), day, 0); err != nil || len(settled) != 2 {
				t.Errorf("settled %v %v", settled, err)
			}
			list, err := s.Rates(rates.Book{}).Alerts(ctx, 5)
			must(t, err)
			if len(list) != 1 || list[0].Threshold.String() != "520.5" || list[0].ThreadID != 9 || !list[0].Armed {
				t.Errorf("alerts %+v", list)
			}
			must(t, s.Rates(bookOf(t, rates.CBR, "")).Save(ctx, noon, rates.Day{Date: day, Rates: []rates.Rate{rate("USD", 1, "80", "0")}}))
			must(t, s.Close())
			_, err = p.DownTo(ctx, 10)
			must(t, err)
			var value string
			must(t, db.QueryRowContext(ctx, `SELECT value FROM rates WHERE code = 'USD'`).Scan(&value))
			if value != "500.25" {
				t.Errorf("on the way down: %s", value)
			}
		})
	}
}
