package outbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// leave lets n messages of the lane queue up for the chats and returns when each left, counted from the start.
type departures struct {
	mu    sync.Mutex
	wg    sync.WaitGroup
	start time.Time
	at    map[string]time.Duration
	order []string
}

func newDepartures() *departures {
	return &departures{start: time.Now(), at: map[string]time.Duration{}}
}

// send queues one message and returns once it waits or has left.
func (d *departures) send(p *Pacer, name string, lane Lane, chat int64) {
	d.wg.Go(func() {
		if err := p.Wait(context.Background(), lane, chat); err != nil {
			return
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		d.at[name] = time.Since(d.start)
		d.order = append(d.order, name)
	})
	synctest.Wait()
}

func TestPacerRate(t *testing.T) {
	for _, tt := range []struct {
		rate, burst float64
		n           int
		min, max    time.Duration
	}{
		{rate: 30, n: 300, min: 9800 * time.Millisecond, max: 10 * time.Second},
		{rate: 1000, n: 3000, min: 2800 * time.Millisecond, max: 3 * time.Second},
		{rate: 0.5, n: 5, min: 8 * time.Second, max: 8 * time.Second},
		{rate: 0, n: 1000},
	} {
		t.Run(fmt.Sprint(tt.rate), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := NewPacer(PacerOptions{Rate: tt.rate})
				var mu sync.Mutex
				var left []time.Time
				start := time.Now()
				var wg sync.WaitGroup
				for i := range tt.n {
					wg.Go(func() {
						if err := p.Wait(t.Context(), LaneBulk, int64(i+1)); err != nil {
							t.Error(err)
						}
						mu.Lock()
						defer mu.Unlock()
						left = append(left, time.Now())
					})
				}
				wg.Wait()
				if took := time.Since(start); took < tt.min || took > tt.max {
					t.Errorf("%d took %v", tt.n, took)
				}
				// In no second more than the rate and a little.
				slices.SortFunc(left, time.Time.Compare)
				if n := mostInASecond(tt.rate); tt.rate > 0 {
					for i := n; i < len(left); i++ {
						if span := left[i].Sub(left[i-n]); span < time.Second {
							t.Fatalf("%d left within %v", n+1, span)
						}
					}
				}
			})
		})
	}
}

// Timers fire late on a busy machine: what was to leave meanwhile is made up for.
func TestPacerMakesUpForLateness(t *testing.T) {
	const rate, n, late = 30, 600, 10 * time.Millisecond
	var c pace
	start := time.Now()
	now := start
	for range n {
		now = later(now, c.ready(time.Second/rate, rate/10, time.Second, 1).Add(late))
		c.use(now, time.Second/rate, mostInASecond(rate))
	}
	if took, most := now.Sub(start), n*time.Second/rate+late; took > most {
		t.Errorf("%d took %s, at %d a second they take %s", n, took, rate, most)
	}
}

// After a lull few leave at once, however short or long it was: on their way they
// come on top of the rate. Lateness is made up for all the same.
func TestPacerAfterALull(t *testing.T) {
	trickle := func(every time.Duration) func(t *testing.T, p *Pacer) {
		return func(t *testing.T, p *Pacer) {
			for i := range int64(100) {
				if err := p.Wait(t.Context(), LaneReply, -1-i); err != nil {
					t.Fatal(err)
				}
				time.Sleep(every)
			}
		}
	}
	rest := func(d time.Duration) func(*testing.T, *Pacer) {
		return func(t *testing.T, p *Pacer) { crowd(t, p, 1_000_000); time.Sleep(d) }
	}
	for name, before := range map[string]func(t *testing.T, p *Pacer){
		"start": func(*testing.T, *Pacer) {}, "50 ms": rest(50 * time.Millisecond), "120 ms": rest(120 * time.Millisecond),
		"a minute": rest(time.Minute), "replies every 20 ms": trickle(20 * time.Millisecond), "replies every 95 ms": trickle(95 * time.Millisecond),
		"told to wait": func(_ *testing.T, p *Pacer) { p.Flooded(1, 5*time.Second); time.Sleep(5 * time.Second) },
	} {
		for rate, want := range map[float64]int{30: 3, 1000: mostAtOnce} {
			t.Run(fmt.Sprint(name, " at ", rate), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					p := NewPacer(PacerOptions{Rate: rate})
					before(t, p)
					if got := crowd(t, p, 1); got > want {
						t.Errorf("%d left at once, want at most %d", got, want)
					}
				})
			})
		}
	}
}

// Those who waited while everything was held, or one a second was let through to see
// whether it is, do not leave at once.
func TestPacerAfterAFlood(t *testing.T) {
	for name, after := range map[string]time.Duration{"a short wait": 2 * time.Second, "a long one, which a probe ends": time.Hour} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := NewPacer(PacerOptions{Rate: 1000})
				p.Flooded(1, after)
				d := newDepartures()
				for i := range int64(300) {
					d.send(p, fmt.Sprint(i), LaneBulk, 100+i)
				}
				if after > longFlood {
					time.Sleep(probeEvery + 95*time.Millisecond) // the probe's way there and back
					p.Succeeded(100)
				}
				d.wg.Wait()
				at := slices.SortedFunc(maps.Values(d.at), cmp.Compare)
				most := 0
				for i := range at {
					n, _ := slices.BinarySearch(at, at[i]+1)
					most = max(most, n-i)
				}
				if most > mostAtOnce {
					t.Errorf("%d left at once, want at most %d", most, mostAtOnce)
				}
			})
		})
	}
}

