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
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"newsbot/bot"
	"newsbot/internal/article"
	"newsbot/internal/digest"
	"newsbot/internal/feed"
	"newsbot/internal/jobs"
	"newsbot/internal/outbox"
	"newsbot/internal/rates"
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
	// claimLease is how long a claim outlives a process that was killed, where
	// others may be delivering from the same database.
	claimLease = 30 * time.Second
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

	senders := sendersFor(s.sendRate)
	tg, err := telegram.New(telegram.Options{Token: s.token, BaseURL: s.apiURL, Log: log, Paid: s.paid, Connections: senders + otherCalls})
	if err != nil {
		return fmt.Errorf("telegram: %w", err)
	}
	m := newMetrics(db)
	holder := rand.Text()
	// SQLite is for one process: whatever was claimed there was claimed by one that is gone.
	sole := db.Engine() == "sqlite"
	pacer := outbox.NewPacer(outbox.PacerOptions{Rate: s.sendRate})
	sender := outbox.New(outbox.Options{
		Store: db, Sender: bot.NewCourier(db, tg, h.now, log), Pacer: pacer, Workers: senders, Lease: claimLease,
		Now: h.now, Log: log, Holder: holder, OnOutcome: m.outcome,
		Sole: sole,
	})
	desk := bot.New(bot.Options{
		Store: db, Telegram: tg, Pacer: pacer, Wake: sender.Wake, Halt: sender.Halt, Now: h.now,
		DefaultZone: s.zone, Editors: s.editors, Log: log, Observe: m.command,
	})
	client := s.reader()
	clock := jobs.New(jobs.Options{
		Store: db, Feeds: feed.NewReader(client, s.zone, h.now), Pages: client,
		Extractor: article.NewExtractor(2, 10*time.Second), Bank: rates.NewNationalBank(client, s.ratesURL),
		Digests:  func(ctx context.Context) (int, error) { return digest.Plan(ctx, db, h.now(), log) },
		Progress: desk.Progress, Wake: sender.Wake, Now: h.now, Zone: s.zone,
		RatesHeld:    tellEditors(db, s.editors, h.now, sender.Wake),
		PollInterval: s.pollInterval, Sole: sole, Holder: holder, Log: log, Observe: m.job,
	})
	// Updates stop first; what they began and what is being sent may then end.
	sendCtx, stopSending := context.WithCancel(context.WithoutCancel(ctx))
	defer stopSending()
	var group errgroup.Group
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	start := func(name string, ctx context.Context, loop func(context.Context) error) {
		group.Go(func() error {
			err := loop(ctx)
			if err != nil {
				cancel()
				return fmt.Errorf("%s: %w", name, err)
			}
			return nil
		})
	}
	web := &http.Server{Handler: newWeb(db, m, tg, s, desk), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	start("http", ctx, func(context.Context) error {
		if err := web.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	var users sync.WaitGroup // loops that make deliveries
	users.Add(2)
	start("jobs", ctx, func(ctx context.Context) error { defer users.Done(); return clock.Run(ctx) })
	start("updates", ctx, func(ctx context.Context) error { defer users.Done(); return takeUpdates(ctx, s, tg, desk, m, log) })
	start("outbox", sendCtx, sender.Run)
	if h.started != nil {
		h.started(func(ctx context.Context) {
			clock.RunNow(ctx, "rates", "poll", "texts", "digests")
			sender.Wake()
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
	go func() {
		users.Wait()
		desk.Wait()
		stopSending()
		ended <- group.Wait()
	}()
	select {
	case err := <-ended:
		return err
	case <-deadline.Done():
		log.Warn("not everything ended in time; what was not sent is sent at the next start")
		return nil
	}
}

// takeUpdates learns who the bot is, publishes its menus and takes updates
// until ctx is done. Only a token that Telegram does not know is fatal, and only at the start.
func takeUpdates(ctx context.Context, s settings, tg *telegram.Client, desk *bot.Bot, m *metrics, log *slog.Logger) error {
	me, err := learnMe(ctx, tg, log)
	if err != nil || ctx.Err() != nil {
		return err
	}
	desk.SetUsername(me.Username)
	published := make(chan struct{})
	go func() {
		defer close(published)
		if err := desk.Publish(ctx); err != nil && ctx.Err() == nil {
			log.Warn("menus and descriptions are not published; the bot works without", slog.Any("error", err))
		}
	}()
	defer func() { <-published }()
	if s.webhookURL != "" {
		if err := setWebhook(ctx, s, tg, log); err != nil {
			return err
		}
		<-ctx.Done()
		return nil
	}
	err = tg.Updates(ctx, desk.Handle, telegram.PollOptions{OnState: m.polling})
	if telegram.Classify(err) == telegram.Unauthorized {
		return fmt.Errorf("%w: %w", errUnknownToken, err)
	}
	return err
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
	stored, err := db.Sources(ctx)
	if err != nil {
		return fmt.Errorf("load sources: %w", err)
	}
	if len(stored) > 0 {
		return nil
	}
	added, _, err := db.ImportSources(ctx, now, sources)
	if err != nil {
		return fmt.Errorf("import sources: %w", err)
	}
	log.Info("sources imported", slog.Int("count", added))
	return nil
}
