// Package sandbox runs Newsbot's surroundings on one machine with no token and
// no network: a strict local Bot API server, a sample newsroom with a national
// bank, a clock that can be moved, and a chat page in the browser where one is
// two readers, an editor and a group at once.
//
// It does not run the bot. Whoever starts it gives the bot APIURL, Token,
// SourcesFile, RatesURL and Now, and runs it as against any other Bot API
// server. Everything listens on loopback only.
package sandbox

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"newsbot/internal/emulator"
	"newsbot/internal/sandbox/newsroom"
)

// DefaultAddr is where the chat page is served when Options name no address.
const DefaultAddr = "127.0.0.1:8080"

// DefaultPublishEvery is how often the newsroom brings out another story.
const DefaultPublishEvery = 3 * time.Minute

// closeTimeout is how long Close waits for requests that are being answered.
const closeTimeout = 3 * time.Second

// Options say how to run a sandbox. The zero value is fine.
type Options struct {
	// Addr is a loopback address; "" is DefaultAddr. Port 0 takes a free one.
	Addr string
	// Log takes what a person who runs the sandbox should know; nil is nothing.
	Log *slog.Logger
	// CallLog takes a JSON line for each call that the bot makes; nil is none.
	CallLog io.Writer
	// PublishEvery is how often a held-back story comes out; 0 is
	// DefaultPublishEvery, negative is only by hand.
	PublishEvery time.Duration
}

// Sandbox is a running sandbox. It is safe for concurrent use.
type Sandbox struct {
	log   *slog.Logger
	boot  string // differs in each run: an open page knows that all is new
	token string
	url   string
	clock *clock
	emu   *emulator.Server
	news  *newsroom.Newsroom
	cards *cards
	hub   *hub
	calls *callLog

	server *http.Server
	cancel context.CancelFunc // ends the loops and the pages' event streams
	done   sync.WaitGroup
	closed sync.Once

	mu     sync.Mutex
	people []person
	onNews []func()
}

// Start runs a sandbox until Close is called or ctx ends.
func Start(ctx context.Context, o Options) (*Sandbox, error) {
	if o.Addr == "" {
		o.Addr = DefaultAddr
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.PublishEvery == 0 {
		o.PublishEvery = DefaultPublishEvery
	}
	ln, err := listen(ctx, o.Addr)
	if err != nil {
		return nil, err
	}
	s := &Sandbox{
		log:    o.Log,
		boot:   rand.Text(),
		token:  "1000000001:" + rand.Text(),
		url:    "http://" + ln.Addr().String(),
		clock:  newClock(time.Now),
		hub:    newHub(),
		people: firstPeople(),
	}
	s.news = newsroom.New(s.clock.Now)
	s.news.SetBase(s.url + "/newsroom")
	s.cards = newCards(s.url, s.newsroomHandler())
	s.calls = newCallLog(o.CallLog, s.clock.Now, s.hub)
	s.emu, err = emulator.Start(emulator.Options{
		Token: s.token,
		Bot:   emulator.User{FirstName: BotName, Username: BotUsername},
		Now:   s.clock.Now,
		Log:   s.calls,
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the local Bot API server: %w", err), ln.Close())
	}
	s.populate()
	s.serve(ctx, ln, o.PublishEvery)
	return s, nil
}

// serve starts the listener and the loops.
func (s *Sandbox) serve(ctx context.Context, ln net.Listener, every time.Duration) {
	loops, cancel := context.WithCancel(ctx)
	s.cancel = cancel
	s.server = &http.Server{
		Handler:           s.handler(ln.Addr()),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		BaseContext:       func(net.Listener) context.Context { return loops },
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	events, stop := s.emu.Events()
	s.done.Go(func() { s.relay(loops, events, stop) })
	if every > 0 {
		s.done.Go(func() { s.publishLoop(loops, every) })
	}
	s.done.Go(func() {
		if err := s.server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("the chat page has stopped", "err", err)
		}
	})
	context.AfterFunc(ctx, s.Close)
}

// listen opens a loopback address, and says what to do where it cannot.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("sandbox address %q: %w (an address looks like %s)", addr, err, DefaultAddr)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("sandbox address %q is not a loopback address: use 127.0.0.1:%s; whoever reaches the page may speak as an editor", addr, port)
	}
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("sandbox address %s is taken by another program: give a free one, such as --addr %s: %w", addr, nextPort(host, port), err)
	}
	if err != nil {
		return nil, fmt.Errorf("listen for the chat page: %w", err)
	}
	return ln, nil
}

