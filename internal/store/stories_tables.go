package store

import "github.com/pressly/goose/v3"

// storyTables returns migration 41: what the articles of the last days are recognised
// by, and an index of it by the words and names of their beginnings, so that a fresh
// article is compared with the few that share some and not with all. An article's number
// there, doc, grows with the time that it was first seen at. Neither table refers to
// articles: rows are dropped by age, whether their article is still there or not. On
// SQLite the index is its table and nothing besides.
//
// The column articles.fingerprint, an older form, is read no more; taking it away
// would write every article anew.
func storyTables(sqlite bool) *goose.Migration {
	bare := ""
	if sqlite {
		bare = " WITHOUT ROWID"
	}
	return goose.NewGoMigration(41, steps(
		`CREATE TABLE story_prints (
			doc        BIGINT  PRIMARY KEY,
			article_id TEXT    NOT NULL UNIQUE,
			form       INTEGER NOT NULL, -- story.Form of its maker
			print      BYTEA   NOT NULL,
			keys       BYTEA   NOT NULL  -- those of story_keys, to find them when they go
		)`,
		`CREATE TABLE story_keys (
			key BIGINT NOT NULL, -- hash of a stem, a name or a number
			doc BIGINT NOT NULL,
			PRIMARY KEY (key, doc)
		)`+bare,
	), steps(`DROP TABLE story_keys`, `DROP TABLE story_prints`))
}
