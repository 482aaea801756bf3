package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/shopspring/decimal"

	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/rates"
	"newsbot/internal/store"
)

const (
	// alertSlice is how many alerts are settled in one transaction.
	alertSlice = 200
	// freshAlert is how old the date of a rate may be when it is told: what was
	// crossed while nobody could be told is no news any more.
	freshAlert = 3 * 24 * time.Hour
)

// hysteresis is how far, as a share of its threshold, a rate has to come back
// before the alert is told again: a rate that hovers would ring every day.
var hysteresis = decimal.New(2, -3)

// alerts holds what chats watch for against the rates that are new.
func (j *Jobs) alerts(ctx context.Context) error {
	waiting := 0
	for {
		due, err := j.main.dueAlerts(ctx, waiting)
		if err != nil {
			return fmt.Errorf("find due alerts: %w", err)
		}
		if len(due) == 0 {
			return nil
		}
		now := j.Now()
		outcomes := make([]store.AlertOutcome, 0, len(due))
		for _, d := range due {
			if out := judge(j.main.bank.Book(), d, now); out.Checked.Equal(d.Checked) {
				waiting++
			} else {
				outcomes = append(outcomes, out)
			}
		}
		sent, err := j.main.store.SettleAlerts(ctx, now, outcomes)
		if err != nil {
			return err
		}
		if sent > 0 {
			j.Log.Info("alerts enqueued", slog.Int("alerts", sent))
			j.Wake()
		}
	}
}

// dueAlerts waits for lists that are just being read. After downtime today's
// comes before those of the days that were missed, and held against the last
// one known its change would be that of many days. The first skip are left out.
func (t *teller) dueAlerts(ctx context.Context, skip int) ([]store.DueAlert, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.store.DueAlerts(ctx, skip, alertSlice)
}

// judge decides on one alert. Each rate is looked at in its turn, so that a
// crossing is seen even when the next day takes it back; the last one is told. One
// that is no news any more is told by the next rate that is and is beyond still.
// Of a day's change that is not known yet, as lists before it are missing, nothing
// is decided: Checked stays before it while it is news and the newest.
func judge(book rates.Book, d store.DueAlert, now time.Time) store.AlertOutcome {
	out := store.AlertOutcome{Alert: d.Alert, Armed: d.Armed, Checked: d.Checked}
	untold := false // it was crossed while nobody could be told, and has been beyond since
	for i, rate := range d.Rates {
		if !rate.Date.After(d.Checked) {
			continue
		}
		before, known := decimal.Zero, false
		if b, ok := rates.Before(d.Rates[:i+1]); ok {
			before, known = inUnits(b, d.Nominal)
		}
		value, ok := inUnits(rate.Rate, d.Nominal)
		fresh := now.Sub(rate.Date) < freshAlert
		if d.Kind == store.AlertChange && ok && !known && fresh && i > 0 && i == len(d.Rates)-1 {
			return out
		}
		out.Checked = rate.Date
		if !ok {
			continue
		}
		rings, beyond := false, false
		switch d.Kind {
		case store.AlertAbove:
			beyond = value.GreaterThanOrEqual(d.Threshold)
			rings, out.Armed = crossed(beyond, value.LessThan(d.Threshold.Sub(d.Threshold.Mul(hysteresis))), out.Armed)
		case store.AlertBelow:
			beyond = value.LessThanOrEqual(d.Threshold)
			rings, out.Armed = crossed(beyond, value.GreaterThan(d.Threshold.Add(d.Threshold.Mul(hysteresis))), out.Armed)
		case store.AlertChange:
			// Compared before any rounding: 1.996 per cent are not two.
			rings = known && value.Sub(before).Abs().Mul(decimal.NewFromInt(100)).GreaterThanOrEqual(before.Mul(d.Threshold))
		}
		rings = rings || untold && beyond
		untold = rings && beyond && !fresh
		if rings && fresh {
			out.Send = &outbox.Delivery{
				Key:    fmt.Sprintf("alert:%d:%s:%s:%s:%s:%s", d.ChatID, book.Key(), d.Code, d.Kind, d.Threshold, rate.Date.Format(time.DateOnly)),
				ChatID: d.ChatID, ThreadID: d.ThreadID, Lane: outbox.LaneBreaking, DueAt: dueFor(rate.Date, now),
				Message: alertMessage(book, d, rate.Date, now, value, before, known),
			}
		}
	}
	return out
}

// dueFor is when a rate's alert is due: at once, and before those of later dates, so
// that nobody hears of Tuesday's rate before Monday's. Tomorrow's may be out.
func dueFor(date, now time.Time) time.Time {
	return now.Add(-time.Duration(now.AddDate(0, 0, 2).Sub(date)/(24*time.Hour)) * time.Millisecond)
}

// crossed says whether an alert rings, and whether it is armed from then on.
func crossed(beyond, back, armed bool) (rings, stays bool) {
	if beyond {
		return armed, false
	}
	return false, armed || back
}

// inUnits is the price of so many units, whatever number the bank lists; ok is
// false for what is no price.
func inUnits(r rates.Rate, units int64) (value decimal.Decimal, ok bool) {
	if r.Nominal <= 0 || !r.Value.IsPositive() {
		return decimal.Zero, false
	}
	if r.Nominal == units {
		return r.Value, true
	}
	return r.Value.Mul(decimal.NewFromInt(units)).DivRound(decimal.NewFromInt(r.Nominal), 12), true
}

// alertMessage tells that a rate did what the chat waits for, in its quiet hours
// without a sound.
func alertMessage(book rates.Book, d store.DueAlert, date, now time.Time, value, before decimal.Decimal, known bool) outbox.Message {
	zone, err := locale.Zone(d.Chat.Zone)
	if err != nil {
		zone = time.UTC // the date below is the same in every zone
	}
	p := locale.New(locale.Language(d.Chat.Language), zone).Of(book.Words())
	line := "🔔 <b>" + locale.Escape(p.Nominal(d.Nominal, d.Code)) + "</b> — <b>" + locale.Escape(p.Price(value.String())) + "</b>"
	if known {
		if change := p.Change(value.Sub(before), rates.ChangePercent(before, value)); change != "" {
			line += " " + change
		}
	}
	var why string
	switch d.Kind {
	case store.AlertAbove:
		why = p.H("alert.rose", "Threshold", p.Price(d.Threshold.String()))
	case store.AlertBelow:
		why = p.H("alert.fell", "Threshold", p.Price(d.Threshold.String()))
	default:
		why = p.H("alert.changed", "Threshold", p.Percent(d.Threshold.String()))
	}
	y, m, day := date.UTC().Date()
	official := p.H("alert.official", "Date", p.Date(time.Date(y, m, day, 12, 0, 0, 0, zone)))
	return outbox.Message{
		Silent: d.Chat.Quiet.At(now, zone),
		Text:   line + "\n" + why + "\n\n<i>" + official + "</i>",
		Keyboard: [][]outbox.Button{{
			{Text: p.T("button.rates"), Data: "m:rates"}, {Text: p.T("alert.button"), Data: "m:alert"},
		}},
	}
}
