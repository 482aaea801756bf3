package outbox

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// The waits between a delivery's failed attempts: 1 s, 3 s, 9 s … 10 minutes.
const (
	firstRetry  = time.Second
	longestWait = 10 * time.Minute
)

// retryAfter returns how long to wait after so many failed attempts, a quarter
// more or less, so that what failed together does not come back together.
func retryAfter(attempts int) time.Duration {
	d := firstRetry
	for i := 1; i < attempts && d < longestWait; i++ {
		d *= 3
	}
	d = min(d, longestWait)
	return d*3/4 + rand.N(d/2)
}

// decide turns an outcome into what is written of it.
func (b *Outbox) decide(d Delivery, out Outcome) Settlement {
	s := settlement(d)
	now := b.o.Now()
	why := out.Reason
	switch out.Result {
	case Sent:
		s.State, s.MessageID, s.MoreIDs = StateSent, out.MessageID, out.MoreIDs
		return s
	case Flooded:
		// Not the delivery's fault: it costs no attempt.
		s.State, s.DueAt = StatePending, now.Add(max(out.After, time.Second))
	case Retry:
		// Nor is it when Telegram answers nobody.
		if !b.outage.open() {
			s.Attempts++
		}
		s.State, s.DueAt = StatePending, now.Add(max(out.After, retryAfter(s.Attempts)))
		why = cmp.Or(why, ReasonUnreachable)
	case Moved:
		s.Attempts++ // so that two ids cannot send it to and fro for ever
		s.State, s.DueAt, s.NewChatID = StatePending, now, out.NewChatID
		why = cmp.Or(why, ReasonMoved)
		switch {
		case out.NewChatID == 0 || out.NewChatID == d.ChatID:
			s.State, s.NewChatID = StateFailed, 0
		case d.Action != ActionSend:
			// The message stayed behind: under the new id another has its number.
			s.State = StateFailed
		}
	case Gone:
		s.State = StateGone
		why = cmp.Or(why, ReasonNotFound)
	case Rejected:
		s.State = StateFailed
	default:
		s.State = StateFailed
		out.Err = fmt.Errorf("unknown result %d", out.Result)
	}
	if s.State == StatePending {
		switch {
		case b.expired(d):
			s.State, why = StateFailed, ReasonTooLate
		case s.Attempts >= b.o.MaxAttempts:
			s.State = StateFailed
		}
	}
	if s.State == StatePending {
		again := d
		s.Delivery = &again
		return s
	}
	s.DueAt = time.Time{}
	s.Reason, s.Detail = cmp.Or(why, ReasonRejected), detail(out)
	return s
}

// settlement is what is written of a delivery, but for its outcome.
func settlement(d Delivery) Settlement {
	return Settlement{Key: d.Key, Batch: d.Batch, ChatID: d.ChatID, Attempts: d.Attempts}
}

// expired tells whether a delivery is too old to be tried again.
func (b *Outbox) expired(d Delivery) bool {
	return !d.CreatedAt.IsZero() && b.o.Now().Sub(d.CreatedAt) > b.o.MaxAge
}

// maxDetail is how many bytes of a detail are kept.
const maxDetail = 200

func detail(out Outcome) string {
	if out.Err == nil {
		return "unknown"
	}
	text := out.Err.Error()
	if len(text) > maxDetail {
		text = strings.ToValidUTF8(text[:maxDetail], "") + "…"
	}
	return text
}
