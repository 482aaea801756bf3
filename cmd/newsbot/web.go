package main

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"newsbot/bot"
	"newsbot/internal/store"
	"newsbot/internal/telegram"
)

// newWeb serves health, metrics and, when one is set, the webhook.
func newWeb(db *store.Store, m *metrics, tg *telegram.Client, s settings, desk *bot.Bot) http.Handler {
	mux := http.NewServeMux()
	say := func(w http.ResponseWriter, code int, text string) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(code)
		_, _ = w.Write([]byte(text + "\n")) // the client is gone: nobody to tell
	}
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
		defer cancel()
		if err := db.Ping(ctx); err != nil {
			say(w, http.StatusServiceUnavailable, "database does not answer")
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
		mux.Handle("POST "+path, tg.Webhook(s.webhookSecret, desk.Handle))
	}
	return mux
}
