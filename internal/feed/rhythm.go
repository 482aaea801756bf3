package feed

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// longestAsked bounds how long a feed may ask to be left alone.
const longestAsked = 365 * 24 * time.Hour

var (
	firstItem = regexp.MustCompile(`<(?:[A-Za-z]+:)?(?:item|entry)[\s>/]`)
	ttl       = regexp.MustCompile(`<ttl>\s*(\d{1,9})\s*</ttl>`)
	period    = regexp.MustCompile(`<[A-Za-z]+:updatePeriod>\s*([A-Za-z]+)\s*</`)
	frequency = regexp.MustCompile(`<[A-Za-z]+:updateFrequency>\s*(\d{1,9})\s*</`)
)

// periods are the words of RSS's syndication module.
var periods = map[string]time.Duration{
	"hourly": time.Hour, "daily": 24 * time.Hour, "weekly": 7 * 24 * time.Hour,
	"monthly": 30 * 24 * time.Hour, "yearly": 365 * 24 * time.Hour,
}

// asked reads from a feed's head for how long it may be kept (ttl, in minutes) and
// how often it says that it is updated (sy:updatePeriod, so many times a period).
// What it does not say is zero.
func asked(text string) (keep, every time.Duration) {
	head := text
	if at := firstItem.FindStringIndex(text); at != nil {
		head = text[:at[0]]
	}
	const enough = 64 << 10
	head = head[:min(len(head), enough)]
	if m := ttl.FindStringSubmatch(head); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			keep = min(time.Duration(n)*time.Minute, longestAsked)
		}
	}
	if m := period.FindStringSubmatch(head); m != nil {
		every = periods[strings.ToLower(m[1])]
		if f := frequency.FindStringSubmatch(head); f != nil {
			if n, err := strconv.Atoi(f[1]); err == nil && n > 0 {
				every /= time.Duration(n)
			}
		}
	}
	return keep, every
}

// rhythmItems is how many of the newest items the rhythm is measured by: what a
// source did a month ago says little of today.
const rhythmItems = 30

// Rhythm is how often a source publishes, measured from the dates of its items:
// the mean time between two of the newest ones that are dated, now being the end of
// the last gap. newest is the date of the newest item. Fewer than three dated items
// are no rhythm: gap is zero.
func (f Feed) Rhythm(now time.Time) (gap time.Duration, newest time.Time) {
	var dates []time.Time
	for _, i := range f.Items {
		if !i.Published.IsZero() && !i.Published.After(now) {
			dates = append(dates, i.Published)
		}
	}
	if len(dates) == 0 {
		return 0, time.Time{}
	}
	slices.SortFunc(dates, func(a, b time.Time) int { return b.Compare(a) })
	newest = dates[0]
	const fewest = 3
	if len(dates) < fewest {
		return 0, newest
	}
	dates = dates[:min(len(dates), rhythmItems)]
	return now.Sub(dates[len(dates)-1]) / time.Duration(len(dates)), newest
}
