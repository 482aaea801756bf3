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
	benchRuns  = 5         // of which the median counts
	// benchRate is a SEND_RATE that is no limit.
	benchRate = 100_000
)

// figure is one measured number of a side.
type figure struct {
	perSecond float64 // messages a second, from the first to the last accepted
	cpuMicros float64 // of the sending process, a message
}

// median is the middle one of some numbers.
func median(of []float64) float64 {
	sorted := slices.Sorted(slices.Values(of))
	return sorted[len(sorted)/2]
}

// verdict says whether a figure is within its bound.
func verdict(holds bool) string {
	if holds {
		return "holds"
	}
	return "MISSED"
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// engines are the databases of a benchmark, fresh ones with every call.
func engines(b *testing.B) []engine {
	b.Helper()
	return []engine{
		{"sqlite", "sqlite:" + filepath.Join(b.TempDir(), "newsbot.db")},
		{"postgres", storetest.Postgres(b)},
	}
}

type engine struct{ name, address string }

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
	b   *testing.B
	emu *emulator.Server
	pid int
	ask string // the command that is answered
}

// newBenchTown has a crowd of readers, of whom the first talkers can also act.
func newBenchTown(b *testing.B, chats, talkers int) *benchTown {
	b.Helper()
	build(b)
	emu, err := emulator.Start(emulator.Options{
		Token: testToken, Bot: emulator.User{FirstName: "Newsbot", Username: "newsbot_bench_bot"},
		KeepMessages: 8, KeepCalls: -1, KeepEvents: 100, KeepTimes: true, Crowd: emulator.Crowd{First: benchFirst, Count: chats},
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { emu.Close() })
	emu.AddUser(emulator.User{ID: editor, FirstName: "Emma", LanguageCode: "en"})
	emu.AddUser(emulator.User{ID: other, FirstName: "Иван", LanguageCode: "ru"})
	for i := range int64(talkers) {
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
	cmd.Stderr = os.Stderr
	return cmd
}

// spawn runs a program and returns how to end it.
func (w *benchTown) spawn(cmd *exec.Cmd) (stop func()) {
	w.b.Helper()
	if err := cmd.Start(); err != nil {
		w.b.Fatal(err)
	}
	w.pid = cmd.Process.Pid
	return func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // killed: the error says so
	}
}

// bare runs the bare program, with as many connections as newsbot has senders.
func (w *benchTown) bare(job ...string) *exec.Cmd {
	w.b.Helper()
	return w.command(binaries.bare, append([]string{strconv.Itoa(sendersFor(benchRate))}, job...)...)
}

// newsbot runs newsbot, with a source and rates that nobody serves.
func (w *benchTown) newsbot(database string, rate int, more ...string) (stop func()) {
	w.b.Helper()
	sources := filepath.Join(w.b.TempDir(), "sources.yaml")
	if err := os.WriteFile(sources, []byte("- {id: none, title: None, url: \"http://127.0.0.1:9/feed\", kind: feed}\n"), 0o644); err != nil {
		w.b.Fatal(err)
	}
	cmd := w.command(binaries.newsbot, "run")
	cmd.Env = append(cmd.Env, "DATABASE_URL="+database, "ADMIN_IDS="+strconv.FormatInt(editor, 10), "SOURCES_FILE="+sources,
		"RATES_URL=http://127.0.0.1:9/", "ALLOW_PRIVATE_ADDRESSES=true", "HTTP_ADDR=127.0.0.1:0", "LOG_LEVEL=error",
		"SEND_RATE="+strconv.Itoa(rate))
	cmd.Env = append(cmd.Env, more...)
	return w.spawn(cmd)
}

// fill makes the chats in the database.
func (w *benchTown) fill(database string, chats int) {
	w.b.Helper()
	storetest.Crowd(w.b, database, store.Chat{
		ID: benchFirst, Kind: "private", Title: "Reader", Language: "ru", Zone: "Asia/Almaty", Active: true, Subscribed: true,
	}, chats)
}

// confirm lets an editor write a broadcast to everybody and say yes to it. It
// returns when the button was pressed.
func (w *benchTown) confirm(ctx context.Context) time.Time {
	w.b.Helper()
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
		w.b.Fatalf("no draft to send: %v", err)
	}
	pressed := time.Now()
	if _, err := w.emu.Press(ctx, editor, editor, m.ID, data); err != nil {
		w.b.Fatalf("press Send: %v", err)
	}
	return pressed
}

// arrive waits until so many messages have come, and returns when they did: all
// those since the moment given.
func (w *benchTown) arrive(since time.Time, wanted int, limit time.Duration) []time.Time {
	w.b.Helper()
	before := 0
	for _, at := range w.emu.SendTimes() {
		if at.Before(since) {
			before++
		}
	}
	for deadline := time.Now().Add(limit); int(w.emu.Sent()) < before+wanted; time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.b.Fatalf("only %d of %d messages arrived", int(w.emu.Sent())-before, wanted)
		}
	}
	return w.emu.SendTimes()[before:]
}

// speed is how many messages a second came, from the first to the last.
func speed(times []time.Time) float64 {
	return float64(len(times)-1) / times[len(times)-1].Sub(times[0]).Seconds()
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
