package outbox

import (
	"context"
	"time"
)

// Lane orders deliveries that are due: a lower lane always goes first.
type Lane int

// The lanes, in the order in which they are served.
const (
	LaneReply Lane = iota
	LaneBreaking
	LaneDigest
	LaneBulk
)

// Action is what a delivery does in its chat.
type Action string

// The actions. Edit and delete are about a message that was sent before.
const (
	ActionSend   Action = ""
	ActionEdit   Action = "edit"
	ActionDelete Action = "delete"
)

// Media says what the text of a message is, which an edit has to know.
type Media string

// The kinds of messages that are edited in different ways.
const (
	MediaText    Media = "text"    // a text
	MediaCaption Media = "caption" // a picture or the like, which stays; the text is its caption
	MediaNone    Media = "none"    // nothing with a text: a sticker, a poll
)

// Delivery is one message on its way to one chat. Key is the dedup: the same
// key is never enqueued twice. A recipient of a run that is tried for the first
// time has no key; its batch and chat are its name.
type Delivery struct {
	Key      string
	ChatID   int64
	ThreadID int64 // forum topic; 0 is the chat itself
	Lane     Lane
	Batch    string // the broadcast it belongs to; empty otherwise
	Action   Action
	Message  Message
	Silent   bool // without a sound, whatever the message says
	DueAt    time.Time
	Attempts int // failed attempts that counted, before this one
	// CreatedAt is when it was enqueued, as Claim returns it; Enqueue does not read it.
	CreatedAt time.Time

	// What an edit or a delete is about: the message, the others of its album,
	// what its text is, and when it was sent.
	TargetID int64
	MoreIDs  []int64
	Media    Media
	SentAt   time.Time
}

// IDs returns the ids of all the messages that an edit or a delete is about.
func (d Delivery) IDs() []int64 { return append([]int64{d.TargetID}, d.MoreIDs...) }

// Messages returns how many messages it sends, as Telegram's limits count them.
func (d *Delivery) Messages() int {
	if d.Action != ActionSend {
		return 1
	}
	return d.Message.Messages()
}

// Run is a broadcast, a correction or a recall whose recipients may be sent to now.
type Run struct {
	Batch string
	Lane  Lane
	// Open says that there may be chats that no slice holds yet, or slices that
	// nobody holds.
	Open bool
}

// Slice is a range of chat ids of a run that a process works through, with the
// deliveries to those chats that have no outcome yet.
type Slice struct {
	Batch      string
	From, To   int64 // both included
	Deliveries []Delivery
}

// Result says what became of an attempt.
type Result int

// The results an attempt can have. What each costs and changes is the outbox's
// decision; telling them apart is the sender's.
const (
	Sent     Result = iota // Telegram has it; MessageID is set
	Retry                  // try again; After says how long to wait at least, costs an attempt
	Flooded                // 429: wait After for the scope, costs no attempt
	Gone                   // the chat cannot be reached any more: blocked, kicked, deactivated, deleted
	Moved                  // the chat has a new id, NewChatID; send there
	Rejected               // Telegram will never take this message: the row fails, the chat is fine
)

// Outcome is the answer to one attempt.
type Outcome struct {
	Result    Result
	MessageID int64
	MoreIDs   []int64       // the other messages of an album
	After     time.Duration // for Retry and Flooded
	NewChatID int64         // for Moved
	Reason    Reason        // for Gone, Rejected and Retry
	Err       error         // why, for every result but Sent; never holds the token
}

// Reason is the class of why something did not arrive: short and stable, to be
// counted and translated.
type Reason string

