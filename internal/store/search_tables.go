package store

import "github.com/pressly/goose/v3"

// searchTables returns migration 32, what articles are found by. Each article has a
// number that grows with the time of its publishing, so that the newest are found
// first without any sorting on SQLite, whose index is FTS5; on PostgreSQL it is a
// tsvector under GIN. Both hold the same terms, made by package story, and are
// written by IndexArticles. An article whose words change becomes stale by itself,
// whoever changes it.
func searchTables(sqlite bool) *goose.Migration {
	common := []string{
		`ALTER TABLE articles ADD COLUMN words_stale INTEGER NOT NULL DEFAULT 1`, // 0: what it is found by is what it says
		`CREATE INDEX articles_stale ON articles (published_at) WHERE words_stale > 0`,
	}
	const changed = `OLD.title <> NEW.title OR OLD.author <> NEW.author OR OLD.summary <> NEW.summary
		OR OLD.language <> NEW.language OR OLD.published_at <> NEW.published_at OR OLD.blocks <> NEW.blocks`
	if sqlite {
		return goose.NewGoMigration(32, steps(append(common,
			`CREATE TABLE search_docs (
				doc        INTEGER PRIMARY KEY,
				article_id TEXT    NOT NULL UNIQUE REFERENCES articles (article_id) ON DELETE CASCADE
			)`,
			`CREATE VIRTUAL TABLE search_words USING fts5 (words, content='', contentless_delete=1, tokenize='ascii')`,
			`CREATE TRIGGER search_docs_gone AFTER DELETE ON search_docs BEGIN
				DELETE FROM search_words WHERE rowid = OLD.doc;
			END`,
			`CREATE TRIGGER articles_words AFTER UPDATE OF title, author, summary, language, published_at, blocks ON articles
			WHEN `+changed+` BEGIN
				UPDATE articles SET words_stale = words_stale + 1 WHERE article_id = NEW.article_id;
			END`,
		)...), steps(
			`DROP TRIGGER articles_words`,
			`DROP TABLE search_docs`,
			`DROP TABLE search_words`,
			`DROP INDEX articles_stale`,
			`ALTER TABLE articles DROP COLUMN words_stale`,
		))
	}
	return goose.NewGoMigration(32, steps(append(common,
		// Rows without their words are few pages, which a common word has to read.
		`CREATE TABLE search_docs (
			doc        BIGINT   PRIMARY KEY,
			article_id TEXT     NOT NULL UNIQUE REFERENCES articles (article_id) ON DELETE CASCADE,
			words      TSVECTOR NOT NULL
		) WITH (toast_tuple_target = 128)`,
		// Without a list of what is to be indexed later, which every search would read.
		`CREATE INDEX search_words ON search_docs USING gin (words) WITH (fastupdate = off)`,
		`CREATE FUNCTION articles_words() RETURNS trigger LANGUAGE plpgsql AS $$
			BEGIN
				NEW.words_stale := NEW.words_stale + 1;
				RETURN NEW;
			END
		$$`,
		`CREATE TRIGGER articles_words BEFORE UPDATE OF title, author, summary, language, published_at, blocks ON articles
		FOR EACH ROW WHEN (`+changed+`) EXECUTE FUNCTION articles_words()`,
	)...), steps(
		`DROP TRIGGER articles_words ON articles`,
		`DROP FUNCTION articles_words()`,
		`DROP TABLE search_docs`,
		`DROP INDEX articles_stale`,
		`ALTER TABLE articles DROP COLUMN words_stale`,
	))
}
