package bot

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"newsbot/internal/feed"
	"newsbot/internal/locale"
	"newsbot/internal/outbox"
	"newsbot/internal/store"
)

const (
	boardPage    = 8                // sources on a page of the board
	checkTimeout = 12 * time.Second // of a source that an editor waits for
)

// watched is a source with what it brings.
type watched struct {
	store.SourceStatus
	yield  store.Yield
	health store.Health
}

func judge(src store.SourceStatus, yield store.Yield) watched {
	return watched{SourceStatus: src, yield: yield, health: store.HealthOf(src, yield)}
}

// sources shows editors the board: every source by how it is. With an address
// behind the command it adds the source that is found there.
func (b *Bot) sources(ctx context.Context, r *request) (answer, error) {
	if r.args != "" && b.o.Feeds != nil {
		return b.findSource(ctx, r, r.args)
	}
	m, err := b.boardScreen(ctx, r, 0)
	return answer{messages: []outbox.Message{m}}, err
}

// sourcesButton takes the buttons of the board, of a source's card, and of an offer.
func (b *Bot) sourcesButton(ctx context.Context, r *request) (answer, error) {
	switch r.arg(0) {
	case "p":
		page, err := r.number(1)
		if err != nil {
			return answer{}, err
		}
		m, err := b.boardScreen(ctx, r, page)
		return screen(m), err
	case "a":
		return b.askSource(ctx, r)
	case "l", "t", "s", "z":
		return b.offerButton(ctx, r)
	}
	id, err := r.id(1)
	if err != nil {
		return answer{}, err
	}
	switch r.arg(0) {
	case "c":
		return b.sourceCard(ctx, r, id, "")
	case "cl", "ct":
		return b.changeSource(ctx, r, id)
	case "u":
		if _, err := b.o.Store.PauseSource(ctx, r.now, id, r.arg(2) == "1"); err != nil {
			return answer{}, err
		}
		return b.sourceCard(ctx, r, id, "")
	case "k":
		return b.checkSource(ctx, r, id)
	case "x":
		return b.askRemoval(ctx, r, id)
	case "y":
		return b.removeSource(ctx, r, id)
	}
	return answer{}, badData{"source button " + r.arg(0)}
}

func (b *Bot) board(ctx context.Context, now time.Time) ([]watched, error) {
	sources, err := b.o.Store.Sources(ctx)
	if err != nil {
		return nil, err
	}
	yields, err := b.o.Store.Yields(ctx, now.AddDate(0, 0, -store.YieldDays))
	if err != nil {
		return nil, err
	}
	list := make([]watched, len(sources))
	for i, src := range sources {
		list[i] = judge(src, store.YieldOf(src, yields[src.ID], now))
	}
	slices.SortStableFunc(list, func(a, b watched) int {
		return cmp.Or(cmp.Compare(a.health, b.health), strings.Compare(a.Title, b.Title))
	})
	return list, nil
}

func (b *Bot) boardScreen(ctx context.Context, r *request, page int) (outbox.Message, error) {
	list, err := b.board(ctx, r.now)
	if err != nil {
		return outbox.Message{}, err
	}
	p := r.p
	var m outbox.Message
	lines := []string{p.H("feeds.title")}
	if len(list) == 0 {
		lines = append(lines, "", p.H("feeds.none"))
	} else {
		lines = append(lines, boardCounts(list), "")
	}
	pages := (len(list) + boardPage - 1) / boardPage
	page = max(0, min(page, pages-1))
	var numbers []outbox.Button
	for i, w := range list[page*boardPage : min(len(list), (page+1)*boardPage)] {
		n := strconv.Itoa(page*boardPage + i + 1)
		lines = append(lines, n+". "+stateLine(r, w))
		numbers = append(numbers, outbox.Button{Text: n, Data: "i:c:" + w.ID})
	}
	for len(numbers) > 0 {
		n := min(4, len(numbers))
		m.Keyboard, numbers = append(m.Keyboard, numbers[:n:n]), numbers[n:]
	}
	var turn []outbox.Button
	if page > 0 {
		turn = append(turn, outbox.Button{Text: "◀", Data: "i:p:" + strconv.Itoa(page-1)})
	}
	turn = append(turn, outbox.Button{Text: p.T("button.refresh"), Data: "i:p:" + strconv.Itoa(page)})
	if page < pages-1 {
		turn = append(turn, outbox.Button{Text: "▶", Data: "i:p:" + strconv.Itoa(page+1)})
	}
	m.Keyboard = append(m.Keyboard, turn)
	if b.o.Feeds != nil {
		m.Keyboard = append(m.Keyboard, []outbox.Button{{Text: p.T("feeds.button_add"), Data: "i:a"}})
	}
	m.Text = strings.Join(lines, "\n")
	return m, nil
}

