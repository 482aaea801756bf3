package bot

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"newsbot/internal/digest"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
)

const (
	everyDay = uint8(0b1111111)
	workdays = uint8(0b0011111)
)

// digestTimes are the times on buttons, in minutes of the day; any other can be typed.
var digestTimes = [][]int{{7 * 60, 8 * 60, 9 * 60}, {12 * 60, 18 * 60, 21 * 60}}

var (
	wordsOff = []string{"off", "stop", "выкл", "выключить", "стоп", "өшір", "өшіру", "тоқтат"}
	wordsOn  = []string{"on", "вкл", "включить", "қос", "қосу"}
)

// digest shows how the chat's digest is set, or sets it: /digest 08:30, /digest off.
func (b *Bot) digest(ctx context.Context, r *request) (answer, error) {
	d, err := b.chatDigest(ctx, r)
	if err != nil {
		return answer{}, err
	}
	word := strings.ToLower(r.args)
	minute, isTime := parseMinute(word)
	switch {
	case word == "":
	case isTime:
		d.On, d.Minute = true, minute
		d, err = b.setDigest(ctx, r, d)
	case slices.Contains(wordsOff, word):
		d.On = false
		d, err = b.setDigest(ctx, r, d)
	case slices.Contains(wordsOn, word):
		d.On = true
		d, err = b.setDigest(ctx, r, d)
	default:
		return note(r.p.H("digest.bad_time", "Text", locale.Clip(r.args, 50))), nil
	}
	if err != nil {
		return answer{}, err
	}
	return answer{messages: []outbox.Message{digestScreen(r, d)}}, nil
}

var minutePattern = regexp.MustCompile(`^(\d{1,2})(?:[:. ]?(\d{2}))?$`)

// parseMinute reads a time of day as people type it: 8, 8:30, 08.30, 0830.
func parseMinute(text string) (minute int, ok bool) {
	m := minutePattern.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	hours, _ := strconv.Atoi(m[1])
	minutes, _ := strconv.Atoi("0" + m[2])
	if hours > 23 || minutes > 59 {
		return 0, false
	}
	return hours*60 + minutes, true
}

// chatDigest is the chat's digest, or what it would begin with.
func (b *Bot) chatDigest(ctx context.Context, r *request) (store.Digest, error) {
	d, err := b.o.Store.Digest(ctx, r.chat.ID)
	if isNotFound(err) {
		return store.Digest{ChatID: r.chat.ID, Minute: 8 * 60, Weekdays: everyDay}, nil
	}
	return d, err
}

// setDigest stores the digest. One that is turned on goes to the topic where it was turned on.
func (b *Bot) setDigest(ctx context.Context, r *request, d store.Digest) (store.Digest, error) {
	d.NextAt = time.Time{} // off by choice, see stop
	if d.On {
		d.NextAt = digest.Next(d, r.p.Zone(), r.now)
	}
	if err := b.o.Store.SetDigest(ctx, r.now, d); err != nil {
		return d, err
	}
	if d.On && r.chat.ThreadID != r.thread {
		if err := b.o.Store.SetThread(ctx, r.chat.ID, r.thread); err != nil {
			return d, err
		}
		r.chat.ThreadID = r.thread
	}
	return d, nil
}

// digestButton changes one thing about the digest, or shows it as it would be now.
func (b *Bot) digestButton(ctx context.Context, r *request) (answer, error) {
	if r.arg(0) == "now" {
		m, err := digest.Build(ctx, b.o.Store, b.o.Board, r.chat, time.Time{}, r.now)
		if err != nil {
			return answer{}, err
		}
		a := answer{messages: []outbox.Message{*m}}
		if d, err := b.chatDigest(ctx, r); err != nil {
			return answer{}, err
		} else if d.Chart {
			a.picture, err = b.digestPicture(ctx, r)
			return a, err
		}
		return a, nil
	}
	d, err := b.chatDigest(ctx, r)
	if err != nil {
		return answer{}, err
	}
	switch r.arg(0) {
	case "t":
		minute, err := r.number(1)
		if err != nil || minute >= 24*60 || r.arg(1) == "" {
			return answer{}, badData{"minute"}
		}
		d.On, d.Minute = true, minute
	case "w":
		days, err := r.number(1)
		if err != nil || days <= 0 || days > int(everyDay) {
			if r.arg(1) == "0" {
				return answer{toast: r.p.T("digest.last_day"), alert: true}, nil
			}
			return answer{}, badData{"weekdays"}
		}
		d.Weekdays = uint8(days)
	case "c":
		if r.arg(1) != "0" && r.arg(1) != "1" {
			return answer{}, badData{"chart of a digest"}
		}
		d.Chart = r.arg(1) == "1"
	case "on":
		d.On = true
	case "off":
		d.On = false
	case "":
	default:
		return answer{}, badData{"digest " + r.arg(0)}
	}
	a := answer{}
	if r.arg(0) != "" {
		if d, err = b.setDigest(ctx, r, d); err != nil {
			return answer{}, err
		}
		switch {
		case r.arg(0) == "c" && d.Chart:
			a.toast = r.p.T("digest.done_chart", "Code", digest.ChatCurrencies(r.chat, r.p.Base())[0])
		case r.arg(0) == "c":
			a.toast = r.p.T("digest.done_no_chart")
		case d.On:
			a.toast = r.p.T("digest.done_on", "Days", digest.Days(r.p, d.Weekdays), "Time", digest.Clock(d.Minute))
		case r.arg(0) == "off":
			a.toast = r.p.T("digest.done_off")
		}
	}
	a.messages, a.edit = []outbox.Message{digestScreen(r, d)}, true
	return a, nil
}

