package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	tg "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

const (
	defaultBaseURL = "https://api.telegram.org"
	defaultTimeout = 30 * time.Second
	// defaultConnections is how many idle connections are kept; the default of
	// net/http, two, would open one for almost every message of a broadcast.
	defaultConnections = 64
)

var tokenPattern = regexp.MustCompile(`^[0-9]{1,20}:[A-Za-z0-9_-]{1,100}$`)

// silenceLibrary keeps tgbotapi's own log, which knows the token, from being
// written. Its logger is one for the process.
var silenceLibrary = sync.OnceFunc(func() {
	// SetLogger fails for a nil logger only.
	_ = tg.SetLogger(silence{})
})

type silence struct{}

func (silence) Println(...any)        {}
func (silence) Printf(string, ...any) {}

// Options are what a Client is made of. Only Token is required.
type Options struct {
	// Token is the bot's token, "digits:characters".
	Token string
	// BaseURL is the Bot API server, without a path to a method; empty is
	// https://api.telegram.org.
	BaseURL string
	// Transport carries the calls; nil makes one that keeps Connections.
	Transport http.RoundTripper
	// Connections is how many connections are kept while they are idle: as many
	// as there may be calls at once, or each of the others would open its own. 0 is 64.
	Connections int
	// Log takes what no caller can be told; nil discards it.
	Log *slog.Logger
	// Timeout bounds one call, answer included; 0 is 30 s. Long polls have
	// their own.
	Timeout time.Duration
	// Paid sends bulk deliveries with allow_paid_broadcast.
	Paid bool
	// Observe is told of every finished call, for metrics; nil is not told. It
	// is called by many goroutines at once.
	Observe func(method string, class Class, took time.Duration)
	// Allowed, when set, says whether the process may speak for the bot now: while
	// it does not, no call leaves. It is asked for every write on the connections
	// that the client makes, and so has to be quick.
	Allowed func() bool
}

// Client calls one bot's methods. It is safe for concurrent use.
type Client struct {
	api     *tg.BotAPI
	http    http.RoundTripper
	token   string
	log     *slog.Logger
	timeout time.Duration
	paid    bool
	observe func(method string, class Class, took time.Duration)
	forms   forms
	allowed func() bool
}

// New checks the options and makes a Client. It does not touch the network.
func New(o Options) (*Client, error) {
	if !tokenPattern.MatchString(o.Token) {
		return nil, errors.New("the bot's token must look like 123456789:AAabc…, digits, a colon and letters")
	}
	base, err := baseURL(o.BaseURL)
	if err != nil {
		return nil, errors.New(Redact(err.Error(), o.Token))
	}
	silenceLibrary()
	// The struct is filled by hand because the library's constructors call getMe
	// and fail when Telegram is away.
	api := &tg.BotAPI{Token: o.Token}
	api.SetAPIEndpoint(strings.ReplaceAll(base, "%", "%%") + "/bot%s/%s")
	c := &Client{
		api:     api,
		http:    o.Transport,
		token:   o.Token,
		log:     o.Log,
		timeout: o.Timeout,
		paid:    o.Paid,
		observe: o.Observe,
		forms:   forms{seed: maphash.MakeSeed()},
		allowed: o.Allowed,
	}
	if c.http == nil {
		c.http = transport(o.Connections, o.Allowed)
	}
	if c.allowed == nil {
		c.allowed = func() bool { return true }
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.timeout <= 0 {
		c.timeout = defaultTimeout
	}
	if c.observe == nil {
		c.observe = func(string, Class, time.Duration) {}
	}
	return c, nil
}

func baseURL(s string) (string, error) {
	if s == "" {
		return defaultBaseURL, nil
	}
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return "", errors.New("the Bot API server's address is not a URL")
	case u.Scheme != "http" && u.Scheme != "https":
		return "", fmt.Errorf("the Bot API server's address must begin with http:// or https://, not %q", u.Scheme)
	case u.Hostname() == "":
		return "", errors.New("the Bot API server's address has no host")
	case u.RawQuery != "" || u.Fragment != "":
		return "", errors.New("the Bot API server's address must not have a query or a fragment")
	case u.User != nil:
		return "", errors.New("the Bot API server's address must not have a user name or password")
	}
	return strings.TrimRight(u.String(), "/"), nil
}

// transport returns one that keeps so many idle connections, 0 meaning 64.
func transport(connections int, allowed func() bool) *http.Transport {
	if connections <= 0 {
		connections = defaultConnections
	}
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           behindFence((&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext, allowed),
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          2 * connections,
		MaxIdleConnsPerHost:   connections,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
		// Answers are short, and unpacking one costs more than the bytes it saves.
		DisableCompression: true,
		// The longest text is 24 kB on the wire: one write instead of six.
		WriteBufferSize: 16 << 10,
		// All calls share one HTTP/2 connection; without pings a dead one is
		// noticed only by every call's own timeout.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: 15 * time.Second},
	}
}

