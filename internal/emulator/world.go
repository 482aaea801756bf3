package emulator

import "time"

// User is an account: a person, or the bot itself.
type User struct {
	ID           int64
	IsBot        bool
	FirstName    string
	LastName     string
	Username     string
	LanguageCode string // IETF tag of the person's app; empty is allowed, as in Telegram
}

// The types of a chat.
const (
	Private    = "private"
	Group      = "group"
	Supergroup = "supergroup"
	Channel    = "channel"
)

// The statuses of a member, as getChatMember names them.
const (
	Creator       = "creator"
	Administrator = "administrator"
	Member        = "member"
	Restricted    = "restricted"
	Left          = "left"
	Kicked        = "kicked"
)

// Rights are what the bot may do in a chat where it is an administrator.
type Rights struct {
	PostMessages   bool // channels only
	EditMessages   bool // channels only: posts of others
	DeleteMessages bool
	PinMessages    bool
	ManageTopics   bool
}

// AllRights is what a generous owner gives the bot.
func AllRights() Rights {
	return Rights{PostMessages: true, EditMessages: true, DeleteMessages: true, PinMessages: true, ManageTopics: true}
}

// Chat is a group, a supergroup or a channel as AddChat takes it. Private
// chats are made by AddUser.
type Chat struct {
	// ID is negative; a supergroup's or a channel's begins with -100.
	ID       int64
	Type     string // Group, Supergroup or Channel
	Title    string
	Username string // makes it public: chat_id "@username" finds it
	IsForum  bool   // supergroups only
	// Members holds each one's status, the bot's own among them. A bot that is
	// not listed is not in the chat and knows nothing of it.
	Members map[int64]string
	// BotRights count when the bot's status is Administrator.
	BotRights Rights
	// NoText and NoPhotos are the chat's restrictions for ordinary members.
	NoText, NoPhotos bool
	// NoMemberPins keeps members from pinning (the default for most groups).
	NoMemberPins bool
}

// ChatInfo describes a chat as a page lists it.
type ChatInfo struct {
	ID        int64
	Type      string
	Title     string // the person's name in a private chat
	Username  string
	IsForum   bool
	Topics    []Topic
	BotStatus string // the bot's membership; in a private chat Member, or Kicked when blocked
	Started   bool   // private chats: the person has written to the bot
	Members   map[int64]string
	// MigratedTo is the supergroup that the group became; 0 is none.
	MigratedTo int64
	Last       *Message
}

// Topic is a thread of a forum.
type Topic struct {
	ThreadID int64
	Name     string
	Closed   bool
	Deleted  bool
}

// Message is a message as a person sees it now. Messages are values: what a
// call returned never changes.
type Message struct {
	ID              int64
	ChatID          int64
	ThreadID        int64 // forum topic; 0 is none
	From            User  // zero for a channel post
	Outgoing        bool  // the bot sent it
	Date            time.Time
	EditDate        time.Time // zero: never edited
	Text            string
	Entities        []Entity
	Caption         string
	CaptionEntities []Entity
	CaptionAbove    bool
	Photo           *Photo
	Document        *Document
	LinkPreview     *LinkPreview
	InlineKeyboard  [][]Button
	ReplyKeyboard   *ReplyKeyboard
	RemoveKeyboard  bool
	ForceReply      bool
	ReplyTo         int64
	ReplyQuote      string
	ForwardedFrom   string // a name; empty when it is no forward
	ViaBot          bool   // an inline result, sent by a person
	MediaGroupID    string
	Service         string // the field of a service message, such as "new_chat_members"
	Pinned          bool
	Silent          bool
	Protected       bool

	service  *serviceInfo
	origin   *wireOrigin
	inlineID string
}

// Entity is a range of formatting. Offset and Length count UTF-16 units.
type Entity struct {
	Type          string `json:"type"`
	Offset        int    `json:"offset"`
	Length        int    `json:"length"`
	URL           string `json:"url,omitempty"`             // text_link
	User          *User  `json:"-"`                         // text_mention
	Language      string `json:"language,omitempty"`        // pre
	CustomEmojiID string `json:"custom_emoji_id,omitempty"` // custom_emoji
	UnixTime      int64  `json:"unix_time,omitempty"`       // date_time
	TimeFormat    string `json:"date_time_format,omitempty"`
}

// Photo is the largest size of a picture. File gives its bytes.
type Photo struct {
	FileID  string
	Width   int
	Height  int
	Size    int
	Spoiler bool
}

// Document is a file sent as such. File gives its bytes.
type Document struct {
	FileID   string
	Name     string
	MIMEType string
	Size     int
}

// LinkPreview is link_preview_options as the bot gave them.
type LinkPreview struct {
	IsDisabled       bool   `json:"is_disabled,omitempty"`
	URL              string `json:"url,omitempty"`
	PreferSmallMedia bool   `json:"prefer_small_media,omitempty"`
	PreferLargeMedia bool   `json:"prefer_large_media,omitempty"`
	ShowAboveText    bool   `json:"show_above_text,omitempty"`
}

