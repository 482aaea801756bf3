package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

type headlineRow struct {
	ID          string `db:"article_id"`
	StoryID     string `db:"story_id"`
	SourceTitle string `db:"source_title"`
	Title       string `db:"title"`
	Language    string `db:"language"`
	Topic       string `db:"topic"`
	Link        string `db:"link"`
	Image       string `db:"image"`
	Summary     string `db:"summary"`
	PublishedAt int64  `db:"published_at"`
	Sources     int    `db:"sources"`
}

// headlineColumns are those of a headlineRow. The parameter is as of when sources count.
const headlineColumns = `a.article_id, a.story_id, s.title AS source_title, a.title, a.language, a.topic, a.link, a.image,
	a.summary, a.published_at,
	(SELECT COUNT(DISTINCT o.source_id) FROM articles o WHERE o.story_id = a.story_id AND o.first_seen_at <= ?) AS sources`

func (r headlineRow) headline() Headline {
	return Headline{
		ID: r.ID, StoryID: r.StoryID, SourceTitle: r.SourceTitle, Title: r.Title, Language: r.Language, Topic: r.Topic,
		Link: r.Link, Image: r.Image, Summary: r.Summary, PublishedAt: at(r.PublishedAt), Sources: r.Sources,
	}
}

// visible is the condition that a query puts on an article aliased as alias,
// without Since.
func (q NewsQuery) visible(alias string) (where string, args []any) {
	where = "1 = 1"
	if len(q.Languages) > 0 {
		where += " AND " + alias + ".language IN (" + places(len(q.Languages), "?") + ")"
		args = append(args, anys(q.Languages)...)
	}
	if len(q.Topics) > 0 {
		where += " AND " + alias + ".topic IN (" + places(len(q.Topics), "?") + ")"
		args = append(args, anys(q.Topics)...)
	}
	if !q.AsOf.IsZero() {
		where += " AND " + alias + ".first_seen_at <= ?"
		args = append(args, ms(q.AsOf))
	}
	return where, args
}

// stories selects the first article of each story among those visible. Since
// restricts only that first one: a story does not come back as news because
// another source takes it up.
func (q NewsQuery) stories() (where string, args []any) {
	own, args := q.visible("a")
	if !q.Since.IsZero() {
		own += " AND a.first_seen_at > ?"
		args = append(args, ms(q.Since))
	}
	if len(q.Without) > 0 {
		own += " AND a.story_id NOT IN (" + places(len(q.Without), "?") + ")"
		args = append(args, anys(q.Without)...)
	}
	first, more := q.visible("b")
	// As a CASE, and not as NOT EXISTS or a mere comparison: PostgreSQL would
	// join all of the news, or take it that hardly any passes and sort it all,
	// when reading the ten newest from the index is enough.
	where = own + ` AND CASE WHEN a.article_id = (SELECT b.article_id FROM articles b WHERE b.story_id = a.story_id AND ` + first + `
		ORDER BY b.first_seen_at, b.article_id LIMIT 1) THEN TRUE ELSE FALSE END`
	return where, append(args, more...)
}

// Headlines returns one line per story, newest first, and how many stories there are
// in all. Of the articles that the query selects a story's first says how new it is;
// it is told by that one, or by one in the language that is preferred.
func (s *Store) Headlines(ctx context.Context, q NewsQuery) (headlines []Headline, total int, err error) {
	asOf := q.AsOf
	if asOf.IsZero() {
		asOf = time.UnixMilli(1 << 52)
	}
	where, args := q.stories()
	var rows []headlineRow
	err = list(ctx, s.r, &rows, `SELECT `+headlineColumns+`
		FROM articles a JOIN sources s ON s.source_id = a.source_id
		WHERE `+where+` ORDER BY a.published_at DESC, a.article_id DESC LIMIT ? OFFSET ?`,
		append(append([]any{ms(asOf)}, args...), q.Limit, q.Offset)...)
	if err != nil {
		return nil, 0, fmt.Errorf("read headlines: %w", err)
	}
	if total, err = s.countStories(ctx, q); err != nil {
		return nil, 0, fmt.Errorf("count headlines: %w", err)
	}
	headlines = make([]Headline, len(rows))
	for i, r := range rows {
		headlines[i] = r.headline()
	}
	if err := s.retell(ctx, q, headlines); err != nil {
		return nil, 0, fmt.Errorf("read tellings: %w", err)
	}
	return headlines, total, nil
}

