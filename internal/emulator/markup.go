package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// wireButton is an InlineKeyboardButton of Bot API 10.3.
type wireButton struct {
	Text         string          `json:"text"`
	Icon         string          `json:"icon_custom_emoji_id,omitempty"`
	Style        string          `json:"style,omitempty"`
	URL          *string         `json:"url,omitempty"`
	CallbackData *string         `json:"callback_data,omitempty"`
	WebApp       *wireURL        `json:"web_app,omitempty"`
	LoginURL     json.RawMessage `json:"login_url,omitempty"`
	Switch       *string         `json:"switch_inline_query,omitempty"`
	SwitchHere   *string         `json:"switch_inline_query_current_chat,omitempty"`
	SwitchChosen json.RawMessage `json:"switch_inline_query_chosen_chat,omitempty"`
	CopyText     *wireCopy       `json:"copy_text,omitempty"`
	CallbackGame json.RawMessage `json:"callback_game,omitempty"`
	Pay          bool            `json:"pay,omitempty"`
	Disabled     json.RawMessage `json:"disabled,omitempty"`
}

type wireURL struct {
	URL string `json:"url"`
}

type wireCopy struct {
	Text string `json:"text"`
}

type wireInlineKeys struct {
	Rows [][]*wireButton `json:"inline_keyboard"`
}

func wireKeyboard(rows [][]Button) *wireInlineKeys {
	w := &wireInlineKeys{Rows: make([][]*wireButton, len(rows))}
	for i, row := range rows {
		for _, b := range row {
			w.Rows[i] = append(w.Rows[i], b.wire)
		}
	}
	return w
}

// maxButtons is how many buttons an inline keyboard has at most; maxReplyButtons
// counts for the other kind.
const (
	maxButtons      = 100
	maxReplyButtons = 300
	maxCallbackData = 64 // bytes
)

// markup is a parsed reply_markup.
type markup struct {
	inline     [][]Button
	isInline   bool // an inline_keyboard was given, if only an empty one
	reply      *ReplyKeyboard
	remove     bool
	forceReply bool
}

// markupOf reads reply_markup; a missing one is the zero markup.
func (r *request) markupOf(raw string, private bool) (markup, *apiError) {
	var m markup
	raw = strings.TrimSpace(raw)
	if raw == "" || raw == "null" {
		return m, nil
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(raw), &object); err != nil {
		if isJSON(raw, 0) {
			return m, badRequest("object expected as reply markup")
		}
		return m, badRequest("can't parse reply keyboard markup JSON object")
	}
	for k := range object {
		switch k {
		case "inline_keyboard", "keyboard", "is_persistent", "resize_keyboard", "one_time_keyboard", "input_field_placeholder", "selective", "force_reply", "remove_keyboard":
		default:
			r.violate("reply_markup has the unknown field %q", k)
		}
	}
	flag := func(name string) bool {
		return truth(strings.Trim(string(object[name]), `"`))
	}
	if rows, ok := object["inline_keyboard"]; ok {
		m.isInline = true
		return m, r.inlineRows(rows, private, &m)
	}
	if rows, ok := object["keyboard"]; ok {
		return m, r.replyRows(rows, object, flag, &m)
	}
	m.remove = flag("remove_keyboard")
	m.forceReply = flag("force_reply")
	if !m.remove && !m.forceReply {
		r.violate("reply_markup holds no keyboard")
	}
	return m, nil
}

func (r *request) inlineRows(raw json.RawMessage, private bool, m *markup) *apiError {
	var rows []json.RawMessage
	if err := json.Unmarshal(raw, &rows); err != nil || bytes.Equal(raw, []byte("null")) {
		return badRequest(`field "inline_keyboard" must be of type Array`)
	}
	count := 0
	for _, rowRaw := range rows {
		var row []json.RawMessage
		if err := json.Unmarshal(rowRaw, &row); err != nil || bytes.Equal(rowRaw, []byte("null")) {
			return badRequest("can't parse inline keyboard row: Inline keyboard row must be of type Array")
		}
		var buttons []Button
		for _, b := range row {
			button, err := r.inlineButton(b, private)
			if err != nil {
				return err
			}
			buttons = append(buttons, button)
		}
		count += len(buttons)
		if len(buttons) > 8 {
			r.violate("an inline keyboard row has %d buttons: apps show 8", len(buttons))
		}
		if len(buttons) > 0 {
			m.inline = append(m.inline, buttons)
		}
	}
	if count > maxButtons {
		return badRequest("reply markup is too long")
	}
	return nil
}

