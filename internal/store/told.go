package store

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// ToldRun is a broadcast that told an article's story.
type ToldRun struct {
	ID       string `db:"broadcast_id"`
	Story    string `db:"story_id"`
	State    string `db:"state"`
	Category string `db:"category"`
	Audience string `db:"audience"`
}

// ToldRuns returns the broadcasts about articles that were started since an instant.
func (s *Store) ToldRuns(ctx context.Context, since time.Time) ([]ToldRun, error) {
	var runs []ToldRun
	err := list(ctx, s.r, &runs, `SELECT b.broadcast_id, a.story_id, b.state, b.category, b.audience
		FROM broadcasts b JOIN articles a ON a.article_id = b.article_id
		WHERE b.article_id <> '' AND b.kind = 'send' AND b.started_at > ? ORDER BY b.started_at, b.broadcast_id`, ms(since))
	if err != nil {
		return nil, fmt.Errorf("read broadcasts about articles: %w", err)
	}
	return runs, nil
}

// ToldStories returns, for each of some chats, the stories that runs told it, in
// their order: those whose message it has or is being tried again, and those of
// runs that are under way and will come to it.
func (s *Store) ToldStories(ctx context.Context, now time.Time, runs []ToldRun, chats []int64) (map[int64][]string, error) {
	told := map[int64][]string{}
	if len(chats) == 0 {
		return told, nil
	}
	for _, run := range runs {
		var known []struct {
			ChatID int64  `db:"chat_id"`
			State  string `db:"state"`
		}
		err := list(ctx, s.r, &known, `SELECT chat_id, state FROM recipients WHERE batch = ? AND chat_id IN (`+places(len(chats), "?")+`)`,
			append([]any{run.ID}, anys(chats)...)...)
		if err != nil {
			return nil, fmt.Errorf("read who was told: %w", err)
		}
		settled := make(map[int64]bool, len(known))
		var have []int64
		for _, k := range known {
			settled[k.ChatID] = true
			if k.State == "sent" || k.State == "retrying" && run.State != BroadcastCancelled {
				have = append(have, k.ChatID)
			}
		}
		if run.State == BroadcastRunning {
			audience, err := parseAudience(run.Audience)
			if err != nil {
				return nil, fmt.Errorf("broadcast %s: %w", run.ID, err)
			}
			where, args := audience.where(now, run.Category)
			var coming []int64
			err = list(ctx, s.r, &coming, `SELECT c.chat_id FROM chats c WHERE c.chat_id IN (`+places(len(chats), "?")+`) AND `+where,
				append(anys(chats), args...)...)
			if err != nil {
				return nil, fmt.Errorf("read who will be told: %w", err)
			}
			have = append(have, slices.DeleteFunc(coming, func(id int64) bool { return settled[id] })...)
		}
		for _, id := range have {
			if !slices.Contains(told[id], run.Story) {
				told[id] = append(told[id], run.Story)
			}
		}
	}
	return told, nil
}