// retell shows stories by their telling in the language that is preferred, the first
// one with a text if any has one, and adds in which others they are told.
func (s *Store) retell(ctx context.Context, q NewsQuery, headlines []Headline) error {
	if len(headlines) == 0 || len(q.Languages) == 1 {
		return nil
	}
	stories := make([]string, len(headlines))
	for i, h := range headlines {
		stories[i] = h.StoryID
	}
	asOf := q.AsOf
	if asOf.IsZero() {
		asOf = time.UnixMilli(1 << 52)
	}
	where, args := q.visible("a")
	var rows []struct {
		headlineRow
		HasText bool `db:"has_text"`
	}
	err := list(ctx, s.r, &rows, `SELECT `+headlineColumns+`, `+hasText+` AS has_text FROM articles a JOIN sources s ON s.source_id = a.source_id
		WHERE a.story_id IN (`+places(len(stories), "?")+`) AND `+where+` ORDER BY a.first_seen_at, a.article_id`,
		append(append([]any{ms(asOf)}, anys(stories)...), args...)...)
	if err != nil {
		return err
	}
	for i, h := range headlines {
		told, ready := h, false
		languages := map[string]bool{}
		for _, r := range rows {
			if r.StoryID != h.StoryID {
				continue
			}
			languages[r.Language] = true
			if q.Prefer == "" || r.Language != q.Prefer || h.Language == q.Prefer {
				continue
			}
			if told.ID == h.ID || r.HasText && !ready {
				told, ready = r.headline(), r.HasText
			}
		}
		delete(languages, told.Language)
		delete(languages, "")
		told.Also = slices.Sorted(maps.Keys(languages))
		if len(told.Also) == 0 {
			told.Also = nil
		}
		headlines[i] = told
	}
	return nil
}

// countStories returns how many stories a query selects.
func (s *Store) countStories(ctx context.Context, q NewsQuery) (total int, err error) {
	if !q.Since.IsZero() || len(q.Without) > 0 {
		where, args := q.stories()
		return total, get(ctx, s.r, &total, `SELECT COUNT(*) FROM articles a WHERE `+where, args...)
	}
	// All of the news is counted for every first page that anyone opens, and
	// changes only when something new is seen.
	var newest int64
	if err := get(ctx, s.r, &newest, `SELECT COALESCE(MAX(first_seen_at), 0) FROM articles`); err != nil {
		return 0, err
	}
	if q.AsOf.IsZero() || ms(q.AsOf) > newest {
		q.AsOf = at(newest)
	}
	key := totalKey{strings.Join(q.Languages, ","), listOf(q.Topics), ms(q.AsOf)}
	return s.totals.get(ctx, key, func(ctx context.Context) (total int, err error) {
		// Each visible story has just one first article: counting stories in the order
		// of an index is far cheaper than looking for the first of each.
		where, args := q.visible("a")
		return total, get(ctx, s.r, &total, `SELECT COUNT(*) FROM (SELECT DISTINCT a.story_id FROM articles a WHERE `+where+`) d`, args...)
	})
}

// totals remembers how many stories there are. This process forgets it when it
// changes the news. What another one changes of the past is noticed after a moment,
// and so is what Prune deletes while it runs: a total that is older than that is
// counted again beside the page that shows it, which does not wait.
type totals struct {
	mu       sync.Mutex
	known    map[totalKey]total
	epoch    int
	counting sync.WaitGroup
	closed   chan struct{} // made when something is counted beside a page; close ends that
}

// close ends what is being counted and waits for it. Nothing may be asked for then.
func (t *totals) close() {
	t.mu.Lock()
	if t.closed != nil {
		close(t.closed)
		t.closed = nil // a store may be closed twice
	}
	t.mu.Unlock()
	t.counting.Wait()
}

type totalKey struct {
	languages, topics string
	asOf              int64
}

type total struct {
	n       int
	at      time.Time // when it was counted
	renewed bool      // it is being counted again
}

const (
	totalsFresh = 5 * time.Second
	totalsLast  = 30 * time.Second // one that nobody asked for meanwhile is not shown any more
	maxTotals   = 256
	countWithin = 10 * time.Second // of a page that does not wait
)

func (t *totals) get(ctx context.Context, key totalKey, count func(context.Context) (int, error)) (int, error) {
	t.mu.Lock()
	known, ok := t.known[key]
	age, epoch := time.Since(known.at), t.epoch
	if ok && age > totalsFresh && age <= totalsLast && !known.renewed {
		t.known[key] = total{known.n, known.at, true}
		if t.closed == nil {
			t.closed = make(chan struct{})
		}
		closed := t.closed
		t.counting.Go(func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), countWithin)
			defer cancel()
			ended := make(chan struct{})
			defer close(ended)
			go func() {
				select {
				case <-closed:
					cancel()
				case <-ended:
				}
			}()
			// Should it fail, whoever asks when the total is not shown any more hears of it.
			if n, err := count(ctx); err == nil {
				t.keep(key, n, epoch)
			}
		})
	}
	t.mu.Unlock()
	if ok && age <= totalsLast {
		return known.n, nil
	}
	n, err := count(ctx)
	if err != nil {
		return 0, err
	}
	t.keep(key, n, epoch)
	return n, nil
}

func (t *totals) keep(key totalKey, n, epoch int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if epoch != t.epoch { // what was counted may be old by now
		return
	}
	if t.known == nil || len(t.known) >= maxTotals {
		t.known = map[totalKey]total{}
	}
	t.known[key] = total{n: n, at: time.Now()}
}

func (t *totals) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.known = nil
	t.epoch++
}
