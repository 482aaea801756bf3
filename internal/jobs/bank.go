package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"newsbot/internal/rates"
	"newsbot/internal/store"
)

// Bank is where the lists of a book come from.
type Bank interface {
	// Book says whose rates they are, and in which currency.
	Book() rates.Book
	// Fetch reads the list for a civil day; rates.ErrNotPublished when there is none (yet).
	Fetch(ctx context.Context, date time.Time) (rates.Day, error)
}

const (
	// recentDays is how far back the first run reads at once, so that a change
	// since the last different published day can be shown across any holidays.
	recentDays = 12
	// ratesPause keeps requests to the bank apart.
	ratesPause = 300 * time.Millisecond
)

// teller asks one bank for its lists. What it remembers between runs is lost at
// a restart, which costs a few requests and nothing else.
type teller struct {
	*Jobs
	bank   Bank
	issuer rates.Issuer
	zone   *time.Location // the bank's
	store  store.Rates
	// loud says that RatesHeld hears of a list that is held because it jumps.
	loud bool

	mu       sync.Mutex             // one question at a time; guards what is below
	days     map[time.Time]dayState // by date: those that are not asked for before some time
	held     map[time.Time]heldDay  // by date: those whose list jumps
	lacks    map[time.Time][]string // by date: the currencies that its list was said to lack
	leftOut  map[time.Time][]string // by date: the currencies that are not believed
	failures int                    // in a row, whatever the date
	rest     time.Time              // the bank is not asked before
}

func newTeller(t *Jobs, bank Bank) *teller {
	issuer := bank.Book().Issuer()
	return &teller{
		Jobs: t, bank: bank, issuer: issuer, zone: issuer.Zone(), store: t.Store.Rates(bank.Book()),
		days: map[time.Time]dayState{}, held: map[time.Time]heldDay{},
		lacks: map[time.Time][]string{}, leftOut: map[time.Time][]string{},
	}
}

// dayState is how asking for one date went.
type dayState struct {
	next     time.Time // it is not asked for before
	failures int
	none     bool // the bank had no list for it
}

// The longest waits; one that is longer was begun by a clock that has since been moved.
const (
	longestRest = 15 * time.Minute // of a bank in trouble
	longestDay  = time.Hour        // of a date whose list cannot be had
	noListWait  = 23 * time.Hour   // of a past date without a list: it stays one
)

// waits says whether a wait of at most longest, jitter included, is not over.
func waits(until, now time.Time, longest time.Duration) bool {
	return now.Before(until) && until.Sub(now) <= longest+longest/10
}

// rates fetches the official lists that are wanted and not stored yet: today's,
// tomorrow's once it can be out, and a few days back.
func (t *teller) rates(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.Now()
	today := t.today(now)
	have, err := t.settled(ctx, now, today, recentDays)
	if err != nil {
		return err
	}
	if waits(t.rest, now, longestRest) {
		return nil
	}
	if err := t.askForLacking(ctx, have, today); err != nil {
		return err
	}
	if err := t.askAgain(ctx, now, have, today); err != nil {
		return err
	}
	wanted := []time.Time{today}
	if t.minute(now) >= t.issuer.NextFrom {
		wanted = append(wanted, today.AddDate(0, 0, 1))
	}
	for back := 1; back <= recentDays; back++ {
		wanted = append(wanted, today.AddDate(0, 0, -back))
	}
	// A date whose list is broken must not keep the others from their turn.
	slices.SortStableFunc(wanted, func(a, b time.Time) int {
		return cmp.Compare(t.days[a].failures, t.days[b].failures)
	})
	for _, date := range wanted {
		if have[date] || waits(t.days[date].next, now, noListWait) {
			continue
		}
		if _, err := t.fetch(ctx, now, date, today); err != nil {
			return err
		}
		if t.failures > 0 {
			return nil // the bank is in trouble: one request a try, not fourteen
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(t.pause):
		}
	}
	return nil
}

// attr names the book in the log.
func (t *teller) attr() slog.Attr { return slog.String("book", t.bank.Book().Key()) }

// today is the bank's civil day, as midnight UTC.
func (t *teller) today(now time.Time) time.Time {
	local := now.In(t.zone)
	return time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
}

// minute is the minute of the bank's day.
func (t *teller) minute(now time.Time) int {
	local := now.In(t.zone)
	return local.Hour()*60 + local.Minute()
}

// settled are the dates since back days ago that need not be asked for. What is
// remembered of dates that are too old is dropped.
func (t *teller) settled(ctx context.Context, now, today time.Time, back int) (map[time.Time]bool, error) {
	// Less the hours by which the bank's days begin before those of the store.
	known, err := t.store.Settled(ctx, now, today.AddDate(0, 0, -back), today.AddDate(0, 0, 1), (settledAfter+1)*24*time.Hour-6*time.Hour)
	if err != nil {
		return nil, fmt.Errorf("find stored rates: %w", err)
	}
	have := map[time.Time]bool{}
	for _, d := range known {
		have[d] = true
	}
	oldest := today.AddDate(0, 0, -historyDays)
	maps.DeleteFunc(t.days, func(d time.Time, _ dayState) bool { return d.Before(oldest) })
	maps.DeleteFunc(t.held, func(d time.Time, _ heldDay) bool { return d.Before(oldest) })
	for _, codes := range []map[time.Time][]string{t.lacks, t.leftOut} {
		maps.DeleteFunc(codes, func(d time.Time, _ []string) bool { return d.Before(oldest) })
	}
	return have, nil
}

