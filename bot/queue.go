package bot

import (
	"context"
	"math"
	"strings"
	"time"

	"newsbot/internal/digest"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
)

// queueScheduled is how many scheduled broadcasts the queue names.
const queueScheduled = 10

// queue shows an editor what waits to be sent, what begins by itself within a day,
// and how long the digests of each hour to come will take: when not to begin a broadcast.
func (b *Bot) queue(ctx context.Context, r *request) (answer, error) {
	m, err := b.queueScreen(ctx, r)
	return answer{messages: []outbox.Message{m}}, err
}

func (b *Bot) queueButton(ctx context.Context, r *request) (answer, error) {
	m, err := b.queueScreen(ctx, r)
	return screen(m), err
}

func (b *Bot) queueScreen(ctx context.Context, r *request) (outbox.Message, error) {
	waiting, err := b.o.Store.Waiting(ctx, r.now)
	if err != nil {
		return outbox.Message{}, err
	}
	total, ahead := 0, 0 // ahead of digests go all but the bulk
	var parts []string
	for _, lane := range []struct {
		lane outbox.Lane
		key  string
	}{{outbox.LaneReply, "queue.replies"}, {outbox.LaneBreaking, "queue.breaking"}, {outbox.LaneDigest, "queue.digests"}, {outbox.LaneBulk, "queue.bulk"}} {
		n := waiting[lane.lane]
		if total += n; n > 0 {
			parts = append(parts, r.p.H(lane.key, "Count", n))
		}
		if lane.lane != outbox.LaneBulk {
			ahead += n
		}
	}
	var t strings.Builder
	t.WriteString("<b>" + r.p.H("queue.title") + "</b> · " + locale.Escape(r.p.DateTime(r.now, r.now)) + "\n\n")
	if total == 0 {
		t.WriteString(r.p.H("queue.empty"))
	} else {
		t.WriteString(r.p.H("queue.waiting", "Count", total, "Time", about(r.p, digest.Sending(ahead, b.freeRate())+digest.Sending(total-ahead, b.o.SendRate))) + "\n" + strings.Join(parts, "\n"))
	}
	scheduled, err := b.scheduledLines(ctx, r)
	if err != nil {
		return outbox.Message{}, err
	}
	t.WriteString(scheduled + "\n\n<b>" + r.p.H("queue.day") + "</b>\n")
	hours, err := digest.Forecast(ctx, b.o.Store, r.now, r.p.Zone(), ahead, b.freeRate())
	if err != nil {
		return outbox.Message{}, err
	}
	if len(hours) == 0 {
		t.WriteString(r.p.H("queue.no_digests") + "\n")
	}
	for _, h := range hours { // at most 25
		t.WriteString(r.p.H("queue.hour", "From", r.p.Clock(h.From), "To", r.p.Clock(h.From.Add(time.Hour)), "Count", h.Digests, "Time", about(r.p, h.Wait)) + "\n")
	}
	t.WriteString("\n" + r.p.H("queue.rate", "Count", max(1, int(math.Round(b.freeRate())))))
	return outbox.Message{Text: t.String(), Keyboard: [][]outbox.Button{{{Text: r.p.T("button.refresh"), Data: "q:"}}}}, nil
}

// scheduledLines names the broadcasts that begin by themselves within a day, each with
// how long it will take; empty when there are none.
func (b *Bot) scheduledLines(ctx context.Context, r *request) (string, error) {
	next, err := b.o.Store.ScheduledBroadcasts(ctx, r.now.Add(24*time.Hour), queueScheduled+1)
	if err != nil || len(next) == 0 {
		return "", err
	}
	var t strings.Builder
	t.WriteString("\n\n<b>" + r.p.H("queue.scheduled") + "</b>")
	for i, c := range next {
		if i == queueScheduled {
			t.WriteString("\n" + r.p.H("queue.scheduled_more"))
			break
		}
		count, err := b.countFor(ctx, r.now, c)
		if err != nil {
			return "", err
		}
		t.WriteString("\n" + r.p.H("queue.scheduled_line", "When", whenWords(r.p, c.StartAt, r.now), "Title", locale.Clip(c.Title, maxTitle), "Count", count,
			"Time", about(r.p, digest.Sending(count*c.Message.Messages(), b.rateOf(c)))))
	}
	return t.String(), nil
}

// freeRate is how many messages a second leave that are not paid for.
func (b *Bot) freeRate() float64 {
	if b.o.Paid {
		return min(b.o.SendRate, outbox.FreeRate)
	}
	return b.o.SendRate
}

// rateOf is how many messages of a broadcast leave a second.
func (b *Bot) rateOf(c store.Broadcast) float64 {
	if c.Category == store.CategoryBreaking {
		return b.freeRate()
	}
	return b.o.SendRate
}

// about writes how long something will take, no finer than an estimate is.
func about(p *locale.Printer, d time.Duration) string {
	minutes := int((d + 30*time.Second) / time.Minute)
	switch {
	case minutes < 1:
		return p.T("queue.soon")
	case minutes < 100:
		return p.T("queue.minutes", "Count", minutes)
	default:
		return p.T("queue.hours", "Count", (minutes+30)/60)
	}
}
