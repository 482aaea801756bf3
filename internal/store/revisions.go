package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"newsbot/internal/article"
	"newsbot/internal/story"
)

const (
	// keptRevisions is how much is kept of what an article was: the first version and
	// the last ones, however often its source changes it.
	keptRevisions = 6
	// oneEdit is how long after a headline has changed a text that changes is of the
	// same edit: the page is read after the feed.
	oneEdit = time.Hour
	// The page of an article is not read again sooner than this after the last time, a
	// longer while each time that it had nothing new.
	firstReread, lastReread = 10 * time.Minute, 24 * time.Hour
)

// rereadAt is when the page of an article that was read last at an instant may be read again.
func rereadAt(now, read time.Time, rereads int) time.Time {
	if rereads == 0 {
		return now
	}
	wait := firstReread
	for i := 1; i < rereads && wait < lastReread; i++ {
		wait *= 2
	}
	if due := read.Add(min(wait, lastReread)); due.After(now) {
		return due
	}
	return now
}

// version is what an article says at one time; blocks as they are stored.
type version struct {
	Title   string `db:"title"`
	Summary string `db:"summary"`
	Blocks  string `db:"blocks"`
}

// same says whether a reader sees no difference between two versions. A summary counts
// where there is no text.
func (v version) same(o version) (bool, error) {
	if story.Spelling(v.Title) != story.Spelling(o.Title) {
		return false, nil
	}
	if v.Blocks == "" && o.Blocks == "" {
		return story.Spelling(v.Summary) == story.Spelling(o.Summary), nil
	}
	c, err := compareBlocks(v.Blocks, o.Blocks)
	return !c.Any(), err
}

func compareBlocks(before, after string) (article.Changes, error) {
	if before == after {
		return article.Changes{}, nil
	}
	old, err := decodeBlocks(before)
	if err != nil {
		return article.Changes{}, err
	}
	now, err := decodeBlocks(after)
	if err != nil {
		return article.Changes{}, err
	}
	return article.Compare(old, now, story.Spelling), nil
}

func decodeBlocks(s string) (blocks []article.Block, err error) {
	if s == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(s), &blocks); err != nil {
		return nil, fmt.Errorf("decode text: %w", err)
	}
	return blocks, nil
}

type revisionRow struct {
	ReplacedAt int64 `db:"replaced_at"`
	version
}

// revise keeps what an article was before it becomes next, in a transaction that holds
// the article. It says whether that is what it was just before.
func revise(ctx context.Context, tx *sqlx.Tx, now time.Time, id string, was, next version) (back bool, err error) {
	var kept []revisionRow
	if err := list(ctx, tx, &kept, `SELECT replaced_at, title, summary, blocks FROM revisions WHERE article_id = ? ORDER BY replaced_at`, id); err != nil {
		return false, err
	}
	replaced := ms(now)
	if len(kept) > 0 {
		last := kept[len(kept)-1]
		replaced = max(replaced, last.ReplacedAt+1)
		if back, err = last.same(next); err != nil {
			return false, err
		}
		switch {
		case back: // to what it was just before: the two change places
			_, err := exec(ctx, tx, `UPDATE revisions SET replaced_at = ?, title = ?, summary = ?, blocks = ? WHERE article_id = ? AND replaced_at = ?`,
				replaced, was.Title, was.Summary, was.Blocks, id, last.ReplacedAt)
			return true, err
		case was.Title == next.Title && replaced-last.ReplacedAt < oneEdit.Milliseconds() && keptWith(was, last.version):
			return false, nil
		}
		if len(kept) >= keptRevisions {
			if _, err := exec(ctx, tx, `DELETE FROM revisions WHERE article_id = ? AND replaced_at = ?`, id, kept[1].ReplacedAt); err != nil {
				return false, err
			}
		}
	}
	_, err = exec(ctx, tx, `INSERT INTO revisions (article_id, replaced_at, title, summary, blocks) VALUES (?, ?, ?, ?, ?)`,
		id, replaced, was.Title, was.Summary, was.Blocks)
	return false, err
}

// newText returns what is stored of an article when a text is read where another one is
// stored, and whether that says something else. A stub replaces nothing; what differs in
// a picture, in letters that look alike or around the text is taken over.
func newText(stored string, blocks []article.Block) (text string, changed bool, err error) {
	old, err := decodeBlocks(stored)
	if err != nil {
		return "", false, err
	}
	if article.IsStub(old, blocks) {
		return stored, false, nil
	}
	if text, err = encode(blocks); err != nil {
		return "", false, err
	}
	return text, stored == "" || article.Compare(old, blocks, story.Spelling).Any(), nil
}

// keptWith says of a version under a headline that stays whether what was kept last,
// within one edit, stands for it: its text was kept with the headline before it, or it is
// one more summary, of which some differ at each poll ("5 minutes ago").
func keptWith(was, last version) bool {
	if was.Blocks != "" || last.Blocks != "" {
		return was.Blocks == last.Blocks
	}
	return was.Summary == last.Summary || was.Title == last.Title
}

// saveAgain stores the text of a page that was read again, and keeps the one that it
// replaces if that said something else.
func (s *Store) saveAgain(ctx context.Context, now time.Time, id string, blocks []article.Block) error {
	return s.tx(ctx, func(tx *sqlx.Tx) error {
		var was version
		if err := get(ctx, tx, &was, `SELECT title, summary, blocks FROM articles WHERE article_id = ?`+s.forUpdate(), id); err != nil {
			return err
		}
		next := was
		changed, err := false, error(nil)
		if next.Blocks, changed, err = newText(was.Blocks, blocks); err != nil {
			return err
		}
		if !changed {
			set, args := "", []any{ms(now)}
			if next.Blocks != was.Blocks { // else the article is indexed anew for nothing
				set, args = ", blocks = ?", append(args, next.Blocks)
			}
			_, err := exec(ctx, tx, `UPDATE articles SET text_state = 'ready', text_error = '', text_due_at = ?, rereads = rereads + 1`+set+` WHERE article_id = ?`, append(args, id)...)
			return err
		}
		if _, err := revise(ctx, tx, now, id, was, next); err != nil {
			return fmt.Errorf("keep what it was: %w", err)
		}
		_, err = exec(ctx, tx, `UPDATE articles SET blocks = ?, text_state = 'ready', text_error = '', text_due_at = ?, rereads = 1, reprint = reprint + 1
			WHERE article_id = ?`, next.Blocks, ms(now), id)
		return err
	})
}

// Revisions returns what an article was before, the last first; none when it has not
// changed or is not stored.
func (s *Store) Revisions(ctx context.Context, id string) ([]Revision, error) {
	var rows []revisionRow
	if err := list(ctx, s.r, &rows, `SELECT replaced_at, title, summary, blocks FROM revisions WHERE article_id = ? ORDER BY replaced_at DESC`, id); err != nil {
		return nil, fmt.Errorf("read revisions of article %s: %w", id, err)
	}
	out := make([]Revision, len(rows))
	for i, r := range rows {
		blocks, err := decodeBlocks(r.Blocks)
		if err != nil {
			return nil, fmt.Errorf("revision %d of article %s: %w", r.ReplacedAt, id, err)
		}
		out[i] = Revision{ReplacedAt: at(r.ReplacedAt), Title: r.Title, Summary: r.Summary, Blocks: blocks}
	}
	return out, nil
}
