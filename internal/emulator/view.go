package emulator

import "context"

// Messages are a chat's messages, in order, without the deleted.
func (s *Server) Messages(chatID int64) []Message { return nil }

// Message is one message of a chat.
func (s *Server) Message(chatID, messageID int64) (Message, bool) { return Message{}, false }

// Chats lists all chats, the one with the newest message first.
func (s *Server) Chats() []ChatInfo { return nil }

// Commands are the menu that a person with an app in this language has in a chat.
func (s *Server) Commands(userID, chatID int64, lang string) []Command { return nil }

// Name is the bot's name in a language.
func (s *Server) Name(lang string) string { return "" }

// Description is what an empty chat with the bot shows in a language.
func (s *Server) Description(lang string) string { return "" }

// ShortDescription is what the bot's profile shows in a language.
func (s *Server) ShortDescription(lang string) string { return "" }

// Typing is the action that the bot shows in a chat now; "" is none.
func (s *Server) Typing(chatID int64) string { return "" }

// Events gives all that happens from now on. The channel is closed when cancel
// is called, when the server closes, or when the reader falls far behind: then
// Since tells what was missed.
func (s *Server) Events() (events <-chan Event, cancel func()) { return nil, func() {} }

// Since returns the events after seq. ok is false when some are forgotten: then
// a page reads all anew.
func (s *Server) Since(seq int64) (events []Event, ok bool) { return nil, true }

// WaitFor returns a message of the chat that matches: the newest of those that
// are there, else the first that comes or is edited so. match runs without locks.
func (s *Server) WaitFor(ctx context.Context, chatID int64, match func(Message) bool) (Message, error) {
	return Message{}, nil
}

// File returns the bytes behind a file_id.
func (s *Server) File(fileID string) (data []byte, contentType string, ok bool) {
	return nil, "", false
}

// HTML renders the text or caption for a page: escaped, with b, i, u, s, code,
// pre, blockquote, a and span only.
func (m Message) HTML() string { return "" }

// Calls are the calls the log remembers, the oldest first.
func (s *Server) Calls() []Call { return nil }

// ResetCalls empties the log.
func (s *Server) ResetCalls() {}

// SetLimits sets the flood limits; the zero value switches them off.
func (s *Server) SetLimits(l Limits) {}

// Inject adds a fault; clear takes it away.
func (s *Server) Inject(f Fault) (clear func()) { return func() {} }

// ClearFaults takes all faults away.
func (s *Server) ClearFaults() {}

// SetSeed makes the chances of faults repeatable.
func (s *Server) SetSeed(seed uint64) {}
