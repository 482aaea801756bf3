package store

import (
	"fmt"

	"github.com/pressly/goose/v3"
)

// upkeepTables returns migration 43.
//
// All stories, those of some languages and those of a topic are counted by one index,
// in its order: without sorting them, and without reading the articles, of which
// PostgreSQL has to look at many while most of the news is deleted.
//
// FTS5 merges the parts of its index within the transaction that happens to write to
// it. While most of the news was deleted that took up to a second, in which nobody
// else wrote. That is left to mergeWords now: of every level that has four parts, or of
// whose articles a quarter is gone. Should nobody merge, SQLite does so by itself
// when a level has as many parts as make searches slow.
func upkeepTables(sqlite bool) *goose.Migration {
	up := []string{
		`DROP INDEX articles_story`,
		`CREATE INDEX articles_story ON articles (story_id, first_seen_at, language, topic)`,
	}
	down := []string{
		`DROP INDEX articles_story`,
		`CREATE INDEX articles_story ON articles (story_id, first_seen_at)`,
	}
	if sqlite {
		option := func(name string, value int) string {
			return fmt.Sprintf(`INSERT INTO search_words (search_words, rank) VALUES ('%s', %d)`, name, value)
		}
		up = append(up, option("automerge", 0), option("usermerge", 4), option("deletemerge", 25), option("crisismerge", 100))
		// SQLite's own numbers.
		down = append(down, option("automerge", 4), option("usermerge", 4), option("deletemerge", 10), option("crisismerge", 16))
	}
	return goose.NewGoMigration(43, steps(up...), steps(down...))
}
