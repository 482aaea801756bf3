package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/shopspring/decimal"

	"newsbot/internal/outbox"
	"newsbot/internal/rates"
)

// The kinds of alerts.
const (
	AlertAbove  = "above"  // the rate reaches the threshold from below
	AlertBelow  = "below"  // the rate reaches the threshold from above
	AlertChange = "change" // the rate differs from the day before by the threshold in per cent
)

// Alert is what a chat wants to be told of a rate. Its chat, code, kind and
// threshold are its key, within its book.
type Alert struct {
	ChatID    int64
	Code      string
	Kind      string
	Threshold decimal.Decimal // the price of Nominal units in the book's currency; per cent for AlertChange
	Nominal   int64
	ThreadID  int64     // forum topic to tell it in; 0 is the chat itself
	Armed     bool      // the next crossing is told
	Checked   time.Time // date of the last rate it was held against
	CreatedAt time.Time
}

// DueAlert is an alert with the rates it has not been held against yet.
type DueAlert struct {
	Alert
	Chat Chat
	// Rates are those after Checked, in order, and before them the last few until then.
	Rates []rates.Dated
}

// AlertOutcome is what became of a DueAlert: how it stands now, and what is sent.
type AlertOutcome struct {
	Alert   Alert // as it was read
	Armed   bool
	Checked time.Time
	Send    *outbox.Delivery // nil: nothing
}

type alertRow struct {
	ChatID    int64  `db:"chat_id"`
	Code      string `db:"code"`
	Kind      string `db:"kind"`
	Threshold string `db:"threshold"`
	Nominal   int64  `db:"nominal"`
	ThreadID  int64  `db:"thread_id"`
	Armed     bool   `db:"armed"`
	Checked   int64  `db:"checked"`
	CreatedAt int64  `db:"created_at"`
}

const alertColumns = `chat_id, code, kind, threshold, nominal, thread_id, armed, checked, created_at`

func (r alertRow) alert() (Alert, error) {
	threshold, err := decimal.NewFromString(r.Threshold)
	if err != nil {
		return Alert{}, fmt.Errorf("decode threshold of an alert on %s: %w", r.Code, err)
	}
	return Alert{
		ChatID: r.ChatID, Code: r.Code, Kind: r.Kind, Threshold: threshold, Nominal: r.Nominal, ThreadID: r.ThreadID,
		Armed: r.Armed, Checked: at(r.Checked), CreatedAt: at(r.CreatedAt),
	}, nil
}

// Alerts returns a chat's alerts, by currency.
func (r Rates) Alerts(ctx context.Context, chatID int64) ([]Alert, error) {
	var rows []alertRow
	err := list(ctx, r.s.r, &rows, `SELECT `+alertColumns+` FROM alerts WHERE chat_id = ? AND book = ? ORDER BY code, kind, created_at, threshold`, chatID, r.book)
	if err != nil {
		return nil, fmt.Errorf("read alerts of chat %d: %w", chatID, err)
	}
	alerts := make([]Alert, len(rows))
	for i, row := range rows {
		if alerts[i], err = row.alert(); err != nil {
			return nil, fmt.Errorf("read alerts of chat %d: %w", chatID, err)
		}
	}
	return alerts, nil
}

