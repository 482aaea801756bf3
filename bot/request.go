package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
	"newsbot/internal/telegram"
)

// request is an update on its way to its handler.
type request struct {
	update   int64
	key      string // names what is answered where no update does
	now      time.Time
	name     string // command or button, for metrics and the log
	chat     store.Chat
	place    place
	thread   int64
	from     telegram.User
	editor   bool               // an editor in their private chat
	asChat   bool               // sent in the chat's own name: an anonymous admin, or a channel
	message  *telegram.Message  // that was sent, or whose button was pressed; nil when Telegram lost it
	callback *telegram.Callback // nil for messages
	args     string             // behind the command
	data     []string           // behind the button's kind
	p        *locale.Printer
}

// answer is what a handler wants done.
type answer struct {
	messages []outbox.Message
	edit     bool   // the first message takes the place of the one whose button was pressed
	toast    string // for a button: shown for a moment
	alert    bool   // the toast stays until it is closed
	inline   []telegram.InlineResult
	// instead is sent when Telegram refuses one of the messages for good; those after it are not sent.
	instead *outbox.Message
	// picture is what is sent, or with edit takes the place of the picture whose button was pressed.
	picture *picture
	remove  bool // the message whose button was pressed goes
	// menu shows the commands menu of this private chat in the chat's language from now on.
	menu bool
}

// screen replaces the message whose button was pressed, or is a new message.
func screen(m outbox.Message) answer { return answer{messages: []outbox.Message{m}, edit: true} }

// note is a new message of plain words.
func note(html string) answer { return answer{messages: []outbox.Message{{Text: html}}} }

func placeOf(kind telegram.ChatKind) place {
	switch kind {
	case telegram.Private:
		return private
	case telegram.Channel:
		return channels
	default:
		return groups
	}
}

// load reads, or at first contact makes, the chat of a request.
func (b *Bot) load(ctx context.Context, r *request, c telegram.Chat, from telegram.User) (created bool, err error) {
	r.from, r.place = from, placeOf(c.Kind)
	r.editor = r.place == private && b.editors[from.ID]
	language := b.o.DefaultLanguage
	if !from.Bot {
		language = b.profileLanguage(from)
	}
	r.p = b.printer(language, "")
	begin := store.Chat{
		ID: c.ID, Kind: string(c.Kind), Title: c.Title, Language: string(language),
		Zone: b.o.DefaultZone.String(), Active: true, Subscribed: true,
	}
	if r.place == private {
		begin.Quiet = defaultQuiet
	}
	r.chat, created, err = b.o.Store.TouchChat(ctx, r.now, begin)
	if err != nil {
		r.chat.ID = c.ID // the reader is told
		return false, err
	}
	r.p = b.printer(locale.Language(r.chat.Language), r.chat.Zone)
	return created, nil
}

func (b *Bot) onMessage(ctx context.Context, r *request, m *telegram.Message) (answer, error) {
	if m.MigratedTo != 0 {
		return answer{}, b.o.Store.MigrateChat(ctx, r.now, m.Chat.ID, m.MigratedTo)
	}
	r.asChat = m.SenderChat != 0 && m.SenderChat == m.Chat.ID
	if m.From.Bot && !r.asChat {
		return answer{}, nil
	}
	r.message, r.thread, r.chat.ID = m, m.ThreadID, m.Chat.ID
	text := m.Text
	if text == "" {
		text = m.Caption // a picture can carry a command
	}
	name, username, args := parseCommand(text)
	if own := *b.username.Load(); username != "" && own != "" && !strings.EqualFold(username, own) {
		return answer{}, nil // for another bot
	}
	c, known := b.byName[name]
	if known && c.in&placeOf(m.Chat.Kind) == 0 || known && c.editor && !b.editors[m.From.ID] {
		known = false
	}
	if m.Chat.Kind != telegram.Private && !known {
		return answer{}, nil // what people say to each other
	}
	if m.Text == "" && !m.HasMedia {
		return answer{}, nil // a service message
	}
	r.name = "text"
	if known {
		r.name, r.args = name, args
	}
	if _, err := b.load(ctx, r, m.Chat, m.From); err != nil {
		return answer{}, err
	}
	if !known {
		return b.text(ctx, r, name != "")
	}
	if c.admin {
		if refusal, err := b.refuse(ctx, r); err != nil || refusal != "" {
			return note(locale.Escape(refusal)), err
		}
	}
	return c.run(b, ctx, r)
}

// text answers what is no command we know, in a private chat.
func (b *Bot) text(ctx context.Context, r *request, command bool) (answer, error) {
	if !command && b.editors[r.from.ID] {
		a, taken, err := b.asked(ctx, r)
		if err != nil || taken {
			return a, err
		}
	}
	if !command && r.message.Text != "" {
		ofNews, err := b.askedOfNews(ctx, r, r.message.Text)
		if err != nil {
			return answer{}, err
		}
		if !ofNews {
			a, asked, err := b.conversion(ctx, r, r.message.Text)
			if err != nil || asked {
				return a, err
			}
		}
		if a, names, err := b.searchText(ctx, r, r.message.Text); err != nil || names {
			return a, err
		}
	}
	return answer{messages: []outbox.Message{hint(r)}}, nil
}

// hint says what can be asked of the bot.
func hint(r *request) outbox.Message {
	return outbox.Message{Text: r.p.H("hint.text"), Keyboard: menuKeyboard(r.p)}
}

