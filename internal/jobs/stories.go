package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"

	"newsbot/internal/article"
	"newsbot/internal/story"
)

// assignStories gives every article that has been read, or whose page cannot
// be, the story it tells: that of an earlier article that tells the same in its language, or its own.
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
		storyID, language string
		story.Fingerprint
	}
	known := make([]print, 0, len(stored)+len(fresh))
	for _, s := range stored {
		var f story.Fingerprint
		if err := json.Unmarshal(s.Fingerprint, &f); err != nil {
			// One that cannot be read joins no story; it must not keep the others apart.
			j.Log.Warn("fingerprint is left out", slog.String("article", s.ArticleID), slog.Any("error", err))
			continue
		}
		known = append(known, print{s.StoryID, s.Language, f})
	}
	for _, a := range fresh {
		text := article.Article{Blocks: a.Blocks}.Text()
		if text == "" {
			text = a.Summary
		}
		f := story.NewFingerprint(a.Title, text, a.PublishedAt)
		storyID := a.ID
		for _, k := range known {
			if k.language == a.Language && story.Same(k.Fingerprint, f) {
				storyID = k.storyID
				break
			}
		}
		known = append(known, print{storyID, a.Language, f})
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
