package emulator

import (
	"encoding/json"
	"time"
)

type wireMessageID struct {
	MessageID int64 `json:"message_id"`
}

// source finds the message that is copied or forwarded.
func (r *request) source(id int64, doing string) (Message, *chat, *apiError) {
	c, err := r.chatIn("from_chat_id")
	if err != nil {
		return Message{}, nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := r.s.reachable(c); err != nil {
		return Message{}, nil, err
	}
	m := c.find(id)
	if m == nil {
		return Message{}, nil, badRequest("message to %s not found", doing)
	}
	if m.Service != "" {
		return Message{}, nil, badRequest("message can't be %s", map[string]string{"copy": "copied", "forward": "forwarded"}[doing])
	}
	if m.Protected {
		return Message{}, nil, badRequest("message has protected content and can't be %s", map[string]string{"copy": "copied", "forward": "forwarded"}[doing])
	}
	return *m, c, nil
}

// duplicate is a message's content without its place.
func duplicate(m Message) Message {
	return Message{
		Text: m.Text, Entities: m.Entities, Caption: m.Caption, CaptionEntities: m.CaptionEntities, CaptionAbove: m.CaptionAbove,
		Photo: m.Photo, Document: m.Document, LinkPreview: m.LinkPreview,
	}
}

func what(m Message) string {
	switch {
	case m.Photo != nil:
		return "photos"
	case m.Document != nil:
		return "documents"
	}
	return "text messages"
}

func (r *request) copyMessage() (any, *apiError) {
	from, _, err := r.source(r.integer("message_id", 0), "copy")
	if err != nil {
		return nil, err
	}
	m := duplicate(from)
	if _, given := r.vals["caption"]; given && m.Text == "" {
		if err := r.caption(&m); err != nil {
			return nil, err
		}
	}
	if err := r.common(&m, r.privateTarget()); err != nil {
		return nil, err
	}
	w, err := r.deliver(what(m), m)
	if err != nil {
		return nil, err
	}
	return wireMessageID{w.MessageID}, nil
}

func (r *request) forward(id int64) (*wireMessage, *apiError) {
	from, c, err := r.source(id, "forward")
	if err != nil {
		return nil, err
	}
	m := duplicate(from)
	m.ForwardedFrom, m.origin = from.ForwardedFrom, from.origin
	if m.origin == nil {
		m.ForwardedFrom, m.origin = originOf(from, c)
	}
	if err := r.common(&m, r.privateTarget()); err != nil {
		return nil, err
	}
	return r.deliver(what(m), m)
}

// originOf names where a message was first.
func originOf(m Message, c *chat) (string, *wireOrigin) {
	if c != nil && c.typ == Channel {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.title, &wireOrigin{Type: "channel", Date: m.Date.Unix(), Chat: c.wire(), MessageID: m.ID}
	}
	return m.From.name(), &wireOrigin{Type: "user", Date: m.Date.Unix(), SenderUser: m.From.public()}
}

func userOrigin(u User, at time.Time) *wireOrigin {
	return &wireOrigin{Type: "user", Date: at.Unix(), SenderUser: u.public()}
}

func (r *request) forwardMessage() (any, *apiError) {
	w, err := r.forward(r.integer("message_id", 0))
	if err != nil {
		return nil, err
	}
	return w, nil
}

// ids reads message_ids.
func (r *request) ids(increasing bool) ([]int64, *apiError) {
	var ids []int64
	if err := json.Unmarshal([]byte(r.vals["message_ids"]), &ids); err != nil {
		return nil, badRequest("can't parse message identifiers JSON array")
	}
	if len(ids) == 0 {
		return nil, badRequest("message identifiers are not specified")
	}
	if len(ids) > 100 {
		return nil, badRequest("too many message identifiers specified")
	}
	for i, id := range ids {
		if id <= 0 {
			return nil, badRequest("invalid message identifier specified")
		}
		if increasing && i > 0 && id <= ids[i-1] {
			return nil, badRequest("message identifiers must be in a strictly increasing order")
		}
	}
	return ids, nil
}

func (r *request) copyMessages() (any, *apiError) {
	return r.each("copy", func(m Message) Message {
		if r.bool("remove_caption") && m.Text == "" {
			m.Caption, m.CaptionEntities = "", nil
		}
		return m
	})
}

func (r *request) forwardMessages() (any, *apiError) { return r.each("forward", nil) }

// each copies or forwards those of the messages that are there.
func (r *request) each(doing string, change func(Message) Message) (any, *apiError) {
	ids, err := r.ids(true)
	if err != nil {
		return nil, err
	}
	var sources, copies []Message
	var kinds []string
	var missing *apiError
	for _, id := range ids {
		from, c, err := r.source(id, doing)
		if err != nil {
			missing = err
			continue
		}
		m := duplicate(from)
		if change != nil {
			m = change(m)
		} else if m.ForwardedFrom, m.origin = from.ForwardedFrom, from.origin; m.origin == nil {
			m.ForwardedFrom, m.origin = originOf(from, c)
		}
		if err := r.common(&m, r.privateTarget()); err != nil {
			return nil, err
		}
		sources, copies, kinds = append(sources, from), append(copies, m), append(kinds, what(m))
	}
	if len(copies) == 0 {
		if missing.code == 400 {
			return nil, badRequest("there are no messages to %s", doing)
		}
		return nil, missing
	}
	r.s.regroup(sources, copies)
	sent, err := r.deliverAll(kinds, copies)
	if err != nil {
		return nil, err
	}
	out := make([]wireMessageID, len(sent))
	for i, w := range sent {
		out[i].MessageID = w.MessageID
	}
	return out, nil
}
