package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	tg "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"newsbot/internal/outbox"
)

// maxCaption is the longest caption of a picture, in UTF-16 units.
const maxCaption = 1024

// Photo is a picture with a caption and buttons. It is the one that Telegram
// holds under FileID or, when that is empty, the bytes of PNG, which are uploaded.
type Photo struct {
	FileID string
	PNG    []byte
	// Caption is Telegram HTML, at most 1024 UTF-16 units once parsed.
	Caption  string
	Keyboard [][]outbox.Button
	Silent   bool // delivered without a sound; of no meaning to an edit
}

// attachment is the name that an upload has in its request.
const attachment = "picture"

// SendPhoto sends a picture to a chat, or to its topic threadID when that is not
// 0. It returns the id under which Telegram holds the picture from now on, for
// this bot. A FileID that Telegram does not know is an error of class
// BadPreview. Formatting, addresses or a topic that it refuses are left out.
func (c *Client) SendPhoto(ctx context.Context, chatID, threadID int64, p Photo) (messageID int64, fileID string, err error) {
	var sent wirePhotoMessage
	err = c.degrade(ctx, chatID, func(s shape) error {
		params := map[string]any{"chat_id": chatID, "reply_markup": keyboard(p.Keyboard, s), "photo": p.FileID, "disable_notification": p.Silent}
		if threadID != 0 && !s.noThread {
			params["message_thread_id"] = threadID
		}
		params["caption"], params["parse_mode"] = p.caption(s)
		return c.upload(ctx, "sendPhoto", params, "photo", p, &sent)
	})
	if err != nil {
		return 0, "", err
	}
	return sent.ID, sent.fileID(), nil
}

// EditPhoto makes a message with a picture be p. It is no error when it was so
// already; fileID is then p's own. Errors are those of SendPhoto. A text can
// become a picture; a picture cannot become a text again.
func (c *Client) EditPhoto(ctx context.Context, chatID, messageID int64, p Photo) (fileID string, err error) {
	var edited wirePhotoMessage
	err = c.degrade(ctx, chatID, func(s shape) error {
		media := struct {
			Type      string `json:"type"`
			Media     string `json:"media"`
			Caption   string `json:"caption,omitempty"`
			ParseMode string `json:"parse_mode,omitempty"`
		}{Type: "photo", Media: p.FileID}
		if p.FileID == "" {
			media.Media = "attach://" + attachment
		}
		media.Caption, media.ParseMode = p.caption(s)
		params := map[string]any{"chat_id": chatID, "message_id": messageID, "media": media, "reply_markup": keyboard(p.Keyboard, s)}
		return c.upload(ctx, "editMessageMedia", params, attachment, p, &edited)
	})
	if Classify(err) == NotModified {
		return p.FileID, nil
	}
	if err != nil {
		return "", err
	}
	return edited.fileID(), nil
}

// DropKeyboard takes the buttons off a message. It is no error when it has none.
func (c *Client) DropKeyboard(ctx context.Context, chatID, messageID int64) error {
	return c.SetKeyboard(ctx, chatID, messageID, nil)
}

func (p Photo) caption(s shape) (text, mode string) {
	if s.plain {
		return plainText(p.Caption, maxCaption), ""
	}
	return p.Caption, "HTML"
}

// wirePhotoMessage is what is read of a message with a picture, which Telegram
// holds in several sizes.
type wirePhotoMessage struct {
	ID    int64 `json:"message_id"`
	Photo []struct {
		FileID string `json:"file_id"`
		Width  int    `json:"width"`
	} `json:"photo"`
}

// fileID is the id of the largest size: it stands for all of them.
func (m wirePhotoMessage) fileID() (id string) {
	widest := -1
	for _, size := range m.Photo {
		if size.Width > widest {
			id, widest = size.FileID, size.Width
		}
	}
	return id
}

// upload is Call for a method that may bring a file, under a name of the
// request. Without one to upload it is Call.
func (c *Client) upload(ctx context.Context, method string, params map[string]any, name string, p Photo, out any) error {
	if p.FileID != "" {
		return c.Call(ctx, method, params, out)
	}
	if len(p.PNG) == 0 {
		return fmt.Errorf("telegram %s: there is no picture to send", method)
	}
	form, err := encode(params)
	if err != nil {
		return fmt.Errorf("telegram %s: %w", method, err)
	}
	file := tg.RequestFile{Name: name, Data: tg.FileBytes{Name: "picture.png", Bytes: p.PNG}}
	return c.timed(ctx, c.timeout, method, func(ctx context.Context) error { return c.uploadOnce(ctx, method, form, file, out) })
}

func (c *Client) uploadOnce(ctx context.Context, method string, form tg.Params, file tg.RequestFile, out any) error {
	wire, api := c.wire(ctx)
	defer wire.release()
	// The library's errors of an upload have no code; failure takes it from the status.
	answer, err := api.UploadFiles(method, form, []tg.RequestFile{file})
	if err != nil {
		return wire.failure(err)
	}
	if answer == nil {
		return wire.failure(errors.New("there is no answer"))
	}
	if err := json.Unmarshal(answer.Result, out); err != nil {
		return wire.failure(fmt.Errorf("read the result: %w", err))
	}
	return nil
}
