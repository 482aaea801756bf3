package main

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"newsbot/internal/rates"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// jumpyBank serves, for any date, a list whose dollar has lost nine tenths.
func jumpyBank(t *testing.T) (address string) {
	bank := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml; charset=UTF-8")
		fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><rates><date>%s</date>
			<item><title>USD</title><description>53.91</description><quant>1</quant><change>0.00</change></item>
			<item><title>EUR</title><description>620.4</description><quant>1</quant><change>0.00</change></item></rates>`, r.URL.Query().Get("fdate"))
	}))
	t.Cleanup(bank.Close)
	return bank.URL
}

// A list that jumps is held by the whole program: its editor is told over
// Telegram, in her language, and readers keep the last good rate.
func TestHeldRatesAreTold(t *testing.T) {
	eachDatabase(t, func(t *testing.T, database string) {
		w := newTown(t)
		db, err := store.Open(t.Context(), database)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		zone, err := time.LoadLocation("Asia/Almaty")
		if err != nil {
			t.Fatal(err)
		}
		y, m, d := time.Now().In(zone).Date()
		for back := 1; back <= 14; back++ {
			day := rates.Day{Date: time.Date(y, m, d-back, 0, 0, 0, 0, time.UTC)}
			for code, value := range map[string]string{"USD": "539.1", "EUR": "620.4"} {
				day.Rates = append(day.Rates, rates.Rate{Code: code, Nominal: 1, Value: decimal.RequireFromString(value)})
			}
			if err := db.Rates(rates.Book{}).Save(t.Context(), time.Now(), day); err != nil {
				t.Fatal(err)
			}
		}
		w.sayFirst(editor, reader)
		_, _, err = db.TouchChat(t.Context(), time.Now(), store.Chat{ID: editor, Kind: "private", Language: "en", Zone: "Asia/Almaty", Active: true})
		if err != nil {
			t.Fatal(err)
		}
		p := w.start(database, "RATES_URL="+jumpyBank(t))
		told := w.sees(editor, "are on hold", "USD", "₸539.10", "₸53.91", "-90%")
		if strings.Contains(told.Text, "EUR") {
			t.Errorf("a rate that did not jump is told of:\n%s", told.Text)
		}
		w.say(reader, "/rates")
		if seen := w.sees(reader, "USD", "539,10"); strings.Contains(seen.Text, "53,91") {
			t.Errorf("a reader sees what is held:\n%s", seen.Text)
		}
		if code := p.stop(); code != 0 {
			t.Errorf("exit code %d", code)
		}
		w.valid()
	})
}

// sayFirst lets people have begun their chats with the bot, before it runs.
func (w *town) sayFirst(people ...int64) {
	w.t.Helper()
	for _, who := range people {
		w.say(who, "hello")
	}
	w.forget()
}

// Each editor who knows the bot is told once, in the own language.
func TestTellEditors(t *testing.T) {
	db := storetest.Opener(t, storetest.SQLite(t))()
	ctx, now := t.Context(), time.Date(2026, time.November, 23, 11, 0, 0, 0, time.UTC)
	languages := map[int64]string{1: "kk", 2: "ru", 3: "en"}
	for id, language := range languages {
		if _, _, err := db.TouchChat(ctx, now, store.Chat{ID: id, Kind: "private", Language: language, Zone: "Asia/Almaty", Active: true}); err != nil {
			t.Fatal(err)
		}
	}
	woken := 0
	tell := tellEditors(db, rates.Book{}, []int64{1, 2, 3, 4}, func() time.Time { return now }, func() { woken++ })
	jump := func(code string, nominal int64, was, is, percent string) rates.Jump {
		return rates.Jump{Rate: rates.Rate{Code: code, Nominal: nominal, Value: decimal.RequireFromString(is)}, Was: decimal.RequireFromString(was), Percent: decimal.RequireFromString(percent)}
	}
	jumps := []rates.Jump{jump("USD", 1, "538.91", "53.9", "-90"), jump("IRR", 10000, "4.0333333333", "9", "123.1")}
	for range 10 {
		jumps = append(jumps, jump("EUR", 1, "620", "820", "32.3"))
	}
	for range 2 {
		if err := tell(ctx, time.Date(2026, time.November, 24, 0, 0, 0, 0, time.UTC), jumps); err != nil {
			t.Fatal(err)
		}
	}
	due, err := db.Claim(ctx, now, "test", time.Minute, 10)
	if err != nil {
		t.Fatal(err)
	}
	if len(due) != len(languages) || woken != 2 {
		t.Fatalf("%d messages, woken %d times", len(due), woken)
	}
	for _, d := range due {
		file := filepath.Join("testdata", "held_"+languages[d.ChatID]+".golden")
		if *update {
			if err := os.WriteFile(file, []byte(d.Message.Text+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), d.Message.Text+"\n"); diff != "" {
			t.Error(diff)
		}
	}
}