// crowd has many messages wait, to chats from an id on, and returns how many left at
// once; the others give up.
func crowd(t *testing.T, p *Pacer, from int64) int {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	var left atomic.Int64
	for i := range int64(2000) {
		wg.Go(func() {
			if p.Wait(ctx, LaneBulk, from+i) == nil {
				left.Add(1)
			}
		})
	}
	synctest.Wait()
	n := int(left.Load())
	cancel()
	wg.Wait()
	return n
}

func TestPacerLanes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPacer(PacerOptions{Rate: 1})
		d := newDepartures()
		d.send(p, "first", LaneBulk, 1)
		d.send(p, "bulk 1", LaneBulk, 2)
		d.send(p, "bulk 2", LaneBulk, 3)
		d.send(p, "digest", LaneDigest, 4)
		d.send(p, "breaking", LaneBreaking, 5)
		d.send(p, "reply", LaneReply, 6)
		d.wg.Wait()
		want := []string{"first", "reply", "breaking", "digest", "bulk 1", "bulk 2"}
		if !slices.Equal(d.order, want) {
			t.Errorf("left in the order %q", d.order)
		}
	})
}

func TestPacerChat(t *testing.T) {
	t.Run("private", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := NewPacer(PacerOptions{Rate: 1000})
			d := newDepartures()
			for i := range 6 {
				d.send(p, fmt.Sprint(i), LaneBulk, 7)
			}
			d.send(p, "other", LaneBulk, 8) // held up by nobody
			d.wg.Wait()
			// A burst of three, then one a second.
			for i, want := range []time.Duration{0, 0, 0, time.Second, 2 * time.Second, 3 * time.Second} {
				if got := d.at[fmt.Sprint(i)]; got.Round(100*time.Millisecond) != want {
					t.Errorf("message %d left after %v, want %v", i, got, want)
				}
			}
			if d.at["other"] > 10*time.Millisecond {
				t.Errorf("the other chat waited %v", d.at["other"])
			}
		})
	})
	t.Run("group", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := NewPacer(PacerOptions{})
			var left []time.Time
			for range 45 {
				if err := p.Wait(t.Context(), LaneReply, -100500); err != nil {
					t.Fatal(err)
				}
				left = append(left, time.Now())
			}
			for i := 20; i < len(left); i++ {
				if span := left[i].Sub(left[i-20]); span < time.Minute {
					t.Fatalf("21 messages in %v", span)
				}
			}
			if took := time.Since(left[0]); took > 130*time.Second {
				t.Errorf("45 messages took %v", took)
			}
		})
	})
}

// The progress of a broadcast is shown while it runs, and does not slow it down.
func TestPacerEditsTakeNothingOfTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const editor, rate, n = 7, 30, 300
		p := NewPacer(PacerOptions{Rate: rate})
		start := time.Now()
		edits := 0
		ctx, stop := context.WithCancel(t.Context())
		var group sync.WaitGroup
		group.Go(func() {
			for p.WaitEdit(ctx, editor) == nil {
				edits++
			}
		})
		for i := range n {
			if err := p.Wait(t.Context(), LaneBulk, int64(100+i)); err != nil {
				t.Fatal(err)
			}
		}
		took := time.Since(start)
		stop()
		group.Wait()
		if took > n*time.Second/rate {
			t.Errorf("%d took %s beside edits", n, took)
		}
		// One a second in a chat, and a burst of three.
		if edits < 10 || edits > 13 {
			t.Errorf("%d edits in %s", edits, took)
		}
		p.Pause(0, time.Minute)
		began := time.Now()
		if err := p.WaitEdit(t.Context(), editor); err != nil || time.Since(began) < time.Minute {
			t.Errorf("an edit left after %s of a pause of a minute, %v", time.Since(began), err)
		}
	})
}

func TestPacerPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPacer(PacerOptions{Rate: 100})
		d := newDepartures()
		p.Pause(1, time.Hour)
		d.send(p, "held", LaneReply, 1)
		d.send(p, "free", LaneBulk, 2)
		if _, ok := d.at["free"]; !ok {
			t.Error("a chat's pause held another")
		}
		p.Pause(0, 10*time.Second)
		p.Pause(0, time.Second) // the longer one counts
		d.send(p, "all", LaneReply, 3)
		d.wg.Wait()
		if d.at["held"] != time.Hour || d.at["all"] != 10*time.Second {
			t.Errorf("left at %v", d.at)
		}
	})
}

