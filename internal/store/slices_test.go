package store_test

import (
	"database/sql"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"

	"newsbot/internal/outbox"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
	"newsbot/migrations"
)

// A message that arrived in a group just before the bot learned that the group
// has moved is not sent to its supergroup again.
func TestMoveWhileInFlight(t *testing.T) {
	const group, super = -5, -1000000000005
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		touch(t, s, group)
		touch(t, s, 10)
		broadcast(t, s, "b")
		inFlight := take(t, s, noon, "a", "b", 10)
		if diff := cmp.Diff([]int64{group, 10}, ids(inFlight)); diff != "" {
			t.Fatal(diff)
		}
		must(t, s.MigrateChat(ctx, noon, group, super))
		if got := claim(t, s, noon, "a", 10); len(got) != 0 {
			t.Errorf("sent to the new id while one is in flight: %v", keys(got))
		}
		settleAll(t, s, "a", inFlight, outbox.StateSent)
		end(t, s, "a", "b", firstSlice)
		if got := claim(t, s, noon.Add(time.Hour), "a", 10); len(got) != 0 {
			t.Errorf("sent again: %v", keys(got))
		}
		if diff := cmp.Diff(map[int64]outbox.State{super: outbox.StateSent, 10: outbox.StateSent}, states(t, s, "b")); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		if b := read(t, s, "b"); b.State != store.BroadcastDone || b.Sent != 2 {
			t.Errorf("%+v", b)
		}
	})
}

// The same when it did not arrive, and when the process died before it knew.
func TestMoveWhileInFlightLost(t *testing.T) {
	const group, super = -5, -1000000000005
	for _, dies := range []bool{false, true} {
		storetest.Each(t, func(t *testing.T, open func() *store.Store) {
			s, ctx := open(), t.Context()
			touch(t, s, group)
			broadcast(t, s, "b")
			inFlight := take(t, s, noon, "a", "b", 10)
			must(t, s.MigrateChat(ctx, noon, group, super))
			at := noon
			if dies {
				must(t, s.Release(ctx, noon, ""))
				if got := take(t, s, noon, "b", "b", 10); len(got) != 0 {
					t.Errorf("sent to the old id: %v", ids(got))
				}
				at = noon.Add(time.Hour)
			} else {
				d := inFlight[0]
				must(t, s.Settle(ctx, noon, "a", []outbox.Settlement{{Batch: "b", ChatID: group, State: outbox.StatePending, DueAt: noon, NewChatID: super, Delivery: &d}}))
			}
			got := claim(t, s, at, "b", 10)
			if len(got) != 1 || got[0].ChatID != super || got[0].Batch != "b" {
				t.Fatalf("claimed %v", keys(got))
			}
			settleAll(t, s, "b", got, outbox.StateSent)
			for _, holder := range []string{"a", "b"} {
				end(t, s, holder, "b", firstSlice)
			}
			if b := read(t, s, "b"); b.State != store.BroadcastDone || b.Sent != 1 || b.Total != 1 {
				t.Errorf("died %v: %+v", dies, b)
			}
		})
	}
}

// A group that has its message moves to an id that the run has not come to: it
// gets no second one, and counts once.
func TestMoveAhead(t *testing.T) {
	const group, ahead = -5, 20
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		touch(t, s, group)
		touch(t, s, 10)
		broadcast(t, s, "b")
		settleAll(t, s, "a", take(t, s, noon, "a", "b", 1), outbox.StateSent)
		end(t, s, "a", "b", firstSlice)
		must(t, s.MigrateChat(t.Context(), noon, group, ahead))
		if b := read(t, s, "b"); b.Sent != 0 || b.State != store.BroadcastRunning {
			t.Errorf("counted before its turn: %+v", b)
		}
		rest := take(t, s, noon, "a", "b", 10)
		if diff := cmp.Diff([]int64{10}, ids(rest)); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		settleAll(t, s, "a", rest, outbox.StateSent)
		end(t, s, "a", "b", group+1)
		if b := read(t, s, "b"); b.State != store.BroadcastDone || b.Sent != 2 || b.Total != 2 {
			t.Errorf("%+v", b)
		}
	})
}

