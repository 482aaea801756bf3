package main

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"newsbot/internal/emulator"
	"newsbot/internal/store/storetest"
)

// cable is a TCP proxy that can be cut: the way to a database that goes away.
type cable struct {
	t      *testing.T
	addr   string
	target string

	mu    sync.Mutex
	ln    net.Listener
	conns map[net.Conn]bool
	thaw  chan struct{} // not nil: nothing comes through until it is closed
}

func newCable(t *testing.T, target string) *cable {
	c := &cable{t: t, target: target, conns: map[net.Conn]bool{}}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c.addr = ln.Addr().String()
	ln.Close()
	t.Cleanup(func() { c.cut(); c.melt() })
	return c
}

// join lets connections through.
func (c *cable) join() {
	c.t.Helper()
	ln, err := net.Listen("tcp", c.addr)
	if err != nil {
		c.t.Fatal(err)
	}
	c.mu.Lock()
	c.ln = ln
	c.mu.Unlock()
	go func() {
		for {
			in, err := ln.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", c.target)
			if err != nil {
				in.Close()
				continue
			}
			c.mu.Lock()
			c.conns[in], c.conns[out] = true, true
			c.mu.Unlock()
			go func() { _, _ = io.Copy(cableEnd{out, c}, in); out.Close() }()
			go func() { _, _ = io.Copy(cableEnd{in, c}, out); in.Close() }()
		}
	}()
}

// cableEnd is where a cable's bytes come out.
type cableEnd struct {
	io.Writer
	c *cable
}

func (e cableEnd) Write(b []byte) (int, error) {
	e.c.mu.Lock()
	thaw := e.c.thaw
	e.c.mu.Unlock()
	if thaw != nil {
		<-thaw
	}
	return e.Writer.Write(b)
}

// freeze lets nothing through until melt, and ends no connection: neither side
// can tell that the other one is gone.
func (c *cable) freeze() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.thaw = make(chan struct{})
}

func (c *cable) melt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.thaw != nil {
		close(c.thaw)
		c.thaw = nil
	}
}

// cut ends every connection and takes no new one.
func (c *cable) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ln != nil {
		c.ln.Close()
		c.ln = nil
	}
	for conn := range c.conns {
		conn.Close()
	}
	clear(c.conns)
}

// throughCable gives a fresh PostgreSQL database behind a cable that is not joined yet.
func throughCable(t *testing.T) (database string, c *cable) {
	t.Helper()
	u, err := url.Parse(storetest.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	c = newCable(t, u.Host)
	u.Host = c.addr
	return u.String(), c
}

func TestDatabaseDownAtStartIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	database, cable := throughCable(t)
	p := w.start(database)
	p.says("the database does not answer, waiting for it", 15*time.Second)
	cable.join()
	p.says("telegram answers", 30*time.Second)
	w.say(reader, "/start")
	w.sees(reader, "Жаңалықтар")
}

func TestDatabaseGoneForAWhile(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	database, cable := throughCable(t)
	cable.join()
	p := w.start(database)
	w.say(reader, "/start")
	w.sees(reader, "Жаңалықтар")
	cable.cut()
	w.say(reader, "/rates")
	time.Sleep(time.Minute)
	cable.join()
	w.say(reader, "/help")
	w.sees(reader, "/digest 08:30")
	select {
	case <-p.ended:
		t.Fatal("the program ended with the database")
	default:
	}
	if code := p.stop(); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
}

func TestDatabaseMistakesEndTheStartWithAClearError(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	postgres := storetest.Postgres(t)
	u, err := url.Parse(postgres)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/no_such_database"
	text := w.path("notes.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("this is no database\n", 200)), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, database := range map[string]string{
		"directory missing": "sqlite:" + w.path("no/such/dir/newsbot.db"),
		"not a database":    "sqlite:" + text,
		"no such database":  u.String(),
	} {
		t.Run(name, func(t *testing.T) {
			p := startProgram(t, w.settings(database), "run")
			if code := p.wait(25 * time.Second); code != 1 {
				t.Errorf("exit code %d, want 1", code)
			}
			if !strings.Contains(p.log.String(), "database") {
				t.Errorf("the error does not speak of the database:\n%s", p.log)
			}
			if strings.Contains(p.log.String(), "panic") {
				t.Errorf("panic:\n%s", p.log)
			}
		})
	}
}

