package store

import "time"

// YieldDays is how many days a source's yield is judged by, and for how long its days are kept.
const YieldDays = 30

// When a source that answers counts as silent.
const (
	quietAfter = 72 * time.Hour // at least, and
	quietGaps  = 10             // so many times the usual gap
	yieldLeast = 0.25           // articles a day that a source has to have brought once
)

// Yield is what a source brings.
type Yield struct {
	Daily float64 // articles a day over the last week
	Usual float64 // articles a day over the two weeks before the last one that came
	Quiet bool    // it used to bring them, and has brought nothing for long
}

// Health is how a source is, the worst first.
type Health int

// The kinds of health.
const (
	HealthFailing Health = iota // cannot be read, or has said that it is over
	HealthQuiet                 // answers, and brings nothing any more
	HealthPaused                // by an editor
	HealthUnread                // not read yet
	HealthGood
)

// HealthOf judges how a source is.
func HealthOf(src SourceStatus, yield Yield) Health {
	switch {
	case src.Paused && src.PauseReason == "":
		return HealthPaused
	case src.Paused || src.Failures > 0:
		return HealthFailing
	case yield.Quiet:
		return HealthQuiet
	case src.LastOKAt.IsZero():
		return HealthUnread
	}
	return HealthGood
}

// YieldOf judges a source by how many articles it brought on which day, see Store.Yields.
func YieldOf(src SourceStatus, days map[int64]int, now time.Time) Yield {
	const day, week, usual = 24 * time.Hour, 7, 14
	sum := func(from, to time.Time) (n int) {
		for at, added := range days {
			if t := time.UnixMilli(at); t.After(from) && !t.After(to) {
				n += added
			}
		}
		return n
	}
	y := Yield{Daily: float64(sum(now.Add(-week*day), now)) / week}
	brought := src.Rhythm.BroughtAt
	if brought.IsZero() {
		return y
	}
	// A source that is known for less than two weeks is judged by the days it is known
	// for, a week at least: one rich day is no habit.
	first := brought
	for at := range days {
		if t := time.UnixMilli(at); t.Before(first) && brought.Sub(t) < usual*day {
			first = t
		}
	}
	y.Usual = float64(sum(brought.Add(-usual*day), brought)) / max(week, float64(brought.Sub(first))/float64(day))
	if y.Usual >= yieldLeast && !src.Paused && src.Failures == 0 {
		gap := time.Duration(float64(day) / y.Usual)
		y.Quiet = now.Sub(brought) >= max(quietAfter, quietGaps*gap)
	}
	return y
}
