package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"newsbot/bot"
	"newsbot/internal/feed"
	"newsbot/internal/jobs"
	"newsbot/internal/outbox"
	"newsbot/internal/role"
	"newsbot/internal/store"
	"newsbot/internal/telegram"
)

// front is the side of the bot that Telegram sees: it takes updates, replies and
// delivers. Of all processes on a database one does, the one that holds the role.
type front struct {
	s      settings
	db     *store.Store
	log    *slog.Logger
	now    func() time.Time
	holder string
	m      *metrics
	role   *role.Role
	clock  *jobs.Jobs
	feeds  *feed.Reader // for editors who look at a source; set before the role is taken
	// anyone asks what any process may ask; tg speaks for the bot, and is silent
	// while this process does not hold the role.
	anyone, tg *telegram.Client

	known     atomic.Bool // Telegram has said who the bot is
	username  string
	published bool
	term      atomic.Pointer[term]
	polls     pollHealth
}

// term is what lives for as long as this process holds the role, and begins
// anew with it: nothing is remembered that another process may have changed.
type term struct {
	desk   *bot.Bot
	sender *outbox.Outbox
}

// errStandby is why an update is not taken.
var errStandby = errors.New("this process stands by, another one takes updates")

// run learns who the bot is, and serves whenever this process has the role.
// Only a token or a webhook that Telegram refuses is an error.
func (f *front) run(ctx context.Context) error {
	me, err := learnMe(ctx, f.anyone, f.log)
	if err != nil || ctx.Err() != nil {
		return err
	}
	f.username = me.Username
	f.known.Store(true)
	return f.role.Run(ctx, f.serve)
}

// serve is a term of the role; see role.Run.
func (f *front) serve(stop, held context.Context) error {
	stop, end := context.WithCancel(stop)
	defer end()
	// Updates stop first; what they began and what is being sent may then end. When
	// the role is lost all stops at once.
	sending, stopSending := context.WithCancel(held)
	defer stopSending()

	t, pacer := &term{}, outbox.NewPacer(outbox.PacerOptions{Rate: f.s.sendRate, FreeRate: freeRate(f.s), Spent: true})
	t.sender = outbox.New(outbox.Options{
		Store: f.db, Sender: bot.NewCourier(f.db, f.s.board.Book, f.tg, f.now, f.log), Pacer: pacer, Workers: sendersFor(f.s.sendRate), Lease: claimLease,
		Now: f.now, Log: f.log, Holder: f.holder,
		OnOutcome: func(d outbox.Delivery, out outbox.Outcome) {
			f.m.outcome(d, out)
			t.desk.Attempted(d, out)
		},
		Sole: true, Keep: keepOutcomes,
	})
	t.desk = bot.New(bot.Options{
		Store: f.db, Telegram: f.tg, Board: f.s.board, Feeds: f.feeds, Pacer: pacer, Wake: t.sender.Wake, Halt: t.sender.Halt, Resume: t.sender.Resume, Now: f.now,
		Topics: f.s.topics, DefaultZone: f.s.zone, SendRate: f.s.sendRate, Editors: f.s.editors, Approvals: f.s.approvals, Paid: f.s.paid, Username: f.username, Log: f.log, Observe: f.m.command,
		Stopping: stop,
	})
	var group errgroup.Group
	start := func(name string, ctx context.Context, loop func(context.Context) error) {
		group.Go(func() error {
			err := loop(ctx)
			if err != nil {
				end()
				return fmt.Errorf("%s: %w", name, err)
			}
			return nil
		})
	}
	t.desk.Recover(stop)
	f.term.Store(t)
	start("outbox", sending, t.sender.Run)
	start("watch", stop, t.desk.Watch)
	start("progress", stop, func(ctx context.Context) error { return f.clock.Run(ctx, jobs.RoleTelegram) })
	err := f.takeUpdates(stop, t.desk)
	f.term.Store(nil)
	f.polls.over()
	f.m.polling(errStandby)
	end()
	t.desk.Wait()
	stopSending()
	return errors.Join(err, group.Wait())
}

// freeRate is the rate of what is not paid for; 0 where that is the whole rate.
func freeRate(s settings) float64 {
	if s.paid && s.sendRate > outbox.FreeRate {
		return outbox.FreeRate
	}
	return 0
}

// handle takes updates from the webhook.
func (f *front) handle(ctx context.Context, updates []telegram.Update) error {
	t := f.term.Load()
	if t == nil || !f.role.Held() {
		return errStandby
	}
	return t.desk.Handle(ctx, updates)
}

// webhook takes updates where this process holds the role. Elsewhere Telegram is
// told to come again: by then it may, or a load balancer has found who does.
func (f *front) webhook() http.Handler {
	hook := f.tg.Webhook(f.s.webhookSecret, f.handle)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f.term.Load() == nil || !f.role.Held() {
			w.Header().Set("Retry-After", "1")
			http.Error(w, errStandby.Error(), http.StatusServiceUnavailable)
			return
		}
		hook.ServeHTTP(w, r)
	})
}

// progress brings the broadcasts' progress messages up to date.
func (f *front) progress(ctx context.Context) error {
	if t := f.term.Load(); t != nil {
		return t.desk.Progress(ctx)
	}
	return nil
}

// rights looks after the chats in which the bot may not write.
func (f *front) rights(ctx context.Context) error {
	if t := f.term.Load(); t != nil {
		return t.desk.Rights(ctx)
	}
	return nil
}

// wake tells the outbox that there is something to send. Where it is another
// process's, that one looks every second.
func (f *front) wake() {
	if t := f.term.Load(); t != nil {
		t.sender.Wake()
	}
}

// takeUpdates publishes the bot's menus and takes updates until ctx is done.
// Only a token that Telegram does not know is fatal, and only at the start.
func (f *front) takeUpdates(ctx context.Context, desk *bot.Bot) error {
	published := make(chan struct{})
	go func() {
		defer close(published)
		if f.published {
			return
		}
		err := desk.Publish(ctx)
		if err != nil && ctx.Err() == nil {
			f.log.Warn("menus and descriptions are not published; the bot works without", slog.Any("error", err))
		}
		f.published = err == nil
	}()
	defer func() { <-published }()
	if f.s.webhookURL != "" {
		if err := setWebhook(ctx, f.s, f.tg, f.log); err != nil {
			return err
		}
		<-ctx.Done()
		return nil
	}
	err := f.tg.Updates(ctx, desk.Handle, telegram.PollOptions{OnState: func(err error) {
		f.m.polling(err)
		f.polls.changed(err)
	}})
	if telegram.Classify(err) == telegram.Unauthorized {
		return fmt.Errorf("%w: %w", errUnknownToken, err)
	}
	return err
}
