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
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"newsbot/internal/article"
	"newsbot/internal/feed"
	"newsbot/internal/fetch"
	"newsbot/internal/rates"
	"newsbot/internal/store"
)

// Options is what the jobs work with. All fields are needed but Observe.
type Options struct {
	Store     *store.Store
	Feeds     *feed.Reader
	Pages     *fetch.Client
	Extractor *article.Extractor
	Bank      *rates.NationalBank
	// Digests plans the digests that are due and says how many were enqueued.
	Digests func(ctx context.Context) (int, error)
	// Progress brings the broadcasts' progress messages up to date.
	Progress func(ctx context.Context) error
	// Wake tells the outbox that there is something to send.
	Wake func()
	Now  func() time.Time
	// Zone is the National Bank's and the jobs' own time zone.
	Zone         *time.Location
	PollInterval time.Duration
	// Holder names this process in the leases that keep a job from running twice at once.
	Holder string
	Log    *slog.Logger
	// Observe, when set, hears of each run.
	Observe func(job string, took time.Duration, err error)
}

// Job is a line of the table.
type Job struct {
	Name string
	// Spec is when it runs, in cron's words and the jobs' zone.
	Spec string
	// Lease is how long a run may hold its role before another process may
	// take over; zero means that every process runs the job.
	Lease time.Duration
	Run   func(ctx context.Context) error
}

// Jobs runs the table.
type Jobs struct {
	Options
	table []Job
	busy  map[string]*sync.Mutex
	fresh chan struct{} // told when a poll brought articles: nobody should wait for their texts
	bank  bankState
}

// New makes the jobs; nothing runs before Run or RunNow.
func New(o Options) *Jobs {
	j := &Jobs{Options: o, busy: map[string]*sync.Mutex{}, fresh: make(chan struct{}, 1)}
	j.table = []Job{
		{Name: "poll", Spec: "@every 10s", Lease: 2 * time.Minute, Run: j.poll},
		{Name: "texts", Spec: "@every 5s", Lease: 2 * time.Minute, Run: j.texts},
		{Name: "rates", Spec: "@every 1m", Lease: 5 * time.Minute, Run: j.rates},
		{Name: "digests", Spec: "@every 5s", Lease: time.Minute, Run: j.digests},
		{Name: "progress", Spec: "@every 3s", Lease: 30 * time.Second, Run: o.Progress},
		{Name: "prune", Spec: "17 4 * * *", Lease: 10 * time.Minute, Run: j.prune},
	}
	for _, job := range j.table {
		j.busy[job.Name] = &sync.Mutex{}
	}
	return j
}

// Table lists the jobs.
func (j *Jobs) Table() []Job { return j.table }

// Run starts the clock, runs at once what a fresh start needs, and returns when
// ctx is done and every running job has ended.
func (j *Jobs) Run(ctx context.Context) error {
	logger := cronLog{j.Log}
	clock := cron.New(cron.WithLocation(j.Zone), cron.WithLogger(logger), cron.WithChain(cron.Recover(logger), cron.SkipIfStillRunning(cron.DiscardLogger)))
	var running sync.WaitGroup
	for _, job := range j.table {
		if _, err := clock.AddFunc(job.Spec, func() { j.runOne(ctx, job) }); err != nil {
			return fmt.Errorf("job %s: %w", job.Name, err)
		}
	}
	for _, name := range []string{"digests", "rates", "poll"} {
		running.Go(func() { j.runOne(ctx, j.job(name)) })
	}
	running.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-j.fresh:
				j.runOne(ctx, j.job("texts"))
			}
		}
	})
	clock.Start()
	<-ctx.Done()
	<-clock.Stop().Done()
	running.Wait()
	return nil
}

// RunNow runs the named jobs in their order and waits for them; a job that is
// running already is waited for and then run again.
func (j *Jobs) RunNow(ctx context.Context, names ...string) {
	for _, name := range names {
		j.busy[name].Lock()
		j.guarded(ctx, j.job(name))
		j.busy[name].Unlock()
	}
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

// guarded runs a job under its lease, and logs what went wrong: the loop that
// owns the work is the one that logs.
func (j *Jobs) guarded(ctx context.Context, job Job) {
	start := time.Now()
	err := func() (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
			}
		}()
		if job.Lease == 0 {
			return job.Run(ctx)
		}
		// Leases are about processes, so they follow the real clock even when
		// the newsroom's clock has been moved.
		held, err := j.Store.Lease(ctx, time.Now(), "job:"+job.Name, j.Holder, job.Lease)
		if err != nil || !held {
			return err
		}
		ctx, cancel := context.WithTimeout(ctx, job.Lease)
		defer cancel()
		return job.Run(ctx)
	}()
	if err != nil && ctx.Err() == nil {
		j.Log.Error("job failed", slog.String("job", job.Name), slog.Any("error", err))
	}
	if j.Observe != nil && !errors.Is(err, context.Canceled) {
		j.Observe(job.Name, time.Since(start), err)
	}
}

// cronLog hands what cron says to slog.
type cronLog struct{ log *slog.Logger }

func (l cronLog) Info(string, ...any) {}

func (l cronLog) Error(err error, msg string, args ...any) {
	l.log.Error("cron: "+msg, append(args, slog.Any("error", err))...)
}