// boardCounts is the board in one line: "❌ 2 · 🔇 1 · ⏸ 1 · ✅ 14".
func boardCounts(list []watched) string {
	signs := map[store.Health]string{store.HealthFailing: "❌", store.HealthQuiet: "🔇", store.HealthPaused: "⏸", store.HealthUnread: "🆕", store.HealthGood: "✅"}
	counts := map[store.Health]int{}
	for _, w := range list {
		counts[w.health]++
	}
	var parts []string
	for h := store.HealthFailing; h <= store.HealthGood; h++ {
		if counts[h] > 0 {
			parts = append(parts, signs[h]+" "+strconv.Itoa(counts[h]))
		}
	}
	return strings.Join(parts, " · ")
}

// why is a reason in the reader's words.
func why(p *locale.Printer, reason feed.Reason) string {
	return p.T("feeds.why." + string(cmp.Or(reason, feed.ReasonOther)))
}

// lastGood is when a source was last read well.
func lastGood(r *request, w watched) string {
	if w.LastOKAt.IsZero() {
		return r.p.T("feeds.never")
	}
	return r.p.Ago(w.LastOKAt, r.now)
}

func stateLine(r *request, w watched) string {
	p := r.p
	switch {
	case w.health == store.HealthFailing && w.Paused:
		return p.H("feeds.state_gone", "Title", w.Title, "Reason", why(p, w.PauseReason))
	case w.health == store.HealthFailing:
		return p.H("feeds.state_failing", "Title", w.Title, "Reason", why(p, w.Reason), "When", lastGood(r, w))
	case w.health == store.HealthQuiet:
		return p.H("feeds.state_quiet", "Title", w.Title, "Since", p.DayMonth(w.Rhythm.BroughtAt))
	case w.health == store.HealthPaused:
		return p.H("feeds.state_paused", "Title", w.Title)
	case w.health == store.HealthUnread:
		return p.H("feeds.state_new", "Title", w.Title)
	}
	return p.H("feeds.state_good", "Title", w.Title, "Daily", p.Rough(w.yield.Daily))
}

// sourceCard shows one source, with an alert above it when there is something to say.
func (b *Bot) sourceCard(ctx context.Context, r *request, id, alert string) (answer, error) {
	src, err := b.o.Store.Source(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		m, err := b.boardScreen(ctx, r, 0)
		return answer{messages: []outbox.Message{m}, edit: true, toast: r.p.T("feeds.gone"), alert: true}, err
	}
	if err != nil {
		return answer{}, err
	}
	yields, err := b.o.Store.Yields(ctx, r.now.AddDate(0, 0, -store.YieldDays))
	if err != nil {
		return answer{}, err
	}
	w := judge(src, store.YieldOf(src, yields[id], r.now))
	p := r.p
	pause := outbox.Button{Text: p.T("feeds.button_pause"), Data: "i:u:" + id + ":1"}
	if src.Paused {
		pause = outbox.Button{Text: p.T("feeds.button_resume"), Data: "i:u:" + id + ":0"}
	}
	keyboard := [][]outbox.Button{{pause}}
	if b.o.Feeds != nil {
		keyboard[0] = append(keyboard[0], outbox.Button{Text: p.T("feeds.button_check"), Data: "i:k:" + id})
	}
	keyboard = append(keyboard,
		[]outbox.Button{{Text: p.T("feeds.language", "Language", sourceLanguage(p, src.Language)), Data: "i:cl:" + id}},
		[]outbox.Button{{Text: p.T("feeds.topic", "Topic", b.sourceTopic(p, src.Topics)), Data: "i:ct:" + id}},
		[]outbox.Button{{Text: p.T("feeds.button_remove"), Data: "i:x:" + id}}, []outbox.Button{{Text: p.T("feeds.button_back"), Data: "i:p:0"}})
	a := screen(outbox.Message{Text: b.cardText(r, w), Keyboard: keyboard})
	a.toast, a.alert = alert, alert != ""
	return a, nil
}

