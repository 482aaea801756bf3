package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"newsbot/internal/emulator"
	"newsbot/internal/sandbox/newsroom"
	"newsbot/internal/store/storetest"
)

// asProgram makes the test binary be newsbot itself, so that tests can kill
// the real program and look at its exit code.
const asProgram = "NEWSBOT_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		code := exitCode(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr), os.Stderr)
		stop()
		os.Exit(code)
	}
	flag.Parse()
	// These tests wait far more than they work: for leases, outages, clocks.
	if f := flag.Lookup("test.parallel"); f.Value.String() == f.DefValue || f.Value.String() == strconv.Itoa(runtime.GOMAXPROCS(0)) {
		if err := f.Value.Set("6"); err != nil {
			panic(err)
		}
	}
	code := m.Run()
	if binaries.dir != "" {
		os.RemoveAll(binaries.dir)
	}
	os.Exit(code)
}

// secret is the part of the token that must never be seen.
const (
	secret    = "AAHk3vT0p-S3cr3t_PartOfTheToken4711"
	testToken = "700700700:" + secret
)

// People of the town.
const (
	reader int64 = 1001
	other  int64 = 1002
	editor int64 = 1003
)

// town is the world around one bot: a strict local Bot API server and a newsroom.
type town struct {
	t    *testing.T
	emu  *emulator.Server
	news *newsroom.Newsroom
	web  *httptest.Server
	dir  string
}

func newTown(t *testing.T, change ...func(*emulator.Options)) *town {
	t.Helper()
	options := emulator.Options{Token: testToken, Bot: emulator.User{FirstName: "Newsbot", Username: "newsbot_test_bot"}, KeepMessages: 50}
	for _, f := range change {
		f(&options)
	}
	emu, err := emulator.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { emu.Close() })
	emu.AddUser(emulator.User{ID: reader, FirstName: "Айгерім", LanguageCode: "kk"})
	emu.AddUser(emulator.User{ID: other, FirstName: "Иван", LanguageCode: "ru"})
	emu.AddUser(emulator.User{ID: editor, FirstName: "Emma", LanguageCode: "en"})
	news := newsroom.New(time.Now)
	web := httptest.NewServer(http.StripPrefix("/newsroom", news.Handler()))
	t.Cleanup(web.Close)
	news.SetBase(web.URL + "/newsroom")
	w := &town{t: t, emu: emu, news: news, web: web, dir: t.TempDir()}
	if err := os.WriteFile(w.path("sources.yaml"), news.Sources(), 0o644); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *town) path(name string) string { return filepath.Join(w.dir, name) }

// settings are what the program is started with in this town.
func (w *town) settings(database string) map[string]string {
	return map[string]string{
		"TELEGRAM_BOT_TOKEN": testToken, "TELEGRAM_API_URL": w.emu.URL(), "DATABASE_URL": database,
		"ADMIN_IDS": "1003", "SOURCES_FILE": w.path("sources.yaml"), "RATES_URL": w.news.RatesURL(),
		"ALLOW_PRIVATE_ADDRESSES": "true", "POLL_INTERVAL": "2s", "HTTP_ADDR": "127.0.0.1:0",
		"SEND_RATE": "2000", "LOG_LEVEL": "debug",
	}
}

// program is the real program, running.
type program struct {
	t     *testing.T
	cmd   *exec.Cmd
	log   *lockedBuffer
	ended chan struct{}
	err   error
}

// start runs newsbot with the town's settings, changed by more ("NAME=value").
func (w *town) start(database string, more ...string) *program {
	w.t.Helper()
	set := w.settings(database)
	for _, m := range more {
		name, value, _ := strings.Cut(m, "=")
		set[name] = value
	}
	return startProgram(w.t, set, "run")
}

func startProgram(t *testing.T, env map[string]string, args ...string) *program {
	t.Helper()
	return startBinary(t, os.Args[0], env, nil, args...)
}

func startBinary(t *testing.T, binary string, env map[string]string, credential *syscall.Credential, args ...string) *program {
	t.Helper()
	p := &program{t: t, log: &lockedBuffer{}, ended: make(chan struct{})}
	p.cmd = exec.Command(binary, args...)
	p.cmd.Env = []string{asProgram + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "GORACE=halt_on_error=1 exitcode=66"}
	for name, value := range env {
		p.cmd.Env = append(p.cmd.Env, name+"="+value)
	}
	if credential != nil {
		p.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: credential}
	}
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.err = p.cmd.Wait(); close(p.ended) }()
	t.Cleanup(func() {
		p.kill()
		if strings.Contains(p.log.String(), secret) {
			t.Errorf("the token is in the log:\n%s", p.log.tail(4000))
		}
		if strings.Contains(p.log.String(), "DATA RACE") {
			t.Errorf("the program raced:\n%s", p.log.tail(8000))
		}
		if t.Failed() {
			t.Logf("the program's log ends:\n%s", p.log.tail(6000))
		}
	})
	return p
}

