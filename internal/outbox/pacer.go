package outbox

import (
	"context"
	"time"
)

// PacerOptions are the limits a Pacer keeps.
type PacerOptions struct {
	Rate           float64       // messages a second for the whole bot; 0 is without limit
	Burst          int           // how many of them may leave at once after a lull; default Rate/10, at least 1
	PerChat        time.Duration // spacing in one chat; default 1 s, negative is none
	ChatBurst      int           // messages that may follow at once in a chat after a lull; default 3
	GroupPerMinute int           // in one group, supergroup or channel; default 20, negative is without limit
}

// Pacer spaces everything the bot sends: one for the whole bot.
type Pacer struct{}

// NewPacer returns a Pacer that keeps o.
func NewPacer(o PacerOptions) *Pacer { return &Pacer{} }

// Wait returns when a message of the lane may leave for the chat. Of those that
// wait, lower lanes go first.
func (p *Pacer) Wait(ctx context.Context, lane Lane, chatID int64) error { return ctx.Err() }

// Pause holds a chat, or everything when chatID is 0, for d.
func (p *Pacer) Pause(chatID int64, d time.Duration) {}

// Flooded is told that Telegram answered 429 for a chat, and holds what has to be held.
func (p *Pacer) Flooded(chatID int64, after time.Duration) {}

// Succeeded is told that Telegram took a message for a chat.
func (p *Pacer) Succeeded(chatID int64) {}
