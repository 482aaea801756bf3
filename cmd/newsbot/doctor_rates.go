package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"newsbot/internal/rates"
	"newsbot/internal/store"
)

// checkRates asks the bank for today's list, and says how asking it goes for the
// bot whose database this is.
func checkRates(ctx context.Context, s settings, now time.Time) []check {
	checks := []check{checkBank(ctx, s, "rates", rates.NewBank(s.reader(), s.board.Book, s.ratesURL), s.ratesURL, now)}
	if s.board.Fallback != nil {
		checks = append(checks, checkBank(ctx, s, "rates fallback", rates.NewBank(s.reader(), *s.board.Fallback, s.fallbackURL), s.fallbackURL, now))
	}
	return checks
}

func checkBank(ctx context.Context, s settings, name string, bank *rates.Bank, address string, now time.Time) check {
	c := check{name: name}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	issuer := bank.Book().Issuer()
	if address == "" {
		address = issuer.Address
	}
	before := bankBefore(ctx, s, issuer.ID)
	day, err := bank.Fetch(ctx, now.In(issuer.Zone()))
	switch {
	case errors.Is(err, rates.ErrNotPublished) && !issuer.EveryDay:
		c.good = "the bank answers; it has no list for today" + before
	case errors.Is(err, rates.ErrNotPublished):
		c.good = "the bank answers; it has not published today's list yet" + before
	case err != nil:
		c.err = fmt.Errorf("%s: %w%s", rates.TroubleOf(err), err, before)
		c.do = adviceOn(err, "look at "+address+" in a browser; the bot goes on with the last good rates and says how old they are")
		if rates.TroubleOf(err) == rates.NoBase {
			c.do = "set RATES_BASE to a currency of the bank's list"
		}
	default:
		c.good = fmt.Sprintf("%d currencies of %s for %s%s", len(day.Rates), bank.Book().Key(), day.Date.Format(time.DateOnly), before)
	}
	return c
}

// bankBefore says since when the bot on this database has had no list from a
// bank; nothing when it has, or when there is no database to tell.
func bankBefore(ctx context.Context, s settings, id string) string {
	if missingFile(s.databaseURL) != "" {
		return ""
	}
	db, err := store.Open(ctx, s.databaseURL)
	if err != nil {
		return "" // the database has its own line
	}
	defer db.Close()
	if current, target, pending, err := db.Version(ctx); err != nil || current != target || pending {
		return ""
	}
	state, err := db.BankState(ctx, id)
	if err != nil || state.FailingSince.IsZero() {
		return ""
	}
	return fmt.Sprintf("; for the bot it has failed since %s (%s)", state.FailingSince.In(s.zone).Format("2006-01-02 15:04"), state.Trouble)
}
