package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"newsbot/internal/store"
)

// newWeb serves health, metrics and, when one is set, the webhook.
func newWeb(db *store.Store, m *metrics, s settings, front *front) http.Handler {
	mux := http.NewServeMux()
	say := func(w http.ResponseWriter, code int, text string) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(code)
		_, _ = w.Write([]byte(text + "\n")) // the client is gone: nobody to tell
	}
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if why := unready(r.Context(), db, front); why != "" {
			say(w, http.StatusServiceUnavailable, why)
			return
		}
		say(w, http.StatusOK, "ready")
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError}))
	if s.webhookURL != "" {
		path := "/"
		if u, err := url.Parse(s.webhookURL); err == nil && u.Path != "" {
			path = u.Path
		}
		mux.Handle("POST "+path, front.webhook())
	}
	return mux
}

// standby is what /readyz says, with 503, where another process serves: a load
// balancer then sends the webhook to that one. The process is well all the same.
const standby = "standby"

// unready says why this process does not serve readers now; "" when it does.
func unready(ctx context.Context, db *store.Store, front *front) string {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	silent, long := front.polls.silent(time.Now())
	switch {
	case db.Ping(ctx) != nil:
		return "database does not answer"
	case !front.known.Load():
		return "starting: telegram has not answered yet"
	case front.term.Load() == nil || !front.role.Held():
		return standby
	case long:
		return fmt.Sprintf("telegram does not answer the polls for updates for %s", silent.Round(time.Second))
	}
	return ""
}

// unreadyAfter is how long updates may fail before the bot is called not ready:
// a poll that fails now and then, or another process that polls for a moment, is
// no news to a monitor.
const unreadyAfter = 2 * time.Minute

// pollHealth knows since when polls for updates fail. One that succeeds ends it.
type pollHealth struct {
	mu    sync.Mutex
	since time.Time // zero: they do not
}

// changed hears that polls begin to fail, fail in another way or succeed again.
func (p *pollHealth) changed(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case err == nil:
		p.since = time.Time{}
	case p.since.IsZero():
		p.since = time.Now()
	}
}

// over hears that this process polls no more.
func (p *pollHealth) over() { p.changed(nil) }

// silent tells for how long polls have failed, and whether that is long.
func (p *pollHealth) silent(now time.Time) (d time.Duration, long bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.since.IsZero() {
		return 0, false
	}
	d = now.Sub(p.since)
	return d, d >= unreadyAfter
}
