package emulator

import (
	"context"
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
	inline  map[string]place // inline_message_id → where the message is
}

// place is a message in a chat.
type place struct{ chatID, messageID int64 }

func newQueryTable() *queryTable {
	return &queryTable{waiting: map[string]*query{}, inline: map[string]place{}}
}

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
	Message      *wireMessage `json:"message,omitempty"`
	InlineID     string       `json:"inline_message_id,omitempty"`
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
	w := wireCallback{ID: id, From: u.wire(), ChatInstance: itoa(chatID*7919 + 1), Data: data, InlineID: m.inlineID}
	if m.inlineID == "" {
		w.Message = s.wireMessage(c, m)
	}
	s.update("callback_query", w)
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
