package telegram

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"newsbot/internal/outbox"
)

// tokenPause is how long deliveries rest when the token is refused.
const tokenPause = time.Minute

// shape is what had to be left out of a message for Telegram to take it.
type shape struct {
	plain, noPreview, noLinks, noThread bool
}

// without returns s with that left out that class complains about; ok is false
// when nothing (more) can be.
func (s shape) without(class Class) (_ shape, ok bool) {
	before := s
	switch class {
	case BadHTML:
		s.plain = true
	case BadPreview:
		s.noPreview = true
	case BadButton:
		s.noLinks = true
	case ThreadGone:
		s.noThread = true
	}
	return s, s != before
}

// Outcome tells the outbox what became of a delivery: the message's id, or the
// error that a method of Client returned.
func Outcome(id int64, err error) outbox.Outcome {
	o := outbox.Outcome{MessageID: id, Reason: Reason(err), Err: err}
	var e *Error
	if errors.As(err, &e) {
		o.After, o.NewChatID = e.RetryAfter, e.MigrateTo
	}
	switch Classify(err) {
	case OK:
		o.Result = outbox.Sent
	case Flood:
		o.Result = outbox.Flooded
	case Gone, NoWrite:
		o.Result = outbox.Gone
	case Moved:
		o.Result = outbox.Moved
		if o.NewChatID == 0 {
			// Where to is told by an update of its own; this row cannot wait for it.
			o.Result = outbox.Rejected
		}
	case Unauthorized:
		// Nothing can be sent by anyone until a person gives a new token: no
		// delivery must use up its attempts meanwhile.
		o.Result, o.After = outbox.Flooded, max(o.After, tokenPause)
	case Temporary, Conflict:
		o.Result = outbox.Retry
	default:
		o.Result = outbox.Rejected
	}
	return o
}

// SendMessage sends m to a chat, or to its topic threadID when that is not 0.
// Formatting, addresses or a topic that Telegram refuses are left out.
func (c *Client) SendMessage(ctx context.Context, chatID, threadID int64, m outbox.Message) (messageID int64, err error) {
	return c.send(ctx, chatID, threadID, false, func(s shape, paid bool) (*form, error) { return encodeMessage(&m, paid, s) })
}

// send sends what encode makes of a message in a shape.
func (c *Client) send(ctx context.Context, chatID, threadID int64, paid bool, encode func(s shape, paid bool) (*form, error)) (id int64, err error) {
	err = c.degrade(ctx, chatID, func(s shape) error {
		f, err := encode(s, paid)
		if err != nil {
			return err
		}
		thread := threadID
		if s.noThread {
			thread = 0
		}
		id, err = c.post(ctx, f.method, f.to(chatID, thread))
		return err
	})
	if err != nil {
		return 0, err
	}
	return id, nil
}

// EditMessage makes the message be m. It is no error when it was so already.
// A message to be copied cannot take the place of another.
func (c *Client) EditMessage(ctx context.Context, chatID, messageID int64, m outbox.Message) error {
	if m.Copy != nil {
		return errors.New("telegram editMessageText: a message cannot be edited into a copy")
	}
	err := c.degrade(ctx, chatID, func(s shape) error {
		params := map[string]any{
			"chat_id":      chatID,
			"message_id":   messageID,
			"reply_markup": keyboard(m.Keyboard, s),
		}
		addText(params, m, s)
		return c.Call(ctx, "editMessageText", params, nil)
	})
	if Classify(err) == NotModified {
		return nil
	}
	return err
}

// degrade tries a message, and again without what Telegram refused of it: a
// plain text that arrives is better than a formatted one that does not.
func (c *Client) degrade(ctx context.Context, chatID int64, try func(shape) error) error {
	var s shape
	for {
		err := try(s)
		class := Classify(err)
		less, ok := s.without(class)
		if !ok {
			return err
		}
		c.log.WarnContext(ctx, "message refused, tried again without what was wrong",
			slog.Int64("chat", chatID), slog.String("class", class.String()), slog.Any("error", err))
		s = less
	}
}

type previewOptions struct {
	Disabled bool   `json:"is_disabled,omitempty"`
	URL      string `json:"url,omitempty"`
	Large    bool   `json:"prefer_large_media,omitempty"`
	Above    bool   `json:"show_above_text,omitempty"`
}

func addText(params map[string]any, m outbox.Message, s shape) {
	if s.plain {
		params["text"] = plainText(m.Text, maxUnits)
	} else {
		params["text"], params["parse_mode"] = m.Text, "HTML"
	}
	preview := previewOptions{Disabled: true}
	if m.Preview != nil && m.Preview.URL != "" && !s.noPreview {
		preview = previewOptions{URL: m.Preview.URL, Large: m.Preview.Large, Above: m.Preview.Above}
	}
	params["link_preview_options"] = preview
}

type inlineKeyboard struct {
	Rows [][]inlineButton `json:"inline_keyboard"`
}

type inlineButton struct {
	Text string `json:"text"`
	Data string `json:"callback_data,omitempty"`
	URL  string `json:"url,omitempty"`
}

// keyboard returns nil when there is no button: Telegram refuses a keyboard
// that is null.
func keyboard(rows [][]outbox.Button, s shape) *inlineKeyboard {
	var k inlineKeyboard
	for _, row := range rows {
		var buttons []inlineButton
		for _, b := range row {
			if s.noLinks && b.URL != "" {
				continue
			}
			buttons = append(buttons, inlineButton(b))
		}
		if len(buttons) > 0 {
			k.Rows = append(k.Rows, buttons)
		}
	}
	if len(k.Rows) == 0 {
		return nil
	}
	return &k
}

// DeleteMessage deletes a message. It is no error when it is gone already;
// one that may not be deleted (any more) is an error of class Locked.
func (c *Client) DeleteMessage(ctx context.Context, chatID, messageID int64) error {
	err := c.Call(ctx, "deleteMessage", map[string]any{"chat_id": chatID, "message_id": messageID}, nil)
	if Classify(err) == NotFound {
		return nil
	}
	return err
}

// AnswerCallback ends the waiting of a pressed button, with a toast or an
// alert of at most 200 characters when text is not empty; more is cut. It is no
// error when it comes too late.
func (c *Client) AnswerCallback(ctx context.Context, id, text string, alert bool) error {
	const most = 200
	if r := []rune(text); len(r) > most {
		text = string(r[:most-1]) + "…"
	}
	err := c.Call(ctx, "answerCallbackQuery", map[string]any{
		"callback_query_id": id,
		"text":              text,
		"show_alert":        alert && text != "",
	}, nil)
	if Classify(err) == QueryTooOld {
		return nil
	}
	return err
}

// Typing shows for 5 s that the bot is at work.
func (c *Client) Typing(ctx context.Context, chatID, threadID int64) error {
	params := map[string]any{"chat_id": chatID, "action": "typing"}
	if threadID != 0 {
		params["message_thread_id"] = threadID
	}
	return c.Call(ctx, "sendChatAction", params, nil)
}

// Member returns a person's status in a chat: creator, administrator, member,
// restricted, left or kicked. Who was never there has left.
func (c *Client) Member(ctx context.Context, chatID, userID int64) (status string, err error) {
	var m wireMember
	err = c.Call(ctx, "getChatMember", map[string]any{"chat_id": chatID, "user_id": userID}, &m)
	switch {
	case Classify(err) == NotFound:
		return "left", nil
	case err != nil:
		return "", err
	case m.Status == "":
		return "", errors.New("telegram getChatMember: the answer has no status")
	}
	return m.status(), nil
}
