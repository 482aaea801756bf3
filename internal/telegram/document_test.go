package telegram

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"newsbot/internal/outbox"
)

func TestSendDocument(t *testing.T) {
	s := newServer(t)
	c := newClient(t, Options{BaseURL: s.URL()})
	content := strings.Repeat("chat_id,outcome\n42,sent\n", 20_000)
	id, err := c.SendDocument(t.Context(), reader, Document{Name: "report.csv", Content: iotest.OneByteReader(io.LimitReader(strings.NewReader(content), 100_000)), Caption: "<b>All</b>"})
	if err != nil {
		t.Fatal(err)
	}
	m, _ := s.Message(reader, id)
	if m.Document == nil || m.Document.Name != "report.csv" || m.Document.Size != 100_000 || m.Caption != "All" || len(m.CaptionEntities) != 1 {
		t.Errorf("sent %+v, %+v", m, m.Document)
	}
	if data, _, ok := s.File(m.Document.FileID); !ok || string(data) != content[:100_000] {
		t.Errorf("%d bytes came, want the 100,000 that were sent", len(data))
	}

	// What cannot be read to its end is not sent at all.
	before := len(s.Messages(reader))
	broken := io.MultiReader(strings.NewReader("chat_id\n"), iotest.ErrReader(errors.New("the database is away")))
	if _, err := c.SendDocument(t.Context(), reader, Document{Name: "report.csv", Content: broken}); err == nil {
		t.Error("half a document was sent")
	}
	if n := len(s.Messages(reader)); n != before {
		t.Errorf("%d messages more", n-before)
	}
	if v := s.Violations(); len(v) > 0 {
		t.Errorf("violations: %q", v)
	}
}

func TestCaptionAndButtonsOfASentPicture(t *testing.T) {
	s := newServer(t)
	c := newClient(t, Options{BaseURL: s.URL()})
	ctx := t.Context()
	id, _, err := c.SendPhoto(ctx, reader, 0, Photo{PNG: picture(t, 30), Caption: "before"})
	if err != nil {
		t.Fatal(err)
	}
	rows := [][]outbox.Button{{{Text: "Site", URL: "https://kaztag.example/"}}}
	for range 2 { // the second changes nothing, which is no error
		if err := c.EditCaption(ctx, reader, id, "<i>after</i>", rows); err != nil {
			t.Fatal(err)
		}
		if err := c.SetKeyboard(ctx, reader, id, rows); err != nil {
			t.Fatal(err)
		}
	}
	m, _ := s.Message(reader, id)
	if m.Photo == nil || m.Caption != "after" || len(m.CaptionEntities) != 1 || len(m.InlineKeyboard) != 1 || m.InlineKeyboard[0][0].URL != rows[0][0].URL {
		t.Errorf("edited %+v", m)
	}
	for range 2 {
		if err := c.SetKeyboard(ctx, reader, id, nil); err != nil {
			t.Fatal(err)
		}
	}
	if m, _ := s.Message(reader, id); len(m.InlineKeyboard) != 0 || m.Caption != "after" {
		t.Errorf("without buttons %+v", m)
	}
	if err := c.EditCaption(ctx, reader, id, "a < b", nil); err != nil { // no valid HTML: as plain text
		t.Error(err)
	}
	if m, _ := s.Message(reader, id); m.Caption != "a < b" {
		t.Errorf("caption %q", m.Caption)
	}
	if err := c.SetKeyboard(ctx, reader, 7777, rows); Classify(err) != NotFound {
		t.Errorf("a message that is not there: %v", err)
	}
	if err := c.EditCaption(ctx, reader, 7777, "x", nil); Classify(err) != NotFound {
		t.Errorf("a message that is not there: %v", err)
	}
}
