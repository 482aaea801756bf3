// Package jobs is the clock: one table of all that happens by itself, driven by
// cron, and the jobs in it. A job that is still running is not started again,
// a panic in one is logged and touches no other, and every job can be run at once.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/robfig/cron/v3"
	"golang.org/x/sync/errgroup"

	"newsbot/internal/article"
	"newsbot/internal/feed"
	"newsbot/internal/fetch"
	"newsbot/internal/outbox"
	"newsbot/internal/rates"
	"newsbot/internal/store"
)

// Options is what the jobs work with. All fields are needed but Topics, Fallback, RatesHeld, SourceNews and Observe.
type Options struct {
	Store *store.Store
	Feeds *feed.Reader
	Pages *fetch.Client
	// Topics tells what articles are about; nil is the built-in table.
	Topics    *feed.TopicTable
	Extractor *article.Extractor
	Bank      Bank
	// Fallback, when set, is asked while Bank is silent. Its book is another.
	Fallback Bank
	// RatesHeld, when set, hears of a list that is held because it jumps: the
	// first time only. An error is logged, and the list is held all the same.
	RatesHeld func(ctx context.Context, date time.Time, jumps []rates.Jump) error
	// SourceNews, when set, words for each editor what is to be told about sources:
	// messages by chat. Without any nothing counts as told.
	SourceNews func(ctx context.Context, news SourceNews) (map[int64]outbox.Message, error)
	// Digests plans the digests that are due and says how many were enqueued.
	Digests func(ctx context.Context) (int, error)
	// Progress brings the broadcasts' progress messages up to date.
	Progress func(ctx context.Context) error
	// Rights looks after the chats in which the bot may not write.
	Rights func(ctx context.Context) error
	// Wake tells the outbox that there is something to send.
	Wake func()
	Now  func() time.Time
	// Zone is what the table's times of day are in. A bank's day is in the bank's own zone.
	Zone         *time.Location
	PollInterval time.Duration
	Log          *slog.Logger
	// Observe, when set, hears of each run.
	Observe func(job string, took time.Duration, err error)
}

// Job is a line of the table.
type Job struct {
	Name string
	// Spec is when it runs, in cron's words and the jobs' zone.
	Spec string
	// Role is what a process has to hold to run it; see package role.
	Role string
	Run  func(ctx context.Context) error
	// Rest, when set, waits for what a run has left going.
	Rest func()
}

// The roles that jobs go with. Each is held by one process.
const (
	RoleClock    = "jobs"     // all that happens by itself and is kept in the database
	RoleTelegram = "telegram" // what has to be where messages are sent
)

// Jobs runs the table.
type Jobs struct {
	Options
	table   []Job
	busy    map[string]*sync.Mutex
	trouble map[string]*trouble
	fresh   chan struct{} // told when a poll brought articles: nobody should wait for their texts
	polls   *poller
	bare    *recorder
	network *network
	printed bool // what articles are recognised by is of this version; of the job texts
	main    *teller
	second  *teller       // nil: no fallback
	pause   time.Duration // between two requests to the bank
}

// trouble is a job's failing, so that a database that is down for an hour is
// not told at every turn of every job. The job's busy mutex guards it.
type trouble struct {
	since, said time.Time
}

// remindAfter lies between two lines about a job that keeps failing.
const remindAfter = 10 * time.Minute

// New makes the jobs; nothing runs before Run or RunNow.
func New(o Options) *Jobs {
	if o.Topics == nil {
		o.Topics = feed.BuiltinTopics()
	}
	j := &Jobs{Options: o, busy: map[string]*sync.Mutex{}, trouble: map[string]*trouble{}, fresh: make(chan struct{}, 1), pause: ratesPause, network: newNetwork()}
	j.polls = newPoller(j.pollSource, o.Log)
	j.bare = newRecorder(func(ctx context.Context, polls []store.Poll) error { return o.Store.RecordPolls(ctx, o.Now(), polls) })
	j.main = newTeller(j, o.Bank)
	j.main.loud = true
	if o.Fallback != nil {
		j.second = newTeller(j, o.Fallback)
	}
	j.table = []Job{
		{Name: "poll", Spec: "@every 10s", Role: RoleClock, Run: j.poll, Rest: j.polls.wait},
		{Name: "texts", Spec: "@every 5s", Role: RoleClock, Run: j.texts},
		{Name: "search", Spec: "@every 3s", Role: RoleClock, Run: j.index},
		{Name: "rates", Spec: "@every 1m", Role: RoleClock, Run: j.main.rates},
		{Name: "fallback", Spec: "@every 1m", Role: RoleClock, Run: j.fallback},
		{Name: "alerts", Spec: "@every 20s", Role: RoleClock, Run: j.alerts},
		{Name: "history", Spec: "@every 30s", Role: RoleClock, Run: j.main.history},
		{Name: "digests", Spec: "@every 5s", Role: RoleClock, Run: j.digests},
		{Name: "health", Spec: "@every 10m", Role: RoleClock, Run: j.health},
		{Name: "prune", Spec: "17 4 * * *", Role: RoleClock, Run: j.prune},
		{Name: "progress", Spec: "@every 3s", Role: RoleTelegram, Run: o.Progress},
		{Name: "rights", Spec: "@every 20s", Role: RoleTelegram, Run: o.Rights},
	}
	for _, job := range j.table {
		j.busy[job.Name], j.trouble[job.Name] = &sync.Mutex{}, &trouble{}
	}
	return j
}

