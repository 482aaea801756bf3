package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"newsbot/internal/locale"
	"newsbot/internal/telegram"
)

// Publish sets the commands menus for each kind of chat and language, and the
// bot's descriptions. It tries all of them while Telegram answers, and returns what
// failed; the bot works without. The language of those whose apps are in none of ours is English.
func (b *Bot) Publish(ctx context.Context) error {
	var errs []error
	try := func(what string, err error) bool {
		if err != nil {
			errs = append(errs, fmt.Errorf("publish %s: %w", what, err))
		}
		// Where Telegram is not reached for one thing, it is not for the others.
		return ctx.Err() == nil && telegram.Classify(err) != telegram.Temporary
	}
	for _, code := range append([]locale.Language{""}, locale.All()...) {
		p := b.printerIn(code, b.o.DefaultZone) // the empty one speaks English
		for _, menu := range []struct {
			scope    string
			commands []telegram.Command
		}{
			{"all_private_chats", b.menuOf(p, private, false, false)},
			{"all_group_chats", b.menuOf(p, groups, false, false)},
			{"all_chat_administrators", b.menuOf(p, groups, true, false)},
		} {
			if !try("menu "+menu.scope+" "+string(code), b.o.Telegram.SetCommands(ctx, menu.commands, telegram.Scope{Kind: menu.scope}, string(code))) {
				return errors.Join(errs...)
			}
		}
		if !try("description "+string(code), b.o.Telegram.SetDescription(ctx, p.T("profile.about"), string(code))) ||
			!try("short description "+string(code), b.o.Telegram.SetShortDescription(ctx, p.T("profile.short"), string(code))) {
			return errors.Join(errs...)
		}
	}
	for _, id := range b.o.Editors {
		chat, err := b.o.Store.Chat(ctx, id)
		if err != nil { // an editor who has not spoken to the bot yet; /start sets the menu then
			continue
		}
		if err := b.publishChat(ctx, id, b.printer(locale.Language(chat.Language), chat.Zone)); err != nil {
			b.o.Log.Info("editor's menu is not set", slog.Int64("editor", id), slog.Any("error", err))
		}
	}
	return errors.Join(errs...)
}

// publishChat sets the menu of one private chat, in the language that its person chose here.
func (b *Bot) publishChat(ctx context.Context, chatID int64, p *locale.Printer) error {
	return b.o.Telegram.SetCommands(ctx, b.menuOf(p, private, false, b.editors[chatID]), telegram.Scope{Kind: "chat", ChatID: chatID}, "")
}

// menuOf lists the commands that the table has for a place.
func (b *Bot) menuOf(p *locale.Printer, in place, admin, editor bool) []telegram.Command {
	var menu []telegram.Command
	for _, c := range b.commands {
		if c.menu&in != 0 || (c.admin && admin) || (c.editor && editor) {
			menu = append(menu, telegram.Command{Name: c.name, Description: p.T("command." + c.name)})
		}
	}
	return menu
}
