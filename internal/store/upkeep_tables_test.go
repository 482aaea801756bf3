package store_test

import (
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"

	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
	"newsbot/migrations"
)

// A database with news is brought up to date, and back: what is there is found and
// counted as before, by an index that has all it is counted by.
func TestMigrateUpkeep(t *testing.T) {
	for engine, address := range map[string]string{"sqlite": storetest.SQLite(t), "postgres": storetest.Postgres(t)} {
		t.Run(engine, func(t *testing.T) {
			ctx := t.Context()
			db, err := sqlx.Open(engine, strings.TrimPrefix(address, "sqlite:"))
			must(t, err)
			defer db.Close()
			dialect, indexes := goose.DialectPostgres, `SELECT indexdef FROM pg_indexes WHERE indexname = 'articles_story'`
			if engine == "sqlite" {
				dialect, indexes = goose.DialectSQLite3, `SELECT sql FROM sqlite_master WHERE name = 'articles_story'`
			}
			p, err := goose.NewProvider(dialect, db.DB, migrations.FS, goose.WithGoMigrations(store.GoMigrations(engine == "sqlite")...))
			must(t, err)
			_, err = p.UpTo(ctx, 42)
			must(t, err)
			options := func() map[string]int {
				t.Helper()
				set := map[string]int{}
				if engine == "sqlite" {
					var rows []struct {
						Key   string `db:"k"`
						Value int    `db:"v"`
					}
					must(t, db.SelectContext(ctx, &rows, `SELECT k, v FROM search_words_config WHERE k LIKE '%merge'`))
					for _, r := range rows {
						set[r.Key] = r.Value
					}
				}
				return set
			}
			index := func() (definition string) {
				t.Helper()
				must(t, db.GetContext(ctx, &definition, indexes))
				return definition
			}
			for _, statement := range []string{
				`INSERT INTO sources (source_id, title, url, kind, language, topics, selectors, paused, etag, last_modified, next_poll_at, last_ok_at,
					last_error, failures, listed_at, created_at) VALUES ('s', 'Вести', 'https://vesti.example/rss', 'feed', 'ru', '[]', '{}', FALSE, '', '', 0, 0, '', 0, 5, 1)`,
				`INSERT INTO articles (article_id, source_id, story_id, language, topic, published_at, first_seen_at, listed_at, text_state, text_due_at,
					text_tries, text_error, link, title, author, image, summary, story_set, blocks) VALUES
					('a', 's', 'x', 'ru', 'sport', 1000, 1000, 1000, 'ready', 0, 0, '', 'https://vesti.example/a', 'Мост открыт', '', '', '', TRUE, '[]'),
					('b', 's', 'x', 'kk', 'sport', 2000, 2000, 2000, 'ready', 0, 0, '', 'https://vesti.example/b', 'Көпір ашылды', '', '', '', TRUE, '[]'),
					('c', 's', 'c', 'ru', 'world', 3000, 3000, 3000, 'ready', 0, 0, '', 'https://vesti.example/c', 'Мост закрыт', '', '', '', TRUE, '[]')`,
			} {
				_, err := db.ExecContext(ctx, statement)
				must(t, err)
			}
			check := func() {
				t.Helper()
				s := storetest.Opener(t, address)()
				indexAll(t, s)
				if ids, _ := search(t, s, words("мост")); strings.Join(ids, " ") != "c a" {
					t.Errorf("found %v", ids)
				}
				for _, c := range []struct {
					q    store.NewsQuery
					want int
				}{
					{store.NewsQuery{}, 2},
					{store.NewsQuery{Languages: []string{"kk"}}, 1},
					{store.NewsQuery{Languages: []string{"kk", "ru"}, Topics: []string{"sport"}}, 1},
				} {
					c.q.Limit = 5
					if _, total, err := s.Headlines(ctx, c.q); total != c.want || err != nil {
						t.Errorf("%+v: %d stories, %v", c.q, total, err)
					}
				}
				if definition := index(); !strings.Contains(definition, "language, topic)") {
					t.Errorf("the index is %s", definition)
				}
				if set := options(); engine == "sqlite" && (set["automerge"] != 0 || set["usermerge"] != 4 || set["deletemerge"] != 25 || set["crisismerge"] != 100) {
					t.Errorf("FTS5 merges by %v", set)
				}
				must(t, s.Close())
			}
			check()
			_, err = p.DownTo(ctx, 42)
			must(t, err)
			if set := options(); engine == "sqlite" && (set["automerge"] != 4 || set["deletemerge"] != 10 || set["crisismerge"] != 16) {
				t.Errorf("back: FTS5 merges by %v", set)
			}
			if definition := index(); !strings.Contains(definition, "(story_id, first_seen_at)") {
				t.Errorf("back: the index is %s", definition)
			}
			check()
		})
	}
}