func (r *request) inlineButton(raw json.RawMessage, private bool) (Button, *apiError) {
	cannot := func(format string, args ...any) (Button, *apiError) {
		return Button{}, badRequest("can't parse inline keyboard button: %s", fmt.Sprintf(format, args...))
	}
	if len(raw) == 0 || raw[0] != '{' {
		return cannot("InlineKeyboardButton must be an Object")
	}
	w := &wireButton{}
	if err := r.decode("inline keyboard button", string(raw), w); err != nil {
		return cannot("%s", fieldError(err))
	}
	if !bytes.Contains(raw, []byte(`"text"`)) {
		return cannot(`Can't find field "text"`)
	}
	if strings.TrimSpace(w.Text) == "" {
		return Button{}, badRequest("inline keyboard button text must be non-empty")
	}
	b := Button{Text: w.Text, Style: w.Style, IconCustomEmojiID: w.Icon, SwitchInline: w.Switch, SwitchInlineCurrent: w.SwitchHere, wire: w}
	switch w.Style {
	case "", "danger", "success", "primary":
	default:
		return cannot("Invalid button style specified")
	}
	actions := 0
	has := func(given bool) bool {
		if given {
			actions++
		}
		return given
	}
	if has(w.URL != nil) {
		link, ok := checkLink(*w.URL)
		if !ok {
			return Button{}, badRequest("inline keyboard button URL '%s' is invalid: Wrong HTTP URL", *w.URL)
		}
		b.URL, w.URL = link, &link
	}
	if has(w.CallbackData != nil) {
		b.Data = *w.CallbackData
		if b.Data == "" || len(b.Data) > maxCallbackData {
			return Button{}, badRequest("BUTTON_DATA_INVALID")
		}
	}
	if has(w.WebApp != nil) {
		if !strings.HasPrefix(w.WebApp.URL, "https://") {
			return Button{}, badRequest("inline keyboard button Web App URL '%s' is invalid: Only HTTPS links are allowed", w.WebApp.URL)
		}
		if !private {
			return Button{}, badRequest("BUTTON_TYPE_INVALID")
		}
		b.WebApp = w.WebApp.URL
	}
	if has(w.CopyText != nil) {
		b.CopyText = w.CopyText.Text
		if n := units(b.CopyText); n < 1 || n > 256 {
			return Button{}, badRequest("BUTTON_COPY_TEXT_INVALID")
		}
	}
	b.Disabled = has(len(w.Disabled) > 0)
	for _, given := range []bool{w.Switch != nil, w.SwitchHere != nil, len(w.SwitchChosen) > 0, len(w.LoginURL) > 0, len(w.CallbackGame) > 0, w.Pay} {
		has(given)
	}
	if actions == 0 {
		return cannot("Text buttons are unallowed in the inline keyboard")
	}
	if actions > 1 {
		r.violate("inline keyboard button %q has %d actions", b.Text, actions)
	}
	return b, nil
}

func fieldError(err error) string {
	var typ *json.UnmarshalTypeError
	if ok := asType(err, &typ); ok {
		want := "String"
		if strings.Contains(typ.Type.String(), "bool") {
			want = "Boolean"
		}
		return fmt.Sprintf("Field %q must be of type %s", typ.Field, want)
	}
	return "invalid JSON"
}

// wireReplyButton is a KeyboardButton of Bot API 10.3.
type wireReplyButton struct {
	Text           string          `json:"text"`
	Icon           string          `json:"icon_custom_emoji_id"`
	Style          string          `json:"style"`
	RequestUsers   json.RawMessage `json:"request_users"`
	RequestChat    json.RawMessage `json:"request_chat"`
	RequestBot     json.RawMessage `json:"request_managed_bot"`
	RequestContact bool            `json:"request_contact"`
	RequestPlace   bool            `json:"request_location"`
	RequestPoll    json.RawMessage `json:"request_poll"`
	WebApp         *wireURL        `json:"web_app"`
}

func (r *request) replyRows(raw json.RawMessage, object map[string]json.RawMessage, flag func(string) bool, m *markup) *apiError {
	var rows [][]json.RawMessage
	if err := json.Unmarshal(raw, &rows); err != nil || bytes.Equal(raw, []byte("null")) {
		return badRequest(`field "keyboard" must be of type Array`)
	}
	k := &ReplyKeyboard{Persistent: flag("is_persistent"), Resize: flag("resize_keyboard"), OneTime: flag("one_time_keyboard"), Selective: flag("selective")}
	if p, ok := object["input_field_placeholder"]; ok {
		if err := json.Unmarshal(p, &k.Placeholder); err != nil {
			return badRequest(`field "input_field_placeholder" must be of type String`)
		}
		if units(k.Placeholder) > 64 {
			r.violate("input_field_placeholder is longer than 64")
		}
	}
	count := 0
	for _, row := range rows {
		var buttons []ReplyButton
		for _, b := range row {
			w := wireReplyButton{}
			if len(b) > 0 && b[0] == '"' {
				if err := json.Unmarshal(b, &w.Text); err != nil {
					return badRequest("can't parse keyboard button: KeyboardButton must be an Object")
				}
			} else if err := r.decode("keyboard button", string(b), &w); err != nil {
				return badRequest("can't parse keyboard button: %s", fieldError(err))
			}
			if strings.TrimSpace(w.Text) == "" {
				return badRequest("keyboard button text must be non-empty")
			}
			rb := ReplyButton{Text: w.Text, RequestContact: w.RequestContact, RequestLocation: w.RequestPlace}
			if w.WebApp != nil {
				rb.WebApp = w.WebApp.URL
			}
			buttons = append(buttons, rb)
		}
		count += len(buttons)
		if len(buttons) > 0 {
			k.Rows = append(k.Rows, buttons)
		}
	}
	if count > maxReplyButtons {
		return badRequest("reply markup is too long")
	}
	if count > 0 {
		m.reply = k
	}
	return nil
}
