// Package bot is the conversation: it takes updates, finds the command or the
// button in one table, and answers with a screen in the reader's language.
//
// Handlers return what to answer; only the router sends, through the pacer that
// everything shares. What Telegram does not take at once goes to the outbox.
package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"newsbot/internal/feed"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/rates"
	"newsbot/internal/store"
	"newsbot/internal/telegram"
)

// Options is what the bot works with. Store, Telegram and Pacer are needed.
type Options struct {
	Store    *store.Store
	Telegram *telegram.Client
	// Board is whose rates are shown; the zero one shows the National Bank of Kazakhstan's.
	Board rates.Board
	Pacer *outbox.Pacer
	// Feeds reads sources that editors check or add; without it they can do neither.
	Feeds *feed.Reader
	// Wake tells the outbox that there is something to send.
	Wake func()
	// Halt tells the outbox that a batch was cancelled or paused: what it has
	// claimed of it stays. Resume tells it that one goes on.
	Halt, Resume func(batch string)
	Now          func() time.Time
	// Topics knows the words for topics; nil is the built-in table.
	Topics *feed.TopicTable
	// DefaultZone and DefaultLanguage are what a new chat begins with when its
	// profile does not say; nil is UTC, empty is Russian.
	DefaultZone     *time.Location
	DefaultLanguage locale.Language
	// SendRate is how many messages a second the pacer lets through; zero is 30.
	SendRate float64
	// Editors are the user ids that may broadcast.
	Editors []int64
	// Approvals lets a broadcast go only when another editor agrees.
	Approvals bool
	// Paid says that bulk is sent as paid broadcasts: drafts tell what they cost.
	Paid bool
	// Username is the bot's own; SetUsername gives it when it is known later.
	Username string
	Log      *slog.Logger
	// Observe, when set, hears of each command and each kind of button.
	Observe func(command string, took time.Duration, err error)
	// Patience is how long a batch of updates holds up the next one; what is not
	// answered by then is kept in the store until it is. Default 3 ms.
	Patience time.Duration
	// Stopping ends when the bot is to stop: what takes minutes and can be asked
	// for again is given up then. nil never ends.
	Stopping context.Context
}

// Bot answers updates. It is safe for concurrent use.
type Bot struct {
	o        Options
	commands []command
	byName   map[string]command
	buttons  map[string]button
	editors  map[int64]bool
	username atomic.Pointer[string]

	mu       sync.Mutex
	queues   map[int64]*queue
	running  int           // updates that are not answered yet
	idle     *sync.Cond    // on mu: running has become 0
	handlers chan struct{} // bounds how many updates are handled at once

	sessions sessions
	spelling spelling

	progressMu sync.Mutex
	shown      map[string]shownRun // broadcast → what its progress message shows
	refusals   refusals
	paceMu     sync.Mutex
	paces      map[string]pace // broadcast → how fast it goes

	desk    map[string]deskButton
	quietly quietTimers
	csvMu   sync.Mutex
	csv     map[string]bool // broadcasts whose file is being made
	packed  int             // recipients above which a file is packed
}

const (
	handlerLimit = 30 * time.Second // for one update
	atOnce       = 256              // updates handled at once
	perChat      = 200              // updates of one chat that may wait: more than manyOpen and all that come at once
)

// New makes a bot. It does not touch the network.
func New(o Options) *Bot {
	if o.Wake == nil {
		o.Wake = func() {}
	}
	if o.Halt == nil {
		o.Halt = func(string) {}
	}
	if o.Resume == nil {
		o.Resume = func(string) {}
	}
	if o.Topics == nil {
		o.Topics = feed.BuiltinTopics()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.DefaultZone == nil {
		o.DefaultZone = time.UTC
	}
	if o.Patience <= 0 {
		o.Patience = defaultPatience
	}
	if !o.DefaultLanguage.Valid() {
		o.DefaultLanguage = locale.RU
	}
	if o.SendRate <= 0 {
		o.SendRate = 30
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Stopping == nil {
		o.Stopping = context.Background()
	}
	if o.Observe == nil {
		o.Observe = func(string, time.Duration, error) {}
	}
	b := &Bot{
		o: o, commands: commands(), buttons: buttons(), byName: map[string]command{}, editors: map[int64]bool{},
		queues: map[int64]*queue{}, handlers: make(chan struct{}, atOnce), shown: map[string]shownRun{}, paces: map[string]pace{},
		refusals: refusals{alarm: make(chan string, 4), count: map[string]int{}},
		desk:     deskButtons(), quietly: quietTimers{timers: map[int64]*time.Timer{}, early: map[int64]time.Time{}}, csv: map[string]bool{}, packed: csvPlain,
	}
	for _, c := range b.commands {
		b.byName[c.name] = c
	}
	for _, id := range o.Editors {
		b.editors[id] = true
	}
	b.idle = sync.NewCond(&b.mu)
	b.SetUsername(o.Username)
	return b
}

// SetUsername tells the bot its own username, with or without the @.
func (b *Bot) SetUsername(username string) {
	username = strings.TrimPrefix(username, "@")
	b.username.Store(&username)
}

// queue holds a chat's updates that wait; one goroutine at a time serves it.
type queue struct{ waiting []func() }

// Wait returns when every update that was handed over is answered.
func (b *Bot) Wait() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.running > 0 {
		b.idle.Wait()
	}
}

func (b *Bot) done() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.running--; b.running == 0 {
		b.idle.Broadcast()
	}
}

