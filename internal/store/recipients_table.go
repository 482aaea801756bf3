package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/pressly/goose/v3"
)

// recipientsTable returns migration 21, the table with a row for each chat of a run.
// It is the one table that is written a million times in a row, and the one
// step in which the engines differ: SQLite keeps such a table in its key's order,
// so that a row is one entry in one tree.
func recipientsTable(sqlite bool) *goose.Migration {
	order := ""
	if sqlite {
		order = " WITHOUT ROWID"
	}
	return goose.NewGoMigration(21, steps(
		`CREATE TABLE recipients (
			batch      TEXT   NOT NULL, -- broadcast_id
			chat_id    BIGINT NOT NULL,
			state      TEXT   NOT NULL, -- sent, failed, gone, cancelled; retrying while it waits in the outbox
			message_id BIGINT NOT NULL,
			more_ids   TEXT   NOT NULL, -- the other messages of an album, comma separated
			reason     TEXT   NOT NULL, -- a class, for failed and gone
			detail     TEXT   NOT NULL, -- in Telegram's words
			settled_at BIGINT NOT NULL,
			PRIMARY KEY (batch, chat_id)
		)`+order,
		// Broadcasts had a row of the outbox for each chat until now. Those of open
		// ones finish as rows that wait for another try.
		`INSERT INTO recipients (batch, chat_id, state, message_id, more_ids, reason, detail, settled_at)
			SELECT batch, chat_id, CASE WHEN state IN ('pending', 'sending') THEN 'retrying' ELSE state END, message_id, '',
				CASE WHEN state NOT IN ('failed', 'gone') THEN ''
					WHEN reason LIKE '%blocked%' THEN 'blocked'
					WHEN reason LIKE '%deactivated%' THEN 'deactivated'
					WHEN reason LIKE '%kicked%' OR reason LIKE '%not a member%' THEN 'kicked'
					WHEN reason LIKE '%chat not found%' OR reason LIKE '%deleted%' THEN 'not_found'
					WHEN reason LIKE '%rights%' OR reason LIKE '%403%' THEN 'no_rights'
					WHEN reason LIKE '%400%' THEN 'rejected'
					ELSE 'unreachable' END,
				reason, settled_at
			FROM outbox WHERE batch <> ''
			ON CONFLICT (batch, chat_id) DO NOTHING`,
		`UPDATE broadcasts SET retrying = (SELECT COUNT(*) FROM recipients r WHERE r.batch = broadcasts.broadcast_id AND r.state = 'retrying')`,
	), steps(`DROP TABLE recipients`))
}

func steps(statements ...string) *goose.GoFunc {
	return &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
		for i, s := range statements {
			if _, err := tx.ExecContext(ctx, s); err != nil {
				return fmt.Errorf("statement %d: %w", i+1, err)
			}
		}
		return nil
	}}
}
