package outbox

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// Where broadcasts are paid for, breaking news and digests keep to the rate that is
// free, replies wait for nobody, and neither holds up what is paid for.
func TestPacerFreeRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPacer(PacerOptions{Rate: 1000, FreeRate: 30, PerChat: -1, GroupPerMinute: -1})
		d := newDepartures()
		for i := range 90 {
			lane := LaneDigest
			if i%2 == 0 {
				lane = LaneBreaking
			}
			d.send(p, fmt.Sprint("free", i), lane, int64(i+1))
		}
		for i := range 500 {
			d.send(p, fmt.Sprint("paid", i), LaneBulk, int64(1000+i))
		}
		d.send(p, "reply", LaneReply, 5000)
		d.wg.Wait()
		for _, tt := range []struct {
			name     string
			min, max time.Duration
		}{{"free89", 2800 * time.Millisecond, 3 * time.Second}, {"paid499", 400 * time.Millisecond, 700 * time.Millisecond}, {"reply", 0, 20 * time.Millisecond}} {
			if at := d.at[tt.name]; at < tt.min || at > tt.max {
				t.Errorf("%s left after %s, want %s to %s", tt.name, at, tt.min, tt.max)
			}
		}
		// In no second more than Telegram takes.
		var times []time.Duration
		for name, at := range d.at {
			if name[:4] == "free" {
				times = append(times, at)
			}
		}
		for _, from := range times {
			n := 0
			for _, at := range times {
				if at >= from && at < from+time.Second {
					n++
				}
			}
			if n > 31 {
				t.Fatalf("%d in a second from %s", n, from)
			}
		}
	})
}

// Workers that wait for the slow turn of what is free are few: the others go on.
func TestQueueKeepsWorkersForWhatIsPaid(t *testing.T) {
	q := newQueue(100, 10)
	q.mostFree = 2
	var rows []Delivery
	for i := range 5 {
		rows = append(rows, Delivery{Key: fmt.Sprint("d", i), Lane: LaneDigest})
	}
	q.put(append(rows, Delivery{Key: "bulk", Lane: LaneBulk}), time.Now().Add(time.Minute))
	var first item
	for i, want := range []string{"d0", "d1", "bulk"} {
		it, ok := q.take()
		if !ok || it.Key != want {
			t.Fatalf("taken is %q, want %q", it.Key, want)
		}
		if i == 0 {
			first = it
		}
	}
	next := make(chan string)
	go func() {
		it, _ := q.take()
		next <- it.Key
	}()
	select {
	case key := <-next:
		t.Fatalf("%s is taken, too", key)
	case <-time.After(20 * time.Millisecond):
	}
	q.ended(first)
	if key := <-next; key != "d2" {
		t.Errorf("then %s is taken", key)
	}
}
