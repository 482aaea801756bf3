package telegram

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// PollOptions tune Updates. The zero value is right for use.
type PollOptions struct {
	Timeout time.Duration // of a long poll; 0 is 50 s, the most Telegram takes
	Limit   int           // updates in one batch; 0 is 100, the most Telegram gives
	// OnState is told nil when updates come in, and the error when they stop
	// to; once per change. For health checks; nil is not told.
	OnState func(err error)
}

// Updates polls until ctx ends and gives each batch to handle. A batch is
// confirmed when handle returned nil; otherwise it comes again. It returns nil
// when ctx ended, and an error only when Telegram does not accept the token
// from the start.
func (c *Client) Updates(ctx context.Context, handle func(context.Context, []Update) error, o PollOptions) error {
	return errors.ErrUnsupported
}

// Webhook receives updates by HTTP. It answers 200 when handle returned nil
// and 503 when it did not, so that Telegram sends the update again.
func (c *Client) Webhook(secret string, handle func(context.Context, []Update) error) http.Handler {
	return nil
}

// SetWebhook makes Telegram send updates to url with secret in a header.
func (c *Client) SetWebhook(ctx context.Context, url, secret string) error {
	return errors.ErrUnsupported
}

// DeleteWebhook goes back to long polling. Waiting updates are kept.
func (c *Client) DeleteWebhook(ctx context.Context) error { return errors.ErrUnsupported }
