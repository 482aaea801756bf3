package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"newsbot/internal/article"
	"newsbot/internal/feed"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
)

// gathering is what sources list, poll after poll: first all that they have, 5 to 20
// items, then 1 to 5 new ones on top of those that were there. Every third source
// has whole texts in its feed, the others' texts come from their pages.
type gathering struct {
	sources []feed.Source
	polls   []store.Poll
	fresh   [][]store.NewItem // what is new in each poll
	blocks  []article.Block   // the text of each page
	items   int
}

func newGathering(sources, rounds int) *gathering {
	random := rand.New(rand.NewPCG(3, 2026))
	g := &gathering{}
	paragraph := strings.Repeat("Движение по мосту откроют в понедельник, сообщили в акимате области. ", 4)
	for range 7 {
		g.blocks = append(g.blocks, article.Block{Kind: article.Paragraph, Text: paragraph})
	}
	listed := make([][]store.NewItem, sources)
	for n := range sources {
		id := fmt.Sprint("s", n)
		g.sources = append(g.sources, feed.Source{ID: id, Title: "Вести " + id, URL: "https://" + id + ".example/rss", Kind: feed.KindFeed, Language: "ru"})
	}
	for round := range rounds {
		for n, src := range g.sources {
			count := 1 + random.IntN(5)
			if round == 0 {
				count = 5 + random.IntN(16)
			}
			var fresh []store.NewItem
			for range count {
				key := fmt.Sprintf("%016x%016x", random.Uint64(), random.Uint64())
				it := store.NewItem{
					ID: key, Link: src.URL + "/news/" + key, Title: "Движение по мосту № " + key[:5] + " откроют раньше срока", Author: "Асель Нурланова",
					Language: "ru", Topic: "society", Image: src.URL + "/i/" + key + ".jpg", PublishedAt: noon.Add(time.Duration(round*30) * time.Minute),
					Summary: "Ремонт продолжался два года и обошёлся бюджету в 4,2 млрд тенге, сообщили в акимате области.",
				}
				if n%3 == 0 {
					it.Blocks = g.blocks
				}
				fresh = append(fresh, it)
			}
			listed[n] = slices.Concat(fresh, listed[n])
			listed[n] = listed[n][:min(20, len(listed[n]))]
			g.fresh = append(g.fresh, fresh)
			g.items += count
			at := noon.Add(time.Duration(round*30) * time.Minute)
			g.polls = append(g.polls, store.Poll{SourceID: src.ID, NextPollAt: at.Add(time.Hour), State: feed.State{ETag: fmt.Sprint(round)}, Items: slices.Clone(listed[n])})
		}
	}
	return g
}

