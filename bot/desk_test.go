package bot_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"newsbot/bot"
	"newsbot/internal/emulator"
	"newsbot/internal/outbox"
	"newsbot/internal/rates"
	"newsbot/internal/store"
	"newsbot/internal/store/storetest"
	"newsbot/internal/telegram"
)

const (
	token  = "1000000001:TEST-TOKEN-OF-THE-TESTS-0123456789ab"
	reader = int64(101)
	other  = int64(102)
	editor = int64(103)
	second = int64(104) // an editor where a test has two
	group  = int64(-1002000000001)
	topics = int64(-1002000000002)
)

// almaty is fixed, so that no test depends on the machine's tz database.
var almaty = func() *time.Location {
	z, err := time.LoadLocation("Asia/Almaty")
	if err != nil {
		panic(err)
	}
	return z
}()

// desk is the real bot over a real Bot API server and a real database.
type desk struct {
	t     *testing.T
	tg    *emulator.Server
	db    *store.Store
	bot   *bot.Bot
	now   atomic.Int64
	log   *logged
	start func() // starts the outbox

	mu      sync.Mutex
	changed chan struct{}
	handled int
	more    []int64         // readers that a test has added
	refused bool            // the test makes Telegram refuse calls
	panics  bool            // the test breaks a command
	another func() *bot.Bot // the same bot after a restart
}

// quiet is a log that nobody reads.
var quiet = slog.New(slog.DiscardHandler)

// logged keeps the log for assertions.
type logged struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// open starts a desk whose people have their apps in a language.
func open(t *testing.T, language string, change ...func(*bot.Options)) *desk {
	t.Helper()
	t.Parallel()
	return openOn(t, language, storetest.SQLite(t), rates.Board{}, almaty, change...)
}

// openBoard is open for a bot that shows the rates of a board, in a country of its own.
func openBoard(t *testing.T, language string, board rates.Board, zone *time.Location) *desk {
	t.Helper()
	t.Parallel()
	return openOn(t, language, storetest.SQLite(t), board, zone)
}

// onEach runs a test on a desk on SQLite and on one on PostgreSQL.
func onEach(t *testing.T, language string, test func(t *testing.T, d *desk), change ...func(*bot.Options)) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		test(t, openOn(t, language, storetest.SQLite(t), rates.Board{}, almaty, change...))
	})
	t.Run("postgres", func(t *testing.T) {
		test(t, openOn(t, language, storetest.Postgres(t), rates.Board{}, almaty, change...))
	})
}

