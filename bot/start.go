package bot

import (
	"context"
	"strings"

	"newsbot/internal/digest"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
)

// menuKeyboard offers the four things there are to do.
func menuKeyboard(p *locale.Printer) [][]outbox.Button {
	return [][]outbox.Button{
		{{Text: p.T("button.news"), Data: "m:news"}, {Text: p.T("button.rates"), Data: "m:rates"}},
		{{Text: p.T("button.digest"), Data: "m:digest"}, {Text: p.T("button.language"), Data: "m:language"}},
	}
}

// menu runs a command by a button: its screen is a new message, the one with the button stays.
func (b *Bot) menu(ctx context.Context, r *request) (answer, error) {
	c, ok := b.byName[r.arg(0)]
	if !ok || c.editor || c.in&r.place == 0 {
		return answer{}, badData{"no command " + r.arg(0)}
	}
	if c.admin {
		if refusal, err := b.refuse(ctx, r); err != nil || refusal != "" {
			return answer{toast: refusal, alert: true}, err
		}
	} else if toast, err := b.notInChannel(ctx, r); err != nil || toast != "" {
		return answer{toast: toast, alert: true}, err
	}
	a, err := c.run(b, ctx, r)
	a.edit = false
	return a, err
}

// nothing answers buttons that only show something, such as a page's number.
func (b *Bot) nothing(_ context.Context, r *request) (answer, error) {
	switch r.arg(0) {
	case "first":
		return answer{toast: r.p.T("news.first")}, nil
	case "last":
		return answer{toast: r.p.T("news.last")}, nil
	default:
		return answer{}, nil
	}
}

// start greets, and brings back what /stop took away.
func (b *Bot) start(ctx context.Context, r *request) (answer, error) {
	back, err := b.resume(ctx, r)
	if err != nil {
		return answer{}, err
	}
	var text string
	switch {
	case r.place != private:
		text = r.p.H("start.group")
	case strings.TrimSpace(r.from.Name) != "":
		first := strings.Fields(r.from.Name)[0] // people are greeted by their first name
		text = r.p.H("start.hello_name", "Name", locale.Clip(first, 60)) + "\n\n" + r.p.H("start.about")
	default:
		text = r.p.H("start.hello") + "\n\n" + r.p.H("start.about")
	}
	m := outbox.Message{Text: text, Keyboard: menuKeyboard(r.p)}
	if back != "" {
		m.Text = back + "\n\n" + text
	}
	// An editor's menu can only be set in a chat that is there: now it is.
	return answer{messages: []outbox.Message{m}, menu: b.editors[r.from.ID]}, nil
}

// resume undoes /stop; it says what is on again, nothing when nothing was off.
func (b *Bot) resume(ctx context.Context, r *request) (string, error) {
	if r.chat.Subscribed {
		return "", nil
	}
	if refusal, err := b.refuse(ctx, r); err != nil || refusal != "" {
		return "", err // in a group, anyone may say /start, but not for all
	}
	if err := b.o.Store.SetSubscribed(ctx, r.chat.ID, true); err != nil {
		return "", err
	}
	text := r.p.H("start.back")
	d, err := b.o.Store.Digest(ctx, r.chat.ID)
	switch {
	case isNotFound(err):
		return text, nil
	case err != nil:
		return "", err
	case d.On || d.NextAt.IsZero(): // it was not /stop that turned it off
		return text, nil
	}
	d.On, d.NextAt = true, digest.Next(d, r.p.Zone(), r.now)
	if err := b.o.Store.SetDigest(ctx, r.now, d); err != nil {
		return "", err
	}
	return text + " " + r.p.H("start.digest_back", "Days", digest.Days(r.p, d.Weekdays), "Time", digest.Clock(d.Minute)), nil
}

// stop ends everything that the bot sends by itself. A digest keeps its next
// time while it is off, as the sign that /start turns it on again.
func (b *Bot) stop(ctx context.Context, r *request) (answer, error) {
	d, err := b.o.Store.Digest(ctx, r.chat.ID)
	if err != nil && !isNotFound(err) {
		return answer{}, err
	}
	if err == nil && d.On {
		d.On = false
		if err := b.o.Store.SetDigest(ctx, r.now, d); err != nil {
			return answer{}, err
		}
	}
	if err := b.o.Store.SetSubscribed(ctx, r.chat.ID, false); err != nil {
		return answer{}, err
	}
	return note(r.p.H("stop.text")), nil
}

// help lists the commands of the table.
func (b *Bot) help(_ context.Context, r *request) (answer, error) {
	var t strings.Builder
	t.WriteString("<b>" + r.p.H("help.title") + "</b>\n\n")
	for _, c := range b.commands {
		if !c.editor && (c.menu&r.place != 0 || c.admin) {
			t.WriteString("/" + c.name + " — " + r.p.H("command."+c.name) + "\n")
		}
	}
	t.WriteString("\n" + r.p.H("help.examples"))
	if r.place != private {
		t.WriteString("\n\n" + r.p.H("help.group"))
	}
	if r.place == private && b.editors[r.from.ID] {
		t.WriteString("\n\n<b>" + r.p.H("help.editor") + "</b>\n")
		for _, c := range b.commands {
			if c.editor {
				t.WriteString("/" + c.name + " — " + r.p.H("command."+c.name) + "\n")
			}
		}
	}
	m := outbox.Message{Text: strings.TrimSpace(t.String())}
	if r.place == private {
		m.Keyboard = menuKeyboard(r.p)
	}
	return answer{messages: []outbox.Message{m}}, nil
}

// chooseLanguage offers the languages.
func (b *Bot) chooseLanguage(_ context.Context, r *request) (answer, error) {
	return answer{messages: []outbox.Message{languageScreen(r.p, r.p.H("language.choose"))}}, nil
}

func languageScreen(p *locale.Printer, text string) outbox.Message {
	var row []outbox.Button
	for _, l := range locale.All() {
		name := l.Name()
		if l == p.Language() {
			name = "✓ " + name
		}
		row = append(row, outbox.Button{Text: name, Data: "l:" + string(l)})
	}
	return outbox.Message{Text: text, Keyboard: [][]outbox.Button{row}}
}

// languageButton changes the language, and the screen with it.
func (b *Bot) languageButton(ctx context.Context, r *request) (answer, error) {
	l := locale.Language(r.arg(0))
	if !l.Valid() {
		return answer{}, badData{"language"}
	}
	if err := b.o.Store.SetChatLanguage(ctx, r.chat.ID, string(l)); err != nil {
		return answer{}, err
	}
	r.p = b.printerIn(l, r.p.Zone())
	m := languageScreen(r.p, r.p.H("language.done"))
	if r.place == private {
		m.Keyboard = append(m.Keyboard, menuKeyboard(r.p)[:1]...)
	}
	a := screen(m)
	a.menu = true
	return a, nil
}
