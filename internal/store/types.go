package store

import (
	"errors"
	"slices"
	"time"

	"newsbot/internal/article"
	"newsbot/internal/feed"
	"newsbot/internal/outbox"
)

// ErrNotFound is returned when what was asked for by its key is not stored.
var ErrNotFound = errors.New("not found")

// Chat is a chat that the bot knows, with its settings.
type Chat struct {
	ID             int64
	Kind           string // private, group, supergroup or channel
	Title          string // a group's or channel's title, a person's name
	Language       string // interface language: kk, ru or en
	NewsLanguages  []string
	Zone           string // IANA name
	ThreadID       int64  // forum topic of digests and broadcasts; 0 is the chat itself
	Active         bool   // false: the bot cannot write there
	InactiveReason string
	Subscribed     bool     // wants what the bot sends by itself; false after /stop
	Currencies     []string // codes, in the order they are shown; none: the usual ones
	Topics         []string // what its digest is about, see feed.Topics; none: all. The empty one stands for articles without a topic
	NoBreaking     bool     // opted out of breaking news
	NoNewsroom     bool     // opted out of the newsroom's messages
	Quiet          Quiet    // when messages come without a sound
	OwnerID        int64    // who brought the bot into a group or channel; 0 is unknown
	CreatedAt      time.Time
}

// Prefers is the language in which a chat is shown a story that is told in several: that
// of its screens, if it reads news in it; empty when it has no say.
func (c Chat) Prefers() string {
	if len(c.NewsLanguages) == 0 || slices.Contains(c.NewsLanguages, c.Language) {
		return c.Language
	}
	return ""
}

// Digest is when a chat gets its digest.
type Digest struct {
	ChatID   int64
	Minute   int   // of the day, in the chat's zone: 0 to 1439
	Weekdays uint8 // bit 0 is Monday, bit 6 is Sunday
	NextAt   time.Time
	On       bool
	Chart    bool // a chart of rates follows it
}

// DueDigest is a digest whose slot has come.
type DueDigest struct {
	Digest
	Chat     Chat
	LastSlot time.Time // when the last digest was made, or its slot if that is later; zero if none was
}

// Slot is a digest slot that is settled: sent or skipped, and what comes next.
type Slot struct {
	ChatID   int64
	At       time.Time       // the slot: Digest.NextAt as it was read
	NextAt   time.Time       // the slot after it
	Message  *outbox.Message // nil: nothing is sent
	Picture  *outbox.Message // follows Message; nil: none
	ThreadID int64
	Note     string    // why it was skipped
	DueAt    time.Time // when the message goes out; zero is at once
}

// SourceStatus is a source and how its polling stands.
type SourceStatus struct {
	feed.Source
	Paused      bool
	PauseReason feed.Reason // why it was paused by itself; empty: an editor did it
	State       feed.State
	Rhythm      Rhythm
	Move        Move
	NextPollAt  time.Time
	LastOKAt    time.Time   // zero: never read well
	LastError   string      // empty after a good poll
	Reason      feed.Reason // class of LastError
	Failures    int         // failed polls in a row
	FailingAt   time.Time   // the first of them; zero: it does not fail
	ToldAt      time.Time   // when editors were told that it fails; zero: they do not know
	QuietToldAt time.Time   // when editors were told that it brings nothing any more
}

// Rhythm is how often a source is to be asked, as far as its last good reading tells.
type Rhythm struct {
	Gap      time.Duration // mean time between two of its items; zero: not known
	Asked    time.Duration // for how long the feed asks to be left alone
	NewestAt time.Time     // the date of its newest item; zero: it gives none
	// BroughtAt is when a reading last brought something new. RecordPoll sets it.
	BroughtAt time.Time
}

// Move is where a source says that it has moved for good. It is followed each
// time, and remembered once it has been said often enough.
type Move struct {
	To    string // empty: it has not
	Times int    // polls in a row that were led there
	Since time.Time
}

// Poll is the outcome of reading a source once.
type Poll struct {
	SourceID   string
	State      feed.State
	Rhythm     Rhythm
	Move       Move
	NextPollAt time.Time
	SoonAt     time.Time   // in place of NextPollAt when the poll brings something new; zero: NextPollAt
	Err        string      // empty: the poll was good; else State, Rhythm and Move are left as they were
	Reason     feed.Reason // class of Err
	Pause      bool        // the source is paused, for Reason
	First      bool        // nothing of the source was read before: what it lists without a date may be of any age
	Excused    bool        // the failure was not the source's own: it is asked again, and nothing is held against it
	Items      []NewItem
}

// NewItem is an item of a source, as it is first stored.
type NewItem struct {
	ID          string // story.ID of the canonical link
	Link        string
	Title       string
	Author      string
	Language    string
	Image       string
	Summary     string
	Topic       string
	PublishedAt time.Time       // zero: the source does not say
	UpdatedAt   time.Time       // when the source says that it edited it last; zero: it does not say
	Blocks      []article.Block // the full text when the source carries it; nil: it is to be fetched
	StoryID     string          // empty: a story of its own
}

// The states of an article's text.
const (
	TextPending = "pending" // to be fetched, for the first time or again
	TextReady   = "ready"
	TextFailed  = "failed" // will not be tried again
)

// Article is a stored article. PendingTexts leaves Blocks, Sources and RevisedAt empty.
type Article struct {
	ID          string
	SourceID    string
	SourceTitle string
	Link        string
	Title       string
	Author      string
	Language    string
	Image       string
	Summary     string
	Topic       string
	StoryID     string
	PublishedAt time.Time
	FirstSeenAt time.Time
	Blocks      []article.Block
	TextState   string
	TextTries   int         // failed fetches of the text
	HasText     bool        // a text is there, also while its page is read again
	Reprint     int         // grows when what its story is recognised by has to be made anew
	RevisedAt   time.Time   // when it last became another than it was; zero: never
	Sources     []SourceRef // the other articles of the same story, oldest first
}

// Revision is what an article was until its source changed it.
type Revision struct {
	ReplacedAt time.Time
	Title      string
	Summary    string
	Blocks     []article.Block // none: there was no text yet
}

// SourceRef is another source's article about the same story.
type SourceRef struct {
	SourceID    string
	SourceTitle string
	ArticleID   string
	Language    string
	Title       string
	HasText     bool // it is more than a summary
}

// Headline is a line of a news list: one story, told by one of its articles.
type Headline struct {
	ID          string // of the article
	StoryID     string
	SourceTitle string
	Title       string
	Language    string
	Topic       string
	Link        string
	Image       string
	Summary     string
	PublishedAt time.Time
	Sources     int      // how many sources tell the story, this one included
	Also        []string // the other languages among those asked for that it is told in
}

// NewsQuery selects headlines. Zero times and empty lists do not restrict.
type NewsQuery struct {
	Languages []string
	Prefer    string    // the language of the telling that is shown, of several; empty: the first one
	Topics    []string  // the empty one stands for articles without a topic
	Without   []string  // stories that are left out
	AsOf      time.Time // first seen at or before: pages stay put while news comes in
	Since     time.Time // first seen after
	Offset    int
	Limit     int
}

// PruneRule says for how long things are kept.
type PruneRule struct {
	Articles time.Duration // since they were first seen
	Most     int           // articles; the oldest beyond go, however young; zero is no bound
	Prints   time.Duration // what stories are recognised by, since the article was first seen
	Rows     time.Duration // settled deliveries, slots, finished broadcasts, payloads, update ids, dialogs
}
