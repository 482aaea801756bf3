package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"newsbot/internal/article"
	"newsbot/internal/digest"
	"newsbot/internal/feed"
	"newsbot/internal/fetch"
	"newsbot/internal/jobs"
	"newsbot/internal/rates"
	"newsbot/internal/role"
	"newsbot/internal/store"
	"newsbot/internal/telegram"
)

const (
	// shutdownBudget is how long what is in flight may take to end.
	shutdownBudget = 9 * time.Second
	// startBudget is how long a start waits for a database that is not up yet.
	startBudget = 30 * time.Second
	// The number of senders follows the rate within these bounds.
	fewestSenders, mostSenders = 32, 128
	// otherCalls is how many calls besides the senders' keep their connections:
	// replies, the long poll, the editors' progress.
	otherCalls = 32
	// claimLease is how long a claim lasts. Who takes the role over takes what the
	// last holder had claimed at once.
	claimLease = 30 * time.Second
	// keepOutcomes is how long the outcomes of what was sent are kept for a
	// database that is away, so that nobody gets a message again because of that.
	keepOutcomes = 24 * time.Hour
)

// sendersFor is how many messages may be on the wire at once, and so the most
// that a kill can make go out twice. To keep up a rate, as many have to be there
// as leave while one travels: an eighth of a second is twice what Telegram takes
// on an ordinary day. At the free rate of 30 a second the fewest are enough even
// when each answer takes a whole second.
func sendersFor(rate float64) int {
	return int(min(max(rate/8, fewestSenders), mostSenders))
}

type runCommand struct {
	Flags flags `embed:"" group:"settings"`
}

// Run runs the bot until the process is told to stop.
func (runCommand) Run(p *process) error {
	s, err := p.flags.read(true)
	if err != nil {
		return err
	}
	return serve(p.ctx, s, newLogger(p.stderr, s), hooks{now: time.Now})
}

// hooks is what the sandbox changes about a running bot.
type hooks struct {
	now func() time.Time
	// started, when set, is called once the bot works, with a function that
	// runs everything that is due by now.
	started func(runDue func(context.Context))
}

