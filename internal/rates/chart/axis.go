package chart

import (
	"math"
	"time"
)

// mostSteps is how many intervals a value axis has at most.
const mostSteps = 6

// valueAxis finds round ticks around low and high: steps of 1, 2, 2.5 or 5
// times a power of ten. digits is how many of them stand after the point.
func valueAxis(low, high float64) (bottom, top float64, ticks []float64, digits int) {
	if spread := high - low; spread <= math.Abs(high)*1e-6 || spread == 0 {
		// A rate that does not move is a line in the middle, not noise blown up.
		room := math.Abs(high) / 100
		if room == 0 {
			room = 1
		}
		low, high = low-room, high+room
	}
	step, digits := roundStep((high - low) / mostSteps)
	for {
		// Counted in whole steps, so that no tick is 0.30000000000000004.
		first, last := math.Floor(low/step+1e-9), math.Ceil(high/step-1e-9)
		if last-first <= mostSteps {
			for n := first; n <= last; n++ {
				ticks = append(ticks, n*step)
			}
			return first * step, last * step, ticks, digits
		}
		step, digits = roundStep(step * 1.01)
	}
}

// roundStep is the smallest round step that is not below least, and how many
// digits after the point its multiples have.
func roundStep(least float64) (step float64, digits int) {
	exponent := math.Floor(math.Log10(least))
	for {
		for _, m := range []float64{1, 2, 2.5, 5} {
			if step = m * math.Pow(10, exponent); step >= least*(1-1e-9) {
				digits = int(-exponent)
				if m == 2.5 {
					digits++
				}
				return step, max(digits, 0)
			}
		}
		exponent++
	}
}

// tick is a label of the date axis.
type tick struct {
	date time.Time
	kind tickKind
}

type tickKind int

const (
	dayTick tickKind = iota
	monthTick
	yearTick
)

// mostDates is how many dates are named at most, however short their names are.
const mostDates = 7

// dateAxis picks the days that are named: as many as fit of every day, every
// Monday, the 1st and 15th, and so on up to years.
func dateAxis(from, to time.Time, fit func([]tick) bool) []tick {
	const day = 24 * time.Hour
	monday := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC) // any
	for _, rule := range []struct {
		kind  tickKind
		named func(time.Time) bool
	}{
		{dayTick, func(time.Time) bool { return true }},
		{dayTick, func(d time.Time) bool { return int(to.Sub(d)/day)%2 == 0 }},
		{dayTick, func(d time.Time) bool { return d.Weekday() == time.Monday }},
		{dayTick, func(d time.Time) bool { return d.Day() == 1 || d.Day() == 15 }},
		{dayTick, func(d time.Time) bool { return int(d.Sub(monday)/day)%14 == 0 }},
		{monthTick, func(d time.Time) bool { return d.Day() == 1 }},
		{monthTick, func(d time.Time) bool { return d.Day() == 1 && d.Month()%2 == 1 }},
		{monthTick, func(d time.Time) bool { return d.Day() == 1 && d.Month()%3 == 1 }},
		{monthTick, func(d time.Time) bool { return d.Day() == 1 && d.Month()%6 == 1 }},
		{monthTick, func(d time.Time) bool { return d.YearDay() == 1 }},
	} {
		var ticks []tick
		for d := from; !d.After(to) && len(ticks) <= mostDates; d = d.AddDate(0, 0, 1) {
			if !rule.named(d) {
				continue
			}
			t := tick{date: d, kind: rule.kind}
			if n := len(ticks); rule.kind == monthTick && (n == 0 || ticks[n-1].date.Year() != d.Year()) {
				t.kind = yearTick
			}
			ticks = append(ticks, t)
		}
		if len(ticks) <= mostDates && fit(ticks) {
			return ticks
		}
	}
	// Decades: the ends say enough.
	return []tick{{from, yearTick}, {to, yearTick}}
}
