package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"newsbot/internal/rates"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

// Since when a bank fails is since the first question that went wrong, however
// often it is asked, and whatever goes wrong later.
func TestBankState(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute).UTC() }
		ok := func(minutes int) { t.Helper(); must(t, s.BankAnswered(ctx, at(minutes), rates.NBK)) }
		fail := func(minutes int, why rates.Trouble) {
			t.Helper()
			must(t, s.BankFailed(ctx, at(minutes), rates.NBK, why))
		}
		for _, step := range []struct {
			name string
			do   func()
			want store.BankState
		}{
			{"never asked", func() {}, store.BankState{}},
			{"fails from the first", func() { fail(0, rates.Certificate) }, store.BankState{Asked: at(0), FailingSince: at(0), Trouble: rates.Certificate}},
			{"answers", func() { ok(5) }, store.BankState{Asked: at(5), Answered: at(5)}},
			{"fails", func() { fail(10, rates.Unreachable) }, store.BankState{Asked: at(10), Answered: at(5), FailingSince: at(10), Trouble: rates.Unreachable}},
			{"still", func() { fail(20, rates.Refused) }, store.BankState{Asked: at(20), Answered: at(5), FailingSince: at(10), Trouble: rates.Refused}},
			{"after a restart", func() { s = open(); fail(30, rates.Unreachable) }, store.BankState{Asked: at(30), Answered: at(5), FailingSince: at(10), Trouble: rates.Unreachable}},
			{"is back", func() { ok(40) }, store.BankState{Asked: at(40), Answered: at(40)}},
			{"fails anew", func() { fail(50, rates.NotAList) }, store.BankState{Asked: at(50), Answered: at(40), FailingSince: at(50), Trouble: rates.NotAList}},
		} {
			step.do()
			got, err := s.BankState(ctx, rates.NBK)
			must(t, err)
			if diff := cmp.Diff(step.want, got); diff != "" {
				t.Errorf("%s: -want +got\n%s", step.name, diff)
			}
		}
		if other, err := s.BankState(ctx, rates.CBR); err != nil || other != (store.BankState{}) {
			t.Errorf("another bank: %+v, %v", other, err)
		}
	})
}
