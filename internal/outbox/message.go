// Package outbox delivers what Newsbot has promised to send. It claims due
// deliveries, paces them, sends them and settles their outcome. Delivery is at
// least once: a kill loses nothing and may repeat at most what was in flight.
package outbox

// Message is one Telegram message as Newsbot composes it: what a screen, a
// digest or a broadcast looks like before it is addressed to a chat.
type Message struct {
	// Text is Telegram HTML, at most 4096 UTF-16 units once parsed. It is
	// empty when Copy or Chart is set.
	Text string `json:"text,omitempty"`
	// Preview is the picture or page shown with the text; nil shows none.
	Preview *Preview `json:"preview,omitempty"`
	// Keyboard holds the rows of inline buttons; empty means none.
	Keyboard [][]Button `json:"keyboard,omitempty"`
	// Copy names a message to copy with its formatting instead of Text.
	Copy *MessageRef `json:"copy,omitempty"`
	// Chart is a picture of rates that is drawn when it is sent, instead of Text.
	Chart *Chart `json:"chart,omitempty"`
	// Silent delivers without a sound.
	Silent bool `json:"silent,omitempty"`
}

// Messages is how many messages a chat gets: as many as an album has.
func (m Message) Messages() int {
	if m.Copy == nil {
		return 1
	}
	return 1 + len(m.Copy.More)
}

// Preview is the link preview under or above a text. A picture is shown with a
// text of up to 4096 units by previewing the picture's own address.
type Preview struct {
	URL   string `json:"url"`
	Large bool   `json:"large,omitempty"`
	Above bool   `json:"above,omitempty"`
}

// Button is an inline button. Exactly one of Data (at most 64 bytes) and URL is set.
type Button struct {
	Text string `json:"text"`
	Data string `json:"data,omitempty"`
	URL  string `json:"url,omitempty"`
}

// Chart says what a chart of rates shows. It is a name for the picture, so that
// all chats that want the same one share one drawing.
type Chart struct {
	Code     string `json:"code"`     // currency, ISO 4217
	Days     int    `json:"days"`     // how far back it goes
	Until    string `json:"until"`    // its last civil date, 2006-01-02
	Language string `json:"language"` // of its words and numbers
}

// MessageRef names a message that Telegram already holds, or an album.
type MessageRef struct {
	ChatID    int64 `json:"chat_id"`
	MessageID int64 `json:"message_id"`
	// More are the ids of an album's other messages, rising, at most 99.
	More []int64 `json:"more,omitempty"`
}
