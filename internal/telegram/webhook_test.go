package telegram

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestWebhook(t *testing.T) {
	good := textUpdate(10)
	tests := []struct {
		name           string
		method, secret string
		body           string
		fails          bool
		status         int
		handled        int
		logged         string
	}{
		{"update", "POST", "right", good, false, 200, 1, ""},
		{"cannot be handled now", "POST", "right", good, true, 503, 1, "update=10"},
		{"kind that is not used", "POST", "right", `{"update_id":10,"poll":{}}`, false, 200, 0, ""},
		{"undecodable", "POST", "right", `{"update_id":10,"message":"x"}`, false, 200, 0, "update=10"},
		{"not JSON", "POST", "right", "x", false, 200, 0, "update=0"},
		{"wrong secret", "POST", "wrong", good, false, 403, 0, ""},
		{"no secret", "POST", "", good, false, 403, 0, ""},
		{"too large", "POST", "right", `{"update_id":10,"message":{"text":"` + strings.Repeat("x", maxUpdate) + `"}}`, false, 413, 0, "too large"},
		{"GET", "GET", "right", "", false, 405, 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			log, logged := newLog()
			handled := 0
			hook := newClient(t, Options{Log: log}).Webhook("right", func(_ context.Context, batch []Update) error {
				handled += len(batch)
				if tt.fails {
					return errors.New("store is away")
				}
				return nil
			})
			r := httptest.NewRequest(tt.method, "/hook", strings.NewReader(tt.body))
			if tt.secret != "" {
				r.Header.Set(secretHeader, tt.secret)
			}
			w := httptest.NewRecorder()
			hook.ServeHTTP(w, r)
			if w.Code != tt.status || handled != tt.handled {
				t.Errorf("status %d, handled %d; want %d, %d", w.Code, handled, tt.status, tt.handled)
			}
			if got := logged.String(); (tt.logged == "") != (got == "") || !strings.Contains(got, tt.logged) {
				t.Errorf("log %q, want %q in it", got, tt.logged)
			}
		})
	}
}

func TestWebhookWithoutSecretIsClosed(t *testing.T) {
	hook := newClient(t, Options{}).Webhook("", func(context.Context, []Update) error { t.Error("handled"); return nil })
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(textUpdate(1)))
	r.Header.Set(secretHeader, "")
	w := httptest.NewRecorder()
	hook.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden {
		t.Errorf("status %d", w.Code)
	}
}

// TestWebhookHandlesToTheEnd: Telegram hanging up must not cut a handler short.
func TestWebhookHandlesToTheEnd(t *testing.T) {
	hook := newClient(t, Options{}).Webhook("right", func(ctx context.Context, _ []Update) error {
		if _, limited := ctx.Deadline(); !limited {
			t.Error("there is no time limit")
		}
		return ctx.Err()
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader(textUpdate(1)))
	r.Header.Set(secretHeader, "right")
	w := httptest.NewRecorder()
	hook.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Errorf("status %d", w.Code)
	}
}
