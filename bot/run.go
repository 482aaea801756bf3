package bot

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"time"

	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
)

// pace is how fast a broadcast goes, in chats a second; zero is not known yet.
type pace struct{ perSecond float64 }

// left is how long the rest takes at this pace; 0 is not known.
func (p pace) left(c store.Broadcast) time.Duration {
	rest := max(c.Total, c.Planned) - c.Settled()
	if p.perSecond <= 0 || rest <= 0 {
		return 0
	}
	return time.Duration(float64(rest) / p.perSecond * float64(time.Second))
}

// runKeys are where the words of each kind of run are.
var runKeys = map[string]string{store.KindSend: "broadcast", store.KindCorrect: "correction", store.KindRecall: "recall"}

// runScreen is a broadcast's one message, from its start to its report.
func runScreen(p *locale.Printer, c store.Broadcast, at pace, reasons map[outbox.Reason]int, after afterwards) outbox.Message {
	key := runKeys[c.Kind]
	if key == "" {
		key = "broadcast"
	}
	title := map[string]string{
		store.BroadcastRunning: "running", store.BroadcastPaused: "paused", store.BroadcastDone: "done", store.BroadcastCancelled: "stopped",
	}[c.State]
	lines := []string{"<b>" + p.H(key+"."+title) + "</b>"}
	if c.Title != "" {
		lines = append(lines, p.H("draft.what", "Title", c.Title))
	}
	lines = append(append(lines, after.lines...), "")
	total := max(c.Total, c.Planned)
	settled := min(c.Settled(), total)
	if !c.Ended() && total > 0 {
		lines = append(lines, bar(settled, total)+" "+p.Percent(strconv.Itoa(settled*100/total)))
	}
	lines = append(lines, p.H(key+".sent", "Sent", c.Sent, "Total", total))
	for _, count := range []struct {
		key string
		n   int
	}{{"broadcast.unreachable", c.Gone}, {key + ".failed", c.Failed}, {key + ".too_late", c.TooLate}, {"broadcast.waiting", c.Retrying}} {
		if count.n > 0 && !(c.Ended() && count.key == "broadcast.waiting") {
			lines = append(lines, p.H(count.key, "N", count.n))
		}
	}
	if c.State == store.BroadcastRunning && at.perSecond > 0 {
		lines = append(lines, p.H("broadcast.pace", "Rate", p.Number(rate(at.perSecond)), "Left", stopwatch(at.left(c))))
	}
	if c.Ended() {
		lines = append(lines, reportLines(p, c, reasons)...)
	}
	return outbox.Message{Text: strings.Join(lines, "\n"), Keyboard: runButtons(p, c, after.gone)}
}

// bar draws how far something is.
func bar(n, of int) string {
	const width = 12
	filled := n * width / of
	return strings.Repeat("▓", filled) + strings.Repeat("░", width-filled)
}

// rate writes a pace with as many digits as it deserves.
func rate(perSecond float64) string {
	if perSecond < 10 {
		return strconv.FormatFloat(math.Round(perSecond*10)/10, 'f', -1, 64)
	}
	return strconv.Itoa(int(math.Round(perSecond)))
}

// runButtons are what can be done with a run. Gone says that nobody has its message any more.
func runButtons(p *locale.Printer, c store.Broadcast, gone bool) [][]outbox.Button {
	button := func(key, verb string) outbox.Button {
		return outbox.Button{Text: p.T(key), Data: "b:" + c.ID + ":" + verb}
	}
	switch {
	case c.State == store.BroadcastRunning:
		return [][]outbox.Button{{button("broadcast.pause", "pause"), button("broadcast.stop", "stop")}}
	case c.State == store.BroadcastPaused:
		return [][]outbox.Button{{button("broadcast.resume", "resume"), button("broadcast.stop", "stop")}}
	case c.StartedAt.IsZero(): // dropped before it began
		return [][]outbox.Button{{button("broadcast.again", "again")}}
	}
	rows := [][]outbox.Button{{button("report.csv", "csv")}}
	if c.Kind != store.KindSend {
		return rows
	}
	rows[0] = append(rows[0], button("broadcast.again", "again"))
	if len(c.Audience.Only) == 0 && (c.State == store.BroadcastCancelled || c.Failed > 0 || c.TooLate > 0) {
		rows = append(rows, []outbox.Button{button("broadcast.rest", "rest")})
	}
	if c.Sent > 0 && !gone {
		var row []outbox.Button
		if c.Media != outbox.MediaNone {
			row = append(row, button("report.correct", "fix"))
		}
		rows = append(rows, append(row, button("report.recall", "recall")))
	}
	return rows
}