func (b *Bot) cardText(r *request, w watched) string {
	p := r.p
	lines := []string{"<b>" + locale.Escape(w.Title) + "</b>", "<code>" + locale.Escape(w.URL) + "</code> — " + p.H("feeds.kind_"+string(cmp.Or(w.Kind, feed.KindFeed))), ""}
	switch {
	case w.Paused && w.PauseReason != "":
		lines = append(lines, p.H("feeds.paused_by_itself", "Reason", why(p, w.PauseReason)))
	case w.Paused:
		lines = append(lines, p.H("feeds.paused"))
	case w.Failures > 0:
		lines = append(lines, p.H("feeds.failing", "Since", p.TimeOrDay(w.FailingAt, r.now), "Count", w.Failures, "Reason", why(p, w.Reason)))
	case w.yield.Quiet:
		lines = append(lines, p.H("feeds.quiet", "Since", p.TimeOrDay(w.Rhythm.BroughtAt, r.now)))
	}
	lines = append(lines, p.H("feeds.last_good", "When", lastGood(r, w)))
	if !w.Rhythm.BroughtAt.IsZero() {
		lines = append(lines, p.H("feeds.last_new", "When", p.Ago(w.Rhythm.BroughtAt, r.now)), p.H("feeds.yield", "Daily", p.Rough(w.yield.Daily), "Usual", p.Rough(w.yield.Usual)))
	}
	if !w.Paused && w.NextPollAt.After(r.now) {
		lines = append(lines, p.H("feeds.next", "When", p.TimeOrDay(w.NextPollAt, r.now)))
	}
	return strings.Join(lines, "\n")
}

// sourceLanguage is the name of a source's language.
func sourceLanguage(p *locale.Printer, language string) string {
	if language == "" {
		return p.T("feeds.language_mixed")
	}
	return locale.Language(language).Name()
}

// sourceTopic is the name of what a source's articles count as.
func (b *Bot) sourceTopic(p *locale.Printer, topics []string) string {
	if t := b.o.Topics.OfSource(topics); t != "" {
		return p.T("topic." + t)
	}
	return p.T("feeds.topic_none")
}

// changeSource gives a source the next language or topic. It counts for what the
// source brings from then on.
func (b *Bot) changeSource(ctx context.Context, r *request, id string) (answer, error) {
	src, err := b.o.Store.Source(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return b.sourceCard(ctx, r, id, "")
	}
	if err != nil {
		return answer{}, err
	}
	if r.arg(0) == "cl" {
		nextLanguage(&src.Source)
	} else {
		b.nextTopic(&src.Source)
	}
	if _, _, err := b.o.Store.ImportSources(ctx, r.now, []feed.Source{src.Source}); err != nil {
		return answer{}, err
	}
	return b.sourceCard(ctx, r, id, "")
}

// checkSource reads a source while the editor waits, and has it polled at the next turn.
func (b *Bot) checkSource(ctx context.Context, r *request, id string) (answer, error) {
	src, err := b.o.Store.Source(ctx, id)
	if errors.Is(err, store.ErrNotFound) || b.o.Feeds == nil {
		return b.sourceCard(ctx, r, id, "")
	}
	if err != nil {
		return answer{}, err
	}
	limited, cancel := context.WithTimeout(ctx, checkTimeout)
	result, err := b.o.Feeds.Fetch(limited, src.Source, feed.State{})
	cancel()
	said := r.p.T("feeds.checked_good", "Count", len(result.Feed.Items))
	if err != nil {
		said = r.p.T("feeds.checked_bad", "Reason", why(r.p, feed.ReasonOf(err)))
	} else if err := b.o.Store.PollSoon(ctx, r.now, id); err != nil {
		return answer{}, err
	}
	return b.sourceCard(ctx, r, id, said)
}

func (b *Bot) askRemoval(ctx context.Context, r *request, id string) (answer, error) {
	src, err := b.o.Store.Source(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return b.sourceCard(ctx, r, id, "")
	}
	return screen(outbox.Message{Text: r.p.H("feeds.remove_ask", "Title", src.Title), Keyboard: [][]outbox.Button{
		{{Text: r.p.T("feeds.button_remove_sure"), Data: "i:y:" + id}}, {{Text: r.p.T("feeds.button_keep"), Data: "i:c:" + id}},
	}}), err
}

func (b *Bot) removeSource(ctx context.Context, r *request, id string) (answer, error) {
	src, err := b.o.Store.Source(ctx, id)
	if err == nil {
		err = b.o.Store.RemoveSource(ctx, id)
	}
	if errors.Is(err, store.ErrNotFound) {
		return b.sourceCard(ctx, r, id, "")
	}
	if err != nil {
		return answer{}, err
	}
	m, err := b.boardScreen(ctx, r, 0)
	a := screen(m)
	a.toast = r.p.T("feeds.removed", "Title", src.Title)
	return a, err
}
