package bot

import (
	"context"

	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
)

// Break makes a command panic.
func (b *Bot) Break(name string) {
	c := b.byName[name]
	c.run = func(*Bot, context.Context, *request) (answer, error) { panic("broken by a test") }
	b.byName[name] = c
}

// RunScreen is a run's message at a pace in chats a second.
func RunScreen(p *locale.Printer, c store.Broadcast, perSecond float64, reasons map[outbox.Reason]int) outbox.Message {
	if !c.Ended() {
		reasons = nil
	}
	return runScreen(p, c, pace{perSecond}, reasons, afterwards{})
}

// PackReports packs the files of reports on more recipients than this.
func (b *Bot) PackReports(above int) { b.packed = above }
