package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"newsbot/internal/feed"
	"newsbot/internal/fetch"
	"newsbot/internal/store"
	"newsbot/internal/story"
)

const (
	textsAtOnce = 4               // article pages that are read together
	pollTimeout = 2 * time.Minute // of one source, its turn at the host and the sitemaps of an index included
	longestWait = 24 * time.Hour  // between two tries of a source that fails
	storyWindow = 72 * time.Hour  // how far apart two articles of one story may be
	textTries   = 24 * time.Hour  // how long an article's page is tried again
)

// poll reads the sources that are due. One source's failure is written to that
// source and stops no other.
func (j *Jobs) poll(ctx context.Context) error {
	return j.polls.run(ctx, pollPatience, func() ([]store.SourceStatus, error) {
		due, err := j.Store.DueSources(ctx, j.Now(), mostDue)
		if err != nil {
			return nil, fmt.Errorf("find due sources: %w", err)
		}
		return due, nil
	})
}

// pollSource reads one source. It returns an error only when the store fails.
func (j *Jobs) pollSource(ctx context.Context, src store.SourceStatus) error {
	fctx, cancel := context.WithTimeout(ctx, pollTimeout)
	result, err := j.Feeds.Fetch(fctx, src.Source, src.State)
	cancel()
	if ctx.Err() != nil {
		return nil // shutting down says nothing about the source
	}
	now := j.Now()
	poll := j.outcome(src, result, err, now)
	if err == nil && !result.NotModified {
		poll.Items = newItems(src.Source, result.Feed, j.Topics, now)
	}
	added, err := j.record(ctx, now, poll)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return nil
	default:
		// What cannot be stored now is asked for again later, not at every turn of the clock.
		failed := store.Poll{SourceID: src.ID, Excused: true, NextPollAt: now.Add(jitter(j.PollInterval))}
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
	sameNews := result.NotModified || added < len(poll.Items)
	if poll.Err == "" && settled(poll.Move, src.URL, sameNews, now) {
		return j.follow(ctx, src, poll.Move.To)
	}
	return nil
}

// record writes what a reading came to. What brought nothing is written together
// with others; when that fails, alone, so that one costs none of the others.
func (j *Jobs) record(ctx context.Context, now time.Time, poll store.Poll) (added int, err error) {
	if len(poll.Items) == 0 && j.bare.record(ctx, poll) == nil {
		return 0, nil
	}
	return j.Store.RecordPoll(ctx, now, poll)
}

// outcome is what a reading means for its source.
func (j *Jobs) outcome(src store.SourceStatus, result feed.Result, err error, now time.Time) store.Poll {
	reason := feed.ReasonOf(err)
	poll := store.Poll{SourceID: src.ID, Reason: reason, First: src.Rhythm.BroughtAt.IsZero()}
	if !reason.Unreached() {
		j.network.reached()
	}
	if err == nil {
		if src.Failures > 0 {
			j.Log.Info("source is back", slog.String("source", src.ID), slog.Int("failures", src.Failures))
		}
		poll.State = result.State
		poll.Rhythm = rhythm(src.Rhythm, result, now)
		poll.Move = nextMove(src.Move, result.Moved, now)
		brought := poll.Rhythm
		brought.BroughtAt = now
		poll.SoonAt = now.Add(jitter(nextCheck(now, j.PollInterval, brought, result.Fresh)))
		if poll.NextPollAt = poll.SoonAt; !src.Rhythm.BroughtAt.IsZero() {
			poll.NextPollAt = now.Add(jitter(nextCheck(now, j.PollInterval, poll.Rhythm, result.Fresh)))
		}
		return poll
	}
	poll.Err = err.Error()
	if reason.Unreached() && j.network.unreached(hostOf(src.URL), src.Failures == 0 && !src.LastOKAt.IsZero(), now) {
		poll.Excused = true
		poll.NextPollAt = now.Add(jitter(j.PollInterval))
		j.Log.Debug("source is not reached, nor is any other", slog.String("source", src.ID), slog.Any("error", err))
		return poll
	}
	poll.Pause = reason == feed.ReasonGone
	poll.NextPollAt = now.Add(j.backoff(src.Failures+1, err))
	level := slog.LevelWarn
	if src.Failures > 0 { // said once; from then on it is known
		level = slog.LevelDebug
	}
	j.Log.Log(context.Background(), level, "source failed", slog.String("source", src.ID), slog.Int("failures", src.Failures+1),
		slog.Time("next_try", poll.NextPollAt), slog.Any("error", err))
	return poll
}

// follow remembers where a source has moved to.
func (j *Jobs) follow(ctx context.Context, src store.SourceStatus, to string) error {
	done, err := j.Store.MoveSource(ctx, src.ID, src.URL, to)
	if err != nil && ctx.Err() == nil {
		return err
	}
	if done {
		j.Log.Info("source has moved", slog.String("source", src.ID), slog.String("from", fetch.Redact(src.URL)), slog.String("to", fetch.Redact(to)))
	}
	return nil
}

// newItems turns a feed's items into what the store keeps. Items without a
// usable link or title are not articles.
func newItems(src feed.Source, f feed.Feed, topics *feed.TopicTable, now time.Time) []store.NewItem {
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
			Image: i.Image, Summary: i.Summary, PublishedAt: i.Published, UpdatedAt: i.Updated,
		}
		if item.PublishedAt.After(now) {
			item.PublishedAt = now
		}
		declared := src.Language
		if declared == "" {
			declared = f.Language
		}
		item.Language = story.Language(i.Title, i.Summary, declared)
		item.Topic = topics.Of(i, src.Topics)
		item.Blocks = fullText(i)
		items = append(items, item)
	}
	return items
}

// jitter spreads d by up to a tenth, so that sources do not fall into step.
func jitter(d time.Duration) time.Duration {
	return d + rand.N(d/10+1)
}
