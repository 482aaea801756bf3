package bot

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"newsbot/internal/digest"
	"newsbot/internal/feed"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
)

// defaultQuiet is what a new private chat begins with: at night a message comes
// without a sound until its reader says otherwise. Groups and channels begin
// without quiet hours, since each member has their own switch for the sound.
var defaultQuiet = store.Quiet{From: 23 * 60, To: 7 * 60}

// quietTimes are the quiet hours on buttons; any other can be typed.
var quietTimes = [][]store.Quiet{
	{{From: 21 * 60, To: 7 * 60}, {From: 22 * 60, To: 7 * 60}},
	{{From: 23 * 60, To: 7 * 60}, {From: 23 * 60, To: 8 * 60}},
	{{From: 0, To: 8 * 60}, {From: 0, To: 9 * 60}},
}

// otherTopic is the empty topic in callback data.
const otherTopic = "rest"

// settings shows what the chat is sent by itself.
func (b *Bot) settings(_ context.Context, r *request) (answer, error) {
	return answer{messages: []outbox.Message{settingsScreen(r)}}, nil
}

// settingsButton changes one setting, or opens a screen of them. Its data says
// what shall be, not that something be turned: pressed twice it is pressed once.
func (b *Bot) settingsButton(ctx context.Context, r *request) (answer, error) {
	switch r.arg(0) {
	case "":
		return screen(settingsScreen(r)), nil
	case "b":
		return b.setOptOut(ctx, r, store.CategoryBreaking, &r.chat.NoBreaking)
	case "n":
		return b.setOptOut(ctx, r, store.CategoryNewsroom, &r.chat.NoNewsroom)
	case "q":
		return b.quietButton(ctx, r)
	case "t":
		return b.topicsButton(ctx, r)
	default:
		return answer{}, badData{"settings " + r.arg(0)}
	}
}

func (b *Bot) setOptOut(ctx context.Context, r *request, category string, out *bool) (answer, error) {
	if r.arg(1) != "0" && r.arg(1) != "1" {
		return answer{}, badData{"opt-out " + r.arg(1)}
	}
	*out = r.arg(1) == "0"
	if err := b.o.Store.SetOptOut(ctx, r.chat.ID, category, *out); err != nil {
		return answer{}, err
	}
	return screen(settingsScreen(r)), nil
}

func settingsScreen(r *request) outbox.Message {
	p, c := r.p, r.chat
	either := func(out bool, yes, no string) string {
		if out {
			return p.H(no)
		}
		return p.H(yes)
	}
	lines := []string{"<b>" + p.H("settings.title") + "</b>", ""}
	if !c.Subscribed {
		lines = append(lines, p.H("settings.stopped"), "")
	}
	lines = append(lines,
		either(c.NoBreaking, "settings.breaking_on", "settings.breaking_off"),
		either(c.NoNewsroom, "settings.newsroom_on", "settings.newsroom_off"),
		quietLine(r), topicsLine(p, c))
	toggle := func(kind, key string, out bool) outbox.Button {
		next := "0"
		if out {
			next = "1"
		}
		return outbox.Button{Text: mark(!out, p.T(key)), Data: "o:" + kind + ":" + next}
	}
	return outbox.Message{Text: strings.Join(lines, "\n"), Keyboard: [][]outbox.Button{
		{toggle("b", "settings.button_breaking", c.NoBreaking)},
		{toggle("n", "settings.button_newsroom", c.NoNewsroom)},
		{{Text: p.T("settings.button_quiet"), Data: "o:q"}, {Text: p.T("settings.button_topics"), Data: "o:t"}},
		{{Text: p.T("button.digest"), Data: "m:digest"}, {Text: p.T("button.language"), Data: "m:language"}},
	}}
}

// hours writes quiet hours: "23:00–07:00".
func hours(q store.Quiet) string { return digest.Clock(q.From) + "–" + digest.Clock(q.To) }

func quietLine(r *request) string {
	if !r.chat.Quiet.On() {
		return r.p.H("settings.quiet_none")
	}
	return r.p.H("settings.quiet", "Hours", hours(r.chat.Quiet), "Zone", r.p.ZoneName(r.now))
}

// quiet shows the chat's quiet hours, or sets them: /quiet 22:30-07:15, /quiet off.
func (b *Bot) quiet(ctx context.Context, r *request) (answer, error) {
	word := strings.ToLower(r.args)
	q, isTime := parseQuiet(word)
	switch {
	case word == "":
		return answer{messages: []outbox.Message{quietScreen(r)}}, nil
	case slices.Contains(wordsOff, word):
		q = store.Quiet{}
	case slices.Contains(wordsOn, word):
		q = defaultQuiet
	case !isTime:
		return note(r.p.H("quiet.bad", "Text", locale.Clip(r.args, 50))), nil
	}
	if err := b.o.Store.SetQuiet(ctx, r.chat.ID, q); err != nil {
		return answer{}, err
	}
	r.chat.Quiet = q
	return answer{messages: []outbox.Message{quietScreen(r)}}, nil
}

var quietPattern = regexp.MustCompile(`^(?:с |from )?(\d{1,2}(?:[:.]?\d{2})?)(?:\s*[-–—]\s*| до | to |\s+)(\d{1,2}(?:[:.]?\d{2})?)$`)

// parseQuiet reads quiet hours as people type them: 22:30-07:15, 23 – 7, с 22 до 7.
func parseQuiet(text string) (q store.Quiet, ok bool) {
	m := quietPattern.FindStringSubmatch(text)
	if m == nil {
		return q, false
	}
	from, okFrom := parseMinute(m[1])
	to, okTo := parseMinute(m[2])
	q = store.Quiet{From: from, To: to}
	return q, okFrom && okTo && q.On()
}

