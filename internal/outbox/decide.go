package outbox

import (
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
	s := Settlement{Key: d.Key, ChatID: d.ChatID, Attempts: d.Attempts}
	now := b.o.Now()
	switch out.Result {
	case Sent:
		s.State, s.MessageID = StateSent, out.MessageID
	case Flooded:
		// Not the delivery's fault: it costs no attempt.
		s.State, s.DueAt = StatePending, now.Add(max(out.After, time.Second))
	case Retry:
		// Nor is it when Telegram answers nobody.
		if !b.outage.open() {
			s.Attempts++
		}
		s.State, s.DueAt = StatePending, now.Add(max(out.After, retryAfter(s.Attempts)))
	case Moved:
		s.Attempts++ // so that two ids cannot send it to and fro for ever
		s.State, s.DueAt, s.NewChatID = StatePending, now, out.NewChatID
		if out.NewChatID == 0 || out.NewChatID == d.ChatID {
			s.State, s.NewChatID = StateFailed, 0
		}
	case Gone:
		s.State = StateGone
	case Rejected:
		s.State = StateFailed
	default:
		s.State = StateFailed
		out.Err = fmt.Errorf("unknown result %d", out.Result)
	}
	if s.State == StatePending && (s.Attempts >= b.o.MaxAttempts || b.expired(d)) {
		s.State, s.DueAt = StateFailed, time.Time{}
	}
	if s.State == StateFailed || s.State == StateGone {
		s.Reason = reason(out)
	}
	return s
}

// expired tells whether a delivery is too old to be tried again.
func (b *Outbox) expired(d Delivery) bool {
	return !d.CreatedAt.IsZero() && b.o.Now().Sub(d.CreatedAt) > b.o.MaxAge
}

// maxReason is how many bytes of a reason are kept.
const maxReason = 200

func reason(out Outcome) string {
	if out.Err == nil {
		return "unknown"
	}
	text := out.Err.Error()
	if len(text) > maxReason {
		text = strings.ToValidUTF8(text[:maxReason], "") + "…"
	}
	return text
}
