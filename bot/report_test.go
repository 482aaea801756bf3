package bot_test

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"newsbot/bot"
	"newsbot/internal/emulator"
)

func TestListOfBroadcasts(t *testing.T) {
	d := open(t, "en", twoEditors)
	d.readers(1, "en")
	d.ask(second, second, "/start")
	contains(t, d.ask(editor, editor, "/broadcasts").Text, "There are no broadcasts yet")
	d.start()
	for i := range 10 {
		card := d.draft(fmt.Sprintf("/broadcast Number %d", i))
		d.pass(time.Minute)
		d.press(editor, card, "Send to")
		d.ended(card, "Broadcast is done")
	}
	d.draft("/broadcast Not yet")
	list := d.ask(editor, editor, "/broadcasts")
	contains(t, list.Text, "Not yet", "draft", "Number 9", "Number 2", "3 of 3")
	lacks(t, list.Text, "Number 1")
	older, _, _ := d.press(editor, list, "Older")
	contains(t, older.Text, "Number 1", "Number 0")
	lacks(t, older.Text, "Not yet", "Number 2")
	back, _, _ := d.press(editor, older, "Newest")
	contains(t, back.Text, "Number 9")
	opened, _, _ := d.press(editor, back, "2")
	contains(t, opened.Text, "Broadcast is done", "Number 9")
	all, _, _ := d.press(editor, opened, "All broadcasts")
	contains(t, all.Text, "Number 9")
	// The other editor sees what was sent, and no drafts of others.
	theirs := d.ask(second, second, "/broadcasts")
	contains(t, theirs.Text, "Number 9")
	lacks(t, theirs.Text, "Not yet")
	opened, _, _ = d.press(second, theirs, "1")
	contains(t, opened.Text, "Number 9", "Sent: 3 of 3")
}

func TestReportAsAFile(t *testing.T) {
	onEach(t, "en", func(t *testing.T, d *desk) {
		d.refused = true
		ids := d.readers(3, "en")
		card := d.draft("/broadcast Listed")
		d.tg.Block(ids[1])
		d.bot.Wait()
		d.must(d.db.SetSubscribed(d.ctx(), ids[1], true))
		d.tg.Deactivate(ids[2])
		d.press(editor, card, "Send to")
		d.start()
		report := d.ended(card, "Broadcast is done")
		contains(t, report.Text, "Sent: 2 of", "deleted their account — 1")
		_, _, toast := d.press(editor, report, "CSV")
		contains(t, toast.Text, "on its way")
		m := d.wait(editor, func(m emulator.Message) bool { return m.Document != nil })
		contains(t, m.Document.Name, "newsbot-2026-04-07-", ".csv")
		data, _, ok := d.tg.File(m.Document.FileID)
		if !ok {
			d.t.Fatal("the file is not there")
		}
		lines, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
		d.must(err)
		outcomes := map[string]string{}
		for _, l := range lines[1:] {
			outcomes[l[0]] = l[1] + " " + l[2]
		}
		if outcomes[fmt.Sprint(ids[0])] != "sent " || outcomes[fmt.Sprint(ids[2])] != "gone deactivated" || outcomes[fmt.Sprint(editor)] != "sent " {
			d.t.Errorf("the file says %v", lines)
		}
	})
}

// A file of very many chats is packed, or Telegram would not take it.
func TestReportOfManyIsPacked(t *testing.T) {
	d := open(t, "en")
	d.bot.PackReports(2)
	ids := d.readers(2, "en")
	card := d.draft("/broadcast To many")
	d.press(editor, card, "Send to")
	d.start()
	report := d.ended(card, "Broadcast is done")
	d.press(editor, report, "CSV")
	m := d.wait(editor, func(m emulator.Message) bool { return m.Document != nil })
	if !strings.HasSuffix(m.Document.Name, ".csv.gz") {
		t.Errorf("the file is %q", m.Document.Name)
	}
	data, _, ok := d.tg.File(m.Document.FileID)
	if !ok {
		t.Fatal("the file is not there")
	}
	unpacked, err := gzip.NewReader(strings.NewReader(string(data)))
	d.must(err)
	whole, err := io.ReadAll(unpacked) // with its checksum
	d.must(err)
	lines, err := csv.NewReader(strings.NewReader(string(whole))).ReadAll()
	d.must(err)
	if len(lines) != 4 || lines[2][0] != fmt.Sprint(ids[0]) || lines[3][1] != "sent" {
		t.Errorf("the file says %q", lines)
	}
}

// A file that is being uploaded keeps nobody from stopping: it is given up, and
// who asked for it is told, if need be after the next start.
func TestReportIsGivenUpToStop(t *testing.T) {
	stopping, stop := context.WithCancel(context.Background())
	defer stop()
	d := open(t, "en", func(o *bot.Options) { o.Stopping = stopping })
	d.refused = true
	card := d.draft("/broadcast To me")
	d.press(editor, card, "Send to")
	d.start()
	report := d.ended(card, "Broadcast is done")
	before := d.lastID(editor)
	d.tg.Inject(emulator.Fault{Kind: emulator.Hang, Method: "sendDocument", Hang: time.Minute})
	d.press(editor, report, "CSV")
	began := time.Now()
	stop()
	d.bot.Wait()
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("stopping waited %s for it", took)
	}
	told := d.wait(editor, func(m emulator.Message) bool { return m.Outgoing && m.ID > before })
	contains(t, told.Text, "The list could not be sent")
}
