package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"newsbot/internal/emulator"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

// benchText is what the benchmarks send.
const benchText = "The bridge at Kapchagay is open again: traffic moves in both directions since this morning, police say."

const (
	benchFirst = 1_000_000 // id of the first chat of a benchmark
	benchRuns  = 3         // of which the median counts
)

// figure is one measured number of a side.
type figure struct {
	perSecond float64 // messages a second, from the first to the last accepted
	cpuMicros float64 // of the sending process, a message
}

// BenchmarkBroadcast measures a broadcast without limits, newsbot on both
// engines beside the bare loop with as many connections, in turns in one run.
func BenchmarkBroadcast(b *testing.B) {
	const chats = 20_000
	sides := []struct {
		name string
		run  func(w *benchTown) figure
	}{
		{"bare", func(w *benchTown) figure { return w.bareBroadcast(chats) }},
		{"sqlite", func(w *benchTown) figure {
			return w.broadcast("sqlite:"+filepath.Join(b.TempDir(), "newsbot.db"), chats)
		}},
		{"postgres", func(w *benchTown) figure { return w.broadcast(storetest.Postgres(b), chats) }},
	}
	got := map[string][]figure{}
	for range b.N {
		for range benchRuns {
			for _, side := range sides { // in turns, so that the machine's moods meet all
				w := newBenchTown(b, chats)
				got[side.name] = append(got[side.name], side.run(w))
				w.emu.Close()
			}
		}
	}
	ref := median(got["bare"])
	for _, side := range sides {
		m := median(got[side.name])
		fmt.Printf("broadcast %-8s %8.0f msg/s (%.2f of bare)  %7.0f µs CPU/msg (%.2f of bare)\n",
			side.name, m.perSecond, m.perSecond/ref.perSecond, m.cpuMicros, m.cpuMicros/ref.cpuMicros)
		b.ReportMetric(m.perSecond, side.name+"-msg/s")
		b.ReportMetric(m.cpuMicros, side.name+"-cpu-µs/msg")
	}
}

func median(f []figure) figure {
	speed, cpu := make([]float64, len(f)), make([]float64, len(f))
	for i := range f {
		speed[i], cpu[i] = f[i].perSecond, f[i].cpuMicros
	}
	slices.Sort(speed)
	slices.Sort(cpu)
	return figure{speed[len(f)/2], cpu[len(f)/2]}
}