// enqueue lets handle run in the chat's turn, and then ended. It is false when too
// much of the chat waits: nothing runs.
func (b *Bot) enqueue(chat int64, handle, ended func()) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	q := b.queues[chat]
	if q != nil && len(q.waiting) >= perChat {
		b.o.Log.Warn("update dropped: too many of one chat wait", slog.Int64("chat", chat))
		return false
	}
	b.running++
	work := func() {
		defer b.done()
		defer ended()
		b.handlers <- struct{}{}
		defer func() { <-b.handlers }()
		handle()
	}
	if q != nil {
		q.waiting = append(q.waiting, work)
		return true
	}
	b.queues[chat] = &queue{waiting: []func(){work}}
	go b.serve(chat)
	return true
}

// serve handles a chat's updates until none wait.
func (b *Bot) serve(chat int64) {
	for {
		b.mu.Lock()
		q := b.queues[chat]
		if len(q.waiting) == 0 {
			delete(b.queues, chat)
			b.mu.Unlock()
			return
		}
		work := q.waiting[0]
		q.waiting = q.waiting[1:]
		b.mu.Unlock()
		work()
	}
}

func chatOf(u telegram.Update) int64 {
	switch {
	case u.Message != nil:
		return u.Message.Chat.ID
	case u.Member != nil:
		return u.Member.Chat.ID
	case u.Callback != nil && u.Callback.Message != nil:
		return u.Callback.Message.Chat.ID
	case u.Callback != nil:
		return u.Callback.From.ID
	case u.Inline != nil:
		return u.Inline.From.ID
	default:
		return 0
	}
}

// handle answers one update; whatever goes wrong ends here.
func (b *Bot) handle(ctx context.Context, u telegram.Update) {
	ctx, cancel := context.WithTimeout(ctx, handlerLimit)
	defer cancel()
	start := time.Now()
	r := &request{update: u.ID, now: b.o.Now(), name: "none"}
	err := b.route(ctx, r, u)
	if r.name != "none" {
		b.o.Observe(r.name, time.Since(start), err)
	}
	if err != nil {
		b.o.Log.Error("update failed", slog.Int64("update", u.ID), slog.Int64("chat", chatOf(u)), slog.String("command", r.name), slog.Any("error", err))
	}
}

// route takes an update to its handler and sends the answer. An update that
// comes again after a restart is handled once: a button is noted before it does
// its work, as a switch pressed once must not turn twice; a message after it was
// answered, as asking twice is harmless and no answer is lost to a kill.
func (b *Bot) route(ctx context.Context, r *request, u telegram.Update) error {
	defer b.o.Pacer.Answering()() // a broadcast leaves the machine to it for a moment

	if u.Inline != nil { // one a letter that somebody types: nothing is noted
		a, err := b.answer(ctx, r, u)
		if err != nil {
			return err
		}
		return b.o.Telegram.AnswerInline(ctx, u.Inline.ID, a.inline, inlineKeep)
	}
	known := b.o.Store.KnownUpdate
	if u.Callback != nil {
		known = func(ctx context.Context, id int64) (bool, error) { return b.o.Store.SeenUpdate(ctx, r.now, id) }
	}
	seen, err := known(ctx, u.ID)
	if err != nil {
		// Without the store nearly everything fails, and the reader is told so below.
		b.o.Log.Warn("update is not noted", slog.Int64("update", u.ID), slog.Any("error", err))
	}
	if seen {
		return nil
	}
	a, err := b.answer(ctx, r, u)
	if err != nil {
		return errors.Join(err, b.apologise(ctx, r))
	}
	err = b.send(ctx, r, a)
	if u.Callback == nil {
		_, noteErr := b.o.Store.SeenUpdate(ctx, r.now, u.ID)
		err = errors.Join(err, noteErr)
	}
	return err
}

// answer finds out what to answer.
func (b *Bot) answer(ctx context.Context, r *request, u telegram.Update) (a answer, err error) {
	err = guarded(func() (err error) {
		switch {
		case u.Message != nil:
			a, err = b.onMessage(ctx, r, u.Message)
		case u.Callback != nil:
			a, err = b.onCallback(ctx, r, u.Callback)
		case u.Member != nil:
			a, err = b.onMember(ctx, r, u.Member)
		case u.Inline != nil:
			a, err = b.onInline(ctx, r, u.Inline)
		}
		return err
	})
	return a, err
}

// guarded runs f. A panic is an error like any other.
func guarded(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return f()
}

// apologise tells the reader that it did not work, when there is a reader who waits.
func (b *Bot) apologise(ctx context.Context, r *request) error {
	if r.name == "none" || r.name == "member" || r.name == "inline" {
		return nil
	}
	if r.p == nil {
		r.p = b.printer(b.profileLanguage(r.from), "")
	}
	if r.callback != nil {
		return b.send(ctx, r, answer{toast: r.p.T("error.generic")})
	}
	return b.send(ctx, r, answer{messages: []outbox.Message{{Text: r.p.H("error.generic")}}})
}

// printer writes in a language and zone; an unknown zone is the default one.
func (b *Bot) printer(l locale.Language, zone string) *locale.Printer {
	z, err := locale.Zone(zone)
	if err != nil || zone == "" {
		z = b.o.DefaultZone
	}
	return b.printerIn(l, z)
}

// printerIn writes in a language and a zone, of the rates that the bot shows.
func (b *Bot) printerIn(l locale.Language, zone *time.Location) *locale.Printer {
	return locale.New(l, zone).Of(b.o.Board.Words())
}

// book is the rates that the bot shows.
func (b *Bot) book() store.Rates { return b.o.Store.Rates(b.o.Board.Book) }

// profileLanguage is what a person's profile asks for.
func (b *Bot) profileLanguage(u telegram.User) locale.Language {
	return locale.Parse(u.Language, b.o.DefaultLanguage)
}
