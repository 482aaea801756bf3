package emulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

const tooOld = "query is too old and response timeout expired or query ID is invalid"

// query is a callback or inline query that can still be answered.
type query struct {
	inline bool
	asked  time.Time
	chatID int64
	userID int64
	answer chan any // CallbackAnswer or InlineAnswer; has room for it
}

type queryTable struct {
	mu      sync.Mutex
	waiting map[string]*query
	order   []string
}

func newQueryTable() *queryTable { return &queryTable{waiting: map[string]*query{}} }

// open registers a query. Those that nobody answered for long are forgotten.
func (t *queryTable) open(q *query, timeout time.Duration) string {
	id := itoa(1_000_000_000_000_000_000 + rand.Int64N(8_000_000_000_000_000_000))
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting[id] = q
	t.order = append(t.order, id)
	for len(t.order) > 0 {
		old, ok := t.waiting[t.order[0]]
		if ok && time.Since(old.asked) <= timeout {
			break
		}
		delete(t.waiting, t.order[0])
		t.order = t.order[1:]
	}
	return id
}

// take takes a query that can be answered, nil when there is none.
func (t *queryTable) take(id string, inline bool, timeout time.Duration) *query {
	t.mu.Lock()
	defer t.mu.Unlock()
	q, ok := t.waiting[id]
	if !ok || q.inline != inline || time.Since(q.asked) > timeout {
		return nil
	}
	delete(t.waiting, id)
	return q
}

type wireCallback struct {
	ID           string       `json:"id"`
	From         *wireUser    `json:"from"`
	Message      *wireMessage `json:"message"`
	ChatInstance string       `json:"chat_instance"`
	Data         string       `json:"data"`
}

func (r *request) answerCallbackQuery() (any, *apiError) {
	if units(r.vals["text"]) > 200 {
		return nil, badRequest("MESSAGE_TOO_LONG")
	}
	if u := r.vals["url"]; u != "" {
		if _, ok := checkLink(u); !ok {
			return nil, badRequest("URL_INVALID")
		}
	}
	q := r.s.queries.take(r.vals["callback_query_id"], false, r.s.opt.QueryTimeout)
	if q == nil {
		return nil, badRequest(tooOld)
	}
	r.chatID = q.chatID
	a := CallbackAnswer{QueryID: r.vals["callback_query_id"], Text: r.vals["text"], ShowAlert: r.bool("show_alert"), URL: r.vals["url"]}
	q.answer <- a
	r.s.events.publish(Event{Time: r.s.opt.Now(), Kind: EventAnswer, ChatID: q.chatID, UserID: q.userID, Answer: &a})
	return true, nil
}

// PressAsync is Press without the waiting. It returns the id of the callback
// query; the answer comes as an event.
func (s *Server) PressAsync(userID, chatID, messageID int64, data string) (queryID string, err error) {
	queryID, _, err = s.press(userID, chatID, messageID, data)
	return queryID, err
}

// Press presses the button of a message that has this callback data and waits
// for the bot's answer, at most until ctx ends.
func (s *Server) Press(ctx context.Context, userID, chatID, messageID int64, data string) (CallbackAnswer, error) {
	_, q, err := s.press(userID, chatID, messageID, data)
	if err != nil {
		return CallbackAnswer{}, err
	}
	select {
	case a := <-q.answer:
		return a.(CallbackAnswer), nil
	case <-ctx.Done():
		return CallbackAnswer{}, fmt.Errorf("press %q: the bot did not answer: %w", data, ctx.Err())
	case <-s.ctx.Done():
		return CallbackAnswer{}, errClosed
	}
}

var errClosed = errors.New("the server is closed")

