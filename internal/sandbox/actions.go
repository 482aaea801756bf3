package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"newsbot/internal/emulator"
)

// What the page can do: one request type and one method for each.

const (
	maxPhoto     = 10 << 20 // bytes, as Telegram's limit
	pressTimeout = 20 * time.Second
)

// sayRequest is a person writing.
type sayRequest struct {
	As       int64             `json:"as"`
	Chat     int64             `json:"chat"`
	Text     string            `json:"text"`
	Entities []emulator.Entity `json:"entities"`
	ReplyTo  int64             `json:"reply_to"`
	Photo    []byte            `json:"photo"` // base64 in JSON
}

func (s *Sandbox) say(_ *http.Request, in sayRequest) (messageView, error) {
	if err := s.mayWrite(in.As, in.Chat); err != nil {
		return messageView{}, bad(err)
	}
	if strings.TrimSpace(in.Text) == "" && len(in.Photo) == 0 {
		return messageView{}, bad(errors.New("there is nothing to send"))
	}
	var opts []emulator.SayOption
	if in.ReplyTo != 0 {
		opts = append(opts, emulator.ReplyTo(in.ReplyTo))
	}
	if len(in.Entities) > 0 {
		opts = append(opts, emulator.WithEntities(in.Entities...))
	}
	if len(in.Photo) > 0 {
		if t := http.DetectContentType(in.Photo); len(in.Photo) > maxPhoto || !strings.HasPrefix(t, "image/") {
			return messageView{}, bad(errors.New("a photo is a picture of at most 10 MB"))
		}
		opts = append(opts, emulator.WithPhoto(in.Photo))
	}
	m, err := s.emu.Say(in.As, in.Chat, in.Text, opts...)
	if err != nil {
		return messageView{}, &refusal{http.StatusConflict, "not_sent", fmt.Errorf("send: %w", err)}
	}
	return s.viewMessage(m), nil
}

// pressRequest is a person pressing a button under a message.
type pressRequest struct {
	As      int64  `json:"as"`
	Chat    int64  `json:"chat"`
	Message int64  `json:"message"`
	Data    string `json:"data"`
}

type pressAnswer struct {
	Text  string `json:"text,omitempty"`
	Alert bool   `json:"alert,omitempty"`
	URL   string `json:"url,omitempty"`
}

func (s *Sandbox) press(r *http.Request, in pressRequest) (pressAnswer, error) {
	if err := s.mayWrite(in.As, in.Chat); err != nil {
		return pressAnswer{}, bad(err)
	}
	ctx, cancel := context.WithTimeout(r.Context(), pressTimeout)
	defer cancel()
	a, err := s.emu.Press(ctx, in.As, in.Chat, in.Message, in.Data)
	switch {
	case err != nil && ctx.Err() != nil:
		return pressAnswer{}, &refusal{http.StatusGatewayTimeout, "no_answer", errors.New("the bot has not answered the press")}
	case err != nil:
		return pressAnswer{}, &refusal{http.StatusConflict, "no_button", fmt.Errorf("press: %w", err)}
	}
	return pressAnswer{Text: a.Text, Alert: a.ShowAlert, URL: a.URL}, nil
}

// clockRequest moves the clock: to an instant, by a while, or to the next 08:00.
type clockRequest struct {
	To      int64 `json:"to"` // Unix milliseconds
	By      int64 `json:"by"` // milliseconds
	Morning bool  `json:"morning"`
}

func (s *Sandbox) moveClock(_ *http.Request, in clockRequest) (clockView, error) {
	now := s.Now()
	var to time.Time
	switch {
	case in.Morning:
		to = nextMorning(now)
	case in.By != 0:
		if in.By < 0 || in.By > maxMove.Milliseconds() {
			return clockView{}, bad(errors.New("a move is forward and at most 400 days"))
		}
		to = now.Add(time.Duration(in.By) * time.Millisecond)
	case in.To != 0:
		to = time.UnixMilli(in.To)
	default:
		return clockView{}, bad(errors.New("one of to, by and morning is needed"))
	}
	if err := s.MoveTo(to); err != nil {
		return clockView{}, &refusal{http.StatusConflict, "clock", err}
	}
	return s.clockView(), nil
}

type publishAnswer struct {
	Title string `json:"title,omitempty"`
	OK    bool   `json:"ok"`
}

func (s *Sandbox) publish(*http.Request, struct{}) (publishAnswer, error) {
	title, ok := s.PublishNext()
	return publishAnswer{title, ok}, nil
}

type ratesRequest struct {
	Mode string `json:"mode"`
}

func (s *Sandbox) rates(_ *http.Request, in ratesRequest) (ratesRequest, error) {
	if err := s.SetRatesMode(in.Mode); err != nil {
		return in, bad(err)
	}
	return in, nil
}

// personRequest changes a person; what is left out stays.
type personRequest struct {
	ID       int64   `json:"id"`
	Language *string `json:"language"`
	Blocked  *bool   `json:"blocked"`
}

func (s *Sandbox) person(_ *http.Request, in personRequest) ([]person, error) {
	if in.Language != nil {
		if err := s.setLanguage(in.ID, *in.Language); err != nil {
			return nil, bad(err)
		}
	}
	if in.Blocked != nil {
		if err := s.setBlocked(in.ID, *in.Blocked); err != nil {
			return nil, bad(err)
		}
	}
	return s.persons(), nil
}