// A slice whose holder is gone is another's when its lease has run out, with the
// chats that have no outcome.
func TestSliceLease(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		for id := range int64(6) {
			touch(t, s, id+1)
		}
		broadcast(t, s, "b")
		got := take(t, s, noon, "a", "b", 10)
		settleAll(t, s, "a", got[:2], outbox.StateSent)
		settleAll(t, s, "a", got[2:3], outbox.StatePending)
		must(t, s.SetSubscribed(ctx, 6, false))
		late := noon.Add(time.Minute)
		if held, err := s.RenewSlices(ctx, noon.Add(30*time.Second), "a", time.Minute); !held[outbox.SliceKey{Batch: "b", From: firstSlice}] || err != nil {
			t.Errorf("renewed %v, %v", held, err)
		}
		if got := take(t, s, late, "b", "b", 10); len(got) != 0 {
			t.Errorf("taken though it was renewed: %v", ids(got))
		}
		late = late.Add(time.Minute)
		if diff := cmp.Diff([]int64{4, 5}, ids(take(t, s, late, "b", "b", 10))); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		if held, err := s.RenewSlices(ctx, late, "a", time.Minute); len(held) != 0 || err != nil {
			t.Errorf("renewed what is another's: %v, %v", held, err)
		}
		end(t, s, "a", "b", firstSlice)
		if got := take(t, s, late, "c", "b", 10); len(got) != 0 {
			t.Errorf("taken from its holder: %v", ids(got))
		}
		// What the first one sent after all is not lost, and what both did counts once.
		settleAll(t, s, "a", got[3:4], outbox.StateSent)
		settleAll(t, s, "b", got[3:5], outbox.StateSent)
		end(t, s, "b", "b", firstSlice)
		settleAll(t, s, "a", claim(t, s, late, "a", 10), outbox.StateSent)
		if b := read(t, s, "b"); b.State != store.BroadcastDone || b.Sent != 5 || b.Retrying != 0 {
			t.Errorf("%+v", b)
		}
	})
}

// A process that cannot reach the store comes with what it sent when its slice has
// been ended by another, for which the chat was not in the audience any more.
func TestOutcomeAfterItsSlice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		touch(t, s, 1)
		touch(t, s, 2)
		broadcast(t, s, "b")
		sent := take(t, s, noon, "a", "b", 10)
		must(t, s.SetSubscribed(ctx, 2, false))
		late := noon.Add(time.Hour)
		settleAll(t, s, "b", take(t, s, late, "b", "b", 10), outbox.StateSent)
		end(t, s, "b", "b", firstSlice)
		kept := []outbox.Settlement{{Batch: "b", ChatID: 1, State: outbox.StateSent, MessageID: 7, Kept: true}, {Batch: "b", ChatID: 2, State: outbox.StateSent, MessageID: 8, Kept: true}}
		for range 2 {
			must(t, s.Settle(ctx, late, "a", kept))
		}
		if b := read(t, s, "b"); len(sent) != 2 || b.State != store.BroadcastDone || b.Sent != 2 {
			t.Errorf("of %v: %+v", ids(sent), b)
		}
	})
}

