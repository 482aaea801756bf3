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

// Delivery is one message on its way to one chat. Key is the dedup: the same
// key is never enqueued twice.
type Delivery struct {
	Key      string
	ChatID   int64
	ThreadID int64 // forum topic; 0 is the chat itself
	Lane     Lane
	Batch    string // groups the deliveries of one broadcast; empty otherwise
	Message  Message
	DueAt    time.Time
	Attempts int // failed attempts that counted, before this one
	// CreatedAt is when it was enqueued, as Claim returns it; Enqueue does not read it.
	CreatedAt time.Time
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
	After     time.Duration // for Retry and Flooded
	NewChatID int64         // for Moved
	Err       error         // why, for every result but Sent; never holds the token
}

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
)

// Settlement is what Store.Settle writes for one claimed delivery.
type Settlement struct {
	Key       string
	ChatID    int64
	State     State     // StatePending puts it back, due at DueAt
	DueAt     time.Time // for StatePending
	Attempts  int
	MessageID int64
	NewChatID int64  // not zero: the chat moved; the store moves the chat and the row
	Reason    string // for failed and gone; shown to editors
}

// Store keeps deliveries. *store.Store implements it on both engines.
type Store interface {
	// Claim takes up to limit due pending deliveries, lanes first, for holder
	// until now+lease. Claims whose lease ran out are pending again.
	Claim(ctx context.Context, now time.Time, holder string, lease time.Duration, limit int) ([]Delivery, error)
	// Settle writes outcomes of claims that holder still has. Gone also makes the chat inactive.
	Settle(ctx context.Context, now time.Time, holder string, settled []Settlement) error
	// Plan makes the next slice of rows for running broadcasts, at most limit,
	// when fewer than limit bulk rows are pending. It returns the rows made.
	Plan(ctx context.Context, now time.Time, limit int) (int, error)
	// NextDue returns when the earliest pending delivery is due; ok is false when there is none.
	NextDue(ctx context.Context) (due time.Time, ok bool, err error)
	// Release gives back at once the claims of holder (at shutdown), or all claims when holder is empty
	// (at the start of the only process).
	Release(ctx context.Context, now time.Time, holder string) error
}
