package telegram

import (
	"context"
	"fmt"
	"io"
	"time"

	tg "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"newsbot/internal/outbox"
)

// documentTime bounds the upload of a document, which may be large.
const documentTime = 4 * time.Minute

// Document is a file with a caption. It is read while it is uploaded, so that
// no more of it than a part is in memory.
type Document struct {
	Name    string
	Content io.Reader
	Caption string // Telegram HTML, at most 1024 UTF-16 units once parsed
}

// SendDocument sends a file of at most 50 MB to a chat. It is tried once, as its
// content can be read only once.
func (c *Client) SendDocument(ctx context.Context, chatID int64, d Document) (messageID int64, err error) {
	const method = "sendDocument"
	form, err := encode(map[string]any{"chat_id": chatID, "caption": d.Caption, "parse_mode": "HTML"})
	if err != nil {
		return 0, fmt.Errorf("telegram %s: %w", method, err)
	}
	file := tg.RequestFile{Name: "document", Data: tg.FileReader{Name: d.Name, Reader: d.Content}}
	var sent struct {
		ID int64 `json:"message_id"`
	}
	err = c.timed(ctx, documentTime, method, func(ctx context.Context) error { return c.uploadOnce(ctx, method, form, file, &sent) })
	return sent.ID, err
}

// EditCaption gives a message with a picture or another file a new caption and
// buttons; the file stays. It is no error when it was so already.
func (c *Client) EditCaption(ctx context.Context, chatID, messageID int64, caption string, rows [][]outbox.Button) error {
	err := c.degrade(ctx, chatID, func(s shape) error {
		params := map[string]any{"chat_id": chatID, "message_id": messageID, "reply_markup": keyboard(rows, s)}
		params["caption"], params["parse_mode"] = Photo{Caption: caption}.caption(s)
		return c.Call(ctx, "editMessageCaption", params, nil)
	})
	if Classify(err) == NotModified {
		return nil
	}
	return err
}

// SetKeyboard gives a message other buttons, or takes them off when there are
// none. It is no error when they were so already. An address that Telegram does
// not take is one of class BadButton.
func (c *Client) SetKeyboard(ctx context.Context, chatID, messageID int64, rows [][]outbox.Button) error {
	err := c.Call(ctx, "editMessageReplyMarkup", map[string]any{"chat_id": chatID, "message_id": messageID, "reply_markup": keyboard(rows, shape{})}, nil)
	if Classify(err) == NotModified {
		return nil
	}
	return err
}
