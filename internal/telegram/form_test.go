package telegram

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"newsbot/internal/outbox"
)

func TestLeadingID(t *testing.T) {
	tests := []struct {
		name, answer string
		want         int64
	}{
		{"message", `{"ok":true,"result":{"message_id":4711,"date":1}}`, 4711},
		{"copy", `{"ok":true,"result":{"message_id":5}}`, 5},
		{"cut behind the id", `{"ok":true,"result":{"message_id":4711,"da`, 4711},
		{"cut in the id", `{"ok":true,"result":{"message_id":47`, 0},
		{"cut before the id", `{"ok":true,"result":{"message_id":`, 0},
		{"refusal", `{"ok":false,"error_code":400,"description":"{\"ok\":true,\"result\":{\"message_id\":5}}"}`, 0},
		{"id further on", `{"ok":true,"result":{"date":1,"message_id":5}}`, 0},
		{"space", `{"ok": true, "result": {"message_id": 5}}`, 0},
		{"negative", `{"ok":true,"result":{"message_id":-5}}`, 0},
		{"fraction", `{"ok":true,"result":{"message_id":5.5}}`, 0},
		{"too long", `{"ok":true,"result":{"message_id":1234567890123456789}}`, 0},
		{"nothing", ``, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := leadingID([]byte(tt.answer)); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}

// Answers that do not begin as Telegram's do are read all the same.
func TestSendReadsAnyOrder(t *testing.T) {
	f := newFake(t, func(int, request) (int, string) {
		return http.StatusOK, `{"result": {"date": 1, "message_id": 5}, "ok": true}`
	})
	id, err := newClient(t, Options{BaseURL: f.URL}).SendMessage(t.Context(), 1, 0, outbox.Message{Text: "x"})
	if err != nil || id != 5 {
		t.Errorf("got %d, %v", id, err)
	}
}

// Two messages that differ anywhere must not be taken for one: a reader would
// get what was meant for another. Fields that are yet to come are in this too.
func TestSameSeesEveryDifference(t *testing.T) {
	whole := func() *outbox.Message {
		return &outbox.Message{
			Text: "a", Silent: true, Preview: &outbox.Preview{URL: "https://a.kz"}, Copy: &outbox.MessageRef{ChatID: 1, MessageID: 2}, Chart: &outbox.Chart{Code: "USD", Days: 30},
			Keyboard: [][]outbox.Button{{{Text: "b", Data: "c"}, {Text: "d", URL: "https://d.kz"}}, {{Text: "e"}}},
		}
	}
	if !same(whole(), whole()) || !same(&outbox.Message{}, &outbox.Message{}) {
		t.Fatal("equal messages are not the same")
	}
	differ := func(what string, change func(*outbox.Message)) {
		t.Helper()
		m := whole()
		change(m)
		if same(m, whole()) || same(whole(), m) {
			t.Errorf("a difference in %s is not seen", what)
		}
	}
	for i := range reflect.TypeFor[outbox.Message]().NumField() {
		differ(reflect.TypeFor[outbox.Message]().Field(i).Name, func(m *outbox.Message) { change(t, reflect.ValueOf(m).Elem().Field(i)) })
	}
	for i := range reflect.TypeFor[outbox.Preview]().NumField() {
		differ("the preview's "+reflect.TypeFor[outbox.Preview]().Field(i).Name, func(m *outbox.Message) { change(t, reflect.ValueOf(m.Preview).Elem().Field(i)) })
	}
	for i := range reflect.TypeFor[outbox.MessageRef]().NumField() {
		differ("the copy's "+reflect.TypeFor[outbox.MessageRef]().Field(i).Name, func(m *outbox.Message) { change(t, reflect.ValueOf(m.Copy).Elem().Field(i)) })
	}
	for i := range reflect.TypeFor[outbox.Chart]().NumField() {
		differ("the chart's "+reflect.TypeFor[outbox.Chart]().Field(i).Name, func(m *outbox.Message) { change(t, reflect.ValueOf(m.Chart).Elem().Field(i)) })
	}
	for i := range reflect.TypeFor[outbox.Button]().NumField() {
		differ("a button's "+reflect.TypeFor[outbox.Button]().Field(i).Name, func(m *outbox.Message) { change(t, reflect.ValueOf(&m.Keyboard[0][1]).Elem().Field(i)) })
	}
}

// change gives a field another value.
func change(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int, reflect.Int64:
		v.SetInt(v.Int() + 1)
	case reflect.Pointer, reflect.Slice:
		if v.IsZero() && v.Kind() == reflect.Slice {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		} else if v.IsZero() {
			v.Set(reflect.New(v.Type().Elem()))
		} else {
			v.SetZero()
		}
	default:
		t.Fatalf("this test does not know how to change a %s: teach it", v.Kind())
	}
}

// roundTripper is a transport made of a function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// What is sent is what the message says, whether it was encoded before or not,
// and can be read again when a kept connection turns out dead.
func TestSharedFormReachesEachChat(t *testing.T) {
	var got []url.Values
	c := newClient(t, Options{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		again, err := r.GetBody()
		if err != nil {
			return nil, err
		}
		first, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		second, err := io.ReadAll(again)
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(first, second) || int64(len(first)) != r.ContentLength {
			t.Errorf("%q, again %q, announced as %d bytes", first, second, r.ContentLength)
		}
		values, err := url.ParseQuery(string(first))
		if err != nil {
			return nil, err
		}
		got = append(got, values)
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"ok":true,"result":{"message_id":5}}`))}, nil
	}), Paid: true})
	text := "<b>Қазақстан</b> & 100 % + 1"
	for i, d := range []outbox.Delivery{
		{ChatID: 1, Lane: outbox.LaneBulk, Message: outbox.Message{Text: text}},
		{ChatID: -1002, ThreadID: 7, Lane: outbox.LaneBulk, Message: outbox.Message{Text: text}},
		{ChatID: 3, Lane: outbox.LaneDigest, Message: outbox.Message{Text: text}},
		{ChatID: 4, Lane: outbox.LaneBulk, Message: outbox.Message{Text: text, Silent: true}},
		{ChatID: 5, Lane: outbox.LaneBulk, Message: outbox.Message{Text: text, Keyboard: [][]outbox.Button{{{Text: "a", URL: "https://a.kz"}}}}},
		{ChatID: 6, Lane: outbox.LaneBulk, Message: outbox.Message{Text: text, Keyboard: [][]outbox.Button{{{Text: "b", URL: "https://a.kz"}}}}},
	} {
		if out := c.Send(t.Context(), d); out.Result != outbox.Sent || out.MessageID != 5 {
			t.Errorf("delivery %d: %+v", i, out)
		}
	}
	const off = `{"is_disabled":true}`
	want := []url.Values{
		{"chat_id": {"1"}, "text": {text}, "parse_mode": {"HTML"}, "link_preview_options": {off}, "allow_paid_broadcast": {"true"}},
		{"chat_id": {"-1002"}, "message_thread_id": {"7"}, "text": {text}, "parse_mode": {"HTML"}, "link_preview_options": {off}, "allow_paid_broadcast": {"true"}},
		{"chat_id": {"3"}, "text": {text}, "parse_mode": {"HTML"}, "link_preview_options": {off}},
		{"chat_id": {"4"}, "text": {text}, "parse_mode": {"HTML"}, "link_preview_options": {off}, "allow_paid_broadcast": {"true"}, "disable_notification": {"true"}},
		{"chat_id": {"5"}, "text": {text}, "parse_mode": {"HTML"}, "link_preview_options": {off}, "allow_paid_broadcast": {"true"}, "reply_markup": {`{"inline_keyboard":[[{"text":"a","url":"https://a.kz"}]]}`}},
		{"chat_id": {"6"}, "text": {text}, "parse_mode": {"HTML"}, "link_preview_options": {off}, "allow_paid_broadcast": {"true"}, "reply_markup": {`{"inline_keyboard":[[{"text":"b","url":"https://a.kz"}]]}`}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}
