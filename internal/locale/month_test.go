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
