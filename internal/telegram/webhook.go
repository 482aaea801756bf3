package telegram

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"time"
)

const (
	secretHeader = "X-Telegram-Bot-Api-Secret-Token"
	maxUpdate    = 1 << 20
	// hookTimeout bounds the handling of one update; Telegram gives up on an
	// answer after about a minute.
	hookTimeout = 50 * time.Second
)

var secretPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

// Webhook receives updates by HTTP, each with secret in its header; without a
// secret all are refused. It answers 200 when handle returned nil, and 503 when
// it did not, so that Telegram sends the update again. handle runs to its end
// even when Telegram hangs up.
func (c *Client) Webhook(secret string, handle func(context.Context, []Update) error) http.Handler {
	want := sha256.Sum256([]byte(secret))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "POST only", http.StatusMethodNotAllowed)
			return
		}
		// Hashes have one length, so that the time taken tells nothing.
		got := sha256.Sum256([]byte(r.Header.Get(secretHeader)))
		if secret == "" || subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			http.Error(w, "wrong secret", http.StatusForbidden)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpdate))
		if err != nil {
			status := http.StatusBadRequest
			var tooLarge *http.MaxBytesError
			if errors.As(err, &tooLarge) {
				status = http.StatusRequestEntityTooLarge
			}
			c.log.WarnContext(r.Context(), "update not read", slog.String("error", c.redact(err.Error())))
			http.Error(w, http.StatusText(status), status)
			return
		}
		u, ok, err := decodeUpdate(body)
		if err != nil {
			// Sent again it would be no more readable, and would hold up the rest.
			c.logUndecodable(r.Context(), updateID(body), err)
			return
		}
		if !ok {
			return
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), hookTimeout)
		defer cancel()
		if err := handle(ctx, []Update{u}); err != nil {
			c.log.WarnContext(ctx, "update not handled, it will come again", slog.Int64("update", u.ID), slog.String("error", c.redact(err.Error())))
			http.Error(w, "try again", http.StatusServiceUnavailable)
		}
	})
}

// updateID is the id of an update that is otherwise unreadable, or 0.
func updateID(body []byte) int64 {
	var head struct {
		ID int64 `json:"update_id"`
	}
	if err := json.Unmarshal(body, &head); err != nil {
		return 0
	}
	return head.ID
}

// SetWebhook makes Telegram send updates to url, each with secret (1-256 of
// A-Z, a-z, 0-9, _ and -) in its header.
func (c *Client) SetWebhook(ctx context.Context, url, secret string) error {
	if !secretPattern.MatchString(secret) {
		return errors.New("telegram setWebhook: the secret must be 1 to 256 of A-Z, a-z, 0-9, _ and -")
	}
	return c.Call(ctx, "setWebhook", map[string]any{"url": url, "secret_token": secret, "allowed_updates": allowedUpdates}, nil)
}

// DeleteWebhook goes back to long polling. Waiting updates are kept.
func (c *Client) DeleteWebhook(ctx context.Context) error {
	return c.Call(ctx, "deleteWebhook", nil, nil)
}
