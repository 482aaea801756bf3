package outbox

import (
	"context"
	"slices"
	"sync"
	"time"
)

// PacerOptions are the limits a Pacer keeps. They are Telegram's published
// ones by default, but for Rate, which is the operator's.
type PacerOptions struct {
	Rate           float64       // messages a second for the whole bot; 0 is without limit
	Burst          int           // how many may be made up for when they are late; default Rate/10, at least 1
	FreeRate       float64       // breaking news and digests a second, where Rate is that of paid broadcasts; 0 is Rate
	PerChat        time.Duration // spacing in one chat; default 1 s, negative is none
	ChatBurst      int           // messages that may follow at once in a chat after a lull; default 3
	GroupPerMinute int           // in one group, supergroup or channel; default 20, negative is without limit
	// Spent says that another process may have sent until now, as much as the
	// bot may: nothing leaves for a second.
	Spent bool
}

// Pacer spaces everything the bot sends: there is one for the whole bot. Lower
// lanes go first, within a lane those who came first, and a chat that has to
// wait holds up no other.
//
// It goes by the real clock whatever clock the bot is given, since Telegram does too.
type Pacer struct {
	o       PacerOptions
	answers answers

	mu      sync.Mutex
	waiting [LaneBulk + 1][]*waiter
	whole   pace // the bot's own
	free    pace // of what is not paid for, where the rest is
	chats   map[int64]*pace
	sweepAt int         // size of chats at which idle ones are dropped
	timer   *time.Timer // runs dispatch when the next one may leave
	armed   time.Time   // when timer fires; zero when it does not

	// While probing, one message a second leaves, to see how far a 429 with a
	// long wait, or an outage, reaches.
	probing bool
	flooded int64     // the chat that was told to wait long; 0 is none
	wait    time.Time // until when
}

type waiter struct {
	chat    int64
	n       int // messages
	granted chan struct{}
}

// The rules that are not options.
const (
	longFlood  = time.Minute // a longer retry_after need not be the whole bot's
	probeEvery = time.Second
	sweepFrom  = 1024
	// mostAtOnce is how many of Burst may leave at once after a lull, in which nobody
	// waited or nobody was let through. What leaves at once arrives spread, since
	// connections have to be made, and would come on top of a whole second's rate.
	// The rest of Burst is there for timers that fire late.
	mostAtOnce = 10
)

// FreeRate is how many messages a second Telegram takes of every bot without pay, as
// its FAQ says.
const FreeRate = 30

// NewPacer returns a Pacer that keeps o.
func NewPacer(o PacerOptions) *Pacer {
	if o.Burst <= 0 {
		o.Burst = max(1, int(o.Rate/10))
	}
	if o.PerChat == 0 {
		o.PerChat = time.Second
	}
	if o.ChatBurst <= 0 {
		o.ChatBurst = 3
	}
	if o.GroupPerMinute == 0 {
		o.GroupPerMinute = 20
	}
	p := &Pacer{o: o, chats: map[int64]*pace{}, sweepAt: sweepFrom}
	if o.Spent && o.Rate > 0 {
		p.whole.held = time.Now().Add(time.Second)
	}
	return p
}

// Wait returns when a message of the lane may leave for the chat, or when ctx
// is done, with its error.
func (p *Pacer) Wait(ctx context.Context, lane Lane, chatID int64) error {
	return p.WaitAlbum(ctx, lane, chatID, 1)
}

