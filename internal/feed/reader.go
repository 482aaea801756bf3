package feed

import (
	"context"
	"errors"
	"io"
	"time"

	"newsbot/internal/fetch"
)

// Reader reads sources. It is safe for concurrent use.
type Reader struct {
	client *fetch.Client
	zone   *time.Location
	now    func() time.Time
}

// NewReader makes a reader. zone is where dates without a zone are taken to be.
func NewReader(c *fetch.Client, zone *time.Location, now func() time.Time) *Reader {
	return &Reader{client: c, zone: zone, now: now}
}

// Result is what a Fetch came to. URL is the address after redirects. When
// NotModified, Feed is empty and State is what was passed in.
type Result struct {
	Feed        Feed
	State       State
	NotModified bool
	URL         string
}

// Fetch reads a source.
func (r *Reader) Fetch(ctx context.Context, src Source, st State) (Result, error) {
	return Result{}, errors.ErrUnsupported
}

// Parse reads the body of a source.
func Parse(body []byte, contentType, pageURL string, src Source, zone *time.Location, now time.Time) (Feed, error) {
	return Feed{}, errors.ErrUnsupported
}

// Builtin is the list of sources that Newsbot starts with.
func Builtin() []Source { return nil }

// ReadSources reads a sources file; all its mistakes are reported together.
func ReadSources(r io.Reader) ([]Source, error) { return nil, errors.ErrUnsupported }

// WriteSources writes a sources file that ReadSources reads back.
func WriteSources(w io.Writer, s []Source) error { return errors.ErrUnsupported }
