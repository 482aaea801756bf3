package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"newsbot/internal/story"
)

// said is a hash of all that a source says of an item and that may change; never 0.
// Whether anything has changed is asked for each item of each poll.
func (it NewItem) said() int64 {
	h := sha256.New()
	part := func(s string) {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(s)))
		h.Write(size[:])   //nolint:errcheck // a hash never fails
		h.Write([]byte(s)) //nolint:errcheck // a hash never fails
	}
	part(it.Title)
	part(it.Summary)
	part(fmt.Sprint(ms(it.UpdatedAt)))
	for _, b := range it.Blocks {
		part(string(b.Kind))
		part(b.Text)
		part(b.URL)
	}
	return max(int64(binary.BigEndian.Uint64(h.Sum(nil))>>1), 1)
}

// known is an article that an item of a poll is.
type known struct {
	Listed   string `db:"listed_id"` // the item's id: the article's, or another name of it
	ID       string `db:"article_id"`
	SourceID string `db:"source_id"`
	ListedAt int64  `db:"listed_at"`
	Said     int64  `db:"said"`
	Title    string `db:"title"` // of what is known by another name
}

// knownOf returns the articles that items are, by the item's id: those of the id, else
// those whose page gives it as its own address, under the same headline: sites give
// addresses of other articles, too. What is listed there under another headline is a new
// article, of which the texts say whether it is the same page.
func knownOf(ctx context.Context, q conn, items []NewItem) (map[string]known, error) {
	ids := make([]string, len(items))
	for i, it := range items {
		ids[i] = it.ID
	}
	var rows []known
	err := list(ctx, q, &rows, `SELECT article_id AS listed_id, article_id, source_id, listed_at, said, '' AS title FROM articles WHERE article_id IN (`+places(len(ids), "?")+`)
		UNION ALL SELECT x.alias_id, a.article_id, a.source_id, a.listed_at, a.said, a.title FROM article_aliases x JOIN articles a ON a.article_id = x.article_id
			WHERE x.own AND x.alias_id IN (`+places(len(ids), "?")+`)`, append(anys(ids), anys(ids)...)...)
	if err != nil {
		return nil, err
	}
	// By its own id before any other name; of several with the name the first by id.
	slices.SortFunc(rows, func(a, b known) int {
		switch {
		case (a.ID == a.Listed) != (b.ID == b.Listed):
			if a.ID == a.Listed {
				return -1
			}
			return 1
		case a.ID < b.ID:
			return -1
		}
		return 1
	})
	titles := make(map[string]string, len(items))
	for _, it := range items {
		titles[it.ID] = it.Title
	}
	found := make(map[string]known, len(rows))
	for _, r := range rows {
		if _, ok := found[r.Listed]; !ok && (r.ID == r.Listed || sameHeadline(r.Title, titles[r.Listed])) {
			found[r.Listed] = r
		}
	}
	return found, nil
}

func sameHeadline(a, b string) bool {
	a, b = story.Spelling(a), story.Spelling(b)
	return a == b && a != ""
}

// listing is what a source says now of an article that it has brought.
type listing struct {
	id string
	NewItem
	said int64
}

// relisted are those of a source's items that are its own articles: what it says
// otherwise of them than before, and which it has not been noted for a while that it lists.
func relisted(sourceID string, items []NewItem, found map[string]known, now time.Time) (changed []listing, listed []string) {
	seen := map[string]bool{}
	take := func(it NewItem, k known) {
		// Another source's wording of the same page stays out: two of them would take
		// turns for ever.
		if k.SourceID != sourceID || seen[k.ID] {
			return
		}
		seen[k.ID] = true
		if said := it.said(); said != k.Said {
			changed = append(changed, listing{k.ID, it, said})
		} else if k.ListedAt < ms(now.Add(-relist)) {
			listed = append(listed, k.ID)
		}
	}
	for _, it := range items {
		if k, ok := found[it.ID]; ok && k.ID == it.ID {
			take(it, k)
		}
	}
	for _, it := range items { // a page that is listed under two addresses is what its own says
		if k, ok := found[it.ID]; ok && k.ID != it.ID {
			take(it, k)
		}
	}
	slices.SortFunc(changed, func(a, b listing) int {
		if a.id < b.id {
			return -1
		}
		return 1
	})
	slices.Sort(listed)
	return changed, listed
}

