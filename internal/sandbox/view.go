package sandbox

import (
	"net/url"
	"strconv"
	"time"

	"newsbot/internal/emulator"
	"newsbot/internal/sandbox/newsroom"
)

// What the page gets. Instants are Unix milliseconds, by the sandbox's clock.

type stateView struct {
	Boot      string                        `json:"boot"`
	Seq       int64                         `json:"seq"` // events after it are news to the page
	Bot       userView                      `json:"bot"`
	About     map[string]string             `json:"about"` // the bot's description by language
	People    []person                      `json:"people"`
	Languages []string                      `json:"languages"`
	Chats     []chatView                    `json:"chats"`
	Menus     map[string][]emulator.Command `json:"menus"` // by "person:chat"
	Clock     clockView                     `json:"clock"`
	Rates     string                        `json:"rates"`
	Modes     []string                      `json:"modes"`
	Calls     []callView                    `json:"calls"`
}

type userView struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	Username string `json:"username,omitempty"`
	Bot      bool   `json:"bot,omitempty"`
}

type chatView struct {
	ID       int64         `json:"id"`
	Type     string        `json:"type"`
	Title    string        `json:"title"`
	Started  bool          `json:"started"`
	Typing   string        `json:"typing,omitempty"`
	Members  int           `json:"members,omitempty"`
	Messages []messageView `json:"messages"`
}

type clockView struct {
	Now     int64 `json:"now"`
	Morning int64 `json:"morning"` // the next 08:00
	Offset  int   `json:"offset"`  // of the zone shown, in minutes east of UTC
}

type messageView struct {
	ID         int64              `json:"id"`
	Chat       int64              `json:"chat"`
	From       userView           `json:"from"`
	Date       int64              `json:"date"`
	Edited     int64              `json:"edited,omitempty"`
	Text       string             `json:"text"`
	Entities   []emulator.Entity  `json:"entities,omitempty"`
	Photo      *photoView         `json:"photo,omitempty"`
	Above      bool               `json:"above,omitempty"` // the caption stands above the picture
	Document   *documentView      `json:"document,omitempty"`
	Card       *card              `json:"card,omitempty"`
	Keyboard   [][]buttonView     `json:"keyboard,omitempty"`
	Reply      *replyKeyboardView `json:"reply_keyboard,omitempty"`
	NoReply    bool               `json:"remove_keyboard,omitempty"`
	ForceReply bool               `json:"force_reply,omitempty"`
	ReplyTo    int64              `json:"reply_to,omitempty"`
	Quote      string             `json:"quote,omitempty"`
	Forwarded  string             `json:"forwarded,omitempty"`
	Service    string             `json:"service,omitempty"`
	Pinned     bool               `json:"pinned,omitempty"`
	Silent     bool               `json:"silent,omitempty"`
}

type photoView struct {
	URL     string `json:"url"`
	Width   int    `json:"w"`
	Height  int    `json:"h"`
	Spoiler bool   `json:"spoiler,omitempty"`
}

type documentView struct {
	URL  string `json:"url"`
	Name string `json:"name"`
	Size int    `json:"size"`
}

type buttonView struct {
	Text  string `json:"text"`
	Data  string `json:"data,omitempty"`
	URL   string `json:"url,omitempty"`
	Copy  string `json:"copy,omitempty"`
	Style string `json:"style,omitempty"`
	Off   bool   `json:"off,omitempty"` // does nothing here
}

