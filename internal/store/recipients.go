package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"newsbot/internal/outbox"
)

// Recipient is a chat of a broadcast and what became of it there.
type Recipient struct {
	ChatID    int64
	State     outbox.State
	MessageID int64
	MoreIDs   []int64 // the other messages of an album
	Reason    outbox.Reason
	Detail    string    // the reason in Telegram's words
	SettledAt time.Time // zero while it is retried
}

// Recipients returns at most limit recipients of a broadcast whose outcome is
// known, or that wait for another try, by rising chat id: those above after, or
// the first when after is 0.
func (s *Store) Recipients(ctx context.Context, id string, after int64, limit int) ([]Recipient, error) {
	where, args := ``, []any{id}
	if after != 0 {
		where, args = ` AND chat_id > ?`, append(args, after)
	}
	var rows []struct {
		ChatID    int64  `db:"chat_id"`
		State     string `db:"state"`
		MessageID int64  `db:"message_id"`
		MoreIDs   string `db:"more_ids"`
		Reason    string `db:"reason"`
		Detail    string `db:"detail"`
		SettledAt int64  `db:"settled_at"`
	}
	err := list(ctx, s.r, &rows, `SELECT chat_id, state, message_id, more_ids, reason, detail, settled_at FROM recipients
		WHERE batch = ?`+where+` ORDER BY chat_id LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("read recipients of broadcast %s: %w", id, err)
	}
	out := make([]Recipient, len(rows))
	for i, r := range rows {
		more, err := splitIDs(r.MoreIDs)
		if err != nil {
			return nil, fmt.Errorf("read recipients of broadcast %s: %w", id, err)
		}
		out[i] = Recipient{ChatID: r.ChatID, State: outbox.State(r.State), MessageID: r.MessageID, MoreIDs: more,
			Reason: outbox.Reason(r.Reason), Detail: r.Detail, SettledAt: at(r.SettledAt)}
	}
	return out, nil
}

// FailureReasons counts a broadcast's failed recipients and lost chats by the
// class of their reason.
func (s *Store) FailureReasons(ctx context.Context, id string) (map[outbox.Reason]int, error) {
	var rows []struct {
		Reason string `db:"reason"`
		N      int    `db:"n"`
	}
	err := list(ctx, s.r, &rows, `SELECT reason, COUNT(*) AS n FROM recipients
		WHERE batch = ? AND state IN ('failed', 'gone') GROUP BY reason`, id)
	if err != nil {
		return nil, fmt.Errorf("read failures of broadcast %s: %w", id, err)
	}
	reasons := make(map[outbox.Reason]int, len(rows))
	for _, r := range rows {
		reasons[outbox.Reason(r.Reason)] = r.N
	}
	return reasons, nil
}

// insertFirst writes the rows of recipients that have none, outside of any
// transaction, and returns how many had none.
func (s *Store) insertFirst(ctx context.Context, now time.Time, settled []outbox.Settlement) (int, error) {
	for i := range settled {
		st := &settled[i]
		if st.State != outbox.StateSent || len(st.MoreIDs) > 0 || st.Batch != settled[0].Batch {
			query, args := recipientsSQL(now, settled)
			return s.execPrepared(ctx, query, tidy(args)...)
		}
	}
	// The way of a message that arrived: no more is handed over than there is to say.
	args := make([]any, 0, 2+2*len(settled))
	args = append(args, settled[0].Batch, ms(now))
	for i := range settled {
		args = append(args, settled[i].ChatID, settled[i].MessageID)
	}
	return s.execPrepared(ctx, s.sentSQL(len(settled)), args...)
}

// sentSQL inserts n recipients of one broadcast that got their message. Its
// parameters: batch, now, and of each the chat and the message.
func (s *Store) sentSQL(n int) string {
	if q, ok := s.sent.Load(n); ok {
		return q.(string)
	}
	q := `INSERT INTO recipients (batch, chat_id, state, message_id, more_ids, reason, detail, settled_at)
		SELECT h.b, v.column1, 'sent', v.column2, '', '', '', h.t
		FROM (SELECT CAST(? AS TEXT) AS b, CAST(? AS BIGINT) AS t) AS h
		CROSS JOIN (VALUES (CAST(? AS BIGINT), CAST(? AS BIGINT))` + strings.Repeat(", (?, ?)", n-1) + `) AS v
		WHERE TRUE ON CONFLICT (batch, chat_id) DO NOTHING`
	s.sent.Store(n, q)
	return q
}

func recipientsSQL(now time.Time, settled []outbox.Settlement) (query string, args []any) {
	args = make([]any, 0, 8*len(settled))
	for i := range settled {
		st := &settled[i]
		args = append(args, st.Batch, st.ChatID, string(st.State), st.MessageID, joinIDs(st.MoreIDs), string(st.Reason), st.Detail, ms(now))
	}
	return `INSERT INTO recipients (batch, chat_id, state, message_id, more_ids, reason, detail, settled_at)
		VALUES ` + places(len(settled), "(?, ?, ?, ?, ?, ?, ?, ?)") + ` ON CONFLICT (batch, chat_id) DO NOTHING`, args
}

// retryKey is the key of the delivery that a recipient waits for.
func retryKey(batch string, chat int64) string {
	return "b:" + batch + ":" + strconv.FormatInt(chat, 10)
}