// Broadcasts that were under way when the program was brought up to date go on:
// what had its row of the outbox ends as such, the rest is sliced.
func TestMigrateOpenBroadcast(t *testing.T) {
	for engine, address := range map[string]string{"sqlite": storetest.SQLite(t), "postgres": storetest.Postgres(t)} {
		t.Run(engine, func(t *testing.T) {
			ctx := t.Context()
			db, err := sql.Open(engine, strings.TrimPrefix(address, "sqlite:"))
			must(t, err)
			defer db.Close()
			dialect := goose.DialectPostgres
			if engine == "sqlite" {
				dialect = goose.DialectSQLite3
			}
			p, err := goose.NewProvider(dialect, db, migrations.FS, goose.WithGoMigrations(store.GoMigrations(engine == "sqlite")...))
			must(t, err)
			_, err = p.UpTo(ctx, 19)
			must(t, err)
			statements := []string{
				`INSERT INTO payloads (payload_id, body, used_at) VALUES ('p', '{"text":"x"}', 1)`,
				`INSERT INTO broadcasts (broadcast_id, editor_id, editor_chat, language, payload_id, state, total, planned, sent, failed, gone,
					cursor_id, planned_all, reported, progress_message_id, created_at, started_at, finished_at)
					VALUES ('b', 1, 2, 'kk', 'p', 'running', 6, 4, 1, 0, 1, 4, FALSE, FALSE, 9, 1, 2, 0)`,
			}
			for id := range 6 {
				statements = append(statements, fmt.Sprintf(`INSERT INTO chats (chat_id, kind, title, language, news_languages, zone, thread_id, active,
					inactive_reason, subscribed, created_at, changed_at) VALUES (%d, 'private', '', 'kk', '', '', 0, TRUE, '', TRUE, 1, 1)`, id+1))
			}
			for i, row := range []string{`'sent', 77, ''`, `'gone', 0, 'telegram sendMessage: 403 Forbidden: bot was blocked by the user'`, `'pending', 0, ''`, `'sending', 0, ''`} {
				statements = append(statements, fmt.Sprintf(`INSERT INTO outbox (delivery_key, chat_id, thread_id, lane, batch, payload_id, state, message_id, reason,
					due_at, attempts, holder, lease_until, created_at, settled_at) VALUES ('b:b:%d', %d, 0, 3, 'b', 'p', %s, 1, 0, '', 0, 1, 1)`, i+1, i+1, row))
			}
			for _, statement := range statements {
				_, err := db.ExecContext(ctx, statement)
				must(t, err)
			}
			s := storetest.Opener(t, address)()
			if b := read(t, s, "b"); b.Sent != 1 || b.Gone != 1 || b.Retrying != 2 || b.Kind != store.KindSend || b.Category != store.CategoryNewsroom {
				t.Errorf("%+v", b)
			}
			if reasons, err := s.FailureReasons(ctx, "b"); reasons[outbox.ReasonBlocked] != 1 || err != nil {
				t.Errorf("reasons %v, %v", reasons, err)
			}
			must(t, s.Release(ctx, noon, ""))
			rows := claim(t, s, noon, "a", 10)
			if diff := cmp.Diff([]string{"b:b:3", "b:b:4"}, keys(rows)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			settleAll(t, s, "a", rows, outbox.StateSent)
			rest := take(t, s, noon, "a", "b", 10)
			if diff := cmp.Diff([]int64{5, 6}, ids(rest)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			settleAll(t, s, "a", rest, outbox.StateSent)
			end(t, s, "a", "b", 5)
			if b := read(t, s, "b"); b.State != store.BroadcastDone || b.Sent != 5 || b.Gone != 1 || b.Total != 6 || b.ProgressMessageID != 9 {
				t.Errorf("%+v", b)
			}
			list, err := s.Recipients(ctx, "b", 0, 1)
			must(t, err)
			if list[0].MessageID != 77 {
				t.Errorf("%+v", list[0])
			}
		})
	}
}

// BenchmarkPlanMillion slices and reads a million chats, and writes nothing of them.
func BenchmarkPlanMillion(b *testing.B) {
	const chats, slice = 1_000_000, 1000
	bounds := map[string]time.Duration{"sqlite": 3 * time.Second, "postgres": 10 * time.Second}
	for engine, address := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(engine, func(b *testing.B) {
			url := address(b)
			s := storetest.Opener(b, url)()
			fillChats(b, engine, url, chats)
			ctx := b.Context()
			for i := range b.N {
				id := fmt.Sprint("b", i)
				if err := s.CreateBroadcast(ctx, noon, store.Broadcast{ID: id, Message: text("x")}); err != nil {
					b.Fatal(err)
				}
				began := time.Now()
				if _, err := s.StartBroadcast(ctx, noon, id); err != nil {
					b.Fatal(err)
				}
				started := time.Since(began)
				var first time.Duration
				planned, began := 0, time.Now()
				for {
					sl, ok, err := s.TakeSlice(ctx, noon, "a", time.Minute, id, slice)
					if err != nil {
						b.Fatal(err)
					}
					if !ok {
						break
					}
					if first == 0 {
						first = time.Since(began)
					}
					planned += len(sl.Deliveries)
				}
				took := time.Since(began)
				if planned != chats {
					b.Fatalf("planned %d", planned)
				}
				verdict := "holds"
				if took > bounds[engine] {
					verdict = "MISSED"
				}
				fmt.Fprintf(os.Stdout, "plan a million chats on %-8s %5.2f s (<= %.0f s %s); confirmed in %.0f ms, the first slice in %.0f ms\n",
					engine, took.Seconds(), bounds[engine].Seconds(), verdict, ms(started), ms(first))
				if _, err := s.CancelBroadcast(ctx, noon, id); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// fillChats makes chats by one statement: a million one by one take minutes.
func fillChats(b *testing.B, engine, address string, n int) {
	b.Helper()
	db, err := sql.Open(engine, strings.TrimPrefix(address, "sqlite:"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	_, err = db.ExecContext(b.Context(), fmt.Sprintf(`INSERT INTO chats (chat_id, kind, title, language, news_languages, zone, thread_id, active,
			inactive_reason, subscribed, created_at, changed_at, quiet_from, quiet_to)
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
		SELECT 100000000 + i * 7, 'private', 'Оқырман', 'kk', '', 'Asia/Almaty', 0, TRUE, '', TRUE, 1, 1, 1380, 420 FROM n`, n))
	if err != nil {
		b.Fatal(err)
	}
}
