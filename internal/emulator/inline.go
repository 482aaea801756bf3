package emulator

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

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
		answer := a.(InlineAnswer)
		answer.Query = text
		return answer, nil
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

type wireChosen struct {
	ResultID string    `json:"result_id"`
	From     *wireUser `json:"from"`
	InlineID string    `json:"inline_message_id,omitempty"`
	Query    string    `json:"query"`
}

// ChooseInline sends one of the results of an inline answer to a chat, as the
// person. The bot gets chosen_inline_result, and may edit the message by its
// inline_message_id when it has a keyboard.
func (s *Server) ChooseInline(userID, chatID int64, a InlineAnswer, resultID string) (Message, error) {
	i := slices.IndexFunc(a.Results, func(r InlineResult) bool { return r.ID == resultID })
	if i < 0 {
		return Message{}, fmt.Errorf("choose: the answer has no result %q", resultID)
	}
	c, u, err := s.present(userID, chatID)
	if err != nil {
		return Message{}, fmt.Errorf("choose: %w", err)
	}
	res := a.Results[i]
	if res.Text == "" {
		return Message{}, fmt.Errorf("choose: results of type %q without text are not emulated", res.Type)
	}
	m := Message{From: u, ViaBot: true, Text: res.Text, Entities: res.Entities, InlineKeyboard: res.Keyboard}
	if len(res.Keyboard) > 0 {
		m.inlineID = "AgAAA" + itoa(rand.Int64())
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.typ == Private {
		c.started = true
	}
	kept := s.post(c, m)
	if m.inlineID != "" {
		s.queries.mu.Lock()
		s.queries.inline[m.inlineID] = place{c.id, kept.ID}
		s.queries.mu.Unlock()
	}
	s.update("chosen_inline_result", wireChosen{ResultID: resultID, From: u.wire(), InlineID: m.inlineID, Query: a.Query})
	return *kept, nil
}

// editInline edits a message that a person sent through an inline result. Its
// result is true: the bot never sees the message.
func (r *request) editInline(change func(*Message) *apiError) (any, *apiError) {
	keys, err := r.markupOf(r.vals["reply_markup"], false)
	if err != nil {
		return nil, err
	}
	r.s.queries.mu.Lock()
	at, ok := r.s.queries.inline[r.vals["inline_message_id"]]
	r.s.queries.mu.Unlock()
	if !ok {
		return nil, badRequest("MESSAGE_ID_INVALID")
	}
	c := r.s.chat(at.chatID)
	c.mu.Lock()
	defer c.mu.Unlock()
	old := c.find(at.messageID)
	if old == nil {
		return nil, badRequest("MESSAGE_ID_INVALID")
	}
	if _, err := r.changed(c, old, keys, change); err != nil {
		return nil, err
	}
	return true, nil
}
