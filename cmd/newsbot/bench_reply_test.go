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

// BenchmarkReply measures the time from a command's arrival at Telegram to its
// reply there, at a steady rate of commands from different people.
func BenchmarkReply(b *testing.B) {
	for _, rate := range []int{50, 500} {
		b.Run(strconv.Itoa(rate)+"-a-second", func(b *testing.B) {
			const seconds = 6
			chats := rate * seconds
			for range b.N {
				report := func(side string, took []time.Duration) {
					p50, p99 := percentiles(took)
					fmt.Printf("reply at %d/s %-8s p50 %7.2f ms  p99 %7.2f ms\n", rate, side, ms(p50), ms(p99))
					b.ReportMetric(ms(p50), side+"-p50-ms")
					b.ReportMetric(ms(p99), side+"-p99-ms")
				}
				w := newBenchTown(b, chats, chats)
				bare := w.spawn(w.bare("echo"))
				report("bare", w.commands(rate, chats))
				bare()
				w.emu.Close()
				for _, db := range engines(b) {
					w := newBenchTown(b, chats, chats)
					w.fill(db.address, chats)
					stop := w.newsbot(db.address, benchRate)
					report(db.name, w.commands(rate, chats))
					stop()
					w.emu.Close()
				}
			}
		})
	}
}

// BenchmarkReplyDuringBroadcast measures the same while a broadcast runs as fast
// as it may: replies go first.
func BenchmarkReplyDuringBroadcast(b *testing.B) {
	const (
		seconds = 6
		bound   = 50.0 // ms
	)
	for _, c := range []struct {
		name              string
		limit             int // messages a second; 0 is none
		commands, readers int
	}{
		{"without a limit", 0, 50, 600_000},
		{"at 1000/s", 1000, 50, 60_000},
		{"at 30/s", 30, 15, 3_000}, // more commands than that, and replies alone were above the limit
	} {
		for i := range 2 {
			var p50s, p99s []float64
			var name string
			for range b.N * benchRuns {
				db := engines(b)[i]
				name = db.name
				talkers := c.commands * seconds
				w := newBenchTown(b, c.readers, talkers)
				w.fill(db.address, c.readers)
				rate := benchRate
				if c.limit > 0 {
					rate = c.limit
					w.emu.SetLimits(emulator.Limits{PerSecond: c.limit + c.limit/10})
				}
				stop := w.newsbot(db.address, rate)
				ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
				w.greet(ctx)
				w.arrive(w.confirm(ctx), max(30, rate/100), time.Minute)
				p50, p99 := percentiles(w.commands(c.commands, talkers))
				if sent := int(w.emu.Sent()); sent >= c.readers {
					b.Errorf("the broadcast was over before the replies were: %d messages", sent)
				}
				p50s, p99s = append(p50s, ms(p50)), append(p99s, ms(p99))
				cancel()
				stop()
				w.emu.Close()
			}
			fmt.Printf("reply at %d/s during a broadcast %-15s %-8s p50 %7.2f ms  p99 %7.2f ms (<= %.0f %s)\n", c.commands, c.name, name,
				median(p50s), median(p99s), bound, verdict(median(p99s) <= bound))
			b.ReportMetric(median(p99s), fmt.Sprintf("%s-%d-p99-ms", name, c.limit))
		}
	}
}

func percentiles(took []time.Duration) (p50, p99 time.Duration) {
	slices.Sort(took)
	return took[len(took)/2], took[len(took)*99/100]
}

// commands sends chats commands at a steady rate and returns how long each
// waited for its reply.
func (w *benchTown) commands(rate, chats int) []time.Duration {
	w.b.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	w.greet(ctx) // it opens connections and fills caches
	took := make(chan time.Duration, chats)
	tick := time.NewTicker(time.Second / time.Duration(rate))
	defer tick.Stop()
	for i := range int64(chats) {
		<-tick.C
		go func() {
			chat := benchFirst + i
			said := time.Now()
			if _, err := w.emu.Say(chat, chat, w.ask); err != nil {
				w.b.Error(err)
				took <- 0
				return
			}
			// A broadcast's message is no reply.
			if _, err := w.emu.WaitFor(ctx, chat, func(m emulator.Message) bool { return m.Outgoing && m.Text != benchText }); err != nil {
				w.b.Errorf("no reply in chat %d: %v", chat, err)
			}
			took <- time.Since(said)
		}()
	}
	all := make([]time.Duration, 0, chats)
	for range chats {
		all = append(all, <-took)
	}
	return all
}