// Button is a button under a message. Text is its label; at most one of the
// other fields says what it does, and none of them (with Disabled set) nothing.
type Button struct {
	Text                string
	Data                string // callback_data
	URL                 string
	WebApp              string
	CopyText            string
	SwitchInline        *string
	SwitchInlineCurrent *string
	Style               string // danger, success, primary
	IconCustomEmojiID   string
	Disabled            bool

	wire *wireButton
}

// ReplyKeyboard is a keyboard that stands in place of the letters.
type ReplyKeyboard struct {
	Rows        [][]ReplyButton
	Persistent  bool
	Resize      bool
	OneTime     bool
	Placeholder string
	Selective   bool
}

// ReplyButton sends its text when it is pressed.
type ReplyButton struct {
	Text            string
	RequestContact  bool
	RequestLocation bool
	WebApp          string
}

// Command is a line of the commands menu.
type Command struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

// CallbackAnswer is what the bot said to a press.
type CallbackAnswer struct {
	QueryID   string
	Text      string
	ShowAlert bool
	URL       string
}

// InlineAnswer is what the bot answered to an inline query.
type InlineAnswer struct {
	QueryID    string
	Query      string // what was asked
	Results    []InlineResult
	CacheTime  int // seconds
	IsPersonal bool
	NextOffset string
	Button     string // text of the button above the results
}

// InlineResult is one line of an inline answer.
type InlineResult struct {
	Type        string
	ID          string
	Title       string
	Description string
	URL         string
	Thumbnail   string
	Text        string // message text after parsing
	Entities    []Entity
	Keyboard    [][]Button
}

// EventKind says what happened.
type EventKind string

// The kinds of events.
const (
	EventMessage  EventKind = "message"
	EventEdit     EventKind = "edit"
	EventDelete   EventKind = "delete"
	EventPin      EventKind = "pin"
	EventUnpin    EventKind = "unpin"
	EventTyping   EventKind = "typing"
	EventAnswer   EventKind = "callback_answer"
	EventCommands EventKind = "commands"
	EventChat     EventKind = "chat" // a chat appeared, or its members or title changed
	EventDraft    EventKind = "draft"
)

// Event is a change that a page shows. Seq grows by one with each.
type Event struct {
	Seq       int64
	Time      time.Time
	Kind      EventKind
	ChatID    int64
	MessageID int64
	Message   *Message        // message, edit, pin
	Answer    *CallbackAnswer // callback_answer
	Text      string          // typing: the action; draft: its text
	UserID    int64           // callback_answer: who pressed
}

// Call is a request that the bot made, as the log keeps it.
type Call struct {
	Time        time.Time // real, not the world's
	Method      string
	Params      map[string]string // files stand as "<name, N bytes>"; secret_token is hidden
	ChatID      int64             // 0 when there is none, or when it is unknown
	Status      int               // HTTP status; 0 when the connection was cut
	OK          bool
	Description string // of an error
	Duration    time.Duration
	// Violations are what Bot API 10.3 does not have or frowns upon, although
	// Telegram lets it pass: unknown parameters, wrong types, deprecated forms.
	Violations []string
}

// Limits are the flood limits. A zero field is off.
type Limits struct {
	PerSecond        int           // messages a second for the whole bot
	PerChatPerSecond float64       // messages a second to one chat
	ChatBurst        int           // messages to one chat before PerChatPerSecond counts; 0 is 3
	PerGroupMinute   int           // messages a minute to a group or channel
	PaidPerSecond    int           // messages a second with allow_paid_broadcast
	RetryAfter       time.Duration // told in 429 instead of the computed wait; whole seconds
}

// TelegramLimits are those that Telegram's own FAQ tells: 30 a second, about
// one a second to a chat, 20 a minute to a group, 1000 a second when paid.
func TelegramLimits() Limits {
	return Limits{PerSecond: 30, PerChatPerSecond: 1, ChatBurst: 3, PerGroupMinute: 20, PaidPerSecond: 1000}
}

// FaultKind is a way to fail.
type FaultKind int

// The kinds of faults.
const (
	TooManyRequests FaultKind = iota // 429 with RetryAfter
	InternalError                    // 500 as JSON
	BadGatewayHTML                   // 502 with an HTML page
	Hang                             // no answer for the time Hang (0: until the client leaves); not accepted
	DropBefore                       // the connection is cut; the call did nothing
	DropAfter                        // the call is done, then the connection is cut
	Latency                          // the call is done after Hang has passed
	Unauthorized                     // 401
	Conflict                         // 409
	TruncatedJSON                    // done, but the answer ends in its middle
	SlowBody                         // done, the answer drips for the time Hang
	EmptyUpdates                     // getUpdates answers [] at once
	Refuse                           // Status and Description as given; nothing is done
)

// Fault makes calls fail until it is cleared or used up.
type Fault struct {
	Method      string // "" is every method that makes or copies a message (send*, copy*, forward*); "*" is any
	ChatID      int64  // 0 is any
	Text        string // the text or caption that is sent, but for albums; "" is any
	Kind        FaultKind
	Times       int     // 0: until cleared
	Skip        int     // let so many matching calls pass first
	Chance      float64 // 0: always
	RetryAfter  time.Duration
	Hang        time.Duration
	Jitter      time.Duration // for Latency: Hang is so much longer or shorter, by chance
	Status      int           // for Refuse
	Description string        // replaces the usual one
}
