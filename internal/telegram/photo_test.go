package telegram

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"strings"
	"testing"
	"time"

	"newsbot/internal/emulator"
	"newsbot/internal/outbox"
)

func picture(t *testing.T, shade uint8) []byte {
	t.Helper()
	im := image.NewGray(image.Rect(0, 0, 60, 40))
	im.SetGray(7, 7, color.Gray{Y: shade})
	var b bytes.Buffer
	if err := png.Encode(&b, im); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPhotos(t *testing.T) {
	s := newServer(t)
	c := newClient(t, Options{BaseURL: s.URL()})
	ctx := t.Context()
	first := Photo{PNG: picture(t, 10), Caption: "<b>USD</b> — 478,77 ₸ &lt;&amp;&gt;", Keyboard: [][]outbox.Button{{{Text: "30 күн", Data: "c:1"}}}}
	id, file, err := c.SendPhoto(ctx, reader, 0, first)
	if err != nil || file == "" {
		t.Fatalf("upload: %d, %q, %v", id, file, err)
	}
	m, _ := s.Message(reader, id)
	if m.Photo == nil || m.Caption != "USD — 478,77 ₸ <&>" || len(m.CaptionEntities) != 1 || len(m.InlineKeyboard) != 1 {
		t.Errorf("sent %+v", m)
	}
	if data, _, ok := s.File(file); !ok || !bytes.Equal(data, first.PNG) {
		t.Errorf("the file is %d bytes, want %d", len(data), len(first.PNG))
	}

	// What Telegram holds is not uploaded again.
	held := first
	held.PNG, held.FileID = nil, file
	again, file2, err := c.SendPhoto(ctx, forumID, 0, held)
	if err != nil || file2 != file {
		t.Errorf("by id: %q, %v", file2, err)
	}
	if m, ok := s.Message(forumID, again); !ok || m.Photo == nil || m.Photo.FileID != file {
		t.Errorf("by id it sent %+v", m)
	}

	// In place: another picture, the same once more, one by its id.
	next := Photo{PNG: picture(t, 200), Caption: "<i>EUR</i>"}
	file3, err := c.EditPhoto(ctx, reader, id, next)
	if err != nil || file3 == "" || file3 == file {
		t.Errorf("edit: %q, %v", file3, err)
	}
	if m, _ := s.Message(reader, id); m.Caption != "EUR" || m.Photo.FileID != file3 || len(m.InlineKeyboard) != 0 {
		t.Errorf("edited into %+v", m)
	}
	next.PNG, next.FileID = nil, file3
	if got, err := c.EditPhoto(ctx, reader, id, next); err != nil || got != file3 {
		t.Errorf("the same once more: %q, %v", got, err)
	}
	if got, err := c.EditPhoto(ctx, reader, id, held); err != nil || got != file {
		t.Errorf("edit by id: %q, %v", got, err)
	}
	for range 2 { // the second has nothing to take off
		if err := c.DropKeyboard(ctx, reader, id); err != nil {
			t.Error(err)
		}
	}
	if m, _ := s.Message(reader, id); len(m.InlineKeyboard) != 0 || m.Photo == nil {
		t.Errorf("without buttons: %+v", m)
	}
}

// What Telegram does not take of a picture's message is left out, as of a text's.
func TestPhotoDegrades(t *testing.T) {
	s := newServer(t)
	c := newClient(t, Options{BaseURL: s.URL()})
	id, file, err := c.SendPhoto(t.Context(), forumID, 999, Photo{PNG: picture(t, 1), Caption: "<p>Курс <b>USD</b>"})
	if err != nil || file == "" {
		t.Fatal(err)
	}
	if m, _ := s.Message(forumID, id); m.Caption != "Курс USD" || m.Photo == nil || m.ThreadID != 0 {
		t.Errorf("sent %+v", m)
	}
	if _, err := c.EditPhoto(t.Context(), forumID, id, Photo{FileID: file, Caption: "<b>x"}); err != nil {
		t.Error(err)
	}
	if m, _ := s.Message(forumID, id); m.Caption != "x" {
		t.Errorf("edited into %+v", m)
	}
}

func TestPhotoRefusals(t *testing.T) {
	s := newServer(t)
	c := newClient(t, Options{BaseURL: s.URL()})
	ctx := t.Context()
	fresh := Photo{PNG: picture(t, 3)}
	text, err := c.SendMessage(ctx, reader, 0, outbox.Message{Text: "a text"})
	if err != nil {
		t.Fatal(err)
	}
	send := func(p Photo) error { _, _, err := c.SendPhoto(ctx, reader, 0, p); return err }
	edit := func(id int64) error { _, err := c.EditPhoto(ctx, reader, id, fresh); return err }
	for _, tt := range []struct {
		name  string
		fault emulator.Fault
		do    func() error
		want  Class
	}{
		{"flood, which the library gives no code", emulator.Fault{Kind: emulator.TooManyRequests, RetryAfter: 7 * time.Second, Method: "sendPhoto", Times: 1}, func() error { return send(fresh) }, Flood},
		{"broken server", emulator.Fault{Kind: emulator.BadGatewayHTML, Method: "editMessageMedia", Times: 1}, func() error { return edit(text) }, Temporary},
		{"cut connection", emulator.Fault{Kind: emulator.DropBefore, Method: "sendPhoto", Times: 1}, func() error { return send(fresh) }, Temporary},
		{"unknown file", emulator.Fault{}, func() error { return send(Photo{FileID: "AgAC-of-another-bot"}) }, BadPreview},
		{"no picture at all", emulator.Fault{}, func() error { return send(Photo{PNG: []byte("no PNG")}) }, Rejected},
		{"message is gone", emulator.Fault{}, func() error { return edit(987_654) }, NotFound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.fault.Method != "" {
				t.Cleanup(s.Inject(tt.fault))
			}
			err := tt.do()
			if Classify(err) != tt.want || strings.Contains(err.Error(), testSecret) {
				t.Errorf("got %v, of class %v; want %v", err, Classify(err), tt.want)
			}
			var e *Error
			if tt.want == Flood && (!errors.As(err, &e) || e.Code != http.StatusTooManyRequests || e.RetryAfter != 7*time.Second) {
				t.Errorf("got %+v", e)
			}
		})
	}
	if err := send(Photo{}); err == nil {
		t.Error("nothing was sent without an error")
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, _, err := c.SendPhoto(cancelled, reader, 0, fresh); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	s.Block(reader)
	if err := send(fresh); Classify(err) != Gone {
		t.Errorf("blocked: %v", err)
	}
}