// bare inserts the new rows of each poll with one statement in a transaction of its own.
func (g *gathering) bare(b *testing.B, db *sqlx.DB) time.Duration {
	b.Helper()
	type row struct {
		ID, Source, Story, Language, Topic, Link, Title, Author, Image, Summary, Blocks, State string
		Published                                                                              int64
	}
	var groups [][]row
	for i, fresh := range g.fresh {
		var rows []row
		for _, it := range fresh {
			r := row{it.ID, g.polls[i].SourceID, it.ID, it.Language, it.Topic, it.Link, it.Title, it.Author, it.Image, it.Summary, "", store.TextPending, it.PublishedAt.UnixMilli()}
			if it.Blocks != nil {
				text, err := json.Marshal(it.Blocks)
				if err != nil {
					b.Fatal(err)
				}
				r.Blocks, r.State = string(text), store.TextReady
			}
			rows = append(rows, r)
		}
		groups = append(groups, rows)
	}
	began := time.Now()
	for _, rows := range groups {
		tx, err := db.Beginx()
		if err != nil {
			b.Fatal(err)
		}
		_, err = tx.NamedExec(`INSERT INTO articles (article_id, source_id, story_id, language, topic, published_at, first_seen_at, listed_at,
				text_state, text_due_at, text_tries, text_error, link, title, author, image, summary, story_set, blocks)
			VALUES (:id, :source, :story, :language, :topic, :published, :published, :published, :state, :published, 0, '', :link, :title, :author, :image, :summary, FALSE, :blocks)`, rows)
		if err != nil {
			b.Fatal(err)
		}
		if err := tx.Commit(); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(began)
}

// stored records the polls, and then saves the texts of those that have none.
func (g *gathering) stored(b *testing.B, s *store.Store) (polls, texts time.Duration) {
	b.Helper()
	ctx, round := context.Background(), len(g.sources)
	began, added := time.Now(), 0
	for i, p := range g.polls {
		n, err := s.RecordPoll(ctx, noon.Add(time.Duration(i/round*30)*time.Minute), p)
		if err != nil {
			b.Fatal(err)
		}
		added += n
	}
	polls = time.Since(began)
	if added != g.items {
		b.Fatalf("%d articles stored, want %d", added, g.items)
	}
	began = time.Now()
	for _, fresh := range g.fresh {
		for _, it := range fresh {
			if it.Blocks != nil {
				continue
			}
			if err := s.SaveText(ctx, noon, it.ID, article.Article{Author: "Асель", Blocks: g.blocks}); err != nil {
				b.Fatal(err)
			}
		}
	}
	return polls, time.Since(began)
}

// BenchmarkStoring measures how many articles a second are stored from polls as they
// are, among items that are known, beside bare batch INSERTs of the same rows into
// the same table; and with the texts of their pages saved one by one.
func BenchmarkStoring(b *testing.B) {
	const (
		sources, rounds, turns = 150, 6, 3
	)
	for _, e := range []struct {
		name    string
		address func(testing.TB) string
		least   float64 // of the bare INSERTs
	}{{"sqlite", storetest.SQLite, 0.5}, {"postgres", storetest.Postgres, 0.3}} {
		b.Run(e.name, func(b *testing.B) {
			g := newGathering(sources, rounds)
			var bare, polls, whole []float64
			for range b.N * turns { // in turns, so that the machine's moods meet all
				for _, side := range []string{"bare", "newsbot"} {
					address := storetest.Migrated(b, e.address(b))
					s := storetest.Opener(b, address)()
					if _, _, err := s.ImportSources(b.Context(), noon, g.sources); err != nil {
						b.Fatal(err)
					}
					if side == "bare" {
						db := openBare(b, address)
						bare = append(bare, float64(g.items)/g.bare(b, db).Seconds())
						continue
					}
					p, t := g.stored(b, s)
					polls = append(polls, float64(g.items)/p.Seconds())
					whole = append(whole, float64(g.items)/(p+t).Seconds())
				}
			}
			share := mid(polls) / mid(bare)
			fmt.Printf("storing %-8s bare INSERTs %6.0f articles a second, polls of 5 to 20 items %6.0f, %.2f of bare (>= %.2f %s), with texts from pages %6.0f\n",
				e.name, mid(bare), mid(polls), share, e.least, verdict(share >= e.least), mid(whole))
			b.ReportMetric(mid(polls), "articles/s")
			b.ReportMetric(mid(whole), "whole-articles/s")
		})
	}
}

// openBare opens a database of the store as any program would, for as many writers
// and with as much safety as the store has.
func openBare(b *testing.B, address string) *sqlx.DB {
	b.Helper()
	driver, dsn := "postgres", address+"&binary_parameters=yes"
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		driver, dsn = "sqlite", "file:"+path+"?_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_pragma=journal_mode(wal)&_pragma=synchronous(normal)&_txlock=immediate"
	}
	db, err := sqlx.Open(driver, dsn)
	if err != nil {
		b.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	db.MapperFunc(strings.ToLower)
	b.Cleanup(func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	return db
}

// mid is the middle one of some figures.
func mid(of []float64) float64 {
	return slices.Sorted(slices.Values(of))[len(of)/2]
}
