// Package fetch is the one bounded HTTP client through which Newsbot reads the
// outside world: sources, article pages, pictures and rates. Whatever the other
// side does, a Get ends in time, holds a bounded number of bytes and never
// reaches an address that its operator did not open.
package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Options configure a Client. Zero values mean the defaults beside each field.
type Options struct {
	// AllowPrivate lets addresses on loopback and private networks be read.
	// Link-local addresses, where clouds keep their metadata, stay closed.
	AllowPrivate bool
	UserAgent    string        // DefaultUserAgent
	Timeout      time.Duration // 20 s for a whole Get, body included
	MaxBytes     int64         // 5 MB after decompression
	MaxRedirects int           // 5
	PerHost      int           // 2 requests to one host at the same time
	// Spacing lies between the beginnings of two requests to one host; zero is
	// none. Hosts on loopback are spared it.
	Spacing time.Duration
	RootCAs *x509.CertPool
	Now     func() time.Time // time.Now; used for dates in Retry-After
}

// Client reads URLs. It is safe for concurrent use.
type Client struct {
	opts      Options
	transport *http.Transport
	queues    *queues
}

// Request says what to read. ETag and LastModified make it conditional.
// MaxBytes and Timeout override the client's own when positive.
type Request struct {
	URL          string
	Accept       string
	ETag         string
	LastModified string
	MaxBytes     int64
	Timeout      time.Duration
}

// Response is a whole answer with status 2xx, or 304 when NotModified.
type Response struct {
	URL         string // after redirects
	Status      int
	Header      http.Header
	Body        []byte // decompressed
	ContentType string // as sent, parameters included
	NotModified bool
	// Moved is where the address has moved to for good: the end of the redirects
	// that lead from it one after another with status 301 or 308. It is empty when
	// the first redirect is another one, or there is none.
	Moved string
}

// The ways a Get is refused. All come wrapped: tell them apart with errors.Is.
var (
	ErrTooLarge       = errors.New("body too large")
	ErrPrivateAddress = errors.New("private address refused")
	ErrScheme         = errors.New("only http and https addresses can be read")
	ErrDowngrade      = errors.New("redirect from https to http refused")
	ErrRedirects      = errors.New("too many redirects")
	ErrTimeout        = errors.New("took too long")
)

// StatusError is an answer that is neither 2xx nor an expected 304.
// RetryAfter is what the server asked for, zero when it asked for nothing.
type StatusError struct {
	Code       int
	RetryAfter time.Duration
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("status %d %s", e.Code, http.StatusText(e.Code))
}

// DefaultUserAgent says who asks when the operator has not.
const DefaultUserAgent = "Mozilla/5.0 (compatible; Newsbot/1.0; news reader)"

const (
	defaultTimeout   = 20 * time.Second
	defaultMaxBytes  = 5 << 20
	defaultRedirects = 5
	defaultPerHost   = 2
	maxHeaderBytes   = 256 << 10
	maxRetryAfter    = 24 * time.Hour
)

