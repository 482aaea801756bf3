package telegram

import (
	"fmt"
	"hash/maphash"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"newsbot/internal/outbox"
)

// form is a message as it goes over the wire, but for the chat: what is the same
// for all who get it.
type form struct {
	method string
	params string // url-encoded, not empty
}

// to returns the parameters for a chat, or for its topic threadID when that is not 0.
func (f *form) to(chatID, threadID int64) string {
	const most = len("&chat_id=-9223372036854775808&message_thread_id=-9223372036854775808")
	var b strings.Builder
	b.Grow(len(f.params) + most)
	b.WriteString(f.params)
	b.WriteString("&chat_id=")
	b.WriteString(strconv.FormatInt(chatID, 10))
	if threadID != 0 {
		b.WriteString("&message_thread_id=")
		b.WriteString(strconv.FormatInt(threadID, 10))
	}
	return b.String()
}

// encodeMessage encodes m in a shape.
func encodeMessage(m *outbox.Message, paid bool, s shape) (*form, error) {
	f := &form{method: "sendMessage"}
	params := map[string]any{
		"disable_notification": m.Silent,
		"allow_paid_broadcast": paid,
		"reply_markup":         keyboard(m.Keyboard, s),
	}
	if m.Copy != nil {
		f.method = "copyMessage"
		params["from_chat_id"], params["message_id"] = m.Copy.ChatID, m.Copy.MessageID
	} else {
		addText(params, *m, s)
	}
	encoded, err := encode(params)
	if err != nil {
		return nil, fmt.Errorf("telegram %s: %w", f.method, err)
	}
	values := url.Values{}
	for name, value := range encoded {
		values.Set(name, value)
	}
	f.params = values.Encode()
	return f, nil
}

// forms keeps the newest messages as they go over the wire. What many chats get,
// a broadcast or a digest, is so encoded once and not once a chat.
type forms struct {
	seed  maphash.Seed
	slots [16]atomic.Pointer[keptForm]
}

type keptForm struct {
	message outbox.Message
	paid    bool
	form    *form
}

// of returns m's form. Messages of deliveries never change, so that it may be
// kept without copying what it points to.
func (k *forms) of(m *outbox.Message, paid bool) (*form, error) {
	slot := &k.slots[maphash.String(k.seed, m.Text)%uint64(len(k.slots))]
	if kept := slot.Load(); kept != nil && kept.paid == paid && same(&kept.message, m) {
		return kept.form, nil
	}
	f, err := encodeMessage(m, paid, shape{})
	if err != nil {
		return nil, err
	}
	slot.Store(&keptForm{message: *m, paid: paid, form: f})
	return f, nil
}

// same tells whether two messages are the same in all they have.
func same(a, b *outbox.Message) bool {
	return a.Text == b.Text && a.Silent == b.Silent && equal(a.Preview, b.Preview) && sameRef(a.Copy, b.Copy) && equal(a.Chart, b.Chart) &&
		slices.EqualFunc(a.Keyboard, b.Keyboard, slices.Equal)
}

func sameRef(a, b *outbox.MessageRef) bool {
	return a == b || a != nil && b != nil && a.ChatID == b.ChatID && a.MessageID == b.MessageID && slices.Equal(a.More, b.More)
}

func equal[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}