// The reasons.
const (
	ReasonBlocked     Reason = "blocked"     // by the person
	ReasonDeactivated Reason = "deactivated" // the account is deleted
	ReasonKicked      Reason = "kicked"      // out of the group or channel
	ReasonNotFound    Reason = "not_found"   // there is no such chat (any more)
	ReasonNotStarted  Reason = "not_started" // the person has never written to the bot
	ReasonNoRights    Reason = "no_rights"   // the chat does not let the bot do this
	ReasonRejected    Reason = "rejected"    // Telegram will never take this message
	ReasonTooOld      Reason = "too_old"     // to be deleted
	ReasonLocked      Reason = "locked"      // it can't be changed
	ReasonNoMessage   Reason = "no_message"  // it is not there any more
	ReasonMoved       Reason = "moved"       // the group is another chat now, the message is not
	ReasonTooLate     Reason = "too_late"    // it was tried for too long
	ReasonUnreachable Reason = "unreachable" // Telegram did not answer, again and again
	ReasonUnreadable  Reason = "unreadable"  // what was stored of the message
	ReasonNotStored   Reason = "not_stored"  // the outcome, which is unknown therefore
)

// Sender puts one delivery on the wire and classifies the answer. It falls back
// to plain text by itself when Telegram rejects the HTML.
type Sender interface {
	Send(ctx context.Context, d Delivery) Outcome
}

// State is where a delivery stands.
type State string

// The states. Pending and sending are live; the others are final.
const (
	StatePending   State = "pending"
	StateSending   State = "sending"
	StateSent      State = "sent"
	StateFailed    State = "failed"
	StateGone      State = "gone"
	StateCancelled State = "cancelled"
	// StateRetrying is that of a recipient whose delivery waits in the outbox.
	StateRetrying State = "retrying"
)

// Settlement is what Store.Settle writes for one delivery: of a claimed row, or
// of a recipient when Key is empty.
type Settlement struct {
	Key       string
	Batch     string
	ChatID    int64
	State     State     // StatePending puts it back, due at DueAt
	DueAt     time.Time // for StatePending
	Attempts  int
	MessageID int64
	MoreIDs   []int64
	NewChatID int64  // not zero: the chat moved; the store moves the chat and the row
	Reason    Reason // for failed and gone
	Detail    string // the same in words
	// Kept: the store could not be reached at first, and what it held for this
	// process may be another's, or done with, by now.
	Kept bool
	// Delivery is what a recipient's row in the outbox is made of when it has to
	// be put back; nil otherwise.
	Delivery *Delivery
}

// Store keeps deliveries. *store.Store implements it on both engines.
type Store interface {
	// Claim takes up to limit due pending deliveries, lanes first, for holder
	// until now+lease. Claims whose lease ran out are pending again.
	Claim(ctx context.Context, now time.Time, holder string, lease time.Duration, limit int) ([]Delivery, error)
	// Settle writes outcomes: of claims that holder still has, and of recipients
	// that have none yet. Gone also makes the chat inactive.
	Settle(ctx context.Context, now time.Time, holder string, settled []Settlement) error
	// NextDue returns when the earliest pending delivery is due; ok is false when there is none.
	NextDue(ctx context.Context) (due time.Time, ok bool, err error)
	// Release gives back at once the claims and slices of holder (at shutdown), or of all when holder is empty
	// (at the start of the only process).
	Release(ctx context.Context, now time.Time, holder string) error

	// Runs returns the runs that may send now, lanes first, then by their start. With
	// an error that is about others it returns those that may all the same.
	Runs(ctx context.Context, now time.Time) ([]Run, error)
	// TakeSlice claims a slice of a run for holder until now+lease: one that
	// nobody holds, else the next chats, at most limit. ok is false when the run
	// has none to give.
	TakeSlice(ctx context.Context, now time.Time, holder string, lease time.Duration, batch string, limit int) (s Slice, ok bool, err error)
	// RenewSlices holds holder's slices until now+lease and returns which they are, by batch and From.
	RenewSlices(ctx context.Context, now time.Time, holder string, lease time.Duration) (map[SliceKey]bool, error)
	// EndSlice ends a slice that holder has and whose chats all have an outcome.
	EndSlice(ctx context.Context, now time.Time, holder string, k SliceKey) error
	// FreeSlice gives back a slice that holder has, some of whose chats may have no outcome.
	FreeSlice(ctx context.Context, now time.Time, holder string, k SliceKey) error
}

// SliceKey names a slice.
type SliceKey struct {
	Batch string
	From  int64
}