func digestScreen(r *request, d store.Digest) outbox.Message {
	var t strings.Builder
	t.WriteString("<b>" + r.p.H("digest.title") + "</b>\n" + r.p.H("digest.about"))
	chartData := "g:c:1"
	if d.Chart {
		t.WriteString(" " + r.p.H("digest.chart", "Code", digest.ChatCurrencies(r.chat, r.p.Base())[0], "Count", digest.ChartDays))
		chartData = "g:c:0"
	}
	t.WriteString("\n\n")
	if d.On {
		t.WriteString(r.p.H("digest.state_on", "Days", digest.Days(r.p, d.Weekdays), "Time", digest.Clock(d.Minute), "Zone", r.p.ZoneName(r.now)) + "\n")
		t.WriteString(r.p.H("digest.next", "Day", r.p.DayName(d.NextAt, r.now), "Time", r.p.Clock(d.NextAt)) + "\n")
		if r.chat.ThreadID != 0 {
			t.WriteString(r.p.H("digest.topic") + "\n")
		}
	} else {
		t.WriteString(r.p.H("digest.state_off") + "\n")
	}
	var languages []string
	for _, l := range locale.All() {
		if reads(r.chat, l) {
			languages = append(languages, l.Tag())
		}
	}
	t.WriteString(r.p.H("digest.languages", "Languages", strings.Join(languages, ", ")) + "\n\n")
	if len(r.chat.Topics) > 0 {
		t.WriteString(topicsLine(r.p, r.chat) + "\n\n")
	}
	t.WriteString(r.p.H("digest.other_time"))

	var keyboard [][]outbox.Button
	for _, times := range digestTimes {
		var row []outbox.Button
		for _, minute := range times {
			row = append(row, outbox.Button{Text: mark(d.On && d.Minute == minute, digest.Clock(minute)), Data: "g:t:" + strconv.Itoa(minute)})
		}
		keyboard = append(keyboard, row)
	}
	var days []outbox.Button
	for day := range 7 {
		bit := uint8(1) << day
		days = append(days, outbox.Button{Text: mark(d.Weekdays&bit != 0, r.p.WeekdayShort(day)), Data: "g:w:" + strconv.Itoa(int(d.Weekdays^bit))})
	}
	toggle := outbox.Button{Text: r.p.T("digest.turn_on"), Data: "g:on"}
	if d.On {
		toggle = outbox.Button{Text: r.p.T("digest.turn_off"), Data: "g:off"}
	}
	return outbox.Message{Text: t.String(), Keyboard: append(keyboard,
		days[:4], days[4:],
		[]outbox.Button{
			{Text: mark(d.Weekdays == everyDay, r.p.T("digest.button_every_day")), Data: "g:w:" + strconv.Itoa(int(everyDay))},
			{Text: mark(d.Weekdays == workdays, r.p.T("digest.button_workdays")), Data: "g:w:" + strconv.Itoa(int(workdays))},
		},
		[]outbox.Button{{Text: mark(d.Chart, r.p.T("digest.button_chart")), Data: chartData}},
		[]outbox.Button{{Text: r.p.T("digest.preview"), Data: "g:now"}, toggle},
		[]outbox.Button{{Text: r.p.T("digest.button_settings"), Data: "m:settings"}},
	)}
}

// mark puts the sign of what is chosen before a button's text.
func mark(chosen bool, text string) string {
	if chosen {
		return "✓ " + text
	}
	return text
}