// WaitAlbum is Wait for n messages that leave together, in one call: Telegram
// counts each of them.
func (p *Pacer) WaitAlbum(ctx context.Context, lane Lane, chatID int64, n int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	lane = min(max(lane, LaneReply), LaneBulk)
	if lane > LaneBreaking {
		if err := p.answers.wait(ctx); err != nil {
			return err
		}
	}
	p.mu.Lock()
	now, alone := time.Now(), !p.anyoneWaits()
	if alone {
		p.rested(now)
	}
	if alone && !p.botReady(n).After(now) {
		if c := p.chats[chatID]; !p.freeReady(int(lane), n).After(now) && (c == nil || !c.ready(p.o.PerChat, p.o.ChatBurst, time.Minute, n).After(now)) {
			p.note(now, lane, chatID, n) // nobody to wait for, nothing to wait with
			p.mu.Unlock()
			return nil
		}
	}
	w := &waiter{chat: chatID, n: n, granted: make(chan struct{})}
	p.waiting[lane] = append(p.waiting[lane], w)
	p.dispatch(now)
	p.mu.Unlock()
	select {
	case <-w.granted:
		return nil
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.Index(p.waiting[lane], w)
	if i < 0 {
		return nil // granted at the same moment
	}
	p.waiting[lane] = slices.Delete(p.waiting[lane], i, i+1)
	return ctx.Err()
}

// WaitEdit returns when a message of the chat may be edited, or when ctx is done,
// with its error. An edit keeps to pauses and to the chat's own spacing. It is no
// new message, and takes nothing of the rate: the progress of a broadcast must not
// slow it down.
func (p *Pacer) WaitEdit(ctx context.Context, chatID int64) error {
	for {
		ready := p.editReady(time.Now(), chatID)
		if ready.IsZero() {
			return ctx.Err()
		}
		if !sleep(ctx, time.Until(ready)) {
			return ctx.Err()
		}
	}
}

// editReady takes the chat's turn for an edit, or returns when it is.
func (p *Pacer) editReady(now time.Time, chatID int64) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.chat(chatID)
	ready := later(p.whole.held, c.ready(p.o.PerChat, p.o.ChatBurst, time.Minute, 1))
	if p.probing {
		ready = later(ready, p.whole.last.Add(probeEvery))
	}
	if ready.After(now) {
		return ready
	}
	window := 0
	if chatID < 0 {
		window = p.o.GroupPerMinute
	}
	c.use(now, max(p.o.PerChat, 0), window)
	p.whole.last = now
	return time.Time{}
}

// Pause holds a chat, or everything when chatID is 0, for d. The longest pause counts.
func (p *Pacer) Pause(chatID int64, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pause(chatID, time.Now().Add(d))
}

func (p *Pacer) pause(chatID int64, until time.Time) {
	target := &p.whole
	if chatID != 0 {
		target = p.chat(chatID)
	}
	if until.After(target.held) {
		target.held = until
	}
	if chatID == 0 {
		p.rested(target.held)
	}
}

// rested says that until now, or a time to come, nothing is late: nobody waits, or
// nobody is let through.
func (p *Pacer) rested(until time.Time) {
	if p.o.Rate > 0 {
		late := p.o.Burst - min(p.o.Burst, mostAtOnce)
		p.whole.next = later(p.whole.next, until.Add(time.Duration(late)*p.interval()))
	}
}

// Flooded is told that Telegram answered 429 for a chat. A wait of up to a
// minute is the whole bot's, as it is in practice: everything is held. A longer
// one may be that chat's alone, and must not silence everyone else for an hour:
// the chat is held, others go on one a second until one of them gets through
// (Succeeded); when another chat is told the same instead, everything is held.
func (p *Pacer) Flooded(chatID int64, after time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	until := now.Add(max(after, time.Second))
	if after <= longFlood {
		p.pause(0, until)
		return
	}
	p.pause(chatID, until)
	switch {
	case p.flooded != 0 && p.flooded != chatID && p.wait.After(now):
		p.pause(0, until)
	default:
		p.flooded, p.wait = chatID, until
		p.pause(0, now.Add(probeEvery))
	}
	p.probing = true
}

// Succeeded is told that Telegram took a message for a chat.
func (p *Pacer) Succeeded(chatID int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.probing && chatID != p.flooded {
		p.probing, p.flooded = false, 0
		now := time.Now()
		p.rested(now)
		p.dispatch(now)
	}
}

// probe holds everything for d and lets one message a second pass from then on
// until one succeeds.
func (p *Pacer) probe(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pause(0, time.Now().Add(d))
	p.probing = true
}

// chatReady returns when the chat itself may get its next n messages, whatever
// the whole bot has to wait for.
func (p *Pacer) chatReady(chatID int64, n int) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.chats[chatID]
	if c == nil {
		return time.Time{}
	}
	return c.ready(p.o.PerChat, p.o.ChatBurst, time.Minute, n)
}

// heldUntil returns until when everything is held.
func (p *Pacer) heldUntil() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.whole.held
}

// dispatch lets everyone go whose turn has come and sets the timer for the next.
func (p *Pacer) dispatch(now time.Time) {
	for {
		ready := p.botReady(1)
		if !ready.After(now) {
			lane, i, next := p.pick(now)
			if i >= 0 {
				// Nobody overtakes an album for which there is no room yet.
				if next = p.botReady(p.waiting[lane][i].n); !next.After(now) {
					p.grant(now, lane, i)
					continue
				}
			}
			ready = next
		} else if !p.anyoneWaits() {
			return
		}
		if !ready.IsZero() {
			p.arm(now, ready)
		}
		return
	}
}

