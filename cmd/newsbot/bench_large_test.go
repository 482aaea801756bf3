package main

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// BenchmarkMillion sends to a million chats: how soon the first message leaves,
// how much memory the process takes, and whether each gets exactly one.
func BenchmarkMillion(b *testing.B) {
	const (
		chats     = 1_000_000
		firstMost = time.Second
		memory    = 150.0 // MB
	)
	for range b.N {
		for _, db := range engines(b) {
			w := newBenchTown(b, chats, 0)
			w.fill(db.address, chats)
			stop := w.newsbot(db.address, benchRate)
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			w.greet(ctx)
			pressed := w.confirm(ctx)
			cancel()
			times := w.arrive(pressed, chats, 10*time.Minute)
			first, peak := times[0].Sub(pressed), w.memory("VmHWM")
			// The editor's own copy is one of those counted: the last reader's may be on its way.
			time.Sleep(2 * time.Second)
			once := 0
			for _, n := range w.emu.Got() {
				if n == 1 {
					once++
				}
			}
			fmt.Printf("million %-8s first message after %4.0f ms (<= %.0f %s)  peak %.1f MB (<= %.0f %s)  %d of %d got it once (%s)  %.0f msg/s\n", db.name,
				ms(first), ms(firstMost), verdict(first <= firstMost), peak, memory, verdict(peak <= memory), once, chats, verdict(once == chats), speed(times))
			b.ReportMetric(ms(first), db.name+"-first-ms")
			b.ReportMetric(peak, db.name+"-peak-MB")
			stop()
			w.emu.Close()
		}
	}
}

// BenchmarkMemory measures the resident memory of newsbot when idle, with
// 100,000 chats, and at its peak after a broadcast to all of them.
func BenchmarkMemory(b *testing.B) {
	const chats = 100_000
	for range b.N {
		w := newBenchTown(b, chats, 0)
		stopBare := w.spawn(w.bare("echo"))
		time.Sleep(2 * time.Second)
		bare := w.memory("VmRSS")
		stopBare()
		fmt.Printf("memory bare     idle %.1f MB\n", bare)
		for _, db := range engines(b) {
			w.fill(db.address, chats)
			stop := w.newsbot(db.address, benchRate)
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			w.greet(ctx)
			time.Sleep(2 * time.Second)
			idle := w.memory("VmRSS")
			times := w.arrive(w.confirm(ctx), chats, 5*time.Minute)
			cancel()
			after, peak := w.memory("VmRSS"), w.memory("VmHWM")
			stop()
			fmt.Printf("memory %-8s idle %.1f MB  after a broadcast to %d chats %.1f MB, peak %.1f MB (%.0f msg/s)\n",
				db.name, idle, chats, after, peak, speed(times))
			b.ReportMetric(idle, db.name+"-idle-MB")
			b.ReportMetric(after, db.name+"-100k-MB")
			b.ReportMetric(peak, db.name+"-peak-MB")
		}
		w.emu.Close()
	}
}