func (b *Bot) onCallback(ctx context.Context, r *request, c *telegram.Callback) (answer, error) {
	r.callback, r.from, r.name = c, c.From, "button"
	r.p = b.printer(b.profileLanguage(c.From), "")
	dead := answer{toast: r.p.T("error.button")}
	if c.Message == nil { // too old for Telegram to say where it was
		return dead, nil
	}
	kind, rest, found := strings.Cut(c.Data, ":")
	if found {
		r.data = strings.Split(rest, ":")
	}
	button, known := b.buttons[kind]
	if !known || len(c.Data) > 64 {
		return dead, nil
	}
	r.name = "button:" + button.name
	r.message, r.thread, r.chat.ID = c.Message, c.Message.ThreadID, c.Message.Chat.ID
	if _, err := b.load(ctx, r, c.Message.Chat, c.From); err != nil {
		return answer{}, err
	}
	if button.editor && (!b.editors[c.From.ID] || r.place != private) {
		return answer{toast: r.p.T("error.button")}, nil
	}
	if button.admin {
		if refusal, err := b.refuse(ctx, r); err != nil || refusal != "" {
			return answer{toast: refusal, alert: true}, err
		}
	}
	a, err := button.run(b, ctx, r)
	if bad := (badData{}); errors.As(err, &bad) {
		b.o.Log.Info("button with data we do not write", slog.Int64("update", r.update), slog.String("reason", bad.reason))
		return answer{toast: r.p.T("error.button")}, nil
	}
	return a, err
}

// refuse says, in the reader's words, why a setting may not be changed by this
// person; empty when it may.
func (b *Bot) refuse(ctx context.Context, r *request) (string, error) {
	if r.place == private || r.asChat || (r.place == channels && r.callback == nil) {
		return "", nil
	}
	status, err := b.o.Telegram.Member(ctx, r.chat.ID, r.from.ID)
	switch {
	case err != nil:
		b.o.Log.Warn("cannot ask who is an admin", slog.Int64("update", r.update), slog.Int64("chat", r.chat.ID), slog.Any("error", err))
		return r.p.T("error.admins_unknown"), nil
	case status == "creator" || status == "administrator":
		return "", nil
	default:
		return r.p.T("error.admins"), nil
	}
}

// onMember notes where the bot may write, and greets a group it joined.
func (b *Bot) onMember(ctx context.Context, r *request, m *telegram.MemberChange) (answer, error) {
	r.name = "member"
	if m.Status == "left" || m.Status == "kicked" || !m.CanSend {
		reason := store.InactiveKicked
		switch {
		case m.Chat.Kind == telegram.Private:
			reason = store.InactiveBlocked
		case m.Status != "left" && m.Status != "kicked":
			reason = store.InactiveNoRights
			// Known from now on, if it was not: its owner is to be told.
			if _, err := b.load(ctx, r, m.Chat, m.From); err != nil {
				return answer{}, err
			}
			if err := b.owns(ctx, r, m); err != nil {
				return answer{}, err
			}
		}
		err := b.o.Store.DeactivateChat(ctx, r.now, m.Chat.ID, reason)
		if isNotFound(err) { // it was never here
			err = nil
		}
		return answer{}, err
	}
	before, err := b.o.Store.Chat(ctx, m.Chat.ID)
	if err != nil && !isNotFound(err) {
		return answer{}, err
	}
	// Greeted is who comes in, not one whose rights change.
	wasHere := err == nil && (before.Active || before.InactiveReason == store.InactiveNoRights)
	if _, err := b.load(ctx, r, m.Chat, m.From); err != nil {
		return answer{}, err
	}
	if err := errors.Join(b.owns(ctx, r, m), b.rightsBack(ctx, r)); err != nil {
		return answer{}, err
	}
	if r.place != groups || wasHere {
		return answer{}, nil // a channel's readers are not to be greeted
	}
	return note(r.p.H("start.group")), nil
}

// owns notes who brought the bot into a group or channel. Who only changes its
// rights there does not own it, unless nobody does.
func (b *Bot) owns(ctx context.Context, r *request, m *telegram.MemberChange) error {
	came := m.Before == "left" || m.Before == "kicked"
	if r.place == private || m.From.ID == 0 || m.From.Bot || !came && r.chat.OwnerID != 0 || r.chat.OwnerID == m.From.ID {
		return nil
	}
	r.chat.OwnerID = m.From.ID
	return b.o.Store.SetOwner(ctx, r.chat.ID, m.From.ID)
}

// badData is an error about callback data that this bot did not write.
type badData struct{ reason string }

func (e badData) Error() string { return "callback data: " + e.reason }

// arg is the i-th part of a button's data; empty when there is none.
func (r *request) arg(i int) string {
	if i < len(r.data) {
		return r.data[i]
	}
	return ""
}

// number is the i-th part of a button's data as a small number; nothing is 0.
func (r *request) number(i int) (int, error) {
	s := r.arg(i)
	if s == "" {
		return 0, nil
	}
	n := 0
	for _, c := range s {
		if c < '0' || c > '9' || n > 99_999 {
			return 0, badData{fmt.Sprintf("number %q", s)}
		}
		n = n*10 + int(c-'0')
	}
	return n, nil
}

// id is the i-th part of a button's data as the key of something stored.
func (r *request) id(i int) (string, error) {
	s := r.arg(i)
	if s == "" || len(s) > 32 {
		return "", badData{fmt.Sprintf("id %q", s)}
	}
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return "", badData{fmt.Sprintf("id %q", s)}
		}
	}
	return s, nil
}
