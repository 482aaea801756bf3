// Package fetch is the one bounded HTTP client through which Newsbot reads the
// outside world: sources, article pages, pictures and rates. Whatever the other
// side does, a Get ends in time, holds a bounded number of bytes and never
// reaches an address that its operator did not open.
package fetch

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
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
	RootCAs      *x509.CertPool
	Now          func() time.Time // time.Now; used for dates in Retry-After
}

// Client reads URLs. It is safe for concurrent use.
type Client struct {
	opts Options
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

// New makes a client.
func New(o Options) *Client { return &Client{opts: o} }

// Get reads r.URL.
func (c *Client) Get(ctx context.Context, r Request) (*Response, error) {
	return nil, errors.ErrUnsupported
}
