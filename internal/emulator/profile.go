package emulator

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// profile is what the bot says about itself, by scope and language.
type profile struct {
	mu       sync.Mutex
	commands map[scope]map[string][]Command
	texts    map[string]map[string]string // "name", "description", "short_description" → language → text
	menu     json.RawMessage
}

// scope is a BotCommandScope.
type scope struct {
	kind   string
	chatID int64
	userID int64
}

func newProfile() *profile {
	return &profile{
		commands: map[scope]map[string][]Command{},
		texts:    map[string]map[string]string{"name": {}, "description": {}, "short_description": {}},
		menu:     json.RawMessage(`{"type":"commands"}`),
	}
}

func (r *request) scope() (scope, *apiError) {
	raw := r.vals["scope"]
	if raw == "" || raw == "null" {
		return scope{kind: "default"}, nil
	}
	var w struct {
		Type   string          `json:"type"`
		ChatID json.RawMessage `json:"chat_id"`
		UserID int64           `json:"user_id"`
	}
	if err := r.decode("scope", raw, &w); err != nil {
		return scope{}, badRequest("can't parse BotCommandScope: object expected as bot command scope")
	}
	sc := scope{kind: w.Type}
	switch w.Type {
	case "default", "all_private_chats", "all_group_chats", "all_chat_administrators":
		return sc, nil
	case "chat", "chat_administrators", "chat_member":
	default:
		return scope{}, badRequest("can't parse BotCommandScope: unsupported type specified")
	}
	c, err := r.s.chatByName(strings.Trim(string(w.ChatID), `"`))
	if err != nil {
		return scope{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := r.s.reachable(c); err != nil {
		return scope{}, err
	}
	if c.typ == Channel || c.typ == Private && (w.Type != "chat" || !c.started) {
		return scope{}, badRequest("chat not found")
	}
	sc.chatID = c.id
	if w.Type == "chat_member" {
		if _, ok := r.s.user(w.UserID); !ok {
			return scope{}, badRequest("user not found")
		}
		sc.userID = w.UserID
	}
	return sc, nil
}

var (
	languagePattern = regexp.MustCompile(`^([a-z]{2})?$`)
	commandName     = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)
)

func (r *request) language() (string, *apiError) {
	lang := r.vals["language_code"]
	if !languagePattern.MatchString(lang) {
		return "", badRequest("invalid language code specified")
	}
	return lang, nil
}

func (r *request) setMyCommands() (any, *apiError) {
	var list []Command
	if err := r.decode("commands", r.vals["commands"], &list); err != nil {
		return nil, badRequest("can't parse commands: expected an Array of BotCommand")
	}
	if len(list) > 100 {
		return nil, badRequest("BOT_COMMANDS_TOO_MUCH")
	}
	for i := range list {
		c := &list[i]
		c.Command = strings.TrimPrefix(strings.TrimSpace(c.Command), "/")
		c.Description = strings.TrimSpace(c.Description)
		switch {
		case c.Command == "":
			return nil, badRequest("command name must be non-empty")
		case len(c.Command) > 32:
			return nil, badRequest("command name length must not exceed 32")
		case !commandName.MatchString(c.Command):
			return nil, badRequest("BOT_COMMAND_INVALID")
		case c.Description == "":
			return nil, badRequest("command description must be non-empty")
		case units(c.Description) > 256:
			return nil, badRequest("command description length must not exceed 256")
		}
	}
	sc, err := r.scope()
	if err != nil {
		return nil, err
	}
	lang, err := r.language()
	if err != nil {
		return nil, err
	}
	r.s.profile.set(sc, lang, list)
	r.s.events.publish(Event{Time: r.s.opt.Now(), Kind: EventCommands, ChatID: sc.chatID})
	return true, nil
}

func (p *profile) set(sc scope, lang string, list []Command) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(list) == 0 {
		delete(p.commands[sc], lang)
		return
	}
	if p.commands[sc] == nil {
		p.commands[sc] = map[string][]Command{}
	}
	p.commands[sc][lang] = list
}

func (r *request) getMyCommands() (any, *apiError) {
	sc, err := r.scope()
	if err != nil {
		return nil, err
	}
	lang, err := r.language()
	if err != nil {
		return nil, err
	}
	p := r.s.profile
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Command{}, p.commands[sc][lang]...), nil
}

func (r *request) deleteMyCommands() (any, *apiError) {
	sc, err := r.scope()
	if err != nil {
		return nil, err
	}
	lang, err := r.language()
	if err != nil {
		return nil, err
	}
	r.s.profile.set(sc, lang, nil)
	r.s.events.publish(Event{Time: r.s.opt.Now(), Kind: EventCommands, ChatID: sc.chatID})
	return true, nil
}

