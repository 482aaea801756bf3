package telegram

import (
	"context"
	"errors"
)

// Command is an entry of the commands menu.
type Command struct {
	Name        string `json:"command"`     // 1-32 of a-z, 0-9, _
	Description string `json:"description"` // 1-256 characters
}

// Scope is where a commands menu is shown.
type Scope struct {
	Kind   string `json:"type"`              // default, all_private_chats, all_group_chats, all_chat_administrators, chat
	ChatID int64  `json:"chat_id,omitempty"` // for chat
}

// Me returns the bot's own account.
func (c *Client) Me(ctx context.Context) (User, error) {
	var u wireUser
	if err := c.Call(ctx, "getMe", nil, &u); err != nil {
		return User{}, err
	}
	if u.ID == 0 {
		return User{}, errors.New("telegram getMe: the answer has no id")
	}
	return u.user(), nil
}

// SetCommands sets the commands menu of a scope and language; language is ISO
// 639-1, or empty for all that have none of their own. No commands clear it.
func (c *Client) SetCommands(ctx context.Context, commands []Command, scope Scope, language string) error {
	params := map[string]any{"scope": scope, "language_code": language}
	if len(commands) == 0 {
		return c.Call(ctx, "deleteMyCommands", params, nil)
	}
	params["commands"] = commands
	return c.Call(ctx, "setMyCommands", params, nil)
}

// SetDescription sets the text of an empty chat with the bot, at most 512
// characters; an empty text clears it.
func (c *Client) SetDescription(ctx context.Context, text, language string) error {
	return c.Call(ctx, "setMyDescription", map[string]any{"description": text, "language_code": language}, nil)
}

// SetShortDescription sets the text of the bot's profile, at most 120
// characters; an empty text clears it.
func (c *Client) SetShortDescription(ctx context.Context, text, language string) error {
	return c.Call(ctx, "setMyShortDescription", map[string]any{"short_description": text, "language_code": language}, nil)
}