// nextPort proposes an address beside one that is taken.
func nextPort(host, port string) string {
	n, err := strconv.Atoi(port)
	if err != nil || n >= 65535 {
		n = 8080
	}
	return net.JoinHostPort(host, strconv.Itoa(n+1))
}

// publishLoop brings out a story now and then.
func (s *Sandbox) publishLoop(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if _, ok := s.PublishNext(); !ok {
				return
			}
		}
	}
}

// URL is the address of the chat page.
func (s *Sandbox) URL() string { return s.url }

// APIURL is the base of the local Bot API server.
func (s *Sandbox) APIURL() string { return s.emu.URL() }

// Token is the bot's token on that server; it is a new one in each run.
func (s *Sandbox) Token() string { return s.token }

// SourcesFile is a sources file that names all publishers of the newsroom.
func (s *Sandbox) SourcesFile() []byte { return s.news.Sources() }

// RatesURL is the national bank's address.
func (s *Sandbox) RatesURL() string { return s.news.RatesURL() }

// EditorID is the user id of the person who may broadcast.
func (s *Sandbox) EditorID() int64 { return EditorID }

// Emulator is the local Bot API server itself.
func (s *Sandbox) Emulator() *emulator.Server { return s.emu }

// Zone is the zone that the page shows times in, Asia/Almaty.
func (s *Sandbox) Zone() *time.Location { return almaty }

// Now is the sandbox's clock. It runs as the machine's does, and can be moved forward.
func (s *Sandbox) Now() time.Time { return s.clock.Now() }

// OnMove adds a function that is called each time after the clock was moved:
// the bot has jobs that have come due at once. The call that moves the clock
// returns when f does.
func (s *Sandbox) OnMove(f func()) { s.clock.onMove(f) }

// OnNews adds a function that is called when a story came out or the bank
// began to behave otherwise. A bot that polls would see it minutes later.
func (s *Sandbox) OnNews(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onNews = append(s.onNews, f)
}

// MoveTo moves the clock to an instant in the future.
func (s *Sandbox) MoveTo(t time.Time) error {
	if err := s.clock.moveTo(t); err != nil {
		return err
	}
	s.hub.publish("clock", s.clockView())
	s.clock.moved()
	return nil
}

// PublishNext brings the next story out now; ok is false when all are out.
func (s *Sandbox) PublishNext() (title string, ok bool) {
	title, ok = s.news.PublishNext()
	if ok {
		s.hub.publish("published", map[string]string{"title": title})
		s.tellNews()
	}
	return title, ok
}

// SetRatesMode makes the national bank behave in one of newsroom.RatesModes.
func (s *Sandbox) SetRatesMode(mode string) error {
	if modes := newsroom.RatesModes(); !slices.Contains(modes, mode) {
		return fmt.Errorf("rates mode %q: it must be one of %s", mode, strings.Join(modes, ", "))
	}
	s.news.SetRatesMode(mode)
	s.hub.publish("rates", map[string]string{"mode": mode})
	s.tellNews()
	return nil
}

func (s *Sandbox) tellNews() {
	s.mu.Lock()
	fs := slices.Clone(s.onNews)
	s.mu.Unlock()
	for _, f := range fs {
		f()
	}
}

// Close ends all that the sandbox runs. It may be called more than once.
func (s *Sandbox) Close() {
	s.closed.Do(func() {
		s.cancel()
		ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
		defer cancel()
		if err := s.server.Shutdown(ctx); err != nil {
			s.log.Warn("the chat page was cut off while it was answering", "err", errors.Join(err, s.server.Close()))
		}
		if err := s.emu.Close(); err != nil {
			s.log.Warn("close the local Bot API server", "err", err)
		}
		s.done.Wait()
	})
}
