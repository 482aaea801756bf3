package digest

import (
	"time"

	"newsbot/internal/store"
)

// Next returns the first slot of d after a time, in the chat's zone; zero when
// d has no weekday. As RFC 5545 has it, a minute that the clocks skip is taken
// by the offset before the gap, and one that comes twice is the first of the two.
func Next(d store.Digest, zone *time.Location, after time.Time) time.Time {
	if d.Weekdays&0b1111111 == 0 {
		return time.Time{}
	}
	year, month, day := after.In(zone).Date()
	// From yesterday on, as a gap may push a slot over midnight; a week and a
	// day ahead, as today's slot may have passed.
	for i := -1; i <= 8; i++ {
		date := time.Date(year, month, day+i, 0, 0, 0, 0, time.UTC)
		weekday := (int(date.Weekday()) + 6) % 7 // Monday is 0
		if d.Weekdays&(1<<weekday) == 0 {
			continue
		}
		if slot := instant(date, d.Minute, zone); slot.After(after) {
			return slot
		}
	}
	return time.Time{}
}

// instant is when the clocks of zone show a minute of a date.
func instant(date time.Time, minute int, zone *time.Location) time.Time {
	wall := date.Add(time.Duration(minute) * time.Minute)
	// The offsets before and after any change that is near.
	_, before := wall.Add(-26 * time.Hour).In(zone).Zone()
	_, after := wall.Add(26 * time.Hour).In(zone).Zone()
	for _, offset := range []int{max(before, after), min(before, after)} { // the greater offset is the earlier instant
		t := wall.Add(-time.Duration(offset) * time.Second)
		if _, got := t.In(zone).Zone(); got == offset {
			return t
		}
	}
	return wall.Add(-time.Duration(before) * time.Second)
}