func (p *Pacer) anyoneWaits() bool {
	for _, ws := range p.waiting {
		if len(ws) > 0 {
			return true
		}
	}
	return false
}

// botReady returns when the bot as a whole may send n messages.
func (p *Pacer) botReady(n int) time.Time {
	ready := p.whole.held
	if p.o.Rate > 0 {
		ready = p.whole.ready(p.interval(), p.o.Burst, time.Second, n)
	}
	if p.probing {
		ready = later(ready, p.whole.last.Add(probeEvery))
	}
	return ready
}

// freeReady returns when n messages of a lane may leave as far as those that are not
// paid for are concerned. Replies count among them and wait for nobody: who asks
// is answered.
func (p *Pacer) freeReady(lane, n int) time.Time {
	if p.o.FreeRate <= 0 || lane == int(LaneReply) || lane == int(LaneBulk) {
		return time.Time{}
	}
	return p.free.ready(p.freeInterval(), max(1, int(p.o.FreeRate/10)), time.Second, n)
}

func (p *Pacer) freeInterval() time.Duration {
	return time.Duration(float64(time.Second) / p.o.FreeRate)
}

func (p *Pacer) interval() time.Duration { return time.Duration(float64(time.Second) / p.o.Rate) }

// pick finds the first waiter whose chat is ready; without one, i is -1 and
// next is when the first chat will be, zero when nobody waits.
func (p *Pacer) pick(now time.Time) (lane, i int, next time.Time) {
	for lane, ws := range p.waiting {
		for i, w := range ws {
			ready := p.freeReady(lane, w.n)
			if c := p.chats[w.chat]; c != nil {
				ready = later(ready, c.ready(p.o.PerChat, p.o.ChatBurst, time.Minute, w.n))
			}
			if !ready.After(now) {
				return lane, i, time.Time{}
			}
			if next.IsZero() || ready.Before(next) {
				next = ready
			}
		}
	}
	return 0, -1, next
}

func (p *Pacer) grant(now time.Time, lane, i int) {
	w := p.waiting[lane][i]
	p.waiting[lane] = slices.Delete(p.waiting[lane], i, i+1)
	p.note(now, Lane(lane), w.chat, w.n)
	close(w.granted)
}

// note notes that n messages of a lane leave for a chat.
func (p *Pacer) note(now time.Time, lane Lane, chatID int64, n int) {
	window := 0
	if chatID < 0 { // groups, supergroups and channels
		window = p.o.GroupPerMinute
	}
	for range n {
		if p.o.Rate > 0 {
			p.whole.use(now, p.interval(), mostInASecond(p.o.Rate))
		}
		if p.o.FreeRate > 0 && lane != LaneBulk {
			p.free.use(now, p.freeInterval(), mostInASecond(p.o.FreeRate))
		}
		if p.o.PerChat > 0 || window > 0 {
			p.chat(chatID).use(now, max(p.o.PerChat, 0), window)
		}
	}
	p.whole.last = now
}

// mostInASecond is how many may leave in any second: a little more than the rate,
// so that a timer that fired late can be made up for. With exactly the rate every
// lateness would stay, and on a busy machine a hundredth of the rate was lost so.
// Telegram minds it less than what the ways of two messages differ by.
func mostInASecond(rate float64) int { return int(rate) + max(1, int(rate/100)) }

// chat returns a chat's pace, and now and then drops those that no longer matter.
func (p *Pacer) chat(id int64) *pace {
	c := p.chats[id]
	if c != nil {
		return c
	}
	if len(p.chats) >= p.sweepAt {
		now := time.Now()
		for id, c := range p.chats {
			if !c.held.After(now) && !c.next.After(now) && (len(c.recent) == 0 || now.Sub(c.last) > time.Minute) {
				delete(p.chats, id)
			}
		}
		p.sweepAt = max(sweepFrom, 2*len(p.chats))
	}
	c = &pace{}
	p.chats[id] = c
	return c
}

func (p *Pacer) arm(now, when time.Time) {
	if p.armed.Equal(when) {
		return
	}
	p.armed = when
	if p.timer != nil {
		p.timer.Stop()
	}
	p.timer = time.AfterFunc(when.Sub(now), func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.armed = time.Time{}
		p.dispatch(time.Now())
	})
}
