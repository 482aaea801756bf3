package main

import (
	"errors"
	"testing"
	"time"
)

// A poll that fails now and then does not make the bot unready; one that has
// failed for two minutes does, until one succeeds.
func TestPollHealth(t *testing.T) {
	var p pollHealth
	bad := errors.New("502 Bad Gateway")
	now := time.Now()
	for _, step := range []struct {
		what  string
		event func()
		after time.Duration
		long  bool
	}{
		{"nothing is known yet", func() {}, time.Hour, false},
		{"just failed", func() { p.changed(bad) }, time.Second, false},
		{"fails for long", func() {}, 2*time.Minute + time.Second, true},
		{"fails in another way", func() { p.changed(errors.New("409")) }, 2*time.Minute + time.Second, true},
		{"answers again", func() { p.changed(nil) }, time.Hour, false},
		{"fails anew", func() { p.changed(bad) }, time.Minute, false},
		{"is another process's turn", p.over, time.Hour, false},
	} {
		step.event()
		if _, long := p.silent(now.Add(step.after)); long != step.long {
			t.Errorf("%s: unready %v, want %v", step.what, long, step.long)
		}
	}
}