// Run starts the clock for the jobs of a role, runs at once what a fresh start
// needs, and returns when ctx is done and every running job has ended. It may be
// called again, as the role comes and goes.
func (j *Jobs) Run(ctx context.Context, role string) error {
	logger := cronLog{j.Log}
	clock := cron.New(cron.WithLocation(j.Zone), cron.WithLogger(logger), cron.WithChain(cron.Recover(logger), cron.SkipIfStillRunning(cron.DiscardLogger)))
	var running sync.WaitGroup
	for _, job := range j.table {
		if job.Role != role {
			continue
		}
		if _, err := clock.AddFunc(job.Spec, func() { j.runOne(ctx, job) }); err != nil {
			return fmt.Errorf("job %s: %w", job.Name, err)
		}
	}
	if role == RoleClock {
		for _, name := range []string{"digests", "rates", "poll"} {
			running.Go(func() { j.runOne(ctx, j.job(name)) })
		}
		running.Go(func() { j.readFresh(ctx) })
	}
	clock.Start()
	<-ctx.Done()
	<-clock.Stop().Done()
	running.Wait()
	for _, job := range j.table {
		if job.Role == role && job.Rest != nil {
			job.Rest()
		}
	}
	return nil
}

// readFresh reads the texts of articles as soon as a poll has brought them.
func (j *Jobs) readFresh(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-j.fresh:
			j.runOne(ctx, j.job("texts"))
		}
	}
}

// RunNow runs the named jobs in their order and waits for them; a job that is
// running already is waited for and then run again. None of them runs otherwise
// meanwhile: what a job reads is what those before it have brought.
func (j *Jobs) RunNow(ctx context.Context, names ...string) {
	for _, job := range j.table { // always in this order, so that two calls cannot wait for each other
		if slices.Contains(names, job.Name) {
			j.busy[job.Name].Lock()
			defer j.busy[job.Name].Unlock()
		}
	}
	for _, name := range names {
		job := j.job(name)
		j.guarded(ctx, job)
		if job.Rest != nil {
			job.Rest()
		}
	}
}

// RunDue runs at once what may have come due as the clock was moved: alerts and
// digests are made of the lists of rates and the stories of that time.
func (j *Jobs) RunDue(ctx context.Context) {
	j.RunNow(ctx, "rates", "alerts", "poll", "texts", "digests")
}

func (j *Jobs) job(name string) Job {
	for _, job := range j.table {
		if job.Name == name {
			return job
		}
	}
	panic("jobs: no job " + name)
}

// runOne runs a job unless it is running.
func (j *Jobs) runOne(ctx context.Context, job Job) {
	if ctx.Err() != nil || !j.busy[job.Name].TryLock() {
		return
	}
	defer j.busy[job.Name].Unlock()
	j.guarded(ctx, job)
}

// guarded runs a job and logs what went wrong: the loop that owns the work is
// the one that logs. The job's busy mutex has to be held.
func (j *Jobs) guarded(ctx context.Context, job Job) {
	start := time.Now()
	err := safely(func() error { return job.Run(ctx) })
	if ctx.Err() != nil {
		return // stopped from outside
	}
	j.tell(job, err)
	if j.Observe != nil {
		j.Observe(job.Name, time.Since(start), err)
	}
}

// tell logs that a job fails when it begins to, when it still does, and when it works again.
func (j *Jobs) tell(job Job, err error) {
	t, now := j.trouble[job.Name], time.Now()
	switch {
	case err == nil && t.since.IsZero():
	case err == nil:
		j.Log.Info("job works again", slog.String("job", job.Name), slog.Duration("after", now.Sub(t.since)))
		*t = trouble{}
	case t.since.IsZero():
		*t = trouble{since: now, said: now}
		j.Log.Error("job failed", slog.String("job", job.Name), slog.Any("error", err))
	case now.Sub(t.said) >= remindAfter:
		t.said = now
		j.Log.Error("job still fails", slog.String("job", job.Name), slog.Duration("since", now.Sub(t.since)), slog.Any("error", err))
	default:
		j.Log.Debug("job still fails", slog.String("job", job.Name), slog.Any("error", err))
	}
}

// safely makes an error of a panic.
func safely(run func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return run()
}

// each runs do for every item, at most limit at once, and returns what went
// wrong. One that fails, or panics, stops no other.
func each[T any](items []T, limit int, do func(T) error) error {
	const told = 5 // one cause fails many alike
	var (
		mu     sync.Mutex
		errs   []error
		failed int
		group  errgroup.Group
	)
	group.SetLimit(limit)
	for _, item := range items {
		group.Go(func() error {
			if err := safely(func() error { return do(item) }); err != nil {
				mu.Lock()
				defer mu.Unlock()
				if failed++; failed <= told {
					errs = append(errs, err)
				}
			}
			return nil
		})
	}
	_ = group.Wait() // it has no errors of its own
	if failed > told {
		errs = append(errs, fmt.Errorf("and %d more", failed-told))
	}
	return errors.Join(errs...)
}

// cronLog hands what cron says to slog.
type cronLog struct{ log *slog.Logger }

func (l cronLog) Info(string, ...any) {}

func (l cronLog) Error(err error, msg string, args ...any) {
	l.log.Error("cron: "+msg, append(args, slog.Any("error", err))...)
}