func TestReadOnlyDatabaseEndsTheStart(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("needs root to start the program as a user who may not write")
	}
	w := newTown(t)
	// nobody must be able to reach the file and the test binary, but not to write.
	open := t.TempDir()
	for dir := open; dir != "/" && dir != os.TempDir(); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(open, "newsbot.db")
	p := startProgram(t, w.settings("sqlite:"+file), "migrate")
	if code := p.wait(20 * time.Second); code != 0 {
		t.Fatalf("migrate: exit code %d", code)
	}
	program := filepath.Join(open, "newsbot")
	copyFile(t, os.Args[0], program)
	sources := filepath.Join(open, "sources.yaml")
	copyFile(t, w.path("sources.yaml"), sources)
	set := w.settings("sqlite:" + file)
	set["SOURCES_FILE"] = sources
	p = startBinary(t, program, set, &syscall.Credential{Uid: 65534, Gid: 65534}, "run")
	if code := p.wait(25 * time.Second); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	if log := p.log.String(); !strings.Contains(log, "read-only") && !strings.Contains(log, "readonly") && !strings.Contains(log, "written") {
		t.Errorf("the error does not say that the database cannot be written:\n%s", log)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b, 0o755); err != nil {
		t.Fatal(err)
	}
}

func TestTelegramDownAtStart(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.emu.Inject(emulator.Fault{Method: "getMe", Kind: emulator.BadGatewayHTML, Times: 2})
	w.emu.Inject(emulator.Fault{Method: "getUpdates", Kind: emulator.DropBefore, Times: 2})
	p := w.start("sqlite:" + w.path("newsbot.db"))
	p.says("telegram does not answer, trying on", 20*time.Second)
	w.say(reader, "/start")
	w.sees(reader, "Жаңалықтар")
}

func TestTokenThatTelegramDoesNotKnow(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	p := w.start("sqlite:"+w.path("newsbot.db"), "TELEGRAM_BOT_TOKEN=700700700:"+secret+"x")
	if code := p.wait(20 * time.Second); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	if !strings.Contains(p.log.String(), "telegram does not know this token") {
		t.Errorf("the error does not say what is wrong:\n%s", p.log)
	}
}

func TestTelegramTroubleWhileRunning(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]emulator.Fault{
		"409 conflict":       {Method: "getUpdates", Kind: emulator.Conflict, Times: 2},
		"502 as HTML":        {Method: "getUpdates", Kind: emulator.BadGatewayHTML, Times: 2},
		"empty answers":      {Method: "getUpdates", Kind: emulator.EmptyUpdates, Times: 3},
		"menus are refused":  {Method: "setMyCommands", Kind: emulator.InternalError},
		"reply lost before":  {Method: "sendMessage", Kind: emulator.DropBefore, Times: 1},
		"reply: 502 as HTML": {Method: "sendMessage", Kind: emulator.BadGatewayHTML, Times: 1},
		"reply: 429":         {Method: "sendMessage", Kind: emulator.TooManyRequests, RetryAfter: 2 * time.Second, Times: 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t)
			w.emu.Inject(fault)
			p := w.start("sqlite:" + w.path("newsbot.db"))
			p.says("telegram answers", 20*time.Second)
			w.say(reader, "/start")
			w.sees(reader, "Жаңалықтар")
		})
	}
}

func TestTokenRefusedWhileRunning(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	p := w.start("sqlite:" + w.path("newsbot.db"))
	w.say(reader, "/start")
	w.sees(reader, "Жаңалықтар")
	w.emu.Inject(emulator.Fault{Method: "getUpdates", Kind: emulator.Unauthorized, Times: 1})
	p.says("401 Unauthorized", 70*time.Second) // a poll may be hanging when the fault begins
	w.say(reader, "/help")
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Second)
	defer cancel()
	if _, err := w.emu.WaitFor(ctx, reader, func(m emulator.Message) bool { return strings.Contains(m.Text, "/digest 08:30") }); err != nil {
		t.Errorf("the bot did not go on after the token was taken again: %v", err)
	}
}

func TestLongFloodWaitDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.emu.Inject(emulator.Fault{Method: "sendMessage", ChatID: reader, Kind: emulator.TooManyRequests, RetryAfter: time.Hour})
	p := w.start("sqlite:" + w.path("newsbot.db"))
	p.says("telegram answers", 20*time.Second)
	w.say(reader, "/start")
	eventually(t, 10*time.Second, "the flooded reply", func() bool {
		for _, c := range w.emu.Calls() {
			if c.Method == "sendMessage" && c.Status == http.StatusTooManyRequests {
				return true
			}
		}
		return false
	})
	w.say(other, "/start")
	w.sees(other, "Новости")
}

// hostileFeed answers in the ways that a source must never harm the others with.
func hostileFeed(kind string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch kind {
		case "hangs":
			select {
			case <-r.Context().Done():
			case <-time.After(2 * time.Minute):
			}
		case "gigabyte":
			w.Header().Set("Content-Type", "application/rss+xml")
			zeros := make([]byte, 1<<20)
			for range 1024 {
				if _, err := w.Write(zeros); err != nil {
					return
				}
			}
		case "bomb":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			zeros := make([]byte, 1<<20)
			for range 1024 {
				if _, err := z.Write(zeros); err != nil {
					return
				}
			}
			z.Close()
		case "binary":
			w.Header().Set("Content-Type", "application/rss+xml")
			for i := range 200_000 {
				if _, err := w.Write([]byte{byte(i * 7), byte(i >> 3)}); err != nil {
					return
				}
			}
		case "entities":
			fmt.Fprint(w, `<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaaaaaaaaaaaa">`)
			for i := 'b'; i < 'k'; i++ {
				fmt.Fprintf(w, `<!ENTITY %c "%s">`, i, strings.Repeat("&"+string(i-1)+";", 20))
			}
			fmt.Fprint(w, `]><rss version="2.0"><channel><title>&j;</title><item><title>&j;</title><link>http://x.invalid/1</link></item></channel></rss>`)
		case "loop":
			http.Redirect(w, r, r.URL.Path+"?again", http.StatusFound)
		}
	}
}

func TestHostileSourcesHarmNobody(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	sources := string(w.news.Sources())
	for _, kind := range []string{"hangs", "gigabyte", "bomb", "binary", "entities", "loop"} {
		srv := httptest.NewServer(hostileFeed(kind))
		t.Cleanup(func() { srv.CloseClientConnections(); srv.Close() })
		sources = fmt.Sprintf("- {id: %s, title: %s, url: \"%s/feed\", kind: feed, language: ru}\n", kind, kind, srv.URL) + sources
	}
	if err := os.WriteFile(w.path("sources.yaml"), []byte(sources), 0o644); err != nil {
		t.Fatal(err)
	}
	p := w.start("sqlite:" + w.path("newsbot.db"))
	p.says("source=gigabyte", 60*time.Second)
	w.say(other, "/start")
	w.sees(other, "Новости")
	eventually(t, 60*time.Second, "the other sources' stories", func() bool {
		w.say(other, "/news")
		time.Sleep(500 * time.Millisecond)
		for _, m := range w.emu.Messages(other) {
			if m.Outgoing && len(m.InlineKeyboard) > 0 && len(m.Text) > 600 {
				return true
			}
		}
		return false
	})
	for _, kind := range []string{"gigabyte", "bomb", "binary", "loop"} {
		p.says("source="+kind, 60*time.Second)
	}
}

func TestRatesAreNeverAZero(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"down", "html", "zeros", "empty"} {
		t.Run(mode, func(t *testing.T) {
			w := newTown(t)
			w.news.SetRatesMode(mode)
			p := w.start("sqlite:" + w.path("newsbot.db"))
			if mode != "empty" {
				p.says("rates failed, the last good ones are kept", 30*time.Second)
			}
			w.say(editor, "/rates")
			m := w.sees(editor, "no data")
			if strings.Contains(m.Text, "0.0") || strings.Contains(m.Text, " 0 ") {
				t.Errorf("a zero is shown as a rate:\n%s", m.Text)
			}
		})
	}
}