// SetAlert stores an alert; one that is there already begins anew.
func (r Rates) SetAlert(ctx context.Context, now time.Time, a Alert) error {
	_, err := r.s.write(ctx, `INSERT INTO alerts (book, `+alertColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (chat_id, book, code, kind, threshold) DO UPDATE SET nominal = excluded.nominal, thread_id = excluded.thread_id,
			armed = excluded.armed, checked = excluded.checked`,
		r.book, a.ChatID, a.Code, a.Kind, a.Threshold.String(), a.Nominal, a.ThreadID, a.Armed, ms(a.Checked), ms(now))
	if err != nil {
		return fmt.Errorf("set alert on %s of chat %d: %w", a.Code, a.ChatID, err)
	}
	return nil
}

// RemoveAlert deletes the alert with a's key, or returns ErrNotFound.
func (r Rates) RemoveAlert(ctx context.Context, a Alert) error {
	err := r.s.writeOne(ctx, `DELETE FROM alerts WHERE chat_id = ? AND book = ? AND code = ? AND kind = ? AND threshold = ?`,
		a.ChatID, r.book, a.Code, a.Kind, a.Threshold.String())
	if err != nil {
		return fmt.Errorf("remove alert on %s of chat %d: %w", a.Code, a.ChatID, err)
	}
	return nil
}

// DueAlerts returns up to limit alerts of chats that can be written to and want
// to be, for whose currency there are rates that they were not held against. They
// are in order of their chats, without the first skip.
func (r Rates) DueAlerts(ctx context.Context, skip, limit int) ([]DueAlert, error) {
	var rows []struct {
		A alertRow `db:"a"`
		C chatRow  `db:"c"`
	}
	err := list(ctx, r.s.r, &rows, `
		SELECT a.chat_id AS "a.chat_id", a.code AS "a.code", a.kind AS "a.kind", a.threshold AS "a.threshold",
			a.nominal AS "a.nominal", a.thread_id AS "a.thread_id", a.armed AS "a.armed", a.checked AS "a.checked",
			a.created_at AS "a.created_at",
			`+chatColumnsAs+`
		FROM alerts a JOIN chats c ON c.chat_id = a.chat_id
		WHERE a.book = ? AND c.active AND c.subscribed
			AND EXISTS (SELECT 1 FROM rates r WHERE r.book = a.book AND r.code = a.code AND r.rate_date > a.checked)
		ORDER BY a.chat_id, a.code, a.kind, a.threshold LIMIT ? OFFSET ?`, r.book, limit, skip)
	if err != nil {
		return nil, fmt.Errorf("read due alerts: %w", err)
	}
	type span struct {
		code  string
		after int64
	}
	read := map[span][]rates.Dated{} // chats watch the same currencies
	due := make([]DueAlert, len(rows))
	for i, row := range rows {
		a, err := row.A.alert()
		if err != nil {
			return nil, fmt.Errorf("read due alerts: %w", err)
		}
		key := span{row.A.Code, row.A.Checked}
		if read[key] == nil {
			if read[key], err = r.since(ctx, key.code, key.after); err != nil {
				return nil, fmt.Errorf("read due alerts: %w", err)
			}
		}
		due[i] = DueAlert{Alert: a, Chat: row.C.chat(), Rates: read[key]}
	}
	return due, nil
}

// heldBefore is how many rates that an alert was held against already are read with
// those it was not: the last to compare with, the others to tell by whether the
// bank's own changes are to be believed.
const heldBefore = 8

// since returns the rates of a currency after a date, and the last ones until then.
func (r Rates) since(ctx context.Context, code string, after int64) ([]rates.Dated, error) {
	var rows, old []rateRow
	const columns = `SELECT code, rate_date, nominal, value, change FROM rates WHERE book = ? AND code = ? `
	if err := list(ctx, r.s.r, &rows, columns+`AND rate_date > ? ORDER BY rate_date DESC`, r.book, code, after); err != nil {
		return nil, err
	}
	if err := list(ctx, r.s.r, &old, columns+`AND rate_date <= ? ORDER BY rate_date DESC LIMIT ?`, r.book, code, after, heldBefore); err != nil {
		return nil, err
	}
	byCode, err := r.findGaps(ctx, map[string][]rateRow{code: append(rows, old...)})
	return byCode[code], err
}

// SettleAlerts writes outcomes and what they send in one transaction, so that
// an alert is told once. One that was removed or settled meanwhile sends nothing.
func (r Rates) SettleAlerts(ctx context.Context, now time.Time, outcomes []AlertOutcome) (sent int, err error) {
	err = r.s.tx(ctx, func(tx *sqlx.Tx) error {
		var deliveries []outbox.Delivery
		for _, o := range outcomes {
			n, err := exec(ctx, tx, `UPDATE alerts SET armed = ?, checked = ?
				WHERE chat_id = ? AND book = ? AND code = ? AND kind = ? AND threshold = ? AND checked = ?`,
				o.Armed, ms(o.Checked), o.Alert.ChatID, r.book, o.Alert.Code, o.Alert.Kind, o.Alert.Threshold.String(), ms(o.Alert.Checked))
			if err != nil {
				return err
			}
			if n == 1 && o.Send != nil {
				deliveries = append(deliveries, *o.Send)
			}
		}
		if sent = 0; len(deliveries) == 0 {
			return nil
		}
		sent, err = enqueue(ctx, tx, now, deliveries)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("settle %d alerts: %w", len(outcomes), err)
	}
	return sent, nil
}