// New makes a client. Close it when done.
func New(o Options) *Client {
	if o.UserAgent == "" {
		o.UserAgent = DefaultUserAgent
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = defaultMaxBytes
	}
	if o.MaxRedirects <= 0 {
		o.MaxRedirects = defaultRedirects
	}
	if o.PerHost <= 0 {
		o.PerHost = defaultPerHost
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	dialer := &net.Dialer{
		Timeout:   10 * time.Second,
		KeepAlive: 30 * time.Second,
		// The address is judged after DNS and for every connection, so neither a
		// redirect nor a name that changes its address gets round it.
		Control: guard(o.AllowPrivate),
	}
	return &Client{opts: o, queues: &queues{perHost: o.PerHost, spacing: o.Spacing, hosts: map[string]*hostQueue{}}, transport: &http.Transport{
		// No proxy: behind one, the address that is dialled says nothing of the one that is read.
		Proxy:                  nil,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: o.RootCAs, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // decompressed here, where it is bounded
		MaxIdleConns:           32,
		MaxIdleConnsPerHost:    2,
		IdleConnTimeout:        30 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: maxHeaderBytes,
	}}
}

// Close drops the connections kept for reuse.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Get reads r.URL and returns its whole body, or an error: a *StatusError for
// an answer that is not one, or one of the errors above, wrapped with the
// address without its query, which may hold a key.
func (c *Client) Get(ctx context.Context, r Request) (*Response, error) {
	u, err := parse(r.URL)
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", Redact(r.URL), err)
	}
	timeout := r.Timeout
	if timeout <= 0 {
		timeout = c.opts.Timeout
	}
	// Standing in line is not the server's fault: its time begins after it.
	var place turn
	defer place.end()
	if err := c.queues.move(ctx, &place, u); err != nil {
		return nil, fmt.Errorf("get %s: wait for its host: %w", Redact(r.URL), err)
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	resp, err := c.get(limited, u, r, &place)
	if err == nil {
		return resp, nil
	}
	if urlErr, ok := errors.AsType[*url.Error](err); ok {
		err = urlErr.Err // it would repeat the address, query and all
	}
	if ctx.Err() == nil && (limited.Err() != nil || isTimeout(err)) {
		err = fmt.Errorf("%w: %w", ErrTimeout, err)
	}
	return nil, fmt.Errorf("get %s: %w", Redact(r.URL), err)
}

func (c *Client) get(ctx context.Context, u *url.URL, r Request, place *turn) (*Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", c.opts.UserAgent)
	req.Header.Set("Accept-Encoding", "gzip")
	if r.Accept != "" {
		req.Header.Set("Accept", r.Accept)
	}
	if r.ETag != "" {
		req.Header.Set("If-None-Match", r.ETag)
	}
	if r.LastModified != "" {
		req.Header.Set("If-Modified-Since", r.LastModified)
	}
	// Some sites set a cookie and redirect to the same page until it comes back.
	// The jar lives as long as this Get: nobody is followed.
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	moved, forGood := "", true
	client := http.Client{Transport: c.transport, Jar: jar, CheckRedirect: func(next *http.Request, via []*http.Request) error {
		if err := c.checkRedirect(next, via); err != nil {
			return err
		}
		code := next.Response.StatusCode
		if forGood = forGood && (code == http.StatusMovedPermanently || code == http.StatusPermanentRedirect); forGood {
			moved = next.URL.String()
		}
		return c.queues.move(ctx, place, next.URL)
	}}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close() //nolint:errcheck // nothing is written, and what was read is already judged

	out := &Response{
		URL:         resp.Request.URL.String(),
		Status:      resp.StatusCode,
		Header:      resp.Header,
		ContentType: resp.Header.Get("Content-Type"),
		Moved:       moved,
	}
	if resp.StatusCode == http.StatusNotModified && (r.ETag != "" || r.LastModified != "") {
		out.NotModified = true
		return out, nil
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return nil, &StatusError{Code: resp.StatusCode, RetryAfter: retryAfter(resp.Header.Get("Retry-After"), c.opts.Now())}
	}
	limit := r.MaxBytes
	if limit <= 0 {
		limit = c.opts.MaxBytes
	}
	out.Body, err = readBody(resp, limit)
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (c *Client) checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) > c.opts.MaxRedirects {
		return fmt.Errorf("%w: more than %d", ErrRedirects, c.opts.MaxRedirects)
	}
	if req.URL.Scheme != "http" && req.URL.Scheme != "https" {
		return fmt.Errorf("redirect to %q: %w", req.URL.Scheme, ErrScheme)
	}
	if via[len(via)-1].URL.Scheme == "https" && req.URL.Scheme == "http" {
		return ErrDowngrade
	}
	return nil
}

func parse(raw string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil {
		if urlErr, ok := errors.AsType[*url.Error](err); ok {
			err = urlErr.Err
		}
		return nil, err
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%q: %w", u.Scheme, ErrScheme)
	}
	if u.Hostname() == "" {
		return nil, errors.New("address has no host")
	}
	return u, nil
}

// Redact is an address without what may be secret in it: user, query and fragment.
func Redact(raw string) string {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Host == "" {
		return "(unreadable address)"
	}
	return u.Scheme + "://" + u.Host + u.EscapedPath()
}

func retryAfter(v string, now time.Time) time.Duration {
	v = strings.TrimSpace(v)
	var d time.Duration
	if n, err := strconv.ParseInt(v, 10, 64); err == nil {
		d = time.Duration(min(max(n, 0), int64(maxRetryAfter/time.Second))) * time.Second
	} else if t, err := http.ParseTime(v); err == nil {
		d = t.Sub(now)
	}
	return min(max(d, 0), maxRetryAfter)
}

func isTimeout(err error) bool {
	netErr, ok := errors.AsType[net.Error](err)
	return ok && netErr.Timeout()
}
