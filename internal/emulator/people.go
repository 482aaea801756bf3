package emulator

import "context"

// AddUser adds a person. The private chat with the bot has the same id; the bot
// cannot write there until the person did.
func (s *Server) AddUser(u User) {}

// AddChat adds a group, supergroup or channel.
func (s *Server) AddChat(c Chat) {}

// AddTopic opens a topic in a forum and returns its message_thread_id.
func (s *Server) AddTopic(chatID int64, name string) (threadID int64) { return 0 }

// DeleteTopic deletes a topic with its messages: sends to it are refused.
func (s *Server) DeleteTopic(chatID, threadID int64) {}

// SetMember changes a member's status, as an administrator of the chat would.
// For the bot itself it makes a my_chat_member update.
func (s *Server) SetMember(chatID, userID int64, status string) {}

// SetRights changes what the bot may do as an administrator.
func (s *Server) SetRights(chatID int64, r Rights) {}

// Upgrade turns a group into a supergroup. The old id answers from then on with
// migrate_to_chat_id.
func (s *Server) Upgrade(chatID int64) (newID int64) { return 0 }

// AddBot adds the bot to a chat by a person's hand.
func (s *Server) AddBot(chatID, byUserID int64, status string) {}

// Join makes a person a member.
func (s *Server) Join(chatID, userID int64) {}

// Block makes a person block the bot.
func (s *Server) Block(userID int64) {}

// Unblock undoes Block.
func (s *Server) Unblock(userID int64) {}

// Deactivate deletes a person's account.
func (s *Server) Deactivate(userID int64) {}

// SayOption changes what Say says.
type SayOption func(*said)

type said struct{}

// InThread says it in a topic of a forum.
func InThread(threadID int64) SayOption { return func(*said) {} }

// ReplyTo says it in answer to a message.
func ReplyTo(messageID int64) SayOption { return func(*said) {} }

// WithoutEntities leaves out the entities, as some clients and servers do.
func WithoutEntities() SayOption { return func(*said) {} }

// WithPhoto sends a picture; the text is its caption.
func WithPhoto(data []byte) SayOption { return func(*said) {} }

// WithEntities gives the formatting the person chose.
func WithEntities(e ...Entity) SayOption { return func(*said) {} }

// ForwardedFrom makes it a forward from a person.
func ForwardedFrom(u User) SayOption { return func(*said) {} }

// Say sends a text as a person. In a channel it is a post of the channel.
func (s *Server) Say(userID, chatID int64, text string, opts ...SayOption) (Message, error) {
	return Message{}, nil
}

// EditSaid changes the text of a person's message.
func (s *Server) EditSaid(userID, chatID, messageID int64, text string) (Message, error) {
	return Message{}, nil
}

// Press presses the button of a message that has this callback data and waits
// for the bot's answer, at most until ctx ends.
func (s *Server) Press(ctx context.Context, userID, chatID, messageID int64, data string) (CallbackAnswer, error) {
	return CallbackAnswer{}, nil
}

// PressAsync is Press without the waiting.
func (s *Server) PressAsync(userID, chatID, messageID int64, data string) (queryID string, err error) {
	return "", nil
}

// Inline types an inline query and waits for the bot's answer.
func (s *Server) Inline(ctx context.Context, userID int64, query, offset string) (InlineAnswer, error) {
	return InlineAnswer{}, nil
}
