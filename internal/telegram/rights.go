package telegram

import (
	"context"
	"slices"
	"strconv"
	"strings"
)

// ID returns the bot's own id, which its token begins with.
func (c *Client) ID() int64 {
	digits, _, _ := strings.Cut(c.token, ":")
	id, _ := strconv.ParseInt(digits, 10, 64) // New has looked at it
	return id
}

// CanWrite asks whether the bot may write texts in a group, supergroup or channel.
func (c *Client) CanWrite(ctx context.Context, chatID int64, kind ChatKind) (bool, error) {
	var m wireMember
	if err := c.Call(ctx, "getChatMember", map[string]any{"chat_id": chatID, "user_id": c.ID()}, &m); err != nil {
		return false, err
	}
	if !m.canSend(kind) || m.status() != "member" {
		return m.canSend(kind), nil
	}
	// What plain members may do is a matter of the chat.
	var chat struct {
		Permissions struct {
			CanSend *bool `json:"can_send_messages"`
		} `json:"permissions"`
	}
	if err := c.Call(ctx, "getChat", map[string]any{"chat_id": chatID}, &chat); err != nil {
		return false, err
	}
	return chat.Permissions.CanSend == nil || *chat.Permissions.CanSend, nil
}

// Admins returns the people who administer a group, supergroup or channel, its
// creator first. Telegram does not tell it of a channel in which the bot is no
// administrator itself.
func (c *Client) Admins(ctx context.Context, chatID int64) ([]User, error) {
	var members []struct {
		Status string   `json:"status"`
		User   wireUser `json:"user"`
	}
	if err := c.Call(ctx, "getChatAdministrators", map[string]any{"chat_id": chatID}, &members); err != nil {
		return nil, err
	}
	var admins []User
	for _, m := range members {
		switch u := m.User.user(); {
		case u.Bot:
		case m.Status == "creator":
			admins = slices.Insert(admins, 0, u)
		default:
			admins = append(admins, u)
		}
	}
	return admins, nil
}