func TestPacerFlooded(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(p *Pacer)
		want map[string]time.Duration // when a message for the chat leaves
	}{
		{"short is the whole bot's", func(p *Pacer) { p.Flooded(1, 30*time.Second) },
			map[string]time.Duration{"1": 30 * time.Second, "2": 30 * time.Second}},
		{"long is the chat's", func(p *Pacer) { p.Flooded(1, time.Hour) },
			map[string]time.Duration{"1": time.Hour, "2": time.Second, "3": 2 * time.Second}},
		{"long and another gets through", func(p *Pacer) { p.Flooded(1, time.Hour); p.Succeeded(2) },
			map[string]time.Duration{"1": time.Hour, "2": time.Second, "3": time.Second}},
		{"long twice in one chat", func(p *Pacer) { p.Flooded(1, time.Hour); p.Flooded(1, time.Hour) },
			map[string]time.Duration{"1": time.Hour, "2": time.Second}},
		{"long in two chats", func(p *Pacer) { p.Flooded(1, time.Hour); p.Flooded(2, time.Hour) },
			map[string]time.Duration{"3": time.Hour}},
		{"long in two chats, with success between", func(p *Pacer) { p.Flooded(1, time.Hour); p.Succeeded(3); p.Flooded(2, time.Hour) },
			map[string]time.Duration{"2": time.Hour, "3": time.Second}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := NewPacer(PacerOptions{Rate: 1000})
				d := newDepartures()
				tt.do(p)
				for _, name := range []string{"1", "2", "3"} {
					if _, ok := tt.want[name]; ok {
						d.send(p, name, LaneReply, int64(name[0]-'0'))
					}
				}
				d.wg.Wait()
				for name, want := range tt.want {
					if got := d.at[name]; got.Round(10*time.Millisecond) != want {
						t.Errorf("chat %s got its message after %v, want %v", name, got, want)
					}
				}
			})
		})
	}
}

func TestPacerGivesUpWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPacer(PacerOptions{Rate: 1})
		p.Pause(0, time.Hour)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := p.Wait(ctx, LaneReply, 1); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waited in vain: %v", err)
		}
		if p.anyoneWaits() {
			t.Error("who gave up still waits")
		}
	})
}

func TestPacerForgetsIdleChats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPacer(PacerOptions{})
		p.Pause(-1, 2*time.Hour)
		for i := range int64(20_000) {
			if err := p.Wait(t.Context(), LaneBulk, i+1); err != nil {
				t.Fatal(err)
			}
			time.Sleep(5 * time.Millisecond)
		}
		if n := len(p.chats); n > 2*sweepFrom {
			t.Errorf("%d chats are remembered", n)
		}
		if p.chats[-1] == nil {
			t.Error("a paused chat was forgotten")
		}
	})
}

// A pacer that begins after another process sends nothing for the second that
// the other one may have used up, and keeps its own rate from then on.
func TestPacerBeginsAfterAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPacer(PacerOptions{Rate: 30, PerChat: -1, Spent: true})
		began := time.Now()
		for i := range 60 {
			if err := p.Wait(t.Context(), LaneReply, int64(i+1)); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); i == 0 && took != time.Second || i == 59 && (took < 2800*time.Millisecond || took > 3100*time.Millisecond) {
				t.Errorf("message %d left after %s", i+1, took)
			}
		}
	})
}

// The messages of an album count one by one.
func TestPacerAlbums(t *testing.T) {
	for _, tt := range []struct {
		name     string
		n, size  int
		chat     func(i int) int64
		min, max time.Duration
	}{
		{name: "to readers", n: 31, size: 10, chat: func(i int) int64 { return int64(i + 1) }, min: 9500 * time.Millisecond, max: 10100 * time.Millisecond},
		{name: "to a group", n: 5, size: 10, chat: func(int) int64 { return -1 }, min: 2 * time.Minute, max: 2*time.Minute + time.Second},
		{name: "larger than all", n: 3, size: 100, chat: func(i int) int64 { return int64(i + 1) }, min: 6 * time.Second, max: 7 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := NewPacer(PacerOptions{Rate: 30})
				var mu sync.Mutex
				var left []time.Time
				start := time.Now()
				var wg sync.WaitGroup
				for i := range tt.n {
					wg.Go(func() {
						d := Delivery{Message: Message{Copy: &MessageRef{MessageID: 1, More: make([]int64, tt.size-1)}}}
						if err := p.WaitAlbum(t.Context(), LaneBulk, tt.chat(i), d.Messages()); err != nil {
							t.Error(err)
						}
						mu.Lock()
						defer mu.Unlock()
						for range tt.size {
							left = append(left, time.Now())
						}
					})
				}
				wg.Wait()
				if took := time.Since(start); took < tt.min || took > tt.max {
					t.Errorf("%d albums took %v", tt.n, took)
				}
				if tt.size > 30 {
					return // it cannot be parted
				}
				for i := mostInASecond(30); i < len(left); i++ {
					if span := left[i].Sub(left[i-mostInASecond(30)]); span < time.Second {
						t.Fatalf("%d messages left within %v", mostInASecond(30)+1, span)
					}
				}
			})
		})
	}
}