func (s *Server) press(userID, chatID, messageID int64, data string) (string, *query, error) {
	c, u, err := s.present(userID, chatID)
	if err != nil {
		return "", nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.find(messageID)
	if m == nil {
		return "", nil, fmt.Errorf("press %q: message %d is not in chat %d", data, messageID, chatID)
	}
	b, ok := m.button(data)
	if !ok {
		return "", nil, fmt.Errorf("press %q: message %d has no such button (it has %s)", data, messageID, m.buttonList())
	}
	if b.Disabled {
		return "", nil, fmt.Errorf("press %q: the button is disabled", data)
	}
	q := &query{asked: time.Now(), chatID: chatID, userID: userID, answer: make(chan any, 1)}
	id := s.queries.open(q, s.opt.QueryTimeout)
	s.update("callback_query", wireCallback{ID: id, From: u.wire(), Message: s.wireMessage(c, m), ChatInstance: itoa(chatID*7919 + 1), Data: data})
	return id, q, nil
}

func (m *Message) button(data string) (Button, bool) {
	for _, row := range m.InlineKeyboard {
		for _, b := range row {
			if b.Data == data && data != "" {
				return b, true
			}
		}
	}
	return Button{}, false
}

func (m *Message) buttonList() string {
	var list []string
	for _, row := range m.InlineKeyboard {
		for _, b := range row {
			list = append(list, fmt.Sprintf("%q=%q", b.Text, b.Data+b.URL))
		}
	}
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}

type wireInlineQuery struct {
	ID       string    `json:"id"`
	From     *wireUser `json:"from"`
	Query    string    `json:"query"`
	Offset   string    `json:"offset"`
	ChatType string    `json:"chat_type,omitempty"`
}

// Inline types an inline query and waits for the bot's answer.
func (s *Server) Inline(ctx context.Context, userID int64, text, offset string) (InlineAnswer, error) {
	u, ok := s.user(userID)
	if !ok {
		return InlineAnswer{}, fmt.Errorf("inline query: there is no user %d", userID)
	}
	q := &query{inline: true, asked: time.Now(), userID: userID, answer: make(chan any, 1)}
	id := s.queries.open(q, s.opt.QueryTimeout)
	s.update("inline_query", wireInlineQuery{ID: id, From: u.wire(), Query: text, Offset: offset, ChatType: "private"})
	select {
	case a := <-q.answer:
		return a.(InlineAnswer), nil
	case <-ctx.Done():
		return InlineAnswer{}, fmt.Errorf("inline query %q: the bot did not answer: %w", text, ctx.Err())
	case <-s.ctx.Done():
		return InlineAnswer{}, errClosed
	}
}

func (r *request) answerInlineQuery() (any, *apiError) {
	var raw []json.RawMessage
	if err := json.Unmarshal([]byte(r.vals["results"]), &raw); err != nil {
		return nil, badRequest("can't parse inline query results JSON array")
	}
	if len(raw) > 50 {
		return nil, badRequest("too many inline query results specified")
	}
	if len(r.vals["next_offset"]) > 64 {
		return nil, badRequest("NEXT_OFFSET_INVALID")
	}
	a := InlineAnswer{
		QueryID: r.vals["inline_query_id"], NextOffset: r.vals["next_offset"], IsPersonal: r.bool("is_personal"),
		CacheTime: int(min(max(r.integer("cache_time", 300), 0), 86400)),
	}
	if b := r.vals["button"]; b != "" {
		var button struct {
			Text           string          `json:"text"`
			WebApp         json.RawMessage `json:"web_app"`
			StartParameter string          `json:"start_parameter"`
		}
		if err := r.decode("button", b, &button); err != nil || button.Text == "" {
			return nil, badRequest("can't parse inline query results button JSON object")
		}
		a.Button = button.Text
	}
	seen := map[string]bool{}
	for _, one := range raw {
		res, err := r.inlineResult(one)
		if err != nil {
			return nil, err
		}
		if seen[res.ID] {
			return nil, badRequest("RESULT_ID_DUPLICATE")
		}
		seen[res.ID] = true
		a.Results = append(a.Results, res)
	}
	q := r.s.queries.take(a.QueryID, true, r.s.opt.QueryTimeout)
	if q == nil {
		return nil, badRequest(tooOld)
	}
	q.answer <- a
	return true, nil
}

// inlineResult reads one result: its text is parsed as a message's is.
func (r *request) inlineResult(raw json.RawMessage) (InlineResult, *apiError) {
	var w struct {
		Type        string `json:"type"`
		ID          string `json:"id"`
		Title       string `json:"title"`
		Description string `json:"description"`
		URL         string `json:"url"`
		Thumbnail   string `json:"thumbnail_url"`
		Photo       string `json:"photo_url"`
		Caption     string `json:"caption"`
		ParseMode   string `json:"parse_mode"`
		Content     *struct {
			Text      string          `json:"message_text"`
			ParseMode string          `json:"parse_mode"`
			Entities  json.RawMessage `json:"entities"`
			Preview   *LinkPreview    `json:"link_preview_options"`
		} `json:"input_message_content"`
		Markup json.RawMessage `json:"reply_markup"`
	}
	bad := func(why string) (InlineResult, *apiError) {
		return InlineResult{}, badRequest("can't parse inline query result: %s", why)
	}
	if err := json.Unmarshal(raw, &w); err != nil {
		return bad("inline query result must be an Object")
	}
	if w.ID == "" || len(w.ID) > 64 {
		return InlineResult{}, badRequest("RESULT_ID_INVALID")
	}
	res := InlineResult{Type: w.Type, ID: w.ID, Title: w.Title, Description: w.Description, URL: w.URL, Thumbnail: w.Thumbnail}
	switch w.Type {
	case "article":
		if w.Title == "" {
			return InlineResult{}, badRequest("ARTICLE_TITLE_EMPTY")
		}
		if w.Content == nil {
			return bad(`Can't find field "input_message_content"`)
		}
	case "photo":
		if w.Photo == "" {
			return bad(`Can't find field "photo_url"`)
		}
	default:
		r.violate("inline results of type %q are not emulated", w.Type)
	}
	text, mode, entities := w.Caption, w.ParseMode, ""
	if w.Content != nil {
		text, mode, entities = w.Content.Text, w.Content.ParseMode, string(w.Content.Entities)
	}
	var err *apiError
	if res.Text, res.Entities, err = r.formatted(text, mode, entities); err != nil {
		return InlineResult{}, err
	}
	if w.Content != nil && res.Text == "" {
		return InlineResult{}, badRequest("message text is empty")
	}
	if units(res.Text) > maxText {
		return InlineResult{}, badRequest("MESSAGE_TOO_LONG")
	}
	keys, err := r.markupOf(string(w.Markup), false)
	if err != nil {
		return InlineResult{}, err
	}
	res.Keyboard = keys.inline
	return res, nil
}

// editInline refuses: messages sent through inline results are shown by Inline
// and not kept.
func (r *request) editInline(func(*Message) *apiError) (any, *apiError) {
	r.violate("inline_message_id is not emulated")
	return nil, badRequest("MESSAGE_ID_INVALID")
}
