package store

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
)

const (
	mostAliases = 4 // other names of an article
	mostOfAlias = 8 // articles that have one other name: sites give all of their pages one address
	mostKindred = 8 // articles that may be the same page as one
)

// AddAlias remembers another name of an article: the id of the address that its page
// gives as its own. Own says that the address is of the article's site, so that what is
// listed there is this article; an address on another site only says which stories may
// be one. What is too much of either is left out; a name that the article has already is
// its site's own once anybody has said so.
func (s *Store) AddAlias(ctx context.Context, id, alias string, own bool) error {
	err := s.tx(ctx, func(tx *sqlx.Tx) error {
		truth, alike := "FALSE", "NOT x.own" // what other sites claim takes no place of the site's own
		if own {
			truth, alike = "TRUE", "x.own"
		}
		n, err := exec(ctx, tx, `INSERT INTO article_aliases (article_id, alias_id, own) SELECT a.article_id, CAST(? AS TEXT), `+truth+` FROM articles a
			WHERE a.article_id = ?
				AND (SELECT COUNT(*) FROM article_aliases x WHERE x.article_id = a.article_id AND x.alias_id <> CAST(? AS TEXT)) < ?
				AND (SELECT COUNT(*) FROM article_aliases x WHERE x.alias_id = CAST(? AS TEXT) AND x.article_id <> a.article_id AND `+alike+`) < ?
			ON CONFLICT (article_id, alias_id) DO UPDATE SET own = TRUE WHERE excluded.own AND NOT article_aliases.own`,
			alias, id, alias, mostAliases, alias, mostOfAlias)
		if err != nil || n == 0 {
			return err
		}
		_, err = exec(ctx, tx, `UPDATE articles SET reprint = reprint + 1 WHERE article_id = ? AND story_set`, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("add alias of article %s: %w", id, err)
	}
	return nil
}

// Kindred returns the articles that may be the same page as one, by their own word or
// by its, with their texts, oldest first.
func (s *Store) Kindred(ctx context.Context, id string) ([]Article, error) {
	var rows []articleRow
	err := list(ctx, s.r, &rows, `SELECT `+articleColumns+`, a.blocks FROM articles a JOIN sources s ON s.source_id = a.source_id
		WHERE a.article_id <> ? AND a.article_id IN (
			SELECT x.alias_id FROM article_aliases x WHERE x.article_id = ?
			UNION SELECT x.article_id FROM article_aliases x WHERE x.alias_id = ?
			UNION SELECT y.article_id FROM article_aliases x JOIN article_aliases y ON y.alias_id = x.alias_id WHERE x.article_id = ?)
		ORDER BY a.first_seen_at, a.article_id LIMIT ?`, id, id, id, id, mostKindred)
	if err != nil {
		return nil, fmt.Errorf("read kindred of article %s: %w", id, err)
	}
	return articles(rows)
}

// ByAge returns those of some stories that have articles, the one that was told first first.
func (s *Store) ByAge(ctx context.Context, stories []string) ([]string, error) {
	var ids []string
	err := list(ctx, s.r, &ids, `SELECT story_id FROM articles WHERE story_id IN (`+places(len(stories), "?")+`)
		GROUP BY story_id ORDER BY MIN(first_seen_at), story_id`, anys(stories)...)
	if err != nil {
		return nil, fmt.Errorf("order stories by age: %w", err)
	}
	return ids, nil
}
