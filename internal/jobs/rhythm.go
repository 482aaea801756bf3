package jobs

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/net/publicsuffix"

	"newsbot/internal/feed"
	"newsbot/internal/fetch"
	"newsbot/internal/store"
)

const (
	// gapShare and silenceShare say how many times a source is asked in the time
	// between two of its items, and in the time that it has been silent. Silence
	// weighs less: every source is silent at night, and wakes.
	gapShare, silenceShare = 8, 24
	// quietShare bounds both by our own experience: a source is left alone for at
	// most a quarter of the time for which it has brought us nothing. News comes in
	// bursts, so what has just brought some is asked again soon.
	quietShare = 4
	// believed is how long a feed or server may keep us away whatever it publishes.
	// What asks for more is believed as far as its items agree: lifetimes of a day on
	// feeds with news every ten minutes are somebody's default.
	believed = time.Hour
)

// rhythm is what a reading tells of how often its source wants to be asked. A
// reading that brought nothing leaves it as it was.
func rhythm(was store.Rhythm, result feed.Result, now time.Time) store.Rhythm {
	if result.NotModified {
		return was
	}
	gap, newest := result.Feed.Rhythm(now)
	r := store.Rhythm{Gap: gap, NewestAt: newest, BroughtAt: was.BroughtAt, Asked: result.Feed.TTL}
	if newest.IsZero() {
		r.NewestAt = was.NewestAt
	}
	// A period is a gap that is declared. What is measured outweighs it: WordPress
	// writes "hourly" into every feed, whatever the newsroom does.
	if r.Gap == 0 {
		r.Gap = result.Feed.Period
	}
	return r
}

// nextCheck is how long a source that was read well is left alone: as long as it
// asks for and as it is known to be silent, between least and a day. fresh is what
// the server said with its answer.
func nextCheck(now time.Time, least time.Duration, r store.Rhythm, fresh time.Duration) time.Duration {
	asked := max(r.Asked, fresh)
	if r.Gap > 0 {
		asked = min(asked, max(believed, r.Gap))
	}
	pace := r.Gap / gapShare
	newest := r.NewestAt
	if newest.IsZero() { // a source without dates
		newest = r.BroughtAt
	}
	pace = max(pace, now.Sub(newest)/silenceShare)
	pace = min(pace, now.Sub(r.BroughtAt)/quietShare)
	return min(max(least, asked, pace), max(least, longestWait))
}

// backoff is how long a failing source rests: what it asked for, or twice as
// long after each failure, between the poll interval and a day.
func (j *Jobs) backoff(failures int, err error) time.Duration {
	wait := doubled(j.PollInterval, failures, longestWait)
	var status *fetch.StatusError
	if errors.As(err, &status) && status.RetryAfter > wait {
		wait = status.RetryAfter
	}
	if status != nil && status.Code == http.StatusGone {
		wait = longestWait
	}
	return jitter(min(wait, longestWait))
}

// A move is remembered after it has led so many good readings in a row to the same
// place, over so long: one 301 may be a slip, or a page for the time of repairs.
const (
	moveTimes = 3
	moveAfter = time.Hour
)

// nextMove adds what a good reading says of where its source is.
func nextMove(was store.Move, to string, now time.Time) store.Move {
	switch {
	case to == "":
		return store.Move{}
	case to != was.To:
		return store.Move{To: to, Times: 1, Since: now}
	default:
		was.Times++
		return was
	}
}

// settled says whether a move is to be remembered. A feed was read at its end, so
// it is no login or consent page. To a site of another owner it has to list what
// this source is known by as well: names that were sold redirect, too.
func settled(m store.Move, from string, sameNews bool, now time.Time) bool {
	if m.To == "" || m.Times < moveTimes || now.Sub(m.Since) < moveAfter {
		return false
	}
	return sameNews || sameOwner(from, m.To)
}

// sameOwner says whether two addresses are under one registered name.
func sameOwner(a, b string) bool {
	from, err := url.Parse(a)
	if err != nil {
		return false
	}
	to, err := url.Parse(b)
	if err != nil {
		return false
	}
	if from.Hostname() == to.Hostname() {
		return true
	}
	name, err := publicsuffix.EffectiveTLDPlusOne(from.Hostname())
	if err != nil {
		return false // an address of numbers, or a name that is nobody's
	}
	other, err := publicsuffix.EffectiveTLDPlusOne(to.Hostname())
	return err == nil && name == other
}
