package article

import (
	"context"
	"errors"
	"time"
)

// Extractor turns pages into articles, a bounded number at a time.
type Extractor struct{}

// NewExtractor makes an extractor that reads at most workers pages at once
// and gives a page up after limit.
func NewExtractor(workers int, limit time.Duration) *Extractor { return &Extractor{} }

// Extract reads the page in body.
func (e *Extractor) Extract(ctx context.Context, body []byte, contentType, pageURL string) (Article, error) {
	return Article{}, errors.ErrUnsupported
}

// FromHTML turns a piece of HTML, such as a feed's content:encoded, into blocks.
func FromHTML(fragment, baseURL string) []Block { return nil }
