package store_test

import (
	"testing"
	"time"

	"newsbot/internal/store"
)

func TestYieldOf(t *testing.T) {
	days := func(perDay int, from, to int) map[int64]int {
		out := map[int64]int{}
		for i := from; i <= to; i++ {
			out[noon.UTC().Truncate(24*time.Hour).AddDate(0, 0, -i).UnixMilli()] = perDay
		}
		return out
	}
	brought := func(ago time.Duration) store.SourceStatus {
		return store.SourceStatus{Rhythm: store.Rhythm{BroughtAt: noon.Add(-ago)}}
	}
	const day = 24 * time.Hour
	failing, paused := brought(9*day), brought(9*day)
	failing.Failures, paused.Paused = 1, true
	for _, c := range []struct {
		name  string
		src   store.SourceStatus
		days  map[int64]int
		quiet bool
	}{
		{"a wire", brought(time.Hour), days(70, 0, 20), false},
		{"a wire over a long weekend", brought(2*day + 12*time.Hour), days(70, 3, 20), false},
		{"a wire that stopped", brought(4 * day), days(70, 4, 20), true},
		{"once in two days, silent for a week", brought(7 * day), map[int64]int{noon.Truncate(day).AddDate(0, 0, -7).UnixMilli(): 7}, false},
		{"never brought anything", store.SourceStatus{}, nil, false},
		{"too little to miss", brought(20 * day), map[int64]int{noon.Truncate(day).AddDate(0, 0, -20).UnixMilli(): 1, noon.Truncate(day).AddDate(0, 0, -29).UnixMilli(): 1}, false},
		{"fails", failing, days(70, 9, 20), false},
		{"paused", paused, days(70, 9, 20), false},
	} {
		if y := store.YieldOf(c.src, c.days, noon); y.Quiet != c.quiet {
			t.Errorf("%s: %+v", c.name, y)
		}
	}
	if y := store.YieldOf(brought(0), days(14, 0, 20), noon); y.Daily != 14 || y.Usual < 13 || y.Usual > 16 {
		t.Errorf("14 a day: %+v", y)
	}
}

func TestHealthOf(t *testing.T) {
	read := store.SourceStatus{LastOKAt: noon}
	with := func(change func(*store.SourceStatus)) store.SourceStatus {
		src := read
		change(&src)
		return src
	}
	for _, c := range []struct {
		name  string
		src   store.SourceStatus
		yield store.Yield
		want  store.Health
	}{
		{"read", read, store.Yield{}, store.HealthGood},
		{"not read yet", store.SourceStatus{}, store.Yield{}, store.HealthUnread},
		{"fails, and was quiet before", with(func(s *store.SourceStatus) { s.Failures = 1 }), store.Yield{Quiet: true}, store.HealthFailing},
		{"fails from the first", store.SourceStatus{Failures: 1}, store.Yield{}, store.HealthFailing},
		{"quiet", read, store.Yield{Quiet: true}, store.HealthQuiet},
		{"paused while it failed", with(func(s *store.SourceStatus) { s.Paused, s.Failures = true, 3 }), store.Yield{}, store.HealthPaused},
		{"paused by itself", with(func(s *store.SourceStatus) { s.Paused, s.PauseReason = true, "gone" }), store.Yield{}, store.HealthFailing},
	} {
		if got := store.HealthOf(c.src, c.yield); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
