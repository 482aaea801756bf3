package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"newsbot/internal/article"
	"newsbot/internal/feed"
	"newsbot/internal/fetch"
	"newsbot/internal/store"
	"newsbot/internal/story"
)

// fullTextLength is from how many characters on a feed's content counts as the
// whole article; shorter content is a teaser and the page is read instead.
const fullTextLength = 600

// fullText is the item's text when the feed carries it whole, or nil.
func fullText(i feed.Item) []article.Block {
	if i.Content == "" {
		return nil
	}
	blocks := article.FromHTML(i.Content, i.Link)
	if len([]rune(article.Article{Blocks: blocks}.Text())) < fullTextLength {
		return nil
	}
	return blocks
}

// texts reads the pages of articles that have no text yet, and finds for each
// article the story that it tells.
func (j *Jobs) texts(ctx context.Context) error {
	for ctx.Err() == nil {
		pending, err := j.Store.PendingTexts(ctx, j.Now(), 40)
		if err != nil {
			return fmt.Errorf("find articles without text: %w", err)
		}
		if len(pending) == 0 {
			break
		}
		group, gctx := errgroup.WithContext(ctx)
		group.SetLimit(textsAtOnce)
		for _, a := range pending {
			group.Go(func() error { return j.readPage(gctx, a) })
		}
		if err := group.Wait(); err != nil {
			return err
		}
	}
	return j.assignStories(ctx)
}

// readPage fetches and reads one article's page. It returns an error only when
// the store fails.
func (j *Jobs) readPage(ctx context.Context, a store.Article) error {
	read, err := func() (article.Article, error) {
		page, err := j.Pages.Get(ctx, fetch.Request{URL: a.Link, Accept: "text/html,application/xhtml+xml", MaxBytes: 2 << 20, Timeout: 30 * time.Second})
		if err != nil {
			return article.Article{}, err
		}
		return j.Extractor.Extract(ctx, page.Body, page.ContentType, page.URL)
	}()
	if ctx.Err() != nil {
		return nil
	}
	now := j.Now()
	if err != nil {
		retry := now.Add(jitter(10 * time.Minute))
		var status *fetch.StatusError
		gone := errors.As(err, &status) && (status.Code == http.StatusNotFound || status.Code == http.StatusGone)
		if gone || now.Sub(a.FirstSeenAt) > textTries {
			retry = time.Time{}
		}
		j.Log.Debug("article page failed", slog.String("article", a.ID), slog.String("link", a.Link), slog.Any("error", err))
		if err := j.Store.FailText(ctx, now, a.ID, err.Error(), retry); err != nil {
			return fmt.Errorf("record failed text of %s: %w", a.ID, err)
		}
		return nil
	}
	if err := j.Store.SaveText(ctx, now, a.ID, read); err != nil {
		return fmt.Errorf("save text of %s: %w", a.ID, err)
	}
	return nil
}

// assignStories gives every article that has been read, or whose page cannot
// be, the story it tells: that of an earlier article that tells the same, or its own.
func (j *Jobs) assignStories(ctx context.Context) error {
	fresh, err := j.Store.Unassigned(ctx, 500)
	if err != nil {
		return fmt.Errorf("find articles without a story: %w", err)
	}
	if len(fresh) == 0 {
		return nil
	}
	stored, err := j.Store.RecentFingerprints(ctx, j.Now().Add(-storyWindow))
	if err != nil {
		return fmt.Errorf("load fingerprints: %w", err)
	}
	type print struct {
		storyID string
		story.Fingerprint
	}
	known := make([]print, 0, len(stored)+len(fresh))
	for _, s := range stored {
		var f story.Fingerprint
		if err := json.Unmarshal(s.Fingerprint, &f); err != nil {
			return fmt.Errorf("fingerprint of %s: %w", s.ArticleID, err)
		}
		known = append(known, print{s.StoryID, f})
	}
	for _, a := range fresh {
		text := article.Article{Blocks: a.Blocks}.Text()
		if text == "" {
			text = a.Summary
		}
		f := story.NewFingerprint(a.Title, text, a.PublishedAt)
		storyID := a.ID
		for _, k := range known {
			if story.Same(k.Fingerprint, f) {
				storyID = k.storyID
				break
			}
		}
		known = append(known, print{storyID, f})
		encoded, err := json.Marshal(f)
		if err != nil {
			return fmt.Errorf("encode fingerprint of %s: %w", a.ID, err)
		}
		if err := j.Store.SetStory(ctx, a.ID, storyID, encoded); err != nil {
			return fmt.Errorf("set story of %s: %w", a.ID, err)
		}
	}
	return nil
}