// quietButton opens the quiet hours, or sets them: from and to, in minutes of the day.
func (b *Bot) quietButton(ctx context.Context, r *request) (answer, error) {
	q := store.Quiet{}
	switch r.arg(1) {
	case "":
		return screen(quietScreen(r)), nil
	case "off":
	default:
		from, err := r.number(1)
		if err != nil {
			return answer{}, err
		}
		to, err := r.number(2)
		if err != nil {
			return answer{}, err
		}
		if q = (store.Quiet{From: from, To: to}); from >= 24*60 || to >= 24*60 || r.arg(2) == "" || !q.On() {
			return answer{}, badData{"quiet hours"}
		}
	}
	if err := b.o.Store.SetQuiet(ctx, r.chat.ID, q); err != nil {
		return answer{}, err
	}
	r.chat.Quiet = q
	return screen(quietScreen(r)), nil
}

func quietScreen(r *request) outbox.Message {
	state := r.p.H("quiet.none")
	if r.chat.Quiet.On() {
		state = r.p.H("quiet.state", "Hours", hours(r.chat.Quiet), "Zone", r.p.ZoneName(r.now))
	}
	m := outbox.Message{Text: "<b>" + r.p.H("quiet.title") + "</b>\n" + state + "\n\n" + r.p.H("quiet.about") + "\n\n" + r.p.H("quiet.typed")}
	for _, times := range quietTimes {
		var row []outbox.Button
		for _, q := range times {
			row = append(row, outbox.Button{Text: mark(r.chat.Quiet == q, hours(q)), Data: "o:q:" + strconv.Itoa(q.From) + ":" + strconv.Itoa(q.To)})
		}
		m.Keyboard = append(m.Keyboard, row)
	}
	m.Keyboard = append(m.Keyboard,
		[]outbox.Button{{Text: mark(!r.chat.Quiet.On(), r.p.T("quiet.button_none")), Data: "o:q:off"}},
		[]outbox.Button{{Text: r.p.T("settings.back"), Data: "o:"}})
	return m
}

// allTopics are the topics that a chat can choose from; the empty one is last.
func allTopics() []string { return append(feed.Topics(), "") }

// topicName is a topic in the reader's words.
func topicName(p *locale.Printer, topic string) string {
	if topic == "" {
		topic = otherTopic
	}
	return p.T("topic." + topic)
}

// wants says whether a chat's digest has a topic; one that chose none has all.
func wants(c store.Chat, topic string) bool {
	return len(c.Topics) == 0 || slices.Contains(c.Topics, topic)
}

func topicsLine(p *locale.Printer, c store.Chat) string {
	if len(c.Topics) == 0 {
		return p.H("settings.topics_all")
	}
	var in, out []string
	for _, t := range allTopics() {
		if wants(c, t) {
			in = append(in, topicName(p, t))
		} else {
			out = append(out, topicName(p, t))
		}
	}
	if len(out) <= 3 {
		return p.H("settings.topics_but", "Topics", strings.Join(out, ", "))
	}
	return p.H("settings.topics", "Topics", strings.Join(in, ", "))
}

// topicsButton opens the topics, or puts one in (+) or takes one out (-).
func (b *Bot) topicsButton(ctx context.Context, r *request) (answer, error) {
	if op := r.arg(1); op != "" {
		topic := r.arg(2)
		if topic == otherTopic {
			topic = ""
		} else if op != "all" && !slices.Contains(feed.Topics(), topic) {
			return answer{}, badData{"topic " + topic}
		}
		var chosen []string
		for _, t := range allTopics() {
			if t == topic && op == "+" || (t != topic || op == "all") && wants(r.chat, t) {
				chosen = append(chosen, t)
			}
		}
		switch {
		case op == "all" || len(chosen) == len(allTopics()):
			chosen = nil // all of them, and those to come
		case op != "+" && op != "-":
			return answer{}, badData{"topics " + op}
		case len(chosen) == 0: // none would mean all
			return answer{toast: r.p.T("topics.last"), alert: true}, nil
		}
		if err := b.o.Store.SetTopics(ctx, r.chat.ID, chosen); err != nil {
			return answer{}, err
		}
		r.chat.Topics = chosen
	}
	counts, err := b.o.Store.CountTopics(ctx, r.now.Add(-24*time.Hour), r.chat.NewsLanguages)
	if err != nil {
		return answer{}, err
	}
	return screen(topicsScreen(r, counts)), nil
}

// topicsScreen lets one choose, and says how much to expect of each topic.
func topicsScreen(r *request, counts map[string]int) outbox.Message {
	m := outbox.Message{Text: "<b>" + r.p.H("topics.title") + "</b>\n\n" + r.p.H("topics.about")}
	for row := range slices.Chunk(allTopics(), 2) {
		var buttons []outbox.Button
		for _, t := range row {
			op, name := "+", t
			if wants(r.chat, t) {
				op = "-"
			}
			if name == "" {
				name = otherTopic
			}
			text := topicName(r.p, t) + " · " + r.p.Int(int64(counts[t]))
			buttons = append(buttons, outbox.Button{Text: mark(op == "-", text), Data: "o:t:" + op + ":" + name})
		}
		m.Keyboard = append(m.Keyboard, buttons)
	}
	all := outbox.Button{Text: mark(len(r.chat.Topics) == 0, r.p.T("topics.button_all")), Data: "o:t:all"}
	m.Keyboard = append(m.Keyboard, []outbox.Button{all}, []outbox.Button{{Text: r.p.T("settings.back"), Data: "o:"}})
	return m
}
