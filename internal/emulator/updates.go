package emulator

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

const (
	updateLife   = 24 * time.Hour
	maxUpdates   = 1_000_000
	longestPoll  = 50 // seconds
	pollLimit    = 100
	conflictPoll = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
	conflictHook = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
	conflictSet  = "Conflict: terminated by setWebhook request"
)

// updateTypes are the kinds of updates of Bot API 10.3; those that are not
// true come only when allowed_updates names them.
var updateTypes = map[string]bool{
	"message": true, "edited_message": true, "channel_post": true, "edited_channel_post": true,
	"business_connection": true, "business_message": true, "edited_business_message": true, "deleted_business_messages": true,
	"message_reaction": false, "message_reaction_count": false, "inline_query": true, "chosen_inline_result": true,
	"callback_query": true, "shipping_query": true, "pre_checkout_query": true, "purchased_paid_media": true,
	"poll": true, "poll_answer": true, "my_chat_member": true, "chat_member": false, "chat_join_request": true,
	"chat_boost": true, "removed_chat_boost": true, "subscription": true, "managed_bot": true, "guest_message": true,
	"stopped_message_generation": true,
}

// update is one that waits to be fetched.
type update struct {
	id  int64
	at  time.Time
	raw json.RawMessage // the whole Update
}

// updateQueue holds what the bot has not confirmed yet.
type updateQueue struct {
	mu      sync.Mutex
	list    []update
	next    int64
	allowed map[string]bool // nil is the default set
	names   []string        // allowed as the bot gave it
	wake    chan struct{}   // closed when an update comes
	poll    chan string     // the poll that waits: it takes the words of its end
	offset  int64           // of the last poll
	polled  time.Time
}

func newUpdateQueue() *updateQueue {
	return &updateQueue{next: 100_000_000 + rand.Int64N(800_000_000), wake: make(chan struct{})}
}

// add queues an update unless the bot does not want its kind.
func (q *updateQueue) add(kind string, payload json.RawMessage) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.allowed != nil && !q.allowed[kind] || q.allowed == nil && !updateTypes[kind] {
		return
	}
	raw := make([]byte, 0, len(payload)+len(kind)+40)
	raw = append(raw, `{"update_id":`...)
	raw = append(raw, itoa(q.next)...)
	raw = append(raw, ',', '"')
	raw = append(raw, kind...)
	raw = append(raw, '"', ':')
	raw = append(raw, payload...)
	raw = append(raw, '}')
	q.list = append(q.list, update{id: q.next, at: time.Now(), raw: raw})
	q.next++
	if len(q.list) > maxUpdates {
		q.list = q.list[1:]
	}
	close(q.wake)
	q.wake = make(chan struct{})
}

// update queues payload as an update of this kind.
func (s *Server) update(kind string, payload any) {
	raw, err := json.Marshal(payload)
	if err != nil {
		panic("emulator: an update that is no JSON: " + err.Error()) // our own types: a defect
	}
	s.updates.add(kind, raw)
}

// updateName is the kind of update that a message of the chat makes.
func updateName(c *chat, edited bool) string {
	name := "message"
	if c.typ == Channel {
		name = "channel_post"
	}
	if edited {
		name = "edited_" + name
	}
	return name
}

// allow remembers allowed_updates. An empty list is the default set.
func (q *updateQueue) allow(names []string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.names = names
	q.allowed = nil
	if len(names) > 0 {
		q.allowed = map[string]bool{}
		for _, n := range names {
			q.allowed[n] = true
		}
	}
}

// confirm forgets what is before offset; a negative one leaves so many. The lock is held.
func (q *updateQueue) confirm(offset int64) {
	if n := len(q.list); offset < 0 {
		q.list = q.list[max(0, n+int(max(offset, -int64(n)))):]
	} else if offset > 0 {
		i, _ := slices.BinarySearchFunc(q.list, offset, func(u update, id int64) int { return int(u.id - id) })
		q.list = q.list[i:]
	}
	old := time.Now().Add(-updateLife)
	for len(q.list) > 0 && q.list[0].at.Before(old) {
		q.list = q.list[1:]
	}
	if len(q.list) == 0 {
		q.list = nil
	}
}

// take returns up to limit updates. The lock is held.
func (q *updateQueue) take(limit int) []json.RawMessage {
	out := make([]json.RawMessage, 0, min(limit, len(q.list)))
	for _, u := range q.list[:min(limit, len(q.list))] {
		out = append(out, u.raw)
	}
	return out
}

func (q *updateQueue) pending() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.list)
}

// stopPoll ends the poll that waits. The lock is held.
func (q *updateQueue) stopPoll(why string) {
	if q.poll != nil {
		q.poll <- why // has room for one, and is taken away at once
		q.poll = nil
	}
}

func conflict(text string) *apiError { return &apiError{code: 409, text: text} }

// allowedUpdates reads the parameter; given is false when it is not there.
func (r *request) allowedUpdates() (names []string, given bool) {
	raw, ok := r.vals["allowed_updates"]
	if !ok || !isJSON(raw, '[') {
		return nil, false
	}
	if err := json.Unmarshal([]byte(raw), &names); err != nil {
		r.violate("allowed_updates is no array of strings")
		return nil, false
	}
	for _, n := range names {
		if _, known := updateTypes[n]; !known {
			r.violate("allowed_updates names the unknown type %q", n)
		}
	}
	return names, true
}

func (r *request) getUpdates() (any, *apiError) {
	q := r.s.updates
	if r.s.hook.active() {
		return nil, conflict(conflictHook)
	}
	if names, given := r.allowedUpdates(); given {
		q.allow(names)
	}
	offset := r.integer("offset", 0)
	limit := int(r.integer("limit", pollLimit))
	if limit < 1 || limit > pollLimit {
		r.violate("limit %d is not in 1-100", limit)
		limit = min(max(limit, 1), pollLimit)
	}
	timeout := r.integer("timeout", 0)
	if timeout < 0 || timeout > longestPoll {
		timeout = min(max(timeout, 0), longestPoll)
	}

	now := time.Now()
	q.mu.Lock()
	if offset == q.offset && timeout < 3 && now.Before(q.polled.Add(3*time.Second)) {
		timeout = 3 // the server slows down who asks the same again and again
	}
	if offset == q.offset && now.Before(q.polled.Add(500*time.Millisecond)) {
		limit = 1
	}
	q.offset, q.polled = offset, now
	q.stopPoll(conflictPoll)
	q.confirm(offset)
	if len(q.list) > 0 || timeout == 0 {
		defer q.mu.Unlock()
		return q.take(limit), nil
	}
	mine := make(chan string, 1)
	q.poll = mine
	wake := q.wake
	q.mu.Unlock()

	deadline := time.NewTimer(time.Duration(timeout) * time.Second)
	defer deadline.Stop()
	ended := false
	for {
		select {
		case why := <-mine:
			return nil, conflict(why)
		case <-wake:
		case <-deadline.C:
			ended = true
		case <-r.http.Context().Done():
			ended = true
		case <-r.s.ctx.Done():
			ended = true
		}
		q.mu.Lock()
		if q.poll != mine {
			q.mu.Unlock()
			return nil, conflict(<-mine)
		}
		out := q.take(limit)
		if r.http.Context().Err() != nil {
			out = nil // nobody takes them
		}
		if ended || len(out) > 0 {
			q.poll = nil
			q.mu.Unlock()
			if out == nil {
				out = []json.RawMessage{}
			}
			return out, nil
		}
		wake = q.wake
		q.mu.Unlock()
	}
}

// Pending is how many updates the bot has not confirmed.
func (s *Server) Pending() int { return s.updates.pending() }