func newLogger(w io.Writer, s settings) *slog.Logger {
	options := &slog.HandlerOptions{Level: s.logLevel}
	if s.logJSON {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// serve wires the bot and runs it until ctx is done: the one place where every
// part meets every other.
func serve(ctx context.Context, s settings, log *slog.Logger, h hooks) error {
	slog.SetDefault(log) // what libraries say by themselves
	log.Info("newsbot starts", slog.String("version", versionString()))
	unlock, err := store.Lock(s.databaseURL)
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	defer func() {
		if err := unlock(); err != nil {
			log.Error("unlock database", slog.Any("error", err))
		}
	}()
	db, err := openStore(ctx, s.databaseURL, log)
	if ctx.Err() != nil {
		return nil // told to stop while it waited
	}
	if err != nil {
		return err
	}
	defer func() {
		if err := db.Close(); err != nil {
			log.Error("close database", slog.Any("error", err))
		}
	}()
	if err := importFirstSources(ctx, db, s.sources, h.now(), log); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", s.httpAddr)
	if err != nil {
		return fmt.Errorf("HTTP_ADDR: %w; choose another address with --http-addr", err)
	}
	defer listener.Close()

	m := newMetrics(db)
	front, err := newFront(s, db, m, log, h.now)
	if err != nil {
		return err
	}
	client := s.reader()
	front.feeds = feed.NewReader(client, s.zone, h.now)
	clock := jobs.New(jobs.Options{
		Store: db, Feeds: front.feeds, Pages: client, Topics: s.topics,
		Extractor: article.NewExtractor(2, 10*time.Second), Bank: rates.NewBank(client, s.board.Book, s.ratesURL), Fallback: fallbackBank(client, s),
		Digests:  func(ctx context.Context) (int, error) { return digest.Plan(ctx, db, s.board, h.now(), log) },
		Progress: front.progress, Rights: front.rights, Wake: front.wake, Now: h.now, Zone: s.zone,
		RatesHeld:    tellEditors(db, s.board.Book, s.editors, h.now, front.wake),
		SourceNews:   wordSourceNews(db, s.editors, s.zone, h.now),
		PollInterval: s.pollInterval, Log: log, Observe: m.job,
	})
	front.clock = clock

	var group errgroup.Group
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	start := func(name string, loop func(context.Context) error) {
		group.Go(func() error {
			err := loop(ctx)
			if err != nil {
				cancel()
				return fmt.Errorf("%s: %w", name, err)
			}
			return nil
		})
	}
	web := &http.Server{Handler: newWeb(db, m, s, front), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	start("http", func(context.Context) error {
		if err := web.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	start("jobs", func(ctx context.Context) error {
		return newRole(jobs.RoleClock, db, front.holder, m, log).Run(ctx, func(stop, _ context.Context) error { return clock.Run(stop, jobs.RoleClock) })
	})
	start("telegram", front.run)
	if h.started != nil {
		h.started(func(ctx context.Context) {
			clock.RunDue(ctx)
			front.wake()
		})
	}
	log.Info("newsbot runs", slog.String("http", listener.Addr().String()), slog.String("database", db.Engine()))

	<-ctx.Done()
	log.Info("newsbot stops, what is in flight may end")
	deadline, done := context.WithTimeout(context.WithoutCancel(ctx), shutdownBudget)
	defer done()
	if err := web.Shutdown(deadline); err != nil {
		log.Warn("http did not end in time", slog.Any("error", err))
	}
	ended := make(chan error, 1)
	go func() { ended <- group.Wait() }()
	select {
	case err := <-ended:
		return err
	case <-deadline.Done():
		log.Warn("not everything ended in time; what was not sent is sent at the next start")
		return nil
	}
}

// fallbackBank is the bank that is asked while the first is silent; nil when there is none.
func fallbackBank(client *fetch.Client, s settings) jobs.Bank {
	if s.board.Fallback == nil {
		return nil
	}
	return rates.NewBank(client, *s.board.Fallback, s.fallbackURL)
}

// newRole makes a role of this process. SQLite is for one process, see store.Lock:
// there it has all roles, and whatever was claimed was claimed by one that is gone.
func newRole(name string, db *store.Store, holder string, m *metrics, log *slog.Logger) *role.Role {
	o := role.Options{Name: name, Holder: holder, Log: log, OnChange: func(held bool) { m.holds(name, held) }}
	if db.Engine() != "sqlite" {
		o.Leases = db
	}
	m.holds(name, false)
	return role.New(o)
}

// newFront makes the side of the bot that Telegram sees.
func newFront(s settings, db *store.Store, m *metrics, log *slog.Logger, now func() time.Time) (*front, error) {
	f := &front{s: s, db: db, m: m, log: log, now: now, holder: holderName()}
	f.role = newRole(jobs.RoleTelegram, db, f.holder, m, log)
	o := telegram.Options{Token: s.token, BaseURL: s.apiURL, Log: log, Paid: s.paid, Connections: sendersFor(s.sendRate) + otherCalls}
	var err error
	if f.anyone, err = telegram.New(o); err != nil {
		return nil, fmt.Errorf("telegram: %w", err)
	}
	o.Allowed = f.role.Held
	if f.tg, err = telegram.New(o); err != nil {
		return nil, fmt.Errorf("telegram: %w", err)
	}
	return f, nil
}

// holderName names this process among all, and tells a person which it is.
func holderName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unnamed"
	}
	return fmt.Sprintf("%s-%d-%s", host, os.Getpid(), rand.Text()[:6])
}

// setWebhook tells Telegram where to send updates, until Telegram takes it. Only
// an address or a secret that Telegram refuses ends the program.
func setWebhook(ctx context.Context, s settings, tg *telegram.Client, log *slog.Logger) error {
	wait := newWait()
	for said := false; ; said = true {
		err := tg.SetWebhook(ctx, s.webhookURL, s.webhookSecret)
		switch class := telegram.Classify(err); {
		case err == nil:
			log.Info("telegram sends updates to the webhook")
			return nil
		case ctx.Err() != nil:
			return nil
		case class != telegram.Temporary && class != telegram.Flood:
			return fmt.Errorf("WEBHOOK_URL: %w", err)
		case !said:
			log.Warn("the webhook is not set, trying on", slog.Any("error", err))
		}
		if !wait(ctx) {
			return nil
		}
	}
}

// newWait returns a function that waits, each time twice as long, from a second
// to half a minute; it returns false when ctx is done.
func newWait() func(context.Context) bool {
	next := time.Second
	return func(ctx context.Context) bool {
		timer := time.NewTimer(next)
		defer timer.Stop()
		next = min(2*next, 30*time.Second)
		select {
		case <-ctx.Done():
			return false
		case <-timer.C:
			return true
		}
	}
}

var errUnknownToken = errors.New("telegram does not know this token: check TELEGRAM_BOT_TOKEN, or ask @BotFather for a new one")

// learnMe asks who the bot is until Telegram answers. A server that does not
// know the method costs the bot its name in groups, not its start.
func learnMe(ctx context.Context, tg *telegram.Client, log *slog.Logger) (telegram.User, error) {
	wait := newWait()
	for said := false; ; said = true {
		me, err := tg.Me(ctx)
		switch class := telegram.Classify(err); {
		case err == nil:
			log.Info("telegram answers", slog.String("username", me.Username))
			return me, nil
		case ctx.Err() != nil:
			return telegram.User{}, nil
		case class == telegram.Unauthorized:
			return telegram.User{}, fmt.Errorf("%w: %w", errUnknownToken, err)
		case class != telegram.Temporary && class != telegram.Flood:
			log.Warn("the server does not say who the bot is", slog.Any("error", err))
			return telegram.User{}, nil
		case !said:
			log.Warn("telegram does not answer, trying on", slog.Any("error", err))
		}
		if !wait(ctx) {
			return telegram.User{}, nil
		}
	}
}

// openStore opens and migrates the database. A database that is not up yet is
// waited for, as its container may still be starting; a mistake is not.
func openStore(ctx context.Context, url string, log *slog.Logger) (*store.Store, error) {
	deadline := time.Now().Add(startBudget)
	for said := false; ; {
		db, err := store.Open(ctx, url)
		if err == nil {
			if err = db.Migrate(ctx); err == nil {
				return db, nil
			}
			db.Close()
		}
		if !store.Unavailable(err) || time.Now().After(deadline) || ctx.Err() != nil {
			return nil, fmt.Errorf("database: %w", err)
		}
		if !said {
			said = true
			log.Warn("the database does not answer, waiting for it", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// importFirstSources fills an empty database with the sources to start with.
func importFirstSources(ctx context.Context, db *store.Store, sources []feed.Source, now time.Time, log *slog.Logger) error {
	if had, err := db.EverHadSources(ctx); err != nil || had {
		return err
	}
	added, _, err := db.ImportSources(ctx, now, sources)
	if err != nil {
		return fmt.Errorf("import sources: %w", err)
	}
	log.Info("sources imported", slog.Int("count", added))
	return nil
}
