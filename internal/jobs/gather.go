package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	"newsbot/internal/feed"
	"newsbot/internal/fetch"
	"newsbot/internal/store"
	"newsbot/internal/story"
)

const (
	pollsAtOnce = 8                // fetches of different sources that run together
	textsAtOnce = 4                // article pages that are read together
	pollTimeout = 45 * time.Second // of one source, all redirects and bytes included
	longestWait = 24 * time.Hour   // between two tries of a source that fails
	storyWindow = 72 * time.Hour   // how far apart two articles of one story may be
	textTries   = 24 * time.Hour   // how long an article's page is tried again
)

// poll fetches the sources that are due. One source's failure is written to
// that source and stops no other.
func (j *Jobs) poll(ctx context.Context) error {
	due, err := j.Store.DueSources(ctx, j.Now(), 200)
	if err != nil {
		return fmt.Errorf("find due sources: %w", err)
	}
	return each(due, pollsAtOnce, func(src store.SourceStatus) error { return j.pollSource(ctx, src) })
}

// pollSource fetches one source. It returns an error only when the store fails.
func (j *Jobs) pollSource(ctx context.Context, src store.SourceStatus) error {
	fctx, cancel := context.WithTimeout(ctx, pollTimeout)
	result, err := j.Feeds.Fetch(fctx, src.Source, src.State)
	cancel()
	if ctx.Err() != nil {
		return nil // shutting down says nothing about the source
	}
	now := j.Now()
	poll := store.Poll{SourceID: src.ID, State: result.State}
	if err != nil {
		poll.State = src.State
		poll.Err = err.Error()
		poll.NextPollAt = now.Add(j.backoff(src.Failures+1, err))
		level := slog.LevelWarn
		if src.Failures > 0 { // said once; from then on it is known
			level = slog.LevelDebug
		}
		j.Log.Log(ctx, level, "source failed", slog.String("source", src.ID), slog.Int("failures", src.Failures+1),
			slog.Time("next_try", poll.NextPollAt), slog.Any("error", err))
	} else {
		poll.NextPollAt = now.Add(jitter(j.PollInterval))
		if !result.NotModified {
			poll.Items = newItems(src.Source, result.Feed, now)
		}
		if src.Failures > 0 {
			j.Log.Info("source is back", slog.String("source", src.ID), slog.Int("failures", src.Failures))
		}
	}
	added, err := j.Store.RecordPoll(ctx, now, poll)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return nil
	default:
		// What cannot be stored now is asked for again later, not at every turn of the clock.
		failed := store.Poll{SourceID: src.ID, State: src.State, Err: err.Error(), NextPollAt: now.Add(j.backoff(src.Failures+1, err))}
		_, noted := j.Store.RecordPoll(ctx, now, failed)
		return errors.Join(err, noted)
	}
	if added > 0 {
		select {
		case j.fresh <- struct{}{}:
		default: // told already
		}
		j.Log.Info("new articles", slog.String("source", src.ID), slog.Int("count", added))
	}
	return nil
}

// newItems turns a feed's items into what the store keeps. Items without a
// usable link or title are not articles.
func newItems(src feed.Source, f feed.Feed, now time.Time) []store.NewItem {
	items := make([]store.NewItem, 0, len(f.Items))
	seen := map[string]bool{}
	for _, i := range f.Items {
		link, err := story.CanonicalLink(i.Link)
		if err != nil || i.Title == "" {
			continue
		}
		id := story.ID(link)
		if seen[id] {
			continue
		}
		seen[id] = true
		item := store.NewItem{
			ID: id, Link: i.Link, Title: i.Title, Author: i.Author,
			Image: i.Image, Summary: i.Summary, PublishedAt: i.Published,
		}
		if item.PublishedAt.IsZero() || item.PublishedAt.After(now) {
			item.PublishedAt = now
		}
		declared := src.Language
		if declared == "" {
			declared = f.Language
		}
		item.Language = story.Language(i.Title, i.Summary, declared)
		item.Topic = feed.TopicOf(src.Topics)
		item.Blocks = fullText(i)
		items = append(items, item)
	}
	return items
}

// backoff is how long a failing source rests: what it asked for, or twice as
// long after each failure, between the poll interval and a day.
func (j *Jobs) backoff(failures int, err error) time.Duration {
	wait := doubled(j.PollInterval, failures, longestWait)
	var status *fetch.StatusError
	if errors.As(err, &status) && status.RetryAfter > wait {
		wait = status.RetryAfter
	}
	if status != nil && status.Code == http.StatusGone {
		wait = longestWait
	}
	return jitter(min(wait, longestWait))
}

// jitter spreads d by up to a tenth, so that sources do not fall into step.
func jitter(d time.Duration) time.Duration {
	return d + rand.N(d/10+1)
}