// kill ends the program as kill -9 does.
func (p *program) kill() {
	select {
	case <-p.ended:
	default:
		_ = p.cmd.Process.Kill() // it may have ended by itself meanwhile
		<-p.ended
	}
}

// stop sends SIGTERM and returns the exit code.
func (p *program) stop() int {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatalf("SIGTERM: %v", err)
	}
	return p.wait(12 * time.Second)
}

// wait returns the exit code of a program that ends by itself.
func (p *program) wait(limit time.Duration) int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(limit):
		p.t.Fatalf("the program still runs after %s", limit)
	}
	var exit *exec.ExitError
	if errors.As(p.err, &exit) {
		return exit.ExitCode()
	}
	return 0
}

// says waits until the program's log holds text.
func (p *program) says(text string, limit time.Duration) {
	p.t.Helper()
	eventually(p.t, limit, "the log to say "+text, func() bool { return strings.Contains(p.log.String(), text) })
}

// lockedBuffer is a buffer that a process writes and a test reads.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *lockedBuffer) tail(n int) string {
	s := l.String()
	return s[max(0, len(s)-n):]
}

func eventually(t *testing.T, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(limit)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("waited %s in vain for %s", limit, what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// say writes as a person to her private chat with the bot.
func (w *town) say(who int64, text string) {
	w.t.Helper()
	w.sayIn(who, who, text)
}

func (w *town) sayIn(who, chat int64, text string, opts ...emulator.SayOption) emulator.Message {
	w.t.Helper()
	m, err := w.emu.Say(who, chat, text, opts...)
	if err != nil {
		w.t.Fatalf("say %q: %v", text, err)
	}
	return m
}

// sees waits for a message of the bot that holds all the texts.
func (w *town) sees(chat int64, texts ...string) emulator.Message {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	m, err := w.emu.WaitFor(ctx, chat, func(m emulator.Message) bool {
		if !m.Outgoing {
			return false
		}
		for _, text := range texts {
			if !strings.Contains(m.Text+m.Caption, text) {
				return false
			}
		}
		return true
	})
	if err != nil {
		var have []string
		for _, m := range w.emu.Messages(chat) {
			have = append(have, m.Text+m.Caption)
		}
		w.t.Fatalf("chat %d never saw %q: %v; it has:\n%s", chat, texts, err, strings.Join(have, "\n---\n"))
	}
	return m
}

// presses presses the button of m whose text holds label, and returns the answer.
func (w *town) presses(who int64, m emulator.Message, label string) emulator.CallbackAnswer {
	w.t.Helper()
	for _, row := range m.InlineKeyboard {
		for _, b := range row {
			if b.Data != "" && strings.Contains(b.Text, label) {
				ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
				defer cancel()
				answer, err := w.emu.Press(ctx, who, m.ChatID, m.ID, b.Data)
				if err != nil {
					w.t.Fatalf("press %q: %v", label, err)
				}
				return answer
			}
		}
	}
	w.t.Fatalf("no button %q under %q: %v", label, m.Text, m.InlineKeyboard)
	return emulator.CallbackAnswer{}
}

// valid asserts that every call so far was a valid one for the Bot API.
func (w *town) valid() {
	w.t.Helper()
	for _, c := range w.emu.Calls() {
		if len(c.Violations) > 0 {
			w.t.Errorf("%s is not valid for the Bot API: %v (params %v)", c.Method, c.Violations, c.Params)
		}
		if c.Status == http.StatusBadRequest && !strings.Contains(c.Description, "not modified") && !strings.Contains(c.Description, "query is too old") {
			w.t.Errorf("%s was refused: %s (params %v)", c.Method, c.Description, c.Params)
		}
	}
}

// forget drops the updates that wait for the bot.
func (w *town) forget() {
	w.t.Helper()
	resp, err := http.PostForm(w.emu.URL()+"/bot"+testToken+"/deleteWebhook", url.Values{"drop_pending_updates": {"true"}})
	if err != nil {
		w.t.Fatal(err)
	}
	resp.Body.Close()
	w.emu.ResetCalls()
}

// eachDatabase runs a test on SQLite and on PostgreSQL.
func eachDatabase(t *testing.T, test func(t *testing.T, database string)) {
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, "sqlite:"+filepath.Join(t.TempDir(), "newsbot.db")) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, storetest.Postgres(t)) })
}
