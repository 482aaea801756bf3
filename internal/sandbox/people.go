package sandbox

import (
	"fmt"
	"slices"

	"newsbot/internal/emulator"
)

// The accounts of the sandbox. A private chat with the bot has its person's id.
const (
	ReaderID  int64 = 1001    // Айгерім, whose apps are in Kazakh; owns the group
	Reader2ID int64 = 1002    // Иван, whose apps are in Russian
	EditorID  int64 = 1003    // Emma, an editor, whose apps are in English
	GroupID   int64 = -200100 // a group of the three and the bot

	BotName     = "Newsbot"
	BotUsername = "newsbot_sandbox_bot"
	groupTitle  = "Алматы жаңалықтары"
)

// Languages are those that a person's apps can be set to. Two of them the bot
// does not speak: what it does then is worth seeing too.
var Languages = []string{"kk", "ru", "en", "uk", "de", ""}

// person is someone whom the page can be.
type person struct {
	ID       int64  `json:"id"`
	First    string `json:"first_name"`
	Last     string `json:"last_name"`
	Username string `json:"username"`
	Language string `json:"language"`
	Role     string `json:"role"` // reader, editor
	Blocked  bool   `json:"blocked"`
}

func firstPeople() []person {
	return []person{
		{ID: ReaderID, First: "Айгерім", Last: "Серікқызы", Username: "aigerim_s", Language: "kk", Role: "reader"},
		{ID: Reader2ID, First: "Иван", Last: "Соколов", Username: "ivan_sokolov", Language: "ru", Role: "reader"},
		{ID: EditorID, First: "Emma", Last: "Clarke", Username: "emma_desk", Language: "en", Role: "editor"},
	}
}

func (p person) user() emulator.User {
	return emulator.User{ID: p.ID, FirstName: p.First, LastName: p.Last, Username: p.Username, LanguageCode: p.Language}
}

// populate brings the people and the group into being. The bot is added to the
// group by its owner, so that it is told, as in life.
func (s *Sandbox) populate() {
	members := map[int64]string{}
	for _, p := range s.people {
		s.emu.AddUser(p.user())
		members[p.ID] = emulator.Member
	}
	members[ReaderID] = emulator.Creator
	s.emu.AddChat(emulator.Chat{ID: GroupID, Type: emulator.Group, Title: groupTitle, Members: members})
	s.emu.AddBot(GroupID, ReaderID, emulator.Member)
}

// persons are the people as they are now.
func (s *Sandbox) persons() []person {
	s.mu.Lock()
	ps := slices.Clone(s.people)
	s.mu.Unlock()
	for _, c := range s.emu.Chats() {
		for i := range ps {
			if ps[i].ID == c.ID {
				ps[i].Blocked = c.BotStatus == emulator.Kicked
			}
		}
	}
	return ps
}

// isPerson tells whether there is a person with this id.
func (s *Sandbox) isPerson(id int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.people, func(p person) bool { return p.ID == id })
}

// mayWrite refuses a person who is unknown, or a chat that is not theirs.
func (s *Sandbox) mayWrite(personID, chatID int64) error {
	if !s.isPerson(personID) {
		return fmt.Errorf("there is no person %d", personID)
	}
	if chatID > 0 && chatID != personID {
		return fmt.Errorf("chat %d is not a chat of person %d", chatID, personID)
	}
	return nil
}

// setLanguage changes the language of a person's apps. The bot learns it with
// the next thing that the person does.
func (s *Sandbox) setLanguage(id int64, lang string) error {
	if !slices.Contains(Languages, lang) {
		return fmt.Errorf("language %q is not one of the page's", lang)
	}
	s.mu.Lock()
	i := slices.IndexFunc(s.people, func(p person) bool { return p.ID == id })
	if i < 0 {
		s.mu.Unlock()
		return fmt.Errorf("there is no person %d", id)
	}
	s.people[i].Language = lang
	p := s.people[i]
	s.mu.Unlock()
	s.emu.AddUser(p.user())
	s.tellPeople()
	return nil
}

// setBlocked makes a person block the bot, or unblock it.
func (s *Sandbox) setBlocked(id int64, blocked bool) error {
	if !s.isPerson(id) {
		return fmt.Errorf("there is no person %d", id)
	}
	if blocked {
		s.emu.Block(id)
	} else {
		s.emu.Unblock(id)
	}
	s.tellPeople()
	return nil
}

// tellPeople sends the people to all open pages, and what of the bot's profile
// follows from their languages.
func (s *Sandbox) tellPeople() {
	s.hub.publish("people", map[string]any{"people": s.persons(), "menus": s.menus(), "about": s.about()})
}