// stopwatch writes how long something took: 0:42, 1:05:00.
func stopwatch(d time.Duration) string {
	s := max(1, int(d.Round(time.Second)/time.Second)) // nothing takes no time
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

func (b *Bot) pauseButton(ctx context.Context, r *request, c store.Broadcast) (answer, error) {
	return b.turn(ctx, r, c, "paused", b.o.Store.PauseBroadcast, b.o.Halt)
}

func (b *Bot) resumeButton(ctx context.Context, r *request, c store.Broadcast) (answer, error) {
	return b.turn(ctx, r, c, "resumed", b.o.Store.ResumeBroadcast, b.o.Resume)
}

func (b *Bot) stopButton(ctx context.Context, r *request, c store.Broadcast) (answer, error) {
	return b.turn(ctx, r, c, "stopped", b.o.Store.CancelBroadcast, b.o.Halt)
}

// turn changes what a broadcast does, tells this process's sender at once, and
// shows it; the senders of other processes read it from the database.
func (b *Bot) turn(ctx context.Context, r *request, c store.Broadcast, what string,
	change func(context.Context, time.Time, string) (bool, error), tell func(batch string)) (answer, error) {
	done, err := change(ctx, r.now, c.ID)
	if err != nil {
		return answer{}, err
	}
	if done {
		tell(c.ID)
		b.o.Log.Info("broadcast "+what, slog.String("broadcast", c.ID), slog.Int64("editor", r.from.ID))
	}
	if c, err = b.o.Store.Broadcast(ctx, c.ID); err != nil {
		return answer{}, err
	}
	if !done {
		return b.outdated(ctx, r, c)
	}
	return b.openRun(ctx, r, c)
}

// openRun shows a broadcast that was started. In its author's chat the progress
// is shown in the message at hand from now on.
func (b *Bot) openRun(ctx context.Context, r *request, c store.Broadcast) (answer, error) {
	reasons, err := b.reasonsOf(ctx, c)
	if err != nil {
		return answer{}, err
	}
	after, err := b.afterwardsOf(ctx, r.p, r.now, c)
	if err != nil {
		return answer{}, err
	}
	m := runScreen(r.p, c, b.paceOf(c.ID), reasons, after)
	if c.StartedAt.IsZero() || r.chat.ID != c.EditorChat || c.Reported {
		if !c.Ended() {
			m.Keyboard = append(m.Keyboard, []outbox.Button{{Text: r.p.T("list.refresh"), Data: "b:" + c.ID + ":open"}})
		}
		return screen(withBack(r.p, m)), nil
	}
	if old := c.ProgressMessageID; old != r.message.ID {
		if err := b.o.Store.SetBroadcastProgress(ctx, c.ID, r.message.ID); err != nil {
			return answer{}, err
		}
		if old != 0 {
			b.leave(ctx, r, old)
		}
	}
	return screen(m), nil
}

// leave makes the message that showed a broadcast's progress say that another does now.
func (b *Bot) leave(ctx context.Context, r *request, messageID int64) {
	if !b.wait(ctx, r.chat.ID) {
		return
	}
	if err := b.o.Telegram.EditMessage(ctx, r.chat.ID, messageID, outbox.Message{Text: r.p.H("broadcast.moved")}); err != nil {
		b.o.Log.Info("an old progress message stays as it is", slog.Int64("chat", r.chat.ID), slog.Any("error", err))
	}
}