// fetch asks for one date's list and plans the next try; stored says
// whether it is there now. It returns an error only when the store fails; the
// last good values stay in any case.
func (t *teller) fetch(ctx context.Context, now, date, today time.Time) (stored bool, err error) {
	day, err := t.bank.Fetch(ctx, date)
	switch {
	case ctx.Err() != nil:
		return false, nil
	case errors.Is(err, rates.ErrNotPublished):
		if err := t.answered(ctx, now, date, today); err != nil {
			return false, err
		}
		// The change over a day is known only when it is known to have no list; of
		// today that is so once the next one is due.
		if date.Before(today) || date.Equal(today) && t.minute(now) >= t.issuer.NextFrom {
			if err := t.store.SaveNone(ctx, now, date); err != nil {
				return false, err
			}
		}
		wait := t.usualWait(now)
		if date.Before(today) {
			wait = noListWait
		}
		t.days[date] = dayState{next: now.Add(jitter(wait)), none: true}
		return false, nil
	case err != nil:
		why := rates.TroubleOf(err)
		// That the bank lacks a list of long ago is no silence.
		if !date.Before(today.AddDate(0, 0, -recentDays)) {
			if err := t.Store.BankFailed(ctx, now, t.issuer.ID, why); err != nil {
				return false, err
			}
		}
		t.failures++
		d := dayState{failures: t.days[date].failures + 1}
		longest := longestDay
		if date.Before(today.AddDate(0, 0, -recentDays)) {
			longest = noListWait // nobody waits for it
		}
		d.next = now.Add(doubled(time.Minute, d.failures, longest))
		t.days[date] = d
		t.rest = now.Add(doubled(time.Minute, t.failures, longestRest))
		level := slog.LevelWarn
		if t.failures > 1 { // said once; from then on it is known
			level = slog.LevelDebug
		}
		t.Log.Log(ctx, level, "rates failed, the last good ones are kept", t.attr(), slog.String("date", date.Format(time.DateOnly)),
			slog.String("trouble", string(why)), slog.Int("failures", t.failures), slog.Time("next_try", t.rest), slog.Any("error", err))
		return false, nil
	}
	if err := t.answered(ctx, now, date, today); err != nil {
		return false, err
	}
	if day, err = t.gate(ctx, now, day); err != nil || len(day.Rates) == 0 {
		return false, err
	}
	delete(t.days, date)
	if err := t.store.Save(ctx, now, day); err != nil {
		return false, fmt.Errorf("save rates of %s: %w", date.Format(time.DateOnly), err)
	}
	t.askBefore(date)
	news, err := t.planLacking(ctx, now, date, today)
	if err != nil {
		return false, err
	}
	if _, waits := t.days[date]; date.After(today) && !waits { // what it lacks is asked for sooner
		repeats, err := t.store.Repeats(ctx, date)
		if err != nil {
			return false, err
		}
		if repeats {
			t.days[date] = dayState{next: now.Add(jitter(max(t.usualWait(now), repeatedWait)))}
		}
	}
	level := slog.LevelInfo
	if !news || date.Before(today.AddDate(0, 0, -recentDays)) {
		level = slog.LevelDebug // the same again, or one of hundreds
	}
	t.Log.Log(ctx, level, "rates stored", t.attr(), slog.String("date", date.Format(time.DateOnly)), slog.Int("currencies", len(day.Rates)))
	return true, nil
}

// answered remembers that the bank answered when it was asked for a date,
// and ends a trouble: what waited because of it need not wait longer.
func (t *teller) answered(ctx context.Context, now, date, today time.Time) error {
	// The hundreds of old lists say no more than the recent ones before them.
	if recent := !date.Before(today.AddDate(0, 0, -recentDays)); recent || t.failures > 0 {
		if err := t.Store.BankAnswered(ctx, now, t.issuer.ID); err != nil {
			return err
		}
	}
	if t.failures == 0 {
		return nil
	}
	t.Log.Info("rates are back", t.attr(), slog.Int("failures", t.failures))
	t.failures, t.rest = 0, time.Time{}
	for date, d := range t.days {
		if d.failures > 0 {
			d.next = time.Time{}
			t.days[date] = d
		}
	}
	return nil
}

// doubled is first after one failure and twice as long after each more, up to longest.
func doubled(first time.Duration, failures int, longest time.Duration) time.Duration {
	wait := first << min(max(failures-1, 0), 16)
	if wait <= 0 || wait > longest {
		return longest
	}
	return wait
}
