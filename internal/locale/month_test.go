package locale

import (
	"strings"
	"testing"
	"time"
)

func TestShortMonths(t *testing.T) {
	almaty := time.FixedZone("Almaty", 5*3600)
	evening := time.Date(2026, 2, 28, 20, 30, 0, 0, time.UTC) // 1 March in Almaty
	for _, tt := range []struct {
		lang               Language
		day, month, inYear string
	}{
		{KK, "1 нау.", "нау.", "2026 нау."},
		{RU, "1 мар.", "март", "март 2026"},
		{EN, "Mar 1", "Mar", "Mar 2026"},
	} {
		p := New(tt.lang, almaty)
		for want, got := range map[string]string{tt.day: p.DayMonthShort(evening), tt.month: p.MonthShort(evening), tt.inYear: p.MonthYearShort(evening)} {
			if got = strings.ReplaceAll(got, nbsp, " "); got != want {
				t.Errorf("%s: got %q, want %q", tt.lang, got, want)
			}
		}
	}
}

// In Kazakh what happened on a day has the day in the locative.
func TestOnDayMonth(t *testing.T) {
	want := []string{"1 қаңтарда", "1 ақпанда", "1 наурызда", "1 сәуірде", "1 мамырда", "1 маусымда", "1 шілдеде", "1 тамызда", "1 қыркүйекте", "1 қазанда", "1 қарашада", "1 желтоқсанда"}
	for i, w := range want {
		day := time.Date(2026, time.Month(1+i), 1, 12, 0, 0, 0, time.UTC)
		if got := strings.ReplaceAll(New(KK, nil).OnDayMonth(day), nbsp, " "); got != w {
			t.Errorf("got %q, want %q", got, w)
		}
	}
	day := time.Date(2026, time.November, 27, 20, 0, 0, 0, time.UTC)
	for lang, w := range map[Language]string{KK: "28 қарашада", RU: "28 ноября", EN: "November 28"} {
		if got := strings.ReplaceAll(New(lang, time.FixedZone("Almaty", 5*3600)).OnDayMonth(day), nbsp, " "); got != w {
			t.Errorf("%s: got %q, want %q", lang, got, w)
		}
	}
}
