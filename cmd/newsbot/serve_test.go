package main

import "testing"

func TestSendersFollowTheRate(t *testing.T) {
	for rate, want := range map[float64]int{0.1: 32, 30: 32, 256: 32, 400: 50, 1000: 125, 2000: 128, 100_000: 128} {
		if got := sendersFor(rate); got != want {
			t.Errorf("%d senders at %g a second, want %d", got, rate, want)
		}
	}
}
