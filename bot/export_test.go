package bot

import "context"

// Break makes a command panic.
func (b *Bot) Break(name string) {
	c := b.byName[name]
	c.run = func(*Bot, context.Context, *request) (answer, error) { panic("broken by a test") }
	b.byName[name] = c
}