// openOn is open for a database that nobody has opened yet.
func openOn(t *testing.T, language, address string, board rates.Board, zone *time.Location, change ...func(*bot.Options)) *desk {
	t.Helper()
	d := &desk{t: t, changed: make(chan struct{}), log: &logged{}}
	d.set(time.Date(2026, 4, 7, 8, 30, 0, 0, almaty))
	var err error
	d.tg, err = emulator.Start(emulator.Options{Token: token, Bot: emulator.User{FirstName: "Newsbot", Username: "newsbot"}, Now: d.clock})
	if err != nil {
		t.Fatal(err)
	}
	for id, name := range map[int64]string{reader: "Айгерім<b>&", other: "Иван", editor: "Emily", second: "Дана"} {
		d.tg.AddUser(emulator.User{ID: id, FirstName: name, LanguageCode: language})
	}
	for id, title := range map[int64]string{group: "Алматы", topics: "Форум"} {
		d.tg.AddChat(emulator.Chat{
			ID: id, Type: emulator.Supergroup, Title: title, IsForum: id == topics,
			Members: map[int64]string{reader: emulator.Creator, other: emulator.Member, d.tg.Bot().ID: emulator.Member},
		})
	}
	d.db = storetest.Opener(t, storetest.Migrated(t, address))()
	log := slog.New(slog.NewTextHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	client, err := telegram.New(telegram.Options{Token: token, BaseURL: d.tg.URL(), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	pacer := outbox.NewPacer(outbox.PacerOptions{PerChat: -1, GroupPerMinute: -1})
	delivery := outbox.New(outbox.Options{
		Store: d.db, Sender: bot.NewCourier(d.db, board.Book, client, d.clock, log), Pacer: pacer, Now: d.clock, Log: log, Holder: "test", Poll: 20 * time.Millisecond,
		OnOutcome: func(sent outbox.Delivery, out outbox.Outcome) { d.bot.Attempted(sent, out) },
	})
	o := bot.Options{
		Store: d.db, Telegram: client, Board: board, Pacer: pacer, Wake: delivery.Wake, Halt: delivery.Halt, Resume: delivery.Resume, Now: d.clock, DefaultZone: zone,
		Editors: []int64{editor}, Username: "newsbot", Log: log,
		Patience: time.Minute, // so that what is said has been answered when the next step begins
	}
	for _, f := range change {
		f(&o)
	}
	d.bot = bot.New(o)
	d.another = func() *bot.Bot { return bot.New(o) }
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		err := client.Updates(ctx, func(ctx context.Context, updates []telegram.Update) error {
			err := d.bot.Handle(ctx, updates)
			d.mu.Lock()
			d.handled += len(updates)
			close(d.changed)
			d.changed = make(chan struct{})
			d.mu.Unlock()
			return err
		}, telegram.PollOptions{Timeout: time.Second})
		if err != nil {
			t.Errorf("updates: %v", err)
		}
	})
	d.start = func() { running.Go(func() { _ = delivery.Run(ctx) }) }
	t.Cleanup(func() {
		d.quiet()
		cancel()
		d.tg.Close() // or the last poll takes its time
		running.Wait()
		d.check()
	})
	return d
}

// quiet waits until what was begun is answered, such as a file that is being sent, but
// not for what a test has made hang.
func (d *desk) quiet() {
	answered := make(chan struct{})
	go func() { d.bot.Wait(); close(answered) }()
	select {
	case <-answered:
	case <-time.After(5 * time.Second):
	}
}

func (d *desk) clock() time.Time      { return time.Unix(0, d.now.Load()) }
func (d *desk) set(now time.Time)     { d.now.Store(now.UnixNano()) }
func (d *desk) pass(dt time.Duration) { d.now.Add(int64(dt)) }
func (d *desk) ctx() context.Context  { return d.t.Context() }

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// check holds that nothing the bot said was anything but valid, and that the
// log has no error and no token.
func (d *desk) check() {
	d.t.Helper()
	for _, c := range d.tg.Calls() {
		if len(c.Violations) > 0 {
			d.t.Errorf("%s: not in Bot API 10.3: %v (%v)", c.Method, c.Violations, c.Params)
		}
		// At the end the client confirms what it has handled, which ends its own poll.
		ended := c.Method == "getUpdates" && strings.HasPrefix(c.Description, "Conflict: terminated")
		same := strings.Contains(c.Description, "message is not modified")
		if !c.OK && !d.refused && !ended && !same {
			d.t.Errorf("%s: refused: %s (%v)", c.Method, c.Description, c.Params)
		}
	}
	log := d.log.String()
	if strings.Contains(log, token) || strings.Contains(log, "TEST-TOKEN") {
		d.t.Error("the token is in the log")
	}
	if !d.refused && strings.Contains(log, "level=ERROR") {
		d.t.Errorf("errors in the log:\n%s", log)
	}
	if strings.Contains(log, "panic") && !d.panics {
		d.t.Errorf("panic:\n%s", log)
	}
}

// step does what makes n updates and waits until the bot has answered them.
func (d *desk) step(n int, act func()) {
	d.t.Helper()
	d.mu.Lock()
	want := d.handled + n
	d.mu.Unlock()
	act()
	deadline := time.After(20 * time.Second)
	for {
		d.mu.Lock()
		done, changed := d.handled >= want, d.changed
		d.mu.Unlock()
		if done {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			d.t.Fatalf("the bot did not handle the update; log:\n%s", d.log)
		}
	}
}

// say says something and returns the bot's new messages in the chat.
func (d *desk) say(user, chat int64, text string, opts ...emulator.SayOption) []emulator.Message {
	d.t.Helper()
	before := d.lastID(chat)
	d.step(1, func() {
		if _, err := d.tg.Say(user, chat, text, opts...); err != nil {
			d.t.Fatal(err)
		}
	})
	return d.since(chat, before)
}

// ask is say for what has just one answer.
func (d *desk) ask(user, chat int64, text string, opts ...emulator.SayOption) emulator.Message {
	d.t.Helper()
	answers := d.say(user, chat, text, opts...)
	if len(answers) != 1 {
		d.t.Fatalf("%q: %d answers, want 1: %v", text, len(answers), answers)
	}
	return answers[0]
}

func (d *desk) lastID(chat int64) int64 {
	messages := d.tg.Messages(chat)
	if len(messages) == 0 {
		return 0
	}
	return messages[len(messages)-1].ID
}

// since returns the bot's messages after an id.
func (d *desk) since(chat, id int64) []emulator.Message {
	return slices.DeleteFunc(d.tg.Messages(chat), func(m emulator.Message) bool { return m.ID <= id || !m.Outgoing })
}

// press presses the button with a label and returns the message as it is then,
// the bot's new messages and what it said to the press.
func (d *desk) press(user int64, m emulator.Message, label string) (emulator.Message, []emulator.Message, emulator.CallbackAnswer) {
	d.t.Helper()
	return d.pressData(user, m, button(d.t, m, label).Data)
}

func (d *desk) pressData(user int64, m emulator.Message, data string) (emulator.Message, []emulator.Message, emulator.CallbackAnswer) {
	d.t.Helper()
	before := d.lastID(m.ChatID)
	var answer emulator.CallbackAnswer
	d.step(1, func() {
		ctx, cancel := context.WithTimeout(d.ctx(), 20*time.Second)
		defer cancel()
		var err error
		if answer, err = d.tg.Press(ctx, user, m.ChatID, m.ID, data); err != nil {
			d.t.Fatalf("press %q: %v\nlog:\n%s", data, err, d.log)
		}
	})
	now, _ := d.tg.Message(m.ChatID, m.ID)
	return now, d.since(m.ChatID, before), answer
}

// button finds a button by its label, or by what the label begins or ends with.
func button(t *testing.T, m emulator.Message, label string) emulator.Button {
	t.Helper()
	for _, row := range m.InlineKeyboard {
		for _, b := range row {
			if b.Text == label {
				return b
			}
		}
	}
	for _, row := range m.InlineKeyboard {
		for _, b := range row {
			if strings.Contains(b.Text, label) {
				return b
			}
		}
	}
	t.Fatalf("no button %q under %q: %v", label, m.Text, labels(m))
	return emulator.Button{}
}

func labels(m emulator.Message) (all []string) {
	for _, row := range m.InlineKeyboard {
		for _, b := range row {
			all = append(all, b.Text)
		}
	}
	return all
}

// contains fails unless text has each part. Spaces are alike to it.
func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	text = strings.ReplaceAll(text, "\u00a0", " ")
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%q is not in:\n%s", p, text)
		}
	}
}

func lacks(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if strings.Contains(text, p) {
			t.Errorf("%q is in:\n%s", p, text)
		}
	}
}

// show writes a message as a golden file has it.
func show(m emulator.Message) string {
	var b strings.Builder
	b.WriteString(m.HTML() + "\n")
	if p := m.LinkPreview; p != nil && p.URL != "" {
		fmt.Fprintf(&b, "(picture %s large=%v above=%v)\n", p.URL, p.PreferLargeMedia, p.ShowAboveText)
	}
	for _, row := range m.InlineKeyboard {
		for i, k := range row {
			if i > 0 {
				b.WriteString(" ")
			}
			fmt.Fprintf(&b, "[%s|%s%s]", k.Text, k.Data, k.URL)
		}
		b.WriteString("\n")
	}
	return b.String()
}
