package jobs

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"newsbot/internal/feed"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
)

// hears makes the desk's jobs tell one editor, and returns what was told.
func (d *desk) hears() *[]SourceNews {
	heard := &[]SourceNews{}
	d.SourceNews = func(_ context.Context, news SourceNews) (map[int64]outbox.Message, error) {
		*heard = append(*heard, news)
		return map[int64]outbox.Message{7: {Text: "sources"}}, nil
	}
	_, _, err := d.Store.TouchChat(d.Context(), d.clock(), store.Chat{ID: 7, Kind: "private", Language: "ru", Zone: "Asia/Almaty", Active: true})
	d.must(err)
	return heard
}

func ids(list []store.SourceStatus) (out []string) {
	for _, s := range list {
		out = append(out, s.ID)
	}
	return out
}

// fail records failed polls of a source over some hours, the last of them now.
func (d *desk) fail(id string, over time.Duration, times int, reason feed.Reason) {
	d.Helper()
	for i := range times {
		at := d.clock().Add(-over + time.Duration(i)*over/time.Duration(times))
		_, err := d.Store.RecordPoll(d.Context(), at, store.Poll{SourceID: id, Err: "failed", Reason: reason, NextPollAt: d.clock().Add(time.Hour), Pause: reason == feed.ReasonGone})
		d.must(err)
	}
}

// Editors hear of a source that fails once, and once when it is back; of several
// in one message; and of nothing that is over soon.
func TestEditorsHearOnce(t *testing.T) {
	d := open(t)
	heard := d.hears()
	d.fail("kurier", 7*time.Hour, 5, feed.ReasonRefused)
	d.fail("ledger", 8*time.Hour, 9, feed.ReasonPage)
	d.fail("dala", time.Minute, 1, feed.ReasonGone)       // it says itself that it is over
	d.fail("shugyla", time.Hour, 9, feed.ReasonNoAnswer)  // not for long
	d.fail("semrek", 9*time.Hour, 2, feed.ReasonNoAnswer) // not often
	d.run("health")
	if len(*heard) != 1 || !slices.Equal(ids((*heard)[0].Failing), []string{"dala", "kurier", "ledger"}) || len((*heard)[0].Back) != 0 {
		t.Fatalf("heard %+v", *heard)
	}
	if (*heard)[0].Failing[1].Reason != feed.ReasonRefused || d.woken.Load() != 1 {
		t.Errorf("reason %q, woken %d times", (*heard)[0].Failing[1].Reason, d.woken.Load())
	}
	for range 12 { // two hours
		d.pass(10 * time.Minute)
		d.run("health")
	}
	if len(*heard) != 1 {
		t.Errorf("heard again: %+v", (*heard)[1:])
	}
	_, err := d.Store.RecordPoll(t.Context(), d.clock(), store.Poll{SourceID: "ledger", NextPollAt: d.clock()})
	d.must(err)
	d.run("health", "health")
	if len(*heard) != 2 || !slices.Equal(ids((*heard)[1].Back), []string{"ledger"}) || len((*heard)[1].Failing) != 0 {
		t.Fatalf("heard %+v", (*heard)[1:])
	}
	// What comes within the hour waits for its end.
	d.fail("semrek", 9*time.Hour, 5, feed.ReasonServer)
	d.run("health")
	if len(*heard) != 2 {
		t.Error("two notices within an hour")
	}
	d.pass(time.Hour)
	d.run("health")
	if len(*heard) != 3 || !slices.Contains(ids((*heard)[2].Failing), "semrek") {
		t.Errorf("heard %+v", (*heard)[2:])
	}
	waiting, err := d.Store.Waiting(t.Context(), d.clock())
	d.must(err)
	if n := waiting[outbox.LaneReply]; n != 3 {
		t.Errorf("%d messages wait, want 3", n)
	}
}

// While nobody is there to hear it, nothing counts as told.
func TestNobodyHears(t *testing.T) {
	d := open(t)
	heard := d.hears()
	there := d.SourceNews
	d.SourceNews = func(context.Context, SourceNews) (map[int64]outbox.Message, error) { return nil, nil }
	d.fail("kurier", 7*time.Hour, 5, feed.ReasonRefused)
	d.run("health")
	d.SourceNews = there
	d.run("health")
	if len(*heard) != 1 {
		t.Errorf("heard %d times", len(*heard))
	}
}

func TestNetworkNotices(t *testing.T) {
	d := open(t)
	heard := d.hears()
	d.fail("kurier", 7*time.Hour, 5, feed.ReasonNoAnswer)
	start := d.clock()
	d.network.reached()
	for i := range lostHosts {
		d.network.unreached(fmt.Sprint(i), true, start)
	}
	d.run("health") // too early for the network, too dark for the sources
	if len(*heard) != 0 {
		t.Fatalf("heard %+v", *heard)
	}
	for range 3 {
		d.pass(20 * time.Minute)
		d.run("health")
	}
	if len(*heard) != 1 || !(*heard)[0].NetworkSince.Equal(start) {
		t.Fatalf("heard %+v", *heard)
	}
	d.network = newNetwork() // a restart knows nothing
	d.run("health")
	if len(*heard) != 2 || len((*heard)[1].Failing) != 1 {
		t.Fatalf("after the restart: %+v", (*heard)[1:])
	}
	d.network.reached()
	d.run("health", "health")
	if len(*heard) != 3 || !(*heard)[2].NetworkBack.Equal(start.Truncate(time.Millisecond)) {
		t.Errorf("heard %+v", (*heard)[2:])
	}
}
