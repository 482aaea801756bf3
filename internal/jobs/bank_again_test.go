package jobs

import (
	"sync/atomic"
	"testing"
	"time"
)

// A list that was carried forward under tomorrow's date before the day's session is not
// the last word, and neither is what the bank corrects by the next morning.
func TestRatesAreAskedForAgain(t *testing.T) {
	d := open(t)
	var lines atomic.Value
	lines.Store("USD 500 1;EUR 600 1")
	d.says(&lines)
	d.run("rates") // the 23rd at noon
	tomorrow := time.Date(2026, time.November, 24, 0, 0, 0, 0, time.UTC)
	step := func(day, hour, minute int, wanted bool, usd string) {
		t.Helper()
		d.set(time.Date(2026, time.November, day, hour, minute, 0, 0, almaty))
		d.asked("")
		d.run("rates")
		if got := len(d.asked("24.11.2026")) > 0; got != wanted {
			t.Errorf("%d November, %02d:%02d: asked is %v, want %v", day, hour, minute, got, wanted)
		}
		if got := d.usd(tomorrow); got != usd {
			t.Errorf("%d November, %02d:%02d: the dollar is %s, want %s", day, hour, minute, got, usd)
		}
	}
	step(23, 15, 31, true, "500") // today's under tomorrow's date
	step(23, 15, 35, false, "500")
	lines.Store("USD 503 1;EUR 600 1")
	step(23, 16, 10, true, "503")
	step(23, 16, 30, false, "503")
	lines.Store("USD 502.5 1;EUR 600 1") // a slip of the bank's, corrected in the night
	step(24, 8, 0, false, "503")
	step(24, 9, 1, true, "502.5")
	step(24, 9, 30, false, "502.5")
	d.calm()
}

// Over a weekend nothing new comes, and the bank is not asked for it all night.
func TestRepeatedRatesAreAskedForSeldom(t *testing.T) {
	d := open(t)
	var lines atomic.Value
	lines.Store("USD 500 1;EUR 600 1")
	d.says(&lines)
	d.set(time.Date(2026, time.November, 28, 12, 0, 0, 0, almaty)) // Saturday
	d.run("rates")
	d.asked("")
	for range 12 * 60 {
		d.run("rates")
		d.pass(time.Minute)
	}
	if n := len(d.asked("29.11.2026")); n < 5 || n > 12 {
		t.Errorf("asked %d times in an evening", n)
	}
}
