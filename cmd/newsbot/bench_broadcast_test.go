package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"newsbot/internal/emulator"
)

// The bounds of a broadcast without limits, beside the bare loop.
var (
	leastSpeed = map[string]float64{"sqlite": 0.8, "postgres": 0.55}
	mostCPU    = 1.5
)

// BenchmarkBroadcast measures a broadcast without limits, newsbot on both
// engines beside the bare loop with as many connections, in turns in one run.
func BenchmarkBroadcast(b *testing.B) {
	const chats = 20_000
	speeds, cpus := map[string][]float64{}, map[string][]float64{}
	note := func(side string, f figure) {
		speeds[side], cpus[side] = append(speeds[side], f.perSecond), append(cpus[side], f.cpuMicros)
	}
	for range b.N {
		for range benchRuns { // in turns, so that the machine's moods meet all
			w := newBenchTown(b, chats, 0)
			note("bare", w.bareBroadcast(chats))
			w.emu.Close()
			for _, db := range engines(b) {
				w := newBenchTown(b, chats, 0)
				note(db.name, w.broadcast(db.address, chats))
				w.emu.Close()
			}
		}
	}
	ref := figure{median(speeds["bare"]), median(cpus["bare"])}
	fmt.Printf("broadcast bare     %8.0f msg/s %21s %7.1f µs CPU/msg\n", ref.perSecond, "", ref.cpuMicros)
	for _, side := range []string{"sqlite", "postgres"} {
		m := figure{median(speeds[side]), median(cpus[side])}
		fast, cpu := m.perSecond/ref.perSecond, m.cpuMicros/ref.cpuMicros
		fmt.Printf("broadcast %-8s %8.0f msg/s, %.2f of bare (>= %.2f %s) %7.1f µs CPU/msg, %.2f of bare (<= %.1f %s)\n", side,
			m.perSecond, fast, leastSpeed[side], verdict(fast >= leastSpeed[side]), m.cpuMicros, cpu, mostCPU, verdict(cpu <= mostCPU))
		b.ReportMetric(m.perSecond, side+"-msg/s")
		b.ReportMetric(m.cpuMicros, side+"-cpu-µs/msg")
	}
}

func (w *benchTown) bareBroadcast(chats int) figure {
	w.b.Helper()
	cmd := w.bare("broadcast", strconv.Itoa(benchFirst), strconv.Itoa(chats))
	began := time.Now()
	if err := cmd.Start(); err != nil {
		w.b.Fatal(err)
	}
	times := w.arrive(began, chats, 5*time.Minute)
	if err := cmd.Wait(); err != nil {
		w.b.Fatal(err)
	}
	cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return figure{speed(times), float64(cpu.Microseconds()) / float64(chats)}
}

// broadcast lets an editor send to every chat, and measures from the
// confirmation on.
func (w *benchTown) broadcast(database string, chats int) figure {
	w.b.Helper()
	w.fill(database, chats)
	stop := w.newsbot(database, benchRate)
	defer stop()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	w.greet(ctx)
	before := w.cpu()
	pressed := w.confirm(ctx)
	times := w.arrive(pressed, chats, 5*time.Minute)
	cpu := w.cpu() - before
	return figure{speed(times), float64(cpu.Microseconds()) / float64(chats)}
}

// greet waits until the program answers: what it does at its start is not part
// of what is measured. It is not the editor who asks: her chat has its own pace,
// and is to be free for the broadcast.
func (w *benchTown) greet(ctx context.Context) {
	w.b.Helper()
	answers := func() (n int) {
		for _, m := range w.emu.Messages(other) {
			if m.Outgoing {
				n++
			}
		}
		return n
	}
	before := answers()
	if _, err := w.emu.Say(other, other, w.ask); err != nil {
		w.b.Fatal(err)
	}
	for answers() == before {
		if !wait(ctx, 5*time.Millisecond) {
			w.b.Fatal("the program does not answer")
		}
	}
}

// wait waits and tells whether it could.
func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// pace is a rate that Telegram allows, and what has to be kept of it.
type pace struct {
	name    string
	rate    int
	paid    bool
	seconds int
	latency bool    // 60 ± 20 ms
	least   float64 // share of the rate
	most    int     // messages in any second
}

var paces = []pace{
	{"30/s", 30, false, 8, false, 0.99, 33},
	{"30/s, 60±20 ms", 30, false, 8, true, 0.985, 33},
	{"1000/s paid", 1000, true, 5, false, 0.99, 1050},
	{"1000/s paid, 60±20 ms", 1000, true, 5, true, 0.985, 1050},
}

// BenchmarkLimits measures how much of Telegram's limits a broadcast uses, with
// a server that keeps them.
func BenchmarkLimits(b *testing.B) {
	for _, p := range paces {
		for i := range 2 {
			var share []float64
			var most, floods int
			var name string
			for range b.N * benchRuns {
				db := engines(b)[i]
				name = db.name
				s, m, f := p.measure(b, db.address)
				share, most, floods = append(share, s), max(most, m), floods+f
			}
			fmt.Printf("limit %-22s %-8s %.2f %% of it (>= %.1f %s)  at most %d in a second (<= %d %s)  %d times 429 (0 %s)\n", p.name, name,
				100*median(share), 100*p.least, verdict(median(share) >= p.least), most, p.most, verdict(most <= p.most), floods, verdict(floods == 0))
			b.ReportMetric(100*median(share), fmt.Sprintf("%s-%d-%t-%%", name, p.rate, p.latency))
		}
	}
}

// measure returns the share of the rate that was used once it ran, the most
// messages that arrived in any second, and how many were refused.
func (p pace) measure(b *testing.B, database string) (share float64, most, floods int) {
	b.Helper()
	chats := p.rate * p.seconds
	w := newBenchTown(b, chats, 0)
	defer w.emu.Close()
	w.fill(database, chats)
	stop := w.newsbot(database, p.rate, fmt.Sprintf("PAID_BROADCAST=%t", p.paid))
	defer stop()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	w.greet(ctx)
	limits := emulator.TelegramLimits()
	// What goes beyond the limit by no more than the bound says is let through and
	// counted: on its way every message is held up a little differently.
	if p.paid {
		limits.PaidPerSecond = p.most
	} else {
		limits.PerSecond = p.most
	}
	w.emu.SetLimits(limits)
	if p.latency {
		w.emu.Inject(emulator.Fault{Kind: emulator.Latency, Hang: 60 * time.Millisecond, Jitter: 20 * time.Millisecond})
	}
	times := w.arrive(w.confirm(ctx), chats, 2*time.Minute)
	// From the second second on: the burst after a lull is no part of the rate.
	return speed(times[p.rate:]) / float64(p.rate), mostIn(times, time.Second), w.emu.Answered(429)
}

// mostIn is the largest number of moments in any span of d.
func mostIn(times []time.Time, d time.Duration) (most int) {
	times = slices.SortedFunc(slices.Values(times), time.Time.Compare)
	first := 0
	for last, at := range times {
		for at.Sub(times[first]) >= d {
			first++
		}
		most = max(most, last-first+1)
	}
	return most
}