type replyKeyboardView struct {
	Rows        [][]string `json:"rows"`
	OneTime     bool       `json:"one_time,omitempty"`
	Placeholder string     `json:"placeholder,omitempty"`
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func viewUser(u emulator.User) userView {
	v := userView{ID: u.ID, Name: u.FirstName, Username: u.Username, Bot: u.IsBot}
	if u.LastName != "" {
		v.Name += " " + u.LastName
	}
	return v
}

// state is all that a page needs to begin with. Its Seq is taken first: what
// happens meanwhile reaches the page once more as an event, which does no harm.
func (s *Sandbox) state() stateView {
	seq := s.hub.last()
	v := stateView{
		Boot: s.boot, Seq: seq, Bot: viewUser(s.emu.Bot()),
		About: s.about(), People: s.persons(), Languages: Languages,
		Menus: s.menus(), Clock: s.clockView(), Rates: s.news.RatesMode(), Modes: newsroom.RatesModes(),
		Calls: s.calls.recent(), Chats: []chatView{},
	}
	for _, c := range s.emu.Chats() {
		v.Chats = append(v.Chats, s.viewChat(c))
	}
	return v
}

func (s *Sandbox) viewChat(c emulator.ChatInfo) chatView {
	v := chatView{ID: c.ID, Type: c.Type, Title: c.Title, Started: c.Started, Typing: s.emu.Typing(c.ID), Messages: []messageView{}}
	if c.Type != emulator.Private {
		s.mu.Lock()
		v.Members = len(s.people) + 1
		s.mu.Unlock()
	}
	for _, m := range s.emu.Messages(c.ID) {
		v.Messages = append(v.Messages, s.viewMessage(m))
	}
	return v
}

// about is what an empty chat with the bot says, by language.
func (s *Sandbox) about() map[string]string {
	about := map[string]string{}
	for _, lang := range Languages {
		about[lang] = s.emu.Description(lang)
	}
	return about
}

// menus are the commands menus, by "person:chat".
func (s *Sandbox) menus() map[string][]emulator.Command {
	s.mu.Lock()
	ps := append([]person{}, s.people...)
	s.mu.Unlock()
	var groups []int64
	for _, c := range s.emu.Chats() {
		if c.Type != emulator.Private {
			groups = append(groups, c.ID)
		}
	}
	menus := map[string][]emulator.Command{}
	for _, p := range ps {
		for _, chat := range append([]int64{p.ID}, groups...) {
			if cs := s.emu.Commands(p.ID, chat, p.Language); len(cs) > 0 {
				menus[menuKey(p.ID, chat)] = cs
			}
		}
	}
	return menus
}

func menuKey(personID, chatID int64) string {
	return strconv.FormatInt(personID, 10) + ":" + strconv.FormatInt(chatID, 10)
}

func (s *Sandbox) clockView() clockView {
	now := s.Now()
	_, offset := now.In(almaty).Zone()
	return clockView{Now: now.UnixMilli(), Morning: nextMorning(now).UnixMilli(), Offset: offset / 60}
}

func (s *Sandbox) viewMessage(m emulator.Message) messageView {
	v := messageView{
		ID: m.ID, Chat: m.ChatID, From: viewUser(m.From),
		Date: millis(m.Date), Edited: millis(m.EditDate),
		Text: m.Text, Entities: m.Entities, Above: m.CaptionAbove,
		NoReply: m.RemoveKeyboard, ForceReply: m.ForceReply, ReplyTo: m.ReplyTo, Quote: m.ReplyQuote,
		Forwarded: m.ForwardedFrom, Service: m.Service, Pinned: m.Pinned, Silent: m.Silent,
		Keyboard: viewKeyboard(m.InlineKeyboard),
	}
	if v.Text == "" && m.Caption != "" {
		v.Text, v.Entities = m.Caption, m.CaptionEntities
	}
	if m.Photo != nil {
		v.Photo = &photoView{URL: fileURL(m.Photo.FileID), Width: m.Photo.Width, Height: m.Photo.Height, Spoiler: m.Photo.Spoiler}
	}
	if m.Document != nil {
		v.Document = &documentView{URL: fileURL(m.Document.FileID), Name: m.Document.Name, Size: m.Document.Size}
	}
	if m.ReplyKeyboard != nil {
		v.Reply = &replyKeyboardView{OneTime: m.ReplyKeyboard.OneTime, Placeholder: m.ReplyKeyboard.Placeholder}
		for _, row := range m.ReplyKeyboard.Rows {
			var texts []string
			for _, b := range row {
				texts = append(texts, b.Text)
			}
			v.Reply.Rows = append(v.Reply.Rows, texts)
		}
	}
	if m.Photo == nil && m.Document == nil {
		v.Card = s.cards.of(m)
	}
	return v
}

func viewKeyboard(rows [][]emulator.Button) [][]buttonView {
	var out [][]buttonView
	for _, row := range rows {
		var vs []buttonView
		for _, b := range row {
			v := buttonView{Text: b.Text, Data: b.Data, Copy: b.CopyText, Style: b.Style}
			// An address reaches the page as a link only when a browser may follow it.
			if u, err := url.Parse(b.URL); err == nil && (u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "tg") {
				v.URL = b.URL
			}
			v.Off = b.Disabled || v.Data == "" && v.URL == "" && v.Copy == ""
			vs = append(vs, v)
		}
		out = append(out, vs)
	}
	return out
}

func fileURL(id string) string { return "/api/file/" + url.PathEscape(id) }
