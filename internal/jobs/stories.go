package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"newsbot/internal/article"
	"newsbot/internal/store"
	"newsbot/internal/story"
)

const (
	storiesAtOnce  = 500 // articles whose stories are looked for in a turn
	mostCandidates = 48  // articles that one is compared with
	mostMembers    = 120 // tellings of the stories that it may tell
	printsSlice    = 50  // old articles that are made recognisable in one transaction
)

// assignStories gives every article that has been read, or whose page cannot be,
// the story it tells: one that earlier articles tell, or its own.
func (j *Jobs) assignStories(ctx context.Context) error {
	if err := j.remakePrints(ctx); err != nil {
		return err
	}
	if err := j.reprint(ctx); err != nil {
		return err
	}
	fresh, err := j.Store.Unassigned(ctx, storiesAtOnce)
	if err != nil {
		return fmt.Errorf("find articles without a story: %w", err)
	}
	return eachStored(ctx, fresh, j.assignStory)
}

// eachStored does something with articles, one after another, but for those that have
// been pruned since they were read.
func eachStored(ctx context.Context, list []store.Article, do func(context.Context, store.Article) error) error {
	for _, a := range list {
		if ctx.Err() != nil {
			return nil
		}
		if err := do(ctx, a); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return nil
}

func (j *Jobs) assignStory(ctx context.Context, a store.Article) error {
	f := fingerprint(a)
	telling, err := told(a, f)
	if err != nil {
		return err
	}
	known, err := j.tellings(ctx, a, telling.Keys)
	if err != nil {
		return fmt.Errorf("find the story of %s: %w", a.ID, err)
	}
	telling.StoryID, telling.Merged = story.Choose(f, known)
	if err := j.joinPage(ctx, a, f, &telling); err != nil {
		return err
	}
	return j.Store.SetStory(ctx, telling)
}

// joinPage adds to a telling the stories of the articles that are the same page under
// another address. Of all of them the one that was told first stays.
func (j *Jobs) joinPage(ctx context.Context, a store.Article, f story.Fingerprint, telling *store.Telling) error {
	kindred, err := j.Store.Kindred(ctx, a.ID)
	if err != nil || len(kindred) == 0 {
		return err
	}
	own := telling.StoryID
	if own == "" { // as it is by now: an article before this one may have joined it to another
		if own, err = j.Store.StoryOf(ctx, a.ID); err != nil {
			return err
		}
	}
	stories := []string{own}
	for _, k := range kindred {
		if !slices.Contains(stories, k.StoryID) && story.SamePage(f, fingerprint(k)) {
			stories = append(stories, k.StoryID)
		}
	}
	if len(stories) == 1 {
		return nil
	}
	byAge, err := j.Store.ByAge(ctx, append(stories, telling.Merged...))
	if err != nil {
		return err
	}
	if len(byAge) > 0 { // else all of them are gone by now
		telling.StoryID, telling.Merged = byAge[0], byAge[1:]
	}
	return nil
}

// reprint makes articles recognisable by what they say since they were changed. They
// stay in their stories; one whose page has given another address as its own since may
// join the story that is told there.
func (j *Jobs) reprint(ctx context.Context) error {
	for ctx.Err() == nil {
		changed, err := j.Store.Reworded(ctx, printsSlice)
		if err != nil || len(changed) == 0 {
			return err
		}
		if err := eachStored(ctx, changed, j.reprintOne); err != nil {
			return err
		}
	}
	return nil
}

func (j *Jobs) reprintOne(ctx context.Context, a store.Article) error {
	f := fingerprint(a)
	telling, err := told(a, f)
	if err != nil {
		return err
	}
	if err := j.joinPage(ctx, a, f, &telling); err != nil {
		return err
	}
	return j.Store.SetStory(ctx, telling)
}

// tellings are those of the stories that an article may tell: of all that have an
// article which shares some of its keys.
func (j *Jobs) tellings(ctx context.Context, a store.Article, keys []int64) ([]story.Telling, error) {
	candidates, err := j.Store.StoryCandidates(ctx, keys, a.FirstSeenAt.Add(-storyWindow), story.Form, mostCandidates)
	if err != nil {
		return nil, err
	}
	var stories []string
	for _, c := range candidates {
		if c.ArticleID != a.ID && !slices.Contains(stories, c.StoryID) {
			stories = append(stories, c.StoryID)
		}
	}
	members, err := j.Store.StoryMembers(ctx, stories, story.Form, mostMembers)
	if err != nil {
		return nil, err
	}
	tellings := make([]story.Telling, 0, len(members))
	for _, m := range members {
		t := story.Telling{Story: m.StoryID}
		if err := json.Unmarshal(m.Print, &t.Fingerprint); err != nil {
			// One that cannot be read joins no story; it must not keep the others apart.
			j.Log.Warn("fingerprint is left out", slog.String("article", m.ArticleID), slog.Any("error", err))
			continue
		}
		tellings = append(tellings, t)
	}
	return tellings, nil
}

// remakePrints makes the articles of the last days recognisable that are not, or in the
// form of an earlier version: those that were there when this program was started.
func (j *Jobs) remakePrints(ctx context.Context) error {
	for !j.printed {
		old, err := j.Store.Unprinted(ctx, j.Now().Add(-storyWindow), story.Form, printsSlice)
		if err != nil {
			return fmt.Errorf("find articles without a print: %w", err)
		}
		made := make([]store.Telling, len(old))
		for i, a := range old {
			if made[i], err = told(a, fingerprint(a)); err != nil {
				return err
			}
		}
		if err := j.Store.SavePrints(ctx, made); err != nil {
			return err
		}
		j.printed = len(old) < printsSlice
		if ctx.Err() != nil {
			return nil
		}
	}
	return nil
}

func fingerprint(a store.Article) story.Fingerprint {
	text := article.Article{Blocks: a.Blocks}.Text()
	if text == "" {
		text = a.Summary
	}
	return story.NewFingerprint(a.Title, text, a.Language, a.PublishedAt)
}

// told is an article as the store keeps what it is recognised by.
func told(a store.Article, f story.Fingerprint) (store.Telling, error) {
	encoded, err := json.Marshal(f)
	if err != nil {
		return store.Telling{}, fmt.Errorf("encode fingerprint of %s: %w", a.ID, err)
	}
	return store.Telling{ArticleID: a.ID, SeenAt: a.FirstSeenAt, Form: story.Form, Print: encoded, Keys: f.Keys(), Reprint: a.Reprint}, nil
}