// BenchmarkReply measures the time from a command's arrival at Telegram to its
// reply there, at a steady rate of commands from different people.
func BenchmarkReply(b *testing.B) {
	for _, rate := range []int{50, 500} {
		b.Run(strconv.Itoa(rate)+"-a-second", func(b *testing.B) {
			const seconds = 6
			chats := rate * seconds
			for range b.N {
				report := func(side string, took []time.Duration) {
					slices.Sort(took)
					p50, p99 := took[len(took)/2], took[len(took)*99/100]
					fmt.Printf("reply at %d/s %-8s p50 %7.2f ms  p99 %7.2f ms\n", rate, side, ms(p50), ms(p99))
					b.ReportMetric(ms(p50), side+"-p50-ms")
					b.ReportMetric(ms(p99), side+"-p99-ms")
				}
				w := newBenchTown(b, chats)
				bare := w.spawn(binaries.bare, "echo")
				report("bare", w.commands(rate, chats))
				bare()
				w.emu.Close()
				for _, database := range []string{"sqlite:" + filepath.Join(b.TempDir(), "newsbot.db"), storetest.Postgres(b)} {
					w := newBenchTown(b, chats)
					w.fill(database, chats)
					stop := w.newsbot(database)
					report(strings.Split(database, ":")[0], w.commands(rate, chats))
					stop()
					w.emu.Close()
				}
			}
		})
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// BenchmarkMemory measures the resident memory of newsbot when idle, with
// 100,000 chats, and at its peak after a broadcast to all of them.
func BenchmarkMemory(b *testing.B) {
	const chats = 100_000
	for range b.N {
		w := newBenchTown(b, chats)
		stopBare := w.spawn(binaries.bare, "echo")
		time.Sleep(2 * time.Second)
		bare := w.memory("VmRSS")
		stopBare()
		fmt.Printf("memory bare     idle %.1f MB\n", bare)
		for _, database := range []string{"sqlite:" + filepath.Join(b.TempDir(), "newsbot.db"), storetest.Postgres(b)} {
			side := strings.Split(database, ":")[0]
			stop := w.newsbot(database)
			time.Sleep(2 * time.Second)
			idle := w.memory("VmRSS")
			stop()
			f := w.broadcast(database, chats)
			fmt.Printf("memory %-8s idle %.1f MB  after a broadcast to %d chats %.1f MB, peak %.1f MB (%.0f msg/s)\n",
				side, idle, chats, w.after, w.peak, f.perSecond)
			b.ReportMetric(idle, side+"-idle-MB")
			b.ReportMetric(w.after, side+"-100k-MB")
			b.ReportMetric(w.peak, side+"-peak-MB")
		}
		w.emu.Close()
	}
}

// binaries are the measured programs, built once: test binaries hold much that
// they do not.
var binaries = struct {
	once          sync.Once
	dir           string
	err           error
	newsbot, bare string
}{}

func build(b *testing.B) {
	b.Helper()
	binaries.once.Do(func() {
		if binaries.dir, binaries.err = os.MkdirTemp("", "newsbot-bench-"); binaries.err != nil {
			return
		}
		binaries.newsbot, binaries.bare = filepath.Join(binaries.dir, "newsbot"), filepath.Join(binaries.dir, "bare")
		for out, pkg := range map[string]string{binaries.newsbot: ".", binaries.bare: "./testdata/bare"} {
			cmd := exec.Command("go", "build", "-o", out, pkg)
			if text, err := cmd.CombinedOutput(); err != nil {
				binaries.err = fmt.Errorf("build %s: %w\n%s", pkg, err, text)
			}
		}
	})
	if binaries.err != nil {
		b.Fatal(binaries.err)
	}
}

// benchTown is a Bot API server with many people, in this process, and the
// measured program in another.
type benchTown struct {
	b           *testing.B
	emu         *emulator.Server
	pid         int
	ask         string  // the command that is answered
	after, peak float64 // MB, of the program at the end of a broadcast
}

func newBenchTown(b *testing.B, chats int) *benchTown {
	b.Helper()
	build(b)
	emu, err := emulator.Start(emulator.Options{Token: testToken, Bot: emulator.User{FirstName: "Newsbot", Username: "newsbot_bench_bot"}, KeepMessages: 4, KeepCalls: 100, KeepEvents: 100})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { emu.Close() })
	emu.AddUser(emulator.User{ID: editor, FirstName: "Emma", LanguageCode: "en"})
	for i := range int64(chats) {
		emu.AddUser(emulator.User{ID: benchFirst + i, FirstName: "Reader", LanguageCode: "ru"})
		if _, err := emu.Say(benchFirst+i, benchFirst+i, "hello"); err != nil {
			b.Fatal(err)
		}
	}
	w := &benchTown{b: b, emu: emu, ask: "/help"}
	resp, err := http.PostForm(emu.URL()+"/bot"+testToken+"/deleteWebhook", url.Values{"drop_pending_updates": {"true"}})
	if err != nil {
		b.Fatal(err)
	}
	resp.Body.Close()
	return w
}

// command is a measured program, told of the town's Bot API server.
func (w *benchTown) command(binary string, args ...string) *exec.Cmd {
	cmd := exec.Command(binary, args...)
	cmd.Env = append(os.Environ(), "TELEGRAM_BOT_TOKEN="+testToken, "TELEGRAM_API_URL="+w.emu.URL())
	return cmd
}

// spawn runs a program and returns how to end it.
func (w *benchTown) spawn(binary string, args ...string) (stop func()) {
	w.b.Helper()
	cmd := w.command(binary, args...)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		w.b.Fatal(err)
	}
	w.pid = cmd.Process.Pid
	return func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // killed: the error says so
	}
}

// newsbot runs newsbot without limits, with a source and rates that nobody serves.
func (w *benchTown) newsbot(database string) (stop func()) {
	w.b.Helper()
	sources := filepath.Join(w.b.TempDir(), "sources.yaml")
	if err := os.WriteFile(sources, []byte("- {id: none, title: None, url: \"http://127.0.0.1:9/feed\", kind: feed}\n"), 0o644); err != nil {
		w.b.Fatal(err)
	}
	for name, value := range map[string]string{
		"DATABASE_URL": database, "ADMIN_IDS": strconv.FormatInt(editor, 10), "SOURCES_FILE": sources, "RATES_URL": "http://127.0.0.1:9/",
		"ALLOW_PRIVATE_ADDRESSES": "true", "HTTP_ADDR": "127.0.0.1:0", "SEND_RATE": "100000", "LOG_LEVEL": "error",
	} {
		w.b.Setenv(name, value)
	}
	return w.spawn(binaries.newsbot, "run")
}

