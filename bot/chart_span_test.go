package bot

import (
	"testing"
	"time"

	"newsbot/internal/locale"
)

// A picture's title says how many days there are rates for, and its file is
// another when that changes.
func TestChartSpan(t *testing.T) {
	last := time.Date(2026, 4, 7, 0, 0, 0, 0, time.UTC)
	from := last.AddDate(0, 0, -365)
	for first, want := range map[time.Time]int{
		from:                   365,
		from.AddDate(0, 0, 5):  365, // a holiday
		from.AddDate(0, 0, 6):  359,
		last.AddDate(0, 0, -9): 9,
	} {
		h := history{code: "USD", nominal: 1, days: []dayRate{{date: first}, {date: last}}}
		if got := (chartQuery{days: 365}).span(h, from); got != want {
			t.Errorf("since %s: %d days, want %d", first.Format(time.DateOnly), got, want)
		}
	}
	lines, p := []history{{code: "USD", nominal: 1, days: []dayRate{{date: from.AddDate(0, 0, 6)}, {date: last}}}}, locale.New(locale.RU, nil)
	if q := (chartQuery{days: 365}); q.key(p, "nbk", lines, from) == q.key(p, "nbk", lines, from.AddDate(0, 0, 6)) {
		t.Error("a picture of 359 days is taken for one of 365")
	}
}
