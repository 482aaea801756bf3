// Package bot is the conversation: it takes updates, finds the command or the
// button in one table, and answers with a screen in the reader's language.
package bot

import (
	"context"
	"log/slog"
	"time"

	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
	"newsbot/internal/telegram"
)

// Options is what the bot works with. Store, Telegram and Pacer are needed.
type Options struct {
	Store    *store.Store
	Telegram *telegram.Client
	Pacer    *outbox.Pacer
	// Wake tells the outbox that there is something to send.
	Wake func()
	Now  func() time.Time
	// DefaultZone and DefaultLanguage are what a new chat begins with when its
	// profile does not say; nil is UTC, empty is Russian.
	DefaultZone     *time.Location
	DefaultLanguage locale.Language
	// Editors are the user ids that may broadcast.
	Editors []int64
	// Username is the bot's own; SetUsername gives it when it is known later.
	Username string
	Log      *slog.Logger
	// Observe, when set, hears of each command and each kind of button.
	Observe func(command string, took time.Duration, err error)
}

// Bot answers updates. It is safe for concurrent use.
type Bot struct{ o Options }

// New makes a bot. It does not touch the network.
func New(o Options) *Bot { return &Bot{o: o} }

// SetUsername tells the bot its own username, without the @.
func (b *Bot) SetUsername(username string) {}

// Handle answers a batch of updates.
func (b *Bot) Handle(ctx context.Context, updates []telegram.Update) error { return nil }

// Publish sets the commands menus and the bot's descriptions.
func (b *Bot) Publish(ctx context.Context) error { return nil }

// Progress brings the broadcasts' progress messages up to date.
func (b *Bot) Progress(ctx context.Context) error { return nil }
