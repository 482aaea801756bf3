package main

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"newsbot/internal/rates"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

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
	tell := tellEditors(db, []int64{1, 2, 3, 4}, func() time.Time { return now }, func() { woken++ })
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