// fill makes the chats in the database.
func (w *benchTown) fill(database string, chats int) {
	w.b.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, database)
	if err != nil {
		w.b.Fatal(err)
	}
	defer db.Close()
	if err := db.Migrate(ctx); err != nil {
		w.b.Fatal(err)
	}
	now := time.Now()
	for i := range int64(chats) {
		if _, _, err := db.TouchChat(ctx, now, store.Chat{ID: benchFirst + i, Kind: "private", Title: "Reader", Language: "ru", Zone: "Asia/Almaty", Active: true, Subscribed: true}); err != nil {
			w.b.Fatal(err)
		}
	}
}

// accepted counts the messages of the measured program, with the times of the first and the last.
type accepted struct {
	count       int
	first, last time.Time
}

// watch counts the messages that arrive after the first before of them, until
// there are as many as wanted.
func (w *benchTown) watch(before int64, wanted int) accepted {
	w.b.Helper()
	var a accepted
	deadline := time.Now().Add(5 * time.Minute)
	for {
		n := int(w.emu.Sent() - before)
		now := time.Now()
		if n > 0 && a.count == 0 {
			a.first = now
		}
		a.count, a.last = n, now
		if n >= wanted {
			return a
		}
		if now.After(deadline) {
			w.b.Fatalf("only %d of %d messages arrived", n, wanted)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func (w *benchTown) bareBroadcast(chats int) figure {
	w.b.Helper()
	sent := w.emu.Sent()
	cmd := w.command(binaries.bare, "broadcast", strconv.Itoa(benchFirst), strconv.Itoa(chats))
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		w.b.Fatal(err)
	}
	a := w.watch(sent, chats)
	if err := cmd.Wait(); err != nil {
		w.b.Fatal(err)
	}
	cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return figure{float64(chats) / a.last.Sub(a.first).Seconds(), float64(cpu.Microseconds()) / float64(chats)}
}

// broadcast lets an editor send to every chat, and measures from the
// confirmation on.
func (w *benchTown) broadcast(database string, chats int) figure {
	w.b.Helper()
	w.fill(database, chats)
	stop := w.newsbot(database)
	defer stop()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if _, err := w.emu.Say(editor, editor, "/broadcast "+benchText); err != nil {
		w.b.Fatal(err)
	}
	var data string
	m, err := w.emu.WaitFor(ctx, editor, func(m emulator.Message) bool {
		for _, row := range m.InlineKeyboard {
			for _, button := range row {
				if strings.HasPrefix(button.Text, "Send") {
					data = button.Data
				}
			}
		}
		return data != ""
	})
	if err != nil {
		w.b.Fatal(err)
	}
	sent, before := w.emu.Sent(), w.cpu()
	if _, err := w.emu.Press(ctx, editor, editor, m.ID, data); err != nil {
		w.b.Fatal(err)
	}
	a := w.watch(sent, chats)
	cpu := w.cpu() - before
	w.after, w.peak = w.memory("VmRSS"), w.memory("VmHWM")
	return figure{float64(chats) / a.last.Sub(a.first).Seconds(), float64(cpu.Microseconds()) / float64(chats)}
}

// commands sends chats commands at a steady rate and returns how long each
// waited for its reply.
func (w *benchTown) commands(rate, chats int) []time.Duration {
	w.b.Helper()
	// The first reply opens connections and caches: it is not one of a steady rate.
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if _, err := w.emu.Say(editor, editor, w.ask); err != nil {
		w.b.Fatal(err)
	}
	if _, err := w.emu.WaitFor(ctx, editor, func(m emulator.Message) bool { return m.Outgoing }); err != nil {
		w.b.Fatal(err)
	}
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
			if _, err := w.emu.WaitFor(ctx, chat, func(m emulator.Message) bool { return m.Outgoing }); err != nil {
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

// cpu is the processor time that the measured process has used.
func (w *benchTown) cpu() time.Duration {
	w.b.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", w.pid))
	if err != nil {
		w.b.Fatal(err)
	}
	// Fields 14 and 15, in hundredths of a second; the second field may hold spaces.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	var ticks int64
	for _, f := range fields[11:13] {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			w.b.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// memory reads a line of the measured process's status, in MB.
func (w *benchTown) memory(name string) float64 {
	w.b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", w.pid))
	if err != nil {
		w.b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			if err != nil {
				w.b.Fatal(err)
			}
			return kb / 1024
		}
	}
	w.b.Fatalf("no %s in the status", name)
	return 0
}
