package emulator

import (
	"errors"
	"fmt"
)

// WithLinks gives the message buttons that open addresses, as a post that is
// forwarded from a channel can have. Only their Text and URL count.
func WithLinks(rows ...[]Button) SayOption {
	return func(o *said) {
		for _, row := range rows {
			var links []Button
			for _, b := range row {
				links = append(links, Button{Text: b.Text, URL: b.URL, wire: &wireButton{Text: b.Text, URL: &b.URL}})
			}
			o.m.InlineKeyboard = append(o.m.InlineKeyboard, links)
		}
	}
}

// SayAlbum sends several pictures as a person, at once: they come as messages
// of their own, one update each, that share nothing but a media_group_id. The
// caption belongs to the first. Options for the pictures and the buttons do not apply.
func (s *Server) SayAlbum(userID, chatID int64, caption string, photos [][]byte, opts ...SayOption) ([]Message, error) {
	if len(photos) < 2 || len(photos) > 10 {
		return nil, errors.New("say: an album has 2 to 10 pictures")
	}
	c, u, err := s.present(userID, chatID)
	if err != nil {
		return nil, fmt.Errorf("say: %w", err)
	}
	var o said
	for _, opt := range opts {
		opt(&o)
	}
	text, entities := settle(caption, o.entities, true)
	if units(text) > maxCaption {
		return nil, errors.New("say: the caption is too long")
	}
	group := s.newGroup()
	album := make([]Message, len(photos))
	for i, data := range photos {
		p, err := s.keepPhoto(data)
		if err != nil {
			return nil, fmt.Errorf("say: %w", err)
		}
		m := Message{ThreadID: o.m.ThreadID, From: u, Photo: p, MediaGroupID: group}
		if c.typ == Channel {
			m.From = User{}
		}
		if o.m.ForwardedFrom != "" {
			m.ForwardedFrom, m.origin = o.m.ForwardedFrom, userOrigin(o.m.From, s.opt.Now())
		}
		album[i] = m
	}
	album[0].Caption, album[0].CaptionEntities = text, entities
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.blocked:
		return nil, fmt.Errorf("say: user %d has blocked the bot", userID)
	case c.typ == Channel && !c.isAdmin(userID):
		return nil, fmt.Errorf("say: user %d is no administrator of channel %d", userID, chatID)
	case c.typ == Private:
		c.started = true
	}
	for i, m := range album {
		kept := s.post(c, m)
		album[i] = *kept
		if s.hears(c, kept) {
			s.update(updateName(c, false), s.wireMessage(c, kept))
		}
	}
	return album, nil
}

// newGroup is a media_group_id that is new.
func (s *Server) newGroup() string { return itoa(13_000_000_000_000_000 + s.nextChat.Add(1)) }

// regroup gives copies the album ids that go with those of their sources: what
// was an album stays one, if more than one of it is copied.
func (s *Server) regroup(sources, copies []Message) {
	size := map[string]int{}
	for _, m := range sources {
		size[m.MediaGroupID]++
	}
	fresh := map[string]string{}
	for i, m := range sources {
		if m.MediaGroupID == "" || size[m.MediaGroupID] < 2 {
			continue
		}
		if fresh[m.MediaGroupID] == "" {
			fresh[m.MediaGroupID] = s.newGroup()
		}
		copies[i].MediaGroupID = fresh[m.MediaGroupID]
	}
}

// deliverAll puts messages into one chat, all of them or none.
func (r *request) deliverAll(what []string, msgs []Message) ([]*wireMessage, *apiError) {
	c, err := r.chat()
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range msgs {
		if err := r.fit(c, what[i], &msgs[i]); err != nil {
			return nil, err
		}
	}
	if err := r.s.flood.takeAll(c, len(msgs), r.bool("allow_paid_broadcast")); err != nil {
		return nil, err
	}
	var out []*wireMessage
	for _, m := range msgs {
		r.s.took(c.id)
		out = append(out, r.s.wireMessage(c, r.s.post(c, m)))
	}
	return out, nil
}
