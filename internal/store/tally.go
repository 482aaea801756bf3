package store

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"newsbot/internal/outbox"
)

// A broadcast's counts hold the outcomes of the slices that have ended; those of
// a slice under way are counted, all at once, when it ends. So the outcome of a
// first try is one row and nothing else. Whatever changes a recipient beside that
// keeps the counts by a tally.

// tally is a broadcast, locked for the transaction, and what is to be added to its counts.
type tally struct {
	id, state, kind, category string
	cursor                    int64
	open                      []sliceRow
	sent, failed, gone, late  int
	retrying                  int
}

// openTallies locks broadcasts, in order, so that two transactions cannot wait for
// each other, and so that none of their slices ends meanwhile.
func (s *Store) openTallies(ctx context.Context, tx *sqlx.Tx, ids []string) (map[string]*tally, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	tallies := make(map[string]*tally, len(ids))
	if len(ids) == 0 {
		return tallies, nil
	}
	var rows []broadcastRow
	err := list(ctx, tx, &rows, `SELECT broadcast_id, state, kind, category, cursor_id FROM broadcasts
		WHERE broadcast_id IN (`+places(len(ids), "?")+`) ORDER BY broadcast_id`+s.forUpdate(), anys(ids)...)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		tallies[r.ID] = &tally{id: r.ID, state: r.State, kind: r.Kind, category: r.Category, cursor: r.Cursor}
	}
	var open []sliceRow
	err = list(ctx, tx, &open, `SELECT batch, from_id, to_id FROM slices WHERE batch IN (`+places(len(ids), "?")+`)`, anys(ids)...)
	if err != nil {
		return nil, err
	}
	for _, sl := range open {
		if b := tallies[sl.Batch]; b != nil {
			b.open = append(b.open, sl)
		}
	}
	return tallies, nil
}

// inSlice tells whether a chat lies in a slice that is under way.
func (b *tally) inSlice(chat int64) bool {
	return slices.ContainsFunc(b.open, func(s sliceRow) bool { return s.From <= chat && chat <= s.To })
}

// counted tells whether the row of a chat is in the counts, rather than counted
// when its slice ends.
func (b *tally) counted(chat int64) bool { return chat <= b.cursor && !b.inSlice(chat) }

// add notes that n recipients more have a state, when the chat's row is counted.
func (b *tally) add(chat int64, state outbox.State, reason outbox.Reason, n int) {
	if b == nil || !b.counted(chat) {
		return
	}
	switch state {
	case outbox.StateSent:
		b.sent += n
	case outbox.StateGone:
		b.gone += n
	case outbox.StateRetrying:
		b.retrying += n
	case outbox.StateFailed:
		if reason == outbox.ReasonTooOld || reason == outbox.ReasonTooLate {
			b.late += n
		} else {
			b.failed += n
		}
	}
}

// closeTallies writes the counts and finishes broadcasts that have nothing left to send.
func (s *Store) closeTallies(ctx context.Context, tx *sqlx.Tx, now time.Time, tallies map[string]*tally) error {
	for _, id := range slices.Sorted(maps.Keys(tallies)) {
		b := tallies[id]
		if b.sent == 0 && b.failed == 0 && b.gone == 0 && b.late == 0 && b.retrying == 0 {
			continue
		}
		_, err := exec(ctx, tx, `UPDATE broadcasts SET sent = sent + ?, failed = failed + ?, gone = gone + ?, too_late = too_late + ?,
			retrying = retrying + ? WHERE broadcast_id = ?`, b.sent, b.failed, b.gone, b.late, b.retrying, id)
		if err != nil {
			return err
		}
		if _, err := exec(ctx, tx, finishSQL+` AND broadcast_id = ?`, ms(now), id); err != nil {
			return err
		}
	}
	return nil
}