// Commands are the menu that a person with an app in this language has in a
// chat: the narrowest scope that has any, its language before none.
func (s *Server) Commands(userID, chatID int64, lang string) []Command {
	lang, _, _ = strings.Cut(lowerASCII(lang), "-")
	c := s.chat(chatID)
	if c == nil || c.typ == Channel {
		return nil
	}
	var scopes []scope
	if c.typ == Private {
		scopes = []scope{{kind: "chat", chatID: chatID}, {kind: "all_private_chats"}, {kind: "default"}}
	} else {
		c.mu.Lock()
		admin := c.isAdmin(userID)
		c.mu.Unlock()
		scopes = append(scopes, scope{kind: "chat_member", chatID: chatID, userID: userID})
		if admin {
			scopes = append(scopes, scope{kind: "chat_administrators", chatID: chatID})
		}
		scopes = append(scopes, scope{kind: "chat", chatID: chatID})
		if admin {
			scopes = append(scopes, scope{kind: "all_chat_administrators"})
		}
		scopes = append(scopes, scope{kind: "all_group_chats"}, scope{kind: "default"})
	}
	p := s.profile
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, sc := range scopes {
		for _, l := range []string{lang, ""} {
			if list := p.commands[sc][l]; len(list) > 0 {
				return slices.Clone(list)
			}
		}
	}
	return nil
}

func (p *profile) text(kind, lang string) string {
	lang, _, _ = strings.Cut(lowerASCII(lang), "-")
	p.mu.Lock()
	defer p.mu.Unlock()
	if t, ok := p.texts[kind][lang]; ok {
		return t
	}
	return p.texts[kind][""]
}

// Name is the bot's name in a language.
func (s *Server) Name(lang string) string {
	if n := s.profile.text("name", lang); n != "" {
		return n
	}
	return s.bot.FirstName
}

// Description is what an empty chat with the bot shows in a language.
func (s *Server) Description(lang string) string { return s.profile.text("description", lang) }

// ShortDescription is what the bot's profile shows in a language.
func (s *Server) ShortDescription(lang string) string {
	return s.profile.text("short_description", lang)
}

func (r *request) setText(kind string, limit int, tooLong string) (any, *apiError) {
	lang, err := r.language()
	if err != nil {
		return nil, err
	}
	text := strings.TrimSpace(r.vals[kind])
	if units(text) > limit {
		return nil, badRequest("%s", tooLong)
	}
	p := r.s.profile
	p.mu.Lock()
	defer p.mu.Unlock()
	if text == "" {
		delete(p.texts[kind], lang)
	} else {
		p.texts[kind][lang] = text
	}
	return true, nil
}

func (r *request) getText(kind string, get func(string) string) (any, *apiError) {
	lang, err := r.language()
	if err != nil {
		return nil, err
	}
	return map[string]string{kind: get(lang)}, nil
}

func (r *request) setMyName() (any, *apiError) { return r.setText("name", 64, "BOT_TITLE_INVALID") }
func (r *request) setMyDescription() (any, *apiError) {
	return r.setText("description", 512, "BOT_DESCRIPTION_INVALID")
}
func (r *request) setMyShortDescription() (any, *apiError) {
	return r.setText("short_description", 120, "BOT_ABOUT_INVALID")
}
func (r *request) getMyName() (any, *apiError) { return r.getText("name", r.s.Name) }
func (r *request) getMyDescription() (any, *apiError) {
	return r.getText("description", r.s.Description)
}
func (r *request) getMyShortDescription() (any, *apiError) {
	return r.getText("short_description", r.s.ShortDescription)
}

func (r *request) setChatMenuButton() (any, *apiError) {
	raw := json.RawMessage(`{"type":"default"}`)
	if r.has("menu_button") {
		var w struct {
			Type   string   `json:"type"`
			Text   string   `json:"text"`
			WebApp *wireURL `json:"web_app"`
		}
		if err := r.decode("menu_button", r.vals["menu_button"], &w); err != nil || !slices.Contains([]string{"commands", "web_app", "default"}, w.Type) {
			return nil, badRequest("can't parse menu button: unsupported type specified")
		}
		if w.Type == "web_app" && (w.Text == "" || w.WebApp == nil) {
			return nil, badRequest(`can't parse menu button: Can't find field "web_app"`)
		}
		raw = json.RawMessage(r.vals["menu_button"])
	}
	if r.has("chat_id") {
		c, err := r.chat()
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.typ != Private {
			return nil, badRequest("chat not found")
		}
		c.menu = raw
		return true, nil
	}
	r.s.profile.mu.Lock()
	defer r.s.profile.mu.Unlock()
	r.s.profile.menu = raw
	return true, nil
}

func (r *request) getChatMenuButton() (any, *apiError) {
	if r.has("chat_id") {
		c, err := r.chat()
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.menu != nil {
			return json.RawMessage(c.menu), nil
		}
	}
	r.s.profile.mu.Lock()
	defer r.s.profile.mu.Unlock()
	return r.s.profile.menu, nil
}
