package bot

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
	"newsbot/internal/telegram"
)

const (
	csvTime  = 5 * time.Minute // for making and uploading a file
	csvPage  = 5000            // recipients read at once
	csvPlain = 300_000         // recipients up to which the file is not packed: Telegram takes 50 MB
)

// reportLines are what a report has more than a progress: how long it took, and
// why some did not get it.
func reportLines(p *locale.Printer, c store.Broadcast, reasons map[outbox.Reason]int) []string {
	var lines []string
	if !c.StartedAt.IsZero() && c.FinishedAt.After(c.StartedAt) {
		lines = append(lines, p.H("broadcast.time", "Time", stopwatch(c.FinishedAt.Sub(c.StartedAt))))
	}
	if len(reasons) > 0 {
		lines = append(lines, "", p.H("broadcast.reasons"))
		for _, reason := range mostFrequent(reasons, 8) {
			lines = append(lines, "• "+locale.Escape(reasonWords(p, reason))+" — "+p.Int(int64(reasons[reason])))
		}
	}
	return lines
}

// afterwards is what became of a message after it was sent: lines that say so, and
// whether nobody has it any more.
type afterwards struct {
	lines []string
	gone  bool
}

// afterwardsOf says what became of the message of a broadcast that has ended.
func (b *Bot) afterwardsOf(ctx context.Context, p *locale.Printer, now time.Time, c store.Broadcast) (afterwards, error) {
	if c.Kind != store.KindSend || !c.Ended() {
		return afterwards{}, nil
	}
	all, err := b.o.Store.Aftermaths(ctx, c.ID)
	if err != nil {
		return afterwards{}, err
	}
	var after afterwards
	a := all[c.ID]
	if !a.CorrectedAt.IsZero() {
		after.lines = append(after.lines, p.H("report.corrected", "Time", whenWords(p, a.CorrectedAt, now), "Title", a.Title))
	}
	if !a.RecalledAt.IsZero() {
		after.lines = append(after.lines, p.H("report.recalled", "Time", whenWords(p, a.RecalledAt, now), "Count", a.Recalled))
		copies, _, err := b.o.Store.CountCopies(ctx, now, c.ID)
		if err != nil {
			return afterwards{}, err
		}
		after.gone = copies == 0
	}
	return after, nil
}

// titleNow is how the message of a broadcast begins where readers have it.
func (b *Bot) titleNow(ctx context.Context, c store.Broadcast) (string, error) {
	all, err := b.o.Store.Aftermaths(ctx, c.ID)
	if title := all[c.ID].Title; err == nil && title != "" {
		return title, nil
	}
	return c.Title, err
}

// reasonWords says why a message did not arrive. A class that has no words yet
// is shown as it is.
func reasonWords(p *locale.Printer, reason outbox.Reason) string {
	if key := "reason." + string(reason); locale.Has(key) {
		return p.T(key)
	}
	return locale.Clip(string(reason), 60)
}

// reasonsOf counts why an ended broadcast did not reach some chats.
func (b *Bot) reasonsOf(ctx context.Context, c store.Broadcast) (map[outbox.Reason]int, error) {
	if !c.Ended() || c.Failed+c.Gone+c.TooLate == 0 {
		return nil, nil
	}
	return b.o.Store.FailureReasons(ctx, c.ID)
}

// csvButton sends a file of all chats of a broadcast and what became of each.
// It is made while it is uploaded, and nobody waits for it: when the bot is to
// stop it is given up, and who asked for it is told.
func (b *Bot) csvButton(ctx context.Context, r *request, c store.Broadcast) (answer, error) {
	b.csvMu.Lock()
	defer b.csvMu.Unlock()
	if b.csv[c.ID] {
		return answer{toast: r.p.T("report.csv_busy")}, nil
	}
	b.csv[c.ID] = true
	b.mu.Lock()
	b.running++
	b.mu.Unlock()
	go func() {
		defer b.done()
		defer func() {
			b.csvMu.Lock()
			defer b.csvMu.Unlock()
			delete(b.csv, c.ID)
		}()
		ctx, cancel := context.WithTimeout(b.o.Stopping, csvTime)
		defer cancel()
		err := guarded(func() error { return b.sendCSV(ctx, r, c) })
		if err == nil {
			return
		}
		b.o.Log.Error("report is not sent", slog.String("broadcast", c.ID), slog.Any("error", err))
		if err := b.send(ctx, &request{update: r.update, now: r.now, chat: r.chat, p: r.p}, note(r.p.H("report.csv_failed"))); err != nil {
			b.o.Log.Error("nobody is told of it", slog.String("broadcast", c.ID), slog.Any("error", err))
		}
	}()
	return answer{toast: r.p.T("report.csv_wait")}, nil
}

func (b *Bot) sendCSV(ctx context.Context, r *request, c store.Broadcast) error {
	if !b.wait(ctx, r.chat.ID) {
		return fmt.Errorf("send report: %w", context.DeadlineExceeded)
	}
	title, err := b.titleNow(ctx, c)
	if err != nil {
		return err
	}
	name := "newsbot-" + c.StartedAt.In(r.p.Zone()).Format("2006-01-02-1504") + ".csv"
	packed := max(c.Total, c.Planned) > b.packed
	if packed {
		name += ".gz"
	}
	content, pipe := io.Pipe()
	defer content.Close() // ends the writer when the upload has ended before it
	go func() {
		pipe.CloseWithError(guarded(func() error { // nil is the end of the file
			if !packed {
				return b.writeCSV(ctx, pipe, c.ID)
			}
			zip := gzip.NewWriter(pipe)
			if err := b.writeCSV(ctx, zip, c.ID); err != nil {
				return err
			}
			return zip.Close()
		}))
	}()
	_, err = b.o.Telegram.SendDocument(ctx, r.chat.ID, telegram.Document{
		Name: name, Content: content, Caption: r.p.H("report.csv_caption", "Title", title, "Count", c.Settled()),
	})
	return err
}

// writeCSV writes a line for each recipient, by rising chat id. The columns are
// for programs, and in English whatever the editor reads.
func (b *Bot) writeCSV(ctx context.Context, w io.Writer, id string) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"chat_id", "outcome", "reason", "detail", "message_ids", "at"}); err != nil {
		return err
	}
	for after := int64(0); ; {
		page, err := b.o.Store.Recipients(ctx, id, after, csvPage)
		if err != nil {
			return err
		}
		for _, rc := range page {
			at := ""
			if !rc.SettledAt.IsZero() {
				at = rc.SettledAt.UTC().Format(time.RFC3339)
			}
			if err := out.Write([]string{strconv.FormatInt(rc.ChatID, 10), string(rc.State), string(rc.Reason), rc.Detail, messageIDs(rc), at}); err != nil {
				return err
			}
			after = rc.ChatID
		}
		if len(page) < csvPage {
			break
		}
	}
	out.Flush()
	return out.Error()
}

func messageIDs(rc store.Recipient) string {
	if rc.MessageID == 0 {
		return ""
	}
	ids := []string{strconv.FormatInt(rc.MessageID, 10)}
	for _, id := range rc.MoreIDs {
		ids = append(ids, strconv.FormatInt(id, 10))
	}
	return strings.Join(ids, " ")
}
