package telegram

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// Options are what a Client is made of. Only Token is required.
type Options struct {
	// Token is the bot's token, "digits:characters".
	Token string
	// BaseURL is the Bot API server, without a path to a method; empty is
	// https://api.telegram.org.
	BaseURL string
	// HTTP carries the calls; nil makes one with enough idle connections.
	// Its Timeout and CheckRedirect are not used.
	HTTP *http.Client
	// Log takes what no caller can be told; nil discards it.
	Log *slog.Logger
	// Timeout bounds one call, answer included; 0 is 30 s. Long polls have
	// their own.
	Timeout time.Duration
	// Paid sends bulk deliveries with allow_paid_broadcast.
	Paid bool
	// Observe is told of every finished call, for metrics; nil is not told.
	Observe func(method string, class Class, took time.Duration)
}

// Client calls one bot's methods. It is safe for concurrent use.
type Client struct{ o Options }

// New checks the options and makes a Client. It does not touch the network.
func New(o Options) (*Client, error) { return &Client{o: o}, nil }

// Call calls a method with its parameters and decodes the result into out,
// which may be nil. Strings, numbers and booleans are sent as they are, all else
// as JSON; nil, false, empty strings and empty lists are left out. A refusal
// is an *Error; every error is wrapped with the method and holds no token.
func (c *Client) Call(ctx context.Context, method string, params map[string]any, out any) error {
	return errors.ErrUnsupported
}
