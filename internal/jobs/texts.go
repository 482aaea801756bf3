package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"newsbot/internal/article"
	"newsbot/internal/feed"
	"newsbot/internal/fetch"
	"newsbot/internal/store"
	"newsbot/internal/story"
)

// fullTextLength is from how many characters on a feed's content counts as the
// whole article; shorter content is a teaser and the page is read instead.
const fullTextLength = 600

const (
	// textsBatch is how many pages are read before the stories are looked at: if
	// all of them hang, a batch still ends within the job's lease.
	textsBatch      = 12
	pageTimeout     = 30 * time.Second
	firstTextRetry  = 10 * time.Minute // after the first failure
	unreadableTries = 3                // of a page that answers and has no text
	rereadTries     = 3                // of a page whose text is there already
)

// fullText is the item's text when the feed carries it whole, or nil. A teaser
// says that there is more, however long it is.
func fullText(i feed.Item) []article.Block {
	if i.Content == "" {
		return nil
	}
	blocks, whole := article.FromFeed(i.Content, i.Link, i.Title)
	if !whole || len([]rune(article.Article{Blocks: blocks}.Text())) < fullTextLength {
		return nil
	}
	return blocks
}

// texts reads the pages of articles that have no text yet, and finds for each
// article the story that it tells. What its time does not suffice for is read the next time.
func (j *Jobs) texts(ctx context.Context) error {
	for {
		if err := j.assignStories(ctx); err != nil {
			return err
		}
		pending, err := j.Store.PendingTexts(ctx, j.Now(), textsBatch)
		if err != nil {
			return fmt.Errorf("find articles without text: %w", err)
		}
		if len(pending) == 0 {
			return nil
		}
		pinned, err := j.pinned(ctx)
		if err != nil {
			return err
		}
		err = each(pending, textsAtOnce, func(a store.Article) error { return j.readPage(ctx, a, pinned[a.SourceID]) })
		if err != nil || ctx.Err() != nil {
			return err
		}
	}
}

// pinned are the selectors of the sources that say where the text is on their pages.
func (j *Jobs) pinned(ctx context.Context) (map[string]string, error) {
	sources, err := j.Store.Sources(ctx)
	if err != nil {
		return nil, fmt.Errorf("find pinned selectors: %w", err)
	}
	pinned := map[string]string{}
	for _, s := range sources {
		if s.Selectors.Text != "" {
			pinned[s.ID] = s.Selectors.Text
		}
	}
	return pinned, nil
}

// readPage fetches and reads one article's page, whose text is where the selector
// says if there is one. It returns an error only when the store fails.
func (j *Jobs) readPage(ctx context.Context, a store.Article, selector string) error {
	read, err := func() (article.Article, error) {
		page, err := j.Pages.Get(ctx, fetch.Request{URL: a.Link, Accept: "text/html,application/xhtml+xml", MaxBytes: 2 << 20, Timeout: pageTimeout})
		if err != nil {
			return article.Article{}, err
		}
		read, err := j.Extractor.ExtractPinned(ctx, page.Body, page.ContentType, page.URL, selector)
		if err == nil && 2*len(read.Text()) < len(a.Summary) {
			// A wall or a stub: what the feed says itself is more to read.
			return article.Article{}, fmt.Errorf("page has less than half of the summary: %w", article.ErrNoText)
		}
		return read, err
	}()
	if ctx.Err() != nil {
		return nil
	}
	now := j.Now()
	if err != nil {
		j.Log.Debug("article page failed", slog.String("article", a.ID), slog.String("link", fetch.Redact(a.Link)), slog.Any("error", err))
		return j.Store.FailText(ctx, now, a.ID, err.Error(), textRetry(a, err, now))
	}
	if err := errors.Join(j.noteAlias(ctx, a, read), j.Store.SaveText(ctx, now, a.ID, read)); err != nil {
		// It would come first at every turn, so it is left for later like a page that fails.
		return errors.Join(err, j.Store.FailText(ctx, now, a.ID, err.Error(), textRetry(a, err, now)))
	}
	return nil
}

// noteAlias remembers the address that an article's page gives as its own, when it is
// not the one it is known by.
func (j *Jobs) noteAlias(ctx context.Context, a store.Article, read article.Article) error {
	link, err := story.CanonicalLink(read.Canonical)
	if err != nil {
		return nil //nolint:nilerr // a page that says nothing of the kind
	}
	if id := story.ID(link); id != a.ID {
		// What the feed led to has to be of the site, too: an address that leads to
		// another site's page makes it no page of one's own.
		own := read.URL == read.Canonical && article.SameSite(a.Link, read.Canonical)
		return j.Store.AddAlias(ctx, a.ID, id, own)
	}
	return nil
}

// textRetry is when a page that failed is tried again: later after each
// failure, zero when it is not worth it. A page that is read again because its source
// has changed the article is tried a few times: a text is there.
func textRetry(a store.Article, err error, now time.Time) time.Time {
	var status *fetch.StatusError
	switch {
	case errors.As(err, &status) && (status.Code == http.StatusNotFound || status.Code == http.StatusGone),
		a.HasText && a.TextTries+1 >= rereadTries,
		!a.HasText && now.Sub(a.FirstSeenAt) > textTries:
		return time.Time{}
	case errors.Is(err, article.ErrNoText), errors.Is(err, article.ErrNotHTML), errors.Is(err, article.ErrTooComplex),
		errors.Is(err, article.ErrLogin), errors.Is(err, article.ErrMissing), errors.Is(err, article.ErrList):
		if a.TextTries+1 >= unreadableTries {
			return time.Time{} // the page is there and is no article
		}
	}
	return now.Add(jitter(doubled(firstTextRetry, a.TextTries+1, textTries)))
}
