package jobs

import (
	"testing"
	"time"

	"newsbot/internal/feed"
	"newsbot/internal/store"
)

func TestNextCheck(t *testing.T) {
	const least = 5 * time.Minute
	ago := func(d time.Duration) time.Time { return monday.Add(-d) }
	for _, c := range []struct {
		name  string
		r     store.Rhythm
		fresh time.Duration
		want  time.Duration
	}{
		{"nothing is known", store.Rhythm{BroughtAt: monday}, 0, least},
		{"it has just brought something", store.Rhythm{Gap: 24 * time.Hour, NewestAt: ago(time.Hour), BroughtAt: ago(time.Minute)}, 0, least},
		{"it publishes all the time", store.Rhythm{Gap: 10 * time.Minute, NewestAt: ago(time.Minute), BroughtAt: ago(time.Minute)}, 0, least},
		{"a wire at night", store.Rhythm{Gap: 10 * time.Minute, NewestAt: ago(8 * time.Hour), BroughtAt: ago(8 * time.Hour)}, 0, 20 * time.Minute},
		{"once an hour or two", store.Rhythm{Gap: 80 * time.Minute, NewestAt: ago(time.Hour), BroughtAt: ago(time.Hour)}, 0, 10 * time.Minute},
		{"once a week", store.Rhythm{Gap: 7 * 24 * time.Hour, NewestAt: ago(4 * 24 * time.Hour), BroughtAt: ago(4 * 24 * time.Hour)}, 0, 21 * time.Hour},
		{"once a week, known since an hour", store.Rhythm{Gap: 7 * 24 * time.Hour, NewestAt: ago(4 * 24 * time.Hour), BroughtAt: ago(time.Hour)}, 0, 15 * time.Minute},
		{"silent for years", store.Rhythm{NewestAt: ago(3000 * 24 * time.Hour), BroughtAt: ago(300 * 24 * time.Hour)}, 0, longestWait},
		{"without dates", store.Rhythm{BroughtAt: ago(48 * time.Hour)}, 0, 2 * time.Hour},
		{"the feed asks", store.Rhythm{Asked: 30 * time.Minute, BroughtAt: monday}, 0, 30 * time.Minute},
		{"the server asks", store.Rhythm{BroughtAt: monday}, 45 * time.Minute, 45 * time.Minute},
		{"the longer counts", store.Rhythm{Asked: 30 * time.Minute, BroughtAt: monday}, 20 * time.Minute, 30 * time.Minute},
		{"a week is asked for", store.Rhythm{Asked: 7 * 24 * time.Hour, BroughtAt: monday}, 0, longestWait},
		{"a day is asked for, with news every ten minutes", store.Rhythm{Gap: 10 * time.Minute, Asked: 24 * time.Hour, BroughtAt: monday}, 0, time.Hour},
		{"a day is asked for, with news every three hours", store.Rhythm{Gap: 3 * time.Hour, BroughtAt: monday}, 24 * time.Hour, 3 * time.Hour},
	} {
		if got := nextCheck(monday, least, c.r, c.fresh); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	if got := nextCheck(monday, 48*time.Hour, store.Rhythm{BroughtAt: monday}, 0); got != 48*time.Hour {
		t.Errorf("an interval beyond a day: %v", got)
	}
}

func TestRhythm(t *testing.T) {
	was := store.Rhythm{Gap: time.Hour, Asked: time.Minute, NewestAt: monday.Add(-time.Hour), BroughtAt: monday.Add(-time.Minute)}
	items := func(ages ...time.Duration) feed.Feed {
		f := feed.Feed{}
		for _, age := range ages {
			f.Items = append(f.Items, feed.Item{Published: monday.Add(-age)})
		}
		return f
	}
	with := func(f feed.Feed, ttl, period time.Duration) feed.Feed {
		f.TTL, f.Period = ttl, period
		return f
	}
	for _, c := range []struct {
		name   string
		result feed.Result
		want   store.Rhythm
	}{
		{"not modified", feed.Result{NotModified: true}, was},
		{"three items", feed.Result{Feed: items(time.Hour, 5*time.Hour, 9*time.Hour)},
			store.Rhythm{Gap: 3 * time.Hour, NewestAt: monday.Add(-time.Hour), BroughtAt: was.BroughtAt}},
		{"two items are no rhythm", feed.Result{Feed: items(time.Hour, 2*time.Hour)}, store.Rhythm{NewestAt: monday.Add(-time.Hour), BroughtAt: was.BroughtAt}},
		{"no dates", feed.Result{Feed: feed.Feed{Items: make([]feed.Item, 9)}}, store.Rhythm{NewestAt: was.NewestAt, BroughtAt: was.BroughtAt}},
		{"a period where nothing is measured", feed.Result{Feed: with(items(time.Hour), 10*time.Minute, 2*time.Hour)},
			store.Rhythm{Gap: 2 * time.Hour, Asked: 10 * time.Minute, NewestAt: monday.Add(-time.Hour), BroughtAt: was.BroughtAt}},
		{"items outweigh the period", feed.Result{Feed: with(items(time.Minute, 2*time.Minute, 9*time.Minute), 0, time.Hour)},
			store.Rhythm{Gap: 3 * time.Minute, NewestAt: monday.Add(-time.Minute), BroughtAt: was.BroughtAt}},
	} {
		if got := rhythm(was, c.result, monday); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestSettled(t *testing.T) {
	long := store.Move{Times: 3, Since: monday.Add(-2 * time.Hour)}
	for _, c := range []struct {
		name     string
		from, to string
		move     store.Move
		sameNews bool
		want     bool
	}{
		{"within the site", "http://site.kz/rss", "https://www.site.kz/feed/", long, false, true},
		{"a sister under the same name", "https://old.site.com.kz/rss", "https://site.com.kz/rss", long, false, true},
		{"two times only", "http://site.kz/rss", "https://site.kz/rss", store.Move{Times: 2, Since: monday.Add(-9 * time.Hour)}, true, false},
		{"within minutes", "http://site.kz/rss", "https://site.kz/rss", store.Move{Times: 9, Since: monday.Add(-time.Minute)}, true, false},
		{"another owner, other news", "https://site.kz/rss", "https://casino.example/rss", long, false, false},
		{"another owner, the same news", "https://inform.kz/rss", "https://qazinform.com/rss", long, true, true},
		{"only a common ending", "https://one.com.kz/rss", "https://two.com.kz/rss", long, false, false},
		{"addresses of numbers", "http://127.0.0.1:1/rss", "http://127.0.0.2:1/rss", long, false, false},
		{"one address of numbers", "http://127.0.0.1:1/rss", "http://127.0.0.1:2/feed", long, false, true},
		{"nowhere", "https://site.kz/rss", "", store.Move{Times: 9, Since: monday.Add(-9 * time.Hour)}, true, false},
	} {
		c.move.To = c.to
		if got := settled(c.move, c.from, c.sameNews, monday); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestNetwork(t *testing.T) {
	n := newNetwork()
	lost := func(host string, worked bool) bool { return n.unreached(host, worked, monday) }
	if lost("a", true) || lost("b", true) || lost("a", true) || lost("dead", false) || lost("deader", false) {
		t.Error("two hosts are no network")
	}
	if !lost("c", true) || !lost("dead", false) || !n.since().Equal(monday) {
		t.Error("three hosts that worked are lost, and the network is not down")
	}
	n.reached()
	if !n.since().IsZero() || lost("a", true) || lost("b", true) {
		t.Error("one has answered, and the network is still down")
	}
}
