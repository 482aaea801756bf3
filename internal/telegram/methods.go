package telegram

import (
	"context"
	"errors"

	"newsbot/internal/outbox"
)

// Command is an entry of the commands menu.
type Command struct {
	Name        string `json:"command"`     // 1-32 of a-z, 0-9, _
	Description string `json:"description"` // 1-256 characters
}

// Scope is where a commands menu is shown.
type Scope struct {
	Kind   string // default, all_private_chats, all_group_chats, all_chat_administrators, chat
	ChatID int64  // for chat
}

// Send puts one delivery on the wire and classifies the answer. It implements outbox.Sender.
func (c *Client) Send(ctx context.Context, d outbox.Delivery) outbox.Outcome {
	return outbox.Outcome{Result: outbox.Rejected, Err: errors.ErrUnsupported}
}

// SendMessage sends m to a chat, or to its topic threadID when not 0.
func (c *Client) SendMessage(ctx context.Context, chatID, threadID int64, m outbox.Message) (messageID int64, err error) {
	return 0, errors.ErrUnsupported
}

// EditMessage makes the message be m. It is no error when it was so already.
func (c *Client) EditMessage(ctx context.Context, chatID, messageID int64, m outbox.Message) error {
	return errors.ErrUnsupported
}

// DeleteMessage deletes a message. It is no error when it is gone already.
func (c *Client) DeleteMessage(ctx context.Context, chatID, messageID int64) error {
	return errors.ErrUnsupported
}

// AnswerCallback ends the waiting of a pressed button, with a toast or an
// alert when text is not empty. It is no error when it is too late.
func (c *Client) AnswerCallback(ctx context.Context, id, text string, alert bool) error {
	return errors.ErrUnsupported
}

// Member returns a person's status in a chat: creator, administrator, member,
// restricted, left or kicked.
func (c *Client) Member(ctx context.Context, chatID, userID int64) (status string, err error) {
	return "", errors.ErrUnsupported
}

// Typing shows for 5 s that the bot is at work.
func (c *Client) Typing(ctx context.Context, chatID, threadID int64) error {
	return errors.ErrUnsupported
}

// Me returns the bot's own account.
func (c *Client) Me(ctx context.Context) (User, error) { return User{}, errors.ErrUnsupported }

// SetCommands sets the commands menu of a scope and language; language is ISO
// 639-1, or empty for all that have none of their own. No commands clears it.
func (c *Client) SetCommands(ctx context.Context, commands []Command, scope Scope, language string) error {
	return errors.ErrUnsupported
}

// SetDescription sets the text of an empty chat with the bot, at most 512 characters.
func (c *Client) SetDescription(ctx context.Context, text, language string) error {
	return errors.ErrUnsupported
}

// SetShortDescription sets the text of the bot's profile, at most 120 characters.
func (c *Client) SetShortDescription(ctx context.Context, text, language string) error {
	return errors.ErrUnsupported
}
