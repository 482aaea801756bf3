package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	// idlePerHost lets a broadcast's parallel calls keep their connections; the
	// default of net/http, two, would open one for almost every message.
	idlePerHost = 64
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
	// HTTP carries the calls; nil makes one with enough idle connections. Its
	// Timeout, CheckRedirect and Jar are not used.
	HTTP *http.Client
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
}

// Client calls one bot's methods. It is safe for concurrent use.
type Client struct {
	api     *tg.BotAPI
	http    *http.Client
	token   string
	log     *slog.Logger
	timeout time.Duration
	paid    bool
	observe func(method string, class Class, took time.Duration)
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
		http:    httpClient(o.HTTP),
		token:   o.Token,
		log:     o.Log,
		timeout: o.Timeout,
		paid:    o.Paid,
		observe: o.Observe,
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

func httpClient(given *http.Client) *http.Client {
	c := &http.Client{
		// A redirect would hand the token, which is in the path, to another host.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if given != nil {
		c.Transport = given.Transport
		return c
	}
	c.Transport = &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          2 * idlePerHost,
		MaxIdleConnsPerHost:   idlePerHost,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
		// All calls share one HTTP/2 connection; without pings a dead one is
		// noticed only by every call's own timeout.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: 15 * time.Second},
	}
	return c
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
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	began := time.Now()
	err = c.request(ctx, method, form, out)
	c.observe(method, Classify(err), time.Since(began))
	if err != nil {
		return fmt.Errorf("telegram %s: %w", method, err)
	}
	return nil
}

// request makes one request through a copy of the library's client, whose HTTP
// client carries this call's context.
func (c *Client) request(ctx context.Context, method string, form tg.Params, out any) error {
	api := *c.api
	wire := &wire{ctx: ctx, http: c.http, redact: c.redact}
	api.Client = wire
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
