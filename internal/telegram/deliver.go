package telegram

import (
	"context"
	"errors"
	"fmt"

	"newsbot/internal/outbox"
)

// Send puts one delivery on the wire and classifies the answer. It implements outbox.Sender.
func (c *Client) Send(ctx context.Context, d outbox.Delivery) outbox.Outcome {
	switch d.Action {
	case outbox.ActionEdit:
		return editOutcome(d, c.edit(ctx, d))
	case outbox.ActionDelete:
		return deleteOutcome(d, c.delete(ctx, d))
	case outbox.ActionSend:
	default:
		return outbox.Outcome{Result: outbox.Rejected, Reason: outbox.ReasonRejected, Err: fmt.Errorf("telegram: unknown action %q", d.Action)}
	}
	if d.Silent {
		d.Message.Silent = true
	}
	if d.Message.Copy != nil && len(d.Message.Copy.More) > 0 {
		return c.copyAlbum(ctx, d)
	}
	id, err := c.send(ctx, d.ChatID, d.ThreadID, c.paid && d.Lane == outbox.LaneBulk, func(s shape, paid bool) (*form, error) {
		if s == (shape{}) {
			return c.forms.of(&d.Message, paid)
		}
		return encodeMessage(&d.Message, paid, s)
	})
	return Outcome(id, err)
}

// copyAlbum copies an album, whose messages stay together. Telegram takes no
// buttons with one.
func (c *Client) copyAlbum(ctx context.Context, d outbox.Delivery) outbox.Outcome {
	from := d.Message.Copy
	var sent []struct {
		ID int64 `json:"message_id"`
	}
	err := c.degrade(ctx, d.ChatID, func(s shape) error {
		params := map[string]any{
			"chat_id":              d.ChatID,
			"from_chat_id":         from.ChatID,
			"message_ids":          append([]int64{from.MessageID}, from.More...),
			"disable_notification": d.Message.Silent,
			"allow_paid_broadcast": c.paid && d.Lane == outbox.LaneBulk,
		}
		if d.ThreadID != 0 && !s.noThread {
			params["message_thread_id"] = d.ThreadID
		}
		return c.Call(ctx, "copyMessages", params, &sent)
	})
	if err == nil && len(sent) == 0 {
		err = &Error{Code: 400, Description: "Bad Request: message to copy not found"} // none of them is there any more
	}
	if err != nil {
		return Outcome(0, err)
	}
	out := Outcome(sent[0].ID, nil)
	for _, m := range sent[1:] {
		out.MoreIDs = append(out.MoreIDs, m.ID)
	}
	return out
}

// errNoText is the correction of a message that has no text, or by a message without one.
var errNoText = errors.New("telegram: the message has no text that could be changed")

// edit gives a message of a chat another text. A picture stays, and gets another caption.
func (c *Client) edit(ctx context.Context, d outbox.Delivery) error {
	m := d.Message
	if m.Copy != nil || m.Chart != nil || m.Text == "" || d.Media == outbox.MediaNone {
		return errNoText
	}
	return c.degrade(ctx, d.ChatID, func(s shape) error {
		params := map[string]any{
			"chat_id":      d.ChatID,
			"message_id":   d.TargetID,
			"reply_markup": keyboard(m.Keyboard, s),
		}
		if d.Media != outbox.MediaCaption {
			addText(params, m, s)
			return c.Call(ctx, "editMessageText", params, nil)
		}
		if s.plain {
			params["caption"] = plainText(m.Text, maxCaption)
		} else {
			params["caption"], params["parse_mode"] = m.Text, "HTML"
		}
		return c.Call(ctx, "editMessageCaption", params, nil)
	})
}

// editOutcome is what became of a correction. A message that says so already is
// corrected.
func editOutcome(d outbox.Delivery, err error) outbox.Outcome {
	if errors.Is(err, errNoText) {
		return outbox.Outcome{Result: outbox.Rejected, Reason: outbox.ReasonLocked, Err: err}
	}
	if Classify(err) == NotModified {
		err = nil
	}
	return about(d, Outcome(d.TargetID, err))
}

// delete deletes a message of a chat, or all of an album.
func (c *Client) delete(ctx context.Context, d outbox.Delivery) error {
	if len(d.MoreIDs) == 0 {
		return c.DeleteMessage(ctx, d.ChatID, d.TargetID)
	}
	return c.Call(ctx, "deleteMessages", map[string]any{"chat_id": d.ChatID, "message_ids": d.IDs()}, nil)
}

// deleteOutcome is what became of a recall. A message that is not there any more
// is called back; one that may not be deleted is too old, since the bot wrote it.
func deleteOutcome(d outbox.Delivery, err error) outbox.Outcome {
	class := Classify(err)
	if class == NotFound {
		err = nil
	}
	out := about(d, Outcome(d.TargetID, err))
	if class == Locked {
		out.Reason = outbox.ReasonTooOld
	}
	return out
}

// about completes the outcome of what was done to a message that is there.
func about(d outbox.Delivery, out outbox.Outcome) outbox.Outcome {
	if Classify(out.Err) == NoWrite {
		out.Result = outbox.Rejected // whether texts may be sent there is for a send to say
	}
	if out.Result == outbox.Sent {
		out.MessageID, out.MoreIDs = d.TargetID, d.MoreIDs
	} else {
		out.MessageID = 0
	}
	return out
}
