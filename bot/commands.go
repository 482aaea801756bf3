package bot

import (
	"context"
	"regexp"
	"strings"
)

// place is a set of kinds of chats.
type place int

const (
	private place = 1 << iota
	groups
	channels
	everywhere = private | groups | channels
)

// command is a line of the one table of commands: it drives dispatch, /help,
// the menus and the gates. Its description is the message command.<name>.
type command struct {
	name   string
	in     place // where it works
	menu   place // where the menu and /help have it for everyone
	admin  bool  // in groups only their admins may; the admins' menu has it
	editor bool  // only editors, only in private; others do not learn that it exists
	run    func(*Bot, context.Context, *request) (answer, error)
}

func commands() []command {
	return []command{
		{name: "news", in: everywhere, menu: private | groups, run: (*Bot).news},
		{name: "search", in: everywhere, menu: private | groups, run: (*Bot).search},
		{name: "rates", in: everywhere, menu: private | groups, run: (*Bot).rates},
		{name: "convert", in: everywhere, menu: private | groups, run: (*Bot).convert},
		{name: "alert", in: everywhere, menu: private, admin: true, run: (*Bot).alerts},
		{name: "digest", in: everywhere, menu: private, admin: true, run: (*Bot).digest},
		{name: "settings", in: everywhere, menu: private, admin: true, run: (*Bot).settings},
		{name: "quiet", in: everywhere, menu: private, admin: true, run: (*Bot).quiet},
		{name: "language", in: everywhere, menu: private, admin: true, run: (*Bot).chooseLanguage},
		{name: "help", in: everywhere, menu: private | groups, run: (*Bot).help},
		{name: "stop", in: everywhere, menu: private, admin: true, run: (*Bot).stop},
		{name: "start", in: everywhere, run: (*Bot).start},
		{name: "broadcast", in: private, editor: true, run: (*Bot).broadcast},
		{name: "breaking", in: private, editor: true, run: (*Bot).breaking},
		{name: "queue", in: private, editor: true, run: (*Bot).queue},
		{name: "sources", in: private, editor: true, run: (*Bot).sources},
		{name: "broadcasts", in: private, editor: true, run: (*Bot).broadcasts}, {name: "cancel", in: private, editor: true, run: (*Bot).cancel},
	}
}

// button is a kind of inline button: what its data begins with, before the first colon.
type button struct {
	name   string // for metrics
	admin  bool   // in groups only their admins may press it
	editor bool
	run    func(*Bot, context.Context, *request) (answer, error)
}

func buttons() map[string]button {
	return map[string]button{
		"n": {name: "news", run: (*Bot).newsPage},
		"f": {name: "filter", admin: true, run: (*Bot).newsFilter},
		"a": {name: "article", run: (*Bot).articlePage},
		"d": {name: "open", run: (*Bot).openArticle},
		"s": {name: "sources", run: (*Bot).articleSources},
		"u": {name: "revisions", run: (*Bot).articleRevisions},
		"r": {name: "rates", run: (*Bot).ratesRefresh},
		"c": {name: "chart", run: (*Bot).chart},
		"k": {name: "currencies", admin: true, run: (*Bot).currencies},
		"w": {name: "alert", admin: true, run: (*Bot).alertButton},
		"v": {name: "convert", run: (*Bot).convertButton},
		"g": {name: "digest", admin: true, run: (*Bot).digestButton},
		"l": {name: "language", admin: true, run: (*Bot).languageButton},
		"o": {name: "settings", admin: true, run: (*Bot).settingsButton},
		"m": {name: "menu", run: (*Bot).menu},
		"b": {name: "broadcast", editor: true, run: (*Bot).broadcastButton},
		"e": {name: "breaking", editor: true, run: (*Bot).breakingButton},
		"i": {name: "sourceboard", editor: true, run: (*Bot).sourcesButton},
		"q": {name: "queue", editor: true, run: (*Bot).queueButton},
		"h": {name: "broadcasts", editor: true, run: (*Bot).broadcastsPage}, "x": {name: "nothing", run: (*Bot).nothing},
	}
}

var commandPattern = regexp.MustCompile(`^/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{1,64}))?(?:\s+|$)`)

// parseCommand reads a command from a message's text, as some clients and
// servers send no entities. name is in lower case and empty when the text is no
// command; username is whom it is for, empty when it does not say.
func parseCommand(text string) (name, username, args string) {
	text = strings.TrimSpace(text)
	m := commandPattern.FindStringSubmatch(text)
	if m == nil {
		return "", "", ""
	}
	return strings.ToLower(m[1]), m[2], strings.TrimSpace(text[len(m[0]):])
}