// relist writes what a source says of articles that it lists again.
func (s *Store) relist(ctx context.Context, tx *sqlx.Tx, now time.Time, changed []listing, listed []string) error {
	if len(listed) > 0 {
		_, err := exec(ctx, tx, `UPDATE articles SET listed_at = ? WHERE article_id IN (`+places(len(listed), "?")+`)`, append([]any{ms(now)}, anys(listed)...)...)
		if err != nil {
			return err
		}
	}
	for _, l := range changed {
		if err := s.relistChanged(ctx, tx, now, l); err != nil {
			return fmt.Errorf("item %s: %w", l.id, err)
		}
	}
	return nil
}

// relistSlice is how many changed articles are written in one transaction: their texts
// are compared in it, and meanwhile nobody else writes to SQLite.
const relistSlice = 20

// relistMany writes what a source says otherwise of many articles, before the poll is
// recorded and a slice at a time: what is written is no change to the poll any more.
func (s *Store) relistMany(ctx context.Context, now time.Time, sourceID string, items []NewItem) error {
	found, err := knownOf(ctx, s.r, items)
	if err != nil {
		return err
	}
	changed, _ := relisted(sourceID, items, found, now)
	if len(changed) <= relistSlice {
		return nil
	}
	for part := range chunks(changed, relistSlice) {
		if err := s.tx(ctx, func(tx *sqlx.Tx) error { return s.relist(ctx, tx, now, part, nil) }); err != nil {
			return err
		}
	}
	return nil
}

// storedText is an article as far as what its source says of it may change it.
type storedText struct {
	version
	State    string `db:"text_state"`
	DueAt    int64  `db:"text_due_at"`
	EditedAt int64  `db:"edited_at"`
	Rereads  int    `db:"rereads"`
	Said     int64  `db:"said"`
}

// relistChanged takes over what a source says now of an article, keeps what it was if
// that is another one to a reader, and has its page read again if that may be.
func (s *Store) relistChanged(ctx context.Context, tx *sqlx.Tx, now time.Time, l listing) error {
	var was storedText
	err := get(ctx, tx, &was, `SELECT title, summary, blocks, text_state, text_due_at, edited_at, rereads, said FROM articles WHERE article_id = ?`+s.forUpdate(), l.id)
	if err != nil {
		return err
	}
	next := was.version
	retitled := was.Title != "" && story.Spelling(l.Title) != story.Spelling(was.Title)
	if retitled || was.Title == "" {
		next.Title = l.Title
	}
	resummed := was.Summary != "" && l.Summary != "" && story.Spelling(l.Summary) != story.Spelling(was.Summary)
	if resummed || was.Summary == "" {
		next.Summary = l.Summary
	}
	edited := was.Said != 0 && ms(l.UpdatedAt) > was.EditedAt
	rewritten := false
	if l.Blocks != nil {
		if next.Blocks, rewritten, err = newText(was.Blocks, l.Blocks); err != nil {
			return err
		}
	}
	revised := retitled || rewritten && was.Blocks != "" || resummed && was.Blocks == "" && was.State == TextFailed
	back := false
	if revised {
		if back, err = revise(ctx, tx, now, l.id, was.version, next); err != nil {
			return fmt.Errorf("keep what it was: %w", err)
		}
	}
	if next.Blocks != was.Blocks {
		if _, err := exec(ctx, tx, `UPDATE articles SET blocks = ?, text_state = 'ready', text_error = '', text_due_at = ? WHERE article_id = ?`, next.Blocks, ms(now), l.id); err != nil {
			return err
		}
	}
	if l.Blocks == nil && was.State != TextPending && (retitled || resummed || edited) {
		due := rereadAt(now, at(was.DueAt), was.Rereads)
		if _, err := exec(ctx, tx, `UPDATE articles SET text_state = 'pending', text_due_at = ?, text_tries = 0 WHERE article_id = ?`, ms(due), l.id); err != nil {
			return err
		}
	}
	if soon := ms(now.Add(firstReread)); l.Blocks == nil && retitled && !back && was.State == TextPending && was.Blocks != "" && soon < was.DueAt {
		if _, err := exec(ctx, tx, `UPDATE articles SET text_due_at = ? WHERE article_id = ?`, soon, l.id); err != nil {
			return err
		}
	}
	reprint := 0
	if revised || rewritten || resummed && was.Blocks == "" {
		reprint = 1
	}
	_, err = exec(ctx, tx, `UPDATE articles SET title = ?, summary = ?, listed_at = ?, said = ?, edited_at = ?, reprint = reprint + ? WHERE article_id = ?`,
		next.Title, next.Summary, ms(now), l.said, max(was.EditedAt, ms(l.UpdatedAt)), reprint, l.id)
	return err
}
