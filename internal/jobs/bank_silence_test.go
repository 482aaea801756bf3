package jobs

import (
	"testing"
	"time"

	"newsbot/internal/rates"
	"newsbot/internal/sandbox/newsroom"
)

// Since when the bank is silent is kept through restarts, and ends with its
// next answer, be it that there is no list yet.
func TestBankSilenceIsRemembered(t *testing.T) {
	d := open(t)
	state := func() (since time.Time, why rates.Trouble) {
		t.Helper()
		s, err := d.Store.BankState(t.Context(), rates.NBK)
		d.must(err)
		return s.FailingSince, s.Trouble
	}
	d.run("rates")
	if s, err := d.Store.BankState(t.Context(), rates.NBK); err != nil || !s.Answered.Equal(d.clock()) || !s.FailingSince.IsZero() {
		t.Fatalf("after a good answer: %+v, %v", s, err)
	}
	d.set(monday.AddDate(0, 0, 1))
	d.room.SetRatesMode(newsroom.RatesDown)
	down := d.clock()
	d.run("rates")
	d.pass(3 * time.Hour)
	d.room.SetRatesMode(newsroom.RatesHTML)
	d.run("rates")
	if since, why := state(); !since.Equal(down) || why != rates.NotAList {
		t.Errorf("failing since %v (%s), want %v", since, why, down)
	}
	again := openOn(t, d.Store) // as after a restart
	again.room.SetRatesMode(newsroom.RatesDown)
	again.set(d.clock().Add(time.Hour))
	again.run("rates")
	if since, why := state(); !since.Equal(down) || why != rates.Refused {
		t.Errorf("after a restart: failing since %v (%s), want %v", since, why, down)
	}
	again.room.SetRatesMode(newsroom.RatesEmpty)
	again.pass(time.Hour)
	again.run("rates")
	if since, why := state(); !since.IsZero() || why != "" {
		t.Errorf("an answer without a list is an answer: failing since %v (%s)", since, why)
	}
}
