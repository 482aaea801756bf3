package locale

import (
	"strings"
	"testing"
	"time"
)

func TestTakeDay(t *testing.T) {
	last := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"1 сәуір 2026": "2026-04-01", "2026 ж. 1 сәуір": "2026-04-01", "2026 жылғы 1 сәуір": "2026-04-01", "1 сауир": "2026-04-01", "usd 1 сәуірде": "2026-04-01 usd",
		"1 апреля": "2026-04-01", "1 апреля 2026 г.": "2026-04-01", "1 апреля 2026 года eur": "2026-04-01 eur", "1-го апреля": "2026-04-01", "usd на 1 апреля": "2026-04-01 usd",
		"April 1, 2026": "2026-04-01", "April 1": "2026-04-01", "1st of April 2026": "2026-04-01", "usd on April 1, 2025 eur": "2025-04-01 usd eur", "2026 April 1": "2026-04-01",
		"1\u00a0апреля 2026\u00a0г.": "2026-04-01", "25 ноября": "2025-11-25", "24 ноября": "2026-11-24", "31 дек": "2025-12-31",
		"31 апреля": "no", "29 февраля 2025": "no", "29 февраля 2024": "2024-02-29", "February 30": "no",
		"апрель": "-", "апрель 2026": "-", "1 usd": "-", "45 апреля": "-", "": "-", "май 100": "-",
	} {
		day, rest, ok := TakeDay(text)
		got := "-"
		if date, known := day.Until(last); ok && known {
			got = strings.TrimSpace(date.Format(time.DateOnly) + " " + rest)
		} else if ok {
			got = "no"
		}
		if !ok && rest != text {
			t.Errorf("%q: no day, and %q is left", text, rest)
		}
		if got != want {
			t.Errorf("%q: %q (%+v), want %q", text, got, day, want)
		}
	}
	// What a printer writes is read.
	for _, l := range All() {
		for month := range 12 {
			at := time.Date(2026, time.Month(month+1), 21, 12, 0, 0, 0, time.UTC)
			p := New(l, nil)
			for _, text := range []string{p.Date(at), p.DayMonth(at), p.OnDayMonth(at), p.DayMonthShort(at)} {
				day, rest, ok := TakeDay("eur " + text + " usd")
				if !ok || day.Month != at.Month() || day.Day != 21 || day.Year != 0 && day.Year != 2026 || rest != "eur usd" {
					t.Errorf("%s: %q: %+v, %q", l, text, day, rest)
				}
			}
		}
	}
}

func FuzzTakeDay(f *testing.F) {
	f.Add("usd 2026 ж. 1 сәуір eur")
	f.Fuzz(func(t *testing.T, text string) {
		day, rest, ok := TakeDay(text)
		if ok && (day.Day < 1 || day.Day > 31 || day.Month < 1 || day.Month > 12 || len(rest) > len(text)) {
			t.Errorf("%q: %+v, %q", text, day, rest)
		}
	})
}
