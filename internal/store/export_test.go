package store

import "context"

// GoMigrations are the migrations that are written in Go, for tests of migrations.
var GoMigrations = goMigrations

// TSVector is how the terms of an article are written for PostgreSQL.
func TSVector(terms string) string { return tsvector(terms) }

// Forget is the beginning of the end of a broadcast's recipients.
func (s *Store) Forget(ctx context.Context, id string) error {
	return s.writeOne(ctx, `UPDATE broadcasts SET forgotten = TRUE WHERE broadcast_id = ?`, id)
}

// GiveHalf gives every second chat the message of a broadcast, and lets each tenth have
// been another group before.
func (s *Store) GiveHalf(ctx context.Context, id string) error {
	_, err := s.write(ctx, `INSERT INTO recipients (batch, chat_id, state, message_id, more_ids, reason, detail, settled_at)
		SELECT CAST(? AS TEXT), chat_id, 'sent', 1, '', '', '', 1 FROM chats WHERE chat_id % 2 = 0`, id)
	if err == nil {
		_, err = s.write(ctx, `INSERT INTO chat_moves (old_id, new_id, moved_at) SELECT chat_id + 1000000, chat_id, 1 FROM chats WHERE chat_id % 10 = 0`)
	}
	return err
}

// MergeStep is a step of what is done to the search index in slices.
func (s *Store) MergeStep(ctx context.Context, pages int) (bool, error) {
	return s.mergeStep(ctx, pages)
}

// LogMost and LogHold are lengths of SQLite's log.
const LogMost, LogHold = logMost, logHold

// Write runs a statement where all that writes is run.
func (s *Store) Write(ctx context.Context, query string, args ...any) error {
	_, err := s.write(ctx, query, args...)
	return err
}

// Totals is what is remembered of how many stories there are, TotalKey of which.
type (
	Totals   = totals
	TotalKey = totalKey
)

// Get returns how many there are by key.
func (t *Totals) Get(ctx context.Context, key TotalKey, count func(context.Context) (int, error)) (int, error) {
	return t.get(ctx, key, count)
}

// Forget forgets all of them.
func (t *Totals) Forget() { t.forget() }

// LogFails is what a look at the log that failed leaves, until the next one.
func (s *Store) LogFails(err error) {
	s.log.stop()
	s.log.over.Wait()
	s.log.failed(err)
}