// String names the bot and not its token, for whoever prints a Client.
func (c *Client) String() string {
	id, _, _ := strings.Cut(c.token, ":")
	return "telegram.Client(bot " + id + ")"
}

// GoString is String for %#v.
func (c *Client) GoString() string { return c.String() }

// Call calls a method with its parameters and decodes the result into out,
// which may be nil. Strings, numbers and booleans are sent as they are, all else
// as JSON; nil, false, empty strings and empty lists are left out. A refusal
// is an *Error; every error is wrapped with the method and holds no token.
func (c *Client) Call(ctx context.Context, method string, params map[string]any, out any) error {
	return c.call(ctx, c.timeout, method, params, out)
}

func (c *Client) call(ctx context.Context, timeout time.Duration, method string, params map[string]any, out any) error {
	form, err := encode(params)
	if err != nil {
		return fmt.Errorf("telegram %s: %w", method, err)
	}
	return c.timed(ctx, timeout, method, func(ctx context.Context) error { return c.request(ctx, method, form, out) })
}

// timed bounds a call, tells of it and says in its error which method it was.
func (c *Client) timed(ctx context.Context, timeout time.Duration, method string, call func(context.Context) error) error {
	began := time.Now()
	// Who has set an earlier end already needs no timer more.
	if end, ok := ctx.Deadline(); !ok || end.Sub(began) > timeout {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, began.Add(timeout))
		defer cancel()
	}
	err := call(ctx)
	c.observe(method, Classify(err), time.Since(began))
	if err != nil {
		return fmt.Errorf("telegram %s: %w", method, err)
	}
	return nil
}

// wire returns what carries one request of ctx, and a copy of the library's
// client that uses it.
func (c *Client) wire(ctx context.Context) (*wire, tg.BotAPI) {
	w := &wire{ctx: ctx, http: c.http, redact: c.redact, allowed: c.allowed}
	api := *c.api
	api.Client = w
	return w, api
}

// request makes one request through a copy of the library's client, whose HTTP
// client carries this call's context.
func (c *Client) request(ctx context.Context, method string, form tg.Params, out any) error {
	wire, api := c.wire(ctx)
	defer wire.release()
	answer, err := api.MakeRequest(method, form)
	if err != nil {
		return wire.failure(err)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer.Result, out); err != nil {
		return wire.failure(fmt.Errorf("read the result: %w", err))
	}
	return nil
}

// post makes one request whose parameters are encoded already and whose result
// is a message, or the id of one.
func (c *Client) post(ctx context.Context, method, form string) (messageID int64, err error) {
	err = c.timed(ctx, c.timeout, method, func(ctx context.Context) error {
		wire, api := c.wire(ctx)
		defer wire.release()
		wire.form, wire.wantsID = form, true
		answer, err := api.MakeRequest(method, nil)
		if err != nil {
			return wire.failure(err)
		}
		if messageID = wire.messageID; messageID != 0 {
			return nil
		}
		var sent struct {
			ID int64 `json:"message_id"`
		}
		if err := json.Unmarshal(answer.Result, &sent); err != nil {
			return wire.failure(fmt.Errorf("read the result: %w", err))
		}
		messageID = sent.ID
		return nil
	})
	return messageID, err
}

func (c *Client) redact(s string) string { return Redact(s, c.token) }

// encode turns parameters into a form.
func encode(params map[string]any) (tg.Params, error) {
	form := tg.Params{}
	for name, value := range params {
		text, err := encodeValue(value)
		if err != nil {
			return nil, fmt.Errorf("parameter %s: %w", name, err)
		}
		if text != "" {
			form[name] = text
		}
	}
	return form, nil
}

// encodeValue writes a parameter; "" leaves it out. A JSON null is never
// written: Telegram takes it for a value of the wrong type.
func encodeValue(value any) (string, error) {
	v := reflect.ValueOf(value)
	switch v.Kind() {
	case reflect.Invalid:
		return "", nil
	case reflect.String:
		return v.String(), nil
	case reflect.Bool:
		if !v.Bool() {
			return "", nil
		}
		return "true", nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10), nil
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return "", nil
		}
	case reflect.Slice, reflect.Map:
		if v.Len() == 0 {
			return "", nil
		}
	}
	b, err := json.Marshal(value)
	if err != nil {
		return "", fmt.Errorf("encode as JSON: %w", err)
	}
	return string(b), nil
}
